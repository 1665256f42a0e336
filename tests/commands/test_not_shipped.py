"""A line left behind by a refund that was let pass is seen until somebody settles it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.builders import Stage, Work, World
from warehouse.api.shapes.orders import show_order
from warehouse.errors import RuleViolation
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.commands.holds import CancelLine, cancel_line
from warehouse.orders.desk import Stage as Heap
from warehouse.orders.desk import in_stage
from warehouse.orders.models import LineState, Order, OrderLine
from warehouse.orders.not_shipped import not_shipped_of


def line_becomes(world: World, line_id: int, state: LineState) -> None:
    with world.database.transaction() as session:
        session.execute(sa.update(OrderLine).where(OrderLine.id == line_id).values(state=state))


def let_pass(world: World, stage: Stage = Stage.DISPATCHED) -> tuple[Work, int]:
    """Return work of which the mug's refund was let pass before its release, and the mug's line."""
    world.site()
    tee, mug = world.sku("TEE"), world.sku("MUG", weight_g=300)
    world.stock(tee, "A-01", 9)
    world.stock(mug, "A-02", 9)
    order_id = world.order([(tee, 1), (mug, 2)])
    line_id = world.all(OrderLine, order_id=order_id)[1].id
    line_becomes(world, line_id, LineState.REFUND_ASKED)
    world.do(audit_orders, AuditOrders, order_ids=(order_id,))
    world.unstop(Work(order_ids=[order_id], consignment_id=0, goods={}))
    from warehouse.orders.commands.release import ReleaseOrders, release_orders

    world.do(release_orders, ReleaseOrders, order_ids=(order_id,))
    return world.bring(stage, work=world.work_of(order_id, [(tee, 1), (mug, 2)])), line_id


def found(world: World) -> list[int]:
    with world.database.reading() as session:
        query = sa.select(Order.id).where(in_stage(Heap.NOT_SHIPPED, world.now))
        return list(session.scalars(query))


def left(world: World, order_id: int) -> dict[int, int]:
    with world.database.reading() as session:
        return not_shipped_of(session, order_id)


@pytest.mark.parametrize("state", [LineState.REFUND_ASKED, LineState.OPEN])
def test_the_line_left_behind_is_named_until_it_is_settled(world: World, state: LineState):
    work, line_id = let_pass(world)
    line_becomes(world, line_id, state)
    assert (found(world), left(world, work.order_id)) == ([work.order_id], {line_id: 2})
    with world.database.reading() as session:
        shown = show_order(session, work.order_id, masked=False)
    assert shown["state"] == "dispatched"
    assert (shown["not_shipped"], [x["not_shipped"] for x in shown["lines"]]) == (2, [0, 2])


@pytest.mark.parametrize("state", [LineState.REFUNDED, LineState.CLOSED])
def test_what_the_shop_has_settled_is_owed_to_nobody(world: World, state: LineState):
    work, line_id = let_pass(world)
    line_becomes(world, line_id, state)
    assert (found(world), left(world, work.order_id)) == ([], {})


def test_taking_the_line_out_settles_it_with_a_word(world: World):
    work, line_id = let_pass(world)
    world.do(cancel_line, CancelLine, by="clerk", line_id=line_id, note="refund paid by hand")
    assert (world.state(OrderLine, line_id), world.state(Order, work.order_id)) == (
        "cancelled",
        "dispatched",
    )
    assert (found(world), world.holds(work.order_id)) == ([], [])


def test_a_line_that_has_left_is_not_taken_out(world: World):
    work, _ = let_pass(world)
    sent = world.all(OrderLine, order_id=work.order_id)[0].id
    world.refused(RuleViolation, cancel_line, CancelLine, line_id=sent, note="x")


def test_an_order_still_here_and_one_that_went_whole_are_not_among_them(world: World):
    work, _ = let_pass(world, Stage.MATCHED)
    assert (found(world), left(world, work.order_id)) == ([], {})
    whole = world.bring(Stage.DISPATCHED, lines={world.add_goods("CAP"): 1})
    assert (found(world), left(world, whole.order_id)) == ([], {})
