"""Whose turn it is: the first job of each printer's lane, taken by one statement under a lease."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from printing.models import (
    BLOCKING,
    IN_LANE,
    UNASKED,
    WAITING,
    WORKING,
    JobState,
    Printer,
    PrinterKind,
    PrintFile,
    PrintJob,
    in_states,
)
from printing.queue.holders import new_token
from printing.transports import Reason
from warehouse.db import table_of

LEASE = timedelta(minutes=5)  # longer than the longest rendering and sending together
STALE_AFTER = timedelta(minutes=15)
STALE = "stale"
# No lease and no pause ends so far ahead, be two workers' clocks minutes apart.
CLOCK_SET_BACK = 2 * LEASE

_job = table_of(PrintJob)
_file = table_of(PrintFile)
_printer = table_of(Printer)
IN_TURN = (_job.c.turn, _job.c.id)
# In whose hands a paper is that somebody fetched is no question of the lane: the next can be drawn.
_STOPS = sa.or_(
    in_states((*WORKING, JobState.SENDING)),
    sa.and_(in_states((JobState.UNKNOWN,)), _printer.c.kind != PrinterKind.DOWNLOAD),
)


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A job in this worker's hands until its lease ends."""

    job_id: int
    token: str
    until: datetime  # its lease ends
    kind: str
    part: int
    facts: Any
    attempts: int
    printer: Printer
    pdf: bytes | None
    media: str


def claim(session: Session, printer_id: int, *, at: datetime) -> Claimed | None:
    """Take the first job of the printer's lane under a lease, None if it must wait.

    First, leases that ran out are resolved: what was being rendered waits again, what was being
    sent is unknown from now on. Jobs that grew old while the printer was away are held for a
    person to look at.
    """
    # One claim at a time: somebody may put a job before the one another worker is just taking.
    printer = session.get(Printer, printer_id, with_for_update={"key_share": True})
    if printer is None:
        return None
    # Of a paused printer too: whether a paper came out must be asked, whoever prints the next.
    _resolve_expired(session, printer_id, at)
    if printer.is_paused:
        return None
    hold_stale(session, printer, at)
    lane = sa.and_(_job.c.printer_id == printer_id, in_states(IN_LANE))
    stopping = sa.select(_job.c.id).join(_printer, _printer.c.id == _job.c.printer_id)
    if session.scalar(stopping.where(lane, _STOPS).limit(1)):
        return None
    token = new_token()
    row = session.execute(_leasing(printer_id, token, at)).one_or_none()
    if row is None:
        return None
    kept = session.execute(
        sa.select(_file.c.content, _file.c.media).where(_file.c.job_id == row.id)
    ).one_or_none()
    session.expunge(printer)
    return Claimed(
        job_id=row.id,
        token=token,
        until=at + LEASE,
        kind=row.document_kind,
        part=row.part,
        facts=row.facts,
        attempts=row.attempts,
        printer=printer,
        pdf=kept.content if kept else None,
        media=kept.media if kept else "",
    )


def _leasing(printer_id: int, token: str, at: datetime) -> ReturningUpdate[Any]:
    """Return the statement that takes the first waiting job of the lane, if its time has come."""
    first = (
        sa.select(_job.c.id)
        .where(_job.c.printer_id == printer_id, in_states(IN_LANE), in_states(WAITING))
        .order_by(*IN_TURN)
        .limit(1)
        .scalar_subquery()
    )
    return (
        sa.update(_job)
        .where(
            _job.c.id == first,
            # Whoever gives it to another printer just now comes wholly before us or after us.
            _job.c.printer_id == printer_id,
            _job.c.state.in_(WAITING),
            sa.or_(_job.c.next_try_at.is_(None), _is_over(_job.c.next_try_at, at)),
        )
        .values(
            state=sa.case(
                (_job.c.state == JobState.READY, sa.literal(JobState.LEASED.value)),
                else_=sa.literal(JobState.RENDERING.value),
            ),
            lease_token=token,
            lease_until=at + LEASE,
            attempts=_job.c.attempts + 1,
        )
        .returning(_job.c.id, _job.c.document_kind, _job.c.part, _job.c.facts, _job.c.attempts)
    )


def due(session: Session, at: datetime) -> list[int]:
    """Return the ids of printers whose lane may move now; paused ones only to resolve a lease."""
    lane = (_job.c.printer_id == _printer.c.id, in_states(IN_LANE))
    is_stuck = sa.exists().where(*lane, _STOPS)
    is_expired = sa.exists().where(*lane, in_states(BLOCKING), _is_over(_job.c.lease_until, at))
    now = sa.literal(at, _job.c.next_try_at.type)
    next_try = (
        sa.select(sa.func.coalesce(_job.c.next_try_at, now))
        .where(*lane, in_states(WAITING))
        .order_by(*IN_TURN)
        .limit(1)
        .correlate(_printer)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(_printer.c.id)
        .where(
            sa.or_(
                is_expired,
                sa.and_(sa.not_(_printer.c.is_paused), sa.not_(is_stuck), _is_over(next_try, at)),
            ),
        )
        .order_by(_printer.c.id)
    )
    return list(rows.scalars())


def _is_over(until: sa.ColumnElement[datetime], at: datetime) -> sa.ColumnElement[bool]:
    """Tell whether an instant has passed, or lies so far ahead that a clock was set back since."""
    return sa.or_(until <= at, until > at + CLOCK_SET_BACK)


def _resolve_expired(session: Session, printer_id: int, at: datetime) -> None:
    mine = (_job.c.printer_id == printer_id, _is_over(_job.c.lease_until, at))
    for states, to, reason in (
        ((JobState.RENDERING,), JobState.QUEUED, ""),
        ((JobState.LEASED,), JobState.READY, ""),
        ((JobState.SENDING,), JobState.UNKNOWN, Reason.NO_ANSWER),
    ):
        session.execute(
            sa.update(_job)
            .where(*mine, _job.c.state.in_(states))
            .values(state=to, reason=reason, lease_token=None, lease_until=None)
        )


def hold_stale(session: Session, printer: Printer, at: datetime) -> None:
    """Set aside what grew old while the printer was away: does anybody still want it?"""
    if printer.kind in UNASKED:
        return
    cutoff = at - STALE_AFTER
    if printer.last_seen_at is not None and printer.last_seen_at >= cutoff:
        return  # its lane is long, not interrupted
    session.execute(
        sa.update(_job)
        .where(
            _job.c.printer_id == printer.id,
            _job.c.state.in_(WAITING),
            _job.c.waiting_since < cutoff,
        )
        .values(state=JobState.HELD, reason=STALE, next_try_at=None)
    )
