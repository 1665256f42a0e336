"""Asking for paper inside a command's transaction: one statement, and no printer is spoken to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing import documents
from printing.documents import Document
from printing.errors import AlreadyQueued, PaperCleared, PaperVoid, StateConflict
from printing.models import JobState, PrintEvent, PrintJob, PrintRoute
from warehouse.db import PerDialect, on_dialect, table_of

SITE_ZONE = ZoneInfo("Asia/Shanghai")
STAMP = "%Y-%m-%d %H:%M"
# Nothing more comes of these by themselves, so a copy repeats something.
REPEATABLE = (JobState.SENT, JobState.CONFIRMED, JobState.FAILED, JobState.CANCELLED)

_job = table_of(PrintJob)
_route = table_of(PrintRoute)
_bind = sa.bindparam
# A route of the station itself wins over the one for all stations.
printer_of_route = (
    sa.select(_route.c.printer_id)
    .where(
        _route.c.document_kind == _bind("document_kind"),
        sa.or_(_route.c.station_id == _bind("station_id"), _route.c.station_id.is_(None)),
    )
    .order_by(_route.c.station_id.is_(None))
    .limit(1)
    .scalar_subquery()
)
_GIVEN = (
    *("document_kind", "number", "part", "copy_no", "facts", "subject", "station_id"),
    *("command_id", "queued_at", "reprint_of", "reprint_reason", "person_id", "run_id", "run_no"),
)
_VALUES: Mapping[str, Any] = {
    **{name: _bind(name) for name in _GIVEN},
    "waiting_since": _bind("queued_at"),
    "state": JobState.QUEUED,
    "printer_id": sa.func.coalesce(
        _bind("on_printer", type_=_job.c.printer_id.type), printer_of_route
    ),
    "attempts": 0,
    "reason": "",
    "detail": "",
}
_INSERT = PerDialect(
    lambda insert: insert(_job).values(_VALUES).on_conflict_do_nothing().returning(_job.c.id)
)
_LAST_COPY = sa.select(sa.func.max(_job.c.copy_no)).where(
    _job.c.document_kind == _bind("document_kind"),
    _job.c.number == _bind("number"),
    _job.c.part == _bind("part"),
)


def enqueue(
    session: Session,
    document: Document,
    *,
    station_id: int | None,
    at: datetime,
    command_id: str,
    subject: str = "",
    part: int = 1,
    printer_id: int | None = None,
) -> int:
    """Ask for this paper and return the id of its job.

    The printer is the one named, else the one routed for the station and kind at this moment;
    without either the job waits, visibly, until a route appears. Papers of one command that say
    which of how many they are make up a run.

    Raises:
        AlreadyQueued: this kind, number, part and copy was asked for before.
    """
    return _insert(
        session,
        document,
        station_id=station_id,
        queued_at=at,
        command_id=command_id,
        subject=subject,
        part=part,
        on_printer=printer_id,
    )


def routed_printer(session: Session, document_kind: str, station_id: int | None) -> int | None:
    """Return the printer that takes this kind from the station now, None if none does."""
    keys = {"document_kind": document_kind, "station_id": station_id}
    return session.execute(sa.select(printer_of_route), keys).scalar_one_or_none()


def reprint(
    session: Session,
    job_id: int,
    *,
    reason: str,
    person_id: int,
    at: datetime,
    command_id: str,
    station_id: int | None = None,
    zone: tzinfo = SITE_ZONE,
) -> int:
    """Ask for one more copy of a job's paper, from its stored facts, marked as a copy.

    Return the id of the new job. `station_id` prints it elsewhere than the first time; `zone` is
    the site's, for the time printed beside the mark.

    Raises:
        StateConflict: the first paper is still to come, so there is nothing to repeat.
        PaperVoid: what it says holds no more. PaperCleared: its content was removed.
        ValueError: no reason was given.
    """
    if not reason.strip():
        raise ValueError("a reprint needs a reason")
    # Whoever lets the first one go again just now is wholly before us or after us.
    job = session.get_one(PrintJob, job_id, populate_existing=True, with_for_update=True)
    if job.state not in REPEATABLE:
        raise StateConflict(job_id, job.state, "sent, confirmed, failed or cancelled")
    if job.void_reason:
        raise PaperVoid(job_id, job.void_reason)
    if job.cleared_at is not None:
        raise PaperCleared(job_id)
    key = {"document_kind": job.document_kind, "number": job.number, "part": job.part}
    copy_no = session.execute(_LAST_COPY, key).scalar_one() + 1
    stamp = at.astimezone(zone).strftime(STAMP)
    document = documents.read(job.document_kind, job.facts).copy(copy_no, stamp)
    new_id = _insert(
        session,
        document,
        station_id=job.station_id if station_id is None else station_id,
        queued_at=at,
        command_id=command_id,
        subject=job.subject,
        part=job.part,
        reprint_of=job_id,
        run_id=job.run_id,
        reprint_reason=reason.strip()[:200],
        person_id=person_id,
    )
    note(session, job_id, job.state, at, person_id, f"copy {copy_no}: {reason.strip()[:200]}")
    return new_id


def note(
    session: Session,
    job_id: int,
    state: JobState,
    at: datetime,
    person_id: int | None,
    text: str,
) -> None:
    """Write one line of a job's history."""
    session.execute(
        sa.insert(PrintEvent).values(
            job_id=job_id, state=state, at=at, person_id=person_id, note=text
        )
    )


def _insert(session: Session, document: Document, **given: Any) -> int:
    values = {
        "document_kind": document.kind,
        "number": document.number,
        "copy_no": document.copy_no,
        "facts": document.to_json(),
        "reprint_of": None,
        "reprint_reason": "",
        "person_id": None,
        "on_printer": None,
        "run_id": given["command_id"] if document.run_count > 1 else None,
        "run_no": document.run_no if document.run_count > 1 else 0,
        **given,
    }
    job_id = session.execute(on_dialect(session, _INSERT), values).scalar_one_or_none()
    if job_id is None:
        raise AlreadyQueued(document.kind, document.number, document.copy_no)
    return int(job_id)
