"""What a piece was bought for, where the warehouse knows."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.db import portions
from warehouse.receiving.models import PurchaseLine


def prices_of(session: Session, sku_ids: Iterable[int]) -> dict[int, int]:
    """Return SKU id → fen of one piece on its newest priced purchase order; others are left out."""
    found: dict[int, int] = {}
    for wanted in portions(sku_ids):
        newest = (
            sa.select(sa.func.max(PurchaseLine.id))
            .where(
                PurchaseLine.sku_id.in_(wanted),
                PurchaseLine.price_fen > 0,
            )
            .group_by(PurchaseLine.sku_id)
        )
        rows = session.execute(
            sa.select(PurchaseLine.sku_id, PurchaseLine.price_fen).where(
                PurchaseLine.id.in_(newest)
            )
        )
        found.update((sku_id, fen) for sku_id, fen in rows)
    return found
