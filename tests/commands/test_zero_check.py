"""The zero check: a bin the book has emptied is asked about, and what the picker says is kept."""

from __future__ import annotations

import pytest

from tests.builders import Stage, World
from tests.commands.test_statements import MOST_STATEMENTS, scan
from tests.counts import move
from warehouse.counting.models import CountBin, CountEvent
from warehouse.people.models import Trail
from warehouse.picking.commands.confirm import ConfirmBin, ConfirmPick, confirm_bin, confirm_pick
from warehouse.picking.commands.emptied import SayEmpty, say_empty
from warehouse.picking.commands.exceptions import UndoPick, undo_pick


@pytest.fixture
def lean(world: World):
    """A wave of two TEE; its bin has just these. The site asks whether bins are empty."""
    world.settings(asks_if_empty=True)
    work = world.bring(Stage.TOTE_BOUND)
    tee = work.goods["TEE"]
    if more := world.balance("A-01", tee)[2]:
        move(world, tee, "A-01", "OPENING", more)
    return work


def pick(world: World, work, pieces: int):
    task = world.open_tasks(work.wave_id)[0]
    world.do(confirm_bin, ConfirmBin, by="picker", task_id=task.id, barcode="A-01")
    given = {"task_id": task.id, "barcode": work.goods["TEE"].barcode, "pieces": pieces}
    return task, world.do(confirm_pick, ConfirmPick, by="picker", **given)


def test_an_emptied_bin_is_asked_about_and_seen_empty_is_kept(world: World, lean):
    task, first = pick(world, lean, 1)
    assert first.screen == "item"
    task, last = pick(world, lean, 1)
    assert (last.screen, last.subject_id, last.is_step_done) == ("empty", task.id, True)
    answer = world.do(say_empty, SayEmpty, by="picker", task_id=task.id, is_empty=True)
    assert (answer.screen, answer.subject_id) == ("next", lean.wave_id)
    assert [x.event for x in world.all(Trail, subject_kind="bin", subject_id=task.bin_id)] == [
        "seen_empty"
    ]
    assert world.all(CountBin) == []


def test_one_that_is_not_empty_is_counted(world: World, lean):
    task, _ = pick(world, lean, 2)
    for _ in range(2):
        world.do(say_empty, SayEmpty, by="picker", task_id=task.id, is_empty=False)
    assert [(b.bin_id, b.event) for b in world.all(CountBin)] == [
        (task.bin_id, CountEvent.NOT_EMPTY)
    ]


def test_nothing_is_asked_while_pieces_remain_or_other_goods_stand_there(world: World, lean):
    world.stock(world.sku("HAT"), "A-01", 1)
    assert pick(world, lean, 2)[1].screen == "next"


def test_asking_costs_no_statement(world: World, lean):
    emptied = [scan(world, lean, 1) for _ in range(2)][-1]
    world.settings(asks_if_empty=False)
    world.do(undo_pick, UndoPick, by="picker", wave_id=lean.wave_id)
    assert emptied == scan(world, lean, 1)
    assert len(emptied) <= MOST_STATEMENTS
