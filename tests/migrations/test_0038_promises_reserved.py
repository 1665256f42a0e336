"""Promises come through and are reserved; where a bin has fewer pieces, nothing is migrated."""

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


def balances(database: Database) -> list[tuple[int, ...]]:
    """Return what stands and is reserved; other tables may be of another schema than the models."""
    with database.engine.connect() as connection:
        return [
            tuple(row)
            for table in ("stock_balance", "lot_balance")
            for row in connection.execute(
                sa.text(f"SELECT bin_id, on_hand, reserved FROM {table} ORDER BY 1, 2")
            )
        ]


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
    before = balances(promised.database)
    for table in ("stock_balance", "lot_balance"):
        run(promised.database, TAKEN.format(table))
    assert balances(promised.database) != before
    migrations.upgrade(promised.database)
    assert balances(promised.database) == before
    assert promised.differences() == []


@pytest.mark.parametrize("table", ["stock_balance", "lot_balance"])
def test_where_more_is_promised_than_there_is_it_says_where(promised: World, table: str):
    database = promised.database
    run(database, f"UPDATE {table} SET reserved = 0, on_hand = 2 WHERE reserved > 0")
    before = balances(database)
    with pytest.raises(migrations.UnsoundData, match=r"there: A-1 SERUM \(3/2\)\."):
        migrations.upgrade(database)
    assert migrations.current_revision(database) == "0037"
    assert balances(database) == before
    run(database, f"UPDATE {table} SET on_hand = 5 WHERE on_hand = 2")
    migrations.upgrade(database)
    assert promised.differences() == []
