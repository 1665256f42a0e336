"""The count sheet: bins in walking order, room to write what is found, twice."""

from __future__ import annotations

from printing.documents import CountLine, CountSheet
from printing.media import Media
from printing.renderers.pdf import office
from printing.renderers.pdf.flow import Column, spread
from printing.renderers.pdf.sheet import Sheet
from printing.words import word

ROW_MM = 10.0
WRITTEN_SHARE = 0.12


def draw(count: CountSheet, media: Media) -> list[Sheet]:
    """Return the pages of a count sheet; a blind one has no column for the book.

    Raises:
        DoesNotFit: on anything but sheets.
    """
    flow = office.begin(count, media, "Count sheet", count.session_no, count.zone)
    kind = word(count.locale, "Blind" if count.is_blind else "With the book")
    lines = word(count.locale, "{n} lines", n=len(count.lines))
    pairs = [("Total", f"{lines}  {kind}"), ("Counter", count.counter), ("Due", count.due_on)]
    office.put_facts(flow, count, pairs)
    flow.begin_table(_columns(count, flow.width))
    for number, line in enumerate(count.lines, start=1):
        book = [] if count.is_blind else ["" if line.book is None else str(line.book)]
        box = flow.row([str(number), line.bin_code, _described(line), *book, "", ""],
                       least_mm=ROW_MM)  # fmt: skip
        for place in (2, 1):
            x = box.right - place * WRITTEN_SHARE * flow.width
            flow.sheet.upright(x, box.y, box.h - 0.4, dots=1)
    flow.end_table()
    office.signatures(flow, count, ("Counted by", "Recounted by"))
    return office.finish(flow, count)


def _columns(count: CountSheet, width: float) -> list[Column]:
    room = width * WRITTEN_SHARE
    book = () if count.is_blind else (width * 0.08,)
    widths = spread(8, width * 0.2, 0, *book, room, room, whole=width)
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
    columns += [Column(title=word(count.locale, name), width=room, align="center") for name in
                ("Counted", "Recount")]  # fmt: skip
    return columns


def _described(line: CountLine) -> str:
    return f"{line.name}\n{'  '.join(part for part in (line.properties, line.sku_code) if part)}"
