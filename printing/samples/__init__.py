"""Samples of every document: for its preview, for `fahuo papers`, and for the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from printing.documents import Document
from printing.media import SUITABLE
from printing.samples.labels import bin_label, sku_label, tote_label, trial_page, waybill
from printing.samples.parts import carrier, items, party, shop
from printing.samples.sheets import badge_sheet, card_sheet, manifest, packing_slip, pick_list
from printing.samples.worst import HOSTILE, soiled, stretched


class Content(StrEnum):
    """What a sample holds."""

    SHORT = "short"  # as it comes every day
    LONG = "long"  # every field full, many lines
    HOSTILE = "hostile"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A document with what it holds and the stock it is drawn on."""

    document: Document
    content: Content
    media: str

    @property
    def name(self) -> str:
        """The name of its file without the ending."""
        return f"{self.document.kind}-{self.content}-{self.media}"


_MAKERS: Mapping[str, Callable[..., Document]] = {
    "waybill": waybill,
    "packing_slip": packing_slip,
    "pick_list": pick_list,
    "tote_label": tote_label,
    "bin_label": bin_label,
    "sku_label": sku_label,
    "manifest": manifest,
    "badge_sheet": badge_sheet,
    "card_sheet": card_sheet,
    "test_page": trial_page,
}


def sample(kind: str, content: Content = Content.SHORT, locale: str = "zh") -> Document:
    """Return a document of this kind, holding what is asked for."""
    facts: dict[str, Any] = {"locale": locale}
    if content is Content.SHORT:
        return _MAKERS[kind](**facts)
    # A copy carries one more mark: the worst case shows it too.
    worst = _MAKERS[kind](**facts, copy_no=12, copied_at="2026-11-21 18:03")
    return stretched(worst) if content is Content.LONG else soiled(worst)


def samples(locale: str = "zh") -> Iterator[Sample]:
    """Yield every kind with every content on every stock it is made for."""
    for kind in _MAKERS:
        for content in Content:
            document = sample(kind, content, locale)
            for stock in SUITABLE[kind]:
                yield Sample(document=document, content=content, media=stock)


def every(locale: str = "zh") -> list[tuple[Document, str]]:
    """Return every kind as it comes every day, on every stock it is made for."""
    return [(s.document, s.media) for s in samples(locale) if s.content is Content.SHORT]


__all__ = [
    "HOSTILE",
    "Content",
    "Sample",
    "badge_sheet",
    "bin_label",
    "card_sheet",
    "carrier",
    "every",
    "items",
    "manifest",
    "packing_slip",
    "party",
    "pick_list",
    "sample",
    "samples",
    "shop",
    "sku_label",
    "soiled",
    "stretched",
    "tote_label",
    "trial_page",
    "waybill",
]
