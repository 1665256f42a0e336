"""What a place of work must know of its printers: which they are, what waits, what is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.models import (
    OPEN,
    WAITING,
    JobState,
    Printer,
    PrintJob,
    PrintRoute,
    in_states,
)
from printing.queue.claiming import IN_TURN
from printing.queue.standing_in import is_away
from printing.transports import Reason
from warehouse.catalog.models import Station, StationKind
from warehouse.db import table_of

# So long a paper may wait while nothing comes out; then somebody has to be told.
PATIENCE = timedelta(seconds=60)
MOST_ASKED = 8
# What is printed at a kind of station, where no route of its own says more. Desks print anything.
PRINTED_AT: Mapping[StationKind, frozenset[str]] = {
    StationKind.PICK: frozenset({"pick_list", "wave_sheet"}),
    StationKind.CHECK: frozenset(),
    StationKind.PACK: frozenset({"packing_slip", "waybill", "ready_label"}),
    StationKind.WEIGH: frozenset({"waybill", "ready_label"}),
    StationKind.SHIP: frozenset({"manifest"}),
    StationKind.RECEIVE: frozenset({"goods_receipt", "exchange_out", "sku_label"}),
}

_job = table_of(PrintJob)
_TO_FETCH = sa.and_(_job.c.state == JobState.HELD, _job.c.reason == Reason.DOWNLOAD)


@dataclass(frozen=True, kw_only=True)
class AskedPaper:
    """A paper only a person can say something about: did it come out, or who fetches it?"""

    job_id: int
    kind: str
    number: str
    part: int
    copy_no: int
    since: datetime
    is_to_fetch: bool


@dataclass(frozen=True, kw_only=True)
class BenchPrinter:
    """A printer of a station with its lane.

    `waiting` counts papers not begun, of which the oldest waits since `oldest_at`; `held` those a
    desk decides about. `asked` has the first questions of `questions` in all. `stand_in` names who
    prints instead while this one is away. A lane is stuck when papers wait and none comes out.
    """

    printer: Printer
    waiting: int = 0
    working: int = 0
    oldest_at: datetime | None = None
    held: int = 0
    questions: int = 0
    to_fetch: int = 0
    asked: Sequence[AskedPaper] = field(default_factory=tuple)
    stand_in: str = ""
    is_stuck: bool = False


@dataclass(frozen=True, kw_only=True)
class Bench:
    """The printers of a station by name, and how many of its papers no route leads anywhere."""

    printers: Sequence[BenchPrinter]
    unrouted: int = 0


def bench_of(session: Session, station_id: int | None, at: datetime) -> Bench:
    """Return the printers that print for the station, those standing in for them included.

    Without a station, those that print for all. Five small reads, whatever waits.
    """
    ids = _printer_ids(session, station_id)
    printers = {
        printer.id: printer
        for printer in session.scalars(sa.select(Printer).where(Printer.id.in_(ids)))
    }
    helping = {p.stand_in_id for p in printers.values() if p.stand_in_id and is_away(p)}
    for printer_id in sorted(helping - printers.keys()):
        printers[printer_id] = session.get_one(Printer, printer_id)
    lanes = _lanes(session, printers, at)
    asked = _asked(session, printers)
    found = [
        BenchPrinter(
            printer=printer,
            asked=tuple(asked.get(printer.id, ())),
            stand_in=_stand_in(session, printer),
            **lanes.get(printer.id, {}),
        )
        for printer in sorted(printers.values(), key=lambda one: one.name)
    ]
    return Bench(printers=found, unrouted=_unrouted(session, station_id))


def is_at_bench(session: Session, station_id: int | None, job: PrintJob) -> bool:
    """Tell whether the paper is one of this station: asked for there, or in a lane of its own."""
    if station_id is not None and job.station_id == station_id:
        return True
    ids = _printer_ids(session, station_id)
    if job.printer_id in ids:
        return True
    stood_for = sa.select(Printer).where(Printer.id.in_(ids), Printer.stand_in_id == job.printer_id)
    return any(is_away(printer) for printer in session.scalars(stood_for))


def at_bench(session: Session, station_id: int | None) -> sa.ColumnElement[bool]:
    """Return the condition that a paper was asked for at the station, or is in a lane of its own.

    Papers of others that a stand-in prints beside them are not among them.
    """
    own = PrintJob.printer_id.in_(_printer_ids(session, station_id))
    return own if station_id is None else sa.or_(own, PrintJob.station_id == station_id)


def _printer_ids(session: Session, station_id: int | None) -> set[int]:
    """Return who takes the station's papers, and who has one of them still."""
    station = session.get(Station, station_id) if station_id is not None else None
    here = PRINTED_AT.get(station.kind) if station else None
    rows = session.execute(
        sa.select(PrintRoute.document_kind, PrintRoute.station_id, PrintRoute.printer_id)
        .where(sa.or_(PrintRoute.station_id == station_id, PrintRoute.station_id.is_(None)))
        # The route of the station itself comes last and wins.
        .order_by(PrintRoute.station_id.is_not(None))
    )
    routed = {
        kind: printer_id
        for kind, of_station, printer_id in rows
        if of_station is not None or here is None or kind in here
    }
    found = set(routed.values())
    if station_id is not None:
        still = sa.select(_job.c.printer_id).where(
            in_states(OPEN), _job.c.station_id == station_id, _job.c.printer_id.is_not(None)
        )
        found |= set(session.scalars(still.distinct()))
    return found


