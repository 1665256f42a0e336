"""Gift boxes of the demo with a candle inside, held back since a lot of the candles is blocked."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.commands.skus import ImportSkus, SkuFacts
from warehouse.catalog.models import Sku
from warehouse.commands import Actor
from warehouse.demo.desk import Desk
from warehouse.demo.goods import Variant
from warehouse.inventory.commands import ImportOpening, import_opening
from warehouse.inventory.listed import OpeningRow
from warehouse.inventory.models import Lot
from warehouse.inventory.tracking import import_tracked_skus
from warehouse.kitting.commands.assemble import AssembleKits, assemble_kits
from warehouse.kitting.commands.kit import Part, PartFrom, SaveKit, save_kit
from warehouse.placing.models import Why
from warehouse.storing.commands.moves import QuarantineStock, Taken, quarantine_stock
from warehouse.tracing.commands.blocking import BlockLot, block_lot

CANDLE = SkuFacts(
    code="LZ-20", name="香薰蜡烛 白茶", properties="200g", weight_g=320, length_mm=80, width_mm=80,
    height_mm=95, is_lot_tracked=True,
)  # fmt: skip
BOX = SkuFacts(code="GIFT-02", name="晚安香薰礼盒", properties="两件装", weight_g=760)
HAMPER = SkuFacts(code="GIFT-03", name="乔迁大礼盒", properties="礼盒套装", weight_g=1_500)
CANDLES_IN, KITS_IN = "Z-05", "Z-06"
LOTS = {"C2607": 20, "C2609": 36}  # and the pieces that came
RECALLED = "C2607"
MADE = {"C2607": 6, "C2609": 4}  # boxes, by the lot of the candle
HAMPERS = 2


def hold_kits_back(
    session: Session, people: dict[str, int], goods: list[Variant], at: datetime
) -> None:
    """Make boxes of candles of two lots, put some into hampers, and block one of the lots."""
    desk = Desk(session=session, now=at, name="k", actor=Actor(person_id=people["huang"]))
    cup = next(v.sku.code for v in goods if v.product.zone == "B")
    desk.do(import_tracked_skus, ImportSkus, rows=(CANDLE, BOX, HAMPER))
    rows = tuple(
        OpeningRow(bin_code=CANDLES_IN, sku_code=CANDLE.code, pieces=pieces, lot=lot)
        for lot, pieces in LOTS.items()
    )
    desk.do(import_opening, ImportOpening, rows=rows)
    box = (Part(sku=CANDLE.code, pieces=1), Part(sku=cup, pieces=1))
    desk.do(save_kit, SaveKit, kit=BOX.code, parts=box)
    hamper = (Part(sku=BOX.code, pieces=1), Part(sku=cup, pieces=2))
    desk.do(save_kit, SaveKit, kit=HAMPER.code, parts=hamper)
    for lot, kits in MADE.items():
        _make(desk, BOX, kits, (PartFrom(sku=CANDLE.code, bin=CANDLES_IN, pieces=kits, lot=lot),))
    _make(desk, HAMPER, HAMPERS, ())
    aside = Taken(bin=KITS_IN, sku=BOX.code, pieces=1)
    desk.do(quarantine_stock, QuarantineStock, taken=aside, why=Why.IN_DOUBT)
    lot_id = session.scalars(sa.select(Lot.id).where(Lot.code == RECALLED)).one()
    desk.do(block_lot, BlockLot, lot_id=lot_id, reason="供应商来函：烛芯松动")


def _make(desk: Desk, kit: SkuFacts, kits: int, taken: tuple[PartFrom, ...]) -> None:
    kit_id = desk.session.scalars(sa.select(Sku.id).where(Sku.code == kit.code)).one()
    given = {"kit_id": kit_id, "kits": kits, "to": KITS_IN, "taken": taken}
    desk.do(assemble_kits, AssembleKits, **given)
