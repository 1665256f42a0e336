"""Reading raw scanner text: cards, badges, codes, GS1 element strings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.errors import InvalidInput
from warehouse.scanning import (
    GS,
    BadgeScan,
    Card,
    CardScan,
    CodeScan,
    clean,
    gs1_elements,
    parse,
)

printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=64)


@pytest.mark.parametrize(
    ("raw", "scan"),
    [
        ("A-01-2", CodeScan("A-01-2")),
        ("a-01-2", CodeScan("A-01-2")),
        (" 6901028075831\r\n", CodeScan("6901028075831")),
        ("\x02P00000001\x03", CodeScan("P00000001")),
        ("ＡＢＣ１２３", CodeScan("ABC123")),  # a keyboard left in full-width mode
        ("]E06901028075831", CodeScan("6901028075831")),
        ("]C1SF123", CodeScan("SF123")),
        ("cmd-ok", CardScan(Card.OK)),
        ("CMD-LOGOUT", CardScan(Card.LOGOUT)),
        ("bdg-k7f", BadgeScan("K7F")),
    ],
)
def test_what_a_scanner_types_is_read_for_what_it_is(raw, scan):
    assert parse(raw) == scan


@pytest.mark.parametrize(
    "raw", ["", "  ", "\r\n", "\x00\x1d", "X" * 65, "CMD-EXPLODE", "CMD-", "]C1", "]E0 ", "BDG-"]
)
def test_what_cannot_be_a_scan_is_refused(raw):
    with pytest.raises(InvalidInput):
        parse(raw)


@pytest.mark.parametrize("card", list(Card))
def test_every_card_is_read(card):
    assert parse(card.value) == CardScan(card)


@pytest.mark.parametrize(
    ("raw", "code", "pieces"),
    [
        ("]C1010690102807583110LOT7", "6901028075831", 1),
        (f"01069010280758313724{GS}10LOT", "6901028075831", 24),
        (f"]d202069010280758313706{GS}", "6901028075831", 6),
        ("]C1011690102807583810LOT7", "16901028075838", 1),
        ("]C100369123450000000018", "369123450000000018", 1),
        (f"]C10106901028075831370{GS}", "6901028075831", 1),  # a count of nought counts as one
    ],
)
def test_gs1_symbols_are_read_as_article_and_count(raw, code, pieces):
    assert parse(raw) == CodeScan(code, pieces)


def test_elements_are_split_by_their_fixed_or_marked_length():
    assert gs1_elements(f"0106901028075831172612311012A{GS}2199") == {
        "01": "06901028075831",
        "17": "261231",
        "10": "12A",
        "21": "99",
    }
    assert gs1_elements(f"10A{GS}{GS}") == {"10": "A"}


@pytest.mark.parametrize("text", ["01123", "99ABC", "X"])
def test_what_is_no_element_string_has_no_elements(text):
    assert gs1_elements(text) == {}


@given(raw=st.text(max_size=200))
def test_any_text_is_a_scan_or_a_refusal(raw):
    try:
        scan = parse(raw)
    except InvalidInput:
        return
    if isinstance(scan, CodeScan):
        assert 0 < len(scan.code) <= 64
        assert 1 <= scan.pieces <= 9_999


@given(raw=st.text(max_size=10))
def test_cleaning_twice_changes_nothing_more(raw):
    assert clean(clean(raw)) == clean(raw)


@given(code=printable, before=st.sampled_from(["", " ", "\t", "\x02"]))
def test_blanks_and_controls_around_a_code_do_not_matter(code, before):
    assert clean(f"{before}{code}\r\n") == clean(code)


@given(code=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", min_size=5, max_size=30))
def test_a_plain_code_comes_out_as_it_went_in(code):
    if not code.startswith(("CMD-", "BDG-")):
        assert parse(code) == CodeScan(code) == parse(code.lower())
