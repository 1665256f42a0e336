"""What may be sold, when to buy and how much, what to look at: decided from numbers alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Alert(StrEnum):
    """What somebody should look at."""

    OUT = "out"  # orders are open and nothing is left to send
    UNDER_SAFETY = "under_safety"
    UNDER_REORDER = "under_reorder"
    OVER = "over"
    SLOW = "slow"
    DEAD = "dead"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The pieces of one SKU, each counted once, and what is wanted of them.

    `shelf` and `reserve` stand in bins in use. `reserved` and `unfit` (blocked or expired lots, as
    far as nobody was promised them) are parts of these, `dock_unfit` of `dock`. `promised`:
    released orders in no wave yet, and clean ones. `held`: paid orders that something still holds,
    and what orders in work lack. `owed`: out at suppliers for exchange.
    """

    shelf: int = 0
    reserve: int = 0
    reserved: int = 0
    unfit: int = 0
    dock: int = 0
    dock_unfit: int = 0
    quarantine: int = 0
    promised: int = 0
    held: int = 0
    on_the_way: int = 0
    drafted: int = 0
    owed: int = 0
    safety: int = 0

    @property
    def sellable(self) -> int:
        """Sound pieces that nobody was promised, on shelves and in reserve."""
        return self.shelf + self.reserve - self.reserved - self.unfit

    @property
    def dock_fit(self) -> int:
        """Sound pieces on the dock."""
        return self.dock - self.dock_unfit

    @property
    def coming(self) -> int:
        """Pieces bought or owed that are not here yet, drafted orders among them."""
        return self.on_the_way + self.drafted + self.owed

    @property
    def wanted(self) -> int:
        """Pieces that orders want and no bin has promised them."""
        return self.promised + self.held


@dataclass(frozen=True, kw_only=True)
class Share:
    """A shop's part of what may be sold: a percentage, and pieces kept for it alone."""

    shop_id: int
    percent: int = 100
    kept: int = 0


@dataclass(frozen=True, kw_only=True)
class Level:
    """When a SKU is bought again, and up to how many pieces; None: nobody said."""

    safety: int = 0
    reorder_at: int | None = None
    order_up_to: int | None = None


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a supplier sells a SKU: whole packs, and not fewer than so many pieces."""

    pack_pieces: int = 1
    least_pieces: int = 0


@dataclass(frozen=True, kw_only=True)
class Limits:
    """From when on stock is too much, slow or dead, in days."""

    over_days: int
    slow_days: int
    dead_days: int


def to_promise(standing: Standing, *, is_dock_sellable: bool = False) -> int:
    """Return the pieces all shops together may still sell, never below zero.

    On shelves and in reserve, less what is reserved, unfit, wanted by orders we have, and the
    safety stock. Sound pieces on the dock count where the site says so; what is on its way never
    does.
    """
    dock = standing.dock_fit if is_dock_sellable else 0
    return max(0, standing.sellable + dock - standing.wanted - standing.safety)


def shared(pieces: int, shares: Sequence[Share]) -> dict[int, int]:
    """Split what may be sold over shops; return shop id → the pieces it may offer.

    Kept pieces come first, in the order of the shares, as far as they go; of the rest each shop
    may offer its percentage, rounded down. Shops with 100 percent all see the whole rest: the
    first to sell has it. No shop is ever shown more than there is.
    """
    left, kept = max(0, pieces), {}
    for share in shares:
        kept[share.shop_id] = min(share.kept, left)
        left -= kept[share.shop_id]
    return {s.shop_id: kept[s.shop_id] + left * s.percent // 100 for s in shares}


def position(standing: Standing) -> int:
    """Return the inventory position: what there is and comes, less all that is wanted.

    Drafted orders count as coming, and so does what suppliers owe in exchange: nobody orders the
    same want twice. Below zero, more is wanted.
    """
    return standing.sellable + standing.dock_fit + standing.coming - standing.wanted


def order_quantity(standing: Standing, level: Level, terms: Terms) -> int:
    """Return the pieces to order now, 0 for none: at or below the reorder point, fill up.

    Up to `order_up_to` (the reorder point where nobody said), not fewer than the supplier sells,
    rounded up to whole packs.
    """
    if level.reorder_at is None:
        return 0
    stands_at = position(standing)
    if stands_at > level.reorder_at:
        return 0
    target = level.reorder_at if level.order_up_to is None else level.order_up_to
    wanted = target - stands_at
    if wanted <= 0:
        return 0
    wanted = max(wanted, terms.least_pieces)
    return -(-wanted // terms.pack_pieces) * terms.pack_pieces


def days_of_cover(pieces: int, used: int, days: int) -> int | None:
    """Return for how many whole days the pieces last at the pace of `used` in `days`.

    None where none were used: nobody can say. 0 where nothing is left.
    """
    if pieces <= 0:
        return 0
    return pieces * days // used if used > 0 and days > 0 else None


def alerts_of(
    standing: Standing,
    level: Level,
    limits: Limits,
    *,
    cover: int | None,
    idle_days: int | None,
) -> tuple[Alert, ...]:
    """Return what is to be looked at, the most urgent first.

    `idle_days`: since a piece was dispatched, went into a kit or was delivered last (None: never,
    and nobody knows how long it stands here).
    """
    found: list[Alert] = []
    if standing.wanted > standing.sellable:
        found.append(Alert.OUT)
    if level.safety and standing.sellable < level.safety:
        found.append(Alert.UNDER_SAFETY)
    if order_quantity(standing, level, Terms()):
        found.append(Alert.UNDER_REORDER)
    if standing.sellable <= 0:
        return tuple(found)
    if idle_days is not None and idle_days >= limits.dead_days:
        found.append(Alert.DEAD)
    elif idle_days is not None and idle_days >= limits.slow_days:
        found.append(Alert.SLOW)
    elif cover is not None and cover > limits.over_days:
        found.append(Alert.OVER)
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class PeriodStock:
    """A period of one SKU: what there was, what came and went, what there is; all in pieces."""

    opening: int
    received: int
    sold: int
    returned: int
    counted: int
    other: int

    @property
    def closing(self) -> int:
        """Pieces in the house at the end of the last day."""
        return self.opening + self.received - self.sold + self.returned + self.counted + self.other

    @property
    def sold_percent(self) -> int | None:
        """How much of what could be sold was sold; None where there was nothing to sell."""
        offered = self.opening + self.received
        return self.sold * 100 // offered if offered > 0 else None


def days_between(first: date, last: date) -> list[date]:
    """Return the days of a period, both ends among them."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
