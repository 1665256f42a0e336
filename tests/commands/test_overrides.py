"""What a person let pass stays passed as long as the fact stands, and no longer."""

from __future__ import annotations

import sqlalchemy as sa

from tests.builders import World
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.commands.holds import ReleaseHold, release_hold
from warehouse.orders.models import Hold, HoldKind, LineState, Order, OrderLine, OrderState


def _line_becomes(world: World, order_id: int, state: LineState) -> None:
    with world.database.transaction() as session:
        session.execute(
            sa.update(OrderLine).where(OrderLine.order_id == order_id).values(state=state)
        )
    world.do(audit_orders, AuditOrders, order_ids=(order_id,))


def _let_pass(world: World, order_id: int) -> None:
    for hold in world.all(Hold, order_id=order_id):
        if hold.released_at is None and hold.kind is HoldKind.REFUND:
            world.do(release_hold, ReleaseHold, hold_id=hold.id, note="the buyer changed his mind")


def test_a_refund_asked_again_after_it_was_withdrawn_holds_again(world: World):
    world.site()
    goods = world.sku()
    world.stock(goods, "A-1", 9)
    order_id = world.audited({goods: 1})
    _line_becomes(world, order_id, LineState.REFUND_ASKED)
    _let_pass(world, order_id)
    assert HoldKind.REFUND not in world.holds(order_id)
    world.do(audit_orders, AuditOrders, order_ids=(order_id,))
    assert HoldKind.REFUND not in world.holds(order_id)  # the same fact, still let pass
    _line_becomes(world, order_id, LineState.OPEN)
    assert world.get(Order, order_id).state is OrderState.CLEAN
    _line_becomes(world, order_id, LineState.REFUND_ASKED)
    assert HoldKind.REFUND in world.holds(order_id)


def test_a_remark_read_once_stays_read(world: World):
    world.site()
    goods = world.sku()
    world.stock(goods, "A-1", 9)
    order_id = world.audited({goods: 1}, buyer_message="周末送")
    hold = world.one(Hold, order_id=order_id)
    world.do(release_hold, ReleaseHold, hold_id=hold.id, note="read")
    world.do(audit_orders, AuditOrders, order_ids=(order_id,))
    assert world.holds(order_id) == []
