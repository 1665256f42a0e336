"""What may be promised: free pieces by bin, of goods kept by lot those of fit lots only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.inventory.queries import free_by_lot, free_by_sku
from warehouse.waves.rules import BinStock


def stock_of(
    session: Session, sku_ids: Collection[int], *, day: date, avoid_bin_id: int | None = None
) -> dict[int, list[BinStock]]:
    """Return SKU id → where its free pieces stand on the site's `day`, in walking order.

    The bin to be avoided, if one is named, is left out.
    """
    parts = [
        _of(free_by_sku(), avoid_bin_id, sku_ids),
        _of(free_by_lot(day), avoid_bin_id, sku_ids),
    ]
    stock: dict[int, list[BinStock]] = defaultdict(list)
    for sku_id, bin_id, walk_order, free, lot_id, best_before in session.execute(
        sa.union_all(*parts).order_by("walk_order", "bin_id", "lot_id")
    ):
        stock[sku_id].append(BinStock(bin_id, walk_order, free, lot_id, best_before))
    return stock


def _of(
    free: sa.Select[*tuple[Any, ...]], avoid_bin_id: int | None, sku_ids: Collection[int]
) -> sa.Select[*tuple[Any, ...]]:
    columns = free.selected_columns
    wanted = free.where(columns["sku_id"].in_(sku_ids))
    return wanted if avoid_bin_id is None else wanted.where(columns["bin_id"] != avoid_bin_id)
