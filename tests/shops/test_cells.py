"""Cells: the text of one cell to a value, and the refusals."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.shops import cells, refusals
from warehouse.shops.cells import FormulaText, NumberText
from warehouse.shops.refusals import BadCell

name = cells.text_of_at_most(200)
note = cells.note_of_at_most(4000)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("林小满", "林小满"),
        ('="5100"', "5100"),
        ("=5100", "5100"),
        ("'13800001234", "13800001234"),
        ("\t6901234\t", "6901234"),
        ("\u3000两头空格 \xa0", "两头空格"),
        ("-", ""),
        ("null", ""),
        ("NULL", ""),
        ("Nora", "Nora"),
        ("a\x00b\x07c", "abc"),
        ("上\n下", "上 下"),
        ("👨\u200d👩\u200d👧 家", "👨\u200d👩\u200d👧 家"),
        ("\u202eevil\u202c", "evil"),
        ("محمد علي", "محمد علي"),
        ("<b>x</b>'; DROP TABLE", "<b>x</b>'; DROP TABLE"),
        ("'; DROP TABLE", "'; DROP TABLE"),
        ('say ""hi""', 'say ""hi""'),
        ('="a ""q"" b"', 'a "q" b'),
        ("\ud83d", ""),
    ],
)
def test_text_is_freed_of_its_wrapping_only(cell, text):
    assert name(cell) == text


def test_a_note_keeps_its_line_breaks():
    assert note("  第一行\r\n第二行\t完\x0b") == "第一行\n第二行 完"


def test_a_text_over_its_limit_is_refused_with_both_numbers():
    with pytest.raises(BadCell) as refused:
        note("备" * 4001)
    assert str(refused.value.reason) == "The text has 4001 characters, at most 4000 are taken."
    assert len(note("备" * 4000)) == 4000


@pytest.mark.parametrize("convert", [name, note, cells.number_code, cells.phone, cells.fen])
def test_bytes_that_are_no_characters_are_refused(convert):
    with pytest.raises(BadCell) as refused:
        convert("12\udfff")
    assert refused.value.reason is refusals.UNREADABLE


@pytest.mark.parametrize("convert", [name, cells.number_code, cells.fen, cells.pieces])
def test_a_formula_is_refused(convert):
    with pytest.raises(BadCell) as refused:
        convert(FormulaText("=1+1"))
    assert refused.value.reason is refusals.FORMULA


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("3100000000000000017", "3100000000000000017"),
        ('="3100000000000000017"', "3100000000000000017"),
        ("'3100000000000000017", "3100000000000000017"),
        ("\t3100000000000000017\t", "3100000000000000017"),
        ("３１００００００", "31000000"),
        ("P5551-22", "P5551-22"),
        (NumberText("123456789012345"), "123456789012345"),
        ("", ""),
    ],
)
def test_an_order_number_is_kept_digit_by_digit(cell, number):
    assert cells.number_code(cell) == number


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("5.1E+18", refusals.DAMAGED_NUMBER),
        ("5.10123E+18", refusals.DAMAGED_NUMBER),
        ("5E+18", refusals.DAMAGED_NUMBER),
        ('="5.1E+18"', refusals.DAMAGED_NUMBER),
        (NumberText("214321234123412000"), refusals.DAMAGED_NUMBER_CELL),
        (NumberText("1234567890123456"), refusals.DAMAGED_NUMBER_CELL),
        ("有中文的号", refusals.NOT_A_NUMBER_CODE),
        ("12 34", refusals.NOT_A_NUMBER_CODE),
        ("9" * 65, refusals.NOT_A_NUMBER_CODE),
    ],
)
def test_a_number_that_lost_digits_is_refused_with_what_to_do(cell, reason):
    with pytest.raises(BadCell) as refused:
        cells.number_code(cell)
    assert refused.value.reason is reason


def test_a_platform_of_digits_takes_no_letters():
    assert cells.digits_code('="31"') == "31"
    with pytest.raises(BadCell):
        cells.digits_code("P31")


@pytest.mark.parametrize(
    ("cell", "code"),
    [("TS-001", "TS-001"), (NumberText("6901234567892"), "6901234567892"), ("1E5", None)],
)
def test_a_seller_code_is_text_but_not_a_damaged_number(cell, code):
    if code is None:
        with pytest.raises(BadCell):
            cells.seller_code("6.90123E+12")
    else:
        assert cells.seller_code(cell) == code


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("12.00元", 1200),
        ("0元", 0),
        ("¥1,234.5", 123450),
        ("￥ 8", 800),
        ("CNY 3.20", 320),
        ("", None),
        ("-", None),
        ("无退款申请", None),
        ("-5.00", -500),
        (NumberText("12.300000000000001"), 1230),
        (NumberText("59"), 5900),
    ],
)
def test_amounts_are_fen(cell, amount):
    assert cells.fen(cell) == amount


@pytest.mark.parametrize(
    "cell",
    [
        "abc",
        "1.234",
        "1,23",
        "NaN",
        "Infinity",
        "1e999999",
        "1e5",
        "1_000",
        "99999999999999",
        "12 13元件",
    ],
)
def test_what_is_no_amount_is_refused(cell):
    with pytest.raises(BadCell) as refused:
        cells.fen(cell)
    assert refused.value.reason is refusals.BAD_AMOUNT


@given(st.integers(-(10**11), 10**11))
def test_every_amount_is_read_back_to_the_fen(amount):
    assert cells.fen(str(Decimal(amount) / 100)) == amount
    assert cells.fen(f"{Decimal(amount) / 100:,.2f}元") == amount


@pytest.mark.parametrize(
    ("cell", "pieces"), [("2", 2), ("2.0", 2), ("３件", 3), ("100000", 100000)]
)
def test_pieces_are_whole_numbers(cell, pieces):
    assert cells.pieces(cell) == pieces


@pytest.mark.parametrize("cell", ["", "0", "-1", "1.5", "abc"])
def test_what_is_no_number_of_pieces_is_refused(cell):
    with pytest.raises(BadCell) as refused:
        cells.pieces(cell)
    assert refused.value.reason is refusals.BAD_PIECES


@pytest.mark.parametrize("cell", ["100001", "9999999999件", "9" * 40])
@pytest.mark.parametrize("read", [cells.pieces, cells.pieces_or_none])
def test_more_pieces_than_a_row_has_are_told_as_too_many(read, cell: str) -> None:
    with pytest.raises(BadCell) as refused:
        read(cell)
    assert str(refused.value.reason) == "This is more than 100000 pieces."


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        ("'13800001234", "13800001234"),
        ("13800001234", "13800001234"),
        ("+86 138 0000 1234", "13800001234"),
        ("86-13800001234", "13800001234"),
        ("13800001234转5678", "13800001234-5678"),
        ("13800001234-5678", "13800001234-5678"),
        ("138****1234", "138****1234"),
        ("0571-8888 6666", "0571-88886666"),
        ("##k3Zq/", "##k3Zq/"),
        ("", ""),
    ],
)
def test_phones_keep_what_a_courier_needs(cell, phone):
    assert cells.phone(cell) == phone


def test_a_phone_a_spreadsheet_damaged_is_refused():
    with pytest.raises(BadCell):
        cells.phone("1.38E+10")


@given(st.text(max_size=300))
def test_cleaning_twice_is_cleaning_once(cell):
    try:
        once = name(cell)
    except BadCell:
        return
    assert "\x00" not in once
    assert "\n" not in once
    once.encode("utf-8")  # no lone surrogate is left
    if once[:1] not in ("=", "'", "`"):  # peeled one layer at a time
        assert name(once) == once


def test_remembering_answers_like_the_converter_also_after_forgetting(monkeypatch):
    monkeypatch.setattr(cells, "REMEMBERED", 2)
    convert = cells.remembering(cells.pieces)
    assert [convert(cell) for cell in ("1", "2", "3", "1", "3")] == [1, 2, 3, 1, 3]
    with pytest.raises(BadCell):
        convert("x")
    with pytest.raises(BadCell):
        convert("x")
