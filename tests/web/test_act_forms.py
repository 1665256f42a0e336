"""The desk's acts on stock: all that is wrong is told at its field, and what was typed stays."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.builders import Stage
from tests.commands.test_storing import Dock
from tests.tracked import by_lot, by_piece, put
from tests.web.desk_site import Desk, marked, words_of
from tests.web.forms import forms_of
from warehouse.catalog.models import Bin, Zone
from warehouse.counting.models import CountBin
from warehouse.inventory.models import Move

WRONG = {"bin": "NOWHERE", "sku": "NO-SKU", "pieces": "some", "note": "", "lot": "", "serials": ""}
GOODS = ["bin", "sku", "pieces"]
LONG = "x" * 201


@pytest.fixture
def dock(desk: Desk) -> Dock:
    return Dock(desk.world)


@pytest.mark.parametrize(
    ("act", "typed", "fields"),
    [
        ("move", {"to": "NONE"}, [*GOODS, "to"]),
        ("whole", {"to": "NONE"}, ["bin", "to"]),
        ("adjust", {"why": "", "best_before": "soon"}, [*GOODS, "best_before", "why"]),
        ("adjust", {"why": "lost", "sign": "more", "note": LONG}, [*GOODS, "why", "note"]),
        ("scrap", {"why": "other"}, [*GOODS, "note"]),
        ("quarantine", {"why": "", "note": LONG}, [*GOODS, "why", "note"]),
        ("free", {"why": "other", "to": "SCRAP"}, [*GOODS, "to", "note"]),
    ],
)
def test_every_fault_of_an_act_is_told_at_its_field(desk: Desk, dock: Dock, act, typed, fields):
    given = {**WRONG, **typed}
    answer = desk.post(f"/stock/act/{act}", **given)
    assert (answer.status_code, marked(answer)) == (400, fields)
    assert f"Not saved yet: {len(fields)} to mend" in words_of(answer)
    (form,) = (f for f in forms_of(answer.text) if f.action == f"/stock/act/{act}")
    assert {name: form.fields[name] for name in fields} == {name: given[name] for name in fields}


def test_what_stands_against_a_move_is_told_of_both_bins_at_once(desk: Desk, dock: Dock):
    dock.limit("A-02", most_pieces=5)
    form = {"bin": "A-01", "sku": "TEE", "pieces": "8", "to": "A-02"}
    answer = desk.post("/stock/act/move", **form)
    assert (answer.status_code, marked(answer)) == (409, ["pieces", "to"])
    said = words_of(answer)
    assert "A-01 has 2 pieces of TEE, not 8. A-01 will be counted." in said
    assert "A-02 may hold 5; with these it would hold 8." in said
    assert marked(desk.post("/stock/act/move", **{**form, "to": "a-01"})) == ["pieces", "to"]
    assert len(desk.world.all(Move)) == 2


def test_all_that_keeps_a_bin_from_being_moved_whole_is_told(desk: Desk):
    lines = {desk.world.sku(code): 2 for code in ("TEE", "HAT")}
    for goods in lines:
        desk.world.stock(goods, "A-01", 5)
    desk.world.bring(Stage.WAVED, lines=lines)
    answer = desk.post("/stock/act/whole", bin="A-01", to="NONE")
    assert marked(answer) == ["bin", "to"]
    assert words_of(answer).count("others are promised to") == 2
    assert desk.world.all(CountBin) == []


def test_a_bin_is_doubted_also_where_more_of_the_form_is_wrong(desk: Desk, dock: Dock):
    form = {"bin": "A-01", "sku": "TEE", "pieces": "8", "why": "", "note": ""}
    answer = desk.post("/stock/act/scrap", **form)
    assert (answer.status_code, marked(answer)) == (400, ["pieces", "why"])
    assert "A-01 has 2 pieces of TEE, not 8. A-01 will be counted." in words_of(answer)
    place = desk.world.one(Bin, code="A-01").id
    assert [b.bin_id for b in desk.world.all(CountBin)] == [place]


def test_known_pieces_that_stand_elsewhere_are_each_told(desk: Desk):
    camera = by_piece(desk.world)
    put(desk.world, camera, "A-01", serials=("S1", "S2"))
    put(desk.world, camera, "A-02", serials=("S3",))
    form = {"bin": "A-01", "sku": "CAMERA", "note": "", "why": ""}
    answer = desk.post("/stock/act/scrap", pieces="3", serials="S1 S3 S9", **form)
    assert marked(answer) == ["pieces", "serials", "why"]
    said = words_of(answer)
    assert "Serial number S3 is in A-02." in said
    assert "Nobody has seen serial number S9 yet." in said
    unnamed = desk.post("/stock/act/scrap", pieces="1", serials="", **form)
    assert marked(unnamed) == ["serials", "why"]
    found = desk.post("/stock/act/adjust", pieces="2", serials="S3", sign="more", **form)
    assert marked(found) == ["serials", "why"]
    assert "Serial number S3 is in A-02." in words_of(found)
    both = {**form, "why": "damaged", "pieces": "2"}
    desk.said(desk.post("/stock/act/scrap", serials="", **both))
    assert desk.world.standing(camera) == {"A-02": 1, "SCRAP": 2, "OPENING": -3}


def test_a_lot_nobody_saw_before_stays_as_it_was_typed(desk: Desk):
    milk = by_lot(desk.world, "MILK", is_expiry_tracked=True)
    put(desk.world, milk, "A-01", 4, lot="L1", day=date(2030, 9, 1))
    form = {"bin": "A-01", "sku": "MILK", "pieces": "2", "note": "", "why": "found", "sign": "more"}
    answer = desk.post("/stock/act/adjust", lot="L2", best_before="", **form)
    assert marked(answer) == ["best_before"]
    (sent,) = (f for f in forms_of(answer.text) if f.action == "/stock/act/adjust")
    assert sent.fields["lot"] == "L2"
    wrong = desk.post("/stock/act/adjust", lot="批次", best_before="1990-01-01", **form)
    assert marked(wrong) == ["lot", "best_before"]
    missing = desk.post("/stock/act/scrap", lot="L9", **{**form, "why": ""})
    assert marked(missing) == ["lot", "why"]
    desk.said(desk.post("/stock/act/adjust", lot="L2", best_before="2031-01-01", **form))
    assert desk.world.standing(milk)["A-01"] == 6


def test_every_fault_of_a_zone_is_told_in_its_own_row(desk: Desk):
    wrong = {"code": "", "name": "x" * 61, "sequence": "9" * 10, "storage_class": "y" * 25}
    answer = desk.post("/stock/zones", **wrong)
    assert (answer.status_code, marked(answer)) == (400, list(wrong))
    assert "Not saved yet: 4 to mend" in words_of(answer)
    desk.said(desk.post("/stock/zones", code="C", name="Cool", sequence="4", storage_class="cold"))
    kept = desk.world.one(Zone)
    answer = desk.post("/stock/zones", code="D", name="Dry", sequence="first")
    assert (answer.status_code, marked(answer)) == (400, ["sequence"])
    row = {"zone_id": kept.id, "code": "C", "name": "Cold", "sequence": "soon"}
    answer = desk.post("/stock/zones", storage_class="", **row)
    assert (answer.status_code, marked(answer)) == (400, ["sequence"])
    marks = re.findall(r'name="(\w+)" value="([^"]*)" aria-label="[^"]* C"', answer.text)
    assert dict(marks) == {"name": "Cold", "sequence": "soon", "storage_class": ""}
    new = forms_of(answer.text)[-1].fields
    assert [new[name] for name in ("code", "name", "sequence")] == ["", "", "2"]
    assert [zone.name for zone in desk.world.all(Zone)] == ["Cool"]
