"""Levels, shares and flows come beside the stock; going back takes them and nothing else."""

from __future__ import annotations

from tests.builders import Stage, World
from warehouse import migrations
from warehouse.catalog.models import Bin
from warehouse.db import Database
from warehouse.replenishing.models import FaceLevel
from warehouse.supplying.models import LevelSource, StockLevel


def test_a_site_at_work_gains_levels_and_loses_only_them_on_the_way_back(whole: Database):
    world = World(whole)
    work = world.bring(Stage.DISPATCHED)
    tee, place = work.goods["TEE"], world.one(Bin, code="A-01").id
    world.add(FaceLevel(sku_id=tee.id, bin_id=place, least=2, most=8))
    world.add(
        StockLevel(
            sku_id=tee.id, safety=1, source=LevelSource.TYPED, changed_at=world.now, changed_by=1
        )
    )
    kept = world.rows()
    migrations.downgrade(whole, "0019")
    migrations.upgrade(whole)
    for table in ("face_level", "stock_level"):
        assert kept.pop(table)
    after = world.rows()
    assert after.pop("face_level") == after.pop("stock_level") == []
    assert after == kept
    assert world.differences() == []
