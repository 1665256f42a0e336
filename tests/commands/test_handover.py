"""The courier's visit: parcels scanned out, refused, taken back, left behind, listed."""

from __future__ import annotations

import pytest

from printing.models import PrintJob
from tests.builders import Stage, World
from warehouse.commands import Tone
from warehouse.dispatch.commands.handover import (
    CloseHandover,
    HandOverParcel,
    OpenHandover,
    close_handover,
    hand_over_parcel,
    open_handover,
)
from warehouse.dispatch.commands.taking_back import UndoHandover, undo_handover
from warehouse.dispatch.models import Handover, HandoverParcel
from warehouse.errors import (
    NotFound,
    OrderStopped,
    RuleViolation,
    StaleScreen,
    UnknownBarcode,
    WrongScan,
)
from warehouse.orders.commands.holds import RaiseHold, raise_hold
from warehouse.orders.commands.merge import MergeOrders, merge_orders
from warehouse.orders.models import Consignment, HoldKind, Order
from warehouse.packing.commands.goods import PackRest, pack_rest
from warehouse.packing.commands.seal import SealParcel, seal_parcel
from warehouse.packing.models import Parcel


def visit(world: World, carrier_id: int) -> int:
    outcome = world.do(open_handover, OpenHandover, by="shipper", carrier_id=carrier_id)
    return outcome.subject_id or 0


def hand(world: World, handover_id: int, barcode: str):
    given = {"handover_id": handover_id, "barcode": barcode}
    return world.do(hand_over_parcel, HandOverParcel, by="shipper", **given)


def two_matched_parcels(world: World):
    """Return work in two parcels ready for the courier, and their waybills."""
    work = world.bring(Stage.PACKING)
    first = world.pack_one_parcel(work, work.goods["TEE"].barcode)
    world.do(seal_parcel, SealParcel, by="packer", parcel_id=first)
    second = world.pack_one_parcel(work, work.goods["TEE"].barcode)
    world.do(pack_rest, PackRest, by="packer", parcel_id=second)
    return work, first, second, world.label(first), world.label(second)


def test_one_visit_of_a_courier_is_open_at_a_time(world: World):
    work = world.bring(Stage.MATCHED)
    first = visit(world, world.carrier_id(work))
    assert visit(world, world.carrier_id(work)) == first
    assert world.get(Handover, first).number == "H20260302-01"
    world.refused(NotFound, open_handover, OpenHandover, carrier_id=999_999)


def test_two_people_opening_a_visit_at_once_share_it(world: World):
    carrier_id = world.carrier()
    opens = [
        (open_handover, world.command(OpenHandover, by=by, carrier_id=carrier_id))
        for by in ("shipper", "other")
    ]
    assert not isinstance(world.overlap(*opens), Exception)
    assert len(world.all(Handover)) == 1


def test_a_parcel_handed_over_leaves_the_stock_with_its_waybill(world: World):
    work = world.bring(Stage.MATCHED)
    tee = work.goods["TEE"]
    outcome = hand(world, visit(world, world.carrier_id(work)), work.waybill_no)
    assert (outcome.screen, str(outcome.message)) == ("parcels", "ZTO00000001 is in.")
    assert world.standing(tee) == {"OPENING": -10, "A-01": 8, "COURIER-ZTO": 2}
    assert world.steps(work) == [(2, 2, 2, 2, 2), (1, 1, 1, 1, 1)]
    order = world.get(Order, work.order_id)
    assert (order.state, order.dispatched_at) == ("dispatched", world.now)


def test_a_parcel_scanned_twice_is_in_once(world: World):
    work = world.bring(Stage.DISPATCHED)
    outcome = hand(world, work.handover_id, work.waybill_no)
    assert str(outcome.message) == "Parcel P00000001 was scanned before."
    assert len(world.all(HandoverParcel)) == 1


