"""Moving all that stands in a bin at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.errors import RuleViolation
from warehouse.gathering import Gathered
from warehouse.inventory.models import StockBalance, Unfound
from warehouse.storing.sources import require_free
from warehouse.text import say


def content_of(session: Session, bin_id: int) -> Sequence[Any]:
    """Return sku_id, on_hand and reserved of everything that stands in a bin, by SKU."""
    return session.execute(
        sa.select(StockBalance.sku_id, StockBalance.on_hand, StockBalance.reserved)
        .where(StockBalance.bin_id == bin_id, StockBalance.on_hand > 0)
        .order_by(StockBalance.sku_id)
    ).all()


def require_whole(session: Session, place: Bin, content: Sequence[Any]) -> None:
    """Refuse to move a bin as a whole of which pieces are promised, or were not found there.

    Who moves all of it counts nothing: in another bin the book could sell what nobody has seen.

    Raises:
        InsufficientStock: some are promised; to whom is named. RuleViolation: some were not found.
    """
    told = Gathered()
    for row in content:
        if row.reserved:
            sku = session.get_one(Sku, row.sku_id)
            told.take("bin", partial(require_free, session, place, sku, row.on_hand))
    for gone in _unfound(session, place):
        text = say(
            "Not found in {bin}: {pieces} × {sku}. Count the bin first, or move only the"
            " pieces that are there.",
            bin=place.code, pieces=min(gone.pieces, gone.on_hand), sku=gone.code,
        )  # fmt: skip
        told.keep(RuleViolation(text), "bin")
    told.refuse()


def _unfound(session: Session, place: Bin) -> Sequence[Any]:
    return session.execute(
        sa.select(Sku.code, StockBalance.on_hand, sa.func.sum(Unfound.pieces).label("pieces"))
        .join(Unfound, Unfound.sku_id == Sku.id)
        .join(
            StockBalance,
            sa.and_(StockBalance.bin_id == Unfound.bin_id, StockBalance.sku_id == Sku.id),
        )
        .where(Unfound.bin_id == place.id, StockBalance.on_hand > 0)
        .group_by(Sku.code, StockBalance.on_hand)
        .order_by(Sku.code)
    ).all()
