"""Closing passes over bins: what was counted held against the book of that very moment.

The balances of the bins are locked, so that book and number of moves belong together. One pass
or a file of thousands of lines goes the same way, in a fixed number of statements.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command
from warehouse.counting.book import Book, Goods, book_of
from warehouse.counting.doubts import Around, Pass, in_the_way, is_disturbed
from warehouse.counting.figures import show_sound, sound
from warehouse.counting.hands import Hand, hands_since
from warehouse.counting.models import (
    ASKED_AGAIN,
    BinState,
    CountBin,
    CountEntry,
    CountLine,
    CountSession,
    CountTake,
    LineState,
    SessionState,
)
from warehouse.counting.moved import moved_since
from warehouse.counting.newcomers import add_newcomers
from warehouse.counting.prices import unknown_price
from warehouse.counting.put_off import within_reach
from warehouse.counting.queries import is_all_counted, wanted_goods
from warehouse.counting.rules import Look, look_of, recount_limits, state_after
from warehouse.db import table_of
from warehouse.supplying.costs import costs_of

_line = table_of(CountLine)
_entry = table_of(CountEntry)


@dataclass(frozen=True, kw_only=True)
class Closed:
    """How many lines of the passes agree, differ, and are asked again.

    `unsaid` of the last are of goods whose serial numbers nobody said. `hands`: what people have
    had in hand for so long, of goods that are asked again for it, that it may stand in its bin.
    `moved`: how many are asked again as their goods moved or changed hands just then.
    """

    agreed: int
    different: int
    again: int
    unsaid: int = 0
    hands: tuple[Hand, ...] = ()
    moved: int = 0


def close_passes(
    session: Session, command: Command, count: CountSession, passes: Sequence[Pass]
) -> Closed:
    """Write the lines of the passes and what becomes of each; return how they stand.

    Goods the book has in a bin and nobody counted are lines of 0 pieces.
    """
    bins = sorted({p.bin_id for p in passes})
    known = lines_of(session, [p.count_bin_id for p in passes])
    named = [*(p.pieces for p in passes), *known.values()]
    book = book_of(session, bins, {sku_id for goods in named for sku_id, _ in goods})
    wanted = wanted_goods(session, count)
    around = around_of(session, command, count, bins, min(p.opened_at for p in passes))
    found = [row for p in passes for row in rows_of(p, book, wanted, known, around)]
    judge(session, count, found)
    write(session, command, count, found)
    unsaid = [row for p in passes for row in _unsaid(p, book, wanted, known)]
    _ask(session, command, count, unsaid)
    _end(session, command, passes)
    within_reach(session, count)
    states = [row["state"] for row in found]
    again = sum(state in ASKED_AGAIN for state in states)
    agreed = states.count(LineState.AGREED)
    return Closed(
        agreed=agreed,
        different=len(states) - agreed - again,
        again=again + len(unsaid),
        unsaid=len(unsaid),
        moved=states.count(LineState.LOOK),
        hands=tuple({id(hand): hand for row in found for hand in row["in_hands"]}.values()),
    )


def around_of(
    session: Session, command: Command, count: CountSession, bins: Sequence[int], since: datetime
) -> Around:
    """Return this moment and what was moved and had in hand in the bins since shortly before."""
    grace = timedelta(seconds=count.grace_s)
    return Around(
        at=command.at, grace=grace, moved=moved_since(session, bins, since - grace),
        hands=hands_since(session, bins, since - grace),
    )  # fmt: skip


def judge(session: Session, count: CountSession, found: Sequence[dict[str, Any]]) -> None:
    """Give each row its price, and the state its line comes to by this look and those before."""
    looks = _looks_of(session, [row["known_id"] for row in found if row["known_id"] is not None])
    prices = costs_of(session, {row["sku_id"] for row in found})
    limits = recount_limits(count)
    unknown = unknown_price(session) if limits.fen else None
    for row in found:
        row["price_fen"] = prices.get(row["sku_id"], 0)
        look = look_of(row["counted_by_id"], row["variance"], row["serials"])
        row["state"] = state_after(
            look,
            looks.get(row["known_id"], ()),
            is_disturbed=row["is_disturbed"],
            is_small=limits.allow(look.size, row["book"], row["price_fen"] or unknown),
        )


def lines_of(session: Session, count_bin_ids: Sequence[int]) -> dict[int, dict[Goods, Any]]:
    """Return count bin → goods → what is known of their line."""
    rows = session.execute(
        sa.select(
            _line.c.id,
            _line.c.count_bin_id,
            _line.c.sku_id,
            _line.c.lot_id,
            _line.c.state,
            _line.c.looks,
        ).where(_line.c.count_bin_id.in_(count_bin_ids))
    )
    found: dict[int, dict[Goods, Any]] = defaultdict(dict)
    for row in rows:
        found[row.count_bin_id][row.sku_id, row.lot_id] = row
    return found


def _looks_of(session: Session, line_ids: Sequence[int]) -> dict[int, list[Look]]:
    """Return line id → what was found of it while nothing moved, oldest first.

    What was typed in wrongly tells nothing.
    """
    if not line_ids:
        return {}
    rows = session.execute(
        sa.select(
            _entry.c.line_id,
            _entry.c.pieces,
            _entry.c.book,
            _entry.c.serials,
            CountTake.person_id,
        )
        .join(CountTake, CountTake.id == _entry.c.take_id)
        .where(_entry.c.line_id.in_(line_ids), sound())
        .order_by(_entry.c.id)
    )
    found: dict[int, list[Look]] = defaultdict(list)
    for row in rows:
        look = look_of(row.person_id, row.pieces - row.book, row.serials)
        found[row.line_id].append(look)
    return found


def rows_of(
    done: Pass,
    book: Book,
    wanted: frozenset[int] | None,
    known: Mapping[int, Mapping[Goods, Any]],
    around: Around,
) -> Iterable[dict[str, Any]]:
    """Yield the lines of a pass as rows; `known_id`, `is_disturbed`, `in_hands` beside them."""
    here = book.pieces.get(done.bin_id, {})
    lines = known.get(done.count_bin_id, {})
    if done.asked is None:
        goods = set(done.pieces) | set(here) | set(lines)
    else:
        every = set(done.pieces) | set(here) | set(lines)
        goods = {g for g in every if g[0] in done.asked}
    if done.is_silent:
        goods = {g for g in goods if g[0] not in book.by_serial or g in done.pieces}
    final = {LineState.APPROVED, LineState.POSTED, LineState.KEPT}
    for sku_id, lot_id in sorted(goods, key=lambda g: (g[0], g[1] or 0)):
        line = lines.get((sku_id, lot_id))
        if (wanted is not None and sku_id not in wanted) or (line and line.state in final):
            continue
        counted = done.pieces.get((sku_id, lot_id), 0)
        stood = here.get((sku_id, lot_id), 0)
        change = book.changes.get((done.bin_id, sku_id), 0)
        between = around.moved.get((done.bin_id, sku_id))
        at = done.counted_at.get((sku_id, lot_id))
        if at is not None and between is not None and sku_id not in book.by_serial:
            stood -= sum(pieces for when, pieces, _ in between.moves if when > at)
        held = book.held(done.bin_id, sku_id, lot_id)
        is_beyond = held > stood  # the book has moved away what a hand is said to hold
        stood = max(0, stood - held)
        row: dict[str, Any] = {
            "known_id": line.id if line else None,
            "looks": line.looks + 1 if line else 1,
            "take_id": done.take_id,
            "count_bin_id": done.count_bin_id,
            "bin_id": done.bin_id,
            "sku_id": sku_id,
            "lot_id": lot_id,
            "counted": counted,
            "book": stood,
            "variance": counted - stood,
            "changes": change,
            "counted_by_id": done.person_id,
            "serials": serials_of(done, book, sku_id),
        }
        look = look_of(done.person_id, row["variance"], row["serials"])
        row["gone"], row["found"] = look.sides
        unsure = is_beyond or book.is_unsure(done.bin_id, sku_id, lot_id, done.hands)
        row["in_hands"] = in_the_way(row, book, around, is_unsure=unsure)
        row["is_disturbed"] = unsure or bool(row["in_hands"]) or is_disturbed(done, row, around)
        yield row


def serials_of(done: Pass, book: Book, sku_id: int) -> dict[str, list[str]] | None:
    """Return which known pieces are gone and which were found, None of goods without numbers."""
    if sku_id not in book.by_serial:
        return None
    key = (done.bin_id, sku_id)
    stood = book.serials.get(key, frozenset()) - book.held_serials.get(key, frozenset())
    seen = done.serials.get(sku_id, frozenset())
    return {"gone": sorted(stood - seen), "found": sorted(seen - stood)}


def _unsaid(
    done: Pass,
    book: Book,
    wanted: frozenset[int] | None,
    known: Mapping[int, Mapping[Goods, Any]],
) -> Iterable[dict[str, Any]]:
    """Yield what the pass left unsaid of goods known piece by piece: their line, if they have one.

    Nobody looked for them, and they are not gone for that.
    """
    lines = known.get(done.count_bin_id, {})
    for sku_id, lot_id in sorted(book.pieces.get(done.bin_id, {}), key=lambda g: g[0]):
        is_named = (sku_id, lot_id) in done.pieces or sku_id not in book.by_serial
        is_asked = done.asked is None or sku_id in done.asked
        line = lines.get((sku_id, lot_id))
        is_left = line is None or line.state in ASKED_AGAIN
        is_wanted = wanted is None or sku_id in wanted
        if done.is_silent and is_left and is_asked and is_wanted and not is_named:
            yield {
                "known_id": line.id if line else None,
                "count_bin_id": done.count_bin_id,
                "bin_id": done.bin_id,
                "sku_id": sku_id,
                "lot_id": None,
                "changes": book.changes.get((done.bin_id, sku_id), 0),
                "counted_by_id": done.person_id,
            }


def _ask(
    session: Session, command: Command, count: CountSession, unsaid: list[dict[str, Any]]
) -> None:
    """Have somebody look for goods that nobody looked for yet."""
    none = dict.fromkeys(("counted", "book", "variance", "gone", "found", "looks", "price_fen"), 0)
    shared = {"session_id": count.id, "counted_at": command.at, "is_settled": False, "note": ""}
    rows = [
        {**{k: v for k, v in row.items() if k != "known_id"}, **none, **shared,
         "state": LineState.LOOK, "serials": None}
        for row in unsaid
        if row["known_id"] is None
    ]  # fmt: skip
    if rows:
        session.execute(sa.insert(_line), rows)


def write(
    session: Session, command: Command, count: CountSession, found: list[dict[str, Any]]
) -> None:
    """Write rows as lines, new or looked at again, and what each pass found of them.

    A line whose goods moved shows what was found of it before, if that tells more.
    """
    apart = ("known_id", "take_id", "is_disturbed", "in_hands")
    fresh = [row for row in found if row["known_id"] is None]
    shared = {"session_id": count.id, "counted_at": command.at, "is_settled": False, "note": ""}
    if fresh:
        rows = [{**{k: v for k, v in row.items() if k not in apart}, **shared} for row in fresh]
        insert = sa.insert(_line).returning(_line.c.id, sort_by_parameter_order=True)
        for row, line_id in zip(fresh, session.execute(insert, rows).scalars(), strict=True):
            row["known_id"] = line_id
    fresh_ids = {row["known_id"] for row in fresh}
    changed = [row for row in found if row["known_id"] not in fresh_ids]
    if changed:
        _update(session, command, changed)
    keep_entries(session, found)
    show_sound(session, [row["known_id"] for row in changed if row["is_disturbed"]])


def keep_entries(session: Session, found: Sequence[Mapping[str, Any]]) -> None:
    """Keep what passes found of lines."""
    if found:
        session.execute(
            sa.insert(_entry),
            [
                {
                    "take_id": row["take_id"],
                    "line_id": row["known_id"],
                    "pieces": row["counted"],
                    "book": row["book"],
                    "is_disturbed": row["is_disturbed"],
                    "serials": row["serials"],
                }
                for row in found
            ],
        )


_UPDATED = ("state", "counted", "book", "variance", "gone", "found", "changes", "counted_by_id",
            "looks", "price_fen", "serials")  # fmt: skip


def _update(session: Session, command: Command, changed: list[dict[str, Any]]) -> None:
    # A new look needs a new decision; why goods differed is still known.
    statement = (
        sa.update(_line)
        .where(_line.c.id == sa.bindparam("line"))
        .values(
            counted_at=command.at,
            is_settled=False,
            decided_by_id=None,
            decided_at=None,
            **{name: sa.bindparam(f"new_{name}") for name in _UPDATED},
        )
    )
    session.connection().execute(
        statement,
        [
            {"line": row["known_id"], **{f"new_{name}": row[name] for name in _UPDATED}}
            for row in changed
        ],
    )


def _end(session: Session, command: Command, passes: Sequence[Pass]) -> None:
    """Close the passes, and say of each bin whether something in it is asked again."""
    session.execute(
        sa.update(CountTake)
        .where(CountTake.id.in_([p.take_id for p in passes]))
        .values(closed_at=command.at)
        .execution_options(synchronize_session=False)
    )
    bins = [p.count_bin_id for p in passes]
    session.execute(
        sa.update(CountBin)
        .where(CountBin.id.in_(bins))
        .values(taken_by_id=None, counted_at=command.at, state=bin_state())
        .execution_options(synchronize_session=False)
    )


def bin_state() -> sa.ColumnElement[Any]:
    """Return the state of a bin that nobody is at and somebody was: asked again, or counted."""
    asked = sa.exists().where(_line.c.count_bin_id == CountBin.id, _line.c.state.in_(ASKED_AGAIN))
    return sa.case((asked, BinState.AGAIN.value), else_=BinState.COUNTED.value)


def refresh(session: Session, command: Command, count: CountSession) -> None:
    """Bring the session's state up to date: under review when every bin in use was counted.

    Of a count by goods these are also the bins its goods have come to meanwhile.
    """
    if count.state not in (SessionState.COUNTING, SessionState.REVIEW):
        return
    session.flush()
    is_done = is_all_counted(session, count.id)
    if is_done and count.state is SessionState.COUNTING:
        is_done = not add_newcomers(session, command, count)
    count.state = SessionState.REVIEW if is_done else SessionState.COUNTING
    count.reviewed_at = command.at if is_done else None
    session.flush()
