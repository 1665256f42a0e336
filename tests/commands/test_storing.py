"""Goods in hand at the stock tablet: taken up, counted, put down where they may stand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.builders import Goods, Stage, World
from tests.stocking import PutStock, put_stock
from tests.tracked import by_lot, lots_at, put, track
from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.commands import Outcome
from warehouse.errors import (
    InsufficientStock,
    InvalidInput,
    LotMissing,
    RuleViolation,
    SerialElsewhere,
    SerialMissing,
    StaleScreen,
    TooMany,
    UnknownBarcode,
    WrongItem,
)
from warehouse.inventory import ledger
from warehouse.inventory.models import Lot, Move, MoveReason
from warehouse.picking.commands.exceptions import ReportShort, report_short
from warehouse.placing.models import MoveNote, Why
from warehouse.storing.commands.hand import (
    AddGoods,
    ChooseLot,
    SetPieces,
    TakeBin,
    TakeGoods,
    add_goods,
    choose_lot,
    set_pieces,
    take_bin,
    take_goods,
)
from warehouse.storing.commands.moves import MoveBin, move_bin
from warehouse.storing.commands.place import (
    PlaceGoods,
    PutBack,
    UndoPlacing,
    place_goods,
    put_back,
    undo_placing,
)
from warehouse.storing.models import Handling, HandlingState


class Dock:
    """A dock with ten pieces of a SKU, a shelf that has two of it, an empty one, and hands."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.goods = world.sku("TEE")
        world.stock(self.goods, "DOCK", 10)
        world.stock(self.goods, "A-01", 2, walk_order=10)
        world.bin("A-02", walk_order=20)
        world.bin("R-01", kind=BinKind.RESERVE, walk_order=900)
        self.dock_id = world.one(Bin, code="DOCK").id

    def take(self, barcode: str | None = None, by: str = "li", **given: Any) -> Outcome:
        given.setdefault("bin_id", self.dock_id)
        barcode = barcode or self.goods.barcode
        return self.world.do(take_goods, TakeGoods, by=by, barcode=barcode, **given)

    def place(self, outcome: Outcome, code: str, by: str = "li", **given: Any) -> Outcome:
        handling_id = outcome.subject_id
        return self.world.do(
            place_goods, PlaceGoods, by=by, handling_id=handling_id, barcode=code, **given
        )

    def limit(self, code: str, **values: Any) -> None:
        with self.world.database.transaction() as session:
            session.execute(sa.update(Bin).where(Bin.code == code).values(**values))

    def tracked(self, **values: Any) -> None:
        with self.world.database.transaction() as session:
            session.execute(sa.update(Sku).where(Sku.id == self.goods.id).values(**values))

    def bring(self, pieces: int, bin_code: str = "DOCK", **posting: Any) -> None:
        given = ledger.Posting(
            sku_id=self.goods.id,
            from_bin_id=self.world.one(Bin, code="SUPPLIER").id,
            to_bin_id=self.world.one(Bin, code=bin_code).id,
            pieces=pieces,
            reason=MoveReason.RECEIVE,
            **posting,
        )
        self.world.do(put_stock, PutStock, postings=(given,))


@pytest.fixture
def dock(world: World) -> Dock:
    return Dock(world)


def test_goods_go_from_the_dock_to_the_bin_that_has_them(dock: Dock):
    hand = dock.take()
    handling = dock.world.get(Handling, hand.subject_id)
    assert dock.world.get(Bin, handling.advised_bin_id).code == "A-01"
    assert dock.world.standing(dock.goods)["DOCK"] == 10
    dock.world.do(add_goods, AddGoods, by="li", handling_id=handling.id, barcode=dock.goods.pack)
    done = dock.place(hand, "A-01")
    assert (done.screen, done.is_step_done) == ("start", True)
    assert dock.world.standing(dock.goods) == {"A-01": 9, "DOCK": 3, "OPENING": -12}
    move = dock.world.all(Move)[-1]
    assert (move.reason, move.pieces) == (MoveReason.PUT_AWAY, 7)
    assert dock.world.differences() == []


