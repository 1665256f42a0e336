"""Balances of totes and parcels are told apart from what stands."""

from __future__ import annotations

from tests.builders import Stage, World
from tests.migrations.test_schema import bare
from warehouse import migrations
from warehouse.catalog.models import IN_WORK_KINDS, Bin
from warehouse.db import Database
from warehouse.inventory.models import StockBalance

__all__ = ["bare"]


def test_totes_and_parcels_of_before_are_in_work_and_so_are_those_made_later(bare: Database):
    migrations.upgrade(bare)
    world = World(bare)
    world.bring(Stage.DISPATCHED)
    kept = world.rows()
    migrations.downgrade(bare, "0020")
    migrations.upgrade(bare)
    assert world.rows() == kept
    kinds = {place.id: place.kind for place in world.all(Bin)}
    balances = world.all(StockBalance)
    assert {b.is_in_work for b in balances} == {True, False}
    assert all(b.is_in_work == (kinds[b.bin_id] in IN_WORK_KINDS) for b in balances)
    assert world.differences() == []
