"""What levels the sales of the last weeks propose, SKU by SKU."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta, tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.db import DayType
from warehouse.receiving.models import PurchaseOrder, Receipt, ReceiptState, Supplier
from warehouse.supplying.forecasting import (
    LeadTime,
    Proposal,
    Review,
    TooFew,
    days_in_stock,
    lead_time,
    net_of_taken_back,
    propose,
)
from warehouse.supplying.history import days_of
from warehouse.supplying.models import DayFlow, SupplierSku
from warehouse.supplying.rules import days_between
from warehouse.supplying.sources import is_bought_of
from warehouse.supplying.stock import Asked

MEASURED_DAYS = 365  # deliveries of the last year say how long a supplier takes


def proposals_of(
    session: Session, asked: Asked, sku_ids: Collection[int]
) -> dict[int, Proposal | TooFew]:
    """Return SKU id → what its sales, and kits made of it, propose: of the whole days before this.

    A SKU that came into the house later counts from its first day on; days on which it was out of
    stock do not count. Without a supplier the lead time is taken as 0: the levels cover the days
    between two looks alone.
    """
    last = asked.day - timedelta(days=1)
    first = last - timedelta(days=asked.days - 1)
    since, days = _first_days(session, sku_ids), days_of(session, sku_ids, first, last)
    leads = _lead_times(session, asked, sku_ids)
    review = Review(
        service_percent=asked.settings.service_percent, review_days=asked.settings.review_days
    )
    found: dict[int, Proposal | TooFew] = {}
    for sku_id in sku_ids:
        begin = max(first, since.get(sku_id, asked.day))
        known = [days[sku_id][day] for day in days_between(begin, last)]
        used = net_of_taken_back([day.used for day in known])
        counted = days_in_stock(used, [day.opened_with for day in known])
        left_out = len(used) - len(counted)
        lead = leads.get(sku_id, LeadTime(days=0))
        found[sku_id] = propose(counted, lead, review, left_out=left_out)
    return found


def _first_days(session: Session, sku_ids: Collection[int]) -> dict[int, date]:
    rows = session.execute(
        sa.select(DayFlow.sku_id, sa.func.min(DayFlow.day, type_=DayType()))
        .where(DayFlow.sku_id.in_(sku_ids))
        .group_by(DayFlow.sku_id)
    )
    return {sku_id: day for sku_id, day in rows}  # noqa: C416  (rows are no pairs)


def _lead_times(session: Session, asked: Asked, sku_ids: Collection[int]) -> dict[int, LeadTime]:
    rows = session.execute(
        sa.select(
            SupplierSku.sku_id, SupplierSku.supplier_id, SupplierSku.lead_days,
            Supplier.lead_days.label("stated"),
        )
        .join(Supplier, Supplier.id == SupplierSku.supplier_id)
        .join(Sku, Sku.id == SupplierSku.sku_id)
        .where(Sku.id.in_(sku_ids), is_bought_of(Sku.id))
    ).all()  # fmt: skip
    suppliers = {row.supplier_id for row in rows}
    measured = measured_lead_days(session, suppliers, asked.day, asked.zone)
    return {
        sku_id: lead_time(stated, measured.get(supplier_id, ()), of_sku=of_sku)
        for sku_id, supplier_id, of_sku, stated in rows
    }


def measured_lead_days(
    session: Session, supplier_ids: Collection[int], day: date, zone: tzinfo
) -> dict[int, list[int]]:
    """Return supplier id → days from each order of the last year to its first booked receipt.

    Days are those of the calendar in the site's zone.
    """
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
        came_on = came_at.astimezone(zone).date()
        if (day - came_on).days <= MEASURED_DAYS:
            found[supplier_id].append((came_on - ordered_at.astimezone(zone).date()).days)
    return found
