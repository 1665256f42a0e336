"""Receipts when something changed meanwhile: how goods are kept, another delivery, pieces gone."""

from __future__ import annotations

from datetime import date

import pytest

from tests.dock import NEXT_YEAR, Dock
from tests.tracked import lots_at
from warehouse.catalog.models import Bin
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.inventory.models import Lot, Serial
from warehouse.inventory.tracking import GiveLot, SetTracking, give_lot, set_tracking
from warehouse.placing.models import Why
from warehouse.receiving.commands.booking import BookReceipt, book_receipt
from warehouse.receiving.commands.correcting import CorrectReceipt, RightNumber, correct_receipt
from warehouse.receiving.commands.exchange import Faulty, MakeExchange, make_exchange
from warehouse.receiving.commands.finishing import CountAgain, count_again
from warehouse.receiving.commands.receipts import (
    Announced,
    ExpectReceipt,
    StartReceipt,
    expect_receipt,
    start_receipt,
)
from warehouse.receiving.models import Fault
from warehouse.storing.commands.moves import (
    AdjustStock,
    MovePieces,
    Taken,
    adjust_stock,
    move_pieces,
)


def keep(dock: Dock, sku_id: int, **flags: bool) -> None:
    given = {"is_lot_tracked": False, "is_expiry_tracked": False, "is_serial_tracked": False}
    dock.world.do(set_tracking, SetTracking, sku_id=sku_id, **{**given, **flags})


def put_away(dock: Dock, code: str, pieces: int) -> None:
    taken = Taken(bin="DOCK", sku=code, pieces=pieces)
    dock.world.do(move_pieces, MovePieces, taken=taken, to="A-01")


@pytest.mark.parametrize("serial", ["", "S1"], ids=["pieces", "known pieces"])
def test_a_lot_told_before_its_goods_lost_their_lots_is_booked_without(dock: Dock, serial: str):
    milk = dock.tracked(
        "MILK", is_lot_tracked=True, is_expiry_tracked=True, is_serial_tracked=bool(serial)
    )
    pieces = 1 if serial else 5
    receipt_id = dock.blind()
    dock.count(receipt_id, milk, pieces, lot="L1", best_before=NEXT_YEAR, serial=serial)
    dock.finish(receipt_id)
    keep(dock, milk.id, is_serial_tracked=bool(serial))
    dock.book(receipt_id)
    assert dock.world.standing(milk) == {"DOCK": pieces, "SUPPLIER": -pieces}
    assert lots_at(dock.world, "DOCK") == {}
    assert [piece.lot_id for piece in dock.world.all(Serial)] == ([None] if serial else [])


def test_goods_that_have_lots_only_since_they_were_counted_are_counted_again(dock: Dock):
    tee, mug = dock.world.sku("TEE"), dock.world.sku("MUG")
    receipt_id = dock.blind()
    dock.count(receipt_id, tee, 5)
    dock.count(receipt_id, mug, 2)
    dock.finish(receipt_id)
    keep(dock, tee.id, is_lot_tracked=True)
    given = {"by": "mei", "receipt_id": receipt_id}
    refused = dock.world.refused(RuleViolation, book_receipt, BookReceipt, **given)
    assert "Have it counted again" in refused.text.msgid
    dock.world.do(count_again, CountAgain, **given)
    assert dock.lines(receipt_id) == {mug.id: (None, 2, 0)}
    dock.count(receipt_id, tee, 5, lot="L1")
    dock.finish(receipt_id)
    dock.book(receipt_id)
    assert lots_at(dock.world, "DOCK") == {"L1": (5, 0)}


def test_a_lot_that_came_with_another_day_meanwhile_is_counted_again(dock: Dock):
    milk, tee = dock.tracked("MILK", is_lot_tracked=True), dock.world.sku("TEE")
    first = dock.blind()
    dock.count(first, milk, 2, lot="L1", best_before=NEXT_YEAR)
    second = dock.blind()
    dock.count(second, milk, 3, lot="L1", best_before=NEXT_YEAR.replace(day=1))
    dock.count(second, tee, 1)
    for receipt_id in (first, second):
        dock.finish(receipt_id)
    dock.book(first)
    given = {"by": "mei", "receipt_id": second}
    refused = dock.world.refused(RuleViolation, book_receipt, BookReceipt, **given)
    assert "another best-before" in refused.text.msgid
    dock.world.do(count_again, CountAgain, **given)
    assert dock.lines(second) == {tee.id: (None, 1, 0)}
    dock.count(second, milk, 3, lot="L1")
    dock.finish(second)
    dock.book(second)
    assert lots_at(dock.world, "DOCK") == {"L1": (5, 0)}


def test_of_two_deliveries_of_an_order_the_second_waits_and_is_told_why(dock: Dock):
    tee = dock.world.sku("TEE")
    order = dock.order({tee: 10})
    first, second = (
        dock.world.do(expect_receipt, ExpectReceipt, supplier="YZ", purchase_no=order.number,
                      lines=(Announced(sku_code="TEE", pieces=n),))
        for n in (4, 6)
    )  # fmt: skip
    receipt_id = dock.start(first.facts["number"])
    given = {"by": "hua", "barcode": second.facts["number"]}
    refused = dock.world.refused(RuleViolation, start_receipt, StartReceipt, **given)
    assert refused.text.params["number"] == first.facts["number"]
    dock.count(receipt_id, tee, 4)
    dock.finish(receipt_id)
    dock.world.do(start_receipt, StartReceipt, **given)
    dock.world.refused(RuleViolation, count_again, CountAgain, by="mei", receipt_id=receipt_id)


