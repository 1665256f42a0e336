"""Goods that move at every look: nothing is believed of them, and a supervisor can end it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.builders import Goods, World
from tests.commands.test_counts_agreed import exact
from tests.counts import GRACE, Count, move, opened, supervisor
from warehouse.catalog.models import Bin
from warehouse.commands import Actor
from warehouse.counting.commands.deciding import (
    ApproveLines,
    AskAgain,
    KeepBook,
    approve_lines,
    ask_lines_again,
    keep_book,
)
from warehouse.counting.commands.sessions import FinishCount, finish_count
from warehouse.counting.models import CountBin, CountSession, DifferenceReason, LineState
from warehouse.counting.papers import count_report
from warehouse.counting.settling import settle_due
from warehouse.errors import Forbidden, RuleViolation
from warehouse.inventory.models import MoveReason

UNDER_WAY: dict[str, Callable[[World, Goods], None]] = {
    "a pick": lambda world, tee: move(world, tee, "A-1", "TOTE-1", 1, MoveReason.PICK),
    "a filling": lambda world, tee: move(world, tee, "A-2", "A-1", 1),
}


def look_under(count: Count, tee: Goods, pieces: int, under_way: str, *, by: str) -> None:
    """Count A-1 while a piece is on its way that the book hears of a moment later."""
    count.count("A-1", {tee: pieces}, by=by)
    count.world.now += GRACE / 4
    UNDER_WAY[under_way](count.world, tee)
    count.world.now += GRACE
    settle_due(count.world.database, actor=Actor(person_id=1), at=count.world.now)


@pytest.fixture
def tee(world: World) -> Goods:
    """Ten TEE in A-1 and three in A-2, by the book."""
    tee = world.sku("TEE")
    world.stock(tee, "A-1", 10, walk_order=1)
    world.stock(tee, "A-2", 3, walk_order=2)
    world.bin("TOTE-1")
    supervisor(world, "chief")
    return tee


@pytest.mark.parametrize(("under_way", "sign"), [("a pick", -1), ("a filling", 1)])
def test_a_difference_hidden_at_every_look_is_found_at_the_first_quiet_one(
    world: World, tee: Goods, under_way: str, sign: int
):
    count = opened(world, "A-1")
    for who in ("ann", "bob", "cat"):
        book = world.balance("A-1", tee)[0]
        # The shelf had one more (or less) than the book, and a piece of it is on its way out (in).
        look_under(count, tee, book, under_way, by=who)
        assert count.line("A-1", tee).state is LineState.LOOK
    truth = world.balance("A-1", tee)[0] - sign
    count.count("A-1", {tee: truth}, by="dan")
    count.count("A-1", {tee: truth}, by="eva")
    count.approve_and_post()
    assert (count.state, world.balance("A-1", tee)[0]) == ("posted", truth)


def test_where_goods_never_stand_still_somebody_who_did_not_count_keeps_the_book(
    world: World, tee: Goods
):
    world.settings(count_recount_pieces=9)
    count = opened(world, "A-1")
    for who in ("ann", "boss"):
        look_under(count, tee, world.balance("A-1", tee)[0], "a pick", by=who)
    here = {"session_id": count.id, "line_ids": (count.line("A-1", tee).id,), "note": "busy"}
    for who in ("ann", "boss", "cat"):  # who counted; a supervisor who did; no supervisor
        world.refused(Forbidden, keep_book, KeepBook, by=who, **here)
    world.do(keep_book, KeepBook, by="chief", **here)
    assert count.post().facts["state"] == "posted"
    assert world.balance("A-1", tee)[0] == 8
    found = exact(count)
    assert (found.lines, found.lines_right, found.lines_unjudged, found.bins) == (0, 0, 1, 0)


def test_a_count_that_ends_on_goods_that_moved_says_that_they_prove_nothing(
    world: World, tee: Goods
):
    count = opened(world, "A-1", "A-2")
    count.count("A-2", {tee: 3}, by="ann")
    look_under(count, tee, 10, "a pick", by="ann")
    done = world.do(finish_count, FinishCount, by="chief", session_id=count.id, note="")
    assert done.facts == {"differences": 0, "unjudged": 1}
    assert "In 1 line goods moved at every look" in str(done.message)
    found = exact(count)
    assert (found.lines, found.lines_right, found.bins, found.bins_right) == (1, 1, 1, 1)
    with world.database.reading() as session:
        held = session.get_one(CountSession, count.id)
        paper = count_report(session, held, world.now, world.zone, tells_value=True)
    assert (paper.agreed, paper.asked_again, paper.unproven) == ("1 / 1", "", "1")


def test_a_move_that_came_after_the_last_look_is_seen_when_the_count_is_ended(
    world: World, tee: Goods
):
    count = opened(world, "A-1")
    count.count("A-1", {tee: 10}, by="ann")
    move(world, tee, "A-1", "TOTE-1", 1, MoveReason.PICK)
    world.now += GRACE  # the worker has not looked yet
    done = world.do(finish_count, FinishCount, by="chief", session_id=count.id, note="")
    assert done.facts["unjudged"] == 1


def test_a_counter_is_told_that_goods_moved_and_when_to_come_back_and_is_sent_elsewhere_first(
    world: World, tee: Goods
):
    count = opened(world, "A-1", "A-2")
    take = count.take("A-1")
    move(world, tee, "A-1", "TOTE-1", 1, MoveReason.PICK)
    count.scan(take, tee, 9)
    done = count.close(take)
    later = (world.now + timedelta(seconds=60)).astimezone(world.zone)
    assert str(done.message).startswith("Goods of A-1 moved just now.")
    assert f"from {later:%H:%M}" in str(done.message)
    assert world.get(CountBin, done.subject_id).bin_id == world.one(Bin, code="A-2").id
    quiet = count.close(count.take("A-2"))
    assert str(quiet.message) == "A-2 is counted."


def test_what_was_found_while_nothing_moved_is_not_lost_to_a_look_at_which_goods_moved(
    world: World, tee: Goods
):
    count = opened(world, "A-1")
    count.count("A-1", {tee: 4}, by="ann")
    assert count.line("A-1", tee).state is LineState.RECOUNT
    take = count.take("A-1", by="boss")
    move(world, tee, "A-1", "TOTE-1", 1, MoveReason.PICK)
    count.scan(take, tee, 9, by="boss")
    count.close(take, by="boss")
    line = count.line("A-1", tee)
    assert (line.state, line.looks, line.counted, line.variance) == (LineState.LOOK, 2, 4, -6)
    ends = {"session_id": count.id}
    world.refused(RuleViolation, finish_count, FinishCount, by="chief", note="", **ends)
    world.refused(Forbidden, finish_count, FinishCount, by="boss", note="enough", **ends)
    done = world.do(finish_count, FinishCount, by="chief", note="enough", **ends)
    assert done.facts == {"differences": 1, "unjudged": 0}
    found = exact(count)
    assert (found.lines, found.lines_right, found.missing) == (1, 0, 6)
    with world.database.reading() as session:
        held = session.get_one(CountSession, count.id)
        paper = count_report(session, held, world.now, world.zone, tells_value=True)
    assert (paper.bins, paper.lines[0].reason) == ("1 / 1", "保留账面 · enough")


def test_so_it_is_with_a_look_that_moves_made_doubtful_afterwards(world: World, tee: Goods):
    world.settings(count_recount_pieces=1)
    count = opened(world, "A-1")
    count.count("A-1", {tee: 4}, by="ann")
    look_under(count, tee, 10, "a pick", by="bob")
    line = count.line("A-1", tee)
    assert (line.state, line.counted, line.variance) == (LineState.LOOK, 4, -6)
    count.count("A-1", {tee: 3}, by="bob")
    line = count.line("A-1", tee)
    assert (line.state, line.counted, line.variance) == (LineState.DIFFERENT, 3, -6)


def test_goods_that_agreed_and_are_asked_again_by_the_desk_have_proven_something(
    world: World, tee: Goods
):
    count = opened(world, "A-1")
    count.count("A-1", {tee: 10}, by="ann")
    world.now += GRACE
    line = count.line("A-1", tee).id
    world.do(ask_lines_again, AskAgain, by="chief", session_id=count.id, line_ids=(line,))
    here = {"session_id": count.id, "line_ids": (line,), "reason": DifferenceReason.LOST}
    world.refused(RuleViolation, approve_lines, ApproveLines, by="chief", **here)
    done = world.do(finish_count, FinishCount, by="chief", session_id=count.id, note="")
    assert str(done.message).endswith("is finished.")
    assert (exact(count).lines, exact(count).lines_right, exact(count).lines_unjudged) == (1, 1, 0)


def test_a_loss_everybody_sees_among_moves_is_approved_after_three_looks(world: World, tee: Goods):
    count = opened(world, "A-1")
    for looks, who in enumerate(("ann", "bob", "ann"), start=1):
        take = count.take("A-1", by=who)
        move(world, tee, "A-1", "TOTE-1", 1, MoveReason.PICK)
        count.scan(take, tee, world.balance("A-1", tee)[0] - 5, by=who)
        count.close(take, by=who)
        line = count.line("A-1", tee)
        assert (line.state, line.looks, line.variance) == (LineState.LOOK, looks, -5)
        here = {"session_id": count.id, "line_ids": (line.id,), "reason": DifferenceReason.LOST}
        if looks < 3:
            world.refused(RuleViolation, approve_lines, ApproveLines, by="chief", **here)
    world.refused(Forbidden, approve_lines, ApproveLines, by="ann", **here)
    world.refused(Forbidden, approve_lines, ApproveLines, by="dan", **here)
    world.do(approve_lines, ApproveLines, by="chief", **here)
    move(world, tee, "A-1", "TOTE-1", 1, MoveReason.PICK)
    count.post()
    assert (count.state, world.balance("A-1", tee)[0]) == ("posted", 10 - 4 - 5)
