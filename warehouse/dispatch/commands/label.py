"""Waybill numbers on parcels: assigned, printed once, scanned back, printed again with a reason."""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.errors import PaperCleared, StateConflict
from printing.models import PrintJob
from printing.queue import confirm, enqueue, reprint
from warehouse.carriers.commands import take_number
from warehouse.carriers.models import Carrier
from warehouse.commands import Command, Outcome, Tone
from warehouse.dispatch.commands.given_number import put_on, take_given_number
from warehouse.dispatch.models import Waybill, WaybillSource, WaybillState
from warehouse.dispatch.papers import waybill_paper
from warehouse.dispatch.queries import parcels_named, void_waybill
from warehouse.errors import (
    NotFound,
    ReasonWanted,
    RuleViolation,
    StaleScreen,
    UnknownBarcode,
    WrongWaybill,
)
from warehouse.orders.models import (
    Consignment,
    ConsignmentState,
)
from warehouse.orders.queries import consignment_by_id, orders_of
from warehouse.packing.models import Parcel, ParcelState
from warehouse.people import trail
from warehouse.text import say
from warehouse.weighing.commands import lock_parcel
from warehouse.weighing.screens import WeighScreen

WAYBILL_KIND = "waybill"
READY_KIND = "ready_label"


@dataclass(frozen=True, kw_only=True)
class AssignWaybill(Command):
    """Give a weighed parcel its number and ask for its label."""

    parcel_id: int


@dataclass(frozen=True, kw_only=True)
class AttachWaybill(Command):
    """A label printed by the shop platform's own service is on the parcel: take its number."""

    parcel_id: int
    barcode: str


@dataclass(frozen=True, kw_only=True)
class MatchLabel(Command):
    """The label on the parcel is scanned back: right label, right parcel."""

    parcel_id: int
    barcode: str


@dataclass(frozen=True, kw_only=True)
class ReprintLabel(Command):
    """The label is spoilt: print it once more, marked as a copy."""

    parcel_id: int
    reason: str


def assign_waybill(session: Session, command: AssignWaybill) -> Outcome:
    """Take a number from the courier's pool and put its label into the print queue.

    A parcel whose receiver the platform hides gets none from us: its label is printed by the
    platform and its number scanned in.

    Raises:
        NoWaybillLeft: the pool is used up. StaleScreen: the parcel has one, or is not so far.
        RuleViolation: other parcels of the consignment are not sealed yet.
    """
    parcel = lock_parcel(session, command.parcel_id)
    consignment = consignment_by_id(session, parcel.consignment_id, lock=True)
    if parcel.state is not _ready_state(consignment.is_weigh_required, parcel):
        raise StaleScreen
    if consignment.state is not ConsignmentState.PACKED:
        raise RuleViolation(say("Other parcels of this order are still being packed."))
    if any(o.is_masked for o in orders_of(session, consignment.id)):
        return _at_platform(parcel)
    number = give_label(session, command, parcel, consignment)
    if not consignment.is_label_match_required:
        return Outcome(
            screen=WeighScreen.PARCEL,
            subject_id=parcel.id,
            message=say("Label {number} for parcel {parcel}.", number=number, parcel=parcel.number),
            is_step_done=True,
        )
    return Outcome(
        screen=WeighScreen.LABEL,
        subject_id=parcel.id,
        message=say("Stick label {number} on and scan it.", number=number),
        facts={"waybill_no": number},
    )


def give_label(
    session: Session,
    command: Command,
    parcel: Parcel,
    consignment: Consignment,
    *,
    run_no: int = 1,
    run_count: int = 1,
) -> str:
    """Give a parcel that may have one its number and ask for its label; return the number.

    Raises:
        NoWaybillLeft: the pool is used up.
    """
    carrier = session.get_one(Carrier, consignment.carrier_id)
    number, pool_id = _fresh_number(session, command, carrier)
    put_on(session, command, parcel, carrier.id, number, WaybillSource.POOL)
    enqueue(
        session,
        waybill_paper(session, parcel, carrier, number).placed(run_no, run_count),
        station_id=command.actor.station_id,
        at=command.at,
        command_id=command.id,
        subject=f"parcel:{parcel.id}",
    )
    trail.record(
        session, command, "parcel", parcel.id, "waybill_assigned", waybill=number, pool=pool_id
    )
    if not consignment.is_label_match_required:
        set_matched(session, command, parcel)
    return number


