"""One page as a list of marks, in millimetres from its top left: layouts write, painters read it.

Every mark knows its box, so a test can see that nothing overlaps and nothing leaves the paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Literal

from PIL import Image

from printing.barcodes import Bars, Matrix, longest_within
from printing.errors import SymbolTooWide
from printing.fonts import MM_PER_POINT, width_mm
from printing.geometry import Box
from printing.media import Form, Media
from printing.renderers.pdf.fit import ASCENT, DESCENT, LEADING, STEP_PT, Fitted, fit

Align = Literal["left", "center", "right"]
VAlign = Literal["top", "middle", "bottom"]
BLACK = 0.0
WHITE = 1.0
MIN_LABEL_MODULE_DOTS = 2


@dataclass(frozen=True, kw_only=True)
class TextMark:
    """One line of text; `box` is what its letters may ink."""

    box: Box
    text: str
    size_pt: float
    bold: bool
    baseline: float
    level: float


@dataclass(frozen=True, kw_only=True)
class FillMark:
    """A filled rectangle on whole dots; a panel lies under text, all else keeps clear of it."""

    box: Box
    level: float
    is_panel: bool


@dataclass(frozen=True, kw_only=True)
class BarsMark:
    """A linear symbol; `box` holds its quiet zones; the rest is in dots from the top left."""

    box: Box
    bars: Bars
    module_dots: int
    x_dots: int
    y_dots: int
    height_dots: int


@dataclass(frozen=True, kw_only=True)
class MatrixMark:
    """A square symbol; `box` holds its quiet zone."""

    box: Box
    matrix: Matrix
    module_dots: int
    x_dots: int
    y_dots: int


@dataclass(frozen=True, kw_only=True)
class PictureMark:
    """A picture, whole inside its box."""

    box: Box
    png: bytes


Mark = TextMark | FillMark | BarsMark | MatrixMark | PictureMark


class Sheet:
    """A page being written. Methods return what they used, so that layouts can flow."""

    def __init__(self, media: Media) -> None:
        self.media = media
        self.marks: list[Mark] = []

    @property
    def box(self) -> Box:
        return Box(0, 0, self.media.width_mm, self.media.height_mm)

    def write(
        self,
        box: Box,
        text: str,
        size_pt: float,
        *,
        floor_pt: float | None = None,
        bold: bool = False,
        align: Align = "left",
        valign: VAlign = "top",
        level: float = BLACK,
        max_lines: int = 99,
    ) -> Fitted:
        """Write the text into the box by the rule of `fit`; return how it came to stand.

        On labels sizes are whole dots: equal letters then come out more alike, and pack smaller.
        """
        if not text:
            return Fitted((), size_pt, is_cut=False)
        step = STEP_PT
        if self.media.form is Form.LABEL:
            step = self.media.dot_pt
            size_pt = max(1, int(size_pt / step + 1e-6)) * step
        floor = min(size_pt, 6 if floor_pt is None else floor_pt)
        fitted, marks = _written(
            box, text, size_pt, floor_pt=floor, bold=bold, align=align, valign=valign, level=level,
            max_lines=max_lines, step_pt=step,
        )  # fmt: skip
        self.marks += marks
        return fitted

    def fill(self, box: Box, *, level: float = BLACK, is_panel: bool = False) -> None:
        """Fill the box, moved to whole dots and at least one dot thick."""
        self.marks.append(FillMark(box=self._snapped(box), level=level, is_panel=is_panel))

    def rule(self, x: float, y: float, length: float, *, dots: int = 2, level: float = 0) -> None:
        """Draw a horizontal rule whose top is at y."""
        self.fill(Box(x, y, length, dots * self.media.dot_mm), level=level)

    def upright(
        self, x: float, y: float, length: float, *, dots: int = 2, level: float = 0
    ) -> None:
        """Draw a vertical rule whose left is at x."""
        self.fill(Box(x, y, dots * self.media.dot_mm, length), level=level)

    def dashes(self, x: float, y: float, length: float, *, dash: float = 2, dots: int = 2) -> None:
        """Draw a broken horizontal rule: where to cut or fold."""
        at = 0.0
        while at < length:
            self.rule(x + at, y, min(dash, length - at), dots=dots)
            at += 2 * dash

    def frame(self, box: Box, *, dots: int = 2, level: float = 0) -> None:
        """Draw the outline of the box, inside it."""
        thick = dots * self.media.dot_mm
        self.rule(box.x, box.y, box.w, dots=dots, level=level)
        self.rule(box.x, box.bottom - thick, box.w, dots=dots, level=level)
        self.upright(box.x, box.y + thick, box.h - 2 * thick, dots=dots, level=level)
        self.upright(box.right - thick, box.y + thick, box.h - 2 * thick, dots=dots, level=level)

    def bars(
        self, box: Box, bars: Bars, *, at_least: int, at_most: int = 6, align: Align = "center"
    ) -> BarsMark:
        """Draw the symbol as wide as the box allows, quiet zones inside it, on whole dots.

        Raises:
            SymbolTooWide: not even with modules of `at_least` dots.
        """
        dots = self.media.dots_per_mm
        room = int(box.w * dots + 1e-6)
        whole = bars.modules + 2 * bars.quiet
        module = min(at_most, room // whole)
        if module < at_least:
            raise _too_wide(bars, room, at_least)
        left = round(box.x * dots)
        free = room - whole * module
        shift = {"left": 0, "center": free // 2, "right": free}[align]
        top, height = round(box.y * dots), round(box.h * dots)
        mark = BarsMark(
            box=Box((left + shift) / dots, top / dots, whole * module / dots, height / dots),
            bars=bars,
            module_dots=module,
            x_dots=left + shift + bars.quiet * module,
            y_dots=top,
            height_dots=height,
        )
        self.marks.append(mark)
        return mark

    def matrix(self, box: Box, matrix: Matrix, *, at_least: int = 3, at_most: int = 8) -> None:
        """Draw the symbol in the middle of the box, quiet zone inside it, on whole dots.

        Raises:
            SymbolTooWide: not even with modules of `at_least` dots.
        """
        dots = self.media.dots_per_mm
        room = int(min(box.w, box.h) * dots + 1e-6)
        whole = matrix.modules + 2 * matrix.quiet
        module = min(at_most, room // whole)
        if module < at_least:
            raise _too_wide(matrix, room, at_least)
        side = whole * module
        x = round((box.x + box.w / 2) * dots - side / 2)
        y = round((box.y + box.h / 2) * dots - side / 2)
        self.marks.append(
            MatrixMark(
                box=Box(x / dots, y / dots, side / dots, side / dots),
                matrix=matrix,
                module_dots=module,
                x_dots=x + matrix.quiet * module,
                y_dots=y + matrix.quiet * module,
            )
        )

    def picture(self, box: Box, png: bytes) -> None:
        """Draw the picture as large as the box allows, in its middle, its sides in proportion."""
        with Image.open(BytesIO(png)) as image:
            wide, high = image.size
        scale = min(box.w / wide, box.h / high)
        w, h = wide * scale, high * scale
        at = Box(box.x + (box.w - w) / 2, box.y + (box.h - h) / 2, w, h)
        self.marks.append(PictureMark(box=self._snapped(at), png=png))

    def _snapped(self, box: Box) -> Box:
        return _snapped(box, self.media.dots_per_mm)


def _too_wide(symbol: Bars | Matrix, room_dots: int, least_dots: int) -> SymbolTooWide:
    whole = symbol.modules + 2 * symbol.quiet
    return SymbolTooWide(
        needed_dots=whole * least_dots,
        room_dots=room_dots,
        characters=len(symbol.content),
        fitting=longest_within(symbol, room_dots // least_dots),
        narrower_dots=room_dots // whole,
        least_dots=least_dots,
    )


# The labels of a wave have most of their words, and all of their lines, at the same places.
@lru_cache(maxsize=4096)
def _written(
    box: Box,
    text: str,
    size_pt: float,
    *,
    floor_pt: float,
    bold: bool,
    align: Align,
    valign: VAlign,
    level: float,
    max_lines: int,
    step_pt: float,
) -> tuple[Fitted, tuple[TextMark, ...]]:
    fitted = fit(
        text, box.w, box.h, size_pt, floor_pt=floor_pt, bold=bold, max_lines=max_lines,
        step_pt=step_pt,
    )  # fmt: skip
    spare = box.h - fitted.height_mm
    top = box.y + {"top": 0.0, "middle": spare / 2, "bottom": spare}[valign]
    em = fitted.size_pt * MM_PER_POINT
    marks: list[TextMark] = []
    for place, line in enumerate(fitted.lines):
        baseline = top + (ASCENT + place * LEADING) * em
        used = width_mm(line, fitted.size_pt, bold=bold)
        x = box.x + {"left": 0.0, "center": (box.w - used) / 2, "right": box.w - used}[align]
        marks.append(
            TextMark(
                box=Box(x, baseline - ASCENT * em, used, (ASCENT + DESCENT) * em),
                text=line,
                size_pt=fitted.size_pt,
                bold=bold,
                baseline=baseline,
                level=level,
            )
        )
    return fitted, tuple(marks)


@lru_cache(maxsize=4096)
def _snapped(box: Box, dots_per_mm: int) -> Box:
    """Return the box moved to whole dots, and at least one dot large."""
    x, y = round(box.x * dots_per_mm), round(box.y * dots_per_mm)
    right = max(x + 1, round(box.right * dots_per_mm))
    bottom = max(y + 1, round(box.bottom * dots_per_mm))
    return Box(x / dots_per_mm, y / dots_per_mm, (right - x) / dots_per_mm,
               (bottom - y) / dots_per_mm)  # fmt: skip
