"""Stock counts of the day, while orders are picked: counters who look at shelves, a reviewer.

Besides the counts that were planned there are those of bins somebody doubted.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

import sqlalchemy as sa

from warehouse.catalog.models import Bin, Sku
from warehouse.commands import Outcome
from warehouse.counting.commands.deciding import ApproveLines, approve_lines
from warehouse.counting.commands.goods import CountGoods, count_goods
from warehouse.counting.commands.passes import (
    CloseBin,
    NextBin,
    TakeBin,
    close_bin,
    go_to_next_bin,
    take_bin,
)
from warehouse.counting.commands.posting import PostCount, post_count
from warehouse.counting.commands.sessions import OpenCount, open_count
from warehouse.counting.models import (
    CountBin,
    CountLine,
    CountScope,
    CountSession,
    CountTake,
    DifferenceReason,
    LineState,
    SessionState,
)
from warehouse.counting.scoping import Scope
from warehouse.counting.screens import CountScreen
from warehouse.errors import RuleViolation, StaleScreen, TakenByAnother
from warehouse.simulation.day import Day, Work
from warehouse.simulation.shelves import book_of, shelf_codes
from warehouse.simulation.tablet import Tablet, scanned

REVIEW_EVERY_S = 240
FEW = 4
MOST_SINGLE = 12
SINGLE_SHARE = 0.3  # goods scanned piece by piece; the others are counted by eye and keyed


def organizer(day: Day, tablet: Tablet, counts: int, span_s: float) -> Work:
    """Open the counts over the day, each of its part of the shelves; approve and post them all."""
    with day.database.reading() as session:
        codes = shelf_codes(session)
    parts = [part for n in range(counts) if (part := tuple(codes[n::counts]))]
    pause_s = span_s / (2 * counts)
    waited = pause_s
    while True:
        if parts and waited >= pause_s:
            _open(day, tablet, parts.pop(0))
            waited = 0
        _take_up(day)
        for session_id in tuple(day.open_counts):
            _review(day, tablet, session_id)
        waited += REVIEW_EVERY_S
        yield REVIEW_EVERY_S


def _open(day: Day, tablet: Tablet, codes: tuple[str, ...]) -> None:
    scope = Scope(kind=CountScope.BINS, codes=codes)
    opened = tablet.send(open_count, OpenCount, scope=scope, starts=True)
    day.open_counts.append(opened.subject_id or 0)
    day.counts_due -= 1


def _take_up(day: Day) -> None:
    """Have the counts worked that somebody's doubt has opened."""
    with day.database.reading() as session:
        doubted = session.scalars(
            sa.select(CountSession.id)
            .where(
                CountSession.scope == CountScope.EVENT,
                CountSession.state.in_((SessionState.COUNTING, SessionState.REVIEW)),
            )
            .order_by(CountSession.id)
        )
        day.open_counts += [one for one in doubted if one not in day.open_counts]


def _review(day: Day, tablet: Tablet, session_id: int) -> None:
    """Approve what differs, post what is settled, and have the judge look at it."""
    with day.database.reading() as session:
        different = session.scalars(
            sa.select(CountLine.id).where(
                CountLine.session_id == session_id, CountLine.state == LineState.DIFFERENT
            )
        ).all()
    if different:
        tablet.send(
            approve_lines, ApproveLines,
            session_id=session_id, line_ids=tuple(different), reason=DifferenceReason.UNKNOWN,
        )  # fmt: skip
    answer = tablet.send(post_count, PostCount, session_id=session_id)
    _judge(day, session_id)
    if answer.facts["state"] == SessionState.POSTED:
        day.open_counts.remove(session_id)
        day.tally.counts += 1


def _judge(day: Day, session_id: int) -> None:
    with day.database.reading() as session:
        rows = session.execute(
            sa.select(Bin.code, Sku.code, CountLine.variance)
            .join(Bin, Bin.id == CountLine.bin_id)
            .join(Sku, Sku.id == CountLine.sku_id)
            .where(
                CountLine.session_id == session_id,
                CountLine.state == LineState.POSTED,
                CountLine.posted_at == day.now,
            )
            .order_by(CountLine.id)
        ).all()
    for bin_code, sku, variance in rows:
        day.shelves.posted((bin_code, sku), variance)


def counter(day: Day, tablet: Tablet) -> Work:
    """Count the next bin of whatever count waits, again and again."""
    while True:
        for session_id in tuple(day.open_counts):
            try:
                answer = tablet.send(go_to_next_bin, NextBin, session_id=session_id)
                while answer.screen == CountScreen.BIN:
                    yield 8 + 6 * day.stock_chance.random()
                    answer = yield from _count_bin(day, tablet, session_id, answer.subject_id or 0)
            except (RuleViolation, StaleScreen, TakenByAnother):
                continue  # ended, or another is at it: look again later
        yield 60


def _count_bin(
    day: Day, tablet: Tablet, session_id: int, count_bin_id: int
) -> Generator[float, None, Outcome]:
    """Look at everything in the bin and say what there is; what is gone meanwhile is gone."""
    with day.database.reading() as session:
        code = session.execute(
            sa.select(Bin.code).join(CountBin, CountBin.bin_id == Bin.id)
            .where(CountBin.id == count_bin_id)
        ).scalar_one()  # fmt: skip
    taken = tablet.send(take_bin, TakeBin, session_id=session_id, barcode=scanned(code))
    take_id = taken.subject_id or 0
    for sku in _asked(day, take_id, code):
        yield 1 + day.stock_chance.random()
        there = day.world.places[code][sku]  # what the eye sees at this moment
        yield from _tell(day, tablet, take_id, sku, there)
    yield 2
    answer = tablet.send(close_bin, CloseBin, take_id=take_id)
    with day.database.reading() as session:
        day.shelves.look(day.world, code, book_of(session, code))
    return answer


def _tell(day: Day, tablet: Tablet, take_id: int, sku: str, pieces: int) -> Work:
    """Scan the pieces one by one, or count them and key the number."""
    if pieces <= 0:
        return
    is_single = pieces < FEW or day.stock_chance.random() < SINGLE_SHARE
    for part in [1] * pieces if is_single and pieces <= MOST_SINGLE else [pieces]:
        yield 1 + part * 0.2
        tablet.send(
            count_goods, CountGoods,
            take_id=take_id, barcode=scanned(day.barcodes[sku]), pieces=part,
        )  # fmt: skip


def _asked(day: Day, take_id: int, code: str) -> Sequence[str]:
    """Return the SKUs that lie in the bin, or that of them which the tablet asks for again."""
    with day.database.reading() as session:
        asked = session.get_one(CountTake, take_id).asked
    lying = sorted(sku for sku, pieces in day.world.places[code].items() if pieces > 0)
    if asked is None:
        return lying
    wanted = {day.sku_codes[sku_id] for sku_id in asked}
    return [sku for sku in lying if sku in wanted]
