"""The test page: shows whether a printer is straight, sharp, dark, and knows its paper's edge."""

from __future__ import annotations

from printing.barcodes import code128
from printing.documents import TestPage
from printing.geometry import Box
from printing.media import Form, Media
from printing.renderers.pdf.sheet import Sheet
from printing.words import labelled, word

ROLL_MM = 110
SCRIPTS = "测试 繁體 㛃䶮𠅤𪻐 ABC abc 0123456789 Łódź Ünï Привет €￥°"
MAX_WIDTH = 100
SMALLEST_LINE_MM = 1.8


def draw(test: TestPage, media: Media) -> list[Sheet]:
    """Return a page with a frame at the paper's edge, a ruler, every script and bars by dots."""
    sheet = Sheet(media.long(ROLL_MM) if media.form is Form.ROLL else media)
    frame = sheet.box.inset(1)
    sheet.frame(frame, dots=2)
    inner = frame.inset(2.5, 2)
    inner = Box(inner.x, inner.y, min(inner.w, MAX_WIDTH), min(inner.h, ROLL_MM))
    head, ruler, letters, text, *symbols = inner.rows(
        *(share * inner.h for share in (0.13, 0.07, 0.14, 0.26, 0.20, 0.20))
    )
    title = f"{word(test.locale, 'Test page')}  {test.printer}"
    sheet.write(head, title, 16, floor_pt=6, bold=True, valign="middle", max_lines=1)
    _ruler(sheet, ruler)
    sheet.write(letters, SCRIPTS, 11, floor_pt=5, valign="middle", max_lines=2)
    about = [word(test.locale, "Every bar must be sharp, the frame whole on all four sides.")]
    about += [labelled(test.locale, name, value) for name, value in
              (("Address", test.address), ("Media", test.media or media.name),
               ("Printed", test.printed_at)) if value]  # fmt: skip
    about = about[: int(text.h / SMALLEST_LINE_MM)]
    rows = text.rows(*[text.h / len(about)] * len(about))
    for line, row in zip(about, rows, strict=False):
        sheet.write(row, line, 9, floor_pt=4.5, valign="middle", max_lines=1)
    _symbols(sheet, test, symbols[:2])
    return [sheet]


def _ruler(sheet: Sheet, box: Box) -> None:
    for millimetre in range(int(box.w) + 1):
        length = box.h * (0.8 if millimetre % 10 == 0 else 0.5 if millimetre % 5 == 0 else 0.3)
        sheet.upright(box.x + millimetre, box.y, length, dots=1)


def _symbols(sheet: Sheet, test: TestPage, boxes: list[Box]) -> None:
    for module, box in zip((3, 2), boxes, strict=False):
        room = int(box.w * sheet.media.dots_per_mm)
        bars = code128(f"TEST-{module}")
        whole = bars.modules + 2 * bars.quiet
        dots = min(module, max(1, room // whole))
        sheet.bars(box.inset(0, 0.6), bars, at_least=1, at_most=dots, align="left")
        taken = whole * dots / sheet.media.dots_per_mm
        if box.w - taken > 14:  # noqa: PLR2004  room for the caption
            caption = Box(box.x + taken, box.y, box.w - taken, box.h)
            text = f"{word(test.locale, '{n} dots', n=dots)}  {test.test_no}"
            sheet.write(caption, text, 8, floor_pt=5, valign="middle",
                        max_lines=2)  # fmt: skip
