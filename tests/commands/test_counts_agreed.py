"""What counts as agreement: the same numbers, two people, and who may put an end to it."""

from __future__ import annotations

import pytest

from tests.builders import Goods, World
from tests.counts import GRACE, Count, opened
from tests.dock import Dock
from tests.tracked import by_piece, places, put
from warehouse.counting import desk
from warehouse.counting.commands.deciding import (
    ApproveLines,
    AskAgain,
    approve_lines,
    ask_lines_again,
)
from warehouse.counting.commands.goods import CountGoods, count_goods
from warehouse.counting.models import CountSession, DifferenceReason, LineState
from warehouse.counting.papers import count_report
from warehouse.errors import Forbidden


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
        paper = count_report(
            session, session.get_one(CountSession, count.id), world.now, world.zone
        )
        (row,) = session.execute(desk.line_list(count.id).where(desk.OFF > 0)).all()
    assert [line.properties for line in paper.lines] == ["−S2 +FAKE9"]
    assert row.id == line.id
    count.approve_and_post()
    assert places(world) == {"S1": "A-1", "S2": "COUNT-DIFFERENCE", "FAKE9": "A-1"}
    assert exact(count).missing == 1


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
