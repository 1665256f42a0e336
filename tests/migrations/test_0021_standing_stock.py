"""Balances of totes and parcels are told apart from what stands."""

from __future__ import annotations

from tests.builders import Stage, World
from warehouse import migrations
from warehouse.catalog.models import IN_WORK_KINDS, Bin
from warehouse.db import Database
from warehouse.inventory.models import StockBalance


def test_totes_and_parcels_of_before_are_in_work_and_so_are_those_made_later(whole: Database):
    world = World(whole)
    world.bring(Stage.DISPATCHED)
    kept = world.rows()
    migrations.downgrade(whole, "0020")
    migrations.upgrade(whole)
    assert world.rows() == kept
    kinds = {place.id: place.kind for place in world.all(Bin)}
    balances = world.all(StockBalance)
    assert {b.is_in_work for b in balances} == {True, False}
    assert all(b.is_in_work == (kinds[b.bin_id] in IN_WORK_KINDS) for b in balances)
    assert world.differences() == []
