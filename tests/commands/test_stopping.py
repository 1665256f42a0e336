"""Putting the goods of a stopped order down, wherever they are, and picking them anew."""

from __future__ import annotations

import pytest

from printing.models import PrintJob
from tests.builders import Stage, Work, World
from tests.commands.test_handover import hand, two_matched_parcels, visit
from warehouse.catalog.models import BinKind
from warehouse.checking.models import Check
from warehouse.dispatch.models import Waybill
from warehouse.errors import StaleScreen, UnknownBarcode, WrongBin
from warehouse.inventory.models import AllocationRelease
from warehouse.orders.commands.merge import MergeOrders, merge_orders
from warehouse.orders.models import Consignment, HoldKind, Order
from warehouse.packing.models import Parcel
from warehouse.picking.commands.wave import (
    BindTote,
    FinishWave,
    TakeWave,
    bind_tote,
    finish_wave,
    take_wave,
)
from warehouse.stopping.commands import SetAside, set_aside
from warehouse.waves.models import PickTask, WaveSlot

BEFORE_GOODS = (Stage.WAVED, Stage.TOTE_BOUND)
WITH_GOODS = tuple(s for s in Stage if Stage.HALF_PICKED <= s <= Stage.MATCHED)


def put_down(world: World, work: Work, barcode: str = "SET-ASIDE"):
    given = {"consignment_id": work.consignment_id, "barcode": barcode}
    return world.do(set_aside, SetAside, by="packer", **given)


@pytest.mark.parametrize("stage", BEFORE_GOODS)
def test_before_the_first_piece_the_ok_card_takes_the_order_out(world: World, stage: Stage):
    work = world.bring(stage)
    world.stop(work)
    outcome = put_down(world, work, "CMD-OK")
    assert (outcome.screen, str(outcome.message)) == ("done", "Taken out of the wave.")
    assert world.balance("A-01", work.goods["TEE"]) == (10, 0, 10)
    assert world.state(Consignment, work.consignment_id) == "set_aside"
    assert world.open_tasks(work.wave_id) == []
    assert {r.reason for r in world.all(AllocationRelease)} == {"stopped"}


@pytest.mark.parametrize("stage", WITH_GOODS)
def test_whatever_was_picked_stands_in_the_set_aside_place(world: World, stage: Stage):
    work = world.bring(stage)
    picked = [line[1] for line in world.steps(work)]
    world.stop(work)
    outcome = put_down(world, work)
    assert (outcome.screen, str(outcome.message)) == ("done", "Put aside in SET-ASIDE.")
    for goods, shelf, pieces in zip(work.goods.values(), ("A-01", "A-02"), picked, strict=True):
        assert world.balance(shelf, goods) == (10 - pieces, 0, 10 - pieces)
        assert world.balance("SET-ASIDE", goods) == (pieces, 0, pieces)
    assert world.state(Consignment, work.consignment_id) == "set_aside"
    assert (world.state(Order, work.order_id), world.holds(work.order_id)) == ("held", ["manual"])


@pytest.mark.parametrize("stage", WITH_GOODS)
def test_nothing_of_the_work_stays_open(world: World, stage: Stage):
    work = world.bring(stage)
    world.stop(work)
    put_down(world, work)
    assert {t.state for t in world.all(PickTask)} <= {"picked", "cancelled"}
    assert {c.state for c in world.all(Check)} <= {"passed", "stopped"}
    assert {p.state for p in world.all(Parcel)} <= {"set_aside"}
    assert {w.state for w in world.all(Waybill)} <= {"void"}
    papers = [j for j in world.all(PrintJob) if j.subject.startswith("parcel:")]
    assert {j.state for j in papers} <= {"cancelled"}
    assert all(slot.freed_at is not None for slot in world.all(WaveSlot))


@pytest.mark.parametrize("stage", [Stage.HALF_PICKED, Stage.CHECKED, Stage.MATCHED])
def test_goods_put_aside_are_found_again_by_the_next_wave(world: World, stage: Stage):
    work = world.bring(stage)
    world.stop(work)
    put_down(world, work)
    world.unstop(work)
    again = world.work_of(work.order_id)
    assert again.consignment_id is None
    from warehouse.orders.commands.release import ReleaseOrders, release_orders

    world.do(release_orders, ReleaseOrders, order_ids=(work.order_id,))
    again = world.work_of(work.order_id, [(g, 1) for g in work.goods.values()])
    world.bring(Stage.DISPATCHED, work=again)
    assert world.state(Order, work.order_id) == "dispatched"
    assert world.standing(work.goods["TEE"])["COURIER-ZTO"] == 2


