"""The separator slip: black edges that show in a stack, and whose papers come next."""

from __future__ import annotations

from printing.documents import Separator
from printing.geometry import Box
from printing.media import Form, Media
from printing.renderers.pdf.sheet import Sheet
from printing.words import labelled, word

ROLL_MM = 60
EDGE = 0.1
MOST_EDGE_MM = 8.0
MOST_WIDTH_MM = 120.0


def draw(slip: Separator, media: Media) -> list[Sheet]:
    """Return the one page of a separator; it goes on every stock, as the papers it parts."""
    sheet = Sheet(media.long(ROLL_MM) if media.form is Form.ROLL else media)
    page = sheet.box.inset(1)
    edge = min(page.h * EDGE, MOST_EDGE_MM)
    for y in (page.y, page.bottom - edge):
        sheet.fill(Box(page.x, y, page.w, edge))
    body = Box(page.x + 1, page.y + edge + 1, page.w - 2, page.h - 2 * edge - 2)
    head, name, orders, foot = body.rows(*(share * body.h for share in (0.16, 0.4, 0.26, 0.18)))
    size = min(body.h, MOST_WIDTH_MM)
    place = f"{slip.order_index}/{slip.order_count}"
    if slip.copy_no > 1:
        head, mark = head.columns(head.w * 0.6)
        sheet.write(mark, word(slip.locale, "COPY {n}", n=slip.copy_no), size * 0.3, floor_pt=4.5,
                    align="right", valign="middle", max_lines=1)  # fmt: skip
    sheet.write(head, labelled(slip.locale, "Wave", slip.wave_no) if slip.wave_no else "",
                size * 0.3, floor_pt=4.5, valign="middle", max_lines=1)  # fmt: skip
    number = f"#{slip.slot_no}" if slip.slot_no else place
    sheet.write(name, number, size * 0.8, floor_pt=9, bold=True, align="center",
                valign="middle", max_lines=1)  # fmt: skip
    sheet.write(orders, "  ".join(slip.order_numbers), size * 0.25, floor_pt=4.5,
                align="center", valign="middle", max_lines=3)  # fmt: skip
    left, right = foot.columns(foot.w * 0.5)
    papers = word(slip.locale, "{n} labels", n=slip.papers)
    sheet.write(left.narrowed(1), papers, size * 0.25, floor_pt=4.5, bold=True,
                valign="middle", max_lines=1)  # fmt: skip
    sheet.write(right, word(slip.locale, "Order {i} of {n}", i=slip.order_index,
                            n=slip.order_count),
                size * 0.25, floor_pt=4.5, align="right", valign="middle",
                max_lines=1)  # fmt: skip
    return [sheet]
