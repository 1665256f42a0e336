"""Posting approved differences: the book is set right by moves, each line once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.commands import Command, Outcome, Tone
from warehouse.counting.commands.sessions import end, locked
from warehouse.counting.doubled import doubled
from warehouse.counting.known_pieces import Places, places_of
from warehouse.counting.models import CountLine, CountSession, LineState, SessionState
from warehouse.counting.promises import free_promises, hold_picks, picks_of, promised_to_picks
from warehouse.counting.put_off import within_reach
from warehouse.counting.queries import is_all_counted
from warehouse.counting.settling import ask_again, settle, sure_from
from warehouse.errors import RuleViolation
from warehouse.inventory import ledger
from warehouse.inventory.models import LotBalance, MoveReason, StockBalance
from warehouse.people import trail
from warehouse.text import say
from warehouse.waves.leaving_out import step_out_or_hold

MOST_NAMED = 10  # goods in one line of the trail
CHUNK = 1_000  # lines posted by one command; the rest by the next

Key = tuple[int, int, int | None]  # bin, SKU, lot


@dataclass(frozen=True, kw_only=True)
class PostCount(Command):
    """Set the book right by what was approved so far."""

    session_id: int


def post_count(session: Session, command: PostCount) -> Outcome:
    """Post approved differences as moves relative to what the book has now.

    What moved right after it was counted, or was set right since, is asked again instead. Pieces
    promised to orders that turn out not to be there are let go, and their picks go short as at the
    shelf: what reserve has is waited for. Where they are in a pick under way, or a piece found here
    is in work elsewhere or was seen in another bin too, the line is held. Goods that are kept in
    another way by now are counted anew. The session ends with its last line. `facts["left"]` lines
    wait for the next command.

    Raises:
        RuleViolation: the count has ended, or was not begun.
    """
    work = hold_picks(session, command.session_id)
    count = locked(session, command.session_id)
    if count.state is SessionState.POSTED:
        return _answer(count, 0, 0, 0, 0, 0)
    if count.state not in (SessionState.COUNTING, SessionState.REVIEW):
        raise RuleViolation(say("Count {number} has ended.", number=count.number))
    again = settle(session, command, count)
    lines = _approved(session, count)
    session.flush()
    here = _balances(session, lines)
    # What was promised meanwhile, and is not held, is left to the next command.
    lines = [x for x in lines if _lacking(x, here) <= 0 or picks_of(session, x) <= work]
    gone = [line for line in lines if _is_gone(line, here)]
    if gone:
        ask_again(session, command, count, [x.id for x in gone], LineState.LOOK, is_disturbed=True)
        lost = {line.id for line in gone}
        lines = [line for line in lines if line.id not in lost]
    places = places_of(session, lines)
    strange = _kept_otherwise(session, lines, places)
    if strange:
        _send_back(session, command, count, strange)
        lost = {line.id for line in strange}
        lines = [line for line in lines if line.id not in lost]
    held = {line.id for line in lines if _is_held(session, line, here, places)}
    contested = {pair.line.id for pair in doubled(session, count.id)}
    held |= contested & {line.id for line in lines}
    lines = [line for line in lines if line.id not in held]
    places = places_of(session, lines) if held else places
    short = _post(session, command, count, lines, here, places)
    session.execute(
        sa.update(CountLine)
        .where(CountLine.id.in_([line.id for line in lines]))
        .values(state=LineState.POSTED, posted_at=command.at)
        .execution_options(synchronize_session=False)
    )
    within_reach(session, count)
    session.expire_all()
    left = _waiting(session, count) - len(held)
    if lines:
        trail.record(session, command, "count", count.id, "posted", lines=len(lines), short=short)
    if not left and not held and _is_over(session, count):
        end(session, command, count, SessionState.POSTED)
    outcome = _answer(count, len(lines), again + len(gone) + len(strange), short, left, len(held))
    if strange:
        return _with_strange(outcome, len(lines), len(strange))
    until = "" if again or gone or held else sure_from(session, count, command.zone)
    return _with_wait(outcome, len(lines), until) if until else outcome


def _approved(session: Session, count: CountSession) -> list[CountLine]:
    """Return the next approved lines that are settled, in the order the ledger takes balances."""
    query = (
        sa.select(CountLine)
        .where(
            CountLine.session_id == count.id,
            CountLine.state == LineState.APPROVED,
            CountLine.is_settled,
        )
        .order_by(CountLine.bin_id, CountLine.sku_id, CountLine.id)
        .limit(CHUNK)
        .with_for_update()
    )
    return list(session.scalars(query.execution_options(populate_existing=True)))


def _balances(session: Session, lines: Sequence[CountLine]) -> dict[Key, tuple[int, int]]:
    """Return bin, SKU and lot → (on hand, reserved); the SKUs' rows locked."""
    found: dict[Key, tuple[int, int]] = defaultdict(lambda: (0, 0))
    bins = {line.bin_id for line in lines if line.variance < 0}
    query = (
        sa.select(
            StockBalance.bin_id, StockBalance.sku_id, StockBalance.on_hand, StockBalance.reserved
        )
        .where(
            StockBalance.bin_id.in_(bins),
            StockBalance.sku_id.in_({x.sku_id for x in lines if x.variance < 0}),
        )
        .order_by(StockBalance.bin_id, StockBalance.sku_id)
    )
    for row in session.execute(query.with_for_update()):
        found[row.bin_id, row.sku_id, None] = (row.on_hand, row.reserved)
    lots = {line.lot_id for line in lines if line.lot_id is not None}
    by_lot = session.execute(
        sa.select(LotBalance)
        .where(LotBalance.lot_id.in_(lots), LotBalance.bin_id.in_(bins))
        .execution_options(populate_existing=True)
    ).scalars()
    sku_of = {line.lot_id: line.sku_id for line in lines}
    for lot in by_lot:
        found[lot.bin_id, sku_of[lot.lot_id], lot.lot_id] = (lot.on_hand, lot.reserved)
    return found


