"""Pages that run over: blocks and table rows from the top, a new page where they end."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from printing.geometry import Box
from printing.media import Form, Media
from printing.renderers.pdf.fit import fit
from printing.renderers.pdf.sheet import BLACK, Align, Sheet

ENDLESS_MM = 20_000
HAIRLINE = 0.7
CELL_PAD = 1.0
MIN_ROW_MM = 4.0
ROW_AIR = 1.2
BELOW_GAP = 0.2


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column: its title, width and the letters of its cells; `below`: after their first line."""

    title: str
    width: float
    size_pt: float = 8.5
    floor_pt: float = 6
    bold: bool = False
    align: Align = "left"
    max_lines: int = 3
    below_lines: int = 2


Head = Callable[[Sheet, Box], float]


class Flow:
    """Writes downwards; `head` draws the top of every page and returns its height."""

    def __init__(self, media: Media, *, margin: float, foot_mm: float, head: Head) -> None:
        self._media = media.long(ENDLESS_MM) if media.form is Form.ROLL else media
        self._margin = margin
        self._foot_mm = foot_mm
        self._head = head
        self._columns: Sequence[Column] = ()
        # A thermal head knows no grey: there the line is black.
        self._between = BLACK if media.form is Form.ROLL else HAIRLINE
        self.sheets: list[Sheet] = []
        self._turn()

    @property
    def sheet(self) -> Sheet:
        """The page being written."""
        return self.sheets[-1]

    def block(self, height: float) -> Box:
        """Return a box of this height below what stands, on a new page if it must."""
        if self.y + height > self._bottom:
            self._turn()
        box = Box(self._margin, self.y, self.width, height)
        self.y += height
        return box

    def keep_together(self, height: float) -> None:
        """Begin a new page if less than this height is left on this one."""
        if self.y + height > self._bottom:
            self._turn()

    def text(
        self,
        text: str,
        size_pt: float,
        *,
        bold: bool = False,
        align: Align = "left",
        max_lines: int = 6,
        gap: float = 0.8,
    ) -> None:
        """Write a paragraph as high as it needs to be."""
        if not text:
            return
        fitted = fit(
            text, self.width, ENDLESS_MM, size_pt, floor_pt=size_pt, bold=bold,
            max_lines=max_lines,
        )  # fmt: skip
        box = self.block(fitted.height_mm)
        self.sheet.write(box, text, size_pt, floor_pt=size_pt, bold=bold, align=align,
                         max_lines=max_lines)  # fmt: skip
        self.y += gap

    def begin_table(self, columns: Sequence[Column]) -> None:
        """Draw the table's head here and again on top of every page it runs over."""
        self._columns = columns
        self.block(0 if self.y + 3 * MIN_ROW_MM < self._bottom else MIN_ROW_MM * 3)
        self._table_head()

    def row(self, cells: Sequence[str], *, least_mm: float = MIN_ROW_MM) -> Box:
        """Draw one row as high as its fullest cell; return its box.

        What follows a newline in a cell stands on a line of its own below, whole, however long the
        text before it is.
        """
        height = max(least_mm, *(_cell_mm(column, text) for column, text in self._cells(cells)))
        box = self.block(height)
        x = box.x
        for column, text in self._cells(cells):
            self._cell(Box(x, box.y, column.width, height).inset(CELL_PAD, 0), column, text)
            x += column.width
        self.sheet.rule(box.x, box.bottom - 0.05, box.w, dots=1, level=self._between)
        return box

    def end_table(self) -> None:
        """Rule the table off."""
        self._columns = ()
        self.sheet.rule(self._margin, self.y, self.width, dots=3)
        self.y += 1

    def finish(self, foot: Callable[[Sheet, Box, int, int], None]) -> list[Sheet]:
        """Draw the foot of every page, now that their number is known; return the pages.

        A roll is cut off below what was written.
        """
        if self._media.form is Form.ROLL:
            bottom = self.block(self._foot_mm)
            foot(self.sheet, bottom, 1, 1)
            self.sheet.media = self._media.long(math.ceil(self.y + self._margin))
            return self.sheets
        for number, sheet in enumerate(self.sheets, start=1):
            y = self._media.height_mm - self._margin - self._foot_mm
            box = Box(self._margin, y, self.width, self._foot_mm)
            foot(sheet, box, number, len(self.sheets))
        return self.sheets

    @property
    def width(self) -> float:
        """The width between the margins."""
        return self._media.width_mm - 2 * self._margin

    @property
    def _bottom(self) -> float:
        return self._media.height_mm - self._margin - self._foot_mm

    def _turn(self) -> None:
        self.sheets.append(Sheet(self._media))
        self.y = self._margin
        top = Box(self._margin, self._margin, self.width, self._bottom - self._margin)
        self.y += self._head(self.sheet, top)
        if self._columns:
            self._table_head()

    def _table_head(self) -> None:
        x = self._margin
        for column in self._columns:
            cell = Box(x, self.y, column.width, MIN_ROW_MM + 1).inset(CELL_PAD, 0)
            self.sheet.write(cell, column.title, 8, floor_pt=5.5, bold=True, align=column.align,
                             valign="middle", max_lines=1)  # fmt: skip
            x += column.width
        self.y += MIN_ROW_MM + 1
        self.sheet.rule(self._margin, self.y - 0.3, self.width, dots=3)

    def _cells(self, cells: Sequence[str]) -> Iterable[tuple[Column, str]]:
        return zip(self._columns, cells, strict=True)

    def _cell(self, cell: Box, column: Column, text: str) -> None:
        main, _, below = text.partition("\n")
        main_mm, below_mm = _main_mm(column, main), _below_mm(column, below)
        top = cell.y + (cell.h - main_mm - below_mm) / 2
        self.sheet.write(
            Box(cell.x, top, cell.w, main_mm), main, column.size_pt, floor_pt=column.floor_pt,
            bold=column.bold, align=column.align, max_lines=column.max_lines,
        )  # fmt: skip
        lower = Box(cell.x, top + main_mm + BELOW_GAP, cell.w, below_mm - BELOW_GAP)
        self.sheet.write(
            lower, below, column.size_pt, floor_pt=column.floor_pt, align=column.align,
            max_lines=column.below_lines,
        )  # fmt: skip


def _cell_mm(column: Column, text: str) -> float:
    main, _, below = text.partition("\n")
    return _main_mm(column, main) + _below_mm(column, below) + ROW_AIR if text else 0.0


def _main_mm(column: Column, main: str) -> float:
    return _height_mm(column, main, column.bold, column.max_lines)


def _below_mm(column: Column, below: str) -> float:
    return _height_mm(column, below, False, column.below_lines) + BELOW_GAP if below else 0.0


def _height_mm(column: Column, text: str, bold: bool, max_lines: int) -> float:
    if not text:
        return 0.0
    width = column.width - 2 * CELL_PAD
    size, floor = column.size_pt, column.floor_pt
    return fit(
        text, width, ENDLESS_MM, size, floor_pt=floor, bold=bold, max_lines=max_lines
    ).height_mm  # fmt: skip


def spread(*widths: float, whole: float) -> list[float]:
    """Return the widths with one of 0 taking what the others leave of `whole`."""
    rest = whole - sum(widths)
    return [width or rest for width in widths]
