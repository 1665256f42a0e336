"""Layouts: nothing overlaps, nothing leaves the paper, people stay masked, copies are marked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printing.barcodes import code128, qr
from printing.documents import (
    CARDS,
    BinLabel,
    CardSheet,
    Carrier,
    Document,
    Item,
    Locale,
    Manifest,
    ManifestLine,
    PackingSlip,
    PickLine,
    SkuLabel,
    TestPage,
    ToteLabel,
)
from printing.errors import DoesNotFit
from printing.geometry import Box
from printing.inspection import faults
from printing.media import STOCKS, SUITABLE, Form, Media, media
from printing.renderers.pdf import layout
from printing.renderers.pdf.sheet import BarsMark, FillMark, MatrixMark, Sheet, TextMark
from printing.samples import (
    HOSTILE,
    badge_sheet,
    every,
    manifest,
    packing_slip,
    party,
    pick_list,
    shop,
    waybill,
)

WAYBILL_STOCKS = SUITABLE["waybill"]


def texts(sheets: Iterable[Sheet]) -> list[str]:
    return [m.text for sheet in sheets for m in sheet.marks if isinstance(m, TextMark)]


def drawn(document: Document, stock: str, dpi: int | None = None) -> list[Sheet]:
    form = STOCKS[stock]
    return layout(document, form if dpi is None or form.form is Form.SHEET else form.at(dpi))


CASES = [(d, stock) for locale in Locale for d, stock in every(locale)]


@pytest.mark.parametrize(("document", "stock"), CASES, ids=lambda v: getattr(v, "kind", v))
@pytest.mark.parametrize("dpi", [203, 300])
def test_nothing_overlaps_or_leaves_the_paper(document, stock, dpi):
    sheets = drawn(document, stock, dpi)
    assert faults(sheets) == []
    assert texts(sheets)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("stock", WAYBILL_STOCKS)
def test_hostile_text_changes_no_zone_of_a_waybill(text, stock):
    person = party(name=text, phone=text, province=text, town=text, detail=text)
    items = tuple(Item(name=text, properties=text, code=text, pieces=999_999) for _ in range(40))
    document = waybill(
        receiver=person,
        sender=person,
        carrier=Carrier(code="X", name=text, hotline=text),
        sortation=text,
        consolidation=text,
        service=text,
        items=items,
        remark=text,
        order_numbers=(text,) * 30,
        parcel_no=text,
        copy_no=12,
        copied_at="2026-11-21 18:03",
        station=text,
        printed_at=text,
        weight_g=99_999_999,
        parcel_index=998,
        parcel_count=999,
    )
    assert faults(drawn(document, stock)) == []


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_hostile_text_keeps_every_other_paper_in_order(text, locale):
    same: dict[str, Any] = {"locale": locale, "copy_no": 3, "copied_at": text, "printed_at": text}
    items = tuple(Item(name=text, properties=text, code=text, pieces=1) for _ in range(40))
    person = party(name=text, detail=text, town=text)
    slip = packing_slip(
        receiver=person, items=items, buyer_note=text, greeting=text, shop=text,
        order_numbers=(text,) * 9, packed_by=text, checked_by=text, carrier=text, **same,
    )  # fmt: skip
    line = PickLine(bin_code="A-1", sku_code=text, name=text, properties=text, pieces=1, into=text,
                    lot=text, best_before=text)  # fmt: skip
    papers: list[tuple[Document, str]] = [
        *((slip, stock) for stock in SUITABLE["packing_slip"]),
        (pick_list(stops=1, **same), "A5"),
        *((pick_list(title=text, picker=text, totes=(text,) * 30, **same | {"lines": (line,) * 40}),
           stock) for stock in ("A4", "A5")),
        (manifest(warehouse=text, courier=text, note=text, vehicle=text, **same), "A4"),
        (ToteLabel(content="T-1", tote="T-1", note=text, **same), "60x40"),
        (BinLabel(content="A-1", bin_code="A-1", zone=text, arrow="down", **same), "60x40"),
        (SkuLabel(content="6901234567892", sku_code="S", name=text, properties=text, pieces=12,
                  **same), "40x30"),
        (TestPage(test_no="T", printer=text, address=text, media=text, **same), "40x30"),
    ]  # fmt: skip
    for document, stock in papers:
        assert faults(drawn(document, stock)) == []


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_text_in_any_field_of_a_waybill_stays_in_its_zone(data):
    text = st.text(max_size=150)
    named = st.text(min_size=1, max_size=60).filter(lambda t: any(c.isalnum() for c in t))
    document = waybill(
        receiver=party(name=data.draw(named), phone=data.draw(text), detail=data.draw(text)),
        sortation=data.draw(text),
        consolidation=data.draw(text),
        remark=data.draw(text),
        service=data.draw(text),
        locale=data.draw(st.sampled_from(["zh", "en"])),
    )
    assert faults(drawn(document, data.draw(st.sampled_from(WAYBILL_STOCKS)))) == []


@pytest.mark.parametrize("stock", WAYBILL_STOCKS)
@pytest.mark.parametrize("dpi", [203, 300])
def test_a_waybill_has_two_symbols_of_its_number_wide_enough_for_a_thermal_head(stock, dpi):
    marks = drawn(waybill(), stock, dpi)[0].marks
    linear = [m for m in marks if isinstance(m, BarsMark)]
    parts = len(STOCKS[stock].parts_mm)
    assert [m.bars.content for m in linear] == ["YT1234567890123"] * max(2, parts)
    assert all(m.module_dots / media(stock, dpi=dpi).dots_per_mm >= 0.33 for m in linear)
    assert [m.matrix.content for m in marks if isinstance(m, MatrixMark)] == ["YT1234567890123"]


@pytest.mark.parametrize("stock", WAYBILL_STOCKS)
def test_every_symbol_has_its_whole_quiet_zone(stock):
    symbols = [mark for mark in drawn(waybill(), stock)[0].marks if isinstance(mark, BarsMark)]
    assert len(symbols) >= 2
    dots = STOCKS[stock].dots_per_mm
    for mark in symbols:
        assert mark.x_dots - round(mark.box.x * dots) == 10 * mark.module_dots
        symbol = mark.bars.modules * mark.module_dots
        right = round(mark.box.right * dots) - mark.x_dots - symbol
        assert right == 10 * mark.module_dots


@pytest.mark.parametrize("stock", WAYBILL_STOCKS)
def test_the_routing_code_is_the_largest_text(stock):
    marks = [m for m in drawn(waybill(), stock)[0].marks if isinstance(m, TextMark)]
    largest = max(marks, key=lambda m: m.size_pt)
    assert largest.text == "330-A12-08 052"


def test_without_a_routing_code_the_place_stands_there():
    assert "杭州市 西湖区" in texts(drawn(waybill(sortation=""), "76x130"))


@pytest.mark.parametrize("stock", WAYBILL_STOCKS)
def test_nothing_full_of_the_receiver_is_on_the_paper(stock):
    shown = " ".join(texts(drawn(waybill(remark="电话13812345678"), stock)))
    for secret in ("欧阳娜娜", "13812345678", "501", "7楼"):
        assert secret not in shown
    assert "欧阳** 138******78" in " ".join(shown.split())


def test_the_shop_is_shown_in_full_but_a_private_sender_is_not():
    assert "素然生活旗舰店   0571-88990011" in texts(drawn(waybill(), "76x130"))
    private = waybill(sender=shop(is_business=False))
    assert "素**   057*-******11" in texts(drawn(private, "76x130"))


@pytest.mark.parametrize(("locale", "mark"), [("zh", "补打 2"), ("en", "COPY 2")])
@pytest.mark.parametrize("stock", WAYBILL_STOCKS)
def test_a_second_copy_says_so_outside_the_symbols(locale, mark, stock):
    document = waybill(locale=locale).copy(2, "2026-11-21 19:40")
    marks = drawn(document, stock)[0].marks
    said = [m for m in marks if isinstance(m, TextMark) and m.text == f"{mark} 2026-11-21 19:40"]
    said += [m for m in marks if isinstance(m, TextMark) and m.text == f"{mark}  2026-11-21 19:40"]
    assert len(said) == 1
    assert f"{mark}" not in " ".join(texts(drawn(waybill(locale=locale), stock)))


@pytest.mark.parametrize(("stock", "cut_mm"), [("100x180", 110), ("100x150", 90), ("76x130", None)])
def test_a_form_of_parts_shows_where_it_is_torn(stock, cut_mm):
    rules = [m.box for m in drawn(waybill(), stock)[0].marks if isinstance(m, FillMark)]
    dashes = [box for box in rules if box.w < 3 and box.h < 1]
    assert {round(box.y + 0.25) for box in dashes} == ({cut_mm} if cut_mm else set())


def test_goods_that_do_not_fit_are_counted():
    many = tuple(Item(name=f"商品 {n}", pieces=2) for n in range(30))
    shown = " ".join(texts(drawn(waybill(items=many), "76x130")))
    assert "另有" in shown
    assert "2× 商品 0" in shown


@pytest.mark.parametrize(
    ("document", "stock"),
    [
        (waybill(), "60x40"),
        (waybill(), "receipt80"),
        (waybill(waybill_no="A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6"), "76x130"),
        (packing_slip(), "76x130"),
        (packing_slip(parcel_no="aB1" * 16), "receipt58"),
        (pick_list(), "receipt80"),
        (manifest(), "100x180"),
        (badge_sheet(), "A5"),
        (CardSheet(), "A5"),
        (BinLabel(content="A" * 32, bin_code="A"), "40x30"),
        (SkuLabel(content="A-1", sku_code="A", name="x"), "A4"),
    ],
    ids=lambda value: getattr(value, "kind", value),
)
def test_what_does_not_fit_is_refused_never_squeezed(document, stock):
    with pytest.raises(DoesNotFit):
        drawn(document, stock)


def test_long_papers_run_over_pages_with_heads_and_numbers():
    sheets = drawn(manifest(rows=300, locale="en"), "A4")
    assert len(sheets) > 5
    for number, sheet in enumerate(sheets, start=1):
        shown = texts([sheet])
        assert f"Page {number} of {len(sheets)}" in shown
        assert "Waybill" in shown or number == len(sheets)
        assert any(isinstance(m, BarsMark) for m in sheet.marks)
    assert "Handed over by" in texts(sheets[-1:])
    assert faults(sheets) == []


def test_every_line_of_a_pick_list_stands_once_and_in_its_order():
    pick = pick_list(stops=120)
    shown = [t for t in texts(drawn(pick, "A4")) if t.startswith("A-")]
    assert shown == [line.bin_code for line in pick.lines]


def test_a_receipt_is_as_long_as_what_is_on_it():
    short = drawn(packing_slip(items=packing_slip().items[:1]), "receipt80")[0].media.height_mm
    items = tuple(Item(name=f"商品 {n}", pieces=1) for n in range(200))
    long = drawn(packing_slip(items=items), "receipt80")
    assert len(long) == 1
    assert short < 120
    assert long[0].media.height_mm > 1000


def test_an_empty_manifest_can_be_signed_too():
    sheets = drawn(manifest(rows=0), "A4")
    assert "共 0 件" in texts(sheets)
    assert faults(sheets) == []


def test_badges_and_cards_carry_what_the_scanner_reads():
    badges = badge_sheet(people=23)
    marks = [m for s in drawn(badges, "A4") for m in s.marks if isinstance(m, BarsMark)]
    assert [m.bars for m in marks] == [code128(b.content) for b in badges.badges]
    cards = [m.bars.content for m in drawn(CardSheet(), "A4")[0].marks if isinstance(m, BarsMark)]
    assert cards == [f"CMD-{card}" for card in CARDS]


@pytest.mark.parametrize("stock", sorted(STOCKS))
def test_every_stock_can_print_the_test_page(stock):
    sheets = drawn(TestPage(test_no="T-1", printer="P"), stock)
    assert faults(sheets) == []


def test_unknown_paper_and_heads_are_refused():
    with pytest.raises(DoesNotFit):
        media("postcard")
    with pytest.raises(DoesNotFit):
        media("76x130", dpi=600)


def test_every_paper_has_stocks_and_they_exist():
    assert set(SUITABLE) == {d.kind for d, _ in every()}
    assert all(name in STOCKS for names in SUITABLE.values() for name in names)


def test_slips_are_masked_too():
    shown = " ".join(texts(drawn(packing_slip(), "A5")))
    assert "欧阳娜娜" not in shown
    assert "13812345678" not in shown


def test_a_slip_counts_lines_and_pieces():
    slip: PackingSlip = packing_slip()
    assert "共 3 行   7 件" in texts(drawn(slip, "A5"))
    assert "Total weight" not in " ".join(texts(drawn(manifest(), "A4")))


def test_a_manifest_adds_up_its_weights():
    paper: Manifest = manifest(rows=3, locale="en")
    assert "3 parcels   Total weight 1.056 kg" in texts(drawn(paper, "A4"))


def test_a_head_and_a_form_must_make_sense():
    with pytest.raises(DoesNotFit):
        Media(name="x", form=Form.LABEL, width_mm=10, height_mm=10, dpi=96)
    with pytest.raises(DoesNotFit):
        Media(name="x", form=Form.LABEL, width_mm=10, height_mm=10, parts_mm=(4, 4))
    stock = media("76x130", dpi=300)
    assert (stock.width_dots, stock.height_dots) == (912, 1560)


@pytest.mark.parametrize("stock", WAYBILL_STOCKS)
@pytest.mark.parametrize(
    "changed",
    [
        {"parcel_count": 1},
        {"parcel_count": 1, "service": ""},
        {"parcel_count": 1, "service": "", "carrier": Carrier(code="E", name="EMS")},
        {"remark": "", "items": (), "order_numbers": (), "printed_at": "", "station": ""},
        {"consolidation": "", "weight_g": None, "parcel_no": ""},
    ],
)
def test_a_waybill_with_less_on_it_is_in_order_too(changed, stock):
    assert faults(drawn(waybill(**changed), stock)) == []


def test_papers_with_less_on_them_are_in_order_too():
    papers: list[tuple[Document, str]] = [
        (ToteLabel(content="T-1", tote="T-1"), "60x40"),
        (pick_list(totes=(), orders=0), "A4"),
        (packing_slip(carrier="", waybill_no="", ordered_on="", parcel_count=1), "receipt80"),
        (packing_slip(buyer_note="", greeting="", packed_by="", order_numbers=("1", "2")), "A5"),
        (manifest(rows=1, lines=(ManifestLine(waybill_no="YT1"),), note=""), "A4"),
    ]
    for document, stock in papers:
        assert faults(drawn(document, stock)) == []


def test_a_square_symbol_is_never_made_too_small():
    with pytest.raises(DoesNotFit):
        Sheet(STOCKS["40x30"]).matrix(Box(0, 0, 5, 5), qr("x" * 60))


def test_variant_and_code_of_a_pick_stay_whole_beside_a_long_name():
    line = PickLine(bin_code="A-1", sku_code="TOW-BL", name="名" * 200, properties="蓝", pieces=1)
    for stock in ("A4", "A5"):
        assert "蓝  TOW-BL" in texts(drawn(pick_list(lines=(line,)), stock))


@pytest.mark.parametrize(("document", "stock"), every("zh"), ids=lambda v: getattr(v, "kind", v))
def test_chinese_words_are_followed_by_a_chinese_colon(document: Document, stock: str):
    written = texts(drawn(document, stock))
    assert [text for text in written if re.search("[一-鿿]:", text)] == []
