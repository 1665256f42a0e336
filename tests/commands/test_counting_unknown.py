"""Codes nobody knows at a count: kept, taken off again, looked at once they are known."""

from __future__ import annotations

import sqlalchemy as sa

from tests.builders import World
from tests.counts import opened
from warehouse.catalog.models import Barcode
from warehouse.counting.commands.deciding import ResolveUnknown, resolve_unknown
from warehouse.counting.commands.goods import CountGoods, UndoScan, count_goods, undo_scan
from warehouse.counting.commands.passes import LeaveBin, TakeBin, leave_bin, take_bin
from warehouse.counting.commands.sessions import OpenCount, open_count
from warehouse.counting.models import CountScope, CountUnknown, LineState
from warehouse.counting.scoping import Scope
from warehouse.errors import RuleViolation, StaleScreen, TooMany, UnknownName, WrongScan


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


def test_a_recounter_takes_back_the_own_pieces_of_an_unknown_code_only(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "A-1")
    take = count.take("A-1", by="ann")
    given = {"by": "ann", "take_id": take, "barcode": "WHAT"}
    world.do(count_goods, CountGoods, pieces=4, **given)
    count.scan(take, tee, 9)
    count.scan(take, mug, 1)
    count.close(take)
    first = world.one(CountUnknown)
    take = count.take("A-1", by="bob")
    for _ in range(2):
        world.do(count_goods, CountGoods, by="bob", take_id=take, barcode="WHAT")
    undone = [world.do(undo_scan, UndoScan, by="bob", take_id=take) for _ in range(2)]
    said = [str(outcome.message) for outcome in undone]
    assert said == ["Undone: 1 × WHAT", "Undone: what was found of WHAT before stays kept."]
    kept = world.one(CountUnknown)
    assert (kept.pieces, kept.person_id, kept.at) == (4, first.person_id, first.at)
    world.refused(RuleViolation, undo_scan, UndoScan, by="bob", take_id=take)


def test_a_bin_of_which_only_an_unknown_code_was_scanned_is_closed_first(world: World, shelf):
    count = opened(world, "A-1", "A-2")
    take = count.take("A-1")
    world.do(count_goods, CountGoods, by="ann", take_id=take, barcode="WHAT")
    there = {"by": "ann", "session_id": count.id, "barcode": "A-2"}
    said = str(world.refused(RuleViolation, take_bin, TakeBin, **there))
    assert said == "You are still counting A-1. Close it first."


def test_a_code_that_is_no_barcode_any_more_is_asked_about_again(world: World, shelf):
    count = opened(world, "A-1")
    take = count.take("A-1")
    world.do(count_goods, CountGoods, by="ann", take_id=take, barcode="WHAT")
    count.close(take)
    unknown = world.one(CountUnknown)
    world.sku("HAT")
    world.do(resolve_unknown, ResolveUnknown, by="boss", unknown_id=unknown.id, sku_code="HAT")
    with world.database.transaction() as session:
        session.execute(sa.delete(Barcode).where(Barcode.code == "WHAT"))
    take = count.take("A-1")
    world.do(count_goods, CountGoods, by="ann", take_id=take, barcode="WHAT")
    again = world.one(CountUnknown)
    assert (again.sku_id, again.resolved_at, again.pieces) == (None, None, 1)


def test_a_code_of_goods_the_count_is_not_of_asks_nobody_to_count_them(world: World, shelf):
    tee, _ = shelf
    hat = world.sku("HAT")
    count = opened(world, "TEE", kind=CountScope.SKUS)
    take = count.take("A-1")
    world.do(count_goods, CountGoods, by="ann", take_id=take, barcode="WHAT")
    count.scan(take, tee, 10)
    count.close(take)
    unknown = world.one(CountUnknown)
    world.do(resolve_unknown, ResolveUnknown, by="boss", unknown_id=unknown.id, sku_code="HAT")
    assert [line.sku_id for line in count.lines("A-1")] == [tee.id]
    assert hat.id != tee.id


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


def test_a_code_explained_while_its_bin_is_counted_is_looked_for_afterwards(world: World, shelf):
    tee, mug = shelf
    hat = world.sku("HAT")
    count = opened(world, "A-1")
    take = count.take("A-1")
    count.scan(take, mug, 5)
    count.scan(take, tee, 9)
    for code in ("NEW-EAN", "NEW-TEE"):
        world.do(count_goods, CountGoods, by="ann", take_id=take, barcode=code)
    for code, named in (("NEW-EAN", "HAT"), ("NEW-TEE", "TEE")):
        unknown = world.one(CountUnknown, code=code)
        world.do(resolve_unknown, ResolveUnknown, by="boss", unknown_id=unknown.id, sku_code=named)
    world.refused(RuleViolation, undo_scan, UndoScan, by="ann", take_id=take)
    count.close(take)
    assert count.line("A-1", hat).state is LineState.LOOK
    assert count.line("A-1", tee).state is LineState.LOOK
    assert count.line("A-1", mug).state is LineState.AGREED
    take = count.take("A-1", by="ann")
    world.do(count_goods, CountGoods, by="ann", take_id=take, barcode="NEW-EAN")
    count.scan(take, tee, 10)
    count.close(take)
    assert count.line("A-1", hat).variance == 1
    assert count.line("A-1", tee).state is LineState.AGREED


def test_a_code_explained_during_a_recount_somebody_leaves_is_looked_for(world: World, shelf):
    tee, mug = shelf
    hat = world.sku("HAT")
    count = opened(world, "A-1")
    take = count.take("A-1")
    count.scan(take, mug, 1)
    count.scan(take, tee, 10)
    world.do(count_goods, CountGoods, by="ann", take_id=take, barcode="NEW-EAN")
    count.close(take)
    assert count.line("A-1", mug).state is LineState.RECOUNT
    count.take("A-1", by="bob")
    unknown = world.one(CountUnknown)
    world.do(resolve_unknown, ResolveUnknown, by="boss", unknown_id=unknown.id, sku_code="HAT")
    world.do(leave_bin, LeaveBin, by="bob", session_id=count.id)
    assert count.line("A-1", hat).state is LineState.LOOK
