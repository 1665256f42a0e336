"""What counts as agreement: the same numbers, two people, and who may put an end to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import Goods, World
from tests.commands.test_count_files import send
from tests.counts import GRACE, Count, move, opened, supervisor
from tests.dock import Dock
from tests.tracked import by_piece, places, put
from warehouse.catalog.models import Sku
from warehouse.counting import desk
from warehouse.counting.commands.deciding import (
    ApproveLines,
    AskAgain,
    KeepBook,
    approve_lines,
    ask_lines_again,
    keep_book,
)
from warehouse.counting.commands.goods import CountGoods, count_goods
from warehouse.counting.commands.sessions import FinishCount, finish_count
from warehouse.counting.models import CountScope, CountSession, DifferenceReason, LineState
from warehouse.counting.papers import count_report
from warehouse.errors import Forbidden, RuleViolation


@pytest.fixture
def camera(world: World) -> Goods:
    """A camera known by number: S1 and S2 in A-1, S3 in A-2."""
    camera = by_piece(world, "CAM")
    put(world, camera, "A-1", serials=("S1", "S2"), walk_order=1)
    put(world, camera, "A-2", serials=("S3",), walk_order=2)
    return camera


def seen(count: Count, bin_code: str, camera: Goods, *codes: str, by: str) -> None:
    """Pass over a bin in which these numbers were seen."""
    take = count.take(bin_code, by=by)
    for code in codes:
        count.world.do(count_goods, CountGoods, by=by, take_id=take, barcode=camera.barcode,
                       serial=code)  # fmt: skip
    count.close(take, by=by)


def exact(count: Count) -> desk.Accuracy:
    with count.world.database.reading() as session:
        return desk.accuracy_of(session, count.id)


def test_two_who_miss_different_numbers_do_not_agree(world: World, camera: Goods):
    count = opened(world, "A-1")
    seen(count, "A-1", camera, "S2", by="ann")
    seen(count, "A-1", camera, "S1", by="bob")
    assert count.line("A-1", camera).state is LineState.RECOUNT
    seen(count, "A-1", camera, "S2", by="cat")
    line = count.line("A-1", camera)
    assert (line.state, line.serials) == (LineState.DIFFERENT, {"gone": ["S1"], "found": []})
    count.approve_and_post()
    assert places(world)["S2"] == "A-1"


def test_a_piece_taken_for_another_is_a_difference_of_two(world: World, dock: Dock):
    camera = by_piece(world, "CAM")
    dock.order({camera: 1})
    put(world, camera, "A-1", serials=("S1", "S2"))
    world.settings(count_limit_pieces=0, count_limit_yuan=1)
    count = opened(world, "A-1")
    seen(count, "A-1", camera, "S1", "FAKE9", by="ann")
    assert count.line("A-1", camera).state is LineState.RECOUNT
    seen(count, "A-1", camera, "S1", "FAKE9", by="bob")
    line = count.line("A-1", camera)
    assert (line.state, line.variance, line.gone, line.found) == (LineState.DIFFERENT, 0, 1, 1)
    world.refused(Forbidden, approve_lines, ApproveLines, by="cat", session_id=count.id,
                  reason=DifferenceReason.MIXED_UP)  # fmt: skip
    found = exact(count)
    assert (found.lines_right, found.missing, found.found, found.by_piece) == (0, 1, 1, 0.0)
    with world.database.reading() as session:
        held = session.get_one(CountSession, count.id)
        paper = count_report(session, held, world.now, world.zone, tells_value=True)
        (row,) = session.execute(desk.line_list(count.id).where(desk.OFF > 0)).all()
    (told,) = paper.lines
    assert (told.properties, told.missing, told.found) == ("−S2 +FAKE9", 1, 1)
    assert row.id == line.id
    count.approve_and_post()
    assert places(world) == {"S1": "A-1", "S2": "COUNT-DIFFERENCE", "FAKE9": "A-1"}
    assert exact(count).missing == 1


def test_the_report_to_sign_adds_up_while_lines_are_asked_again(world: World):
    tee, mug, hat = (world.sku(code) for code in ("TEE", "MUG", "HAT"))
    for goods in (tee, mug, hat):
        world.stock(goods, "A-1", 5)
    world.stock(mug, "A-2", 5)
    world.stock(hat, "A-3", 5)
    world.settings(count_recount_pieces=100, count_recount_percent=100, count_recount_yuan=9_999)
    count = opened(world, "A-1", "A-2")
    take = count.take("A-1")
    move(world, hat, "A-3", "A-1", 1)
    for goods, pieces in ((tee, 5), (mug, 3), (hat, 6)):
        count.scan(take, goods, pieces)
    count.close(take)
    take = count.take("A-2")
    move(world, mug, "A-2", "A-3", 1)
    count.scan(take, mug, 4)
    count.close(take)
    assert [line.state for line in count.lines()].count(LineState.LOOK) == 2
    with world.database.reading() as session:
        held = session.get_one(CountSession, count.id)
        paper = count_report(session, held, world.now, world.zone, tells_value=True)
    assert [line.sku_code for line in paper.lines] == ["MUG"]
    assert (paper.agreed, paper.by_line, paper.asked_again, paper.left_out) == (
        "1 / 2", "50.00 %", "2", 0,
    )  # fmt: skip
    found = exact(count)
    assert (found.bins, found.bins_right, found.pieces) == (1, 0, 10)


HEAD = "货位,商家编码,实盘数量,序列号\n"


def test_a_file_says_the_numbers_of_known_pieces(world: World, camera: Goods, tmp_path: Path):
    count = opened(world, "A-1", "A-2")
    wrong = ("A-1,CAM,2,", "A-1,CAM,2,S1", "A-1,CAM,2,S1 S1", "A-1,CAM,1,a b", "A-1,CAM,1,S#漢",
             "A-1,TEE,1,S1")  # fmt: skip
    world.sku("TEE")
    report = send(world, tmp_path, count.id, HEAD + "\n".join(wrong))
    assert [r.row for r in report.rejected] == [2, 3, 4, 5, 6, 7]
    assert count.lines() == []
    report = send(world, tmp_path, count.id, f'{HEAD}A-1,CAM,1,s1\nA-1,CAM,2,"S9、S8"\nA-2,CAM,0,')
    assert report.rejected == ()
    assert [(x.counted, x.serials) for x in count.lines()] == [
        (3, {"gone": ["S2"], "found": ["S8", "S9"]}),
        (0, {"gone": ["S3"], "found": []}),
    ]


def test_what_a_file_has_no_numbers_for_is_left_to_be_looked_at(
    world: World, camera: Goods, tmp_path: Path
):
    world.settings(count_recount_pieces=9)
    lens = by_piece(world, "LENS")
    put(world, lens, "A-2", serials=("L1",))
    world.stock(world.sku("TEE"), "A-1", 10)
    count = opened(world, "A-1", "A-2")
    plain = "货位,商家编码,实盘数量\n"
    report = send(world, tmp_path, count.id, f"{plain}A-1,TEE,10\nA-2,LENS,0\n")
    assert (report.agreed, report.different, report.again, report.unsaid) == (1, 1, 2, 2)
    assert "count them on a tablet" in str(report.message)
    assert [(x.sku_id, x.state, x.gone) for x in count.lines() if x.sku_id != lens.id] == [
        (world.one(Sku, code="TEE").id, LineState.AGREED, 0),
        (camera.id, LineState.LOOK, 0),
        (camera.id, LineState.LOOK, 0),
    ]
    assert count.line("A-2", lens).gone == 1
    seen(count, "A-1", camera, "S1", "S2", by="ann")
    assert count.line("A-1", camera).state is LineState.AGREED
    count.approve_and_post()
    assert places(world) == {"S1": "A-1", "S2": "A-1", "S3": "A-2", "L1": "COUNT-DIFFERENCE"}
    report = send(world, tmp_path, count.id, f"{HEAD}A-2,CAM,1,S3")
    assert (report.agreed, report.unsaid, count.state) == (1, 0, "review")


def test_one_counter_does_not_undo_what_two_agreed_on(world: World):
    tee = world.sku("TEE")
    world.stock(tee, "A-1", 10)
    count = opened(world, "A-1")
    for who in ("ann", "bob"):
        count.count("A-1", {tee: 1}, by=who)
    line = count.line("A-1", tee)
    assert line.state is LineState.DIFFERENT
    world.do(ask_lines_again, AskAgain, by="cat", session_id=count.id, line_ids=(line.id,))
    count.count("A-1", {tee: 10}, by="cat")
    assert count.line("A-1", tee).state is LineState.RECOUNT
    world.now += GRACE
    count.post()
    assert count.state == "counting"
    count.count("A-1", {tee: 10}, by="dan")
    assert count.line("A-1", tee).state is LineState.AGREED


def test_a_count_that_ends_early_hides_no_loss(world: World):
    tee = world.sku("TEE")
    world.stock(tee, "A-1", 10)
    world.stock(tee, "A-2", 5)
    supervisor(world, "chief")
    count = opened(world, "A-1", "A-2")
    count.count("A-1", {tee: 1}, by="boss")
    count.count("A-2", {tee: 5}, by="boss")
    ends = {"session_id": count.id}
    world.refused(RuleViolation, finish_count, FinishCount, by="chief", **ends)
    world.refused(Forbidden, finish_count, FinishCount, by="boss", note="enough", **ends)
    world.refused(Forbidden, finish_count, FinishCount, by="cat", note="enough", **ends)
    before = exact(count)
    world.do(finish_count, FinishCount, by="chief", note="enough", **ends)
    assert count.line("A-1", tee).state is LineState.KEPT
    assert exact(count) == before
    assert (before.missing, before.pieces_off, before.lines_right, before.bins_right) == (
        9,
        9,
        1,
        1,
    )
    assert world.balance("A-1", tee)[0] == 10


@pytest.mark.parametrize("order", [("A-1", "A-2"), ("A-2", "A-1")])
def test_a_piece_seen_in_two_bins_is_looked_for_in_both_again(
    world: World, camera: Goods, order: tuple[str, str]
):
    world.settings(count_recount_pieces=9)
    count = opened(world, "A-1", "A-2")
    there = {"A-1": ("S1", "S2"), "A-2": ("S3", "S1")}  # the book has S1 in A-1
    for place in order:
        seen(count, place, camera, *there[place], by="ann")
    count.approve()
    assert count.post().facts["again"] == 2
    assert {x.state for x in count.lines()} == {LineState.LOOK}
    seen(count, "A-2", camera, "S3", "S1", by="bob")
    count.approve()
    assert (count.post().facts["held"], places(world)["S1"]) == (1, "A-1")  # A-1 is not looked at
    seen(count, "A-1", camera, "S2", by="bob")
    count.approve()
    assert count.post().facts["posted"] == 2
    assert (count.state, places(world)) == ("posted", {"S1": "A-2", "S2": "A-1", "S3": "A-2"})


def test_a_new_number_found_in_two_bins_stops_no_posting(world: World, camera: Goods):
    world.settings(count_recount_pieces=9)
    tee = world.sku("TEE")
    world.stock(tee, "A-1", 3)
    count = opened(world, "A-1", "A-2")
    for who in ("ann", "bob", "cat"):
        seen(count, "A-1", camera, "S1", "S2", "NEW", by=who)
        seen(count, "A-2", camera, "S3", "NEW", by=who)
        count.post()
    assert {x.state for x in count.lines() if x.sku_id == camera.id} == {LineState.DIFFERENT}
    count.approve()
    facts = count.post().facts
    assert (facts["posted"], facts["held"], "NEW" in places(world)) == (1, 2, False)
    lines = tuple(x.id for x in count.lines("A-2"))
    world.do(keep_book, KeepBook, by="boss", session_id=count.id, line_ids=lines, note="a copy")
    count.post()
    assert (count.state, places(world)["NEW"]) == ("posted", "A-1")


def test_goods_that_came_to_a_bin_since_are_counted_there(world: World):
    tee = world.sku("TEE")
    world.stock(tee, "A-1", 10, walk_order=1)
    world.stock(tee, "A-2", 3, walk_order=2)
    world.bin("A-3", walk_order=3)
    count = opened(world, "TEE", kind=CountScope.SKUS)
    move(world, tee, "A-2", "A-3", 3)
    world.now += GRACE
    count.count("A-1", {tee: 10})
    count.count("A-2", {})
    assert count.state == "counting"
    count.count("A-3", {tee: 2})
    count.count("A-3", {tee: 2}, by="bob")
    assert [(x.gone, x.state) for x in count.lines("A-3")] == [(1, LineState.DIFFERENT)]
    assert count.state == "review"
