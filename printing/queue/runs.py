"""Runs: papers asked for together, each knowing which of how many it is; going on after a jam."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import Separator
from printing.models import JobState, PrintJob
from printing.queue.turns import turn_before
from warehouse.db import table_of

_job = table_of(PrintJob)


@dataclass(frozen=True, kw_only=True)
class RunPaper:
    """One paper of a run, as its newest copy stands."""

    run_no: int
    job_id: int
    kind: str
    state: JobState
    number: str
    copy_no: int
    printer_id: int | None
    subject: str
    is_void: bool
    is_cleared: bool


def papers_of_run(session: Session, run_id: str, kind: str) -> list[RunPaper]:
    """Return the run's papers of this kind in their order, of each the newest copy alone."""
    rows = session.execute(
        sa.select(
            _job.c.run_no, _job.c.id, _job.c.state, _job.c.number, _job.c.copy_no,
            _job.c.printer_id, _job.c.subject, _job.c.void_reason, _job.c.cleared_at,
        )
        .where(_job.c.run_id == run_id, _job.c.document_kind == kind)
        .order_by(_job.c.run_no, _job.c.copy_no)
    )  # fmt: skip
    newest = {
        row.run_no: RunPaper(
            run_no=row.run_no, job_id=row.id, kind=kind, state=row.state, number=row.number,
            copy_no=row.copy_no, printer_id=row.printer_id, subject=row.subject,
            is_void=bool(row.void_reason), is_cleared=row.cleared_at is not None,
        )
        for row in rows
    }  # fmt: skip
    return list(newest.values())


def slips_of_run(session: Session, run_id: str, kind: str) -> dict[int, RunPaper]:
    """Return the slips that part the run's orders, by the first paper of the order behind each.

    Of each slip the newest copy alone. They were asked for by the same command, each right before
    the papers of its order.
    """
    firsts = session.execute(
        sa.select(_job.c.run_no, sa.func.min(_job.c.id))
        .where(_job.c.run_id == run_id, _job.c.document_kind == kind)
        .group_by(_job.c.run_no)
    ).all()
    slips = session.execute(
        sa.select(_job.c.id, _job.c.number, _job.c.part).where(
            _job.c.command_id == run_id, _job.c.document_kind == Separator.kind
        )
    ).all()
    found: dict[int, RunPaper] = {}
    for slip in slips:
        behind = [(job_id, run_no) for run_no, job_id in firsts if job_id > slip.id]
        if behind:
            found[min(behind)[1]] = _newest_slip(session, slip.number, slip.part)
    return found


def _newest_slip(session: Session, number: str, part: int) -> RunPaper:
    row = session.execute(
        sa.select(
            _job.c.run_no, _job.c.id.label("job_id"), _job.c.document_kind.label("kind"),
            _job.c.state, _job.c.number, _job.c.copy_no, _job.c.printer_id, _job.c.subject,
            (_job.c.void_reason != "").label("is_void"),
            _job.c.cleared_at.is_not(None).label("is_cleared"),
        )
        .where(_job.c.document_kind == Separator.kind, _job.c.number == number)
        .where(_job.c.part == part)
        .order_by(_job.c.copy_no.desc())
        .limit(1)
    ).one()  # fmt: skip
    return RunPaper(**row._mapping)


def bring_forward(session: Session, places: Mapping[int, int | None]) -> None:
    """Put waiting jobs before all that wait, each at its printer (job → printer), in this order."""
    for printer_id in sorted(set(places.values()), key=lambda one: one or 0):
        jobs = [job_id for job_id, place in places.items() if place == printer_id]
        first = turn_before(session, printer_id) - len(jobs) + 1
        turns = {job_id: first + place for place, job_id in enumerate(jobs)}
        session.execute(
            sa.update(_job)
            .where(_job.c.id.in_(jobs), _job.c.state == JobState.QUEUED)
            .values(printer_id=printer_id, turn=sa.case(turns, value=_job.c.id))
        )
    session.expire_all()
