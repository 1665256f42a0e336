"""What the processes of the concurrency tests do; importable by a spawned interpreter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from warehouse.commands import Command, Outcome, execute
from warehouse.db import Database
from warehouse.errors import WarehouseError

_database: list[Database] = []
Act = tuple[Callable[[Any, Any], Outcome], Command]


def _connected(url: str) -> Database:
    """Return this process's connection; another test's is closed first."""
    if _database and _database[0].url.render_as_string(hide_password=False) != url:
        _database.pop().dispose()
    if not _database:
        _database.append(Database(url))
    return _database[0]


def greet(url: str) -> bool:
    """Connect, so that the work itself begins everywhere at once."""
    with _connected(url).reading():
        return True


def run(job: tuple[str, Sequence[Act]]) -> tuple[Counter[str], list[Any]]:
    """Run the acts one after the other; return how each ended by name, and the outcomes."""
    url, acts = job
    ended: Counter[str] = Counter()
    outcomes: list[Any] = []
    for handler, command in acts:
        try:
            outcome = execute(_connected(url), handler, command)
        except WarehouseError as refusal:
            ended[type(refusal).__name__] += 1
        except Exception as fault:  # a deadlock or a busy database that reached the caller
            ended[f"FAULT {type(fault).__name__}: {fault}"[:200]] += 1
        else:
            ended["replayed" if outcome.is_replayed else "done"] += 1
            outcomes.append(outcome.to_json())
    return ended, outcomes
