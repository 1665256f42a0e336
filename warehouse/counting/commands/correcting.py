"""Typing a sheet in anew: what it was held against stays, and what was typed first is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin
from warehouse.catalog.rules import RowRefusal
from warehouse.commands import Command, Handler, Outcome, Tone
from warehouse.counting.book import Book, Goods, book_of
from warehouse.counting.closing import (
    around_of,
    bin_state,
    judge,
    keep_entries,
    lines_of,
    refresh,
    rows_of,
    serials_of,
    write,
)
from warehouse.counting.commands.sessions import locked
from warehouse.counting.doubts import Around, Pass
from warehouse.counting.figures import show_sound
from warehouse.counting.models import (
    ASKED_AGAIN,
    BinState,
    CountBin,
    CountEntry,
    CountLine,
    CountSession,
    CountTake,
    LineState,
    TakeKind,
)
from warehouse.counting.put_off import within_reach
from warehouse.counting.queries import looked_before, wanted_goods
from warehouse.counting.rows import CountedBin, CountRow, found_in
from warehouse.counting.rules import look_of
from warehouse.counting.sheet_models import CountPaperBin
from warehouse.counting.typed import (
    Typed,
    goods_of,
    keep_typed,
    sheet_of,
    typed_of,
    typed_pass,
)
from warehouse.db import portions
from warehouse.errors import NotFound, RuleViolation
from warehouse.people import trail
from warehouse.text import say

DECIDED = frozenset({LineState.APPROVED, LineState.POSTED, LineState.KEPT})
MOST_NAMED = 10  # goods in one line of the trail
LONGEST_NUMBERS = 60


@dataclass(frozen=True, kw_only=True)
class CorrectSheet(Command):
    """The sheet of a bin as it should have been typed in; `take_id` is what was typed in of it.

    The rows stand beside the command: `sha256` tells them.
    """

    count_bin_id: int
    take_id: int
    sha256: str


def correcting(rows: Sequence[CountRow]) -> Handler[CorrectSheet]:
    """Return the handler that types in these rows anew."""

    def correct(session: Session, command: CorrectSheet) -> Outcome:
        return correct_sheet(session, command, rows)

    return correct


def correct_sheet(session: Session, command: CorrectSheet, rows: Sequence[CountRow]) -> Outcome:
    """Put right what was typed in wrongly of a sheet; lines typed rightly stay as they are.

    Each line is held against what the book had when the sheet was typed in, whatever moved since;
    goods that were not named before are asked again if they have moved. What was typed in first
    stays, and tells nothing any more.

    A recount that only the wrong figure asked for is withdrawn by somebody else alone. Whoever
    counted the goods or typed them in may put his figure right, but takes back no difference: what
    was asked again of another person stays so, and a line that differed and now agrees is asked.

    Raises:
        NotFound: no such bin. RuleViolation: it cannot be corrected any more, was typed in anew
            meanwhile, or a line was decided about; there is nothing to correct.
    """
    place = session.get(CountBin, command.count_bin_id)
    if place is None:
        raise NotFound(say("bin"), command.count_bin_id)
    count = locked(session, place.session_id)
    place = session.get_one(CountBin, place.id, with_for_update=True, populate_existing=True)
    wrong = typed_pass(session, count, place)
    if wrong.id != command.take_id:
        raise RuleViolation(
            say("Somebody has counted this bin or typed in its sheet meanwhile. Look again.")
        )
    found, refused = found_in(session, count, rows, wrong.person_id,
                              sender_id=command.actor.person_id, corrects=place.id)  # fmt: skip
    if refused:
        return _refusal(count, refused)
    before, after = typed_of(session, wrong.id), _within(wrong, found[0])
    changed = _changed(before, after)
    if not changed:
        raise RuleViolation(say("The sheet was typed in just so. There is nothing to correct."))
    code = str(session.scalar(sa.select(Bin.code).where(Bin.id == place.bin_id)))
    said = _said(session, wrong, before, after, changed)
    _require_undecided(session, place, changed, code)
    was_asked = _asked(session, place)
    take = _anew(session, command, wrong, found[0])
    is_his = _hold_against(session, command, count, place, take, wrong, after, changed)
    session.flush()
    session.execute(
        sa.update(CountBin)
        .where(CountBin.id == place.id)
        .values(state=_state(place), taken_by_id=_still_coming(session, place))
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
    within_reach(session, count)
    refresh(session, command, count)
    trail.record(session, command, "count", count.id, "sheet_corrected", bin=code,
                 sheet=sheet_of(session, take.id), lines=said)  # fmt: skip
    again = _asked(session, place)
    message = say("{bin} is corrected: {lines}", bin=code, lines=said)
    if is_his:
        message = say("{bin} is corrected: {lines}. You counted it or typed it in: it is still"
                      " counted again by another person.", bin=code, lines=said)  # fmt: skip
    elif again:
        message = say("{bin} is corrected: {lines}. Asked again: {again}", bin=code,
                      lines=said, again=again)  # fmt: skip
    elif was_asked:
        message = say("{bin} is corrected: {lines}. Nothing of it is asked again any more.",
                      bin=code, lines=said)  # fmt: skip
    return Outcome(
        screen="count", subject_id=count.id, message=message,
        tone=Tone.ATTENTION if again else Tone.OK,
        facts={"refused": [], "changed": len(changed), "again": again},
    )  # fmt: skip


def _refusal(count: CountSession, refused: Sequence[RowRefusal]) -> Outcome:
    message = say("{rows} rows cannot be taken; nothing was. Mend them and send the file again.",
                  rows=len(refused))  # fmt: skip
    return Outcome(
        screen="count", subject_id=count.id, message=message, tone=Tone.STOP,
        facts={"refused": [row.to_json() for row in refused]},
    )  # fmt: skip


def _within(take: CountTake, found: CountedBin) -> Typed:
    """Return what is typed in now; of a recount, only what was asked for."""
    asked = None if take.asked is None else frozenset(take.asked)
    pieces = {goods: count for goods, count in found.pieces.items()
              if asked is None or goods[0] in asked}  # fmt: skip
    return Typed(pieces=pieces, serials=found.serials)


def _changed(before: Typed, after: Typed) -> list[Goods]:
    """Return the goods of which something else is said now; of goods by number, silence is too."""
    every = {*before.pieces, *after.pieces}
    return sorted((goods for goods in every if before.of(goods) != after.of(goods)),
                  key=lambda goods: (goods[0], goods[1] or 0))  # fmt: skip


def _said(
    session: Session, take: CountTake, before: Typed, after: Typed, changed: Sequence[Goods]
) -> str:
    """Return goods with the old and the new figure, as the trail keeps them."""
    both = Typed(pieces={**before.pieces, **after.pieces})
    named = {goods: " ".join(filter(None, (sku.code, lot)))
             for sku, lot, goods in goods_of(session, take, both)}  # fmt: skip
    parts = [f"{named[goods]} {_figure(before.of(goods))} → {_figure(after.of(goods))}"
             for goods in changed[:MOST_NAMED]]  # fmt: skip
    return "; ".join(parts) + (" …" if len(changed) > MOST_NAMED else "")


def _figure(said: tuple[int, frozenset[str]]) -> str:
    pieces, numbers = said
    return f"{pieces} ({', '.join(sorted(numbers))[:LONGEST_NUMBERS]})" if numbers else str(pieces)


def _require_undecided(
    session: Session, place: CountBin, changed: Collection[Goods], code: str
) -> None:
    lines = session.scalars(
        sa.select(CountLine)
        .where(CountLine.count_bin_id == place.id)
        .order_by(CountLine.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if any(x.state in DECIDED and (x.sku_id, x.lot_id) in changed for x in lines):
        raise RuleViolation(
            say("What was counted in {bin} of these goods is approved, posted or left as the book"
                " has it. Have the lines asked again, if they are not posted.", bin=code)
        )  # fmt: skip


def _asked(session: Session, place: CountBin) -> int:
    """Return how many lines of the bin are asked again."""
    query = sa.select(sa.func.count()).where(
        CountLine.count_bin_id == place.id, CountLine.state.in_(ASKED_AGAIN)
    )
    return session.scalar(query) or 0


def _state(place: CountBin) -> sa.ColumnElement[Any]:
    """Return the bin's state; who is on the way to what is still asked again stays so."""
    asked = bin_state()
    if place.state is not BinState.TAKEN:
        return asked
    taken = sa.case((asked == BinState.AGAIN.value, BinState.TAKEN.value), else_=asked)
    return sa.type_coerce(taken, CountBin.state.type)


