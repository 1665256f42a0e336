"""Beginning to pack a tote, or going on with it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome
from warehouse.errors import RuleViolation
from warehouse.orders.models import ConsignmentState
from warehouse.orders.queries import CONSIGNMENT_WORDS
from warehouse.packing.commands.opened import items_screen, open_parcel_of
from warehouse.packing.screens import PackScreen
from warehouse.people import trail
from warehouse.text import say
from warehouse.waves.totes import scanned_tote


@dataclass(frozen=True, kw_only=True)
class StartPacking(Command):
    """Pack what is in a tote."""

    barcode: str


def start_packing(session: Session, command: StartPacking) -> Outcome:
    """Begin or resume packing the tote's consignment.

    Raises:
        WrongTote, UnknownBarcode: no tote with goods. RuleViolation: not checked yet.
        OrderStopped: the order goes no further.
    """
    tote, consignment = scanned_tote(session, command.barcode, say("a tote with checked goods"))
    ready = {ConsignmentState.CHECKED, ConsignmentState.PACKING}
    if not consignment.is_check_required:
        ready.add(ConsignmentState.PICKED)
    if consignment.state not in ready:
        raise RuleViolation(
            say("Tote {code} is not ready for packing ({state}).",
                code=tote.tote_code, state=CONSIGNMENT_WORDS[consignment.state])
        )  # fmt: skip
    if consignment.state is not ConsignmentState.PACKING:
        consignment.state = ConsignmentState.PACKING
        session.flush()
        trail.record(session, command, "consignment", consignment.id, "packing_started")
    parcel = open_parcel_of(session, consignment.id)
    if parcel is not None:
        return items_screen(parcel, say("Go on with parcel {number}.", number=parcel.number))
    return Outcome(
        screen=PackScreen.CARTON,
        subject_id=consignment.id,
        message=say("Tote {code}. Scan a carton.", code=tote.tote_code),
    )
