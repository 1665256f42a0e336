"""A weight accepted too soon is taken back, with a label that nobody can hold in the hand yet."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.models import WORKING, JobState, PrintJob
from printing.queue import void
from warehouse.commands import Command, Outcome, Tone
from warehouse.dispatch.commands.label import WAYBILL_KIND, live_waybill
from warehouse.dispatch.models import Waybill, WaybillSource, WaybillState
from warehouse.errors import RuleViolation
from warehouse.packing.models import Parcel, ParcelState
from warehouse.people import trail
from warehouse.text import say
from warehouse.weighing.commands import lock_parcel
from warehouse.weighing.queries import WITH_WEIGHT
from warehouse.weighing.screens import WeighScreen

TAKEN_BACK_NOTE = say("weight taken back")
NO_BYTE_LEFT = (*WORKING, JobState.CANCELLED)  # of a void paper: who draws it drops it


@dataclass(frozen=True, kw_only=True)
class UndoWeight(Command):
    """The weight of this parcel was not its own: back to the scale."""

    parcel_id: int


def undo_weight(session: Session, command: UndoWeight) -> Outcome:
    """Let the parcel be weighed anew; a label not printed yet is void, and its number with it.

    Raises:
        RuleViolation: it was not weighed, has gone, or its label may have come out already.
        StaleScreen: there is no such parcel. OrderStopped: the order goes no further.
    """
    parcel = lock_parcel(session, command.parcel_id)
    if parcel.state not in WITH_WEIGHT or parcel.gross_g is None:
        raise RuleViolation(say("There is nothing to undo."))
    waybill = live_waybill(session, parcel.id)
    if waybill is not None:
        _void(session, command, parcel, waybill)
    trail.record(
        session, command, "parcel", parcel.id, "weight_undone",
        gross_g=parcel.gross_g, waybill=waybill.number if waybill else "",
    )  # fmt: skip
    parcel.state = ParcelState.SEALED
    parcel.gross_g = parcel.weighed_at = parcel.matched_at = None
    session.flush()
    return Outcome(
        screen=WeighScreen.WEIGHT,
        subject_id=parcel.id,
        message=say("Parcel {number}: weigh it anew.", number=parcel.number),
        tone=Tone.ATTENTION,
    )


def _void(session: Session, command: UndoWeight, parcel: Parcel, waybill: Waybill) -> None:
    subject = f"parcel:{parcel.id}"
    void(
        session,
        [subject],
        kind=WAYBILL_KIND,
        person_id=command.actor.person_id,
        at=command.at,
        reason=TAKEN_BACK_NOTE.msgid,
    )
    # Asked after voiding: a job that still waited then can send no byte any more.
    came_out = session.scalars(
        sa.select(PrintJob.id).where(
            PrintJob.subject == subject,
            PrintJob.document_kind == WAYBILL_KIND,
            PrintJob.number == waybill.number,
            PrintJob.state.not_in(NO_BYTE_LEFT),
        )
    ).first()
    if came_out is not None or waybill.source is not WaybillSource.POOL:
        raise RuleViolation(
            say(
                "The label of parcel {number} may be printed already."
                " If the weight is wrong, have the order held at the desk.",
                number=parcel.number,
            )
        )
    waybill.state = WaybillState.VOID
    waybill.voided_at = command.at
    waybill.void_reason = TAKEN_BACK_NOTE.msgid
