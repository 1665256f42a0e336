"""One GTIN, however many leading zeros a scanner or a list gives it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.catalog.rules import EAN_LENGTHS, ean_check_digit, spellings_of


@pytest.mark.parametrize(
    ("code", "others"),
    [
        ("96385074", {"000096385074", "0000096385074", "00000096385074"}),
        ("00000096385074", {"96385074", "000096385074", "0000096385074"}),
        ("036000291452", {"0036000291452", "00036000291452"}),
        ("6901028075831", {"06901028075831"}),
        ("06901028075831", {"6901028075831"}),
        ("16901028075838", set()),
        ("96385075", set()),  # a digit was mistyped
        ("TEE", set()),
        ("٣٦٠٠٠٢٩١", set()),
    ],
)
def test_the_other_spellings_differ_by_leading_zeros_alone(code, others):
    first, *rest = spellings_of(code)
    assert (first, set(rest)) == (code, others)


@given(body=st.integers(1, 10**13 - 1))
def test_every_spelling_has_the_same_spellings(body):
    code = f"{body:013}"
    code += ean_check_digit(code)
    found = set(spellings_of(code))
    assert {len(c) for c in found} <= set(EAN_LENGTHS)
    assert {int(c) for c in found} == {int(code)}
    assert all(set(spellings_of(c)) == found for c in found)
