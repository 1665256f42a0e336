"""Opening stock by command line: what waited for these goods goes on at once."""

from __future__ import annotations

from pathlib import Path

from tests.builders import World
from warehouse.orders.models import Order


def test_orders_held_for_want_of_goods_go_on_with_the_opening_stock(
    world: World, shell, tmp_path: Path
):
    world.site()
    world.bin("A-01")
    order_id = world.audited({world.sku("TEE"): 2})
    assert world.holds(order_id) == ["stock_short"]
    path = tmp_path / "stock.csv"
    path.write_text("货位,商家编码,数量\nA-01,TEE,7\n", encoding="utf-8")
    assert shell.json("stock import", str(path))["new"] == 1
    assert (world.state(Order, order_id), world.holds(order_id)) == ("clean", [])
