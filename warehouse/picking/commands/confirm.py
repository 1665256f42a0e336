"""The hot path: the bin confirmed, then the item, piece by piece, into the slot's tote.

Statements are built once; a pick costs at most ten, the claim of its command id included.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Barcode, Bin, Sku
from warehouse.catalog.queries import item_by_barcode
from warehouse.commands import Command, Outcome
from warehouse.db import connection_of, table_of
from warehouse.errors import RuleViolation, StaleScreen, TooMany, WrongBin
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason, StockBalance
from warehouse.inventory.refusals import refuse_bin, refuse_item, require_pieces
from warehouse.orders.models import Consignment, ConsignmentLine, ConsignmentState
from warehouse.orders.queries import stop_column, stopped
from warehouse.picking.commands.tracked import in_hand, serial_of
from warehouse.picking.commands.wave import require_picker
from warehouse.picking.screens import PickScreen
from warehouse.settings import SettingChange
from warehouse.text import say
from warehouse.waves.models import PickTask, TaskState, Wave, WaveSlot


@dataclass(frozen=True, kw_only=True)
class ConfirmBin(Command):
    """The picker stands before the bin and scans it."""

    task_id: int
    barcode: str


@dataclass(frozen=True, kw_only=True)
class ConfirmPick(Command):
    """The picker scans goods and puts them into the slot's tote.

    `pieces` is how often the barcode counts; a pack code is worth its pieces each time. `lot`,
    `serial` and `best_before` are what the scan said of the pieces; `swap` is the lot the picker
    agreed to take instead of the promised one. Known pieces may be named by their number alone.
    """

    task_id: int
    barcode: str
    pieces: int = 1
    lot: str = ""
    serial: str = ""
    best_before: date | None = None
    swap: str = ""


_task = table_of(PickTask)
_slot = table_of(WaveSlot)
_wave = table_of(Wave)
_barcode = table_of(Barcode)
_bin = table_of(Bin)
_sku = table_of(Sku)
_line = table_of(ConsignmentLine)
_consignment = table_of(Consignment)
_balance = table_of(StockBalance)
_setting = table_of(SettingChange)

# Whether the book empties the bin, asked along with the rest: it costs no statement of its own.
_stands = (
    sa.select(_balance.c.on_hand)
    .where(_balance.c.bin_id == _task.c.bin_id, _balance.c.sku_id == _task.c.sku_id)
    .scalar_subquery()
)
_asks_if_empty = (
    sa.select(_setting.c.value)
    .where(_setting.c.name == "asks_if_empty")
    .order_by(_setting.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_has_others = sa.exists().where(
    _balance.c.bin_id == _task.c.bin_id,
    _balance.c.sku_id != _task.c.sku_id,
    _balance.c.on_hand > 0,
)

_load = (
    sa.select(
        _task.c.id,
        _task.c.wave_id,
        _task.c.slot_id,
        _task.c.consignment_line_id,
        _task.c.allocation_id,
        _task.c.bin_id,
        _task.c.sku_id,
        _task.c.wanted,
        _task.c.picked,
        _task.c.state,
        _task.c.bin_confirmed_at,
        _wave.c.picker_id,
        _wave.c.number.label("wave_no"),
        _slot.c.consignment_id,
        _slot.c.slot_no,
        _slot.c.tote_bin_id,
        _bin.c.code.label("bin_code"),
        _sku.c.code.label("sku_code"),
        _sku.c.name.label("sku_name"),
        _sku.c.is_lot_tracked,
        _sku.c.is_serial_tracked,
        _barcode.c.sku_id.label("scanned_sku_id"),
        _barcode.c.pieces.label("scanned_pieces"),
        stop_column(_slot.c.consignment_id).label("stop_id"),
        _stands.label("stands"),
        _has_others.label("has_others"),
        _asks_if_empty.label("asks_if_empty"),
    )
    .join(_slot, _slot.c.id == _task.c.slot_id)
    .join(_wave, _wave.c.id == _task.c.wave_id)
    .join(_consignment, _consignment.c.id == _slot.c.consignment_id)
    .join(_bin, _bin.c.id == _task.c.bin_id)
    .join(_sku, _sku.c.id == _task.c.sku_id)
    .outerjoin(_barcode, _barcode.c.code == sa.bindparam("barcode"))
    .where(_task.c.id == sa.bindparam("task_id"))
    # The consignment first, as everywhere: two pickers of one order then wait for each other.
    .with_for_update(of=(_consignment, _task))
)

_confirm_bin = (
    sa.update(_task)
    .where(
        _task.c.wave_id == sa.bindparam("of_wave"),
        _task.c.bin_id == sa.bindparam("of_bin"),
        _task.c.state == TaskState.OPEN,
    )
    .values(bin_confirmed_at=sa.bindparam("confirmed_at"))
)

_count_task = (
    sa.update(_task)
    .where(_task.c.id == sa.bindparam("task_id"))
    .values(picked=_task.c.picked + sa.bindparam("count"), state=sa.bindparam("new_state"))
)

_count_line = (
    sa.update(_line)
    .where(_line.c.id == sa.bindparam("line_id"))
    .values(picked=_line.c.picked + sa.bindparam("count"))
)

# Asked anew under the lock: what the first SELECT saw may be older than a colleague's last pick.
_finish = (
    sa.update(_consignment)
    .where(
        _consignment.c.id == sa.bindparam("consignment_id"),
        ~sa.exists(
            sa.select(_task.c.id).where(
                _task.c.slot_id == sa.bindparam("of_slot"), _task.c.state == TaskState.OPEN
            )
        ),
    )
    .values(state=ConsignmentState.PICKED)
)


def confirm_bin(session: Session, command: ConfirmBin) -> Outcome:
    """Take note that the picker stands before the right bin; holds for all its tasks.

    Raises:
        StaleScreen: finished elsewhere. WrongBin, UnknownBarcode: another place or none.
        OrderStopped: the order goes no further. TakenByAnother: another picks the wave.
    """
    task = _open_task(session, command)
    if command.barcode != task.bin_code:
        raise refuse_bin(session, command.barcode, say("bin {code}", code=task.bin_code))
    connection_of(session).execute(
        _confirm_bin,
        {"of_wave": task.wave_id, "of_bin": task.bin_id, "confirmed_at": command.at},
    )
    return Outcome(
        screen=PickScreen.ITEM,
        subject_id=task.id,
        message=say("Bin {code}. Scan the item.", code=task.bin_code),
    )


def confirm_pick(session: Session, command: ConfirmPick) -> Outcome:
    """Move the scanned pieces from the task's bin into its tote.

    Raises:
        StaleScreen: finished elsewhere. WrongItem, UnknownBarcode: not what the task asks for.
        WrongBin: the bin was not scanned yet. TooMany: more than the task still wants.
        OrderStopped: the order goes no further. InsufficientStock: the bin does not have them.
        TakenByAnother: another picks the wave. Of tracked goods see `tracked.in_hand`.
    """
    require_pieces(command.pieces)
    task = _open_task(session, command)
    if task.bin_confirmed_at is None:
        raise WrongBin(got=say("an item"), wanted=say("bin {code} first", code=task.bin_code))
    serials: tuple[str, ...] = ()
    if task.is_lot_tracked or task.is_serial_tracked:
        task, pieces, serials = _tracked(session, command, task)
    else:
        pieces = command.pieces * _pieces_of(session, task, command.barcode)
    left = task.wanted - task.picked
    if pieces > left:
        raise _too_many(pieces, left)
    ledger.post(session, command, [_into_tote(task, pieces, serials)])
    is_done = pieces == left
    new_state = TaskState.PICKED if is_done else TaskState.OPEN
    connection = connection_of(session)
    connection.execute(_count_task, {"task_id": task.id, "count": pieces, "new_state": new_state})
    connection.execute(_count_line, {"line_id": task.consignment_line_id, "count": pieces})
    if is_done:
        connection.execute(
            _finish, {"consignment_id": task.consignment_id, "of_slot": task.slot_id}
        )
    message = say(
        "{picked} of {wanted} into slot {slot}.",
        picked=task.picked + pieces,
        wanted=task.wanted,
        slot=task.slot_no,
    )
    if task.asks_if_empty and pieces == task.stands and not task.has_others:
        return Outcome(
            screen=PickScreen.EMPTY, subject_id=task.id, message=message, is_step_done=is_done
        )
    return Outcome(
        screen=PickScreen.NEXT if is_done else PickScreen.ITEM,
        subject_id=task.wave_id if is_done else task.id,
        message=message,
        is_step_done=is_done,
    )


def _tracked(session: Session, command: ConfirmPick, task: Any) -> tuple[Any, int, tuple[str, ...]]:
    """Return the task the scanned pieces are for, how many they are, and their numbers."""
    serial = command.serial
    if task.is_serial_tracked and not serial and task.scanned_sku_id is None:
        serial = serial_of(session, task, command.barcode) or ""
    is_alone = serial == command.barcode
    pieces = command.pieces * (1 if is_alone else _pieces_of(session, task, command.barcode))
    if pieces > task.wanted - task.picked:
        raise _too_many(pieces, task.wanted - task.picked)
    hand = in_hand(
        session, command, task, lot=command.lot, serial=serial, best_before=command.best_before,
        swap=command.swap, pieces=pieces,
    )  # fmt: skip
    if hand.task_id != task.id:
        task = _open_task(session, replace(command, task_id=hand.task_id))
    return task, pieces, hand.serials


def _too_many(pieces: int, left: int) -> TooMany:
    text = say("{pieces} scanned, only {left} needed.", pieces=pieces, left=left)
    return TooMany(text, left=left)


def _open_task(session: Session, command: ConfirmBin | ConfirmPick) -> Any:
    given = {"task_id": command.task_id, "barcode": command.barcode}
    task = connection_of(session).execute(_load, given).first()
    if task is None or task.state != TaskState.OPEN:
        raise StaleScreen
    require_picker(session, command, task.picker_id, task.wave_no)
    if task.stop_id is not None:
        raise stopped(session, task.consignment_id)
    if task.tote_bin_id is None:
        raise RuleViolation(say("Slot {slot} has no tote yet.", slot=task.slot_no))
    return task


def _pieces_of(session: Session, task: Any, barcode: str) -> int:
    """Return how many pieces of the task's goods the barcode stands for."""
    if task.scanned_sku_id == task.sku_id:
        return int(task.scanned_pieces)
    # Only now the same GTIN with other leading zeros: the hot path asks one statement for all.
    item = item_by_barcode(session, barcode) if task.scanned_sku_id is None else None
    if item is None or item.sku_id != task.sku_id:
        wanted = say("{code} {name}", code=task.sku_code, name=task.sku_name)
        raise refuse_item(session, barcode, wanted)
    return item.pieces


def _into_tote(task: Any, pieces: int, serials: tuple[str, ...]) -> ledger.Posting:
    return ledger.Posting(
        sku_id=task.sku_id,
        from_bin_id=task.bin_id,
        to_bin_id=task.tote_bin_id,
        pieces=pieces,
        reason=MoveReason.PICK,
        consignment_line_id=task.consignment_line_id,
        allocation_id=task.allocation_id,
        serials=serials,
    )