def _lanes(
    session: Session, printers: Mapping[int, Printer], at: datetime
) -> dict[int, dict[str, Any]]:
    rows = session.execute(
        sa.select(
            _job.c.printer_id, _job.c.state, _TO_FETCH.label("is_to_fetch"),
            sa.func.count().label("papers"), sa.func.min(_job.c.waiting_since).label("since"),
            sa.func.max(_job.c.first_byte_at).label("begun"),
        )
        .where(in_states(OPEN), _job.c.printer_id.in_(printers))
        .group_by(_job.c.printer_id, _job.c.state, _TO_FETCH)
    )  # fmt: skip
    by_printer: dict[int, list[sa.Row[Any]]] = {}
    for row in rows:
        by_printer.setdefault(row.printer_id, []).append(row)
    return {key: _lane(printers[key], found, at) for key, found in by_printer.items()}


def _lane(printer: Printer, rows: Sequence[sa.Row[Any]], at: datetime) -> dict[str, Any]:
    def papers(*states: JobState, is_to_fetch: bool = False) -> int:
        return sum(
            r.papers for r in rows if r.state in states and bool(r.is_to_fetch) is is_to_fetch
        )

    oldest = min((r.since for r in rows if r.state in WAITING), default=None)
    # A paper being sent just now moves as well.
    moved = [r.begun for r in rows if r.state is JobState.SENDING and r.begun]
    last = max([*moved, *([printer.moved_at] if printer.moved_at else [])], default=None)
    limit = at - PATIENCE
    return {
        "waiting": papers(*WAITING),
        "working": papers(JobState.RENDERING, JobState.LEASED, JobState.SENDING),
        "oldest_at": oldest,
        "held": papers(JobState.HELD),
        "questions": papers(JobState.UNKNOWN),
        "to_fetch": papers(JobState.HELD, is_to_fetch=True),
        "is_stuck": oldest is not None and oldest <= limit and (last is None or last <= limit),
    }


def _asked(session: Session, printers: Mapping[int, Printer]) -> dict[int, list[AskedPaper]]:
    place = (
        sa.func.row_number()
        .over(
            partition_by=(_job.c.printer_id, _job.c.state), order_by=IN_TURN,
        )
        .label("place")
    )  # fmt: skip
    numbered = (
        sa.select(
            _job.c.id, _job.c.printer_id, _job.c.document_kind, _job.c.number, _job.c.part,
            _job.c.copy_no, _job.c.waiting_since, _job.c.first_byte_at, _job.c.state, place,
        )
        .where(_job.c.printer_id.in_(printers))
        .where(sa.or_(_job.c.state == JobState.UNKNOWN, _TO_FETCH))
        .subquery()
    )  # fmt: skip
    rows = session.execute(
        sa.select(numbered)
        .where(numbered.c.place <= MOST_ASKED)
        .order_by(numbered.c.state.desc(), numbered.c.place)
    )
    found: dict[int, list[AskedPaper]] = {}
    for row in rows:
        paper = AskedPaper(
            job_id=row.id,
            kind=row.document_kind,
            number=row.number,
            part=row.part,
            copy_no=row.copy_no,
            since=row.first_byte_at or row.waiting_since,
            is_to_fetch=row.state is JobState.HELD,
        )
        found.setdefault(row.printer_id, []).append(paper)
    return found


def _stand_in(session: Session, printer: Printer) -> str:
    if printer.stand_in_id is None or not is_away(printer):
        return ""
    return session.get_one(Printer, printer.stand_in_id).name


def _unrouted(session: Session, station_id: int | None) -> int:
    if station_id is None:
        return 0
    nowhere = sa.select(sa.func.count()).where(
        _job.c.printer_id.is_(None), _job.c.station_id == station_id,
        in_states(WAITING),
    )  # fmt: skip
    return int(session.scalar(nowhere) or 0)
