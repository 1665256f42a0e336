"""Releasing clean orders to the floor as consignments, and taking back what is not begun."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.carriers.queries import carrier_for
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import RuleViolation
from warehouse.orders.commands.audit import audit
from warehouse.orders.models import (
    Consignment,
    ConsignmentLine,
    ConsignmentState,
    LineState,
    Order,
    OrderState,
)
from warehouse.orders.queries import dispatched_of
from warehouse.people import trail
from warehouse.settings import load_settings
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class ReleaseOrders(Command):
    """Give clean orders to the floor."""

    order_ids: tuple[int, ...]


def release_orders(session: Session, command: ReleaseOrders) -> Outcome:
    """Make a consignment of each clean order; audited once more first, held ones stay.

    An order for which no courier is known stays too; the others are not kept waiting for it.
    """
    audit(session, command, command.order_ids)
    orders = list(
        session.scalars(
            sa.select(Order)
            .where(Order.id.in_(command.order_ids), Order.state == OrderState.CLEAN)
            .order_by(Order.id)
            .with_for_update(of=Order)
            .execution_options(populate_existing=True)
        )
    )
    default = load_settings(session).default_carrier_code
    orders = [o for o in orders if carrier_for(session, o.carrier_wish, default) is not None]
    for order in orders:
        make_consignment(session, command, [order])
    left = len(set(command.order_ids)) - len(orders)
    message = (
        say("{count} released, {left} not.", count=len(orders), left=left)
        if left
        else say("{count} released.", count=len(orders))
    )
    return Outcome(
        screen="orders",
        message=message,
        tone=Tone.ATTENTION if left else Tone.OK,
        facts={"released": len(orders), "left": left},
    )


def make_consignment(session: Session, command: Command, orders: Sequence[Order]) -> Consignment:
    """Make one consignment of the open lines of clean orders going to one receiver.

    Raises:
        RuleViolation: no courier is known for it.
    """
    settings = load_settings(session)
    first = orders[0]
    carrier = carrier_for(session, first.carrier_wish, settings.default_carrier_code)
    if carrier is None:
        raise RuleViolation(say("No courier is known for order {number}.", number=first.order_no))
    promises = [o.promise_at for o in orders if o.promise_at is not None]
    consignment = Consignment(
        carrier_id=carrier.id,
        is_urgent=any(o.is_urgent for o in orders),
        promise_at=min(promises) if promises else None,
        created_at=command.at,
        is_check_required=settings.is_check_required,
        is_weigh_required=settings.is_weigh_required,
        is_label_match_required=settings.is_label_match_required,
        is_four_eyes=settings.is_four_eyes,
        lines=_lines(session, orders),
    )
    session.add(consignment)
    session.flush()
    for order in orders:
        order.state = OrderState.RELEASED
        order.released_at = command.at
        order.consignment_id = consignment.id
        order.carrier_id = carrier.id
    session.flush()
    trail.record_all(
        session,
        command,
        "order",
        [(o.id, {"consignment": consignment.number}) for o in orders],
        "released",
    )
    return consignment


def _lines(session: Session, orders: Sequence[Order]) -> list[ConsignmentLine]:
    """Return what still has to go of the orders' open lines."""
    wanted = [
        line
        for order in orders
        for line in order.lines
        if line.state is LineState.OPEN and not line.is_service and line.sku_id is not None
    ]
    gone = dispatched_of(session, [line.id for line in wanted])
    return [
        ConsignmentLine(
            order_line_id=line.id, sku_id=line.sku_id, pieces=line.pieces - gone.get(line.id, 0)
        )
        for line in wanted
        if line.pieces > gone.get(line.id, 0)
    ]


def withdraw(session: Session, command: Command, order_ids: Iterable[int]) -> list[int]:
    """Take the orders back out of consignments nobody has begun; return those consignments' ids.

    The other orders of a merged consignment come back too. Orders in work are left alone.
    """
    of_orders = sa.select(Order.consignment_id).where(Order.id.in_(list(order_ids)))
    consignments = session.scalars(
        sa.select(Consignment)
        .where(Consignment.id.in_(of_orders), Consignment.state == ConsignmentState.READY)
        .order_by(Consignment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for consignment in consignments:
        dissolve(session, command, consignment)
    return [c.id for c in consignments]


def dissolve(session: Session, command: Command, consignment: Consignment) -> list[int]:
    """Take a consignment nobody has begun apart; return the ids of its orders, clean again."""
    consignment.state = ConsignmentState.DISSOLVED
    orders = session.scalars(
        sa.select(Order)
        .where(Order.consignment_id == consignment.id)
        .order_by(Order.id)
        .execution_options(populate_existing=True)
    ).all()
    for order in orders:
        order.state = OrderState.CLEAN
        order.consignment_id = None
        order.released_at = None
    session.flush()
    ids = [o.id for o in orders]
    trail.record_all(session, command, "order", [(i, {}) for i in ids], "withdrawn")
    return ids
