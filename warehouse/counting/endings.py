"""What a counter is told whose count has ended under his hands: how, and what is not kept."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin
from warehouse.counting.models import (
    OPEN_SESSIONS,
    CountBin,
    CountScan,
    CountSession,
    CountStray,
    CountTake,
    SessionState,
)
from warehouse.counting.queries import name_of
from warehouse.text import Text, say


def how_it_ended(session: Session, session_id: int, person_id: int) -> Text | None:
    """Return who ended the count, and the bin this counter had not closed; None if it goes on."""
    count = session.get(CountSession, session_id)
    if count is None or count.state in OPEN_SESSIONS:
        return None
    who = {"name": name_of(session, count.ended_by_id or 0), "number": count.number}
    lost = _left_open(session, count, person_id)
    if count.state is SessionState.CANCELLED:
        if lost is None:
            return say("{name} has cancelled count {number}.", **who)
        return say(
            "{name} has cancelled count {number}. What you scanned in {bin} is not kept.",
            bin=lost, **who,
        )  # fmt: skip
    if lost is None:
        return say("{name} has ended count {number}.", **who)
    return say(
        "{name} has ended count {number}. What you scanned in {bin} is not kept.", bin=lost, **who
    )


def _left_open(session: Session, count: CountSession, person_id: int) -> str | None:
    """Return the bin whose pass of this counter was dropped with the count, and had scans."""
    scanned = sa.or_(
        sa.exists().where(CountScan.take_id == CountTake.id, CountScan.undone_at.is_(None)),
        sa.exists().where(CountStray.take_id == CountTake.id, CountStray.undone_at.is_(None)),
    )
    return session.scalar(
        sa.select(Bin.code)
        .join(CountBin, CountBin.bin_id == Bin.id)
        .join(CountTake, CountTake.count_bin_id == CountBin.id)
        .where(
            CountBin.session_id == count.id,
            CountTake.person_id == person_id,
            CountTake.is_dropped,
            CountTake.closed_at == count.ended_at,
            scanned,
        )
        .limit(1)
    )
