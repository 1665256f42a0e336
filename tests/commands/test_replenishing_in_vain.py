"""Nobody is sent for pieces another task brings, to a full bin, or to one kept for other goods."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from tests.builders import Goods, World
from tests.commands.test_replenishing import face, planned, take, tee, there, wave_of
from tests.commands.test_replenishing_closed import looked
from tests.counts import move
from tests.tracked import by_lot, by_piece, lots_at, put, track
from warehouse.catalog.models import Bin, BinKind
from warehouse.commands import Tone
from warehouse.counting.commands.unfound import ReportFewer, report_fewer
from warehouse.errors import OtherLot, TooMany
from warehouse.placing.models import Why
from warehouse.replenishing.commands.carrying import (
    GoToReserve,
    TakeFromReserve,
    go_to_reserve,
    take_from_reserve,
)
from warehouse.replenishing.commands.on_face import PutOnFace, put_on_face
from warehouse.replenishing.commands.planning import CancelTask, cancel_task
from warehouse.replenishing.models import Carried, ReplenishTask

__all__ = ["tee"]


def reserve_of(world: World, pieces: int, *codes: str) -> list[Goods]:
    """Return goods of which each has so many pieces in R-01, and empty shelves A-01 and A-02."""
    world.site()
    world.bin("R-01", kind=BinKind.RESERVE, walk_order=90)
    for walk, code in enumerate(("A-01", "A-02"), start=1):
        world.bin(code, walk_order=walk)
    goods = [world.sku(code) for code in codes]
    for one in goods:
        world.stock(one, "R-01", pieces)
    return goods


def targets(tasks: Sequence[tuple[str, str, int, bool]]) -> list[tuple[str, int]]:
    return [(to, pieces) for _, to, pieces, _ in tasks]


@pytest.mark.parametrize("why", [Why.BIN_FULL, Why.TOO_LARGE])
def test_a_bin_found_full_is_asked_for_again_when_something_has_left_it(
    world: World, tee: Goods, why: Why
):
    face(world, tee, 5, 12)
    world.bin("A-02", walk_order=2)
    planned(world)
    task = world.one(ReplenishTask).id
    take(world, task, tee, 10, "R-01")
    for said in (None, why):
        world.do(put_on_face, PutOnFace, by="li", task_id=task, barcode="A-02", why=said)
    assert planned(world) == []
    mug = world.sku("MUG")
    world.stock(mug, "A-01", 1)
    assert planned(world) == []
    move(world, mug, "A-01", "A-02", 1)
    assert targets(planned(world)) == [("A-01", 10)]


def test_a_bin_found_full_is_filled_when_its_level_is_set_anew(world: World, tee: Goods):
    face(world, tee, 5, 12)
    world.bin("A-02", walk_order=2)
    planned(world)
    to = {"by": "li", "task_id": world.one(ReplenishTask).id, "barcode": "A-02"}
    take(world, to["task_id"], tee, 2, "R-01")
    for said in (None, Why.BIN_FULL):
        world.do(put_on_face, PutOnFace, why=said, **to)
    assert (planned(world), world.state(ReplenishTask, to["task_id"])) == ([], "done")
    face(world, tee, 5, 8)
    assert targets(planned(world)) == [("A-01", 6)]


def test_two_pick_bins_do_not_ask_for_the_same_pieces(world: World):
    (tee,) = reserve_of(world, 5, "TEE")
    for place in ("A-01", "A-02"):
        face(world, tee, 4, 4, place)
    assert targets(planned(world)) == [("A-01", 4), ("A-02", 1)]
    world.stock(tee, "A-01", 2)
    assert targets(planned(world)) == [("A-01", 2), ("A-02", 3)]
    world.stock(tee, "A-01", 2)
    assert targets(planned(world)) == [("A-02", 4)]
    assert not looked(world)


def test_two_tasks_are_sent_to_where_each_finds_its_pieces(world: World):
    (tee,) = reserve_of(world, 6, "TEE")
    world.bin("R-02", kind=BinKind.RESERVE, walk_order=91)
    world.stock(tee, "R-02", 20)
    for place in ("A-01", "A-02"):
        face(world, tee, 2, 6, place)
    bins = [("R-01", "A-01", 6, False), ("R-02", "A-02", 6, False)]
    assert [planned(world), planned(world)] == [bins, bins]
    assert not looked(world)


def test_who_comes_second_is_asked_for_what_the_first_leaves(world: World, tee: Goods):
    face(world, tee, 5, 30)
    planned(world)
    task = world.one(ReplenishTask).id
    take(world, task, tee, 20, "R-01", by="li")
    to = {"by": "wang", "task_id": task}
    assert str(world.do(go_to_reserve, GoToReserve, barcode="R-02", **to).message) == (
        "R-02: take 8."
    )
    scan = {"barcode": tee.barcode, **to}
    assert world.do(take_from_reserve, TakeFromReserve, pieces=8, **scan).tone == Tone.OK
    assert world.do(take_from_reserve, TakeFromReserve, **scan).tone == Tone.ATTENTION


def test_what_orders_wait_for_goes_before_what_only_fills_a_bin(world: World):
    (tee,) = reserve_of(world, 5, "TEE")
    face(world, tee, 4, 4, "A-02")
    assert targets(planned(world)) == [("A-02", 4)]
    face(world, tee, 1, 1, "A-01")
    wave_of(world, world.released({tee: 5}))
    assert [row[1:] for row in planned(world)] == [("A-01", 5, True)]


def test_orders_are_aimed_at_the_pick_bin_that_nobody_found_full(world: World):
    (tee,) = reserve_of(world, 30, "TEE")
    for place in ("A-01", "A-02"):
        face(world, tee, 1, 8, place)
    mug = world.sku("MUG")
    world.stock(mug, "A-01", 1)
    planned(world)
    task = world.all(ReplenishTask)[0].id
    take(world, task, tee, 2, "R-01")
    for said in (None, Why.BIN_FULL):
        world.do(put_on_face, PutOnFace, by="li", task_id=task, barcode="A-02", why=said)
    assert planned(world) == []
    wave_of(world, world.released({tee: 3}))
    assert targets(planned(world)) == [("A-02", 6)]
    move(world, mug, "A-01", "A-02", 1)
    assert sorted(targets(planned(world))) == [("A-01", 8), ("A-02", 6)]


def test_a_bin_kept_for_other_goods_is_not_filled_with_these(world: World):
    tee, mug = reserve_of(world, 20, "TEE", "MUG")
    face(world, mug, 0, 10, "A-01")
    wave_of(world, world.released({tee: 3}))
    assert targets(planned(world)) == [("A-02", 3)]


@pytest.mark.parametrize("is_one_wave", [True, False])
def test_two_goods_are_not_sent_to_one_empty_bin_for_one_sku(world: World, is_one_wave: bool):
    tee, mug = reserve_of(world, 20, "TEE", "MUG")
    with world.database.transaction() as session:
        session.execute(sa.update(Bin).where(Bin.kind == BinKind.SHELF).values(is_one_sku=True))
    works = [world.released({goods: 3}) for goods in (tee, mug)]
    for wave in [works] if is_one_wave else [[work] for work in works]:
        wave_of(world, *wave)
    assert targets(planned(world)) == [("A-01", 3), ("A-02", 3)]


def test_a_known_piece_is_in_one_hand(world: World):
    cam = by_piece(world, "CAM")
    world.bin("A-01", walk_order=1)
    world.bin("R-01", kind=BinKind.RESERVE, walk_order=90)
    put(world, cam, "R-01", serials=("S1", "S2", "S3"))
    face(world, cam, 2, 3)
    planned(world)
    to = {"task_id": world.one(ReplenishTask).id}
    for who in ("li", "wang"):
        world.do(go_to_reserve, GoToReserve, by=who, barcode="R-01", **to)
    world.do(take_from_reserve, TakeFromReserve, by="li", barcode="S1", **to)
    said = world.refused(TooMany, take_from_reserve, TakeFromReserve, by="wang", barcode="S1", **to)
    assert str(said) == "This piece is in the hands of li already."
    world.do(take_from_reserve, TakeFromReserve, by="wang", barcode="S2", **to)


def test_who_goes_to_a_bin_of_later_lots_is_told_where_those_stand_that_end_sooner(world: World):
    world.site()
    milk = by_lot(world, "MILK", is_expiry_tracked=True)
    world.bin("A-01", walk_order=1)
    for place in ("R-01", "R-02"):
        world.bin(place, kind=BinKind.RESERVE, walk_order=90)
    put(world, milk, "R-01", 10, lot="LATE", day=date(2027, 1, 1))
    put(world, milk, "R-02", 4, lot="SOON", day=date(2026, 9, 1))
    face(world, milk, 2, 6)
    planned(world)
    to = {"task_id": world.one(ReplenishTask).id, "by": "li"}
    late = world.do(go_to_reserve, GoToReserve, barcode="R-01", **to)
    assert str(late.message) == "R-01: take 6. What ends sooner stands in R-02."
    assert late.tone == Tone.ATTENTION
    soon = world.do(go_to_reserve, GoToReserve, barcode="R-02", **to)
    assert (str(soon.message), soon.tone) == ("R-02: take 4.", Tone.OK)
    world.do(take_from_reserve, TakeFromReserve, barcode=milk.barcode, pieces=4, **to)
    late = world.do(go_to_reserve, GoToReserve, barcode="R-01", by="wang", task_id=to["task_id"])
    assert (str(late.message), late.tone) == ("R-01: take 2.", Tone.OK)


def test_where_the_first_lot_is_not_found_the_later_one_that_is_there_may_be_taken(world: World):
    world.site()
    milk = by_lot(world, "MILK", is_expiry_tracked=True)
    world.bin("A-01", walk_order=1)
    world.bin("R-01", kind=BinKind.RESERVE, walk_order=90)
    for lot, year, pieces in (("SOON", 2026, 3), ("LATE", 2027, 4)):
        put(world, milk, "R-01", pieces, lot=lot, day=date(year, 9, 1))
    wave_of(world, world.released({milk: 4}))
    to = {"task_id": world.one(ReplenishTask).id, "by": "li"}
    world.do(go_to_reserve, GoToReserve, barcode="R-01", **to)
    scan = {"barcode": milk.barcode, "lot": "LATE", **to}
    said = world.refused(OtherLot, take_from_reserve, TakeFromReserve, **scan)
    assert str(said) == "Lot SOON has to go first."
    world.do(report_fewer, ReportFewer, found=4, **to)
    no_lot = {**scan, "lot": "L9"}
    said = world.refused(OtherLot, take_from_reserve, TakeFromReserve, **no_lot)
    assert str(said) == "Lot SOON has to go first."
    world.do(take_from_reserve, TakeFromReserve, pieces=3, **scan)
    world.do(take_from_reserve, TakeFromReserve, **scan)
    world.do(put_on_face, PutOnFace, barcode="A-01", **to)
    assert lots_at(world, "A-01") == {"LATE": (4, 0)}
    assert world.one(ReplenishTask).state == "done"


def test_a_known_piece_of_a_later_lot_is_told_which_lot_goes_first(world: World):
    cam = track(world, by_lot(world, "CAM"), is_serial_tracked=True)
    world.bin("A-01", walk_order=1)
    world.bin("R-01", kind=BinKind.RESERVE, walk_order=90)
    for lot, serials in (("L1", ("S1",)), ("L2", ("S2", "S3"))):
        put(world, cam, "R-01", lot=lot, serials=serials)
    face(world, cam, 2, 3)
    planned(world)
    to = {"task_id": world.one(ReplenishTask).id, "by": "li"}
    world.do(go_to_reserve, GoToReserve, barcode="R-01", **to)
    said = world.refused(OtherLot, take_from_reserve, TakeFromReserve, barcode="S2", **to)
    assert str(said) == "Lot L1 has to go first."
    world.do(take_from_reserve, TakeFromReserve, barcode="S1", **to)
    said = world.refused(OtherLot, take_from_reserve, TakeFromReserve, barcode="S2", **to)
    assert str(said) == "Put down the pieces of one lot first."


def test_who_took_nothing_and_went_away_keeps_no_task(world: World, tee: Goods):
    face(world, tee, 5, 12)
    planned(world)
    task = world.one(ReplenishTask).id
    world.do(go_to_reserve, GoToReserve, by="li", task_id=task, barcode="R-01")
    assert not looked(world)
    world.now += timedelta(minutes=31)
    assert [looked(world), looked(world)] == [True, False]
    assert world.all(Carried) == []
    world.do(cancel_task, CancelTask, task_id=task)


SOON, LATE = date(2026, 5, 1), date(2027, 5, 1)


def test_what_ends_first_in_reserve_is_brought_to_a_bin_that_is_not_low(world: World):
    world.site()
    milk = by_lot(world, "MILK")
    put(world, milk, "A-01", 6, lot="LATE", day=LATE)
    world.bin("R-01", kind=BinKind.RESERVE, walk_order=90)
    put(world, milk, "R-01", 9, lot="LATER", day=LATE)
    face(world, milk, 5, 10)
    assert (planned(world), looked(world)) == ([], False)
    put(world, milk, "R-01", 3, lot="SOON", day=SOON)
    assert looked(world)
    task = world.one(ReplenishTask)
    assert (task.pieces, task.is_urgent) == (3, False)
    take(world, task.id, milk, 3, "R-01")
    world.do(put_on_face, PutOnFace, by="li", task_id=task.id, barcode="A-01")
    assert there(world, milk) == {"A-01": 9, "R-01": 9}
    assert (world.state(ReplenishTask, task.id), planned(world)) == ("done", [])


def test_what_ends_first_in_reserve_stays_there_where_it_has_no_room_or_may_not_be_sold(
    world: World,
):
    world.site()
    milk = by_lot(world, "MILK", days_before_expiry=30)
    put(world, milk, "A-01", 10, lot="LATE", day=LATE)
    world.bin("R-01", kind=BinKind.RESERVE, walk_order=90)
    put(world, milk, "R-01", 3, lot="SOON", day=SOON)
    face(world, milk, 5, 10)
    assert (planned(world), looked(world)) == ([], False)
    face(world, milk, 5, 12)
    assert targets(planned(world)) == [("A-01", 2)]
    world.now += timedelta(days=31)
    assert planned(world) == []


def milk_of(world: World, *codes: str) -> Goods:
    """Return goods of which each of the shelves has enough, and reserve 5 that end before these.

    Each is filled up to 30 when below 5; reserve has 50 that end after these, too.
    """
    world.site()
    milk = by_lot(world, "MILK")
    for walk, code in enumerate(("R-01", "R-02"), start=90):
        world.bin(code, kind=BinKind.RESERVE, walk_order=walk)
    put(world, milk, "R-01", 5, lot="SOON", day=SOON)
    put(world, milk, "R-02", 50, lot="LAST", day=date(2028, 5, 1))
    for walk, code in enumerate(codes, start=1):
        world.bin(code, walk_order=walk)
        put(world, milk, code, 10, lot="LATE", day=LATE)
        face(world, milk, 5, 30, code)
    return milk


def test_who_goes_for_what_ends_first_is_sent_for_nothing_else(world: World):
    milk = milk_of(world, "A-01")
    assert targets(planned(world)) == [("A-01", 5)]
    to = {"by": "li", "task_id": world.one(ReplenishTask).id}
    world.do(go_to_reserve, GoToReserve, barcode="R-01", **to)
    assert (looked(world), targets(planned(world))) == (False, [("A-01", 5)])
    for pieces, left in ((2, 5), (3, 3)):
        take(world, to["task_id"], milk, pieces, "R-01")
        assert targets(planned(world)) == [("A-01", left)]
        world.do(put_on_face, PutOnFace, barcode="A-01", **to)
    assert (world.state(ReplenishTask, to["task_id"]), planned(world)) == ("done", [])
    assert there(world, milk) == {"A-01": 15, "R-02": 50}


def test_a_low_bin_is_filled_to_the_end_though_some_end_first(world: World):
    milk = milk_of(world, "A-01")
    move(world, milk, "A-01", "R-02", 7)
    assert targets(planned(world)) == [("A-01", 27)]
    task = world.one(ReplenishTask).id
    take(world, task, milk, 3, "R-01")
    world.do(put_on_face, PutOnFace, by="li", task_id=task, barcode="A-01")
    assert targets(planned(world)) == [("A-01", 24)]


def test_two_pick_bins_do_not_ask_for_the_same_pieces_that_end_first(world: World):
    milk = milk_of(world, "A-01", "A-02")
    assert targets(planned(world)) == [("A-01", 5)]
    assert not looked(world)
    put(world, milk, "R-01", 22, lot="SOON", day=SOON)
    assert targets(planned(world)) == [("A-01", 20), ("A-02", 7)]
    assert not looked(world)
