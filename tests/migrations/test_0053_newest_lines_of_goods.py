"""Order lines come through with an index that has the newest of a SKU first."""

from __future__ import annotations

import sqlalchemy as sa

from tests.builders import Stage, World
from warehouse import migrations
from warehouse.db import Database


def indexes(database: Database) -> set[str | None]:
    with database.reading() as session:
        return {one["name"] for one in sa.inspect(session.connection()).get_indexes("order_line")}


def test_order_lines_come_through_with_an_index_of_the_newest(whole: Database):
    world = World(whole)
    world.bring(Stage.DISPATCHED)
    kept = world.rows()
    migrations.downgrade(whole, "0052")
    assert "ix_order_line_sku_id" in indexes(whole)
    migrations.upgrade(whole)
    assert "ix_order_line_sku_id_id" in indexes(whole)
    assert "ix_order_line_sku_id" not in indexes(whole)
    assert world.rows() == kept
