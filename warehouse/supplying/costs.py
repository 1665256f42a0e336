"""What a piece costs: the one place that says so, for orders, counts and reports alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.db import portions
from warehouse.receiving.models import PurchaseLine, PurchaseOrder, PurchaseState
from warehouse.supplying.models import SupplierSku
from warehouse.supplying.sources import is_bought_of


def cost_of_sku() -> sa.ScalarSelect[Any]:
    """Return a column: what a piece of `Sku` costs in fen, null where nobody knows.

    The price of the supplier it is bought of, else the one of its last order that was really
    placed; what was only drafted, or called off before a piece came, was never paid. 0 is no price.
    """
    last = (
        sa.select(PurchaseLine.price_fen)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .where(PurchaseLine.sku_id == Sku.id, PurchaseLine.price_fen > 0, _was_placed())
        .order_by(PurchaseOrder.ordered_at.desc().nulls_last(), PurchaseLine.id.desc())
        .limit(1)
        .correlate(Sku)
        .scalar_subquery()
    )
    price = (
        sa.select(SupplierSku.price_fen)
        .where(is_bought_of(Sku.id), SupplierSku.price_fen > 0)
        .correlate(Sku)
        .scalar_subquery()
    )
    return sa.select(sa.func.coalesce(price, last)).correlate(Sku).scalar_subquery()


def costs_of(session: Session, sku_ids: Iterable[int]) -> dict[int, int]:
    """Return SKU id → fen of one piece; SKUs whose price nobody knows are left out."""
    found: dict[int, int] = {}
    for wanted in portions(sku_ids):
        rows = session.execute(sa.select(Sku.id, cost_of_sku()).where(Sku.id.in_(wanted)))
        found.update((sku_id, fen) for sku_id, fen in rows if fen is not None)
    return found


def knows_prices(session: Session) -> bool:
    """Tell whether anybody says what anything here costs: one SKU with a price is enough."""
    term = (
        sa.select(SupplierSku.sku_id)
        .where(is_bought_of(SupplierSku.sku_id), SupplierSku.price_fen > 0)
        .limit(1)
    )
    if session.execute(term).first() is not None:
        return True
    line = (
        sa.select(PurchaseLine.id)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .where(PurchaseLine.price_fen > 0, _was_placed())
        .limit(1)
    )
    return session.execute(line).first() is not None


def _was_placed() -> sa.ColumnElement[bool]:
    return sa.or_(
        PurchaseLine.received > 0,
        sa.and_(PurchaseOrder.ordered_at.is_not(None), PurchaseOrder.state != PurchaseState.CLOSED),
    )
