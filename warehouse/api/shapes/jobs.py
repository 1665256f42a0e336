"""Print jobs as JSON, without their facts: those are personal."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.models import OPEN, JobState, Printer, PrintJob
from warehouse.api.schemas import Schema, instant, maybe, record, text, whole, word
from warehouse.api.shapes.paging import iso, keys_of, page
from warehouse.catalog.models import Station

JOB: Schema = record(
    {
        "id": whole(),
        "kind": text("The kind of document, as waybill."),
        "number": text("What it is the paper of."),
        "part": whole("Of a paper in several parts."),
        "copy": whole("Above 1: a reprint."),
        "reprint_reason": text(),
        "state": word(JobState, "unknown: only a person's word moves it."),
        "reason": text("A stable word for the state."),
        "detail": text("The sentence behind it."),
        "printer": maybe(text("Null: no printer is set for it.")),
        "station": maybe(text("Where it was asked for.")),
        "attempts": whole(),
        "queued_at": instant(),
        "sent_at": maybe(instant()),
        "closed_at": maybe(instant()),
    },
    "One paper asked for.",
)


def list_jobs(
    session: Session,
    *,
    state: str | None = None,
    is_open: bool = False,
    printer: str | None = None,
    kind: str | None = None,
    after: str | None = None,
    limit: int,
) -> dict[str, Any]:
    """Return one page of print jobs, newest first; `is_open`: those that are not at their end."""
    query = (
        sa.select(PrintJob, Printer.name, Station.code, PrintJob.id.label("id"))
        .outerjoin(Printer, Printer.id == PrintJob.printer_id)
        .outerjoin(Station, Station.id == PrintJob.station_id)
        .options(sa.orm.defer(PrintJob.facts))
        .order_by(PrintJob.id.desc())
        .limit(limit + 1)
    )
    keys = keys_of(after)
    if keys is not None:
        query = query.where(PrintJob.id < keys[0])
    if state is not None:
        query = query.where(PrintJob.state == state)
    if is_open:
        query = query.where(PrintJob.state.in_(OPEN))
    if printer is not None:
        query = query.where(Printer.name == printer)
    if kind is not None:
        query = query.where(PrintJob.document_kind == kind)
    return page("print_jobs", session.execute(query).all(), limit, _job, "id")


def _job(row: Any) -> dict[str, Any]:
    job, printer, station, _ = row
    return {
        "id": job.id,
        "kind": job.document_kind,
        "number": job.number,
        "part": job.part,
        "copy": job.copy_no,
        "reprint_reason": job.reprint_reason,
        "state": job.state.value,
        "reason": job.reason,
        "detail": job.detail,
        "printer": printer,
        "station": station,
        "attempts": job.attempts,
        "queued_at": iso(job.queued_at),
        "sent_at": iso(job.sent_at),
        "closed_at": iso(job.closed_at),
    }
