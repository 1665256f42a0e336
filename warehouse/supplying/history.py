"""The last days of some SKUs: with how many pieces each began, and how many were asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.db import DayType
from warehouse.supplying.flows import is_demand
from warehouse.supplying.models import DayFlow
from warehouse.supplying.rules import days_between


@dataclass(frozen=True, kw_only=True)
class StockDay:
    """One day of a SKU; `used`: sold or put into kits, below zero if more came back of these."""

    opened_with: int
    used: int


def days_of(
    session: Session, sku_ids: Collection[int], first: date, last: date
) -> dict[int, Mapping[date, StockDay]]:
    """Return SKU id → each day of a period → how the SKU stood, by what the daily flows have."""
    there = _opening(session, sku_ids, first)
    used: dict[tuple[int, date], int] = defaultdict(int)
    change: dict[tuple[int, date], int] = defaultdict(int)
    rows = session.execute(
        sa.select(DayFlow.sku_id, DayFlow.day, is_demand(), DayFlow.pieces).where(
            DayFlow.sku_id.in_(sku_ids),
            DayFlow.day.between(sa.literal(first, DayType()), sa.literal(last, DayType())),
        )
    )
    for sku_id, day, is_used, pieces in rows:
        change[sku_id, day] += pieces
        if is_used:
            used[sku_id, day] -= pieces
    found: dict[int, Mapping[date, StockDay]] = {}
    for sku_id in sku_ids:
        pieces, days = there.get(sku_id, 0), {}
        for day in days_between(first, last):
            days[day] = StockDay(opened_with=pieces, used=used[sku_id, day])
            pieces += change[sku_id, day]
        found[sku_id] = days
    return found


def _opening(session: Session, sku_ids: Collection[int], first: date) -> dict[int, int]:
    """Return SKU id → pieces in the house as the day began."""
    rows = session.execute(
        sa.select(DayFlow.sku_id, sa.func.sum(DayFlow.pieces))
        .where(DayFlow.sku_id.in_(sku_ids), DayFlow.day < sa.literal(first, DayType()))
        .group_by(DayFlow.sku_id)
    )
    return {sku_id: int(pieces) for sku_id, pieces in rows}
