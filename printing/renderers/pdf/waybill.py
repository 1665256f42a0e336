"""The waybill on paper: zones from the top, two symbols, the person behind it masked.

Zone order follows common carrier forms: number, destination, receiver, sender, contents, sign-off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from printing.barcodes import code128, qr
from printing.documents import Item, Party, Waybill
from printing.errors import DoesNotFit
from printing.masking import mask_address, mask_name, mask_note, mask_phone
from printing.media import Media
from printing.renderers.pdf.sheet import WHITE, Box, Sheet
from printing.renderers.pdf.words import grams, labelled, word

MARGIN = 2.0
PAD = 1.2
QR_SIDE_MM = 14.5  # a 15-character number at 4 dots, or 6 at 300 dpi
MIN_MODULE_DOTS = {203: 3, 300: 4}


@dataclass(frozen=True)
class _Page:
    """A waybill being laid on one stock; `scale` enlarges letters on wider forms."""

    sheet: Sheet
    waybill: Waybill
    scale: float

    def say(self, english: str, /, **places: object) -> str:
        return word(self.waybill.locale, english, **places)

    def points(self, size: float) -> float:
        return round(size * self.scale * 2) / 2


_Zone = Callable[[_Page, Box], None]


def draw(waybill: Waybill, media: Media) -> list[Sheet]:
    """Return the one page of a waybill on this stock.

    Raises:
        DoesNotFit: the stock has no waybill layout, or the number is too long for its width.
    """
    plan = _PLANS.get(media.name)
    if plan is None:
        raise DoesNotFit(f"no waybill is laid out for {media.name}")
    page = _Page(Sheet(media), waybill, 1.0 if media.width_mm < 90 else 1.25)  # noqa: PLR2004
    box = page.sheet.box.inset(MARGIN, 0)
    zones = box.rows(*(height for _, height in plan))
    cuts = _cuts(media)
    for (zone, _), area in zip(plan, zones, strict=True):
        zone(page, area)
        if area.bottom in cuts:
            page.sheet.dashes(0, area.bottom - 0.25, media.width_mm)
        elif area is not zones[-1]:
            page.sheet.rule(box.x, area.bottom - 0.25, box.w)
    return [page.sheet]


def _cuts(media: Media) -> set[float]:
    cuts: set[float] = set()
    at = 0.0
    for part in media.parts_mm[:-1]:
        at += part
        cuts.add(at)
    return cuts


def _header(page: _Page, area: Box) -> None:
    waybill, sheet = page.waybill, page.sheet
    inner = area.inset(PAD, 1.2)
    left, right = inner.columns(inner.w * 0.56)
    sheet.write(
        left.narrowed(1.5), waybill.carrier.name, page.points(19), floor_pt=9, bold=True,
        valign="middle", max_lines=1,
    )  # fmt: skip
    top, bottom = right.rows(right.h / 2)
    count = page.say("Parcel {i} of {n}", i=waybill.parcel_index, n=waybill.parcel_count)
    upper = waybill.service or waybill.carrier.hotline
    sheet.write(
        top, upper, page.points(10.5), bold=True, align="right", valign="middle", max_lines=1
    )
    if waybill.copy_no > 1:
        mark = page.say("COPY {n}", n=waybill.copy_no) + f"  {waybill.copied_at}"
        _reversed(page, Box(bottom.x, bottom.y + 0.3, bottom.w, bottom.h - 0.3), mark, 8)
    elif waybill.parcel_count > 1:
        sheet.write(bottom, count, page.points(9), align="right", valign="middle", max_lines=1)
    elif waybill.service and waybill.carrier.hotline:
        sheet.write(
            bottom, waybill.carrier.hotline, page.points(8), align="right", valign="middle",
            max_lines=1,
        )  # fmt: skip


def _symbol(page: _Page, area: Box) -> None:
    text_mm = 4.6 * page.scale
    bars_box = Box(area.x, area.y + 1.2, area.w, area.h - text_mm - 1.6)
    _code(page, bars_box, page.points(12), Box(area.x, bars_box.bottom, area.w, text_mm))


def _second_symbol(page: _Page, area: Box) -> None:
    text_mm = 3.4 * page.scale
    bars_box = Box(area.x, area.y + 1.2, area.w, area.h - text_mm - 1.6)
    _code(page, bars_box, page.points(8), Box(area.x, bars_box.bottom, area.w, text_mm))


def _code(page: _Page, bars_box: Box, size: float, text_box: Box) -> None:
    number = page.waybill.waybill_no
    page.sheet.bars(bars_box, code128(number), at_least=MIN_MODULE_DOTS[page.sheet.media.dpi])
    page.sheet.write(
        text_box, number, size, bold=True, align="center", valign="middle", max_lines=1
    )


def _routing(page: _Page, area: Box) -> None:
    waybill = page.waybill
    inner = area.inset(PAD, 0.6)
    if waybill.sortation:
        page.sheet.write(
            inner, waybill.sortation, page.points(34), floor_pt=12, bold=True, align="center",
            valign="middle", max_lines=2,
        )  # fmt: skip
        return
    # Carriers without routing codes sort by the place, so it stands where their eyes are.
    receiver = waybill.receiver
    place = " ".join(
        part for part in (receiver.city or receiver.province, receiver.district) if part
    )
    page.sheet.write(
        inner, place, page.points(24), floor_pt=12, bold=True, align="center", valign="middle",
        max_lines=1,
    )  # fmt: skip


def _hub(page: _Page, area: Box) -> None:
    waybill, sheet = page.waybill, page.sheet
    facts = [grams(waybill.weight_g), waybill.parcel_no]
    if waybill.copy_no > 1 and waybill.parcel_count > 1:
        facts.insert(0, f"{waybill.parcel_index}/{waybill.parcel_count}")
    inner = area.inset(PAD, 0.5)
    left, right = inner.columns(inner.w * (0.56 if waybill.consolidation else 0.2))
    if waybill.consolidation:
        badge, place = left.columns(
            left.h + (3 if waybill.locale == "en" else 0),
        )
        _reversed(page, badge.inset(0, 0.4), page.say("Hub"), 9)
        sheet.write(
            Box(place.x + PAD, place.y, place.w - 2 * PAD, place.h), waybill.consolidation,
            page.points(13), floor_pt=7, bold=True, valign="middle", max_lines=1,
        )  # fmt: skip
    sheet.write(
        right, "   ".join(fact for fact in facts if fact), page.points(8), floor_pt=5,
        align="right", valign="middle", max_lines=1,
    )  # fmt: skip


def _receiver(page: _Page, area: Box) -> None:
    _person(page, area, "To", page.waybill.receiver, 13, 13.5)


def _receiver_small(page: _Page, area: Box) -> None:
    _person(page, area, "To", page.waybill.receiver, 8.5, 7.5)


def _sender(page: _Page, area: Box) -> None:
    _person(page, area, "From", page.waybill.sender, 8, 7)


def _person(
    page: _Page, area: Box, role: str, party: Party, name_pt: float, address_pt: float
) -> None:
    inner = Box(area.x + PAD, area.y + 0.8, area.w - 2 * PAD, area.h - 1.6)
    name_size = page.points(name_pt)
    badge_mm = name_size * 0.42
    wide = badge_mm * (1.9 if page.waybill.locale == "en" else 1)
    _reversed(page, Box(inner.x, inner.y, wide, badge_mm), page.say(role), name_pt - 2)
    text = Box(inner.x + wide + PAD, inner.y, inner.w - wide - PAD, inner.h)
    head, rest = text.rows(name_size * 0.45)
    who, where = _shown(party)
    page.sheet.write(head, who, name_size, floor_pt=6, bold=True, max_lines=1)
    page.sheet.write(rest, where, page.points(address_pt), floor_pt=5.5, bold=role == "To")


def _shown(party: Party) -> tuple[str, str]:
    """Return the two lines about a person: name with phone, and address, masked unless a shop's."""
    name, phone, detail = party.name, party.phone, party.detail
    if not party.is_business:
        name, phone, detail = mask_name(name), mask_phone(phone), mask_address(detail)
    return f"{name}   {phone}".rstrip(), " ".join(part for part in (party.region, detail) if part)


