"""Levels proposed from sales and the supplier's lead time.

With demand of `d` pieces a day (standard deviation `s_d`), a lead time of `L` days (`s_L`) and a
look at the stock every `R` days:

    safety stock   z · √((L + R) · s_d² + d² · s_L²)
    reorder point  d · L + safety stock
    order-up-to    d · (L + R) + safety stock

The safety stock is P. L. King's ("Crack the code: understanding safety stock and mastering its
equations", APICS Magazine, July/August 2011): both spreads independent and normal, `z` the quantile
of the part of cycles that shall not run out. That it covers L + R days, and the order-up-to level,
are the periodic review policy of Silver, Pyke and Thomas, "Inventory and Production Management in
Supply Chains", 4th edition, chapter 6. Demand is what was sold and what went into kits. Days on
which nothing stood here say nothing of it and are left out (`days_in_stock`); the figures say how
many. Faulty or blocked pieces count as stock there, so a person takes the levels over, never the
program.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist, fmean, stdev

LEAST_DAYS = 28  # fewer say nothing of a week's ups and downs
LEAST_SALES = 10  # pieces
LEAST_SALE_DAYS = 5  # one big order is no demand
LEAST_LEAD_TIMES = 3


@dataclass(frozen=True, kw_only=True)
class Review:
    """How the site buys: the service it wants in percent of cycles, days between two looks."""

    service_percent: int
    review_days: int


@dataclass(frozen=True, kw_only=True)
class LeadTime:
    """Days from order to goods: mean and spread, over how many deliveries; 0: as was typed."""

    days: float
    spread: float = 0.0
    deliveries: int = 0


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """Levels in whole pieces, and the figures they follow from."""

    safety: int
    reorder_at: int
    order_up_to: int
    a_day: float
    spread: float
    lead: LeadTime
    days: int
    left_out: int = 0  # days on which it was out of stock


@dataclass(frozen=True, kw_only=True)
class TooFew:
    """Too few sales to propose anything: what there is of them."""

    days: int
    pieces: int
    sale_days: int
    left_out: int = 0


def lead_time(stated: int, measured: Sequence[int], *, of_sku: int | None = None) -> LeadTime:
    """Return the lead time: what was typed for the very SKU, else measured, else as stated.

    It is measured from three deliveries of the supplier on; what is typed has no spread.
    """
    if of_sku is not None:
        return LeadTime(days=of_sku)
    if len(measured) < LEAST_LEAD_TIMES:
        return LeadTime(days=stated)
    return LeadTime(days=fmean(measured), spread=stdev(measured), deliveries=len(measured))


def net_of_taken_back(sold: Sequence[int]) -> list[int]:
    """Return what each day sold, oldest first, less what later days took back of it.

    A day below zero took more back than it sold; that comes off the days before it, the latest
    first. What was sold before the first day is no matter here.
    """
    found: list[int] = []
    taken_back = 0
    for pieces in reversed(sold):
        taken_back -= pieces
        found.append(max(0, -taken_back))
        taken_back = max(0, taken_back)
    return found[::-1]


def days_in_stock(sold: Sequence[int], opened_with: Sequence[int]) -> list[int]:
    """Return the days that say something of the demand: goods were here, or were sold.

    `opened_with`: the pieces in the house as each day began.
    """
    return [n for n, there in zip(sold, opened_with, strict=True) if n > 0 or there > 0]


def propose(
    sold: Sequence[int], lead: LeadTime, review: Review, *, left_out: int = 0
) -> Proposal | TooFew:
    """Return levels from the pieces sold on each day, oldest first, or that there are too few.

    `left_out`: how many days between these are not among them. Rounded up to whole pieces. See the
    head of this module for method and source.
    """
    pieces, sale_days = sum(sold), sum(1 for n in sold if n > 0)
    if len(sold) < LEAST_DAYS or pieces < LEAST_SALES or sale_days < LEAST_SALE_DAYS:
        return TooFew(days=len(sold), pieces=pieces, sale_days=sale_days, left_out=left_out)
    a_day, spread = fmean(sold), stdev(sold)
    covered = lead.days + review.review_days
    z = NormalDist().inv_cdf(review.service_percent / 100)
    variance = covered * spread**2 + a_day**2 * lead.spread**2
    safety = max(0.0, z) * sqrt(variance)
    return Proposal(
        safety=_up(safety),
        reorder_at=_up(a_day * lead.days + safety),
        order_up_to=max(1, _up(a_day * covered + safety)),
        a_day=a_day,
        spread=spread,
        lead=lead,
        days=len(sold),
        left_out=left_out,
    )


def _up(pieces: float) -> int:
    """Round up, but not for what only the last digit of a float says."""
    return ceil(round(pieces, 6))
