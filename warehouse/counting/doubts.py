"""What makes a pass impossible to compare with the book: goods that moved or changed hands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from warehouse.counting.book import Book, Goods
from warehouse.counting.hands import Hand, Hands
from warehouse.counting.moved import SET_RIGHT, Moved


@dataclass(frozen=True, kw_only=True)
class Pass:
    """One person's pass over one bin.

    `changes` are the balances' of its SKUs as it began, `hands` what people had in hand of the
    bin then; where nobody kept them (`None`), all that moved or went in or out of a hand since
    `opened_at` is doubted.
    `asked`: only these SKUs were looked for. `serials` are the numbers seen, of goods known piece
    by piece. `counted_at`: when goods were counted, if that was before the closing; they are held
    against the book of that moment. `is_silent`: goods known piece by piece that it does not
    name were not looked for.
    """

    take_id: int
    count_bin_id: int
    bin_id: int
    person_id: int
    opened_at: datetime
    changes: Mapping[int, int] | None
    hands: Mapping[str, int] | None
    asked: frozenset[int] | None
    pieces: Mapping[Goods, int]
    serials: Mapping[int, frozenset[str]] = field(default_factory=dict)
    counted_at: Mapping[Goods, datetime] = field(default_factory=dict)
    is_silent: bool = False


@dataclass(frozen=True, kw_only=True)
class Around:
    """The moment of closing, and what moved and was in hands before it."""

    at: datetime
    grace: timedelta
    moved: Mapping[tuple[int, int], Moved]
    hands: Hands


def is_disturbed(done: Pass, row: dict[str, Any], around: Around) -> bool:
    """Tell whether goods moved or changed hands while they were counted, or around that time."""
    goods = (row["sku_id"], row["lot_id"])
    between = around.moved.get((row["bin_id"], row["sku_id"]))
    at = done.counted_at.get(goods)
    if _was_touched(done, row, at, around):
        return True
    if at is not None:
        is_apart = row["lot_id"] is not None or bool(row["serials"])
        return _was_in_hand(between, at, is_apart, around.grace)
    return _has_moved(done, row, between, around.grace)


def in_the_way(
    row: Mapping[str, Any], book: Book, around: Around, *, is_unsure: bool
) -> list[Hand]:
    """Return the hands that make a line impossible to compare, as they may be forgotten.

    A shelf that has what the book has less these hands agrees, whoever they are; one without it
    is not held against what somebody scanned a while ago and may have laid back since.
    """
    there = around.hands.open(row["bin_id"], row["sku_id"])
    is_right = not row["gone"] and not row["found"]
    if is_right and not is_unsure:
        return []
    if is_unsure or book.is_whole(row["bin_id"]):
        return there
    return [hand for hand in there if hand.is_old(around.at)]


def _was_touched(done: Pass, row: Mapping[str, Any], at: datetime | None, around: Around) -> bool:
    """Tell whether goods went in or out of a hand while they were counted, or around that time.

    What was just put back may be in the hand for a moment longer.
    """
    there = around.hands.of(row["bin_id"], row["sku_id"])
    if at is not None or done.changes is None:
        since = (done.opened_at if at is None else at) - around.grace
        return any(hand.was_touched(since) for hand in there)
    if any(hand.was_touched(done.opened_at) for hand in there):
        return True
    since = done.opened_at - around.grace
    return any(hand.is_back and hand.was_touched(since) for hand in there)


def _has_moved(done: Pass, row: dict[str, Any], moved: Moved | None, grace: timedelta) -> bool:
    """Tell whether goods moved while they were counted, or had only just been booked in.

    What is booked into a bin may be in a hand for a moment longer.
    """
    if done.changes is not None:
        if row["changes"] != done.changes.get(row["sku_id"], 0):
            return True
    elif moved is not None and moved.last_at > done.opened_at:
        return True
    if moved is None or moved.last_in_at is None:
        return False
    return moved.last_in_at > done.opened_at - grace


def _was_in_hand(moved: Moved | None, at: datetime, is_apart: bool, grace: timedelta) -> bool:
    """Tell whether goods counted some time ago may have been in a hand then.

    Which lots or known pieces moved since is not told apart (`is_apart`): they are asked again if
    anything moved.
    """
    if moved is None:
        return False
    if is_apart and moved.last_at > at:
        return True
    if any(why in SET_RIGHT and when > at for when, _, why in moved.moves):
        return True  # the book was set right since: it must not be set right twice
    return any(at - grace < when <= at + grace for when, _, _ in moved.moves)
