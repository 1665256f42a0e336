"""The stock tablet and the desk's moves over HTTP: scanned, shown, booked, refused."""

from __future__ import annotations

import html
import re
from datetime import date
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.builders import World
from tests.commands.test_storing import Dock
from tests.tracked import by_lot, lots_at, put
from tests.web.desk_site import Desk, marked, words_of
from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.commands import new_id
from warehouse.inventory.models import Lot, Move, MoveReason
from warehouse.kitting.models import KitPart
from warehouse.people.models import Role
from warehouse.placing.models import MoveNote, Why


class Tablet:
    """A receiver's tablet at a dock: it remembers screen and subject as the page does."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.world = desk, desk.world
        self.dock = Dock(desk.world)
        self.screen, self.subject = "start", ""

    def scan(self, code: str, **fields: Any) -> TestResponse:
        answer = self.desk.post(
            "/store/scans", Role.RECEIVER, command_id=new_id(), barcode=code, screen=self.screen,
            subject=self.subject, **fields,
        )  # fmt: skip
        text = answer.get_data(as_text=True)
        if 'id="station"' in text:
            self.screen = text.split('data-screen="')[1].split('"')[0]
            self.subject = text.split('data-subject="')[1].split('"')[0]
        return answer

    def standing(self) -> dict[str, int]:
        return self.world.standing(self.dock.goods)


@pytest.fixture
def tablet(desk: Desk) -> Tablet:
    return Tablet(desk)


def test_goods_are_scanned_counted_and_put_into_the_bin_advised(tablet: Tablet):
    start = words_of(tablet.desk.get("/store", Role.RECEIVER))
    assert "TEE cotton" in start
    hand = words_of(tablet.scan(tablet.dock.goods.barcode))
    assert tablet.screen == "hand"
    assert "the same goods stand here" in hand
    tablet.scan("CMD-WEIGHT-4")
    tablet.scan(tablet.dock.goods.barcode)
    assert "5 × TEE in A-01." in words_of(tablet.scan("A-01"))
    assert tablet.screen == "start"
    assert tablet.standing() == {"A-01": 7, "DOCK": 5, "OPENING": -12}
    tablet.scan("CMD-UNDO")
    assert tablet.screen == "hand"
    assert tablet.standing()["DOCK"] == 10


def test_all_of_it_goes_elsewhere_for_a_reason_chosen_on_the_screen(tablet: Tablet):
    tablet.scan(tablet.dock.goods.barcode)
    tablet.scan("CMD-OK", all="10")
    asked = tablet.scan("A-02")
    assert (tablet.screen, asked.status_code) == ("why", 200)
    # The tablet may be closed and opened again: the question is still there.
    assert "Why this bin?" in words_of(tablet.desk.get("/store", Role.RECEIVER))
    tablet.dock.limit("A-02", length_mm=10, width_mm=10, height_mm=10)
    tablet.dock.tracked(length_mm=390, width_mm=340, height_mm=20)
    said = "A piece is 390 × 340 × 20 mm, A-02 is 10 × 10 × 10 mm inside."
    assert said in words_of(tablet.desk.get("/store", Role.RECEIVER))
    tablet.scan("CMD-OK", why="bin_full")
    assert tablet.standing() == {"A-01": 2, "A-02": 10, "OPENING": -12}
    assert tablet.world.one(MoveNote).why is Why.BIN_FULL
    assert "Nothing waits in the dock" in words_of(tablet.desk.get("/store", Role.RECEIVER))


def test_a_sku_and_a_bin_are_shown_with_their_lots_and_days(tablet: Tablet):
    serum = by_lot(tablet.world)
    put(tablet.world, serum, "A-07", 4, lot="LATE", day=date(2030, 9, 1))
    put(tablet.world, serum, "A-07", 2, lot="PAST", day=date(2026, 1, 1))
    for code in (serum.barcode, "A-07"):
        shown = words_of(tablet.scan(code))
        lots = ("PAST · 2026-01-01 · expired · 2", "LATE · 2030-09-01 · 4")
        assert [text for text in lots if text not in re.sub(r"\s+", " ", shown)] == []
        tablet.scan("CMD-UNDO")


def test_anything_scanned_is_shown_and_moved_from_there(tablet: Tablet):
    mug = tablet.world.sku("MUG")
    assert "It stands nowhere." in words_of(tablet.scan(mug.barcode))
    shown = words_of(tablet.scan("A-01"))
    assert (tablet.screen, "TEE cotton" in shown) == ("bin", True)
    tablet.scan(tablet.dock.goods.barcode)
    assert tablet.screen == "hand"
    tablet.scan("A-02")
    assert tablet.standing()["A-02"] == 1
    tablet.scan("A-01")
    tablet.scan("CMD-OK")
    tablet.scan("A-02")
    assert tablet.standing() == {"A-02": 2, "DOCK": 10, "OPENING": -12}
    tablet.scan("T-NOT")
    assert tablet.screen == "start"


def test_a_known_piece_is_found_by_its_number(tablet: Tablet):
    tablet.world.known_piece("S1", place="A-02")
    assert "Serial number S1 is in A-02." in words_of(tablet.scan("S1"))


def test_what_is_refused_is_said_and_leaves_the_goods_in_hand(tablet: Tablet):
    tablet.dock.limit("A-02", is_put_closed=True)
    tablet.scan(tablet.dock.goods.barcode)
    refused = tablet.scan("A-02")
    assert refused.status_code == 409
    assert "A-02 is closed: nothing more is put in." in words_of(refused)
    assert tablet.screen == "hand"
    assert tablet.scan("CMD-WEIGHT-99").status_code == 422
    tablet.scan("CMD-UNDO")
    assert tablet.screen == "start"


@pytest.mark.parametrize("role", [Role.PICKER, Role.COUNTER, Role.CUSTOMER_SERVICE])
def test_who_may_not_put_away_is_shut_out(desk: Desk, role: Role):
    assert desk.get("/store", role).status_code == 403
    assert desk.post("/stock/act/scrap", role).status_code == 403


def test_the_desk_moves_adjusts_scraps_and_says_what_was_wrong(desk: Desk):
    dock = Dock(desk.world)
    form = {"bin": "dock", "sku": "TEE", "pieces": "3", "note": "split box"}
    said = desk.said(desk.post("/stock/act/move", to="A-02", **form))
    assert "3 × TEE: DOCK → A-02." in said
    assert desk.post("/stock/act/scrap", why="found", **form).status_code == 400
    assert desk.post("/stock/act/scrap", why="", **form).status_code == 400
    assert (
        desk.post("/stock/act/scrap", **{**form, "pieces": "x"}, why="damaged").status_code == 400
    )
    short = desk.post("/stock/act/scrap", **{**form, "pieces": "99"}, why="damaged")
    assert short.status_code == 409
    assert "DOCK has 7 pieces of TEE, not 99." in words_of(short)
    desk.said(desk.post("/stock/act/scrap", why="damaged", **form))
    desk.said(desk.post("/stock/act/quarantine", why="in_doubt", **form))
    desk.said(desk.post("/stock/act/adjust", why="found", sign="more", **form))
    desk.said(
        desk.post("/stock/act/free", why="in_order", to="A-02", **{**form, "bin": "QUARANTINE"})
    )
    desk.said(desk.post("/stock/act/whole", bin="A-02", to="R-01"))
    assert desk.world.standing(dock.goods) == {
        "A-01": 2, "R-01": 6, "DOCK": 4, "SCRAP": 3, "OPENING": -12, "COUNT-DIFFERENCE": -3,
    }  # fmt: skip
    assert desk.post("/stock/act/burn", **form).status_code == 404


def test_the_history_of_a_bin_and_a_sku_is_filtered_and_had_as_a_file(desk: Desk):
    dock = Dock(desk.world)
    desk.post("/stock/act/scrap", bin="DOCK", sku="TEE", pieces="1", why="stained", note="coffee")
    dock_id = desk.world.one(Bin, code="DOCK").id
    for url in (f"/stock/bins/{dock_id}", f"/stock/sku/{dock.goods.id}", "/stock/moves"):
        whole = words_of(desk.get(url))
        assert "coffee" in whole
        assert "stained" in whole
        assert "coffee" not in words_of(desk.get(f"{url}?reason=opening"))
        assert "coffee" not in words_of(desk.get(f"{url}?until=2020-01-01"))
        assert "coffee" in words_of(desk.get(f"{url}?since=2020-01-01&until=9999-12-31"))
        rows = desk.get(f"{url}?reason=scrap&export=csv").get_data(as_text=True)
        assert rows.count("coffee") == 2  # the note, and the reference of the move
    assert "coffee" in words_of(desk.get("/stock/moves?sku=TEE&bin=dock"))
    assert "coffee" not in words_of(desk.get("/stock/moves?bin=A-01"))


def test_what_a_bin_holds_and_goods_need_is_said_and_shown(desk: Desk):
    dock = Dock(desk.world)
    place = desk.world.one(Bin, code="A-02")
    url = f"/stock/bins/{place.id}/limits"
    wrong = desk.post(url, most_weight_g="0", length_mm="300")
    assert wrong.status_code == 400
    assert 'value="300"' in wrong.get_data(as_text=True)
    desk.said(desk.post(url, most_weight_g="20000", storage_class="cold", is_one_sku="1"))
    found = desk.world.get(Bin, place.id)
    assert (found.most_weight_g, found.storage_class, found.is_one_sku) == (20000, "cold", True)
    desk.said(desk.post(url))
    assert desk.world.get(Bin, place.id).most_weight_g is None
    desk.said(desk.post(f"/stock/sku/{dock.goods.id}/measures", weight_g="250", shelf_most="40"))
    sku = desk.world.get(Sku, dock.goods.id)
    assert (sku.weight_g, sku.shelf_most) == (250, 40)
    assert desk.post(f"/stock/sku/{sku.id}/measures", height_mm="-1").status_code == 400
    said = desk.said(desk.post("/stock/zones", code="C", name="Cool", sequence="4",
                               storage_class="cold"))  # fmt: skip
    assert "Zone C is saved." in said
    outside = desk.world.one(Bin, code="SUPPLIER").id
    assert "stands for the outside" in words_of(desk.post(f"/stock/bins/{outside}/limits"))


def test_the_dock_is_listed_oldest_first(desk: Desk):
    world = desk.world
    for code in ("FIRST", "SECOND", "THIRD"):
        world.stock(world.sku(code), "DOCK", 5)
    world.stock(world.add_goods("FIRST"), "DOCK", 1)
    text = words_of(desk.get("/stock/dock"))
    assert text.index("SECOND") < text.index("THIRD") < text.index("FIRST")
    assert desk.get("/stock/dock?export=csv").get_data(as_text=True).count("DOCK") == 3


def test_kits_are_said_made_and_taken_apart_at_the_desk(desk: Desk):
    world: World = desk.world
    tee, gift = world.sku("TEE"), world.sku("GIFT")
    world.stock(tee, "A-01", 5)
    world.bin("R-01", kind=BinKind.RESERVE)
    assert "No kits yet" in words_of(desk.get("/stock/kits"))
    assert desk.post("/stock/kits", kit="GIFT", parts="NOT 2").status_code == 404
    assert desk.post("/stock/kits", kit="GIFT", parts="GIFT 1").status_code == 409
    assert "2 can be made" in desk.said(desk.post("/stock/kits", kit="GIFT", parts="TEE 2"))
    url = f"/stock/kits/{gift.id}"
    assert desk.post(f"{url}/make", kits="3", to="R-01").status_code == 409
    assert desk.post(f"{url}/make", kits="x", to="R-01").status_code == 400
    desk.said(desk.post(f"{url}/make", kits="2", to="R-01", taken="TEE A-01 4"))
    assert desk.post(f"{url}/apart", apart_kits="0", apart_bin="R-01").status_code == 400
    desk.said(desk.post(f"{url}/apart", apart_kits="1", apart_bin="R-01", apart_to="A-01"))
    assert world.standing(tee) == {"A-01": 3, "KITTING": 2, "OPENING": -5}
    assert "GIFT" in words_of(desk.get("/stock/kits"))
    assert "GIFT" in desk.get("/stock/kits?export=csv").get_data(as_text=True)
    assert "2 in GIFT" in words_of(desk.get(f"/stock/sku/{tee.id}"))
    assert {m.reason for m in world.all(Move)[1:]} == {MoveReason.ASSEMBLE, MoveReason.TAKE_APART}


def test_bought_kits_are_taken_apart_into_new_lots_with_their_days(desk: Desk):
    world: World = desk.world
    by_lot(world, "MILK", is_expiry_tracked=True)
    gift = world.sku("GIFT")
    world.stock(gift, "R-01", 2)
    world.bin("A-01")
    desk.said(desk.post("/stock/kits", kit="GIFT", parts="MILK 1"))
    url, form = f"/stock/kits/{gift.id}/apart", {"apart_bin": "R-01", "apart_to": "A-01"}
    problems = {"#N1": "Line 1: Say until when", "#N1 @soon": "Line 1: This is not a day."}
    for said, why in problems.items():
        wrong = desk.post(url, **form, apart_kits="2", apart_parts=f"MILK 2 {said}")
        assert (wrong.status_code, marked(wrong)) == (400, ["apart_parts"])
        assert why in words_of(wrong)
    parts = "MILK 1 #N1 @2027-12-31\nMILK 1 #N2 @2028-01-31"
    desk.said(desk.post(url, **form, apart_kits="2", apart_parts=parts))
    days = {lot.code: str(lot.best_before) for lot in world.all(Lot)}
    assert days == {"N1": "2027-12-31", "N2": "2028-01-31"}
    assert lots_at(world, "A-01") == {"N1": (1, 0), "N2": (1, 0)}


def test_every_wrong_line_of_a_kit_is_told_at_once_and_what_was_typed_stays(desk: Desk):
    world: World = desk.world
    world.stock(world.sku("TEE"), "A-01", 5)
    kit = world.sku("GIFT").id
    typed = "TEE x\n\nNOPE 1\nBAD 2"
    answer = desk.post("/stock/kits", kit="GIFT", parts=typed)
    assert (answer.status_code, marked(answer)) == (400, ["parts"])
    assert f"{typed}</textarea>" in answer.text
    for said in ("Line 1: This must be 1", "Line 3: There is no SKU NOPE.", "Line 4: There is"):
        assert said in words_of(answer), said
    assert answer.text.count("/stock/sku/new?code=") == 2
    desk.said(desk.post("/stock/kits", kit="GIFT", parts="TEE 2"))
    form = {"kits": "x", "to": "Z-99", "taken": "TEE A-09 2\nNOPE A-01 1", "note": "n"}
    answer = desk.post(f"/stock/kits/{kit}/make", **form)
    assert (answer.status_code, marked(answer)) == (400, ["kits", "to", "taken"])
    assert "Line 2: There is no SKU with this code." in words_of(answer)
    form = {"apart_kits": "0", "apart_bin": "Z-99", "apart_to": "Y-99"}
    answer = desk.post(f"/stock/kits/{kit}/apart", **form)
    assert marked(answer) == ["apart_kits", "apart_bin", "apart_to"]


def test_every_wrong_field_of_a_sku_and_of_a_bin_is_marked_at_once(desk: Desk):
    desk.world.site()
    tee = desk.world.sku("TEE")
    desk.world.bin("A-01")
    size = {"length_mm": "x", "weight_g": "-1"}
    form = {
        "code": "TEE",
        "eans": "69012\n1",
        "packs": "X\nY",
        "labels": "501",
        "days_before_expiry": "-1",
    }
    wrong = desk.post("/stock/sku", name="", is_expiry_tracked="1", **form, **size)
    assert wrong.status_code == 400
    assert sorted(marked(wrong)) == sorted([*form, *size, "name", "is_expiry_tracked"])
    assert wrong.text.count("69012\n1</textarea>") == 1
    assert "Line 2: A pack a line" in words_of(wrong)
    assert len(desk.world.all(Sku)) == 1
    wrong = desk.post(f"/stock/sku/{tee.id}/measures", storage_class="y" * 25, **size)
    assert marked(wrong) == ["weight_g", "length_mm", "storage_class"]
    place = desk.world.one(Bin, code="A-01").id
    wrong = desk.post(f"/stock/bins/{place}/limits", width_mm="0", most_pieces="x")
    assert marked(wrong) == ["width_mm", "most_pieces"]


def test_a_kit_of_a_sku_nobody_made_yet_leads_to_a_new_sku_and_back(desk: Desk):
    world = desk.world
    world.sku("TEE")
    refused = desk.post("/stock/kits", kit="GIFT", parts="TEE 2\nBOX 1")
    page = refused.get_data(as_text=True)
    assert (refused.status_code, "There is no SKU GIFT." in page) == (404, True)
    way = html.unescape(re.search(r'href="(/stock/sku/new\?[^"]+)"', page)[1])
    form = desk.get(way).get_data(as_text=True)
    assert 'value="GIFT"' in form
    sent = {"for": "kit", "asked": "GIFT", "kit": "GIFT", "parts": "TEE 2\nBOX 1"}
    wrong = desk.post("/stock/sku", code="GIFT-1", name="Gift", packs="X", **sent)
    assert (wrong.status_code, "A pack a line" in wrong.get_data(as_text=True)) == (400, True)
    made = desk.post("/stock/sku", code="GIFT-1", name="Gift", eans="6901234567892", **sent)
    assert made.location == "/stock/kits/new?kit=GIFT-1&parts=TEE+2%0ABOX+1"
    assert "TEE 2\nBOX 1</textarea>" in desk.get(made.location).get_data(as_text=True)
    unknown = desk.post("/stock/kits", kit="GIFT-1", parts="TEE 2\nBOX 1")
    assert "There is no SKU BOX." in unknown.get_data(as_text=True)
    part = {"for": "kit", "asked": "BOX", "kit": "GIFT-1", "parts": "TEE 2\n  BOX 1"}
    back = desk.post("/stock/sku", code="BOX-9", name="Box", **part)
    assert back.location == "/stock/kits/new?kit=GIFT-1&parts=TEE+2%0ABOX-9+1"
    plain = desk.post("/stock/sku", name="Alone", labels="0", days_before_expiry="")
    assert plain.location == f"/stock/sku/{world.one(Sku, code='N-000001').id}"


def test_a_kit_without_code_or_parts_is_told_both_and_nothing_behind_the_pieces_is_dropped(
    desk: Desk,
):
    tee = desk.world.sku("TEE")
    desk.world.sku("GIFT")
    empty = desk.post("/stock/kits", kit="", parts="")
    assert (empty.status_code, marked(empty)) == (400, ["kit", "parts"])
    assert "Write the code of a SKU." in words_of(empty)
    none = desk.post("/stock/kits", kit="GIFT", parts="")
    assert (none.status_code, marked(none)) == (400, ["parts"])
    more = desk.post("/stock/kits", kit="GIFT", parts="TEE 2 3")
    assert (more.status_code, "Line 1: This must be 1 to" in words_of(more)) == (400, True)
    made = desk.post("/stock/kits", kit="GIFT", parts="TEE 2")
    assert made.status_code == 303
    assert [(p.sku_id, p.pieces) for p in desk.world.all(KitPart)] == [(tee.id, 2)]
    assert desk.post("/stock/kits", kit="GIFT", parts="").status_code == 303
    assert desk.world.all(KitPart) == []
