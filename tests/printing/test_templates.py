"""Label templates: what may stand in one, what is refused, and how it comes out on paper."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from PIL import Image

from printing.documents import BinLabel, Locale, SkuLabel
from printing.errors import DoesNotFit, TemplateInvalid
from printing.media import STOCKS, SUITABLE
from printing.renderers import raster
from printing.renderers.pdf import layout, render
from printing.renderers.pdf.sheet import BarsMark, FillMark, PictureMark, TextMark
from printing.samples import every, waybill
from printing.templates import CODES, FIELDS, NAMES, Template, standard
from printing.templates.elements import MAX_ELEMENTS
from printing.templates.fields import read

STANDARD = [(kind, stock) for kind in FIELDS for stock in SUITABLE[kind]]


def template(*elements, document_kind="waybill", media="76x130"):
    value = {"document_kind": document_kind, "media": media, "elements": list(elements)}
    return Template.from_json(value)


def element(**changed):
    return {"kind": "text", "x": 2, "y": 2, "w": 40, "h": 8, "value": "谢谢惠顾"} | changed


def texts(document, used, stock="76x130", pictures=None):
    [sheet] = layout(document, STOCKS[stock], used, pictures or {})
    return [mark.text for mark in sheet.marks if isinstance(mark, TextMark)]


@pytest.mark.parametrize(("kind", "stock"), STANDARD)
def test_a_standard_template_is_data_like_any_other(kind, stock):
    used = standard(kind, stock)
    again = Template.from_json(json.loads(json.dumps(used.to_json())))
    assert again == used


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"kind": "script"}, "kind"),
        ({"kind": 7}, "kind"),
        ({"value": ""}, "value"),
        ({"value": "\u202e\x00"}, "value"),
        ({"value": 7}, "value"),
        ({"kind": "field", "value": "receiver_passport"}, "value"),
        ({"kind": "barcode", "value": "{{ secret }}"}, "value"),
        ({"kind": "barcode", "value": "receiver_name"}, "value"),
        ({"kind": "qr", "value": "remark"}, "value"),
        ({"when": "moon"}, "when"),
        ({"unless": "__class__"}, "unless"),
        ({"x": -1}, "x"),
        ({"x": 40}, "x"),
        ({"y": 125}, "y"),
        ({"w": 0}, "w"),
        ({"h": float("nan")}, "h"),
        ({"w": float("inf")}, "w"),
        ({"x": True}, "x"),
        ({"x": "2"}, "x"),
        ({"size_pt": 0.5}, "size_pt"),
        ({"size_pt": 900}, "size_pt"),
        ({"lines": 0}, "lines"),
        ({"lines": 1.5}, "lines"),
        ({"dots": 99}, "dots"),
        ({"is_bold": "yes"}, "is_bold"),
        ({"align": "justify"}, "align"),
        ({"onclick": "x"}, "onclick"),
    ],
)
def test_an_element_that_cannot_be_drawn_is_refused_by_name(changed, field):
    with pytest.raises(TemplateInvalid) as refused:
        template(element(), element(**changed))
    assert (refused.value.element, refused.value.field) == (1, field)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ([], "template"),
        ({"document_kind": "manifest", "media": "76x130", "elements": []}, "document_kind"),
        ({"document_kind": [], "media": "76x130", "elements": []}, "document_kind"),
        ({"document_kind": "waybill", "media": "A4", "elements": []}, "media"),
        ({"document_kind": "waybill", "media": "../76x130", "elements": []}, "media"),
        ({"document_kind": "waybill", "media": "76x130", "elements": {}}, "elements"),
        ({"document_kind": "waybill", "media": "76x130", "elements": [], "code": ""}, "code"),
        (
            {
                "document_kind": "waybill",
                "media": "76x130",
                "elements": [element()] * (MAX_ELEMENTS + 1),
            },
            "elements",
        ),
    ],
)
def test_a_template_that_is_none_is_refused_as_a_whole(value, field):
    with pytest.raises(TemplateInvalid) as refused:
        Template.from_json(value)
    assert (refused.value.element, refused.value.field) == (None, field)


@pytest.mark.parametrize("row", [None, 7, "text", []])
def test_an_element_that_is_no_object_is_refused(row):
    with pytest.raises(TemplateInvalid):
        template(row)


def test_a_missing_place_is_named():
    with pytest.raises(TemplateInvalid) as refused:
        template({"kind": "text", "value": "x", "x": 0, "y": 0, "w": 9})
    assert refused.value.field == "h"


def test_own_words_and_fields_stand_where_the_template_says():
    used = template(
        element(), element(kind="field", value="receiver_line", y=20, w=70),
        element(kind="barcode", value="waybill_no", y=40, w=72, h=12),
    )  # fmt: skip
    [sheet] = layout(waybill(), STOCKS["76x130"], used)
    assert [m.text for m in sheet.marks if isinstance(m, TextMark)] == [
        "谢谢惠顾", "欧阳**   138******78",
    ]  # fmt: skip
    [bars] = [m for m in sheet.marks if isinstance(m, BarsMark)]
    assert bars.bars.content == "YT1234567890123"


def test_goods_are_listed_only_where_a_document_has_some():
    with pytest.raises(TemplateInvalid):
        template(element(kind="items"), document_kind="bin_label", media="100x50")


def test_braces_in_own_words_are_words():
    assert texts(waybill(), template(element(value="{waybill_no} {{7*7}}"))) == [
        "{waybill_no} {{7*7}}"
    ]


def test_an_element_may_wait_for_another_field():
    used = template(
        element(value="有集包", when="consolidation"), element(value="无", unless="consolidation")
    )
    assert texts(waybill(), used) == ["有集包"]
    assert texts(waybill(consolidation=""), used) == ["无"]


def test_a_panel_of_nothing_is_not_painted():
    used = template(element(kind="field", value="copy_mark", is_panel=True))
    assert layout(waybill(), STOCKS["76x130"], used)[0].marks == []
    marks = layout(waybill(copy_no=2), STOCKS["76x130"], used)[0].marks
    assert [type(mark) for mark in marks] == [FillMark, TextMark]


def test_a_template_is_for_one_kind_and_one_stock():
    with pytest.raises(DoesNotFit):
        layout(waybill(), STOCKS["100x180"], template(element()))
    label = BinLabel(content="A-01", bin_code="A-01")
    with pytest.raises(DoesNotFit):
        layout(label, STOCKS["76x130"], template(element()))


def test_a_barcode_too_wide_for_its_box_is_refused_with_the_room_it_needs():
    used = template(element(kind="barcode", value="waybill_no", w=30))
    with pytest.raises(DoesNotFit, match="needs 495 dots, 240 are there"):
        layout(waybill(), STOCKS["76x130"], used)


def _logo(width=40, height=20):
    out = BytesIO()
    Image.new("L", (width, height), 0).save(out, "PNG")
    return out.getvalue()


def test_a_picture_keeps_its_proportions_and_comes_out_black():
    used = template(element(kind="picture", value="logo", x=10, y=10, w=30, h=30))
    [sheet] = layout(waybill(), STOCKS["76x130"], used, {"logo": _logo()})
    [mark] = sheet.marks
    assert isinstance(mark, PictureMark)
    assert (mark.box.x, mark.box.y, mark.box.w, mark.box.h) == (10, 17.5, 30, 15)
    pdf = render(waybill(), STOCKS["76x130"], used, {"logo": _logo()})
    assert pdf == render(waybill(), STOCKS["76x130"], used, {"logo": _logo()})
    dots = raster.bitmaps(pdf, dpi=203)[0].dots()
    assert dots[142:258, 82:318].all()
    assert not dots[:138].any()


def test_a_picture_that_is_gone_fails_the_paper():
    with pytest.raises(DoesNotFit):
        layout(waybill(), STOCKS["76x130"], template(element(kind="picture", value="logo")))


@pytest.mark.parametrize("locale", list(Locale))
def test_every_field_of_every_document_can_be_read(locale):
    for document, _ in every(locale):
        for name in FIELDS.get(document.kind, {}):
            assert isinstance(read(document, name), str)


def test_codes_are_fields_and_fit_for_a_barcode():
    assert all(set(codes) <= set(NAMES[kind]) for kind, codes in CODES.items())
    label = SkuLabel(content="6901234567892", sku_code="TEE-1", name="T恤")
    found = [read(label, name) for name in CODES["sku_label"]]
    assert found == ["6901234567892", "TEE-1", "6901234567892", ""]
