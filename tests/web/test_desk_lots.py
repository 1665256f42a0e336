"""Lots and serial numbers at the desk and at the picker's tablet."""

from __future__ import annotations

import csv
import re
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.builders import Stage
from tests.commands.test_pieces_on_their_way import twins
from tests.tracked import by_lot, by_piece, lots_at, places, put
from tests.web.desk_site import Desk, marked, words_of
from warehouse.catalog.commands.places import BinFacts, SaveBin, save_bin
from warehouse.catalog.models import Bin, BinKind, Sku, Zone
from warehouse.checking.models import Check
from warehouse.commands import new_id
from warehouse.db import utcnow
from warehouse.inventory.models import Lot, Serial
from warehouse.kitting.commands.assemble import AssembleKits, assemble_kits
from warehouse.kitting.commands.kit import Part, PartFrom, SaveKit, save_kit
from warehouse.packing.models import Parcel
from warehouse.people.models import Role, Trail
from warehouse.picking.commands.wave import TakeWave, take_wave

SITE = ZoneInfo("Asia/Shanghai")
SUPERVISOR, SERVICE = Role.SUPERVISOR, Role.CUSTOMER_SERVICE


def today() -> date:
    """Return the day at the site; a run may begin on the day before."""
    return utcnow().astimezone(SITE).date()


def shipped(desk: Desk):
    """Bring a serum of a lot and a camera to the courier."""
    world = desk.world
    world.site()
    serum = by_lot(world)
    put(world, serum, "A-01", 3, lot="L1", day=today() + timedelta(days=10))
    put(world, serum, "A-02", 3, lot="OLD", day=today() - timedelta(days=400))
    work = world.bring(Stage.DISPATCHED, lines={serum: 2}, on_hand=0)
    camera = by_piece(world)
    put(world, camera, "B-01", serials=("S-1", "S-2"))
    return work, serum, camera


def test_lots_are_listed_by_their_end_and_found_by_any_scan(desk: Desk):
    shipped(desk)
    everything = words_of(desk.get("/lots?only=all", SUPERVISOR))
    assert everything.index("OLD") < everything.index("L1")
    assert "10 days left" in everything
    assert "L1" not in words_of(desk.get("/lots?only=expired", SUPERVISOR))
    assert "L1" in words_of(desk.get("/lots?only=soon&days=10", SUPERVISOR))
    assert "OLD" in desk.get("/lots?export=csv&only=expired", SUPERVISOR).text
    lot = desk.world.one(Lot, code="L1")
    assert desk.get("/search?q=l1", SUPERVISOR).headers["Location"] == f"/lots/{lot.id}"
    piece = desk.world.one(Serial, code="S-1")
    found = desk.get("/search?q=]C121S-1", SUPERVISOR)
    assert found.headers["Location"] == f"/lots/serials/{piece.id}"
    assert "S-2" in words_of(desk.get("/lots/serials?q=s-2", SUPERVISOR))
    assert "B-01" in words_of(desk.get(f"/lots/serials/{piece.id}", SUPERVISOR))
    assert "B-01" in desk.get(f"/lots/serials/{piece.id}?export=csv", SUPERVISOR).text
    assert "COURIER-ZTO" in desk.get(f"/lots/{lot.id}?export=csv", SUPERVISOR).text
    assert "S-1" in desk.get("/lots/serials?export=csv", SUPERVISOR).text


def test_lots_ending_soon_say_what_of_them_stands_in_reserve(both: Desk):
    desk, world = both, both.world
    milk = by_lot(world, "MILK", days_before_expiry=60)
    world.bin("R-01", kind=BinKind.RESERVE)
    for lot, days in (("SOON", 80), ("LATE", 91)):
        put(world, milk, "R-01", 7, lot=lot, day=today() + timedelta(days=days))
    put(world, milk, "A-01", 2, lot="SOON")
    page = words_of(desk.get("/lots?only=soon", SUPERVISOR))
    assert "end within 30 days 1" in page
    assert "sold for 20 days more 9 7 – 2" in page
    assert "LATE" not in page
    file = desk.get("/lots?only=soon&export=csv", SUPERVISOR).text.splitlines()
    told = dict(zip(file[0].split(","), file[1].split(","), strict=True))
    assert (told["SKU"], told["On hand"], told["In reserve"]) == ("MILK", "9", "7")


