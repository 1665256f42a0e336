"""A paper of many pages is looked at page by page: no page waits for, or makes room for, all."""

from __future__ import annotations

import tracemalloc
from io import BytesIO

import pytest
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from printing.media import STOCKS
from printing.queue.showing import Kept, picture
from printing.renderers import raster, shown

PAGES = 24
SHEET = 1680 * 2376  # bytes of an A4 sheet in grays, as a screen shows it


@pytest.fixture(scope="module")
def long() -> bytes:
    """A PDF of many sheets, each with a square somewhat lower than the one before."""
    out = BytesIO()
    canvas = Canvas(out, A4, invariant=1)
    for number in range(PAGES):
        canvas.rect(20, 800 - 15 * number, 10, 10, 0, 1)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def squares(pages: list[bytes]) -> list[int]:
    """Return how high the square of each picture stands."""
    found = []
    for png in pages:
        with Image.open(BytesIO(png)) as image:
            dark = image.convert("L").point([255] * 128 + [0] * 128)
            left, top, right, bottom = dark.getbbox()
            assert (right - left, bottom - top) < (40, 40)
            found.append(top)
    return found


def test_the_picture_of_one_page_takes_room_for_one(long: bytes):
    tracemalloc.start()
    try:
        first = picture(Kept(long), is_marked=True)
        packed = raster.bitmaps(long, dpi=203)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (first[:4], len(packed)) == (b"\x89PNG", PAGES)
    assert most < PAGES * SHEET / 2


def test_only_the_pages_wanted_are_drawn(long: bytes):
    sheet = STOCKS["A4"]
    assert raster.page_count(long) == PAGES
    every = squares(raster.shown(long, sheet))
    assert every == sorted(every)
    assert len(set(every)) == PAGES
    assert squares(raster.shown(long, sheet, range(7, 9))) == every[7:9]
    assert squares([raster.png(long, dpi=203, page=7)]) == [every[7]]
    for beyond in (range(-1, 0), range(PAGES, PAGES + 1), range(10**30, 10**30 + 1)):
        assert raster.shown(long, sheet, beyond) == []


def test_every_page_is_marked_by_one_and_the_same_drawing(long: bytes):
    assert ["预览" in text for text in raster.texts(shown.marked(long))] == [True] * PAGES
    assert ["预览" in text for text in raster.texts(shown.marked(long, 2))] == [
        *[True] * 2, *[False] * (PAGES - 2)
    ]  # fmt: skip
    alone = len(shown.marked(long, 1)) - len(long)
    assert len(shown.marked(long)) - len(long) < alone + PAGES * 1_000
