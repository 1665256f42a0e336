"""Putting an order before the others, and looking at a receiver that is hidden otherwise."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.orders.models import Consignment, Order, OrderState
from warehouse.people import trail
from warehouse.text import say

_ENDED = (OrderState.DISPATCHED, OrderState.CANCELLED, OrderState.CLOSED)
LONGEST_REASON = 200


@dataclass(frozen=True, kw_only=True)
class SetUrgent(Command):
    """Serve the order before others, or no longer so."""

    order_id: int
    is_urgent: bool


@dataclass(frozen=True, kw_only=True)
class RevealReceiver(Command):
    """Somebody wants to see the receiver in full, and says why."""

    order_id: int
    reason: str


def set_urgent(session: Session, command: SetUrgent) -> Outcome:
    """Mark the order and the consignment it goes in; a merged one is urgent if any order is.

    Raises:
        RuleViolation: the order has ended.
    """
    order = _order(session, command.order_id)
    if order.state in _ENDED:
        raise RuleViolation(say("Order {number} has ended.", number=order.order_no))
    order.is_urgent = command.is_urgent
    session.flush()
    if order.consignment_id is not None:
        is_any = sa.select(Order.id).where(
            Order.consignment_id == order.consignment_id, Order.is_urgent
        )
        session.execute(
            sa.update(Consignment)
            .where(Consignment.id == order.consignment_id)
            .values(is_urgent=is_any.exists())
            .execution_options(synchronize_session=False)
        )
    event = "urgent" if command.is_urgent else "not_urgent"
    trail.record(session, command, "order", order.id, event)
    message = (
        say("Order {number} goes first.", number=order.order_no)
        if command.is_urgent
        else say("Order {number} waits its turn.", number=order.order_no)
    )
    return Outcome(screen="order", subject_id=order.id, message=message)


def reveal_receiver(session: Session, command: RevealReceiver) -> Outcome:
    """Note who looked at the receiver and why; the page then shows it once."""
    if not command.reason.strip():
        raise InvalidInput(say("Say why."), field="reason")
    order = _order(session, command.order_id)
    reason = command.reason.strip()[:LONGEST_REASON]
    trail.record(session, command, "order", order.id, "receiver_seen", reason=reason)
    return Outcome(
        screen="order",
        subject_id=order.id,
        message=say("The receiver is shown once. It is noted that you looked."),
        tone=Tone.ATTENTION,
    )


def _order(session: Session, order_id: int) -> Order:
    order = session.get(Order, order_id, with_for_update={"of": Order}, populate_existing=True)
    if order is None:
        raise NotFound(say("order"), order_id)
    return order
