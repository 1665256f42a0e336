"""What was promised of a lot that may not be sold any more is given back and looked for again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command
from warehouse.inventory import ledger
from warehouse.inventory.models import Allocation, LotBalance, ReleaseReason, SuspectKits
from warehouse.orders.models import Consignment, ConsignmentState
from warehouse.packing.models import Parcel, ParcelState
from warehouse.waves.leaving_out import step_out_or_hold
from warehouse.waves.models import PickTask, TaskState, Wave, WaveSlot, WaveState
from warehouse.waves.replanning import allocate_elsewhere, end_task
from warehouse.waves.returning import hold_short, take_back
from warehouse.waves.unfit import has_suspects


def give_promises_back(
    session: Session, command: Command, lot_ids: Collection[int], sku_ids: Collection[int] = ()
) -> tuple[list[int], set[int]]:
    """Give back what is promised of lots, or of SKUs without lots, that may not be sold any more.

    The lots have to be held with their work. Return the consignments nobody has begun, which left
    their wave, and those in work for which other pieces were looked for.
    """
    by_consignment: dict[int, list[PickTask]] = defaultdict(list)
    tasks = open_tasks(lot_ids, sku_ids).with_for_update(of=PickTask)
    for task, consignment_id in session.execute(tasks):
        by_consignment[consignment_id].append(task)
    back: list[int] = []
    short: set[int] = set()
    lacking: list[int] = []
    for consignment_id, mine in sorted(by_consignment.items()):
        ledger.release(session, command, [t.allocation_id for t in mine], ReleaseReason.BLOCKED)
        if _is_begun(session, consignment_id, mine):
            short.add(consignment_id)
            if _look_elsewhere(session, command, mine):
                lacking.append(consignment_id)
        else:
            take_back(session, command, consignment_id)
            back.append(consignment_id)
    step_out_or_hold(session, command, lacking)
    hold_short(session, command, back)
    return back, short


def in_work(session: Session, lot_id: int) -> list[tuple[int, int]]:
    """Return (consignment, bin) of the totes and parcels in the house with goods of the lot.

    Kits in doubt for it are such goods, and so are kits of lots that are blocked for it.
    """
    kit_lots = sa.select(SuspectKits.kit_lot_id).where(
        SuspectKits.lot_id == lot_id, SuspectKits.ended_at.is_(None), SuspectKits.kit_lot_id > 0
    )
    totes = sa.select(WaveSlot.consignment_id, WaveSlot.tote_bin_id).where(
        WaveSlot.freed_at.is_(None), _holds(WaveSlot.tote_bin_id, lot_id, kit_lots)
    )
    parcels = sa.select(Parcel.consignment_id, Parcel.bin_id).where(
        Parcel.state.not_in((ParcelState.DISPATCHED, ParcelState.SET_ASIDE)),
        _holds(Parcel.bin_id, lot_id, kit_lots),
    )
    rows = [row for part in (totes, parcels) for row in session.execute(part)]
    return sorted({(row[0], row[1] or 0) for row in rows})


def _holds(bin_id: Any, lot_id: int, kit_lots: Any) -> sa.ColumnElement[bool]:
    of_lot = sa.or_(LotBalance.lot_id == lot_id, LotBalance.lot_id.in_(kit_lots))
    some = sa.exists().where(LotBalance.bin_id == bin_id, LotBalance.on_hand > 0, of_lot)
    return sa.or_(some, has_suspects(bin_id, SuspectKits.lot_id == lot_id))


def open_tasks(lot_ids: Collection[int], sku_ids: Collection[int] = ()) -> sa.Select[PickTask, int]:
    """Return the question for open tasks of lots, or of SKUs without; with their consignments."""
    return (
        sa.select(PickTask, WaveSlot.consignment_id)
        .join(Allocation, Allocation.id == PickTask.allocation_id)
        .join(WaveSlot, WaveSlot.id == PickTask.slot_id)
        .where(
            sa.or_(
                Allocation.lot_id.in_(lot_ids),
                sa.and_(Allocation.lot_id.is_(None), Allocation.sku_id.in_(sku_ids)),
            ),
            Allocation.pieces > Allocation.picked + Allocation.released,
            PickTask.state == TaskState.OPEN,
        )
        .order_by(PickTask.id)
        .execution_options(populate_existing=True)
    )


def _is_begun(session: Session, consignment_id: int, tasks: Sequence[PickTask]) -> bool:
    consignment = session.get_one(Consignment, consignment_id, populate_existing=True)
    wave = session.get_one(Wave, tasks[0].wave_id, populate_existing=True)
    return consignment.state is not ConsignmentState.WAVED or wave.state is not WaveState.PLANNED


def _look_elsewhere(session: Session, command: Command, tasks: Sequence[PickTask]) -> int:
    """Promise other pieces for the tasks; return how many no shelf has."""
    still = 0
    for task in tasks:
        missing = task.wanted - task.picked
        end_task(task, missing)
        session.flush()
        still += allocate_elsewhere(session, task, missing, day=command.day, avoid_bin_id=None)
    return still
