"""Counts beside documents that set the book right: no error is corrected twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.builders import World
from tests.commands.test_count_files import taken
from tests.commands.test_counting_among_moves import carry, put_down
from tests.counts import GRACE, Count, opened, supervisor
from tests.dock import Dock
from tests.tracked import by_piece, put
from warehouse.counting.commands.goods import CountGoods, count_goods
from warehouse.counting.models import LineState
from warehouse.errors import RuleViolation
from warehouse.inventory.tracking import SetTracking, set_tracking
from warehouse.people.models import Trail
from warehouse.placing.models import Why
from warehouse.receiving.commands.correcting import RightNumber
from warehouse.receiving.models import Fault
from warehouse.storing.commands.moves import AdjustStock, Taken, adjust_stock
from warehouse.storing.commands.place import UndoPlacing, undo_placing
from warehouse.storing.models import Handling


@pytest.fixture
def small(world: World) -> None:
    """Differences of a few pieces need no second person."""
    world.settings(count_recount_pieces=20)


def looked_at_again(count: Count, place: str, goods) -> None:
    outcome = count.post()
    assert (outcome.facts["posted"], outcome.facts["again"]) == (0, 1)
    assert count.line(place, goods).state is LineState.LOOK


def test_a_receipt_corrected_after_its_goods_were_counted_is_not_corrected_by_the_count(world):
    dock = Dock(world)
    dock.supplier()
    tee = world.sku("TEE")
    world.settings(count_recount_pieces=20)
    supervisor(world)
    receipt = dock.blind()
    dock.count(receipt, tee, 5)
    dock.count(receipt, tee, 1, fault=Fault.STAINED)
    dock.finish(receipt)
    dock.book(receipt)
    count = opened(world, "QUARANTINE")
    count.count("QUARANTINE", {tee: 3})
    world.now += GRACE
    count.approve()
    right = RightNumber(key=f"{tee.id}:faulty::", pieces=3)
    dock.corrected(receipt_id=receipt, reason="3 were faulty", lines=(right,))
    looked_at_again(count, "QUARANTINE", tee)
    assert world.balance("QUARANTINE", tee)[0] == 3


def test_opening_stock_after_the_counting_is_not_found_once_more(world: World, shelf, small):
    tee, _ = shelf
    count = opened(world, "A-3")
    count.count("A-3", {tee: 4})
    world.now += GRACE
    count.approve()
    world.stock(tee, "A-3", 4)
    looked_at_again(count, "A-3", tee)


@pytest.mark.parametrize("is_posted", [False, True])
def test_a_placing_undone_beside_a_count_takes_no_pieces_away_twice(
    world: World, shelf, small, is_posted: bool
):
    tee, mug = shelf
    put_down(world, carry(world, tee, "A-2", 3), "A-1")  # and really into A-3
    count = opened(world, "A-1")
    count.count("A-1", {tee: 10, mug: 5})
    world.now += GRACE
    if is_posted:
        count.approve_and_post()
        said = world.refused(RuleViolation, undo_placing, UndoPlacing, by="li")
        assert str(said).startswith("A-1 was counted since")
        return
    count.approve()
    world.do(undo_placing, UndoPlacing, by="li")
    put_down(world, world.all(Handling)[-1].id, "A-3")
    looked_at_again(count, "A-1", tee)
    assert (world.balance("A-1", tee)[0], world.balance("A-3", tee)[0]) == (10, 3)


def test_a_piece_of_which_nobody_knows_the_lot_is_asked_for_once_and_put_aside(
    world: World, shelf, small, tmp_path: Path
):
    camera = by_piece(world, "CAM")
    put(world, camera, "A-3", serials=("S1",))
    lost = Taken(bin="A-3", sku="CAM", pieces=1, serials=("S1",))
    world.do(adjust_stock, AdjustStock, taken=lost, is_more=False, why=Why.LOST)
    count = opened(world, "A-3")
    take = count.take("A-3")
    scan = {"take_id": take, "barcode": camera.barcode, "serial": "S1"}
    world.do(count_goods, CountGoods, by="ann", **scan)
    count.close(take)
    world.now += GRACE
    count.approve()
    world.do(set_tracking, SetTracking, sku_id=camera.id, is_lot_tracked=True,
             is_expiry_tracked=False, is_serial_tracked=True)  # fmt: skip
    assert count.post().facts["again"] == 1
    take = count.take("A-3", by="bob")
    refused = world.refused(
        RuleViolation, count_goods, CountGoods, by="bob", **{**scan, "take_id": take}
    )
    assert str(refused).startswith("Nobody knows which lot S1 of CAM is of. Put the piece aside")
    count.close(take, by="bob")
    assert count.line("A-3", camera).state is LineState.AGREED
    assert count.post().facts["state"] == "posted"
    again = opened(world, "A-3")
    file = tmp_path / "counts.csv"
    file.write_text("货位,商家编码,实盘数量,序列号\nA-3,CAM,1,s1\n", encoding="utf-8")
    (row,) = taken(world, file, again.id).rejected
    assert (row.column, str(row.reason)) == ("序列号", str(refused))
    seen = replace(lost, lot="L1")  # what it is told to do helps
    world.do(adjust_stock, AdjustStock, taken=seen, is_more=True, why=Why.FOUND)
    assert taken(world, file, again.id).bins == 1


@pytest.mark.parametrize("way", ["is_lot_tracked", "is_serial_tracked"])
def test_goods_kept_otherwise_since_are_counted_anew_and_the_others_posted(
    world: World, shelf, small, way: str
):
    tee, mug = shelf
    hat = world.sku("HAT")
    count = opened(world, "A-1", "A-3")
    count.count("A-3", {hat: 3})
    count.count("A-1", {tee: 9, mug: 5})
    world.now += GRACE
    count.approve()
    ways = dict.fromkeys(("is_lot_tracked", "is_expiry_tracked", "is_serial_tracked"), False)
    world.do(set_tracking, SetTracking, sku_id=hat.id, **{**ways, way: True})
    outcome = count.post()
    assert (outcome.facts["posted"], outcome.facts["again"]) == (1, 1)
    assert "cannot be" in str(outcome.message)
    assert count.line("A-3", hat).state is LineState.LOOK
    assert world.balance("A-1", tee)[0] == 9
    assert world.one(Trail, event="not_posted").facts == {"lines": 1, "goods": "HAT"}
