"""Kits made before versions were kept get theirs from the moves that made them."""

from __future__ import annotations

from tests.builders import World
from warehouse import migrations
from warehouse.catalog.models import Bin, BinKind
from warehouse.db import Database
from warehouse.kitting.commands.assemble import AssembleKits, assemble_kits
from warehouse.kitting.commands.kit import Part, SaveKit, save_kit
from warehouse.kitting.commands.take_apart import TakeApart, take_apart
from warehouse.kitting.models import KitMade, KitVersion, KitVersionPart
from warehouse.replenishing.models import Carried, ReplenishTask


def test_what_was_made_is_read_off_the_moves_and_going_back_loses_only_that(whole: Database):
    world = World(whole)
    world.site()
    skus = {code: world.sku(code) for code in ("TEE", "MUG", "GIFT")}
    for code in ("TEE", "MUG"):
        world.stock(skus[code], "A-01", 20)
    made = {"kit_id": skus["GIFT"].id, "to": "A-01"}

    def made_of(**parts: int) -> None:
        wanted = tuple(Part(sku=sku, pieces=pieces) for sku, pieces in parts.items())
        world.do(save_kit, SaveKit, kit="GIFT", parts=wanted)

    made_of(TEE=2)
    world.do(assemble_kits, AssembleKits, kits=4, **made)
    world.do(take_apart, TakeApart, kits=1, bin="A-01", **made)
    made_of(TEE=1, MUG=2)
    world.do(assemble_kits, AssembleKits, kits=2, **made)
    made_of(MUG=3)
    _carry(world, skus["TEE"].id)
    kept = world.rows()
    seen = _versions(world)
    assert seen == [
        (1, [(skus["TEE"].id, 2)], [(4, 3)]),
        (2, [(skus["TEE"].id, 1), (skus["MUG"].id, 2)], [(2, 2)]),
        (3, [(skus["MUG"].id, 3)], []),
    ]
    migrations.downgrade(whole, "0022")
    migrations.upgrade(whole)
    assert _versions(world) == seen
    after = world.rows()
    for table in ("kit_version", "kit_version_part", "kit_made"):
        assert len(after.pop(table)) == len(kept.pop(table))
    assert after == kept


def _versions(world: World) -> list[tuple[int, list[tuple[int, int]], list[tuple[int, int]]]]:
    return [
        (
            v.number,
            sorted((p.sku_id, p.pieces) for p in world.all(KitVersionPart, version_id=v.id)),
            [(m.kits, m.left) for m in world.all(KitMade, version_id=v.id)],
        )
        for v in sorted(world.all(KitVersion), key=lambda v: v.number)
    ]


def _carry(world: World, sku_id: int) -> None:
    """Leave somebody with goods in hand, so that the table of these is rebuilt filled."""
    reserve, face = world.bin("R-01", kind=BinKind.RESERVE), world.one(Bin, code="A-01").id
    person = world.person("li")
    task = ReplenishTask(sku_id=sku_id, from_bin_id=reserve, to_bin_id=face, pieces=2,
                         created_at=world.now, created_by=person)  # fmt: skip
    task_id = world.add(task).id
    world.add(Carried(person_id=person, task_id=task_id, from_bin_id=reserve, pieces=1,
                      serials=[], at=world.now))  # fmt: skip
