"""Goods that go back to their supplier, supplier papers, and the lists suppliers send."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from printing.models import PrintJob
from tests.builders import Goods
from tests.dock import NEXT_YEAR, Dock
from tests.stocking import PutStock, put_stock
from tests.tracked import lots_at, places, put, track
from warehouse.catalog.models import Bin
from warehouse.commands import USUAL_ZONE, Actor
from warehouse.errors import (
    InsufficientStock,
    InvalidInput,
    RuleViolation,
    SerialElsewhere,
    StaleScreen,
    UnknownName,
    WarehouseError,
)
from warehouse.inventory import ledger
from warehouse.inventory.models import Lot, Move, MoveReason, Serial
from warehouse.placing.models import Why
from warehouse.receiving import desk as dock_desk
from warehouse.receiving.accounts import (
    Exchange,
    ExchangeLine,
    FileKind,
    Settlement,
    SupplierFile,
    SupplierPaper,
)
from warehouse.receiving.booked import booked_of
from warehouse.receiving.commands.booking import BookReceipt, book_receipt
from warehouse.receiving.commands.correcting import RightNumber
from warehouse.receiving.commands.counting import CountGoods, count_goods
from warehouse.receiving.commands.exchange import (
    CancelExchange,
    Faulty,
    MakeExchange,
    SendExchange,
    cancel_exchange,
    make_exchange,
    send_exchange,
)
from warehouse.receiving.commands.money import (
    LARGEST_FILE,
    AddPaper,
    KeepFile,
    PayPaper,
    RemoveFile,
    add_paper,
    keep_file,
    pay_paper,
    remove_file,
)
from warehouse.receiving.commands.purchases import ClosePurchase, close_purchase
from warehouse.receiving.commands.settling import SettleExchange, settle_exchange
from warehouse.receiving.commands.striking import StrikePiece, doubts_of, strike_piece
from warehouse.receiving.importing import Into, ListTaken, import_delivery_list
from warehouse.receiving.models import Fault, PurchaseLine, PurchaseOrder, Receipt, Supplier
from warehouse.receiving.quarantine import faults_by_supplier, standing
from warehouse.retiring.commands import RetireSku, retire_sku
from warehouse.shops.refusals import FileRefused
from warehouse.storing.commands.moves import AdjustStock, Taken, adjust_stock
from warehouse.text import LOCALES, translate
from warehouse.web.purchases import LINE_FIELDS

TODAY = date(2026, 3, 2)
PNG = b"\x89PNG\r\n\x1a\nrest"


def faulty(dock: Dock, goods: Goods, pieces: int, **told: Any) -> int:
    """Book faulty pieces and return the id of their receipt."""
    return dock.booked({goods: pieces}, fault=Fault.DAMAGED, **told)


def keys(dock: Dock) -> dict[str, str]:
    """Return the key of what stands in quarantine by SKU, lot and number."""
    with dock.world.database.reading() as session:
        return {f"{s.code}{s.lot_code}{s.serial}": s.key for s in standing(session)}


def listed(dock: Dock, wanted: dict[str, int]) -> int:
    known = keys(dock)
    lines = tuple(Faulty(key=known[name], pieces=n, fault="torn") for name, n in wanted.items())
    made = dock.world.do(make_exchange, MakeExchange, supplier="YZ", lines=lines)
    assert made.subject_id is not None
    return made.subject_id


def sent(dock: Dock, wanted: dict[str, int]) -> tuple[int, Sequence[ExchangeLine]]:
    exchange_id = listed(dock, wanted)
    dock.world.do(send_exchange, SendExchange, exchange_id=exchange_id)
    return exchange_id, dock.world.all(ExchangeLine, exchange_id=exchange_id)


def test_faulty_pieces_go_out_and_come_back_in_every_way(dock: Dock):
    tee, mug = dock.world.sku("TEE"), dock.world.sku("MUG")
    faulty(dock, tee, 9)
    exchange_id, (line,) = sent(dock, {"TEE": 8})
    assert dock.world.standing(tee) == {"QUARANTINE": 1, "SUPPLIER": -1}
    paper = dock.world.one(PrintJob, document_kind="exchange_out")
    assert [(x["sku_code"], x["pieces"], x["fault"]) for x in paper.facts["lines"]] == [
        ("TEE", 8, "torn")
    ]

    def settle(kind: Settlement, pieces: int, **more: Any) -> str:
        given = {"exchange_id": exchange_id, "line_id": line.id, "kind": kind, "pieces": pieces}
        dock.world.do(settle_exchange, SettleExchange, **given, **more)
        return dock.world.state(Exchange, exchange_id)

    assert settle(Settlement.REPLACED, 3) == "out"
    assert settle(Settlement.REPLACED, 2, sku_code="MUG", note="no more tees") == "out"
    assert settle(Settlement.CREDITED, 1, amount_fen=1250) == "out"
    assert settle(Settlement.SENT_BACK, 1, note="our own fault") == "out"
    assert settle(Settlement.REFUSED, 1, note="too late") == "settled"
    assert dock.world.standing(tee) == {"DOCK": 3, "QUARANTINE": 2, "SUPPLIER": -5}
    assert dock.world.standing(mug) == {"DOCK": 2, "SUPPLIER": -2}
    given = {"exchange_id": exchange_id, "line_id": line.id, "kind": Settlement.REPLACED}
    dock.world.refused(StaleScreen, settle_exchange, SettleExchange, pieces=1, **given)


@pytest.mark.parametrize(
    ("flags", "field", "told"),
    [
        ({"is_lot_tracked": True}, "lot", {"lot": "L1"}),
        ({"is_serial_tracked": True}, "serials", {"serials": ("S1", "S2")}),
    ],
)
def test_pieces_that_left_before_their_goods_were_kept_so_say_what_they_are_when_they_come_back(
    dock: Dock, flags: dict[str, bool], field: str, told: dict[str, Any]
):
    tee = dock.world.sku("TEE")
    faulty(dock, tee, 2)
    exchange_id, (line,) = sent(dock, {"TEE": 2})
    track(dock.world, tee, **flags)
    given = {"exchange_id": exchange_id, "line_id": line.id, "pieces": 2, "note": "their word",
             "kind": Settlement.SENT_BACK}  # fmt: skip
    refused = dock.world.refused(InvalidInput, settle_exchange, SettleExchange, **given)
    assert refused.field == field
    dock.world.do(settle_exchange, SettleExchange, **given, **told)
    assert dock.world.standing(tee) == {"QUARANTINE": 2, "SUPPLIER": -2}
    known = dock.world.all(Serial) or dock.world.all(Lot)
    assert [row.code for row in known] == list(told.get("serials", ["L1"]))
    assert dock.world.differences() == []


def test_a_piece_whose_lot_was_mended_meanwhile_is_sent_back(dock: Dock):
    phone = dock.tracked("PHONE", is_lot_tracked=True, is_serial_tracked=True)
    dock.world.bin("A-01")
    faulty(dock, phone, 1, lot="A", serial="S1")
    exchange_id, (line,) = sent(dock, {"PHONEAS1": 1})
    taken = Taken(bin="A-01", sku="PHONE", pieces=1, lot="B", serials=("S1",))
    for is_more in (True, False):
        dock.world.do(adjust_stock, AdjustStock, taken=taken, is_more=is_more, why=Why.WRONG_LOT)
    given = {"exchange_id": exchange_id, "line_id": line.id, "pieces": 1, "note": "their word"}
    dock.world.do(settle_exchange, SettleExchange, **given, kind=Settlement.SENT_BACK)
    assert (places(dock.world), lots_at(dock.world, "QUARANTINE")) == (
        {"S1": "QUARANTINE"}, {"B": (1, 0)},
    )  # fmt: skip
    assert dock.world.differences() == []


def test_the_slip_names_lots_and_numbers_of_what_goes_back(dock: Dock):
    milk = dock.tracked("MILK", is_lot_tracked=True, is_expiry_tracked=True)
    phone = dock.tracked("PHONE", is_serial_tracked=True)
    faulty(dock, milk, 4, lot="L1", best_before=NEXT_YEAR)
    faulty(dock, phone, 1, serial="S1")
    sent(dock, {"MILKL1": 4, "PHONES1": 1})
    paper = dock.world.one(PrintJob, document_kind="exchange_out")
    assert [(x["sku_code"], x["lot"], x["best_before"], x["serials"])
            for x in paper.facts["lines"]] == [
        ("MILK", "L1", str(NEXT_YEAR), ""), ("PHONE", "", "", "S1")
    ]  # fmt: skip


def test_what_cannot_be_settled_so_is_refused(dock: Dock):
    tee = dock.world.sku("TEE")
    dock.world.sku("MUG")
    dock.tracked("SERUM", is_lot_tracked=True)
    faulty(dock, tee, 5)
    exchange_id, (line,) = sent(dock, {"TEE": 5})
    serum = {"sku_code": "SERUM", "lot": "L9", "note": "agreed"}
    wrong: list[dict[str, Any]] = [
        {"kind": Settlement.REPLACED, "pieces": 6},
        {"kind": Settlement.REPLACED, "pieces": 0},
        {"kind": Settlement.REPLACED, "pieces": 1, "sku_code": "MUG"},
        {"kind": Settlement.CREDITED, "pieces": 1},
        {"kind": Settlement.REFUSED, "pieces": 1},
        {"kind": Settlement.REPLACED, "pieces": 1, "amount_fen": 5},
        {"kind": Settlement.REPLACED, "pieces": 1, "best_before": date(2062, 1, 1), **serum},
    ]
    for given in wrong:
        dock.world.refused(InvalidInput, settle_exchange, SettleExchange, exchange_id=exchange_id,
                           line_id=line.id, **given)  # fmt: skip
    nothing = {**wrong[0], "sku_code": "NOPE", "note": "x"}
    dock.world.refused(UnknownName, settle_exchange, SettleExchange, exchange_id=exchange_id,
                       line_id=line.id, **nothing)  # fmt: skip


def test_a_list_takes_what_stands_there_and_no_more(dock: Dock):
    tee = dock.world.sku("TEE")
    faulty(dock, tee, 5)
    key = keys(dock)["TEE"]
    for lines in ((), (Faulty(key=key, pieces=6),), (Faulty(key="1:2::", pieces=1),),
                  (Faulty(key=key, pieces=0),)):  # fmt: skip
        dock.world.refused(InvalidInput, make_exchange, MakeExchange, supplier="YZ", lines=lines)
    first = listed(dock, {"TEE": 4})
    more = (Faulty(key=key, pieces=2),)
    dock.world.refused(InvalidInput, make_exchange, MakeExchange, supplier="YZ", lines=more)
    given = {"exchange_id": first}
    dock.world.refused(InvalidInput, cancel_exchange, CancelExchange, reason="", **given)
    dock.world.do(cancel_exchange, CancelExchange, reason="mended here", **given)
    dock.world.refused(StaleScreen, send_exchange, SendExchange, **given)
    listed(dock, {"TEE": 5})


def test_all_that_is_wrong_with_a_list_is_told_at_once(dock: Dock):
    tee, cup = dock.world.sku("TEE"), dock.world.sku("CUP")
    faulty(dock, tee, 5)
    faulty(dock, cup, 2)
    found = keys(dock)
    lines = tuple(Faulty(key=found[code], pieces=9) for code in ("TEE", "CUP"))
    given = {"supplier": "NOBODY", "due_on": date(2062, 1, 1), "note": "x" * 1_001}
    refusal = dock.world.refused(
        UnknownName, make_exchange, MakeExchange, lines=(*lines, Faulty(key="0", pieces=1)), **given
    )
    fields = ["supplier", "due_on", "note", found["TEE"], found["CUP"], "lines"]
    assert [one.field for one in refusal.all] == fields


def test_all_that_is_wrong_with_what_came_back_is_told_at_once(dock: Dock):
    serum = dock.tracked("SERUM", is_lot_tracked=True, is_expiry_tracked=True)
    tee = dock.world.sku("TEE")
    faulty(dock, tee, 5)
    exchange_id, (line,) = sent(dock, {"TEE": 5})
    given = {"exchange_id": exchange_id, "line_id": line.id, "kind": Settlement.REPLACED}
    refusal = dock.world.refused(
        InvalidInput, settle_exchange, SettleExchange, pieces=6, amount_fen=100,
        sku_code=serum.barcode, **given,
    )  # fmt: skip
    fields = ["pieces", "note", "amount_fen", "lot", "best_before"]
    assert [one.field for one in refusal.all] == fields


def test_two_desks_do_not_list_the_same_pieces(dock: Dock):
    tee = dock.world.sku("TEE")
    faulty(dock, tee, 5)
    lines = (Faulty(key=keys(dock)["TEE"], pieces=5, fault="torn"),)
    first, second = (
        dock.world.command(MakeExchange, by=who, supplier="YZ", lines=lines)
        for who in ("lei", "mei")
    )
    ended = dock.world.overlap((make_exchange, first), (make_exchange, second))
    assert isinstance(ended, InvalidInput)
    assert len(dock.world.all(Exchange)) == 1


def test_two_desks_send_an_exchange_once_and_none_that_is_gone(dock: Dock):
    tee = dock.world.sku("TEE")
    faulty(dock, tee, 5)
    exchange_id = listed(dock, {"TEE": 5})
    commands = [dock.world.command(SendExchange, by=who, exchange_id=exchange_id)
                for who in ("mei", "hua")]  # fmt: skip
    ended = dock.world.overlap((send_exchange, commands[0]), (send_exchange, commands[1]))
    assert isinstance(ended, StaleScreen)
    assert dock.world.standing(tee) == {}
    receipt_id = faulty(dock, tee, 5)
    second = listed(dock, {"TEE": 5})
    with dock.world.database.reading() as session:
        lines = tuple(
            RightNumber(key=b.key, pieces=3 if b.is_faulty else 0)
            for b in booked_of(session, receipt_id)
        )
    dock.corrected(receipt_id=receipt_id, reason="x", lines=lines)
    dock.world.refused(InsufficientStock, send_exchange, SendExchange, exchange_id=second)


def test_a_piece_out_on_exchange_is_settled_there_and_not_received_anew(dock: Dock):
    phone = dock.tracked("PHONE", is_serial_tracked=True)
    faulty(dock, phone, 1, serial="S1")
    exchange_id, lines = sent(dock, {"PHONES1": 1})
    again = dock.blind()
    given = {"receipt_id": again, "barcode": phone.barcode, "serial": "S1"}
    number = dock.world.get(Exchange, exchange_id).number
    assert number in str(dock.world.refused(SerialElsewhere, count_goods, CountGoods, **given))
    dock.world.do(settle_exchange, SettleExchange, exchange_id=exchange_id, line_id=lines[0].id,
                  kind=Settlement.CREDITED, pieces=1, amount_fen=100)  # fmt: skip
    dock.count(again, phone, serial="S1")
    dock.finish(again)
    dock.book(again)
    assert dock.world.standing(phone) == {"DOCK": 1, "SUPPLIER": -1}


def test_goods_no_longer_in_use_are_no_replacement_for_others(dock: Dock):
    tee, old = dock.world.sku("TEE"), dock.world.sku("OLD")
    faulty(dock, tee, 2)
    exchange_id, lines = sent(dock, {"TEE": 2})
    dock.world.do(retire_sku, RetireSku, sku_id=old.id)
    dock.world.refused(RuleViolation, retire_sku, RetireSku, sku_id=tee.id)  # some are out still
    given = {"exchange_id": exchange_id, "line_id": lines[0].id, "pieces": 1, "note": "agreed",
             "kind": Settlement.REPLACED}  # fmt: skip
    dock.world.refused(InvalidInput, settle_exchange, SettleExchange, sku_code="OLD", **given)
    dock.world.do(settle_exchange, SettleExchange, sku_code="TEE", **given)
    assert (dock.world.standing(old), dock.world.balance("DOCK", tee)) == ({}, (1, 0, 1))


def test_a_piece_at_a_customer_is_not_received_from_a_supplier(dock: Dock):
    phone = dock.tracked("PHONE", is_serial_tracked=True)
    dock.world.carrier()
    late = dock.blind()
    dock.count(late, phone, serial="S1")
    dock.finish(late)
    put(dock.world, phone, "A-1", serials=("S1", "S2"))
    ends = {"from_bin_id": dock.world.one(Bin, code="A-1").id,
            "to_bin_id": dock.world.one(Bin, code="COURIER-ZTO").id}  # fmt: skip
    gone = ledger.Posting(sku_id=phone.id, pieces=1, reason=MoveReason.DISPATCH, serials=("S1",),
                          **ends)  # fmt: skip
    dock.world.do(put_stock, PutStock, postings=(gone,))
    refused = dock.world.refused(SerialElsewhere, book_receipt, BookReceipt, by="mei",
                                 receipt_id=late)  # fmt: skip
    assert "at the customer" in str(refused)
    with dock.world.database.reading() as session:
        (doubt,) = doubts_of(session, late)
    dock.world.do(strike_piece, StrikePiece, receipt_id=late, count_id=doubt.count_id)
    dock.world.refused(SerialElsewhere, count_goods, CountGoods, by="lei", receipt_id=late,
                       barcode=phone.barcode, serial="S1")  # fmt: skip


def test_lots_and_known_pieces_go_and_come_by_name(dock: Dock):
    milk = dock.tracked("MILK", is_lot_tracked=True, is_expiry_tracked=True)
    phone = dock.tracked("PHONE", is_serial_tracked=True)
    faulty(dock, milk, 4, lot="L1", best_before=NEXT_YEAR)
    faulty(dock, phone, 1, serial="S1")
    exchange_id, lines = sent(dock, {"MILKL1": 3, "PHONES1": 1})
    ids = {line.sku_id: line.id for line in lines}
    good = {"exchange_id": exchange_id, "kind": Settlement.REPLACED}
    cases: list[dict[str, Any]] = [
        {"line_id": ids[milk.id], "pieces": 3},
        {"line_id": ids[milk.id], "pieces": 3, "lot": "L2"},
        {"line_id": ids[milk.id], "pieces": 3, "lot": "L2", "best_before": date(2026, 1, 1)},
        {"line_id": ids[phone.id], "pieces": 1},
        {"line_id": ids[phone.id], "pieces": 1, "serials": ("S2",), "lot": "L9"},
    ]
    for given in cases:
        dock.world.refused(InvalidInput, settle_exchange, SettleExchange, **good, **given)
    dock.world.do(settle_exchange, SettleExchange, **good, line_id=ids[milk.id], pieces=3,
                  lot="L2", best_before=NEXT_YEAR)  # fmt: skip
    dock.world.do(settle_exchange, SettleExchange, **good, line_id=ids[phone.id], pieces=1,
                  serials=("S2",))  # fmt: skip
    assert dock.world.standing(milk) == {"DOCK": 3, "QUARANTINE": 1, "SUPPLIER": -4}
    assert dock.world.standing(phone) == {"DOCK": 1, "SUPPLIER": -1}


def test_whose_faults_they_are_is_known(dock: Dock):
    tee = dock.world.sku("TEE")
    faulty(dock, tee, 2)
    dock.supplier("ZZ")
    with dock.world.database.reading() as session:
        mine, other = (s.id for s in session.query(Supplier).order_by(Supplier.id))
        assert faults_by_supplier(session, mine) == {tee.id: {Fault.DAMAGED: 2}}
        assert faults_by_supplier(session, other) == {}


def test_papers_are_paid_in_parts_and_never_beyond(dock: Dock):
    receipt_id = dock.booked({dock.world.sku("TEE"): 4})
    paper: dict[str, Any] = {"receipt_id": receipt_id, "number": "inv-7", "paper_on": TODAY,
                             "amount_fen": 5000, "freight_fen": 300}  # fmt: skip
    refused = dock.world.refused
    for wrong in ({"paper_on": date(2062, 1, 1)}, {"amount_fen": -1}, {"number": " "},
                  {"amount_fen": 0, "freight_fen": 0}, {"paper_on": date(2001, 1, 1)}):  # fmt: skip
        refused(InvalidInput, add_paper, AddPaper, **{**paper, **wrong})
    dock.world.do(add_paper, AddPaper, **paper)
    refused(RuleViolation, add_paper, AddPaper, **paper)
    paper_id = dock.world.one(SupplierPaper, number="INV-7").id
    pay: dict[str, Any] = {"paper_id": paper_id, "paid_on": TODAY}
    dock.world.do(pay_paper, PayPaper, amount_fen=2000, **pay)
    for wrong_fen in (3301, 0, -2001, -5):
        refused(InvalidInput, pay_paper, PayPaper, amount_fen=wrong_fen, **pay)
    dock.world.do(pay_paper, PayPaper, amount_fen=3300, **pay)
    dock.world.do(pay_paper, PayPaper, amount_fen=-300, note="returned by the bank", **pay)
    with dock.world.database.reading() as session:
        (kept,) = dock_desk.papers_of(session, receipt_id)
    assert (kept["paid_fen"], kept["owed_fen"], len(kept["payments"])) == (5000, 300, 3)


def test_what_is_said_of_goods_instead_is_refused_where_none_come(dock: Dock):
    tee = dock.world.sku("TEE")
    faulty(dock, tee, 2)
    exchange_id, (line,) = sent(dock, {"TEE": 2})
    given = {"exchange_id": exchange_id, "line_id": line.id, "pieces": 1}
    more = {"sku_code": "TEE", "lot": "L1", "best_before": NEXT_YEAR, "serials": ("S1",)}
    with pytest.raises(InvalidInput) as refused, dock.world.nothing_written():
        dock.world.do(settle_exchange, SettleExchange, kind=Settlement.CREDITED, amount_fen=100,
                      **given, **more)  # fmt: skip
    assert [error.field for error in refused.value.all] == list(more)
    with pytest.raises(InvalidInput) as refused, dock.world.nothing_written():
        dock.world.do(settle_exchange, SettleExchange, kind=Settlement.REPLACED, **given, **more)
    assert [error.field for error in refused.value.all] == ["lot", "serials"]


def test_totals_by_supplier_over_a_period(dock: Dock):
    tee = dock.world.sku("TEE")
    receipt_id = dock.start(dock.order({tee: 10}).number)
    dock.count(receipt_id, tee, 6)
    dock.count(receipt_id, tee, 2, fault=Fault.STAINED)
    dock.finish(receipt_id)
    dock.book(receipt_id)
    dock.world.do(add_paper, AddPaper, receipt_id=receipt_id, number="7", paper_on=TODAY,
                  amount_fen=10_000, freight_fen=800)  # fmt: skip
    paper_id = dock.world.one(SupplierPaper, number="7").id
    dock.world.do(pay_paper, PayPaper, paper_id=paper_id, paid_on=TODAY, amount_fen=3000)

    def totals(first: date, last: date) -> tuple[Any, ...]:
        begin = datetime(first.year, first.month, first.day, tzinfo=UTC)
        end = datetime(last.year, last.month, last.day, 23, 59, tzinfo=UTC)
        with dock.world.database.reading() as session:
            row = session.execute(dock_desk.supplier_list(begin, end, first, last)).one()
        return (row.pieces, row.faulty, row.value_fen, row.amount_fen, row.freight_fen,
                row.paid_fen, row.owed_fen)  # fmt: skip

    assert totals(TODAY, TODAY) == (8, 2, 10_000, 10_000, 800, 3000, 7800)
    assert totals(date(2026, 2, 1), date(2026, 2, 2)) == (0, 0, 0, 0, 0, 0, 7800)


def test_files_are_kept_by_what_they_are(dock: Dock):
    receipt_id = dock.booked({dock.world.sku("TEE"): 1})
    given: dict[str, Any] = {"receipt_id": receipt_id, "name": '../a"b;c.html'}
    for content in (b"", b"<html>", b"PK\x03\x04", PNG + b"0" * LARGEST_FILE):
        dock.world.refused(InvalidInput, keep_file, KeepFile, content=content, **given)
    dock.world.do(keep_file, KeepFile, content=PNG, **given)
    dock.world.do(keep_file, KeepFile, content=PNG, **given)
    kept = dock.world.one(SupplierFile, receipt_id=receipt_id)
    assert (kept.name, kept.kind, kept.size) == ("abc.png", FileKind.PNG, len(PNG))
    dock.world.refused(InvalidInput, remove_file, RemoveFile, file_id=kept.id, reason=" ")
    dock.world.do(remove_file, RemoveFile, file_id=kept.id, reason="another receipt's")
    assert dock.world.all(SupplierFile) == []


def take(dock: Dock, path: Path, into: Into = Into.ORDER, **more: Any) -> ListTaken:
    return import_delivery_list(
        dock.world.database, path, supplier="YZ", into=into, at=dock.world.tick(),
        actor=Actor(person_id=1), zone=USUAL_ZONE, **more,
    )  # fmt: skip


def test_a_suppliers_list_becomes_an_order_once(dock: Dock, tmp_path: Path):
    tee, mug = dock.world.sku("TEE"), dock.world.sku("MUG")
    path = tmp_path / "list.csv"
    path.write_text(f"货号,数量,单价,预计到货\nTEE,10,12.50,2026-03-09\n{mug.barcode},4件,,\n",
                    encoding="utf-8")  # fmt: skip
    taken = take(dock, path)
    assert taken.rejected == ()
    assert taken.outcome is not None
    order = dock.world.one(PurchaseOrder)
    assert (order.state, order.expected_on) == ("draft", date(2026, 3, 9))
    lines = [(x.sku_id, x.pieces, x.price_fen) for x in dock.world.all(PurchaseLine)]
    assert lines == [(tee.id, 10, 1250), (mug.id, 4, 0)]
    with dock.world.nothing_written(), pytest.raises(RuleViolation, match=order.number):
        take(dock, path)
    closed = {"purchase_id": order.id, "reason": "wrong list"}
    dock.world.do(close_purchase, ClosePurchase, **closed)
    take(dock, path)
    assert len(dock.world.all(PurchaseOrder)) == 2


def test_a_workbook_becomes_an_expected_receipt(dock: Dock, tmp_path: Path):
    tee = dock.world.sku("TEE")
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["SKU", "Qty", "Delivery note"], ["TEE", 6, "DN-1"], ["TEE", 4, "DN-1"]):
        sheet.append(row)
    book.save(tmp_path / "list.xlsx")
    order = dock.order({tee: 20})
    taken = take(dock, tmp_path / "list.xlsx", Into.RECEIPT, purchase_no=order.number)
    assert taken.outcome is not None
    receipt = dock.world.one(Receipt)
    assert (receipt.purchase_order_id, receipt.supplier_paper_no) == (order.id, "DN-1")
    assert dock.lines(receipt.id) == {tee.id: (10, 0, 0)}


@pytest.mark.parametrize(
    "head",
    ["Day", "Expected on", "到货日", "到货日（若不同）", "Expected on, if another day", "预计到货"],
)
def test_a_list_says_its_day_as_our_own_forms_and_files_do(dock: Dock, tmp_path: Path, head: str):
    dock.world.sku("TEE")
    path = tmp_path / "list.csv"
    text = f'商品,SKU 或条码,件数,单价（元）,"{head}"\nTee,TEE,10,1.50,2026-03-09\n'
    path.write_text(text, encoding="utf-8")
    taken = take(dock, path)
    assert dock.world.one(PurchaseOrder).expected_on == date(2026, 3, 9)
    assert dock.world.one(PurchaseLine).price_fen == 150
    assert taken.not_read == ("商品",)


def test_our_own_order_as_a_file_is_read_as_a_list(dock: Dock, tmp_path: Path):
    dock.world.sku("TEE")
    path = tmp_path / "list.csv"
    for locale in LOCALES:
        heads = [translate(head, locale) for head, _ in LINE_FIELDS]
        path.write_text(f"{','.join(heads)}\nTEE,Tee,red,5,2.00,2026-03-09,0\n", encoding="utf-8")
        taken = take(dock, path)
        assert taken.rejected == ()
        assert taken.not_read == (heads[1], heads[2], heads[-1])
    assert {(x.price_fen, str(x.expected_on)) for x in dock.world.all(PurchaseLine)} == {
        (200, "2026-03-09")
    }


def test_every_error_of_a_list_is_told_at_once_and_nothing_is_made(dock: Dock, tmp_path: Path):
    dock.world.sku("TEE")
    path = tmp_path / "list.csv"
    rows = ["SKU,Pieces,Price,Due", "TEE,1,,", "NOPE,1,,", "TEE,2,,", "TEE,-3,,", "TEE,1.5,,",
            "TEE,1,abc,", "TEE,1,,2062-01-01", "TEE,1,,32.13.2026", ",1,,"]  # fmt: skip
    path.write_text("\n".join(rows), encoding="utf-8")
    with dock.world.nothing_written():
        taken = take(dock, path)
    assert taken.outcome is None
    assert sorted({r.row for r in taken.rejected}) == [3, 4, 5, 6, 7, 8, 9, 10]
    path.write_text(
        "货号,数量,单价,交期\nNOPE,-3,-1.50,2062/1/1\nTEE,1,,\nTEE,x,,\n", encoding="utf-8"
    )
    taken = take(dock, path)
    assert [(r.row, r.column, r.value, str(r.reason)[:20]) for r in taken.rejected] == [
        (2, "货号", "NOPE", "There is no SKU with"),
        (2, "数量", "-3", "This is not a whole "),
        (2, "单价", "-1.50", "This is not an amoun"),
        (2, "交期", "2062/1/1", "2062-01-01 is too fa"),
        (4, "货号", "TEE", "This SKU stands on a"),
        (4, "数量", "x", "This is not a whole "),
    ]
    assert taken.rows == 2
    path.write_text("Article,Pieces\n", encoding="utf-8")
    with pytest.raises(FileRefused, match=r"货号 .* 件数 .*Article, Pieces"):
        take(dock, path)
    path.write_text("SKU,Pieces\n", encoding="utf-8")
    with dock.world.nothing_written(), pytest.raises(WarehouseError, match="no rows"):
        take(dock, path)


def test_a_piece_that_comes_back_is_the_same_piece(dock: Dock):
    phone = dock.tracked("PHONE", is_serial_tracked=True)
    faulty(dock, phone, 1, serial="S1")
    exchange_id, (line,) = sent(dock, {"PHONES1": 1})
    dock.world.do(settle_exchange, SettleExchange, exchange_id=exchange_id, line_id=line.id,
                  kind=Settlement.SENT_BACK, pieces=1, note="nothing wrong with it")  # fmt: skip
    assert keys(dock).keys() == {"PHONES1"}
    reasons = {m.reason for m in dock.world.all(Move)}
    assert reasons == {MoveReason.RECEIVE, MoveReason.EXCHANGE_OUT, MoveReason.EXCHANGE_IN}
