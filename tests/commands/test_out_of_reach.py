"""What becomes of goods somebody did not find while their bin waits for its count."""

from __future__ import annotations

import pytest

from tests.builders import Stage, World
from tests.commands.test_counting_among_moves import carry, put_down
from tests.commands.test_counts_while_working import FindNothing, find_nothing
from tests.commands.test_short import sellable, short, walk
from tests.counts import GRACE, move, opened
from tests.tracked import by_lot, put
from warehouse.catalog.models import Bin
from warehouse.counting.models import CountDoubt
from warehouse.inventory.models import Unfound
from warehouse.stopping.commands import NOTHING_TO_PUT_DOWN, SetAside, set_aside
from warehouse.storing.commands.moves import MovePieces, Taken, move_pieces
from warehouse.storing.commands.place import UndoPlacing, undo_placing
from warehouse.waves.models import ShortReason


def stop(world: World, work) -> None:
    world.stop(work)
    given = {"consignment_id": work.consignment_id, "barcode": NOTHING_TO_PUT_DOWN}
    world.do(set_aside, SetAside, by="picker", **given)


@pytest.mark.parametrize(("others", "brought"), [(7, 0), (4, 3)])
def test_what_others_were_promised_of_an_empty_bin_is_sold_to_nobody_when_they_stop(
    world: World, others: int, brought: int
):
    _, tee, task = walk(world)
    other = world.bring(Stage.TOTE_BOUND, work=world.released({tee: others}))
    short(world, task.id)
    if brought:
        world.stock(tee, "A-01", brought)
    assert sellable(world, tee) == 0  # what comes is first for those who were promised some
    stop(world, other)
    assert (world.one(Unfound).pieces, sellable(world, tee)) == (10, brought)


def test_so_it_is_with_the_lot_that_was_not_there(world: World):
    serum = by_lot(world)
    world.site()
    put(world, serum, "A-01", 5, lot="L1")
    work, other = (world.bring(Stage.TOTE_BOUND, lines={serum: n}, on_hand=0) for n in (3, 2))
    put(world, serum, "A-01", 4, lot="L2")
    short(world, world.open_tasks(work.wave_id)[0].id)
    stop(world, other)
    assert (world.one(Unfound).pieces, sellable(world, serum)) == (5, 4)


def test_of_a_bin_with_wrong_goods_among_them_the_others_are_still_believed(world: World):
    _, tee, task = walk(world)
    other = world.bring(Stage.TOTE_BOUND, work=world.released({tee: 4}))
    short(world, task.id, ShortReason.WRONG_GOODS)
    stop(world, other)
    assert (world.one(Unfound).pieces, sellable(world, tee)) == (3, 7)


def test_a_placing_undone_into_a_doubted_bin_sells_nothing_and_leaves_no_doubt_behind(world: World):
    _, tee, task = walk(world, wanted=6)
    world.bin("C-01")
    hand = carry(world, tee, "A-01", 4)
    put_down(world, hand, "C-01")
    short(world, task.id)
    assert (world.one(Unfound).pieces, sellable(world, tee)) == (6, 4)
    world.do(undo_placing, UndoPlacing, by="li")
    assert (world.standing(tee)["A-01"], sellable(world, tee)) == (10, 0)
    put_down(world, hand, "C-01")
    world.stock(tee, "A-01", 2)
    assert (world.one(Unfound).pieces, sellable(world, tee)) == (6, 6)


def test_a_placing_undone_out_of_a_doubted_bin_takes_its_doubt_along(world: World):
    _, tee, task = walk(world)
    world.stock(tee, "DOCK", 4)
    put_down(world, carry(world, tee, "DOCK", 4), "A-01")
    short(world, task.id)
    world.do(undo_placing, UndoPlacing, by="li")
    world.stock(tee, "A-01", 2)
    assert (world.one(Unfound).pieces, sellable(world, tee)) == (10, 2)


def test_pieces_moved_by_word_out_of_a_doubted_bin_were_found(world: World):
    _, tee, task = walk(world)
    short(world, task.id)
    world.bin("C-01")
    taken = Taken(bin="A-01", sku="TEE", pieces=10)
    world.do(move_pieces, MovePieces, taken=taken, to="C-01")
    assert world.all(Unfound) == []
    world.stock(tee, "A-01", 2)
    assert sellable(world, tee) == 12


@pytest.mark.parametrize("comes", ["before the pass", "in the pass"])
def test_goods_that_were_not_found_and_have_left_are_looked_for_no_more(
    world: World, shelf, comes: str
):
    tee, mug = shelf
    place = {"bin_id": world.one(Bin, code="A-1").id, "sku_id": tee.id}
    count = opened(world, "A-1")
    take = count.take("A-1") if comes == "in the pass" else 0
    world.do(find_nothing, FindNothing, by="li", **place)
    move(world, tee, "A-1", "A-3", 10)
    world.now += GRACE
    take = take or count.take("A-1")
    count.scan(take, mug, 5)
    count.close(take)
    if count.state == "counting":
        world.now += GRACE
        count.count("A-1", {})
    count.post()
    assert count.state == "posted"
    assert (world.all(Unfound), world.all(CountDoubt)) == ([], [])
