"""Pieces that stand where they could be sold and may not be: unfit, in doubt, or not found."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import IS_SELLABLE
from warehouse.inventory.fitness import SUSPECT_SKUS, is_fit
from warehouse.inventory.models import Lot, LotBalance, StockBalance, Unfound
from warehouse.inventory.unfound import FREE, FREE_OF_LOT, IN_REACH, IN_REACH_OF_LOT, at_least_0

_PLACES = sa.or_(IS_SELLABLE, Bin.kind == BinKind.DOCK)


def unsellable(day: date) -> sa.Subquery:
    """Return (sku_id, pieces, dock): the free pieces of each SKU that may not be sold on the day.

    Of unfit lots, of kits in doubt, and what was not found in its bin and waits to be counted.
    """
    is_suspect = StockBalance.sku_id.in_(SUSPECT_SKUS)
    lost, lost_of_lot = FREE - at_least_0(IN_REACH), FREE_OF_LOT - at_least_0(IN_REACH_OF_LOT)
    parts = sa.union_all(
        _lots(FREE_OF_LOT).where(~is_fit(day)),
        _lots(lost_of_lot).where(is_fit(day), _is_kept()),
        _others(FREE).where(is_suspect),
        _others(lost).where(~is_suspect, _is_kept()),
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


def _is_kept() -> sa.ColumnElement[bool]:
    return sa.exists().where(Unfound.bin_id == Bin.id, Unfound.sku_id == Sku.id)


def _lots(pieces: sa.ColumnElement[int]) -> sa.Select[Any]:
    return (
        sa.select(Lot.sku_id, *_parted(pieces))
        .join(LotBalance, LotBalance.lot_id == Lot.id)
        .join(Sku, Sku.id == Lot.sku_id)
        .join(Bin, Bin.id == LotBalance.bin_id)
        .where(Sku.is_lot_tracked, _PLACES, FREE_OF_LOT > 0)
        .group_by(Lot.sku_id)
    )


def _others(pieces: sa.ColumnElement[int]) -> sa.Select[Any]:
    return (
        sa.select(StockBalance.sku_id, *_parted(pieces))
        .join(Sku, Sku.id == StockBalance.sku_id)
        .join(Bin, Bin.id == StockBalance.bin_id)
        .where(~Sku.is_lot_tracked, ~StockBalance.is_in_work, _PLACES, FREE > 0)
        .group_by(StockBalance.sku_id)
    )


def _parted(pieces: sa.ColumnElement[int]) -> tuple[sa.ColumnElement[Any], ...]:
    return (
        sa.func.sum(sa.case((IS_SELLABLE, pieces), else_=0)).label("pieces"),
        sa.func.sum(sa.case((Bin.kind == BinKind.DOCK, pieces), else_=0)).label("dock"),
    )
