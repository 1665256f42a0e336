"""Counts of bins with goods in a hand: forgotten ones, short ones, and whose word ends them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.builders import World
from tests.commands.test_counting_among_moves import carry, put_down
from tests.commands.test_replenishing import face, planned, take
from tests.counts import GRACE, Count, move, opened
from warehouse.catalog.models import Bin
from warehouse.commands import Actor, new_id
from warehouse.counting.commands.hands_ended import end_forgotten, end_hand_and_look
from warehouse.counting.commands.importing import TakeInCounts, taking_in
from warehouse.counting.hands import hands_since
from warehouse.counting.models import LineState
from warehouse.counting.moved import moved_since
from warehouse.counting.rows import CountRow
from warehouse.db import MOST_NAMED
from warehouse.errors import RuleViolation, StaleScreen
from warehouse.people.auth import SYSTEM_PERSON_ID
from warehouse.people.models import Person, Trail
from warehouse.replenishing.commands.planning import CancelTask, cancel_task
from warehouse.replenishing.models import Carried, ReplenishTask
from warehouse.storing.commands.ending import EndHand
from warehouse.storing.commands.hand import TakeBin, take_bin
from warehouse.storing.commands.place import PutBack, put_back
from warehouse.storing.hands import HandKind, in_hands
from warehouse.storing.models import Handling

LONG = timedelta(days=3)


def ended(world: World, **more: Any) -> str:
    """End the only hand there is, as the desk does."""
    with world.database.reading() as session:
        (hand,) = in_hands(session)
    given = {"kind": hand.kind, "person_id": hand.person_id, "no": hand.no, **more}
    return str(world.do(end_hand_and_look, EndHand, by="boss", **given).message)


def typed(world: World, count: Count, *rows: dict[str, Any], by: str = "ann") -> None:
    found = [CountRow(row=at, **{"lot": "", "counted_at": None, **r}) for at, r in enumerate(rows)]
    world.do(taking_in([found], is_file=False), TakeInCounts, by=by, session_id=count.id,
             name="sheet", sha256=new_id(), lines=len(found))  # fmt: skip


def test_a_forgotten_hand_makes_no_difference_and_the_counter_is_told_whose_it_is(
    world: World, shelf
):
    tee, mug = shelf
    world.settings(count_recount_pieces=9)
    carry(world, tee, "A-1", 4)
    world.now += LONG
    count = opened(world, "A-1")
    said = count.count("A-1", {tee: 10, mug: 5})
    assert count.line("A-1", tee).state is LineState.LOOK
    assert str(said.message).startswith("li has had goods of A-1 in hand since ")
    assert ended(world) == "li has nothing of A-1 in hand any more."
    world.now += GRACE  # whoever puts it back has done so
    count.count("A-1", {tee: 10}, by="bob")
    count.post()
    assert (count.state, world.balance("A-1", tee)) == ("posted", (10, 0, 10))


def test_goods_that_are_really_carried_for_long_agree_with_what_the_shelf_has_left(
    world: World, shelf
):
    tee, mug = shelf
    hand = carry(world, tee, "A-1", 4)
    world.now += LONG
    count = opened(world, "A-1")
    count.count("A-1", {tee: 6, mug: 5})
    line = count.line("A-1", tee)
    assert (line.book, line.state) == (6, LineState.AGREED)
    world.now += GRACE
    put_down(world, hand, "A-3")
    count.post()
    assert count.state == "posted"


def test_no_book_is_below_zero_where_the_goods_of_a_forgotten_hand_were_moved(world: World, shelf):
    tee, mug = shelf
    world.settings(count_recount_pieces=20)
    carry(world, tee, "A-1", 8)
    move(world, tee, "A-1", "A-3", 8)
    world.now += LONG
    count = opened(world, "A-1")
    count.count("A-1", {tee: 2, mug: 5})
    line = count.line("A-1", tee)
    assert (line.book, line.state) == (0, LineState.LOOK)
    ended(world)
    world.now += GRACE
    count.count("A-1", {tee: 2}, by="bob")
    count.post()
    assert (count.state, world.balance("A-1", tee)) == ("posted", (2, 0, 2))


def test_a_whole_bin_that_stands_where_it_stood_agrees(world: World, shelf):
    tee, mug = shelf
    world.do(take_bin, TakeBin, by="li", bin_id=world.one(Bin, code="A-1").id)
    world.now += LONG
    count = opened(world, "A-1")
    count.count("A-1", {tee: 10, mug: 4})
    assert count.line("A-1", tee).state is LineState.AGREED
    assert count.line("A-1", mug).state is LineState.LOOK  # it may be on its way
    world.now += GRACE
    ended(world)
    for who in ("bob", "ann"):
        world.now += GRACE
        count.count("A-1", {mug: 4}, by=who)
    assert count.line("A-1", mug).variance == -1
    count.approve_and_post()
    assert count.state == "posted"


@pytest.mark.parametrize("is_paper", [False, True])
def test_a_hand_taken_up_and_put_back_inside_a_pass_is_asked_again(
    world: World, shelf, is_paper: bool
):
    tee, mug = shelf
    world.settings(count_recount_pieces=9)
    count = opened(world, "A-1")
    take_id = 0 if is_paper else count.take("A-1")
    hand = carry(world, tee, "A-1", 4)
    world.now += GRACE
    if not is_paper:
        count.scan(take_id, tee, 6)
        count.scan(take_id, mug, 5)
    world.now += GRACE
    world.do(put_back, PutBack, by="li", handling_id=hand)
    world.now += GRACE * 5
    if is_paper:
        at = world.now - GRACE * 6
        typed(world, count,
              {"bin_code": "A-1", "sku_code": "TEE", "pieces": 6, "counted_at": at},
              {"bin_code": "A-1", "sku_code": "MUG", "pieces": 5, "counted_at": at})  # fmt: skip
    else:
        count.close(take_id)
    assert count.line("A-1", tee).state is LineState.LOOK
    assert count.line("A-1", mug).state is LineState.AGREED


def test_a_hand_taken_up_right_after_the_closing_is_asked_again(world: World, shelf):
    tee, mug = shelf
    world.settings(count_recount_pieces=9)
    count = opened(world, "A-1")
    count.count("A-1", {tee: 6, mug: 5})  # four are in an arm already, and scanned now
    hand = carry(world, tee, "A-1", 4)
    world.now += GRACE
    count.approve()
    assert count.post().facts["posted"] == 0
    put_down(world, hand, "A-3")
    world.now += GRACE
    count.count("A-1", {tee: 6})
    count.post()
    assert (count.state, world.standing(tee)["A-3"]) == ("posted", 4)


def test_the_hand_of_somebody_who_left_is_ended_once_and_its_task_can_be_taken_back(world: World):
    world.site()
    tee = world.goods_in_reserve()
    face(world, tee, 5, 12)
    planned(world)
    task = world.one(ReplenishTask).id
    take(world, task, tee, 10, "R-01")
    with world.database.transaction() as session:
        session.execute(sa.update(Person).where(Person.name == "li").values(is_active=False))
    said = world.refused(RuleViolation, cancel_task, CancelTask, task_id=task)
    assert str(said).startswith("li is at this task.")
    person = world.one(Carried).person_id
    world.person("boss")
    ended(world)
    assert world.all(Carried) == []
    given = {"kind": HandKind.RESERVE, "person_id": person, "no": task}
    world.refused(StaleScreen, end_hand_and_look, EndHand, by="boss", **given)
    world.do(cancel_task, CancelTask, task_id=task)
    assert world.one(Trail, event="hand_ended").facts["name"] == "li"


@pytest.mark.parametrize("counted", [6, 5])
def test_what_a_count_held_against_a_hand_is_looked_at_again_when_others_end_it(
    world: World, shelf, counted: int
):
    tee, mug = shelf
    world.settings(count_recount_pieces=9)
    count = opened(world, "A-1")
    carry(world, tee, "A-1", 4)
    world.now += GRACE
    count.count("A-1", {tee: counted, mug: 5})
    assert count.line("A-1", tee).state is (
        LineState.AGREED if counted == 6 else LineState.DIFFERENT
    )
    world.now += GRACE
    assert ended(world).endswith("What was counted of it meanwhile is looked at again.")
    assert [count.line("A-1", g).state for g in (tee, mug)] == [LineState.LOOK, LineState.AGREED]
    assert count.state == "counting"
    world.now += GRACE
    count.count("A-1", {tee: 6}, by="bob")
    count.approve_and_post()
    assert (count.state, world.balance("A-1", tee)[0]) == ("posted", 6)


def test_what_is_posted_already_is_left_to_the_next_count(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "A-1")
    carry(world, tee, "A-1", 4)
    world.now += GRACE
    count.count("A-1", {tee: 6, mug: 5})
    assert count.post().facts["state"] == "posted"
    assert ended(world) == "li has nothing of A-1 in hand any more."
    assert count.line("A-1", tee).state is LineState.AGREED


def test_a_hand_of_yesterday_is_ended_by_itself_and_one_of_today_is_not(world: World, shelf):
    tee, _ = shelf
    system = {"actor": Actor(person_id=SYSTEM_PERSON_ID), "zone": world.zone}
    carry(world, tee, "A-1", 4)
    world.now += timedelta(hours=7)
    carry(world, tee, "A-1", 2, by="ann")
    world.now += timedelta(hours=2)
    assert end_forgotten(world.database, at=world.tick(), **system) == 1
    (left,) = world.all(Handling, state="open")
    assert left.person_id == world.people["ann"]
    world.now += LONG
    world.settings(hand_hours=0)
    assert end_forgotten(world.database, at=world.tick(), **system) == 0


def test_of_more_bins_than_are_named_at_once_nothing_is_left_out(world: World, shelf):
    tee, _ = shelf
    since = world.now
    world.now += LONG
    hand = carry(world, tee, "A-1", 4)
    put_down(world, hand, "A-2")
    few = [world.one(Bin, code="A-1").id]
    many = [*few, *range(10**6, 10**6 + MOST_NAMED)]
    with world.database.reading() as session:
        told = [(moved_since(session, bins, since), hands_since(session, bins, since).of_bin)
                for bins in (few, many)]  # fmt: skip
    assert told[0] == told[1]
    moves, hands = told[1]
    assert {key: [m[1] for m in moved.moves] for key, moved in moves.items()} == {
        (few[0], tee.id): [-4]
    }
    assert [hand.pieces for hand in hands[few[0]]] == [0]
