"""A label drawn by its template: each element in its box, by the rules all papers share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from printing.barcodes import code128, data_matrix, item_symbol, qr
from printing.documents import Document, Item
from printing.errors import DoesNotFit
from printing.geometry import Box
from printing.media import Media
from printing.renderers.pdf.sheet import BLACK, WHITE, Sheet
from printing.templates import WITH_ITEMS, Element, ElementKind, Template, standard
from printing.templates.fields import items_of, read
from printing.words import word

# The narrowest bar in dots: for a courier's sorting line, and for a scanner in a hand.
LEAST_MODULE_DOTS: Mapping[str, Mapping[int, int]] = {"waybill": {203: 3, 300: 4}}
LEAST_MODULE_DOTS_BY_HAND = {203: 2, 300: 3}
ROW_MM_PER_POINT = 0.45


@dataclass(frozen=True)
class _Page:
    """A label being drawn."""

    sheet: Sheet
    document: Document
    pictures: Mapping[str, bytes]


def draw(
    document: Document,
    media: Media,
    template: Template | None = None,
    pictures: Mapping[str, bytes] = MappingProxyType({}),
) -> list[Sheet]:
    """Return the one page of a label, by the standard template unless another is given.

    `pictures` is id → PNG of what the template shows.

    Raises:
        DoesNotFit: there is no template for this stock, or a symbol is too wide for its box.
    """
    used = template or standard(document.kind, media.name)
    if (used.document_kind, used.media) != (document.kind, media.name):
        raise DoesNotFit(f"the template is for {used.document_kind} on {used.media}")
    page = _Page(Sheet(media), document, pictures)
    for element in used.elements:
        if stands(document, element):
            _PUT[element.kind](page, Box(element.x, element.y, element.w, element.h), element)
    return [page.sheet]


def stands(document: Document, element: Element) -> bool:
    """Tell whether the element is on this paper at all."""
    return (not element.when or bool(read(document, element.when))) and not (
        element.unless and read(document, element.unless)
    )


def _text(page: _Page, box: Box, element: Element) -> None:
    _write(page.sheet, box, element, element.value)


def _field(page: _Page, box: Box, element: Element) -> None:
    _write(page.sheet, box, element, read(page.document, element.value))


def _write(sheet: Sheet, box: Box, element: Element, text: str) -> None:
    if not text:
        return
    if element.is_panel:
        sheet.fill(box, is_panel=True)
        box = box.inset(min(0.4, box.w / 4), 0)
    sheet.write(
        box, text, element.size_pt, floor_pt=element.floor_pt, bold=element.is_bold,
        align=element.align.value, valign=element.valign.value, max_lines=element.lines,
        level=WHITE if element.is_panel else BLACK,
    )  # fmt: skip


def _bars(page: _Page, box: Box, element: Element) -> None:
    content = read(page.document, element.value)
    if not content:
        return
    kind, dpi = page.document.kind, page.sheet.media.dpi
    least = LEAST_MODULE_DOTS.get(kind, LEAST_MODULE_DOTS_BY_HAND)[dpi]
    most = 6 if kind in LEAST_MODULE_DOTS else 5
    bars = item_symbol(content) if kind == "sku_label" else code128(content)
    page.sheet.bars(box, bars, at_least=least, at_most=most)


def _square(page: _Page, box: Box, element: Element) -> None:
    content = read(page.document, element.value)
    if content:
        page.sheet.matrix(box, qr(content), at_least=2, at_most=6)


def _small_square(page: _Page, box: Box, element: Element) -> None:
    content = read(page.document, element.value)
    if content:
        page.sheet.matrix(box, data_matrix(content), at_least=3, at_most=6)


def _line(page: _Page, box: Box, element: Element) -> None:
    if element.is_dashed:
        page.sheet.dashes(box.x, box.y, box.w, dots=element.dots)
    elif box.w >= box.h:
        page.sheet.rule(box.x, box.y, box.w, dots=element.dots)
    else:
        page.sheet.upright(box.x, box.y, box.h, dots=element.dots)


def _box(page: _Page, box: Box, element: Element) -> None:
    if element.dots:
        page.sheet.frame(box, dots=element.dots)
    else:
        page.sheet.fill(box, is_panel=True)


def _picture(page: _Page, box: Box, element: Element) -> None:
    png = page.pictures.get(element.value)
    if png is None:
        raise DoesNotFit(f"picture {element.value!r} is not there")
    page.sheet.picture(box, png)


def _items(page: _Page, box: Box, element: Element) -> None:
    sheet, document = page.sheet, page.document
    if document.kind not in WITH_ITEMS:
        raise DoesNotFit(f"{document.kind} lists no goods")
    size = element.size_pt
    row_mm = size * ROW_MM_PER_POINT
    shown, rest = _kept(items_of(document), int(box.h / row_mm))
    for item, row in zip(shown, box.rows(*[row_mm] * len(shown)), strict=False):
        sheet.write(row, _item_line(item), size, floor_pt=element.floor_pt, max_lines=1)
    if rest:
        row = Box(box.x, box.y + len(shown) * row_mm, box.w, row_mm)
        pieces = sum(item.pieces for item in rest)
        line = word(document.locale, "{n} more lines, {pieces} pieces", n=len(rest), pieces=pieces)
        sheet.write(row, line, size, floor_pt=element.floor_pt, bold=True, max_lines=1)


def _kept(items: Sequence[Item], room: int) -> tuple[Sequence[Item], Sequence[Item]]:
    if len(items) <= room:
        return items, ()
    return items[: max(0, room - 1)], items[max(0, room - 1) :]


def _item_line(item: Item) -> str:
    parts = (f"{item.pieces}×", item.name, item.properties, item.code and f"[{item.code}]")
    return " ".join(part for part in parts if part)


_PUT: Mapping[ElementKind, Callable[[_Page, Box, Element], None]] = {
    ElementKind.TEXT: _text,
    ElementKind.FIELD: _field,
    ElementKind.BARCODE: _bars,
    ElementKind.QR: _square,
    ElementKind.DATA_MATRIX: _small_square,
    ElementKind.LINE: _line,
    ElementKind.BOX: _box,
    ElementKind.PICTURE: _picture,
    ElementKind.ITEMS: _items,
}
