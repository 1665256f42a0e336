"""The bin that was advised is filled before the goods come there: nobody overfills it unasked."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.builders import Goods, World
from tests.commands.test_storing import Dock
from tests.tracked import by_piece, places, put
from warehouse.catalog.models import Bin, Sku
from warehouse.commands import Outcome, Tone
from warehouse.placing.models import MoveNote, Why
from warehouse.storing.commands.hand import AddGoods, add_goods
from warehouse.storing.commands.place import PutBack, put_back
from warehouse.storing.models import Handling


@pytest.fixture
def dock(world: World) -> Dock:
    """A-01 takes 9 pieces by its volume and has 2; A-02 and reserve are closed."""
    dock = Dock(world)
    cube(world, dock.goods.id)
    dock.limit("A-01", length_mm=300, width_mm=200, height_mm=200)
    for code in ("A-02", "R-01"):
        dock.limit(code, is_put_closed=True)
    return dock


def cube(world: World, sku_id: int) -> None:
    """Give the SKU 1 l a piece."""
    sides = dict.fromkeys(("length_mm", "width_mm", "height_mm"), 100)
    with world.database.transaction() as session:
        session.execute(sa.update(Sku).where(Sku.id == sku_id).values(**sides))


def advised(world: World, outcome: Outcome) -> tuple[str | None, int]:
    hand = world.get(Handling, outcome.subject_id)
    code = world.get(Bin, hand.advised_bin_id).code if hand.advised_bin_id else None
    return code, hand.advised_pieces


def two_with_five(dock: Dock) -> Outcome:
    """Two people are advised A-01 for five pieces each, and the first has put his down."""
    first, second = dock.take(by="li", pieces=5), dock.take(by="wang", pieces=5)
    dock.place(first, "A-01", by="li")
    assert advised(dock.world, second) == ("A-01", 5)
    return second


def test_a_bin_filled_since_it_was_advised_is_asked_a_reason_for(dock: Dock):
    second = two_with_five(dock)
    asked = dock.place(second, "A-01", by="wang")
    assert (asked.screen, asked.tone) == ("why", Tone.ATTENTION)
    assert str(asked.message) == (
        "A-01 was filled since it was advised. A-01 would be filled to 100 %, and is full at 80 %."
        " Why A-01 all the same?"
    )
    assert dock.world.balance("A-01", dock.goods)[0] == 7
    dock.world.settings(paper_locale="en")
    dock.place(second, "A-01", by="wang", why=Why.OTHER)
    assert dock.world.balance("A-01", dock.goods)[0] == 12
    assert "100 %" in dock.world.one(MoveNote).note


def test_who_takes_the_question_back_is_advised_anew(dock: Dock):
    second = two_with_five(dock)
    dock.place(second, "A-01", by="wang")
    dock.limit("A-02", is_put_closed=False)
    given = {"by": "wang", "handling_id": second.subject_id}
    assert dock.world.do(put_back, PutBack, **given).screen == "hand"
    assert advised(dock.world, second) == ("A-02", 5)


def test_a_bin_that_may_hold_no_more_is_told_and_another_advised(dock: Dock):
    second = two_with_five(dock)
    dock.limit("A-01", most_pieces=10)
    dock.limit("A-02", is_put_closed=False)
    told = dock.place(second, "A-01", by="wang")
    assert (told.screen, told.tone) == ("hand", Tone.STOP)
    assert str(told.message) == (
        "A-01 may hold 10; with these it would hold 12. It was filled or closed since it was"
        " advised. Look again where they go."
    )
    assert advised(dock.world, second) == ("A-02", 5)
    assert dock.world.balance("A-01", dock.goods)[0] == 7


def three_in_hand(dock: Dock, cam: Goods, **limits: int) -> Outcome:
    """Three known pieces are in hand, and no bin but C-01 takes any."""
    world = dock.world
    cube(world, cam.id)
    world.bin("C-01")
    put(world, cam, "DOCK", serials=("S1", "S2", "S3"))
    dock.limit("A-01", is_put_closed=True)
    dock.limit("C-01", **limits)
    hand = dock.take(cam.barcode, serial="S1")
    for code in ("S2", "S3"):
        given = {"handling_id": hand.subject_id, "barcode": cam.barcode, "serial": code}
        world.do(add_goods, AddGoods, by="li", **given)
    return hand


def test_known_pieces_beyond_what_was_advised_are_asked_a_reason_for(world: World, dock: Dock):
    hand = three_in_hand(dock, by_piece(world), length_mm=200, width_mm=130, height_mm=100)
    assert advised(world, hand) == ("C-01", 2)
    asked = dock.place(hand, "C-01")
    assert (asked.screen, str(asked.message)) == (
        "why", "C-01 would be filled to 116 %, and is full at 80 %. Why C-01 all the same?",
    )  # fmt: skip


def test_who_has_more_known_pieces_than_the_bin_may_hold_is_told_how_many_it_takes(dock: Dock):
    world, cam = dock.world, by_piece(dock.world)
    hand = three_in_hand(dock, cam, most_pieces=2)
    assert advised(world, hand) == ("C-01", 2)
    told = dock.place(hand, "C-01")
    assert (told.screen, told.tone) == ("hand", Tone.STOP)
    assert str(told.message) == (
        "C-01 takes 2 of the 3 in hand. Scan a bin that takes all of them, or put them back and"
        " scan only the numbers that go there."
    )
    world.do(put_back, PutBack, by="li", handling_id=hand.subject_id)
    two = dock.take(cam.barcode, serial="S1")
    world.do(add_goods, AddGoods, by="li", handling_id=two.subject_id, barcode="S2")
    dock.place(two, "C-01")
    assert places(world) == {"S1": "C-01", "S2": "C-01", "S3": "DOCK"}


def test_known_pieces_for_which_another_bin_is_advised_by_now_are_told_no_false_reason(dock: Dock):
    hand = three_in_hand(dock, by_piece(dock.world), most_pieces=2)
    dock.limit("A-02", is_put_closed=False)
    told = dock.place(hand, "C-01")
    assert str(told.message) == (
        "C-01 may hold 2; with these it would hold 3. Look again where they go."
    )
    assert advised(dock.world, hand) == ("A-02", 3)
