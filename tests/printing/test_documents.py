"""Documents: facts are cleaned and checked when made, and survive JSON."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printing import documents
from printing.documents import (
    KINDS,
    Badge,
    BinLabel,
    CardSheet,
    Item,
    Locale,
    PackingSlip,
    Party,
    SkuLabel,
    Waybill,
)
from printing.documents.text import clean, file_safe
from printing.errors import DocumentInvalid
from printing.samples import HOSTILE, every, party, shop, waybill


@pytest.mark.parametrize("document", [d for d, _ in every()], ids=lambda d: d.kind)
def test_every_document_comes_back_from_json_as_it_went_in(document):
    stored = json.loads(json.dumps(document.to_json(), ensure_ascii=False))
    assert documents.read(document.kind, stored) == document


def test_every_kind_is_among_the_samples():
    assert {d.kind for d, _ in every()} == set(KINDS)


@pytest.mark.parametrize(
    ("kind", "changed"),
    [
        ("waybill", {"surprise": 1}),
        ("waybill", {"weight_g": "heavy"}),
        ("waybill", {"parcel_index": True}),
        ("waybill", {"receiver": "somebody"}),
        ("waybill", {"items": "shirts"}),
        ("waybill", {"locale": "xx"}),
        ("poster", {}),
    ],
)
def test_facts_of_another_shape_are_refused(kind, changed):
    with pytest.raises(DocumentInvalid):
        documents.read(kind, waybill().to_json() | changed)


def test_a_missing_fact_is_refused():
    facts = waybill().to_json()
    del facts["carrier"]
    with pytest.raises(DocumentInvalid):
        documents.read("waybill", facts)


@pytest.mark.parametrize(
    "changed",
    [
        {"waybill_no": ""},
        {"waybill_no": "面单1"},
        {"waybill_no": " YT1"},
        {"waybill_no": "Y" * 33},
        {"parcel_index": 3, "parcel_count": 2},
        {"parcel_index": 0},
        {"weight_g": 0},
        {"copy_no": 0},
    ],
)
def test_a_waybill_that_can_never_be_printed_is_refused(changed):
    with pytest.raises(DocumentInvalid):
        waybill(**changed)


@pytest.mark.parametrize("make", [
    lambda: Party(name=" \u200b"),
    lambda: Item(name="x", pieces=0),
    lambda: Item(name="x", pieces=1_000_001),
    lambda: BinLabel(content="A", bin_code="", zone=""),
    lambda: BinLabel(content="A", bin_code="A", arrow="left"),
    lambda: SkuLabel(content="A", sku_code="A", name="n", pieces=0),
    lambda: Badge(content="货", name="n"),
    lambda: CardSheet(cards=("DANCE",)),
    lambda: CardSheet(cards=()),
    lambda: PackingSlip(parcel_no="P", order_numbers=(), receiver=party(), items=()),
])  # fmt: skip
def test_documents_without_sense_are_refused(make):
    with pytest.raises(DocumentInvalid):
        make()


def test_a_copy_keeps_the_facts_and_changes_its_file_name():
    first = waybill()
    second = first.copy(2, "2026-11-21 19:00")
    assert (first.file_stem, second.file_stem) == (
        "waybill-YT1234567890123",
        "waybill-YT1234567890123-copy2",
    )
    assert second.copy(1, "") == first


def test_numbers_are_safe_in_file_names_and_stay_distinct():
    names = ["A/1", "A_1", "../../etc/passwd", "A 1", "A~1", "a%2F1", "."]
    safe = [file_safe(name) for name in names]
    assert len(set(safe)) == len(names)
    assert not any(set(name) & set("/\\ \x00") for name in safe)
    assert BinLabel(content="A/1", bin_code="A/1").file_stem == "bin_label-A%2F1"


def test_the_language_is_a_word_of_ours():
    assert waybill(locale="en").locale is Locale.EN
    with pytest.raises(ValueError, match="xx"):
        waybill(locale="xx")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("document", [d for d, _ in every()], ids=lambda d: d.kind)
def test_no_field_of_any_document_keeps_what_a_database_or_printer_chokes_on(document, text):
    facts = replaced(document.to_json(), text)
    try:
        made = documents.read(document.kind, facts)
    except DocumentInvalid:
        return
    stored = json.dumps(made.to_json(), ensure_ascii=False)
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in stored)
    stored.encode("utf-8")


CHECKED = frozenset(
    {"locale", "content", "code", "arrow", "prefix", "cards", "waybill_no", "parcel_no"}
    | {"wave_no", "manifest_no", "sheet_no", "test_no"}
)


def replaced(value, text):
    """The facts with `text` put into every free text: what is checked as a code stays."""
    if isinstance(value, dict):
        return {k: v if k in CHECKED else replaced(v, text) for k, v in value.items()}
    if isinstance(value, list):
        return [replaced(item, text) for item in value]
    return text if isinstance(value, str) else value


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_makes_a_document(text):
    made = waybill(receiver=party(name=text or "x", detail=text), remark=text, sortation=text)
    assert isinstance(made, Waybill)
    assert len(made.remark) <= 200
    assert len(made.receiver.detail) <= 120
    assert len(made.receiver.name) <= 40


@given(st.text(max_size=400), st.integers(2, 60))
def test_clean_text_has_one_line_one_form_and_a_cap(text, limit):
    shown = clean(text, limit)
    assert len(shown) <= limit
    assert shown == unicodedata.normalize("NFC", shown).strip()
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in shown)
    shown.encode("utf-8")


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text, 40), 40) == clean(text, 40)


def test_a_character_comes_out_the_same_whatever_stands_behind_it():
    for first in range(0, 0x10000, 16):
        text = "a".join(["", *map(chr, range(first, first + 16)), ""])
        assert clean(text + "é", 60) == clean(text, 60) + "é"


def test_what_is_cut_says_so():
    assert clean("一二三四五", 4) == "一二三…"
    assert clean("一二三四", 4) == "一二三四"


def test_a_flood_of_marks_on_one_letter_is_cut_to_two():
    assert clean("a" + "\u0310" * 50 + "b", 40) == "a" + "\u0310" * 2 + "b"


def test_old_private_use_characters_become_the_ones_meant():
    assert clean("张\ue863", 40) == "张䶮"


def test_a_region_names_a_municipality_once():
    there = party(province="上海市", city="上海市", district="徐汇区", town="")
    assert there.region == "上海市 徐汇区"
    assert shop().region == "浙江省 嘉兴市 南湖区"


def test_letters_set_as_one_come_apart():
    assert party(name="Geoﬀrey ﬁeld oﬃce").name == "Geoffrey field office"
