"""Pieces that stand where they could be sold and may not be: unfit, in doubt, or not found."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import IS_SELLABLE
from warehouse.inventory.fitness import SUSPECT_SKUS, is_fit
from warehouse.inventory.models import Lot, LotBalance, StockBalance, Unfound

_PLACES = sa.or_(IS_SELLABLE, Bin.kind == BinKind.DOCK)


def unsellable(day: date) -> sa.Subquery:
    """Return (sku_id, pieces, dock): the free pieces of each SKU that may not be sold on the day.

    Of unfit lots, of kits in doubt, and what was not found in its bin and waits to be counted.
    """
    is_here = (Unfound.bin_id == Bin.id, Unfound.sku_id == Sku.id)
    lots, others = _lots(), _others()
    parts = sa.union_all(
        lots.where(~is_fit(day)),
        lots.join(Unfound, sa.and_(*is_here)).where(is_fit(day)),
        others.where(StockBalance.sku_id.in_(SUSPECT_SKUS)),
        others.join(Unfound, sa.and_(*is_here)).where(StockBalance.sku_id.not_in(SUSPECT_SKUS)),
    ).subquery()
    return (
        sa.select(
            parts.c.sku_id,
            sa.func.sum(parts.c.pieces).label("pieces"),
            sa.func.sum(parts.c.dock).label("dock"),
        )
        .group_by(parts.c.sku_id)
        .subquery()
    )


def _lots() -> sa.Select[Any]:
    free = LotBalance.on_hand - LotBalance.reserved
    return (
        sa.select(Lot.sku_id, *_parted(free))
        .join(LotBalance, LotBalance.lot_id == Lot.id)
        .join(Sku, Sku.id == Lot.sku_id)
        .join(Bin, Bin.id == LotBalance.bin_id)
        .where(Sku.is_lot_tracked, _PLACES, free > 0)
        .group_by(Lot.sku_id)
    )


def _others() -> sa.Select[Any]:
    free = StockBalance.on_hand - StockBalance.reserved
    return (
        sa.select(StockBalance.sku_id, *_parted(free))
        .join(Sku, Sku.id == StockBalance.sku_id)
        .join(Bin, Bin.id == StockBalance.bin_id)
        .where(~Sku.is_lot_tracked, ~StockBalance.is_in_work, _PLACES, free > 0)
        .group_by(StockBalance.sku_id)
    )


def _parted(free: sa.ColumnElement[int]) -> tuple[sa.ColumnElement[Any], ...]:
    return (
        sa.func.sum(sa.case((IS_SELLABLE, free), else_=0)).label("pieces"),
        sa.func.sum(sa.case((Bin.kind == BinKind.DOCK, free), else_=0)).label("dock"),
    )
