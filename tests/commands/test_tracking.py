"""How a SKU is kept is switched only while nobody has to guess a lot or a number."""

from __future__ import annotations

from datetime import date

import pytest

from tests.builders import Stage, World
from tests.tracked import by_lot, lots_at, places, put
from warehouse.catalog.commands.skus import ImportSkus, SkuFacts
from warehouse.catalog.models import Sku
from warehouse.errors import InvalidInput, RuleViolation, WarehouseError
from warehouse.inventory.commands import ImportOpening, import_opening
from warehouse.inventory.listed import OpeningRow
from warehouse.inventory.models import Lot
from warehouse.inventory.tracking import (
    GiveLot,
    SetTracking,
    give_lot,
    import_tracked_skus,
    set_tracking,
)
from warehouse.placing.models import Why
from warehouse.storing.commands.moves import AdjustStock, Taken, adjust_stock

DAY = date(2027, 1, 31)
LOT = {"is_lot_tracked": True, "is_expiry_tracked": False, "is_serial_tracked": False}
PIECE = {"is_lot_tracked": False, "is_expiry_tracked": False, "is_serial_tracked": True}
NONE = {"is_lot_tracked": False, "is_expiry_tracked": False, "is_serial_tracked": False}


def kept(world: World, goods) -> tuple[bool, bool, bool, int]:
    sku = world.get(Sku, goods.id)
    return (
        sku.is_lot_tracked, sku.is_expiry_tracked, sku.is_serial_tracked, sku.days_before_expiry,
    )  # fmt: skip


def test_a_sku_of_which_nothing_stands_is_switched(world: World):
    goods = world.sku()
    world.do(set_tracking, SetTracking, sku_id=goods.id, **{**LOT, "is_expiry_tracked": True},
             days_before_expiry=30)  # fmt: skip
    assert kept(world, goods) == (True, True, False, 30)
    world.do(set_tracking, SetTracking, sku_id=goods.id, **PIECE)
    assert kept(world, goods) == (False, False, True, 0)


@pytest.mark.parametrize("wanted", [LOT, PIECE])
def test_a_sku_in_the_house_is_not(world: World, wanted):
    goods = world.sku()
    world.stock(goods, "A-01", 3)
    refused = world.refused(RuleViolation, set_tracking, SetTracking, sku_id=goods.id, **wanted)
    assert "3 pieces" in str(refused)
    assert "A-01" in str(refused)


def test_nor_is_one_kept_by_lot_let_loose(world: World):
    goods = by_lot(world)
    put(world, goods, "A-01", 1, lot="L1")
    world.refused(RuleViolation, set_tracking, SetTracking, sku_id=goods.id, **NONE)
    expiry = {**LOT, "is_expiry_tracked": True}
    refused = world.refused(RuleViolation, set_tracking, SetTracking, sku_id=goods.id, **expiry)
    assert "L1" in str(refused)


@pytest.mark.parametrize(
    "wanted", [{**NONE, "is_expiry_tracked": True}, {**LOT, "days_before_expiry": -1}]
)
def test_what_makes_no_sense_is_refused(world: World, wanted):
    world.refused(InvalidInput, set_tracking, SetTracking, sku_id=world.sku().id, **wanted)


def test_all_stock_is_given_a_lot(world: World):
    goods = world.sku()
    world.stock(goods, "A-01", 3)
    world.stock(goods, "B-01", 2)
    world.do(give_lot, GiveLot, sku_id=goods.id, lot=" l1 ", best_before=DAY)
    assert lots_at(world, "A-01") == {"L1": (3, 0)}
    assert lots_at(world, "B-01") == {"L1": (2, 0)}
    assert world.one(Lot).best_before == DAY
    assert world.differences() == []
    world.refused(RuleViolation, give_lot, GiveLot, sku_id=goods.id, lot="L2")


@pytest.mark.parametrize("stage", [Stage.WAVED, Stage.PICKED])
def test_stock_in_work_for_an_order_is_not(world: World, stage: Stage):
    work = world.bring(stage)
    world.refused(RuleViolation, give_lot, GiveLot, sku_id=work.goods["TEE"].id, lot="L1")


@pytest.mark.parametrize("wanted", [LOT, PIECE])
@pytest.mark.parametrize("is_switched_first", [True, False])
def test_goods_switched_while_they_are_booked_are_not_booked_as_they_were_kept(
    world: World, wanted, is_switched_first: bool
):
    goods = world.sku()
    world.bin("A-01")
    taken = Taken(bin="A-01", sku=goods.code, pieces=5)
    switch = world.command(SetTracking, sku_id=goods.id, **wanted)
    found = world.command(AdjustStock, taken=taken, is_more=True, why=Why.FOUND)
    acts = [(set_tracking, switch), (adjust_stock, found)]
    ended = world.overlap(*(acts if is_switched_first else reversed(acts)))
    assert isinstance(ended, WarehouseError)
    assert world.standing(goods) == (
        {} if is_switched_first else {"A-01": 5, "COUNT-DIFFERENCE": -5}
    )
    assert world.differences() == []


