"""What the picker's screen shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.db import table_of
from warehouse.inventory.models import Allocation, Lot
from warehouse.orders.models import Consignment
from warehouse.orders.queries import stop_column
from warehouse.people.models import Person
from warehouse.picking.screens import PickScreen
from warehouse.waves.models import PickTask, TaskState, Wave, WaveSlot, WaveState

_task = table_of(PickTask)
_slot = table_of(WaveSlot)
_bin = table_of(Bin)
_sku = table_of(Sku)
_tote = _bin.alias("tote")
_allocation = table_of(Allocation)
_lot = table_of(Lot)


@dataclass(frozen=True, kw_only=True)
class TaskView:
    """One open task as the picker sees it."""

    task_id: int
    consignment_id: int
    bin_code: str
    is_bin_confirmed: bool
    sku_id: int
    sku_code: str
    name: str
    properties: str
    wanted: int
    picked: int
    slot_no: int
    tote_code: str
    stop_id: int | None
    bin_id: int
    is_serial_tracked: bool
    lot: str  # "" for goods without lots
    best_before: date | None

    @property
    def left(self) -> int:
        """Pieces still to be taken."""
        return self.wanted - self.picked


@dataclass(frozen=True, kw_only=True)
class PickView:
    """A wave as the picker sees it: where he is, what comes now and next."""

    screen: PickScreen
    wave_id: int
    number: str
    done: int  # tasks
    total: int
    task: TaskView | None = None
    next_task: TaskView | None = None
    slot_no: int = 0
    slots: int = 0
    stopped_id: int = 0  # the consignment that stops the walk, on the STOP screen


_open_tasks = (
    sa.select(
        _task.c.id.label("task_id"),
        _slot.c.consignment_id,
        _bin.c.code.label("bin_code"),
        _task.c.bin_confirmed_at,
        _task.c.sku_id,
        _sku.c.code.label("sku_code"),
        _sku.c.name,
        _sku.c.properties,
        _task.c.wanted,
        _task.c.picked,
        _slot.c.slot_no,
        _tote.c.code.label("tote_code"),
        stop_column(_slot.c.consignment_id).label("stop_id"),
        _task.c.bin_id,
        _sku.c.is_serial_tracked,
        _lot.c.code.label("lot"),
        _lot.c.best_before,
    )
    .join(_slot, _slot.c.id == _task.c.slot_id)
    .join(_bin, _bin.c.id == _task.c.bin_id)
    .join(_sku, _sku.c.id == _task.c.sku_id)
    .join(_allocation, _allocation.c.id == _task.c.allocation_id)
    .outerjoin(_lot, _lot.c.id == _allocation.c.lot_id)
    .outerjoin(_tote, _tote.c.id == _slot.c.tote_bin_id)
    .where(_task.c.wave_id == sa.bindparam("wave_id"), _task.c.state == TaskState.OPEN)
    .order_by(_task.c.skips, _task.c.sequence)
    .limit(2)
)
_progress = sa.select(
    sa.func.count(), sa.func.count().filter(_task.c.state != TaskState.OPEN)
).where(_task.c.wave_id == sa.bindparam("wave_id"), _task.c.state != TaskState.CANCELLED)


def pick_view(session: Session, wave: Wave) -> PickView:
    """Return what the picker of the wave has to do now."""
    total, done = session.execute(_progress, {"wave_id": wave.id}).one()
    base: dict[str, Any] = {"wave_id": wave.id, "number": wave.number, "done": done, "total": total}
    unbound = session.execute(
        sa.select(_slot.c.slot_no, _slot.c.consignment_id, stop_column(_slot.c.consignment_id))
        .where(
            _slot.c.wave_id == wave.id, _slot.c.tote_bin_id.is_(None), _slot.c.freed_at.is_(None)
        )
        .order_by(_slot.c.slot_no)
        .limit(1)
    ).first()
    rows = session.execute(_open_tasks, {"wave_id": wave.id}).all()
    tasks = [_view(row) for row in rows]
    first = tasks[0] if tasks else None
    after = tasks[1] if len(tasks) > 1 else None
    if unbound is not None and first is not None:
        slots = session.scalar(
            sa.select(sa.func.count()).select_from(_slot).where(_slot.c.wave_id == wave.id)
        )
        return PickView(
            screen=PickScreen.STOP if unbound[2] else PickScreen.TOTES,
            slot_no=unbound.slot_no,
            slots=slots or 0,
            stopped_id=unbound.consignment_id,
            task=first,
            **base,
        )
    if first is None:
        return PickView(screen=PickScreen.DONE, **base)
    screen = PickScreen.ITEM if first.is_bin_confirmed else PickScreen.BIN
    if first.stop_id is not None:
        screen = PickScreen.STOP
    return PickView(
        screen=screen,
        task=first,
        next_task=after,
        stopped_id=first.consignment_id,
        **base,
    )


def _view(row: Any) -> TaskView:
    fields: dict[str, Any] = dict(row._mapping)
    fields["is_bin_confirmed"] = fields.pop("bin_confirmed_at") is not None
    fields["tote_code"] = fields["tote_code"] or ""
    fields["lot"] = fields["lot"] or ""
    return TaskView(**fields)


@dataclass(frozen=True, kw_only=True)
class WaveRow:
    """A wave in the picker's list."""

    wave_id: int
    number: str
    state: WaveState
    slots: int
    tasks: int
    done: int
    picker: str | None
    picker_id: int | None
    is_urgent: bool


def waves_to_pick(session: Session) -> list[WaveRow]:
    """Return the waves planned or being picked: urgent ones first, then the oldest."""
    slots = (
        sa.select(sa.func.count())
        .select_from(_slot)
        .where(_slot.c.wave_id == Wave.id)
        .scalar_subquery()
    )
    tasks = (
        sa.select(sa.func.count())
        .select_from(_task)
        .where(_task.c.wave_id == Wave.id, _task.c.state != TaskState.CANCELLED)
    )
    urgent = sa.exists(
        sa.select(_slot.c.id)
        .join(Consignment, Consignment.id == _slot.c.consignment_id)
        .where(_slot.c.wave_id == Wave.id, Consignment.is_urgent)
    )
    rows = session.execute(
        sa.select(
            Wave.id.label("wave_id"),
            Wave.number,
            Wave.state,
            slots.label("slots"),
            tasks.scalar_subquery().label("tasks"),
            tasks.where(_task.c.state != TaskState.OPEN).scalar_subquery().label("done"),
            Person.name.label("picker"),
            Wave.picker_id,
            urgent.label("is_urgent"),
        )
        .outerjoin(Person, Person.id == Wave.picker_id)
        .where(Wave.state.in_((WaveState.PLANNED, WaveState.PICKING)))
        .order_by(urgent.desc(), Wave.id)
    )
    return [WaveRow(**row._mapping) for row in rows]
