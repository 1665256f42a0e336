"""The printer's state in the corner of a station: it speaks up before the packer waits."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.models import (
    IN_LANE,
    TROUBLED,
    JobState,
    Printer,
    PrinterKind,
    PrintJob,
    PrintRoute,
)
from printing.transports import Reason
from warehouse.text import Text, say
from warehouse.web.notes import trouble
from warehouse.web.words import word


def printer_corner(session: Session, station_id: int | None) -> tuple[str, Text] | None:
    """Return (tone, words) of the printers this station prints on, None if it has none."""
    of_station = sa.select(PrintRoute.printer_id).where(
        sa.or_(PrintRoute.station_id == station_id, PrintRoute.station_id.is_(None))
        if station_id is not None
        else PrintRoute.station_id.is_(None)
    )
    printers = session.scalars(sa.select(Printer).where(Printer.id.in_(of_station))).all()
    if not printers:
        return None
    rows = session.execute(
        sa.select(PrintJob.state, sa.func.count())
        .where(PrintJob.printer_id.in_([p.id for p in printers]), PrintJob.state.in_(IN_LANE))
        .group_by(PrintJob.state)
    ).all()
    waiting = {JobState(state): count for state, count in rows}
    if waiting.get(JobState.UNKNOWN):
        return "attention", say("Printer asks: did it come out?")
    troubled = [p for p in printers if p.state in TROUBLED]
    if troubled:
        first = troubled[0]
        why = trouble(first.state_reason, "") if first.state_reason else word(first.state)
        return "attention", say("{printer}: {why}", printer=first.name, why=why)
    if fetched := _to_fetch(session, printers):
        return "attention", say("{count} papers to fetch", count=fetched)
    if any(p.is_paused for p in printers):
        return "waiting", say("Printer paused")
    count = sum(waiting.values())
    if count:
        return "waiting", say("{count} printing", count=count)
    low = [p.name for p in printers if p.state_reason == Reason.PAPER_LOW]
    if low:
        why = trouble(Reason.PAPER_LOW, "")
        return "waiting", say("{printer}: {why}", printer=low[0], why=why)
    return "ok", say("Printer ready")


def _to_fetch(session: Session, printers: Sequence[Printer]) -> int:
    ours = [p.id for p in printers if p.kind is PrinterKind.DOWNLOAD]
    if not ours:
        return 0
    waiting = sa.select(sa.func.count()).where(
        PrintJob.printer_id.in_(ours),
        PrintJob.state == JobState.HELD,
        PrintJob.reason == Reason.DOWNLOAD,
    )
    return session.execute(waiting).scalar_one()
