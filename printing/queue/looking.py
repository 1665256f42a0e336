"""What pages show of the queue: lanes, and the paper itself as PDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing import documents
from printing.media import SUITABLE, media
from printing.models import IN_LANE, OPEN, JobState, Printer, PrintFile, PrintFlag, PrintJob
from printing.queue.drawing import drawing_of
from warehouse.db import table_of

_job = table_of(PrintJob)


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A printer with what waits for it; `printer` None: jobs that no route leads anywhere.

    `counts` has the open states only. `head_id` is the job all others wait for.
    """

    printer: Printer | None
    counts: Mapping[JobState, int] = field(default_factory=dict)
    head_id: int | None = None
    head_state: JobState | None = None
    head_reason: str = ""

    @property
    def waiting(self) -> int:
        """How many papers have not been sent yet."""
        return sum(self.counts.values()) - self.counts.get(JobState.UNKNOWN, 0)

    @property
    def needs_person(self) -> bool:
        """Whether only somebody's word lets it go on."""
        asked = self.counts.get(JobState.HELD, 0) + self.counts.get(JobState.UNKNOWN, 0)
        return asked > 0 or (self.printer is None and self.waiting > 0)


def lanes(session: Session) -> list[Lane]:
    """Return every printer by name, then, if any, the jobs without one. Two small reads."""
    counts: dict[int | None, dict[JobState, int]] = {}
    heads: dict[int | None, int] = {}
    for row in session.execute(
        sa.select(
            _job.c.printer_id, _job.c.state, sa.func.count().label("jobs"), sa.func.min(_job.c.id)
        )
        .where(_job.c.state.in_(OPEN))
        .group_by(_job.c.printer_id, _job.c.state)
    ):
        printer_id, state, jobs, first = row
        counts.setdefault(printer_id, {})[state] = jobs
        if state in IN_LANE:
            heads[printer_id] = min(first, heads.get(printer_id, first))
    first_jobs = {
        job.id: job
        for job in session.execute(
            sa.select(_job.c.id, _job.c.state, _job.c.reason).where(_job.c.id.in_(heads.values()))
        )
    }
    printers: list[Printer | None] = list(
        session.scalars(sa.select(Printer).order_by(Printer.name))
    )
    if None in counts:
        printers.append(None)
    found: list[Lane] = []
    for printer in printers:
        key = printer.id if printer else None
        head = first_jobs.get(heads.get(key, 0))
        found.append(
            Lane(
                printer=printer,
                counts=counts.get(key, {}),
                head_id=head.id if head else None,
                head_state=head.state if head else None,
                head_reason=head.reason if head else "",
            )
        )
    return found


def flagged(session: Session, most: int) -> list[tuple[PrintJob, str]]:
    """Return papers nobody looked at yet that show marks, with the characters; the newest first."""
    rows = session.execute(
        sa.select(PrintJob, PrintFlag.characters)
        .join(PrintFlag, PrintFlag.job_id == PrintJob.id)
        .where(PrintFlag.looked_at.is_(None))
        .order_by(PrintJob.id.desc())
        .limit(most)
    )
    return [(job, characters) for job, characters in rows]


def pdf_of(session: Session, job_id: int) -> bytes:
    """Return the paper of a job as PDF: the stored bytes, or, before any are, a fresh rendering.

    Raises:
        PrintingError: the facts make no paper at all.
    """
    kept = session.get(PrintFile, job_id)
    if kept is not None:
        return kept.content
    job = session.get_one(PrintJob, job_id)
    document = documents.read(job.document_kind, job.facts)
    from printing.renderers.pdf import render  # heavy, and most pages show no paper

    printer = session.get(Printer, job.printer_id) if job.printer_id else None
    suitable = SUITABLE[job.document_kind]
    loaded = printer.media if printer and printer.media in suitable else suitable[0]
    drawing = drawing_of(session, document, media(loaded))
    return render(document, media(loaded), drawing.template, drawing.pictures)
