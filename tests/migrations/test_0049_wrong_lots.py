"""Notes of moves stay history while their reasons grow; a wrong lot is another reason before."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.builders import World
from warehouse import migrations
from warehouse.db import Database
from warehouse.placing.models import MoveNote, Why
from warehouse.storing.commands.moves import AdjustStock, Taken, adjust_stock


def test_reasons_come_through_and_back_and_stay_history(whole: Database):
    world = World(whole)
    world.stock(world.sku("TEE"), "A-01", 5)
    taken = Taken(bin="A-01", sku="TEE", pieces=1)
    for why in (Why.WRONG_LOT, Why.LOST):
        world.do(adjust_stock, AdjustStock, taken=taken, is_more=False, why=why, note="seen")
    migrations.downgrade(whole, "0048")
    migrations.upgrade(whole)
    notes = {(note.why, note.note) for note in world.all(MoveNote)}
    assert notes == {(Why.OTHER, "seen"), (Why.LOST, "seen")}
    for sql in ("UPDATE move_note SET note = ''", "DELETE FROM move_note"):
        with pytest.raises(sa.exc.DatabaseError, match="history"), whole.transaction() as session:
            session.execute(sa.text(sql))
    world.do(adjust_stock, AdjustStock, taken=taken, is_more=False, why=Why.WRONG_LOT)
