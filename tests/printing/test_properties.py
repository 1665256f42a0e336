"""Whatever stands in the facts: every label is in order, says all it was told, and hides people."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from printing.documents import Party
from printing.fonts import missing_glyphs
from printing.inspection import faults, unprintable, unsaid
from printing.media import STOCKS, Form
from printing.renderers import raster
from printing.renderers.pdf import layout
from printing.renderers.pdf.paint import paint
from printing.renderers.pdf.sheet import Sheet, TextMark
from printing.samples import every, refilled

PAPERS = {
    (document.kind, stock, locale): document
    for locale in ("zh", "en")
    for document, stock in every(locale)
}
LABELS = sorted(which for which in PAPERS if STOCKS[which[1]].form is Form.LABEL)
PERSONAL = sorted(which for which, paper in PAPERS.items() if hasattr(paper, "receiver"))
HARD = "面单①㛃𠮷𪻐한😀🌸ﬁÅ̈مرحبאב\u202e\u200d\ufeff\ue000\U0010fffd(（…“”/-–—\u3000\u00a0\t\n"
TEXTS = st.one_of(st.text(max_size=60), st.text(st.sampled_from(HARD), max_size=60))
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=4)
PLACES = "浙江省 杭州市 文三路138号 号楼单元室 栋 幢户 改打"
NAMES = st.one_of(HAN, st.from_regex(r"[A-Z][a-z]{3,8} [A-Z][a-z]{3,8}", fullmatch=True))


def texts(sheets: Iterable[Sheet]) -> list[str]:
    return [m.text for sheet in sheets for m in sheet.marks if isinstance(m, TextMark)]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(LABELS), st.data())
def test_any_label_with_any_text_is_in_order_and_says_what_it_cannot_show(which, data):
    document = refilled(PAPERS[which], lambda _text: data.draw(TEXTS))
    sheets = layout(document, STOCKS[which[1]])
    assert faults(sheets) == []
    assert unprintable(sheets) == missing_glyphs("".join(texts(sheets)))
    assert unsaid(sheets, raster.texts(paint(sheets, document.file_stem))) == []


@st.composite
def people(draw: st.DrawFn) -> tuple[Party, list[str]]:
    """Draw somebody at home, and what nobody may read of them on paper."""
    name = draw(NAMES.filter(lambda name: name not in PLACES))
    phone = draw(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
    building, unit = draw(st.integers(21, 98)), draw(st.integers(11, 19))
    room = draw(st.integers(3301, 9998))
    way = draw(st.sampled_from((
        "{building}号楼{unit}单元{room}室", " {building}-{unit}-{room}", "{building}栋{room}",
        ", Building {building}, Room {room}", "{building}幢{unit}单元{room}户",
    )))  # fmt: skip
    detail = "文三路138号" + way.format(building=building, unit=unit, room=room)
    party = Party(name=name, phone=phone, province="浙江省", city="杭州市", detail=detail)
    hidden = [name, *(phone[at : at + 6] for at in range(len(phone) - 5)), str(room)]
    return party, hidden


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PERSONAL), people(), people(), st.booleans())
def test_no_paper_tells_who_lives_where(which, receiver, sender, is_in_notes):
    paper, stock = PAPERS[which], STOCKS[which[1]]
    (to, hidden), (by, more) = receiver, sender
    before = " ".join(texts(layout(paper, stock)))
    assume(not any(secret in before for secret in hidden + more))
    changed: dict[str, Any] = {"receiver": to}
    if getattr(paper, "sender", None) is not None:
        changed["sender"] = by
    for name in ("remark", "buyer_note", "reason"):
        if is_in_notes and hasattr(paper, name):
            changed[name] = f"改打 {to.phone}"
    shown = " ".join(texts(layout(dataclasses.replace(paper, **changed), stock)))
    assert [secret for secret in hidden + more if secret in shown] == []
    assert "*" in shown
