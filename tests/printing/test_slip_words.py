"""A shop's own words on packing slips: what may stand there, and how it comes out on paper."""

from __future__ import annotations

import pytest

from printing.documents import PackingSlip
from printing.errors import TemplateInvalid
from printing.inspection import faults, unsaid
from printing.media import SUITABLE, media
from printing.renderers import raster
from printing.renderers.pdf import layout, render
from printing.renderers.pdf.sheet import PictureMark, Sheet, TextMark
from printing.samples import LOGO, Content, own_slips, own_words, packing_slip
from printing.templates import SlipWords, pictures_of, read_template

STOCKS = SUITABLE["packing_slip"]


def _said(sheets: list[Sheet]) -> str:
    return "".join(m.text for s in sheets for m in s.marks if isinstance(m, TextMark))


def _plain(**changed: object) -> dict[str, object]:
    return SlipWords().to_json() | changed


@pytest.mark.parametrize("content", Content)
def test_words_come_back_from_their_plain_form(content):
    words = own_words(content)
    assert read_template(words.to_json()) == words
    assert pictures_of(words) == {LOGO}
    assert pictures_of(SlipWords()) == set()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"header": "x" * 121}, "header"),
        ({"footer": 7}, "footer"),
        ({"returns": "\n".join("x" * 13)}, "returns"),
        ({"thanks": "x" * 100_000}, "thanks"),
        ({"logo": "../etc/passwd"}, "logo"),
        ({"logo": None}, "logo"),
        ({"media": "A4"}, "media"),
        ({"markup": "<b>"}, "markup"),
    ],
)
def test_what_no_slip_can_say_is_refused_by_its_place(changed, field):
    with pytest.raises(TemplateInvalid) as refused:
        read_template(_plain(**changed))
    assert refused.value.field == field


def test_lines_are_tidied_and_only_returns_have_several():
    words = SlipWords.from_json(_plain(thanks="a\n\n b\x07 ", returns=" one \r\n\n two\t"))
    assert (words.thanks, words.returns) == ("a b", "one\ntwo")


@pytest.mark.parametrize("stock", STOCKS)
def test_each_word_stands_on_the_paper_and_markup_is_text(stock):
    words = SlipWords(
        logo=LOGO, header="<b>head</b>", thanks="{{7*7}} thanks", returns="first\nsecond %s",
        footer="^XA foot",
    )  # fmt: skip
    pictures = dict(next(own_slips()).pictures)
    sheets = layout(packing_slip(), media(stock), words, pictures)
    said = _said(sheets)
    for text in ("<b>head</b>", "{{7*7}} thanks", "first", "second %s", "^XA foot"):
        assert text in said
    assert sum(isinstance(m, PictureMark) for s in sheets for m in s.marks) == 1
    assert faults(sheets) == []


def test_without_words_the_slip_is_the_standard_one():
    slip, stock = packing_slip(), media("A5")
    assert render(slip, stock, SlipWords()) == render(slip, stock)


def test_a_long_slip_has_its_letterhead_once_and_its_foot_on_every_page():
    items = packing_slip().items * 15
    words = SlipWords(header="the head", footer="the foot")
    sheets = layout(packing_slip(items=items), media("A5"), words, {})
    assert len(sheets) > 2
    assert ["the head" in _said([s]) for s in sheets] == [True, *[False] * (len(sheets) - 1)]
    assert all("the foot" in _said([s]) for s in sheets)


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_no_words_break_a_slip(locale):
    for sample in own_slips(locale):
        stock = media(sample.media)
        sheets = layout(sample.document, stock, sample.template, sample.pictures)
        pdf = render(sample.document, stock, sample.template, sample.pictures)
        assert [*faults(sheets), *unsaid(sheets, raster.texts(pdf))] == [], sample.name


def test_a_copy_says_so_whatever_words_it_carries():
    copy = packing_slip().copy(2, "2026-12-31 23:59")
    assert isinstance(copy, PackingSlip)
    for stock in STOCKS:
        assert "2026-12-31 23:59" in _said(layout(copy, media(stock), SlipWords(header="x"), {}))
