"""A hold for an unfit lot goes back to one for stock, once, and the table comes through whole."""

from __future__ import annotations

from tests.builders import Stage, World
from warehouse import migrations
from warehouse.db import Database
from warehouse.orders.models import Hold, HoldKind, HoldOwner


def test_orders_stay_held_on_the_way_back_and_no_order_twice_for_one_thing(whole: Database):
    world = World(whole)
    work = world.bring(Stage.PICKED)
    other = world.released({work.goods["TEE"]: 1})
    for order_id, kinds in (
        (work.order_id, [HoldKind.LOT_UNFIT]),
        (other.order_id, [HoldKind.LOT_UNFIT, HoldKind.STOCK_SHORT]),
    ):
        for kind in kinds:
            world.add(Hold(order_id=order_id, kind=kind, owner=HoldOwner.STOCK,
                           raised_at=world.now, raised_by=1))  # fmt: skip
    kept = world.rows()
    migrations.downgrade(whole, "0027")
    migrations.upgrade(whole)
    assert world.holds(work.order_id) == world.holds(other.order_id) == [HoldKind.STOCK_SHORT]
    after = world.rows()
    assert len(after.pop("order_hold")) == len(kept.pop("order_hold")) - 1
    assert after == kept
