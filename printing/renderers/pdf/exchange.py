"""The exchange-out slip, in two copies: the supplier keeps one, the warehouse the other."""

from __future__ import annotations

from printing.documents import ExchangeLine, ExchangeOut
from printing.media import Media
from printing.renderers.pdf import office
from printing.renderers.pdf.flow import Column, spread
from printing.renderers.pdf.sheet import Sheet
from printing.words import word

BELOW_LINES = 8  # properties, lot and number are never cut off: they say which pieces went
COPIES = ("Supplier's copy", "Warehouse's copy")


def draw(slip: ExchangeOut, media: Media) -> list[Sheet]:
    """Return the pages of both copies, the supplier's first, each numbered from one.

    Raises:
        DoesNotFit: on anything but sheets.
    """
    return [sheet for copy in COPIES for sheet in _copy(slip, media, copy)]


def _copy(slip: ExchangeOut, media: Media, copy: str) -> list[Sheet]:
    flow = office.begin(slip, media, "Exchange slip", slip.exchange_no, slip.supplier)
    flow.text(word(slip.locale, copy), 11, bold=True)
    pairs = [("Warehouse", slip.warehouse), ("Goods receipt", slip.receipt_no),
             ("Sent", slip.sent_on), ("Due", slip.due_on)]  # fmt: skip
    office.put_facts(flow, slip, pairs)
    titles = [word(slip.locale, name) for name in ("No.", "Item", "Fault", "Pieces")]
    widths = spread(9, 0, flow.width * 0.32, 15, whole=flow.width)
    flow.begin_table(
        [
            Column(title=titles[0], width=widths[0]),
            Column(title=titles[1], width=widths[1], size_pt=9.5, below_lines=BELOW_LINES),
            Column(title=titles[2], width=widths[2], size_pt=9),
            Column(title=titles[3], width=widths[3], size_pt=11, bold=True, align="right",
                   max_lines=1),
        ]
    )  # fmt: skip
    for number, line in enumerate(slip.lines, start=1):
        flow.row([str(number), _described(slip, line), line.fault, str(line.pieces)], least_mm=7)
    flow.end_table()
    pieces = sum(line.pieces for line in slip.lines)
    total = (word(slip.locale, "{n} lines", n=len(slip.lines)),
             word(slip.locale, "{n} pieces", n=pieces))  # fmt: skip
    flow.text("   ".join(total), 11, bold=True, align="right")
    flow.text(slip.note, 9.5)
    office.signatures(flow, slip, ("For the warehouse", "For the supplier"))
    return office.finish(flow, slip)


def _described(slip: ExchangeOut, line: ExchangeLine) -> str:
    # Which pieces went back is asked for months later: lot and numbers stand on lines of their own.
    about = "  ".join(filter(None, (line.properties, line.sku_code)))
    lot = office.lot_of(slip, line.lot, line.best_before)
    return "\n".join(filter(None, (line.name, about, lot, line.serials)))