def test_two_people_scanning_one_parcel_hand_it_over_once(world: World):
    work = world.bring(Stage.MATCHED)
    given = {"handover_id": visit(world, world.carrier_id(work)), "barcode": work.waybill_no}
    scans = [
        (hand_over_parcel, world.command(HandOverParcel, by=by, **given))
        for by in ("shipper", "other")
    ]
    second = world.overlap(*scans)
    assert str(second.message) == "Parcel P00000001 was scanned before."
    assert world.standing(work.goods["TEE"])["COURIER-ZTO"] == 2


def test_a_parcel_of_another_courier_is_refused_on_record(world: World):
    work = world.bring(Stage.MATCHED)
    handover_id = visit(world, world.carrier("SF"))
    outcome = hand(world, handover_id, work.waybill_no)
    assert outcome.tone is Tone.STOP
    assert str(outcome.message) == "Not for this courier: this parcel goes with ZTO Express."
    assert world.get(Handover, handover_id).refused == 1
    assert world.state(Parcel, work.parcel_id) == "matched"


def test_a_parcel_not_matched_is_refused_on_record(world: World):
    work = world.bring(Stage.LABELLED)
    handover_id = visit(world, world.carrier_id(work))
    outcome = hand(world, handover_id, work.waybill_no)
    assert outcome.tone is Tone.STOP
    assert world.get(Handover, handover_id).refused == 1


@pytest.mark.parametrize(("barcode", "error"), [("A-01", WrongScan), ("X", UnknownBarcode)])
def test_only_waybills_are_handed_over(world: World, barcode: str, error: type):
    work = world.bring(Stage.MATCHED)
    given = {"handover_id": visit(world, world.carrier_id(work)), "barcode": barcode}
    world.refused(error, hand_over_parcel, HandOverParcel, by="shipper", **given)


def test_an_order_is_dispatched_with_its_last_parcel(world: World):
    work, first, second, number, last = two_matched_parcels(world)
    handover_id = visit(world, world.carrier_id(work))
    hand(world, handover_id, number)
    assert world.state(Order, work.order_id) == "released"
    assert world.steps(work) == [(2, 2, 2, 2, 1), (1, 1, 1, 1, 0)]
    hand(world, handover_id, last)
    assert world.state(Order, work.order_id) == "dispatched"
    assert [world.state(Parcel, p) for p in (first, second)] == ["dispatched", "dispatched"]


def test_two_people_with_the_last_two_parcels_dispatch_the_order(world: World):
    work, _, _, *numbers = two_matched_parcels(world)
    handover_id = visit(world, world.carrier_id(work))
    scans = [
        (hand_over_parcel, world.command(HandOverParcel, handover_id=handover_id, barcode=n))
        for n in numbers
    ]
    assert not isinstance(world.overlap(*scans), Exception)
    assert world.state(Order, work.order_id) == "dispatched"
    assert world.state(Consignment, work.consignment_id) == "dispatched"


def test_merged_orders_are_dispatched_together(world: World):
    world.site()
    goods = world.add_goods("TEE")
    ids = (world.order({goods: 1}), world.order({goods: 2}))
    world.do(merge_orders, MergeOrders, order_ids=ids)
    work = world.bring(Stage.DISPATCHED, work=world.work_of(ids[0], {goods: 3}))
    assert [world.state(Order, i) for i in work.order_ids] == ["dispatched", "dispatched"]
    assert world.steps(work) == [(1, 1, 1, 1, 1), (2, 2, 2, 2, 2)]


def test_a_refund_while_the_parcel_is_at_the_door_keeps_it_here(world: World):
    work = world.bring(Stage.MATCHED)
    given = {"handover_id": visit(world, world.carrier_id(work)), "barcode": work.waybill_no}
    acts = [
        (
            raise_hold,
            world.command(RaiseHold, order_id=work.order_id, kind=HoldKind.REFUND, note="r"),
        ),
        (hand_over_parcel, world.command(HandOverParcel, by="shipper", **given)),
    ]
    assert isinstance(world.overlap(*acts), OrderStopped)
    assert world.state(Parcel, work.parcel_id) == "matched"