def test_another_bin_is_asked_a_reason_for_and_it_is_kept(dock: Dock):
    hand = dock.take()
    asked = dock.place(hand, "A-02")
    assert asked.screen == "why"
    assert dock.world.standing(dock.goods)["DOCK"] == 10
    dock.place(hand, "A-02", why=Why.NOT_REACHABLE)
    assert dock.world.standing(dock.goods)["A-02"] == 1
    assert [note.why for note in dock.world.all(MoveNote)] == [Why.NOT_REACHABLE]


def test_which_measure_is_broken_and_by_how_much_is_said_and_kept_with_the_move(dock: Dock):
    dock.limit("A-02", length_mm=10, width_mm=10, height_mm=10, storage_class="cold")
    with dock.world.database.transaction() as session:
        sku = session.get_one(Sku, dock.goods.id)
        sku.length_mm, sku.width_mm, sku.height_mm = 390, 340, 20
        sku.storage_class = "dry"
    dock.world.settings(paper_locale="en")
    hand = dock.take()
    said = "A piece is 390 × 340 × 20 mm, A-02 is 10 × 10 × 10 mm inside."
    asked = dock.place(hand, "A-02")
    assert (asked.screen, str(asked.message)) == ("why", f"{said} Why A-02 all the same?")
    dock.place(hand, "A-02", why=Why.BETTER_PLACE)
    note = dock.world.one(MoveNote).note
    assert note == (
        f"{said} A-02 would be filled to 265200 %, and is full at 80 %."
        " The goods are of class dry, A-02 is of cold."
    )


def test_the_question_can_be_taken_back_and_then_the_goods(dock: Dock):
    hand = dock.take()
    dock.place(hand, "A-02")
    given = {"by": "li", "handling_id": hand.subject_id}
    assert dock.world.do(put_back, PutBack, **given).screen == "hand"
    assert dock.world.do(put_back, PutBack, **given).screen == "start"
    assert dock.world.get(Handling, hand.subject_id).state is HandlingState.PUT_BACK
    dock.world.refused(StaleScreen, put_back, PutBack, **given)


def test_what_was_placed_is_taken_out_again_and_is_in_hand(dock: Dock):
    hand = dock.take()
    dock.place(hand, "A-01")
    again = dock.world.do(undo_placing, UndoPlacing, by="li")
    assert again.subject_id == hand.subject_id
    assert dock.world.standing(dock.goods) == {"A-01": 2, "DOCK": 10, "OPENING": -12}
    dock.world.refused(RuleViolation, undo_placing, UndoPlacing, by="li")
    dock.world.refused(StaleScreen, undo_placing, UndoPlacing, by="wang")
    assert dock.world.differences() == []


def test_nothing_is_undone_into_a_bin_for_one_sku_that_has_others_by_now(dock: Dock):
    world = dock.world
    dock.limit("A-01", is_one_sku=True)
    place = world.one(Bin, code="A-01").id
    hand = dock.take(bin_id=place)
    world.do(set_pieces, SetPieces, by="li", handling_id=hand.subject_id, pieces=2)
    dock.place(hand, "A-02", why=Why.BETTER_PLACE)
    world.stock(world.sku("MUG"), "A-01", 1)
    said = world.refused(RuleViolation, undo_placing, UndoPlacing, by="li")
    assert str(said.text) == (
        "A-01 is for one SKU only, and MUG stands there by now. Take the goods up where they stand,"
        " in A-02, and move them."
    )
    dock.limit("A-01", is_one_sku=False)
    world.do(undo_placing, UndoPlacing, by="li")
    assert world.standing(dock.goods)["A-01"] == 2


def test_yesterday_is_not_undone(dock: Dock):
    dock.place(dock.take(), "A-01")
    dock.world.now += timedelta(days=1)
    dock.world.refused(StaleScreen, undo_placing, UndoPlacing, by="li")


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"is_put_closed": True}, "A-02"),
        ({"most_pieces": 5}, "A-02"),
        ({"most_weight_g": 1_000}, "A-02"),
        ({"is_active": False}, "A-02"),
    ],
)
def test_a_bin_that_may_not_hold_them_is_refused(dock: Dock, limits, code):
    dock.limit(code, **limits)
    hand = dock.take(pieces=6)
    dock.world.refused(
        RuleViolation, place_goods, PlaceGoods, by="li", handling_id=hand.subject_id, barcode=code,
        why=Why.BETTER_PLACE,
    )  # fmt: skip


