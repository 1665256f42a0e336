"""Taking a parcel back from the courier, and stopping it where the shop has spoken meanwhile."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome, Tone
from warehouse.dispatch.commands.handover import lock_open
from warehouse.dispatch.models import HandoverParcel
from warehouse.dispatch.screens import ShipScreen
from warehouse.errors import RuleViolation
from warehouse.inventory import ledger
from warehouse.inventory.models import Move, MoveReason
from warehouse.orders.commands.importing.stops import stop_returned
from warehouse.orders.models import ConsignmentLine, ConsignmentState, OrderState
from warehouse.orders.queries import (
    HOLD_WORDS,
    consignment_by_id,
    lock_orders,
    orders_of,
    stop_of,
)
from warehouse.packing.models import Parcel, ParcelState
from warehouse.people import trail
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class UndoHandover(Command):
    """The last parcel is taken back from the courier."""

    handover_id: int


def undo_handover(session: Session, command: UndoHandover) -> Outcome:
    """Take the last parcel of an open handover back; what its shop stopped meanwhile is held.

    Raises:
        RuleViolation: none was scanned yet, or the rest of its order was put aside: the order
            goes on without this parcel, which nobody would stop any more.
        StaleScreen: the handover is closed.
    """
    handover = lock_open(session, command.handover_id)
    last = session.scalars(
        sa.select(HandoverParcel)
        .where(HandoverParcel.handover_id == handover.id)
        .order_by(HandoverParcel.id.desc())
        .limit(1)
    ).first()
    if last is None:
        raise RuleViolation(say("There is nothing to undo."))
    lock_orders(session, session.get_one(Parcel, last.parcel_id).consignment_id)
    parcel = session.get_one(Parcel, last.parcel_id, with_for_update=True, populate_existing=True)
    consignment = consignment_by_id(session, parcel.consignment_id, lock=True)
    if consignment.state is ConsignmentState.SET_ASIDE:
        raise RuleViolation(
            say(
                "Parcel {number} has to go: the rest of its order was put aside.",
                number=parcel.number,
            )
        )
    _reverse(session, command, last)
    parcel.state = ParcelState.MATCHED
    parcel.dispatched_at = None
    session.flush()
    trail.record(session, command, "parcel", parcel.id, "taken_back", handover=handover.number)
    if consignment.state is ConsignmentState.DISPATCHED:
        consignment.state = ConsignmentState.PACKED
        _return_orders(session, command, consignment.id, handover.number)
    return _answer(session, handover.id, parcel)


def _reverse(session: Session, command: UndoHandover, scan: HandoverParcel) -> None:
    moves = session.scalars(
        sa.select(Move)
        .where(Move.command_id == scan.command_id, Move.reason == MoveReason.DISPATCH)
        .order_by(Move.line_no)
    ).all()
    for line_no, move in enumerate(moves):
        ledger.reverse(session, command, move.id, first_line=line_no)
        line = session.get_one(ConsignmentLine, move.consignment_line_id, populate_existing=True)
        line.dispatched -= move.pieces
    session.delete(scan)


def _return_orders(
    session: Session, command: UndoHandover, consignment_id: int, handover_no: str
) -> None:
    """Put the orders back in work; a refund noted since they left stops them here."""
    orders = orders_of(session, consignment_id)
    left_at = {order.id: order.dispatched_at for order in orders}
    for order in orders:
        order.state = OrderState.RELEASED
        order.dispatched_at = None
    session.flush()
    facts = {"handover": handover_no}
    trail.record_all(session, command, "order", [(o.id, facts) for o in orders], "taken_back")
    stop_returned(session, command, left_at)


def _answer(session: Session, handover_id: int, parcel: Parcel) -> Outcome:
    stop = stop_of(session, parcel.consignment_id)
    message = say("Parcel {number} is back here.", number=parcel.number)
    if stop is not None:
        message = say(
            "Parcel {number} is back and stays here. Order {order}: {kind}.",
            number=parcel.number,
            order=stop.order_no,
            kind=HOLD_WORDS[stop.kind],
        )
    return Outcome(
        screen=ShipScreen.PARCELS,
        subject_id=handover_id,
        message=message,
        tone=Tone.ATTENTION if stop is None else Tone.STOP,
    )
