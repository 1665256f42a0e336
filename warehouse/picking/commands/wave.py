"""Taking a wave, giving its slots totes, parking the cart."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import BinKind
from warehouse.catalog.queries import bin_by_code
from warehouse.commands import Command, Outcome
from warehouse.errors import NotFound, RuleViolation, StaleScreen, TakenByAnother, WrongTote
from warehouse.inventory.models import StockBalance
from warehouse.inventory.refusals import refuse
from warehouse.orders.models import ConsignmentState
from warehouse.orders.queries import consignment_by_id, require_not_stopped
from warehouse.people import trail
from warehouse.people.models import Person
from warehouse.picking.screens import PickScreen
from warehouse.text import say
from warehouse.waves.models import PickTask, TaskState, Wave, WaveSlot, WaveState


@dataclass(frozen=True, kw_only=True)
class TakeWave(Command):
    """Begin or resume a wave; `is_confirmed` takes it over from somebody else."""

    wave_id: int
    is_confirmed: bool = False


@dataclass(frozen=True, kw_only=True)
class BindTote(Command):
    """Put a tote on the next free slot of the cart."""

    wave_id: int
    barcode: str


@dataclass(frozen=True, kw_only=True)
class FinishWave(Command):
    """The cart is where the checkers fetch it."""

    wave_id: int


def take_wave(session: Session, command: TakeWave) -> Outcome:
    """Make the actor the wave's picker.

    Raises:
        TakenByAnother: somebody else is at it and taking over was not confirmed.
        StaleScreen: the wave is finished or was taken back.
    """
    wave = _lock(session, command.wave_id)
    if wave.state not in (WaveState.PLANNED, WaveState.PICKING):
        raise StaleScreen
    person_id = command.actor.person_id
    if wave.picker_id is not None and wave.picker_id != person_id and not command.is_confirmed:
        raise _taken(session, wave.picker_id, wave.number)
    if wave.picker_id != person_id:
        trail.record(session, command, "wave", wave.id, "taken")
    wave.picker_id = person_id
    wave.started_at = wave.started_at or command.at
    wave.state = WaveState.PICKING
    session.flush()
    is_bound = next_free_slot(session, wave.id) is None
    return Outcome(
        screen=PickScreen.NEXT if is_bound else PickScreen.TOTES,
        subject_id=wave.id,
        message=say("Wave {number} is yours.", number=wave.number),
    )


def require_picker(session: Session, command: Command, picker_id: int | None, wave_no: str) -> None:
    """Refuse a scan of anybody but the wave's picker.

    Raises:
        TakenByAnother: somebody else picks it; it can be taken over.
        RuleViolation: nobody has taken it.
    """
    if picker_id is None:
        raise RuleViolation(say("Take wave {number} first.", number=wave_no))
    if picker_id != command.actor.person_id:
        raise _taken(session, picker_id, wave_no)


def _taken(session: Session, picker_id: int, wave_no: str) -> TakenByAnother:
    other = session.get(Person, picker_id)
    return TakenByAnother(
        say(
            "{person} is picking wave {number}. Scan again to take it over.",
            person=other.name if other else "",
            number=wave_no,
        )
    )


def bind_tote(session: Session, command: BindTote) -> Outcome:
    """Bind the scanned tote to the next slot without one.

    Raises:
        WrongTote, UnknownBarcode: no tote. RuleViolation: the tote is in use or not empty.
        OrderStopped: the slot's order goes no further. TakenByAnother: another picks the wave.
    """
    wave = _lock(session, command.wave_id)
    slot = next_free_slot(session, wave.id)
    if wave.state is not WaveState.PICKING or slot is None:
        raise StaleScreen
    require_picker(session, command, wave.picker_id, wave.number)
    consignment = consignment_by_id(session, slot.consignment_id, lock=True)
    session.refresh(slot)
    if slot.freed_at is not None or consignment.state is not ConsignmentState.WAVED:
        raise StaleScreen  # its goods were put aside, or nothing of it, a moment ago
    require_not_stopped(session, consignment.id)
    tote = bin_by_code(session, command.barcode)
    if tote is None or tote.kind is not BinKind.TOTE:
        raise refuse(session, command.barcode, say("an empty tote"), WrongTote)
    if not tote.is_active:
        raise RuleViolation(say("Tote {code} is out of use. Take another.", code=tote.code))
    if _is_in_use(session, tote.id):
        raise RuleViolation(say("Tote {code} is in use. Take another.", code=tote.code))
    slot.tote_bin_id = tote.id
    slot.bound_at = command.at
    consignment.state = ConsignmentState.PICKING
    consignment.picked_by = command.actor.person_id
    session.flush()
    is_bound = next_free_slot(session, wave.id) is None
    return Outcome(
        screen=PickScreen.NEXT if is_bound else PickScreen.TOTES,
        subject_id=wave.id,
        message=say("Slot {slot}: tote {code}.", slot=slot.slot_no, code=tote.code),
        is_step_done=is_bound,
    )


def finish_wave(session: Session, command: FinishWave) -> Outcome:
    """Close the wave once no task is open.

    Raises:
        RuleViolation: tasks are still open. TakenByAnother: another picks the wave.
    """
    wave = _lock(session, command.wave_id)
    if wave.state is not WaveState.PICKING:
        raise StaleScreen
    require_picker(session, command, wave.picker_id, wave.number)
    still = session.scalar(
        sa.select(sa.func.count())
        .select_from(PickTask)
        .where(PickTask.wave_id == wave.id, PickTask.state == TaskState.OPEN)
    )
    if still:
        raise RuleViolation(say("{count} picks are still open.", count=still))
    wave.state = WaveState.PICKED
    wave.picked_at = command.at
    session.flush()
    trail.record(session, command, "wave", wave.id, "picked")
    return Outcome(
        screen=PickScreen.WAVES,
        message=say("Wave {number} is picked.", number=wave.number),
        is_step_done=True,
    )


def next_free_slot(session: Session, wave_id: int) -> WaveSlot | None:
    """Return the first slot without a tote whose order still goes on, None if all have one."""
    return session.scalars(
        sa.select(WaveSlot)
        .where(
            WaveSlot.wave_id == wave_id,
            WaveSlot.tote_bin_id.is_(None),
            WaveSlot.freed_at.is_(None),
        )
        .order_by(WaveSlot.slot_no)
        .limit(1)
    ).first()


def _is_in_use(session: Session, tote_id: int) -> bool:
    bound = sa.select(WaveSlot.id).where(
        WaveSlot.tote_bin_id == tote_id, WaveSlot.freed_at.is_(None)
    )
    filled = sa.select(StockBalance.bin_id).where(
        StockBalance.bin_id == tote_id, StockBalance.on_hand > 0
    )
    return bool(session.scalar(sa.select(sa.or_(bound.exists(), filled.exists()))))


def _lock(session: Session, wave_id: int) -> Wave:
    wave = session.get(Wave, wave_id, with_for_update=True, populate_existing=True)
    if wave is None:
        raise NotFound(say("wave"), wave_id)
    return wave
