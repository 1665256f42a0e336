"""Stock keeps its moves and promises while the ledger learns lots and serial numbers."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from tests.builders import Stage, World
from warehouse import migrations
from warehouse.catalog.models import Bin, BinKind
from warehouse.db import Database
from warehouse.inventory.models import Allocation, Move, MoveReason

BEFORE = "0009"


def test_moves_and_promises_go_through_and_nothing_of_them_changes(whole: Database):
    world = World(whole)
    world.bring(Stage.HALF_PICKED)
    before = world.rows()
    migrations.downgrade(whole, BEFORE)
    migrations.upgrade(whole)
    after = world.rows()
    for table in ("move", "allocation", "sku", "station", "allocation_release"):
        assert after[table] == before[table]
    assert sorted(b.code for b in world.all(Bin) if b.kind is BinKind.DOCK) == ["DOCK"]
    assert world.differences() == []


def test_a_place_that_has_the_name_of_the_dock_keeps_it(whole: Database):
    migrations.downgrade(whole, BEFORE)
    insert = "INSERT INTO bin (code, kind, walk_order, is_active) VALUES ('DOCK', 'shelf', 1, "
    with whole.transaction() as session:
        session.execute(sa.text("DELETE FROM bin WHERE code IN ('DOCK', 'SCRAP', 'KITTING')"))
        session.execute(sa.text(insert + ("1)" if whole.is_sqlite else "true)")))
    migrations.upgrade(whole)
    kinds = {b.code: b.kind for b in World(whole).all(Bin)}
    assert kinds["DOCK"] is BinKind.SHELF
    assert kinds["FAHUO-DOCK"] is BinKind.DOCK


def test_what_was_moved_for_a_later_reason_is_still_a_move_of_before(whole: Database):
    world = World(whole)
    world.bring(Stage.READY)
    move = world.all(Move)[0]
    row = {c.name: getattr(move, c.name) for c in sa.inspect(Move).columns}
    with whole.transaction() as session:
        session.execute(
            sa.insert(Move).values(
                row | {"id": 900, "line_no": 7, "reason": MoveReason.RECEIVE, "pieces": 1}
            )
        )
    migrations.downgrade(whole, BEFORE)
    with whole.engine.connect() as connection:
        reason = connection.execute(sa.text("SELECT reason FROM move WHERE id = 900")).scalar()
    assert reason == "adjust"
    with pytest.raises(DatabaseError, match="history"), whole.transaction() as session:
        session.execute(sa.text("DELETE FROM move"))
    migrations.upgrade(whole)
    with pytest.raises(DatabaseError, match="history"), whole.transaction() as session:
        session.execute(sa.text("UPDATE move SET pieces = 2"))
    assert world.all(Allocation) == []
