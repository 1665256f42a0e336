"""Stock counts: what counters find, what is asked again, who decides, and what is posted."""

from __future__ import annotations

import pytest

from tests.builders import Stage, World
from tests.counts import GRACE, Count, opened
from warehouse.catalog.models import Bin, BinKind
from warehouse.counting.commands.deciding import ApproveLines, approve_lines
from warehouse.counting.commands.goods import CountGoods, UndoScan, count_goods, undo_scan
from warehouse.counting.commands.passes import (
    CloseBin,
    LeaveBin,
    NextBin,
    TakeBin,
    close_bin,
    go_to_next_bin,
    leave_bin,
    take_bin,
)
from warehouse.counting.commands.posting import PostCount, post_count
from warehouse.counting.commands.sessions import CancelCount, OpenCount, cancel_count, open_count
from warehouse.counting.models import (
    CountBin,
    CountEntry,
    CountScope,
    CountSession,
    DifferenceReason,
    LineState,
)
from warehouse.counting.scoping import Scope
from warehouse.errors import (
    Forbidden,
    InvalidInput,
    RuleViolation,
    StaleScreen,
    TakenByAnother,
    TooMany,
)
from warehouse.inventory.models import AllocationRelease, Move, MoveReason, ReleaseReason
from warehouse.orders.models import HoldKind
from warehouse.retiring.commands import RetireBin, ReuseBin, retire_bin, reuse_bin
from warehouse.waves.models import PickTask, TaskState


def test_shelf_and_book_that_agree_are_kept_as_proof(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "A-1")
    count.count("A-1", {tee: 10, mug: 5})
    assert [(x.counted, x.book, x.state) for x in count.lines()] == [
        (10, 10, LineState.AGREED),
        (5, 5, LineState.AGREED),
    ]
    assert count.state == "review"


def test_what_nobody_counted_is_zero_and_what_the_book_has_not_is_a_line(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "A-2", "A-3")
    count.count("A-2", {mug: 1})
    count.count("A-3", {})
    found = {(x.sku_id): (x.counted, x.book, x.variance) for x in count.lines("A-2")}
    assert found == {tee.id: (0, 3, -3), mug.id: (1, 0, 1)}
    assert count.lines("A-3") == []
    assert world.one(CountBin, bin_id=world.one(Bin, code="A-3").id).state == "counted"


def test_a_difference_is_recounted_by_another_and_stands_when_both_agree(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "A-1")
    count.count("A-1", {tee: 8, mug: 5}, by="ann")
    assert count.line("A-1", tee).state is LineState.RECOUNT
    world.refused(RuleViolation, take_bin, TakeBin, by="ann", session_id=count.id, barcode="A-1")
    count.count("A-1", {tee: 8}, by="bob")
    assert count.line("A-1", tee).state is LineState.DIFFERENT
    assert count.line("A-1", mug).looks == 1
    count.approve_and_post()
    assert world.balance("A-1", tee) == (8, 0, 8)
    assert count.state == "posted"
    assert world.differences() == []


def test_three_who_disagree_leave_it_to_the_reviewer(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "A-1")
    for who, pieces in (("ann", 8), ("bob", 7), ("cat", 6)):
        count.count("A-1", {tee: pieces, **({mug: 5} if who == "ann" else {})}, by=who)
    assert count.line("A-1", tee).state is LineState.DIFFERENT
    assert len(world.all(CountEntry, line_id=count.line("A-1", tee).id)) == 3


def test_a_recount_that_agrees_with_the_book_ends_it(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "A-1")
    count.count("A-1", {tee: 9, mug: 5}, by="ann")
    count.count("A-1", {tee: 10}, by="bob")
    assert count.line("A-1", tee).state is LineState.AGREED


def test_small_differences_need_no_second_person_where_the_site_says_so(world: World, shelf):
    tee, mug = shelf
    world.settings(count_recount_pieces=2)
    count = opened(world, "A-1")
    count.count("A-1", {tee: 8, mug: 2})
    assert count.line("A-1", tee).state is LineState.DIFFERENT
    assert count.line("A-1", mug).state is LineState.RECOUNT


def test_each_line_is_posted_once_however_often_and_by_how_many(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "A-1")
    count.count("A-1", {tee: 12, mug: 5}, by="ann")
    count.count("A-1", {tee: 12}, by="bob")
    count.approve()
    world.now += GRACE
    first = world.command(PostCount, by="boss", session_id=count.id)
    second = world.command(PostCount, by="ann", session_id=count.id)
    world.overlap((post_count, first), (post_count, second))
    count.post()
    assert world.balance("A-1", tee) == (12, 0, 12)
    assert [m.pieces for m in world.all(Move, reason=MoveReason.COUNT)] == [2]


