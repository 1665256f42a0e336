"""A desk for every test: on SQLite for what does not depend on the engine, else on both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import World
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
