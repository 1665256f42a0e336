"""Deciding about differences: approved with a reason, asked again, or the book left as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Barcode, BarcodeKind, Sku
from warehouse.catalog.queries import sku_named, sku_out_of_use
from warehouse.commands import Command, Outcome, Tone
from warehouse.counting.closing import bin_state, refresh
from warehouse.counting.commands.sessions import locked
from warehouse.counting.deciders import require_may_decide
from warehouse.counting.figures import sound
from warehouse.counting.models import (
    BinState,
    CountBin,
    CountEntry,
    CountLine,
    CountSession,
    CountTake,
    CountUnknown,
    DifferenceReason,
    LineState,
    SessionState,
)
from warehouse.counting.moved import SET_RIGHT, moved_since
from warehouse.counting.put_off import within_reach
from warehouse.counting.queries import open_take
from warehouse.counting.rules import MOST_LOOKS
from warehouse.counting.settling import ask_again, look_for
from warehouse.errors import (
    InvalidInput,
    NotFound,
    RuleViolation,
    StaleScreen,
    UnknownName,
)
from warehouse.inventory.refusals import require_pieces
from warehouse.people import trail
from warehouse.text import say

DECIDABLE = frozenset({LineState.DIFFERENT, LineState.RECOUNT, LineState.APPROVED, LineState.KEPT})
APPROVABLE = frozenset({LineState.DIFFERENT, LineState.RECOUNT, LineState.LOOK})
KEEPABLE = DECIDABLE | {LineState.LOOK}  # where goods never stand still, somebody must end it
MOST_LINES = 5_000  # decided at once


@dataclass(frozen=True, kw_only=True)
class ApproveLines(Command):
    """The shelf is right: the book will be set to it. All that are different, if none are named.

    `seen_at`: when the lines were shown; what was counted since is not what was approved.
    """

    session_id: int
    line_ids: tuple[int, ...] = ()
    reason: DifferenceReason
    note: str = ""
    seen_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class KeepBook(Command):
    """The difference is not believed: the book stays."""

    session_id: int
    line_ids: tuple[int, ...]
    note: str
    seen_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AskAgain(Command):
    """The lines are to be counted once more, by another person than before."""

    session_id: int
    line_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class ResolveUnknown(Command):
    """An unknown code is a barcode of this SKU from now on, and the bin is asked again."""

    unknown_id: int
    sku_code: str
    pieces: int = 1


def approve_lines(session: Session, command: ApproveLines) -> Outcome:
    """Approve differences; nobody approves what he counted himself.

    Where goods moved at every one of three looks or more, what stands there is the word of who
    approves it, and posted whatever moves.

    Raises:
        Forbidden: they go beyond what this person may approve, or he counted one of them.
        RuleViolation: one of them is not to be decided, has no difference, or was counted again
            since it was shown; nothing is approved.
    """
    count = _open(session, command.session_id)
    lines = _lines(session, count, command.line_ids, APPROVABLE)
    _require_seen(session, command, count, lines)
    _require_difference(lines)
    _require_not_set_right(session, lines)
    require_may_decide(session, command, count, lines)
    for line in lines:
        line.reason = command.reason
        line.is_settled = line.is_settled or line.state is LineState.LOOK
        _decide(command, line, LineState.APPROVED, command.note)
    trail.record(
        session,
        command,
        "count",
        count.id,
        "approved",
        lines=len(lines),
        reason=command.reason.value,
    )
    _see_to_bins(session, command, count, lines)
    message = say("{lines} differences approved.", lines=len(lines))
    return Outcome(screen="count", subject_id=count.id, message=message)


def keep_book(session: Session, command: KeepBook) -> Outcome:
    """Leave the book of these lines as it is, and ask for them no more.

    Raises:
        InvalidInput: no word why. RuleViolation: one of them is not to be decided, or was counted
            again since it was shown. Forbidden: as of approving, lest a loss is hidden.
    """
    if not command.note.strip():
        raise InvalidInput(say("Say why."), field="note")
    count = _open(session, command.session_id)
    lines = _lines(session, count, command.line_ids, KEEPABLE)
    _require_seen(session, command, count, lines)
    require_may_decide(session, command, count, lines)
    for line in lines:
        _decide(command, line, LineState.KEPT, command.note)
    session.flush()
    within_reach(session, count)
    trail.record(
        session, command, "count", count.id, "kept", lines=len(lines), note=command.note[:200]
    )
    _see_to_bins(session, command, count, lines)
    message = say("The book stays in {lines} lines.", lines=len(lines))
    return Outcome(screen="count", subject_id=count.id, message=message, tone=Tone.ATTENTION)


def ask_lines_again(session: Session, command: AskAgain) -> Outcome:
    """Ask for lines once more; the next counter is another person.

    Raises:
        RuleViolation: one of them is posted, or asked again already.
    """
    count = _open(session, command.session_id)
    lines = _lines(session, count, command.line_ids, DECIDABLE | {LineState.AGREED})
    ask_again(session, command, count, [line.id for line in lines], LineState.RECOUNT)
    trail.record(session, command, "count", count.id, "asked_again", lines=len(lines))
    _see_to_bins(session, command, count, lines)
    message = say("{lines} lines are asked again, of another person.", lines=len(lines))
    return Outcome(screen="count", subject_id=count.id, message=message)


def resolve_unknown(session: Session, command: ResolveUnknown) -> Outcome:
    """Keep the code as a barcode of the SKU, and have somebody look at that SKU in the bin.

    Raises:
        NotFound: no such code. UnknownName: no such SKU. StaleScreen: it is resolved.
        RuleViolation: the code is a barcode of other goods by now. OutOfUse: the SKU is.
    """
    unknown = session.get(CountUnknown, command.unknown_id, with_for_update=True,
                          populate_existing=True)  # fmt: skip
    if unknown is None:
        raise NotFound(say("unknown code"), command.unknown_id)
    if unknown.resolved_at is not None:
        raise StaleScreen
    require_pieces(command.pieces)
    sku = sku_named(session, command.sku_code)
    if sku is None:
        raise UnknownName(say("There is no SKU with this code."), field="sku")
    if not sku.is_active:
        raise sku_out_of_use(sku.code)
    count = locked(session, unknown.session_id)
    _keep_barcode(session, unknown.code, sku, command.pieces)
    unknown.sku_id = sku.id
    unknown.resolved_by_id = command.actor.person_id
    unknown.resolved_at = command.at
    session.flush()
    if count.state in (SessionState.COUNTING, SessionState.REVIEW):
        _have_it_looked_for(session, command, count, unknown, sku.id)
    trail.record(session, command, "count", count.id, "resolved", code=unknown.code, sku=sku.id)
    message = say("{code} is {sku} from now on.", code=unknown.code, sku=sku.code)
    return Outcome(screen="count", subject_id=count.id, message=message)


def _open(session: Session, session_id: int) -> CountSession:
    count = locked(session, session_id)
    if count.state not in (SessionState.COUNTING, SessionState.REVIEW):
        raise RuleViolation(say("Count {number} has ended.", number=count.number))
    return count


def _lines(
    session: Session,
    count: CountSession,
    line_ids: Sequence[int],
    allowed: set[LineState] | frozenset[LineState],
) -> list[CountLine]:
    """Return the lines locked; all that are different if none are named.

    Raises:
        RuleViolation: none, too many, or one that has gone on meanwhile.
    """
    query = sa.select(CountLine).where(CountLine.session_id == count.id).order_by(CountLine.id)
    if line_ids:
        query = query.where(CountLine.id.in_(line_ids))
    else:
        query = query.where(CountLine.state == LineState.DIFFERENT)
    query = query.limit(MOST_LINES).with_for_update()
    found = list(session.scalars(query.execution_options(populate_existing=True)))
    if not found or (line_ids and len(found) != len(set(line_ids))):
        raise RuleViolation(say("There is nothing to decide. Look again."))
    if any(line.state not in allowed for line in found):
        raise RuleViolation(say("Some of these lines have gone on meanwhile. Look again."))
    return found


def _require_seen(
    session: Session,
    command: ApproveLines | KeepBook,
    count: CountSession,
    lines: Sequence[CountLine],
) -> None:
    """Refuse lines that were counted, corrected, decided or asked again since they were shown."""
    if command.seen_at is None:
        return
    since = (
        sa.select(CountEntry.line_id)
        .join(CountTake, CountTake.id == CountEntry.take_id)
        .join(CountBin, CountBin.id == CountTake.count_bin_id)
        .where(CountBin.session_id == count.id, CountTake.closed_at > command.seen_at)
    )
    late = set(session.scalars(since))
    if any(line.id in late or _changed_at(line) > command.seen_at for line in lines):
        raise RuleViolation(say("Some of these lines have gone on meanwhile. Look again."))


def _changed_at(line: CountLine) -> datetime:
    at: datetime = line.counted_at
    return max(at, line.decided_at or at)


def _require_difference(lines: Sequence[CountLine]) -> None:
    """Refuse lines without a difference, and those whose goods may yet stand still at a look."""
    same = sum(not line.gone + line.found for line in lines)
    if same:
        raise RuleViolation(
            say("{lines} of these lines have no difference. There is nothing to approve in them.",
                lines=same)
        )  # fmt: skip
    moved = sum(line.state is LineState.LOOK and line.looks < MOST_LOOKS for line in lines)
    if moved:
        raise RuleViolation(
            say("Goods of {lines} of these lines moved while they were counted. Have them counted"
                " again; after three looks you may decide.", lines=moved)
        )  # fmt: skip


def _require_not_set_right(session: Session, lines: Sequence[CountLine]) -> None:
    """Refuse lines that show an earlier look, as goods moved, if the book was set right since."""
    waiting = {line.id: line for line in lines if line.state is LineState.LOOK}
    rows = session.execute(
        sa.select(CountEntry.line_id, sa.func.max(CountTake.closed_at).label("at"))
        .join(CountTake, CountTake.id == CountEntry.take_id)
        .where(CountEntry.line_id.in_(waiting), sound())
        .group_by(CountEntry.line_id)
    )
    shown: dict[int, datetime] = {row.line_id: row.at for row in rows}
    if not shown:
        return
    moved = moved_since(session, [waiting[x].bin_id for x in shown], min(shown.values()))
    for line_id, at in shown.items():
        there = moved.get((waiting[line_id].bin_id, waiting[line_id].sku_id))
        if there and any(why in SET_RIGHT and when > at for when, _, why in there.moves):
            raise RuleViolation(
                say("The book of some of these lines was set right since they were counted. Have"
                    " them counted again.")
            )  # fmt: skip


def _decide(command: Command, line: CountLine, state: LineState, note: str) -> None:
    line.state = state
    line.note = note.strip()[:200]
    line.decided_by_id = command.actor.person_id
    line.decided_at = command.at


def _see_to_bins(
    session: Session, command: Command, count: CountSession, lines: Sequence[CountLine]
) -> None:
    """Bring bins that nobody is at up to date with their lines, and the session with them.

    Who is only on the way to a bin of which nothing is asked any more need not come.
    """
    session.flush()
    bins = {line.count_bin_id for line in lines}
    open_pass = sa.exists().where(
        CountTake.count_bin_id == CountBin.id, CountTake.closed_at.is_(None)
    )
    session.execute(
        sa.update(CountBin)
        .where(
            CountBin.id.in_(bins),
            CountBin.state == BinState.TAKEN,
            CountBin.counted_at.is_not(None),
            ~open_pass,
            bin_state() == BinState.COUNTED.value,
        )
        .values(state=BinState.COUNTED, taken_by_id=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        sa.update(CountBin)
        .where(
            CountBin.id.in_(bins),
            CountBin.state.in_((BinState.AGAIN, BinState.COUNTED)),
        )
        .values(state=bin_state())
        .execution_options(synchronize_session=False)
    )
    refresh(session, command, count)


def _keep_barcode(session: Session, code: str, sku: Sku, pieces: int) -> None:
    known = session.get(Barcode, code)
    if known is None:
        kind = BarcodeKind.OWN if pieces == 1 else BarcodeKind.PACK
        session.add(Barcode(code=code, sku_id=sku.id, pieces=pieces, kind=kind))
    elif known.sku_id != sku.id:
        raise RuleViolation(say("{code} is a barcode of other goods by now.", code=code))


def _have_it_looked_for(
    session: Session, command: Command, count: CountSession, unknown: CountUnknown, sku_id: int
) -> None:
    """Have the SKU looked for in a bin that was counted; if somebody is at it, when he is done."""
    place = session.get_one(CountBin, unknown.count_bin_id)
    if place.counted_at is not None and open_take(session, place.id) is None:
        look_for(session, command, count, place, sku_id, unknown.person_id)