def _still_coming(session: Session, place: CountBin) -> int | None:
    return place.taken_by_id if _asked(session, place) else None


def _anew(session: Session, command: Command, wrong: CountTake, found: CountedBin) -> CountTake:
    """Add the pass as it is typed in now, in place of the wrong one, and of its sheet."""
    wrong.is_dropped = True
    typist = command.actor.person_id
    take = CountTake(
        count_bin_id=wrong.count_bin_id, person_id=wrong.person_id, kind=TakeKind.PAPER,
        entered_by_id=typist if typist != wrong.person_id else None,
        opened_at=wrong.opened_at, closed_at=command.at, changes={}, hands={}, asked=wrong.asked,
    )  # fmt: skip
    session.add(take)
    session.flush()
    session.execute(
        sa.update(CountPaperBin)
        .where(CountPaperBin.take_id == wrong.id)
        .values(take_id=take.id)
        .execution_options(synchronize_session=False)
    )
    keep_typed(session, command, [found], {found.count_bin_id: take.id})
    return take


def _hold_against(
    session: Session,
    command: Command,
    count: CountSession,
    place: CountBin,
    take: CountTake,
    wrong: CountTake,
    after: Typed,
    changed: Sequence[Goods],
) -> bool:
    """Write what the pass says now, and what becomes of the lines that are changed.

    Tell whether some are asked again because he who corrects them had a part in them.
    """
    done = Pass(
        take_id=take.id, count_bin_id=place.id, bin_id=place.bin_id, person_id=take.person_id,
        opened_at=take.opened_at, changes=None, hands=None,
        asked=None if take.asked is None else frozenset(take.asked),
        pieces=after.pieces, serials=after.serials, is_silent=True,
    )  # fmt: skip
    book = book_of(session, [place.bin_id], {sku_id for sku_id, _ in changed})
    around = around_of(session, command, count, [place.bin_id], take.opened_at)
    known = lines_of(session, [place.id])
    entries = _entries(session, wrong)
    keep_entries(session, [_as_before(take, entry, line) for line, entry in entries.values()
                           if (line.sku_id, line.lot_id) not in changed])  # fmt: skip
    rows = [_corrected(done, book, around, *entries[goods]) for goods in changed
            if goods in entries]  # fmt: skip
    judge(session, count, rows)
    is_his = _ask_another(session, rows, command.actor.person_id)
    keep_entries(session, rows)
    for row in rows:
        _put_right(row["line"], row)
    session.flush()
    show_sound(session, [row["known_id"] for row in rows if row["is_disturbed"]])
    fresh = {goods for goods in changed if goods not in entries}
    if fresh:
        wanted = wanted_goods(session, count)
        new = [row for row in rows_of(done, book, wanted, known, around)
               if (row["sku_id"], row["lot_id"]) in fresh]  # fmt: skip
        judge(session, count, new)
        write(session, command, count, new)
    return is_his


