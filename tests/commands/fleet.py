"""What the processes of the concurrency tests do; importable by a spawned interpreter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome, execute
from warehouse.db import Database
from warehouse.errors import WarehouseError
from warehouse.inventory import ledger
from warehouse.inventory.models import Allocation, ReleaseReason
from warehouse.text import say

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
    _database.pop().dispose()  # a server tells what it counts of a line when that has ended
    return ended, outcomes


@dataclass(frozen=True, kw_only=True)
class Promise(Command):
    """Promise one more piece to a line (for tests)."""

    line_id: int
    bin_id: int
    sku_id: int


@dataclass(frozen=True, kw_only=True)
class GiveBack(Command):
    """Give back what is still promised to a line (for tests)."""

    line_id: int


def promise(session: Session, command: Promise) -> Outcome:
    wanted = ledger.Promise(
        consignment_line_id=command.line_id, bin_id=command.bin_id, sku_id=command.sku_id, pieces=1
    )
    (allocation_id,) = ledger.reserve(session, [wanted])
    return Outcome(screen="stock", subject_id=allocation_id, message=say("Done."))


def give_back(session: Session, command: GiveBack) -> Outcome:
    ids = session.scalars(
        sa.select(Allocation.id).where(Allocation.consignment_line_id == command.line_id)
    ).all()
    freed = ledger.release(session, command, ids, ReleaseReason.CANCELLED)
    return Outcome(screen="stock", message=say("Done."), facts={"freed": freed})
