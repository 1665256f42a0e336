"""Sheets to PDF bytes: plain text, filled rectangles, page size as the media, nothing else.

Bars lie on the printer's dots and are drawn a tenth of a dot narrower on each side: so every
rasteriser tried paints exactly the dots meant, none paints a neighbour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from printing import fonts
from printing.geometry import Box
from printing.media import POINTS_PER_MM
from printing.renderers.pdf.sheet import (
    BarsMark,
    FillMark,
    MatrixMark,
    PictureMark,
    Sheet,
    TextMark,
)

INSET_DOTS = 0.1
INSET_DOTS_MATRIX = 0.05


def paint(sheets: Sequence[Sheet], title: str) -> bytes:
    """Return one PDF with a page for each sheet; equal sheets give equal bytes."""
    out = BytesIO()
    canvas = Canvas(out, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setAuthor("Fahuo")
    canvas.setCreator("Fahuo")
    canvas.setViewerPreference("PrintScaling", "None")
    for sheet in sheets:
        media = sheet.media
        size = (media.width_mm * POINTS_PER_MM, media.height_mm * POINTS_PER_MM)
        canvas.setPageSize(size)
        _Painter(canvas, sheet).paint()
        canvas.showPage()
    canvas.save()
    return out.getvalue()


class _Painter:
    def __init__(self, canvas: Canvas, sheet: Sheet) -> None:
        self._canvas = canvas
        self._sheet = sheet
        self._dot = POINTS_PER_MM / sheet.media.dots_per_mm
        self._height = sheet.media.height_mm * POINTS_PER_MM
        self._level = 0.0

    def paint(self) -> None:
        # Panels first: text on them must not be painted over.
        marks = sorted(self._sheet.marks, key=lambda mark: not isinstance(mark, FillMark))
        for mark in marks:
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

    def _ink(self, level: float) -> None:
        if level != self._level:
            self._canvas.setFillGray(level)
            self._level = level

    def _fill(self, mark: FillMark) -> None:
        self._ink(mark.level)
        dots = self._sheet.media.dots_per_mm
        self._rect(_in_dots(mark.box, dots), INSET_DOTS)

    def _text(self, mark: TextMark) -> None:
        self._ink(mark.level)
        text = self._canvas.beginText(
            mark.box.x * POINTS_PER_MM, self._height - mark.baseline * POINTS_PER_MM
        )
        for run in fonts.runs(mark.text, bold=mark.bold):
            text.setFont(fonts.ensure_loaded(run.font), mark.size_pt)
            text.textOut(run.text)
        self._canvas.drawText(text)

    def _bars(self, mark: BarsMark) -> None:
        self._ink(0.0)
        x = mark.x_dots
        for place, width in enumerate(mark.bars.widths):
            dots = width * mark.module_dots
            if place % 2 == 0:
                self._rect((x, mark.y_dots, dots, mark.height_dots), INSET_DOTS)
            x += dots

    def _picture(self, mark: PictureMark) -> None:
        box = mark.box
        x, y = box.x * POINTS_PER_MM, self._height - box.bottom * POINTS_PER_MM
        with Image.open(BytesIO(mark.png)) as image:
            picture = ImageReader(image.convert("L"))
            self._canvas.drawImage(picture, x, y, box.w * POINTS_PER_MM, box.h * POINTS_PER_MM)

    def _matrix(self, mark: MatrixMark) -> None:
        self._ink(0.0)
        module = mark.module_dots
        for row, modules in enumerate(mark.matrix.rows):
            for start, length in _dark_runs(modules):
                self._rect(
                    (
                        mark.x_dots + start * module,
                        mark.y_dots + row * module,
                        length * module,
                        module,
                    ),
                    INSET_DOTS_MATRIX,
                )

    def _rect(self, dots: tuple[float, float, float, float], inset: float) -> None:
        x, y, w, h = dots
        self._canvas.rect(
            (x + inset) * self._dot,
            self._height - (y + h - inset) * self._dot,
            (w - 2 * inset) * self._dot,
            (h - 2 * inset) * self._dot,
            stroke=0,
            fill=1,
        )


def _in_dots(box: Box, dots_per_mm: int) -> tuple[float, float, float, float]:
    return (box.x * dots_per_mm, box.y * dots_per_mm, box.w * dots_per_mm, box.h * dots_per_mm)


def _dark_runs(modules: Sequence[bool]) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(modules):
        length = 1
        while start + length < len(modules) and modules[start + length] == modules[start]:
            length += 1
        if modules[start]:
            yield start, length
        start += length
