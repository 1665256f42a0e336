"""Fewer pieces in the bin than the book says."""

from __future__ import annotations

import sqlalchemy as sa

from tests.builders import Goods, Stage, World
from tests.counts import GRACE, Count, supervisor
from warehouse.catalog.models import Bin, BinKind
from warehouse.catalog.queries import IS_SELLABLE
from warehouse.counting.events import AskForBin, ask_for_bin
from warehouse.counting.models import CountSession
from warehouse.errors import RuleViolation, StaleScreen
from warehouse.inventory.models import Allocation, AllocationRelease, Unfound
from warehouse.inventory.queries import available_of
from warehouse.inventory.standing import stands_of
from warehouse.orders.models import Consignment, HoldKind, Order
from warehouse.picking.commands.exceptions import (
    ReportShort,
    UndoPick,
    report_short,
    undo_pick,
)
from warehouse.replenishing.commands.carrying import (
    GoToReserve,
    TakeFromReserve,
    go_to_reserve,
    take_from_reserve,
)
from warehouse.replenishing.commands.levels import SetFace, set_face
from warehouse.replenishing.commands.on_face import PutOnFace, put_on_face
from warehouse.replenishing.models import ReplenishTask
from warehouse.replenishing.queries import low_faces
from warehouse.settings import load_settings
from warehouse.stopping.commands import SetAside, set_aside
from warehouse.supplying.stock import Asked, stocks_of
from warehouse.waves.commands import MakeWave, make_wave
from warehouse.waves.models import PickTask, ShortReason, Wave, WaveSlot


def short(world: World, task_id: int, reason: ShortReason = ShortReason.EMPTY):
    return world.do(report_short, ReportShort, by="picker", task_id=task_id, reason=reason)


def sellable(world: World, goods: Goods) -> int:
    """Return the pieces that waves may promise; the stock page says the same."""
    with world.database.reading() as session:
        asked = Asked(day=world.now.astimezone(world.zone).date(), settings=load_settings(session))
        standing = stocks_of(session, asked, [goods.id])[goods.id].standing
        pickable = available_of(session, [goods.id], day=asked.day, places=IS_SELLABLE)
        assert pickable.get(goods.id, 0) == standing.sellable
        by_bin = stands_of(session, [goods.id], day=asked.day).get(goods.id, [])
        assert sum(stand.available for stand in by_bin) == standing.sellable
        return standing.sellable


def walk(world: World, wanted: int = 3, *, first: int = 10, elsewhere: int = 0):
    """Return (work, goods, the task) of an order whose goods stand in A-01, and in B-01 too."""
    tee = world.sku("TEE")
    world.site()
    world.stock(tee, "A-01", first, walk_order=1)
    if elsewhere:
        world.stock(tee, "B-01", elsewhere, walk_order=2)
    work = world.bring(Stage.TOTE_BOUND, lines={tee: wanted})
    return work, tee, world.open_tasks(work.wave_id)[0]


def test_what_another_bin_has_becomes_a_new_task(world: World):
    work, tee, task = walk(world, elsewhere=5)
    world.pick(task, 1)
    outcome = short(world, task.id)
    assert (outcome.screen, str(outcome.message)) == ("next", "2 short here; another bin has them.")
    assert world.balance("A-01", tee) == (9, 0, 9)
    assert world.balance("B-01", tee) == (5, 2, 3)
    assert sellable(world, tee) == 3
    (again,) = world.open_tasks(work.wave_id)
    assert (again.wanted, again.sequence, again.slot_id) == (2, 2, task.slot_id)
    world.pick(again)
    assert world.state(Consignment, work.consignment_id) == "picked"
    assert world.steps(work) == [(3, 3, 0, 0, 0)]


def test_the_promise_is_resolved_in_part_and_the_rest_released(world: World):
    _, _, task = walk(world, elsewhere=5)
    world.pick(task, 1)
    short(world, task.id)
    first, second = world.all(Allocation)
    assert (first.pieces, first.picked, first.released) == (3, 1, 2)
    assert (second.pieces, second.picked, second.released) == (2, 0, 0)
    (release,) = world.all(AllocationRelease)
    assert (release.pieces, release.reason) == (2, "short")
    closed = world.get(PickTask, task.id)
    assert (closed.state, closed.wanted, closed.picked) == ("picked", 1, 1)


def test_what_no_bin_has_holds_the_order(world: World):
    work, tee, task = walk(world, elsewhere=1)
    world.pick(task, 1)
    outcome = short(world, task.id)
    assert str(outcome.message) == "1 short and nowhere else. The order is held."
    assert world.holds(work.order_id) == [HoldKind.STOCK_SHORT]
    assert world.balance("B-01", tee) == (1, 0, 1)
    assert world.open_tasks(work.wave_id) == []


