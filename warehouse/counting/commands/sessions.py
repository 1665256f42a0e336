"""Opening a count, starting it, ending it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome, Tone
from warehouse.counting.deciders import require_may_decide
from warehouse.counting.desk import accuracy_of
from warehouse.counting.models import (
    OPEN_SESSIONS,
    CountBin,
    CountSession,
    CountTake,
    CountWanted,
    LineState,
    SessionState,
)
from warehouse.counting.models import CountLine as Line
from warehouse.counting.opening import add_bins, make_session
from warehouse.counting.put_off import take_up_doubts
from warehouse.counting.scoping import Scope, choose
from warehouse.counting.settling import settle, sure_from
from warehouse.errors import InvalidInput, NotFound, RuleViolation, StaleScreen
from warehouse.inventory.models import Unfound
from warehouse.inventory.unfound import within_reach_again
from warehouse.people import trail
from warehouse.text import Text, say


@dataclass(frozen=True, kw_only=True)
class OpenCount(Command):
    """A count of what the scope says. `opened_for` names the day or event it is opened for once."""

    scope: Scope
    name: str = ""
    is_blind: bool = True
    starts: bool = False
    opened_for: str | None = None


@dataclass(frozen=True, kw_only=True)
class StartCount(Command):
    """Let the counters see the session."""

    session_id: int


@dataclass(frozen=True, kw_only=True)
class CancelCount(Command):
    """Give the session up; nothing of it is posted."""

    session_id: int
    note: str


@dataclass(frozen=True, kw_only=True)
class FinishCount(Command):
    """End the session as it stands: bins not counted stay as the book has them."""

    session_id: int
    note: str = ""


def open_count(session: Session, command: OpenCount) -> Outcome:
    """Make a session of the bins of the scope, under the site's rules of this moment.

    Raises:
        UnknownName: unknown codes. RuleViolation: nothing to count, all of it is being counted
        already, or the day or event has its session.
    """
    if command.opened_for and _is_opened(session, command.opened_for):
        raise RuleViolation(say("That count is open already."))
    chosen = choose(session, command.scope, command.at)
    if not chosen.bin_ids and chosen.elsewhere:
        raise RuleViolation(
            say("Another count has these bins: {bins}.", bins=", ".join(chosen.elsewhere[:20]))
        )
    if not chosen.bin_ids:
        raise RuleViolation(say("There is no bin to be counted."))
    count = make_session(session, command, command.scope.kind, name=command.name,
                         is_blind=command.is_blind,
                         asked={**_asked(command.scope), "elsewhere": list(chosen.elsewhere)},
                         opened_for=command.opened_for)  # fmt: skip
    if chosen.sku_ids is not None:
        count.is_by_sku = True
        session.execute(
            sa.insert(CountWanted),
            [{"session_id": count.id, "sku_id": sku_id} for sku_id in sorted(chosen.sku_ids)],
        )
    add_bins(session, count, chosen.bin_ids)
    if command.starts:
        _start(command, count)
    session.flush()
    trail.record(session, command, "count", count.id, "opened", bins=len(chosen.bin_ids))
    left = len(chosen.elsewhere)
    message = say("Count {number} has {bins} bins.", number=count.number, bins=len(chosen.bin_ids))
    if left:
        message = say("Count {number} has {bins} bins; {left} more are in another count.",
                      number=count.number, bins=len(chosen.bin_ids), left=left)  # fmt: skip
    return Outcome(
        screen="count", subject_id=count.id, message=message,
        tone=Tone.ATTENTION if left else Tone.OK,
        facts={"number": count.number, "elsewhere": list(chosen.elsewhere[:100])},
    )  # fmt: skip


def start_count(session: Session, command: StartCount) -> Outcome:
    """Begin the counting.

    Raises:
        StaleScreen: it has begun, or ended.
    """
    count = locked(session, command.session_id)
    if count.state is not SessionState.DRAFT:
        raise StaleScreen
    _start(command, count)
    session.flush()
    trail.record(session, command, "count", count.id, "started")
    message = say("Count {number} is at the counters' tablets.", number=count.number)
    return Outcome(screen="count", subject_id=count.id, message=message)


def cancel_count(session: Session, command: CancelCount) -> Outcome:
    """End the session without posting; what was counted stays readable.

    Raises:
        InvalidInput: no word why. RuleViolation: part of it is posted. StaleScreen: it has ended.
    """
    if not command.note.strip():
        raise InvalidInput(say("Say why."), field="note")
    count = locked(session, command.session_id)
    if count.state not in OPEN_SESSIONS:
        raise StaleScreen
    posted = sa.select(Line.id).where(Line.session_id == count.id, Line.state == LineState.POSTED)
    if session.execute(posted.limit(1)).first():
        raise RuleViolation(say("Part of this count is posted. Finish it instead."))
    end(session, command, count, SessionState.CANCELLED)
    trail.record(session, command, "count", count.id, "cancelled", note=command.note)
    message = say("Count {number} is cancelled.", number=count.number)
    return Outcome(screen="count", subject_id=count.id, message=message, tone=Tone.ATTENTION)


def finish_count(session: Session, command: FinishCount) -> Outcome:
    """End the session; differences nobody decided leave the book as it is, and are kept as such.

    So are lines whose goods moved whenever somebody looked: they prove nothing.

    Raises:
        StaleScreen: it has ended. RuleViolation: approved differences wait to be posted, or no
        word why it ends with others. Forbidden: as of keeping the book, lest a loss is hidden.
    """
    count = locked(session, command.session_id)
    if count.state not in OPEN_SESSIONS - {SessionState.DRAFT}:
        raise StaleScreen
    settle(session, command, count)
    approved = sa.select(Line.id).where(
        Line.session_id == count.id, Line.state == LineState.APPROVED
    )
    if session.execute(approved.limit(1)).first():
        until = sure_from(session, count, command.zone)
        if until:
            raise RuleViolation(
                say("Approved differences wait to be posted, which can be done from {time} on. Then"
                    " finish the count.", time=until)
            )  # fmt: skip
        raise RuleViolation(say("Approved differences wait to be posted. Post them first."))
    undecided = (LineState.LOOK, LineState.RECOUNT, LineState.DIFFERENT)
    different = session.scalars(
        sa.select(Line).where(
            Line.session_id == count.id, Line.state.in_(undecided), Line.gone + Line.found > 0
        )
    ).all()
    if different and not command.note.strip():
        raise RuleViolation(
            say("{lines} differences are not decided. Say why the count ends with them.",
                lines=len(different))
        )  # fmt: skip
    require_may_decide(session, command, count, different)
    session.execute(
        sa.update(Line)
        .where(Line.session_id == count.id, Line.state.in_(undecided))
        .values(state=LineState.KEPT, decided_by_id=command.actor.person_id, decided_at=command.at,
                note=command.note[:200])
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    end(session, command, count, SessionState.POSTED)
    trail.record(session, command, "count", count.id, "finished", note=command.note)
    unjudged = accuracy_of(session, count.id).lines_unjudged
    return Outcome(
        screen="count", subject_id=count.id,
        message=_finished(count, len(different), unjudged),
        tone=Tone.ATTENTION if different or unjudged else Tone.OK,
        facts={"differences": len(different), "unjudged": unjudged},
    )  # fmt: skip


def _finished(count: CountSession, different: int, unjudged: int) -> Text:
    if different and unjudged:
        return say(
            "Count {number} is finished. {lines} differences are not in the book; in {unjudged}"
            " more lines goods moved at every look, and nothing is proven.",
            number=count.number, lines=different, unjudged=unjudged,
        )  # fmt: skip
    if different:
        return say("Count {number} is finished. {lines} differences are not in the book.",
                   number=count.number, lines=different)  # fmt: skip
    if unjudged:
        return say("Count {number} is finished. In {unjudged} lines goods moved at every look:"
                   " nothing is proven of them.", number=count.number,
                   unjudged=unjudged)  # fmt: skip
    return say("Count {number} is finished.", number=count.number)


def locked(session: Session, session_id: int) -> CountSession:
    """Return the session, locked.

    Raises:
        NotFound: there is none of that id.
    """
    count = session.get(CountSession, session_id, with_for_update=True, populate_existing=True)
    if count is None:
        raise NotFound(say("count"), session_id)
    return count


def end(session: Session, command: Command, count: CountSession, state: SessionState) -> None:
    """Close the session: its bins are free for another count, passes under way are dropped.

    Doubts that came while it had the bins and that it did not look into are counted next.
    """
    count.state = state
    count.ended_at = command.at
    count.ended_by_id = command.actor.person_id
    bins = sa.select(CountBin.id).where(CountBin.session_id == count.id)
    session.execute(
        sa.update(CountTake)
        .where(CountTake.count_bin_id.in_(bins), CountTake.closed_at.is_(None))
        .values(closed_at=command.at, is_dropped=True)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        sa.update(CountBin)
        .where(CountBin.session_id == count.id)
        .values(is_live=False, taken_by_id=None)
        .execution_options(synchronize_session=False)
    )
    again = take_up_doubts(session, command, count)
    bins = sa.select(CountBin.bin_id).where(CountBin.session_id == count.id)
    within_reach_again(session, Unfound.bin_id.in_(bins), Unfound.bin_id.not_in(again))
    session.flush()


def _start(command: Command, count: CountSession) -> None:
    count.state = SessionState.COUNTING
    count.started_at = command.at


def _asked(scope: Scope) -> dict[str, object]:
    return {"codes": list(scope.codes), "zones": list(scope.zones), "by_value": scope.is_by_value}


def _is_opened(session: Session, opened_for: str) -> bool:
    query = sa.select(CountSession.id).where(CountSession.opened_for == opened_for)
    return session.execute(query).first() is not None
