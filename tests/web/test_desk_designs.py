"""Label templates at the desk: the list, the designer's answers, versions, uses, files, logos."""

from __future__ import annotations

import base64
import json
from io import BytesIO

import pytest
from PIL import Image

from printing.models import PaperPicture, PaperTemplate, PaperTemplateUse, PaperTemplateVersion
from printing.templates import NAMES, ElementKind, standard
from tests.builders import Stage
from tests.web.desk_site import Desk, notice_of, words_of
from warehouse.people.models import Role
from warehouse.web.design_words import ELEMENT_WORDS, FIELD_WORDS

HERE = "/printers/templates"


# What every waybill must have to be kept.
_NEEDED = (
    {"kind": "barcode", "value": "waybill_no", "x": 2, "y": 100, "w": 72, "h": 12},
    {"kind": "field", "value": "copy_mark", "x": 2, "y": 115, "w": 60, "h": 6},
)


def _definition(*elements, media="76x130", kind="waybill"):
    if kind == "waybill":
        elements = (*elements, *_NEEDED)
    return {"document_kind": kind, "media": media, "elements": list(elements)}


def _words(text="谢谢惠顾", **changed):
    return {"kind": "text", "x": 2, "y": 2, "w": 40, "h": 8, "value": text} | changed


def _save(desk, definition=None, name="own", at=HERE, **form):
    definition = _definition(_words()) if definition is None else definition
    return desk.post(at, name=name, definition=json.dumps(definition), **form)


def _png(size=(30, 20)):
    out = BytesIO()
    Image.new("L", size, 0).save(out, "PNG")
    return out.getvalue()


def _is_png(answer):
    return answer.status_code == 200 and answer.data.startswith(b"\x89PNG")


def _preview(desk, definition, **form):
    answer = desk.post(f"{HERE}/preview", definition=json.dumps(definition), **form)
    assert answer.content_type == "application/json"
    return answer.json


def test_every_field_and_element_has_words():
    assert {name for names in NAMES.values() for name in names} == set(FIELD_WORDS)
    assert set(ELEMENT_WORDS) == set(ElementKind)


def test_the_list_shows_the_standard_templates_with_their_pictures(desk: Desk):
    page = desk.get(HERE)
    assert "Begin with a standard template" in words_of(page)
    assert _is_png(desk.get(f"{HERE}/standard/waybill/76x130.png"))
    for address in ("waybill/A4", "manifest/A4", "waybill/..%2F..%2Fetc"):
        assert desk.get(f"{HERE}/standard/{address}.png").status_code == 404


def test_a_template_is_made_changed_and_listed(desk: Desk):
    assert "own is saved as version 1." in desk.said(_save(desk))
    template = desk.world.one(PaperTemplate)
    at = f"{HERE}/{template.id}"
    said = desk.said(_save(desk, _definition(_words("new")), at=at, note="other words"))
    assert "saved as version 2" in said
    assert "other words" in said
    assert "version 2" in words_of(desk.get(HERE))
    assert _is_png(desk.get(f"{at}/picture.png"))
    desk.post(f"{at}/restore", version=1)
    newest = desk.world.all(PaperTemplateVersion)[-1]
    assert newest.definition["elements"][0]["value"] == "谢谢惠顾"


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        (_definition(_words(x=70)), "Element 1 cannot be drawn: look at place."),
        (_definition(_words(kind="field", value="x")), "look at words or field."),
        (_definition(_words(kind="barcode", value="waybill_no", w=20)), "wider than its frame"),
        (_definition(_words("a long line"), _words("on a line")), "Two things lie on one another."),
        ({**_definition(), "elements": [_words(), _NEEDED[1]]}, "its number as a barcode"),
        ({**_definition(), "elements": [_words(), _NEEDED[0]]}, "the mark of a copy"),
        (
            _definition(_words(), {**_NEEDED[1], "y": 60, "unless": "copy_mark"})
            | {"elements": [_NEEDED[0], {**_NEEDED[1], "unless": "copy_mark"}]},
            "the mark of a copy",
        ),
        (_definition() | {"elements": [{**_NEEDED[0], "w": 62}, _NEEDED[1]]}, "wider than its"),
        (_definition(_words(x=2, y=116, when="copy_mark")), "Two things lie on one another."),
    ],
)
def test_what_cannot_be_drawn_comes_back_with_what_to_mend(desk: Desk, definition, said):
    answer = _save(desk, definition, name="mine")
    assert answer.status_code == 400
    assert said in notice_of(answer)
    assert "mine" in answer.get_data(as_text=True)
    assert desk.world.all(PaperTemplate) == []