def test_a_lot_tells_who_got_it_and_receivers_in_full_leave_a_trace(desk: Desk):
    work, _, _ = shipped(desk)
    lot = desk.world.one(Lot, code="L1")
    page = words_of(desk.get(f"/lots/{lot.id}", SUPERVISOR))
    assert desk.world.get(Parcel, work.parcel_id).number in page
    masked = desk.get(f"/lots/{lot.id}/recall", SUPERVISOR).text
    assert desk.world.get(Parcel, work.parcel_id).number in masked
    assert "13800000001" not in masked
    assert desk.post(f"/lots/{lot.id}/recall", SUPERVISOR, reason="x").status_code == 403
    assert desk.post(f"/lots/{lot.id}/recall", SERVICE, reason="").status_code == 303
    full = desk.post(f"/lots/{lot.id}/recall", SERVICE, reason="glass in it")
    assert "13800000001" in full.text
    seen = desk.world.all(Trail, event="receiver_seen")
    assert [t.subject_id for t in seen] == work.order_ids


def test_a_lot_is_blocked_let_go_and_mended(desk: Desk):
    shipped(desk)
    lot = desk.world.one(Lot, code="L1")
    desk.post(f"/lots/{lot.id}/block", SUPERVISOR, reason="smells")
    assert "smells" in words_of(desk.get(f"/lots/{lot.id}", SUPERVISOR))
    assert "L1" in words_of(desk.get("/lots?only=blocked", SUPERVISOR))
    desk.post(f"/lots/{lot.id}/unblock", SUPERVISOR, reason="fine")
    given = {"best_before": "2030-01-31", "reason": "misread"}
    desk.post(f"/lots/{lot.id}/best-before", SUPERVISOR, **given)
    desk.post(f"/lots/{lot.id}/best-before", SUPERVISOR, best_before="2062-13-01", reason="x")
    assert desk.world.get(Lot, lot.id).best_before == date(2030, 1, 31)
    assert desk.post(f"/lots/{lot.id}/block", Role.PICKER, reason="x").status_code == 403


def test_every_page_of_stock_tells_what_is_available_and_what_is_held_back(both: Desk):
    desk, world = both, both.world
    serum = by_lot(world)
    put(world, serum, "A-01", 96, lot="GOOD")
    put(world, serum, "A-01", 40, lot="BAD")
    put(world, serum, "A-02", 24, lot="OLD", day=today() - timedelta(days=1))
    lot_id = world.one(Lot, code="BAD").id
    desk.post(f"/lots/{lot_id}/block", SUPERVISOR, reason="smells")
    page = words_of(desk.get(f"/stock/sku/{serum.id}", SUPERVISOR))
    assert "On hand 160 Reserved 0 Held back 64 Available 96" in page
    assert "Held back: blocked 40 expired 24" in page
    assert "May be sold 96 On the way in 0 In quarantine 0" in page
    assert "BAD 40 – 40 blocked 0" in page
    bin_page = words_of(desk.get(f"/stock/bins/{world.one(Bin, code='A-01').id}", SUPERVISOR))
    assert "BAD 40 – 40 blocked 0" in bin_page
    assert "GOOD 96 – – 96" in bin_page
    row = desk.get("/stock?export=csv", SUPERVISOR).get_data(as_text=True).splitlines()
    told = dict(zip(*csv.reader(row), strict=True))
    assert (told["On hand"], told["Held back"], told["Available"]) == ("160", "64", "96")
    world.stock(world.sku("TEE"), "A-01", 7)
    file = desk.get(f"/stock?export=csv&by=bin&q={serum.code}", SUPERVISOR).text.splitlines()
    stands = [row.split(",") for row in file[1:]]
    assert [(r[0], r[3], r[5], *r[7:]) for r in stands] == [
        ("SERUM", "A-01", "BAD", "40", "0", "40", "blocked", "0"),
        ("SERUM", "A-01", "GOOD", "96", "0", "0", "", "96"),
        ("SERUM", "A-02", "OLD", "24", "0", "24", "expired", "0"),
    ]


