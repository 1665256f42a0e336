"""Finding SKUs by where they stand."""

from __future__ import annotations

import sqlalchemy as sa

from warehouse.catalog.models import Bin, Sku, Zone
from warehouse.inventory.models import StockBalance


def stands_in_zone(code: str) -> sa.ColumnElement[bool]:
    """Return the condition that some of `Sku` stands in the zone."""
    return sa.exists(
        sa.select(StockBalance.sku_id)
        .join(Bin, Bin.id == StockBalance.bin_id)
        .join(Zone, Zone.id == Bin.zone_id)
        .where(
            StockBalance.sku_id == Sku.id, ~StockBalance.is_in_work, StockBalance.on_hand > 0,
            Zone.code == code,
        )
    )  # fmt: skip
