"""Waves as the desk lists them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.orders.models import Consignment
from warehouse.people.models import Person
from warehouse.waves.models import PickTask, TaskState, Wave, WaveSlot, WaveState

WAVE_SORTS: dict[str, Any] = {"no": Wave.id, "age": Wave.created_at}


def wave_list() -> sa.Select[*tuple[Any, ...]]:
    """Return the waves with picker, slots, tasks and how many are done, to be filtered."""
    tasks = (
        sa.select(
            PickTask.wave_id,
            sa.func.count().label("tasks"),
            sa.func.sum(sa.case((PickTask.state == TaskState.OPEN, 0), else_=1)).label("done"),
            sa.func.sum(PickTask.wanted).label("pieces"),
            sa.func.sum(sa.case((PickTask.state == TaskState.SHORT, 1), else_=0)).label("short"),
        )
        .group_by(PickTask.wave_id)
        .subquery()
    )
    slots = (
        sa.select(sa.func.count())
        .where(WaveSlot.wave_id == Wave.id)
        .correlate(Wave)
        .scalar_subquery()
    )
    return (
        sa.select(
            Wave.id,
            Wave.number,
            Wave.state,
            Wave.created_at,
            Wave.started_at,
            Wave.picked_at,
            Person.name.label("picker"),
            slots.label("slots"),
            tasks.c.tasks,
            tasks.c.done,
            tasks.c.pieces,
            tasks.c.short,
        )
        .outerjoin(Person, Person.id == Wave.picker_id)
        .outerjoin(tasks, tasks.c.wave_id == Wave.id)
    )


def wave_counts(session: Session) -> dict[WaveState, int]:
    """Return how many waves are in each state; states without any are left out."""
    rows = session.execute(sa.select(Wave.state, sa.func.count()).group_by(Wave.state))
    return {state: int(count) for state, count in rows}


def slots_of(session: Session, wave_id: int) -> list[Any]:
    """Return a wave's slots with consignment, tote and pieces, by slot number."""
    pieces = (
        sa.select(
            PickTask.slot_id,
            sa.func.sum(PickTask.wanted).label("wanted"),
            sa.func.sum(PickTask.picked).label("picked"),
        )
        .group_by(PickTask.slot_id)
        .subquery()
    )
    return list(
        session.execute(
            sa.select(
                WaveSlot.slot_no,
                WaveSlot.consignment_id,
                Consignment.state,
                Bin.id.label("tote_id"),
                Bin.code.label("tote_code"),
                pieces.c.wanted,
                pieces.c.picked,
            )
            .join(Consignment, Consignment.id == WaveSlot.consignment_id)
            .outerjoin(Bin, Bin.id == WaveSlot.tote_bin_id)
            .outerjoin(pieces, pieces.c.slot_id == WaveSlot.id)
            .where(WaveSlot.wave_id == wave_id)
            .order_by(WaveSlot.slot_no)
        )
    )


def tasks_of(session: Session, wave_id: int) -> list[Any]:
    """Return a wave's tasks in walking order."""
    return list(
        session.execute(
            sa.select(
                PickTask.id,
                PickTask.sequence,
                PickTask.wanted,
                PickTask.picked,
                PickTask.skips,
                PickTask.state,
                WaveSlot.slot_no,
                Bin.id.label("bin_id"),
                Bin.code.label("bin_code"),
                Sku.id.label("sku_id"),
                Sku.code,
                Sku.name,
                Sku.properties,
            )
            .join(WaveSlot, WaveSlot.id == PickTask.slot_id)
            .join(Bin, Bin.id == PickTask.bin_id)
            .join(Sku, Sku.id == PickTask.sku_id)
            .where(PickTask.wave_id == wave_id)
            .order_by(PickTask.sequence)
        )
    )
