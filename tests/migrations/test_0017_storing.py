"""Bins, zones and goods keep what they were while they learn what they hold."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests.builders import Stage, World
from warehouse import migrations
from warehouse.catalog.models import Bin
from warehouse.db import Database

BEFORE = "0016"


def rows(database: Database, table: str) -> list[dict[str, Any]]:
    with database.engine.connect() as connection:
        found = connection.execute(sa.text(f"SELECT * FROM {table} ORDER BY id"))
        return [dict(row) for row in found.mappings()]


def test_filled_tables_go_down_and_up_and_limit_nothing(whole: Database):
    world = World(whole)
    world.bring(Stage.HALF_PICKED)
    migrations.downgrade(whole, BEFORE)
    before = {table: rows(whole, table) for table in ("bin", "zone", "sku")}
    migrations.upgrade(whole)
    for table, old in before.items():
        new = rows(whole, table)
        assert [{name: row[name] for name in old[0]} for row in new] == old
    added = {name: bare_row for name, bare_row in rows(whole, "bin")[0].items()
             if name not in before["bin"][0]}  # fmt: skip
    assert added.pop("storage_class") == ""
    assert {name for name, value in added.items() if value} == set()
    assert world.differences() == []


def test_a_bin_of_no_size_is_refused_by_the_database(whole: Database):
    World(whole)
    with pytest.raises(IntegrityError), whole.transaction() as session:
        session.execute(sa.update(Bin).values(height_mm=0))
