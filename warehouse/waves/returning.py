"""Consignments that leave their wave before anything of them is picked, and wait for others."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.queue import void
from warehouse.commands import Command
from warehouse.inventory import ledger
from warehouse.inventory.models import ReleaseReason
from warehouse.orders.commands.free_stock import free_stock
from warehouse.orders.commands.holds import give_back, hold_order
from warehouse.orders.models import Consignment, ConsignmentState, HoldKind
from warehouse.orders.queries import orders_of
from warehouse.people import trail
from warehouse.waves.models import PickTask, TaskState, Wave, WaveSlot, WaveState


def take_back(session: Session, command: Command, consignment_id: int) -> None:
    """Make a consignment ready again of which nothing is picked; end a wave left empty."""
    slot = session.scalars(
        sa.select(WaveSlot).where(
            WaveSlot.consignment_id == consignment_id, WaveSlot.freed_at.is_(None)
        )
    ).one()
    tasks = session.scalars(
        sa.select(PickTask)
        .where(PickTask.slot_id == slot.id, PickTask.state == TaskState.OPEN)
        .order_by(PickTask.id)
    ).all()
    ledger.release(session, command, [t.allocation_id for t in tasks], ReleaseReason.CANCELLED)
    for task in tasks:
        task.state = TaskState.CANCELLED
    slot.freed_at = command.at
    session.get_one(Consignment, consignment_id).state = ConsignmentState.READY
    session.flush()
    _end_if_empty(session, command, slot.wave_id)
    give_back(session, command, [consignment_id])
    trail.record(session, command, "consignment", consignment_id, "wave_left")


def hold_short(session: Session, command: Command, consignment_ids: Sequence[int]) -> None:
    """Hold the orders of those ready consignments for which too little is left, the last first."""
    found = session.scalars(
        sa.select(Consignment)
        .where(Consignment.id.in_(consignment_ids), Consignment.state == ConsignmentState.READY)
        .order_by(Consignment.is_urgent, Consignment.id.desc())
        .execution_options(populate_existing=True)
    ).all()
    free = free_stock(session, {n.sku_id for c in found for n in c.lines}, day=command.day)
    for consignment in found:
        lines = [(line.sku_id, line.pieces) for line in consignment.lines]
        if all(free.get(sku_id, 0) >= 0 for sku_id, _ in lines):
            continue
        for order in orders_of(session, consignment.id):
            hold_order(session, command, order.id, HoldKind.STOCK_SHORT)
        for sku_id, pieces in lines:
            free[sku_id] = free.get(sku_id, 0) + pieces


def _end_if_empty(session: Session, command: Command, wave_id: int) -> None:
    still = session.scalar(
        sa.select(sa.func.count())
        .select_from(WaveSlot)
        .where(WaveSlot.wave_id == wave_id, WaveSlot.freed_at.is_(None))
    )
    picked = sa.exists().where(PickTask.wave_id == wave_id, PickTask.state == TaskState.PICKED)
    if still or session.scalar(sa.select(picked)):
        return
    session.get_one(Wave, wave_id).state = WaveState.CANCELLED
    session.flush()
    void(
        session,
        [f"wave:{wave_id}"],
        person_id=command.actor.person_id,
        at=command.at,
        reason="wave taken back",
    )
    trail.record(session, command, "wave", wave_id, "cancelled")