@pytest.mark.parametrize("typed", ["", "[]", "7", "{", '"x"', "[" * 100_000, "x" * 200_001])
def test_no_template_at_all_is_refused_without_harm(desk: Desk, typed):
    answer = desk.post(HERE, name="own", definition=typed)
    assert answer.status_code in (303, 400, 404, 422)
    assert desk.post(f"{HERE}/preview", definition=typed).status_code in (200, 400, 422)
    assert desk.world.all(PaperTemplate) == []


def test_the_preview_is_the_printers_picture_or_the_reason(desk: Desk):
    ours = standard("waybill", "76x130").to_json()
    drawn = {key: _preview(desk, ours, sample=key)["png"] for key in ("short", "long", "hostile")}
    assert len(set(drawn.values())) == 3
    assert all(
        base64.b64decode(png.partition(",")[2]).startswith(b"\x89PNG") for png in drawn.values()
    )
    assert _preview(desk, ours, language="en")["png"] != drawn["short"]
    assert _preview(desk, ours)["faults"] == []
    names = [element.get("value") for element in ours["elements"]]
    absent = {names[at] for at in _preview(desk, ours)["absent"]}
    assert absent == {"copy_mark", "place"}
    over = _definition(_words("a long line"), _words("on a line"))
    assert _preview(desk, over)["faults"] == ["Two things lie on one another."]
    assert _preview(desk, _definition(_words(w=0)))["element"] == 0
    assert (
        "picture is missing" in _preview(desk, _definition(_words("x", kind="picture")))["refused"]
    )


def test_a_real_paper_can_be_looked_at_by_who_may_see_it(desk: Desk):
    work = desk.world.bring(Stage.LABELLED)
    used = _definition(_words(kind="field", value="waybill_no"))
    from printing.models import PrintJob

    job = desk.world.one(PrintJob, document_kind="waybill")
    real = _preview(desk, used, sample=str(job.id))["png"]
    assert real != _preview(desk, used)["png"]
    assert work.waybill_no in desk.get(f"{HERE}/new?kind=waybill&media=76x130").get_data(
        as_text=True
    )
    admin = desk.post(
        f"{HERE}/preview", Role.ADMIN, definition=json.dumps(used), sample=str(job.id)
    ).json["png"]
    assert admin == _preview(desk, used)["png"]


def test_whose_papers_a_template_draws_is_said_and_ends(desk: Desk):
    desk.world.site()
    _save(desk)
    template = desk.world.one(PaperTemplate)
    desk.post(f"{HERE}/{template.id}/uses", shop=0, carrier=1)
    assert "every shop · ZTO Express" in words_of(desk.get(HERE))
    use = desk.world.one(PaperTemplateUse)
    desk.post(f"{HERE}/uses/{use.id}/stop")
    assert "Draws no papers yet." in words_of(desk.get(HERE))
    desk.post(f"{HERE}/{template.id}/retire")
    assert desk.world.one(PaperTemplate).is_active is False
    assert "retired" in words_of(desk.get(f"{HERE}/{template.id}"))


def _logo(desk, content=None, name="logo.png"):
    sent = (BytesIO(_png() if content is None else content), name)
    return desk.as_(Role.SUPERVISOR).post(f"{HERE}/pictures", data={"picture": sent})


def test_a_logo_is_kept_and_shown(desk: Desk):
    key = _logo(desk).json["key"]
    assert desk.get(f"{HERE}/pictures/{key}.png").data == desk.world.one(PaperPicture).content
    assert desk.get(f"{HERE}/pictures/nothing.png").status_code == 404
    assert "png" in _preview(desk, _definition(_words(key, kind="picture")))


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"MZ" * 1000])
def test_what_is_no_picture_is_refused_in_words(desk: Desk, content):
    answer = _logo(desk, content)
    assert (answer.status_code, answer.json["refused"][:26]) == (400, "This picture cannot be use")
    assert desk.world.all(PaperPicture) == []


