"""Stock that was there before the test; alone here, so that a spawned process starts fast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from warehouse.commands import Command, Outcome
from warehouse.inventory import ledger
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class PutStock(Command):
    """Make moves, without a document (for tests)."""

    postings: tuple[ledger.Posting, ...]


def put_stock(session: Any, command: PutStock) -> Outcome:
    ledger.post(session, command, command.postings)
    return Outcome(screen="stock", message=say("Done."))
