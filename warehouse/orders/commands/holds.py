"""Raising a hold, letting one go, cancelling an order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome, Tone
from warehouse.db import table_of
from warehouse.errors import InvalidInput, NotFound, RuleViolation, StaleScreen
from warehouse.orders.commands.audit import audit
from warehouse.orders.commands.release import withdraw
from warehouse.orders.models import (
    Consignment,
    ConsignmentState,
    Hold,
    HoldKind,
    HoldOwner,
    LineState,
    Order,
    OrderLine,
    OrderState,
)
from warehouse.orders.not_shipped import not_shipped_of
from warehouse.orders.queries import orders_of, stop_of
from warehouse.orders.rules import BEFORE_RELEASE, BY_HAND, MENDED_ONLY, OWNER_OF
from warehouse.people import trail
from warehouse.text import say

_hold = table_of(Hold)


@dataclass(frozen=True, kw_only=True)
class RaiseHold(Command):
    """Stop an order, wherever it is."""

    order_id: int
    kind: HoldKind = HoldKind.MANUAL
    note: str
    owner: HoldOwner | None = None


@dataclass(frozen=True, kw_only=True)
class ReleaseHold(Command):
    """Let one hold go, with a word why."""

    hold_id: int
    note: str


@dataclass(frozen=True, kw_only=True)
class CancelOrder(Command):
    """The order is not to be shipped. One in work is stopped at its next scan."""

    order_id: int
    note: str


@dataclass(frozen=True, kw_only=True)
class CancelLine(Command):
    """One line is not to be shipped; the rest goes on."""

    line_id: int
    note: str


def raise_hold(session: Session, command: RaiseHold) -> Outcome:
    """Hold the order; one in work is stopped at its next scan."""
    if not command.note.strip():
        raise InvalidInput(say("Say why."), field="note")
    order = _order(session, command.order_id)
    if order.state in (OrderState.DISPATCHED, OrderState.CANCELLED, OrderState.CLOSED):
        raise RuleViolation(say("Order {number} has ended.", number=order.order_no))
    hold_order(
        session, command, order.id, command.kind,
        note=command.note, owner=command.owner, about=BY_HAND,
    )  # fmt: skip
    return Outcome(
        screen="order",
        subject_id=order.id,
        message=say("Order {number} is held.", number=order.order_no),
        tone=Tone.ATTENTION,
    )


def hold_order(
    session: Session,
    command: Command,
    order_id: int,
    kind: HoldKind,
    *,
    note: str = "",
    owner: HoldOwner | None = None,
    about: str = "",
) -> bool:
    """Raise a hold of `kind` unless one is open; return whether it was raised.

    An order that is not begun leaves its consignment and counts as held at once; one in work
    keeps its consignment, whose next scan is refused.
    """
    is_open = session.execute(
        sa.select(_hold.c.id, _hold.c.about).where(
            _hold.c.order_id == order_id, _hold.c.kind == kind, _hold.c.released_at.is_(None)
        )
    ).first()
    if is_open:
        if about == BY_HAND != is_open.about:
            _take_in_hand(session, command, order_id, is_open.id, kind=kind, note=note)
        return False
    session.add(
        Hold(
            order_id=order_id,
            kind=kind,
            owner=owner or OWNER_OF[kind],
            about=about,
            note=note[:500],
            raised_at=command.at,
            raised_by=command.actor.person_id,
        )
    )
    session.flush()
    withdraw(session, command, [order_id])
    session.execute(
        sa.update(Order)
        .where(Order.id == order_id, Order.state.in_(BEFORE_RELEASE))
        .values(state=OrderState.HELD)
        .execution_options(synchronize_session=False)
    )
    trail.record(session, command, "order", order_id, "held", kinds=[kind], note=note[:200])
    return True


def _take_in_hand(
    session: Session, command: Command, order_id: int, hold_id: int, *, kind: HoldKind, note: str
) -> None:
    """Let a person's word keep a hold that its fact alone would have let go."""
    session.execute(
        sa.update(_hold).where(_hold.c.id == hold_id).values(about=BY_HAND, note=note[:500])
    )
    trail.record(session, command, "order", order_id, "held", kinds=[kind], note=note[:200])


def release_hold(session: Session, command: ReleaseHold) -> Outcome:
    """Let the hold go and audit the order anew.

    Raises:
        RuleViolation: the hold is mended only by what it waits for (stock, a known SKU), or
            the check found a mismatch and the goods are not put aside yet.
    """
    hold = session.get(Hold, command.hold_id, with_for_update=True, populate_existing=True)
    if hold is None:
        raise NotFound(say("hold"), command.hold_id)
    if hold.released_at is not None:
        raise StaleScreen
    if hold.kind in MENDED_ONLY and hold.about != BY_HAND:
        raise RuleViolation(say("This hold ends by itself once its reason is gone."))
    if hold.kind is HoldKind.CHECK_MISMATCH and is_in_work(session, hold.order_id):
        # Let go now, the parcel would leave with fewer pieces than were ordered.
        raise RuleViolation(say("Have the goods put aside first; then they are picked anew."))
    if not command.note.strip():
        raise InvalidInput(say("Say why."), field="note")
    hold.released_at = command.at
    hold.released_by = command.actor.person_id
    hold.release_note = command.note[:500]
    hold.is_override = True
    session.flush()
    trail.record(
        session, command, "order", hold.order_id, "hold_released",
        kind=hold.kind, note=command.note[:200],
    )  # fmt: skip
    audit(session, command, [hold.order_id])
    return Outcome(screen="order", subject_id=hold.order_id, message=say("The hold is released."))


