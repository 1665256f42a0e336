"""What was in somebody's hand while a bin was counted: found out a moment later, asked again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Actor, Command, Outcome, execute, new_id
from warehouse.counting.closing import bin_state, refresh
from warehouse.counting.doubled import doubled
from warehouse.counting.figures import show_sound
from warehouse.counting.hands import hands_since
from warehouse.counting.models import (
    BinState,
    CountBin,
    CountEntry,
    CountLine,
    CountSession,
    CountUnknown,
    CountWanted,
    LineState,
    SessionState,
)
from warehouse.counting.moved import CORRECTIONS, SET_RIGHT, Moved, moved_since
from warehouse.counting.rules import MOST_LOOKS
from warehouse.db import Database
from warehouse.inventory.models import StockBalance
from warehouse.text import say

STARTING_S = 5  # a move may carry an earlier instant than the lines it came after
UNSURE = frozenset({LineState.AGREED, LineState.RECOUNT, LineState.DIFFERENT, LineState.APPROVED})


@dataclass(frozen=True, kw_only=True)
class SettleCount(Command):
    """See which lines of a session moved right after they were counted."""

    session_id: int


def settle_count(session: Session, command: SettleCount) -> Outcome:
    """Ask those lines again, and be sure of the others that were closed long enough ago."""
    count = session.get_one(CountSession, command.session_id, with_for_update=True,
                            populate_existing=True)  # fmt: skip
    again = settle(session, command, count)
    message = say("{lines} lines moved while they were counted; they are asked again.", lines=again)
    return Outcome(screen="count", subject_id=count.id, message=message, facts={"again": again})


def settle(session: Session, command: Command, count: CountSession) -> int:
    """Settle lines that were closed longer ago than the grace; return how many are asked again.

    A line is asked again when goods of it were booked or taken into a hand within the grace, as
    they may have been on their way when the shelf was counted: what is on its way hides a
    difference as well as it makes one, however often it was looked at.
    And when the book was set right after the closing of a difference: it must not be set right
    twice. Of a known piece seen in two bins both lines are asked again, until both were looked at
    often enough.
    """
    due = command.at - timedelta(seconds=count.grace_s)
    rows = list(_moved_lines(session, count, due))
    again = sorted({*(_doubtful(session, count, rows) if rows else ()),
                    *_taken_up(session, count, due),
                    *_seen_twice(session, count, due)})  # fmt: skip
    if again:
        ask_again(session, command, count, again, LineState.LOOK, is_disturbed=True)
    session.execute(
        sa.update(CountLine)
        .where(
            CountLine.session_id == count.id,
            ~CountLine.is_settled,
            CountLine.state.in_(UNSURE),
            CountLine.counted_at <= due,
        )
        .values(is_settled=True)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    return len(again)


def sure_from(session: Session, count: CountSession, zone: tzinfo) -> str:
    """Return the time of day from which all that is approved may be posted, "" if it may be now."""
    last = session.scalar(
        sa.select(sa.func.max(CountLine.counted_at)).where(
            CountLine.session_id == count.id,
            CountLine.state == LineState.APPROVED,
            ~CountLine.is_settled,
        )
    )
    if last is None:
        return ""
    return f"{(last + timedelta(seconds=count.grace_s + 1)).astimezone(zone):%H:%M:%S}"


def ask_again(
    session: Session,
    command: Command,
    count: CountSession,
    line_ids: Sequence[int],
    state: LineState,
    *,
    is_disturbed: bool = False,
) -> None:
    """Ask for the lines once more; `is_disturbed`: their last look tells nothing.

    It counts as a decision of nobody: whoever decides has to have seen it.
    """
    session.flush()
    newest = (
        sa.select(sa.func.max(CountEntry.id))
        .where(CountEntry.line_id.in_(line_ids))
        .group_by(CountEntry.line_id)
    )
    if is_disturbed:
        session.execute(
            sa.update(CountEntry)
            .where(CountEntry.id.in_(newest))
            .values(is_disturbed=True)
            .execution_options(synchronize_session=False)
        )
    session.execute(
        sa.update(CountLine)
        .where(CountLine.id.in_(line_ids))
        .values(state=state, decided_by_id=None, decided_at=command.at, is_settled=False)
        .execution_options(synchronize_session=False)
    )
    show_sound(session, line_ids)
    bins = sa.select(CountLine.count_bin_id).where(CountLine.id.in_(line_ids))
    session.execute(
        sa.update(CountBin)
        .where(CountBin.id.in_(bins), CountBin.state == BinState.COUNTED)
        .values(state=bin_state())
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    refresh(session, command, count)


def look_for(
    session: Session,
    command: Command,
    count: CountSession,
    place: CountBin,
    sku_id: int,
    found_by: int,
) -> bool:
    """Have a SKU looked for in a bin that was counted; tell whether it is.

    Not if the count is of other goods, or what was counted of it is posted, or kept as the book
    has it.
    """
    if count.is_by_sku and session.get(CountWanted, (count.id, sku_id)) is None:
        return False
    lines = session.scalars(
        sa.select(CountLine).where(CountLine.count_bin_id == place.id, CountLine.sku_id == sku_id)
    ).all()
    if not lines:
        line = CountLine(
            session_id=count.id, count_bin_id=place.id, bin_id=place.bin_id,
            sku_id=sku_id, state=LineState.LOOK, counted=0, book=0, variance=0, changes=0,
            counted_at=command.at, counted_by_id=found_by, looks=0,
        )  # fmt: skip
        session.add(line)
        session.flush()
        lines = [line]
    waiting = [x.id for x in lines if x.state not in (LineState.POSTED, LineState.KEPT)]
    if waiting:
        ask_again(session, command, count, waiting, LineState.LOOK, is_disturbed=True)
    return bool(waiting)


def look_for_resolved(
    session: Session, command: Command, count: CountSession, place: CountBin, since: datetime
) -> None:
    """Have looked for what unknown codes in the bin turned out to be while it was counted.

    Its counter saw the code and not the goods: these are in no number of his pass.
    """
    resolved = session.scalars(
        sa.select(CountUnknown)
        .where(CountUnknown.count_bin_id == place.id, CountUnknown.resolved_at >= since)
        .order_by(CountUnknown.id)
    )
    for unknown in resolved.all():
        if unknown.sku_id is not None:
            look_for(session, command, count, place, unknown.sku_id, unknown.person_id)


def _moved_lines(session: Session, count: CountSession, due: datetime) -> Iterable[Any]:
    """Return the lines whose balance has changed since they were closed, and that matter."""
    changes = sa.func.coalesce(StockBalance.changes, 0)
    return session.execute(
        sa.select(
            CountLine.id, CountLine.bin_id, CountLine.sku_id, CountLine.counted_at,
            CountLine.is_settled, CountLine.state,
            (changes - CountLine.changes).label("moved"),
        )
        .outerjoin(
            StockBalance,
            sa.and_(
                StockBalance.bin_id == CountLine.bin_id, StockBalance.sku_id == CountLine.sku_id
            ),
        )
        .where(
            CountLine.session_id == count.id,
            CountLine.state.in_(UNSURE),
            changes != CountLine.changes,
            sa.or_(
                sa.and_(~CountLine.is_settled, CountLine.counted_at <= due),
                CountLine.state.in_((LineState.DIFFERENT, LineState.APPROVED)),
            ),
        )
    )  # fmt: skip


def _taken_up(session: Session, count: CountSession, due: datetime) -> Iterable[int]:
    """Yield the lines of which some went in or out of a hand right after they were closed.

    Nothing is booked by that: an arm that was full when the shelf was counted is seen only here.
    """
    lines = session.execute(
        sa.select(CountLine.id, CountLine.bin_id, CountLine.sku_id, CountLine.counted_at).where(
            CountLine.session_id == count.id,
            CountLine.state.in_(UNSURE),
            ~CountLine.is_settled,
            CountLine.counted_at <= due,
        )
    ).all()
    if not lines:
        return
    since = min(line.counted_at for line in lines)
    hands = hands_since(session, sorted({line.bin_id for line in lines}), since)
    grace = timedelta(seconds=count.grace_s)
    for line in lines:
        there = hands.of(line.bin_id, line.sku_id)
        if any(hand.was_filled_around(line.counted_at, grace) for hand in there):
            yield line.id


def _seen_twice(session: Session, count: CountSession, due: datetime) -> set[int]:
    """Return the lines that saw a known piece another line of the count saw too."""
    found: set[int] = set()
    for pair in doubled(session, count.id):
        both = (pair.line, pair.other)
        is_new = any(not x.is_settled and x.counted_at <= due for x in both)
        if pair.is_seen and is_new and min(x.looks for x in both) < MOST_LOOKS:
            found.update(x.id for x in both if x.state in UNSURE)
    return found


def _doubtful(session: Session, count: CountSession, rows: Sequence[Any]) -> list[int]:
    slack = timedelta(seconds=STARTING_S)
    since = min(row.counted_at for row in rows) - slack
    moved = moved_since(session, sorted({row.bin_id for row in rows}), since)
    grace = timedelta(seconds=count.grace_s)
    return [
        row.id
        for row in rows
        if _is_doubtful(row, moved.get((row.bin_id, row.sku_id)), grace, slack)
    ]


def _is_doubtful(row: Any, moved: Moved | None, grace: timedelta, slack: timedelta) -> bool:
    if moved is None or len(moved.commands) < row.moved:
        return True  # it moved before it was counted, by the clock: that was set back
    since = row.counted_at - slack
    last = set(moved.commands[-row.moved :])
    after = [
        move
        for move, command in zip(moved.moves, moved.of_command, strict=True)
        if move[0] > since or command in last
    ]
    is_different = row.state in (LineState.DIFFERENT, LineState.APPROVED)
    if is_different and any(why in SET_RIGHT for _, _, why in after):
        return True
    if row.is_settled:
        return False
    return any(why not in CORRECTIONS and at <= row.counted_at + grace for at, _, why in after)


def settle_due(database: Database, *, actor: Actor, at: datetime) -> int:
    """Settle every session that has lines closed longer ago than its grace; return how many had."""
    with database.reading() as session:
        waiting = session.execute(
            sa.select(
                CountSession.id,
                CountSession.grace_s,
                sa.func.min(CountLine.counted_at).label("oldest"),
            )
            .join(CountLine, CountLine.session_id == CountSession.id)
            .where(
                CountSession.state.in_((SessionState.COUNTING, SessionState.REVIEW)),
                ~CountLine.is_settled,
                CountLine.state.in_(UNSURE),
            )
            .group_by(CountSession.id, CountSession.grace_s)
        ).all()
    due = [row.id for row in waiting if row.oldest <= at - timedelta(seconds=row.grace_s)]
    for session_id in due:
        command = SettleCount(id=new_id(), actor=actor, at=at, session_id=session_id)
        execute(database, settle_count, command)
    return len(due)
