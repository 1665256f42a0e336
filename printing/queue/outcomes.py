"""What is written about a job in a worker's hands: its bytes, that they leave, how it ended.

Each is one short transaction, guarded by the job's lease and tried as long as that is good.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents.text import clean
from printing.errors import DrawingDelayed, TransportError
from printing.models import WORKING, JobState, PrintEvent, PrintFile, PrintFlag, PrintJob
from printing.queue.asking import note
from printing.queue.claiming import LEASE, Claimed
from printing.queue.health import DETAIL_CHARS, keep_condition
from printing.queue.making import Made, stock_name
from printing.queue.patience import Clock, patiently
from printing.transports import Condition, Reason
from warehouse.db import Database, table_of

PAUSES_S = (2, 5, 15, 30, 60)
BUSY_PAUSE_S = 1
FLAG_CHARS = 200

_job = table_of(PrintJob)
_file = table_of(PrintFile)
_flag = table_of(PrintFlag)


@dataclass(frozen=True, kw_only=True)
class Printed:
    """How a job came out of `print_one`."""

    job_id: int
    state: JobState
    reason: str = ""


def keep(
    database: Database, claimed: Claimed, made: Made, clock: Clock, *, is_sending: bool
) -> Claimed | None:
    """Store the bytes, note that they may leave from now on, and return the job under a new lease.

    None when the lease is lost, or somebody has voided the paper since it was claimed: who voids
    it later comes after the first byte.
    """

    def write(session: Session) -> Claimed | None:
        at = clock()
        changed = session.execute(
            sa.update(_job)
            .where(_job.c.id == claimed.job_id, _job.c.lease_token == claimed.token)
            # Sending already: by ourselves, where a commit came through that seemed to fail.
            .where(_job.c.state.in_((*WORKING, JobState.SENDING)), _job.c.void_reason == "")
            .values(
                state=JobState.SENDING if is_sending else JobState.LEASED,
                first_byte_at=at if is_sending else None,
                lease_until=at + LEASE,
            )
            .returning(_job.c.id)
        ).one_or_none()
        if changed is None:
            return None
        if not made.is_kept:
            session.execute(sa.delete(_file).where(_file.c.job_id == claimed.job_id))
            session.execute(
                sa.insert(_file).values(
                    job_id=claimed.job_id,
                    media=stock_name(made.stock),
                    sha256=hashlib.sha256(made.pdf).hexdigest(),
                    content=made.pdf,
                    rendered_at=at,
                )
            )
            _flag_for_a_look(session, claimed.job_id, made.marked)
        return replace(claimed, until=at + LEASE)

    return patiently(database.transaction, write, until=claimed.until, clock=clock)


def _flag_for_a_look(session: Session, job_id: int, marked: str) -> None:
    """Say of a paper which characters it shows as marks; what is drawn anew is looked at anew."""
    session.execute(sa.delete(_flag).where(_flag.c.job_id == job_id))
    if marked:
        values = {"job_id": job_id, "characters": marked[:FLAG_CHARS]}
        session.execute(sa.insert(_flag).values(values))


def not_begun(database: Database, claimed: Claimed, clock: Clock) -> Printed | None:
    """Close a job that was voided while we drew it; None if another worker has it by now."""
    drop = partial(_dropped, claimed=claimed, at=clock())
    return patiently(database.transaction, drop, until=claimed.until, clock=clock)


def _dropped(session: Session, claimed: Claimed, at: datetime) -> Printed | None:
    """Cancel a job in our hands whose paper is void by now; None if it is not, or not ours.

    Only for a job of which no byte has left.
    """
    reason = session.execute(
        sa.update(_job)
        .where(_job.c.id == claimed.job_id, _job.c.lease_token == claimed.token)
        .where(_job.c.void_reason != "")
        .values(
            state=JobState.CANCELLED, reason="void", closed_at=at, first_byte_at=None,
            lease_token=None, lease_until=None,
        )
        .returning(_job.c.void_reason)
    ).scalar_one_or_none()  # fmt: skip
    if reason is None:
        return None
    note(session, claimed.job_id, JobState.CANCELLED, at, None, reason)
    return Printed(job_id=claimed.job_id, state=JobState.CANCELLED, reason="void")


def not_drawn(database: Database, claimed: Claimed, clock: Clock, error: DrawingDelayed) -> Printed:
    """Put a job back that nobody could draw just now; its printer has nothing to do with it."""
    at = clock()

    def write(session: Session) -> Printed:
        return _dropped(session, claimed, at) or _finish(
            session,
            claimed,
            JobState.QUEUED if claimed.pdf is None else JobState.READY,
            error.code,
            str(error),
            next_try_at=at + _pause(claimed),
        )

    return patiently(database.transaction, write, until=claimed.until, clock=clock)


def _pause(claimed: Claimed) -> timedelta:
    return timedelta(seconds=PAUSES_S[min(claimed.attempts, len(PAUSES_S)) - 1])


def not_sent(database: Database, claimed: Claimed, clock: Clock, error: TransportError) -> Printed:
    """Put a job back whose bytes never left; the printer is at fault, so its lane waits."""
    is_busy, is_fetched = error.reason == Reason.BUSY, error.reason == Reason.DOWNLOAD
    pause = timedelta(seconds=BUSY_PAUSE_S) if is_busy else _pause(claimed)
    at = clock()

    def write(session: Session) -> Printed:
        condition = Condition(reason=error.reason, detail=str(error))
        keep_condition(session, claimed.printer.id, at, condition, has_moved=is_fetched)
        # Whoever voids it just now comes wholly before us or finds it waiting.
        session.execute(sa.select(_job.c.id).where(_job.c.id == claimed.job_id).with_for_update())
        return _dropped(session, claimed, at) or _finish(
            session,
            claimed,
            # What a browser is to fetch waits aside, so that it stops nobody.
            JobState.HELD if is_fetched else JobState.READY,
            error.reason,
            str(error),
            next_try_at=None if is_fetched else at + pause,
            first_byte_at=None,
            # To wait one's turn is no try that failed.
            attempts=claimed.attempts - (1 if is_busy or is_fetched else 0),
        )

    return patiently(database.transaction, write, until=claimed.until, clock=clock)


def close(
    database: Database, claimed: Claimed, clock: Clock, state: JobState, reason: str, detail: str
) -> Printed:
    """Write how the job ended, and what that says of its printer."""
    at = clock()
    times = {JobState.SENT: {"sent_at": at}, JobState.FAILED: {"closed_at": at}}.get(state, {})

    def write(session: Session) -> Printed:
        if state is not JobState.FAILED:
            condition = Condition(reason=reason, detail=detail)
            is_sent = state is JobState.SENT
            keep_condition(session, claimed.printer.id, at, condition, has_moved=is_sent)
        printed = _finish(session, claimed, state, reason, detail, next_try_at=None, **times)
        if printed.state is state and state is not JobState.SENT:
            text = clean(detail, DETAIL_CHARS)
            session.execute(
                sa.insert(PrintEvent).values(job_id=claimed.job_id, state=state, at=at, note=text)
            )
        return printed

    return patiently(database.transaction, write, until=claimed.until, clock=clock)


def _finish(
    session: Session,
    claimed: Claimed,
    state: JobState,
    reason: str,
    detail: str,
    **values: Any,
) -> Printed:
    """Write the outcome, unless the job left our hands meanwhile; return how it stands."""
    changed = session.execute(
        sa.update(_job)
        .where(_job.c.id == claimed.job_id, _job.c.lease_token == claimed.token)
        .values(
            lease_token=None, lease_until=None, state=state, reason=reason,
            detail=clean(detail, DETAIL_CHARS), **values,
        )
        .returning(_job.c.id)
    ).one_or_none()  # fmt: skip
    if changed is None:
        now = sa.select(_job.c.state, _job.c.reason).where(_job.c.id == claimed.job_id)
        state, reason = session.execute(now).one()
    return Printed(job_id=claimed.job_id, state=state, reason=reason)
