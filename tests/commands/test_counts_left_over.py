"""Bins that another count had: counted later in the month, and doubted ones at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.builders import Goods, World
from tests.counts import Count, opened, supervisor
from warehouse.catalog.models import Bin
from warehouse.commands import Actor
from warehouse.counting.calendar import SaveRule, open_due, save_rule
from warehouse.counting.commands.importing import TakeInCounts, taking_in
from warehouse.counting.commands.sessions import CancelCount, OpenCount, cancel_count, open_count
from warehouse.counting.events import AskForBin, ask_for_bin
from warehouse.counting.models import CountBin, CountDoubt, CountScope, CountSession, RuleKind
from warehouse.counting.rows import CountRow
from warehouse.counting.scoping import Scope
from warehouse.inventory.models import Unfound
from warehouse.people.auth import SYSTEM_PERSON_ID
from warehouse.people.models import PersonRole, Role


def due_on(world: World, month: int, day: int) -> int:
    world.now = datetime(2026, month, day, 2, 0, tzinfo=UTC)
    actor = Actor(person_id=SYSTEM_PERSON_ID)
    return open_due(world.database, actor=actor, at=world.tick(), zone=world.zone)


def bins_of(world: World, count: int) -> list[str]:
    return [world.get(Bin, b.bin_id).code for b in world.all(CountBin, session_id=count)]


def test_a_bin_another_count_gives_up_is_counted_in_the_month_still(world: World, shelf):
    world.now = datetime(2026, 3, 27, 2, 0, tzinfo=UTC)
    other = opened(world, "MUG", kind=CountScope.SKUS)
    world.do(save_rule, SaveRule, kind=RuleKind.MONTHLY)
    assert due_on(world, 3, 28) == 1
    assert due_on(world, 3, 30) == 0  # another count has it still
    world.do(cancel_count, CancelCount, by="boss", session_id=other.id, note="not now")
    assert due_on(world, 4, 2) == 1
    late = world.all(CountSession)[-1]
    assert (late.name, bins_of(world, late.id)) == ("2026-03", ["A-1"])
    world.do(cancel_count, CancelCount, by="boss", session_id=late.id, note="never")
    assert due_on(world, 4, 3) == 0
    assert due_on(world, 4, 9) == 0


def test_a_bin_in_a_count_nobody_has_begun_is_counted_at_once_when_it_is_doubted(
    world: World, shelf
):
    supervisor(world)
    scope = Scope(kind=CountScope.BINS, codes=("A-1", "A-2"))
    draft = world.do(open_count, OpenCount, by="boss", scope=scope).subject_id or 0
    place = world.one(Bin, code="A-1").id
    said = world.do(ask_for_bin, AskForBin, by="boss", bin_id=place).message
    assert str(said) == "A-1 is asked for at the counters."
    assert bins_of(world, draft) == ["A-2"]
    assert bins_of(world, world.all(CountSession)[-1].id) == ["A-1"]


def doubt(world: World, place: str, goods: Goods) -> None:
    """Have somebody doubt what a bin has of the goods; an hour later it is another hour."""
    world.now += timedelta(hours=1)
    bin_id = world.one(Bin, code=place).id
    world.do(ask_for_bin, AskForBin, by="boss", bin_id=bin_id, sku_id=goods.id)


def test_a_doubt_about_other_goods_than_are_counted_is_looked_into_afterwards(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "TEE", kind=CountScope.SKUS)
    keep = {"bin_id": world.one(Bin, code="A-1").id, "person_id": world.person("li")}
    doubt(world, "A-1", mug)
    doubt(world, "A-1", tee)
    world.add(Unfound(sku_id=mug.id, pieces=2, at=world.now, **keep))
    for place, pieces in (("A-1", 10), ("A-2", 3)):
        count.count(place, {tee: pieces})
    assert count.post().facts["state"] == "posted"
    after = world.all(CountSession)[-1]
    assert (after.scope, bins_of(world, after.id)) == (CountScope.EVENT, ["A-1"])
    assert (len(world.all(Unfound)), world.all(CountDoubt)) == (1, [])
    again = Count(world, after.id)
    again.count("A-1", {tee: 10, mug: 5})
    assert (again.post().facts["state"], world.all(Unfound)) == ("posted", [])
    assert len(world.all(CountSession)) == 2


def test_a_doubt_about_what_is_posted_already_is_counted_anew(world: World, shelf):
    tee, mug = shelf
    count = opened(world, "A-1", "A-2")
    for who in ("ann", "bob"):
        count.count("A-1", {tee: 9, mug: 4}, by=who)
    count.approve_and_post()
    doubt(world, "A-1", tee)
    count.count("A-2", {tee: 3})
    assert count.post().facts["state"] == "posted"
    assert bins_of(world, world.all(CountSession)[-1].id) == ["A-1"]


def test_what_was_counted_on_paper_before_goods_were_missed_is_no_look_at_them(world: World, shelf):
    tee, _ = shelf
    count = opened(world, "A-1")
    keep = {"bin_id": world.one(Bin, code="A-1").id, "person_id": world.person("li")}
    world.add(PersonRole(person_id=world.person("ann"), role=Role.COUNTER))
    seen = world.tick()
    doubt(world, "A-1", tee)
    world.add(Unfound(sku_id=tee.id, pieces=2, at=world.now, **keep))
    world.now += timedelta(hours=1)
    rows = [
        CountRow(row=at, bin_code="A-1", sku_code=code, pieces=pieces, counted_at=seen)
        for at, (code, pieces) in enumerate({"TEE": 10, "MUG": 5}.items(), start=1)
    ]
    typed = {"session_id": count.id, "name": "A-1", "sha256": "", "lines": 2}
    typed["counted_by"] = world.person("ann")
    world.do(taking_in([rows], is_file=False), TakeInCounts, by="boss", **typed)
    assert len(world.all(Unfound)) == 1
    assert count.post().facts["state"] == "posted"
    again = Count(world, world.all(CountSession)[-1].id)
    assert (again.id != count.id, bins_of(world, again.id)) == (True, ["A-1"])
    again.count("A-1", {tee: 10})
    assert world.all(Unfound) == []
