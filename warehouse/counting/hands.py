"""What people have, or lately had, in hand out of bins that are counted.

Goods in hand are booked where they stood until they are put down. A counter does not see them, so
they are no part of what the shelf must have; and what went in or out of a hand meanwhile makes the
two impossible to compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.counting.naming import is_of
from warehouse.db import table_of
from warehouse.inventory.models import PastHand
from warehouse.storing import hands as storing

OLD = timedelta(minutes=15)  # so long in a hand, goods may as well be back without a scan
_past = table_of(PastHand)


@dataclass(frozen=True, kw_only=True)
class Hand:
    """What one person has in hand out of a bin, or had `until`. `sku_id` None: the whole bin.

    `changed_at` is when its pieces last changed; `is_back`: they went back into the bin.
    """

    person_id: int
    bin_id: int
    sku_id: int | None
    lot_id: int | None = None
    pieces: int = 0
    serials: Sequence[str] = ()
    since: datetime
    changed_at: datetime
    until: datetime | None = None
    is_back: bool = False

    def is_old(self, at: datetime) -> bool:
        """Tell whether nobody has touched it for so long that it may be forgotten."""
        return self.changed_at <= at - OLD

    def was_touched(self, after: datetime) -> bool:
        """Tell whether goods went into it or out of it after an instant."""
        return self.changed_at > after or (self.until is not None and self.until > after)

    def was_filled_around(self, at: datetime, grace: timedelta) -> bool:
        """Tell whether goods counted at an instant may have been on their way in or out of it."""
        is_taking = self.since <= at + grace and self.changed_at > at
        return is_taking or (
            self.until is not None and self.is_back and at < self.until <= at + grace
        )


@dataclass(frozen=True, kw_only=True)
class Hands:
    """The hands of some bins: open ones, and those that ended lately."""

    of_bin: dict[int, list[Hand]]

    def of(self, bin_id: int, sku_id: int) -> list[Hand]:
        """Return the hands that have or had some of the goods, whole bins among them."""
        return [hand for hand in self.of_bin.get(bin_id, ()) if hand.sku_id in (None, sku_id)]

    def open(self, bin_id: int, sku_id: int) -> list[Hand]:
        """Return those that have some of the goods now."""
        return [hand for hand in self.of(bin_id, sku_id) if hand.until is None]


def open_hands(session: Session, bins: Sequence[int]) -> list[Hand]:
    """Return what people have in hand out of the bins now."""
    wanted = set(bins)
    return [_hand(row) for row in session.execute(storing.open_hands()) if row.bin_id in wanted]


def hands_since(session: Session, bins: Sequence[int], since: datetime) -> Hands:
    """Return the open hands of the bins and those that ended after an instant."""
    wanted = set(bins)
    found: dict[int, list[Hand]] = {}
    for hand in (*open_hands(session, bins), *_past_hands(session, wanted, since)):
        found.setdefault(hand.bin_id, []).append(hand)
    return Hands(of_bin=found)


def _hand(row: Any) -> Hand:
    return Hand(
        person_id=row.person_id,
        bin_id=row.bin_id,
        sku_id=row.sku_id,
        lot_id=row.lot_id,
        pieces=row.pieces,
        serials=tuple(row.serials or ()),
        since=row.since,
        changed_at=row.changed_at,
    )


def _past_hands(session: Session, bins: set[int], since: datetime) -> Iterable[Hand]:
    query = sa.select(_past).where(_past.c.until > since, is_of(bins, _past.c.bin_id))
    for row in session.execute(query):
        if row.bin_id in bins:
            yield Hand(
                person_id=row.person_id, bin_id=row.bin_id, sku_id=row.sku_id, since=row.since,
                changed_at=row.changed_at, until=row.until, is_back=row.is_back,
            )  # fmt: skip
