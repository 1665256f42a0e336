"""Takes the rows of one table apart and puts them down; what cannot be read is put aside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import Any
from zoneinfo import ZoneInfo

from warehouse.shops import cells, refusals
from warehouse.shops.cells import Convert
from warehouse.shops.layouts import Match
from warehouse.shops.parsing import (
    Missing,
    broken_line,
    line_plan,
    line_row,
    order_plan,
    order_row,
    told_of,
)
from warehouse.shops.refusals import BadCell, shown
from warehouse.shops.rows import Level, Rejected
from warehouse.shops.staging import Staging
from warehouse.shops.tables import Row, Table
from warehouse.text import Text

SAMPLE_ROWS = 200
FEWEST_TAILS = 3  # so many numbers, all ending in zeros, are no chance


class RowRefused(Exception):
    """A row cannot be taken: the fact and cell at fault, and why."""

    def __init__(self, fact: str, cell: str, reason: Text) -> None:
        super().__init__(reason.msgid)
        self.fact = fact
        self.cell = cell
        self.reason = reason


class TableReader:
    """Reads one table into the staging, some rows at a time."""

    def __init__(
        self, place: str, table: Table, match: Match, staging: Staging, zone: ZoneInfo
    ) -> None:
        self.rows = 0
        self.rejected = 0
        self._place = shown(place)
        self._staging = staging
        self._told = staging.add_told(told_of(match))
        self._match = match
        self._layout = match.layout
        self._width = len(match.header)
        self._is_typed = table.is_typed
        self._hidden = table.hidden
        self._last_needed = max(
            match.at[fact] for group in match.layout.needs for fact in group if fact in match.at
        )
        rows = table.rows if table.is_ended else _without_cut_end(table.rows, self._width)
        sample = list(islice(rows, SAMPLE_ROWS))
        self._stream: Iterator[Row] = chain(sample, rows)
        self._number = _number_converter(match, sample)
        self._orders = order_plan(match, zone, table.serial_days, self._number)
        self._lines = line_plan(match, zone, table.serial_days, self._number)
        self._take = {
            Level.ORDERS: self._take_order,
            Level.LINES: self._take_line,
            Level.BOTH: self._take_both,
        }[match.layout.level]
        self._last_facts: list[Any] = []
        self._last_key = ("", "", "")  # platform, order number, key

    def read(self, count: int) -> int:
        """Read at most `count` rows and return how many there were."""
        seen = 0
        for number, row in islice(self._stream, count):
            seen += 1
            if not any(row):
                continue
            self.rows += 1
            try:
                if number in self._hidden:
                    raise RowRefused("", "", refusals.HIDDEN_ROW)
                if len(row) != self._width:
                    self._fit(row)
                row.append("")
                self._take(number, row)
            except BadCell:
                self._put_aside(number, row, self._refusal(row))
            except RowRefused as refused:
                self._put_aside(number, row, refused)
        return seen

    def _refusal(self, row: list[str]) -> RowRefused:
        """Return what is wrong with a row: its first cell that cannot be taken."""
        is_both = self._layout.level is Level.BOTH
        plans = {Level.ORDERS: (self._orders,), Level.LINES: (self._lines,)}
        for plan in (self._orders, self._lines) if is_both else plans[self._layout.level]:
            if found := plan.culprit(row):
                return RowRefused(*found)
        raise AssertionError("no cell of this row is refused")

    def _fit(self, row: list[str]) -> None:
        """Make a row as wide as the header, if it is only blank cells that differ."""
        extra = next((cell for cell in row[self._width :] if cell.strip()), "")
        if extra:
            raise RowRefused("", extra, refusals.ROW_LONG)
        if len(row) <= self._last_needed and not self._is_typed:
            # Spreadsheets leave out empty cells at the end of a CSV row, but never these.
            raise RowRefused("", row[-1], refusals.ROW_CUT)
        del row[self._width :]
        row.extend([""] * (self._width - len(row)))

    def _take_order(self, number: int, row: list[str]) -> None:
        values = self._orders.take(row)
        self._put_order(values, self._key(values[1], values[2], values[0]), number)

    def _take_line(self, number: int, row: list[str]) -> None:
        values = self._lines.take(row)
        self._put_line(values, self._key("", "", values[0]), number)

    def _take_both(self, number: int, row: list[str]) -> None:
        values = self._orders.take(row)
        key = self._key(values[1], values[2], values[0])
        # The columns of the order are repeated on each of its lines, or left empty after the
        # first; only what is new needs to be put down.
        if values != self._last_facts and (any(values[1:]) or not self._last_facts):
            self._put_order(values, key, number)
            self._last_facts = values
        self._put_line(self._lines.take(row), key, number)

    def _key(self, platform: str, shop_code: str, order_no: str) -> str:
        if not order_no:
            raise RowRefused("order_no", "", refusals.MISSING)
        if self._layout.digits_only:
            return f"{self._layout.platform}\x1f{order_no}"
        last_platform, last_no, last_key = self._last_key
        if last_no == order_no and not shop_code and platform in ("", last_platform):
            return last_key
        key = f"{platform or self._layout.platform}\x1f{order_no}\x1f{shop_code}"
        self._last_key = (platform, order_no, key)
        self._last_facts = []
        return key

    def _put_order(self, values: list[Any], key: str, number: int) -> None:
        platform = key.partition("\x1f")[0]
        try:
            row = order_row(values, platform, self._layout.level, (self._place, number), self._told)
        except Missing as missing:
            raise RowRefused(missing.fact, "", refusals.MISSING) from None
        self._staging.add_order(key, row)

    def _put_line(self, values: list[Any], key: str, number: int) -> None:
        platform = key.partition("\x1f")[0]
        try:
            row = line_row(values, platform, (self._place, number))
        except Missing as missing:
            raise RowRefused(missing.fact, "", refusals.MISSING) from None
        self._staging.add_line(key, row)

    def _put_aside(self, number: int, row: list[str], refused: RowRefused) -> None:
        self.rejected += 1
        self._staging.add_rejected(
            Rejected(
                file=self._place,
                row=number,
                column=shown(self._match.name_of(refused.fact)),
                value=shown(refused.cell),
                reason=refused.reason,
            )
        )
        if self._layout.level is not Level.ORDERS:
            self._mark_broken(number, row)

    def _mark_broken(self, number: int, row: list[str]) -> None:
        """Remember that the order of this row lacks a line, if its number can be read."""
        try:
            order_no = self._number(row[self._match.at["order_no"]])
            key = self._key("", "", order_no)
        except (BadCell, RowRefused, IndexError):
            return
        platform = key.partition("\x1f")[0]
        mark = broken_line(platform, order_no, (self._place, number))
        self._staging.add_line(key, mark)


def _without_cut_end(rows: Iterator[Row], width: int) -> Iterator[Row]:
    """Yield the rows; of a last one that is too short, only its first cell, so it is refused."""
    last = next(rows, None)
    for row in rows:
        if last:
            yield last
        last = row
    if last:
        number, cells_ = last
        yield number, cells_ if len(cells_) >= width else cells_[:1]


def _number_converter(match: Match, sample: Sequence[Row]) -> Convert:
    """Return the converter of order and line numbers of this table.

    Where every long number ends in zeros, the whole column went through a spreadsheet as
    numbers and came back as text: then such numbers are refused.
    """
    convert = cells.digits_code if match.layout.digits_only else cells.number_code
    long = set()
    for _, row in sample:
        cell = row[match.at["order_no"]] if len(row) > match.at["order_no"] else ""
        text = cell.strip("'\"= \t")
        if text.isdigit() and len(text) > cells.SAFE_DIGITS + 1:
            long.add(text)
    if len(long) < FEWEST_TAILS or not all(map(cells.lost_its_tail, long)):
        return convert

    def convert_damaged(cell: str) -> str:
        number = convert(cell)
        if cells.lost_its_tail(number):
            raise BadCell(refusals.DAMAGED_NUMBER)
        return number

    return convert_damaged
