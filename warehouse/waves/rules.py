"""Splitting what is wanted over the bins it stands in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from itertools import groupby


@dataclass(frozen=True)
class BinStock:
    """Free pieces of one SKU in one bin; of one lot, where the SKU is kept by lot."""

    bin_id: int
    walk_order: int
    available: int
    lot_id: int | None = None
    best_before: date | None = None

    @property
    def turn(self) -> tuple[date, int]:
        """What has to leave first: the earliest best-before; without one, the oldest lot."""
        return (self.best_before or date.max, 0 if self.best_before else self.lot_id or 0)


@dataclass(frozen=True)
class Take:
    """Pieces to be taken from a bin."""

    bin_id: int
    walk_order: int
    pieces: int
    lot_id: int | None = None


class Turn(IntEnum):
    """In which turn a consignment is served, urgent ones before all others."""

    BROUGHT = 0  # it was left out of a wave, and what it waited for has come
    WAITING = 1  # left out as well; somebody is still to bring it
    NEW = 2


def by_need(
    *,
    is_urgent: bool,
    turn: Turn,
    promise_at: datetime | None,
    created_at: datetime,
    consignment_id: int,
) -> tuple[bool, Turn, bool, datetime, int]:
    """Return who is served first: the urgent, then those that waited for goods, then the due."""
    due = promise_at or created_at
    return (not is_urgent, turn, promise_at is None, due, consignment_id)


def plan_takes(wanted: int, stock: Sequence[BinStock]) -> tuple[tuple[Take, ...], int]:
    """Split `wanted` pieces over bins; return the takes and the pieces still missing.

    Lots that end first are taken first, however far the walk. Among pieces of the same day one
    bin that has all is preferred to several; else bins are emptied in walking order. Takes plus
    missing always equal `wanted`.
    """
    takes: list[Take] = []
    missing = wanted
    ordered = sorted(stock, key=lambda b: (b.turn, b.walk_order, b.bin_id, b.lot_id or 0))
    for _, group in groupby(ordered, key=lambda b: b.turn):
        more, missing = _take_of(list(group), missing)
        takes += more
    return tuple(takes), missing


def _take_of(stock: Sequence[BinStock], wanted: int) -> tuple[list[Take], int]:
    for b in stock:
        if b.available >= wanted > 0:
            return [Take(b.bin_id, b.walk_order, wanted, b.lot_id)], 0
    takes: list[Take] = []
    missing = wanted
    for b in stock:
        pieces = min(b.available, missing)
        if pieces > 0:
            takes.append(Take(b.bin_id, b.walk_order, pieces, b.lot_id))
            missing -= pieces
    return takes, missing
