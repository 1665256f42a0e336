"""A picture is laid straight by what somebody types in."""

from __future__ import annotations

import pytest

from printing.models import Printer, PrinterKind
from tests.web.desk_site import Desk, words_of
from warehouse.people.models import Role


def _printer(desk: Desk, **facts: object) -> int:
    given = {"name": "bench", "kind": PrinterKind.ZPL, "address": "10.0.0.9", "media": "76x130"}
    return desk.world.add(Printer(**(given | facts))).id


def _type(desk: Desk, printer_id: int, **typed: object):
    straight = {"left": "0", "right": "76", "top": "0", "bottom": "130"}
    return desk.post(f"/printers/{printer_id}/straighten", **(straight | typed))


def _offset(desk: Desk, printer_id: int) -> tuple[int, int]:
    printer = desk.world.get(Printer, printer_id)
    return printer.offset_x, printer.offset_y


def test_the_page_shows_what_a_straight_test_page_reads(desk: Desk):
    printer_id = _printer(desk)
    page = desk.get(f"/printers/{printer_id}/straighten").get_data(as_text=True)
    assert [f'value="{value}"' in page for value in ("0", "76", "130")] == [True] * 3
    picture = desk.get(f"/printers/{printer_id}/trial.png").get_data()
    assert picture[:4] == b"\x89PNG"
    assert "Straighten" in words_of(desk.get(f"/printers/{printer_id}"))


def test_what_is_read_moves_the_picture_and_adds_up(desk: Desk):
    printer_id = _printer(desk)
    answer = _type(desk, printer_id, right="74", top="1.5")
    assert "Moved: -16 dots right, 12 dots down." in desk.said(answer)
    _type(desk, printer_id, left="0,5")
    assert _offset(desk, printer_id) == (-12, 12)
    assert "Move right by dots" in words_of(desk.get(f"/printers/{printer_id}"))


def test_a_roll_has_no_lower_edge(desk: Desk):
    printer_id = _printer(desk, kind=PrinterKind.ESCPOS, media="receipt80", width_dots=576)
    page = desk.get(f"/printers/{printer_id}/straighten").get_data(as_text=True)
    assert 'name="bottom"' not in page
    desk.post(f"/printers/{printer_id}/straighten", left="1", right="72")
    assert _offset(desk, printer_id) == (8, 0)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"right": "wide"}, "Type millimetres, as 99.5."),
        ({"right": "NaN"}, "Type millimetres, as 99.5."),
        ({"right": "1e9"}, "Type millimetres, as 99.5."),
        ({"right": "77"}, "The ruler goes from 0 to 76 mm."),
        ({"bottom": "0"}, "The ruler goes from 0 to 130 mm."),
        ({"left": "3", "right": "70"}, "The paper is smaller than 76x130"),
        ({"right": "10"}, "That is farther than a picture can be moved"),
        ({"measured": "46.7"}, "A head of 300 dpi prints like that"),
        ({"measured": "66"}, "Something between here and the paper scales"),
    ],
)
def test_what_cannot_be_is_asked_again_with_what_was_typed(desk: Desk, typed, said):
    printer_id = _printer(desk)
    answer = _type(desk, printer_id, **typed)
    assert answer.status_code == 400
    assert said in words_of(answer)
    assert _offset(desk, printer_id) == (0, 0)


def test_a_stretch_of_the_right_length_changes_nothing_by_itself(desk: Desk):
    printer_id = _printer(desk)
    assert _type(desk, printer_id, measured="70.5").status_code == 303
    assert _offset(desk, printer_id) == (0, 0)


@pytest.mark.parametrize("kind", [PrinterKind.IPP, PrinterKind.CUPS])
def test_a_printer_of_pdfs_is_straightened_too_and_no_head_explains_another_scale(
    desk: Desk, kind: PrinterKind
):
    printer_id = _printer(desk, kind=kind)
    answer = _type(desk, printer_id, right="74", measured="46.7")
    assert "Something between here and the paper scales" in words_of(answer)
    _type(desk, printer_id, right="74")
    assert _offset(desk, printer_id) == (-16, 0)


@pytest.mark.parametrize("facts", [{"media": ""}, {"kind": PrinterKind.FOLDER}])
def test_a_printer_without_an_offset_is_not_straightened(desk: Desk, facts):
    printer_id = _printer(desk, **facts)
    assert desk.get(f"/printers/{printer_id}/straighten").status_code == 409
    assert _type(desk, printer_id, right="74").status_code == 409


def test_only_those_who_set_up_printers_straighten_them(desk: Desk):
    printer_id = _printer(desk)
    for path in ("straighten", "trial.png"):
        assert desk.get(f"/printers/{printer_id}/{path}", Role.PACKER).status_code == 403
    assert desk.get("/printers/4242/straighten").status_code == 404
