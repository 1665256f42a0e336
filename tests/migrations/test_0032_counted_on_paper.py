"""Passes of a count under way come through; who typed a sheet in is kept from then on."""

from __future__ import annotations

from tests.builders import World
from tests.counts import opened
from warehouse import migrations
from warehouse.counting.commands.importing import TakeInCounts, taking_in
from warehouse.counting.models import CountTake
from warehouse.counting.rows import CountRow
from warehouse.db import Database
from warehouse.people.models import PersonRole, Role


def test_passes_come_through_and_sheets_are_typed_in_by_another(whole: Database):
    world = World(whole)
    world.stock(world.sku("TEE"), "A-1", 9)
    count = opened(world, "A-1")
    for name in ("ann", "bob"):
        world.add(PersonRole(person_id=world.person(name), role=Role.COUNTER))

    def typed(by: str, counted_by: str) -> None:
        rows = [CountRow(row=0, bin_code="A-1", sku_code="TEE", pieces=8)]
        given = {"session_id": count.id, "counted_by": world.person(counted_by)}
        world.do(taking_in([rows], is_file=False), TakeInCounts, by=by, name="A-1", sha256="0" * 64,
                 lines=1, **given)  # fmt: skip

    typed("boss", "ann")
    migrations.downgrade(whole, "0031")
    migrations.upgrade(whole)
    typed("boss", "bob")
    passes = [(take.person_id, take.entered_by_id) for take in world.all(CountTake)]
    assert passes == [(world.person("ann"), None), (world.person("bob"), world.person("boss"))]