def test_what_is_out_of_use_leaves_the_lists_and_keeps_its_page(desk: Desk):
    world = desk.world
    old, tee = world.sku("OLD"), world.sku("TEE")
    world.stock(tee, "A-01", 1)
    pages = {f"/stock/bins/{world.bin('A-O1')}": ("/stock/bins", "A-O1", "use=out"),
             f"/stock/sku/{old.id}": ("/stock", "OLD", "only=retired")}  # fmt: skip
    for page, (path, code, out) in pages.items():
        assert f"{code} is out of use" in desk.said(desk.post(f"{page}/retire", SUPERVISOR))
        assert "not in use" in words_of(desk.get(page, SUPERVISOR))
        assert "Taken out of use" in words_of(desk.get(page, SUPERVISOR))
        listed = [f"{path}?export=csv{more}" for more in ("", f"&{out}", f"&q={code}")]
        found = [code in desk.get(url, SUPERVISOR).get_data(as_text=True) for url in listed]
        assert found == [False, True, True], path
        assert f"{code} is used again" in desk.said(desk.post(f"{page}/reuse", SUPERVISOR))
        assert code in desk.get(listed[0], SUPERVISOR).get_data(as_text=True)
    here = f"/stock/bins/{world.one(Bin, code='A-01').id}"
    assert "1 piece stands in A-01" in desk.said(desk.post(f"{here}/retire", SUPERVISOR))
    assert desk.post(f"{here}/retire", SERVICE).status_code == 403


def test_a_zone_without_bins_in_use_is_taken_away(desk: Desk):
    world = desk.world
    facts = BinFacts(code="AO-1", zone="AO")
    world.do(save_bin, SaveBin, facts=facts)
    zone_id, place = world.one(Zone).id, world.one(Bin, code="AO-1")
    drop = f"/stock/zones/{zone_id}/drop"
    assert "1 bin in use belongs to zone AO" in desk.said(desk.post(drop, SUPERVISOR))
    assert drop not in desk.get("/stock/zones", SUPERVISOR).text
    desk.post(f"/stock/bins/{place.id}/retire", SUPERVISOR)
    assert drop in desk.get("/stock/zones", SUPERVISOR).text
    assert "Zone AO is taken away" in desk.said(desk.post(drop, SUPERVISOR))
    assert (world.all(Zone), world.get(Bin, place.id).zone_id) == ([], None)
    assert desk.post(drop, SUPERVISOR).status_code == 404


def test_a_sku_is_kept_by_lot_from_its_page(desk: Desk):
    world = desk.world
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 3)
    url = f"/stock/sku/{tee.id}"
    wrong = desk.post(f"{url}/tracking", SUPERVISOR, is_lot_tracked="1", days_before_expiry="3")
    assert "3 pieces" in words_of(wrong)
    desk.post(f"{url}/lot", SUPERVISOR, lot="x1", best_before="2030-01-31")
    desk.post(f"{url}/tracking", SUPERVISOR, is_lot_tracked="1", is_expiry_tracked="1",
              days_before_expiry="3")  # fmt: skip
    assert world.get(Sku, tee.id).is_expiry_tracked
    assert lots_at(world, "A-01") == {"X1": (3, 0)}
    assert "X1" in words_of(desk.get(url, SUPERVISOR))