def test_a_refund_just_after_the_handover_finds_the_order_gone(world: World):
    work = world.bring(Stage.MATCHED)
    given = {"handover_id": visit(world, world.carrier_id(work)), "barcode": work.waybill_no}
    acts = [
        (hand_over_parcel, world.command(HandOverParcel, by="shipper", **given)),
        (
            raise_hold,
            world.command(RaiseHold, order_id=work.order_id, kind=HoldKind.REFUND, note="r"),
        ),
    ]
    assert isinstance(world.overlap(*acts), RuleViolation)
    assert world.holds(work.order_id) == []


def test_undo_takes_the_last_parcel_back_from_the_courier(world: World):
    work = world.bring(Stage.DISPATCHED)
    outcome = world.do(undo_handover, UndoHandover, by="shipper", handover_id=work.handover_id)
    assert str(outcome.message) == "Parcel P00000001 is back here."
    assert world.standing(work.goods["TEE"])["P00000001"] == 2
    assert world.state(Parcel, work.parcel_id) == "matched"
    order = world.get(Order, work.order_id)
    assert (order.state, order.dispatched_at) == ("released", None)
    hand(world, work.handover_id, work.waybill_no)
    assert world.state(Order, work.order_id) == "dispatched"


def test_undo_of_one_of_two_parcels_leaves_the_other_gone(world: World):
    work, first, second, number, last = two_matched_parcels(world)
    handover_id = visit(world, world.carrier_id(work))
    hand(world, handover_id, number)
    hand(world, handover_id, last)
    world.do(undo_handover, UndoHandover, by="shipper", handover_id=handover_id)
    assert [world.state(Parcel, p) for p in (first, second)] == ["dispatched", "matched"]
    assert world.steps(work) == [(2, 2, 2, 2, 1), (1, 1, 1, 1, 0)]


def test_nothing_can_be_taken_back_from_an_empty_or_closed_visit(world: World):
    work = world.bring(Stage.MATCHED)
    handover_id = visit(world, world.carrier_id(work))
    world.refused(RuleViolation, undo_handover, UndoHandover, handover_id=handover_id)
    hand(world, handover_id, work.waybill_no)
    world.do(close_handover, CloseHandover, by="shipper", handover_id=handover_id)
    world.refused(StaleScreen, undo_handover, UndoHandover, handover_id=handover_id)


def test_a_closed_visit_prints_what_the_courier_signs_for(world: World):
    work = world.bring(Stage.DISPATCHED)
    behind = world.bring(Stage.MATCHED, lines={world.add_goods("CAP"): 1})
    outcome = world.do(close_handover, CloseHandover, by="shipper", handover_id=work.handover_id)
    assert str(outcome.message) == "1 parcel handed over, 1 left behind."
    parcel_no = world.get(Parcel, behind.parcel_id).number
    assert outcome.facts == {"parcels": 1, "left_behind": [parcel_no]}
    (line,) = world.one(PrintJob, document_kind="manifest").facts["lines"]
    assert (line["waybill_no"], line["destination"]) == (work.waybill_no, "浙江省 杭州市")
    order_no = world.get(Order, work.order_id).order_no
    assert (line["order_no"], line["weight_g"]) == (order_no, 800)


def test_an_empty_visit_prints_nothing(world: World):
    handover_id = visit(world, world.carrier())
    outcome = world.do(close_handover, CloseHandover, by="shipper", handover_id=handover_id)
    assert (outcome.tone, outcome.facts["parcels"]) == (Tone.OK, 0)
    assert world.all(PrintJob, document_kind="manifest") == []


def test_a_closed_visit_takes_no_parcel_and_the_next_has_a_new_number(world: World):
    work = world.bring(Stage.MATCHED)
    first = visit(world, world.carrier_id(work))
    world.do(close_handover, CloseHandover, by="shipper", handover_id=first)
    given = {"handover_id": first, "barcode": work.waybill_no}
    world.refused(StaleScreen, hand_over_parcel, HandOverParcel, **given)
    world.refused(StaleScreen, close_handover, CloseHandover, handover_id=first)
    assert world.get(Handover, visit(world, world.carrier_id(work))).number == "H20260302-02"
