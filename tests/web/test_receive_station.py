"""The receiver's tablet: papers, goods, questions, the second person."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from werkzeug.test import TestResponse

from tests.dock import Dock
from tests.web.desk_site import Desk, words_of
from warehouse.catalog.models import Barcode, Sku
from warehouse.commands import new_id
from warehouse.db import utcnow
from warehouse.people.auth import hash_token
from warehouse.people.models import Person, Role
from warehouse.receiving.commands.recounting import RecountGoods, recount_goods
from warehouse.receiving.models import ReceiptCount

UNKNOWN = "6900000000014"


@pytest.fixture
def dock(desk: Desk) -> Dock:
    dock = Dock(desk.world)
    dock.supplier()
    return dock


class Tablet:
    """A tablet at the dock that sends each scan with the screen it shows."""

    def __init__(self, desk: Desk, role: Role = Role.RECEIVER) -> None:
        self.desk, self.role = desk, role
        self.answer = desk.get("/receive", role)
        self.read()

    def read(self) -> None:
        found = re.search(r'id="station" data-screen="([^"]*)" data-subject="([^"]*)"',
                          self.answer.get_data(as_text=True))  # fmt: skip
        if found:
            self.screen, self.subject = found.groups()

    def scan(self, barcode: str, **fields: object) -> TestResponse:
        sent = {"screen": self.screen, "subject": self.subject, "command_id": new_id(), **fields}
        self.answer = self.desk.post("/receive/scans", self.role, barcode=barcode, **sent)
        self.read()
        return self.answer

    @property
    def words(self) -> str:
        return words_of(self.answer)

    @property
    def expects(self) -> str:
        """What the bottom line says is to be scanned next."""
        found = re.search(r'class="expects">.*?</svg>(.*?)</span>',
                          self.answer.get_data(as_text=True), re.DOTALL)  # fmt: skip
        return found[1].strip() if found else ""


def test_a_delivery_by_its_order_is_counted_and_confirmed_by_another(desk: Desk, dock: Dock):
    tee = desk.world.sku("TEE")
    order = dock.order({tee: 3})
    tablet = Tablet(desk)
    assert order.number in tablet.words
    tablet.scan(order.number)
    tablet.scan(tee.barcode, pieces=2)
    assert (tablet.screen, "2 of 3" in tablet.words) == ("count", True)
    tablet.scan("CMD-MINUS")
    assert "What is wrong with the piece?" in tablet.words
    tablet.scan("CMD-MINUS", fault="stained")
    tablet.scan(tee.barcode)
    assert (tablet.screen, tablet.answer.status_code) == ("faulty-stained", 200)
    assert "Faulty pieces: stained" in tablet.words
    tablet.scan("CMD-UNDO")
    tablet.scan("CMD-OK")
    assert (tablet.screen, "Is everything counted?" in tablet.words) == ("finish", True)
    assert tablet.expects == "OK, or go on counting"
    tablet.scan("CMD-OK")
    assert "Somebody else compares it" in tablet.words
    tablet.scan(order.number)
    assert "You counted it." in tablet.words
    assert tablet.expects == "somebody else&#39;s badge"
    refused = tablet.scan("CMD-OK")
    assert (refused.status_code, "Somebody else has to confirm" in tablet.words) == (409, True)
    other = Tablet(desk, Role.SUPERVISOR)
    other.scan(order.number)
    assert "Agrees: book it" in other.words
    other.scan("CMD-OK")
    assert "is booked: 2 pieces at the dock, 1 in quarantine" in other.words
    assert desk.world.standing(tee) == {"DOCK": 2, "QUARANTINE": 1, "SUPPLIER": -3}


def test_goods_without_papers_and_without_a_sku(desk: Desk, dock: Dock):
    tablet = Tablet(desk)
    tablet.scan("CMD-SKIP")
    assert "YZ Knit" in tablet.words
    tablet.scan("YZ")
    tablet.scan(UNKNOWN)
    assert (tablet.screen, "Nothing carries" in tablet.words) == ("unknown", True)
    page = f"/receive/{tablet.subject}/new"
    assert f'data-goto="{page}"' in tablet.scan("CMD-OK").get_data(as_text=True)
    assert UNKNOWN in words_of(desk.get(page, Role.RECEIVER))
    empty = desk.post(page, Role.RECEIVER, name="", pieces=1, labels=0)
    assert (empty.status_code, "The name is empty." in words_of(empty)) == (400, True)
    made = desk.post(page, Role.RECEIVER, name="Cup", properties="blue", pieces=1, labels=1)
    assert (made.status_code, made.headers["Location"]) == (303, f"/receive/{tablet.subject}")
    sku = desk.world.one(Sku, name="Cup")
    assert sku.code == "N-000001"
    assert "N-000001" in words_of(desk.get(f"/receive/{tablet.subject}", Role.RECEIVER))
    assert [c.sku_id for c in desk.world.all(ReceiptCount)] == [sku.id]


def test_who_scans_a_badge_at_a_receipt_goes_on_with_it_where_that_is_his_work(
    desk: Desk, dock: Dock
):
    desk.world.settings(is_tablet_required=False)
    tablets = {role: Tablet(desk, role) for role in (Role.RECEIVER, Role.SUPERVISOR)}
    desk.as_(Role.PICKER)
    with desk.database.transaction() as session:
        for role in (Role.SUPERVISOR, Role.PICKER):
            session.get_one(Person, desk.people[role]).badge_hash = hash_token(role.upper())
    receipt_id = dock.blind()
    for role, page in (("PICKER", "/"), ("SUPERVISOR", f"/receive/{receipt_id}")):
        tablet = tablets.popitem()[1]
        tablet.screen, tablet.subject = "count", str(receipt_id)
        assert f'data-goto="{page}"' in tablet.scan(f"BDG-{role}").text


def test_a_stray_scan_gives_no_code_to_the_goods_scanned_next(desk: Desk, dock: Dock):
    tee = desk.world.sku("TEE")
    tablet = Tablet(desk)
    tablet.scan("YZ")
    tablet.scan("BOX-12")
    assert tablet.scan("NOTHING").status_code == 422
    tablet.scan(tee.barcode, pieces=12)
    assert "The same goods? BOX-12 TEE" in tablet.words
    assert desk.world.all(ReceiptCount) == []
    tablet.scan("CMD-UNDO")
    assert (tablet.screen, desk.world.all(Barcode, code="BOX-12")) == ("count", [])
    tablet.scan("BOX-12")
    tablet.scan(tee.barcode, pieces=12)
    tablet.scan("CMD-OK")
    assert (tablet.screen, desk.world.one(Barcode, code="BOX-12").pieces) == ("count", 12)
    assert [count.pieces for count in desk.world.all(ReceiptCount)] == [12]
    tablet.screen = f"same-x-{tee.barcode}"
    tablet.scan("CMD-OK")
    assert [count.pieces for count in desk.world.all(ReceiptCount)] == [12]


def test_lot_date_and_number_are_asked_on_the_screen(desk: Desk, dock: Dock):
    milk = dock.tracked("MILK", is_lot_tracked=True, is_expiry_tracked=True, is_serial_tracked=True)
    tablet = Tablet(desk)
    tablet.scan("YZ")
    tablet.scan(milk.barcode, pieces=2)
    assert (tablet.screen, "Which lot?" in tablet.words) == ("lot", True)
    desk.world.bin("A-01")
    tee = desk.world.sku("TEE").barcode
    of_milk = f"]C101{milk.barcode:0>14}17331231"
    for wrong in ("A-01", tee, milk.barcode, of_milk, f"{of_milk}21S1", f"]C101{tee:0>14}10L-7"):
        assert tablet.scan(wrong).status_code == 422
    assert "looks like the barcode of an item" in words_of(tablet.scan(UNKNOWN))
    assert "Nothing here carries" in words_of(tablet.scan(f"]C1010{UNKNOWN}10L-7"))
    tablet.scan("l-7")
    assert (tablet.screen, "Best before?" in tablet.words) == ("best_before", True)
    for wrong in ("20620101", "99", "20200101"):
        assert tablet.scan(wrong).status_code == 400
    tablet.scan("20331231")
    assert tablet.screen == "serial"
    tablet.scan("S1")
    assert "1 piece still lacks its serial number" in tablet.words
    tablet.scan("S2")
    assert tablet.screen == "count"
    counted = {(c.lot_code, str(c.best_before), c.serial) for c in desk.world.all(ReceiptCount)}
    assert counted == {("L-7", "2033-12-31", "S1"), ("L-7", "2033-12-31", "S2")}
    symbol = f"]d201{milk.barcode:0>14}17340101" + "10L-8\x1d21S3"
    tablet.scan(symbol)
    assert (tablet.screen, tablet.answer.status_code) == ("count", 200)
    assert desk.world.all(ReceiptCount)[-1].lot_code == "L-8"


def test_a_symbol_with_another_lot_is_not_of_the_pieces_in_hand(desk: Desk, dock: Dock):
    milk = dock.tracked("MILK", is_lot_tracked=True, is_serial_tracked=True)
    tablet, gtin = Tablet(desk), milk.barcode.zfill(14)
    tablet.scan("YZ")
    tablet.scan(f"]C101{gtin}10L1\x1d21S1", pieces=2)
    assert tablet.scan(f"]C101{gtin}10L2\x1d21S2").status_code == 422
    assert (tablet.screen, "stands lot L2, on those in hand lot L1" in tablet.words) == (
        "serial", True,
    )  # fmt: skip
    tablet.scan("CMD-UNDO")
    tablet.scan(f"]C101{gtin}10L2\x1d21S2")
    counted = [(c.lot_code, c.serial) for c in desk.world.all(ReceiptCount)]
    assert counted == [("L1", "S1"), ("L2", "S2")]


def asked_for_the_best_before(desk: Desk, dock: Dock) -> tuple[Tablet, str]:
    """A tablet with a piece of lot L1 in hand, and the GTIN of its goods."""
    milk = dock.tracked("MILK", is_lot_tracked=True, is_expiry_tracked=True)
    tablet = Tablet(desk)
    for code in ("YZ", milk.barcode, "L1"):
        tablet.scan(code)
    assert tablet.screen == "best_before"
    return tablet, milk.barcode.zfill(14)


def test_a_best_before_is_read_from_these_goods_and_this_lot_only(desk: Desk, dock: Dock):
    tablet, gtin = asked_for_the_best_before(desk, dock)
    tee = desk.world.sku("TEE").barcode.zfill(14)
    for wrong in (f"]C101{tee}17340101", f"]C1010{UNKNOWN}17340101", gtin[1:],
                  f"]C101{gtin}1734010110L2", "]C11734010110L2"):  # fmt: skip
        assert tablet.scan(wrong).status_code == 422
        assert tablet.screen == "best_before"
    assert "Read lot L2, need the best-before of lot L1." in tablet.words
    tablet.scan(f"]C101{gtin}1734010110L1")
    counted = desk.world.one(ReceiptCount)
    assert (counted.lot_code, str(counted.best_before)) == ("L1", "2034-01-01")


def test_a_bin_named_like_a_day_is_a_bin_where_scanned_and_a_day_where_keyed(
    desk: Desk, dock: Dock
):
    tablet, _ = asked_for_the_best_before(desk, dock)
    assert 'data-send="CMD-WEIGHT-"' in tablet.answer.get_data(as_text=True)
    for code in ("34-01-05", "20340105"):
        desk.world.bin(code)
        assert tablet.scan(code).status_code == 422
        assert f"Read bin {code}, need the best-before." in tablet.words
    tablet.scan("CMD-WEIGHT-20340105")
    assert str(desk.world.one(ReceiptCount).best_before) == "2034-01-05"


@pytest.mark.parametrize("symbol", ["]C117340105", "17340105"])
def test_a_symbol_of_the_day_alone_answers_for_the_best_before_only(
    desk: Desk, dock: Dock, symbol: str
):
    tablet, gtin = asked_for_the_best_before(desk, dock)
    tablet.scan(symbol)
    assert str(desk.world.one(ReceiptCount).best_before) == "2034-01-05"
    tablet.scan("CMD-SKIP")
    tablet.scan(gtin.lstrip("0"))
    assert tablet.scan("]C117340105").status_code == 422
    assert (tablet.screen, "need the lot" in tablet.words) == ("lot", True)


@pytest.mark.parametrize(
    ("symbol", "said"),
    [
        ("]C117270331", "Read a best-before, need the serial number of the piece in hand."),
        ("]C110LOT7", "Read lot LOT7, need the serial number of the piece in hand."),
        (f"]C1010{UNKNOWN}17270331", f"Read {UNKNOWN}, which nothing here carries."),
        (f"(01)0{UNKNOWN}(10)LOT7", f"Read {UNKNOWN}, which nothing here carries."),
        (UNKNOWN, f"{UNKNOWN} looks like the barcode of an item."),
    ],
)
def test_what_says_no_number_is_no_serial_number(desk: Desk, dock: Dock, symbol: str, said: str):
    phone = dock.tracked("PHONE", is_serial_tracked=True)
    tablet = Tablet(desk)
    tablet.scan("YZ")
    tablet.scan(phone.barcode)
    assert tablet.scan(symbol).status_code == 422
    assert (tablet.screen, said in tablet.words) == ("serial", True)
    tablet.scan("]C121S1")
    assert [count.serial for count in desk.world.all(ReceiptCount)] == ["S1"]


@pytest.mark.parametrize(
    ("symbol", "said"),
    [("]C117270331", "a best-before"), ("]C110LOT7", "lot LOT7"), ("]C121S1", "a serial number")],
)
def test_a_symbol_that_names_no_goods_becomes_the_code_of_none(
    desk: Desk, dock: Dock, symbol: str, said: str
):
    tee = desk.world.sku("TEE").barcode
    tablet = Tablet(desk)
    tablet.scan("YZ")
    assert tablet.scan(symbol).status_code == 422
    assert (tablet.screen, f"Read {said}, need goods." in tablet.words) == ("count", True)
    tablet.scan(tee)
    assert [count.pieces for count in desk.world.all(ReceiptCount)] == [1]


def test_faulty_pieces_wait_for_what_is_asked_of_those_in_hand(desk: Desk, dock: Dock):
    phone = dock.tracked("PHONE", is_lot_tracked=True)
    tablet = Tablet(desk)
    tablet.scan("YZ")
    for scan, screen in ((UNKNOWN, "unknown"), ("CMD-UNDO", "count"), (phone.barcode, "lot")):
        tablet.scan(scan)
        assert tablet.screen == screen
        if screen != "count":
            assert tablet.scan("CMD-MINUS").status_code == 400
            assert "That card does nothing here." in tablet.words
    tablet.scan("CMD-UNDO")
    tablet.scan("CMD-MINUS")
    assert tablet.screen == "fault"


def test_a_symbol_of_the_number_alone_is_no_lot(desk: Desk, dock: Dock):
    phone = dock.tracked("PHONE", is_lot_tracked=True)
    tablet = Tablet(desk)
    tablet.scan("YZ")
    tablet.scan(phone.barcode)
    assert tablet.scan("]C121S1").status_code == 422
    assert "Read a serial number, need the lot." in tablet.words


def test_a_place_is_a_lot_and_a_number_only_when_it_is_scanned_twice(desk: Desk, dock: Dock):
    phone = dock.tracked("PHONE", is_lot_tracked=True, is_serial_tracked=True)
    desk.world.bin("A1")
    tablet = Tablet(desk)
    tablet.scan("YZ")
    tablet.scan(phone.barcode)
    for screen in ("lot", "serial"):
        assert tablet.scan("A1").status_code == 422
        assert (tablet.screen, "Read bin A1" in tablet.words) == (screen, True)
        assert 'data-send-sure="A1"' in tablet.answer.text
        assert tablet.scan("A1", sure="A1").status_code == 200
    assert [(c.lot_code, c.serial) for c in desk.world.all(ReceiptCount)] == [("A1", "A1")]


def test_a_lot_of_digits_is_told_twice_and_then_believed(desk: Desk, dock: Dock):
    milk = dock.tracked("MILK", is_lot_tracked=True)
    tablet = Tablet(desk)
    tablet.scan("YZ")
    tablet.scan(milk.barcode)
    assert tablet.scan(UNKNOWN).status_code == 422
    assert tablet.scan("6900000000021", sure=UNKNOWN).status_code == 422
    assert tablet.scan(UNKNOWN, sure=UNKNOWN).status_code == 200
    tablet.scan("CMD-SKIP")
    tablet.scan(milk.barcode)
    assert tablet.scan(UNKNOWN).status_code == 200
    assert [(c.lot_code, c.pieces) for c in desk.world.all(ReceiptCount)] == [(UNKNOWN, 1)] * 2


def test_what_somebody_left_in_hand_is_named_at_the_end_and_set_down(desk: Desk, dock: Dock):
    milk, tee = dock.tracked("MILK", is_lot_tracked=True), desk.world.sku("TEE")
    tablet = Tablet(desk)
    tablet.scan("YZ")
    tablet.scan(milk.barcode, pieces=3)
    other = Tablet(desk, Role.SUPERVISOR)
    other.answer = desk.get(f"/receive/{tablet.subject}", Role.SUPERVISOR)
    other.read()
    other.scan(tee.barcode)
    other.scan("CMD-OK")
    assert "has 3 × MILK in hand, not counted yet" in other.words
    assert other.expects.endswith("has in hand, as told above")
    (person,) = re.findall(r'data-field-person="(\d+)"', other.answer.get_data(as_text=True))
    other.scan("CMD-MINUS", person=person)
    assert (other.screen, "Not counted: MILK" in other.words) == ("finish", True)
    other.scan("CMD-OK")
    assert "Somebody else compares it" in other.words


def test_goods_to_be_counted_again_are_named_at_the_end_and_said_not_to_be_there(
    desk: Desk, dock: Dock
):
    tee, mug = desk.world.sku("TEE"), desk.world.sku("MUG")
    receipt = dock.blind()
    dock.count(receipt, tee, 2)
    dock.count(receipt, mug, 1)
    dock.world.do(
        recount_goods, RecountGoods, by="boss", receipt_id=receipt, sku_ids=(mug.id,), reason="x"
    )
    tablet = Tablet(desk)
    tablet.scan("YZ")
    tablet.answer = desk.get(f"/receive/{receipt}", Role.RECEIVER)
    tablet.read()
    tablet.scan("CMD-OK")
    assert "MUG was asked to be counted again: count it, or say that none" in tablet.words
    assert ("All counted" in tablet.words, tablet.expects) == (False, "MUG, to be counted again")
    (none,) = re.findall(r'data-field-none="([^"]+)"', tablet.answer.get_data(as_text=True))
    assert none == str(mug.id)
    assert tablet.scan("CMD-OK", none="x,²," + "9" * 5000).status_code == 409
    tablet.scan("CMD-OK", none=none)
    assert "Somebody else compares it" in tablet.words
    other = desk.get(f"/receive/{receipt}", Role.SUPERVISOR)
    assert "Counted again, none there: MUG" in words_of(other)
    assert "Counted again, none there: MUG" in words_of(desk.get(f"/receiving/{receipt}"))


def test_wrong_scans_leave_the_screen_and_say_what_was_wanted(desk: Desk, dock: Dock):
    tablet = Tablet(desk)
    assert "Scan a purchase order or a receipt" in words_of(tablet.scan("NOTHING"))
    assert tablet.scan("CMD-FULL").status_code == 400
    tablet.scan("YZ")
    desk.world.bin("A-01")
    assert tablet.scan("A-01").status_code == 422
    assert tablet.scan("CMD-OK", screen="finish").status_code == 409
    assert tablet.scan(desk.world.sku("TEE").barcode, pieces="1.5").status_code == 400
    assert tablet.scan("CMD-UNDO", screen="count").status_code == 409
    assert tablet.scan("X", subject=987654).status_code in (404, 409)
    assert desk.world.all(ReceiptCount) == []


def test_goods_too_near_their_end_are_told_to_who_confirms_and_at_the_desk(desk: Desk, dock: Dock):
    flags = {"is_lot_tracked": True, "is_expiry_tracked": True, "days_before_expiry": 30}
    milk = dock.tracked("MILK", **flags)
    receipt = dock.blind()
    # The pages take today from the clock, as people do.
    day = utcnow().astimezone(desk.app.extensions["fahuo_config"].time_zone).date()
    dock.count(receipt, milk, 5, lot="L1", best_before=day + timedelta(days=5))
    dock.finish(receipt)
    said = "5 × MILK of lot L1 are good for 5 days more"
    tablet = Tablet(desk)
    tablet.scan(dock.receipt(receipt).number)
    assert said in tablet.words
    assert said in words_of(desk.get(f"/receiving/{receipt}", Role.SUPERVISOR))
