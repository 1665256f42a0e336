"""What was promised of a lot that may not be sold any more is given back and looked for again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command
from warehouse.inventory import ledger
from warehouse.inventory.models import Allocation, LotBalance, ReleaseReason
from warehouse.orders.commands.holds import hold_order
from warehouse.orders.models import Consignment, ConsignmentState, HoldKind
from warehouse.orders.queries import orders_of
from warehouse.packing.models import Parcel, ParcelState
from warehouse.waves.models import PickTask, TaskState, Wave, WaveSlot, WaveState
from warehouse.waves.replanning import allocate_elsewhere, end_task
from warehouse.waves.returning import hold_short, take_back


def give_promises_back(
    session: Session, command: Command, lot_id: int
) -> tuple[list[int], set[int]]:
    """Give back what is promised of a lot that may not be sold any more.

    Return the consignments nobody has begun, which left their wave, and those in work for which
    other pieces were looked for.
    """
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


def in_work(session: Session, lot_id: int) -> list[tuple[int, int]]:
    """Return (consignment, bin) of the totes and parcels in the house with goods of the lot."""
    holds_some = (LotBalance.lot_id == lot_id, LotBalance.on_hand > 0)
    totes = (
        sa.select(WaveSlot.consignment_id, LotBalance.bin_id)
        .join(LotBalance, LotBalance.bin_id == WaveSlot.tote_bin_id)
        .where(*holds_some, WaveSlot.freed_at.is_(None))
    )
    parcels = (
        sa.select(Parcel.consignment_id, LotBalance.bin_id)
        .join(LotBalance, LotBalance.bin_id == Parcel.bin_id)
        .where(*holds_some, Parcel.state.not_in((ParcelState.DISPATCHED, ParcelState.SET_ASIDE)))
    )
    rows = session.execute(sa.union(totes, parcels))
    return sorted((consignment_id, bin_id) for consignment_id, bin_id in rows)


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
    session: Session, command: Command, consignment_id: int, tasks: Sequence[PickTask]
) -> None:
    for task in tasks:
        missing = task.wanted - task.picked
        end_task(task, missing)
        session.flush()
        if allocate_elsewhere(session, task, missing, day=command.day, avoid_bin_id=None):
            for order in orders_of(session, consignment_id):
                hold_order(session, command, order.id, HoldKind.STOCK_SHORT)
