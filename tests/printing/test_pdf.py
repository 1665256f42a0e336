"""PDF and dots: the same bytes for the same facts, exact bars on every head, readable text."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from itertools import groupby

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from printing.documents import Document
from printing.gs1 import FNC1
from printing.media import DOTS_PER_MM, POINTS_PER_MM, STOCKS, Form, Media
from printing.renderers import raster
from printing.renderers.pdf import layout, render
from printing.renderers.pdf.sheet import BarsMark, MatrixMark, TextMark
from printing.samples import every, party, waybill

EVERY = [(d, stock) for d, stock in every()]


def stock_at(name: str, dpi: int) -> Media:
    stock = STOCKS[name]
    return stock if stock.form is Form.SHEET else stock.at(dpi)


def runs(row: np.ndarray) -> list[int]:
    """Lengths of black and white runs of a row, from its first black dot to its last."""
    black = np.flatnonzero(row)
    return [len(list(run)) for _, run in groupby(row[black[0] : black[-1] + 1])]


def scanned(content: str) -> str:
    """What a reader says for a symbol: the first FNC1 goes into its name, others part the data."""
    return content.removeprefix(FNC1).replace(FNC1, "\x1d")


def symbols(document: Document, media: Media) -> Iterator[tuple[int, BarsMark]]:
    for page, sheet in enumerate(layout(document, media)):
        for mark in sheet.marks:
            if isinstance(mark, BarsMark):
                yield page, mark


@pytest.mark.parametrize(("document", "stock"), EVERY, ids=lambda v: getattr(v, "kind", v))
@pytest.mark.parametrize("dpi", [203, 300])
def test_every_bar_is_exactly_its_dots(document, stock, dpi):
    media = stock_at(stock, dpi)
    pages = raster.bitmaps(render(document, media), dpi=media.dpi)
    found = 0
    for page, mark in symbols(document, media):
        dots = pages[page].dots()
        height, width = mark.height_dots, mark.bars.modules * mark.module_dots
        area = dots[mark.y_dots : mark.y_dots + height, mark.x_dots : mark.x_dots + width]
        wanted = [w * mark.module_dots for w in mark.bars.widths]
        assert runs(area[height // 2]) == wanted
        assert (area == area[0]).all()
        quiet = mark.bars.quiet * mark.module_dots
        left = dots[mark.y_dots : mark.y_dots + height, mark.x_dots - quiet : mark.x_dots]
        assert left.shape[1] == quiet
        assert not left.any()
        found += 1
    has_bars = document.kind != "separator" and (document.kind, stock) != ("test_page", "30x20")
    assert found > 0 or not has_bars


@pytest.mark.parametrize(
    "number", ["YT1234567890123", "SF1234567890123", "995560123456", "773012345678901"]
)
@pytest.mark.parametrize("stock", ["76x130", "100x180", "100x150"])
def test_the_printed_label_is_read_back_three_times(number, stock):
    bitmap = raster.bitmaps(render(waybill(waybill_no=number), STOCKS[stock]), dpi=203)[0]
    picture = np.where(bitmap.dots(), 0, 255).astype(np.uint8)
    found = zxingcpp.read_barcodes(picture)
    assert sorted(b.text for b in found) == [number] * 3


@pytest.mark.parametrize(("document", "stock"), EVERY, ids=lambda v: getattr(v, "kind", v))
def test_every_symbol_of_every_paper_is_read_back(document, stock):
    media = stock_at(stock, 203)
    pages = raster.bitmaps(render(document, media), dpi=media.dpi)
    for sheet, page in zip(layout(document, media), pages, strict=True):
        picture = np.where(page.dots(), 0, 255).astype(np.uint8)
        wanted = {scanned(m.bars.content) for m in sheet.marks if isinstance(m, BarsMark)}
        wanted |= {m.matrix.content for m in sheet.marks if isinstance(m, MatrixMark)}
        found = {b.bytes.decode() for b in zxingcpp.read_barcodes(picture)}
        assert wanted <= found


@pytest.mark.parametrize(("document", "stock"), EVERY, ids=lambda v: getattr(v, "kind", v))
def test_the_same_facts_give_the_same_bytes(document, stock):
    media = stock_at(stock, 203)
    assert render(document, media) == render(document, media)


def test_other_papers_in_between_change_no_byte():
    first = render(waybill(), STOCKS["76x130"])
    for document, stock in EVERY:
        render(document, stock_at(stock, 300))
    assert render(waybill(), STOCKS["76x130"]) == first


@pytest.mark.parametrize(("document", "stock"), EVERY, ids=lambda v: getattr(v, "kind", v))
def test_pages_are_exactly_as_large_as_the_paper_and_never_scaled(document, stock):
    media = stock_at(stock, 203)
    reader = PdfReader(BytesIO(render(document, media)))
    for page in reader.pages:
        assert float(page.mediabox.width) == pytest.approx(media.width_mm * POINTS_PER_MM, abs=0.01)
        if media.form is not Form.ROLL:
            height = media.height_mm * POINTS_PER_MM
            assert float(page.mediabox.height) == pytest.approx(height, abs=0.01)
    assert reader.trailer["/Root"]["/ViewerPreferences"]["/PrintScaling"] == "/None"


def test_fonts_are_embedded_as_subsets_and_nothing_else_is_inside():
    pdf = render(waybill(), STOCKS["76x130"])
    assert len(pdf) < 60_000
    page = PdfReader(BytesIO(pdf)).pages[0]
    fonts = [f.get_object() for f in page["/Resources"]["/Font"].values()]
    embedded = [f for f in fonts if "+Fahuo" in f["/BaseFont"]]
    assert embedded
    assert all("/FontFile2" in f["/FontDescriptor"] for f in embedded)
    assert "/Annots" not in page
    assert not page.get("/Resources", {}).get("/XObject")
    assert b"/JavaScript" not in pdf


@pytest.mark.parametrize("name", ["㛃䶮", "𠅤𪻐", "𤰉𬱖𠮷", "Łódź", "王小明"])
def test_text_taken_out_of_the_pdf_is_the_text_put_in(name):
    document = waybill(receiver=party(detail=name), sender=party(name=name, is_business=True))
    pdf = render(document, STOCKS["76x130"])
    wanted = [
        m.text for m in layout(document, STOCKS["76x130"])[0].marks if isinstance(m, TextMark)
    ]
    by_pypdf = PdfReader(BytesIO(pdf)).pages[0].extract_text()
    with pypdfium2.PdfDocument(pdf) as opened:
        by_pdfium = opened[0].get_textpage().get_text_range()
    for found in (by_pypdf, by_pdfium):
        bare = "".join(found.split())
        for text in wanted:
            assert "".join(text.split()) in bare


def test_markup_stays_text():
    pdf = render(
        waybill(remark='<img src="/etc/passwd"/><a href="javascript:x">x</a>'), STOCKS["76x130"]
    )
    text = "".join(PdfReader(BytesIO(pdf)).pages[0].extract_text().split())
    assert '<imgsrc="/etc/passwd"/>' in text
    assert b"/URI" not in pdf


@pytest.mark.parametrize("dpi", [203, 300])
def test_a_picture_has_exactly_the_dots_of_the_paper(dpi):
    bitmap = raster.bitmaps(render(waybill(), STOCKS["76x130"].at(dpi)), dpi=dpi)[0]
    dots = DOTS_PER_MM[dpi]
    assert (bitmap.width, bitmap.height) == (76 * dots, 130 * dots)
    assert bitmap.bytes_per_row == -(-76 * dots // 8)


def test_a_moved_picture_keeps_its_size_and_loses_only_what_left_the_paper():
    bitmap = raster.bitmaps(render(waybill(), STOCKS["76x130"]), dpi=203)[0]
    moved = bitmap.moved(5, -3)
    assert moved.rows.shape == bitmap.rows.shape
    assert (moved.dots()[:-3, 5:] == bitmap.dots()[3:, :-5]).all()
    assert bitmap.moved(0, 0) is bitmap


def test_the_preview_is_a_png_of_the_same_dots():
    pdf = render(waybill(), STOCKS["76x130"])
    picture = np.asarray(Image.open(BytesIO(raster.png(pdf, dpi=203))))
    assert (picture == ~raster.bitmaps(pdf, dpi=203)[0].dots()).all()


def test_pages_stack_into_a_roll():
    page = raster.bitmaps(render(waybill(), STOCKS["76x130"]), dpi=203)[0]
    assert raster.stacked([page, page]).height == 2 * page.height
