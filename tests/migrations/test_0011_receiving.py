"""Stock keeps what came in while the papers of receiving go and come."""

from __future__ import annotations

from tests.builders import World
from tests.dock import Dock
from tests.migrations.test_schema import tables
from warehouse import migrations
from warehouse.db import Database
from warehouse.inventory.models import Move

BEFORE = "0010"


def test_what_was_received_stays_when_its_papers_go(whole: Database):
    dock = Dock(World(whole))
    dock.supplier()
    tee = dock.world.sku("TEE")
    dock.booked({tee: 5})
    with whole.reading() as session:
        moves = session.query(Move.pieces, Move.reason).all()
    migrations.downgrade(whole, BEFORE)
    assert {"receipt", "supplier", "exchange"} & tables(whole) == set()
    migrations.upgrade(whole)
    with whole.reading() as session:
        assert session.query(Move.pieces, Move.reason).all() == moves
    assert dock.world.standing(tee) == {"DOCK": 5, "SUPPLIER": -5}
    assert dock.world.differences() == []
    dock.supplier()
    dock.booked({tee: 2})
    assert dock.world.standing(tee) == {"DOCK": 7, "SUPPLIER": -7}
