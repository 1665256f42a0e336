"""What was typed in of a sheet: kept line by line, and whether it can still be typed in anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.commands import Command
from warehouse.counting.book import Goods
from warehouse.counting.models import (
    CountBin,
    CountEntry,
    CountLine,
    CountScan,
    CountSession,
    CountTake,
    SessionState,
    TakeKind,
)
from warehouse.counting.queries import name_of, open_take
from warehouse.counting.rows import CountedBin
from warehouse.counting.sheet_models import CountPaper, CountPaperBin
from warehouse.errors import RuleViolation
from warehouse.inventory.models import Lot
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class Typed:
    """The pieces of a sheet that was typed in, and the serial numbers of those known by them."""

    pieces: Mapping[Goods, int]
    serials: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def of(self, goods: Goods) -> tuple[int, frozenset[str]]:
        """Return what was said of the goods; nothing is no piece."""
        return self.pieces.get(goods, 0), self.serials.get(goods[0], frozenset())


def keep_typed(
    session: Session, command: Command, found: Iterable[CountedBin], takes: Mapping[int, int]
) -> None:
    """Keep the lines of sheets as they were typed in, by the pass (`takes`: by count bin)."""
    rows: list[dict[str, Any]] = []
    for place in found:
        for (sku_id, lot_id), pieces in place.pieces.items():
            numbers = place.serials.get(sku_id, frozenset())
            said = [(code, 1) for code in sorted(numbers)] or ([("", pieces)] if pieces else [])
            rows += [
                {"take_id": takes[place.count_bin_id], "sku_id": sku_id, "lot_id": lot_id,
                 "serial": code, "pieces": count, "at": command.at}
                for code, count in said
            ]  # fmt: skip
    if rows:
        session.execute(sa.insert(CountScan), rows)


def typed_of(session: Session, take_id: int) -> Typed:
    """Return what was typed in; of sheets whose lines nobody kept, without serial numbers."""
    pieces: dict[Goods, int] = {}
    serials: dict[int, frozenset[str]] = {}
    scans = session.execute(
        sa.select(CountScan.sku_id, CountScan.lot_id, CountScan.serial, CountScan.pieces).where(
            CountScan.take_id == take_id
        )
    ).all()
    for row in scans:
        goods = (row.sku_id, row.lot_id)
        pieces[goods] = pieces.get(goods, 0) + row.pieces
        if row.serial:
            serials[row.sku_id] = serials.get(row.sku_id, frozenset()) | {row.serial}
    if not scans:
        entries = session.execute(
            sa.select(CountLine.sku_id, CountLine.lot_id, CountEntry.pieces)
            .join(CountLine, CountLine.id == CountEntry.line_id)
            .where(
                CountEntry.take_id == take_id, CountEntry.pieces > 0, CountLine.serials.is_(None)
            )
        )
        pieces = {(row.sku_id, row.lot_id): row.pieces for row in entries}
    return Typed(pieces=pieces, serials=serials)


def typed_pass(session: Session, count: CountSession, place: CountBin) -> CountTake:
    """Return the pass over a bin that was typed in last, as long as it can be typed in anew.

    Raises:
        RuleViolation: the count has ended; somebody counts the bin now, or has since; what was
            counted last was not typed in.
    """
    if count.state not in (SessionState.COUNTING, SessionState.REVIEW):
        raise RuleViolation(say("Count {number} is not being counted.", number=count.number))
    code = session.scalar(sa.select(Bin.code).where(Bin.id == place.bin_id))
    at_it = open_take(session, place.id)
    if at_it is not None:
        raise RuleViolation(
            say("{name} is counting {bin} again. Wait for those figures, or have the bin left for"
                " later: then its sheet can be corrected.", name=name_of(session, at_it.person_id),
                bin=code)
        )  # fmt: skip
    last = session.scalars(
        sa.select(CountTake)
        .where(CountTake.count_bin_id == place.id, ~CountTake.is_dropped)
        .order_by(CountTake.id.desc())
        .limit(1)
    ).first()
    if last is None:
        raise RuleViolation(say("Nothing has been typed in of {bin} yet.", bin=code))
    if last.kind is not TakeKind.PAPER:
        raise RuleViolation(
            say("{bin} was counted last on a tablet or from a file. Have its lines asked again, if"
                " they are wrong.", bin=code)
        )  # fmt: skip
    return last


def correctable(session: Session, count_bin_ids: Iterable[int]) -> set[int]:
    """Return those of the bins that were typed in last; whether one counts now is told there."""
    newest = (
        sa.select(sa.func.max(CountTake.id))
        .where(
            CountTake.count_bin_id.in_(set(count_bin_ids)),
            ~CountTake.is_dropped,
            CountTake.closed_at.is_not(None),
        )
        .group_by(CountTake.count_bin_id)
    )
    query = sa.select(CountTake.count_bin_id).where(
        CountTake.id.in_(newest), CountTake.kind == TakeKind.PAPER
    )
    return set(session.scalars(query))


def is_typed(session: Session, session_id: int) -> bool:
    """Tell whether anything of a count was typed in of sheets."""
    query = (
        sa.select(CountTake.id)
        .join(CountBin, CountBin.id == CountTake.count_bin_id)
        .where(CountBin.session_id == session_id, CountTake.kind == TakeKind.PAPER)
    )
    return session.execute(query.limit(1)).first() is not None


def sheet_of(session: Session, take_id: int) -> str:
    """Return the number of the sheet a pass came of, "" where it was none."""
    query = (
        sa.select(CountPaper.number)
        .join(CountPaperBin, CountPaperBin.paper_id == CountPaper.id)
        .where(CountPaperBin.take_id == take_id)
    )
    return session.scalar(query) or ""


def goods_of(session: Session, take: CountTake, said: Typed) -> Sequence[Any]:
    """Return the SKUs and lots a typed pass was about, said or not there, by code."""
    entries = session.execute(
        sa.select(CountLine.sku_id, CountLine.lot_id)
        .join(CountEntry, CountEntry.line_id == CountLine.id)
        .where(CountEntry.take_id == take.id)
    )
    goods = {*((row.sku_id, row.lot_id) for row in entries), *said.pieces}
    lots = {lot_id for _, lot_id in goods if lot_id is not None}
    codes = {
        row.id: row.code
        for row in session.execute(sa.select(Lot.id, Lot.code).where(Lot.id.in_(lots)))
    }
    skus = {
        sku.id: sku
        for sku in session.scalars(sa.select(Sku).where(Sku.id.in_({sku for sku, _ in goods})))
    }
    found = [(skus[sku_id], codes.get(lot_id or 0, ""), (sku_id, lot_id))
             for sku_id, lot_id in goods]  # fmt: skip
    return sorted(found, key=lambda row: (row[0].code, row[1]))
