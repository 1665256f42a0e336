"""Papers this browser has fetched to print: it alone gets them without a mark across.

Whoever fetches a paper is asked whether it came out. Until that is answered the same person may
open it again in the same browser, as when the first window was closed too soon; nobody else, and
nobody afterwards.
"""

from __future__ import annotations

import sqlalchemy as sa
from flask import session as cookie
from sqlalchemy.orm import Session

from printing.models import JobState, Printer, PrinterKind, PrintEvent, PrintJob
from printing.queue.deciding import FETCHED
from warehouse.web.context import person

KEY = "fetched"
MOST_KEPT = 20


def keep_fetched(job_id: int) -> None:
    """Let this browser know that it holds the paper; the cookie is signed."""
    cookie[KEY] = [*cookie.get(KEY, ()), job_id][-MOST_KEPT:]


def is_in_hand(session: Session, job_id: int) -> bool:
    """Tell whether this person has fetched the paper in this browser and not yet said how it went.

    It says so of a paper of a browser's lane alone: no other paper is printed from here. One that
    is void by now must not be printed once more.
    """
    if job_id not in cookie.get(KEY, ()):
        return False
    fetched_by = (
        sa.select(PrintEvent.person_id)
        .where(PrintEvent.job_id == job_id, PrintEvent.note == FETCHED)
        .order_by(PrintEvent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        sa.select(fetched_by)
        .select_from(PrintJob)
        .join(Printer, Printer.id == PrintJob.printer_id)
        .where(
            PrintJob.id == job_id,
            PrintJob.state == JobState.UNKNOWN,
            PrintJob.void_reason == "",
            Printer.kind == PrinterKind.DOWNLOAD,
        )
    )
    return session.scalar(query) == person().id
