"""Holds of orders: raised, released, and what they take off the floor."""

from __future__ import annotations

from tests.builders import Stage, World
from tests.commands.ordering import audit
from warehouse.errors import InvalidInput, NotFound, RuleViolation, StaleScreen
from warehouse.orders.commands.holds import (
    CancelOrder,
    RaiseHold,
    ReleaseHold,
    cancel_order,
    raise_hold,
    release_hold,
)
from warehouse.orders.models import Consignment, Hold, HoldKind, Order


def test_a_hold_on_a_ready_order_takes_it_off_the_floor(world: World, tee):
    work = world.released({tee: 1})
    world.stop(work)
    assert world.state(Order, work.order_id) == "held"
    assert world.state(Consignment, work.consignment_id) == "dissolved"


def test_a_hold_on_an_order_in_work_leaves_its_consignment(world: World):
    work = world.bring(Stage.PICKED)
    world.stop(work)
    assert world.state(Order, work.order_id) == "released"
    assert world.holds(work.order_id) == [HoldKind.MANUAL]


def test_a_hold_raised_again_is_the_same_hold(world: World, tee):
    order_id = world.audited({tee: 1})
    for note in ("one", "two"):
        world.do(raise_hold, RaiseHold, order_id=order_id, note=note)
    (hold,) = world.all(Hold, order_id=order_id)
    assert hold.note == "one"


def test_two_people_holding_one_order_raise_one_hold(world: World, tee):
    order_id = world.audited({tee: 1})
    holds = [
        (raise_hold, world.command(RaiseHold, order_id=order_id, note=note)) for note in ("a", "b")
    ]
    assert not isinstance(world.overlap(*holds), Exception)
    assert len(world.all(Hold, order_id=order_id)) == 1


def test_a_hold_needs_a_word_why(world: World, tee):
    order_id = world.audited({tee: 1})
    world.refused(InvalidInput, raise_hold, RaiseHold, order_id=order_id, note=" ")
    world.refused(NotFound, raise_hold, RaiseHold, order_id=999_999, note="x")


def test_an_order_that_has_left_cannot_be_held_or_cancelled(world: World):
    work = world.bring(Stage.DISPATCHED)
    given = {"order_id": work.order_id, "note": "late"}
    world.refused(RuleViolation, raise_hold, RaiseHold, **given)
    world.refused(RuleViolation, cancel_order, CancelOrder, **given)


def test_a_released_hold_is_not_raised_again_for_the_same_fact(world: World, tee):
    order_id = world.audited({tee: 1}, buyer_message="gift")
    hold = world.one(Hold, order_id=order_id)
    world.do(release_hold, ReleaseHold, by="clerk", hold_id=hold.id, note="read")
    audit(world, order_id)
    assert world.state(Order, order_id) == "clean"
    with world.database.transaction() as session:
        session.get_one(Order, order_id).buyer_message = "gift, and blue"
    audit(world, order_id)
    assert world.holds(order_id) == [HoldKind.REMARK]


def test_short_stock_cannot_be_waved_through(world: World, tee):
    order_id = world.audited({tee: 11})
    hold = world.one(Hold, order_id=order_id)
    world.refused(RuleViolation, release_hold, ReleaseHold, hold_id=hold.id, note="please")


def test_a_hold_is_released_once_and_with_a_reason(world: World, tee):
    order_id = world.audited({tee: 1}, buyer_message="gift")
    hold = world.one(Hold, order_id=order_id)
    world.refused(InvalidInput, release_hold, ReleaseHold, hold_id=hold.id, note="")
    world.do(release_hold, ReleaseHold, by="clerk", hold_id=hold.id, note="read")
    kept = world.get(Hold, hold.id)
    assert (kept.released_by, kept.release_note, kept.is_override) == (
        world.person("clerk"),
        "read",
        True,
    )
    world.refused(StaleScreen, release_hold, ReleaseHold, hold_id=hold.id, note="again")
    world.refused(NotFound, release_hold, ReleaseHold, hold_id=999_999, note="x")


def test_two_people_releasing_one_hold_release_it_once(world: World, tee):
    order_id = world.audited({tee: 1}, buyer_message="gift")
    hold = world.one(Hold, order_id=order_id)
    acts = [
        (release_hold, world.command(ReleaseHold, by=by, hold_id=hold.id, note="read"))
        for by in ("clerk", "other")
    ]
    assert isinstance(world.overlap(*acts), StaleScreen)
    assert world.get(Hold, hold.id).released_by == world.person("clerk")
