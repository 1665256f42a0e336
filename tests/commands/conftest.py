"""A world per test; whatever a test does, the ledger must agree with itself at its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import Goods, World
from tests.commands.shopkeeper import Shopkeeper
from warehouse.db import Database


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    world = World(database)
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
