"""Documents to PDF. `layout` gives the pages as marks, `render` gives the bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from printing.documents import Document
from printing.media import Media
from printing.renderers.pdf import (
    cards,
    labels,
    manifest,
    packing_slip,
    pick_list,
    trial,
    waybill,
)
from printing.renderers.pdf.paint import paint
from printing.renderers.pdf.sheet import Sheet

_LAYOUTS: Mapping[str, Callable[[Any, Media], list[Sheet]]] = {
    "waybill": waybill.draw,
    "packing_slip": packing_slip.draw,
    "pick_list": pick_list.draw,
    "tote_label": labels.draw_tote,
    "bin_label": labels.draw_bin,
    "sku_label": labels.draw_sku,
    "manifest": manifest.draw,
    "badge_sheet": cards.draw_badges,
    "card_sheet": cards.draw_cards,
    "test_page": trial.draw,
}


def layout(document: Document, media: Media) -> list[Sheet]:
    """Return the pages of the document on this stock, as marks with their boxes.

    Raises:
        DoesNotFit: this document is not printed on this stock, or something in it is too large.
    """
    return _LAYOUTS[document.kind](document, media)


def render(document: Document, media: Media) -> bytes:
    """Return the document as PDF, its pages exactly of the stock's size.

    The same facts and media give the same bytes.

    Raises:
        DoesNotFit: as `layout`.
    """
    return paint(layout(document, media), document.file_stem)


__all__ = ["layout", "render"]
