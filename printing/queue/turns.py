"""Turns: the lowest of a lane goes first, of equal ones the oldest; everybody begins with 0."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.models import IN_LANE, WAITING, PrintJob, in_states
from warehouse.db import table_of

_job = table_of(PrintJob)


def turn_before(session: Session, printer_id: int | None) -> int:
    """Return a turn before all that wait for the printer."""
    first = session.scalar(
        sa.select(sa.func.min(_job.c.turn)).where(
            _job.c.printer_id == printer_id, in_states(IN_LANE), in_states(WAITING)
        )
    )
    return (first or 0) - 1
