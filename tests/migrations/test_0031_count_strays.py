"""What unknown codes were found goes to the passes that found them, and back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from tests.builders import World
from tests.counts import opened
from warehouse import migrations
from warehouse.counting.commands.goods import CountGoods, count_goods
from warehouse.counting.models import CountStray, CountTake, CountUnknown
from warehouse.db import Database


def test_unknown_codes_of_counts_under_way_get_their_passes(whole: Database):
    world = World(whole)
    world.stock(world.sku(), "A-1", 3)
    count = opened(world, "A-1")
    count.take("A-1", by="ann")
    take = count.take("A-1", by="bob", is_confirmed=True)
    for pieces in (2, 3):
        world.do(count_goods, CountGoods, by="bob", take_id=take, barcode="WHAT", pieces=pieces)
    unknown = world.one(CountUnknown)
    nobodys = {"session_id": count.id, "count_bin_id": unknown.count_bin_id, "pieces": 1}
    before = unknown.at - timedelta(days=9)
    world.add(CountUnknown(code="OLD", person_id=1, at=before, **nobodys))
    migrations.downgrade(whole, "0030")
    assert not sa.inspect(whole.engine).has_table("count_stray")
    migrations.upgrade(whole)
    (stray,) = world.all(CountStray)
    assert (stray.take_id, stray.code, stray.pieces, stray.at) == (take, "WHAT", 5, unknown.at)
    world.do(count_goods, CountGoods, by="bob", take_id=take, barcode="WHAT", pieces=-4)
    assert world.one(CountUnknown, code="WHAT").pieces == 1
    kept = world.rows()
    migrations.downgrade(whole, "0031")
    migrations.upgrade(whole)
    assert world.rows() == kept
    with pytest.raises(IntegrityError):  # one pass at a time, as before
        world.add(CountTake(count_bin_id=unknown.count_bin_id, person_id=1, kind="first",
                            opened_at=world.now, changes={}))  # fmt: skip
