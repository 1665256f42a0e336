"""Pieces kept before count from the day of the migration on; going back leaves as many kept."""

from __future__ import annotations

import sqlalchemy as sa

from tests.builders import World
from warehouse import migrations
from warehouse.db import Database, utcnow
from warehouse.supplying.commands.terms import SetShare, set_share
from warehouse.supplying.models import ShopShare


def test_what_was_kept_stays_kept_and_is_sold_from_then_on(whole: Database):
    world = World(whole)
    tee, shop = world.sku("TEE"), world.shop()
    world.do(set_share, SetShare, by="boss", shop_id=shop, sku_id=tee.id, percent=20, kept=40)
    world.do(set_share, SetShare, by="boss", shop_id=shop, percent=50)
    before = utcnow()
    migrations.downgrade(whole, "0046")
    with whole.reading() as session:
        assert "kept_at" not in {
            c["name"] for c in sa.inspect(session.connection()).get_columns("shop_share")
        }
    migrations.upgrade(whole)
    every = [(s.shop_id, s.sku_id, s.percent, s.kept) for s in world.all(ShopShare)]
    assert every == [(shop, tee.id, 20, 40), (shop, None, 50, 0)]
    assert all(share.kept_at >= before for share in world.all(ShopShare))
