"""What was not found stands in no older database; afterwards it is out of reach again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests.builders import World
from warehouse import migrations
from warehouse.catalog.models import Bin, BinKind
from warehouse.db import Database
from warehouse.inventory.models import Unfound


def test_balances_come_through_and_goods_are_missed_anew(whole: Database):
    world = World(whole)
    tee = world.sku("TEE")
    world.bin("R-01", kind=BinKind.RESERVE)
    world.stock(tee, "R-01", 5)
    missed = {
        "bin_id": world.one(Bin, code="R-01").id, "sku_id": tee.id, "at": world.now,
        "person_id": world.person("ann"), "is_whole": True,
    }  # fmt: skip
    kept = world.rows()
    world.add(Unfound(pieces=3, **missed))
    migrations.downgrade(whole, "0034")
    assert not sa.inspect(whole.engine).has_table("unfound")
    migrations.upgrade(whole)
    assert world.all(Unfound) == []
    assert world.rows() == kept
    with pytest.raises(IntegrityError):
        world.add(Unfound(pieces=0, **missed))
    world.add(Unfound(pieces=3, **missed))
    assert world.differences() == []
