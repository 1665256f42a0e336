"""What a change of the loaded media means to papers that were refused because of the old one."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from printing import documents
from printing.errors import DocumentInvalid, DoesNotFit, NotSpoken
from printing.models import JobState, Printer, PrintFile, PrintJob
from printing.queue.asking import note
from printing.queue.claiming import STALE_AFTER
from printing.queue.delivery import media_for

# What was refused longer ago is nobody's work in hand any more.
STILL_WANTED = timedelta(days=1)


def rejudge(session: Session, printer_id: int, *, person_id: int, at: datetime) -> int:
    """Let papers that did not fit this printer wait for it again, if they fit now; return how many.

    What was refused a while ago waits for a word first; what has a copy by now is left alone.
    """
    printer = session.get_one(Printer, printer_id)
    wanted = 0
    for job in session.scalars(_refused(printer_id, at - STILL_WANTED)):
        try:
            media_for(documents.read(job.document_kind, job.facts), printer)
        except (DoesNotFit, DocumentInvalid):
            continue
        is_fresh = job.closed_at is not None and job.closed_at > at - STALE_AFTER
        job.state = JobState.QUEUED if is_fresh else JobState.HELD
        job.reason, job.detail = "" if is_fresh else "stale", ""
        job.attempts, job.next_try_at, job.closed_at, job.waiting_since = 0, None, None, at
        session.execute(sa.delete(PrintFile).where(PrintFile.job_id == job.id))
        note(session, job.id, job.state, at, person_id, f"{printer.name}: {printer.media}")
        wanted += 1
    session.flush()
    return wanted


def _refused(printer_id: int, since: datetime) -> sa.Select[PrintJob]:
    copy = aliased(PrintJob)
    return (
        sa.select(PrintJob)
        .where(
            PrintJob.printer_id == printer_id,
            PrintJob.state == JobState.FAILED,
            PrintJob.reason.in_((DoesNotFit.code, NotSpoken.code)),
            PrintJob.void_reason == "",
            PrintJob.closed_at > since,
            sa.not_(sa.exists().where(copy.reprint_of == PrintJob.id)),
        )
        .order_by(PrintJob.id)
        .with_for_update()
    )
