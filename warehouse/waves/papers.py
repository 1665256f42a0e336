"""The pick list of a wave: the same walk on paper, for the day the tablets are down."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import PickLine, PickList
from warehouse.catalog.models import Bin, Sku
from warehouse.orders.models import Consignment
from warehouse.waves.models import PickTask, TaskState, Wave, WaveSlot


def pick_list(session: Session, wave: Wave, time_zone: str) -> PickList:
    """Return the wave's walk, one line for each bin and SKU, with the slots its pieces go into.

    The cut-off is the earliest promise of its consignments, in the site's time.
    """
    rows = session.execute(
        sa.select(
            Bin.code.label("bin_code"),
            Sku.code.label("sku_code"),
            Sku.name,
            Sku.properties,
            PickTask.wanted,
            WaveSlot.slot_no,
        )
        .join(Bin, Bin.id == PickTask.bin_id)
        .join(Sku, Sku.id == PickTask.sku_id)
        .join(WaveSlot, WaveSlot.id == PickTask.slot_id)
        .where(PickTask.wave_id == wave.id, PickTask.state != TaskState.CANCELLED)
        .order_by(PickTask.sequence)
    ).all()
    orders, promise_at = session.execute(
        sa.select(sa.func.count(), sa.func.min(Consignment.promise_at))
        .join(WaveSlot, WaveSlot.consignment_id == Consignment.id)
        .where(WaveSlot.wave_id == wave.id)
    ).one()
    stops = groupby(rows, key=lambda row: (row.bin_code, row.sku_code))
    return PickList(
        wave_no=wave.number,
        lines=tuple(_line(list(tasks)) for _, tasks in stops),
        cut_off=promise_at.astimezone(ZoneInfo(time_zone)).strftime("%m-%d %H:%M")
        if promise_at
        else "",
        orders=orders,
    )


def _line(tasks: list[Any]) -> PickLine:
    first = tasks[0]
    return PickLine(
        bin_code=first.bin_code,
        sku_code=first.sku_code,
        name=first.name,
        properties=first.properties,
        pieces=sum(task.wanted for task in tasks),
        into=" ".join(f"{task.slot_no}×{task.wanted}" for task in tasks),
    )