def test_a_short_order_waits_for_stock_once_its_goods_are_down(world: World):
    work, tee, task = walk(world)
    world.pick(task, 1)
    short(world, task.id)
    given = {"consignment_id": work.consignment_id, "barcode": "SET-ASIDE"}
    world.do(set_aside, SetAside, by="picker", **given)
    assert world.state(Order, work.order_id) == "held"
    world.stock(tee, "C-01", 2)
    from warehouse.orders.commands.release import ReleaseOrders, release_orders

    outcome = world.do(release_orders, ReleaseOrders, order_ids=(work.order_id,))
    assert outcome.facts["released"] == 1


def with_reserve(world: World, pieces: int, wanted: int = 3):
    """Return what `walk` does, with pieces in reserve behind the shelf."""
    work, tee, task = walk(world, wanted)
    world.bin("R-01", kind=BinKind.RESERVE)
    world.stock(tee, "R-01", pieces)
    return work, tee, task


def test_what_reserve_has_is_brought_and_the_order_comes_in_the_next_wave(world: World):
    work, tee, task = with_reserve(world, 8)
    outcome = short(world, task.id)
    assert (outcome.screen, outcome.subject_id) == ("waves", None)
    assert world.holds(work.order_id) == []
    assert world.state(Consignment, work.consignment_id) == "ready"
    assert (world.state(Wave, work.wave_id), world.open_tasks(work.wave_id)) == ("cancelled", [])
    fill = world.one(ReplenishTask)
    assert (fill.state, fill.pieces, fill.is_urgent) == ("open", 3, True)
    to = {"by": "li", "task_id": fill.id}
    world.do(go_to_reserve, GoToReserve, barcode="R-01", **to)
    world.do(take_from_reserve, TakeFromReserve, barcode=tee.barcode, pieces=3, **to)
    world.do(put_on_face, PutOnFace, barcode="A-01", **to)
    again = world.do(make_wave, MakeWave, consignment_ids=(work.consignment_id,))
    assert again.facts == {"left_out": [], "for_reserve": []}
    assert world.balance("A-01", tee) == (13, 3, 10)
    assert sellable(world, tee) == 5
    assert world.differences() == []


def test_a_wave_goes_on_without_the_order_that_waits_for_reserve(world: World):
    mug = world.sku("MUG")
    world.stock(mug, "A-02", 5, walk_order=2)
    work, _, task = with_reserve(world, 8)
    other = world.bring(Stage.PICKED, work=world.released({mug: 1}))
    with world.database.transaction() as session:
        session.execute(sa.update(WaveSlot).where(WaveSlot.wave_id == other.wave_id)
                        .values(wave_id=work.wave_id, slot_no=2))  # fmt: skip
        session.execute(sa.update(PickTask).where(PickTask.wave_id == other.wave_id)
                        .values(wave_id=work.wave_id))  # fmt: skip
    outcome = short(world, task.id)
    assert (outcome.screen, outcome.subject_id) == ("next", work.wave_id)
    assert world.state(Wave, work.wave_id) == "picking"
    assert world.state(Consignment, other.consignment_id) == "picked"


def test_with_goods_in_its_tote_the_order_is_put_aside_and_its_goods_are_brought(world: World):
    work, _, task = with_reserve(world, 8)
    world.pick(task, 1)
    assert short(world, task.id).screen == "next"
    assert world.holds(work.order_id) == [HoldKind.STOCK_SHORT]
    assert [(t.state, t.pieces) for t in world.all(ReplenishTask)] == [("open", 2)]
    given = {"consignment_id": work.consignment_id, "barcode": "SET-ASIDE"}
    world.do(set_aside, SetAside, by="picker", **given)
    assert world.holds(work.order_id) == []
    assert world.state(Order, work.order_id) == "clean"
    assert world.differences() == []


def test_what_reserve_lacks_too_or_others_wait_for_holds_the_order(world: World):
    work, tee, task = with_reserve(world, 4)
    first = world.released({tee: 11})
    waits = world.do(make_wave, MakeWave, consignment_ids=(first.consignment_id,))
    assert waits.facts["for_reserve"] == [first.consignment_id]
    short(world, task.id)
    assert world.holds(work.order_id) == [HoldKind.STOCK_SHORT]


def test_an_empty_bin_keeps_what_others_were_promised(world: World):
    work, tee, task = walk(world)
    other = world.bring(Stage.WAVED, work=world.released({tee: 4}))
    short(world, task.id)
    assert world.balance("A-01", tee) == (10, 4, 6)
    assert [row.pieces for row in world.all(Unfound)] == [10]
    assert sellable(world, tee) == 0
    assert world.state(Consignment, other.consignment_id) == "waved"
    assert world.holds(work.order_id) == [HoldKind.STOCK_SHORT]


def test_damaged_goods_are_found_and_go_to_quarantine(world: World):
    _, tee, task = walk(world)
    world.pick(task, 1)
    short(world, task.id, ShortReason.DAMAGED)
    assert world.standing(tee)["QUARANTINE"] == 2
    assert world.balance("A-01", tee) == (7, 0, 7)
    assert world.all(Unfound) == []


