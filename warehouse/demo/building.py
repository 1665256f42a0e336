"""The demo building: three zones of shelves in walking order, totes, cartons, stations, goods."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from warehouse.catalog.commands.equipment import SaveCarton, SaveStation, save_carton, save_station
from warehouse.catalog.commands.places import (
    BinFacts,
    ImportBins,
    MakeTotes,
    SaveZone,
    import_bins,
    make_totes,
    save_zone,
)
from warehouse.catalog.commands.skus import ImportSkus, import_skus
from warehouse.catalog.models import BinKind, StationKind
from warehouse.demo.desk import Desk
from warehouse.demo.goods import Variant
from warehouse.inventory.commands import ImportOpening, import_opening
from warehouse.inventory.listed import OpeningRow

TOTES = 48
RACK_PITCH_MM = 2_400
POSITION_PITCH_MM = 1_000
SET_ASIDE_WALK = 800_000
FULL_SHELF = (24, 90)
FAST_FACTOR = 2  # what is bought often stands in two bins


@dataclass(frozen=True, kw_only=True)
class ZonePlan:
    """A zone: racks of so many levels and positions, from `left_mm` on."""

    code: str
    name: str
    racks: int
    levels: int
    positions: int
    left_mm: int


ZONES = (
    ZonePlan(code="A", name="服饰区", racks=10, levels=3, positions=10, left_mm=0),
    ZonePlan(code="B", name="小件区", racks=10, levels=4, positions=5, left_mm=26_000),
    ZonePlan(code="C", name="大件区", racks=5, levels=2, positions=10, left_mm=52_000),
)

# Code, name, inner size in mm, own weight in grams: the usual postal cartons and mailing bags.
CARTONS = (
    ("PB-S", "快递袋 小 28×42", 420, 280, 40, 15),
    ("PB-L", "快递袋 大 45×60", 600, 450, 80, 32),
    ("CTN-8", "8号纸箱", 210, 110, 140, 95),
    ("CTN-6", "6号纸箱", 260, 150, 180, 150),
    ("CTN-5", "5号纸箱", 290, 170, 190, 185),
    ("CTN-4", "4号纸箱", 350, 190, 230, 260),
    ("CTN-3", "3号纸箱", 430, 210, 270, 360),
    ("CTN-1", "1号纸箱", 530, 290, 370, 620),
)

STATIONS = (
    ("ST-PICK-1", "拣货车 1", StationKind.PICK),
    ("ST-PICK-2", "拣货车 2", StationKind.PICK),
    ("ST-PICK-3", "拣货车 3", StationKind.PICK),
    ("ST-CHECK-1", "复核台 1", StationKind.CHECK),
    ("ST-CHECK-2", "复核台 2", StationKind.CHECK),
    ("ST-PACK-1", "打包台 1", StationKind.PACK),
    ("ST-PACK-2", "打包台 2", StationKind.PACK),
    ("ST-WEIGH-1", "称重台 1", StationKind.WEIGH),
    ("ST-SHIP-1", "交接口 1", StationKind.SHIP),
    ("ST-STOCK-1", "库存工位 1", StationKind.STOCK),
    ("ST-DESK-1", "主管台", StationKind.DESK),
)


def raise_building(desk: Desk) -> None:
    """Make zones, bins, totes, cartons and stations."""
    for sequence, zone in enumerate(ZONES, start=1):
        desk.do(save_zone, SaveZone, code=zone.code, name=zone.name, sequence=sequence)
    desk.do(import_bins, ImportBins, rows=(*shelves(), *_set_aside_places()))
    desk.do(make_totes, MakeTotes, count=TOTES)
    for code, name, length_mm, width_mm, height_mm, tare_g in CARTONS:
        desk.do(
            save_carton, SaveCarton, code=code, name=name, length_mm=length_mm,
            width_mm=width_mm, height_mm=height_mm, tare_g=tare_g,
        )  # fmt: skip
    for code, name, kind in STATIONS:
        desk.do(save_station, SaveStation, code=code, name=name, kind=kind)


def stock_goods(desk: Desk, goods: Sequence[Variant], seed: int) -> None:
    """Make the SKUs and put them on the shelves of their zone, a SKU or two to few bins."""
    desk.do(import_skus, ImportSkus, rows=tuple(v.sku for v in goods))
    rows = tuple(opening_rows(goods, seed))
    desk.do(import_opening, ImportOpening, rows=rows)


def shelves() -> Iterator[BinFacts]:
    """Yield the shelf bins in the order one walks them: up one rack and down the next."""
    walk = 0
    for zone in ZONES:
        for rack in range(1, zone.racks + 1):
            positions = range(1, zone.positions + 1)
            for position in positions if rack % 2 else reversed(positions):
                for level in range(1, zone.levels + 1):
                    walk += 10
                    yield BinFacts(
                        code=f"{zone.code}-{rack:02d}-{level}-{position:02d}",
                        zone=zone.code,
                        x_mm=zone.left_mm + (rack - 1) * RACK_PITCH_MM,
                        y_mm=position * POSITION_PITCH_MM,
                        walk_order=walk,
                    )


def opening_rows(goods: Sequence[Variant], seed: int) -> Iterator[OpeningRow]:
    """Yield what stands where: neighbours on the shelf are of one product, as people do it."""
    chance = random.Random(f"stock {seed}")  # noqa: S311  (a demo, no secret)
    for zone in ZONES:
        bins = [b.code for b in shelves() if b.zone == zone.code]
        mine = [v for v in goods if v.product.zone == zone.code]
        spread = len(bins) / len(mine)
        for place, variant in enumerate(mine):
            pieces = chance.randint(*FULL_SHELF)
            at = int(place * spread)
            yield OpeningRow(bin_code=bins[at], sku_code=variant.sku.code, pieces=pieces)
            is_fast = variant.product.popularity >= 7  # noqa: PLR2004
            if is_fast and int((place + 1) * spread) > at + 1:
                pieces = FAST_FACTOR * chance.randint(*FULL_SHELF)
                yield OpeningRow(bin_code=bins[at + 1], sku_code=variant.sku.code, pieces=pieces)


def _set_aside_places() -> tuple[BinFacts, ...]:
    return tuple(
        BinFacts(code=f"R-{n:02d}", kind=BinKind.SET_ASIDE, walk_order=SET_ASIDE_WALK + n)
        for n in (1, 2)
    )
