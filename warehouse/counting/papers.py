"""The papers of a count: blind sheets for a power cut, and the report to be signed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import CountedLine, CountReport, CountSheet, Document, Locale
from printing.documents import CountLine as SheetLine
from printing.queue import enqueue
from warehouse.catalog.models import Bin, Sku, Zone
from warehouse.commands import Command, Outcome
from warehouse.counting import desk
from warehouse.counting.blind import is_blind_to
from warehouse.counting.commands.sessions import locked
from warehouse.counting.models import (
    ASKED_AGAIN,
    BinState,
    CountBin,
    CountLine,
    CountSession,
    CountWanted,
    SessionState,
)
from warehouse.counting.sheets import counter_of, number_sheet
from warehouse.counting.words import REASON_WORDS, STATE_WORDS
from warehouse.errors import RuleViolation
from warehouse.inventory.models import StockBalance
from warehouse.money import YUAN
from warehouse.numbers import next_number
from warehouse.people import trail
from warehouse.people.models import Person
from warehouse.people.rights import Right, rights_of
from warehouse.settings import load_settings
from warehouse.text import say, translate

SHEET_LINES = 400  # on one paper: a zone's aisle, and short enough to be printed again
MOST_SHEETS = 60
MOST_IN_BIN = 1_900  # goods of one bin on its sheet, which has that many lines at most
REPORT_LINES = 2_000
MOST_NUMBERS = 3  # of each, in one line of the report
STAMP = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, kw_only=True)
class PrintCountSheets(Command):
    """Sheets of the bins that wait, to be written on and typed in; for `person_id`, if named."""

    session_id: int
    person_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class PrintCountReport(Command):
    """The result so far, to be signed."""

    session_id: int


def print_count_sheets(session: Session, command: PrintCountSheets) -> Outcome:
    """Ask for blind sheets, bins in walking order with the goods the book has there, and room.

    Each has a number, by which it is typed in once. Of bins that are asked again only the goods
    that are stand on it, and never what was counted of them.

    Raises:
        NotFound: no such count. RuleViolation: no bin of it waits, or it has ended. InvalidInput:
            whom they are for does not count.
    """
    count = locked(session, command.session_id)
    if count.state not in (SessionState.DRAFT, SessionState.COUNTING, SessionState.REVIEW):
        raise RuleViolation(say("Count {number} has ended.", number=count.number))
    papers = list(_sheets(session, count, command))
    if not papers:
        raise RuleViolation(say("No bin of count {number} waits.", number=count.number))
    for paper in papers:
        _ask(session, command, count, paper)
    trail.record(session, command, "count", count.id, "sheets_printed", sheets=len(papers))
    message = say("{sheets} count sheets are on their way.", sheets=len(papers))
    return Outcome(screen="count", subject_id=count.id, message=message)


def print_count_report(session: Session, command: PrintCountReport) -> Outcome:
    """Ask for the report of the count as it stands; with values for who may know prices.

    Raises:
        NotFound: no such count. RuleViolation: lines are asked again, of people like who asks.
    """
    count = locked(session, command.session_id)
    states = desk.states_of(session, count.id)
    if ASKED_AGAIN & states.keys() and is_blind_to(session, count, command.actor.person_id):
        raise RuleViolation(
            say("Lines are still to be counted again, and you may be the one who counts them: the"
                " report is printed by somebody who approves.")
        )  # fmt: skip
    person = session.get_one(Person, command.actor.person_id)
    is_buyer = Right.BUY in rights_of(row.role for row in person.roles)
    report = count_report(session, count, command.at, command.zone, tells_value=is_buyer)
    _ask(session, command, count, report)
    message = say("The report is on its way.")
    return Outcome(screen="count", subject_id=count.id, message=message)


def count_report(
    session: Session, count: CountSession, at: datetime, zone: tzinfo, *, tells_value: bool
) -> CountReport:
    """Return the count as paper: how exact the book was, and every difference."""
    site = load_settings(session)
    locale = Locale(site.paper_locale)
    exact = desk.accuracy_of(session, count.id)
    counted, bins = desk.bins_done(session, count)
    rows = session.execute(
        desk.line_list(count.id)
        .where(desk.OFF > 0)
        .order_by(CountBin.sequence, Sku.code, CountLine.id)
        .limit(REPORT_LINES)
    ).all()
    different = exact.lines - exact.lines_right
    states = desk.states_of(session, count.id)
    asked = sum(states.get(state, 0) for state in ASKED_AGAIN)
    return CountReport(
        locale=locale,
        session_no=count.number,
        name=count.name,
        state=translate(STATE_WORDS[count.state], locale),
        begun_at=_stamp(count.started_at or count.opened_at, zone),
        ended_at=_stamp(count.ended_at, zone),
        counters=", ".join(row.name for row in desk.counters_of(session, count.id)),
        bins=f"{counted:,} / {bins:,}",
        agreed=f"{exact.lines_right:,} / {exact.lines:,}",
        asked_again=f"{asked:,}" if asked else "",
        unproven=f"{exact.lines_unjudged:,}" if exact.lines_unjudged and not asked else "",
        by_bin=_percent(exact.by_bin),
        by_line=_percent(exact.by_line),
        by_piece=_percent(exact.by_piece),
        by_value=_percent(exact.by_value) if tells_value else "",
        missing=f"{exact.missing:,}",
        found=f"{exact.found:,}",
        net_value=_yuan(exact.net_fen) if exact.value_fen and tells_value else "",
        lines=tuple(
            CountedLine(
                bin_code=row.bin_code,
                sku_code=row.sku_code,
                name=row.sku_name,
                properties=" ".join(filter(None, (row.properties, row.lot, *_numbers(row)))),
                counted=row.counted,
                book=row.book,
                missing=row.gone,
                found=row.found,
                value=_value(row) if row.price_fen and tells_value else "",
                reason=_why(row, locale),
            )
            for row in rows
        ),
        left_out=max(different - len(rows), 0),
        printed_at=_stamp(at, zone),
    )  # fmt: skip


def _why(row: Any, locale: Locale) -> str:
    """Return why shelf and book differ, or how far the line is, with what was noted."""
    word = REASON_WORDS[row.reason] if row.reason else STATE_WORDS[row.state]
    return " · ".join(filter(None, (translate(word, locale), row.note)))


def _numbers(row: Any) -> Iterator[str]:
    """Yield the serial numbers that are gone, and those that were found; the first of many."""
    for sign, name in (("−", "gone"), ("+", "found")):
        codes = (row.serials or {}).get(name, ())
        yield from (f"{sign}{code}" for code in codes[:MOST_NUMBERS])
        if len(codes) > MOST_NUMBERS:
            yield f"{sign}… ({len(codes)})"


def _value(row: Any) -> str:
    """Return what a difference is worth; of pieces taken for others both sides, not their sum."""
    if row.gone and row.found:
        return f"{_yuan(-row.missing_fen)} {_yuan(row.found_fen)}"
    return _yuan(row.value_fen)


def _ask(session: Session, command: Command, count: CountSession, paper: Document) -> None:
    enqueue(
        session,
        paper,
        station_id=command.actor.station_id,
        at=command.at,
        command_id=command.id,
        subject=f"count:{count.id}",
        part=next_number(session, f"{paper.kind}-{count.id}"),
    )


def _sheets(
    session: Session, count: CountSession, command: PrintCountSheets
) -> Iterator[CountSheet]:
    """Number the sheets and yield each as paper; a bin stands on one of them, whole."""
    locale = Locale(load_settings(session).paper_locale)
    counter = counter_of(session, command.person_id)
    for rows in _portions(_waiting(session, count)):
        number = f"{count.number}-{next_number(session, f'sheet-{count.id}'):02}"
        places = [row.count_bin_id for row in rows]
        number_sheet(session, command, count, number, places, command.person_id)
        yield CountSheet(
            locale=locale,
            session_no=count.number,
            sheet_no=number,
            counter=counter,
            lines=tuple(_line(row) for row in rows),
            zone=", ".join(dict.fromkeys(row.zone for row in rows if row.zone)),
            printed_at=_stamp(command.at, command.zone),
        )


def _portions(rows: Sequence[Any]) -> Iterator[list[Any]]:
    """Yield the rows of each sheet, at most as many sheets as are printed at once."""
    sheet: list[Any] = []
    sheets = 0
    for _, of_bin in groupby(rows, key=lambda row: row.count_bin_id):
        goods = list(of_bin)
        if sheet and len(sheet) + len(goods) > SHEET_LINES:
            yield sheet
            sheet, sheets = [], sheets + 1
        if sheets == MOST_SHEETS:
            return
        sheet += goods[:MOST_IN_BIN]
    if sheet:
        yield sheet


def _line(row: Any) -> SheetLine:
    return SheetLine(
        bin_code=row.bin_code, sku_code=row.sku_code or "", name=row.name or "",
        properties=row.properties or "",
        has_lots=bool(row.is_lot_tracked and not row.is_serial_tracked),
        has_best_before=bool(row.is_expiry_tracked and not row.is_serial_tracked),
        has_serials=bool(row.is_serial_tracked),
    )  # fmt: skip


def _waiting(session: Session, count: CountSession) -> list[Any]:
    """Return bin and goods of every bin that waits; an empty bin is a line of its own.

    Of one that was counted these are the goods asked again.
    """
    stands = sa.and_(StockBalance.bin_id == CountBin.bin_id, StockBalance.on_hand != 0)
    if count.is_by_sku:
        wanted = sa.select(CountWanted.sku_id).where(CountWanted.session_id == count.id)
        stands = sa.and_(stands, StockBalance.sku_id.in_(wanted))
    is_first = sa.and_(
        CountBin.counted_at.is_(None), CountBin.state.in_((BinState.OPEN, BinState.TAKEN))
    )
    first = _goods().outerjoin(StockBalance, stands).outerjoin(Sku, Sku.id == StockBalance.sku_id)
    asked = (
        sa.select(CountLine.count_bin_id, CountLine.sku_id)
        .where(CountLine.session_id == count.id, CountLine.state.in_(ASKED_AGAIN))
        .distinct()
        .subquery()
    )
    again = (
        _goods()
        .join(asked, asked.c.count_bin_id == CountBin.id)
        .join(Sku, Sku.id == asked.c.sku_id)
        .where(CountBin.counted_at.is_not(None))
    )
    here = sa.and_(CountBin.session_id == count.id, Bin.is_active)
    rows = [*session.execute(first.where(here, is_first)), *session.execute(again.where(here))]
    return sorted(rows, key=lambda row: (row.sequence, row.count_bin_id, row.sku_code or ""))


def _goods() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            CountBin.id.label("count_bin_id"),
            CountBin.sequence,
            Bin.code.label("bin_code"),
            Zone.code.label("zone"),
            Sku.code.label("sku_code"),
            Sku.name,
            Sku.properties,
            Sku.is_lot_tracked,
            Sku.is_expiry_tracked,
            Sku.is_serial_tracked,
        )
        .select_from(CountBin)
        .join(Bin, Bin.id == CountBin.bin_id)
        .outerjoin(Zone, Zone.id == Bin.zone_id)
    )


def _stamp(at: datetime | None, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime(STAMP) if at else ""


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} %"


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else '+' if fen > 0 else ''}¥{abs(fen) / YUAN:,.2f}"
