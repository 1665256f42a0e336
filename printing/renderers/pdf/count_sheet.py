"""The count sheet: bins in walking order, room to write what is found.

A recount has a sheet of its own: whoever makes it must not see what the first one wrote.
"""

from __future__ import annotations

from collections.abc import Sequence

from printing.documents import CountLine, CountSheet
from printing.geometry import Box
from printing.media import Media
from printing.renderers.pdf import office
from printing.renderers.pdf.flow import HAIRLINE, Column, Flow, spread
from printing.renderers.pdf.sheet import Sheet
from printing.words import word

ROW_MM = 10.0
UNDER_MM = 8.5  # a line to write on, below the goods it is of
WRITTEN_SHARE = 0.16
NUMBER_MM = 8.0
LOTS = 2  # lines for lots, and of serial numbers, below goods that have them
NUMBERS_BESIDE = 3
FREE = 6  # goods the book does not have there


def draw(count: CountSheet, media: Media) -> list[Sheet]:
    """Return the pages of a count sheet; a blind one has no column for the book.

    Raises:
        DoesNotFit: on anything but sheets.
    """
    number = count.sheet_no or count.session_no
    flow = office.begin(count, media, "Count sheet", number, count.zone)
    kind = word(count.locale, "Blind" if count.is_blind else "With the book")
    lines = word(count.locale, "{n} lines", n=len(count.lines))
    pairs = [("Total", f"{lines}  {kind}"), ("Counter", count.counter), ("Due", count.due_on)]
    if count.sheet_no:
        pairs.insert(0, ("Count", count.session_no))
    office.put_facts(flow, count, pairs)
    flow.begin_table(_columns(count, flow.width))
    for place, line in enumerate(count.lines, start=1):
        _goods(flow, count, place, line)
    flow.end_table()
    _others(flow, count)
    office.signatures(flow, count, ("Counted by", "Typed in by"))
    return office.finish(flow, count)


def _goods(flow: Flow, count: CountSheet, place: int, line: CountLine) -> None:
    """Draw the line of one SKU in one bin, with the lines for its lots and pieces below."""
    under = LOTS * (line.has_lots + line.has_serials)
    if under:
        flow.keep_together(2 * ROW_MM + under * UNDER_MM)
    book = [] if count.is_blind else ["" if line.book is None else str(line.book)]
    by_lot = word(count.locale, "By lot") if line.has_lots else ""
    box = flow.row([str(place), line.bin_code, _described(line), *book, by_lot],
                   least_mm=ROW_MM)  # fmt: skip
    _written(flow, box)
    for _ in range(LOTS * line.has_lots):
        names = ["Lot", "Best before"] if line.has_best_before else ["Lot"]
        _under(flow, count, names)
    for _ in range(LOTS * line.has_serials):
        _under(flow, count, ["Serial numbers"] + [""] * (NUMBERS_BESIDE - 1), is_counted=False)
    if under:
        flow.sheet.rule(box.x, flow.y - 0.05, box.w, dots=1, level=HAIRLINE)


def _others(flow: Flow, count: CountSheet) -> None:
    """Draw lines for goods that the book does not have where they are found."""
    flow.y += 2
    flow.keep_together(2 * ROW_MM + 2 * UNDER_MM)
    flow.text(word(count.locale, "Other goods found"), 11, bold=True, max_lines=1)
    room = flow.width * WRITTEN_SHARE
    widths = spread(NUMBER_MM, flow.width * 0.2, 0, room, whole=flow.width)
    titles = ("No.", "Bin", "SKU or barcode", "Counted")
    flow.begin_table(
        [Column(title=word(count.locale, title), width=width, size_pt=8, max_lines=1,
                align="center" if width == room else "left")
         for title, width in zip(titles, widths, strict=True)]
    )  # fmt: skip
    for place in range(len(count.lines) + 1, len(count.lines) + FREE + 1):
        flow.keep_together(ROW_MM + 2 * UNDER_MM)
        box = flow.row([str(place), "", "", ""], least_mm=ROW_MM)
        _written(flow, box)
        _under(flow, count, ["Lot", "Best before", "Serial numbers"], is_counted=False)
        flow.sheet.rule(box.x, flow.y - 0.05, box.w, dots=1, level=HAIRLINE)
    flow.end_table()


def _written(flow: Flow, box: Box) -> None:
    x = box.right - WRITTEN_SHARE * flow.width
    flow.sheet.upright(x, box.y, box.h - 0.4, dots=1)


def _under(flow: Flow, count: CountSheet, names: Sequence[str], *, is_counted: bool = True) -> None:
    """Draw a line to write on: what is to be written there, each with its room."""
    box = flow.block(UNDER_MM)
    written = WRITTEN_SHARE * flow.width if is_counted else 0.0
    room = (box.w - NUMBER_MM - written) / len(names)
    for at, name in enumerate(names):
        cell = Box(box.x + NUMBER_MM + at * room, box.y, room - 2, box.h)
        label = 0.0
        if name:
            label = 16.0 if count.locale == "zh" else 22.0
            flow.sheet.write(Box(cell.x, cell.y, label, cell.h - 0.8), word(count.locale, name), 8,
                             floor_pt=5, level=0.35, valign="bottom", max_lines=1)  # fmt: skip
        flow.sheet.rule(cell.x + label + 1, cell.bottom - 1.2, cell.w - label - 1, dots=1)
    if is_counted:
        _written(flow, box)
        flow.sheet.rule(box.right - written, box.bottom - 0.05, written, dots=1)


def _columns(count: CountSheet, width: float) -> list[Column]:
    room = width * WRITTEN_SHARE
    book = () if count.is_blind else (width * 0.08,)
    widths = spread(NUMBER_MM, width * 0.2, 0, *book, room, whole=width)
    bin_pt = 13 if width > office.WIDE_MM else 10
    columns = [
        Column(title=word(count.locale, "No."), width=widths[0], size_pt=8, max_lines=1),
        Column(title=word(count.locale, "Bin"), width=widths[1], size_pt=bin_pt, floor_pt=6,
               bold=True, max_lines=2),
        Column(title=word(count.locale, "Item"), width=widths[2], size_pt=9, max_lines=2),
    ]  # fmt: skip
    if book:
        columns.append(Column(title=word(count.locale, "Book"), width=widths[3], size_pt=10,
                              align="right", max_lines=1))  # fmt: skip
    columns.append(Column(title=word(count.locale, "Counted"), width=room, size_pt=8, floor_pt=5,
                          align="center", max_lines=1))  # fmt: skip
    return columns


def _described(line: CountLine) -> str:
    return f"{line.name}\n{'  '.join(part for part in (line.properties, line.sku_code) if part)}"