def test_a_list_of_skus_says_how_they_are_kept(world: World):
    known = world.sku("OLD")
    world.stock(known, "A-01", 1)
    rows = (
        SkuFacts(code="NEW", name="New", row=2, is_lot_tracked=True, days_before_expiry=7),
        SkuFacts(code="OLD", name="Old", row=3, is_serial_tracked=True),
        SkuFacts(code="PLAIN", name="Plain", row=4),
    )
    outcome = world.do(import_tracked_skus, ImportSkus, rows=rows)
    assert [r["row"] for r in outcome.facts["refused"]] == [3]
    assert kept(world, world.one(Sku, code="NEW")) == (True, False, False, 7)
    assert kept(world, world.one(Sku, code="PLAIN")) == (False, False, False, 0)


def test_a_row_refused_for_another_reason_is_told_how_its_sku_cannot_be_kept_as_well(world: World):
    world.stock(world.sku("OLD"), "A-01", 1)
    rows = (
        SkuFacts(code="OLD", name="", row=2, is_lot_tracked=True, days_before_expiry=-1),
        SkuFacts(code="NEW", name="New", row=3, weight_g=-1, is_expiry_tracked=True),
        SkuFacts(code="", name="", row=4, unread=("code", "name"), days_before_expiry=9_999),
    )
    outcome = world.do(import_tracked_skus, ImportSkus, rows=rows)
    assert [(r["row"], r["field"]) for r in outcome.facts["refused"]] == [
        (2, "name"), (2, "days_before_expiry"), (2, "is_lot_tracked"),
        (3, "weight_g"), (3, "is_expiry_tracked"), (4, "days_before_expiry"),
    ]  # fmt: skip
    assert world.all(Sku, code="NEW") == []
    assert kept(world, world.one(Sku, code="OLD")) == (False, False, False, 0)


def test_opening_stock_says_lots_and_numbers(world: World):
    serum, tee = by_lot(world, is_expiry_tracked=True), world.sku("TEE")
    camera = world.sku("CAMERA")
    world.do(set_tracking, SetTracking, sku_id=camera.id, **PIECE)
    world.bin("A-01")
    rows = [
        OpeningRow(bin_code="A-01", sku_code="SERUM", pieces=2, lot="l1", best_before=DAY),
        OpeningRow(bin_code="A-01", sku_code="SERUM", pieces=2, lot="l2", best_before=DAY),
        OpeningRow(bin_code="A-01", sku_code="CAMERA", pieces=2, serials=("s1", "s2")),
        OpeningRow(bin_code="A-01", sku_code="TEE", pieces=2),
    ]
    bad = [
        OpeningRow(bin_code="A-01", sku_code="SERUM", pieces=1),
        OpeningRow(bin_code="A-01", sku_code="SERUM", pieces=1, lot="L3"),
        OpeningRow(
            bin_code="A-01", sku_code="SERUM", pieces=1, lot="L1", best_before=date(2027, 2, 1)
        ),
        OpeningRow(bin_code="A-01", sku_code="TEE", pieces=1, lot="L1"),
        OpeningRow(bin_code="A-01", sku_code="TEE", pieces=1, serials=("S1",)),
        OpeningRow(bin_code="A-01", sku_code="CAMERA", pieces=2, serials=("S5", "S5")),
        OpeningRow(bin_code="A-01", sku_code="CAMERA", pieces=1, serials=("S1",)),
        OpeningRow(bin_code="A-01", sku_code="CAMERA", pieces=1, serials=("S" * 21,)),
        OpeningRow(bin_code="A-01", sku_code="SERUM", pieces=1, lot="L" * 21, best_before=DAY),
        OpeningRow(
            bin_code="A-01", sku_code="SERUM", pieces=1, lot="L4", best_before=date(2062, 1, 1)
        ),
    ]
    given = tuple(r._replace(row=n) for n, r in enumerate([*bad, *rows]))
    outcome = world.do(import_opening, ImportOpening, rows=tuple(reversed(given)))
    assert sorted(r["row"] for r in outcome.facts["refused"]) == list(range(len(bad)))
    assert outcome.facts["new"] == len(rows)
    again = world.do(import_opening, ImportOpening, rows=given[len(bad) :])
    assert again.facts["unchanged"] == len(rows)
    assert lots_at(world, "A-01") == {"L1": (2, 0), "L2": (2, 0)}
    assert places(world) == {"S1": "A-01", "S2": "A-01"}
    assert world.balance("A-01", tee)[0] == world.balance("A-01", camera)[0] == 2
    assert world.balance("A-01", serum)[0] == 4
    assert world.differences() == []
