"""The pick list of a wave: the same walk on paper, for the day the tablets are down.

Its map is drawn up in `maps`, what stands at its cart and its wall in `slots`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import Locale, PickLine, PickList
from warehouse.catalog.models import Bin, Sku
from warehouse.commands import Command, Outcome
from warehouse.errors import NotFound, RuleViolation
from warehouse.inventory.models import Allocation, Lot
from warehouse.orders.models import Consignment
from warehouse.people import trail
from warehouse.printers.asking import ask_for
from warehouse.settings import load_settings
from warehouse.text import say
from warehouse.waves.models import PickTask, TaskState, Wave, WaveSlot, WaveState


@dataclass(frozen=True, kw_only=True)
class PrintPickList(Command):
    """The wave's list on paper; after the first, once more with a reason."""

    wave_id: int
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class PrintWaveSheet(Command):
    """The wave on the map of its zones; after the first, once more with a reason."""

    wave_id: int
    reason: str = ""


def pick_list(session: Session, wave: Wave, zone: tzinfo) -> PickList:
    """Return the wave's walk, a line for each bin, SKU and lot, with the slots its pieces go into.

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
            Lot.code.label("lot"),
            Lot.best_before,
        )
        .join(Bin, Bin.id == PickTask.bin_id)
        .join(Sku, Sku.id == PickTask.sku_id)
        .join(WaveSlot, WaveSlot.id == PickTask.slot_id)
        .join(Allocation, Allocation.id == PickTask.allocation_id)
        .outerjoin(Lot, Lot.id == Allocation.lot_id)
        .where(PickTask.wave_id == wave.id, PickTask.state != TaskState.CANCELLED)
        .order_by(PickTask.sequence)
    ).all()
    require_work(rows)
    orders, cut_off = orders_and_cut_off(session, wave, zone)
    stops = groupby(rows, key=lambda row: (row.bin_code, row.sku_code, row.lot))
    return PickList(
        locale=Locale(load_settings(session).paper_locale),
        wave_no=wave.number,
        lines=tuple(_line(list(tasks)) for _, tasks in stops),
        cut_off=cut_off,
        orders=orders,
    )


def require_work(tasks: Sequence[Any]) -> None:
    """Refuse a paper of a wave all of whose tasks were taken back."""
    if not tasks:
        raise RuleViolation(say("Nothing of this wave is left to pick."))


def orders_and_cut_off(session: Session, wave: Wave, zone: tzinfo) -> tuple[int, str]:
    """Return how many consignments a wave has, and their earliest promise in the site's time."""
    orders, promise_at = session.execute(
        sa.select(sa.func.count(), sa.func.min(Consignment.promise_at))
        .join(WaveSlot, WaveSlot.consignment_id == Consignment.id)
        .where(WaveSlot.wave_id == wave.id)
    ).one()
    return orders, promise_at.astimezone(zone).strftime("%m-%d %H:%M") if promise_at else ""


def _line(tasks: list[Any]) -> PickLine:
    first = tasks[0]
    return PickLine(
        bin_code=first.bin_code,
        sku_code=first.sku_code,
        name=first.name,
        properties=first.properties,
        pieces=sum(task.wanted for task in tasks),
        into=", ".join(f"{task.slot_no}×{task.wanted}" for task in tasks),
        lot=first.lot or "",
        best_before=first.best_before.isoformat() if first.best_before else "",
    )


def print_pick_list(session: Session, command: PrintPickList) -> Outcome:
    """Ask for the list; a repeated one needs a reason and is marked as a copy.

    Raises:
        RuleViolation: the wave was taken back, or the list still waits in the queue.
    """
    wave = wave_to_print(session, command.wave_id)
    job_id = ask_for(
        session, command, PickList.kind, lambda: pick_list(session, wave, command.zone),
        subject=subject_of(wave), reason=command.reason,
    )  # fmt: skip
    trail.record(session, command, "wave", wave.id, "list_printed", reason=command.reason[:200])
    return Outcome(
        screen="wave",
        subject_id=wave.id,
        message=say("The pick list of {number} is on its way.", number=wave.number),
        facts={"print_job": job_id},
    )


def subject_of(wave: Wave) -> str:
    """Return what the wave's papers are about, as the queue keeps it."""
    return f"wave:{wave.id}"


def wave_to_print(session: Session, wave_id: int) -> Wave:
    """Return the wave, locked, so that one paper of a kind is asked for at a time.

    Raises:
        NotFound: no such wave. RuleViolation: it was taken back.
    """
    wave = session.get(Wave, wave_id, with_for_update=True, populate_existing=True)
    if wave is None:
        raise NotFound(say("wave"), wave_id)
    if wave.state is WaveState.CANCELLED:
        raise RuleViolation(say("Wave {number} was taken back.", number=wave.number))
    return wave
