"""What was not found in reserve stays out of reach through the migration and back."""

from __future__ import annotations

import sqlalchemy as sa

from tests.builders import World
from warehouse import migrations
from warehouse.catalog.models import Bin, BinKind
from warehouse.db import Database
from warehouse.inventory.models import Lot, Unfound


def test_goods_not_found_come_through_and_those_of_lots_become_one(whole: Database):
    world = World(whole)
    tee, milk = world.sku("TEE"), world.sku("MILK")
    world.bin("R-01", kind=BinKind.RESERVE)
    place, ann = world.one(Bin, code="R-01").id, world.person("ann")
    given = {"bin_id": place, "at": world.now, "person_id": ann}
    world.add(Unfound(sku_id=tee.id, pieces=3, is_whole=True, **given))
    lots = []
    for code in ("L1", "L2"):
        lot = Lot(sku_id=milk.id, code=code, created_at=world.now)
        world.add(lot)
        lots.append(world.one(Lot, code=code).id)
    for lot_id in lots:
        world.add(Unfound(sku_id=milk.id, lot_id=lot_id, pieces=2, **given))
    migrations.downgrade(whole, "0036")
    with whole.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT sku_id, pieces FROM unfound ORDER BY sku_id"))
        assert [tuple(row) for row in rows] == [(tee.id, 3), (milk.id, 4)]
    migrations.upgrade(whole)
    found = {row.sku_id: row for row in world.all(Unfound)}
    assert all(row.is_whole and row.lot_id is None for row in found.values())
    assert (found[tee.id].pieces, found[tee.id].at, found[tee.id].person_id) == (3, world.now, ann)
    assert found[milk.id].pieces == 4
