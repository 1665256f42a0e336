"""Beginning a check, going on with it, taking it over: who may look at these goods."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.checking.models import Check, CheckState
from warehouse.checking.screens import CheckScreen
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import RuleViolation, SamePerson, StaleScreen, TakenByAnother
from warehouse.inventory.models import MoveReason
from warehouse.inventory.queries import movers_of
from warehouse.orders.models import ConsignmentLine, ConsignmentState
from warehouse.orders.queries import CONSIGNMENT_WORDS, require_not_stopped
from warehouse.people import trail
from warehouse.text import Text, say
from warehouse.waves.totes import scanned_tote
from warehouse.waves.unfit import stop_unfit


@dataclass(frozen=True, kw_only=True)
class StartCheck(Command):
    """Look at the contents of a tote."""

    barcode: str


def start_check(session: Session, command: StartCheck) -> Outcome:
    """Open the check of the tote's consignment, or go on with one left open.

    Raises:
        WrongTote, UnknownBarcode: no tote with goods to check. OrderStopped: see there.
        SamePerson: the actor picked some of it and four eyes are asked for.

    A lot among the goods that may not be sold any more stops the order.
    """
    tote, consignment = scanned_tote(session, command.barcode, say("a tote with picked goods"))
    person_id = command.actor.person_id
    if consignment.is_four_eyes:
        _require_other_eyes(session, consignment.id, consignment.picked_by, person_id)
    if text := stop_unfit(session, command, consignment.id, [tote.tote_id]):
        return stop_outcome(consignment.id, text)
    if consignment.state is ConsignmentState.CHECKING:
        return _resume(session, command, consignment.id, tote.tote_code)
    if consignment.state is not ConsignmentState.PICKED:
        raise RuleViolation(
            say("Tote {code} is not ready for the check ({state}).",
                code=tote.tote_code, state=CONSIGNMENT_WORDS[consignment.state])
        )  # fmt: skip
    check = Check(
        consignment_id=consignment.id,
        checker_id=person_id,
        picker_id=consignment.picked_by,
        is_four_eyes=consignment.is_four_eyes,
        started_at=command.at,
    )
    session.add(check)
    consignment.state = ConsignmentState.CHECKING
    session.flush()
    trail.record(session, command, "consignment", consignment.id, "check_started")
    return _items(check.id, tote.tote_code)


def stop_outcome(consignment_id: int, text: Text) -> Outcome:
    """Return the red screen of a consignment that was stopped by this very scan."""
    return Outcome(screen=CheckScreen.STOP, subject_id=consignment_id, message=text, tone=Tone.STOP)


def _require_other_eyes(
    session: Session, consignment_id: int, picker_id: int | None, person_id: int
) -> None:
    """Refuse whoever picked a piece of it; a wave may have passed through several hands."""
    lines = sa.select(ConsignmentLine.id).where(ConsignmentLine.consignment_id == consignment_id)
    pickers = movers_of(session, session.scalars(lines), MoveReason.PICK)
    if person_id == picker_id or person_id in pickers:
        raise SamePerson(say("You picked this tote. Somebody else has to check it."))


def _resume(session: Session, command: StartCheck, consignment_id: int, code: str) -> Outcome:
    check = session.scalars(
        sa.select(Check).where(
            Check.consignment_id == consignment_id, Check.state == CheckState.OPEN
        )
    ).one()
    if check.checker_id != command.actor.person_id:
        trail.record(session, command, "consignment", consignment_id, "check_taken_over")
        check.checker_id = command.actor.person_id
        session.flush()
    return _items(check.id, code)


def _items(check_id: int, tote_code: str) -> Outcome:
    return Outcome(
        screen=CheckScreen.ITEMS,
        subject_id=check_id,
        message=say("Tote {code}. Scan every piece.", code=tote_code),
    )


def open_check(session: Session, command: Command, check_id: int) -> Check:
    """Return the actor's open check, fresh and locked.

    Raises:
        StaleScreen: it is closed. OrderStopped: the order goes no further.
        SamePerson: the actor picked some of it. TakenByAnother: somebody else checks it.
    """
    check = session.get(Check, check_id, with_for_update=True, populate_existing=True)
    if check is None or check.state is not CheckState.OPEN:
        raise StaleScreen
    require_not_stopped(session, check.consignment_id)
    if check.checker_id != command.actor.person_id:
        if check.is_four_eyes:
            _require_other_eyes(
                session, check.consignment_id, check.picker_id, command.actor.person_id
            )
        raise TakenByAnother(say("Somebody else checks this tote. Scan the tote to take it over."))
    return check