@pytest.mark.parametrize(
    ("left_at_dock", "booked"),
    [(0, None), (1, {"DOCK": 0, "QUARANTINE": 1, "A-01": 4}), (5, {"DOCK": 3, "QUARANTINE": 2})],
)
def test_a_piece_that_has_moved_on_turns_up_nowhere_else(
    dock: Dock, left_at_dock: int, booked: dict[str, int] | None
):
    tee = dock.world.sku("TEE")
    dock.world.bin("A-01")
    order = dock.order({tee: 5})
    receipt_id = dock.start(order.number)
    dock.count(receipt_id, tee, 5)
    dock.finish(receipt_id)
    dock.book(receipt_id)
    if left_at_dock < 5:
        put_away(dock, "TEE", 5 - left_at_dock)
    right = (
        RightNumber(key=f"{tee.id}:sound::", pieces=3),
        RightNumber(key=f"{tee.id}:faulty::", pieces=2),
    )
    given = {"receipt_id": receipt_id, "reason": "two are torn", "lines": right}
    if booked is None:
        dock.world.refused(RuleViolation, correct_receipt, CorrectReceipt, **given)
        return
    done = dock.corrected(**given)
    standing = dock.world.standing(tee)
    assert {place: standing.get(place, 0) for place in booked} == booked
    assert (standing["SUPPLIER"], done.facts["left"]) == (-5, 2 - booked["QUARANTINE"])
    assert dock.received(order) == ("received", [5])


def test_a_lot_whose_day_not_every_scan_says_is_one_line_to_correct(dock: Dock):
    serum, tee = dock.tracked("SERUM", is_lot_tracked=True), dock.world.sku("TEE")
    receipt_id = dock.blind()
    dock.count(receipt_id, serum, 3, lot="L1", best_before=NEXT_YEAR)
    dock.count(receipt_id, tee)
    dock.count(receipt_id, serum, 2, lot="L1")
    dock.finish(receipt_id)
    dock.book(receipt_id)
    line = RightNumber(key=f"{serum.id}:sound:L1:", pieces=4)
    dock.corrected(receipt_id=receipt_id, reason="one too many", lines=(line,))
    assert dock.world.standing(serum) == {"DOCK": 4, "SUPPLIER": -4}


def test_a_line_told_twice_is_no_correction(dock: Dock):
    tee = dock.world.sku("TEE")
    right = RightNumber(key=f"{tee.id}:sound::", pieces=3)
    dock.world.refused(InvalidInput, correct_receipt, CorrectReceipt, reason="miscounted",
                       receipt_id=dock.booked({tee: 5}), lines=(right, right))  # fmt: skip


def test_goods_listed_twice_for_an_exchange_are_no_more_for_it(dock: Dock):
    tee = dock.world.sku("TEE")
    receipt_id = dock.blind()
    dock.count(receipt_id, tee, 5, fault=Fault.DAMAGED)
    dock.finish(receipt_id)
    dock.book(receipt_id)
    place = dock.world.one(Bin, code="QUARANTINE").id
    line = Faulty(key=f"{place}:{tee.id}::", pieces=3)
    dock.world.refused(InvalidInput, make_exchange, MakeExchange, supplier="YZ", lines=(line, line))


@pytest.mark.parametrize(
    ("lot", "day", "field"),
    [
        ("L" * 21, NEXT_YEAR, "lot"),
        ("批次一", NEXT_YEAR, "lot"),
        ("L1", date(2062, 1, 1), "best_before"),
        ("L1", date(1990, 1, 1), "best_before"),
    ],
)
def test_lots_that_no_label_shows_are_made_nowhere(dock: Dock, lot: str, day: date, field: str):
    dock.tracked("MILK", is_lot_tracked=True, is_expiry_tracked=True)
    tee = dock.world.sku("TEE")
    dock.world.stock(tee, "A-01", 3)
    taken = Taken(bin="A-01", sku="MILK", pieces=1, lot=lot)
    found = dock.world.refused(
        InvalidInput, adjust_stock, AdjustStock, taken=taken, is_more=True, why=Why.FOUND,
        best_before=day,
    )  # fmt: skip
    given = dock.world.refused(
        InvalidInput, give_lot, GiveLot, sku_id=tee.id, lot=lot, best_before=day
    )
    assert (found.field, given.field, dock.world.all(Lot)) == (field, field, [])


def test_a_serial_number_longer_than_its_label_is_not_found_on_a_shelf(dock: Dock):
    dock.tracked("PHONE", is_serial_tracked=True)
    dock.world.bin("A-01")
    taken = Taken(bin="A-01", sku="PHONE", pieces=1, serials=("S" * 21,))
    dock.world.refused(InvalidInput, adjust_stock, AdjustStock, taken=taken, is_more=True,
                       why=Why.FOUND)  # fmt: skip


def test_what_is_typed_in_small_letters_is_what_a_scanner_reads(dock: Dock):
    milk = dock.tracked("MILK", is_lot_tracked=True)
    phone = dock.tracked("PHONE", is_serial_tracked=True)
    dock.world.bin("A-01")
    dock.world.bin("A-02")
    for taken in (
        Taken(bin="a-01", sku="MILK", pieces=2, lot="l1"),
        Taken(bin="A-01", sku="PHONE", pieces=1, serials=("s1",)),
    ):
        found = {"taken": taken, "is_more": True, "why": Why.FOUND}
        dock.world.do(adjust_stock, AdjustStock, **found)
        dock.world.do(move_pieces, MovePieces, taken=taken, to="A-02")
    assert lots_at(dock.world, "A-02") == {"L1": (2, 0)}
    assert [piece.code for piece in dock.world.all(Serial)] == ["S1"]
    assert dock.world.standing(milk)["A-02"] + dock.world.standing(phone)["A-02"] == 3
