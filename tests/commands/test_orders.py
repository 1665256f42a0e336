"""Orders: audited, cancelled, and held while others plan with them."""

from __future__ import annotations

import pytest

from tests.builders import Stage, World
from tests.commands.ordering import audit, release
from warehouse.errors import InvalidInput, NotFound, RuleViolation, WarehouseError
from warehouse.orders.commands.holds import (
    CancelLine,
    CancelOrder,
    RaiseHold,
    cancel_line,
    cancel_order,
    raise_hold,
)
from warehouse.orders.models import (
    Consignment,
    ConsignmentLine,
    Hold,
    HoldKind,
    Order,
    OrderLine,
    ShopState,
)
from warehouse.waves.commands import MakeWave, make_wave


def test_an_order_with_nothing_against_it_is_clean(world: World, tee):
    order_id = world.order({tee: 2})
    assert audit(world, order_id) == {"clean": 1, "held": 0}
    assert world.state(Order, order_id) == "clean"


def test_an_order_is_held_once_for_each_reason(world: World, tee):
    order_id = world.order({tee: 11}, buyer_message="blue please")
    audit(world, order_id)
    audit(world, order_id)
    assert world.holds(order_id) == [HoldKind.STOCK_SHORT, HoldKind.REMARK]
    assert len(world.all(Hold, order_id=order_id)) == 2


def test_a_hold_goes_by_itself_once_its_reason_is_gone(world: World, tee):
    order_id = world.audited({tee: 11})
    world.stock(tee, "A-01", 1)
    assert audit(world, order_id) == {"clean": 1, "held": 0}
    assert world.holds(order_id) == []


def test_stock_goes_to_the_urgent_first_then_to_who_paid_first(world: World, tee):
    first, second = world.order({tee: 6}), world.order({tee: 6})
    urgent = world.order({tee: 4}, is_urgent=True)
    audit(world, first, second, urgent)
    states = [world.state(Order, o) for o in (first, second, urgent)]
    assert states == ["clean", "held", "clean"]


def test_stock_of_clean_and_released_orders_is_not_promised_again(world: World, tee):
    world.released({tee: 4})
    clean = world.audited({tee: 4})
    short = world.audited({tee: 3})
    assert (world.state(Order, clean), world.state(Order, short)) == ("clean", "held")
    assert world.state(Order, world.audited({tee: 2})) == "clean"


@pytest.mark.parametrize(
    ("shop_state", "state"),
    [
        (ShopState.CLOSED, "cancelled"),
        (ShopState.FINISHED, "closed"),
        (ShopState.SHIPPED, "closed"),
    ],
)
def test_an_order_that_ended_at_the_shop_ends_here_with_its_holds(world, tee, shop_state, state):
    order_id = world.audited({tee: 11})
    with world.database.transaction() as session:
        session.get_one(Order, order_id).shop_state = shop_state
    audit(world, order_id)
    assert (world.state(Order, order_id), world.holds(order_id)) == (state, [])


def test_orders_of_one_receiver_hold_each_other(world: World, tee):
    world.settings(hold_merge_candidates=True)
    first, second = world.audited({tee: 1}), world.audited({tee: 1})
    assert world.holds(first) == world.holds(second) == [HoldKind.MERGE_CANDIDATE]


def test_an_order_in_work_is_left_alone_by_the_audit(world: World):
    work = world.bring(Stage.PICKED)
    assert audit(world, work.order_id) == {"clean": 0, "held": 0}
    assert world.state(Order, work.order_id) == "released"


def test_an_order_nobody_has_begun_is_cancelled_at_once(world: World, tee):
    work = world.released({tee: 1})
    world.do(cancel_order, CancelOrder, order_id=work.order_id, note="buyer called")
    assert world.state(Order, work.order_id) == "cancelled"
    assert world.state(Consignment, work.consignment_id) == "dissolved"


def test_an_order_in_work_is_cancelled_at_its_next_scan(world: World):
    work = world.bring(Stage.PICKED)
    world.do(cancel_order, CancelOrder, order_id=work.order_id, note="buyer called")
    assert world.state(Order, work.order_id) == "released"
    assert world.holds(work.order_id) == [HoldKind.CANCELLED]


def test_cancelling_needs_a_word_why(world: World, tee):
    order_id = world.audited({tee: 1})
    world.refused(InvalidInput, cancel_order, CancelOrder, order_id=order_id, note="")


def test_a_cancelled_line_is_left_out_and_the_rest_goes(world: World, tee):
    mug = world.sku("MUG")
    order_id = world.audited({tee: 1, mug: 1})
    assert world.holds(order_id) == [HoldKind.STOCK_SHORT]
    line = world.one(OrderLine, order_id=order_id, sku_id=mug.id)
    world.do(cancel_line, CancelLine, line_id=line.id, note="sold out")
    assert world.state(Order, order_id) == "clean"
    release(world, order_id)
    (kept,) = world.all(ConsignmentLine)
    assert (kept.sku_id, kept.pieces) == (tee.id, 1)


def test_a_line_in_work_cannot_be_cancelled(world: World):
    work = world.bring(Stage.PICKED)
    line = world.all(OrderLine, order_id=work.order_id)[0]
    world.refused(RuleViolation, cancel_line, CancelLine, line_id=line.id, note="x")
    world.refused(InvalidInput, cancel_line, CancelLine, line_id=line.id, note=" ")
    world.refused(NotFound, cancel_line, CancelLine, line_id=999_999, note="x")


def test_a_hold_beside_a_wave_stops_the_order_or_the_wave(world: World, tee):
    work = world.released({tee: 1})
    acts = [
        (raise_hold, world.command(RaiseHold, order_id=work.order_id, note="refund")),
        (make_wave, world.command(MakeWave, consignment_ids=(work.consignment_id,))),
    ]
    assert isinstance(world.overlap(*acts), WarehouseError)
    assert world.balance("A-01", tee) == (10, 0, 10)


def test_a_wave_beside_a_cancellation_leaves_the_order_stopped(world: World, tee):
    work = world.released({tee: 1})
    acts = [
        (make_wave, world.command(MakeWave, consignment_ids=(work.consignment_id,))),
        (cancel_order, world.command(CancelOrder, order_id=work.order_id, note="refund")),
    ]
    world.overlap(*acts)
    assert world.state(Order, work.order_id) == "released"
    assert world.holds(work.order_id) == [HoldKind.CANCELLED]


def test_a_running_import_does_not_keep_an_order_from_being_held(world: World, tee):
    if world.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    order_id = world.audited({tee: 1})
    facts = {"shop_state": ShopState.PAID, "created_at": world.now, "received_at": world.now}
    with world.database.transaction() as importing:
        importing.add(Order(shop_id=world.shop(), order_no="NEW", **facts))
        importing.flush()
        world.do(raise_hold, RaiseHold, order_id=order_id, note="refund")
    assert world.holds(order_id) == [HoldKind.MANUAL]
