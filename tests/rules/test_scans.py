"""Reading raw scanner text: cards, badges, codes, GS1 element strings."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse import gs1
from warehouse.errors import InvalidInput
from warehouse.scanning import (
    GS,
    BadgeScan,
    Card,
    CardScan,
    CodeScan,
    clean,
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
    "raw",
    [
        "",
        "  ",
        "\r\n",
        "\x00\x1d",
        "X" * 65,
        f"]d2{'9' * 600}",
        f"]d210{'X' * 65}",
        "CMD-EXPLODE",
        "CMD-",
        "]C1",
        "]E0 ",
        "BDG-",
    ],
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
    ],
)
def test_gs1_symbols_are_read_as_article_and_count(raw, code, pieces):
    scan = parse(raw)
    assert isinstance(scan, CodeScan)
    assert (scan.code, scan.pieces) == (code, pieces)


GOODS = "0106901028075831"
LONG = [f"9{n}{'X' * 40}" for n in range(9)]  # what a company says to itself


@pytest.mark.parametrize(
    ("raw", "lot", "day", "serial"),
    [
        (f"]d2{GOODS}1727123110ab-7{GS}21s0001", "AB-7", date(2027, 12, 31), "S0001"),
        (f"]Q3{GOODS}15270200{GS}10AB", "AB", date(2027, 2, 28), ""),  # day 00: the month's last
        (f"]C1{GOODS}1527031517270310", "", date(2027, 3, 10), ""),  # the earlier of the two
        (f"{GOODS}3103000750{GS}11260101421156100{GS}10L{GS}21S", "L", None, "S"),
        (f"]d2{GOODS}17271340{GS}10L", "L", None, ""),  # no such day
        (f"{GOODS}1727123110AB7", "AB7", date(2027, 12, 31), ""),  # a scanner that sends no mark
        (f"{GOODS}10AB7", "AB7", None, ""),
        (f"https://example.com/01/{GOODS[2:]}/10/ab%2f7/21/9?17=271231", "AB/7",
         date(2027, 12, 31), "9"),
        ("HTTP://EXAMPLE.COM/x/01/6901028075831/?10=AB#top", "AB", None, ""),
        (f"]d2{GOODS}{GS.join(LONG)}{GS}10L7", "L7", None, ""),
    ],
)  # fmt: skip
def test_a_symbol_says_lot_best_before_and_serial(raw, lot, day, serial):
    assert parse(raw) == CodeScan("6901028075831", 1, lot, day, serial)


def test_a_number_in_a_symbol_of_its_own_is_read():
    assert parse("]C121S-0001") == CodeScan("S-0001", serial="S-0001")
    assert parse("]C110L7") == CodeScan("L7", lot="L7")
    for ai in ("15", "17"):
        assert parse(f"]C1{ai}270331") == CodeScan("20270331", best_before=date(2027, 3, 31))


@pytest.mark.parametrize(("ai", "count"), [("37", "0"), ("37", "10000"), ("30", "12000")])
def test_a_count_that_no_scan_stands_for_is_refused_and_said(ai, count):
    with pytest.raises(InvalidInput, match=f"The symbol says {count},"):
        parse(f"]C1{GOODS}{ai}{count}")


@pytest.mark.parametrize(
    "raw",
    [
        f"({GOODS[:2]}){GOODS[2:]}(17)271231(10)ab(7)",
        f"({GOODS[:2]}) {GOODS[2:]} (10) AB(7) (17) 271231",
        f"]d2(10)AB(7)(7003)2712310830({GOODS[:2]}){GOODS[2:]}",
    ],
)
def test_what_is_printed_below_a_symbol_says_the_same(raw):
    assert parse(raw) == CodeScan("6901028075831", lot="AB(7)", best_before=date(2027, 12, 31))


def test_a_unit_may_be_written_with_brackets():
    assert parse("(00)369012345000000012").code == "369012345000000012"


@pytest.mark.parametrize(
    "raw",
    ["(01)06901028075832(10)AB", "(A)7", "(01)", "(10)AB", "7(01)06901028075831", "(05)7(1)7"],
)
def test_brackets_of_somebody_s_own_stay_as_they_are(raw):
    assert parse(raw) == CodeScan(raw)


def test_an_hour_of_expiry_is_its_day():
    assert gs1.best_before({"7003": "2703311200", "15": "270401"}) == date(2027, 3, 31)
    assert parse(f"{GOODS}70032703312359").best_before == date(2027, 3, 31)


@pytest.mark.parametrize(
    ("raw", "goods"),
    [
        (f"]d2{GOODS}10L", "6901028075831"),
        (f"]d2{GOODS}17270331", "6901028075831"),
        (f"]d2{GOODS}", ""),
        ("]d210L", ""),
        ("]d217270331", ""),
        ("A-01", ""),
    ],
)
def test_a_symbol_that_says_more_names_its_goods_or_not(raw, goods):
    assert parse(raw).goods == goods


@pytest.mark.parametrize(
    "raw",
    [
        "0106901028075832172712311012A",  # wrong check digit: a long number of somebody's own
        f"{GOODS}10123456",  # figures only: may be a waybill
        GOODS,
        "https://example.com/01/6901028075832/10/AB",
        "https://example.com/p/77",
    ],
)
def test_a_code_that_only_looks_like_one_stays_as_it_is(raw):
    assert parse(raw) == CodeScan(raw.upper())


@pytest.mark.parametrize(
    ("data", "year", "day"),
    [
        ("760101", 2026, date(2076, 1, 1)),
        ("770101", 2026, date(1977, 1, 1)),
        ("490101", 2099, date(2149, 1, 1)),
        ("500101", 2099, date(2050, 1, 1)),
        ("280200", 2026, date(2028, 2, 29)),
        ("270229", 2026, None),
        ("271301", 2026, None),
        ("270001", 2026, None),
        ("27123", 2026, None),
    ],
)
def test_two_figures_stand_for_the_nearest_year(data, year, day):
    assert gs1.day_of(data, year=year) == day


@given(
    lot=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/.", min_size=1, max_size=20),
    serial=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-/.", min_size=1, max_size=20),
    day=st.dates(date(2000, 1, 1), date(2070, 12, 31)),
    order=st.permutations(["10", "21", "17", "3103", "91"]),
    mark=st.sampled_from(["]C1", "]d2", "]Q3"]),
)
def test_elements_in_any_order_say_the_same(lot, serial, day, order, mark):
    data = {"10": lot, "21": serial, "17": day.strftime("%y%m%d"), "3103": "000750", "91": "X"}
    text = mark + GOODS + GS.join(ai + data[ai] for ai in order)
    assert parse(text) == CodeScan("6901028075831", 1, lot, day, serial)


@given(text=st.text(st.sampled_from("0123456789AB" + GS), max_size=60))
def test_any_figures_with_a_mark_are_a_scan_or_a_refusal(text):
    for raw in (f"]d2{text}", GOODS + text, f"https://e.com/01/06901028075831/{text}"):
        try:
            scan = parse(raw)
        except InvalidInput:
            continue
        assert isinstance(scan, CodeScan)
        assert 0 < len(scan.code) <= 64
        assert len(scan.lot) <= 64 >= len(scan.serial)


def test_elements_are_split_by_their_fixed_or_marked_length():
    assert gs1.elements(f"0106901028075831172612311012A{GS}2199") == {
        "01": "06901028075831",
        "17": "261231",
        "10": "12A",
        "21": "99",
    }
    assert gs1.elements(f"10A{GS}{GS}") == {"10": "A"}


@pytest.mark.parametrize("text", ["01123", "05ABC", "01ABCDEFGHIJKLMN", "X"])
def test_what_is_no_element_string_has_no_elements(text):
    assert gs1.elements(text) == {}


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
