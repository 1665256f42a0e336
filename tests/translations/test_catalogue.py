"""The Chinese catalogue says everything the program says, and says it in Chinese."""

from __future__ import annotations

import re
from functools import cache

import pytest

from tests.translations import extraction
from tests.translations.extraction import CATALOGUE, Entry, Said, entries, places
from warehouse.text import LOCALES, Text, say, translate

# Words of machines and makers that stand in Chinese sentences as they are.
CODES = frozenset((
    "SKU", "PIN", "CSV", "XLSX", "XLS", "JSON", "UTF", "API", "MB", "kg", "g", "mm", "dpi",
    "T", "M", "A", "B", "ABC",
    "CMD", "BDG", "ESC", "POS", "ZPL", "TSPL", "IPP", "CUPS", "USB", "oaid",
    "Authorization", "Bearer", "Idempotency", "Key", "command_id", "true", "false",
    "files", "import",
    "unpaid", "paid", "part_shipped", "shipped", "finished", "closed", "forbidden", "own",
    "red", "yellow", "green", "blue", "purple", "none", "requested", "refunded", "withdrawn",
    "ZTO",
    "json", "after", "all", "clean", "ready", "Ctrl", "C", "ID", "Shift",
    "Delete", "Z", "PNG", "JPEG", "EAN", "DataMatrix", "PDF", "GS", "SSCC",
))  # fmt: skip
# What a sentence quotes: reports by their names, what a column takes, how a cell is written.
QUOTED = (
    "订单报表", "宝贝报表", "省 市 区 详情(邮编)", "颜色:黑色;尺码:M",
    "待付款", "待发货", "部分发货", "已发货", "已完成", "已关闭", "禁止发货",
    "红", "黄", "绿", "蓝", "紫", "无", "退款中", "退款成功", "退款关闭",
    "货架", "周转箱", "暂存区", "次品区",
)  # fmt: skip
# What is said without standing there: the tags of the API's routes, the program's own notes.
READ_ELSEWHERE = ["templates/api/index.html: _(tag)", "warehouse/web/notes.py: Text(note)"]

# The trade has one word for each of these; what stands on the left is said by nobody.
OTHER_WORDS = {
    "库位": "货位", "捡货": "拣货", "搁置": "放暂存区", "收货人": "收件人", "快递单": "面单",
    "核对台": "复核台", "重打": "补打", "您": "你",
}  # fmt: skip
# What is filled in here is Chinese itself, so that no blank parts it from the Chinese around it.
FILLED_WITH_CHINESE = ("{owner}", "{ago}", "{what}")

_PLACE = re.compile(r"{\w+}")
_LATIN = re.compile(r"[A-Za-z_]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_UNPARTED = re.compile(r"[\u3400-\u9fff][A-Za-z0-9{]|[A-Za-z0-9}][\u3400-\u9fff]")
_HALF_WIDTH = re.compile(r"(?<=[\u3400-\u9fff])[,;:?!]|[\u3400-\u9fff]\.(?!\w)")


@cache
def _said() -> Said:
    return extraction.said()


@cache
def _entries() -> list[Entry]:
    return entries()


def _without_quotes(sentence: str) -> str:
    for quoted in QUOTED:
        sentence = sentence.replace(quoted, "")
    return sentence


def test_every_sentence_has_chinese() -> None:
    chinese = {entry.msgid for entry in _entries() if entry.chinese}
    assert {m: files for m, files in _said().sources.items() if m not in chinese} == {}


def test_no_sentence_is_kept_that_nobody_says() -> None:
    assert [e.msgid for e in _entries() if e.msgid not in _said().sources] == []


def test_every_sentence_can_be_read_from_the_source() -> None:
    assert _said().unreadable == READ_ELSEWHERE


def test_every_place_of_a_sentence_is_filled_where_it_is_said() -> None:
    assert _said().ill_filled == []


def test_both_languages_have_the_same_places() -> None:
    wrong = [(e.msgid, e.chinese) for e in _entries() if places(e.msgid) != places(e.chinese)]
    assert wrong == []


def test_nothing_is_fuzzy_or_given_up() -> None:
    catalogue = extraction.catalogue()
    assert [m.id for m in catalogue if m.fuzzy and m.id] == []
    assert list(catalogue.obsolete) == []


def test_each_sentence_stands_once() -> None:
    text = CATALOGUE.read_text(encoding="utf-8")
    assert len(re.findall(r'^msgid "', text, re.MULTILINE)) == len(_entries()) + 1


def test_sentences_are_sorted_by_the_file_that_says_them() -> None:
    assert [e.order for e in _entries()] == sorted(e.order for e in _entries())
    strays = [e for e in _entries() if e.source not in _said().sources.get(e.msgid, [e.source])]
    assert strays == []


def test_chinese_sentences_have_no_english_words() -> None:
    found = {
        entry.msgid: sorted(words)
        for entry in _entries()
        if (words := set(_LATIN.findall(_PLACE.sub(" ", entry.chinese))) - CODES)
    }
    assert found == {}


def test_chinese_sentences_have_chinese_marks() -> None:
    found = (_without_quotes(_PLACE.sub("字", e.chinese)) for e in _entries())
    assert [sentence for sentence in found if _HALF_WIDTH.search(sentence)] == []


def test_one_thing_has_one_word() -> None:
    said = [(e.chinese, word) for e in _entries() for word in OTHER_WORDS if word in e.chinese]
    assert said == []


def test_a_blank_parts_chinese_from_latin_and_from_what_is_filled_in() -> None:
    found = (_without_quotes(e.chinese) for e in _entries())
    plain = (s for s in found if not any(place in s for place in FILLED_WITH_CHINESE))
    assert [sentence for sentence in plain if _UNPARTED.search(sentence)] == []


def test_every_code_word_is_still_in_use() -> None:
    used = {w for e in _entries() for w in _LATIN.findall(_PLACE.sub(" ", e.chinese))}
    assert CODES - used == set()


def test_english_sentences_hold_chinese_only_where_they_quote() -> None:
    assert [e.msgid for e in _entries() if _HAN.search(_without_quotes(e.msgid))] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sentence_can_be_said(locale: str) -> None:
    for msgid in _said().sources:
        params = {name: f"<{name}>" for name in places(msgid)}
        spoken = translate(Text(msgid, params), locale)
        assert sorted(re.findall(r"<\w+>", spoken)) == sorted(f"<{n}>" for n in places(msgid))


@pytest.mark.parametrize("locale", LOCALES)
def test_a_place_nobody_fills_is_left_empty(locale: str) -> None:
    for msgid in _said().sources:
        assert "{" not in translate(Text(msgid, {"somewhere_else": 1}), locale)


def test_a_sentence_inside_a_sentence_is_said_in_the_same_language() -> None:
    refusal = say("Read {got}, need {wanted}.", got=say("tote {code}", code="T-07"),
                  wanted=say("a carton"))  # fmt: skip
    assert translate(refusal, "zh") == "读到 周转箱 T-07，需要 纸箱。"
    assert translate(refusal, "en") == "Read tote T-07, need a carton."