def is_ready_for_label(parcel: Parcel, consignment: Consignment) -> bool:
    """Tell whether the parcel lacks nothing but its label."""
    is_weighed = parcel.state is _ready_state(consignment.is_weigh_required, parcel)
    return is_weighed and consignment.state is ConsignmentState.PACKED


def _at_platform(parcel: Parcel) -> Outcome:
    return Outcome(
        screen=WeighScreen.PLATFORM,
        subject_id=parcel.id,
        message=say(
            "The shop hides this receiver. Print the label with the platform's own program,"
            " stick it on and scan it."
        ),
        tone=Tone.ATTENTION,
    )


def attach_waybill(session: Session, command: AttachWaybill) -> Outcome:
    """Take the number of a label that the platform printed; it is scanned off the parcel.

    Raises:
        UnknownBarcode: nothing a waybill number can be. WrongScan: something of this house, as
            the goods' own barcode. WrongWaybill: it is on another parcel.

    A number that was on the goods of the same order before they were put aside is taken again:
    the platform gives an order the same one each time.
    """
    parcel = lock_parcel(session, command.parcel_id)
    consignment = consignment_by_id(session, parcel.consignment_id, lock=True)
    if parcel.state is not _ready_state(consignment.is_weigh_required, parcel):
        raise StaleScreen
    if not any(o.is_masked for o in orders_of(session, consignment.id)):
        raise StaleScreen
    number = command.barcode
    carrier = take_given_number(session, command, parcel, consignment, number)
    set_matched(session, command, parcel)
    trail.record(session, command, "parcel", parcel.id, "waybill_attached", waybill=number)
    is_odd = carrier.number_pattern and not re.fullmatch(carrier.number_pattern, number)
    return Outcome(
        screen=WeighScreen.PARCEL,
        message=say(
            "{number} does not look like {carrier}. Taken all the same.",
            number=number,
            carrier=carrier.name,
        )
        if is_odd
        else say("Waybill {number} is on parcel {parcel}.", number=number, parcel=parcel.number),
        tone=Tone.ATTENTION if is_odd else Tone.OK,
        is_step_done=True,
    )


def match_label(session: Session, command: MatchLabel) -> Outcome:
    """Confirm that the parcel carries its own label; the print job is confirmed with it.

    Raises:
        WrongWaybill, UnknownBarcode: another parcel's label, or none.
        StaleScreen: it was matched before, or has no label yet.
    """
    parcel = lock_parcel(session, command.parcel_id)
    if parcel.state is not ParcelState.LABELLED:
        raise StaleScreen
    waybill = live_waybill(session, parcel.id)
    if waybill is None:
        raise StaleScreen
    if command.barcode != waybill.number:
        raise (
            void_waybill(session, command.barcode)
            or _not_this_label(session, command.barcode, waybill.number)
        )
    set_matched(session, command, parcel)
    is_ours = waybill.source is WaybillSource.POOL
    confirm(session, WAYBILL_KIND if is_ours else READY_KIND, waybill.number, command.at)
    trail.record(session, command, "parcel", parcel.id, "label_matched")
    return Outcome(
        screen=WeighScreen.PARCEL,
        message=say("Parcel {number} is ready for the courier.", number=parcel.number),
        is_step_done=True,
    )


def reprint_label(session: Session, command: ReprintLabel) -> Outcome:
    """Ask for one more copy of the parcel's label, with the reason on record and a mark on paper.

    Raises:
        ReasonWanted: nobody says why. RuleViolation: the first is still to come, or the parcel has
            gone.
    """
    if not command.reason.strip():
        raise ReasonWanted(say("Say why."), field="reason")
    number = repeat_label(session, command, command.parcel_id, command.reason[:200])
    return Outcome(
        screen=WeighScreen.LABEL,
        subject_id=command.parcel_id,
        message=say("A copy of {number} is coming. Destroy the spoilt one.", number=number),
        tone=Tone.ATTENTION,
        facts={"waybill_no": number},
    )


