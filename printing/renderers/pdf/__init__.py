"""Documents to PDF. `layout` gives the pages as marks, `render` gives the bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from printing.documents import Document, PackingSlip
from printing.media import Media
from printing.renderers.pdf import (
    cards,
    carton,
    count_report,
    count_sheet,
    exchange,
    form,
    goods_receipt,
    manifest,
    packing_slip,
    pick_list,
    purchase_order,
    put_wall,
    ready,
    report,
    separator,
    trial,
    wave_map,
)
from printing.renderers.pdf.paint import paint
from printing.renderers.pdf.sheet import Sheet
from printing.templates import FIELDS, AnyTemplate, SlipWords, Template

NO_PICTURES: Mapping[str, bytes] = MappingProxyType({})
_LAYOUTS: Mapping[str, Callable[[Any, Media], list[Sheet]]] = {
    "pick_list": pick_list.draw,
    "wave_sheet": wave_map.draw,
    "put_wall_sheet": put_wall.draw,
    "carton_label": carton.draw,
    "ready_label": ready.draw,
    "manifest": manifest.draw,
    "goods_receipt": goods_receipt.draw,
    "exchange_out": exchange.draw,
    "purchase_order": purchase_order.draw,
    "count_sheet": count_sheet.draw,
    "count_report": count_report.draw,
    "daily_report": report.draw,
    "badge_sheet": cards.draw_badges,
    "card_sheet": cards.draw_cards,
    "separator": separator.draw,
    "test_page": trial.draw,
}


def layout(
    document: Document,
    media: Media,
    template: AnyTemplate | None = None,
    pictures: Mapping[str, bytes] = NO_PICTURES,
) -> list[Sheet]:
    """Return the pages of the document on this stock, as marks with their boxes.

    Labels are drawn by the template, the standard one if none is given; a packing slip says a
    shop's words. Other sheets have none.

    Raises:
        DoesNotFit: this document is not printed on this stock, or something in it is too large.
    """
    if isinstance(document, PackingSlip):
        words = template if isinstance(template, SlipWords) else packing_slip.PLAIN
        return packing_slip.draw(document, media, words, pictures)
    if document.kind in FIELDS:
        label = template if isinstance(template, Template) else None
        return form.draw(document, media, label, pictures)
    return _LAYOUTS[document.kind](document, media)


def render(
    document: Document,
    media: Media,
    template: AnyTemplate | None = None,
    pictures: Mapping[str, bytes] = NO_PICTURES,
) -> bytes:
    """Return the document as PDF, its pages exactly of the stock's size.

    The same facts, media, template and pictures give the same bytes.

    Raises:
        DoesNotFit: as `layout`.
    """
    return paint(layout(document, media, template, pictures), document.file_stem)


__all__ = ["layout", "render"]
