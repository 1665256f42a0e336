"""One parcel of two is with the courier, the rest was stopped: nothing goes twice or slips by."""

from __future__ import annotations

import sqlalchemy as sa

from tests.builders import Stage, World
from tests.commands.test_handover import hand, two_matched_parcels, visit
from tests.commands.test_stopping import put_down
from warehouse.dispatch.commands.taking_back import UndoHandover, undo_handover
from warehouse.errors import RuleViolation
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.commands.holds import RaiseHold, raise_hold
from warehouse.orders.commands.merge import MergeOrders, merge_orders
from warehouse.orders.commands.release import ReleaseOrders, release_orders
from warehouse.orders.models import LineState, Order, OrderLine, OrderState
from warehouse.packing.commands.seal import SealParcel, seal_parcel
from warehouse.packing.models import Parcel


def test_the_parcel_that_left_is_not_taken_back_once_the_rest_was_put_aside(world: World):
    work, first, _, number, _ = two_matched_parcels(world)
    handover_id = visit(world, world.carrier_id(work))
    hand(world, handover_id, number)
    world.stop(work)
    put_down(world, work)
    world.refused(RuleViolation, undo_handover, UndoHandover, handover_id=handover_id)
    assert world.state(Parcel, first) == "dispatched"
    world.unstop(work)
    world.do(release_orders, ReleaseOrders, order_ids=(work.order_id,))
    assert [line[0] for line in world.steps(world.work_of(work.order_id))] == [1, 1]


def test_it_is_taken_back_while_the_rest_still_waits_here(world: World):
    work, first, _, number, _ = two_matched_parcels(world)
    handover_id = visit(world, world.carrier_id(work))
    hand(world, handover_id, number)
    world.do(undo_handover, UndoHandover, handover_id=handover_id)
    assert world.state(Parcel, first) == "matched"
    assert [line[4] for line in world.steps(work)] == [0, 0]


def test_an_order_all_of_which_left_has_ended_though_another_one_of_its_merge_was_stopped(
    world: World,
):
    world.site()
    tee, mug = world.sku("TEE"), world.sku("MUG", weight_g=300)
    world.stock(tee, "A-01", 10)
    world.stock(mug, "A-02", 10)
    gone, stopped = world.audited({tee: 1}), world.audited({mug: 1})
    outcome = world.do(merge_orders, MergeOrders, order_ids=(gone, stopped))
    work = world.bring(Stage.PACKING, work=world.work_of(gone, [(tee, 1), (mug, 1)]))
    assert (outcome.subject_id, work.order_ids) == (work.consignment_id, [gone, stopped])
    first = world.pack_one_parcel(work, tee.barcode)
    world.do(seal_parcel, SealParcel, by="packer", parcel_id=first)
    world.pack_one_parcel(work, mug.barcode)
    hand(world, visit(world, world.carrier_id(work)), world.label(first))
    world.do(raise_hold, RaiseHold, order_id=stopped, note="wait")
    put_down(world, work)
    assert (world.state(Order, gone), world.holds(gone)) == ("dispatched", [])
    assert world.get(Order, gone).dispatched_at == world.get(Parcel, first).dispatched_at
    assert (world.state(Order, stopped), world.holds(stopped)) == ("held", ["manual"])


def test_what_left_is_all_there_is_once_the_rest_was_refunded(world: World):
    work, _, _, number, _ = two_matched_parcels(world)
    hand(world, visit(world, world.carrier_id(work)), number)
    world.stop(work)
    put_down(world, work)
    with world.database.transaction() as session:
        session.execute(
            sa.update(OrderLine)
            .where(OrderLine.order_id == work.order_id)
            .values(state=LineState.REFUNDED)
        )
    world.do(audit_orders, AuditOrders, order_ids=(work.order_id,))
    order = world.get(Order, work.order_id)
    assert (order.state, world.holds(work.order_id)) == (OrderState.DISPATCHED, [])
    assert order.dispatched_at is not None
