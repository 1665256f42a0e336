"""A booked receipt is corrected by another one, moved as far as its pieces still stand there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from printing.models import PrintJob
from tests.dock import NEXT_YEAR as DAY
from tests.dock import Dock
from tests.stocking import PutStock, put_stock
from tests.tracked import lots_at
from warehouse.catalog.models import Bin
from warehouse.commands import Tone
from warehouse.errors import InvalidInput, ReasonWanted, RuleViolation, SamePerson, StaleScreen
from warehouse.inventory import ledger
from warehouse.inventory.models import Lot, MoveReason
from warehouse.inventory.tracking import GiveLot, SetTracking, give_lot, set_tracking
from warehouse.receiving.booked import booked_of
from warehouse.receiving.commands.booking import BookReceipt, book_receipt
from warehouse.receiving.commands.correcting import CorrectReceipt, RightNumber, correct_receipt
from warehouse.receiving.commands.finishing import CountAgain, count_again
from warehouse.receiving.commands.printing import PrintCorrection, print_correction
from warehouse.receiving.commands.receipts import CancelReceipt, cancel_receipt
from warehouse.receiving.models import Fault
from warehouse.receiving.queries import open_receipts
from warehouse.tracing.commands.mending import MendLot, mend_lot

EXPIRY = {"is_lot_tracked": True, "is_expiry_tracked": True}


def correct(dock: Dock, receipt_id: int, right: dict[str, int], **more: Any) -> Any:
    """Return the fields of a correction: "sound" or "faulty" → right number, of the one SKU."""
    with dock.world.database.reading() as session:
        booked = booked_of(session, receipt_id)
    kind = {False: "sound", True: "faulty"}
    lines = tuple(RightNumber(key=b.key, pieces=right.get(kind[b.is_faulty], b.pieces))
                  for b in booked)  # fmt: skip
    return {"receipt_id": receipt_id, "reason": "miscounted", "lines": lines, **more}


def test_a_booked_receipt_is_corrected_by_a_document_of_its_own(dock: Dock):
    tee = dock.world.sku("TEE")
    order = dock.order({tee: 10})
    receipt_id = dock.start(order.number)
    dock.count(receipt_id, tee, 10)
    dock.finish(receipt_id)
    dock.book(receipt_id)
    before = dock.world.rows()["receipt_count"]
    done = dock.corrected(**correct(dock, receipt_id, {"sound": 7, "faulty": 2}))  # fmt: skip
    assert dock.world.standing(tee) == {"DOCK": 7, "QUARANTINE": 2, "SUPPLIER": -9}
    assert dock.receipt(done.subject_id).corrects_id == receipt_id
    assert dock.lines(done.subject_id) == {tee.id: (None, -3, 2)}
    assert dock.lines(receipt_id) == {tee.id: (10, 10, 0)}
    assert set(before) <= set(dock.world.rows()["receipt_count"])
    assert dock.received(order) == ("partly_received", [9])
    refused = dock.world.refused
    same = correct(dock, receipt_id, {})
    refused(InvalidInput, correct_receipt, CorrectReceipt, **same)
    refused(InvalidInput, correct_receipt, CorrectReceipt,
            **correct(dock, receipt_id, {"sound": -1}))  # fmt: skip
    refused(InvalidInput, correct_receipt, CorrectReceipt,
            **correct(dock, receipt_id, {"sound": 1}, reason=" "))  # fmt: skip
    refused(RuleViolation, correct_receipt, CorrectReceipt, **{**same,
            "receipt_id": done.subject_id})  # fmt: skip


def test_a_correction_moves_only_what_is_still_there(dock: Dock):
    tee = dock.world.sku("TEE")
    receipt_id = dock.booked({tee: 10})
    _take_from_dock(dock, tee.id, 8)
    done = dock.corrected(**correct(dock, receipt_id, {"sound": 5}))  # fmt: skip
    assert (done.tone, done.facts["left"]) == (Tone.ATTENTION, 3)
    assert dock.world.standing(tee) == {"SHELF-1": 8, "SUPPLIER": -8}
    dock.world.refused(RuleViolation, correct_receipt, CorrectReceipt,
                       **correct(dock, receipt_id, {"sound": 5}))  # fmt: skip


def test_a_correction_comes_out_in_two_copies_that_say_what_changes(dock: Dock):
    world = dock.world
    tee = world.sku("TEE")
    receipt_id = dock.booked({tee: 10})
    given = correct(dock, receipt_id, {"sound": 5, "faulty": 1})
    no = world.do(correct_receipt, CorrectReceipt, by="boss", **given).subject_id
    papers = world.all(PrintJob, subject=f"receipt:{no}")
    assert [paper.run_no for paper in papers] == [1, 2]
    facts = papers[0].facts
    assert (facts["receipt_no"], facts["corrects_no"], facts["reason"]) == (
        dock.receipt(no).number, dock.receipt(receipt_id).number, "miscounted",
    )  # fmt: skip
    told = [(x["booked"], x["accepted"], x["rejected"]) for x in facts["lines"]]
    assert told == [(10, -5, 0), (0, 0, 1)]
    world.refused(ReasonWanted, print_correction, PrintCorrection, by="boss", receipt_id=no)
    _take_from_dock(dock, tee.id, 8)
    dock.book(no)
    old, new = papers, world.all(PrintJob, subject=f"receipt:{no}")[2:]
    assert all(world.get(PrintJob, paper.id).void_reason for paper in old)
    line = new[0].facts["lines"][0]
    assert (line["booked"], line["accepted"]) == (10, -2)
    world.refused(RuleViolation, print_correction, PrintCorrection, by="boss",
                  receipt_id=receipt_id)  # fmt: skip


def test_a_known_piece_taken_for_sound_goes_to_quarantine_by_correction(dock: Dock):
    phone = dock.tracked("PHONE", is_serial_tracked=True)
    receipt_id = dock.booked({phone: 1}, serial="S1")
    dock.corrected(**correct(dock, receipt_id, {"sound": 0, "faulty": 1}))  # fmt: skip
    assert dock.world.standing(phone) == {"QUARANTINE": 1, "SUPPLIER": -1}


def test_a_correction_of_many_known_pieces_says_how_many_there_is_no_room_for(dock: Dock):
    phone = dock.tracked("PHONE", is_serial_tracked=True)
    receipt_id = dock.blind()
    numbers = [f"SN2026110{n:02d}" for n in range(60)]
    for number in numbers:
        dock.count(receipt_id, phone, serial=number)
    dock.finish(receipt_id)
    dock.book(receipt_id)
    given = correct(dock, receipt_id, {"sound": 0})
    no = dock.world.do(correct_receipt, CorrectReceipt, by="boss", **given).subject_id
    paper = dock.world.all(PrintJob, subject=f"receipt:{no}")[0]
    shown, _, more = paper.facts["lines"][0]["serials"].rpartition(" … +")
    assert shown.split() == [f"−{number}" for number in numbers[: len(shown.split())]]
    assert len(shown.split()) + int(more) == len(numbers)
    assert len(shown.split()) > 40


def test_a_correction_moves_nothing_before_somebody_else_has_confirmed_it(dock: Dock):
    tee = dock.world.sku("TEE")
    receipt_id = dock.booked({tee: 10})
    given = correct(dock, receipt_id, {"sound": 4, "faulty": 2})
    written = dock.world.do(correct_receipt, CorrectReceipt, by="lei", **given)
    assert dock.world.standing(tee) == {"DOCK": 10, "SUPPLIER": -10}
    paper = {"receipt_id": written.subject_id}
    dock.world.refused(SamePerson, book_receipt, BookReceipt, by="lei", **paper)
    dock.world.refused(RuleViolation, correct_receipt, CorrectReceipt, **given)
    dock.world.refused(StaleScreen, count_again, CountAgain, **paper)
    with dock.world.database.reading() as session:
        assert open_receipts(session) == []
    _take_from_dock(dock, tee.id, 7)
    done = dock.book(written.subject_id)
    assert (done.tone, done.facts["left"]) == (Tone.ATTENTION, 3)
    assert dock.lines(written.subject_id) == {tee.id: (None, -3, 0)}
    assert dock.world.standing(tee) == {"SHELF-1": 7, "SUPPLIER": -7}


def test_a_correction_that_was_cancelled_counts_for_nothing(dock: Dock):
    tee = dock.world.sku("TEE")
    receipt_id = dock.booked({tee: 10})
    given = correct(dock, receipt_id, {"sound": 4})
    written = dock.world.do(correct_receipt, CorrectReceipt, by="lei", **given)
    dock.world.do(cancel_receipt, CancelReceipt, receipt_id=written.subject_id, reason="was right")
    assert dock.world.standing(tee) == {"DOCK": 10, "SUPPLIER": -10}
    dock.corrected(**given)
    assert dock.world.standing(tee) == {"DOCK": 4, "SUPPLIER": -4}


def test_a_correction_takes_no_piece_of_another_receipt(dock: Dock):
    tee = dock.world.sku("TEE")
    first = dock.booked({tee: 10})
    _take_from_dock(dock, tee.id, 10)
    second = dock.booked({tee: 5})
    dock.corrected(**correct(dock, second, {"sound": 4}))
    refused = dock.world.refused(RuleViolation, correct_receipt, CorrectReceipt,
                                 **correct(dock, first, {"sound": 8}))  # fmt: skip
    assert "came later" in str(refused)
    _take_from_dock(dock, tee.id, -3)
    done = dock.corrected(**correct(dock, first, {"sound": 5}))
    assert done.facts["left"] == 2
    assert dock.world.standing(tee) == {"SHELF-1": 7, "DOCK": 4, "SUPPLIER": -11}
    late = dock.corrected(**correct(dock, second, {"sound": 0}))
    assert late.facts["left"] == 0


def test_of_faulty_pieces_none_is_taken_that_another_bin_brought(dock: Dock):
    tee = dock.world.sku("TEE")
    dock.world.stock(tee, "A-1", 4)
    receipt_id = dock.blind()
    dock.count(receipt_id, tee, 4, fault=Fault.STAINED)
    dock.finish(receipt_id)
    dock.book(receipt_id)
    _move(dock, tee.id, "QUARANTINE", "SUPPLIER", 4, MoveReason.EXCHANGE_OUT)
    _move(dock, tee.id, "A-1", "QUARANTINE", 4, MoveReason.QUARANTINE)
    fewer = correct(dock, receipt_id, {"faulty": 1})
    dock.world.refused(RuleViolation, correct_receipt, CorrectReceipt, **fewer)
    _move(dock, tee.id, "SUPPLIER", "QUARANTINE", 2, MoveReason.EXCHANGE_IN)
    assert dock.corrected(**fewer).facts["left"] == 1
    assert dock.world.standing(tee)["QUARANTINE"] == 4


@pytest.mark.parametrize(("counted", "right"), [(-1, 3), (2, 6)])
def test_what_a_count_has_booked_there_is_not_corrected_once_more(dock: Dock, counted, right):
    tee = dock.world.sku("TEE")
    receipt_id = dock.booked({tee: 4})
    ends = ("DOCK", "COUNT-DIFFERENCE") if counted < 0 else ("COUNT-DIFFERENCE", "DOCK")
    _move(dock, tee.id, *ends, abs(counted), MoveReason.COUNT)
    dock.corrected(**correct(dock, receipt_id, {"sound": right}))
    assert dock.world.standing(tee) == {"DOCK": right, "SUPPLIER": -right}
    dock.corrected(**correct(dock, receipt_id, {"sound": 1}))
    assert dock.world.standing(tee) == {"DOCK": 1, "SUPPLIER": -1}


def test_a_lot_given_or_mended_since_leaves_a_receipt_correctable(dock: Dock):
    world = dock.world
    tee, serum = world.sku("TEE"), dock.tracked("SERUM", **EXPIRY)
    plain, dated = dock.booked({tee: 10}), dock.booked({serum: 10}, lot="L1", best_before=DAY)
    world.do(give_lot, GiveLot, sku_id=tee.id, lot="T1")
    other = DAY + timedelta(days=30)
    lot = world.one(Lot, code="L1").id
    world.do(mend_lot, MendLot, lot_id=lot, best_before=other, reason="misread")
    for pieces in (8, 11):
        for receipt_id in (plain, dated):
            dock.corrected(**correct(dock, receipt_id, {"sound": pieces}))
        assert lots_at(world, "DOCK") == {"T1": (pieces, 0), "L1": (pieces, 0)}
    assert world.one(Lot, code="L1").best_before == other


def test_what_nobody_can_name_any_more_is_refused_with_a_reason(dock: Dock):
    tee = dock.world.sku("TEE")
    receipt_id = dock.booked({tee: 2})
    more = correct(dock, receipt_id, {"sound": 3})
    _take_from_dock(dock, tee.id, 2)
    written = dock.world.do(correct_receipt, CorrectReceipt, by="lei", **more)
    _move(dock, tee.id, "SHELF-1", "SCRAP", 2, MoveReason.SCRAP)
    dock.world.do(set_tracking, SetTracking, sku_id=tee.id, is_lot_tracked=False,
                  is_expiry_tracked=False, is_serial_tracked=True)  # fmt: skip
    paper = {"receipt_id": written.subject_id}
    refused = dock.world.refused(RuleViolation, book_receipt, BookReceipt, by="mei", **paper)
    assert "receipt of its own" in str(refused)
    assert "cancel this correction" in str(refused)
    dock.world.do(cancel_receipt, CancelReceipt, reason="came since", **paper)
    dock.world.refused(RuleViolation, correct_receipt, CorrectReceipt, **more)
    assert dock.world.differences() == []


def test_all_that_is_wrong_with_a_correction_is_told_at_once(dock: Dock):
    tee, cup = dock.world.sku("TEE"), dock.world.sku("CUP")
    receipt_id = dock.booked({tee: 5, cup: 3})
    with dock.world.database.reading() as session:
        booked = [one.key for one in booked_of(session, receipt_id) if not one.is_faulty]
    lines = tuple(RightNumber(key=key, pieces=-1) for key in (*booked, "0:sound::"))
    refusal = dock.world.refused(
        InvalidInput, correct_receipt, CorrectReceipt, receipt_id=receipt_id, reason=" ",
        lines=lines,
    )  # fmt: skip
    assert [one.field for one in refusal.all] == ["reason", *booked, "lines"]


def _move(dock: Dock, sku_id: int, frm: str, to: str, pieces: int, reason: MoveReason) -> None:
    ends = {"from_bin_id": dock.world.one(Bin, code=frm).id,
            "to_bin_id": dock.world.one(Bin, code=to).id}  # fmt: skip
    posting = ledger.Posting(sku_id=sku_id, pieces=pieces, reason=reason, **ends)
    dock.world.do(put_stock, PutStock, postings=(posting,))


def _take_from_dock(dock: Dock, sku_id: int, pieces: int) -> None:
    """Put pieces away; below zero they are brought back."""
    if not dock.world.all(Bin, code="SHELF-1"):
        dock.world.bin("SHELF-1")
    ends = ("DOCK", "SHELF-1") if pieces > 0 else ("SHELF-1", "DOCK")
    _move(dock, sku_id, *ends, abs(pieces), MoveReason.PUT_AWAY)


def test_the_paper_of_a_correction_says_what_was_booked_of_each_lot_and_what_is_right(dock: Dock):
    serum, camera = dock.tracked("SERUM", **EXPIRY), dock.tracked("CAM", is_serial_tracked=True)
    receipt_id = dock.blind()
    dock.count(receipt_id, serum, 6, lot="L1", best_before=DAY)
    dock.count(receipt_id, serum, 4, lot="L2", best_before=DAY)
    dock.count(receipt_id, serum, 1, lot="L2", best_before=DAY, fault=Fault.DAMAGED)
    dock.count(receipt_id, camera, serial="S1")
    dock.finish(receipt_id)
    dock.book(receipt_id)

    def lines(**right: int) -> list[tuple[Any, ...]]:
        named = tuple(RightNumber(key=key, pieces=pieces)
                      for key, pieces in right.items())  # fmt: skip
        dock.corrected(receipt_id=receipt_id, reason="miscounted", lines=named)
        paper = dock.world.all(PrintJob, document_kind="goods_receipt")[-1]
        return [(x["sku_code"], x.get("lot", ""), x["booked"], x["accepted"], x.get("rejected", 0),
                 x.get("serials", "")) for x in paper.facts["lines"]]  # fmt: skip

    first = lines(**{f"{serum.id}:sound:L1:": 5, f"{serum.id}:faulty:L2:": 2,
                     f"{serum.id}:sound:L2:": 3, f"{camera.id}:sound::S1": 0})  # fmt: skip
    assert first == [
        ("CAM", "", 1, -1, 0, "−S1"),
        ("SERUM", "L1", 6, -1, 0, ""),
        ("SERUM", "L2", 4, -1, 0, ""),
        ("SERUM", "L2", 1, 0, 1, ""),
    ]
    assert lines(**{f"{serum.id}:sound:L1:": 6}) == [("SERUM", "L1", 5, 1, 0, "")]
