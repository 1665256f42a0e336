"""Picking goods kept by lot or known piece by piece: which pieces are these, and may they go?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.commands import Command
from warehouse.errors import LotWanted, OtherLot, StaleScreen, TooMany, WrongItem
from warehouse.inventory import ledger
from warehouse.inventory.fitness import is_fit_on
from warehouse.inventory.models import Allocation, ReleaseReason, Serial
from warehouse.inventory.pieces import (
    LotHere,
    lots_in,
    number_wanted,
    piece_in,
    require_own_lot,
    require_same_day,
)
from warehouse.text import say
from warehouse.waves.models import PickTask, TaskState
from warehouse.waves.replanning import add_tasks
from warehouse.waves.rules import Take


@dataclass(frozen=True, kw_only=True)
class InHand:
    """What the picker holds: the task it belongs to now, and the number of the one piece."""

    task_id: int
    serials: tuple[str, ...] = ()


def in_hand(
    session: Session,
    command: Command,
    task: Any,
    *,
    lot: str,
    serial: str,
    best_before: date | None,
    swap: str,
    pieces: int,
) -> InHand:
    """Return whose task the scanned pieces are; where another lot was agreed to, a new one.

    `lot`, `serial` and `best_before` are what the scan said, `swap` the lot the picker agreed to
    take instead.

    Raises:
        SerialMissing, SerialElsewhere: no number, or that of another piece than one in the bin.
        LotWanted: the bin has several lots and the scan named none. OtherLot: not the lot
        that was promised, or that one's last day has passed since, or the book has another lot for
        the piece. OtherDay: the book has another best-before for it than stands on the pieces.
    """
    lot_id: int | None = None
    serials: tuple[str, ...] = ()
    if task.is_serial_tracked:
        if not serial:
            raise number_wanted(task.sku_code)
        if pieces != 1:
            raise TooMany(say("One serial number is one piece."), left=1)
        row = piece_in(session, task.bin_id, task.sku_id, serial)
        lot_id, serials = row.lot_id, (row.code,)
    if task.is_lot_tracked:
        here = lots_in(session, task.bin_id, task.sku_id)
        promised = _promised_lot(session, task, here)
        taken = _taken_lot(here, promised, lot=lot, lot_id=lot_id, serial=serial)
        if serials:
            require_own_lot(taken.code, lot)
        require_same_day([taken], best_before)
        days = _days_before(session, task)
        if taken.lot_id == promised.lot_id:
            _require_still_good(command, promised, days)
        else:
            _require_as_good(command, taken, promised, days, pieces, swap)
            return InHand(task_id=_swap(session, command, task, taken), serials=serials)
    return InHand(task_id=task.id, serials=serials)


def serial_of(session: Session, task: Any, barcode: str) -> str | None:
    """Return the serial number of the task's goods that this code is, None if it is none.

    Raises:
        WrongItem: it is the number of a piece of other goods.
    """
    rows = session.execute(
        sa.select(Serial.sku_id, Sku.code)
        .join(Sku, Sku.id == Serial.sku_id)
        .where(Serial.code == barcode)
        .order_by((Serial.sku_id == task.sku_id).desc())
        .limit(1)
    ).first()
    if rows is None:
        return None
    if rows.sku_id != task.sku_id:
        raise WrongItem(
            got=say("a serial number of {sku}", sku=rows.code),
            wanted=say("{code} {name}", code=task.sku_code, name=task.sku_name),
        )
    return barcode


def _promised_lot(session: Session, task: Any, here: list[LotHere]) -> LotHere:
    lot_id = session.scalar(sa.select(Allocation.lot_id).where(Allocation.id == task.allocation_id))
    for found in here:
        if found.lot_id == lot_id:
            return found
    raise StaleScreen  # what is promised stands there, unless it was let go a moment ago


def _taken_lot(
    here: list[LotHere], promised: LotHere, *, lot: str, lot_id: int | None, serial: str
) -> LotHere:
    if lot_id is not None:
        return next(found for found in here if found.lot_id == lot_id)
    if lot:
        found = next((f for f in here if f.code == lot), None)
        if found is None:
            raise OtherLot(
                say("Lot {lot} is not booked in this bin; lot {promised} is wanted.",
                    lot=lot, promised=promised.code)
            )  # fmt: skip
        return found
    if len(here) > 1 and not serial:
        raise LotWanted(
            say("Several lots are in this bin. Scan or choose the lot; {lot} is wanted.",
                lot=promised.code)
        )  # fmt: skip
    return promised


def _days_before(session: Session, task: Any) -> int:
    """Return how many days before its end the task's goods are sold no more."""
    return session.scalar(sa.select(Sku.days_before_expiry).where(Sku.id == task.sku_id)) or 0


def _is_good(command: Command, lot: LotHere, days: int) -> bool:
    return is_fit_on(
        command.day, is_blocked=lot.is_blocked, best_before=lot.best_before, days_before=days
    )


def _require_still_good(command: Command, promised: LotHere, days: int) -> None:
    """Refuse the promised lot itself where its day came after it was promised."""
    if not _is_good(command, promised, days):
        raise OtherLot(
            say("Lot {lot} may not be sold any more (best before {day}). Take another lot, or"
                " report it short as damaged.",
                lot=promised.code, day=str(promised.best_before or "-"))
        )  # fmt: skip


def _require_as_good(
    command: Command, taken: LotHere, promised: LotHere, days: int, pieces: int, swap: str
) -> None:
    """Refuse another lot than was promised, unless it is as good and the picker agreed to it.

    Instead of a promised lot that may not be sold any more one that keeps longer is good.
    """
    lots = {"lot": taken.code, "promised": promised.code}
    if taken.is_blocked:
        reason = say("Lot {lot} is blocked ({reason}). Put it back; lot {promised} is wanted.",
                     reason=taken.blocked_reason, **lots)  # fmt: skip
    elif not _is_good(command, taken, days):
        reason = say("Lot {lot} is too near its end. Put it back; lot {promised} is wanted.",
                     **lots)  # fmt: skip
    elif taken.free < pieces:
        reason = say("Lot {lot} is promised to other orders. Lot {promised} is wanted.", **lots)
    elif taken.turn > promised.turn and _is_good(command, promised, days):
        reason = say("Lot {lot} keeps longer. Lot {promised} has to go first.", **lots)
    elif swap != taken.code:
        reason = say("This is lot {lot}, lot {promised} was planned. Scan again to take it.",
                     **lots)  # fmt: skip
        raise OtherLot(reason, offered=taken.code)
    else:
        return
    raise OtherLot(reason)


def _swap(session: Session, command: Command, task: Any, taken: LotHere) -> int:
    """Let the promised lot go for the other one, as far as that reaches; return the new task."""
    old = session.get_one(PickTask, task.id, with_for_update=True, populate_existing=True)
    pieces = min(old.wanted - old.picked, taken.free)
    reason = ReleaseReason.SWAPPED
    ledger.release(session, command, [old.allocation_id], reason, most=pieces)
    (new,) = add_tasks(session, old, [Take(old.bin_id, 0, pieces, taken.lot_id)])
    new.bin_confirmed_at = old.bin_confirmed_at
    new.sequence, new.skips = old.sequence, old.skips
    if pieces < old.wanted - old.picked:
        old.wanted -= pieces
    elif old.picked:
        old.wanted, old.state = old.picked, TaskState.PICKED
    else:
        old.state = TaskState.CANCELLED
    session.flush()
    return new.id
