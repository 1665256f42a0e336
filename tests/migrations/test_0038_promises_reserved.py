"""Promises that are reserved come through; a database where some are not is left as it is."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests.builders import Stage, World
from tests.stations import STEPS
from tests.tracked import by_lot, put
from warehouse import migrations
from warehouse.db import Database

TAKEN = "UPDATE {} SET reserved = reserved - 1 WHERE reserved > 0"


def run(database: Database, sql: str) -> None:
    with database.transaction() as session:
        session.execute(sa.text(sql))


def test_promises_come_through_and_are_guarded_from_then_on(whole: Database):
    world = World(whole)
    work = world.bring(Stage.TOTE_BOUND)
    before = world.rows()
    migrations.downgrade(whole, "0037")
    migrations.upgrade(whole)
    assert world.rows() == before
    with pytest.raises(IntegrityError, match="more is promised than reserved"):
        run(whole, TAKEN.format("stock_balance"))
    world.pick(world.open_tasks(work.wave_id)[0])
    assert world.differences() == []


@pytest.fixture
def promised(whole: Database) -> World:
    """Three of five pieces of a lot promised, and nobody there who guards that."""
    world = World(whole)
    world.site()
    goods = by_lot(world)
    put(world, goods, "A-1", 5, lot="L1", day=date(2027, 1, 1))
    STEPS[Stage.WAVED](world, world.released({goods: 3}))
    migrations.downgrade(whole, "0037")
    return world


def test_pieces_that_were_promised_and_not_reserved_are_reserved(promised: World):
    before = promised.rows()
    for table in ("stock_balance", "lot_balance"):
        run(promised.database, TAKEN.format(table))
    assert len(promised.differences()) == 2
    migrations.upgrade(promised.database)
    assert promised.rows() == before


@pytest.mark.parametrize("table", ["stock_balance", "lot_balance"])
def test_where_more_is_promised_than_there_is_it_says_where(promised: World, table: str):
    database = promised.database
    run(database, f"UPDATE {table} SET reserved = 0, on_hand = 2 WHERE reserved > 0")
    before = promised.rows()
    with pytest.raises(migrations.UnsoundData, match=r"there: A-1 SERUM \(3/2\)\."):
        migrations.upgrade(database)
    assert migrations.current_revision(database) == "0037"
    assert promised.rows() == before
    run(database, f"UPDATE {table} SET on_hand = 5 WHERE on_hand = 2")
    migrations.upgrade(database)
    assert promised.differences() == []
