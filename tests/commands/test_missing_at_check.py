"""Pieces that are not in the tote: nothing is written off that nobody has counted."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.builders import Goods, Stage, Work, World
from tests.counts import GRACE, Count, opened, supervisor
from tests.tracked import by_lot, lots_at, put
from warehouse.catalog.models import Bin
from warehouse.checking.commands.count import CheckItem, check_item
from warehouse.checking.commands.exceptions import ReportMissing, report_missing
from warehouse.counting.models import CountBin, CountSession
from warehouse.inventory.models import Lot, Move, MoveReason, Unfound
from warehouse.inventory.queries import available_of
from warehouse.orders.models import HoldKind
from warehouse.people.models import Trail
from warehouse.picking.commands.exceptions import ReportShort, report_short
from warehouse.waves.models import ShortReason


def checking(world: World, wanted: int, **shelves: int) -> tuple[Work, Goods]:
    """Return an order in its tote at the check, and its goods, picked from shelves A and B."""
    tee = world.sku("TEE")
    world.site()
    for n, (code, pieces) in enumerate(shelves.items()):
        world.stock(tee, code, pieces, walk_order=n)
    supervisor(world)
    return world.bring(Stage.CHECKING, lines={tee: wanted}, on_hand=0), tee


def report(world: World, work: Work, seen: int) -> None:
    """See so many pieces of the order's one SKU in the tote, and no more."""
    (goods,) = work.goods.values()
    given = {"by": "checker", "check_id": work.check_id}
    if seen:
        world.do(check_item, CheckItem, barcode=goods.barcode, pieces=seen, **given)
    world.do(report_missing, ReportMissing, **given)
    assert world.differences() == []


def sellable(world: World, goods: Goods) -> int:
    with world.database.reading() as session:
        day = world.now.astimezone(world.zone).date()
        return available_of(session, [goods.id], day=day).get(goods.id, 0)


def told(world: World, kind: str) -> list[tuple[str, dict[str, Any]]]:
    events = ("missing", "written_off", "not_in_tote")
    return [(t.event, t.facts) for t in world.all(Trail, subject_kind=kind) if t.event in events]


def change(world: World, code: str, **columns: Any) -> None:
    with world.database.transaction() as session:
        session.execute(sa.update(Bin).where(Bin.code == code).values(**columns))


def test_they_stand_in_their_bin_again_out_of_reach_until_it_is_counted(world: World):
    work, tee = checking(world, 3, A=10)
    report(world, work, 2)
    assert (world.balance("A", tee), sellable(world, tee)) == ((8, 0, 8), 7)
    assert world.balance(work.tote, tee) == (2, 0, 2)
    assert [row.event for row in world.all(CountBin)] == ["missing_at_check"]
    assert world.holds(work.order_id) == [HoldKind.CHECK_MISMATCH]
    facts = {"sku": "TEE", "pieces": 1}
    assert told(world, "consignment") == [("missing", {"bin": "A", **facts})]
    number = world.all(Move, reason=MoveReason.MISSING)[0].reference
    assert told(world, "bin") == [("not_in_tote", {"consignment": number, **facts})]


@pytest.mark.parametrize(("lies", "left"), [(8, 8), (7, 7)], ids=["found", "gone"])
def test_the_count_finds_them_or_writes_them_off(world: World, lies: int, left: int):
    work, tee = checking(world, 3, A=10)
    report(world, work, 2)
    count = Count(world, world.one(CountSession).id)
    world.now += GRACE
    count.count("A", {tee: lies})
    if lies < 8:
        assert (world.standing(tee)["A"], sellable(world, tee)) == (8, 7)
        count.count("A", {tee: lies}, by="bob")
        count.approve()
    count.post()
    assert (world.balance("A", tee), sellable(world, tee)) == ((left, 0, left), left)
    assert (world.all(Unfound), world.differences(), count.state) == ([], [], "posted")


def test_of_several_bins_the_one_picked_last_gets_them_first(world: World):
    work, tee = checking(world, 6, A=2, B=5)
    report(world, work, 1)
    assert (world.standing(tee)["A"], world.standing(tee)["B"]) == (1, 5)
    assert sorted(row.pieces for row in world.all(Unfound)) == [1, 4]
    assert len(world.all(CountBin)) == 2


def test_they_come_on_top_of_what_was_not_found_there_before(world: World):
    work, tee = checking(world, 3, A=10)
    other = world.bring(Stage.TOTE_BOUND, work=world.released({tee: 2}))
    (task,) = world.open_tasks(other.wave_id)
    short = {"by": "picker", "task_id": task.id, "reason": ShortReason.WRONG_GOODS}
    world.do(report_short, ReportShort, **short)
    report(world, work, 2)
    assert (world.one(Unfound).pieces, sellable(world, tee)) == (3, 5)


def test_a_bin_filled_with_others_and_closed_meanwhile_has_them_in_the_book(world: World):
    work, tee = checking(world, 3, A=3)
    world.stock(world.sku("MUG"), "A", 4)
    change(world, "A", is_one_sku=True, is_put_closed=True, is_pick_closed=True, most_pieces=4)
    report(world, work, 2)
    assert (world.standing(tee)["A"], sellable(world, tee)) == (1, 0)


def test_where_nobody_counts_any_more_they_are_a_difference_at_once(world: World):
    work, tee = checking(world, 3, A=3)
    change(world, "A", is_active=False)
    report(world, work, 2)
    assert world.standing(tee)["COUNT-DIFFERENCE"] == 1
    assert (world.all(Unfound), world.all(CountBin)) == ([], [])
    assert [event for event, _ in told(world, "consignment")] == ["written_off"]


def test_of_two_lines_of_the_same_goods_the_very_lot_goes_back(world: World):
    serum = by_lot(world)
    world.site()
    put(world, serum, "A", 2, lot="L1")
    put(world, serum, "B", 5, lot="L2", walk_order=1)
    work = world.bring(Stage.CHECKING, lines=[(serum, 2), (serum, 3)], on_hand=0)
    given = {"by": "checker", "check_id": work.check_id}
    world.do(check_item, CheckItem, barcode="L2", pieces=3, **given)
    world.do(report_missing, ReportMissing, **given)
    assert (lots_at(world, "A"), lots_at(world, "B")) == ({"L1": (2, 0)}, {"L2": (2, 0)})
    kept = world.one(Unfound)
    assert (kept.lot_id, kept.pieces) == (world.one(Lot, code="L1").id, 2)
    assert [step[:3] for step in world.steps(work)] == [(2, 2, 2), (3, 1, 1)]
    assert world.differences() == []


def test_a_difference_counted_before_they_came_back_is_asked_again(world: World):
    work, tee = checking(world, 3, A=10)
    count = opened(world, "A")
    for by in ("ann", "bob"):  # one was scanned twice, and lies there still
        count.count("A", {tee: 8}, by=by)
    count.approve()
    report(world, work, 2)
    count.post()
    assert (count.line("A", tee).state, world.standing(tee)["A"]) == ("look", 8)
    count.count("A", {tee: 8}, by="cat")
    count.post()
    assert (world.balance("A", tee), sellable(world, tee)) == ((8, 0, 8), 8)
    assert (world.all(Unfound), count.state) == ([], "posted")


def test_a_bin_they_come_back_to_while_it_is_counted_is_asked_again(world: World):
    work, tee = checking(world, 3, A=10)
    count = opened(world, "A")
    take = count.take("A")
    count.scan(take, tee, 8)
    report(world, work, 2)
    count.close(take)
    assert count.line("A", tee).state == "look"
