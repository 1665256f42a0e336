"""What people decide about jobs and printers: each act inside the caller's transaction, noted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.errors import PaperCleared, PaperVoid, StateConflict
from printing.models import (
    WAITING,
    JobState,
    Printer,
    PrintFile,
    PrintFlag,
    PrintJob,
)
from printing.queue.asking import SITE_ZONE, note, reprint
from printing.queue.keeping import CLEARED
from printing.queue.turns import turn_before
from printing.transports import Reason
from warehouse.db import table_of

_job = table_of(PrintJob)
_file = table_of(PrintFile)
# The three words about a paper nobody knew of, as its history keeps them.
CAME_OUT, CAME_OUT_SPOILED, DID_NOT_COME_OUT = "came out", "came out spoiled", "did not come out"
FETCHED = "fetched"
NOT_YET_SENT = (*WAITING, JobState.HELD, JobState.FAILED)
_earlier = _job.alias()
# A copy bears the same number: while a paper before it exists, a scan does not tell the two apart.
_HAS_EARLIER = sa.exists().where(
    _earlier.c.document_kind == _job.c.document_kind,
    _earlier.c.number == _job.c.number,
    _earlier.c.part == _job.c.part,
    _earlier.c.copy_no < _job.c.copy_no,
    _earlier.c.state.in_((JobState.SENT, JobState.CONFIRMED)),
)
_CONFIRM = (
    sa.update(_job)
    .where(
        _job.c.document_kind == sa.bindparam("kind"),
        _job.c.number == sa.bindparam("paper"),
        sa.or_(
            _job.c.state == JobState.SENT,
            sa.and_(_job.c.state.in_((JobState.SENDING, JobState.UNKNOWN)), sa.not_(_HAS_EARLIER)),
        ),
    )
    .values(
        state=JobState.CONFIRMED,
        closed_at=sa.bindparam("at", type_=_job.c.closed_at.type),
        lease_token=None,
        lease_until=None,
    )
    .returning(_job.c.id)
)


def confirm(session: Session, kind: str, number: str, at: datetime) -> int | None:
    """Note that this paper was scanned: it exists. Return its newest job, None if none was sent.

    One statement, for use inside a scan. An unknown job is answered by it and frees its lane. So is
    one still being sent: quick hands scan a label before its printer has told us that it is out.
    Not so a copy while an earlier paper exists: it may be that one that was scanned.
    """
    found = session.execute(_CONFIRM, {"kind": kind, "paper": number, "at": at}).scalars().all()
    return max(found, default=None)


def answer_unknown(
    session: Session,
    job_id: int,
    *,
    came_out: bool,
    person_id: int,
    at: datetime,
    command_id: str,
    zone: tzinfo = SITE_ZONE,
    reason: str = "",
    is_spoiled: bool = False,
) -> int | None:
    """Take a person's word about a job nobody knows of; return the id of the copy now queued.

    If it came out whole it is confirmed and nothing more is printed (None). If it came out spoiled,
    or only a part of it did, it exists, and a marked copy is queued all the same. If nothing came
    out it is cancelled and a marked copy is queued: should the first turn up after all, the two can
    be told apart. Of a paper that is void by now, or whose content was removed, there is no copy
    (None).

    Raises:
        StateConflict: the job is not unknown (any more).
    """
    state = JobState.CONFIRMED if came_out else JobState.CANCELLED
    said = CAME_OUT if came_out else DID_NOT_COME_OUT
    said = CAME_OUT_SPOILED if came_out and is_spoiled else said
    # Whoever voids the paper just now comes wholly before us or after us.
    session.execute(sa.select(_job.c.id).where(_job.c.id == job_id).with_for_update())
    ended = _why_no_copy(session, job_id)
    _move(
        session, job_id, (JobState.UNKNOWN,), state, closed_at=at,
        reason=ended if not came_out else "",
    )  # fmt: skip
    note(session, job_id, state, at, person_id, said)
    if ended or said == CAME_OUT:
        return None
    return reprint(
        session, job_id, reason=reason or said, person_id=person_id, at=at,
        command_id=command_id, zone=zone,
    )  # fmt: skip


def acknowledge(session: Session, job_id: int, *, person_id: int, at: datetime) -> None:
    """Note that a person looked at a paper flagged for characters no face has.

    Raises:
        StateConflict: it is not flagged, or somebody looked before.
    """
    looked = session.execute(
        sa.update(PrintFlag)
        .where(PrintFlag.job_id == job_id, PrintFlag.looked_at.is_(None))
        .values(looked_at=at, person_id=person_id)
        .returning(PrintFlag.characters)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    state = session.execute(sa.select(_job.c.state).where(_job.c.id == job_id)).scalar_one()
    if looked is None:
        raise StateConflict(job_id, state, "flagged")
    note(session, job_id, state, at, person_id, "looked at the marks")


def cancel(session: Session, job_id: int, *, person_id: int, at: datetime, reason: str) -> None:
    """Take back a job of which no byte has left.

    Raises:
        StateConflict: it is on its way, sent, or closed.
    """
    _move(session, job_id, NOT_YET_SENT, JobState.CANCELLED, closed_at=at, next_try_at=None)
    note(session, job_id, JobState.CANCELLED, at, person_id, reason[:200])


def void(
    session: Session,
    subjects: Sequence[str],
    *,
    kind: str = "",
    person_id: int,
    at: datetime,
    reason: str,
) -> int:
    """Let no byte of the papers about these subjects leave any more; return how many are cancelled.

    With `kind`, only papers of that kind: a label goes, the slip of the same parcel stays.
    Those that wait are cancelled here. One that a worker is drawing is cancelled by him before its
    first byte. What may have come out already keeps its state; nobody prints a copy of it.
    """
    reason = reason.strip()[:200]
    if not reason:
        raise ValueError("voiding needs a reason")
    stops_here = _job.c.state.in_(NOT_YET_SENT)
    of_kind = _job.c.document_kind == kind if kind else sa.true()
    papers = (_job.c.subject.in_(subjects), of_kind, _job.c.void_reason == "")
    # Whoever asks for a copy just now comes wholly before us, and the next statement sees it, or
    # after us.
    session.execute(sa.select(_job.c.id).where(*papers).order_by(_job.c.id).with_for_update())
    # One statement decides: a worker's step to `sending` comes wholly before it or after it.
    rows = session.execute(
        sa.update(_job)
        .where(*papers)
        .values(
            void_reason=reason,
            state=sa.case((stops_here, JobState.CANCELLED.value), else_=_job.c.state),
            reason=sa.case((stops_here, "void"), else_=_job.c.reason),
            closed_at=sa.case(
                (stops_here, sa.literal(at, _job.c.closed_at.type)), else_=_job.c.closed_at
            ),
            next_try_at=sa.case((stops_here, sa.null()), else_=_job.c.next_try_at),
        )
        .returning(_job.c.id, _job.c.state, _job.c.reason)
    ).all()
    for row in sorted(rows):
        note(session, row.id, row.state, at, person_id, reason)
    session.expire_all()
    return sum(row.reason == "void" for row in rows)


def hold(session: Session, job_id: int, *, person_id: int, at: datetime, reason: str) -> None:
    """Set a waiting job aside without stopping those behind it.

    Raises:
        StateConflict: it does not wait.
    """
    _move(session, job_id, WAITING, JobState.HELD, reason="person", next_try_at=None)
    note(session, job_id, JobState.HELD, at, person_id, reason[:200])


def release(session: Session, job_id: int, *, person_id: int, at: datetime) -> None:
    """Let a held or failed job wait for its turn again; it is rendered anew.

    Raises:
        StateConflict: it is neither held nor failed, or a copy was asked for in its place.
        PaperCleared: its content was removed.
    """
    _start_over(session, job_id, (JobState.HELD, JobState.FAILED), at)
    note(session, job_id, JobState.QUEUED, at, person_id, "released")


def fetch(session: Session, job_id: int, *, person_id: int, at: datetime) -> None:
    """Let somebody fetch a paper in a browser: from now on it may have come out, who can tell.

    Raises:
        StateConflict: it does not wait to be fetched, or somebody has fetched it.
        PaperVoid: what it says holds no more.
    """
    job = session.get_one(PrintJob, job_id, populate_existing=True)
    if job.void_reason:
        raise PaperVoid(job_id, job.void_reason)
    if job.reason != Reason.DOWNLOAD:
        raise StateConflict(job_id, job.state, "to be fetched")
    _move(
        session, job_id, (JobState.HELD,), JobState.UNKNOWN, first_byte_at=at, reason="", detail=""
    )
    note(session, job_id, JobState.UNKNOWN, at, person_id, FETCHED)


def reroute(
    session: Session, job_id: int, printer_id: int, *, person_id: int, at: datetime
) -> None:
    """Give a job to another printer, as long as no byte of it has left.

    Raises:
        StateConflict: it is on its way, sent, or closed, or a copy was asked for in its place.
        PaperCleared: its content was removed.
        DoesNotFit: that printer holds another stock.
    """
    from printing.queue.delivery import stock_of  # loaded late: few acts need a way to a printer

    printer = session.get_one(Printer, printer_id)
    job = session.get_one(PrintJob, job_id, populate_existing=True)
    if job.state in NOT_YET_SENT and job.cleared_at is None:
        stock_of(job.document_kind, job.facts, printer)
    _start_over(session, job_id, NOT_YET_SENT, at, printer_id=printer_id)
    note(session, job_id, JobState.QUEUED, at, person_id, f"to {printer.name}")


def put_first(session: Session, job_id: int, *, person_id: int, at: datetime) -> None:
    """Let a waiting job be the next of its printer, before all others that wait.

    Raises:
        StateConflict: it does not wait.
    """
    job = session.get_one(PrintJob, job_id, populate_existing=True)
    turn = turn_before(session, job.printer_id)
    _move(session, job_id, WAITING, job.state, turn=turn, next_try_at=None)
    note(session, job_id, job.state, at, person_id, "next in its lane")


def pause(session: Session, printer_id: int) -> None:
    """Stop a printer's lane; the job being sent is not touched."""
    session.get_one(Printer, printer_id).is_paused = True


