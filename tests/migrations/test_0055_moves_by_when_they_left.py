"""Moves of what left come through with an index of when they did."""

from __future__ import annotations

import sqlalchemy as sa

from tests.builders import Stage, World
from warehouse import migrations
from warehouse.db import Database


def indexes(database: Database) -> set[str | None]:
    with database.reading() as session:
        return {one["name"] for one in sa.inspect(session.connection()).get_indexes("move")}


def test_moves_come_through_with_an_index_of_their_leaving(whole: Database):
    world = World(whole)
    world.bring(Stage.DISPATCHED)
    kept = world.rows()
    migrations.downgrade(whole, "0054")
    assert "ix_move_dispatched_at" not in indexes(whole)
    migrations.upgrade(whole)
    assert "ix_move_dispatched_at" in indexes(whole)
    assert world.rows() == kept
