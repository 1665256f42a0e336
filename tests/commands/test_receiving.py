"""Taking goods in: by order or blind, by several hands, confirmed by another, booked once."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from printing.models import PrintJob
from tests.builders import Goods
from tests.dock import NEXT_YEAR, Dock
from warehouse.catalog.models import Barcode, Sku
from warehouse.commands import Tone
from warehouse.errors import (
    InvalidInput,
    LotDoubted,
    RuleViolation,
    SamePerson,
    SerialElsewhere,
    StaleScreen,
    StillAsked,
    UnknownBarcode,
    WrongItem,
    WrongScan,
)
from warehouse.inventory.models import Lot, Move, MoveReason
from warehouse.receiving.commands.booking import BookReceipt, book_receipt
from warehouse.receiving.commands.counting import (
    CountGoods,
    OtherLot,
    TellPieces,
    UndoCount,
    count_goods,
    other_lot,
    tell_pieces,
    undo_count,
)
from warehouse.receiving.commands.finishing import (
    CountAgain,
    FinishCount,
    count_again,
    finish_count,
)
from warehouse.receiving.commands.new_goods import (
    LabelGoods,
    MakeGoods,
    MapCode,
    label_goods,
    make_goods,
    map_code,
)
from warehouse.receiving.commands.receipts import (
    CancelReceipt,
    StartReceipt,
    cancel_receipt,
    start_receipt,
)
from warehouse.receiving.commands.setting_down import SetDown, set_down
from warehouse.receiving.commands.striking import StrikePiece, doubts_of, strike_piece
from warehouse.receiving.models import Fault, Receipt, ReceiptCount, ReceiptFocus, ReceiptLine
from warehouse.receiving.screens import ReceiveScreen

UNKNOWN = "6900000000012"


def test_a_delivery_goes_from_the_supplier_to_dock_and_quarantine(dock: Dock):
    tee, mug = dock.world.sku("TEE"), dock.world.sku("MUG")
    order = dock.order({tee: 10, mug: 4})
    receipt_id = dock.start(order.number)
    first = dock.count(receipt_id, tee, 9)
    dock.world.do(count_goods, CountGoods, by="lei", receipt_id=receipt_id, barcode=tee.barcode,
                  fault=Fault.STAINED)  # fmt: skip
    dock.count(receipt_id, mug, 3)
    assert first.message.params == {"pieces": 9, "total": 9, "announced": 10, "name": "TEE cotton"}
    assert dock.lines(receipt_id) == {tee.id: (10, 9, 1), mug.id: (4, 3, 0)}
    dock.finish(receipt_id)
    assert dock.world.standing(tee) == {}
    dock.book(receipt_id)
    assert dock.world.standing(tee) == {"DOCK": 9, "QUARANTINE": 1, "SUPPLIER": -10}
    assert dock.world.standing(mug) == {"DOCK": 3, "SUPPLIER": -3}
    assert {m.reason for m in dock.world.all(Move)} == {MoveReason.RECEIVE}
    assert dock.received(order) == ("partly_received", [10, 3])
    rest = dock.start(order.number)
    assert dock.lines(rest) == {mug.id: (1, 0, 0)}
    dock.count(rest, mug)
    dock.finish(rest)
    dock.book(rest)
    assert dock.received(order) == ("received", [10, 4])
    dock.world.refused(RuleViolation, start_receipt, StartReceipt, barcode=order.number)


def test_the_receipt_is_printed_in_two_copies_with_what_differs(dock: Dock):
    tee, mug = dock.world.sku("TEE"), dock.world.sku("MUG")
    receipt_id = dock.start(dock.order({tee: 10}).number)
    dock.count(receipt_id, tee, 8, fault=Fault.DAMAGED)
    dock.count(receipt_id, mug, 2)
    dock.finish(receipt_id)
    papers = dock.world.all(PrintJob, document_kind="goods_receipt")
    assert [(p.run_no, p.subject) for p in papers] == [(n, f"receipt:{receipt_id}") for n in (1, 2)]
    facts = papers[0].facts
    assert (facts["received_by"], facts["supplier"]) == ("lei", "YZ Knit")
    assert facts["note"] == "少 2，多 2 · 次品：破损 8"
    told = [(x["sku_code"], x["announced"], x["accepted"], x["rejected"]) for x in facts["lines"]]
    assert told == [("TEE", 10, 0, 8), ("MUG", None, 2, 0)]


def test_several_count_and_none_of_them_confirms(dock: Dock):
    tee = dock.world.sku("TEE")
    order = dock.order({tee: 10})
    receipt_id = dock.start(order.number, by="lei")
    assert dock.start(order.number, by="hua") == receipt_id
    dock.count(receipt_id, tee, 4, by="lei")
    dock.count(receipt_id, tee, 6, by="hua")
    dock.finish(receipt_id, by="lei")
    for counter in ("lei", "hua"):
        dock.world.refused(SamePerson, book_receipt, BookReceipt, by=counter, receipt_id=receipt_id)
    shown = dock.world.do(start_receipt, StartReceipt, by="mei", barcode=order.number)
    assert (shown.screen, shown.subject_id) == (ReceiveScreen.CONFIRM, receipt_id)
    dock.book(receipt_id, by="mei")
    assert dock.world.balance("DOCK", tee) == (10, 0, 10)


def test_two_tablets_book_a_receipt_once(dock: Dock):
    tee = dock.world.sku("TEE")
    receipt_id = dock.blind()
    dock.count(receipt_id, tee, 5)
    dock.finish(receipt_id)
    commands = [dock.world.command(BookReceipt, by=who, receipt_id=receipt_id)
                for who in ("mei", "hua")]  # fmt: skip
    ended = dock.world.overlap((book_receipt, commands[0]), (book_receipt, commands[1]))
    assert isinstance(ended, StaleScreen)
    assert dock.world.balance("DOCK", tee) == (5, 0, 5)
    assert len(dock.world.all(Move)) == 1
    dock.world.refused(StaleScreen, book_receipt, BookReceipt, by="mei", receipt_id=receipt_id)


def test_two_tablets_begin_an_order_once(dock: Dock):
    order = dock.order({dock.world.sku("TEE"): 3})
    commands = [dock.world.command(StartReceipt, by=who, barcode=order.number)
                for who in ("lei", "hua")]  # fmt: skip
    joined = dock.world.overlap((start_receipt, commands[0]), (start_receipt, commands[1]))
    assert not isinstance(joined, Exception)
    assert [r.id for r in dock.world.all(Receipt)] == [joined.subject_id]
    assert dock.blind(by="lei") == dock.blind(by="hua")


def test_more_than_announced_and_what_nobody_announced_is_said(dock: Dock):
    tee, mug = dock.world.sku("TEE"), dock.world.sku("MUG")
    receipt_id = dock.start(dock.order({tee: 2}).number)
    exact = dock.count(receipt_id, tee, 2)
    over = dock.world.do(count_goods, CountGoods, by="lei", receipt_id=receipt_id, barcode=tee.pack)
    assert (exact.is_step_done, exact.tone, over.tone) == (True, Tone.OK, Tone.ATTENTION)
    assert over.message.params["over"] == 6
    extra, blind = dock.count(receipt_id, mug), dock.count(dock.blind(), mug)
    assert (extra.tone, blind.tone) == (Tone.ATTENTION, Tone.OK)
    assert str(extra.message).startswith("Not announced. +1")
    assert dock.lines(receipt_id) == {tee.id: (2, 8, 0), mug.id: (None, 1, 0)}


def test_the_last_count_of_the_actor_is_taken_back(dock: Dock):
    tee, mug = dock.world.sku("TEE"), dock.world.sku("MUG")
    receipt_id = dock.start(dock.order({tee: 5}).number)
    dock.count(receipt_id, tee, 2)
    dock.count(receipt_id, mug, 1)
    dock.count(receipt_id, tee, 3, by="hua")
    dock.world.do(undo_count, UndoCount, by="lei", receipt_id=receipt_id)
    assert dock.lines(receipt_id) == {tee.id: (5, 5, 0)}
    dock.world.do(undo_count, UndoCount, by="lei", receipt_id=receipt_id)
    assert dock.lines(receipt_id) == {tee.id: (5, 3, 0)}
    dock.world.refused(RuleViolation, undo_count, UndoCount, by="lei", receipt_id=receipt_id)


def test_lot_and_date_are_asked_once_and_remembered(dock: Dock):
    milk = dock.tracked("MILK", is_lot_tracked=True, is_expiry_tracked=True)
    receipt_id = dock.blind()
    here = {"by": "lei", "receipt_id": receipt_id}
    assert dock.count(receipt_id, milk, 6).screen == ReceiveScreen.LOT
    assert dock.lines(receipt_id) == {}
    dock.world.refused(StaleScreen, count_goods, CountGoods, barcode=milk.barcode, **here)
    again = dock.world.refused(StillAsked, tell_pieces, TellPieces, lot=milk.barcode, **here)
    assert "is in hand already; this scan was not counted" in str(again.text)
    assert dock.world.one(ReceiptFocus).asks == 6
    mug = dock.world.sku("MUG")
    dock.world.refused(LotDoubted, tell_pieces, TellPieces, lot=mug.barcode, **here)
    dock.world.refused(InvalidInput, tell_pieces, TellPieces, lot="L" * 21, **here)
    assert dock.world.do(tell_pieces, TellPieces, lot="L1", **here).screen == "best_before"
    for wrong in (date(2026, 3, 1), date(2062, 1, 1)):
        dock.world.refused(InvalidInput, tell_pieces, TellPieces, best_before=wrong, **here)
    done = dock.world.do(tell_pieces, TellPieces, best_before=NEXT_YEAR, **here)
    assert done.screen == ReceiveScreen.COUNT
    dock.count(receipt_id, milk, 4)
    dock.world.do(other_lot, OtherLot, **here)
    assert dock.count(receipt_id, milk, 2).screen == ReceiveScreen.LOT
    dock.world.do(tell_pieces, TellPieces, lot="L2", best_before=NEXT_YEAR, **here)
    other = {"lot": "L1", "best_before": date(2027, 4, 1)}
    dock.world.refused(RuleViolation, count_goods, CountGoods, barcode=milk.barcode, **here,
                       **other)  # fmt: skip
    dock.finish(receipt_id)
    dock.book(receipt_id)
    lots = {lot.code: lot for lot in dock.world.all(Lot)}
    assert {m.lot_id: m.pieces for m in dock.world.all(Move)} == {
        lots["L1"].id: 10, lots["L2"].id: 2,
    }  # fmt: skip
    assert lots["L1"].best_before == NEXT_YEAR


def test_a_symbol_that_says_it_all_asks_nothing_and_expired_pieces_go_aside(dock: Dock):
    milk = dock.tracked("MILK", is_lot_tracked=True, is_expiry_tracked=True)
    receipt_id = dock.blind()
    told: dict[str, Any] = {"lot": "L1", "best_before": NEXT_YEAR}
    assert dock.count(receipt_id, milk, 3, **told).screen == ReceiveScreen.COUNT
    old = {"lot": "L0", "best_before": date(2026, 2, 1)}
    given = {"receipt_id": receipt_id, "barcode": milk.barcode, "by": "lei", **old}
    dock.world.refused(InvalidInput, count_goods, CountGoods, **given)
    dock.count(receipt_id, milk, 1, fault=Fault.EXPIRED, **old)
    dock.finish(receipt_id)
    dock.book(receipt_id)
    assert dock.world.standing(milk) == {"DOCK": 3, "QUARANTINE": 1, "SUPPLIER": -4}


def test_known_pieces_are_counted_one_by_one(dock: Dock):
    phone = dock.tracked("PHONE", is_serial_tracked=True)
    receipt_id = dock.blind()
    here = {"by": "lei", "receipt_id": receipt_id}
    assert dock.count(receipt_id, phone, 2).screen == ReceiveScreen.SERIAL
    assert dock.world.do(tell_pieces, TellPieces, serial="S1", **here).screen == "serial"
    dock.world.refused(RuleViolation, tell_pieces, TellPieces, serial="S1", **here)
    dock.world.refused(StillAsked, tell_pieces, TellPieces, serial=phone.barcode, **here)
    dock.world.refused(RuleViolation, finish_count, FinishCount, **here)
    assert dock.world.do(tell_pieces, TellPieces, serial="S2", **here).screen == "count"
    dock.finish(receipt_id)
    dock.book(receipt_id)
    assert dock.world.balance("DOCK", phone) == (2, 0, 2)
    again = dock.blind()
    given = {"receipt_id": again, "barcode": phone.barcode, "serial": "S1", "by": "lei"}
    dock.world.refused(SerialElsewhere, count_goods, CountGoods, **given)


def test_an_unknown_code_becomes_a_new_sku_with_the_next_number_and_its_label(dock: Dock):
    dock.world.settings(sku_code_patterns="Tops=T-####, Cups=C-####")
    dock.world.sku("C-0001")
    receipt_id = dock.blind()
    here = {"by": "lei", "receipt_id": receipt_id}
    asked = dock.world.do(count_goods, CountGoods, barcode=UNKNOWN, **here)
    assert (asked.screen, asked.tone) == (ReceiveScreen.UNKNOWN, Tone.ATTENTION)
    dock.world.refused(InvalidInput, make_goods, MakeGoods, name=" ", pattern="Cups", **here)
    dock.world.refused(InvalidInput, make_goods, MakeGoods, name="Cup", pattern="Hats", **here)
    made = dock.world.do(
        make_goods, MakeGoods, name="Cup", properties="blue", pattern="Cups", labels=2, **here
    )
    cup = dock.world.one(Sku, code="C-0002")
    assert (made.screen, cup.name, cup.properties) == ("count", "Cup", "blue")
    assert dock.lines(receipt_id) == {cup.id: (None, 1, 0)}
    assert len(dock.world.all(PrintJob, document_kind="sku_label")) == 2
    dock.world.do(make_goods, MakeGoods, name="Tee", pattern="Tops", labels=1, **here)
    assert dock.world.one(Sku, code="T-0001").name == "Tee"
    dock.world.do(label_goods, LabelGoods, copies=3, **here)
    assert len(dock.world.all(PrintJob, document_kind="sku_label")) == 6


def test_an_unknown_code_is_given_to_a_known_sku(dock: Dock):
    tee = dock.world.sku("TEE")
    receipt_id = dock.blind()
    here = {"by": "lei", "receipt_id": receipt_id}
    for paper in (dock.receipt(receipt_id).number, dock.order({tee: 1}).number):
        dock.world.refused(WrongItem, count_goods, CountGoods, barcode=paper, **here)
    dock.world.refused(StaleScreen, map_code, MapCode, barcode=tee.barcode, **here)
    dock.world.do(count_goods, CountGoods, barcode="BOX-12", fault=Fault.DAMAGED, **here)
    dock.world.refused(UnknownBarcode, map_code, MapCode, barcode="NOTHING", **here)
    dock.world.do(map_code, MapCode, barcode=tee.barcode, pieces=12, **here)
    assert dock.lines(receipt_id) == {tee.id: (None, 0, 12)}
    assert dock.world.get(Barcode, "BOX-12").pieces == 12
    dock.world.bin("A-01")
    dock.world.refused(WrongItem, count_goods, CountGoods, barcode="A-01", **here)


def test_counting_goes_on_when_it_does_not_agree_and_the_paper_holds_no_more(dock: Dock):
    tee = dock.world.sku("TEE")
    receipt_id = dock.blind()
    dock.count(receipt_id, tee, 5)
    dock.finish(receipt_id)
    given = {"by": "hua", "receipt_id": receipt_id, "barcode": tee.barcode}
    dock.world.refused(StaleScreen, count_goods, CountGoods, **given)
    dock.world.do(count_again, CountAgain, by="mei", receipt_id=receipt_id)
    assert {p.void_reason for p in dock.world.all(PrintJob)} == {"counted again"}
    dock.count(receipt_id, tee, 1)
    dock.finish(receipt_id)
    dock.book(receipt_id)
    assert dock.world.balance("DOCK", tee) == (6, 0, 6)
    dock.world.refused(StaleScreen, count_again, CountAgain, by="mei", receipt_id=receipt_id)


def test_wrong_orders_of_steps_are_answered(dock: Dock):
    tee = dock.world.sku("TEE")
    receipt_id = dock.blind()
    refused = dock.world.refused
    refused(StaleScreen, book_receipt, BookReceipt, by="mei", receipt_id=receipt_id)
    refused(RuleViolation, finish_count, FinishCount, by="lei", receipt_id=receipt_id)
    refused(InvalidInput, cancel_receipt, CancelReceipt, receipt_id=receipt_id, reason=" ")
    dock.world.do(cancel_receipt, CancelReceipt, receipt_id=receipt_id, reason="wrong address")
    number = dock.receipt(receipt_id).number
    refused(RuleViolation, start_receipt, StartReceipt, barcode=number)
    refused(UnknownBarcode, start_receipt, StartReceipt, barcode="PO19990101-001")
    refused(WrongScan, start_receipt, StartReceipt, barcode=tee.barcode)
    given = {"receipt_id": receipt_id, "barcode": tee.barcode}
    refused(StaleScreen, count_goods, CountGoods, **given)
    for pieces, said in ((0, "1 or more"), (-1, "1 or more"), (10_000, "At most 9999 pieces")):
        error = refused(InvalidInput, count_goods, CountGoods, pieces=pieces, **given)
        assert said in str(error)


def test_what_a_receiver_who_has_gone_left_in_hand_keeps_nobody_from_finishing(dock: Dock):
    camera = dock.tracked("CAMERA", is_serial_tracked=True)
    receipt_id = dock.blind()
    dock.count(receipt_id, camera, by="hua", serial="S1")
    dock.count(receipt_id, camera, 2, by="lei")
    given = {"by": "hua", "receipt_id": receipt_id}
    dock.world.refused(RuleViolation, finish_count, FinishCount, **given)
    lei = dock.world.person("lei")
    dock.world.do(set_down, SetDown, person_id=lei, **given)
    dock.world.refused(StaleScreen, set_down, SetDown, person_id=lei, **given)
    dock.finish(receipt_id, by="hua")
    assert dock.lines(receipt_id) == {camera.id: (None, 1, 0)}
    dock.world.refused(StaleScreen, set_down, SetDown, person_id=lei, **given)


def test_a_piece_is_counted_in_one_open_receipt_only(dock: Dock):
    phone = dock.tracked("PHONE", is_serial_tracked=True)
    first, second = dock.blind(), dock.start(dock.order({phone: 1}).number)
    dock.count(first, phone, serial="S1")
    given = {"receipt_id": second, "barcode": phone.barcode, "serial": "S1"}
    refusal = dock.world.refused(SerialElsewhere, count_goods, CountGoods, by="mei", **given)
    assert dock.receipt(first).number in str(refusal)


def test_a_piece_two_receipts_got_at_once_is_struck_from_one_before_it_is_booked(dock: Dock):
    phone = dock.tracked("PHONE", is_serial_tracked=True)
    first, second = dock.blind(), dock.start(dock.order({phone: 2}).number)
    scans = [
        (count_goods, dock.world.command(CountGoods, by="lei", receipt_id=receipt_id,
                                         barcode=phone.barcode, serial="S1"))
        for receipt_id in (first, second)
    ]  # fmt: skip
    if isinstance(dock.world.overlap(*scans), SerialElsewhere):  # one writer at a time: plant it
        _planted(dock, second, phone)
    dock.count(second, phone, serial="S2")
    for receipt_id in (first, second):
        dock.finish(receipt_id)
        dock.world.refused(SerialElsewhere, book_receipt, BookReceipt, receipt_id=receipt_id)
    with dock.world.database.reading() as session:
        (doubt,) = doubts_of(session, second)
    strike = {"receipt_id": second, "count_id": doubt.count_id}
    assert dock.world.do(strike_piece, StrikePiece, by="mei", **strike).screen == "confirm"
    dock.world.refused(StaleScreen, strike_piece, StrikePiece, by="mei", **strike)
    assert dock.lines(second) == {phone.id: (2, 1, 0)}
    dock.book(first)
    dock.book(second)
    assert dock.world.standing(phone) == {"DOCK": 2, "SUPPLIER": -2}
    assert dock.world.differences() == []


def _planted(dock: Dock, receipt_id: int, goods: Goods) -> None:
    """Leave what two tablets leave that scan the same piece at the same moment."""
    dock.world.add(ReceiptCount(receipt_id=receipt_id, sku_id=goods.id, pieces=1, serial="S1",
                                person_id=dock.world.person("lei"), at=dock.world.now))  # fmt: skip
    with dock.world.database.transaction() as session:
        session.execute(
            sa.update(ReceiptLine)
            .where(ReceiptLine.receipt_id == receipt_id, ReceiptLine.sku_id == goods.id)
            .values(sound=1)
        )
