"""The packing slip, on a sheet or on a receipt roll."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from printing.barcodes import code128
from printing.documents import PackingSlip
from printing.errors import DoesNotFit
from printing.geometry import Box
from printing.masking import mask_address, mask_name, mask_note, mask_phone
from printing.media import Form, Media
from printing.renderers.pdf import office, own_words
from printing.renderers.pdf.flow import Column, Flow, spread
from printing.renderers.pdf.sheet import Sheet
from printing.templates.slips import SlipWords
from printing.words import labelled, word

ROLL_MARGIN = 2.0
ROLL_FOOT_MM = 6.0
WIDE_MM = 180
PLAIN = SlipWords()
NO_PICTURES: Mapping[str, bytes] = MappingProxyType({})


def draw(
    slip: PackingSlip,
    media: Media,
    words: SlipWords = PLAIN,
    pictures: Mapping[str, bytes] = NO_PICTURES,
) -> list[Sheet]:
    """Return the pages of a packing slip with the shop's own words; on a roll one long page.

    Raises:
        DoesNotFit: on labels, or where the symbol is wider than the paper.
    """
    if media.form is Form.LABEL:
        raise DoesNotFit(f"a packing slip is not printed on {media.name}")
    of_form = _roll if media.form is Form.ROLL else _sheets
    return of_form(slip, media, words, pictures)


def _sheets(
    slip: PackingSlip, media: Media, words: SlipWords, pictures: Mapping[str, bytes]
) -> list[Sheet]:
    letterheads = iter([words])  # on the first page alone

    def head(sheet: Sheet, box: Box) -> float:
        used = own_words.letterhead(sheet, box, next(letterheads, PLAIN), pictures)
        top = Box(box.x, box.y + used, box.w, office.HEAD_MM)
        office.title(sheet, top, slip, "Packing slip", slip.parcel_no, slip.shop)
        return used + office.HEAD_MM + 2

    foot_mm = office.FOOT_MM + own_words.foot_mm(words)
    flow = Flow(media, margin=office.MARGIN, foot_mm=foot_mm, head=head)
    columns = 2
    pairs = _facts(slip)
    office.facts(flow.sheet, flow.block(office.facts_mm(pairs, columns)), slip, pairs, columns)
    _receiver(slip, flow)
    code_mm = 42 if media.width_mm > WIDE_MM else 32
    widths = spread(9, 0, code_mm, 15, whole=media.width_mm - 2 * office.MARGIN)
    titles = [word(slip.locale, name) for name in ("No.", "Item", "Code", "Pieces")]
    flow.begin_table(
        [
            Column(title=titles[0], width=widths[0]),
            Column(title=titles[1], width=widths[1], size_pt=9.5),
            Column(title=titles[2], width=widths[2], size_pt=8),
            Column(title=titles[3], width=widths[3], size_pt=11, bold=True, align="right"),
        ]
    )
    for number, item in enumerate(slip.items, start=1):
        flow.row(
            [str(number), f"{item.name}\n{item.properties}", item.code, str(item.pieces)],
            least_mm=7,
        )
    flow.end_table()
    flow.text(_total(slip), 11, bold=True, align="right")
    for text in _numbers(slip):
        flow.text(text, 8.5, max_lines=9)
    for text in (_note(slip), slip.greeting):
        flow.text(text, 9.5)
    own_words.close(flow, words, size_pt=9)
    left = _people(slip)

    def foot(sheet: Sheet, box: Box, page: int, pages: int) -> None:
        office.foot(sheet, own_words.foot(sheet, box, words), slip, page, pages, left)

    return flow.finish(foot)


def _receiver(slip: PackingSlip, flow: Flow) -> None:
    flow.text(_orders(slip), 9, max_lines=4)
    flow.y += 1.5
    flow.text(f"{word(slip.locale, 'Ship to')}   {_who(slip)}", 11, bold=True, max_lines=1)
    flow.text(_where(slip), 9, max_lines=2, gap=2.5)


def _roll(
    slip: PackingSlip, media: Media, words: SlipWords, pictures: Mapping[str, bytes]
) -> list[Sheet]:
    def head(sheet: Sheet, box: Box) -> float:
        used = own_words.roll_logo(sheet, box, words, pictures)
        name, shop, bars, text = Box(box.x, box.y + used, box.w, 33).rows(9, 6, 12, 6)
        sheet.write(name, word(slip.locale, "Packing slip"), 20, bold=True, align="center",
                    max_lines=1)  # fmt: skip
        sheet.write(shop, slip.shop, 11, floor_pt=7, align="center", max_lines=1)
        sheet.bars(bars, code128(slip.parcel_no), at_least=2, at_most=3)
        sheet.write(text, slip.parcel_no, 11, floor_pt=7, bold=True, align="center", max_lines=1)
        return used + 34

    flow = Flow(media, margin=ROLL_MARGIN, foot_mm=ROLL_FOOT_MM, head=head)
    flow.text(words.header, 9.5, align="center", max_lines=9, gap=1.5)
    office.roll_copy(flow, slip)
    for name, value in _facts(slip):
        if value:
            flow.text(labelled(slip.locale, name, value), 9, max_lines=3)
    flow.text(_orders(slip), 9, max_lines=9)
    flow.text(labelled(slip.locale, "Ship to", _who(slip)), 9, max_lines=2)
    flow.text(_where(slip), 9, max_lines=4, gap=1.5)
    width = media.width_mm - 2 * ROLL_MARGIN
    flow.begin_table(
        [
            Column(title=word(slip.locale, "Item"), width=width - 14, size_pt=9.5, max_lines=3),
            Column(title=word(slip.locale, "Pieces"), width=14, size_pt=12, bold=True,
                   align="right"),
        ]
    )  # fmt: skip
    for item in slip.items:
        below = "  ".join(part for part in (item.properties, item.code) if part)
        flow.row([f"{item.name}\n{below}", str(item.pieces)], least_mm=7)
    flow.end_table()
    flow.text(_total(slip), 11, bold=True, align="right")
    for text in _numbers(slip):
        flow.text(text, 8.5, max_lines=9)
    for text in (_note(slip), slip.greeting):
        flow.text(text, 9)
    own_words.close(flow, words, size_pt=9)
    flow.text(words.footer, 9, align="center", max_lines=9)
    flow.text(_people(slip), 9)
    return flow.finish(
        lambda sheet, box, _page, _pages: office.roll_foot(sheet, box, slip),
    )


def _facts(slip: PackingSlip) -> list[tuple[str, str]]:
    count = (
        f"{slip.parcel_index} / {slip.parcel_count}" if slip.parcel_count > 1 else ""
    )  # fmt: skip
    return [
        ("Order", slip.order_numbers[0] if len(slip.order_numbers) == 1 else ""),
        ("Ordered", slip.ordered_on),
        ("Carrier", slip.carrier),
        ("Waybill", slip.waybill_no),
        ("Parcel", count),
    ]


def _orders(slip: PackingSlip) -> str:
    """Return the line for several orders in one parcel; one alone stands among the facts."""
    if len(slip.order_numbers) == 1:
        return ""
    return labelled(slip.locale, "Orders", ", ".join(slip.order_numbers))


def _who(slip: PackingSlip) -> str:
    return f"{mask_name(slip.receiver.name)}   {mask_phone(slip.receiver.phone)}".rstrip()


def _where(slip: PackingSlip) -> str:
    parts = (slip.receiver.region, mask_address(slip.receiver.detail))
    return " ".join(part for part in parts if part)


def _numbers(slip: PackingSlip) -> list[str]:
    """Return, for each SKU whose pieces have numbers, the line that says them."""
    return [
        labelled(slip.locale, "Serial numbers", f"{item.code or item.name}: {item.serials}")
        for item in slip.items
        if item.serials
    ]


def _total(slip: PackingSlip) -> str:
    pieces = sum(item.pieces for item in slip.items)
    lines = word(slip.locale, "{n} lines", n=len(slip.items))
    return f"{lines}   {word(slip.locale, '{n} pieces', n=pieces)}"


def _note(slip: PackingSlip) -> str:
    if not slip.buyer_note:
        return ""
    return labelled(slip.locale, "Buyer's note", mask_note(slip.buyer_note))


def _people(slip: PackingSlip) -> str:
    pairs = (("Packed by", slip.packed_by), ("Checked by", slip.checked_by))
    return "  ".join(f"{word(slip.locale, name)} {who}" for name, who in pairs if who)
