"""Samples at the desk: every kind of document, on every stock, as it comes out of the printer."""

from __future__ import annotations

import pytest

from printing.documents import KINDS
from printing.media import SUITABLE, media
from printing.renderers import raster
from printing.renderers.pdf import render
from printing.samples import Content, sample
from tests.web.desk_site import Desk, words_of
from warehouse.people.models import Role

HERE = "/printers/papers"


def test_every_kind_of_document_is_in_the_list(desk: Desk):
    page = desk.get(HERE).get_data(as_text=True)
    for kind in KINDS:
        assert f'href="{HERE}/{kind}"' in page
        assert f"{HERE}/{kind}/sample.png" in page
    assert 'aria-current="page">Samples' in page


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_page_with_its_stocks_and_pictures(desk: Desk, kind: str):
    for stock in SUITABLE[kind]:
        page = desk.get(f"{HERE}/{kind}?media={stock}&content=long&language=zh")
        assert page.status_code == 200
        assert f'<option value="{stock}" selected' in page.get_data(as_text=True)
    picture = desk.get(f"{HERE}/{kind}/sample.png?content=hostile")
    assert picture.content_type == "image/png"
    assert picture.data.startswith(b"\x89PNG")


def test_the_picture_and_the_pdf_are_what_a_printer_gets(desk: Desk):
    asked = "media=100x150&content=long&language=en"
    pdf = desk.get(f"{HERE}/waybill/sample.pdf?{asked}")
    assert pdf.content_type == "application/pdf"
    document = sample("waybill", Content.LONG, "en", "100x150")
    assert pdf.data == render(document, media("100x150"))
    picture = desk.get(f"{HERE}/waybill/sample.png?{asked}").data
    assert [picture] == raster.shown(pdf.data, media("100x150"))


def test_long_papers_show_all_their_pages(desk: Desk):
    page = desk.get(f"{HERE}/pick_list?media=A5&content=long").get_data(as_text=True)
    count = page.count("sample.png?")
    assert count > 1
    last = desk.get(f"{HERE}/pick_list/sample.png?media=A5&content=long&page={count}")
    assert last.status_code == 200
    beyond = desk.get(f"{HERE}/pick_list/sample.png?media=A5&content=long&page={count + 1}")
    assert beyond.status_code == 404


def test_characters_no_font_has_are_named(desk: Desk):
    assert "U+1F338" in words_of(desk.get(f"{HERE}/waybill?content=hostile"))
    assert "U+1F338" not in words_of(desk.get(f"{HERE}/waybill"))


@pytest.mark.parametrize(
    "where",
    ["poster", "waybill?media=A4", "waybill?media=../x", "waybill?content=worse",
     "waybill/sample.png?page=0", "waybill/sample.pdf?media=60x40"],
)  # fmt: skip
def test_what_there_is_not_is_not_found(desk: Desk, where: str):
    assert desk.get(f"{HERE}/{where}").status_code == 404


def test_samples_are_for_those_who_set_up_printers(desk: Desk):
    for where in ("", "/waybill", "/waybill/sample.pdf", "/waybill/sample.png"):
        assert desk.get(HERE + where, Role.PACKER).status_code == 403