def test_a_bin_for_one_sku_takes_no_other(dock: Dock):
    dock.world.stock(dock.world.sku("MUG"), "A-02", 1)
    dock.limit("A-02", is_one_sku=True)
    hand = dock.take()
    dock.world.refused(
        RuleViolation, place_goods, PlaceGoods, by="li", handling_id=hand.subject_id,
        barcode="A-02", why=Why.OTHER,
    )  # fmt: skip


def test_a_bin_with_room_for_some_gets_some_and_the_rest_stays_in_hand(dock: Dock):
    dock.limit("A-01", most_pieces=6)
    dock.limit("A-02", is_active=False)
    dock.limit("R-01", is_active=False)
    hand = dock.take(pieces=10)
    rest = dock.place(hand, "A-01")
    assert rest.screen == "hand"
    assert dock.world.standing(dock.goods)["A-01"] == 6
    left = dock.world.get(Handling, rest.subject_id)
    assert (left.pieces, left.advised_bin_id) == (6, None)


@pytest.mark.parametrize(("scan", "error"), [("TEE-NOT", UnknownBarcode), ("A-01", WrongItem)])
def test_what_is_no_goods_is_not_taken_up(dock: Dock, scan: str, error):
    dock.world.refused(error, take_goods, TakeGoods, by="li", bin_id=dock.dock_id, barcode=scan)


def test_no_more_is_in_hand_than_stands_there(dock: Dock):
    hand = dock.take().subject_id
    dock.world.refused(TooMany, set_pieces, SetPieces, by="li", handling_id=hand, pieces=11)
    dock.world.refused(InvalidInput, set_pieces, SetPieces, by="li", handling_id=hand, pieces=0)
    dock.world.do(set_pieces, SetPieces, by="li", handling_id=hand, pieces=10)
    dock.world.refused(
        TooMany, add_goods, AddGoods, by="li", handling_id=hand, barcode=dock.goods.barcode
    )
    mug = dock.world.sku("MUG")
    dock.world.refused(
        WrongItem, add_goods, AddGoods, by="li", handling_id=hand, barcode=mug.barcode
    )


def test_one_person_has_one_thing_in_hand_and_nobody_elses(dock: Dock):
    hand = dock.take().subject_id
    given = {"bin_id": dock.dock_id, "barcode": dock.goods.barcode}
    dock.world.refused(RuleViolation, take_goods, TakeGoods, by="li", **given)
    dock.world.refused(
        StaleScreen, place_goods, PlaceGoods, by="wang", handling_id=hand, barcode="A-01"
    )


def test_two_tablets_cannot_put_away_the_same_last_piece(dock: Dock):
    mine, yours = dock.take(pieces=10), dock.take(by="wang", pieces=10)
    first, second = (
        (
            place_goods,
            dock.world.command(PlaceGoods, by=by, handling_id=hand.subject_id, barcode="A-01"),
        )
        for by, hand in (("li", mine), ("wang", yours))
    )
    ended = dock.world.overlap(first, second)
    assert isinstance(ended, InsufficientStock)
    assert dock.world.standing(dock.goods) == {"A-01": 12, "OPENING": -12}
    assert dock.world.differences() == []


def test_promised_pieces_stay_and_the_wave_is_named(world: World):
    work = world.bring(Stage.WAVED)
    tee = work.goods["TEE"]
    world.bin("B-01")
    bin_id = world.one(Bin, code="A-01").id
    refusal = world.refused(InsufficientStock, take_bin, TakeBin, by="li", bin_id=bin_id)
    assert "W0302-01" in str(refusal)
    hand = world.do(take_goods, TakeGoods, by="li", bin_id=bin_id, barcode=tee.barcode, pieces=8)
    world.refused(TooMany, set_pieces, SetPieces, by="li", handling_id=hand.subject_id, pieces=9)
    world.do(place_goods, PlaceGoods, by="li", handling_id=hand.subject_id, barcode="B-01")
    assert world.balance("A-01", tee) == (2, 2, 0)


