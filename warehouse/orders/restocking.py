"""Orders held for short stock whose goods are there again: found cheaply, audited in lots.

Stock becomes free in many ways (opening stock, goods put aside, an order cancelled, a wave taken
back). None of these waits for other people's orders; the worker looks from time to time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import USUAL_ZONE, Actor, execute, new_id
from warehouse.db import Database, table_of
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.commands.free_stock import free_stock
from warehouse.orders.models import Hold, HoldKind, LineState, Order, OrderLine, OrderState
from warehouse.orders.queries import dispatched_of
from warehouse.orders.rules import BY_HAND

AT_ONCE = 500  # orders audited in one transaction
LOOKED_AT = 5_000  # orders of goods that are there, looked at in one question


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where an order stands in the queue for goods: the urgent, then those that came first."""

    is_urgent: bool
    age: datetime
    order_id: int


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


def audit_supplied(
    database: Database, *, actor: Actor, at: datetime, zone: tzinfo = USUAL_ZONE
) -> int:
    """Audit the orders held for short stock whose goods are free now; return how many.

    Those that came first are supplied first. Costs two statements where nothing is free.
    """
    done = 0
    after: Place | None = None
    while True:
        with database.reading() as session:
            ids, after = supplied(session, after, day=at.astimezone(zone).date())
        if ids:
            command = AuditOrders(id=new_id(), actor=actor, at=at, zone=zone, order_ids=ids)
            execute(database, audit_orders, command)
        done += len(ids)
        if after is None:
            return done


def supplied(
    session: Session, after: Place | None = None, *, day: date
) -> tuple[tuple[int, ...], Place | None]:
    """Return up to `AT_ONCE` orders held for short stock that could all be supplied at once.

    With them where to look on, None where no order is left. An order that wants more than there is
    keeps none of those behind it waiting.
    """
    skus = set(session.scalars(_wanted_skus))
    known = free_stock(session, skus, day=day) if skus else {}
    free = {sku_id: n for sku_id, n in known.items() if n > 0}
    found: list[int] = []
    while free:
        places = _queue(session, free.keys(), after)
        wants = _wants(session, [place.order_id for place in places])
        for place in places:
            if _take(free, wants[place.order_id]):
                found.append(place.order_id)
            if len(found) == AT_ONCE:
                return tuple(found), place
        if len(places) < LOOKED_AT:
            break
        after = places[-1]
        free = {sku_id: n for sku_id, n in free.items() if n > 0}
    return tuple(found), None


def _take(free: dict[int, int], wanted: Mapping[int, int]) -> bool:
    """Take what an order wants, all or nothing; tell whether it was there."""
    if any(free.get(sku_id, 0) < pieces for sku_id, pieces in wanted.items()):
        return False
    for sku_id, pieces in wanted.items():
        if pieces:
            free[sku_id] -= pieces
    return True


def _queue(session: Session, skus: Collection[int], after: Place | None) -> list[Place]:
    """Return the next `LOOKED_AT` orders that want one of the goods, first come first."""
    age = sa.func.coalesce(_order.c.paid_at, _order.c.created_at)
    of_goods = sa.select(_line.c.order_id).where(_line.c.sku_id.in_(skus), _is_wanted)
    chosen = sa.select(_order.c.is_urgent, age.label("age"), _order.c.id.label("order_id")).where(
        _order.c.id.in_(_short), _order.c.id.in_(of_goods)
    )
    if after is not None:
        is_behind = sa.tuple_(age, _order.c.id) > sa.tuple_(
            sa.literal(after.age, age.type), after.order_id
        )
        of_its_kind = sa.and_(_order.c.is_urgent == after.is_urgent, is_behind)
        is_less = _order.c.is_urgent == sa.false() if after.is_urgent else sa.false()
        chosen = chosen.where(sa.or_(of_its_kind, is_less))
    in_order = chosen.order_by(_order.c.is_urgent.desc(), age, _order.c.id).limit(LOOKED_AT)
    return [Place(**row._mapping) for row in session.execute(in_order)]


def _wants(session: Session, ids: Collection[int]) -> dict[int, dict[int, int]]:
    """Return order id → SKU id → pieces still to be sent."""
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
