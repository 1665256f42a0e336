"""The pick list: stops of the walk, the bin code and the quantity to be read at arm's length."""

from __future__ import annotations

from printing.documents import PickLine, PickList
from printing.geometry import Box
from printing.media import Media
from printing.renderers.pdf import office
from printing.renderers.pdf.flow import Column, Flow, spread
from printing.renderers.pdf.sheet import Sheet
from printing.words import labelled, word

TICK_MM = 4.5
WIDE_MM = 180


def draw(pick: PickList, media: Media) -> list[Sheet]:
    """Return the pages of a pick list; the lines keep their order.

    Raises:
        DoesNotFit: on anything but sheets.
    """
    flow = office.begin(pick, media, "Pick list", pick.wave_no, pick.title)
    pairs = _facts(pick)
    columns = 3 if media.width_mm > WIDE_MM else 2
    office.facts(flow.sheet, flow.block(office.facts_mm(pairs, columns)), pick, pairs, columns)
    if pick.totes:
        flow.text(labelled(pick.locale, "Totes", "  ".join(pick.totes)), 9, max_lines=3)
    flow.y += 2
    flow.begin_table(_columns(pick, media.width_mm - 2 * office.MARGIN, columns == 3))  # noqa: PLR2004  the wide form
    for number, line in enumerate(pick.lines, start=1):
        box = flow.row([str(number), line.bin_code, _described(pick, line), str(line.pieces),
                        line.into, ""], least_mm=10)  # fmt: skip
        tick = Box(box.right - TICK_MM - 2, box.y + (box.h - TICK_MM) / 2, TICK_MM, TICK_MM)
        flow.sheet.frame(tick)
    flow.end_table()
    flow.y += 3
    _sign(pick, flow)
    return office.finish(flow, pick)


def _facts(pick: PickList) -> list[tuple[str, str]]:
    pieces = sum(line.pieces for line in pick.lines)
    size = (word(pick.locale, "{n} lines", n=len(pick.lines)),
            word(pick.locale, "{n} pieces", n=pieces))  # fmt: skip
    orders = word(pick.locale, "{n} orders", n=pick.orders) if pick.orders else ""
    return [
        ("Total", "  ".join((*size, orders)).rstrip()),
        ("Picker", pick.picker),
        ("Cut-off", pick.cut_off),
    ]


def _columns(pick: PickList, width: float, is_wide: bool) -> list[Column]:
    widths = (
        spread(9, 40, 0, 17, 36, 10, whole=width)
        if is_wide
        else spread(8, 29, 0, 13, 20, 9, whole=width)
    )
    titles = [word(pick.locale, name) for name in ("No.", "Bin", "Item", "Pieces", "Into", "Done")]
    big = 16 if is_wide else 12
    most_lines = 3 if any(line.lot for line in pick.lines) else 2
    return [
        Column(title=titles[0], width=widths[0], size_pt=8),
        Column(title=titles[1], width=widths[1], size_pt=big, floor_pt=8, bold=True, max_lines=2),
        Column(title=titles[2], width=widths[2], size_pt=9, max_lines=most_lines),
        Column(title=titles[3], width=widths[3], size_pt=big, floor_pt=7, bold=True,
               align="center", max_lines=1),
        Column(title=titles[4], width=widths[4], size_pt=10, max_lines=2),
        Column(title=titles[5], width=widths[5], size_pt=8, align="right"),
    ]  # fmt: skip


def _described(pick: PickList, line: PickLine) -> str:
    # A picker tells variants apart by properties and code: they never give way to a long name.
    below = "  ".join(part for part in (line.properties, line.sku_code) if part)
    text = f"{line.name}\n{below}"
    if not line.lot:
        return text
    # A lot is read off the goods with its day: both on a line of their own.
    marks = [labelled(pick.locale, "Lot", line.lot)]
    if line.best_before:
        marks.append(labelled(pick.locale, "Best before", line.best_before))
    return f"{text}\n{'  '.join(marks)}"


def _sign(pick: PickList, flow: Flow) -> None:
    box = flow.block(9)
    for name, cell in zip(("Started", "Finished", "Picker"), box.columns(*[box.w / 3] * 3),
                          strict=False):  # fmt: skip
        flow.sheet.write(cell, word(pick.locale, name), 9, valign="bottom", max_lines=1)
        flow.sheet.rule(cell.x + 24, cell.bottom - 0.2, cell.w - 28, dots=1)
