"""Counts while goods are moved and carried about: what cannot be compared is asked again."""

from __future__ import annotations

import pytest

from tests.builders import World
from tests.counts import GRACE, move, opened
from warehouse.catalog.models import Bin
from warehouse.counting.models import LineState
from warehouse.inventory.models import MoveReason
from warehouse.placing.models import Why
from warehouse.storing.commands.hand import TakeGoods, take_goods
from warehouse.storing.commands.place import PlaceGoods, PutBack, place_goods, put_back


def test_moves_after_the_closing_do_no_harm(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "A-1")
    count.count("A-1", {tee: 8, mug: 5}, by="ann")
    count.count("A-1", {tee: 8}, by="bob")
    world.now += GRACE
    move(world, tee, "A-1", "A-2", 4)
    count.approve_and_post()
    assert world.balance("A-1", tee) == (4, 0, 4)


def test_a_move_under_the_counters_hands_is_asked_again_whatever_the_numbers_say(
    world: World, shelf
):
    tee, mug = shelf
    count = opened(world, "A-1")
    take = count.take("A-1")
    count.scan(take, tee, 8)
    count.scan(take, mug, 5)
    move(world, tee, "A-1", "A-2", 2)
    count.close(take)
    assert count.line("A-1", tee).state is LineState.LOOK  # 8 counted, 8 in the book
    assert count.line("A-1", mug).state is LineState.AGREED
    count.count("A-1", {tee: 8}, by="ann")  # anybody may look
    assert count.line("A-1", tee).state is LineState.AGREED


def test_goods_in_a_hand_at_the_closing_are_asked_again_instead_of_posted(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "A-1")
    count.count("A-1", {tee: 8, mug: 5}, by="ann")  # a picker holds two, not scanned yet
    count.count("A-1", {tee: 8}, by="bob")
    count.approve()
    move(world, tee, "A-1", "A-2", 2)
    outcome = count.post()
    assert outcome.facts["posted"] == 0
    assert outcome.facts["again"] == 1
    assert count.line("A-1", tee).state is LineState.LOOK
    assert world.balance("A-1", tee) == (8, 0, 8)


def test_goods_booked_in_just_before_may_not_be_there_yet(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "A-1")
    move(world, tee, "A-2", "A-1", 2)
    count.count("A-1", {tee: 10, mug: 5})
    assert count.line("A-1", tee).state is LineState.LOOK
    assert count.line("A-1", mug).state is LineState.AGREED


def carry(world: World, goods, source: str, pieces: int, *, by: str = "li") -> int:
    """Take pieces up at the stock tablet; they are booked where they stood."""
    given = {"bin_id": world.one(Bin, code=source).id, "barcode": goods.barcode, "pieces": pieces}
    outcome = world.do(take_goods, TakeGoods, by=by, **given)
    assert outcome.subject_id is not None
    return outcome.subject_id


def put_down(world: World, handling_id: int, code: str, *, by: str = "li") -> None:
    world.do(place_goods, PlaceGoods, by=by, handling_id=handling_id, barcode=code,
             why=Why.BETTER_PLACE)  # fmt: skip


def test_goods_carried_about_for_long_are_no_difference(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "A-1")
    hand = carry(world, tee, "A-1", 4)
    count.count("A-1", {tee: 6, mug: 5})
    line = count.line("A-1", tee)
    assert (line.counted, line.book, line.state) == (6, 6, LineState.AGREED)
    world.now += GRACE * 10
    put_down(world, hand, "A-3")
    count.post()
    assert (count.state, world.balance("A-1", tee)) == ("posted", (6, 0, 6))


def test_a_difference_is_the_same_while_goods_are_carried(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "A-1")
    hand = carry(world, tee, "A-1", 4)
    count.count("A-1", {tee: 5, mug: 5}, by="ann")
    world.now += GRACE * 10
    put_down(world, hand, "A-3")
    world.now += GRACE
    count.count("A-1", {tee: 5}, by="bob")
    assert (count.line("A-1", tee).variance, count.line("A-1", tee).state) == (
        -1, LineState.DIFFERENT,
    )  # fmt: skip
    count.approve_and_post()
    assert world.balance("A-1", tee) == (5, 0, 5)


@pytest.mark.parametrize("is_put_back", [False, True])
def test_what_is_taken_up_or_put_back_under_the_counters_hands_is_asked_again(
    world: World, shelf, is_put_back: bool
):
    tee, mug = shelf
    count = opened(world, "A-1")
    hand = carry(world, tee, "A-1", 4) if is_put_back else 0
    take = count.take("A-1")
    count.scan(take, tee, 6)
    count.scan(take, mug, 5)
    if is_put_back:
        world.do(put_back, PutBack, by="li", handling_id=hand)
    else:
        carry(world, tee, "A-1", 4)
    count.close(take)
    assert count.line("A-1", tee).state is LineState.LOOK
    assert count.line("A-1", mug).state is LineState.AGREED


def test_what_was_set_right_meanwhile_is_not_set_right_twice(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "A-1")
    count.count("A-1", {tee: 8, mug: 5}, by="ann")
    count.count("A-1", {tee: 8}, by="bob")
    world.now += GRACE * 10
    move(world, tee, "A-1", "COUNT-DIFFERENCE", 2, MoveReason.MISSING)
    count.approve()
    assert count.post().facts == {
        "posted": 0, "again": 1, "released": 0, "left": 0, "held": 0, "state": "counting",
    }  # fmt: skip
    assert world.balance("A-1", tee) == (8, 0, 8)


def test_nothing_is_posted_before_no_hand_can_hold_any_of_it(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "A-1")
    count.count("A-1", {tee: 8, mug: 5}, by="ann")
    count.count("A-1", {tee: 8}, by="bob")
    count.approve()
    assert count.post(wait=False).facts["posted"] == 0
    assert count.post().facts["posted"] == 1
