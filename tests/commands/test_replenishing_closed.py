"""Pick bins that are full of what may not be sold, or closed while somebody walks for them."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from tests.builders import Goods, World
from tests.commands.test_replenishing import face, lots_of, planned, take, tee, there, wave_of
from tests.tracked import put
from warehouse.catalog.models import Bin
from warehouse.errors import RuleViolation
from warehouse.inventory.models import Lot
from warehouse.placing.models import Why
from warehouse.replenishing.commands.carrying import (
    GoToReserve,
    PutBackInReserve,
    TakeFromReserve,
    go_to_reserve,
    put_back_in_reserve,
    take_from_reserve,
)
from warehouse.replenishing.commands.on_face import PutOnFace, put_on_face
from warehouse.replenishing.commands.planning import PlanTasks
from warehouse.replenishing.models import ReplenishTask, ReplenishWait
from warehouse.replenishing.watching import plan_if_needed
from warehouse.tracing.commands.blocking import BlockLot, block_lot

__all__ = ["tee"]


def close(world: World, code: str, **how: bool) -> None:
    values = how or {"is_put_closed": True}
    with world.database.transaction() as session:
        session.execute(sa.update(Bin).where(Bin.code == code).values(**values))


def looked(world: World) -> bool:
    actor = world.command(PlanTasks).actor
    return plan_if_needed(world.database, actor=actor, at=world.tick(), zone=world.zone)


def test_a_bin_full_of_what_may_not_be_sold_is_low(world: World):
    world.site()
    milk = lots_of(world, {"L1": (date(2026, 9, 1), 9)})
    put(world, milk, "A-09", 4, lot="OLD", day=date(2026, 1, 1))
    put(world, milk, "A-09", 4, lot="BAD", day=date(2026, 8, 1))
    face(world, milk, 2, 5, place="A-09")
    assert planned(world) == []
    lot_id = world.one(Lot, code="BAD").id
    world.do(block_lot, BlockLot, lot_id=lot_id, reason="smells")
    assert [looked(world), looked(world)] == [True, False]
    assert planned(world) == [("R-09", "A-09", 5, False)]


@pytest.mark.parametrize("how", ["is_put_closed", "is_pick_closed", "is_active"])
def test_a_task_for_a_bin_that_was_closed_ends(world: World, tee: Goods, how: str):
    face(world, tee, 5, 12)
    assert planned(world) == [("R-01", "A-01", 10, False)]
    close(world, "A-01", **{how: how != "is_active"})
    assert [looked(world), looked(world)] == [True, False]
    assert world.one(ReplenishTask).state == "needless"


def test_what_orders_wait_for_is_brought_to_another_bin(world: World, tee: Goods):
    work = world.released({tee: 5})
    wave_of(world, work)
    world.bin("A-02", walk_order=2)
    close(world, "A-01", is_put_closed=True, is_pick_closed=True)
    assert [looked(world), looked(world)] == [True, False]
    assert planned(world) == [("R-01", "A-02", 5, True)]
    assert world.one(ReplenishWait).consignment_id == work.consignment_id


def test_those_who_wait_are_left_to_the_task_the_other_bin_has(world: World, tee: Goods):
    first, second = world.released({tee: 5}), world.released({tee: 6})
    wave_of(world, first)
    world.bin("A-02", walk_order=2)
    face(world, tee, 1, 3, place="A-02")
    planned(world)
    wave_of(world, second)
    close(world, "A-01")
    assert [looked(world), looked(world)] == [True, False]
    (open_task,) = world.all(ReplenishTask, state="open")
    assert open_task.to_bin_id == world.one(Bin, code="A-02").id
    waits = {w.consignment_id: w.task_id for w in world.all(ReplenishWait)}
    assert waits == {w.consignment_id: open_task.id for w in (first, second)}


def test_who_waits_for_both_bins_wants_the_pieces_once(world: World, tee: Goods):
    work = world.released({tee: 5})
    wave_of(world, work)
    world.bin("A-02", walk_order=2)
    close(world, "A-01")
    wave_of(world, work)
    assert [w.pieces for w in world.all(ReplenishWait)] == [5, 5]
    assert looked(world)
    (wait,) = world.all(ReplenishWait)
    (open_task,) = world.all(ReplenishTask, state="open")
    assert (wait.pieces, wait.task_id, open_task.pieces) == (5, open_task.id, 3)


def test_whoever_carries_goods_to_a_closed_bin_is_told_where_to_go(world: World, tee: Goods):
    face(world, tee, 5, 12)
    planned(world)
    task = world.one(ReplenishTask).id
    take(world, task, tee, 4, "R-01")
    close(world, "A-01")
    assert [looked(world), looked(world)] == [True, False]
    assert world.state(ReplenishTask, task) == "open"
    to = {"by": "li", "task_id": task}
    said = world.refused(RuleViolation, put_on_face, PutOnFace, barcode="A-01", **to)
    assert "Put the goods back into R-01" in str(said)
    world.bin("A-02", walk_order=2)
    said = world.refused(RuleViolation, put_on_face, PutOnFace, barcode="A-01", **to)
    assert "Take the goods to A-02" in str(said)
    world.do(put_on_face, PutOnFace, barcode="A-02", **to)
    assert world.standing(tee)["A-02"] == 4
    assert world.state(ReplenishTask, task) == "done"
    assert world.differences() == []


def test_goods_put_back_end_the_task_of_a_closed_bin(world: World, tee: Goods):
    face(world, tee, 5, 12)
    planned(world)
    task = world.one(ReplenishTask).id
    take(world, task, tee, 4, "R-01")
    close(world, "A-01")
    world.do(put_back_in_reserve, PutBackInReserve, by="li", task_id=task)
    assert world.state(ReplenishTask, task) == "needless"


def test_goods_of_a_reserve_bin_closed_to_picking_stay_there(world: World, tee: Goods):
    face(world, tee, 5, 12)
    planned(world)
    to = {"by": "li", "task_id": world.one(ReplenishTask).id}
    close(world, "R-02", is_pick_closed=True)
    said = world.refused(RuleViolation, go_to_reserve, GoToReserve, barcode="R-02", **to)
    assert str(said) == "R-02 is closed to picking: leave its goods there."
    take(world, to["task_id"], tee, 4, "R-01")
    close(world, "R-01", is_pick_closed=True)
    more = {"barcode": tee.barcode, "pieces": 2, **to}
    world.refused(RuleViolation, take_from_reserve, TakeFromReserve, **more)
    said = world.refused(RuleViolation, put_on_face, PutOnFace, barcode="A-01", **to)
    assert "Put the goods back there" in str(said)
    world.do(put_back_in_reserve, PutBackInReserve, **to)
    assert there(world, tee) == {"A-01": 2, "R-01": 20, "R-02": 30}


def test_nothing_is_set_into_a_shelf_that_nobody_picks_from(world: World, tee: Goods):
    wave_of(world, world.released({tee: 8}))
    to = {"by": "li", "task_id": world.one(ReplenishTask).id}
    take(world, to["task_id"], tee, 8, "R-01")
    close(world, "A-01", is_pick_closed=True)
    said = world.refused(RuleViolation, put_on_face, PutOnFace, barcode="A-01", **to)
    assert str(said) == "A-01 is closed to picking. Put the goods back into R-01."
    world.bin("A-02", walk_order=2)
    why = {"barcode": "A-01", "why": Why.BETTER_PLACE}
    said = world.refused(RuleViolation, put_on_face, PutOnFace, **why, **to)
    assert "Take the goods to A-02, or back to R-01." in str(said)
    assert there(world, tee)["A-01"] == 2
