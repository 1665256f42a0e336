"""The purchase order on a sheet: who asks whom for what, at which prices, until when."""

from __future__ import annotations

from printing.documents import PurchaseLine, PurchaseOrder
from printing.media import Media
from printing.renderers.pdf import office
from printing.renderers.pdf.flow import Column, spread
from printing.renderers.pdf.sheet import Sheet
from printing.words import labelled, word


def draw(order: PurchaseOrder, media: Media) -> list[Sheet]:
    """Return the pages of a purchase order.

    Raises:
        DoesNotFit: on anything but sheets.
    """
    flow = office.begin(order, media, "Purchase order", order.order_no, order.supplier)
    if order.is_draft:
        flow.text(word(order.locale, "Draft, nothing is ordered by this paper yet."), 11, bold=True)
    office.put_facts(flow, order, _facts(order))
    if order.address:
        # An address is longer than a cell of facts.
        flow.text(labelled(order.locale, "Deliver to", order.address), 9.5, max_lines=3)
        flow.y += 2
    titles = [
        word(order.locale, name)
        for name in ("No.", "Item", "Pieces", "Unit price", "Amount", "Expected")
    ]
    share = flow.width / 190
    widths = spread(9, 0, 16 * share, 26 * share, 30 * share, 24 * share, whole=flow.width)
    flow.begin_table(
        [
            Column(title=titles[0], width=widths[0], size_pt=8),
            Column(title=titles[1], width=widths[1], size_pt=9.5),
            Column(title=titles[2], width=widths[2], size_pt=11, bold=True, align="right",
                   max_lines=1),
            Column(title=titles[3], width=widths[3], size_pt=9.5, align="right", max_lines=1),
            Column(title=titles[4], width=widths[4], size_pt=9.5, align="right", max_lines=1),
            Column(title=titles[5], width=widths[5], size_pt=9, align="right", max_lines=1),
        ]
    )  # fmt: skip
    for number, line in enumerate(order.lines, start=1):
        flow.row(
            [str(number), _described(line), str(line.pieces), line.price, line.worth,
             line.expected_on],
            least_mm=7,
        )  # fmt: skip
    flow.end_table()
    flow.text(_total(order), 11, bold=True, align="right")
    if order.terms:
        flow.text(labelled(order.locale, "Terms", order.terms), 9.5)
    flow.text(order.note, 9.5)
    office.signatures(flow, order, ("For the buyer", "For the supplier"))
    return office.finish(flow, order)


def _facts(order: PurchaseOrder) -> list[tuple[str, str]]:
    return [
        ("Ordered by", order.buyer),
        ("Telephone", order.phone),
        ("Ordered on", order.ordered_on),
        ("Supplier no.", order.supplier_code),
        ("Contact", order.contact),
        ("Expected", order.expected_on),
    ]


def _described(line: PurchaseLine) -> str:
    return f"{line.name}\n{'  '.join(part for part in (line.properties, line.sku_code) if part)}"


def _total(order: PurchaseOrder) -> str:
    pieces = sum(line.pieces for line in order.lines)
    parts = [
        word(order.locale, "{n} lines", n=len(order.lines)),
        word(order.locale, "{n} pieces", n=pieces),
    ]
    if order.total:
        parts.append(labelled(order.locale, "Total", order.total))
    return "   ".join(parts)
