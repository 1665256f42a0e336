"""Orders of one receiver go together, and are taken apart again."""

from __future__ import annotations

from tests.builders import Stage, World
from tests.commands.ordering import audit, live, release
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.orders.commands.holds import RaiseHold, raise_hold
from warehouse.orders.commands.merge import (
    MergeOrders,
    SplitConsignment,
    merge_orders,
    split_consignment,
)
from warehouse.orders.models import ConsignmentLine, Order


def test_orders_of_one_receiver_go_in_one_consignment(world: World, tee):
    world.settings(hold_merge_candidates=True)
    ids = [world.order({tee: 1}), world.order({tee: 2})]
    audit(world, *ids)
    merged = world.do(merge_orders, MergeOrders, order_ids=tuple(ids)).subject_id
    assert [world.get(Order, i).consignment_id for i in ids] == [merged, merged]
    assert [x.pieces for x in world.all(ConsignmentLine, consignment_id=merged)] == [1, 2]
    assert [world.holds(i) for i in ids] == [[], []]


def test_merging_orders_already_released_dissolves_what_they_were_in(world: World, tee):
    works = [world.released({tee: 1}), world.released({tee: 2})]
    ids = tuple(w.order_id for w in works)
    merged = world.do(merge_orders, MergeOrders, order_ids=ids).subject_id
    assert [c.id for c in live(world)] == [merged]


def test_orders_of_two_receivers_are_not_merged(world: World, tee):
    ids = (world.order({tee: 1}), world.order({tee: 1}, receiver_phone="13900000002"))
    world.refused(RuleViolation, merge_orders, MergeOrders, order_ids=ids)


def test_receivers_that_cannot_be_told_apart_are_not_merged(world: World, tee):
    ids = tuple(world.order({tee: 1}, is_masked=True) for _ in range(2))
    world.refused(RuleViolation, merge_orders, MergeOrders, order_ids=ids)


def test_an_order_held_for_another_reason_or_in_work_is_not_merged(world: World, tee):
    free, held = world.order({tee: 1}), world.order({tee: 1}, buyer_message="wait")
    world.refused(RuleViolation, merge_orders, MergeOrders, order_ids=(free, held))
    work = world.bring(Stage.WAVED, work=world.released({tee: 1}))
    world.refused(RuleViolation, merge_orders, MergeOrders, order_ids=(free, work.order_id))


def test_one_order_alone_or_one_that_is_not_there_cannot_be_merged(world: World, tee):
    order_id = world.order({tee: 1})
    world.refused(InvalidInput, merge_orders, MergeOrders, order_ids=(order_id, order_id))
    world.refused(NotFound, merge_orders, MergeOrders, order_ids=(order_id, 999_999))


def test_two_people_merging_the_same_orders_make_one_consignment(world: World, tee):
    ids = (world.order({tee: 1}), world.order({tee: 2}))
    acts = [
        (merge_orders, world.command(MergeOrders, by=by, order_ids=ids))
        for by in ("clerk", "other")
    ]
    world.overlap(*acts)
    (consignment,) = live(world)
    assert len(world.all(Order, consignment_id=consignment.id)) == 2


def test_a_merge_nobody_has_begun_can_be_taken_apart(world: World, tee):
    ids = (world.order({tee: 1}), world.order({tee: 2}))
    merged = world.do(merge_orders, MergeOrders, order_ids=ids).subject_id
    outcome = world.do(split_consignment, SplitConsignment, consignment_id=merged)
    assert str(outcome.message) == "2 orders go each for itself."
    assert [world.state(Order, i) for i in ids] == ["clean", "clean"]
    assert release(world, *ids) == {"released": 2, "left": 0}


def test_a_split_merge_is_not_proposed_again(world: World, tee):
    world.settings(hold_merge_candidates=True)
    ids = (world.order({tee: 1}), world.order({tee: 2}))
    audit(world, *ids)
    merged = world.do(merge_orders, MergeOrders, order_ids=ids).subject_id
    world.do(split_consignment, SplitConsignment, consignment_id=merged)
    assert release(world, *ids) == {"released": 2, "left": 0}


def test_a_consignment_begun_is_not_taken_apart(world: World):
    work = world.bring(Stage.WAVED)
    given = {"consignment_id": work.consignment_id}
    world.refused(RuleViolation, split_consignment, SplitConsignment, **given)
    world.refused(NotFound, split_consignment, SplitConsignment, consignment_id=999_999)


def test_a_hold_on_one_of_two_merged_orders_frees_the_other(world: World, tee):
    ids = (world.order({tee: 1}), world.order({tee: 2}))
    world.do(merge_orders, MergeOrders, order_ids=ids)
    world.do(raise_hold, RaiseHold, order_id=ids[0], note="refund")
    assert [world.state(Order, i) for i in ids] == ["held", "clean"]
