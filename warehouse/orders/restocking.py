"""Orders held for short stock whose goods are there again: found cheaply, audited in lots.

Stock becomes free in many ways (opening stock, goods put aside, an order cancelled, a wave taken
back). None of these waits for other people's orders; the worker looks from time to time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Actor, execute, new_id
from warehouse.db import Database, table_of
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.commands.free_stock import free_stock
from warehouse.orders.models import Hold, HoldKind, LineState, Order, OrderLine, OrderState
from warehouse.orders.queries import dispatched_of
from warehouse.orders.rules import BY_HAND

AT_ONCE = 500  # orders audited in one transaction
LOOKED_AT = 5_000  # orders of goods that are there, those that came first

_order, _line, _hold = table_of(Order), table_of(OrderLine), table_of(Hold)

_short = (
    sa.select(_hold.c.order_id)
    .join(_order, _order.c.id == _hold.c.order_id)
    .where(
        _hold.c.kind == HoldKind.STOCK_SHORT,
        _hold.c.released_at.is_(None),
        _hold.c.about != BY_HAND,
        _order.c.state == OrderState.HELD,
    )
)
_is_wanted = sa.and_(
    _line.c.state == LineState.OPEN, _line.c.is_service == sa.false(), _line.c.sku_id.is_not(None)
)
_wanted_skus = sa.select(_line.c.sku_id).where(_line.c.order_id.in_(_short), _is_wanted).distinct()


def audit_supplied(database: Database, *, actor: Actor, at: datetime) -> int:
    """Audit the orders held for short stock whose goods are free now; return how many.

    Those that came first are supplied first. Costs two statements where nothing is free.
    """
    done = 0
    last: tuple[int, ...] = ()
    while True:
        with database.reading() as session:
            ids = supplied(session)
        if not ids or ids == last:
            return done
        command = AuditOrders(id=new_id(), actor=actor, at=at, order_ids=ids)
        execute(database, audit_orders, command)
        done, last = done + len(ids), ids


def supplied(session: Session) -> tuple[int, ...]:
    """Return up to `AT_ONCE` orders held for short stock that could all be supplied at once."""
    skus = set(session.scalars(_wanted_skus))
    if not skus:
        return ()
    free = {sku_id: n for sku_id, n in free_stock(session, skus).items() if n > 0}
    if not free:
        return ()
    found: list[int] = []
    for order_id, wanted in _wants(session, free.keys()).items():
        if all(free.get(sku_id, 0) >= pieces for sku_id, pieces in wanted.items()):
            found.append(order_id)
            for sku_id, pieces in wanted.items():
                free[sku_id] -= pieces
        if len(found) == AT_ONCE:
            break
    return tuple(found)


def _wants(session: Session, skus: Collection[int]) -> dict[int, dict[int, int]]:
    """Return order id → SKU id → pieces of orders with one of the goods, first come first."""
    age = sa.func.coalesce(_order.c.paid_at, _order.c.created_at)
    of_goods = sa.select(_line.c.order_id).where(_line.c.sku_id.in_(skus), _is_wanted)
    ids = session.scalars(
        sa.select(_order.c.id)
        .where(_order.c.id.in_(_short), _order.c.id.in_(of_goods))
        .order_by(_order.c.is_urgent.desc(), age, _order.c.id)
        .limit(LOOKED_AT)
    ).all()
    lines = session.execute(
        sa.select(_line.c.id, _line.c.order_id, _line.c.sku_id, _line.c.pieces).where(
            _line.c.order_id.in_(ids), _is_wanted
        )
    ).all()
    gone = dispatched_of(session, [line.id for line in lines])
    wants: dict[int, dict[int, int]] = {order_id: defaultdict(int) for order_id in ids}
    for line in lines:
        wants[line.order_id][line.sku_id] += line.pieces - gone.get(line.id, 0)
    return wants
