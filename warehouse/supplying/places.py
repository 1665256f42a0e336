"""Where SKUs stand, bin by bin and lot by lot, for a page of a list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku, Zone
from warehouse.inventory.models import Lot, LotBalance, StockBalance


@dataclass(frozen=True, kw_only=True)
class PlaceRow:
    """Pieces of a SKU in one bin; of one lot, where the SKU is kept by lot."""

    bin_id: int
    code: str
    kind: BinKind
    on_hand: int
    reserved: int
    lot: str = ""
    best_before: date | None = None


def places_of(session: Session, sku_ids: Collection[int]) -> dict[int, list[PlaceRow]]:
    """Return SKU id → where it stands, in walking order; totes and parcels are left out."""
    whole = (
        sa.select(
            StockBalance.sku_id, Bin.id, Bin.code, Bin.kind, Bin.walk_order,
            StockBalance.on_hand, StockBalance.reserved,
            sa.cast(sa.null(), Lot.code.type).label("lot"),
            sa.cast(sa.null(), Lot.best_before.type).label("best_before"),
        )
        .join(Bin, Bin.id == StockBalance.bin_id)
        .join(Sku, Sku.id == StockBalance.sku_id)
        .where(
            StockBalance.sku_id.in_(sku_ids), ~StockBalance.is_in_work, ~StockBalance.is_virtual,
            StockBalance.on_hand > 0, ~Sku.is_lot_tracked,
        )
    )  # fmt: skip
    by_lot = (
        sa.select(
            Lot.sku_id, Bin.id, Bin.code, Bin.kind, Bin.walk_order,
            LotBalance.on_hand, LotBalance.reserved, Lot.code.label("lot"), Lot.best_before,
        )
        .join(LotBalance, LotBalance.lot_id == Lot.id)
        .join(Bin, Bin.id == LotBalance.bin_id)
        .where(
            Lot.sku_id.in_(sku_ids), ~LotBalance.is_virtual, LotBalance.on_hand > 0,
            Bin.kind.not_in((BinKind.TOTE, BinKind.PARCEL)),
        )
    )  # fmt: skip
    found: dict[int, list[PlaceRow]] = defaultdict(list)
    rows = session.execute(sa.union_all(whole, by_lot)).all()
    for row in sorted(rows, key=lambda r: (r.walk_order, r.code, r.lot or "")):
        found[row.sku_id].append(
            PlaceRow(
                bin_id=row.id, code=row.code, kind=row.kind, on_hand=row.on_hand,
                reserved=row.reserved, lot=row.lot or "", best_before=row.best_before,
            )
        )  # fmt: skip
    return found


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
