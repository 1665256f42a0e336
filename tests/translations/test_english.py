"""English sentences agree with the numbers in them: one paper waits, two papers wait."""

from __future__ import annotations

import re

import pytest

from tests.translations import extraction
from tests.translations.extraction import places
from warehouse.text import FORMS, catalogue, say

# What the house counts. A sentence with a number before one of these says it of one as well.
COUNTED = (
    "balances", "bins", "count sheets", "days", "differences", "kits", "labels", "lines", "lots",
    "moves", "orders", "pages", "papers", "parcels", "parts", "picks", "pieces", "printers", "rows",
    "SKUs", "tasks", "totes", "tries", "versions", "weeks",
)  # fmt: skip
_COUNTS = re.compile(r"{(\w+)} (?:free |more |purchase )?(?:" + "|".join(COUNTED) + r")\b")
# Numbers that are never one: a range, a bound, or what is only said of several.
SEVERAL = {"last", "first", "most", "limit", "least", "length"}
ONLY_OF_SEVERAL = {"{count} orders go together."}


def test_every_sentence_that_counts_is_said_of_one_too() -> None:
    sentences = set(extraction.said().sources)
    counting = {s for s in sentences if set(_COUNTS.findall(s)) - SEVERAL} - ONLY_OF_SEVERAL
    assert sorted(counting - set(catalogue("en"))) == []
    assert sorted(set(catalogue("en")) - sentences) == []


def test_every_form_is_of_a_place_of_its_sentence_and_every_place_is_filled() -> None:
    for msgid, english in catalogue("en").items():
        told = {form[1] for form in FORMS.finditer(english)}
        plain = FORMS.sub("", english)
        assert (told <= places(msgid), places(plain), "|" in plain) == (True, places(msgid), False)


@pytest.mark.parametrize(
    ("sheets", "sentence"),
    [
        (0, "0 count sheets are on their way."),
        (1, "1 count sheet is on its way."),
        ("1", "1 count sheet is on its way."),
        (2, "2 count sheets are on their way."),
        (11, "11 count sheets are on their way."),
    ],
)
def test_a_sentence_agrees_with_its_number(sheets, sentence) -> None:
    assert str(say("{sheets} count sheets are on their way.", sheets=sheets)) == sentence
