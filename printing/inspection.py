"""What is wrong with pages before they are paper: marks in each other's way, off the stock, unsaid.

Layouts promise that nothing overlaps and nothing leaves the stock; this is who looks. What no face
can show stands on the paper as `[U+XXXX]`, and whoever prints it is told which characters it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from printing.fonts import missing_glyphs
from printing.geometry import Box
from printing.renderers.pdf.sheet import (
    BarsMark,
    FillMark,
    Mark,
    MatrixMark,
    PictureMark,
    Sheet,
    TextMark,
)

TOUCH_MM = 0.05
ROUNDING_MM = 1e-6


class FaultKind(StrEnum):
    """What can be wrong with a page."""

    OUTSIDE = "outside"  # a mark leaves the stock
    OVERLAP = "overlap"  # two marks lie on top of each other
    UNSAID = "unsaid"  # a character is not on the paper, nor is its mark


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing wrong: on which page (from 1), and the marks or characters it is about."""

    page: int
    kind: FaultKind
    what: str


def faults(sheets: Iterable[Sheet]) -> list[Fault]:
    """Return every mark outside its page and every pair of marks on top of each other.

    Panels lie under other marks on purpose, and rules may cross.
    """
    found: list[Fault] = []
    for page, sheet in enumerate(sheets, start=1):
        found += [
            Fault(page=page, kind=FaultKind.OUTSIDE, what=_said(mark))
            for mark in sheet.marks
            if not _is_inside(mark.box, sheet.box)
        ]
        found += [
            Fault(page=page, kind=FaultKind.OVERLAP, what=f"{_said(one)} | {_said(other)}")
            for one, other in _on_top_of_each_other(sheet.marks)
        ]
    return found


def unprintable(sheets: Iterable[Sheet]) -> str:
    """Return the distinct characters on these pages no face has: each stands there as its mark."""
    return missing_glyphs("".join(t for sheet in sheets for t in _texts(sheet)))


def unsaid(sheets: Sequence[Sheet], read_back: Sequence[str]) -> list[Fault]:
    """Return the characters that are neither on the paper nor marked as missing there.

    `read_back` is the text of each page as another program reads it from the finished PDF.
    """
    found: list[Fault] = []
    for page, (sheet, text) in enumerate(zip(sheets, read_back, strict=True), start=1):
        shown = "".join(text.split())
        wanted = dict.fromkeys("".join("".join(_texts(sheet)).split()))
        missing = set(missing_glyphs("".join(wanted)))
        lost = [c for c in wanted if (f"[U+{ord(c):04X}]" if c in missing else c) not in shown]
        if lost:
            found.append(Fault(page=page, kind=FaultKind.UNSAID, what="".join(lost)))
    return found


def _said(mark: Mark) -> str:
    """Return what a mark is and where, in millimetres: 'text "YT1" 2.0,3.5 20.0x4.2'."""
    box = mark.box
    match mark:
        case TextMark():
            name = f'text "{mark.text}"'
        case BarsMark():
            name = f"bars {mark.bars.content}"
        case MatrixMark():
            name = f"square {mark.matrix.content}"
        case PictureMark():
            name = "picture"
        case _:
            name = "rule"
    return f"{name} {box.x:.1f},{box.y:.1f} {box.w:.1f}x{box.h:.1f}"


def _texts(sheet: Sheet) -> list[str]:
    return [mark.text for mark in sheet.marks if isinstance(mark, TextMark)]


def _is_inside(box: Box, page: Box) -> bool:
    starts = box.x >= -ROUNDING_MM and box.y >= -ROUNDING_MM
    return starts and box.right <= page.w + ROUNDING_MM and box.bottom <= page.h + ROUNDING_MM


def _on_top_of_each_other(marks: Iterable[Mark]) -> Iterator[tuple[Mark, Mark]]:
    solid = [m for m in marks if not (isinstance(m, FillMark) and m.is_panel)]
    solid.sort(key=lambda mark: mark.box.y)
    for at, one in enumerate(solid):
        for other in solid[at + 1 :]:
            if other.box.y >= one.box.bottom - TOUCH_MM:
                break
            both_rules = isinstance(one, FillMark) and isinstance(other, FillMark)
            if not both_rules and not _is_beside(one.box, other.box):
                yield one, other


def _is_beside(one: Box, other: Box) -> bool:
    return one.x >= other.right - TOUCH_MM or other.x >= one.right - TOUCH_MM
