"""When the walk does not go to plan: short, skipped, undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.commands import Command, Outcome, Tone
from warehouse.counting.events import doubt
from warehouse.counting.models import CountEvent
from warehouse.errors import LotBlocked, RuleViolation, StaleScreen
from warehouse.inventory import ledger
from warehouse.inventory.models import Lot, Move, MoveReason, ReleaseReason
from warehouse.inventory.pieces import number_wanted, piece_in
from warehouse.inventory.queries import NOT_UNDONE
from warehouse.orders.commands.holds import hold_order
from warehouse.orders.models import ConsignmentLine, ConsignmentState, HoldKind
from warehouse.orders.queries import consignment_by_id, orders_of, require_not_stopped
from warehouse.people import trail
from warehouse.picking.commands.missing import put_out_of_reach
from warehouse.picking.commands.wave import require_picker
from warehouse.picking.screens import PickScreen
from warehouse.placing.limits import require_unmixed
from warehouse.text import say
from warehouse.waves.leaving_out import Left, hold_supply, step_out
from warehouse.waves.models import PickTask, ShortReason, TaskState, Wave, WaveSlot, WaveState
from warehouse.waves.replanning import allocate_elsewhere, end_task
from warehouse.waves.stock import stock_of


@dataclass(frozen=True, kw_only=True)
class ReportShort(Command):
    """Fewer pieces are in the bin than the task wants; no more will be found there.

    Of goods known piece by piece `serial` names the one that is damaged.
    """

    task_id: int
    reason: ShortReason = ShortReason.EMPTY
    serial: str = ""


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

    What reserve has is brought: an order nothing of which is picked yet leaves the wave and waits
    for it, one with goods in its tote is put aside and comes again.

    Nothing is written off: pieces the bin should have and has not, with an empty bin all that the
    book has there, are promised to nobody else until the bin is counted. Of goods kept by lot that
    is the promised lot alone. Damaged ones go to quarantine, of known pieces just the one.

    Raises:
        StaleScreen: finished elsewhere. OrderStopped: the order goes no further.
        TakenByAnother: another picks the wave. SerialMissing, SerialElsewhere: which known piece
        is damaged was not said, or it is not in this bin.
    """
    task = _lock_open(session, command)
    damaged = _damaged_piece(session, command, task)
    missing = 1 if damaged else task.wanted - task.picked
    slot = session.get_one(WaveSlot, task.slot_id)
    hold_supply(session, [slot.consignment_id])
    doubt(session, command, task.bin_id, CountEvent.SHORT_PICK, task.sku_id)
    ledger.release(session, command, [task.allocation_id], ReleaseReason.SHORT, most=missing)
    put_out_of_reach(session, command, task, missing, reason=command.reason, serials=damaged)
    end_task(task, missing)
    session.flush()
    avoid = None if damaged else task.bin_id
    still = allocate_elsewhere(session, task, missing, day=command.day, avoid_bin_id=avoid)
    trail.record(
        session, command, "consignment", slot.consignment_id, "short",
        bin=task.bin_id, sku=task.sku_id, missing=missing, reason=command.reason,
    )  # fmt: skip
    left = step_out(session, command, slot.consignment_id) if still else None
    if left is not None:
        return _left_wave(session, task, left, still)
    if still:
        for order in orders_of(session, slot.consignment_id):
            hold_order(session, command, order.id, HoldKind.STOCK_SHORT)
        message = say("{missing} short and nowhere else. The order is held.", missing=still)
        if _stands_elsewhere(session, command, task, avoid) >= missing:
            message = say(
                "{missing} short here. What other bins have is kept for orders that waited. The"
                " order is held.", missing=missing,
            )  # fmt: skip
        return Outcome(
            screen=PickScreen.NEXT, subject_id=task.wave_id, message=message, tone=Tone.ATTENTION
        )
    return Outcome(
        screen=PickScreen.NEXT,
        subject_id=task.wave_id,
        message=say("{missing} short here; another bin has them.", missing=missing),
        tone=Tone.ATTENTION,
    )


def _left_wave(session: Session, task: PickTask, left: Left, missing: int) -> Outcome:
    wave = session.get_one(Wave, task.wave_id, populate_existing=True)
    is_on = wave.state is WaveState.PICKING
    message = say("{missing} short. The order leaves this wave and comes in the next one.",
                  missing=missing)  # fmt: skip
    if left is Left.WAITS:
        message = say(
            "{missing} short. Reserve has them: they are brought, and the order comes in the"
            " next wave.", missing=missing,
        )  # fmt: skip
    return Outcome(
        screen=PickScreen.NEXT if is_on else PickScreen.WAVES,
        subject_id=wave.id if is_on else None,
        message=message,
        tone=Tone.ATTENTION,
    )


def _stands_elsewhere(session: Session, command: Command, task: PickTask, avoid: int | None) -> int:
    """Return the free pieces of the task's SKU in other bins, those kept for others with them."""
    stock = stock_of(session, [task.sku_id], day=command.day, avoid_bin_id=avoid)
    return sum(place.available for place in stock.get(task.sku_id, ()))


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
        RuleViolation: there is none, its order has gone on to the check, or its bin is for one SKU
        only and was filled with others since. LotBlocked: its lot may be promised to nobody now.
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
    instead = say("Leave the pieces in the tote: the order goes on with them.")
    require_unmixed(session, task.bin_id, {task.sku_id}, instead)
    _require_fit(session, last.lot_id)
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


def _require_fit(session: Session, lot_id: int | None) -> None:
    """Refuse to promise a lot again that was blocked since; it is held until the command ends."""
    lot = session.execute(
        sa.select(Lot.code, Lot.blocked_at).where(Lot.id == lot_id).with_for_update(read=True)
    ).first()
    if lot is not None and lot.blocked_at is not None:
        text = say("Lot {lot} is blocked. Leave the pieces in the tote: they are put aside with the"
                   " order.", lot=lot.code)  # fmt: skip
        raise LotBlocked(text, lot=lot.code)


def _last_pick(session: Session, wave_id: int) -> Any:
    """Return the wave's newest pick not undone: its move, lot, task and consignment, or None."""
    return session.execute(
        sa.select(
            Move.id.label("move_id"),
            Move.lot_id,
            PickTask.id.label("task_id"),
            WaveSlot.consignment_id,
        )
        # By its line as well, of which moves have an index.
        .join(
            PickTask,
            sa.and_(
                PickTask.consignment_line_id == Move.consignment_line_id,
                PickTask.allocation_id == Move.allocation_id,
            ),
        )
        .join(WaveSlot, WaveSlot.id == PickTask.slot_id)
        .where(
            PickTask.wave_id == wave_id,
            Move.reason == MoveReason.PICK,
            NOT_UNDONE,
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


def _damaged_piece(session: Session, command: ReportShort, task: PickTask) -> tuple[str, ...]:
    """Return the number of the damaged piece, none where pieces have none or are not there."""
    sku = session.get_one(Sku, task.sku_id)
    if command.reason is not ShortReason.DAMAGED or not sku.is_serial_tracked:
        return ()
    if not command.serial:
        raise number_wanted(sku.code)
    return (str(piece_in(session, task.bin_id, sku.id, command.serial).code),)
