"""What a piece was bought for, where the warehouse knows."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.receiving.models import PurchaseLine

MOST_IDS = 500  # in one question to the database


def prices_of(session: Session, sku_ids: Iterable[int]) -> dict[int, int]:
    """Return SKU id → fen of one piece on its newest priced purchase order; others are left out."""
    wanted = sorted(set(sku_ids))
    found: dict[int, int] = {}
    for start in range(0, len(wanted), MOST_IDS):
        newest = (
            sa.select(sa.func.max(PurchaseLine.id))
            .where(
                PurchaseLine.sku_id.in_(wanted[start : start + MOST_IDS]),
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