def _goods(page: _Page, area: Box) -> None:
    sheet = page.sheet
    inner = area.inset(PAD, 0.8)
    side = min(inner.h, QR_SIDE_MM)
    text, square = inner.columns(inner.w - side)
    sheet.matrix(square, qr(page.waybill.waybill_no), at_least=2, at_most=6)
    text = text.narrowed(PAD)
    size = page.points(7.5)
    row_mm = size * 0.45
    room = int(text.h / row_mm)
    shown, rest = _kept(page.waybill.items, room)
    for item, row in zip(shown, text.rows(*[row_mm] * len(shown)), strict=False):
        sheet.write(row, _item_line(item), size, floor_pt=5, max_lines=1)
    if rest:
        row = Box(text.x, text.y + len(shown) * row_mm, text.w, row_mm)
        pieces = sum(item.pieces for item in rest)
        line = page.say("{n} more lines, {pieces} pieces", n=len(rest), pieces=pieces)
        sheet.write(row, line, size, floor_pt=5, bold=True, max_lines=1)


def _kept(items: Sequence[Item], room: int) -> tuple[Sequence[Item], Sequence[Item]]:
    if len(items) <= room:
        return items, ()
    return items[: max(0, room - 1)], items[max(0, room - 1) :]


def _item_line(item: Item) -> str:
    parts = (f"{item.pieces}×", item.name, item.properties, item.code and f"[{item.code}]")
    return " ".join(part for part in parts if part)