def test_two_counters_get_two_bins_and_one_may_take_the_others_over(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "A-1", "A-2")
    places = [
        world.get(
            CountBin, world.do(go_to_next_bin, NextBin, by=who, session_id=count.id).subject_id
        )
        for who in ("ann", "bob")
    ]
    assert [world.get(Bin, place.bin_id).code for place in places] == ["A-1", "A-2"]
    take = count.take("A-1", by="ann")
    count.scan(take, tee, 7, by="ann")
    world.refused(TakenByAnother, take_bin, TakeBin, by="bob", session_id=count.id, barcode="A-1")
    over = count.take("A-1", by="bob", is_confirmed=True)
    world.refused(StaleScreen, count_goods, CountGoods, by="ann", take_id=take, barcode=tee.barcode)
    count.scan(over, tee, 10, by="bob")
    count.scan(over, mug, 5, by="bob")
    count.close(over, by="bob")
    assert count.line("A-1", tee).counted == 10


def test_two_who_scan_one_bin_at_the_same_moment(world: World, shelf):
    count = opened(world, "A-1")
    commands = [
        (take_bin, world.command(TakeBin, by=who, session_id=count.id, barcode="A-1"))
        for who in ("ann", "bob")
    ]
    assert isinstance(world.overlap(*commands), TakenByAnother)


def test_a_bin_left_waits_for_others_and_its_scans_are_dropped(world: World, shelf):
    tee, _ = shelf
    count = opened(world, "A-1", "A-2")
    count.scan(count.take("A-1"), tee, 3)
    outcome = world.do(leave_bin, LeaveBin, by="ann", session_id=count.id)
    assert world.get(Bin, world.get(CountBin, outcome.subject_id).bin_id).code == "A-2"
    assert world.one(CountBin, bin_id=world.one(Bin, code="A-1").id).state == "open"


def test_scans_add_up_packs_count_minus_takes_off_and_undo_takes_back(world: World, shelf):
    tee, _ = shelf
    count = opened(world, "A-1")
    take = count.take("A-1")
    count.scan(take, tee)
    world.do(count_goods, CountGoods, by="ann", take_id=take, barcode=tee.pack)
    count.scan(take, tee, -2)
    world.refused(
        TooMany, count_goods, CountGoods, by="ann", take_id=take, barcode=tee.barcode, pieces=-6
    )
    world.do(undo_scan, UndoScan, by="ann", take_id=take)
    count.close(take)
    assert count.line("A-1", tee).counted == 7


@pytest.mark.parametrize("pieces", [0, 10_000, -10_000])
def test_impossible_numbers_are_refused(world: World, shelf, pieces: int):
    tee, _ = shelf
    take = opened(world, "A-1").take("A-1")
    world.refused(
        InvalidInput, count_goods, CountGoods, by="ann", take_id=take, barcode=tee.barcode,
        pieces=pieces,
    )  # fmt: skip


def test_a_scan_sent_again_counts_once(world: World, shelf):
    tee, _ = shelf
    count = opened(world, "A-1")
    take = count.take("A-1")
    for _ in range(2):
        world.do(
            count_goods, CountGoods, by="ann", id="same", take_id=take, barcode=tee.barcode,
            at=world.now,
        )  # fmt: skip
    count.close(take)
    assert count.line("A-1", tee).counted == 1


def differing(world: World, goods, other, found: int) -> Count:
    count = opened(world, "A-1")
    for who in ("ann", "bob"):
        count.count("A-1", {goods: found, other: 5} if who == "ann" else {goods: found}, by=who)
    return count


def test_who_may_approve_depends_on_how_much_and_never_on_ones_own(world: World, shelf):
    tee, mug = shelf
    world.settings(count_limit_pieces=3, count_limit_yuan=0)
    count = differing(world, tee, mug, 7)
    given = {"session_id": count.id, "reason": DifferenceReason.LOST}
    world.refused(Forbidden, approve_lines, ApproveLines, by="bob", **given)
    world.do(approve_lines, ApproveLines, by="cat", **given)
    world.do(cancel_count, CancelCount, by="boss", session_id=count.id, note="again")
    count = differing(world, tee, mug, 6)
    given["session_id"] = count.id
    world.refused(Forbidden, approve_lines, ApproveLines, by="cat", **given)
    count.approve(by="boss")
    assert count.post().facts["posted"] == 1


def test_promises_that_cannot_be_kept_are_let_go_and_their_order_is_held(world: World):
    work = world.bring(Stage.TOTE_BOUND)
    tee = work.goods["TEE"]
    count = opened(world, "A-01")
    count.count("A-01", {tee: 1}, by="ann")
    count.count("A-01", {tee: 1}, by="bob")
    count.approve_and_post()
    assert world.balance("A-01", tee) == (1, 1, 0)
    assert [(r.pieces, r.reason) for r in world.all(AllocationRelease)] == [
        (1, ReleaseReason.COUNTED)
    ]
    assert HoldKind.STOCK_SHORT in world.holds(work.order_id)
    task = next(t for t in world.all(PickTask) if t.sku_id == tee.id)
    assert (task.wanted, task.state) == (1, TaskState.OPEN)
    assert world.differences() == []


