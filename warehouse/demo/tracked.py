"""Goods of the demo site that are kept by lot, with a best-before, and piece by piece."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from warehouse.catalog.commands.skus import ImportSkus, SkuFacts
from warehouse.demo.desk import Desk
from warehouse.inventory.commands import ImportOpening, import_opening
from warehouse.inventory.listed import OpeningRow
from warehouse.inventory.models import Lot
from warehouse.inventory.tracking import import_tracked_skus
from warehouse.tracing.commands.blocking import BlockLot, block_lot

CREAM = SkuFacts(
    code="HS-75", name="茶树护手霜 75 克", properties="75g", weight_g=95, length_mm=150,
    width_mm=50, height_mm=35, is_lot_tracked=True, is_expiry_tracked=True, days_before_expiry=30,
)  # fmt: skip
SPEAKER = SkuFacts(
    code="YX-01", name="便携蓝牙音箱", properties="黑色", weight_g=540, length_mm=180,
    width_mm=80, height_mm=80, is_serial_tracked=True,
)  # fmt: skip
# Lot → bin, pieces, days it is good from today.
LOTS = {
    "H2401": ("A-01-1-01", 6, -12),
    "H2502": ("A-01-1-01", 18, 21),
    "H2503": ("A-01-1-02", 40, 75),
    "H2601": ("A-01-1-03", 96, 400),
}
RECALLED = "H2503"
SPEAKER_BIN = "A-01-1-04"
SPEAKERS = tuple(f"YX01-{n:05d}" for n in range(31, 43))


def stock_tracked_goods(desk: Desk) -> None:
    """Make a cream with lots old and new, one of them blocked, and a speaker known by number."""
    desk.do(import_tracked_skus, ImportSkus, rows=(CREAM, SPEAKER))
    today = desk.now.date()
    rows = [
        OpeningRow(bin_code=place, sku_code=CREAM.code, pieces=pieces, lot=lot,
                   best_before=today + timedelta(days=days))
        for lot, (place, pieces, days) in LOTS.items()
    ]  # fmt: skip
    rows.append(
        OpeningRow(bin_code=SPEAKER_BIN, sku_code=SPEAKER.code, pieces=len(SPEAKERS),
                   serials=SPEAKERS)
    )  # fmt: skip
    desk.do(import_opening, ImportOpening, rows=tuple(rows))
    lot_id = desk.session.scalar(sa.select(Lot.id).where(Lot.code == RECALLED))
    desk.do(block_lot, BlockLot, lot_id=lot_id, reason="质检抽查：膏体发黄")
