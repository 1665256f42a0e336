"""A world per test; whatever a test does, the ledger must agree with itself at its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.builders import World
from warehouse.db import Database


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    world = World(database)
    yield world
    assert world.differences() == []
