"""New tasks in a running wave for pieces that are not where they were promised."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.inventory import ledger
from warehouse.orders.models import Consignment
from warehouse.waves.models import PickTask, TaskState, WaveSlot
from warehouse.waves.rules import Take, plan_takes
from warehouse.waves.stock import stock_of
from warehouse.waves.supply import left_to


def end_task(task: PickTask, missing: int) -> None:
    """Let the task want so many pieces fewer; with none left it is ended as it stands."""
    if missing < task.wanted - task.picked:
        task.wanted -= missing
    elif task.picked:
        task.wanted, task.state = task.picked, TaskState.PICKED
    else:
        task.state = TaskState.SHORT


def allocate_elsewhere(
    session: Session, task: PickTask, missing: int, *, day: date, avoid_bin_id: int | None
) -> int:
    """Promise the missing pieces as new tasks of the same slot; return what nobody has.

    All of them or none: an order that cannot be filled waits whole. What is kept for orders that
    were left out of a wave and come before this one stays theirs.
    """
    stock = stock_of(session, [task.sku_id], day=day, avoid_bin_id=avoid_bin_id)
    slot = session.get_one(WaveSlot, task.slot_id)
    consignment = session.get_one(Consignment, slot.consignment_id)
    free = left_to(session, consignment, task.sku_id, stock.get(task.sku_id, ()))
    takes, still = plan_takes(missing, free)
    if still:
        return still
    add_tasks(session, task, takes)
    return 0


def add_tasks(session: Session, task: PickTask, takes: Sequence[Take]) -> list[PickTask]:
    """Promise the takes and add them behind all tasks of the wave, for the slot of `task`."""
    ids = ledger.reserve(
        session,
        [
            ledger.Promise(
                consignment_line_id=task.consignment_line_id,
                bin_id=take.bin_id,
                sku_id=task.sku_id,
                pieces=take.pieces,
                lot_id=take.lot_id,
            )
            for take in takes
        ],
    )
    last = session.scalar(
        sa.select(sa.func.max(PickTask.sequence)).where(PickTask.wave_id == task.wave_id)
    )
    added = [
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
    ]
    session.add_all(added)
    session.flush()
    return added
