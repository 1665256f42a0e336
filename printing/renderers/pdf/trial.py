"""The test page: rulers that run off all four edges, lines by dots, bars by dots, every script.

What the paper's edge cuts off is read at the arrows A to D and typed in: that is the offset. The
line of whole centimetres is measured: were it longer or shorter, something on the way would scale.
"""

from __future__ import annotations

from printing.barcodes import code128
from printing.documents import TestPage
from printing.geometry import Box
from printing.media import Form, Media
from printing.renderers.pdf.sheet import Sheet
from printing.straightening import scale_mm
from printing.words import labelled, word

ROLL_MM = 110
SCRIPTS = "测试 繁體 㛃䶮𠅤𪻐 ABC abc 0123456789 Łódź Ünï Привет €￥°"
WIDEST = 120
TALLEST = 140
SMALLEST_LINE_MM = 1.8
LEAST_MM, HEAD_MM = 12.0, 3.0  # below that there is room for a name and lines only
# How much of the page a ruler takes, and how long its ticks are, in millimetres.
RULER_MM = 6.0
TICK_MM, FIVE_MM, TEN_MM = 1.0, 1.8, 2.6
NUMBER_PT = 5.5
HALVES_MM = 5  # near the edges half millimetres are marked too
COMB_MM = 5.0
PITCHES = (1, 2, 3, 4)
MODULES = (4, 3, 2)
MARKS = ("A", "B", "C", "D")


def draw(test: TestPage, media: Media) -> list[Sheet]:
    """Return the page: rulers along the top and the right, the rest within a frame between them."""
    sheet = Sheet(media.long(ROLL_MM) if media.form is Form.ROLL else media)
    whole = sheet.box
    across = Box(0, 1, whole.w, RULER_MM)
    down = Box(whole.w - 1 - RULER_MM, 0, RULER_MM, whole.h)
    _ruler_across(sheet, across, down)
    _ruler_down(sheet, down, across)
    inner = Box(1, across.bottom + 0.5, down.x - 1.5, whole.h - across.bottom - 1.5)
    sheet.frame(inner, dots=2)
    _content(sheet, test, media, inner.inset(2, 1.5))
    return [sheet]


def _ruler_across(sheet: Sheet, box: Box, crossing: Box) -> None:
    last = sheet.media.dot_mm
    for half in range(int(2 * box.w) + 1):
        at = half / 2
        if _is_marked(at, box.w):
            sheet.upright(min(at, box.w - last), box.y, _tick(at), dots=1)
        if at % 10 == 0 and 0 < at < box.w - 3 and not _within(at, crossing.x - 4, crossing.right):
            _number(sheet, Box(at - 3, box.y + TEN_MM + 0.2, 6, 2.6), f"{at:g}")
    _letter(sheet, Box(0.8, box.y + TEN_MM + 0.2, 5, 3), "A")
    _letter(sheet, Box(crossing.x - 5, box.y + TEN_MM + 0.2, 5, 3), "B")


def _ruler_down(sheet: Sheet, box: Box, crossing: Box) -> None:
    last = sheet.media.dot_mm
    for half in range(int(2 * box.h) + 1):
        at = half / 2
        if _is_marked(at, box.h):
            sheet.rule(box.right - _tick(at), min(at, box.h - last), _tick(at), dots=1)
        if at % 10 == 0 and at < box.h - 3 and not _within(at, 0, crossing.bottom):
            _number(sheet, Box(box.x, at - 1.3, RULER_MM - TEN_MM - 0.2, 2.6), f"{at:g}")
    _letter(sheet, Box(box.x, crossing.bottom - 1, RULER_MM - TEN_MM - 0.2, 3), "C")
    _letter(sheet, Box(box.x, box.h - 3.6, RULER_MM - TEN_MM - 0.2, 3), "D")


def _is_marked(at: float, length: float) -> bool:
    near_an_edge = at <= HALVES_MM or at >= length - HALVES_MM
    return at == int(at) or near_an_edge


