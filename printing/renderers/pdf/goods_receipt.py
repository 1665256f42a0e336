"""The goods receipt and what corrects one, on a receipt roll at the dock or on a sheet."""

from __future__ import annotations

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
    titles = [word(receipt.locale, name) for name in
              ("Item", "Booked" if receipt.corrects_no else "Announced", "Accepted", "Rejected",
               "Place")]  # fmt: skip
    share = flow.width / 190
    widths = spread(0, 20 * share, 20 * share, 20 * share, 26 * share, whole=flow.width)
    flow.begin_table(
        [
            Column(title=titles[0], width=widths[0], size_pt=9.5),
            Column(title=titles[1], width=widths[1], align="right", max_lines=1),
            Column(title=titles[2], width=widths[2], size_pt=11, bold=True, align="right",
                   max_lines=1),
            Column(title=titles[3], width=widths[3], size_pt=11, align="right", max_lines=1),
            Column(title=titles[4], width=widths[4], align="right", max_lines=2),
        ]
    )  # fmt: skip
    for line in receipt.lines:
        flow.row([_described(line), _before(line), _accepted(line), _rejected(line), line.place],
                 least_mm=7)  # fmt: skip
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
    columns = [
        Column(title=word(receipt.locale, "Item"), width=flow.width - 26, size_pt=9.5),
        Column(title=word(receipt.locale, "Accepted"), width=14, size_pt=12, bold=True,
               align="right", max_lines=1),
        Column(title=word(receipt.locale, "Rejected"), width=12, size_pt=10, align="right",
               max_lines=1),
    ]  # fmt: skip
    flow.begin_table(columns)
    for line in receipt.lines:
        flow.row([_described(line), _accepted(line), _rejected(line)], least_mm=7)
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


def _described(line: ReceiptLine) -> str:
    return f"{line.name}\n{'  '.join(part for part in (line.properties, line.sku_code) if part)}"


def _before(line: ReceiptLine) -> str:
    pieces = line.announced if line.booked is None else line.booked
    return "" if pieces is None else str(pieces)


def _accepted(line: ReceiptLine) -> str:
    if line.booked is None:
        return str(line.accepted)
    return f"{line.accepted:+d}" if line.accepted else ""


def _rejected(line: ReceiptLine) -> str:
    if line.booked is not None and line.rejected:
        return f"{line.rejected:+d}"
    return str(line.rejected) if line.rejected else ""


def _total(receipt: GoodsReceipt) -> str:
    accepted = sum(line.accepted for line in receipt.lines)
    rejected = sum(line.rejected for line in receipt.lines)
    told = "{:+d}".format if receipt.corrects_no else str
    parts = [word(receipt.locale, "{n} lines", n=len(receipt.lines)),
             word(receipt.locale, "{n} accepted", n=told(accepted))]  # fmt: skip
    if rejected:
        parts.append(word(receipt.locale, "{n} rejected", n=told(rejected)))
    return "   ".join(parts)
