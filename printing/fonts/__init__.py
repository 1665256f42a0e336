"""Faces and their fall-back: which font shows a character, how wide a text is, what none can show.

A face is read when its first character is wanted: rare ones cost nothing to those without.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from printing.fonts import to_unicode

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

FOLDER = Path(__file__).parent
REGULAR = "FahuoSans-Regular"
BOLD = "FahuoSans-Bold"
FALLBACK = ("FahuoLatin-Regular", "FahuoRare-Regular", "FahuoRareA-Regular")
# A bold letter may fall back to a regular one: readable beats even.
CHAIN = {
    False: (REGULAR, *FALLBACK),
    True: (BOLD, "FahuoLatin-Bold", REGULAR, *FALLBACK),
}
# The rare faces have hairlines, which a thermal head leaves out: their letters are drawn with a rim
# of so much of their size, in common and in bold text.
HAIRLINED = frozenset({"FahuoRare-Regular", "FahuoRareA-Regular"})
RIM = {False: 0.025, True: 0.05}
MM_PER_POINT = 25.4 / 72
UNITS = 1000

_loading = threading.Lock()
_subsetting = threading.Lock()


@dataclass(frozen=True)
class Run:
    """A stretch of text one font shows."""

    font: str
    text: str


@lru_cache(maxsize=4096)
def runs(text: str, *, bold: bool = False) -> tuple[Run, ...]:
    """Return the text split by font; what no font has stands as a visible `[U+XXXX]`."""
    needed = {_font_of(character, bold) for character in set(text)}
    if len(needed) == 1 and (only := needed.pop()):
        return (Run(only, text),)
    return tuple(
        Run(font, "".join(shown for _, shown in group))
        for font, group in groupby(_shown(text, bold), key=lambda pair: pair[0])
    )


def width_mm(text: str, size_pt: float, *, bold: bool = False) -> float:
    """Return how wide the text is in this size, in millimetres."""
    return units(text, bold=bold) * size_pt / UNITS * MM_PER_POINT


def units(text: str, *, bold: bool = False) -> float:
    """Return how wide the text is in thousandths of its size."""
    return float(sum(map(_advance(bold), text)))


def missing_glyphs(text: str) -> str:
    """Return the distinct characters of `text` no font has, in order of first appearance."""
    return "".join(dict.fromkeys(c for c in text if _font_of(c, False) is None))


@dataclass(frozen=True)
class Coded:
    """A stretch of text as a PDF holds it: its font's name in this file, and codes of glyphs.

    `rim` is how much thicker its strokes are drawn, in parts of the size.
    """

    font: str
    codes: bytes
    rim: float


def coded(text: str, canvas: Canvas, *, bold: bool = False) -> Iterator[Coded]:
    """Yield the text as strings of the PDF being written."""
    document: Any = canvas._doc  # type: ignore[attr-defined]  # not in the stubs
    for run in runs(text, bold=bold):
        font = _face(run.font)
        rim = RIM[bold] if run.font in HAIRLINED else 0.0
        for subset, codes in font.splitString(run.text, document):
            yield Coded(font.getSubsetInternalName(subset, document), codes, rim)


def ensure_loaded(font: str) -> str:
    """Register the font with reportlab when it is not yet; return its name."""
    _face(font)
    return font


def _shown(text: str, bold: bool) -> Iterator[tuple[str, str]]:
    for character in text:
        font = _font_of(character, bold)
        if font is None:
            yield CHAIN[bold][0], f"[U+{ord(character):04X}]"
        else:
            yield font, character


@cache
def _advance(bold: bool) -> Any:
    return lru_cache(maxsize=65_536)(lambda character: _measure(character, bold))


def _measure(character: str, bold: bool) -> float:
    font = _font_of(character, bold)
    if font is None:
        return sum(_measure(c, bold) for c in f"[U+{ord(character):04X}]")
    face = _face(font).face
    return float(face.charWidths.get(ord(character), face.defaultWidth))


@lru_cache(maxsize=65_536)
def _font_of(character: str, bold: bool) -> str | None:
    for font in CHAIN[bold]:
        if ord(character) in _face(font).face.charToGlyph:
            return font
    return None


def _face(font: str) -> Any:
    with _loading:
        return _load(font)


@cache
def _load(font: str) -> Any:
    to_unicode.install()
    # Only what is on the page goes into the file, not the whole of ASCII each time.
    loaded = TTFont(font, str(FOLDER / f"{font}.ttf"), asciiReadable=False)
    # Every subset asks for the table of all outlines, and would be handed a copy of ten megabytes.
    loaded.face.get_table = cache(loaded.face.get_table)  # type: ignore[method-assign]  # this one
    loaded.face.makeSubset = _alone(loaded.face.makeSubset)  # type: ignore[assignment]
    pdfmetrics.registerFont(loaded)
    return loaded


def _alone(make: Callable[[Sequence[int]], bytes]) -> Callable[[Sequence[int]], bytes]:
    """Keep threads apart: a face reads its own outlines at one place for all of them."""

    def subset(points: Sequence[int]) -> bytes:
        with _subsetting:
            return make(points)

    return subset
