"""Bins that another count had: counted later in the month, and doubted ones at once."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.builders import World
from tests.counts import opened, supervisor
from warehouse.catalog.models import Bin
from warehouse.commands import Actor
from warehouse.counting.calendar import SaveRule, open_due, save_rule
from warehouse.counting.commands.sessions import CancelCount, OpenCount, cancel_count, open_count
from warehouse.counting.events import AskForBin, ask_for_bin
from warehouse.counting.models import CountBin, CountScope, CountSession, RuleKind
from warehouse.counting.scoping import Scope
from warehouse.people.auth import SYSTEM_PERSON_ID


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