def test_the_picker_chooses_the_lot_and_names_the_piece(desk: Desk):
    world = desk.world
    world.site()
    serum, camera = by_lot(world), by_piece(world)
    later = today() + timedelta(days=90)
    put(world, serum, "A-01", 3, lot="L1", day=later)
    put(world, serum, "A-01", 3, lot="L2", day=later)
    put(world, camera, "B-01", serials=("S-1", "S-2", "S-3"), walk_order=9)
    work = world.bring(Stage.TOTE_BOUND, lines=[(serum, 1), (camera, 1)], on_hand=0)
    with desk.database.reading():
        desk.as_(Role.PICKER)
    world.people["scanner"] = desk.people[Role.PICKER]
    world.do(take_wave, TakeWave, by="scanner", wave_id=work.wave_id, is_confirmed=True)
    tasks = {t.sku_id: t.id for t in world.open_tasks(work.wave_id)}

    def scan(goods, screen: str, barcode: str, **more: str):
        given = {"screen": screen, "subject": tasks[goods.id], "barcode": barcode, **more}
        return desk.post(f"/pick/{work.wave_id}/scans", Role.PICKER, command_id=new_id(), **given)

    scan(serum, "bin", "A-01")
    asked = scan(serum, "item", serum.barcode)
    assert asked.status_code == 200
    assert 'data-screen="lot"' in asked.text
    assert f'data-send-item="{serum.barcode}"' in asked.text
    assert "L2" in words_of(asked)
    again = {"item": serum.barcode, "pieces": "1"}
    offered = scan(serum, "lot", "L2", **again)
    assert 'data-send-swap="L2"' in offered.text
    assert f'data-send-item="{serum.barcode}"' in offered.text
    assert scan(serum, "lot", "L2", swap="L2", **again).status_code == 200
    assert lots_at(world, work.tote) == {"L2": (1, 0)}
    scan(camera, "bin", "B-01")
    short = scan(camera, "short", "CMD-SHORT", reason="damaged")
    assert 'data-screen="damaged"' in short.text
    scan(camera, "damaged", "S-2")
    (task,) = world.open_tasks(work.wave_id)
    tasks[camera.id] = task.id
    scan(camera, "bin", "B-01")
    assert scan(camera, "item", camera.barcode).status_code == 409
    done = scan(camera, "item", f"]d201{int(camera.barcode):014d}21S-3")
    assert done.status_code == 200
    assert places(world) == {"S-1": "B-01", "S-2": "QUARANTINE", "S-3": work.tote}


def test_the_day_on_the_goods_is_not_forgotten_when_their_lot_is_asked(desk: Desk):
    world = desk.world
    world.site()
    serum = by_lot(world)
    for lot, days in (("L1", 300), ("L2", 400)):
        put(world, serum, "A-01", 2, lot=lot, day=today() + timedelta(days=days))
    work = world.bring(Stage.TOTE_BOUND, lines={serum: 1}, on_hand=0)
    (task,) = world.open_tasks(work.wave_id)

    def scan(screen: str, barcode: str, **more: str):
        given = {"screen": screen, "subject": task.id, "barcode": barcode, "confirm": "1", **more}
        return desk.post(f"/pick/{work.wave_id}/scans", Role.PICKER, command_id=new_id(), **given)

    scan("bin", "A-01")
    first, stands = (today() + timedelta(days=days) for days in (300, 400))
    asked = scan("item", f"]C101{int(serum.barcode):014d}17{stands:%y%m%d}")
    assert f'data-send-day="{stands}"' in asked.text
    again = {"item": serum.barcode, "pieces": "1"}
    for said in ("L1", "]C110L1"):
        other = scan("lot", said, day=str(stands), **again)
        assert f"On these goods stands {stands}" in words_of(other)
        assert f'data-send-day="{stands}"' in other.text
    assert scan("lot", "]C110L1", day=str(first), **again).status_code == 200
    assert lots_at(world, work.tote) == {"L1": (1, 0)}