def cancel_order(session: Session, command: CancelOrder) -> Outcome:
    """Cancel the order: at once if nobody has begun it, at its next scan if somebody has."""
    if not command.note.strip():
        raise InvalidInput(say("Say why."), field="note")
    order = _order(session, command.order_id)
    if order.state in (OrderState.DISPATCHED, OrderState.CANCELLED, OrderState.CLOSED):
        raise RuleViolation(say("Order {number} has ended.", number=order.order_no))
    withdraw(session, command, [order.id])
    session.refresh(order)
    if order.state is OrderState.RELEASED:
        hold_order(session, command, order.id, HoldKind.CANCELLED, note=command.note)
        message = say("Order {number} is stopped at its next scan.", number=order.order_no)
        return Outcome(screen="order", subject_id=order.id, message=message, tone=Tone.ATTENTION)
    end_order(session, command, order.id, note=command.note)
    return Outcome(
        screen="order",
        subject_id=order.id,
        message=say("Order {number} is cancelled.", number=order.order_no),
    )


def give_back(session: Session, command: Command, consignment_ids: Iterable[int]) -> None:
    """Take held orders out of consignments nobody has begun; cancelled ones end here.

    For consignments that are ready again: no scan will ever meet them there.
    """
    stopped = [i for i in consignment_ids if stop_of(session, i) is not None]
    ids = [order.id for i in stopped for order in orders_of(session, i)]
    withdraw(session, command, ids)
    ended = session.scalars(
        sa.select(_hold.c.order_id).where(
            _hold.c.order_id.in_(ids),
            _hold.c.kind == HoldKind.CANCELLED,
            _hold.c.released_at.is_(None),
        )
    ).all()
    for order_id in ended:
        end_order(session, command, order_id, note="wave taken back")
    audit(session, command, ids)


def end_order(session: Session, command: Command, order_id: int, *, note: str) -> None:
    """Mark an order that is in nobody's hands as cancelled and close its holds."""
    session.execute(
        sa.update(_hold)
        .where(_hold.c.order_id == order_id, _hold.c.released_at.is_(None))
        .values(
            released_at=command.at,
            released_by=command.actor.person_id,
            release_note=note[:500],
        )
    )
    session.execute(
        sa.update(Order)
        .where(Order.id == order_id)
        .values(state=OrderState.CANCELLED, consignment_id=None)
        .execution_options(synchronize_session=False)
    )
    trail.record(session, command, "order", order_id, "cancelled", note=note[:200])


def cancel_line(session: Session, command: CancelLine) -> Outcome:
    """Take one line out of an order that nobody has begun, and audit the order anew.

    So can a line be that stayed here when its order was dispatched: nobody waits for it any more.

    Raises:
        RuleViolation: the order is in work; hold it first, and have its goods set aside.
    """
    if not command.note.strip():
        raise InvalidInput(say("Say why."), field="note")
    line = session.get(OrderLine, command.line_id)
    if line is None:
        raise NotFound(say("order line"), command.line_id)
    order = _order(session, line.order_id)
    withdraw(session, command, [order.id])
    session.refresh(order)
    if order.state not in BEFORE_RELEASE and line.id not in not_shipped_of(session, order.id):
        raise RuleViolation(say("Order {number} is in work. Hold it first.", number=order.order_no))
    line.state = LineState.CANCELLED
    session.flush()
    trail.record(
        session, command, "order", order.id, "line_cancelled",
        line=line.id, note=command.note[:200],
    )  # fmt: skip
    audit(session, command, [order.id])
    return Outcome(screen="order", subject_id=order.id, message=say("The line is taken out."))


def _order(session: Session, order_id: int) -> Order:
    # Not its shop: a running import holds that, and nobody waits for an import to hold an order.
    order = session.get(Order, order_id, with_for_update={"of": Order}, populate_existing=True)
    if order is None:
        raise NotFound(say("order"), order_id)
    return order


def is_in_work(session: Session, order_id: int) -> bool:
    """Tell whether the order's consignment has been begun and not ended."""
    state = session.execute(
        sa.select(Consignment.state)
        .join(Order, Order.consignment_id == Consignment.id)
        .where(Order.id == order_id)
    ).scalar()
    return state is not None and state is not ConsignmentState.READY
