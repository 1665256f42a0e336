"""Stock work of the demo: reserve behind the shelves, goods in the dock, a gift set."""

from __future__ import annotations

from collections.abc import Sequence

from warehouse.catalog.commands.places import BinFacts, ImportBins, import_bins
from warehouse.catalog.commands.skus import SaveSku, SkuFacts, save_sku
from warehouse.catalog.models import BinKind
from warehouse.demo.desk import Desk
from warehouse.demo.goods import Variant
from warehouse.inventory.commands import ImportOpening, import_opening
from warehouse.inventory.listed import OpeningRow
from warehouse.kitting.commands.kit import Part, SaveKit, save_kit

RESERVE_WALK = 700_000
RESERVES = 6
IN_DOCK = (24, 36, 12, 48)  # pieces of the first goods


def prepare_stock(desk: Desk, goods: Sequence[Variant]) -> None:
    """Make reserve bins with limits, put goods into the dock, say what the gift set is made of."""
    reserve = tuple(
        BinFacts(
            code=f"Z-{n:02d}", zone="Z", kind=BinKind.RESERVE, walk_order=RESERVE_WALK + n,
            length_mm=1_200, width_mm=800, height_mm=900, most_weight_g=400_000,
        )
        for n in range(1, RESERVES + 1)
    )  # fmt: skip
    desk.do(import_bins, ImportBins, rows=reserve)
    step = max(len(goods) // len(IN_DOCK), 1)
    chosen = goods[::step][: len(IN_DOCK)]
    rows = tuple(
        OpeningRow(bin_code="DOCK", sku_code=v.sku.code, pieces=pieces)
        for v, pieces in zip(chosen, IN_DOCK, strict=False)
    )
    desk.do(import_opening, ImportOpening, rows=rows)
    gift = SkuFacts(code="GIFT-01", name="开学礼盒", properties="两件装")
    desk.do(save_sku, SaveSku, facts=gift)
    parts = (
        Part(sku=chosen[0].sku.code, pieces=1),
        Part(sku=chosen[-1].sku.code, pieces=2),
    )
    desk.do(save_kit, SaveKit, kit="GIFT-01", parts=parts)
