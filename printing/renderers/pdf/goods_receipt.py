"""The goods receipt and what corrects one, on a receipt roll at the dock or on a sheet."""

from __future__ import annotations

from collections.abc import Sequence

from printing.barcodes import code128
from printing.documents import GoodsReceipt, ReceiptLine
from printing.errors import DoesNotFit
from printing.geometry import Box
from printing.media import Form, Media
from printing.renderers.pdf import office
from printing.renderers.pdf.flow import Column, Flow, spread
from printing.renderers.pdf.sheet import Sheet
from printing.words import labelled, word

ROLL_MARGIN = 2.0
ROLL_FOOT_MM = 6.0
HEAD_MM = 33.0
MARK_LINES = 24  # properties, lot and numbers are never cut off: they say which pieces came


def draw(receipt: GoodsReceipt, media: Media) -> list[Sheet]:
    """Return the pages of a goods receipt; on a roll it is one long page.

    Raises:
        DoesNotFit: on labels, or where the symbol is wider than the paper.
    """
    if media.form is Form.LABEL:
        raise DoesNotFit(f"a goods receipt is not printed on {media.name}")
    return _roll(receipt, media) if media.form is Form.ROLL else _sheets(receipt, media)


def _sheets(receipt: GoodsReceipt, media: Media) -> list[Sheet]:
    flow = office.begin(receipt, media, _name(receipt), receipt.receipt_no, receipt.supplier)
    office.put_facts(flow, receipt, _facts(receipt))
    share = flow.width / 190
    flow.begin_table(_columns(receipt, flow.width, [20 * share, 20 * share, 20 * share, 26 * share],
                              is_roll=False))  # fmt: skip
    for line in receipt.lines:
        flow.row([_described(receipt, line), *_figures(line), line.place], least_mm=7)
    flow.end_table()
    flow.text(_total(receipt), 11, bold=True, align="right")
    flow.text(_reason(receipt), 10.5)
    flow.text(receipt.note, 9.5)
    office.signatures(flow, receipt, _signers(receipt))
    return office.finish(flow, receipt)


def _roll(receipt: GoodsReceipt, media: Media) -> list[Sheet]:
    def head(sheet: Sheet, box: Box) -> float:
        name, supplier, bars, text = Box(box.x, box.y, box.w, HEAD_MM).rows(9, 6, 12, 6)
        sheet.write(name, word(receipt.locale, _name(receipt)), 20, floor_pt=12, bold=True,
                    align="center", max_lines=1)  # fmt: skip
        sheet.write(supplier, receipt.supplier, 11, floor_pt=6, align="center", max_lines=1)
        sheet.bars(bars, code128(receipt.receipt_no), at_least=2, at_most=3)
        sheet.write(text, receipt.receipt_no, 11, floor_pt=5, bold=True, align="center",
                    max_lines=1)  # fmt: skip
        return HEAD_MM + 1

    flow = Flow(media, margin=ROLL_MARGIN, foot_mm=ROLL_FOOT_MM, head=head)
    office.roll_copy(flow, receipt)
    for name, value in _facts(receipt):
        if value:
            flow.text(labelled(receipt.locale, name, value), 9, max_lines=2)
    widths = [15.0, 15.0, 17.0] if receipt.corrects_no else [14.0, 12.0]
    flow.begin_table(_columns(receipt, flow.width, widths, is_roll=True))
    for line in receipt.lines:
        if receipt.corrects_no:
            _changed(flow, receipt, line)
        else:
            flow.row([_described(receipt, line), *_figures(line)[1:]], least_mm=7)
    flow.end_table()
    flow.text(_total(receipt), 10, bold=True, align="right")
    flow.text(_reason(receipt), 10)
    flow.text(receipt.note, 9)
    for name in _signers(receipt):
        space = flow.block(13)
        flow.sheet.write(space.columns(27)[0], word(receipt.locale, name), 9, floor_pt=5,
                         valign="bottom", max_lines=1)  # fmt: skip
        flow.sheet.rule(space.x + 28, space.bottom - 0.2, space.w - 28, dots=2)
    return flow.finish(lambda sheet, box, _page, _pages: office.roll_foot(sheet, box, receipt))


