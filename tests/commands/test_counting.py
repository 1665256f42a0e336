"""Stock counts: what counters find, what is asked again, who decides, and what is posted."""

from __future__ import annotations

import pytest

from tests.builders import Stage, World
from tests.counts import GRACE, Count, opened
from warehouse.catalog.models import Bin, BinKind
from warehouse.counting.commands.deciding import (
    ApproveLines,
    ResolveUnknown,
    approve_lines,
    resolve_unknown,
)
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
from warehouse.counting.commands.sessions import (
    CancelCount,
    OpenCount,
    cancel_count,
    open_count,
)
from warehouse.counting.models import (
    CountBin,
    CountEntry,
    CountScope,
    CountUnknown,
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
    UnknownName,
    WrongScan,
)
from warehouse.inventory import ledger
from warehouse.inventory.models import AllocationRelease, Move, MoveReason, ReleaseReason
from warehouse.orders.models import HoldKind
from warehouse.placing.models import Why
from warehouse.storing.commands.hand import TakeGoods, take_goods
from warehouse.storing.commands.place import PlaceGoods, PutBack, place_goods, put_back
from warehouse.waves.models import PickTask, TaskState


def move(world: World, goods, source: str, target: str, pieces: int, why=MoveReason.TRANSFER):
    """Move pieces in the book, as some other station would."""
    from tests.stocking import PutStock, put_stock

    posting = ledger.Posting(
        sku_id=goods.id,
        from_bin_id=world.one(Bin, code=source).id,
        to_bin_id=world.one(Bin, code=target).id,
        pieces=pieces,
        reason=why,
    )
    world.do(put_stock, PutStock, postings=(posting,))


@pytest.fixture
def shelf(world: World):
    """Ten TEE and five MUG in A-1, three TEE in A-2, and A-3 empty."""
    tee, mug = world.sku("TEE"), world.sku("MUG")
    world.stock(tee, "A-1", 10, walk_order=1)
    world.stock(mug, "A-1", 5)
    world.stock(tee, "A-2", 3, walk_order=2)
    world.bin("A-3", walk_order=3)
    return tee, mug


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


def test_unknown_codes_are_kept_and_once_known_somebody_looks(world: World, shelf):
    tee, mug = shelf
    hat = world.sku("HAT")
    count = opened(world, "A-1")
    take = count.take("A-1")
    for _ in range(2):
        world.do(count_goods, CountGoods, by="ann", take_id=take, barcode="WHAT-IS-IT")
    count.scan(take, tee, 10)
    count.scan(take, mug, 5)
    count.close(take)
    unknown = world.one(CountUnknown)
    assert (unknown.code, unknown.pieces, unknown.person_id) == (
        "WHAT-IS-IT", 2, world.person("ann"),
    )  # fmt: skip
    world.do(resolve_unknown, ResolveUnknown, by="boss", unknown_id=unknown.id, sku_code="HAT")
    assert count.line("A-1", hat).state is LineState.LOOK
    take = count.take("A-1", by="ann")
    world.do(count_goods, CountGoods, by="ann", take_id=take, barcode="WHAT-IS-IT", pieces=2)
    count.close(take)
    assert count.line("A-1", hat).variance == 2
    world.refused(
        StaleScreen, resolve_unknown, ResolveUnknown, unknown_id=unknown.id, sku_code="TEE"
    )


def test_the_code_of_a_place_is_no_goods(world: World, shelf):
    take = opened(world, "A-1").take("A-1")
    world.refused(WrongScan, count_goods, CountGoods, by="ann", take_id=take, barcode="A-2")


def differing(world: World, goods, other, found: int) -> Count:
    count = opened(world, "A-1")
    for who in ("ann", "bob"):
        count.count("A-1", {goods: found, other: 5} if who == "ann" else {goods: found}, by=who)
    return count


def test_who_may_approve_depends_on_how_much_and_never_on_ones_own(world: World, shelf):
    tee, mug = shelf
    world.settings(count_limit_pieces=3)
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


def test_undo_takes_back_the_unknown_code_that_was_scanned_last(world: World, shelf):
    tee, _ = shelf
    count = opened(world, "A-1")
    take = count.take("A-1")
    count.scan(take, tee, 3)
    world.do(count_goods, CountGoods, by="ann", take_id=take, barcode="WHAT-IS-IT", pieces=4)
    world.do(undo_scan, UndoScan, by="ann", take_id=take)
    assert world.all(CountUnknown) == []
    world.do(undo_scan, UndoScan, by="ann", take_id=take)
    world.refused(RuleViolation, undo_scan, UndoScan, by="ann", take_id=take)


def test_pieces_of_an_unknown_code_come_off_again(world: World, shelf):
    count = opened(world, "A-1")
    take = count.take("A-1")
    for pieces in (4, -3):
        world.do(count_goods, CountGoods, by="ann", take_id=take, barcode="WHAT", pieces=pieces)
    assert world.one(CountUnknown).pieces == 1
    world.refused(
        TooMany, count_goods, CountGoods, by="ann", take_id=take, barcode="WHAT", pieces=-2
    )
    world.do(count_goods, CountGoods, by="ann", take_id=take, barcode="WHAT", pieces=-1)
    assert world.all(CountUnknown) == []


def test_who_takes_a_bin_over_counts_its_unknown_codes_anew(world: World, shelf):
    count = opened(world, "A-1")
    take = count.take("A-1", by="ann")
    world.do(count_goods, CountGoods, by="ann", take_id=take, barcode="WHAT", pieces=4)
    take = count.take("A-1", by="bob", is_confirmed=True)
    world.do(count_goods, CountGoods, by="bob", take_id=take, barcode="WHAT", pieces=3)
    unknown = world.one(CountUnknown)
    assert (unknown.pieces, unknown.person_id) == (3, world.person("bob"))


def test_goods_are_named_by_code_or_barcode_whatever_their_letters(world: World, shelf):
    tee, _ = shelf
    cap = world.sku("cap-Blue")
    count = opened(world, "A-1")
    take = count.take("A-1")
    for code in ("WHAT-IS-IT", "WHO-IS-IT"):
        world.do(count_goods, CountGoods, by="ann", take_id=take, barcode=code)
    for code, named in (("WHAT-IS-IT", "cap-Blue"), ("WHO-IS-IT", tee.barcode.lower())):
        unknown = world.one(CountUnknown, code=code)
        world.do(resolve_unknown, ResolveUnknown, by="boss", unknown_id=unknown.id, sku_code=named)
    found = {x.code: x.sku_id for x in world.all(CountUnknown)}
    assert found == {"WHAT-IS-IT": cap.id, "WHO-IS-IT": tee.id}


def test_all_unknown_codes_of_a_scope_are_named_at_once(world: World, shelf):
    scope = Scope(kind=CountScope.BINS, codes=("A-1", "X-1", "X-2"))
    error = world.refused(UnknownName, open_count, OpenCount, scope=scope)
    assert str(error) == "Nobody knows: X-1, X-2."


def test_a_bin_shut_meanwhile_is_said_so_and_holds_nobody_up(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "A-1", "A-2")
    with world.database.transaction() as session:
        session.get_one(Bin, world.one(Bin, code="A-2").id).is_active = False
    world.refused(RuleViolation, take_bin, TakeBin, by="ann", session_id=count.id, barcode="A-2")
    count.count("A-1", {tee: 10, mug: 5})
    assert count.state == "review"


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
