"""Waybill numbers of a range, with their check digit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.carriers.models import CheckRule
from warehouse.carriers.rules import check_digit, waybill_no

bodies = st.text("0123456789", min_size=1, max_size=15)


@pytest.mark.parametrize(
    ("rule", "number"),
    [
        (CheckRule.NONE, "ZT000123"),
        (CheckRule.MOD10, "ZT0001236"),
        (CheckRule.MOD7, "ZT0001234"),
        (CheckRule.MOD11, "ZT0001232"),
    ],
)
def test_a_number_is_prefix_padded_body_and_check_digit(rule, number):
    assert waybill_no("ZT", 123, 6, rule) == number


def test_without_a_width_nothing_is_padded():
    assert waybill_no("", 7, 0, CheckRule.NONE) == "7"


@pytest.mark.parametrize(
    "ean",
    ["6901028075831", "4006381333931", "9780201379624"],  # printed on real goods
)
def test_mod10_is_the_check_digit_of_an_ean(ean):
    assert check_digit(ean[:-1], CheckRule.MOD10) == ean[-1]


def test_a_remainder_of_ten_is_printed_as_nought():
    assert check_digit("10", CheckRule.MOD11) == "0"
    assert check_digit("21", CheckRule.MOD11) == "0"


@given(body=bodies, rule=st.sampled_from(CheckRule))
def test_a_check_digit_is_one_digit_or_none(body, rule):
    digit = check_digit(body, rule)
    assert digit == "" if rule is CheckRule.NONE else digit in set("0123456789")


@given(body=bodies, place=st.integers(0, 14), digit=st.sampled_from("0123456789"))
def test_mod10_sees_every_single_wrong_digit(body, place, digit):
    place %= len(body)
    wrong = body[:place] + digit + body[place + 1 :]
    same = check_digit(body, CheckRule.MOD10) == check_digit(wrong, CheckRule.MOD10)
    assert same == (wrong == body)


@given(numbers=st.sets(st.integers(0, 999_999), min_size=2), rule=st.sampled_from(CheckRule))
def test_different_running_numbers_make_different_waybills(numbers, rule):
    assert len({waybill_no("ZT", n, 6, rule) for n in numbers}) == len(numbers)
