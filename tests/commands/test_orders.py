"""Orders before the floor: audited, held, released, cancelled, merged and taken apart."""

from __future__ import annotations

import pytest

from tests.builders import Stage, World
from warehouse.errors import (
    InvalidInput,
    NotFound,
    RuleViolation,
    StaleScreen,
    WarehouseError,
)
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.commands.holds import (
    CancelLine,
    CancelOrder,
    RaiseHold,
    ReleaseHold,
    cancel_line,
    cancel_order,
    raise_hold,
    release_hold,
)
from warehouse.orders.commands.merge import (
    MergeOrders,
    SplitConsignment,
    merge_orders,
    split_consignment,
)
from warehouse.orders.commands.release import ReleaseOrders, release_orders
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


@pytest.fixture
def tee(world: World):
    world.site()
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 10)
    return tee


def audit(world: World, *order_ids: int) -> dict[str, int]:
    return dict(world.do(audit_orders, AuditOrders, order_ids=order_ids).facts)


def release(world: World, *order_ids: int) -> dict[str, int]:
    return dict(world.do(release_orders, ReleaseOrders, order_ids=order_ids).facts)


def live(world: World) -> list[Consignment]:
    return [c for c in world.all(Consignment) if c.state != "dissolved"]


# The audit


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


# Holds


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


# Cancelling


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


# Releasing


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


# Merging


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


# Against the planner


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