def _is_gone(line: CountLine, here: dict[Key, tuple[int, int]]) -> bool:
    """Tell whether the book has fewer pieces left than the line would take away."""
    return line.variance < 0 and here[line.bin_id, line.sku_id, line.lot_id][0] < -line.variance


def _kept_otherwise(
    session: Session, lines: Sequence[CountLine], places: Places
) -> list[CountLine]:
    """Return the lines that no move can set right: they say no lot or number, and need one."""
    skus = {line.sku_id for line in lines}
    rows = session.execute(
        sa.select(Sku.id, Sku.is_lot_tracked, Sku.is_serial_tracked).where(Sku.id.in_(skus))
    )
    kept = {row.id: row for row in rows}
    found = []
    for line in lines:
        sku = kept[line.sku_id]
        by_lot = sku.is_lot_tracked and not sku.is_serial_tracked
        is_other = (line.lot_id is not None) != by_lot
        is_other = is_other or (line.serials is not None) != sku.is_serial_tracked
        new = (line.serials or {}).get("found", ())
        if is_other or (sku.is_lot_tracked and (None, None) in places.sources(line, new)):
            found.append(line)
    return found


def _send_back(
    session: Session, command: Command, count: CountSession, lines: Sequence[CountLine]
) -> None:
    codes = session.scalars(
        sa.select(Sku.code).where(Sku.id.in_({line.sku_id for line in lines})).order_by(Sku.code)
    )
    goods = ", ".join(codes.all()[:MOST_NAMED])
    ask_again(session, command, count, [x.id for x in lines], LineState.LOOK, is_disturbed=True)
    trail.record(session, command, "count", count.id, "not_posted", lines=len(lines), goods=goods)


def _post(
    session: Session,
    command: Command,
    count: CountSession,
    lines: Sequence[CountLine],
    here: dict[Key, tuple[int, int]],
    places: Places,
) -> int:
    """Make the moves of the lines; return how many promised pieces had to be let go for them.

    Lines that need room come last, each for itself: what is promised anew for one may be what
    the next one lacks.
    """
    crowded = [line for line in lines if _lacking(line, here) > 0]
    free = [line for line in lines if _lacking(line, here) <= 0]
    moves = [move for line in free for move in _postings(session, count, line, places)]
    at = ledger.post(session, command, moves)
    let_go = 0
    short: set[int] = set()
    for line in crowded:
        session.flush()
        lacking = _lacking(line, _balances(session, [line]))
        if lacking > 0:
            freed, lacking_now = free_promises(session, command, line, lacking)
            let_go, short = let_go + freed, short | lacking_now
        moves = _postings(session, count, line, places)
        at = ledger.post(session, command, moves, first_line=at)
    session.flush()
    step_out_or_hold(session, command, short)
    return let_go


def _lacking(line: CountLine, here: dict[Key, tuple[int, int]]) -> int:
    """Return how many of the pieces a line takes away are promised to somebody."""
    on_hand, reserved = here[line.bin_id, line.sku_id, line.lot_id]
    return -line.variance - (on_hand - reserved) if line.variance < 0 else 0