def _remark(page: _Page, area: Box) -> None:
    remark = page.waybill.remark
    if remark:
        text = labelled(page.waybill.locale, "Remark", mask_note(remark))
        page.sheet.write(area.inset(PAD, 0.7), text, page.points(8), floor_pt=4.5, valign="middle")


def _foot(page: _Page, area: Box) -> None:
    waybill, sheet = page.waybill, page.sheet
    inner = area.inset(PAD, 0.7)
    left, right = inner.columns(inner.w * 0.64)
    left = left.narrowed(2)
    upper, lower = left.rows(left.h / 2)
    if waybill.order_numbers:
        text = labelled(waybill.locale, "Orders", ", ".join(waybill.order_numbers))
        sheet.write(upper, text, page.points(7), floor_pt=4.5, valign="middle")
    stamp = "  ".join(part for part in (waybill.printed_at, waybill.station) if part)
    sheet.write(lower, stamp, page.points(6.5), floor_pt=4.5, valign="middle", max_lines=1)
    sign = labelled(waybill.locale, "Signature", "")
    sheet.write(right, sign, page.points(7.5), floor_pt=5, max_lines=1)
    sheet.write(
        right, page.say("Inspected"), page.points(8), bold=True, align="right", valign="bottom",
        max_lines=1,
    )  # fmt: skip


def _reversed(page: _Page, box: Box, text: str, size: float) -> None:
    page.sheet.fill(box, is_panel=True)
    page.sheet.write(
        box.inset(0.4, 0), text, page.points(size), floor_pt=4.5, bold=True, align="center",
        valign="middle", level=WHITE, max_lines=1,
    )  # fmt: skip


_PLANS: Mapping[str, Sequence[tuple[_Zone, float]]] = {
    "76x130": (
        (_header, 12),
        (_symbol, 17),
        (_routing, 13),
        (_hub, 6.5),
        (_receiver, 20),
        (_sender, 10),
        (_second_symbol, 13),
        (_goods, 19.5),
        (_remark, 8),
        (_foot, 11),
    ),
    "100x180": (
        (_header, 15),
        (_symbol, 24),
        (_routing, 19),
        (_hub, 9),
        (_receiver, 28),
        (_sender, 15),
        (_second_symbol, 17),
        (_receiver_small, 12),
        (_goods, 20),
        (_remark, 9),
        (_foot, 12),
    ),
    "100x150": (
        (_header, 12),
        (_symbol, 20),
        (_routing, 16),
        (_hub, 8),
        (_receiver, 22),
        (_sender, 12),
        (_second_symbol, 15),
        (_receiver_small, 11),
        (_goods, 17),
        (_remark, 7),
        (_foot, 10),
    ),
}