def _columns(
    receipt: GoodsReceipt, whole: float, widths: Sequence[float], *, is_roll: bool
) -> list[Column]:
    """Return the columns: a roll has no room for what was announced, nor for the place."""
    names = ["Announced", "Accepted", "Rejected", "Place"]
    if receipt.corrects_no:
        names = ["Booked", "Corrected", "Difference", "Place"]
    if is_roll:
        names = names[: len(widths)] if receipt.corrects_no else names[1:-1]
    weighty = "Difference" if receipt.corrects_no else "Accepted"
    item, *rest = spread(0, *widths, whole=whole)
    columns = [
        Column(title=word(receipt.locale, "Item"), width=item, size_pt=9.5, below_lines=MARK_LINES)
    ]
    for name, width in zip(names, rest, strict=True):
        is_figure = name != "Place"
        columns.append(
            Column(title=word(receipt.locale, name), width=width,
                   size_pt=(12 if is_roll else 11) if name == weighty else 10 if is_figure else 8.5,
                   bold=name == weighty, align="right", max_lines=1 if is_figure else 2)
        )  # fmt: skip
    return columns


def _figures(line: ReceiptLine) -> list[str]:
    """Return announced, accepted and rejected; of a correction booked, right, and the change."""
    if line.booked is not None:
        return [str(line.booked), str(line.booked + line.change), f"{line.change:+d}"]
    announced = "" if line.announced is None else str(line.announced)
    return [announced, str(line.accepted), str(line.rejected) if line.rejected else ""]


def _name(receipt: GoodsReceipt) -> str:
    return "Receipt correction" if receipt.corrects_no else "Goods receipt"


def _signers(receipt: GoodsReceipt) -> tuple[str, str]:
    if receipt.corrects_no:
        return "Written by", "Confirmed by"
    return "Delivered by", "Received by"


def _facts(receipt: GoodsReceipt) -> list[tuple[str, str]]:
    their_paper = ("Their paper", receipt.supplier_paper_no)
    if not receipt.corrects_no:
        return [
            ("Received", receipt.received_at),
            ("Taken in by", receipt.received_by),
            their_paper,
        ]
    return [
        ("Corrects", receipt.corrects_no),
        ("Written", receipt.received_at),
        ("By", receipt.received_by),
        their_paper,
    ]


def _reason(receipt: GoodsReceipt) -> str:
    return labelled(receipt.locale, "Reason", receipt.reason) if receipt.reason else ""


def _changed(flow: Flow, receipt: GoodsReceipt, line: ReceiptLine) -> None:
    """Write what a correction changes on a roll: the goods over the whole width, figures below."""
    flow.y += 0.6
    flow.text(line.name, 9.5, max_lines=3, gap=0)
    for text in (_about(line), office.lot_of(receipt, line.lot, line.best_before), line.serials):
        flow.text(text, 9, max_lines=MARK_LINES, gap=0)
    flow.row([_side(receipt, line), *_figures(line)], least_mm=6)


def _described(receipt: GoodsReceipt, line: ReceiptLine) -> str:
    marks = (office.lot_of(receipt, line.lot, line.best_before), line.serials, _side(receipt, line))
    return "\n".join(filter(None, (line.name, _about(line), "  ".join(filter(None, marks)))))


def _about(line: ReceiptLine) -> str:
    return "  ".join(filter(None, (line.properties, line.sku_code)))


def _side(receipt: GoodsReceipt, line: ReceiptLine) -> str:
    """Return that a correction is of rejected pieces; older ones tell both sides on one line."""
    if line.booked is None or not line.rejected:
        return ""
    pieces = "" if line.is_rejected else f" {line.rejected:+d}"
    return word(receipt.locale, "Rejected") + pieces


def _total(receipt: GoodsReceipt) -> str:
    accepted = sum(line.accepted for line in receipt.lines)
    rejected = sum(line.rejected for line in receipt.lines)
    told = "{:+d}".format if receipt.corrects_no else str
    parts = [word(receipt.locale, "{n} lines", n=len(receipt.lines)),
             word(receipt.locale, "{n} accepted", n=told(accepted))]  # fmt: skip
    if rejected:
        parts.append(word(receipt.locale, "{n} rejected", n=told(rejected)))
    return "   ".join(parts)