def test_promises_go_to_another_bin_that_has_the_goods(world: World):
    work = world.bring(Stage.TOTE_BOUND)
    tee = work.goods["TEE"]
    world.stock(tee, "B-01", 5, walk_order=9)
    count = opened(world, "A-01")
    for who in ("ann", "bob"):
        count.count("A-01", {}, by=who)
    count.approve_and_post()
    assert world.balance("A-01", tee) == (0, 0, 0)
    assert world.balance("B-01", tee) == (5, 2, 3)
    assert world.holds(work.order_id) == []


def test_a_bin_is_in_one_unfinished_count(world: World, shelf):
    opened(world, "A-1")
    scope = Scope(kind=CountScope.BINS, codes=("A-1",))
    world.refused(RuleViolation, open_count, OpenCount, scope=scope)
    count = opened(world, "A-1", "A-2")
    assert len(world.all(CountBin, session_id=count.id)) == 1


def test_a_bin_shut_meanwhile_is_said_so_and_holds_nobody_up(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "A-1", "A-3")
    count.count("A-1", {tee: 10, mug: 5})
    empty = world.one(Bin, code="A-3").id
    world.do(retire_bin, RetireBin, by="boss", bin_id=empty)
    assert count.state == "review"  # it waited for this bin alone
    take = {"by": "bob", "session_id": count.id, "barcode": "A-3"}
    error = world.refused(RuleViolation, take_bin, TakeBin, **take)
    assert str(error) == "A-3 is out of use; nothing is counted there. Leave it."
    world.do(reuse_bin, ReuseBin, by="boss", bin_id=empty)
    assert count.state == "counting"
    count.count("A-3", {}, by="bob")
    assert count.state == "review"


def test_a_bin_with_a_counter_or_something_to_decide_is_not_shut(world: World, shelf):
    tee, _ = shelf
    count = opened(world, "A-3")
    retiring = {"by": "boss", "bin_id": world.one(Bin, code="A-3").id}
    take = count.take("A-3")
    error = world.refused(RuleViolation, retire_bin, RetireBin, **retiring)
    number = world.get(CountSession, count.id).number
    assert str(error) == f"ann counts A-3 in count {number}. Wait until that is done."
    count.scan(take, tee, 2)
    count.close(take)
    error = world.refused(RuleViolation, retire_bin, RetireBin, **retiring)
    assert str(error) == f"Count {number} has something of A-3 to decide. Do that first."


def test_of_a_counter_who_comes_and_a_bin_that_goes_one_is_refused(world: World, shelf):
    count = opened(world, "A-3")
    empty = world.one(Bin, code="A-3").id
    taking = (take_bin, world.command(TakeBin, session_id=count.id, barcode="A-3", by="ann"))
    retiring = (retire_bin, world.command(RetireBin, bin_id=empty, by="boss"))
    assert isinstance(world.overlap(retiring, taking, wait_s=0.1), RuleViolation)
    world.do(reuse_bin, ReuseBin, by="boss", bin_id=empty)
    taking = (take_bin, world.command(TakeBin, session_id=count.id, barcode="A-3", by="ann"))
    retiring = (retire_bin, world.command(RetireBin, bin_id=empty, by="boss"))
    assert isinstance(world.overlap(taking, retiring, wait_s=0.1), RuleViolation)


def test_goods_are_counted_wherever_they_stand_and_nothing_else(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "TEE", kind=CountScope.SKUS)
    take = count.take("A-1")
    world.refused(
        RuleViolation, count_goods, CountGoods, by="ann", take_id=take, barcode=mug.barcode
    )
    count.scan(take, tee, 10)
    count.close(take)
    count.count("A-2", {tee: 3})
    assert [(x.sku_id, x.state) for x in count.lines()] == [(tee.id, LineState.AGREED)] * 2


def test_known_pieces_are_counted_by_their_numbers(world: World):
    phone = world.known_piece("SN-1", place="QUARANTINE")
    with world.database.transaction() as session:
        session.get_one(Bin, world.one(Bin, code="QUARANTINE").id).kind = BinKind.QUARANTINE
    count = opened(world, "QUARANTINE")
    for who in ("ann", "bob"):
        take = count.take("QUARANTINE", by=who)
        world.do(
            count_goods, CountGoods, by=who, take_id=take, barcode=phone.barcode, serial="SN-2"
        )
        world.refused(
            TooMany, count_goods, CountGoods, by=who, take_id=take, barcode=phone.barcode,
            serial="SN-2",
        )  # fmt: skip
        count.close(take, by=who)
        if count.line("QUARANTINE", phone).state is LineState.DIFFERENT:
            break
    assert count.line("QUARANTINE", phone).serials == {"gone": ["SN-1"], "found": ["SN-2"]}
    count.approve_and_post()
    assert world.balance("QUARANTINE", phone) == (1, 0, 1)
    assert world.differences() == []


def test_closing_twice_is_one_closing(world: World, shelf):
    count = opened(world, "A-3")
    take = count.take("A-3")
    count.close(take)
    world.refused(StaleScreen, close_bin, CloseBin, by="ann", take_id=take)