def test_a_whole_bin_moves_with_lots_and_undone_comes_back(dock: Dock):
    mug = dock.world.sku("MUG")
    dock.world.stock(mug, "A-01", 3)
    hand = dock.world.do(take_bin, TakeBin, by="li", bin_id=dock.world.one(Bin, code="A-01").id)
    dock.place(hand, "A-02")
    assert dock.world.standing(mug) == {"A-02": 3, "OPENING": -3}
    assert dock.world.standing(dock.goods)["A-02"] == 2
    dock.world.do(undo_placing, UndoPlacing, by="li")
    assert dock.world.standing(mug) == {"A-01": 3, "OPENING": -3}
    empty = dock.world.one(Bin, code="A-02").id
    dock.world.do(put_back, PutBack, by="li", handling_id=hand.subject_id)
    dock.world.refused(RuleViolation, take_bin, TakeBin, by="li", bin_id=empty)


def test_a_bin_of_which_pieces_were_not_found_is_not_moved_as_a_whole(world: World):
    work = world.bring(Stage.TOTE_BOUND)
    tee, shelf = work.goods["TEE"], world.one(Bin, code="A-01").id
    (task,) = [t for t in world.open_tasks(work.wave_id) if t.bin_id == shelf]
    world.bin("B-01")
    world.do(report_short, ReportShort, by="picker", task_id=task.id)
    said = world.refused(RuleViolation, take_bin, TakeBin, by="li", bin_id=shelf)
    assert str(said.text).startswith("Not found in A-01: 10 × TEE. Count the bin first, or move")
    world.refused(RuleViolation, move_bin, MoveBin, bin="A-01", to="B-01")
    hand = world.do(take_goods, TakeGoods, by="li", bin_id=shelf, barcode=tee.barcode, pieces=2)
    world.do(place_goods, PlaceGoods, by="li", handling_id=hand.subject_id, barcode="B-01")
    assert world.balance("B-01", tee) == (2, 0, 2)


def test_a_whole_bin_in_hand_stays_where_pieces_were_not_found_meanwhile(world: World):
    tee = world.sku("TEE")
    world.site()
    world.stock(tee, "A-01", 3)
    world.bin("B-01")
    hand = world.do(take_bin, TakeBin, by="li", bin_id=world.one(Bin, code="A-01").id)
    work = world.bring(Stage.TOTE_BOUND, lines={tee: 1})
    (task,) = world.open_tasks(work.wave_id)
    world.do(report_short, ReportShort, by="picker", task_id=task.id)
    given = {"by": "li", "handling_id": hand.subject_id, "barcode": "B-01"}
    world.refused(RuleViolation, place_goods, PlaceGoods, **given)


def test_of_several_lots_one_is_chosen(world: World):
    dock = Dock(world)
    dock.goods = world.sku("SERUM")
    dock.tracked(is_lot_tracked=True)
    lots = []
    for code in ("L1", "L2"):
        with world.database.transaction() as session:
            lots.append(
                ledger.lot_named(session, dock.goods.id, code, date(2027, 1, 1), world.tick())
            )
        dock.bring(3, lot_id=lots[-1])
    hand = dock.take(pieces=2)
    assert world.get(Handling, hand.subject_id).lot_id is None
    given = {"by": "li", "handling_id": hand.subject_id}
    world.refused(LotMissing, place_goods, PlaceGoods, barcode="A-02", **given)
    world.refused(StaleScreen, choose_lot, ChooseLot, lot_id=999, **given)
    world.do(choose_lot, ChooseLot, lot_id=lots[1], **given)
    dock.place(hand, "A-02", why=Why.BETTER_PLACE)
    assert [m.lot_id for m in world.all(Move, reason=MoveReason.PUT_AWAY)] == [lots[1]]
    named = dock.take(lot="L1")
    assert world.get(Handling, named.subject_id).lot_id == lots[0]
    world.do(put_back, PutBack, by="li", handling_id=named.subject_id)
    world.refused(
        LotMissing, take_goods, TakeGoods, by="li", bin_id=dock.dock_id, lot="L9",
        barcode=dock.goods.barcode,
    )  # fmt: skip
    assert len(world.all(Lot)) == 2
    hand = dock.take(pieces=2)
    given = {"by": "li", "handling_id": hand.subject_id}
    world.refused(UnknownBarcode, add_goods, AddGoods, barcode="L9", **given)
    world.do(add_goods, AddGoods, barcode="L1", **given)
    told = world.get(Handling, hand.subject_id)
    assert (told.lot_id, told.pieces) == (lots[0], 2)