def _ask_another(session: Session, rows: Sequence[dict[str, Any]], person_id: int) -> bool:
    """Have another person count again what this one had said to differ, whatever he says now.

    Tell whether there is any of it.
    """
    his: set[int] = set()
    for ids in portions(row["known_id"] for row in rows):
        query = sa.select(CountLine.id).where(CountLine.id.in_(ids), looked_before(person_id))
        his.update(session.scalars(query))
    is_any = False
    for row in rows:
        was, now = row["line"].state, row["state"]
        is_taken_back = now is LineState.AGREED and was is not LineState.AGREED
        is_still_asked = now is not LineState.LOOK and was is LineState.RECOUNT
        if row["known_id"] in his and (is_taken_back or is_still_asked):
            row["state"], is_any = LineState.RECOUNT, True
    return is_any


def _entries(session: Session, take: CountTake) -> dict[Goods, tuple[CountLine, CountEntry]]:
    rows = session.execute(
        sa.select(CountLine, CountEntry)
        .join(CountEntry, CountEntry.line_id == CountLine.id)
        .where(CountEntry.take_id == take.id)
        .order_by(CountLine.id)
    )
    return {(line.sku_id, line.lot_id): (line, entry) for line, entry in rows}


def _as_before(take: CountTake, entry: CountEntry, line: CountLine) -> dict[str, Any]:
    return {"take_id": take.id, "known_id": line.id, "counted": entry.pieces, "book": entry.book,
            "is_disturbed": entry.is_disturbed, "serials": entry.serials}  # fmt: skip


