"""All of a bin at once: what was taken up is what is put down, and two never carry the same."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.builders import World
from tests.commands.test_storing import Dock
from tests.stocking import PutStock, put_stock
from tests.tracked import by_lot, by_piece, lots_at, places, put
from warehouse.catalog.models import Bin, BinKind
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import RuleViolation
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.storing.commands.hand import (
    AddGoods,
    SetPieces,
    TakeBin,
    TakeGoods,
    add_goods,
    set_pieces,
    take_bin,
    take_goods,
)
from warehouse.storing.commands.moves import MoveBin, move_bin
from warehouse.storing.commands.place import PlaceGoods, UndoPlacing, place_goods, undo_placing
from warehouse.storing.models import Handling


@pytest.fixture
def dock(world: World) -> Dock:
    return Dock(world)


def bin_id(world: World, code: str) -> int:
    return int(world.one(Bin, code=code).id)


def taken_whole(world: World, code: str = "A-01", by: str = "li") -> Outcome:
    return world.do(take_bin, TakeBin, by=by, bin_id=bin_id(world, code))


def leave(world: World, sku_id: int, code: str, pieces: int, serials: tuple[str, ...] = ()) -> None:
    gone = ledger.Posting(
        sku_id=sku_id, from_bin_id=bin_id(world, code), pieces=pieces, serials=serials,
        to_bin_id=world.one(Bin, kind=BinKind.COUNT_DIFFERENCE).id, reason=MoveReason.COUNT,
    )  # fmt: skip
    world.do(put_stock, PutStock, postings=(gone,))


def test_what_came_since_a_bin_was_taken_up_stays_there_and_is_told(dock: Dock):
    mug = dock.world.sku("MUG")
    hand = taken_whole(dock.world)
    dock.bring(4, "A-01")
    dock.world.stock(mug, "A-01", 5)
    done = dock.place(hand, "A-02")
    assert str(done.message) == ("2 × A-01 in A-02. 9 pieces that came into A-01 since stay there.")
    assert (done.tone, done.screen) == (Tone.ATTENTION, "start")
    assert dock.world.standing(dock.goods) | {"OPENING": 0, "SUPPLIER": 0} == {
        "A-01": 4, "A-02": 2, "DOCK": 10, "OPENING": 0, "SUPPLIER": 0,
    }  # fmt: skip
    assert dock.world.standing(mug)["A-01"] == 5
    dock.world.do(undo_placing, UndoPlacing, by="li")
    dock.place(hand, "A-02")
    assert dock.world.balance("A-02", dock.goods)[0] == 2
    assert dock.world.differences() == []


def test_a_lot_and_a_piece_that_came_since_stay_too(world: World):
    dock = Dock(world)
    milk, cam = by_lot(world, "MILK"), by_piece(world, "CAM")
    put(world, milk, "B-01", 3, lot="L1", day=date(2027, 1, 1))
    put(world, cam, "B-01", serials=("S1", "S2"))
    hand = taken_whole(world, "B-01")
    put(world, milk, "B-01", 2, lot="L0", day=date(2026, 5, 1))
    put(world, cam, "B-01", serials=("S0",))
    dock.place(hand, "A-02")
    assert lots_at(world, "B-01") == {"L0": (2, 0)}
    assert lots_at(world, "A-02") == {"L1": (3, 0)}
    assert places(world) == {"S0": "B-01", "S1": "A-02", "S2": "A-02"}


def test_a_bin_out_of_which_something_left_since_is_not_put_down_whole(world: World):
    dock = Dock(world)
    cam = by_piece(world, "CAM")
    put(world, cam, "A-01", serials=("S1", "S2"))
    dock.bring(1, "A-01")
    hand = taken_whole(world)
    leave(world, dock.goods.id, "A-01", 1)
    leave(world, cam.id, "A-01", 1, ("S1",))
    put(world, cam, "A-01", serials=("S3",))
    given = {"by": "li", "handling_id": hand.subject_id, "barcode": "A-02"}
    said = [str(one.text) for one in world.refused(RuleViolation, place_goods, PlaceGoods,
                                                   **given).all]  # fmt: skip
    assert said == [
        "1 × TEE left A-01 since you took all of it. Undo, and look what stands there.",
        "1 × CAM left A-01 since you took all of it. Undo, and look what stands there.",
    ]


def test_a_bin_is_not_moved_whole_while_somebody_has_pieces_of_it_in_hand(dock: Dock):
    world = dock.world
    dock.take(by="wang", bin_id=bin_id(world, "A-01"))
    here = bin_id(world, "A-01")
    text = "wang has 1 × TEE of A-01 in hand. They are put down first."
    assert str(world.refused(RuleViolation, take_bin, TakeBin, by="li", bin_id=here).text) == text
    desk = world.refused(RuleViolation, move_bin, MoveBin, by="li", bin="A-01", to="A-02")
    assert str(desk.text) == text
    assert world.balance("A-01", dock.goods)[0] == 2


def test_nobody_takes_what_somebody_carries_with_its_whole_bin(dock: Dock):
    world, here = dock.world, bin_id(dock.world, "A-01")
    carried = taken_whole(world)
    text = "li has all of A-01 in hand."
    given = {"by": "wang", "bin_id": here}
    whole = world.refused(RuleViolation, take_bin, TakeBin, **given)
    some = world.refused(RuleViolation, take_goods, TakeGoods, barcode=dock.goods.barcode, **given)
    assert text in str(whole.text)
    assert str(some.text) == text
    dock.bring(2, "A-01")
    hand = dock.take(by="wang", bin_id=here, pieces=2)
    more = {"by": "wang", "handling_id": hand.subject_id}
    world.refused(RuleViolation, set_pieces, SetPieces, pieces=3, **more)
    world.refused(RuleViolation, add_goods, AddGoods, barcode=dock.goods.barcode, **more)
    dock.place(carried, "A-02")
    dock.place(hand, "R-01", by="wang")
    assert world.standing(dock.goods) | {"OPENING": 0, "SUPPLIER": 0} == {
        "A-02": 2, "R-01": 2, "DOCK": 10, "OPENING": 0, "SUPPLIER": 0,
    }  # fmt: skip


def test_nobody_takes_back_what_he_placed_once_somebody_carries_its_whole_bin(dock: Dock):
    world = dock.world
    dock.place(dock.take(by="wang", bin_id=bin_id(world, "A-01")), "A-02", by="wang")
    carried = taken_whole(world, "A-02")
    refused = world.refused(RuleViolation, undo_placing, UndoPlacing, by="wang")
    assert str(refused.text) == "li has all of A-02 in hand."
    dock.bring(1, "A-02")
    world.do(undo_placing, UndoPlacing, by="wang")
    dock.place(carried, "R-01")
    assert world.balance("R-01", dock.goods)[0] == 1


@pytest.mark.parametrize(("first", "second"), [("all", "all"), ("all", "some"), ("some", "all")])
def test_of_two_who_reach_into_a_bin_at_once_the_second_is_refused(
    dock: Dock, first: str, second: str
):
    world, here = dock.world, bin_id(dock.world, "A-01")
    acts = {"all": (take_bin, TakeBin, {}),
            "some": (take_goods, TakeGoods, {"barcode": dock.goods.barcode})}  # fmt: skip

    def reach(how: str, by: str) -> tuple[Any, Command]:
        handler, kind, more = acts[how]
        return handler, world.command(kind, by=by, bin_id=here, **more)

    ended = world.overlap(reach(first, "li"), reach(second, "wang"))
    assert isinstance(ended, RuleViolation)
    assert str(ended).startswith("li has ")
    assert len(world.all(Handling)) == 1


def test_a_known_piece_carried_with_its_bin_is_taken_by_nobody_one_that_came_since_is(
    world: World,
):
    Dock(world)
    cam = by_piece(world, "CAM")
    put(world, cam, "A-01", serials=("S1",))
    taken_whole(world)
    put(world, cam, "A-01", serials=("S2",))
    given = {"by": "wang", "bin_id": bin_id(world, "A-01"), "barcode": cam.barcode}
    world.refused(RuleViolation, take_goods, TakeGoods, serial="S1", **given)
    world.do(take_goods, TakeGoods, serial="S2", **given)
    assert world.all(Handling)[-1].serials == ["S2"]


def test_a_bin_in_hand_stays_where_others_hold_what_would_be_left_of_it(dock: Dock):
    world = dock.world
    carried = taken_whole(world)
    dock.bring(1, "A-01")
    dock.take(by="wang", bin_id=bin_id(world, "A-01"))
    leave(world, dock.goods.id, "A-01", 1)
    given = {"by": "li", "handling_id": carried.subject_id, "barcode": "A-02"}
    refused = world.refused(RuleViolation, place_goods, PlaceGoods, **given)
    assert str(refused.text).startswith("wang has 1 × TEE of A-01 in hand.")


def test_a_hand_of_before_takes_what_stands_there_when_it_is_put_down(dock: Dock):
    hand = taken_whole(dock.world)
    with dock.world.database.transaction() as session:
        session.get_one(Handling, hand.subject_id).content = None
    dock.bring(1, "A-01")
    dock.place(hand, "A-02")
    assert dock.world.balance("A-02", dock.goods)[0] == 3
