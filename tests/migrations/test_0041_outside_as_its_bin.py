"""Balances take after their bins and do so from then on; what is below zero stops the migration."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests.builders import Stage, World
from tests.tracked import by_lot, put
from warehouse import migrations
from warehouse.db import Database
from warehouse.waves.models import Wave


@pytest.fixture
def before(whole: Database) -> World:
    """Five pieces of a lot on a shelf, work on others, and nobody who guards what is virtual."""
    world = World(whole)
    world.bring(Stage.TOTE_BOUND)
    put(world, by_lot(world), "B-1", 5, lot="L1")
    migrations.downgrade(whole, "0040")
    return world


def run(world: World, sql: str) -> None:
    with world.database.transaction() as session:
        session.execute(sa.text(sql))


def flagged(world: World) -> list[tuple[str, int]]:
    """Return which balances are virtual; other tables may be of another schema than the models."""
    with world.database.engine.connect() as connection:
        return [
            (table, row.bin_id)
            for table in ("stock_balance", "lot_balance")
            for row in connection.execute(
                sa.text(f"SELECT bin_id FROM {table} WHERE is_virtual ORDER BY bin_id")
            )
        ]


def test_balances_that_say_otherwise_than_their_bin_are_put_right_and_guarded(before: World):
    kept = flagged(before)
    for table in ("stock_balance", "lot_balance"):
        run(before, f"UPDATE {table} SET is_virtual = true WHERE reserved = 0 AND on_hand > 0")
    assert len(flagged(before)) > len(kept)
    migrations.upgrade(before.database)
    assert flagged(before) == kept
    with pytest.raises(IntegrityError, match="a balance is virtual where its bin is not"):
        run(before, "UPDATE stock_balance SET is_virtual = true WHERE reserved = 0")
    before.pick(before.open_tasks(before.one(Wave).id)[0])
    assert before.differences() == []


@pytest.mark.parametrize("table", ["stock_balance", "lot_balance"])
def test_where_a_shelf_is_below_zero_it_says_where(before: World, table: str):
    of_lot = f"{table} SET is_virtual = {{}}, on_hand = {{}} WHERE on_hand = {{}} AND bin_id ="
    here = "(SELECT id FROM bin WHERE code = 'B-1')"
    run(before, f"UPDATE {of_lot.format('true', -2, 5)} {here}")
    with pytest.raises(migrations.UnsoundData, match=r"not be: B-1 SERUM \(-2\)\."):
        migrations.upgrade(before.database)
    assert migrations.current_revision(before.database) == "0040"
    run(before, f"UPDATE {of_lot.format('false', 5, -2)} {here}")
    migrations.upgrade(before.database)
    assert before.differences() == []
