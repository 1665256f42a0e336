"""What holds for every act alike: once however often it is sent, and stopped orders pass none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders import World
from tests.commands.acts import ACTS, STATIONS, Act
from warehouse.commands import Command, execute, new_id
from warehouse.errors import CommandReused, OrderStopped
from warehouse.orders.models import HoldKind

STOPS = (HoldKind.REFUND, HoldKind.CANCELLED, HoldKind.ADDRESS_CHANGED, HoldKind.MANUAL)


def _all_commands(root: type[Any] = Command) -> Iterator[type[Any]]:
    for kind in root.__subclasses__():
        if kind.__module__.startswith("warehouse."):
            yield kind
        yield from _all_commands(kind)


def test_every_command_of_these_modules_is_among_the_acts():
    modules = {act.kind.__module__ for act in ACTS.values()}
    known = {kind.__name__ for kind in _all_commands() if kind.__module__ in modules}
    assert known == set(ACTS)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
def test_an_act_takes_effect_once(world: World, act: Act):
    work = act.bring(world)
    command = act.command(world, work, id=new_id())
    world.person("somebody")
    first = execute(world.database, act.handler, command)
    with world.nothing_written():
        again = execute(world.database, act.handler, command)
    assert again == first
    assert (first.is_replayed, again.is_replayed) == (False, True)
    fields = {k: v for k, v in vars(command).items() if k not in ("actor", "at")}
    world.refused(CommandReused, act.handler, act.kind, by="somebody", **fields)


@pytest.mark.parametrize("act", STATIONS.values(), ids=STATIONS)
def test_a_stopped_order_passes_no_station(world: World, act: Act):
    work = act.bring(world)
    given = {"by": act.by, **act.fields(world, work)}
    for kind in STOPS:
        world.stop(work, kind)
        error = world.refused(OrderStopped, act.handler, act.kind, **given)
        assert (error.facts["consignment_id"], error.facts["kind"]) == (work.consignment_id, kind)
        world.unstop(work)
    world.do(act.handler, act.kind, **given)
