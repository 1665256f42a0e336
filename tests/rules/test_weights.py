"""What a parcel should weigh, and whether it does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.packing.rules import expected_weight_g
from warehouse.weighing.models import Verdict
from warehouse.weighing.rules import tolerance_of, verdict_of

grams = st.integers(0, 100_000)


def test_carton_and_goods_add_up():
    assert expected_weight_g(100, [(200, 2), (35, 3)]) == 605
    assert expected_weight_g(100, []) == 100


def test_one_sku_never_weighed_leaves_the_parcel_unknown():
    assert expected_weight_g(100, [(200, 2), (None, 1)]) is None


@given(tare=grams, contents=st.lists(st.tuples(grams, st.integers(1, 99))), order=st.randoms())
def test_the_order_of_goods_does_not_matter(tare, contents, order):
    shuffled = list(contents)
    order.shuffle(shuffled)
    assert expected_weight_g(tare, shuffled) == expected_weight_g(tare, contents) >= tare


@pytest.mark.parametrize(
    ("expected", "allowed"), [(0, 30), (599, 30), (600, 30), (620, 31), (1000, 50), (1019, 50)]
)
def test_the_larger_of_the_two_limits_is_allowed(expected, allowed):
    assert tolerance_of(expected, absolute_g=30, percent=5) == allowed


@pytest.mark.parametrize(
    ("gross", "verdict"),
    [
        (469, Verdict.OUTSIDE),
        (470, Verdict.WITHIN),
        (500, Verdict.WITHIN),
        (530, Verdict.WITHIN),
        (531, Verdict.OUTSIDE),
    ],
)
def test_the_limit_itself_is_within(gross, verdict):
    assert verdict_of(gross, 500, 30) is verdict


def test_without_an_expected_weight_nothing_can_be_said():
    assert verdict_of(500, None, 30) is Verdict.UNKNOWN


@given(expected=grams, deviation=grams, tolerance=grams)
def test_too_much_and_too_little_are_judged_alike(expected, deviation, tolerance):
    assert verdict_of(expected + deviation, expected, tolerance) is verdict_of(
        expected - deviation, expected, tolerance
    )


@given(expected=grams, gross=grams, tolerance=grams, more=grams)
def test_a_wider_tolerance_refuses_nothing_that_passed(expected, gross, tolerance, more):
    if verdict_of(gross, expected, tolerance) is Verdict.WITHIN:
        assert verdict_of(gross, expected, tolerance + more) is Verdict.WITHIN
