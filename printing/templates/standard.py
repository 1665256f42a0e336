"""The templates Fahuo comes with: drawn up zone by zone for each stock, as data like a shop's.

Zone order follows common carrier forms: number, destination, receiver, sender, contents, sign-off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from printing.errors import DoesNotFit
from printing.geometry import Box
from printing.media import STOCKS, Form, Media
from printing.templates.elements import Align, Element, ElementKind, Template, VAlign

MARGIN = 2.0
PAD = 1.2
QR_SIDE_MM = 14.5  # a 15-character number at 4 dots, or 6 at 300 dpi
NARROW_MM = 90
WIDER_LETTERS = 1.25
SMALL_MM = 25
LEAST_RETURN_MM = 90
MOST_HEAD_PT = 22.0
HALF_DOT_MM = 0.0625


class _Draft:
    """A label being drawn up; `scale` enlarges letters on wider forms."""

    def __init__(self, media: Media) -> None:
        self.media = media
        self.scale = 1.0 if media.width_mm < NARROW_MM else WIDER_LETTERS
        self.elements: list[Element] = []

    def points(self, size: float) -> float:
        return round(size * self.scale * 2) / 2

    def put(self, kind: ElementKind, box: Box, value: str = "", **how: Any) -> None:
        x, y, w, h = (round(n, 3) for n in (box.x, box.y, box.w, box.h))
        self.elements.append(Element(kind=kind, x=x, y=y, w=w, h=h, value=value, **how))

    def field(self, box: Box, name: str, size: float, **how: Any) -> None:
        how = {"valign": VAlign.MIDDLE, "lines": 1, **how}
        self.put(ElementKind.FIELD, box, name, size_pt=round(size * 2) / 2, **how)


_Zone = Callable[[_Draft, Box], None]


@cache
def standard(document_kind: str, media: str) -> Template:
    """Return the standard template of a kind of document on a label stock.

    Raises:
        DoesNotFit: there is none for this stock.
    """
    stock = STOCKS[media]
    draft = _Draft(stock)
    if document_kind == "waybill":
        _waybill(draft)
    elif document_kind in _LABELS and stock.form is Form.LABEL:
        draw = _LABELS[document_kind]
        (_sku_small if draw is _sku and stock.height_mm < SMALL_MM else draw)(draft)
    else:
        raise DoesNotFit(f"no {document_kind} is laid out for {media}")
    return Template(document_kind=document_kind, media=media, elements=tuple(draft.elements))


def _waybill(draft: _Draft) -> None:
    media = draft.media
    plan = _PLANS.get(media.name)
    if plan is None:
        raise DoesNotFit(f"no waybill is laid out for {media.name}")
    whole = Box(0, 0, media.width_mm, media.height_mm)
    zones = whole.inset(MARGIN, 0).rows(*(height for _, height in plan))
    cuts = [sum(media.parts_mm[: n + 1]) for n in range(len(media.parts_mm) - 1)]
    for (zone, _), area in zip(plan, zones, strict=True):
        zone(draft, area)
        line = Box(area.x, area.bottom - 0.25, area.w, 0.25)
        if any(abs(area.bottom - cut) < 0.01 for cut in cuts):  # noqa: PLR2004
            draft.put(ElementKind.LINE, Box(0, line.y, whole.w, line.h), is_dashed=True)
        elif area is not zones[-1]:
            draft.put(ElementKind.LINE, line)


def _header(draft: _Draft, area: Box) -> None:
    left, right = area.inset(PAD, 1.2).columns((area.w - 2 * PAD) * 0.56)
    draft.field(left.narrowed(1.5), "carrier_name", draft.points(19), floor_pt=9, is_bold=True)
    top, bottom = right.rows(right.h / 2)
    draft.field(
        top, "service_or_hotline", draft.points(10.5), floor_pt=6, is_bold=True, align=Align.RIGHT
    )
    draft.field(
        bottom, "second_note", draft.points(9), floor_pt=6, align=Align.RIGHT, unless="copy_mark"
    )
    mark = Box(bottom.x, bottom.y + 0.3, bottom.w, bottom.h - 0.3)
    _panel(draft, mark, "copy_mark", 8)


def _panel(draft: _Draft, box: Box, name: str, size: float, **how: Any) -> None:
    draft.field(
        box, name, draft.points(size), floor_pt=4.5, is_bold=True, is_panel=True,
        align=Align.CENTER, **how,
    )  # fmt: skip


def _symbol(draft: _Draft, area: Box) -> None:
    _code(draft, area, 4.6, 12)


def _second_symbol(draft: _Draft, area: Box) -> None:
    _code(draft, area, 3.4, 8)


def _code(draft: _Draft, area: Box, text_mm: float, size: float) -> None:
    text_mm *= draft.scale
    bars = Box(area.x, area.y + 1.2, area.w, area.h - text_mm - 1.6)
    draft.put(ElementKind.BARCODE, bars, "waybill_no")
    text = Box(area.x, bars.bottom, area.w, text_mm)
    draft.field(
        text, "waybill_no", draft.points(size), floor_pt=6, is_bold=True, align=Align.CENTER
    )


def _routing(draft: _Draft, area: Box) -> None:
    inner = area.inset(PAD, 0.6)
    draft.field(
        inner, "sortation", draft.points(34), floor_pt=12, is_bold=True, align=Align.CENTER, lines=2
    )
    # Carriers without routing codes sort by the place, so it stands where their eyes are.
    draft.field(
        inner, "place", draft.points(24), floor_pt=12, is_bold=True, align=Align.CENTER,
        unless="sortation",
    )  # fmt: skip


def _hub(draft: _Draft, area: Box) -> None:
    inner = area.inset(PAD, 0.5)
    left, right = inner.columns(inner.w * 0.56)
    badge, place = left.columns(left.h + 1.5)
    _panel(draft, badge.inset(0, 0.4), "word_hub", 9, when="consolidation")
    place = Box(place.x + PAD, place.y, place.w - 2 * PAD, place.h)
    draft.field(place, "consolidation", draft.points(13), floor_pt=7, is_bold=True)
    draft.field(right, "parcel_facts", draft.points(8), floor_pt=5, align=Align.RIGHT)


def _receiver(draft: _Draft, area: Box) -> None:
    _person(draft, area, "receiver", 13, 13.5)


def _receiver_small(draft: _Draft, area: Box) -> None:
    _person(draft, area, "receiver", 8.5, 7.5)


def _sender(draft: _Draft, area: Box) -> None:
    _person(draft, area, "sender", 8, 7)


def _person(draft: _Draft, area: Box, who: str, name_pt: float, address_pt: float) -> None:
    inner = Box(area.x + PAD, area.y + 0.8, area.w - 2 * PAD, area.h - 1.6)
    size = draft.points(name_pt)
    badge = Box(inner.x, inner.y, size * 0.42 * 1.5, size * 0.42)
    says = "word_to" if who == "receiver" else "word_from"
    _panel(draft, badge, says, name_pt - 2)
    text = Box(badge.right + PAD, inner.y, inner.right - badge.right - PAD, inner.h)
    head, rest = text.rows(size * 0.45)
    draft.field(head, f"{who}_line", size, floor_pt=6, is_bold=True, valign=VAlign.TOP)
    draft.field(
        rest, f"{who}_address", draft.points(address_pt), floor_pt=5.5, valign=VAlign.TOP,
        is_bold=who == "receiver", lines=20,
    )  # fmt: skip


def _goods(draft: _Draft, area: Box) -> None:
    inner = area.inset(PAD, 0.8)
    side = min(inner.h, QR_SIDE_MM)
    text, square = inner.columns(inner.w - side)
    draft.put(ElementKind.QR, square, "waybill_no")
    draft.put(ElementKind.ITEMS, text.narrowed(PAD), size_pt=draft.points(7.5), floor_pt=5)


def _remark(draft: _Draft, area: Box) -> None:
    draft.field(area.inset(PAD, 0.7), "remark", draft.points(8), floor_pt=4.5, lines=20)


def _foot(draft: _Draft, area: Box) -> None:
    inner = area.inset(PAD, 0.7)
    left, right = inner.columns(inner.w * 0.64)
    upper, lower = left.narrowed(2).rows(left.h / 2)
    draft.field(upper, "order_numbers", draft.points(7), floor_pt=4.5, lines=20)
    draft.field(lower, "stamp", draft.points(6.5), floor_pt=4.5)
    above, below = right.rows(right.h / 2)
    draft.field(above, "word_signature", draft.points(7.5), floor_pt=5, valign=VAlign.TOP)
    draft.field(
        below, "word_inspected", draft.points(8), floor_pt=5, is_bold=True, align=Align.RIGHT,
        valign=VAlign.BOTTOM,
    )  # fmt: skip


def _tote(draft: _Draft) -> None:
    box = Box(0, 0, draft.media.width_mm, draft.media.height_mm).inset(MARGIN)
    head, name, symbol, foot = box.rows(box.h * 0.16, box.h * 0.34, box.h * 0.38)
    draft.put(ElementKind.BOX, head, dots=0)
    draft.field(
        head.inset(1.5, 0.4), "word_tote", head.h * 1.9, floor_pt=5, is_bold=True, is_panel=True
    )
    note = Box(head.x + head.w * 0.35, head.y, head.w * 0.65 - 1.5, head.h)
    draft.field(note, "note", head.h * 1.6, floor_pt=5, align=Align.RIGHT, is_panel=True)
    draft.field(name, "tote", name.h * 2.4, floor_pt=9, is_bold=True, align=Align.CENTER)
    left, right = symbol.columns(symbol.w - symbol.h)
    draft.put(ElementKind.BARCODE, left, "content")
    draft.put(ElementKind.QR, right, "content")
    under = Box(left.x, foot.y, left.w, foot.h)
    draft.field(under, "content", foot.h * 2.2, floor_pt=5, align=Align.CENTER)
    _mark(draft, Box(right.x, foot.y, right.w, foot.h))


def _bin(draft: _Draft) -> None:
    box = Box(0, 0, draft.media.width_mm, draft.media.height_mm).inset(MARGIN)
    name, symbol, foot = box.rows(box.h * 0.5, box.h * 0.37)
    arrow, beside = name.columns(name.h * 0.55 + 1)
    draft.field(arrow.narrowed(1), "arrow", arrow.h * 1.5, floor_pt=9, align=Align.CENTER, lines=2)
    for where, how in ((name, {"unless": "arrow"}), (beside, {"when": "arrow"})):
        draft.field(
            where, "bin_code", name.h * 2.5, floor_pt=9, is_bold=True, align=Align.CENTER, **how
        )
    draft.put(ElementKind.BARCODE, symbol, "content")
    _foot_of(draft, foot, "content", "zone", foot.h * 2)


def _sku(draft: _Draft) -> None:
    box = Box(0, 0, draft.media.width_mm, draft.media.height_mm).inset(1.5)
    name, variant, symbol, foot = box.rows(box.h * 0.27, box.h * 0.15, box.h * 0.44)
    draft.field(name, "name", name.h * 1.45, floor_pt=5.5, is_bold=True, valign=VAlign.TOP, lines=2)
    beside, pack = variant.columns(variant.w * 0.62)
    draft.field(pack, "pack", 8.5, floor_pt=5, is_bold=True, is_panel=True, align=Align.CENTER)
    for where, how in ((variant, {"unless": "pack"}), (beside, {"when": "pack"})):
        draft.field(where.narrowed(1), "properties", 9, floor_pt=5, **how)
    draft.put(ElementKind.BARCODE, symbol.inset(0, 0.4), "content")
    code, mark = foot.columns(foot.w * 0.72)
    for where, how in ((foot, {"unless": "run_mark"}), (code.narrowed(1), {"when": "run_mark"})):
        draft.field(where, "codes", 8.5, floor_pt=4, align=Align.CENTER, **how)
    _mark(draft, mark)


def _sku_small(draft: _Draft) -> None:
    """An EAN takes the whole width, quiet zones and all; an own code is a square beside words."""
    box = Box(0, 0, draft.media.width_mm, draft.media.height_mm).inset(0.8)
    name, variant, symbol, foot = box.rows(3.5, 2.9, box.h - 9.2)
    draft.field(name, "name", 7.5, floor_pt=4.5, is_bold=True)
    beside, pack = variant.columns(variant.w * 0.62)
    draft.field(pack, "pack", 6.5, floor_pt=4, is_bold=True, is_panel=True, align=Align.CENTER)
    for where, how in ((variant, {"unless": "pack"}), (beside, {"when": "pack"})):
        draft.field(where.narrowed(0.5), "properties", 6.5, floor_pt=4, **how)
    bars = Box(0, symbol.y + 0.3, draft.media.width_mm, symbol.h - 0.4)
    draft.put(ElementKind.BARCODE, bars, "ean")
    code, mark = foot.columns(foot.w * 0.65)
    draft.field(foot, "codes", 6.5, floor_pt=4, align=Align.CENTER, when="ean", unless="run_mark")
    draft.field(code, "ean", 6.5, floor_pt=4, align=Align.CENTER, when="run_mark")
    _mark(draft, mark)
    square, words = Box(box.x, symbol.y + 0.3, box.w, box.bottom - symbol.y - 0.3).columns(12)
    draft.put(ElementKind.DATA_MATRIX, square, "own_code")
    draft.field(
        Box(words.x + 0.5, words.y, words.w - 0.5, words.h), "codes", 8, floor_pt=4, is_bold=True,
        lines=3, when="own_code", unless="run_mark",
    )  # fmt: skip
    draft.field(
        Box(words.x + 0.5, words.y, words.w - 0.5, foot.y - words.y), "own_code", 8, floor_pt=4,
        is_bold=True, lines=2, when="run_mark",
    )  # fmt: skip


def _foot_of(draft: _Draft, foot: Box, left: str, right: str, size: float) -> None:
    """Write two fields at the ends of a foot, and between them, if it says something, the mark."""
    halves = foot.columns(foot.w * 0.5)
    code, mark, rest = foot.columns(foot.w * 0.36, foot.w * 0.3)
    pairs = ((halves[0], halves[1], {"unless": "run_mark"}), (code, rest, {"when": "run_mark"}))
    for one, other, how in pairs:
        draft.field(one.narrowed(1), left, size, floor_pt=4.5, valign=VAlign.BOTTOM, **how)
        draft.field(other, right, size, floor_pt=4.5, align=Align.RIGHT, valign=VAlign.BOTTOM,
                    **how)  # fmt: skip
    _mark(draft, mark.narrowed(1))


def _mark(draft: _Draft, box: Box) -> None:
    """Write which label of how many this is, and that it is a copy."""
    # What stands above it may end half a dot beyond its place.
    box = Box(box.x, box.y + HALF_DOT_MM, box.w, box.h - HALF_DOT_MM)
    draft.field(box, "run_mark", 8, floor_pt=4, is_bold=True, align=Align.RIGHT, lines=2,
                valign=VAlign.BOTTOM)  # fmt: skip


def _cart(draft: _Draft) -> None:
    box = Box(0, 0, draft.media.width_mm, draft.media.height_mm).inset(MARGIN)
    head, name, symbol, foot = box.rows(box.h * 0.16, box.h * 0.34, box.h * 0.38)
    draft.put(ElementKind.BOX, head, dots=0)
    word, slots = head.inset(1.5, 0.4).columns(head.w * 0.5)
    size = min(head.h * 1.9, MOST_HEAD_PT)
    draft.field(word.narrowed(1), "word_cart", size, floor_pt=5, is_bold=True, is_panel=True)
    draft.field(slots, "slots", size, floor_pt=5, is_bold=True, is_panel=True, align=Align.RIGHT)
    draft.field(name, "cart", name.h * 2.4, floor_pt=9, is_bold=True, align=Align.CENTER)
    left, right = symbol.columns(symbol.w - min(symbol.h, symbol.w * 0.4))
    draft.put(ElementKind.BARCODE, left, "content")
    draft.put(ElementKind.QR, right, "content")
    _foot_of(draft, foot, "content", "note", min(foot.h * 2.2, MOST_HEAD_PT))


def _return(draft: _Draft) -> None:
    if draft.media.height_mm < LEAST_RETURN_MM:
        raise DoesNotFit(f"no return label is laid out for {draft.media.name}")
    box = Box(0, 0, draft.media.width_mm, draft.media.height_mm).inset(MARGIN)
    head, symbol, number, to, sender, facts = box.rows(
        box.h * 0.13, box.h * 0.2, box.h * 0.07, box.h * 0.26, box.h * 0.14
    )
    draft.put(ElementKind.BOX, head, dots=0)
    word, mark = head.inset(1.5, 0.6).columns(head.w * 0.5)
    draft.field(word.narrowed(1), "word_return", head.h * 2, floor_pt=8, is_bold=True,
                is_panel=True)  # fmt: skip
    for name, how in (("copy_mark", {}), ("pieces", {"unless": "copy_mark"})):
        draft.field(mark, name, head.h * 1.1, floor_pt=5, is_bold=True, is_panel=True,
                    align=Align.RIGHT, **how)  # fmt: skip
    bars = Box(0, symbol.y + 1, draft.media.width_mm, symbol.h - 1)
    draft.put(ElementKind.BARCODE, bars, "return_no")
    draft.field(number, "return_no", number.h * 2, floor_pt=6, is_bold=True, align=Align.CENTER)
    for area, who, size, address in ((to, "receiver", 13, 12), (sender, "sender", 8, 7.5)):
        line = Box(box.x, area.y, box.w, 0.25)
        draft.put(ElementKind.LINE, line)
        _person(draft, area, who, size, address)
    draft.put(ElementKind.LINE, Box(box.x, facts.y, box.w, 0.25))
    square = facts.h - 2
    text, matrix = facts.inset(PAD, 1).columns(facts.w - 2 * PAD - square)
    rows = text.narrowed(PAD).rows(text.h * 0.25, text.h * 0.25, text.h * 0.32)
    for row, name, size in zip(rows, ("order_no", "until", "reason", "stamp"), (9, 9, 9, 7),
                               strict=True):  # fmt: skip
        lines = 2 if name == "reason" else 1
        draft.field(row, name, draft.points(size), floor_pt=4.5, lines=lines)
    draft.put(ElementKind.QR, matrix, "return_no")


_LABELS: Mapping[str, Callable[[_Draft], None]] = {
    "tote_label": _tote,
    "bin_label": _bin,
    "sku_label": _sku,
    "cart_label": _cart,
    "return_label": _return,
}

_PLANS: Mapping[str, Sequence[tuple[_Zone, float]]] = {
    "76x130": (
        (_header, 12), (_symbol, 17), (_routing, 13), (_hub, 6.5), (_receiver, 20), (_sender, 10),
        (_second_symbol, 13), (_goods, 19.5), (_remark, 8), (_foot, 11),
    ),
    "100x180": (
        (_header, 15), (_symbol, 24), (_routing, 19), (_hub, 9), (_receiver, 28), (_sender, 15),
        (_second_symbol, 17), (_receiver_small, 12), (_goods, 20), (_remark, 9), (_foot, 12),
    ),
    "100x150": (
        (_header, 12), (_symbol, 20), (_routing, 16), (_hub, 8), (_receiver, 22), (_sender, 12),
        (_second_symbol, 15), (_receiver_small, 11), (_goods, 17), (_remark, 7), (_foot, 10),
    ),
    "100x210": (
        (_header, 12), (_symbol, 20), (_routing, 16), (_hub, 8), (_receiver, 22), (_sender, 12),
        (_second_symbol, 17), (_receiver_small, 12), (_sender, 12), (_foot, 19),
        (_second_symbol, 15), (_receiver_small, 12), (_goods, 23), (_remark, 10),
    ),
    "4x6in": (
        (_header, 13), (_symbol, 24), (_routing, 19), (_hub, 8), (_receiver, 26), (_sender, 13),
        (_second_symbol, 16), (_goods, 17), (_remark, 6.25), (_foot, 10),
    ),
}  # fmt: skip
