"""Lists of our own (SKUs, bins, stock) from CSV and XLSX files, row by row, as robust as orders."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from warehouse.shops import cells, refusals
from warehouse.shops.cells import Convert
from warehouse.shops.layouts import Layout
from warehouse.shops.limits import LIMITS, Limits
from warehouse.shops.refusals import BadCell, FileRefused, shown
from warehouse.shops.rows import Level, Rejected, SourceFile
from warehouse.shops.sources import open_tables
from warehouse.shops.tables import Table
from warehouse.text import Text, say

CHUNK_ROWS = 500
HEADS_NAMED = 20
MOST_DIGITS = 9
_AMOUNT = re.compile(r"(\d{1,7}(?:\.\d{1,4})?)([A-Za-z\u4e00-\u9fff]*)")
_GRAMS = {"": 1, "g": 1, "克": 1, "kg": 1000, "公斤": 1000, "千克": 1000}
_MILLIMETRES = {"": 1, "mm": 1, "毫米": 1, "cm": 10, "厘米": 10, "m": 1000, "米": 1000}


@dataclass(frozen=True, kw_only=True)
class ListColumn:
    """One column: the field it fills, the names it may have, how its cells are read.

    `meaning` tells somebody who makes a list what to write.
    """

    field: str
    names: tuple[str, ...]
    read: Convert
    is_needed: bool = False
    meaning: Text | None = None

    def heading(self, locale: str) -> str:
        """Return the name the column has in a list made for people of this language."""
        english = (name for name in self.names if name.isascii())
        return self.names[0] if locale.startswith("zh") else next(english, self.names[0])


class ListRow(NamedTuple):
    """One row: its number as a spreadsheet shows it, and its values.

    `heads` are the file's own names of the columns, by field, for whoever finds fault with a value.
    A row with `faults` has cells that nobody can read: it is not taken, and its other values are
    there to be told what is wrong with them as well. `not_read` are the headings of its table
    that no column is called.
    """

    row: int
    values: dict[str, Any]
    heads: Mapping[str, str]
    place: str  # the file, and the sheet of it
    faults: tuple[Rejected, ...] = ()
    not_read: tuple[str, ...] = ()

    @property
    def unread(self) -> tuple[str, ...]:
        """The fields whose cells nobody can read."""
        return tuple(self.heads.keys() - self.values.keys()) if self.faults else ()


@dataclass(frozen=True, kw_only=True)
class ListReport:
    """What an import of a list did; `rejected` are the faults of the rows that were not taken.

    `not_read` are the headings of columns that nobody knows, each once.
    """

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    rejected: tuple[Rejected, ...] = ()
    not_read: tuple[str, ...] = ()

    @property
    def rows_rejected(self) -> int:
        """How many rows were not taken; each may have several faults."""
        return len({(fault.file, fault.row) for fault in self.rejected})


OnRows = Callable[[int], None]  # told after each chunk how many rows are done


def read_list(
    file: Path | SourceFile,
    columns: Sequence[ListColumn],
    *,
    is_one_table: bool = False,
    limits: Limits = LIMITS,
) -> Iterator[ListRow | Rejected]:
    """Yield the rows of a CSV or XLSX list; what is no row of the table comes as `Rejected`.

    A row with cells that cannot be read has a fault for each of them. No row comes from where
    nobody looks: a hidden one is `Rejected`, a hidden sheet with rows refuses the file before any
    is taken. Sheets without the needed columns are passed over.
    `is_one_table`: rows add up, so that several filled sheets are refused as well.

    Raises:
        FileRefused: no table, none with the needed columns, a hidden one, or more than one.
    """
    source = file if isinstance(file, SourceFile) else SourceFile(path=file, name=file.name)
    layout = Layout(
        name="list",
        platform="",
        level=Level.LINES,
        columns={column.field: column.names for column in columns},
        needs=tuple((column.field,) for column in columns if column.is_needed),
        unknown=lambda head: _unknown_header(columns, head),
    )
    _require_seen(source, layout, limits, is_one_table=is_one_table)
    head, is_found = "", False
    with ExitStack() as stack:
        for table in open_tables(source, (layout,), limits, stack):
            head = head or table.head
            if table.match is not None:
                is_found = True
                for row in _rows(source.name, table, columns):
                    is_hidden = row.row in table.hidden
                    yield _hidden_row(source.name, row.row) if is_hidden else row
    if not is_found:
        raise FileRefused(source.name, layout.unknown(shown(head)))


def _hidden_row(file: str, row: int) -> Rejected:
    return Rejected(file=file, row=row, column="", value="", reason=refusals.HIDDEN_ROW)


def _require_seen(
    source: SourceFile, layout: Layout, limits: Limits, *, is_one_table: bool
) -> None:
    """Refuse a workbook with rows in a sheet that nobody sees, or in several where one may be."""
    filled: dict[str, bool] = {}
    with ExitStack() as stack:
        for table in open_tables(source, (layout,), limits, stack):
            if not table.sheet:
                return
            if table.match is not None and table.is_filled():
                filled[table.sheet] = table.is_hidden
    if is_one_table and len(filled) > 1:
        sheets = shown(", ".join(filled))
        raise FileRefused(source.name, say("Several sheets are filled: {sheets}. Send a file with"
                                           " one.", sheets=sheets))  # fmt: skip
    for sheet, is_hidden in filled.items():
        if is_hidden:
            raise FileRefused(source.name, refusals.hidden_sheet(sheet))


def chunks_of(
    rows: Iterator[ListRow | Rejected], rejected: list[Rejected], size: int = CHUNK_ROWS
) -> Iterator[list[ListRow]]:
    """Yield the rows by the chunk and put what cannot be read of the list into `rejected`."""
    chunk: list[ListRow] = []
    for row in rows:
        if isinstance(row, Rejected):
            rejected.append(row)
            continue
        rejected.extend(row.faults)
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def heads_not_read(rows: Iterable[ListRow]) -> dict[str, None]:
    """Return the headings that no column is called, each once, in the order of the tables."""
    tables = dict.fromkeys(row.not_read for row in rows)
    return dict.fromkeys(head for heads in tables for head in heads)


def not_read(heads: Sequence[str]) -> Text | None:
    """Return the sentence that names headings nobody knows, None if there are none."""
    if not heads:
        return None
    more = ["…"] if len(heads) > HEADS_NAMED else []
    return say("Columns not read: {heads}.", heads=", ".join([*heads[:HEADS_NAMED], *more]))


def whole(cell: str) -> int | None:
    """Return a whole number, None for an empty cell."""
    text = unicodedata.normalize("NFKC", cells.clean(cell)).replace(",", "")
    if not text:
        return None
    if not re.fullmatch(r"-?\d+(\.0+)?", text):
        raise BadCell(say("This is not a whole number."))
    digits = text.partition(".")[0]
    if len(digits.lstrip("-0")) > MOST_DIGITS:
        raise BadCell(say("This number is too large."))
    return int(digits)


def day(cell: str) -> date | None:
    """Return a day as 2027-12-31, 2027/12/31, 20271231, 2027年12月31日; None for an empty cell."""
    text = unicodedata.normalize("NFKC", cells.clean(cell)).split(" ")[0]
    if not text:
        return None
    match = _DAY.fullmatch(text)
    try:
        found = date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        found = None
    if found is None or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise BadCell(say("This is not a day. Write 2027-12-31."))
    return found


def yes_or_no(cell: str) -> bool | None:
    """Return whether a cell says yes, None for an empty one."""
    text = cells.clean(cell).lower()
    if not text:
        return None
    if text not in _WORDS:
        raise BadCell(say("Write yes or no."))
    return _WORDS[text]


def codes(cell: str) -> tuple[str, ...]:
    """Return the codes of a cell, several separated by blanks, commas or semicolons."""
    parts = re.split(r"[\s,;，；、|]+", str(cell))
    return tuple(filter(None, (cells.seller_code(part) for part in parts)))


_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?")
_FIRST_YEAR, _LAST_YEAR = 2000, 2099
_WORDS = {"yes": True, "y": True, "1": True, "true": True, "是": True, "√": True,
          "no": False, "n": False, "0": False, "false": False, "否": False, "×": False}  # fmt: skip


def grams(cell: str) -> int | None:
    """Return a weight in grams: 250, 250g and 0.25kg are the same. None for an empty cell."""
    return _measure(cell, _GRAMS, say("This is not a weight. Write it in grams, as 250."))


def millimetres(cell: str) -> int | None:
    """Return a length in millimetres: 300, 30cm and 0.3m are the same. None if empty."""
    return _measure(cell, _MILLIMETRES, say("This is not a length. Write it in mm, as 300."))


def _measure(cell: str, units: dict[str, int], problem: Text) -> int | None:
    text = unicodedata.normalize("NFKC", cells.clean(cell)).replace(" ", "").replace(",", "")
    if not text:
        return None
    match = _AMOUNT.fullmatch(text)
    unit = units.get(match[2].lower()) if match else None
    if match is None or unit is None:
        raise BadCell(problem)
    value = round(float(match[1]) * unit)
    if value <= 0:
        raise BadCell(problem)
    return value


def _rows(name: str, table: Table, columns: Sequence[ListColumn]) -> Iterator[ListRow | Rejected]:
    match = table.match
    assert match is not None  # noqa: S101  (the caller looked)
    place = f"{name} [{table.sheet}]" if table.sheet else name
    found = [
        (column, match.at[column.field], _reading(column, table))
        for column in columns
        if column.field in match.at
    ]
    heads = {column.field: shown(match.header[at]) for column, at, _ in found}
    not_read = tuple(dict.fromkeys(map(shown, match.unused)))
    last_needed = max(at for column, at, _ in found if column.is_needed)
    width = len(match.header)
    for number, row in table.rows:
        if not any(map(str.strip, row)):
            continue
        extra = next(filter(str.strip, row[width:]), "")
        if extra or (len(row) <= last_needed and not table.is_typed):
            reason = refusals.ROW_LONG if extra else refusals.ROW_CUT
            yield Rejected(file=place, row=number, column="", value=shown(extra), reason=reason)
            continue
        cells_ = [*row, *[""] * (width - len(row))]
        values: dict[str, Any] = {}
        faults = [
            Rejected(file=place, row=number, column=heads[column.field], value=shown(cells_[at]),
                     reason=refused)
            for column, at, read in found
            if (refused := _take(values, column, read, cells_[at])) is not None
        ]  # fmt: skip
        yield ListRow(number, values, heads, place, tuple(faults), not_read)


def _reading(column: ListColumn, table: Table) -> Convert:
    """Return how a table's cells of a column are read: texts recur, and one answer does for all.

    In a workbook a number and a text may look the same and be read differently.
    """
    return column.read if table.is_typed else cells.remembering(column.read)


def _take(values: dict[str, Any], column: ListColumn, read: Convert, cell: str) -> Text | None:
    try:
        value = read(cell)
    except BadCell as bad:
        return bad.reason
    if column.is_needed and value in ("", None, ()):
        return refusals.MISSING
    values[column.field] = value
    return None


def _unknown_header(columns: Sequence[ListColumn], head: str) -> Text:
    needed = "; ".join(" / ".join(c.names) for c in columns if c.is_needed)
    return say(
        "This list needs the columns {needed}. No row names them all. The first one reads:"
        " {header}",
        needed=needed,
        header=head,
    )