def _shows(picture):
    return _definition(_words(picture, kind="picture"))


def _upload(desk, content):
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    sent = {"file": (BytesIO(raw), "template.json")}
    return desk.as_(Role.SUPERVISOR).post(f"{HERE}/file", data=sent)


def test_a_template_travels_as_a_file_with_its_logo(desk: Desk):
    key = _logo(desk).json["key"]
    _save(desk, _definition(_words(key, kind="picture"), _words(y=40)))
    template = desk.world.one(PaperTemplate)
    file = desk.get(f"{HERE}/{template.id}/template.json")
    assert "attachment" in file.headers["Content-Disposition"]
    assert "own 2 is saved as version 1." in desk.said(_upload(desk, file.data))
    one, two = desk.world.all(PaperTemplateVersion)
    assert one.definition == two.definition
    assert len(desk.world.all(PaperPicture)) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe\x00", b"[]", b"{}", b"[" * 50_000, b"x" * 100_000,
        {"fahuo_label_template": 2, "name": "x", "definition": {}},
        {"fahuo_label_template": 1, "name": "x", "definition": []},
        {"fahuo_label_template": 1, "name": "x", "definition": {}, "pictures": {"a": "%%"}},
        {"fahuo_label_template": 1, "name": "x", "definition": {}, "pictures": {"a": "QUJD"}},
        {"fahuo_label_template": 1, "name": "x", "definition": _definition(_words(x=900))},
        {"fahuo_label_template": 1, "name": "\ud800\x00", "definition": _shows([])},
        {"fahuo_label_template": 1, "name": "x", "definition": _shows({})},
        {"fahuo_label_template": 1, "name": "x", "definition": _definition(_words(x=900)),
         "pictures": {"\ud800\x00": base64.b64encode(_png()).decode()}},
        {"fahuo_label_template": 1, "name": "x", "definition": _definition(),
         "pictures": {str(n): "" for n in range(7)}},
    ],
)  # fmt: skip
def test_a_file_that_is_no_template_is_refused_whole(desk: Desk, content):
    answer = _upload(desk, content)
    assert answer.status_code == 303
    assert desk.world.all(PaperTemplate) == []
    assert desk.world.all(PaperPicture) == []


@pytest.mark.parametrize("name", ["\ud800\x00\u202e", "名" * 300])
def test_a_file_from_elsewhere_gets_a_name_that_can_be_kept(both: Desk, name):
    _save(both)
    template = both.world.one(PaperTemplate)
    file = both.get(f"{HERE}/{template.id}/template.json").json | {"name": name}
    assert "is saved as version 1." in both.said(_upload(both, file))


def test_a_logo_no_template_shows_can_be_thrown_away(desk: Desk):
    key = _logo(desk).json["key"]
    assert "The picture is thrown away." in desk.said(desk.post(f"{HERE}/pictures/{key}/remove"))
    assert desk.world.all(PaperPicture) == []


def test_a_version_saved_meanwhile_is_told_and_ones_own_work_stays(desk: Desk):
    _save(desk)
    at = f"{HERE}/{desk.world.one(PaperTemplate).id}"
    _save(desk, _definition(_words("theirs")), at=at, base=1)
    answer = _save(desk, _definition(_words("mine")), at=at, base=1)
    assert answer.status_code == 400
    assert "saved meanwhile" in words_of(answer)
    assert "mine" in answer.get_data(as_text=True)


def test_a_file_too_large_is_not_read(desk: Desk, monkeypatch):
    _save(desk)
    template = desk.world.one(PaperTemplate)
    file = desk.get(f"{HERE}/{template.id}/template.json").data
    for module in ("design_files", "design_pictures"):
        monkeypatch.setattr(f"warehouse.web.{module}.MOST_FILE_BYTES", len(file) - 1)
    assert "This is no file of a label template." in desk.said(_upload(desk, file))


def test_a_template_that_is_not_there_is_said(desk: Desk):
    for address in (
        "/99", "/new?source=99", f"/new?source={'9' * 30}", f"/new?source={'9' * 5000}", "/new",
        "/new?kind=waybill&media=A4", "/pictures/x%00y.png", "/pictures/..%2F.png",
    ):  # fmt: skip
        assert desk.get(HERE + address).status_code == 404
