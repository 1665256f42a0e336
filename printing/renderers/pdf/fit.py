"""Text in a box by rule: as large as allowed, smaller to a floor, wrapped, at last cut by “…”."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from printing.documents.text import ELLIPSIS
from printing.fonts import MM_PER_POINT, UNITS, units

LEADING = 1.22
STEP_PT = 0.5
# The part of the size above and below the baseline that letters of every script may ink.
ASCENT = 0.90
DESCENT = 0.22
WHITE = frozenset(" \n")  # documents hold no newline; layouts put it where a line must end
NO_LINE_START = frozenset("，。、；：！？）】》」』〉”’…·％%,.;:!?)]}~～")
NO_LINE_END = frozenset("（【《「『〈“‘([{")
BREAK_AFTER = frozenset("-/_,;|\\+=&")
FIRST_WIDE = 0x2E80  # from here on a line may break at any character


@dataclass(frozen=True)
class Fitted:
    """Lines and the size they fit in; `is_cut` when not all of the text is shown."""

    lines: tuple[str, ...]
    size_pt: float
    is_cut: bool

    @property
    def height_mm(self) -> float:
        """From the top of the first line's letters to the bottom of the last's."""
        return block_height_mm(len(self.lines), self.size_pt)


def block_height_mm(lines: int, size_pt: float) -> float:
    """Return the height of so many lines, first ascent to last descent."""
    return (max(0, lines - 1) * LEADING + ASCENT + DESCENT) * size_pt * MM_PER_POINT


@lru_cache(maxsize=4096)
def fit(
    text: str,
    width_mm: float,
    height_mm: float,
    size_pt: float,
    *,
    floor_pt: float,
    bold: bool = False,
    max_lines: int = 99,
    step_pt: float = STEP_PT,
) -> Fitted:
    """Return the text at the largest size of `size_pt` down to `floor_pt` that fits the box.

    What does not fit at the floor ends in an ellipsis. A box lower than one line at the floor still
    gets that one line: layouts give no such boxes, and a test looks.
    """
    pieces = _pieces(text, bold)
    inked = sum(width for piece, width in pieces if piece not in WHITE)
    size = size_pt
    while True:
        room = width_mm / (size * MM_PER_POINT) * UNITS
        allowed = min(max_lines, _lines_in(height_mm, size))
        is_floor = size <= floor_pt
        # Letters that fill more than all lines together need no wrapping to be seen not to fit.
        if inked <= room * allowed or is_floor:
            lines = _wrapped(pieces, room, bold)
            if len(lines) <= allowed:
                return Fitted(tuple(lines), size, is_cut=False)
            if is_floor:
                kept = lines[: max(1, allowed)]
                kept[-1] = _cut(kept[-1], room, bold)
                return Fitted(tuple(kept), size, is_cut=True)
        size = max(size - step_pt, floor_pt)


def _lines_in(height_mm: float, size_pt: float) -> int:
    em_mm = size_pt * MM_PER_POINT
    spare = height_mm + 1e-6 - (ASCENT + DESCENT) * em_mm
    return 0 if spare < 0 else int(spare / (LEADING * em_mm)) + 1


@lru_cache(maxsize=4096)
def _pieces(text: str, bold: bool) -> tuple[tuple[str, float], ...]:
    return tuple((piece, units(piece, bold=bold)) for piece in _unbreakable(text))


def _unbreakable(text: str) -> Iterator[str]:
    held = ""
    for at, character in enumerate(text):
        held += character
        following = text[at + 1 : at + 2]
        if not following:
            break
        if character in WHITE or following in WHITE:
            ends = True
        elif character in NO_LINE_END or following in NO_LINE_START:
            ends = False
        else:
            wide = ord(character) >= FIRST_WIDE or ord(following) >= FIRST_WIDE
            # 499/500 and 21/11/2026 are one thing: whoever reads half of it reads another number.
            is_number = character == "/" and following.isdigit() and text[at - 1 : at].isdigit()
            ends = wide or (character in BREAK_AFTER and not is_number)
        if ends:
            yield held
            held = ""
    if held:
        yield held


def _wrapped(pieces: Sequence[tuple[str, float]], room: float, bold: bool) -> list[str]:
    lines: list[str] = []
    line, used = "", 0.0
    for piece, width in pieces:
        if line and (used + width > room or piece == "\n"):
            lines.append(line.rstrip())
            line, used = "", 0.0
        if not line and piece in WHITE:
            continue
        if width > room:
            *whole, line = _chopped(piece, room, bold)
            lines.extend(whole)
            used = units(line, bold=bold)
        else:
            line, used = line + piece, used + width
    if line.strip():
        lines.append(line.rstrip())
    return lines


def _chopped(piece: str, room: float, bold: bool) -> list[str]:
    parts = [""]
    used = 0.0
    for character in piece:
        width = units(character, bold=bold)
        if used + width > room and parts[-1]:
            parts.append("")
            used = 0.0
        parts[-1] += character
        used += width
    return parts


def _cut(line: str, room: float, bold: bool) -> str:
    kept = line
    while kept and units(kept + ELLIPSIS, bold=bold) > room:
        kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS
