"""Papers without a printer: they get the one their route leads to, once there is a route."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.models import UNASKED, JobState, Printer, PrintJob, PrintRoute
from printing.queue.claiming import STALE, STALE_AFTER
from warehouse.db import table_of

_job = table_of(PrintJob)
_route = table_of(PrintRoute)
_printer = table_of(Printer)
_UNASSIGNED = (_job.c.printer_id.is_(None), _job.c.state == JobState.QUEUED)
_LEADS = (
    _route.c.document_kind == _job.c.document_kind,
    sa.or_(_route.c.station_id == _job.c.station_id, _route.c.station_id.is_(None)),
)


@dataclass(frozen=True)
class Assigned:
    """How many papers go on, and how many wait for a word, as they have grown old."""

    going: int = 0
    held: int = 0


def can_assign(session: Session) -> bool:
    """Tell whether a route leads a job without a printer to one.

    A house that never prints some kind of paper has thousands of such jobs, and no route for them.
    """
    there = sa.select(_job.c.id).join(_route, sa.and_(*_LEADS)).where(*_UNASSIGNED).limit(1)
    return session.scalar(there) is not None


def assign_waiting(session: Session, *, at: datetime) -> Assigned:
    """Give jobs without a printer the one routed now.

    Those that waited long are set aside, as in a lane whose printer was away: nobody wants the
    slips of a month because there is a printer for slips from today on.
    """
    # A route of the station itself wins over the one for all stations.
    routed = (
        sa.select(_route.c.printer_id)
        .where(*_LEADS)
        .order_by(_route.c.station_id.is_(None))
        .limit(1)
        .correlate(_job)
        .scalar_subquery()
    )
    asked = sa.select(_printer.c.id).where(_printer.c.kind.not_in(UNASKED))
    is_stale = sa.and_(_job.c.waiting_since < at - STALE_AFTER, routed.in_(asked))
    now = sa.literal(at, _job.c.waiting_since.type)
    # One statement: who gives it to a printer, or takes it back, comes wholly before or after.
    states = session.scalars(
        sa.update(_job)
        .where(*_UNASSIGNED, sa.exists().where(*_LEADS))
        .values(
            printer_id=routed,
            state=sa.case((is_stale, JobState.HELD.value), else_=JobState.QUEUED.value),
            reason=sa.case((is_stale, STALE), else_=""),
            waiting_since=sa.case((is_stale, _job.c.waiting_since), else_=now),
        )
        .returning(_job.c.state)
    ).all()
    session.expire_all()
    held = sum(state is JobState.HELD for state in states)
    return Assigned(going=len(states) - held, held=held)