def repeat_label(session: Session, command: Command, parcel_id: int, reason: str) -> str:
    """Ask for a marked copy of the parcel's label, which must be scanned again; return its number.

    Raises:
        RuleViolation: the first is still to come, or the parcel has gone. OrderStopped: it stays.
    """
    parcel = lock_parcel(session, parcel_id)
    if parcel.state not in (ParcelState.LABELLED, ParcelState.MATCHED):
        raise RuleViolation(say("Parcel {number} has no label to repeat.", number=parcel.number))
    waybill = live_waybill(session, parcel.id)
    if waybill is None or newest_label(session, waybill) is None:
        raise RuleViolation(say("Parcel {number} has no label to repeat.", number=parcel.number))
    _copy_label(session, command, waybill, reason)
    parcel.state = ParcelState.LABELLED
    parcel.matched_at = None
    session.flush()
    trail.record(
        session, command, "parcel", parcel.id, "label_reprinted",
        waybill=waybill.number, reason=reason,
    )  # fmt: skip
    return waybill.number


def newest_label(session: Session, waybill: Waybill) -> int | None:
    """Return the newest paper of a waybill, ours or the carrier's own, None if there is none."""
    return session.scalar(
        sa.select(PrintJob.id)
        .where(
            PrintJob.document_kind.in_((WAYBILL_KIND, READY_KIND)),
            PrintJob.number == waybill.number,
            # Another courier may have given the same number.
            PrintJob.subject == f"parcel:{waybill.parcel_id}",
        )
        .order_by(PrintJob.part.desc(), PrintJob.copy_no.desc())
        .limit(1)
    )


def _copy_label(session: Session, command: Command, waybill: Waybill, reason: str) -> None:
    job_id = newest_label(session, waybill)
    if job_id is None:
        raise NotFound(say("label"), waybill.number)
    try:
        reprint(
            session,
            job_id,
            reason=reason,
            person_id=command.actor.person_id,
            at=command.at,
            command_id=command.id,
            station_id=command.actor.station_id,
            zone=command.zone,
        )
    except PaperCleared as error:
        raise RuleViolation(
            say("Its names and addresses were removed on time: there is nothing left to print.")
        ) from error
    except StateConflict as error:
        raise RuleViolation(
            say("The label is still in the print queue. Look at the printer first.")
        ) from error


def live_waybill(session: Session, parcel_id: int) -> Waybill | None:
    """Return the parcel's valid waybill, None if it has none."""
    return session.scalars(
        sa.select(Waybill).where(Waybill.parcel_id == parcel_id, Waybill.state == WaybillState.LIVE)
    ).first()


def _ready_state(is_weigh_required: bool, parcel: Parcel) -> ParcelState:
    if is_weigh_required or parcel.state is ParcelState.WEIGHED:
        return ParcelState.WEIGHED
    return ParcelState.SEALED


def set_matched(session: Session, command: Command, parcel: Parcel) -> None:
    """Note that the label on the parcel is its own, or that nobody here has to look."""
    parcel.state = ParcelState.MATCHED
    parcel.matched_at = command.at
    session.flush()


def _fresh_number(session: Session, command: Command, carrier: Carrier) -> tuple[str, int]:
    """Take numbers until one was never on a parcel: the platform may have used some of them.

    One of another courier's parcel is left out too: a scan tells nobody whose number it is.
    """
    while True:
        number, pool_id = take_number(session, command, carrier)
        used = sa.select(Waybill.id).where(Waybill.number == number).limit(1)
        if session.scalar(used) is None:
            return number, pool_id


def _not_this_label(session: Session, barcode: str, wanted: str) -> WrongWaybill | UnknownBarcode:
    other = session.execute(
        sa.select(Parcel.number)
        .join(Waybill, Waybill.parcel_id == Parcel.id)
        .where(Waybill.parcel_id.in_(parcels_named(barcode)))
        .limit(1)
    ).scalar()
    waybill = say("waybill {number}", number=wanted)
    if other is None:
        return UnknownBarcode(barcode, wanted=waybill)
    return WrongWaybill(got=say("the label of parcel {number}", number=other), wanted=waybill)
