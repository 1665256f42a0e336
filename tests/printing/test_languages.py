"""Printer languages: the picture that arrives is the picture that was sent, whatever the text."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp

from printing.media import STOCKS
from printing.renderers import escpos, raster, tspl, zpl
from printing.renderers.pdf import render
from printing.samples import HOSTILE, packing_slip, party, waybill
from tests.printing import reading


def label(dpi: int = 203, **changed):
    return raster.bitmaps(render(waybill(**changed), STOCKS["76x130"].at(dpi)), dpi=dpi)


def test_an_escpos_receipt_arrives_dot_by_dot_and_is_read_back():
    pages = raster.bitmaps(render(packing_slip(), STOCKS["receipt80"]), dpi=203)
    (paper,) = reading.escpos(escpos.encode(pages, width_dots=576))
    assert (paper == pages[0].dots()).all()
    assert paper.shape[1] == 576
    found = zxingcpp.read_barcodes(np.where(paper, 0, 255).astype(np.uint8))
    assert [b.text for b in found] == ["P20261121-0042"]


def test_two_pages_are_cut_apart():
    page = raster.bitmaps(render(packing_slip(), STOCKS["receipt80"]), dpi=203)[0]
    assert len(reading.escpos(escpos.encode([page, page], width_dots=576))) == 2


def test_a_page_wider_than_the_head_is_refused():
    with pytest.raises(ValueError, match="608"):
        escpos.encode(label(), width_dots=576)


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("darkness", [0, 30])
def test_zpl_and_tspl_arrive_dot_by_dot(dpi, darkness):
    pages = label(dpi)
    (by_zpl,) = reading.zpl(zpl.encode(pages, darkness=darkness))
    by_tspl_all = reading.tspl(
        tspl.encode(pages, dots_per_mm=pages[0].width // 76, darkness=darkness),
        pages[0].width // 76,
    )
    assert (by_zpl == pages[0].dots()).all()
    assert len(by_tspl_all) == 1
    assert (by_tspl_all[0] == pages[0].dots()).all()


def test_darkness_is_said_in_each_language_own_numbers():
    page = label()
    assert zpl.encode(page, darkness=7).startswith(b"~SD07\n")
    assert b"DENSITY 15\r\n" in tspl.encode(page, dots_per_mm=8, darkness=30)
    assert b"DENSITY 1\r\n" in tspl.encode(page, dots_per_mm=8, darkness=1)
    assert b"DENSITY" not in tspl.encode(page, dots_per_mm=8)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_a_command(text):
    pages = label(remark=text, receiver=party(name=text, detail=text), sortation=text)
    assert len(reading.zpl(zpl.encode(pages))) == 1
    assert len(reading.tspl(tspl.encode(pages, dots_per_mm=8), 8)) == 1
    assert len(reading.escpos(escpos.encode(pages, width_dots=608))) == 1


def test_a_width_that_is_no_whole_byte_is_padded_white():
    dots = np.ones((4, 13), bool)
    page = raster.Bitmap(13, np.packbits(dots, axis=1))
    (found,) = reading.tspl(tspl.encode([page], dots_per_mm=1), 1)
    assert found.shape == (4, 13)
    assert found.all()
    assert not np.unpackbits(page.rows, axis=1)[:, 13:].any()
