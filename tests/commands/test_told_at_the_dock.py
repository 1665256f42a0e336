"""What a receiver answers: a place is no lot or number at the first word, and undone is undone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.builders import Goods
from tests.dock import NEXT_YEAR, Dock
from tests.tracked import put
from warehouse.commands import Outcome
from warehouse.errors import (
    LotDoubted,
    RuleViolation,
    ScanRejected,
    SerialDoubted,
    StillAsked,
    UnknownBarcode,
    WarehouseError,
    WrongItem,
)
from warehouse.inventory.models import Serial
from warehouse.receiving.commands.counting import TellPieces, UndoCount, tell_pieces, undo_count
from warehouse.receiving.models import Receipt, ReceiptCount, ReceiptFocus
from warehouse.receiving.screens import ReceiveScreen

UNKNOWN = "4006381333931"
SUMMER = date(2027, 6, 30)


class Asked:
    """A receiver with goods in hand who was asked something."""

    def __init__(self, dock: Dock, said: dict[str, Any] | None = None, **flags: bool) -> None:
        self.dock, self.world = dock, dock.world
        self.goods: Goods = dock.tracked("CREAM", **flags)
        self.receipt_id = dock.blind()
        self.here: dict[str, Any] = {"by": "lei", "receipt_id": self.receipt_id}
        self.again(**(said or {}))

    def tell(self, **told: Any) -> Outcome:
        return self.world.do(tell_pieces, TellPieces, **self.here, **told)

    def undo(self) -> Outcome:
        return self.world.do(undo_count, UndoCount, **self.here)

    def again(self, **said: Any) -> Outcome:
        return self.dock.count(self.receipt_id, self.goods, **said)

    def refused(self, error: type[WarehouseError], **told: Any) -> str:
        return str(self.world.refused(error, tell_pieces, TellPieces, **self.here, **told))

    def days(self) -> list[tuple[str, date | None]]:
        """Return lot and best-before of what is counted."""
        counts = self.world.all(ReceiptCount, undone_at=None)
        return [(count.lot_code, count.best_before) for count in counts]

    def lots(self) -> list[str]:
        """Return the lots of what is counted."""
        return [count.lot_code for count in self.world.all(ReceiptCount, undone_at=None)]


def test_a_lot_that_is_called_like_a_bin_is_told_twice(dock: Dock):
    asked = Asked(dock, is_lot_tracked=True)
    dock.world.bin("A1")
    refusal = dock.world.refused(LotDoubted, tell_pieces, TellPieces, lot="A1", **asked.here)
    assert (refusal.facts["offered"], "bin A1" in str(refusal)) == ("A1", True)
    assert asked.tell(lot="A1", is_sure=True).screen == ReceiveScreen.COUNT
    assert asked.lots() == ["A1"]


@pytest.mark.parametrize("what", ["bin", "tote", "courier", "receipt"])
def test_a_place_or_paper_is_a_serial_number_only_when_told_twice(dock: Dock, what: str):
    asked = Asked(dock, is_serial_tracked=True)
    dock.world.bin("A-01")
    dock.world.tote("TOTE-01")
    dock.world.carrier()
    number = dock.world.get(Receipt, asked.receipt_id).number
    code = {"bin": "A-01", "tote": "TOTE-01", "courier": "COURIER-ZTO", "receipt": number}[what]
    refusal = dock.world.refused(SerialDoubted, tell_pieces, TellPieces, serial=code, **asked.here)
    assert (refusal.facts["offered"], f"{what} {code}" in str(refusal)) == (code, what != "courier")
    assert asked.tell(serial=code, is_sure=True).screen == ReceiveScreen.COUNT
    assert [count.serial for count in dock.world.all(ReceiptCount)] == [code]


@pytest.mark.parametrize("what", ["lot", "serial"])
def test_the_code_of_other_goods_is_a_lot_or_number_only_when_told_twice(dock: Dock, what: str):
    asked = Asked(dock, **{f"is_{what}_tracked": True})
    told: dict[str, Any] = {what: dock.world.sku("MUG").barcode}
    doubt = {"lot": LotDoubted, "serial": SerialDoubted}[what]
    refusal = dock.world.refused(doubt, tell_pieces, TellPieces, **told, **asked.here)
    assert (refusal.facts["offered"], "Read MUG" in str(refusal)) == (told[what], True)
    assert asked.tell(**told, is_sure=True).screen == ReceiveScreen.COUNT
    (count,) = dock.world.all(ReceiptCount)
    assert (count.lot_code or count.serial) == told[what]


@pytest.mark.parametrize("what", ["lot", "serial"])
def test_the_goods_in_hand_are_no_answer_however_often_they_are_told(dock: Dock, what: str):
    asked = Asked(dock, **{f"is_{what}_tracked": True})
    told: dict[str, Any] = {what: asked.goods.barcode, "is_sure": True}
    dock.world.refused(StillAsked, tell_pieces, TellPieces, **told, **asked.here)


def test_a_symbol_of_these_goods_without_a_lot_says_none(dock: Dock):
    asked = Asked(dock, is_lot_tracked=True)
    code = asked.goods.barcode
    asked.refused(StillAsked, lot=code, goods=code, best_before=SUMMER, is_sure=True)
    asked.refused(UnknownBarcode, lot=UNKNOWN, goods=UNKNOWN, is_sure=True)
    asked.tell(lot="L1", goods=code)
    assert asked.lots() == ["L1"]


def test_a_symbol_of_other_goods_says_no_number_of_those_in_hand(dock: Dock):
    asked = Asked(dock, is_serial_tracked=True)
    told = {"serial": "S1", "goods": dock.world.sku("MUG").barcode, "is_sure": True}
    dock.world.refused(WrongItem, tell_pieces, TellPieces, **told, **asked.here)


def test_what_looks_like_a_barcode_is_a_serial_number_only_when_told_twice(dock: Dock):
    asked = Asked(dock, is_serial_tracked=True)
    refusal = dock.world.refused(
        SerialDoubted, tell_pieces, TellPieces, serial=UNKNOWN, **asked.here
    )
    assert str(refusal).startswith(f"{UNKNOWN} looks like the barcode of an item.")
    asked.tell(serial=UNKNOWN, is_sure=True)
    assert [count.serial for count in dock.world.all(ReceiptCount)] == [UNKNOWN]


def test_a_number_that_a_symbol_says_with_its_goods_is_one_at_once(dock: Dock):
    asked = Asked(dock, is_serial_tracked=True)
    dock.world.bin("A-01")
    asked.tell(serial="A-01", goods=asked.goods.barcode)
    dock.finish(asked.receipt_id)
    dock.book(asked.receipt_id)
    assert [serial.code for serial in dock.world.all(Serial)] == ["A-01"]


# The day and the lot that stand on the goods

DATED = {"is_lot_tracked": True, "is_expiry_tracked": True}


def test_goods_with_another_day_on_them_are_not_of_the_lot_before(dock: Dock):
    asked = Asked(dock, {"lot": "L1", "best_before": NEXT_YEAR}, **DATED)
    assert asked.again(best_before=NEXT_YEAR).screen == ReceiveScreen.COUNT
    assert asked.again(best_before=SUMMER).screen == ReceiveScreen.LOT
    assert "is known with best-before 2027-03-31" in asked.refused(RuleViolation, lot="L1")
    asked.tell(lot="L2")
    asked.again()
    assert asked.days() == [("L1", NEXT_YEAR)] * 2 + [("L2", SUMMER)] * 2


def test_the_day_on_the_goods_is_kept_while_their_lot_is_asked(dock: Dock):
    asked = Asked(dock, {"best_before": SUMMER}, **DATED)
    put(dock.world, asked.goods, "A-01", 1, lot="L9", day=NEXT_YEAR)
    assert "is known with best-before 2027-03-31" in asked.refused(RuleViolation, lot="L9")
    said = asked.refused(ScanRejected, lot="L8", best_before=NEXT_YEAR)
    assert said.startswith("On this piece stands 2027-03-31, on those in hand 2027-06-30.")
    assert asked.tell(lot="L8").screen == ReceiveScreen.COUNT
    assert asked.days() == [("L8", SUMMER)]


def test_a_piece_with_another_lot_or_day_on_it_is_not_one_of_those_in_hand(dock: Dock):
    hand = {"pieces": 2, "lot": "L1", "best_before": NEXT_YEAR, "serial": "S1"}
    asked = Asked(dock, hand, **DATED, is_serial_tracked=True)
    said = asked.refused(ScanRejected, serial="S2", lot="L2", best_before=NEXT_YEAR)
    assert said.startswith("On this piece stands lot L2, on those in hand lot L1. Scan it by")
    asked.refused(ScanRejected, serial="S2", lot="L1", best_before=SUMMER)
    asked.tell(serial="S2", lot="L1", best_before=NEXT_YEAR)
    assert asked.days() == [("L1", NEXT_YEAR)] * 2


def test_a_lot_and_day_on_goods_without_lots_say_nothing(dock: Dock):
    asked = Asked(dock, is_serial_tracked=True)
    dock.world.bin("A-01")
    asked.tell(serial="S1", lot="A-01", best_before=SUMMER)
    assert asked.days() == [("", None)]


# Taken back


def test_a_lot_whose_only_pieces_were_taken_back_is_asked_for_anew(dock: Dock):
    asked = Asked(dock, is_lot_tracked=True, is_expiry_tracked=True)
    asked.tell(lot="WRONG", best_before=date(2027, 1, 1))
    asked.undo()
    assert asked.again().screen == ReceiveScreen.LOT
    asked.tell(lot="L1", best_before=NEXT_YEAR)
    asked.again()
    asked.undo()
    assert asked.again().screen == ReceiveScreen.COUNT  # one of L1 is counted still
    assert asked.lots() == ["L1", "L1"]


def test_a_lot_told_before_its_question_was_taken_back_is_asked_for_anew(dock: Dock):
    asked = Asked(dock, is_lot_tracked=True, is_expiry_tracked=True)
    assert asked.tell(lot="WRONG").screen == ReceiveScreen.BEST_BEFORE
    asked.undo()
    focus = dock.world.one(ReceiptFocus)
    assert (focus.asks, focus.lot_code, focus.best_before) == (0, "", None)
    assert asked.again().screen == ReceiveScreen.LOT
