"""What levels the sales of the last weeks propose, SKU by SKU."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.db import DayType
from warehouse.receiving.models import PurchaseOrder, Receipt, ReceiptState, Supplier
from warehouse.supplying.forecasting import (
    LeadTime,
    Proposal,
    Review,
    TooFew,
    lead_time,
    propose,
)
from warehouse.supplying.models import DayFlow, Flow, SupplierSku
from warehouse.supplying.rules import zero_filled
from warehouse.supplying.stock import Asked

MEASURED_DAYS = 365  # deliveries of the last year say how long a supplier takes


def proposals_of(
    session: Session, asked: Asked, sku_ids: Collection[int]
) -> dict[int, Proposal | TooFew]:
    """Return SKU id → what its sales propose, of the whole days before the day asked for.

    A SKU that came into the house later counts from its first day on. Without a supplier the
    lead time is taken as 0: the levels cover the days between two looks alone.
    """
    last = asked.day - timedelta(days=1)
    first = last - timedelta(days=asked.days - 1)
    sold, since = _sold(session, sku_ids, first, last), _first_days(session, sku_ids)
    leads = _lead_times(session, sku_ids, asked.day)
    review = Review(
        service_percent=asked.settings.service_percent, review_days=asked.settings.review_days
    )
    return {
        sku_id: propose(
            zero_filled(sold[sku_id], max(first, since.get(sku_id, asked.day)), last),
            leads.get(sku_id, LeadTime(days=0)),
            review,
        )
        for sku_id in sku_ids
    }


def _sold(
    session: Session, sku_ids: Collection[int], first: date, last: date
) -> dict[int, dict[date, int]]:
    rows = session.execute(
        sa.select(DayFlow.sku_id, DayFlow.day, DayFlow.pieces).where(
            DayFlow.sku_id.in_(sku_ids),
            DayFlow.kind == Flow.SOLD,
            DayFlow.day.between(sa.literal(first, DayType()), sa.literal(last, DayType())),
        )
    )
    found: dict[int, dict[date, int]] = defaultdict(dict)
    for sku_id, day, pieces in rows:
        found[sku_id][day] = max(0, -pieces)  # more may be taken back on a day than was sold
    return found


def _first_days(session: Session, sku_ids: Collection[int]) -> dict[int, date]:
    rows = session.execute(
        sa.select(DayFlow.sku_id, sa.func.min(DayFlow.day, type_=DayType()))
        .where(DayFlow.sku_id.in_(sku_ids))
        .group_by(DayFlow.sku_id)
    )
    return {sku_id: day for sku_id, day in rows}  # noqa: C416  (rows are no pairs)


def _lead_times(session: Session, sku_ids: Collection[int], day: date) -> dict[int, LeadTime]:
    rows = session.execute(
        sa.select(
            SupplierSku.sku_id, SupplierSku.supplier_id,
            sa.func.coalesce(SupplierSku.lead_days, Supplier.lead_days),
        )
        .join(Supplier, Supplier.id == SupplierSku.supplier_id)
        .where(SupplierSku.sku_id.in_(sku_ids), SupplierSku.is_main)
    ).all()  # fmt: skip
    measured = measured_lead_days(session, {row.supplier_id for row in rows}, day)
    return {
        sku_id: lead_time(stated, measured.get(supplier_id, ()))
        for sku_id, supplier_id, stated in rows
    }


def measured_lead_days(
    session: Session, supplier_ids: Collection[int], day: date
) -> dict[int, list[int]]:
    """Return supplier id → days from each order of the last year to its first booked receipt."""
    came = (
        sa.select(Receipt.purchase_order_id, sa.func.min(Receipt.booked_at).label("at"))
        .where(
            Receipt.state == ReceiptState.BOOKED,
            Receipt.corrects_id.is_(None),
            Receipt.purchase_order_id.is_not(None),
            Receipt.supplier_id.in_(supplier_ids),
        )
        .group_by(Receipt.purchase_order_id)
        .subquery()
    )
    rows = session.execute(
        sa.select(
            PurchaseOrder.supplier_id,
            PurchaseOrder.ordered_at,
            sa.type_coerce(came.c.at, Receipt.booked_at.type),
        )
        .join(came, came.c.purchase_order_id == PurchaseOrder.id)
        .where(PurchaseOrder.ordered_at.is_not(None))
    )
    found: dict[int, list[int]] = defaultdict(list)
    for supplier_id, ordered_at, came_at in rows:
        if (day - came_at.date()).days <= MEASURED_DAYS:
            found[supplier_id].append((came_at.date() - ordered_at.date()).days)
    return found
