"""Papers of before stand; a number is free once its paper is withdrawn."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.exc import IntegrityError

from tests.builders import World
from tests.dock import Dock
from warehouse import migrations
from warehouse.db import Database
from warehouse.receiving.accounts import SupplierPaper


def test_papers_stand_and_one_number_stands_once(whole: Database):
    world = World(whole)
    dock = Dock(world)
    facts = {
        "supplier_id": dock.supplier(), "receipt_id": dock.blind(), "number": "INV-1",
        "paper_on": date(2026, 3, 1), "amount_fen": 5, "at": world.now,
        "person_id": world.person("ann"),
    }  # fmt: skip
    world.add(SupplierPaper(**facts))
    kept = world.rows()
    migrations.downgrade(whole, "0033")
    migrations.upgrade(whole)
    assert world.rows() == kept
    with pytest.raises(IntegrityError):
        world.add(SupplierPaper(**facts))
    world.add(SupplierPaper(withdrawn_at=world.now, **facts))
    migrations.downgrade(whole, "0033")
    migrations.upgrade(whole)
    assert world.rows() == kept
