"""Lines whose goods moved under a look: no loss vanishes, no right book is changed, by whoever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.builders import Goods, World
from tests.commands.test_counts_left_over import doubt
from tests.commands.test_counts_never_still import tee
from tests.counts import GRACE, Count, move, opened, supervisor
from warehouse.catalog.models import Bin
from warehouse.commands import Actor, new_id
from warehouse.counting.commands.correcting import CorrectSheet, correcting
from warehouse.counting.commands.deciding import (
    ApproveLines,
    AskAgain,
    KeepBook,
    approve_lines,
    ask_lines_again,
    keep_book,
)
from warehouse.counting.commands.importing import TakeInCounts, taking_in
from warehouse.counting.commands.sessions import FinishCount, finish_count
from warehouse.counting.models import CountSession, CountTake, DifferenceReason, LineState
from warehouse.counting.rows import CountRow
from warehouse.counting.settling import settle_due
from warehouse.errors import Forbidden, RuleViolation
from warehouse.inventory.models import MoveReason, Unfound
from warehouse.people.models import PersonRole, Role

__all__ = ["tee"]
LOST = {"reason": DifferenceReason.LOST}


def look_moved(count: Count, tee: Goods, off: int, *, by: str) -> None:
    """Count A-1 so many pieces off its book while a piece is picked from it."""
    take = count.take("A-1", by=by)
    move(count.world, tee, "A-1", "TOTE-1", 1, MoveReason.PICK)
    count.scan(take, tee, count.world.balance("A-1", tee)[0] + off, by=by)
    count.close(take, by=by)


def settled(world: World) -> None:
    world.now += GRACE
    settle_due(world.database, actor=Actor(person_id=1), at=world.now)


def test_who_found_a_loss_does_not_take_it_back_alone(world: World, tee: Goods):
    count = opened(world, "A-1")
    count.count("A-1", {tee: 4}, by="ann")
    look_moved(count, tee, -6, by="bob")
    world.now += GRACE
    count.count("A-1", {tee: 9}, by="ann")
    assert count.line("A-1", tee).state is LineState.RECOUNT
    count.count("A-1", {tee: 9}, by="bob")
    assert count.line("A-1", tee).state is LineState.AGREED


def test_who_made_all_looks_decides_nothing_after_another_decided(world: World, tee: Goods):
    count = opened(world, "A-1")
    for _ in range(3):
        look_moved(count, tee, -2, by="boss")
    here = {"session_id": count.id, "line_ids": (count.line("A-1", tee).id,)}
    world.refused(Forbidden, keep_book, KeepBook, by="boss", note="x", **here)
    world.do(approve_lines, ApproveLines, by="chief", **here, **LOST)
    world.refused(Forbidden, keep_book, KeepBook, by="boss", note="x", **here)
    world.do(keep_book, KeepBook, by="chief", note="x", **here)
    world.do(ask_lines_again, AskAgain, by="boss", **here)
    world.refused(Forbidden, approve_lines, ApproveLines, by="boss", **here, **LOST)


def test_a_count_is_ended_with_what_moved_lately_in_sight(world: World, tee: Goods):
    count = opened(world, "A-1")
    count.count("A-1", {tee: 4}, by="ann")
    count.count("A-1", {tee: 10}, by="bob")
    move(world, tee, "A-1", "TOTE-1", 1, MoveReason.PICK)
    world.now += GRACE
    supervisor(world, "ann")
    ends = {"session_id": count.id}
    world.refused(RuleViolation, finish_count, FinishCount, by="chief", note="", **ends)
    world.refused(Forbidden, finish_count, FinishCount, by="ann", note="enough", **ends)


def test_a_book_that_was_set_right_since_is_not_set_right_twice(world: World, tee: Goods):
    count = opened(world, "A-1")
    count.count("A-1", {tee: 4}, by="ann")
    world.now += GRACE
    world.bin("LOSS")
    move(world, tee, "A-1", "LOSS", 6, MoveReason.ADJUST)
    world.now += GRACE
    for who in ("bob", "cat"):
        look_moved(count, tee, 0, by=who)
        world.now += GRACE
    line = count.line("A-1", tee)
    assert (line.state, line.looks, line.variance) == (LineState.LOOK, 3, -6)
    said = world.refused(RuleViolation, approve_lines, ApproveLines, by="chief",
                         session_id=count.id, line_ids=(line.id,), **LOST)  # fmt: skip
    assert "set right since" in str(said)


@pytest.mark.parametrize(("last", "variance"), [(8, -2), (11, 1)])
def test_a_decision_about_a_figure_that_went_meanwhile_is_refused(
    world: World, tee: Goods, last: int, variance: int
):
    count = opened(world, "A-1")
    for who, pieces in (("ann", 4), ("bob", 3), ("cat", last)):
        count.count("A-1", {tee: pieces}, by=who)
        if who != "cat":
            settled(world)
    line = count.line("A-1", tee)
    assert (line.state, line.variance) == (LineState.DIFFERENT, variance)
    world.now += timedelta(seconds=1)
    shown = world.now
    move(world, tee, "A-1", "TOTE-1", 1, MoveReason.PICK)
    settled(world)
    here = {"session_id": count.id, "line_ids": (line.id,), "seen_at": shown}
    world.refused(RuleViolation, approve_lines, ApproveLines, by="chief", **here, **LOST)
    world.refused(RuleViolation, keep_book, KeepBook, by="chief", note="so it is", **here)


@pytest.mark.parametrize("comes_back", [False, True])
def test_a_sheet_of_goods_that_moved_is_corrected_and_hides_no_loss(
    world: World, tee: Goods, comes_back: bool
):
    supervisor(world, "eve")
    world.add(PersonRole(person_id=world.person("bob"), role=Role.COUNTER))
    count = opened(world, "A-1")
    count.count("A-1", {tee: 4}, by="ann")
    world.now += GRACE
    move(world, tee, "A-1", "TOTE-1", 1, MoveReason.PICK)
    if comes_back:
        move(world, tee, "TOTE-1", "A-1", 1)
    sheet = {"by": "eve", "session_id": count.id, "name": "A-1", "lines": 1}
    rows = [CountRow(row=1, bin_code="A-1", sku_code="TEE", pieces=4)]
    world.do(taking_in([rows], is_file=False), TakeInCounts, **sheet, sha256=new_id(),
             counted_by=world.person("bob"))  # fmt: skip
    right = [CountRow(row=1, bin_code="A-1", sku_code="TEE", pieces=10 if comes_back else 9)]
    take = world.all(CountTake)[-1]
    world.do(correcting(right), CorrectSheet, by="eve", count_bin_id=take.count_bin_id,
             take_id=take.id, sha256=new_id())  # fmt: skip
    line = count.line("A-1", tee)
    assert (line.state, line.counted, line.book, line.variance) == (LineState.LOOK, 4, 10, -6)
    ends = {"session_id": count.id}
    world.refused(RuleViolation, finish_count, FinishCount, by="eve", note="", **ends)
    world.refused(Forbidden, finish_count, FinishCount, by="eve", note="enough", **ends)


@pytest.mark.parametrize(("note", "counts"), [("", 2), ("seen by me", 1)])
def test_a_doubt_about_goods_that_moved_at_every_look_outlives_the_count(
    world: World, tee: Goods, note: str, counts: int
):
    count = opened(world, "A-1")
    place = world.one(Bin, code="A-1").id
    doubt(world, "A-1", tee)
    world.add(Unfound(sku_id=tee.id, pieces=2, at=world.now, bin_id=place,
                      person_id=world.person("li")))  # fmt: skip
    world.now += timedelta(hours=1)
    look_moved(count, tee, 0, by="ann")
    world.do(finish_count, FinishCount, by="chief", session_id=count.id, note=note)
    assert len(world.all(CountSession)) == counts