def _tick(at: float) -> float:
    if at % 10 == 0:
        return TEN_MM
    if at % 5 == 0:
        return FIVE_MM
    return TICK_MM if at == int(at) else TICK_MM / 2


def _within(at: float, begin: float, end: float) -> bool:
    return begin - 3 <= at <= end + 1


def _number(sheet: Sheet, box: Box, text: str) -> None:
    sheet.write(
        box, text, NUMBER_PT, floor_pt=4, align="center", valign="middle", max_lines=1
    )  # fmt: skip


def _letter(sheet: Sheet, box: Box, text: str) -> None:
    sheet.write(box, text, 7, bold=True, align="center", valign="middle", max_lines=1)


def _content(sheet: Sheet, test: TestPage, media: Media, inner: Box) -> None:
    inner = Box(inner.x, inner.y, min(inner.w, WIDEST), min(inner.h, TALLEST))
    if inner.h < LEAST_MM:
        head, combs = inner.rows(HEAD_MM)
        sheet.write(head, test.printer, 8, floor_pt=4, bold=True, max_lines=1)
        _combs(sheet, combs)
        return
    head, letters, text, combs, *symbols = inner.rows(
        *(share * inner.h for share in (0.12, 0.13, 0.21, 0.12, 0.14, 0.14, 0.14))
    )
    title = f"{word(test.locale, 'Test page')}  {test.printer}"
    sheet.write(head, title, 16, floor_pt=6, bold=True, valign="middle", max_lines=1)
    sheet.write(letters, SCRIPTS, 11, floor_pt=5, valign="middle", max_lines=2)
    about = _about(test, media, scale_mm(sheet.box.w))[: max(1, int(text.h / SMALLEST_LINE_MM))]
    for line, row in zip(about, text.rows(*[text.h / len(about)] * len(about)), strict=False):
        sheet.write(row, line, 9, floor_pt=4.5, valign="middle", max_lines=1)
    _combs(sheet, combs)
    _symbols(sheet, test, symbols)


def _about(test: TestPage, media: Media, measured_mm: int) -> list[str]:
    lines = [
        word(
            test.locale,
            "Read {marks} where the paper ends, and type them in.",
            marks=" ".join(MARKS),
        ),
        word(test.locale, "From 0 to {n} it must be {n} mm.", n=measured_mm),
        word(test.locale, "Every bar must be sharp, the frame whole on all four sides."),
    ]
    facts = (("Media", test.media or media.name), ("Address", test.address),
             ("Printed", test.printed_at))  # fmt: skip
    return lines + [labelled(test.locale, name, value) for name, value in facts if value]


def _combs(sheet: Sheet, box: Box) -> None:
    """Draw lines of one to four dots with as much between them: where they run together shows."""
    dot = sheet.media.dot_mm
    for place, pitch in enumerate(PITCHES):
        left = box.x + place * (COMB_MM + 2)
        if left + COMB_MM > box.right:
            return
        for line in range(int(COMB_MM / (2 * pitch * dot))):
            sheet.upright(left + 2 * line * pitch * dot, box.y + 0.4, box.h - 0.8, dots=pitch)


def _symbols(sheet: Sheet, test: TestPage, boxes: list[Box]) -> None:
    for module, box in zip(MODULES, boxes, strict=False):
        bars = code128(f"X{module}")
        taken = (bars.modules + 2 * bars.quiet) * module * sheet.media.dot_mm
        if taken > box.w:
            continue
        sheet.bars(box.inset(0, 0.6), bars, at_least=module, at_most=module, align="left")
        if box.w - taken > 14:  # noqa: PLR2004  room for the caption
            caption = Box(box.x + taken, box.y, box.w - taken, box.h)
            text = f"{word(test.locale, '{n} dots', n=module)}  {test.test_no}"
            sheet.write(caption, text, 8, floor_pt=5, valign="middle", max_lines=2)
