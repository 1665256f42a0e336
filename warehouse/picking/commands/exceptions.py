"""When the walk does not go to plan: short, skipped, undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind
from warehouse.catalog.queries import IS_PICKABLE, bin_of_kind
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import RuleViolation, StaleScreen
from warehouse.inventory import ledger
from warehouse.inventory.models import Move, MoveReason, ReleaseReason, StockBalance
from warehouse.inventory.queries import balance_of
from warehouse.orders.commands.holds import hold_order
from warehouse.orders.models import ConsignmentLine, ConsignmentState, HoldKind
from warehouse.orders.queries import consignment_by_id, orders_of, require_not_stopped
from warehouse.people import trail
from warehouse.picking.commands.wave import require_picker
from warehouse.picking.screens import PickScreen
from warehouse.text import say
from warehouse.waves.models import PickTask, ShortReason, TaskState, Wave, WaveSlot, WaveState
from warehouse.waves.rules import BinStock, Take, plan_takes


@dataclass(frozen=True, kw_only=True)
class ReportShort(Command):
    """Fewer pieces are in the bin than the task wants; no more will be found there."""

    task_id: int
    reason: ShortReason = ShortReason.EMPTY


@dataclass(frozen=True, kw_only=True)
class SkipTask(Command):
    """Come back to this task at the end of the walk."""

    task_id: int


@dataclass(frozen=True, kw_only=True)
class UndoPick(Command):
    """Put the last picked pieces of the wave back into their bin."""

    wave_id: int


def report_short(session: Session, command: ReportShort) -> Outcome:
    """Release what was not found, look for it in other bins, hold the order if there is none.

    Pieces the bin should have and has not go to the count difference (damaged ones to
    quarantine), and with an empty bin whatever else the book had free there.

    Raises:
        StaleScreen: finished elsewhere. OrderStopped: the order goes no further.
        TakenByAnother: another picks the wave.
    """
    task = _lock_open(session, command)
    missing = task.wanted - task.picked
    ledger.release(session, command, [task.allocation_id], ReleaseReason.SHORT)
    _write_off(session, command, task, missing)
    task.state = TaskState.SHORT if task.picked == 0 else TaskState.PICKED
    if task.picked:
        task.wanted = task.picked
    session.flush()
    still = _allocate_elsewhere(session, task, missing)
    slot = session.get_one(WaveSlot, task.slot_id)
    trail.record(
        session, command, "consignment", slot.consignment_id, "short",
        bin=task.bin_id, sku=task.sku_id, missing=missing, reason=command.reason,
    )  # fmt: skip
    if still:
        for order in orders_of(session, slot.consignment_id):
            hold_order(session, command, order.id, HoldKind.STOCK_SHORT)
        message = say("{missing} short and nowhere else. The order is held.", missing=still)
        return Outcome(
            screen=PickScreen.NEXT, subject_id=task.wave_id, message=message, tone=Tone.ATTENTION
        )
    return Outcome(
        screen=PickScreen.NEXT,
        subject_id=task.wave_id,
        message=say("{missing} short here; another bin has them.", missing=missing),
        tone=Tone.ATTENTION,
    )


def skip_task(session: Session, command: SkipTask) -> Outcome:
    """Put the task behind all others of the wave.

    Raises:
        StaleScreen: finished elsewhere. OrderStopped: the order goes no further.
        TakenByAnother: another picks the wave.
    """
    task = _lock_open(session, command)
    most = session.scalar(
        sa.select(sa.func.max(PickTask.skips)).where(PickTask.wave_id == task.wave_id)
    )
    task.skips = (most or 0) + 1
    task.bin_confirmed_at = None
    session.flush()
    return Outcome(
        screen=PickScreen.NEXT, subject_id=task.wave_id, message=say("Asked again at the end.")
    )


def undo_pick(session: Session, command: UndoPick) -> Outcome:
    """Reverse the wave's last pick that is still in its tote.

    Raises:
        RuleViolation: there is none, or its order has gone on to the check.
        StaleScreen: the wave is finished; an open task in it would never be picked.
        TakenByAnother: another picks the wave.
    """
    wave = session.get(Wave, command.wave_id, with_for_update=True, populate_existing=True)
    if wave is None or wave.state is not WaveState.PICKING:
        raise StaleScreen
    require_picker(session, command, wave.picker_id, wave.number)
    last = _last_pick(session, wave.id)
    if last is None:
        raise RuleViolation(say("There is nothing to undo."))
    consignment = consignment_by_id(session, last.consignment_id, lock=True)
    task = session.get_one(PickTask, last.task_id, with_for_update=True, populate_existing=True)
    if consignment.state not in (ConsignmentState.PICKING, ConsignmentState.PICKED):
        raise RuleViolation(say("That order is already at the check."))
    mirror = ledger.reverse(session, command, last.move_id)
    task.picked -= mirror.pieces
    task.state = TaskState.OPEN
    line = session.get_one(ConsignmentLine, task.consignment_line_id, populate_existing=True)
    line.picked -= mirror.pieces
    consignment.state = ConsignmentState.PICKING
    session.flush()
    code = session.scalar(sa.select(Bin.code).where(Bin.id == task.bin_id))
    return Outcome(
        screen=PickScreen.NEXT,
        subject_id=task.wave_id,
        message=say("Put {pieces} back into {bin}.", pieces=mirror.pieces, bin=code),
        tone=Tone.ATTENTION,
    )


def _last_pick(session: Session, wave_id: int) -> Any:
    """Return move_id, task_id and consignment_id of the wave's newest pick not undone, or None."""
    undone = sa.select(Move.reverses_id).where(Move.reverses_id.is_not(None))
    return session.execute(
        sa.select(Move.id.label("move_id"), PickTask.id.label("task_id"), WaveSlot.consignment_id)
        .join(PickTask, PickTask.allocation_id == Move.allocation_id)
        .join(WaveSlot, WaveSlot.id == PickTask.slot_id)
        .where(
            PickTask.wave_id == wave_id,
            Move.reason == MoveReason.PICK,
            Move.id.not_in(undone),
        )
        .order_by(Move.id.desc())
        .limit(1)
    ).first()