def _corrected(
    done: Pass, book: Book, around: Around, line: CountLine, entry: CountEntry
) -> dict[str, Any]:
    """Return a line as the sheet says now, against the book it was held against before.

    Which known pieces stood there is known as long as none has moved; goods of which their numbers
    are not said any more are asked again.
    """
    goods = (line.sku_id, line.lot_id)
    counted = done.pieces.get(goods, 0)
    row: dict[str, Any] = {
        "line": line, "take_id": done.take_id, "known_id": line.id, "sku_id": line.sku_id,
        "lot_id": line.lot_id, "counted": counted, "book": entry.book,
        "variance": counted - entry.book, "counted_by_id": done.person_id,
        "serials": None if entry.serials is None else serials_of(done, book, line.sku_id),
    }  # fmt: skip
    look = look_of(done.person_id, row["variance"], row["serials"])
    row["gone"], row["found"] = look.sides
    was_right = not look_of(done.person_id, entry.pieces - entry.book, entry.serials).size
    row["is_disturbed"] = (
        entry.is_disturbed
        or (entry.serials is not None and _has_gone_on(done, book, line, entry, goods))
        or (was_right and bool(look.size) and _was_in_hand(done, around, line))
    )
    return row


def _has_gone_on(done: Pass, book: Book, line: CountLine, entry: CountEntry, goods: Goods) -> bool:
    """Tell whether it cannot be told any more which known pieces the book had."""
    key = (line.bin_id, line.sku_id)
    stood = book.serials.get(key, frozenset()) - book.held_serials.get(key, frozenset())
    is_same = book.changes.get(key, 0) == line.changes and len(stood) == entry.book
    return not is_same or goods not in done.pieces


def _was_in_hand(done: Pass, around: Around, line: CountLine) -> bool:
    """Tell whether some of the goods were in a hand: that did no harm while shelf and book agreed.

    So it was with goods that had only just come into the bin.
    """
    if around.hands.of(line.bin_id, line.sku_id):
        return True
    moved: Mapping[tuple[int, int], Any] = around.moved
    last = moved.get((line.bin_id, line.sku_id))
    last_in_at = None if last is None else last.last_in_at
    return line.looks > 1 and last_in_at is not None and last_in_at > done.opened_at - around.grace


def _put_right(line: CountLine, row: Mapping[str, Any]) -> None:
    """Have the line say what was counted; when, and at which move of the book, stays."""
    for name in ("state", "counted", "book", "variance", "gone", "found", "price_fen", "serials"):
        setattr(line, name, row[name])
    line.is_settled = False
    line.decided_by_id = line.decided_at = None
