"""The wave sheet: where the stops of a wave are on the map of their zones."""

from __future__ import annotations

from datetime import tzinfo
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import Locale, MapBin, WaveSheet, WaveStop
from warehouse.catalog.models import PICKABLE_KINDS, Bin, Zone
from warehouse.commands import Outcome
from warehouse.people import trail
from warehouse.people.models import Person
from warehouse.printers.asking import ask_for
from warehouse.settings import load_settings
from warehouse.text import say
from warehouse.waves.models import PickTask, TaskState, Wave
from warehouse.waves.papers import (
    PrintWaveSheet,
    orders_and_cut_off,
    require_work,
    subject_of,
    wave_to_print,
)

MOST_DRAWN = 3_000  # bins around the stops: beyond that a map shows nothing but bins


def print_wave_sheet(session: Session, command: PrintWaveSheet) -> Outcome:
    """Ask for the sheet; a repeated one needs a reason and is marked as a copy.

    Raises:
        RuleViolation: the wave was taken back, or the sheet still waits in the queue.
    """
    wave = wave_to_print(session, command.wave_id)
    job_id = ask_for(
        session, command, WaveSheet.kind, lambda: wave_sheet(session, wave, command.zone),
        subject=subject_of(wave), reason=command.reason,
    )  # fmt: skip
    trail.record(session, command, "wave", wave.id, "sheet_printed", reason=command.reason[:200])
    return Outcome(
        screen="wave",
        subject_id=wave.id,
        message=say("The wave sheet of {number} is on its way.", number=wave.number),
        facts={"print_job": job_id},
    )


def wave_sheet(session: Session, wave: Wave, zone: tzinfo) -> WaveSheet:
    """Return the wave's walk as stops with their places, and the bins around them.

    Bins above each other are one place on the map. The cut-off is in the site's time.
    """
    rows = session.execute(
        sa.select(Bin.code, Bin.x_mm, Bin.y_mm, Bin.zone_id, Zone.name, PickTask.wanted)
        .join(Bin, Bin.id == PickTask.bin_id)
        .outerjoin(Zone, Zone.id == Bin.zone_id)
        .where(PickTask.wave_id == wave.id, PickTask.state != TaskState.CANCELLED)
        .order_by(PickTask.sequence)
    ).all()
    require_work(rows)
    stops: list[WaveStop] = []
    for _, group in groupby(rows, key=lambda row: row.code):
        tasks = list(group)
        first = tasks[0]
        stops.append(
            WaveStop(
                bin_code=first.code,
                pieces=sum(task.wanted for task in tasks),
                zone=first.name or "",
                x_mm=first.x_mm,
                y_mm=first.y_mm,
            )
        )
    orders, cut_off = orders_and_cut_off(session, wave, zone)
    picker = session.get(Person, wave.picker_id) if wave.picker_id else None
    return WaveSheet(
        locale=Locale(load_settings(session).paper_locale),
        wave_no=wave.number,
        stops=tuple(stops),
        bins=_around(session, {row.zone_id for row in rows if row.zone_id is not None}),
        picker=picker.name if picker else "",
        cut_off=cut_off,
        orders=orders,
    )


def _around(session: Session, zone_ids: set[int]) -> tuple[MapBin, ...]:
    """Return the places of these zones where bins stand, one for each."""
    rows = session.execute(
        sa.select(sa.func.min(Bin.code).label("code"), Zone.name, Bin.x_mm, Bin.y_mm)
        .join(Zone, Zone.id == Bin.zone_id)
        .where(
            Bin.zone_id.in_(zone_ids),
            Bin.kind.in_(PICKABLE_KINDS),
            Bin.is_active,
            Bin.x_mm.is_not(None),
            Bin.y_mm.is_not(None),
        )
        .group_by(Zone.name, Bin.x_mm, Bin.y_mm)
        .order_by(Zone.name, Bin.y_mm, Bin.x_mm)
        .limit(MOST_DRAWN)
    )
    return tuple(
        MapBin(bin_code=row.code, zone=row.name, x_mm=row.x_mm, y_mm=row.y_mm) for row in rows
    )
