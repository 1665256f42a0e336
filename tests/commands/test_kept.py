"""Pieces kept for a shop: until its orders took them, however many orders there are."""

from __future__ import annotations

import pytest

from tests.builders import World
from tests.commands.test_supplying import asked
from tests.plans import plan, sent_by
from warehouse.catalog.models import Sku
from warehouse.orders.models import Shop
from warehouse.supplying.commands.terms import SetShare, set_share
from warehouse.supplying.models import ShopShare
from warehouse.supplying.offers import offers_of


def kept(world: World) -> int:
    """Return how many TEE are still kept for the one shop."""
    with world.database.reading() as session:
        found = offers_of(session, asked(world), sku_ids=[world.one(Sku, code="TEE").id])
    return sum(offer.share.kept for offer in found)


@pytest.mark.parametrize(("is_paid_before", "left"), [(True, 5), (False, 3)])
def test_orders_paid_after_the_keeping_take_of_what_is_kept(world, stocked, is_paid_before, left):
    mug = world.sku("MUG").id
    world.do(set_share, SetShare, shop_id=world.shop(), sku_id=mug, kept=1)  # before all else
    unpaid = stocked.orders({"订单状态": "等待买家付款"})
    stocked.imports(unpaid, stocked.items({}))
    if is_paid_before:
        stocked.imports(stocked.orders({}), stocked.items({}))
    (order,) = stocked.order().lines
    given = {"shop_id": stocked.order().shop_id, "sku_id": order.sku_id, "kept": 5}
    world.do(set_share, SetShare, **given)
    assert kept(world) == 5
    stocked.imports(stocked.orders({}), stocked.items({}))
    assert (order.pieces, kept(world)) == (2, left)


def test_an_order_that_came_without_its_lines_hides_none_of_what_was_sold(world: World):
    world.site()
    tee, shop = world.sku("TEE"), world.shop()
    world.order({})
    world.do(set_share, SetShare, shop_id=shop, sku_id=tee.id, kept=10)
    world.order({tee: 4})
    assert kept(world) == 6


def test_a_new_percent_keeps_no_pieces_anew(world: World):
    world.site()
    tee, shop = world.sku("TEE"), world.shop()
    world.stock(tee, "A-01", 100)
    facts = {"shop_id": shop, "sku_id": tee.id}
    world.do(set_share, SetShare, **facts, kept=40, shown=0)
    world.released({tee: 15})
    shown = kept(world)
    world.released({tee: 10})  # while the page is open
    world.do(set_share, SetShare, **facts, percent=50, kept=shown, shown=shown)
    assert (shown, world.one(ShopShare).percent, kept(world)) == (25, 50, 15)
    world.do(set_share, SetShare, **facts, percent=50, kept=20, shown=15)
    assert kept(world) == 20


def test_a_share_reads_the_newest_lines_of_its_sku_and_stops(world: World):
    world.site()
    tee, mug, shop = world.sku("TEE"), world.sku("MUG"), world.shop()
    other = world.add(Shop(code="PDD", name="P", platform="pdd")).id
    world.do(set_share, SetShare, shop_id=shop, sku_id=tee.id, kept=4)
    world.do(set_share, SetShare, shop_id=other, sku_id=mug.id, kept=900)
    world.order({tee: 1})
    with sent_by(world.database) as sent, world.database.reading() as session:
        offers_of(session, asked(world), sku_ids=[tee.id])
    ((statement, given),) = [
        one for one in sent if "shop_share" in one[0] and "order_line" in one[0]
    ]
    assert "LIMIT" in statement
    numbers = list(given.values() if isinstance(given, dict) else given)
    assert 4 in numbers
    assert 900 not in numbers
    steps = plan(world.database, statement, given)
    assert any("ix_order_line_sku_id_id" in step for step in steps)
    assert not any("TEMP B-TREE" in step for step in steps)
    with sent_by(world.database) as sent, world.database.reading() as session:
        offers_of(session, asked(world), sku_ids=[world.sku("CAP").id])
    assert not [one for one in sent if "shop_share" in one[0] and "order_line" in one[0]]
