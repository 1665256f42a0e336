"""Goods in hand stay in hand through the migration and back; hands that ended are forgotten."""

from __future__ import annotations

from tests.builders import World
from tests.commands.test_counting_among_moves import carry
from warehouse import migrations
from warehouse.db import Database
from warehouse.inventory.models import PastHand
from warehouse.storing.commands.ending import EndHand, end_hand
from warehouse.storing.hands import HandKind, in_hands


def test_goods_in_hand_come_through_and_can_be_ended(whole: Database):
    world = World(whole)
    tee = world.sku()
    world.stock(tee, "A-1", 3)
    no = carry(world, tee, "A-1", 2)
    with whole.reading() as session:
        before = in_hands(session)
    migrations.downgrade(whole, "0035")
    migrations.upgrade(whole)
    with whole.reading() as session:
        assert in_hands(session) == before
    given = {"kind": HandKind.STOCK, "person_id": before[0].person_id, "no": no}
    world.do(end_hand, EndHand, **given)
    assert world.one(PastHand).is_back
    migrations.downgrade(whole, "0035")
    migrations.upgrade(whole)
    assert world.all(PastHand) == []
