"""Orders that go short wait for reserve whatever made them short, and come before later ones."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.builders import Goods, Stage, Work, World
from tests.commands.test_replenishing import planned, take, tee, wave_of
from tests.counts import move, opened
from tests.tracked import by_lot, put
from warehouse.catalog.models import BinKind
from warehouse.commands import Actor
from warehouse.inventory.models import Lot, MoveReason
from warehouse.orders.models import Consignment, HoldKind
from warehouse.picking.commands.exceptions import ReportShort, report_short
from warehouse.replenishing.commands.on_face import PutOnFace, put_on_face
from warehouse.replenishing.models import ReplenishTask
from warehouse.tracing.commands.blocking import BlockLot, block_lot
from warehouse.tracing.commands.expiring import expire_promised

__all__ = ["tee"]


def due(world: World, work: Work, days: int, *, is_urgent: bool = False) -> Work:
    """Promise the order for so many days from now."""
    values = {"promise_at": world.now + timedelta(days=days), "is_urgent": is_urgent}
    with world.database.transaction() as session:
        of_work = Consignment.id == work.consignment_id
        session.execute(sa.update(Consignment).where(of_work).values(**values))
    return work


def bring(world: World, goods: Goods, pieces: int) -> None:
    """Carry pieces of the open task from R-01 to its shelf."""
    task = world.one(ReplenishTask, state="open").id
    take(world, task, goods, pieces, "R-01")
    world.do(put_on_face, PutOnFace, by="li", task_id=task, barcode="A-01")


def is_waved(world: World, work: Work) -> bool:
    return world.state(Consignment, work.consignment_id) == "waved"


def waits(world: World, work: Work) -> bool:
    """Tell whether the order is ready, held for nothing, and reserve goods are asked for."""
    assert world.holds(work.order_id) == []
    assert world.state(Consignment, work.consignment_id) == "ready"
    return [task.is_urgent for task in world.all(ReplenishTask, state="open")] == [True]


@pytest.mark.parametrize("how", ["blocked", "expired"])
def test_what_a_lot_leaves_short_waits_for_reserve(world: World, how: str):
    world.site()
    goods = by_lot(world)
    put(world, goods, "A-01", 3, lot="L1", day=date(2026, 3, 2))
    world.bin("R-01", kind=BinKind.RESERVE)
    put(world, goods, "R-01", 9, lot="L2", day=date(2027, 3, 2))
    work = world.bring(Stage.TOTE_BOUND, lines={goods: 2}, on_hand=0)
    half = world.bring(Stage.HALF_PICKED, work=world.released({goods: 1}))
    assert half.order_id != work.order_id
    if how == "blocked":
        lot_id = world.one(Lot, code="L1").id
        world.do(block_lot, BlockLot, lot_id=lot_id, reason="smells")
    else:
        later = world.now + timedelta(days=1)
        expire_promised(world.database, actor=Actor(person_id=1), at=later, zone=world.zone)
        world.now = later
    assert waits(world, work)
    assert planned(world)[0][:2] == ("R-01", "A-01")
    assert world.differences() == []


def test_what_a_count_did_not_find_waits_for_reserve(world: World):
    world.site()
    goods = world.sku("TEE")
    world.stock(goods, "A-01", 4)
    world.bin("R-01", kind=BinKind.RESERVE)
    world.stock(goods, "R-01", 3)
    work = world.bring(Stage.TOTE_BOUND, lines={goods: 2}, on_hand=0)
    later = world.bring(Stage.TOTE_BOUND, work=world.released({goods: 2}))
    count = opened(world, "A-01")
    for who in ("ann", "bob"):
        count.count("A-01", {}, by=who)
    count.approve_and_post()
    assert waits(world, work)
    assert world.holds(later.order_id) == [HoldKind.STOCK_SHORT]
    assert planned(world) == [("R-01", "A-01", 2, True)]
    assert world.differences() == []


def test_what_was_brought_for_an_order_is_left_to_it(world: World, tee: Goods):
    first = due(world, world.released({tee: 5}), 9)
    later = due(world, world.released({tee: 4}), 1)
    assert wave_of(world, first).facts["for_reserve"] == [first.consignment_id]
    bring(world, tee, 3)
    told = wave_of(world, later)
    assert told.facts["for_reserve"] == [later.consignment_id]
    assert str(told.message).endswith("are kept for 1 order that waited.")
    assert planned(world) == [("R-01", "A-01", 4, True)]
    assert wave_of(world, first).facts["left_out"] == []
    assert is_waved(world, first)
    bring(world, tee, 4)
    wave_of(world, later)
    assert is_waved(world, later)
    assert world.differences() == []


def test_half_of_what_an_order_waits_for_is_kept_for_it_too(world: World, tee: Goods):
    first, later = world.released({tee: 5}), world.released({tee: 2})
    wave_of(world, first)
    assert wave_of(world, later).facts["left_out"] == [later.consignment_id]
    assert world.balance("A-01", tee) == (2, 0, 2)
    assert planned(world) == [("R-01", "A-01", 5, True)]


def test_among_those_that_waited_the_one_due_first_is_served_first(world: World, tee: Goods):
    works = [due(world, world.released({tee: 5}), days) for days in (5, 3, 4)]
    wave_of(world, *works)
    bring(world, tee, 10)
    new = due(world, world.released({tee: 2}), 1)
    facts = wave_of(world, *works, new).facts
    assert sorted(facts["left_out"]) == sorted([works[0].consignment_id, new.consignment_id])
    assert [is_waved(world, work) for work in (*works, new)] == [False, True, True, False]


def test_an_urgent_order_goes_before_those_that_waited(world: World, tee: Goods):
    first = world.released({tee: 5})
    wave_of(world, first)
    bring(world, tee, 3)
    urgent = due(world, world.released({tee: 4}), 1, is_urgent=True)
    assert wave_of(world, urgent).facts["left_out"] == []
    assert wave_of(world, first).facts["for_reserve"] == [first.consignment_id]


def test_an_order_that_is_held_or_gone_keeps_nothing(world: World, tee: Goods):
    first, later = world.released({tee: 5}), world.released({tee: 4})
    wave_of(world, first)
    bring(world, tee, 3)
    world.stop(first)
    assert wave_of(world, later).facts["left_out"] == []


def test_who_got_the_goods_otherwise_waits_no_more(world: World, tee: Goods):
    first = world.released({tee: 5})
    wave_of(world, first)
    world.stock(tee, "A-01", 3)
    wave_of(world, first)
    assert is_waved(world, first)
    assert planned(world) == []
    assert world.one(ReplenishTask).state == "needless"


def half_in_tote(world: World) -> tuple[Goods, Work]:
    """Return an order of two goods, one in its tote, three of the other promised to it in A-02."""
    world.site()
    mug, tee = world.sku("MUG"), world.sku("TEE")
    world.stock(mug, "A-01", 5, walk_order=1)
    world.stock(tee, "A-02", 5, walk_order=2)
    world.bin("R-01", kind=BinKind.RESERVE)
    world.stock(tee, "R-01", 9)
    work = world.bring(Stage.HALF_PICKED, work=world.released({mug: 1, tee: 3}))
    return tee, work


def missing_by_count(world: World, place: str) -> None:
    """Count a bin as empty and post that."""
    count = opened(world, place)
    for who in ("ann", "bob"):
        count.count(place, {}, by=who)
    count.approve_and_post()


@pytest.mark.parametrize("kind", [HoldKind.CANCELLED, HoldKind.MANUAL, HoldKind.STOCK_SHORT])
def test_nothing_is_brought_for_an_order_that_is_stopped(world: World, kind: HoldKind):
    tee, work = half_in_tote(world)
    world.stop(work, kind)
    missing_by_count(world, "A-02")
    assert world.balance("A-02", tee) == (0, 0, 0)
    assert world.all(ReplenishTask) == []


def test_an_order_stopped_after_it_went_short_waits_no_more(world: World):
    tee, work = half_in_tote(world)
    missing_by_count(world, "A-02")
    assert planned(world) == [("R-01", "A-02", 3, True)]
    world.stop(work, HoldKind.CANCELLED)
    assert planned(world) == []
    later = world.released({tee: 8})
    assert wave_of(world, later).facts["for_reserve"] == [later.consignment_id]
    assert planned(world) == [("R-01", "A-02", 8, True)]


def kept_for_first(world: World, wanted: int = 3) -> tuple[Goods, Work, Work, Any]:
    """Return (goods, who waits for 5 that stand in A-01, who picks `wanted` of B-01, its task)."""
    world.site()
    tee = world.goods_in_reserve()
    first = due(world, world.released({tee: 5}), 9)
    wave_of(world, first)
    bring(world, tee, 3)
    world.stock(tee, "B-01", wanted, walk_order=2)
    other = world.bring(Stage.TOTE_BOUND, work=due(world, world.released({tee: wanted}), 1))
    (task,) = world.open_tasks(other.wave_id)
    assert world.balance("B-01", tee) == (wanted, wanted, 0)
    return tee, first, other, task


def scrapped(world: World, goods: Goods, *places: str) -> None:
    """Take all there is of the goods out of these bins."""
    for place in places:
        move(world, goods, place, "SCRAP", world.standing(goods)[place], MoveReason.SCRAP)


def test_a_short_pick_leaves_alone_what_was_brought_for_others(world: World):
    tee, first, _, task = kept_for_first(world)
    outcome = world.do(report_short, ReportShort, by="picker", task_id=task.id)
    assert str(outcome.message).startswith("3 short. Reserve has them: they are brought")
    assert world.balance("A-01", tee) == (5, 0, 5)
    assert planned(world) == [("R-01", "A-01", 3, True)]
    assert wave_of(world, first).facts["left_out"] == []
    assert world.differences() == []


def test_a_count_that_finds_too_little_leaves_it_alone_as_well(world: World):
    tee, _, other, _ = kept_for_first(world)
    missing_by_count(world, "B-01")
    assert world.balance("A-01", tee) == (5, 0, 5)
    assert world.state(Consignment, other.consignment_id) == "ready"


def test_an_urgent_short_pick_takes_them_all_the_same(world: World):
    tee, _, other, task = kept_for_first(world)
    due(world, other, 1, is_urgent=True)
    outcome = world.do(report_short, ReportShort, by="picker", task_id=task.id)
    assert str(outcome.message) == "3 short here; another bin has them."
    assert world.balance("A-01", tee) == (5, 3, 2)


def test_what_is_kept_for_others_is_not_said_to_be_nowhere(world: World):
    tee, _, other, task = kept_for_first(world, wanted=4)
    world.pick(task, 1)
    scrapped(world, tee, "R-01", "R-02")
    outcome = world.do(report_short, ReportShort, by="picker", task_id=task.id)
    assert str(outcome.message) == (
        "3 short here. What other bins have is kept for orders that waited. The order is held."
    )
    assert world.holds(other.order_id) == [HoldKind.STOCK_SHORT]
    assert world.balance("A-01", tee) == (5, 0, 5)
