"""Orders and waybills come through; their indexes answer what a number begins with."""

from __future__ import annotations

import sqlalchemy as sa

from tests.builders import Stage, World
from warehouse import migrations
from warehouse.db import Database

INDEXES = {"ix_shop_order_order_no", "ix_shop_order_buyer", "ix_waybill_number"}
_BY_BEGINNING = sa.text(
    "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " JOIN pg_opclass o ON o.oid = i.indclass[0] WHERE o.opcname = 'varchar_pattern_ops'"
)


def answering(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        return set(connection.execute(_BY_BEGINNING).scalars()) & INDEXES


def test_orders_and_waybills_come_through_with_the_indexes_of_their_numbers(whole: Database):
    world = World(whole)
    world.bring(Stage.DISPATCHED)
    before = world.rows()
    migrations.downgrade(whole, "0041")
    assert whole.is_sqlite or answering(whole) == set()
    migrations.upgrade(whole)
    assert whole.is_sqlite or answering(whole) == INDEXES
    assert world.rows() == before
    found = {one["name"] for t in ("shop_order", "waybill")
             for one in sa.inspect(whole.engine).get_indexes(t)}  # fmt: skip
    assert found >= INDEXES
