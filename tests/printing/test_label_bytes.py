"""Labels as bytes: small enough for a slow line, and every dot of the picture in them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from printing.documents import Waybill
from printing.media import STOCKS
from printing.renderers import raster, tspl, zpl
from printing.renderers.pdf import render
from printing.samples import Content, sample
from tests.printing import reading

# Letters are nearly all of it, 50 bytes and more each: a form filled to the brim needs more.
LARGEST = {"76x130": 21_000, "4x6in": 28_000, "100x150": 30_000, "100x180": 36_000}
EVERYDAY = 20 * 1024


def everyday() -> Waybill:
    """A parcel as most are: one article, one order, a remark."""
    full = sample("waybill")
    assert isinstance(full, Waybill)
    return replace(
        full, items=full.items[:1], order_numbers=full.order_numbers[:1], service="",
        parcel_count=1,
        receiver=replace(full.receiver, town=""),
    )  # fmt: skip


@pytest.mark.parametrize("stock", LARGEST)
def test_an_everyday_waybill_is_at_most_twenty_kilobytes(stock):
    page = raster.bitmaps(render(everyday(), STOCKS[stock]), dpi=203)[0]
    assert len(zpl.encode([page])) <= EVERYDAY


@pytest.mark.parametrize("content", list(Content))
@pytest.mark.parametrize("stock", LARGEST)
def test_a_waybill_is_few_bytes(stock, content):
    page = raster.bitmaps(render(sample("waybill", content), STOCKS[stock]), dpi=203)[0]
    packed = zpl.encode([page])
    assert len(packed) <= LARGEST[stock]
    assert (reading.zpl(packed)[0] == page.dots()).all()
    assert (reading.tspl(tspl.encode([page], dots_per_mm=8), 8)[0] == page.dots()).all()
