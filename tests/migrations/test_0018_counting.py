"""Counts come to a database in work, and go again, without a piece of stock changing."""

from __future__ import annotations

from tests.builders import Stage, World
from warehouse import migrations
from warehouse.db import Database

BEFORE = "0017"


def test_a_site_in_work_gets_counts_and_loses_nothing(whole: Database):
    world = World(whole)
    world.bring(Stage.HALF_PICKED)
    before = world.rows()
    migrations.downgrade(whole, BEFORE)
    migrations.upgrade(whole)
    assert world.rows() == before
    assert world.differences() == []
