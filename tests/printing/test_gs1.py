"""GS1: numbers with check digits, element strings as they are scanned and as they are read."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from printing import gs1
from printing.barcodes import code128, data_matrix
from printing.errors import DocumentInvalid
from printing.gs1 import FNC1
from tests.printing import code128_reader
from tests.printing.test_barcodes import picture

SSCC = "340123450000000017"
GTIN = "06901234567892"
PREFIX = "6901234"
TEXT = st.text("ABCxyz019-./%&", min_size=1, max_size=20)


def of(*pairs: tuple[str, str]) -> list[gs1.Element]:
    return [gs1.element(ai, value) for ai, value in pairs]


@pytest.mark.parametrize(("ai", "value"), [
    ("00", SSCC), ("01", GTIN), ("02", GTIN), ("10", "AB-1/2"), ("15", "271231"), ("17", "270200"),
    ("37", "48"), ("3103", "012500"), ("3302", "001375"), ("400", "PO.4711"), ("402",
     "69012340000000016"), ("410", "6901234000009"), ("420", "310000"), ("421", "156310000"),
])  # fmt: skip
def test_what_the_general_specifications_allow_is_taken(ai, value):
    assert gs1.element(ai, value) == gs1.Element(ai=ai, value=value)


@pytest.mark.parametrize(("ai", "value"), [
    ("00", SSCC[:-1] + "8"), ("00", SSCC[:-1]), ("01", "6901234567892"), ("01", GTIN[:-1] + "3"),
    ("10", ""), ("10", "x" * 21), ("10", "批号"), ("10", "a b"), ("10", f"a{FNC1}b"),
    ("15", "271301"), ("15", "270230"), ("37", "１２"), ("37", "123456789"), ("3103", "12500"),
    ("3106", "000001"), ("99", ""), ("88", "1"), ("410", "6901234000001"),
])  # fmt: skip
def test_anything_else_is_refused(ai, value):
    with pytest.raises(DocumentInvalid):
        gs1.element(ai, value)


def test_data_of_open_length_ends_in_a_separator_and_stands_last():
    elements = of(("10", "AB1"), ("37", "48"), ("02", GTIN))
    assert gs1.symbol_content(elements) == f"{FNC1}02{GTIN}10AB1{FNC1}3748"
    assert gs1.readable(elements) == f"(02){GTIN}(10)AB1(37)48"


def test_a_reader_takes_it_as_gs1_with_the_same_elements():
    elements = of(("02", GTIN), ("15", "271231"), ("10", "AB1"), ("37", "48"))
    [found] = zxingcpp.read_barcodes(picture(code128(gs1.symbol_content(elements))))
    assert (found.symbology_identifier, found.content_type) == ("]C1", zxingcpp.ContentType.GS1)
    assert found.text == gs1.readable(elements)


@given(batch=TEXT, serial=TEXT)
def test_any_batch_and_serial_are_told_apart(batch, serial):
    content = gs1.symbol_content(of(("10", batch), ("21", serial)))
    assert content == f"{FNC1}10{batch}{FNC1}21{serial}"
    assert code128_reader.read(code128(content).widths) == content


@given(serial=st.integers(0, 10**9 - 1), extension=st.integers(0, 9))
def test_every_sscc_has_its_place_and_a_check_digit_that_holds(serial, extension):
    number = gs1.sscc(PREFIX, serial, extension=extension)
    assert len(number) == 18
    assert number[:8] == f"{extension}{PREFIX}"
    assert int(number[8:17]) == serial
    gs1.element("00", number)


def test_a_known_sscc_is_made():
    assert gs1.sscc("4012345", 1, extension=3) == SSCC


@pytest.mark.parametrize(("prefix", "serial"), [
    ("690", 1), ("6901234567890", 1), ("69O1234", 1), (PREFIX, 10**9), (PREFIX, -1),
])  # fmt: skip
def test_an_sscc_without_room_is_refused(prefix, serial):
    with pytest.raises(DocumentInvalid):
        gs1.sscc(prefix, serial)


def test_an_sscc_has_one_extension_digit():
    with pytest.raises(DocumentInvalid):
        gs1.sscc(PREFIX, 1, extension=10)


@pytest.mark.parametrize("number", ["96385074", "036000291452", "6901234567892", GTIN])
def test_every_gtin_is_the_same_in_fourteen_digits(number):
    assert gs1.gtin14(number) == number.zfill(14)


@pytest.mark.parametrize("number", ["", "690123456789", "6901234567893", "９６３８５０７４", "x"])
def test_what_is_no_gtin_is_refused(number):
    with pytest.raises(DocumentInvalid):
        gs1.gtin14(number)


def test_days_are_written_in_six_digits():
    assert gs1.day(date(2027, 12, 31)) == "271231"


def read_matrix(content: str, **how: bool) -> zxingcpp.Barcode:
    dark = np.array(data_matrix(content, **how).rows)
    padded = np.pad(np.where(dark, 0, 255).astype(np.uint8), 2, constant_values=255)
    [found] = zxingcpp.read_barcodes(np.kron(padded, np.ones((4, 4), np.uint8)))
    return found


@given(st.text(st.sampled_from("".join(map(chr, range(32, 127)))), min_size=1, max_size=60))
def test_every_data_matrix_is_read_back_and_is_square(content):
    symbol = data_matrix(content)
    assert all(len(row) == symbol.modules for row in symbol.rows)
    assert read_matrix(content).text == content


def test_a_gs1_data_matrix_is_read_as_gs1():
    elements = of(("01", GTIN), ("10", "AB1"), ("17", "271231"))
    found = read_matrix(gs1.readable(elements), is_gs1=True)
    assert found.symbology_identifier == "]d2"
    assert found.content_type == zxingcpp.ContentType.GS1
    assert found.text == gs1.readable(elements)


@pytest.mark.parametrize("content", ["", "x" * 201, "面单"])
def test_data_matrix_has_limits(content):
    with pytest.raises(DocumentInvalid):
        data_matrix(content)


def test_gs1_data_without_identifiers_is_refused():
    with pytest.raises(DocumentInvalid):
        data_matrix("AB1", is_gs1=True)
