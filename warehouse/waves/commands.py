"""Making a wave of chosen consignments, and taking one back that nobody has begun."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.queue import enqueue, void
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.inventory import ledger
from warehouse.inventory.models import ReleaseReason
from warehouse.numbers import next_number
from warehouse.orders.commands.holds import give_back
from warehouse.orders.models import Consignment, ConsignmentLine, ConsignmentState
from warehouse.orders.queries import lock_consignments, stop_of
from warehouse.people import trail
from warehouse.replenishing.commands.planning import lock_tasks, wait_no_more
from warehouse.settings import load_settings
from warehouse.text import Text, say
from warehouse.waves.leaving_out import LeftOut, leave_out
from warehouse.waves.models import PickTask, TaskState, Wave, WaveSlot, WaveState
from warehouse.waves.papers import pick_list
from warehouse.waves.rules import Take
from warehouse.waves.stock import stock_of
from warehouse.waves.supply import Supplied, supply, waiting_first

MOST_SLOTS = 60


@dataclass(frozen=True, kw_only=True)
class MakeWave(Command):
    """Plan one walk for the consignments; its number carries the site's day."""

    consignment_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class CancelWave(Command):
    """Take back a wave nobody has begun."""

    wave_id: int


def make_wave(session: Session, command: MakeWave) -> Outcome:
    """Allocate stock to the consignments, make pick tasks in walking order, print the pick list.

    Pieces that others were left out of a wave for, and that were brought for them, are theirs.
    Consignments whose goods are not on the shelves are left out: those that reserve can supply
    wait until they are brought, the orders of the others are held for short stock.

    Raises:
        RuleViolation: a consignment is in a wave already, stopped, or none could be supplied.
    """
    ids = sorted(set(command.consignment_ids))
    if not 0 < len(ids) <= MOST_SLOTS:
        raise InvalidInput(
            say("Choose 1 to {most} consignments.", most=MOST_SLOTS), field="consignment_ids"
        )
    consignments = _lock(session, ids)
    skus = {line.sku_id for c in consignments for line in c.lines}
    lock_tasks(session, skus)  # who plans with the same goods comes after us, and sees what is left
    stock = stock_of(session, skus, day=command.day)
    first = waiting_first(session, skus, ids)
    supplied, short = supply(consignments, stock, first)
    wave = _plan(session, command, supplied) if supplied else None
    wait_no_more(session, [consignment.id for consignment, _ in supplied])
    left = leave_out(session, command, short)
    facts = {"left_out": sorted(c.id for c in short), "for_reserve": sorted(left.waiting)}
    tone = Tone.ATTENTION if short else Tone.OK
    kept = first.kept_from(short)
    if wave is None:
        message = _with_kept(_nothing(left), kept)
        return Outcome(screen="waves", message=message, tone=tone, facts=facts)
    message = say("Wave {number} with {count} orders.", number=wave.number, count=len(supplied))
    if short:
        message = say(
            "Wave {number} with {count} orders; {waiting} wait for goods from reserve, {left} are"
            " left out, stock short.",
            number=wave.number,
            count=len(supplied),
            waiting=len(left.waiting),
            left=len(left.held),
        )
    message = _with_kept(message, kept)
    return Outcome(screen="wave", subject_id=wave.id, message=message, tone=tone, facts=facts)


def _with_kept(message: Text, kept: int) -> Text:
    """Say why goods stand on the shelf and are not for those who are short of them."""
    if not kept:
        return message
    return say("{message} Pieces of theirs on the shelves are kept for {count} orders that waited.",
               message=message, count=kept)  # fmt: skip


def _plan(session: Session, command: MakeWave, supplied: Supplied) -> Wave:
    wave = _write(session, command, supplied)
    enqueue(
        session,
        pick_list(session, wave, command.zone),
        station_id=command.actor.station_id,
        at=command.at,
        command_id=command.id,
        subject=f"wave:{wave.id}",
    )
    return wave


def _nothing(left: LeftOut) -> Text:
    if not left.waiting:
        return say("No wave: the stock is short for all of them.")
    return say(
        "No wave yet: {waiting} wait for goods from reserve, {left} are short of stock.",
        waiting=len(left.waiting),
        left=len(left.held),
    )


