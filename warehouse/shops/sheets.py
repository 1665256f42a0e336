"""A workbook's sheet as a stream of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from warehouse.shops import refusals
from warehouse.shops.cells import FormulaText, NumberText
from warehouse.shops.limits import Limits
from warehouse.shops.parts import PartRefused, SharedTexts, feed
from warehouse.shops.tables import Row

LETTERS = 26
LONGEST_EXPONENT = 30
YES = ("1", "true")


def sheet_rows(
    blocks: Iterable[bytes], texts: SharedTexts, limits: Limits, hidden: set[int]
) -> Iterator[Row]:
    """Yield the rows of a sheet that hold anything, with their numbers.

    The numbers of those that nobody sees are put into `hidden` before.

    Raises:
        PartRefused: damaged, hostile, or beyond the limits of rows and columns.
    """
    reader = _SheetReader(texts, limits, hidden)
    for _ in feed(blocks, reader.start, reader.end, reader.data):
        if reader.rows:
            yield from reader.rows
            reader.rows = []


class _SheetReader:
    def __init__(self, texts: SharedTexts, limits: Limits, hidden: set[int]) -> None:
        self.rows: list[Row] = []
        self._hidden = hidden
        self._texts = texts
        self._limits = limits
        self._columns: dict[str, int] = {}
        self._number = 0
        self._cells: list[str] = []
        self._column = -1
        self._kind = "n"
        self._value = self._formula = ""
        self._has_formula = False
        self._into = ""  # what character data belongs to: v, f, t or nothing
        self._is_aid = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name in ("v", "t"):
            self._into = "" if self._is_aid else name
        elif name == "row":
            self._start_row(attributes)
        elif name == "f":
            self._has_formula = True
            self._into = name
        elif name == "rPh":
            self._is_aid = True

    def data(self, text: str) -> None:
        if not self._into:
            return
        if self._into == "f":
            self._formula += text
        else:
            self._value += text
        if len(self._value) + len(self._formula) > 2 * self._limits.cell_chars:
            raise PartRefused(refusals.UNSAFE_WORKBOOK)

    def end(self, name: str) -> None:
        if name == "c":
            self._end_cell()
        elif name == "row":
            if any(self._cells):
                self.rows.append((self._number, self._cells))
        elif name in ("v", "t", "f"):
            self._into = ""
        elif name == "rPh":
            self._is_aid = False

    def _start_row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r", "")
        self._number = int(given) if given.isdecimal() and len(given) < 9 else self._number + 1  # noqa: PLR2004
        if self._number > self._limits.rows:
            raise PartRefused(refusals.too_many_rows(self._limits.rows))
        if attributes.get("hidden") in YES:
            self._hidden.add(self._number)
        self._cells, self._column = [], -1

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        if place:
            letters = place.rstrip("0123456789")
            column = self._columns.get(letters)
            if column is None:
                column = self._columns[letters] = self._column_number(letters)
            self._column = column
        else:
            self._column += 1
        if self._column >= self._limits.columns:
            raise PartRefused(refusals.too_many_columns(self._limits.columns))
        self._kind = attributes.get("t", "n")
        self._value = self._formula = ""
        self._has_formula = False

    def _column_number(self, letters: str) -> int:
        number = 0
        for letter in letters[:4]:
            number = number * LETTERS + ord(letter.upper()) - ord("A") + 1
        if number <= 0 or not letters.isascii() or not letters.isalpha():
            raise PartRefused(refusals.DAMAGED_WORKBOOK)
        return number - 1

    def _end_cell(self) -> None:
        value = self._value
        if self._has_formula:
            value = self._of_formula()
        elif not value:
            return
        elif self._kind == "s":
            value = self._texts[value]
        elif self._kind == "b":
            value = "TRUE" if value in YES else "FALSE"  # as it is shown; no number
        elif self._kind == "n":
            value = NumberText(value if value.isdigit() else _plain_number(value))
        cells = self._cells
        while len(cells) < self._column:
            cells.append("")
        if len(cells) == self._column:
            cells.append(value)
        else:
            cells[self._column] = value

    def _of_formula(self) -> str:
        formula = self._formula
        # ="5100…" is how sellers keep a number's digits: a plain text in a formula's clothes.
        if len(formula) > 1 and formula[0] == formula[-1] == '"' and '"' not in formula[1:-1]:
            return formula[1:-1]
        return FormulaText("=" + formula)


def _plain_number(text: str) -> str:
    """Return a number without exponent and needless decimals: 1.38E10 is 13800000000."""
    try:
        number = Decimal(text)
    except ArithmeticError:
        return text
    if not number.is_finite() or abs(number.adjusted()) > LONGEST_EXPONENT:
        return text
    return str(int(number)) if number == int(number) else f"{number:f}"