def test_the_checker_is_asked_whose_number_it_is_and_scans_the_goods(desk: Desk):
    goods, work = twins(desk.world)
    desk.post("/check/scans", Role.CHECKER, barcode=work.tote, command_id=new_id())
    check_id = desk.world.one(Check).id

    def scan(barcode: str, **more: str):
        given = {"screen": "items", "subject": check_id, "command_id": new_id(), **more}
        return desk.post("/check/scans", Role.CHECKER, barcode=barcode, **given)

    asked = scan("0001")
    assert (asked.status_code, 'data-send-number="0001"' in asked.text) == (422, True)
    assert scan(goods[1].barcode, number="0001").status_code == 200
    assert scan("0001").status_code == 200
    assert [step[2] for step in desk.world.steps(work)] == [1, 1]


def test_goods_whose_symbol_says_another_day_are_not_checked_but_may_be_put_aside(desk: Desk):
    world = desk.world
    world.site()
    serum = by_lot(world)
    put(world, serum, "A-01", 2, lot="L1", day=date(2034, 3, 31))
    work = world.bring(Stage.PICKED, lines={serum: 2}, on_hand=0)
    desk.post("/check/scans", Role.CHECKER, barcode=work.tote, command_id=new_id())
    check_id = desk.world.one(Check).id

    def scan(day: str, screen: str = "items"):
        code = f"]C101{serum.barcode:0>14}17{day}" + "10L1"
        given = {"screen": screen, "subject": check_id, "command_id": new_id()}
        return desk.post("/check/scans", Role.CHECKER, barcode=code, **given)

    refused = scan("340313")
    assert (refused.status_code, "stands 2034-03-13" in words_of(refused)) == (422, True)
    assert scan("340331").status_code == 200
    assert scan("340313", "damaged").status_code == 200
    assert lots_at(world, work.tote) == {"L1": (1, 0)}


def test_a_kit_of_dated_parts_says_that_it_must_be_kept_by_lot_first(desk: Desk):
    world = desk.world
    gift = world.sku("GIFT")
    put(world, by_lot(world), "A-01", 5, lot="L1", day=today() + timedelta(days=90))
    world.do(save_kit, SaveKit, kit="GIFT", parts=(Part(sku="SERUM", pieces=1),))
    page = desk.get(f"/stock/kits/{gift.id}", SUPERVISOR)
    assert "No kit can be made yet: SERUM has a best-before" in words_of(page)
    assert f'href="/stock/sku/{gift.id}#kept"' in page.text
    assert f"/stock/kits/{gift.id}/make" not in page.text
    assert "keep by lot first" in words_of(desk.get("/stock/kits", SUPERVISOR))
    desk.post(f"/stock/sku/{gift.id}/tracking", SUPERVISOR, is_lot_tracked="1")
    page = desk.get(f"/stock/kits/{gift.id}", SUPERVISOR)
    assert "5 can be made" in words_of(page)
    assert f"/stock/kits/{gift.id}/make" in page.text


def test_kits_in_doubt_are_named_with_their_bins_and_let_go_by_a_word(desk: Desk):
    world = desk.world
    serum, gift = by_lot(world), world.sku("GIFT")
    put(world, serum, "A-01", 5, lot="L1")
    world.bin("K-01")
    world.do(save_kit, SaveKit, kit="GIFT", parts=(Part(sku="SERUM", pieces=1),))
    world.do(assemble_kits, AssembleKits, kit_id=gift.id, kits=3, to="K-01")
    lot_id = world.one(Lot, code="L1").id
    desk.post(f"/lots/{lot_id}/block", SUPERVISOR, reason="smells")
    pages = (f"/lots/{lot_id}", f"/stock/sku/{gift.id}", f"/stock/kits/{gift.id}", "/lots/kits")
    for page in pages:
        words = words_of(desk.get(page, SUPERVISOR))
        assert "They may have pieces of blocked lot L1 inside." in words
        assert "Standing 3 · K-01 3" in words
    for page in ("/lots", "/stock/kits"):
        assert 'href="/lots/kits"' in desk.get(page, SUPERVISOR).text
    for code in ("K-01", gift.barcode):
        given = {"screen": "start", "subject": "", "barcode": code, "command_id": new_id()}
        shown = words_of(desk.post("/store/scans", Role.RECEIVER, **given))
        assert "Held back: a blocked lot may be inside." in shown
    let_go = f"/lots/kits/{gift.id}/let-go"
    assert desk.post(let_go, Role.PICKER, reason="none").status_code == 403
    desk.post(let_go, SUPERVISOR, reason="none of them")
    words = words_of(desk.get(f"/stock/sku/{gift.id}", SUPERVISOR))
    assert "Kits let go: none of them" in words
    assert "Standing" not in words
    assert "No kits are held back" in words_of(desk.get("/lots/kits", SUPERVISOR))