def test_among_other_goods_only_the_missing_pieces_are_out_of_reach(world: World):
    _, tee, task = walk(world)
    other = world.bring(Stage.TOTE_BOUND, work=world.released({tee: 2}))
    (again,) = world.open_tasks(other.wave_id)
    short(world, task.id, ShortReason.WRONG_GOODS)
    assert world.balance("A-01", tee) == (10, 2, 8)
    assert sellable(world, tee) == 5
    short(world, again.id, ShortReason.WRONG_GOODS)
    assert sellable(world, tee) == 5
    assert [row.pieces for row in world.all(Unfound)] == [5]


def test_nothing_is_written_off_before_a_count_of_it_is_approved(world: World):
    work, tee, task = walk(world)
    face = {"sku_id": tee.id, "bin_id": world.one(Bin, code="A-01").id, "least": 2, "most": 6}
    world.do(set_face, SetFace, **face)
    short(world, task.id)
    supervisor(world)
    count = Count(world, world.one(CountSession).id)
    with world.database.reading() as session:
        assert low_faces(session, day=world.now.astimezone(world.zone).date()) == [
            (tee.id, face["bin_id"])
        ]
    world.now += GRACE
    count.count("A-01", {tee: 1})
    assert (world.standing(tee)["A-01"], sellable(world, tee)) == (10, 0)
    count.count("A-01", {tee: 1}, by="bob")
    count.approve_and_post()
    assert world.balance("A-01", tee) == (1, 0, 1)
    assert sellable(world, tee) == 1
    assert (world.all(Unfound), world.differences()) == ([], [])
    assert world.holds(work.order_id) == [HoldKind.STOCK_SHORT]


def test_what_a_count_finds_after_all_is_within_reach_at_once(world: World):
    _, tee, task = walk(world)
    short(world, task.id)
    world.stock(world.sku("MUG"), "A-02", 5)
    count = Count(world, world.one(CountSession).id)
    world.do(ask_for_bin, AskForBin, bin_id=world.one(Bin, code="A-02").id)
    world.now += GRACE
    count.count("A-01", {tee: 10})
    assert (count.state, sellable(world, tee)) == ("counting", 10)
    assert world.all(Unfound) == []


def test_an_order_that_leaves_its_wave_is_not_promised_what_reserve_has_not(world: World):
    work, tee, task = walk(world)
    outcome = short(world, task.id, ShortReason.WRONG_GOODS)
    assert str(outcome.message) == "3 short. The order leaves this wave and comes in the next one."
    assert world.state(Consignment, work.consignment_id) == "ready"
    assert world.all(ReplenishTask) == []
    assert world.balance("A-01", tee) == (10, 0, 10)
    assert sellable(world, tee) == 7


def test_a_short_task_of_several_bins_spreads_over_them(world: World):
    work, tee, task = walk(world, wanted=6, elsewhere=4)
    world.stock(tee, "C-01", 3, walk_order=3)
    short(world, task.id)
    assert [(t.wanted, t.sequence) for t in world.open_tasks(work.wave_id)] == [(4, 2), (2, 3)]
    assert world.get(PickTask, task.id).state == "short"


def test_a_task_reported_short_is_closed(world: World):
    _, _, task = walk(world, elsewhere=5)
    short(world, task.id)
    world.refused(StaleScreen, report_short, ReportShort, by="picker", task_id=task.id)
    world.refused(StaleScreen, report_short, ReportShort, by="picker", task_id=999_999)


def test_two_people_reporting_one_task_short_take_it_once(world: World):
    _, _, task = walk(world, elsewhere=5)
    acts = [
        (report_short, world.command(ReportShort, by=by, task_id=task.id))
        for by in ("picker", "other")
    ]
    assert isinstance(world.overlap(*acts), StaleScreen)
    assert len(world.all(AllocationRelease)) == len(world.all(Unfound)) == 1


def test_a_pick_before_the_short_can_still_be_undone(world: World):
    work, tee, task = walk(world, elsewhere=5)
    world.pick(task, 1)
    short(world, task.id)
    world.do(undo_pick, UndoPick, by="picker", wave_id=work.wave_id)
    assert world.balance("A-01", tee) == (10, 1, 9)
    assert sellable(world, tee) == 3
    again = world.get(PickTask, task.id)
    assert (again.state, again.wanted, again.picked) == ("open", 1, 0)


def test_a_pick_is_not_undone_into_a_bin_for_one_sku_that_has_others_by_now(world: World):
    work, _, task = walk(world, first=3)
    world.pick(task)
    with world.database.transaction() as session:
        session.execute(sa.update(Bin).where(Bin.id == task.bin_id).values(is_one_sku=True))
    world.stock(world.sku("MUG"), "A-01", 4)
    said = world.refused(RuleViolation, undo_pick, UndoPick, by="picker", wave_id=work.wave_id)
    assert str(said.text).startswith("A-01 is for one SKU only, and MUG stands there by now. Leave")
    assert world.steps(work) == [(3, 3, 0, 0, 0)]
