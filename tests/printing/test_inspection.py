"""The look at pages before they are paper finds what is wrong, and nothing else."""

from __future__ import annotations

import pytest

from printing.barcodes import code128
from printing.geometry import Box
from printing.inspection import FaultKind, faults, unprintable, unsaid
from printing.media import STOCKS
from printing.renderers import raster
from printing.renderers.pdf import layout
from printing.renderers.pdf.paint import paint
from printing.renderers.pdf.sheet import Sheet
from printing.samples import Content, samples


def sheet(*texts: tuple[Box, str]) -> Sheet:
    page = Sheet(STOCKS["60x40"])
    for box, text in texts:
        page.write(box, text, 10)
    return page


def kinds(page: Sheet) -> list[FaultKind]:
    return [fault.kind for fault in faults([page])]


def test_texts_side_by_side_are_in_order():
    assert faults([sheet((Box(1, 1, 20, 5), "one"), (Box(30, 1, 20, 5), "two"))]) == []


def test_texts_on_top_of_each_other_are_found():
    one, two = (Box(1, 1, 20, 5), "one"), (Box(3, 2, 20, 5), "two")
    found = faults([sheet(one), sheet(one, two)])
    assert [(f.page, f.kind) for f in found] == [(2, FaultKind.OVERLAP)]
    assert "one" in found[0].what
    assert "two" in found[0].what


def test_a_text_in_a_quiet_zone_is_found():
    page = sheet((Box(1, 12, 20, 5), "near"))
    page.bars(Box(0, 10, 60, 20), code128("A-1"), at_least=2, at_most=2, align="left")
    assert kinds(page) == [FaultKind.OVERLAP]


@pytest.mark.parametrize("box", [Box(-1, 1, 20, 5), Box(55, 1, 20, 5), Box(1, 38, 20, 5)])
def test_what_leaves_the_stock_is_found(box: Box):
    assert kinds(sheet((box, "beyond"))) == [FaultKind.OUTSIDE]


def test_text_on_a_panel_and_rules_that_cross_are_in_order():
    page = sheet((Box(2, 2, 20, 5), "on it"))
    page.fill(Box(1, 1, 30, 8), is_panel=True)
    page.frame(Box(1, 20, 20, 10))
    assert faults([page]) == []


def test_characters_without_a_glyph_are_named_once_each():
    assert unprintable([sheet((Box(1, 1, 50, 5), "a한b🌸한"))]) == "한🌸"


def test_a_paper_that_says_less_than_was_meant_is_found():
    page = sheet((Box(1, 1, 50, 5), "发货🌸"))
    assert unsaid([page], ["发货[U+1F338]\r\n"]) == []
    [fault] = unsaid([page], ["发 "])
    assert (fault.kind, fault.what) == (FaultKind.UNSAID, "货🌸")


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_sample_of_every_paper_is_in_order(locale: str):
    for sample in samples(locale):
        sheets = layout(sample.document, STOCKS[sample.media])
        assert faults(sheets) == [], sample.name
        if sample.content is Content.HOSTILE:
            pdf = paint(sheets, sample.name)
            assert unsaid(sheets, raster.texts(pdf)) == [], sample.name
