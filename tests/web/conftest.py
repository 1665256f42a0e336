"""A desk for every test: on SQLite for what does not depend on the engine, else on both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import Goods, World
from tests.counts import Count, opened
from tests.web.desk_site import Desk
from warehouse.db import Database


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(World(sqlite_database), tmp_path / "data")
    yield desk
    assert desk.world.differences() == []


@pytest.fixture
def both(database: Database, tmp_path: Path) -> Iterator[Desk]:
    """A desk on each engine in turn."""
    desk = Desk(World(database), tmp_path / "data")
    yield desk
    assert desk.world.differences() == []


@pytest.fixture
def shelf(desk: Desk) -> tuple[Goods, Count]:
    """Ten TEE in A-1, and A-2 empty, both in a running count."""
    world = desk.world
    tee = world.sku("TEE")
    world.stock(tee, "A-1", 10, walk_order=1)
    world.bin("A-2", walk_order=2)
    return tee, opened(world, "A-1", "A-2")