def test_an_order_cancelled_at_the_shop_ends_when_its_goods_are_down(world: World):
    work = world.bring(Stage.PACKED)
    world.stop(work, HoldKind.CANCELLED)
    put_down(world, work)
    order = world.get(Order, work.order_id)
    assert (order.state, order.consignment_id, world.holds(order.id)) == ("cancelled", None, [])


def test_the_parcel_already_gone_is_not_sent_again(world: World):
    work, first, second, number, _ = two_matched_parcels(world)
    hand(world, visit(world, world.carrier_id(work)), number)  # one TEE is on its way
    world.stop(work)
    put_down(world, work)
    assert [world.state(Parcel, p) for p in (first, second)] == ["dispatched", "set_aside"]
    assert world.balance("SET-ASIDE", work.goods["TEE"]) == (1, 0, 1)
    world.unstop(work)
    from warehouse.orders.commands.release import ReleaseOrders, release_orders

    world.do(release_orders, ReleaseOrders, order_ids=(work.order_id,))
    again = world.work_of(work.order_id, [(g, 1) for g in work.goods.values()])
    assert [line[0] for line in world.steps(again)] == [1, 1]
    world.bring(Stage.DISPATCHED, work=again)
    assert world.standing(work.goods["TEE"])["COURIER-ZTO"] == 2
    assert world.standing(work.goods["MUG"])["COURIER-ZTO"] == 1


def test_one_of_two_merged_orders_stops_both_and_frees_the_other(world: World):
    world.site()
    goods = world.add_goods("TEE")
    ids = (world.order({goods: 1}), world.order({goods: 2}))
    world.do(merge_orders, MergeOrders, order_ids=ids)
    work = world.bring(Stage.PICKED, work=world.work_of(ids[0], {goods: 3}))
    world.stop(work, HoldKind.REFUND)
    put_down(world, work)
    assert [world.state(Order, i) for i in ids] == ["held", "clean"]


def test_the_other_orders_of_the_wave_go_on(world: World):
    world.site()
    goods = world.add_goods("TEE")
    stopped, other = world.released({goods: 1}), world.released({goods: 2})
    wave_id = world.wave(stopped, other)
    world.stop(stopped)
    put_down(world, stopped, "CMD-OK")
    world.do(take_wave, TakeWave, by="picker", wave_id=wave_id)
    world.do(bind_tote, BindTote, by="picker", wave_id=wave_id, barcode=world.tote("T-1"))
    (task,) = world.open_tasks(wave_id)
    world.pick(task)
    world.do(finish_wave, FinishWave, by="picker", wave_id=wave_id)
    assert world.state(Consignment, other.consignment_id) == "picked"


@pytest.mark.parametrize(
    ("barcode", "error"),
    [("A-01", WrongBin), ("NOWHERE", UnknownBarcode), ("CMD-OK", WrongBin)],
)
def test_goods_go_to_a_set_aside_place_and_nowhere_else(world: World, barcode: str, error: type):
    work = world.bring(Stage.PICKED)
    world.stop(work)
    given = {"consignment_id": work.consignment_id, "barcode": barcode}
    world.refused(error, set_aside, SetAside, by="packer", **given)


def test_a_second_set_aside_place_will_do_as_well(world: World):
    work = world.bring(Stage.PICKED)
    world.bin("SET-ASIDE-2", kind=BinKind.SET_ASIDE)
    world.stop(work)
    put_down(world, work, "SET-ASIDE-2")
    assert world.balance("SET-ASIDE-2", work.goods["TEE"]) == (2, 0, 2)


@pytest.mark.parametrize("stage", [Stage.PICKED, Stage.DISPATCHED])
def test_an_order_nobody_stopped_is_not_put_aside(world: World, stage: Stage):
    work = world.bring(stage)
    given = {"consignment_id": work.consignment_id, "barcode": "SET-ASIDE"}
    world.refused(StaleScreen, set_aside, SetAside, by="packer", **given)


def test_goods_are_put_aside_once(world: World):
    work = world.bring(Stage.PICKED)
    world.stop(work)
    given = {"consignment_id": work.consignment_id, "barcode": "SET-ASIDE"}
    acts = [(set_aside, world.command(SetAside, by=by, **given)) for by in ("packer", "other")]
    assert isinstance(world.overlap(*acts), StaleScreen)
    assert world.balance("SET-ASIDE", work.goods["TEE"]) == (2, 0, 2)


def test_a_label_on_its_way_to_the_printer_does_not_keep_goods_from_being_put_aside(world: World):
    import sqlalchemy as sa

    work = world.bring(Stage.LABELLED)
    with world.database.transaction() as session:
        session.execute(sa.update(PrintJob).values(state="held"))
    world.stop(work)
    put_down(world, work)
    assert {j.state for j in world.all(PrintJob, subject=f"parcel:{work.parcel_id}")} == {
        "cancelled"
    }
