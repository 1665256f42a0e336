"""Papers of the house: receipts, exchange, counts, the report, labels of carts and returns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from printing.documents import CountLine, ReceiptLine
from printing.errors import DocumentInvalid, DoesNotFit
from printing.inspection import faults
from printing.media import STOCKS
from printing.renderers.pdf import layout
from printing.renderers.pdf.sheet import BarsMark, MatrixMark, TextMark
from printing.samples import (
    cart_label,
    count_sheet,
    daily_report,
    exchange_out,
    goods_receipt,
    purchase_order,
    receipt_correction,
    return_label,
    sku_label,
)


def drawn(document, stock):
    sheets = layout(document, STOCKS[stock])
    assert faults(sheets) == []
    return sheets


def texts(document, stock) -> list[str]:
    found = drawn(document, stock)
    return [m.text for sheet in found for m in sheet.marks if isinstance(m, TextMark)]


@pytest.mark.parametrize("stock", ["receipt80", "A4", "A5"])
def test_a_receipt_adds_up_what_is_sound_and_what_is_not(stock):
    shown = texts(goods_receipt(locale="en"), stock)
    assert "3 lines   347 accepted   3 rejected" in shown
    assert "Received by" in shown


def test_a_receipt_without_rejects_says_nothing_of_them():
    line = ReceiptLine(sku_code="A", name="Cap", accepted=5)
    shown = texts(goods_receipt(locale="en", lines=(line,)), "receipt80")
    assert "1 line   5 accepted" in shown


@pytest.mark.parametrize("stock", ["receipt80", "A4"])
def test_a_correction_says_which_receipt_it_corrects_and_what_changes(stock):
    shown = texts(receipt_correction(locale="en"), stock)
    assert "5 lines   +1 accepted   +1 rejected" in shown
    assert {"Receipt correction", "+2", "-3", "Confirmed by", "Corrected"} <= set(shown)
    rows = [shown[at - 2 : at + 1] for at, text in enumerate(shown) if text[0] in "+-"]
    assert [row for row in rows if row[0].isdigit()] == [
        ["50", "52", "+2"], ["120", "117", "-3"], ["80", "83", "+3"], ["48", "47", "-1"],
        ["2", "3", "+1"],
    ]  # fmt: skip
    assert {"Lot: L2026-0911  Best before: 2028-09-10", "−SN-20260911-0007"} <= set(shown)
    assert any(text.endswith("Rejected") for text in shown)
    assert "GR20261121-003" in "".join(shown)
    with pytest.raises(DocumentInvalid):
        receipt_correction(corrects_no="")


@pytest.mark.parametrize("stock", ["receipt80", "A4", "A5"])
def test_every_number_of_a_correction_stands_on_it(stock):
    numbers = [f"SN2026110{n:02d}" for n in range(50)]
    line = ReceiptLine(
        sku_code="CAM-BK", name="Camera", properties="black, with strap and case", accepted=-50,
        booked=60, lot="YZ2611-A", best_before="2027-11-30", serials=" ".join(numbers),
    )  # fmt: skip
    shown = " ".join(texts(receipt_correction(locale="en", lines=(line,)), stock))
    assert [number for number in numbers if number not in shown] == []


def test_a_draft_of_a_purchase_order_says_that_nothing_is_ordered():
    shown = texts(purchase_order(locale="en"), "A4")
    assert {"¥18.50", "¥2,220.00"} <= set(shown)
    assert "3 lines   420 pieces   Total ¥5,568.00" in [text.replace(":", "") for text in shown]
    said = "Draft, nothing is ordered by this paper yet."
    assert (said in shown, said in texts(purchase_order(locale="en", is_draft=True), "A4")) == (
        False, True,
    )  # fmt: skip


def test_an_exchange_slip_comes_in_two_copies_with_the_same_lines():
    sheets = drawn(exchange_out(locale="en"), "A5")
    first, second = ([m.text for m in s.marks if isinstance(m, TextMark)] for s in sheets)
    assert "Supplier's copy" in first
    assert "Warehouse's copy" in second
    assert [t for t in first if t != "Supplier's copy"] == [
        t for t in second if t != "Warehouse's copy"
    ]
    assert "Page 1 of 1" in first
    assert "Lot: YZ2611-A  Best before: 2027-11-30" in first
    assert " ".join(first).count("SN202611000") == 4


def test_a_blind_count_has_no_column_for_the_book():
    assert "Book" not in texts(count_sheet(locale="en"), "A4")
    line = CountLine(bin_code="A-1", sku_code="S", name="Cap", book=17)
    open_count = count_sheet(locale="en", is_blind=False, lines=(line,))
    shown = texts(open_count, "A4")
    assert "Book" in shown
    assert "17" in shown


def test_a_blind_count_that_tells_what_to_find_is_refused():
    line = CountLine(bin_code="A-1", sku_code="S", name="Cap", book=0)
    with pytest.raises(DocumentInvalid):
        count_sheet(lines=(line,))


def test_every_line_of_a_long_count_stands_once_in_its_order():
    count = count_sheet(bins=240)
    assert len(drawn(count, "A4")) > 5
    shown = [t for t in texts(count, "A4") if t.startswith("A-")]
    assert shown == [line.bin_code for line in count.lines]


def test_a_section_of_the_report_does_not_begin_at_the_foot_of_a_page():
    report = daily_report()
    many = daily_report(sections=report.sections * 10)
    sheets = drawn(many, "A5")
    assert len(sheets) > 5
    for sheet in sheets:
        last = [m.text for m in sheet.marks if isinstance(m, TextMark)][-4:]
        assert not any(t in last for t in ("订单", "作业", "库存"))


def test_a_return_label_hides_the_buyer_and_shows_the_shop():
    shown = " ".join(texts(return_label(reason="电话13812345678"), "100x100"))
    assert "素然生活 退货组" in shown
    for secret in ("欧阳娜娜", "13812345678", "501"):
        assert secret not in shown


def test_a_return_label_without_a_sender_is_in_order():
    shown = texts(return_label(sender=None, order_no="", reason="", until="", pieces=0), "76x130")
    assert "寄" not in shown


def test_a_cart_says_how_many_slots_it_has():
    assert "12 slots" in texts(cart_label(locale="en"), "100x60")
    assert not [t for t in texts(cart_label(locale="en", slots=0), "100x60") if "slots" in t]


def test_the_smallest_label_takes_an_ean_over_its_whole_width():
    [mark] = [m for m in drawn(sku_label(), "30x20")[0].marks if isinstance(m, BarsMark)]
    assert mark.module_dots == 2
    assert mark.bars.quiet == 11
    assert mark.box.w == 29.25


def test_the_smallest_label_takes_an_own_code_as_a_square():
    label = sku_label(content="TEE-BK-M-2026-LONG-CODE-00000001")
    marks = drawn(label, "30x20")[0].marks
    assert not [m for m in marks if isinstance(m, BarsMark)]
    [square] = [m for m in marks if isinstance(m, MatrixMark)]
    assert square.matrix.content == label.content
    assert square.module_dots >= 3


@pytest.mark.parametrize(
    ("document", "stock"),
    [(goods_receipt(), "100x150"), (exchange_out(), "receipt80"), (count_sheet(), "100x150"),
     (daily_report(), "receipt80"), (return_label(), "60x40"), (cart_label(), "40x30")],
)  # fmt: skip
def test_papers_on_the_wrong_stock_are_refused(document, stock):
    with pytest.raises(DoesNotFit):
        layout(document, STOCKS[stock])


@pytest.mark.parametrize("stock", ["A4", "A5"])
def test_a_count_sheet_has_its_number_and_room_for_lots_and_serial_numbers(stock):
    line = CountLine(bin_code="A-1", sku_code="S", name="Cap")
    kept = [replace(line, has_lots=True), replace(line, has_lots=True, has_best_before=True),
            replace(line, has_serials=True), line]  # fmt: skip
    shown = texts(count_sheet(locale="en", lines=tuple(kept)), stock)
    assert [shown.count(name) for name in ("Lot", "Best before", "Serial numbers", "By lot")] == [
        2 + 2 + 6, 2 + 6, 2 + 6, 2,
    ]  # fmt: skip
    assert "PD261128-01-03" in shown
    assert "Recount" not in shown
