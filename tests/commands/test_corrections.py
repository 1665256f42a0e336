"""A booked receipt is corrected by another one, moved as far as its pieces still stand there."""

from __future__ import annotations

from typing import Any

from tests.dock import Dock
from tests.stocking import PutStock, put_stock
from warehouse.catalog.models import Bin
from warehouse.commands import Tone
from warehouse.errors import InvalidInput, RuleViolation, SamePerson, StaleScreen
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.receiving.booked import booked_of
from warehouse.receiving.commands.booking import BookReceipt, book_receipt
from warehouse.receiving.commands.correcting import CorrectReceipt, RightNumber, correct_receipt
from warehouse.receiving.commands.finishing import CountAgain, count_again
from warehouse.receiving.commands.receipts import CancelReceipt, cancel_receipt
from warehouse.receiving.queries import open_receipts


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


def test_a_known_piece_taken_for_sound_goes_to_quarantine_by_correction(dock: Dock):
    phone = dock.tracked("PHONE", is_serial_tracked=True)
    receipt_id = dock.booked({phone: 1}, serial="S1")
    dock.corrected(**correct(dock, receipt_id, {"sound": 0, "faulty": 1}))  # fmt: skip
    assert dock.world.standing(phone) == {"QUARANTINE": 1, "SUPPLIER": -1}


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


def _take_from_dock(dock: Dock, sku_id: int, pieces: int) -> None:
    shelf = dock.world.bin("SHELF-1")
    posting = ledger.Posting(
        sku_id=sku_id,
        from_bin_id=dock.world.one(Bin, code="DOCK").id,
        to_bin_id=shelf,
        pieces=pieces,
        reason=MoveReason.PUT_AWAY,
    )
    dock.world.do(put_stock, PutStock, postings=(posting,))
