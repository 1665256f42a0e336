"""Samples of every document: for its preview, for `fahuo papers`, and for the tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from printing.documents import Document
from printing.media import SUITABLE
from printing.samples.labels import (
    bin_label,
    cart_label,
    carton_label,
    ready_label,
    return_label,
    sku_label,
    tote_label,
    trial_page,
    waybill,
)
from printing.samples.own import LOGO, hostile_words, logo_png, longest_words, slip_words
from printing.samples.parts import carrier, items, party, shop
from printing.samples.purchase import purchase_order
from printing.samples.sheets import badge_sheet, card_sheet, manifest, packing_slip, pick_list
from printing.samples.stock import (
    count_report,
    count_sheet,
    daily_report,
    exchange_out,
    goods_receipt,
    receipt_correction,
)
from printing.samples.walks import put_wall_sheet, separator, wave_sheet
from printing.samples.worst import HOSTILE, refilled, soiled, stretched
from printing.templates import AnyTemplate, SlipWords


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
    template: AnyTemplate | None = None
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    variant: str = ""

    @property
    def name(self) -> str:
        """The name of its file without the ending."""
        own = "-own" if self.template else self.variant
        return f"{self.document.kind}{own}-{self.content}-{self.media}"


_MAKERS: Mapping[str, Callable[..., Document]] = {
    "waybill": waybill,
    "ready_label": ready_label,
    "packing_slip": packing_slip,
    "carton_label": carton_label,
    "return_label": return_label,
    "pick_list": pick_list,
    "wave_sheet": wave_sheet,
    "put_wall_sheet": put_wall_sheet,
    "separator": separator,
    "tote_label": tote_label,
    "cart_label": cart_label,
    "bin_label": bin_label,
    "sku_label": sku_label,
    "manifest": manifest,
    "goods_receipt": goods_receipt,
    "exchange_out": exchange_out,
    "purchase_order": purchase_order,
    "count_sheet": count_sheet,
    "count_report": count_report,
    "daily_report": daily_report,
    "badge_sheet": badge_sheet,
    "card_sheet": card_sheet,
    "test_page": trial_page,
}


def sample(
    kind: str, content: Content = Content.SHORT, locale: str = "zh", stock: str = ""
) -> Document:
    """Return a document of this kind, holding what is asked for, as it would be on this stock."""
    facts: dict[str, Any] = {"locale": locale}
    if kind == "ready_label" and stock:
        facts["media"] = stock  # a carrier's label is made for one
    if kind == "purchase_order" and content is not Content.SHORT:
        facts["is_draft"] = True  # one line more
    return _filled(_MAKERS[kind], content, **facts)


def _filled(make: Callable[..., Document], content: Content, **facts: Any) -> Document:
    if content is Content.SHORT:
        return make(**facts)
    # A copy carries one more mark, one of many its place among them: the worst case shows both.
    worst = make(**facts, copy_no=12, copied_at="2026-11-21 18:03", run_no=499, run_count=500)
    return stretched(worst) if content is Content.LONG else soiled(worst)


def samples(locale: str = "zh", contents: Iterable[Content] = tuple(Content)) -> Iterator[Sample]:
    """Yield every kind with each of these contents on every stock it is made for."""
    for kind in _MAKERS:
        for content in contents:
            for stock in SUITABLE[kind]:
                document = sample(kind, content, locale, stock)
                yield Sample(document=document, content=content, media=stock)
    yield from own_slips(locale, contents)
    yield from corrections(locale, contents)


def own_slips(locale: str = "zh", contents: Iterable[Content] = tuple(Content)) -> Iterator[Sample]:
    """Yield packing slips with a shop's own logo and words on every stock."""
    for content in contents:
        for stock in SUITABLE["packing_slip"]:
            yield Sample(
                document=sample("packing_slip", content, locale, stock), content=content,
                media=stock, template=own_words(content, locale), pictures={LOGO: logo_png()},
            )  # fmt: skip


def corrections(
    locale: str = "zh", contents: Iterable[Content] = tuple(Content)
) -> Iterator[Sample]:
    """Yield what corrects a goods receipt on every stock receipts are made for."""
    for content in contents:
        document = _filled(receipt_correction, content, locale=locale)
        for stock in SUITABLE[document.kind]:
            yield Sample(document=document, content=content, media=stock, variant="-correction")


def own_words(content: Content, locale: str = "zh") -> SlipWords:
    """Return a shop's own words of a packing slip, holding what is asked for."""
    if content is Content.SHORT:
        return slip_words(locale)
    return longest_words(locale) if content is Content.LONG else hostile_words()


def every(locale: str = "zh") -> list[tuple[Document, str]]:
    """Return every kind as it comes every day, on every stock it is made for."""
    return [
        (sample(kind, Content.SHORT, locale, stock), stock)
        for kind in _MAKERS
        for stock in SUITABLE[kind]
    ]


__all__ = [
    "HOSTILE",
    "LOGO",
    "Content",
    "Sample",
    "badge_sheet",
    "bin_label",
    "card_sheet",
    "carrier",
    "cart_label",
    "carton_label",
    "count_report",
    "count_sheet",
    "daily_report",
    "every",
    "exchange_out",
    "goods_receipt",
    "items",
    "logo_png",
    "manifest",
    "own_slips",
    "own_words",
    "packing_slip",
    "party",
    "pick_list",
    "purchase_order",
    "put_wall_sheet",
    "ready_label",
    "receipt_correction",
    "refilled",
    "return_label",
    "sample",
    "samples",
    "separator",
    "shop",
    "sku_label",
    "soiled",
    "stretched",
    "tote_label",
    "trial_page",
    "wave_sheet",
    "waybill",
]
