"""Making a session and giving it bins; the day's own count of bins that somebody doubts."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin
from warehouse.commands import Command
from warehouse.counting.models import (
    CountBin,
    CountEvent,
    CountScope,
    CountSession,
    SessionState,
)
from warehouse.money import YUAN
from warehouse.numbers import next_number
from warehouse.people import trail
from warehouse.settings import load_settings


def make_session(
    session: Session,
    command: Command,
    kind: CountScope,
    *,
    name: str = "",
    is_blind: bool = True,
    asked: dict[str, object] | None = None,
    opened_for: str | None = None,
) -> CountSession:
    """Add a session without bins, under the site's rules of this moment."""
    rules = load_settings(session)
    day = command.at.astimezone(command.zone).strftime("%y%m%d")
    count = CountSession(
        number=f"PD{day}-{next_number(session, f'count-{day}'):02}",
        name=name[:200],
        scope=kind,
        asked=asked or {},
        opened_for=opened_for,
        is_blind=is_blind,
        is_by_sku=False,
        recount_pieces=rules.count_recount_pieces,
        recount_percent=rules.count_recount_percent,
        recount_fen=rules.count_recount_yuan * YUAN,
        limit_pieces=rules.count_limit_pieces,
        limit_percent=rules.count_limit_percent,
        limit_fen=rules.count_limit_yuan * YUAN,
        grace_s=rules.count_grace_s,
        opened_by_id=command.actor.person_id,
        opened_at=command.at,
    )
    session.add(count)
    session.flush()
    return count


def add_bins(
    session: Session, count: CountSession, bin_ids: Sequence[int], event: CountEvent | None = None
) -> None:
    """Add bins behind those the session has, in the order given."""
    last = session.scalar(
        sa.select(sa.func.max(CountBin.sequence)).where(CountBin.session_id == count.id)
    )
    session.execute(
        sa.insert(CountBin),
        [
            {"session_id": count.id, "bin_id": bin_id, "sequence": place, "event": event}
            for place, bin_id in enumerate(bin_ids, start=(last or 0) + 1)
        ],
    )


def todays_count(session: Session, command: Command) -> CountSession:
    """Return the day's open count of doubtful bins, opened now if there is none."""
    day = f"{command.at.astimezone(command.zone):%Y-%m-%d}"
    known = session.scalars(
        sa.select(CountSession)
        .where(CountSession.opened_for.like(f"events:{day}:%"))
        .order_by(CountSession.id.desc())
        .with_for_update()
    ).all()
    for count in known[:1]:
        if count.state in (SessionState.COUNTING, SessionState.REVIEW):
            return count
    count = make_session(
        session, command, CountScope.EVENT, opened_for=f"events:{day}:{len(known) + 1}"
    )
    count.state, count.started_at = SessionState.COUNTING, command.at
    session.flush()
    return count


def add_doubted(
    session: Session, command: Command, count: CountSession, place: Bin, event: CountEvent
) -> None:
    """Add a bin that somebody doubts to the day's count."""
    add_bins(session, count, [place.id], event)
    if count.state is SessionState.REVIEW:
        count.state, count.reviewed_at = SessionState.COUNTING, None
    session.flush()
    trail.record(session, command, "count", count.id, "doubted", bin=place.code)