def test_pieces_nobody_told_the_lot_of_do_not_become_that_of_the_next_scan(world: World):
    dock = Dock(world)
    dock.goods = by_lot(world)
    for lot in ("L1", "L2"):
        put(world, dock.goods, "DOCK", 5, lot=lot)
    hand = dock.take(pieces=3)
    more = {"by": "li", "handling_id": hand.subject_id, "barcode": dock.goods.barcode}
    world.refused(LotMissing, add_goods, AddGoods, lot="L2", **more)
    world.do(add_goods, AddGoods, by="li", handling_id=hand.subject_id, barcode="L1")
    world.refused(RuleViolation, add_goods, AddGoods, lot="L2", **more)
    world.do(add_goods, AddGoods, lot="L1", **more)
    dock.place(hand, "A-02", why=Why.BETTER_PLACE)
    assert lots_at(world, "A-02") == {"L1": (4, 0)}


def test_known_pieces_of_two_lots_are_put_away_together(world: World):
    dock = Dock(world)
    dock.goods = track(world, by_lot(world), is_serial_tracked=True)
    for lot, serial in (("L1", "S1"), ("L2", "S2"), ("L2", "S3")):
        put(world, dock.goods, "DOCK", lot=lot, serials=(serial,))
    hand = dock.take(serial="S1", lot="L1")
    more = {"by": "li", "handling_id": hand.subject_id, "barcode": dock.goods.barcode}
    world.do(add_goods, AddGoods, serial="S2", lot="L2", **more)
    world.do(add_goods, AddGoods, serial="S3", **more)
    dock.place(hand, "A-02")
    assert lots_at(world, "A-02") == {"L1": (1, 0), "L2": (2, 0)}


def test_known_pieces_are_scanned_one_by_one(world: World):
    dock = Dock(world)
    dock.goods = world.known_piece("S1", place="DOCK")
    dock.bring(1, serials=("S2",))
    dock.bring(1, "A-02", serials=("S3",))
    hand = dock.take()
    given = {"by": "li", "handling_id": hand.subject_id}
    assert world.get(Handling, hand.subject_id).pieces == 0
    world.refused(SerialMissing, place_goods, PlaceGoods, barcode="A-02", **given)
    world.refused(RuleViolation, set_pieces, SetPieces, pieces=2, **given)
    world.refused(SerialElsewhere, add_goods, AddGoods, barcode="S3", **given)
    world.do(add_goods, AddGoods, barcode="S2", **given)
    world.refused(RuleViolation, add_goods, AddGoods, barcode="S2", **given)
    dock.place(hand, "A-02")
    assert world.standing(dock.goods) == {"DOCK": 1, "A-02": 2, "SUPPLIER": -3}
    assert world.differences() == []


def test_damaged_goods_go_to_quarantine_with_a_reason(dock: Dock):
    hand = dock.take()
    assert dock.place(hand, "QUARANTINE").screen == "why"
    dock.world.refused(
        InvalidInput, place_goods, PlaceGoods, by="li", handling_id=hand.subject_id,
        barcode="QUARANTINE", why=Why.BIN_FULL,
    )  # fmt: skip
    dock.place(hand, "QUARANTINE", why=Why.DAMAGED)
    assert dock.world.all(Move)[-1].reason is MoveReason.QUARANTINE


@pytest.mark.parametrize("code", ["DOCK", "SCRAP", "SUPPLIER", "T-1"])
def test_no_goods_go_where_they_come_from_or_outside(dock: Dock, code: str):
    dock.world.tote("T-1")
    hand = dock.take().subject_id
    dock.world.refused(
        RuleViolation, place_goods, PlaceGoods, by="li", handling_id=hand, barcode=code
    )


def test_a_reason_is_history(dock: Dock):
    dock.place(dock.take(), "A-02", why=Why.BIN_FULL)
    for statement in ("UPDATE move_note SET note = 'x'", "DELETE FROM move_note"):
        with (
            pytest.raises(sa.exc.DatabaseError, match="move_note is history"),
            dock.world.database.transaction() as session,
        ):
            session.execute(sa.text(statement))


def test_goods_of_the_dock_that_nobody_has_are_refused(dock: Dock):
    mug: Goods = dock.world.sku("MUG")
    dock.world.refused(
        InsufficientStock, take_goods, TakeGoods, by="li", bin_id=dock.dock_id, barcode=mug.barcode
    )
