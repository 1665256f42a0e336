"""Labels as bytes: small enough for a slow line, and every dot of the picture in them."""

from __future__ import annotations

import pytest

from printing.media import STOCKS
from printing.renderers import raster, tspl, zpl
from printing.renderers.pdf import render
from printing.samples import Content, sample
from tests.printing import reading

# What an ordinary label printer is handed through a cheap print server in a fraction of a second.
LARGEST = {"76x130": 20_000, "4x6in": 28_000, "100x150": 30_000, "100x180": 36_000}


@pytest.mark.parametrize("content", list(Content))
@pytest.mark.parametrize("stock", LARGEST)
def test_a_waybill_is_few_bytes(stock, content):
    page = raster.bitmaps(render(sample("waybill", content), STOCKS[stock]), dpi=203)[0]
    packed = zpl.encode([page])
    assert len(packed) <= LARGEST[stock]
    assert (reading.zpl(packed)[0] == page.dots()).all()
    assert (reading.tspl(tspl.encode([page], dots_per_mm=8), 8)[0] == page.dots()).all()
