"""How long papers are kept: names and addresses go on time, the row, its number and hash stay."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.models import (
    WAITING,
    WORKING,
    JobState,
    PrintEvent,
    PrintFile,
    PrintFlag,
    PrintJob,
    ReadyFile,
)
from warehouse.db import table_of

# Their facts and bytes tell who lives where.
PERSONAL = ("waybill", "packing_slip", "return_label", "carton_label", "ready_label")
CLEARED = "cleared"
NOTE = "names and addresses removed"
LOT = 200

_job = table_of(PrintJob)
_file = table_of(PrintFile)
_flag = table_of(PrintFlag)
_UNWANTED = (*WAITING, JobState.HELD)  # by now nobody waits for them any more


def clear(session: Session, *, before: datetime, at: datetime, most: int = LOT) -> int:
    """Remove facts and bytes of personal papers asked for before an instant; return how many.

    At most so many at a time, so that a scan never waits long for it. What still waited is
    cancelled; what a worker has in hand comes with the next lot. Nothing brings a content back.
    """
    _forget_ready(session, before, most)
    ids = session.scalars(
        sa.select(_job.c.id)
        .where(
            _job.c.document_kind.in_(PERSONAL),
            _job.c.cleared_at.is_(None),
            _job.c.queued_at < before,
            _job.c.state.not_in((*WORKING, JobState.SENDING)),
        )
        .limit(most)
        .with_for_update()
    ).all()
    if not ids:
        return 0
    session.execute(sa.update(_file).where(_file.c.job_id.in_(ids)).values(content=b""))
    session.execute(sa.delete(_flag).where(_flag.c.job_id.in_(ids)))
    is_unwanted = _job.c.state.in_(_UNWANTED)
    closed = sa.literal(at, _job.c.closed_at.type)
    rows = session.execute(
        sa.update(_job)
        .where(_job.c.id.in_(ids))
        .values(
            facts={}, detail="", cleared_at=at, next_try_at=None,
            state=sa.case((is_unwanted, JobState.CANCELLED.value), else_=_job.c.state),
            reason=sa.case((is_unwanted, CLEARED), else_=_job.c.reason),
            closed_at=sa.case((is_unwanted, closed), else_=_job.c.closed_at),
        )
        .returning(_job.c.id, _job.c.state)
    ).all()  # fmt: skip
    session.execute(
        sa.insert(PrintEvent),
        [{"job_id": r.id, "state": r.state, "at": at, "note": NOTE} for r in sorted(rows)],
    )
    return len(rows)


def _forget_ready(session: Session, before: datetime, most: int) -> None:
    """Remove carriers' own labels taken in before an instant: they tell who lives where too."""
    old = sa.select(ReadyFile.sha256).where(ReadyFile.stored_at < before).limit(most)
    session.execute(
        sa.delete(ReadyFile)
        .where(ReadyFile.sha256.in_(old))
        .execution_options(synchronize_session=False)
    )
