"""Clean orders become consignments, once, with a courier."""

from __future__ import annotations

from tests.builders import World
from tests.commands.ordering import live, release
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.commands.merge import MergeOrders, merge_orders
from warehouse.orders.commands.release import ReleaseOrders, release_orders
from warehouse.orders.models import Consignment, ConsignmentLine, Order


def test_clean_orders_become_consignments_and_held_ones_stay(world: World, tee):
    clean, held = world.order({tee: 2}), world.order({tee: 1}, seller_memo="wait")
    assert release(world, clean, held) == {"released": 1, "left": 1}
    (consignment,) = world.all(Consignment)
    (line,) = world.all(ConsignmentLine)
    assert (consignment.state, line.pieces) == ("ready", 2)
    assert world.get(Order, clean).consignment_id == consignment.id
    assert (world.state(Order, clean), world.state(Order, held)) == ("released", "held")


def test_a_released_order_is_released_once(world: World, tee):
    work = world.released({tee: 1})
    assert release(world, work.order_id) == {"released": 0, "left": 1}
    assert len(world.all(Consignment)) == 1


def test_two_people_releasing_one_order_make_one_consignment(world: World, tee):
    order_id = world.audited({tee: 1})
    acts = [
        (release_orders, world.command(ReleaseOrders, by=by, order_ids=(order_id,)))
        for by in ("clerk", "other")
    ]
    second = world.overlap(*acts)
    assert second.facts == {"released": 0, "left": 1}
    assert len(live(world)) == 1
    assert world.state(Order, order_id) == "released"


def test_an_audit_beside_a_release_takes_nothing_back(world: World, tee):
    order_id = world.order({tee: 1})
    acts = [
        (release_orders, world.command(ReleaseOrders, order_ids=(order_id,))),
        (audit_orders, world.command(AuditOrders, order_ids=(order_id,))),
    ]
    world.overlap(*acts)
    assert world.state(Order, order_id) == "released"


def test_an_order_without_a_courier_is_left(world: World, tee):
    world.settings(default_carrier_code="")
    order_id = world.audited({tee: 1})
    outcome = world.do(release_orders, ReleaseOrders, order_ids=(order_id,))
    assert outcome.facts == {"released": 0, "left": 1}
    assert world.state(Order, order_id) == "clean"


def test_the_wished_courier_is_taken_by_code_name_or_alias(world: World, tee):
    from warehouse.carriers.models import CarrierAlias

    sf = world.carrier("SF")
    world.add(CarrierAlias(alias="顺丰速运", carrier_id=sf))
    for wish in ("sf", "SF Express", "顺丰速运", "nobody"):
        work = world.released({tee: 1}, carrier_wish=wish)
        assert (world.carrier_id(work) == sf) == (wish != "nobody")


def test_a_consignment_keeps_the_earliest_promise_and_the_urgency(world: World, tee):
    early, late = world.now, world.tick()
    ids = [
        world.order({tee: 1}, promise_at=late),
        world.order({tee: 1}, promise_at=early, is_urgent=True),
    ]
    merged = world.do(merge_orders, MergeOrders, order_ids=tuple(ids)).subject_id
    consignment = world.get(Consignment, merged)
    assert (consignment.promise_at, consignment.is_urgent) == (early, True)
