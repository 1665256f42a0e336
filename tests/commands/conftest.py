"""A world per test; whatever a test does, the ledger must agree with itself at its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import Goods, World
from tests.commands.shopkeeper import Shopkeeper
from tests.dock import Dock
from warehouse.db import Database


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    world = World(database)
    yield world
    assert world.differences() == []


@pytest.fixture
def lone(sqlite_database: Database) -> Iterator[World]:
    """A world on SQLite alone, for what does not depend on the engine."""
    world = World(sqlite_database)
    yield world
    assert world.differences() == []


@pytest.fixture
def tee(world: World) -> Goods:
    """Goods of which ten lie on a shelf of a site that is set up."""
    world.site()
    goods = world.sku("TEE")
    world.stock(goods, "A-01", 10)
    return goods


@pytest.fixture
def shop(world: World, tmp_path: Path) -> Shopkeeper:
    world.settings(hold_merge_candidates=False)
    return Shopkeeper(world, tmp_path)


@pytest.fixture
def stocked(world: World, shop: Shopkeeper) -> Shopkeeper:
    """A shop whose one item lies on a shelf."""
    world.carrier()
    world.carton()
    world.settings(default_carrier_code="ZTO")
    world.stock(world.sku("TEE"), "A-01", 50)
    return shop


@pytest.fixture
def dock(world: World) -> Dock:
    """The dock of a site that knows a supplier."""
    dock = Dock(world)
    dock.supplier()
    return dock


@pytest.fixture
def shelf(world: World) -> tuple[Goods, Goods]:
    """Ten TEE and five MUG in A-1, three TEE in A-2, and A-3 empty."""
    tee, mug = world.sku("TEE"), world.sku("MUG")
    world.stock(tee, "A-1", 10, walk_order=1)
    world.stock(mug, "A-1", 5)
    world.stock(tee, "A-2", 3, walk_order=2)
    world.bin("A-3", walk_order=3)
    return tee, mug