def resume(session: Session, printer_id: int, *, at: datetime) -> None:
    """Let a paused printer's lane go on: what waits counts as wanted from now."""
    session.get_one(Printer, printer_id).is_paused = False
    session.execute(
        sa.update(_job)
        .where(_job.c.printer_id == printer_id, _job.c.state.in_(WAITING))
        .values(waiting_since=at, next_try_at=None)
    )


def _why_no_copy(session: Session, job_id: int) -> str:
    job = session.execute(
        sa.select(_job.c.void_reason, _job.c.cleared_at).where(_job.c.id == job_id)
    ).one()
    return "void" if job.void_reason else CLEARED if job.cleared_at else ""


def _start_over(
    session: Session, job_id: int, allowed: tuple[JobState, ...], at: datetime, **values: Any
) -> None:
    # Whoever asks for a copy just now is wholly before us or after us.
    seen = session.get_one(PrintJob, job_id, populate_existing=True, with_for_update=True)
    if _why_no_copy(session, job_id) == CLEARED:
        raise PaperCleared(job_id)
    if session.scalar(sa.select(sa.exists().where(_job.c.reprint_of == job_id))):
        raise StateConflict(job_id, seen.state, "without a copy in its place")
    _move(
        session, job_id, allowed, JobState.QUEUED, reason="", detail="", attempts=0,
        next_try_at=None, waiting_since=at, closed_at=None, **values,
    )  # fmt: skip
    session.execute(sa.delete(_file).where(_file.c.job_id == job_id))


def _move(
    session: Session, job_id: int, allowed: tuple[JobState, ...], to: JobState, **values: Any
) -> None:
    changed = session.execute(
        sa.update(_job)
        .where(_job.c.id == job_id, _job.c.state.in_(allowed))
        .values(state=to, **values)
        .returning(_job.c.id)
    ).one_or_none()
    if changed is None:
        now = session.execute(sa.select(_job.c.state).where(_job.c.id == job_id)).scalar_one()
        raise StateConflict(job_id, now, " or ".join(allowed))
    session.expire_all()
