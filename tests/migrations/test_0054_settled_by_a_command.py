"""Settlements of before come through, and what came with them is found by their instant."""

from __future__ import annotations

import sqlalchemy as sa

from tests.builders import World
from tests.commands.test_exchange import faulty, sent
from tests.dock import Dock
from warehouse import migrations
from warehouse.db import Database
from warehouse.receiving.accounts import ExchangeReturn, Settlement
from warehouse.receiving.commands.settling import SettleExchange, settle_exchange
from warehouse.receiving.commands.taking_back import TakeBackSettlement, take_back_settlement


def test_a_settlement_of_before_is_taken_back_with_what_came(whole: Database):
    world = World(whole)
    world.site()
    dock = Dock(world)
    dock.supplier()
    tee = world.sku("TEE")
    faulty(dock, tee, 5)
    exchange_id, (line,) = sent(dock, {"TEE": 5})
    world.do(settle_exchange, SettleExchange, exchange_id=exchange_id, line_id=line.id,
             kind=Settlement.REPLACED, pieces=2)  # fmt: skip
    migrations.downgrade(whole, "0053")
    with whole.reading() as session:
        columns = sa.inspect(session.connection()).get_columns("exchange_return")
    assert "command_id" not in {column["name"] for column in columns}
    migrations.upgrade(whole)
    (kept,) = world.all(ExchangeReturn)
    assert (kept.pieces, kept.command_id, world.standing(tee)["DOCK"]) == (2, None, 2)
    world.do(take_back_settlement, TakeBackSettlement, exchange_id=exchange_id, return_id=kept.id,
             reason="a slip")  # fmt: skip
    assert "DOCK" not in world.standing(tee)
    assert world.differences() == []
