"""The put-wall sheet: the wall from the front, slot by slot, whose goods go where."""

from __future__ import annotations

from printing.documents import PutWallSheet, WallSlot
from printing.geometry import Box
from printing.media import Media
from printing.renderers.pdf import office
from printing.renderers.pdf.sheet import Sheet
from printing.words import word

SLOT_MM = 26.0
GAP_MM = 1.5
TICK_MM = 4.5


def draw(wall: PutWallSheet, media: Media) -> list[Sheet]:
    """Return the pages of a put-wall sheet, its slots in rows as the wall has them.

    Raises:
        DoesNotFit: on anything but sheets.
    """
    flow = office.begin(wall, media, "Put-wall", wall.wall_no, wall.title)
    office.put_facts(flow, wall, _facts(wall))
    for start in range(0, len(wall.slots), wall.columns):
        row = flow.block(SLOT_MM)
        cells = row.columns(*[row.w / wall.columns] * wall.columns)
        for slot, cell in zip(wall.slots[start : start + wall.columns], cells, strict=False):
            _slot(flow.sheet, Box(cell.x, cell.y, cell.w - GAP_MM, cell.h - GAP_MM), slot)
    return office.finish(flow, wall)


def _facts(wall: PutWallSheet) -> list[tuple[str, str]]:
    pieces = sum(slot.pieces for slot in wall.slots)
    total = (word(wall.locale, "{n} orders", n=len(wall.slots)),
             word(wall.locale, "{n} pieces", n=pieces))  # fmt: skip
    return [("Total", "  ".join(total)), ("Wave", wall.wave_no)]


def _slot(sheet: Sheet, box: Box, slot: WallSlot) -> None:
    sheet.frame(box, dots=2)
    head, order, note = box.inset(1.2, 1).rows(12, 5)
    number, pieces = head.columns(head.w * 0.55)
    sheet.write(
        number.narrowed(0.6),
        str(slot.slot_no),
        26,
        floor_pt=9,
        bold=True,
        valign="middle",
        max_lines=1,
    )
    tick = Box(pieces.right - TICK_MM - 0.3, pieces.y + 0.4, TICK_MM, TICK_MM)
    if pieces.w > TICK_MM:
        sheet.frame(tick, dots=2)
    count = Box(pieces.x, tick.bottom + 0.4, pieces.w, pieces.bottom - tick.bottom - 0.4)
    sheet.write(count, f"×{slot.pieces}", 14, floor_pt=5, bold=True, align="right",
                valign="middle", max_lines=1)  # fmt: skip
    sheet.write(order, slot.order_no, 8.5, floor_pt=4.5, valign="middle", max_lines=1)
    sheet.write(note, slot.note, 7.5, floor_pt=4.5, max_lines=2)
