"""Counts come to a database in work, and go again, without a piece of stock changing."""

from __future__ import annotations

from tests.builders import Stage, World
from tests.migrations.test_schema import bare
from warehouse import migrations
from warehouse.db import Database

__all__ = ["bare"]

BEFORE = "0017"


def test_a_site_in_work_gets_counts_and_loses_nothing(bare: Database):
    migrations.upgrade(bare)
    world = World(bare)
    world.bring(Stage.HALF_PICKED)
    before = world.rows()
    migrations.downgrade(bare, BEFORE)
    migrations.upgrade(bare)
    assert world.rows() == before
    assert world.differences() == []
