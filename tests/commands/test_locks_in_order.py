"""Who needs several rows takes them in the order of a pick: its consignment first, balances last.

Commands that take them in another order end in a ring with a picker; PostgreSQL ends that after a
second, and one of them begins again. Here a picker's first step is taken and held.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.builders import Stage, World
from tests.counts import opened
from tests.tracked import by_lot, put
from tests.waiting import until
from warehouse.db import Database
from warehouse.inventory.models import Allocation, Lot, StockBalance
from warehouse.orders.queries import consignment_by_id
from warehouse.tracing.commands.blocking import BlockLot, block_lot
from warehouse.waves.models import PickTask

_WAITING = sa.text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture(autouse=True)
def _several_writers(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("one writer at a time")


@contextmanager
def picking(world: World, consignment_id: int, act: Callable[[], object]) -> Iterator[Session]:
    """Hold a consignment as a pick does; let `act` begin and wait for it; it ends well after."""
    failed: list[Exception] = []

    def run() -> None:
        try:
            act()
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    with world.database.transaction() as session:
        consignment_by_id(session, consignment_id, lock=True)
        thread.start()
        assert until(lambda: _is_waited_for(world) or bool(failed))
        yield session
    thread.join()
    assert failed == []


def _is_waited_for(world: World) -> bool:
    with world.database.reading() as session:
        return bool(session.scalar(_WAITING))


def test_who_blocks_a_lot_waits_for_its_picks_with_empty_hands(world: World):
    world.site()
    goods = by_lot(world)
    put(world, goods, "A-1", 3, lot="L1", day=date(2027, 1, 1))
    work = world.bring(Stage.TOTE_BOUND, lines={goods: 2}, on_hand=0)
    lot_id, task_id = world.one(Lot).id, world.one(PickTask).id

    def block() -> None:
        world.do(block_lot, BlockLot, lot_id=lot_id, reason="smells")

    with picking(world, work.consignment_id, block) as session:
        session.get_one(PickTask, task_id, with_for_update={"nowait": True})
    assert world.one(Allocation).released == 2


def test_who_posts_a_count_waits_for_the_picks_of_its_bin_with_empty_hands(world: World):
    world.site()
    goods = world.sku()
    world.stock(goods, "A-01", 3)
    work = world.bring(Stage.TOTE_BOUND, lines={goods: 2}, on_hand=0)
    key = world.one(Allocation)
    count = opened(world, "A-01")
    for who in ("ann", "bob"):
        count.count("A-01", {}, by=who)
    count.approve()

    with picking(world, work.consignment_id, count.post) as session:
        session.get_one(StockBalance, (key.bin_id, key.sku_id), with_for_update={"nowait": True})
    assert world.balance("A-01", goods) == (0, 0, 0)
