"""Counts under hostile hands: own differences approved, goods that move, files that lie."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.builders import Goods, Stage, World
from tests.commands.test_count_files import HEAD, send, taken
from tests.counts import GRACE, Count, move, opened
from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.counting.commands.deciding import ApproveLines, KeepBook, approve_lines, keep_book
from warehouse.counting.commands.goods import CountGoods, count_goods
from warehouse.counting.commands.passes import CloseBin, TakeBin, close_bin, take_bin
from warehouse.counting.commands.sessions import CancelCount, cancel_count
from warehouse.counting.models import CountBin, CountScope, DifferenceReason, LineState
from warehouse.errors import Forbidden, RuleViolation, StaleScreen, WrongBin
from warehouse.inventory.models import Lot, MoveReason, Serial
from warehouse.orders.models import Consignment, HoldKind
from warehouse.retiring.commands import RetireBin, RetireSku, retire_bin, retire_sku


@pytest.fixture
def shelf(world: World):
    tee, mug = world.sku("TEE"), world.sku("MUG")
    world.stock(tee, "A-1", 10, walk_order=1)
    world.stock(mug, "A-2", 5, walk_order=2)
    world.bin("A-3", walk_order=3)
    return tee, mug


def counted_twice(world: World, goods: Goods, pieces: int, *bins: str) -> Count:
    count = opened(world, *(bins or ("A-1",)))
    for who in ("ann", "bob"):
        for place in bins or ("A-1",):
            count.count(place, {goods: pieces}, by=who)
    return count


def deciding(count: Count, **more: object) -> dict[str, object]:
    line_ids = tuple(line.id for line in count.lines() if line.variance)
    return {"session_id": count.id, "line_ids": line_ids, **more}


@pytest.mark.parametrize("who", ["ann", "bob"])
def test_neither_who_counted_first_nor_who_counted_last_decides(world: World, shelf, who: str):
    count = counted_twice(world, shelf[0], 9)
    given = deciding(count, reason=DifferenceReason.LOST)
    world.refused(Forbidden, approve_lines, ApproveLines, by=who, **given)
    given = deciding(count, note="no")
    world.refused(Forbidden, keep_book, KeepBook, by=who, **given)
    count.approve(by="boss")


def test_a_large_loss_is_neither_approved_nor_hidden_without_the_right(world: World, shelf):
    world.settings(count_limit_pieces=3)
    count = counted_twice(world, shelf[0], 1)
    given = deciding(count, note="I saw them")
    world.refused(Forbidden, keep_book, KeepBook, by="cat", **given)
    world.do(keep_book, KeepBook, by="boss", **given)


def test_what_waits_for_a_second_count_is_not_approved_without_the_right(world: World, shelf):
    count = opened(world, "A-1")
    count.count("A-1", {shelf[0]: 9}, by="ann")
    given = deciding(count, reason=DifferenceReason.LOST)
    world.refused(Forbidden, approve_lines, ApproveLines, by="cat", **given)
    world.do(approve_lines, ApproveLines, by="boss", **given)


def test_what_was_counted_again_since_it_was_shown_is_not_what_was_approved(world: World, shelf):
    count = counted_twice(world, shelf[0], 9)
    shown = count.line("A-1", shelf[0]).counted_at - timedelta(seconds=1)
    given = deciding(count, reason=DifferenceReason.LOST)
    world.refused(RuleViolation, approve_lines, ApproveLines, by="boss", seen_at=shown, **given)
    world.do(approve_lines, ApproveLines, by="boss", seen_at=world.now, **given)


def test_two_desks_that_approve_the_same_approve_it_once(world: World, shelf):
    count = counted_twice(world, shelf[0], 9)
    commands = [
        (approve_lines, world.command(ApproveLines, by=who,
                                      **deciding(count, reason=DifferenceReason.LOST)))
        for who in ("boss", "cat")
    ]  # fmt: skip
    assert isinstance(world.overlap(*commands), RuleViolation)
    assert count.post().facts["posted"] == 1


def test_who_lost_a_bin_to_another_is_told_to_whom(world: World, shelf):
    tee, _ = shelf
    count = opened(world, "A-1")
    take = count.take("A-1", by="ann")
    count.scan(take, tee)
    count.take("A-1", by="bob", is_confirmed=True)
    given = {"by": "ann", "take_id": take}
    for handler, kind, more in (
        (count_goods, CountGoods, {"barcode": tee.barcode}),
        (close_bin, CloseBin, {}),
    ):
        said = str(world.refused(StaleScreen, handler, kind, **given, **more))
        assert said == "bob has taken this bin over and counts it anew."


def test_an_urgent_order_loses_its_pieces_to_a_count_last(world: World):
    world.site()
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 4)
    first = world.bring(Stage.TOTE_BOUND, lines={tee: 2}, on_hand=0)
    urgent = world.released({tee: 2})
    with world.database.transaction() as session:
        session.execute(
            sa.update(Consignment)
            .where(Consignment.id == urgent.consignment_id)
            .values(is_urgent=True)
        )
    world.bring(Stage.TOTE_BOUND, work=urgent)
    count = opened(world, "A-01")
    for who in ("ann", "bob"):
        count.count("A-01", {tee: 2}, by=who)
    count.approve_and_post()
    assert world.holds(urgent.order_id) == []
    assert world.holds(first.order_id) == [HoldKind.STOCK_SHORT]


def piece_in(world: World, place: str, code: str) -> Goods:
    """Return goods known piece by piece, one of them in a shelf."""
    world.bin(place, walk_order=9)
    return world.known_piece(code, place=place)


@pytest.mark.parametrize("places", [("A-3",), ("A-3", "P-1")], ids=["here", "both"])
def test_a_piece_found_in_another_bin_comes_from_there(world: World, shelf, places):
    phone = piece_in(world, "P-1", "SN-1")
    count = opened(world, *places)
    for who in ("ann", "bob"):
        for place in places:
            take = count.take(place, by=who)
            if place == "A-3":
                world.do(count_goods, CountGoods, by=who, take_id=take, barcode=phone.barcode,
                         serial="SN-1")  # fmt: skip
            count.close(take, by=who)
    count.approve_and_post()
    assert count.state == "posted"
    assert world.one(Serial, code="SN-1").bin_id == world.one(Bin, code="A-3").id
    assert (world.balance("A-3", phone)[0], world.balance("P-1", phone)[0]) == (1, 0)
    assert world.differences() == []


def test_a_piece_in_work_elsewhere_holds_its_line_and_no_other(world: World, shelf):
    tee, _ = shelf
    world.settings(count_recount_pieces=99)
    world.bin("TOTE-7", kind=BinKind.TOTE)
    phone = world.known_piece("SN-1", place="TOTE-7")
    count = opened(world, "A-1", "A-3")
    count.count("A-1", {tee: 9})
    take = count.take("A-3")
    world.do(count_goods, CountGoods, by="ann", take_id=take, barcode=phone.barcode, serial="SN-1")
    count.close(take)
    count.approve()
    facts = count.post().facts
    assert (facts["posted"], facts["held"], facts["left"], facts["state"]) == (1, 1, 0, "review")
    assert world.balance("A-1", tee) == (9, 0, 9)


def test_promises_that_go_to_a_bin_that_lacks_pieces_too_are_let_go_there(world: World):
    work = world.bring(Stage.TOTE_BOUND)
    tee = work.goods["TEE"]
    world.stock(tee, "B-01", 2, walk_order=9)
    count = opened(world, "A-01", "B-01")
    for who in ("ann", "bob"):
        for place in ("A-01", "B-01"):
            count.count(place, {}, by=who)
    count.approve()
    assert count.post().facts["state"] == "posted"
    assert [world.balance(place, tee) for place in ("A-01", "B-01")] == [(0, 0, 0), (0, 0, 0)]
    assert world.differences() == []


def test_bin_and_goods_under_a_counters_hands_do_not_go_out_of_use(world: World, shelf):
    tee, _ = shelf
    count = opened(world, "A-1", "A-2")
    take = count.take("A-1", by="ann")
    count.scan(take, tee, 9)
    place = world.one(Bin, code="A-1").id
    world.refused(RuleViolation, retire_bin, RetireBin, by="boss", bin_id=place)
    world.refused(RuleViolation, retire_sku, RetireSku, by="boss", sku_id=tee.id)
    count.scan(take, tee, 2)
    count.close(take)
    count.approve(by="boss", line_ids=(count.line("A-1", tee).id,))
    assert count.post().facts["posted"] == 1
    assert world.balance("A-1", tee)[0] == 11


def test_a_count_given_up_under_a_counters_hands_takes_no_scan_more(world: World, shelf):
    tee, _ = shelf
    count = opened(world, "A-1")
    take = count.take("A-1")
    count.scan(take, tee, 9)
    world.do(cancel_count, CancelCount, by="boss", session_id=count.id, note="fire drill")
    world.refused(StaleScreen, count_goods, CountGoods, by="ann", take_id=take, barcode=tee.barcode)
    world.refused(StaleScreen, close_bin, CloseBin, by="ann", take_id=take)
    again = opened(world, "A-1")  # the bin is free for another count
    assert again.count("A-1", {tee: 10}).screen == "done"


@pytest.mark.parametrize("code", ["DOCK", "TOTE-1", "SUPPLIER", "A-2"])
def test_other_places_are_no_bin_of_the_count(world: World, shelf, code: str):
    world.bin("TOTE-1", kind=BinKind.TOTE)
    count = opened(world, "A-1")
    world.refused(WrongBin, take_bin, TakeBin, by="ann", session_id=count.id, barcode=code)


def test_a_clock_set_back_hides_no_goods_in_a_hand(world: World, shelf):
    tee, _ = shelf
    count = counted_twice(world, tee, 8)  # a picker holds two
    closed_at = world.now
    world.now -= timedelta(hours=1)
    move(world, tee, "A-1", "A-3", 2)
    world.now = closed_at + GRACE
    count.approve()
    assert (count.post().facts["posted"], world.balance("A-1", tee)[0]) == (0, 8)
    assert count.line("A-1", tee).state is LineState.LOOK


@pytest.mark.parametrize(
    ("lot", "best_before"),
    [("L" * 21, date(2026, 9, 1)), ("批次一", date(2026, 9, 1)), ("L1", date(2062, 1, 1))],
)
def test_lots_no_label_can_show_are_not_made_by_a_count(world: World, shelf, lot, best_before):
    goods = world.sku("MILK")
    with world.database.transaction() as session:
        milk = session.get_one(Sku, goods.id)
        milk.is_lot_tracked = milk.is_expiry_tracked = True
    take = opened(world, "A-3").take("A-3")
    world.refused(
        RuleViolation, count_goods, CountGoods, by="ann", take_id=take, lot=lot,
        best_before=best_before, barcode=goods.barcode,
    )  # fmt: skip
    assert world.all(Lot) == []


def test_all_that_is_wrong_with_a_file_is_told_at_once(world: World, shelf, tmp_path: Path):
    tee, _ = shelf
    count = opened(world, "TEE", kind=CountScope.SKUS)
    rows = ("A-1,TEE,1.5,,", "A-1,MUG,2,,", "A-9,TEE,1,,", "A-1,TEE,1,,2026-01-01 10:00",
            f"A-1,{tee.pack},99999,,",
            f"A-1,{tee.pack},99999,,", "A-1,TEE,2,,", "A-1,=1+1,2,,")  # fmt: skip
    world.person("ann")
    with world.nothing_written():
        report = send(world, tmp_path, count.id, HEAD + "\n".join(rows))
    assert {r.row: r.column for r in report.rejected} == {
        2: "实盘数量", 3: "商家编码", 4: "货位", 5: "盘点时间", 7: "实盘数量", 9: "商家编码",
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_files_come_as_spreadsheets_write_them(world: World, shelf, tmp_path: Path, encoding: str):
    count = opened(world, "A-1")
    file = tmp_path / "盘点.csv"
    file.write_bytes("货位,商家编码,实盘数量\nA-1,TEE,１０\n".encode(encoding))
    assert taken(world, file, count.id).agreed == 1


def test_what_was_set_right_since_it_was_counted_is_asked_again(
    world: World, shelf, tmp_path: Path
):
    tee, _ = shelf
    world.settings(count_recount_pieces=99)
    count = opened(world, "A-1")
    world.now += timedelta(hours=1)
    local = world.now.astimezone(world.zone).strftime("%Y-%m-%d %H:%M:%S")
    world.now += timedelta(hours=1)
    move(world, tee, "A-1", "COUNT-DIFFERENCE", 2, MoveReason.MISSING)
    world.now += timedelta(hours=1)
    send(world, tmp_path, count.id, f"{HEAD}A-1,TEE,8,,{local}\n")
    assert count.line("A-1", tee).state is LineState.LOOK


def test_a_bin_that_a_tablet_has_is_not_closed_by_a_file(world: World, shelf, tmp_path: Path):
    count = opened(world, "A-1")
    count.take("A-1")
    report = send(world, tmp_path, count.id, f"{HEAD}A-1,TEE,10,,\n")
    assert [str(r.reason) for r in report.rejected] == [
        "ann is counting this bin on a tablet. Another counter can take it over there."
    ]
    assert world.one(CountBin).state == "taken"
