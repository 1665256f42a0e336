"""A lot that must not be sold is blocked: what was promised of it is given back at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.inventory import ledger
from warehouse.inventory.marks import best_before_problem
from warehouse.inventory.models import Allocation, Lot, LotBalance, ReleaseReason
from warehouse.orders.commands.holds import hold_order
from warehouse.orders.models import Consignment, ConsignmentState, HoldKind, HoldOwner
from warehouse.orders.queries import orders_of
from warehouse.orders.rules import BY_HAND
from warehouse.packing.models import Parcel, ParcelState
from warehouse.people import trail
from warehouse.text import say
from warehouse.tracing.commands.returning import hold_short, take_back
from warehouse.waves.models import PickTask, TaskState, Wave, WaveSlot, WaveState
from warehouse.waves.replanning import allocate_elsewhere, end_task


@dataclass(frozen=True, kw_only=True)
class BlockLot(Command):
    """Nobody gets anything of this lot any more, until it is let go."""

    lot_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class UnblockLot(Command):
    """The lot may be sold again."""

    lot_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class MendLot(Command):
    """The best-before of the lot is another one than was booked."""

    lot_id: int
    best_before: date | None
    reason: str


def block_lot(session: Session, command: BlockLot) -> Outcome:
    """Block the lot and give back every open promise of it.

    Consignments nobody has begun leave their wave and are planned anew, or held for stock. In
    waves being picked other pieces are looked for, as after a short pick. Orders whose goods of
    this lot are in a tote or parcel are stopped at their next scan.

    Raises:
        RuleViolation: it is blocked already.
    """
    lot = _lot(session, command.lot_id, command.reason)
    if lot.blocked_at is not None:
        raise RuleViolation(say("Lot {lot} is blocked.", lot=lot.code))
    lot.blocked_at, lot.blocked_reason = command.at, command.reason.strip()[:200]
    session.flush()
    back, short = _release(session, command, lot.id)
    held = _stop_picked(session, command, lot)
    trail.record(
        session, command, "lot", lot.id, "lot_blocked",
        reason=lot.blocked_reason, back=len(back), short=len(short), held=len(held),
    )  # fmt: skip
    return Outcome(
        screen="lot",
        subject_id=lot.id,
        message=say(
            "Lot {lot} is blocked: {back} orders out of their wave, {short} looked for elsewhere,"
            " {held} stopped with goods in hand.",
            lot=lot.code,
            back=len(back),
            short=len(short),
            held=len(held),
        ),
        tone=Tone.ATTENTION if back or short or held else Tone.OK,
    )


def unblock_lot(session: Session, command: UnblockLot) -> Outcome:
    """Let the lot go; orders that wait for these goods are looked at within a minute.

    Raises:
        RuleViolation: it is not blocked.
    """
    lot = _lot(session, command.lot_id, command.reason)
    if lot.blocked_at is None:
        raise RuleViolation(say("Lot {lot} is not blocked.", lot=lot.code))
    lot.blocked_at, lot.blocked_reason = None, ""
    session.flush()
    trail.record(
        session, command, "lot", lot.id, "lot_unblocked", reason=command.reason.strip()[:200]
    )
    return Outcome(
        screen="lot", subject_id=lot.id, message=say("Lot {lot} may be sold again.", lot=lot.code)
    )


def mend_lot(session: Session, command: MendLot) -> Outcome:
    """Give the lot another best-before, with a word why.

    Raises:
        InvalidInput: no reason, or a day no goods are good until.
    """
    lot = _lot(session, command.lot_id, command.reason)
    day = command.best_before
    if day and (problem := best_before_problem(day, command.day, is_faulty=True)):
        raise InvalidInput(problem, field="best_before")
    before, lot.best_before = lot.best_before, command.best_before
    session.flush()
    trail.record(
        session, command, "lot", lot.id, "lot_mended", reason=command.reason.strip()[:200],
        before=before.isoformat() if before else "",
        after=command.best_before.isoformat() if command.best_before else "",
    )  # fmt: skip
    return Outcome(
        screen="lot", subject_id=lot.id, message=say("Lot {lot} is saved.", lot=lot.code)
    )


def _lot(session: Session, lot_id: int, reason: str) -> Lot:
    if not reason.strip():
        raise InvalidInput(say("Say why."), field="reason")
    lot = session.get(Lot, lot_id, with_for_update=True, populate_existing=True)
    if lot is None:
        raise NotFound(say("lot"), lot_id)
    return lot


def _release(session: Session, command: BlockLot, lot_id: int) -> tuple[list[int], set[int]]:
    """Give back what is promised; return the consignments taken back, and those looked after."""
    tasks = _tasks(session, lot_id)
    _lock(session, {consignment_id for _, consignment_id in tasks})
    by_consignment: dict[int, list[PickTask]] = defaultdict(list)
    for task, consignment_id in _tasks(session, lot_id):
        by_consignment[consignment_id].append(task)
    back: list[int] = []
    short: set[int] = set()
    for consignment_id, mine in sorted(by_consignment.items()):
        ledger.release(session, command, [t.allocation_id for t in mine], ReleaseReason.BLOCKED)
        if _is_begun(session, consignment_id, mine):
            short.add(consignment_id)
            _look_elsewhere(session, command, consignment_id, mine)
        else:
            take_back(session, command, consignment_id)
            back.append(consignment_id)
    hold_short(session, command, back)
    return back, short


def _tasks(session: Session, lot_id: int) -> list[tuple[PickTask, int]]:
    rows = session.execute(
        sa.select(PickTask, WaveSlot.consignment_id)
        .join(Allocation, Allocation.id == PickTask.allocation_id)
        .join(WaveSlot, WaveSlot.id == PickTask.slot_id)
        .where(
            Allocation.lot_id == lot_id,
            Allocation.pieces > Allocation.picked + Allocation.released,
            PickTask.state == TaskState.OPEN,
        )
        .order_by(PickTask.id)
        .with_for_update(of=PickTask)
        .execution_options(populate_existing=True)
    )
    return [(task, consignment_id) for task, consignment_id in rows]


def _lock(session: Session, consignment_ids: set[int]) -> None:
    session.execute(
        sa.select(Consignment.id)
        .where(Consignment.id.in_(consignment_ids))
        .order_by(Consignment.id)
        .with_for_update()
    ).all()


def _is_begun(session: Session, consignment_id: int, tasks: Sequence[PickTask]) -> bool:
    consignment = session.get_one(Consignment, consignment_id, populate_existing=True)
    wave = session.get_one(Wave, tasks[0].wave_id, populate_existing=True)
    return consignment.state is not ConsignmentState.WAVED or wave.state is not WaveState.PLANNED


def _look_elsewhere(
    session: Session, command: BlockLot, consignment_id: int, tasks: Sequence[PickTask]
) -> None:
    for task in tasks:
        missing = task.wanted - task.picked
        end_task(task, missing)
        session.flush()
        if allocate_elsewhere(session, task, missing, day=command.day, avoid_bin_id=None):
            for order in orders_of(session, consignment_id):
                hold_order(session, command, order.id, HoldKind.STOCK_SHORT)


def _stop_picked(session: Session, command: BlockLot, lot: Lot) -> set[int]:
    """Stop the orders whose goods of the lot are in totes and parcels; return their ids."""
    totes = (
        sa.select(WaveSlot.consignment_id)
        .join(LotBalance, LotBalance.bin_id == WaveSlot.tote_bin_id)
        .where(LotBalance.lot_id == lot.id, LotBalance.on_hand > 0, WaveSlot.freed_at.is_(None))
    )
    parcels = (
        sa.select(Parcel.consignment_id)
        .join(LotBalance, LotBalance.bin_id == Parcel.bin_id)
        .where(
            LotBalance.lot_id == lot.id,
            LotBalance.on_hand > 0,
            Parcel.state.not_in((ParcelState.DISPATCHED, ParcelState.SET_ASIDE)),
        )
    )
    held: set[int] = set()
    for consignment_id in sorted({*session.scalars(totes), *session.scalars(parcels)}):
        for order in orders_of(session, consignment_id):
            note = f"{lot.code}: {lot.blocked_reason}"
            owner, by_hand = HoldOwner.STOCK, BY_HAND
            hold_order(session, command, order.id, HoldKind.MANUAL, note=note, owner=owner,
                       about=by_hand)  # fmt: skip
            held.add(order.id)
    return held
