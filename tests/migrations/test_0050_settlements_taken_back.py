"""What was settled comes through; what was taken back is gone with its counter-entry."""

from __future__ import annotations

from tests.builders import World
from tests.commands.test_exchange import faulty, sent
from tests.dock import Dock
from warehouse import migrations
from warehouse.db import Database
from warehouse.receiving.accounts import ExchangeLine, ExchangeReturn, Settlement
from warehouse.receiving.commands.settling import SettleExchange, settle_exchange
from warehouse.receiving.commands.taking_back import TakeBackSettlement, take_back_settlement


def test_settled_pieces_come_through_and_those_taken_back_are_open(whole: Database):
    world = World(whole)
    world.site()
    dock = Dock(world)
    dock.supplier()
    faulty(dock, world.sku("TEE"), 5)
    exchange_id, (line,) = sent(dock, {"TEE": 5})
    given = {"exchange_id": exchange_id, "line_id": line.id, "kind": Settlement.REPLACED}
    for pieces in (2, 1):
        world.do(settle_exchange, SettleExchange, pieces=pieces, **given)
    first, wrong = (entry.id for entry in world.all(ExchangeReturn))
    world.do(take_back_settlement, TakeBackSettlement, exchange_id=exchange_id, return_id=wrong,
             reason="a slip")  # fmt: skip
    migrations.downgrade(whole, "0049")
    migrations.upgrade(whole)
    (kept,) = world.all(ExchangeReturn)
    assert (kept.id, kept.pieces, kept.takes_back_id) == (first, 2, None)
    assert world.one(ExchangeLine).settled == 2
    assert world.differences() == []
