"""What label and receipt printers say of themselves: the questions, and how answers are read.

None of the answers is trusted to come: many printers sold under these languages never say a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

from printing.transports import READY, Condition, Reason

Ask = Callable[[bytes, Callable[[bytes], bool]], bytes]


class Language(StrEnum):
    """What a raw printer understands."""

    ESCPOS = "escpos"
    ZPL = "zpl"
    TSPL = "tspl"


ESCPOS_FENCE = b"\x1dr\x01"  # answered in turn, after all before it is printed
ESCPOS_STATUS, ESCPOS_CAUSE, ESCPOS_ERROR, ESCPOS_PAPER = (
    b"\x10\x04" + bytes([number]) for number in (1, 2, 3, 4)
)
# Every answer to DLE EOT has these bits, so junk is told apart.
FIXED_MASK, FIXED_BITS = 0x93, 0x12
FENCE_MASK = 0x90
OFFLINE_BIT = 0x08
COVER_BIT, PAPER_STOP_BIT = 0x04, 0x20
CUTTER_BIT, BROKEN_BIT, HOT_BIT = 0x08, 0x20, 0x40
PAPER_LOW_BITS, PAPER_OUT_BITS = 0x0C, 0x60

ZPL_QUESTION = b"~HS"
# Three strings between STX and ETX; some printers leave the last fields out.
ZPL_ANSWER = re.compile(rb"\x02([^\x03]*)\x03\s*\x02([^\x03]*)\x03\s*\x02[^\x03]*\x03", re.DOTALL)
ZPL_FIRST, ZPL_SECOND = 8, 9

# The line's end keeps a printer that does not know the question from spoiling the next line by it.
TSPL_QUESTION = b"\x1b!?\r\n"
# The worst first: a printer with its head open is paused too.
TSPL_BITS = (
    (0x01, Reason.COVER_OPEN, "head open"),
    (0x04, Reason.PAPER_OUT, "paper out"),
    (0x02, Reason.JAM, "paper jam"),
    (0x08, Reason.RIBBON_OUT, "ribbon out"),
    (0x80, Reason.FAULT, "error"),
    (0x40, Reason.FAULT, "error"),
    (0x10, Reason.PAUSED, "paused"),
    (0x20, Reason.BUSY, "printing"),
)


def condition(language: Language, ask: Ask) -> Condition | None:
    """Return what the printer says when asked in its language, None if it stays silent."""
    return _CONDITIONS[language](ask)


def is_fixed(answer: int) -> bool:
    """Tell whether this byte answers one of the real-time questions of ESC/POS."""
    return answer & FIXED_MASK == FIXED_BITS


def is_fence(answer: int) -> bool:
    """Tell whether this byte can answer the fence: no signal of flow control, as XOFF, no junk."""
    return answer & FENCE_MASK == 0


def _escpos(ask: Ask) -> Condition | None:
    printer = _bits(ask, ESCPOS_STATUS)
    if printer is None:
        return None
    if not printer & OFFLINE_BIT:
        paper = _bits(ask, ESCPOS_PAPER) or 0
        if paper & PAPER_LOW_BITS == PAPER_LOW_BITS:
            return Condition(reason=Reason.PAPER_LOW, detail="paper nearly out")
        return READY
    cause, error, paper = (
        _bits(ask, question) or 0 for question in (ESCPOS_CAUSE, ESCPOS_ERROR, ESCPOS_PAPER)
    )
    if cause & COVER_BIT:
        return Condition(reason=Reason.COVER_OPEN, detail="cover open")
    if cause & PAPER_STOP_BIT or paper & PAPER_OUT_BITS == PAPER_OUT_BITS:
        return Condition(reason=Reason.PAPER_OUT, detail="paper out")
    for bit, detail in ((CUTTER_BIT, "cutter stuck"), (BROKEN_BIT, "broken"), (HOT_BIT, "too hot")):
        if error & bit:
            return Condition(reason=Reason.FAULT, detail=detail)
    return Condition(reason=Reason.FAULT, detail="printer offline")


def _bits(ask: Ask, question: bytes) -> int | None:
    answer = ask(question, bool)[:1]
    return answer[0] if answer and is_fixed(answer[0]) else None


def _zpl(ask: Ask) -> Condition | None:
    match = ZPL_ANSWER.search(ask(ZPL_QUESTION, lambda heard: bool(ZPL_ANSWER.search(heard))))
    if match is None:
        return None
    first = match[1].decode("ascii", "replace").split(",")
    second = match[2].decode("ascii", "replace").split(",")
    if len(first) < ZPL_FIRST or len(second) < ZPL_SECOND:
        return None
    _, paper, pause, _, formats, full, _, partial = first[:ZPL_FIRST]
    _, _, head, ribbon, transfers, _, _, _, left = second[:ZPL_SECOND]
    if _is_set(head):
        return Condition(reason=Reason.COVER_OPEN, detail="head open")
    if _is_set(paper):
        return Condition(reason=Reason.PAPER_OUT, detail="paper out")
    if _is_set(ribbon) and _is_set(transfers):
        return Condition(reason=Reason.RIBBON_OUT, detail="ribbon out")
    if _is_set(pause):
        return Condition(reason=Reason.PAUSED, detail="paused")
    if any(map(_is_set, (formats, full, partial, left))):
        return Condition(reason=Reason.BUSY, detail=f"labels left: {_number(left)}")
    return READY


def _tspl(ask: Ask) -> Condition | None:
    answer = ask(TSPL_QUESTION, bool)
    if not answer:
        return None
    status = answer[-1]
    for bit, reason, detail in TSPL_BITS:
        if status & bit:
            return Condition(reason=reason, detail=detail)
    return READY


def _is_set(field: str) -> bool:
    return _number(field) > 0


def _number(field: str) -> int:
    text = field.strip()
    return int(text) if text.isascii() and text.isdigit() else 0


_CONDITIONS: dict[Language, Callable[[Ask], Condition | None]] = {
    Language.ESCPOS: _escpos,
    Language.ZPL: _zpl,
    Language.TSPL: _tspl,
}
