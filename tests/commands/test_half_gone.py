"""One parcel of two is with the courier, the rest was stopped: nothing goes twice or slips by."""

from __future__ import annotations

from tests.builders import World
from tests.commands.test_handover import hand, two_matched_parcels, visit
from tests.commands.test_stopping import put_down
from warehouse.dispatch.commands.handover import UndoHandover, undo_handover
from warehouse.errors import RuleViolation
from warehouse.orders.commands.release import ReleaseOrders, release_orders
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
