"""Sheets to PDF bytes: plain text, filled rectangles, page size as the media, nothing else.

Bars lie on the printer's dots and are drawn a tenth of a dot narrower on each side: so every
rasteriser tried paints exactly the dots meant, none paints a neighbour.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from printing import fonts
from printing.geometry import Box
from printing.media import POINTS_PER_MM
from printing.renderers.pdf.sheet import (
    BLACK,
    BarsMark,
    FillMark,
    Mark,
    MatrixMark,
    PictureMark,
    Sheet,
    TextMark,
)

# Rectangles are written in twentieths of a dot, where what is inset is a whole number as well.
PER_DOT = 20
INSET = 2
INSET_MATRIX = 1


def paint(sheets: Sequence[Sheet], title: str) -> bytes:
    """Return one PDF with a page for each sheet; equal sheets give equal bytes."""
    out = BytesIO()
    # Pages begin with a face of ours: the library's own is not inside the file.
    first = fonts.ensure_loaded(fonts.REGULAR)
    how: Any = {"initialFontName": first}  # a number, say the stubs
    canvas = Canvas(out, invariant=1, pageCompression=1, **how)
    canvas.setTitle(title)
    canvas.setAuthor("Fahuo")
    canvas.setCreator("Fahuo")
    canvas.setViewerPreference("PrintScaling", "None")
    for sheet in sheets:
        canvas.setPageSize((_points(sheet.media.width_mm), _points(sheet.media.height_mm)))
        _Painter(canvas, sheet).paint()
        canvas.showPage()
    canvas.save()
    return out.getvalue()


class _Painter:
    """Writes a page's operators itself: the library's methods for them take thrice as long."""

    def __init__(self, canvas: Canvas, sheet: Sheet) -> None:
        self._canvas = canvas
        self._sheet = sheet
        self._height = _points(sheet.media.height_mm)
        self._written: list[str] = []
        self._level = BLACK
        self._level_outside = BLACK
        self._is_in_dots = False

    def paint(self) -> None:
        # Panels first: text on them must not be painted over.
        for mark in sorted(self._sheet.marks, key=lambda mark: not isinstance(mark, FillMark)):
            self._measure(in_dots=isinstance(mark, FillMark | BarsMark | MatrixMark))
            self._put(mark)
        self._measure(in_dots=False)
        self._flush()

    def _put(self, mark: Mark) -> None:
        match mark:
            case FillMark():
                self._fill(mark)
            case TextMark():
                self._text(mark)
            case BarsMark():
                self._bars(mark)
            case PictureMark():
                self._picture(mark)
            case _:
                self._matrix(mark)

    def _measure(self, *, in_dots: bool) -> None:
        """Count in twentieths of a dot from the top left from here on, or in points again."""
        if in_dots == self._is_in_dots:
            return
        self._is_in_dots = in_dots
        if in_dots:
            unit = POINTS_PER_MM / self._sheet.media.dots_per_mm / PER_DOT
            self._written.append(f"q {unit:.9f} 0 0 {-unit:.9f} 0 {self._height:.6f} cm")
            self._level_outside = self._level
        else:
            self._written.append("Q")
            self._level = self._level_outside

    def _ink(self, level: float) -> None:
        if level != self._level:
            self._written.append(f"{level:g} g")
            self._level = level

    def _fill(self, mark: FillMark) -> None:
        self._ink(mark.level)
        self._written.append(_filled(mark.box, self._sheet.media.dots_per_mm))

    def _text(self, mark: TextMark) -> None:
        self._ink(mark.level)
        dots = self._sheet.media.dots_per_mm
        # From whole dots on, so that one word comes out alike wherever it stands.
        x = round(mark.box.x * dots) / dots * POINTS_PER_MM
        y = self._height - round(mark.baseline * dots) / dots * POINTS_PER_MM
        shown = " ".join(
            _shown(part, mark) for part in fonts.coded(mark.text, self._canvas, bold=mark.bold)
        )
        self._written.append(f"BT {x:.4f} {y:.4f} Td {shown} ET")

    def _bars(self, mark: BarsMark) -> None:
        self._ink(BLACK)
        x = mark.x_dots
        for place, width in enumerate(mark.bars.widths):
            dots = width * mark.module_dots
            if place % 2 == 0:
                self._written.append(_rect(x, mark.y_dots, dots, mark.height_dots))
            x += dots

    def _matrix(self, mark: MatrixMark) -> None:
        self._ink(BLACK)
        module = mark.module_dots
        for row, modules in enumerate(mark.matrix.rows):
            y = mark.y_dots + row * module
            for start, length in _dark_runs(modules):
                x = mark.x_dots + start * module
                self._written.append(_rect(x, y, length * module, module, INSET_MATRIX))

    def _picture(self, mark: PictureMark) -> None:
        self._flush()
        box = mark.box
        x, y = box.x * POINTS_PER_MM, self._height - box.bottom * POINTS_PER_MM
        with Image.open(BytesIO(mark.png)) as image:
            picture = ImageReader(image.convert("L"))
            self._canvas.drawImage(picture, x, y, box.w * POINTS_PER_MM, box.h * POINTS_PER_MM)

    def _flush(self) -> None:
        self._canvas.addLiteral("\n".join(self._written))
        self._written.clear()


def _shown(part: fonts.Coded, mark: TextMark) -> str:
    shown = f"{part.font} {mark.size_pt:g} Tf <{part.codes.hex()}> Tj"
    if not part.rim:
        return shown
    return f"{part.rim * mark.size_pt:.3f} w {mark.level:g} G 2 Tr {shown} 0 Tr"


def _points(side_mm: float) -> float:
    """Return a side of the page, a hair short: some rasterisers add a dot for a hair too long."""
    return math.floor(side_mm * POINTS_PER_MM * 10_000) / 10_000


def _rect(x: int, y: int, w: int, h: int, inset: int = INSET) -> str:
    left, top = x * PER_DOT + inset, y * PER_DOT + inset
    return f"{left} {top} {w * PER_DOT - 2 * inset} {h * PER_DOT - 2 * inset} re f"


@lru_cache(maxsize=4096)
def _filled(box: Box, dots: int) -> str:
    return _rect(*(round(length * dots) for length in (box.x, box.y, box.w, box.h)))


def _dark_runs(modules: Sequence[bool]) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(modules):
        length = 1
        while start + length < len(modules) and modules[start + length] == modules[start]:
            length += 1
        if modules[start]:
            yield start, length
        start += length