def _lock(session: Session, ids: list[int]) -> list[Consignment]:
    found = list(
        session.scalars(
            sa.select(Consignment)
            .where(Consignment.id.in_(ids))
            .order_by(Consignment.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    if len(found) != len(ids):
        missing = sorted(set(ids) - {c.id for c in found})
        raise NotFound(say("consignment"), missing[0])
    for consignment in found:
        if consignment.state is not ConsignmentState.READY:
            raise RuleViolation(
                say("Consignment {number} is already begun.", number=consignment.number)
            )
        if stop_of(session, consignment.id) is not None:
            raise RuleViolation(say("Consignment {number} is held.", number=consignment.number))
    return found


@dataclass(frozen=True, kw_only=True)
class _Planned:
    """One take of a line's pieces, on its way to becoming a task."""

    take: Take
    slot: WaveSlot
    line: ConsignmentLine


def _write(session: Session, command: MakeWave, supplied: Supplied) -> Wave:
    day = command.at.astimezone(command.zone).strftime("%m%d")
    number = f"W{day}-{next_number(session, f'wave-{day}'):02d}"
    wave = Wave(number=number, created_at=command.at)
    session.add(wave)
    session.flush()
    planned = _fill_slots(session, wave, supplied)
    _write_tasks(session, wave, planned)
    trail.record(session, command, "wave", wave.id, "planned", orders=len(supplied))
    trail.record_all(
        session,
        command,
        "consignment",
        [(consignment.id, {"wave": number}) for consignment, _ in supplied],
        "waved",
    )
    return wave


def _fill_slots(session: Session, wave: Wave, supplied: Supplied) -> list[_Planned]:
    """Give each consignment its slot; return what is to be taken, in walking order."""
    settings = load_settings(session)
    planned: list[_Planned] = []
    for slot_no, (consignment, takes) in enumerate(supplied, start=1):
        consignment.state = ConsignmentState.WAVED
        # From here on the consignment keeps the rules it was planned under.
        consignment.is_check_required = settings.is_check_required
        consignment.is_weigh_required = settings.is_weigh_required
        consignment.is_label_match_required = settings.is_label_match_required
        consignment.is_four_eyes = settings.is_four_eyes
        slot = WaveSlot(wave_id=wave.id, consignment_id=consignment.id, slot_no=slot_no)
        session.add(slot)
        session.flush()
        planned += [
            _Planned(take=take, slot=slot, line=line)
            for line in consignment.lines
            for take in takes[line.id]
        ]
    planned.sort(key=_walk)
    return planned


def _walk(planned: _Planned) -> tuple[int, ...]:
    """Return where a take comes in the walk: by bin, SKU and lot, then by slot."""
    take = planned.take
    lot_id = take.lot_id or 0
    return (take.walk_order, take.bin_id, planned.line.sku_id, lot_id, planned.slot.slot_no)


def _write_tasks(session: Session, wave: Wave, planned: Sequence[_Planned]) -> None:
    promises = [
        ledger.Promise(
            consignment_line_id=p.line.id,
            bin_id=p.take.bin_id,
            sku_id=p.line.sku_id,
            pieces=p.take.pieces,
            lot_id=p.take.lot_id,
        )
        for p in planned
    ]
    allocations = ledger.reserve(session, promises)
    session.add_all(
        PickTask(
            wave_id=wave.id,
            slot_id=p.slot.id,
            consignment_line_id=p.line.id,
            allocation_id=allocation_id,
            bin_id=p.take.bin_id,
            sku_id=p.line.sku_id,
            wanted=p.take.pieces,
            sequence=sequence,
        )
        for sequence, (p, allocation_id) in enumerate(
            zip(planned, allocations, strict=True), start=1
        )
    )
    session.flush()


def cancel_wave(session: Session, command: CancelWave) -> Outcome:
    """Free the wave's stock; its consignments are ready again, held orders out of them.

    Its pick list, if it is not printed yet, never will be.

    Raises:
        RuleViolation: somebody has begun to pick it.
    """
    in_wave = sa.select(WaveSlot.consignment_id).where(WaveSlot.wave_id == command.wave_id)
    lock_consignments(session, session.scalars(in_wave).all())
    wave = session.get(Wave, command.wave_id, with_for_update=True, populate_existing=True)
    if wave is None:
        raise NotFound(say("wave"), command.wave_id)
    if wave.state is not WaveState.PLANNED:
        raise RuleViolation(say("Wave {number} is already begun.", number=wave.number))
    tasks = session.scalars(sa.select(PickTask).where(PickTask.wave_id == wave.id)).all()
    ledger.release(session, command, [t.allocation_id for t in tasks], ReleaseReason.CANCELLED)
    for task in tasks:
        task.state = TaskState.CANCELLED
    slots = session.scalars(sa.select(WaveSlot).where(WaveSlot.wave_id == wave.id)).all()
    for slot in slots:
        slot.freed_at = command.at
    consignments = session.scalars(
        sa.select(Consignment)
        .where(Consignment.id.in_([s.consignment_id for s in slots]))
        .order_by(Consignment.id)
        .execution_options(populate_existing=True)
    ).all()
    for consignment in consignments:
        if consignment.state is ConsignmentState.WAVED:
            consignment.state = ConsignmentState.READY
    wave.state = WaveState.CANCELLED
    session.flush()
    void(
        session,
        [f"wave:{wave.id}"],
        person_id=command.actor.person_id,
        at=command.at,
        reason="wave taken back",
    )
    give_back(session, command, [c.id for c in consignments])
    trail.record(session, command, "wave", wave.id, "cancelled")
    return Outcome(screen="waves", message=say("Wave {number} is taken back.", number=wave.number))
