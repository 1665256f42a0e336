"""Levels proposed from sales and the supplier's lead time.

With demand of `d` pieces a day (standard deviation `s_d`), a lead time of `L` days (`s_L`) and a
look at the stock every `R` days:

    safety stock   z · √((L + R) · s_d² + d² · s_L²)
    reorder point  d · L + safety stock
    order-up-to    d · (L + R) + safety stock

The safety stock is P. L. King's ("Crack the code: understanding safety stock and mastering its
equations", APICS Magazine, July/August 2011): both spreads independent and normal, `z` the
quantile of the part of cycles that shall not run out. That it covers L + R days, and the
order-up-to level, are the periodic review policy of Silver, Pyke and Thomas, "Inventory and
Production Management in Supply Chains", 4th edition, chapter 6. Days on which goods were out of
stock count as days without demand: after a long gap the figures are too low, so a person takes
them over, never the program.
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


@dataclass(frozen=True, kw_only=True)
class TooFew:
    """Too few sales to propose anything: what there is of them."""

    days: int
    pieces: int
    sale_days: int


def lead_time(stated: int, measured: Sequence[int]) -> LeadTime:
    """Return the lead time: measured from three deliveries on, else as stated, without spread."""
    if len(measured) < LEAST_LEAD_TIMES:
        return LeadTime(days=stated)
    return LeadTime(days=fmean(measured), spread=stdev(measured), deliveries=len(measured))


def propose(sold: Sequence[int], lead: LeadTime, review: Review) -> Proposal | TooFew:
    """Return levels from the pieces sold on each day, oldest first, or that there are too few.

    Rounded up to whole pieces. See the head of this module for method and source.
    """
    pieces, sale_days = sum(sold), sum(1 for n in sold if n > 0)
    if len(sold) < LEAST_DAYS or pieces < LEAST_SALES or sale_days < LEAST_SALE_DAYS:
        return TooFew(days=len(sold), pieces=pieces, sale_days=sale_days)
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
    )


def _up(pieces: float) -> int:
    """Round up, but not for what only the last digit of a float says."""
    return ceil(round(pieces, 6))
