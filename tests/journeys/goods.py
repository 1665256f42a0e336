"""Barcodes of goods, as a hand would find them on the piece."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Barcode


def ean_of(session: Session, sku_id: int) -> str:
    """Return a barcode of the SKU that is worth one piece."""
    return session.scalars(
        sa.select(Barcode.code)
        .where(Barcode.sku_id == sku_id, Barcode.pieces == 1)
        .order_by(Barcode.code)
        .limit(1)
    ).one()
