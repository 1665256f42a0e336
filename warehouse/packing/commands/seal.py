"""A parcel is closed: its expected weight, the tote set free, the packing slips."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.models import PrintJob
from printing.queue import enqueue, void
from warehouse.catalog.models import CartonType, Sku
from warehouse.commands import Command, Outcome
from warehouse.errors import RuleViolation
from warehouse.orders.models import ConsignmentState
from warehouse.orders.queries import consignment_by_id
from warehouse.packing.commands.opened import lock_open
from warehouse.packing.models import Parcel, ParcelLine, ParcelState
from warehouse.packing.papers import PACKED_OTHERWISE_NOTE, packing_slip
from warehouse.packing.rules import expected_weight_g
from warehouse.packing.screens import PackScreen
from warehouse.packing.sscc import ask_for_label, following_sscc, has_label, void_miscounted
from warehouse.people import trail
from warehouse.settings import load_settings
from warehouse.text import say
from warehouse.waves.models import WaveSlot
from warehouse.waves.queries import tote_of


@dataclass(frozen=True, kw_only=True)
class SealParcel(Command):
    """The parcel is full; the rest goes into another."""

    parcel_id: int


def seal_parcel(session: Session, command: SealParcel) -> Outcome:
    """Close a full parcel; goods are left for the next one.

    Raises:
        RuleViolation: it is empty.
    """
    parcel, _ = lock_open(session, command.parcel_id)
    _require_goods(session, parcel)
    _seal(session, command, parcel)
    return Outcome(
        screen=PackScreen.CARTON,
        subject_id=parcel.consignment_id,
        message=say("Parcel {number} is sealed. Scan the next carton.", number=parcel.number),
        is_step_done=True,
    )


def finish(session: Session, command: Command, parcel: Parcel) -> Outcome:
    """Seal the last parcel of a consignment, set its tote free, ask for the slips."""
    _seal(session, command, parcel)
    consignment = consignment_by_id(session, parcel.consignment_id, lock=True)
    consignment.state = ConsignmentState.PACKED
    tote = tote_of(session, consignment.id)
    if tote is not None:
        session.get_one(WaveSlot, tote.slot_id).freed_at = command.at
    session.flush()
    trail.record(session, command, "consignment", consignment.id, "packed")
    parcels = _parcels_of(session, consignment.id)
    _print_slips(session, command, parcels)
    _print_carton_labels(session, command, parcels)
    return Outcome(
        screen=PackScreen.TOTE,
        subject_id=consignment.id,
        message=say("Parcel {number} is sealed. On to the scale.", number=parcel.number),
        is_step_done=True,
        facts={
            "parcel_id": parcel.id,
            "parcel_no": parcel.number,
            "consignment_id": consignment.id,
        },
    )


def _seal(session: Session, command: Command, parcel: Parcel) -> None:
    contents = session.execute(
        sa.select(Sku.weight_g, ParcelLine.pieces)
        .join(Sku, Sku.id == ParcelLine.sku_id)
        .where(ParcelLine.parcel_id == parcel.id, ParcelLine.pieces > 0)
    ).all()
    carton = session.get_one(CartonType, parcel.carton_type_id)
    parcel.expected_g = expected_weight_g(carton.tare_g, [(w, n) for w, n in contents])
    parcel.state = ParcelState.SEALED
    parcel.sealed_at = command.at
    parcel.seals += 1
    session.flush()
    trail.record(session, command, "parcel", parcel.id, "sealed", expected_g=parcel.expected_g)


def _parcels_of(session: Session, consignment_id: int) -> Sequence[Parcel]:
    return session.scalars(
        sa.select(Parcel).where(Parcel.consignment_id == consignment_id).order_by(Parcel.sequence)
    ).all()


def _print_carton_labels(session: Session, command: Command, parcels: Sequence[Parcel]) -> None:
    """Ask for the logistic label of each parcel closed anew, where the site wants them.

    A house that has given its last number goes on packing: its parcels are told by their own.
    """
    void_miscounted(session, command, parcels)
    site = load_settings(session)
    if not site.is_sscc_on_sealing:
        return
    for parcel in parcels:
        if parcel.sscc is None and not following_sscc(session, site):
            trail.record(session, command, "parcel", parcel.id, "no_sscc")
        elif not has_label(session, parcel):
            ask_for_label(session, command, parcel, site)


def _print_slips(session: Session, command: Command, parcels: Sequence[Parcel]) -> None:
    """Ask for the slips of all parcels at once: only now is it known how many there are.

    A parcel opened and closed again gets a new slip only if the slip would say something else; the
    one before is void then.
    """
    for parcel in parcels:
        subject = f"parcel:{parcel.id}"
        slip = packing_slip(session, parcel, parcels[-1].sequence, command.zone)
        before = session.execute(
            sa.select(PrintJob.part, PrintJob.facts)
            .where(PrintJob.subject == subject, PrintJob.document_kind == slip.kind)
            # A copy says of itself that it is one: the first tells what the slip says.
            .order_by(PrintJob.part.desc(), PrintJob.copy_no)
            .limit(1)
        ).first()
        if before is not None and before.facts == slip.to_json():
            continue
        if before is not None:
            void(
                session, [subject], kind=slip.kind, person_id=command.actor.person_id,
                at=command.at, reason=PACKED_OTHERWISE_NOTE.msgid,
            )  # fmt: skip
        enqueue(
            session,
            slip,
            station_id=command.actor.station_id,
            at=command.at,
            command_id=command.id,
            subject=subject,
            part=before.part + 1 if before else 1,
        )


def _require_goods(session: Session, parcel: Parcel) -> None:
    packed = session.scalar(
        sa.select(sa.func.sum(ParcelLine.pieces)).where(ParcelLine.parcel_id == parcel.id)
    )
    if not packed:
        raise RuleViolation(say("The parcel is empty."))
