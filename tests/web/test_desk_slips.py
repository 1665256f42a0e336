"""A shop's own words on packing slips at the desk: form, live picture, whose, versions, files."""

from __future__ import annotations

import base64
from io import BytesIO

import pytest
from PIL import Image

from printing.models import PaperPicture, PaperTemplate, PaperTemplateUse, PaperTemplateVersion
from tests.web.desk_site import Desk, notice_of, words_of
from tests.web.test_desk_designs import _png
from warehouse.people.models import Role

HERE = "/printers/templates/slips"


def _save(desk: Desk, at: str = HERE, **words: str):
    return desk.post(at, **{"name": "own", "thanks": "谢谢惠顾"} | words)


def _preview(desk: Desk, **form: str) -> dict:
    answer = desk.post(f"{HERE}/preview", **form)
    assert answer.content_type == "application/json"
    return answer.json


def _size(shown: dict) -> tuple[int, int]:
    return Image.open(BytesIO(base64.b64decode(shown["png"].partition(",")[2]))).size


def test_words_are_saved_used_changed_and_listed(both: Desk):
    assert "own is saved as version 1." in both.said(_save(both))
    kept = both.world.one(PaperTemplate)
    assert (kept.document_kind, kept.media) == ("packing_slip", "")
    at = f"{HERE}/{kept.id}"
    said = both.said(_save(both, at, thanks="多谢", returns="one\r\n two ", base="1", note="new"))
    assert "saved as version 2" in said
    newest = both.world.all(PaperTemplateVersion)[-1].definition
    assert (newest["thanks"], newest["returns"]) == ("多谢", "one\ntwo")
    # Whose it is, and going back, are the acts of label templates; they come back to this form.
    there = both.post(f"/printers/templates/{kept.id}/uses", shop=0)
    assert both.as_(Role.SUPERVISOR).get(there.location).location == at
    assert both.world.one(PaperTemplateUse).media == ""
    both.post(f"/printers/templates/{kept.id}/restore", version=1)
    page = both.get(at)
    assert 'value="谢谢惠顾"' in page.text
    assert "every shop" in words_of(page)
    assert "version 3" in words_of(both.get("/printers/templates"))
    assert both.get(f"/printers/templates/{kept.id}/picture.png").data[:4] == b"\x89PNG"


def test_two_who_save_at_once_lose_nobody_s_words(desk: Desk):
    _save(desk)
    at = f"{HERE}/{desk.world.one(PaperTemplate).id}"
    _save(desk, at, thanks="first", base="1")
    late = _save(desk, at, thanks="second", base="1")
    assert late.status_code == 400
    assert "Version 2 was saved meanwhile." in words_of(late)
    assert 'value="second"' in late.text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"header": "x" * 121}, "look at words at the top"),
        ({"returns": "\n".join("x" * 13)}, "look at words about returns"),
        ({"logo": "0000000000000000"}, "The picture 0000000000000000 is not there."),
        ({"thanks": "谢谢 🌸"}, "No font has these characters: 🌸"),
        ({"name": ""}, "Give it a name"),
    ],
)
def test_what_cannot_be_printed_comes_back_as_typed(desk: Desk, words, said):
    answer = _save(desk, **{"footer": "typed before"} | words)
    assert answer.status_code == 400
    assert said in notice_of(answer)
    assert "typed before" in answer.text
    assert desk.world.all(PaperTemplate) == []


def test_the_picture_shows_what_is_typed_on_the_paper_chosen(desk: Desk):
    plain = _preview(desk, media="A5")
    typed = _preview(desk, media="A5", thanks="谢谢")
    assert typed["png"] != plain["png"]
    assert (typed["faults"], typed["pages"]) == ([], 1)
    assert _preview(desk, media="A5", language="en")["png"] != plain["png"]
    # A sheet is higher than wide, a roll is as long as it must be.
    assert _size(_preview(desk, media="A4")) > _size(plain)
    assert _size(_preview(desk, media="receipt80", returns="a\nb"))[0] == 576
    assert _preview(desk, media="../etc")["png"] == plain["png"]
    assert _preview(desk, sample="long")["pages"] > 1
    assert "look at thanks" in _preview(desk, thanks="x" * 201)["refused"]
    assert "🌸" in _preview(desk, thanks="🌸")["faults"][0]


def test_markup_is_text_in_the_form_too(desk: Desk):
    hostile = '"><script>alert(1)</script>'
    _save(desk, name=hostile, thanks=hostile, returns=hostile)
    for url in (f"{HERE}/{desk.world.one(PaperTemplate).id}", "/printers/templates"):
        assert "<script>alert" not in desk.get(url).text


def test_words_travel_as_a_file_with_their_logo(desk: Desk):
    key = desk.post("/printers/templates/pictures", picture=(BytesIO(_png()), "logo.png")).json
    _save(desk, logo=key["key"])
    template_id = desk.world.one(PaperTemplate).id
    sent = desk.get(f"/printers/templates/{template_id}/template.json").data
    answer = desk.post("/printers/templates/file", file=(BytesIO(sent), "t.json"))
    there = desk.get(answer.location).location
    assert "own 2 is saved as version 1." in words_of(desk.get(there))
    first, second = desk.world.all(PaperTemplateVersion)
    assert first.definition == second.definition
    assert len(desk.world.all(PaperPicture)) == 1


def test_a_copy_begins_with_the_words_of_another(desk: Desk):
    _save(desk)
    template_id = desk.world.one(PaperTemplate).id
    assert "谢谢惠顾" in desk.get(f"{HERE}/new?source={template_id}").text
    moved = desk.get(f"/printers/templates/new?source={template_id}")
    assert moved.location == f"{HERE}/new?source={template_id}"
    assert desk.get(f"{HERE}/new?source=99").status_code == 404
