"""The last packed goods come out again; a sealed parcel is opened for it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import CartonLabel
from printing.queue import void
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import RuleViolation
from warehouse.inventory import ledger
from warehouse.inventory.models import Move, MoveReason
from warehouse.inventory.queries import NOT_UNDONE
from warehouse.orders.models import ConsignmentLine, ConsignmentState
from warehouse.orders.queries import consignment_by_id
from warehouse.packing.commands.opened import items_screen
from warehouse.packing.models import Parcel, ParcelLine, ParcelState
from warehouse.packing.papers import PACKED_OTHERWISE_NOTE
from warehouse.people import trail
from warehouse.text import say
from warehouse.waves.models import WaveSlot


@dataclass(frozen=True, kw_only=True)
class UndoPack(Command):
    """Take the last packed goods out again; a sealed parcel not yet weighed is opened first."""

    consignment_id: int


def undo_pack(session: Session, command: UndoPack) -> Outcome:
    """Take back the last packing scan of the consignment's newest parcel.

    Raises:
        RuleViolation: nothing was packed, or the parcel has been weighed.
    """
    parcel = session.scalars(
        sa.select(Parcel)
        .where(Parcel.consignment_id == command.consignment_id)
        .order_by(Parcel.sequence.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if parcel is None or parcel.state not in (ParcelState.OPEN, ParcelState.SEALED):
        raise RuleViolation(say("There is nothing to undo."))
    last = _last_packed(session, parcel)
    if last is None:
        raise RuleViolation(say("There is nothing to undo."))
    if parcel.state is ParcelState.SEALED:
        _reopen(session, command, parcel)
    pieces = _take_out(session, command, parcel, last)
    return items_screen(
        parcel,
        say("{pieces} back into the tote.", pieces=pieces),
        tone=Tone.ATTENTION,
    )


def _take_out(session: Session, command: UndoPack, parcel: Parcel, packed_by: str) -> int:
    moves = session.scalars(
        sa.select(Move)
        .where(Move.command_id == packed_by, Move.to_bin_id == parcel.bin_id)
        .order_by(Move.line_no)
    ).all()
    pieces = 0
    for line_no, move in enumerate(moves):
        ledger.reverse(session, command, move.id, first_line=line_no)
        line = session.get_one(ConsignmentLine, move.consignment_line_id, populate_existing=True)
        line.packed -= move.pieces
        content = session.get_one(ParcelLine, (parcel.id, line.id), populate_existing=True)
        content.pieces -= move.pieces
        pieces += move.pieces
    session.flush()
    return pieces


def _last_packed(session: Session, parcel: Parcel) -> str | None:
    return session.scalar(
        sa.select(Move.command_id)
        .where(
            Move.to_bin_id == parcel.bin_id,
            Move.reason == MoveReason.PACK,
            NOT_UNDONE,
        )
        .order_by(Move.id.desc())
        .limit(1)
    )


def _reopen(session: Session, command: Command, parcel: Parcel) -> None:
    """Open a sealed parcel again and give the consignment its tote back."""
    consignment = consignment_by_id(session, parcel.consignment_id, lock=True)
    slot = session.scalars(
        sa.select(WaveSlot)
        .where(WaveSlot.consignment_id == consignment.id, WaveSlot.tote_bin_id.is_not(None))
        .order_by(WaveSlot.id.desc())
        .limit(1)
    ).one()
    taken = session.scalar(
        sa.select(WaveSlot.id).where(
            WaveSlot.tote_bin_id == slot.tote_bin_id,
            WaveSlot.freed_at.is_(None),
            WaveSlot.id != slot.id,
        )
    )
    if taken is not None:
        raise RuleViolation(say("The tote is in use again; hold the order instead."))
    slot.freed_at = None
    parcel.state = ParcelState.OPEN
    parcel.sealed_at = None
    consignment.state = ConsignmentState.PACKING
    session.flush()
    # Whether the slip still holds is seen when the parcel is closed: it tells of pieces alone.
    void(
        session,
        [f"parcel:{parcel.id}"],
        kind=CartonLabel.kind,
        person_id=command.actor.person_id,
        at=command.at,
        reason=PACKED_OTHERWISE_NOTE.msgid,
    )
    trail.record(session, command, "parcel", parcel.id, "reopened")
