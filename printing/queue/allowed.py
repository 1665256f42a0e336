"""What can be done with a job just now, for pages that must not offer what would be refused."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.errors import DoesNotFit
from printing.models import WAITING, JobState, Printer, PrintJob
from printing.queue.asking import REPEATABLE
from printing.queue.deciding import NOT_YET_SENT
from printing.transports import Reason
from warehouse.db import table_of

_job = table_of(PrintJob)


class Act(StrEnum):
    """One thing a person may decide about a job."""

    ANSWER = "answer"
    FETCH = "fetch"
    CANCEL = "cancel"
    HOLD = "hold"
    RELEASE = "release"
    REROUTE = "reroute"
    REPRINT = "reprint"


def open_acts(session: Session, job: PrintJob) -> frozenset[Act]:
    """Return what the queue would not refuse for this job as it stands."""
    has_copy = session.scalar(sa.select(sa.exists().where(_job.c.reprint_of == job.id)))
    return frozenset(_open(job, has_copy=bool(has_copy)))


def _open(job: PrintJob, *, has_copy: bool) -> Iterator[Act]:
    is_to_fetch = job.state is JobState.HELD and job.reason == Reason.DOWNLOAD
    starts_over = not has_copy and job.cleared_at is None
    if job.state is JobState.UNKNOWN:
        yield Act.ANSWER
    if is_to_fetch and not job.void_reason:
        yield Act.FETCH
    if job.state in NOT_YET_SENT:
        yield Act.CANCEL
        if starts_over:
            yield Act.REROUTE
    if job.state in WAITING:
        yield Act.HOLD
    if job.state in (JobState.HELD, JobState.FAILED) and starts_over:
        yield Act.RELEASE
    if job.state in REPEATABLE and not job.void_reason and job.cleared_at is None:
        yield Act.REPRINT


def printers_for(session: Session, job: PrintJob) -> list[Printer]:
    """Return the printers by name that hold the stock of this paper."""
    from printing.queue.delivery import stock_of  # loaded late: few acts need a way to a printer

    found = []
    for printer in session.scalars(sa.select(Printer).order_by(Printer.name)):
        try:
            stock_of(job.document_kind, job.facts, printer)
        except DoesNotFit:
            continue
        found.append(printer)
    return found
