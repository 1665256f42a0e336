"""Counts beside documents that set the book right: no error is corrected twice."""

from __future__ import annotations

import pytest

from tests.builders import World
from tests.commands.test_counting_among_moves import carry, put_down
from tests.counts import GRACE, Count, opened, supervisor
from tests.dock import Dock
from warehouse.counting.models import LineState
from warehouse.errors import RuleViolation
from warehouse.inventory.tracking import SetTracking, set_tracking
from warehouse.people.models import Trail
from warehouse.receiving.commands.correcting import RightNumber
from warehouse.receiving.models import Fault
from warehouse.storing.commands.place import UndoPlacing, undo_placing
from warehouse.storing.models import Handling


@pytest.fixture
def small(world: World) -> None:
    """Differences of a few pieces need no second person."""
    world.settings(count_recount_pieces=20)


def looked_at_again(count: Count, place: str, goods) -> None:
    outcome = count.post()
    assert (outcome.facts["posted"], outcome.facts["again"]) == (0, 1)
    assert count.line(place, goods).state is LineState.LOOK


def test_a_receipt_corrected_after_its_goods_were_counted_is_not_corrected_by_the_count(world):
    dock = Dock(world)
    dock.supplier()
    tee = world.sku("TEE")
    world.settings(count_recount_pieces=20)
    supervisor(world)
    receipt = dock.blind()
    dock.count(receipt, tee, 5)
    dock.count(receipt, tee, 1, fault=Fault.STAINED)
    dock.finish(receipt)
    dock.book(receipt)
    count = opened(world, "QUARANTINE")
    count.count("QUARANTINE", {tee: 3})
    world.now += GRACE
    count.approve()
    right = RightNumber(key=f"{tee.id}:faulty::", pieces=3)
    dock.corrected(receipt_id=receipt, reason="3 were faulty", lines=(right,))
    looked_at_again(count, "QUARANTINE", tee)
    assert world.balance("QUARANTINE", tee)[0] == 3


def test_opening_stock_after_the_counting_is_not_found_once_more(world: World, shelf, small):
    tee, _ = shelf
    count = opened(world, "A-3")
    count.count("A-3", {tee: 4})
    world.now += GRACE
    count.approve()
    world.stock(tee, "A-3", 4)
    looked_at_again(count, "A-3", tee)


@pytest.mark.parametrize("is_posted", [False, True])
def test_a_placing_undone_beside_a_count_takes_no_pieces_away_twice(
    world: World, shelf, small, is_posted: bool
):
    tee, mug = shelf
    put_down(world, carry(world, tee, "A-2", 3), "A-1")  # and really into A-3
    count = opened(world, "A-1")
    count.count("A-1", {tee: 10, mug: 5})
    world.now += GRACE
    if is_posted:
        count.approve_and_post()
        said = world.refused(RuleViolation, undo_placing, UndoPlacing, by="li")
        assert str(said).startswith("A-1 was counted since")
        return
    count.approve()
    world.do(undo_placing, UndoPlacing, by="li")
    put_down(world, world.all(Handling)[-1].id, "A-3")
    looked_at_again(count, "A-1", tee)
    assert (world.balance("A-1", tee)[0], world.balance("A-3", tee)[0]) == (10, 3)


@pytest.mark.parametrize("way", ["is_lot_tracked", "is_serial_tracked"])
def test_goods_kept_otherwise_since_are_counted_anew_and_the_others_posted(
    world: World, shelf, small, way: str
):
    tee, mug = shelf
    hat = world.sku("HAT")
    count = opened(world, "A-1", "A-3")
    count.count("A-3", {hat: 3})
    count.count("A-1", {tee: 9, mug: 5})
    world.now += GRACE
    count.approve()
    ways = dict.fromkeys(("is_lot_tracked", "is_expiry_tracked", "is_serial_tracked"), False)
    world.do(set_tracking, SetTracking, sku_id=hat.id, **{**ways, way: True})
    outcome = count.post()
    assert (outcome.facts["posted"], outcome.facts["again"]) == (1, 1)
    assert "cannot be" in str(outcome.message)
    assert count.line("A-3", hat).state is LineState.LOOK
    assert world.balance("A-1", tee)[0] == 9
    assert world.one(Trail, event="not_posted").facts == {"lines": 1, "goods": "HAT"}