@pytest.mark.parametrize(
    ("form", "typed", "wrong"),
    [
        ("labels", {"copies": "abc"}, ["copies"]),
        ("labels", {"copies": "501"}, ["copies"]),
        ("tracking", {"is_expiry_tracked": "1", "days_before_expiry": "abc"},
         ["is_expiry_tracked", "days_before_expiry"]),
        ("lot", {"lot": "", "best_before": "31.2."}, ["lot", "best_before"]),
        ("lot", {"lot": "z" * 200, "best_before": "2099-01-01"}, ["lot", "best_before"]),
    ],
)  # fmt: skip
def test_all_that_is_wrong_with_a_form_of_a_sku_is_marked_at_once(
    desk: Desk, form: str, typed: dict[str, str], wrong: list[str]
):
    tee = desk.world.sku("TEE")
    desk.world.stock(tee, "A-1", 3)
    answer = desk.post(f"/stock/sku/{tee.id}/{form}", SUPERVISOR, **typed)
    assert (answer.status_code, marked(answer)) == (400, wrong)
    for name, value in typed.items():
        assert value == "1" or f'value="{value}"' in answer.text, name
    assert ("is_expiry_tracked" in typed) == bool(
        re.search(r'name="is_expiry_tracked" value="1" checked', answer.text)
    )
    assert f'href="/stock/sku/{tee.id}?export=csv"' in answer.text


def test_pages_lead_from_a_part_through_its_kit_to_the_parcel_and_back(desk: Desk):
    world = desk.world
    world.site()
    put(world, by_lot(world, "MILK"), "A-01", 3, lot="ML1", day=today() + timedelta(days=90))
    put(world, by_piece(world, "PHONE"), "A-02", serials=("S-1",))
    gift = by_lot(world, "GIFT")
    world.bin("K-01")
    parts = (Part(sku="MILK", pieces=1), Part(sku="PHONE", pieces=1))
    world.do(save_kit, SaveKit, kit="GIFT", parts=parts)
    taken = (PartFrom(sku="PHONE", bin="A-02", pieces=1, serials=("S-1",)),)
    world.do(assemble_kits, AssembleKits, kit_id=gift.id, kits=1, to="K-01", lot="KL", taken=taken)
    phone = world.one(Serial, code="S-1")
    mine = f"/lots/serials/{phone.id}"
    assert "It has never been in a parcel." in words_of(desk.get(mine, SUPERVISOR))
    work = world.bring(Stage.DISPATCHED, lines={gift: 1}, on_hand=0)
    parcel = world.get(Parcel, work.parcel_id)
    kit_lot, milk_lot = (world.one(Lot, code=code) for code in ("KL", "ML1"))
    page = desk.get(mine, SUPERVISOR)
    assert f"/parcels/{parcel.id}" in page.text
    assert f"/lots/{kit_lot.id}" in page.text
    page = desk.get(f"/lots/{kit_lot.id}", SUPERVISOR)
    assert f"/lots/{milk_lot.id}" in page.text
    assert mine in page.text
    page = desk.get(f"/parcels/{parcel.id}", SUPERVISOR)
    assert "Lot: KL Inside: PHONE S-1 Inside: MILK lot ML1" in words_of(page)
    assert all(f"/lots/{lot.id}" in page.text for lot in (kit_lot, milk_lot))
