"""Moves and papers come through as they are, with indexes of what they refer to and are called."""

from __future__ import annotations

import sqlalchemy as sa

from printing.models import PrintJob
from tests.builders import Stage, World
from warehouse import migrations
from warehouse.db import Database
from warehouse.inventory.models import Move

MADE = {"move": "ix_move_reference", "print_job": "ix_print_job_number"}


def there(database: Database) -> set[str]:
    found = sa.inspect(database.engine)
    return {t for t, name in MADE.items() if name in {i["name"] for i in found.get_indexes(t)}}


def test_moves_with_and_without_a_reference_come_through_and_so_do_papers(whole: Database):
    world = World(whole)
    world.bring(Stage.DISPATCHED)
    before = world.rows()
    assert {bool(move.reference) for move in world.all(Move)} == {True, False}
    assert world.all(PrintJob) != []
    migrations.downgrade(whole, "0043")
    assert there(whole) == set()
    migrations.upgrade(whole)
    assert there(whole) == set(MADE)
    assert world.rows() == before
    migrations.downgrade(whole, "0043")
    migrations.upgrade(whole)
    world.stock(world.sku("CAP"), "A-09", 3)
    assert world.differences() == []