def _lock_open(session: Session, command: ReportShort | SkipTask) -> PickTask:
    """Return the open task, its consignment and itself locked, whose order goes on."""
    found = session.execute(
        sa.select(WaveSlot.consignment_id, Wave.picker_id, Wave.number)
        .join(PickTask, PickTask.slot_id == WaveSlot.id)
        .join(Wave, Wave.id == WaveSlot.wave_id)
        .where(PickTask.id == command.task_id)
    ).one_or_none()
    if found is None:
        raise StaleScreen
    consignment_by_id(session, found.consignment_id, lock=True)
    task = session.get_one(PickTask, command.task_id, with_for_update=True, populate_existing=True)
    if task.state is not TaskState.OPEN:
        raise StaleScreen
    require_picker(session, command, found.picker_id, found.number)
    require_not_stopped(session, found.consignment_id)
    return task


def _write_off(session: Session, command: ReportShort, task: PickTask, missing: int) -> None:
    """Book what the bin should have had to where it is looked for."""
    _, _, free = balance_of(session, task.bin_id, task.sku_id)
    pieces = free if command.reason is ShortReason.EMPTY else min(missing, free)
    if pieces <= 0:
        return
    kind = BinKind.QUARANTINE if command.reason is ShortReason.DAMAGED else BinKind.COUNT_DIFFERENCE
    posting = ledger.Posting(
        sku_id=task.sku_id,
        from_bin_id=task.bin_id,
        to_bin_id=bin_of_kind(session, kind).id,
        pieces=pieces,
        reason=MoveReason.MISSING,
        consignment_line_id=task.consignment_line_id,
        reference=command.reason,
    )
    ledger.post(session, command, [posting])


def _allocate_elsewhere(session: Session, task: PickTask, missing: int) -> int:
    """Promise the missing pieces from other bins as new tasks; return what nobody has."""
    rows = session.execute(
        sa.select(Bin.id, Bin.walk_order, StockBalance.available)
        .join(StockBalance, StockBalance.bin_id == Bin.id)
        .where(
            StockBalance.sku_id == task.sku_id,
            StockBalance.available > 0,
            IS_PICKABLE,
            Bin.id != task.bin_id,
        )
        .order_by(Bin.walk_order)
    )
    takes, still = plan_takes(missing, [BinStock(*row) for row in rows])
    if still:
        return still
    _add_tasks(session, task, takes)
    return 0


def _add_tasks(session: Session, task: PickTask, takes: tuple[Take, ...]) -> None:
    ids = ledger.reserve(
        session,
        [
            ledger.Promise(
                consignment_line_id=task.consignment_line_id,
                bin_id=take.bin_id,
                sku_id=task.sku_id,
                pieces=take.pieces,
            )
            for take in takes
        ],
    )
    last = session.scalar(
        sa.select(sa.func.max(PickTask.sequence)).where(PickTask.wave_id == task.wave_id)
    )
    session.add_all(
        PickTask(
            wave_id=task.wave_id,
            slot_id=task.slot_id,
            consignment_line_id=task.consignment_line_id,
            allocation_id=allocation_id,
            bin_id=take.bin_id,
            sku_id=task.sku_id,
            wanted=take.pieces,
            sequence=(last or 0) + place,
        )
        for place, (take, allocation_id) in enumerate(zip(takes, ids, strict=True), start=1)
    )
    session.flush()