def _is_held(
    session: Session, line: CountLine, here: dict[Key, tuple[int, int]], places: Places
) -> bool:
    """Tell whether a line cannot be posted yet: its pieces are in somebody's work."""
    lacking = _lacking(line, here)
    if lacking > 0 and promised_to_picks(session, line) < lacking:
        return True
    found = (line.serials or {}).get("found", ())
    return any(places.is_in_work(line, code) for code in found)


def _postings(
    session: Session, count: CountSession, line: CountLine, places: Places
) -> list[ledger.Posting]:
    """Return the moves that set one line right; goods known piece by piece move by number.

    A piece found here that the book has in another bin comes from there. One that has come or
    gone since it was counted is left where it is.
    """
    outside = bin_of_kind(session, BinKind.COUNT_DIFFERENCE).id

    def move(
        source: int, target: int, pieces: int, codes: Sequence[str] = (), lot_id: int | None = None
    ) -> ledger.Posting:
        return ledger.Posting(
            sku_id=line.sku_id,
            from_bin_id=source,
            to_bin_id=target,
            pieces=pieces,
            reason=MoveReason.COUNT,
            reference=count.number,
            lot_id=lot_id,
            serials=tuple(codes),
        )

    if line.serials is None:
        if line.variance > 0:
            return [move(outside, line.bin_id, line.variance, lot_id=line.lot_id)]
        return [move(line.bin_id, outside, -line.variance, lot_id=line.lot_id)]
    gone = [code for code in line.serials["gone"] if places.is_gone(line, code)]
    moves = [move(line.bin_id, outside, len(gone), gone)] if gone else []
    for (source, lot_id), codes in places.sources(line, line.serials["found"]).items():
        start = outside if source is None else source
        moves.append(move(start, line.bin_id, len(codes), codes, lot_id))
    return moves


def _waiting(session: Session, count: CountSession) -> int:
    """Return how many approved lines could be posted at once."""
    query = sa.select(sa.func.count()).where(
        CountLine.session_id == count.id,
        CountLine.state == LineState.APPROVED,
        CountLine.is_settled,
    )
    return session.scalar(query) or 0


def _is_over(session: Session, count: CountSession) -> bool:
    """Tell whether every bin was counted and every line has come to its end."""
    final = (LineState.AGREED, LineState.POSTED, LineState.KEPT)
    open_line = sa.select(CountLine.id).where(
        CountLine.session_id == count.id,
        sa.or_(CountLine.state.not_in(final), ~CountLine.is_settled),
        CountLine.state.not_in((LineState.POSTED, LineState.KEPT)),
    )
    is_open = session.execute(open_line.limit(1)).first() is not None
    return not is_open and is_all_counted(session, count.id)


def _answer(
    count: CountSession, posted: int, again: int, short: int, left: int, held: int
) -> Outcome:
    message = say("{posted} differences posted.", posted=posted)
    if again:
        message = say("{posted} differences posted. {again} lines moved while they were counted and"
                      " are asked again.", posted=posted, again=again)  # fmt: skip
    elif held:
        message = say("{posted} differences posted. {held} wait, as their pieces are in work or"
                      " were seen in two bins. Post again when that is settled.",
                      posted=posted, held=held)  # fmt: skip
    elif not posted:
        message = say("Nothing waits to be posted now.")
    if count.state is SessionState.POSTED:
        message = say("{posted} differences posted. The count is finished.", posted=posted)
    return Outcome(
        screen="count", subject_id=count.id, message=message,
        tone=Tone.ATTENTION if again or short or held else Tone.OK,
        facts={"posted": posted, "again": again, "released": short, "left": left, "held": held,
               "state": count.state.value},
    )  # fmt: skip


def _with_wait(outcome: Outcome, posted: int, until: str) -> Outcome:
    message = say("Counted a moment ago: some of it may still be in a hand. Post again from {time}"
                  " on.", time=until)  # fmt: skip
    if posted:
        message = say("{posted} differences posted. The others were counted a moment ago: post"
                      " again from {time} on.", posted=posted, time=until)  # fmt: skip
    return replace(outcome, message=message, tone=Tone.ATTENTION)


def _with_strange(outcome: Outcome, posted: int, strange: int) -> Outcome:
    message = say(
        "{posted} differences posted. {strange} cannot be: their goods are kept by lot or number"
        " now, or nobody knows a piece's lot. They are asked again.",
        posted=posted, strange=strange,
    )  # fmt: skip
    return replace(outcome, message=message, tone=Tone.ATTENTION)
