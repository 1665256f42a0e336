"""The label that goes before a copy of a carrier's own label: that one is printed as it came."""

from __future__ import annotations

from printing.barcodes import code128
from printing.documents import ReadyLabel
from printing.errors import DoesNotFit
from printing.geometry import Box
from printing.media import Media
from printing.renderers.pdf.sheet import WHITE, Sheet
from printing.words import word

MARGIN = 4.0
FRAME_MM = 2.0
LEAST_DOTS = 2


def draw(label: ReadyLabel, media: Media) -> list[Sheet]:
    """Return the one page that says which label follows, and which copy of it.

    Raises:
        DoesNotFit: on another stock than the carrier's label is made for.
    """
    if media.name != label.media:
        raise DoesNotFit(f"this label is made for {label.media}, not for {media.name}")
    sheet = Sheet(media)
    inner = sheet.box.inset(MARGIN)
    sheet.frame(sheet.box.inset(1.5), dots=3)
    mark, when, carrier, bars, number, advice = inner.rows(26, 10, 10, 22, 8)
    sheet.fill(mark, is_panel=True)
    text = (
        word(label.locale, "COPY {n}", n=label.copy_no)
        if label.copy_no > 1
        else word(label.locale, "Label of the carrier")
    )
    sheet.write(mark.inset(2, 1), text, 44, floor_pt=9, bold=True, level=WHITE, align="center",
                valign="middle", max_lines=1)  # fmt: skip
    sheet.write(when, label.copied_at, 13, floor_pt=6, align="center", valign="middle",
                max_lines=1)  # fmt: skip
    sheet.write(carrier, label.carrier, 18, floor_pt=7, bold=True, align="center",
                valign="middle", max_lines=1)  # fmt: skip
    _bars(sheet, Box(0, bars.y, sheet.box.w, bars.h), label)
    sheet.write(number, label.waybill_no, 13, floor_pt=5, bold=True, align="center",
                valign="middle", max_lines=1)  # fmt: skip
    below = Box(advice.x, advice.y + 2, advice.w, 22)
    if label.copy_no > 1:
        words = word(label.locale, "The label behind this one is a copy. Destroy the first.")
        sheet.write(below, words, 12, floor_pt=6, align="center", max_lines=3)
    return [sheet]


def _bars(sheet: Sheet, box: Box, label: ReadyLabel) -> None:
    """Draw the number as bars where they have room; it stands below in letters anyway."""
    bars = code128(label.waybill_no)
    room = box.inset(FRAME_MM, 0)
    dots = int(room.w * sheet.media.dots_per_mm) // (bars.modules + 2 * bars.quiet)
    if dots >= LEAST_DOTS:
        sheet.bars(room, bars, at_least=LEAST_DOTS, at_most=4)
