"""The papers of a count: blind sheets for a power cut, and the report to be signed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import CountedLine, CountReport, CountSheet, Document, Locale
from printing.documents import CountLine as SheetLine
from printing.queue import enqueue
from warehouse.catalog.models import Bin, Sku, Zone
from warehouse.commands import Command, Outcome
from warehouse.counting import desk
from warehouse.counting.commands.sessions import locked
from warehouse.counting.models import (
    BinState,
    CountBin,
    CountLine,
    CountSession,
    CountWanted,
    LineState,
    SessionState,
)
from warehouse.counting.queries import progress
from warehouse.counting.words import REASON_WORDS, STATE_WORDS
from warehouse.errors import RuleViolation
from warehouse.inventory.models import StockBalance
from warehouse.numbers import next_number
from warehouse.people import trail
from warehouse.people.models import Person
from warehouse.people.rights import Right, rights_of
from warehouse.settings import load_settings
from warehouse.text import say, translate

SHEET_LINES = 400  # on one paper: a zone's aisle, and short enough to be printed again
MOST_SHEETS = 60
REPORT_LINES = 2_000
MOST_NUMBERS = 3  # of each, in one line of the report
STAMP = "%Y-%m-%d %H:%M"
YUAN = 100


@dataclass(frozen=True, kw_only=True)
class PrintCountSheets(Command):
    """Sheets of the bins that nobody has counted, to be written on and typed in."""

    session_id: int


@dataclass(frozen=True, kw_only=True)
class PrintCountReport(Command):
    """The result so far, to be signed."""

    session_id: int


def print_count_sheets(session: Session, command: PrintCountSheets) -> Outcome:
    """Ask for blind sheets, bins in walking order with the goods the book has there, and room.

    Raises:
        NotFound: no such count. RuleViolation: no bin of it waits, or it has ended.
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
        NotFound: no such count.
    """
    count = locked(session, command.session_id)
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
    done = progress(session, count.id)
    rows = session.execute(
        desk.line_list(count.id)
        .where(desk.OFF > 0)
        .order_by(CountBin.sequence, Sku.code, CountLine.id)
        .limit(REPORT_LINES)
    ).all()
    different = exact.lines - _agreed(session, count)
    return CountReport(
        locale=locale,
        session_no=count.number,
        name=count.name,
        state=translate(STATE_WORDS[count.state], locale),
        begun_at=_stamp(count.started_at or count.opened_at, zone),
        ended_at=_stamp(count.ended_at, zone),
        counters=", ".join(row.name for row in desk.counters_of(session, count.id)),
        bins=f"{done.get(BinState.COUNTED, 0):,} / {sum(done.values()):,}",
        agreed=f"{exact.lines - different:,} / {exact.lines:,}",
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
                reason=translate(REASON_WORDS[row.reason], locale) if row.reason
                else translate(STATE_WORDS[row.state], locale),
            )
            for row in rows
        ),
        left_out=max(different - len(rows), 0),
        printed_at=_stamp(at, zone),
    )  # fmt: skip


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
    site = load_settings(session)
    lines: list[SheetLine] = []
    zones: list[str] = []

    def sheet() -> CountSheet:
        return CountSheet(
            locale=Locale(site.paper_locale),
            session_no=count.number,
            lines=tuple(lines),
            zone=", ".join(dict.fromkeys(zone for zone in zones if zone)),
            printed_at=_stamp(command.at, command.zone),
        )

    for number, row in enumerate(_waiting(session, count)):
        if number == SHEET_LINES * MOST_SHEETS:
            break
        lines.append(
            SheetLine(bin_code=row.bin_code, sku_code=row.sku_code or "", name=row.name or "",
                      properties=row.properties or "")
        )  # fmt: skip
        zones.append(row.zone or "")
        if len(lines) == SHEET_LINES:
            yield sheet()
            lines, zones = [], []
    if lines:
        yield sheet()


def _waiting(session: Session, count: CountSession) -> Any:
    """Return bin and goods of every bin nobody has counted; an empty bin is a line of its own."""
    stands = sa.and_(StockBalance.bin_id == CountBin.bin_id, StockBalance.on_hand != 0)
    if count.is_by_sku:
        wanted = sa.select(CountWanted.sku_id).where(CountWanted.session_id == count.id)
        stands = sa.and_(stands, StockBalance.sku_id.in_(wanted))
    return session.execute(
        sa.select(
            Bin.code.label("bin_code"),
            Zone.code.label("zone"),
            Sku.code.label("sku_code"),
            Sku.name,
            Sku.properties,
        )
        .select_from(CountBin)
        .join(Bin, Bin.id == CountBin.bin_id)
        .outerjoin(Zone, Zone.id == Bin.zone_id)
        .outerjoin(StockBalance, stands)
        .outerjoin(Sku, Sku.id == StockBalance.sku_id)
        .where(
            CountBin.session_id == count.id,
            CountBin.state.in_((BinState.OPEN, BinState.TAKEN)),
            Bin.is_active,
        )
        .order_by(CountBin.sequence, Sku.code)
    )


def _agreed(session: Session, count: CountSession) -> int:
    query = sa.select(sa.func.count()).where(
        CountLine.session_id == count.id,
        desk.OFF == 0,
        CountLine.state != LineState.LOOK,
    )
    return session.scalar(query) or 0


def _stamp(at: datetime | None, zone: tzinfo) -> str:
    return at.astimezone(zone).strftime(STAMP) if at else ""


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} %"


def _yuan(fen: int) -> str:
    return f"{'-' if fen < 0 else '+' if fen > 0 else ''}¥{abs(fen) / YUAN:,.2f}"
