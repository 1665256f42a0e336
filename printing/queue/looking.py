"""What pages show of the queue: lanes, and the paper itself as PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from printing.models import (
    BLOCKING,
    IN_LANE,
    OPEN,
    WAITING,
    JobState,
    Printer,
    PrintFlag,
    PrintJob,
    in_states,
)
from printing.queue.claiming import IN_TURN
from printing.queue.showing import paper_of, pdf
from warehouse.db import table_of

_job = table_of(PrintJob)


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A printer with what waits for it; `printer` None: jobs that no route leads anywhere.

    `counts` has the open states only. `head_id` is the job all others wait for; `oldest_at` is
    since when the longest of those not begun waits.
    """

    printer: Printer | None
    counts: Mapping[JobState, int] = field(default_factory=dict)
    head_id: int | None = None
    head_state: JobState | None = None
    head_reason: str = ""
    oldest_at: datetime | None = None

    @property
    def to_begin(self) -> int:
        """How many papers nobody has begun."""
        return sum(self.counts.get(state, 0) for state in WAITING)

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
    """Return every printer by name, then, if any, the jobs without one. Three small reads."""
    counts: dict[int | None, dict[JobState, int]] = {}
    oldest: dict[int | None, datetime] = {}
    for printer_id, state, jobs, since in session.execute(
        sa.select(
            _job.c.printer_id, _job.c.state, sa.func.count(), sa.func.min(_job.c.waiting_since)
        )
        .where(in_states(OPEN))
        .group_by(_job.c.printer_id, _job.c.state)
    ):
        counts.setdefault(printer_id, {})[state] = jobs
        if state in WAITING:
            oldest[printer_id] = min(since, oldest.get(printer_id, since))
    heads = {job.printer_id: job for job in first_of_lanes(session, 1, IN_LANE)}
    printers: list[Printer | None] = list(
        session.scalars(sa.select(Printer).order_by(Printer.name))
    )
    if None in counts:
        printers.append(None)
    found: list[Lane] = []
    for printer in printers:
        key = printer.id if printer else None
        head = heads.get(key)
        found.append(
            Lane(
                printer=printer,
                counts=counts.get(key, {}),
                head_id=head.id if head else None,
                head_state=head.state if head else None,
                head_reason=head.reason if head else "",
                oldest_at=oldest.get(key),
            )
        )
    return found


def first_of_lanes(
    session: Session,
    most: int,
    states: tuple[JobState, ...] = OPEN,
    *,
    opened: int | None = None,
    most_opened: int = 0,
) -> Sequence[sa.Row[Any]]:
    """Return the first jobs of every lane as they will be printed, at most so many of each.

    Facts are left where they are. Of the lane `opened` (0: of those without a printer) there are
    `most_opened`.
    """
    place = (
        sa.func.row_number()
        .over(
            partition_by=_job.c.printer_id,
            order_by=(sa.case((in_states(BLOCKING), 0), else_=1), *IN_TURN),
        )
        .label("place")
    )
    shown = (c for c in _job.c if c.name not in ("facts", "command_id"))
    numbered = sa.select(*shown, place).where(in_states(states)).subquery()
    is_wanted = numbered.c.place <= most
    if opened is not None:
        is_opened = sa.func.coalesce(numbered.c.printer_id, 0) == opened
        is_wanted = sa.or_(is_wanted, sa.and_(is_opened, numbered.c.place <= most_opened))
    return session.execute(
        sa.select(numbered).where(is_wanted).order_by(numbered.c.printer_id, numbered.c.place)
    ).all()


def flagged(session: Session, most: int) -> list[tuple[PrintJob, str]]:
    """Return papers nobody looked at yet that show marks, with the characters; the newest first."""
    rows = session.execute(
        sa.select(PrintJob, PrintFlag.characters)
        .join(PrintFlag, PrintFlag.job_id == PrintJob.id)
        .where(PrintFlag.looked_at.is_(None))
        .order_by(PrintJob.id.desc())
        .limit(most)
        .options(defer(PrintJob.facts))
    )
    return [(job, characters) for job, characters in rows]


def pdf_of(session: Session, job_id: int) -> bytes:
    """Return the paper of a job as PDF: the stored bytes, or, before any are, a fresh rendering.

    It is drawn here and now: for programs that may wait, not for pages.

    Raises:
        PaperCleared: its content was removed. PrintingError: the facts make no paper at all.
    """
    return pdf(paper_of(session, job_id))
