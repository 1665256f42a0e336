"""An order tells which import brought it in, and what the shop changed on it since."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import Stage, World
from tests.commands.shopkeeper import Shopkeeper
from warehouse.orders.import_models import ImportRun
from warehouse.orders.models import Order
from warehouse.orders.queries import import_of
from warehouse.people.models import Trail

MOVED = {"收货地址": "浙江省 杭州市 滨江区 江南大道1号(310051)"}


@pytest.fixture
def shop(world: World, tmp_path: Path) -> Shopkeeper:
    return Shopkeeper(world, tmp_path)


def told(world: World) -> list[tuple[str, list[str]]]:
    """Return what the shop's changes left on the order's trail, in their order."""
    events = ("changed_by_shop", "receiver_changed")
    return [(row.event, row.facts["fields"]) for row in world.all(Trail) if row.event in events]


def test_an_order_knows_the_import_that_brought_it(world: World, shop: Shopkeeper) -> None:
    shop.imports(shop.orders({}, name="monday.csv"), shop.items({}))
    shop.imports(shop.orders({"订单状态": "卖家已发货，等待买家确认"}, name="tuesday.csv"))
    first, _second = world.all(ImportRun)
    with world.database.reading() as session:
        run = import_of(session, session.get_one(Order, world.one(Order).id))
        assert run is not None
        assert (run.id, [file["name"] for file in run.files]) == (
            first.id, ["monday.csv", "items.csv"]
        )  # fmt: skip


def test_an_order_of_no_import_says_so(world: World) -> None:
    work = world.bring(Stage.READY)
    with world.database.reading() as session:
        assert import_of(session, session.get_one(Order, work.order_id)) is None


def test_a_new_receiver_is_told_apart_from_other_news(world: World, shop: Shopkeeper) -> None:
    shop.imports(shop.orders({}), shop.items({}))
    assert told(world) == []
    shop.imports(shop.orders(MOVED | {"买家会员名": "tb_sun99"}))
    assert told(world) == [
        ("changed_by_shop", ["buyer"]),
        ("receiver_changed", ["receiver_district", "receiver_detail", "receiver_zip"]),
    ]
    shop.imports(shop.orders(MOVED | {"买家会员名": "tb_sun99"}))
    assert len(told(world)) == 2


def test_news_of_the_receiver_alone_says_nothing_of_the_rest(
    world: World, shop: Shopkeeper
) -> None:
    shop.imports(shop.orders({}), shop.items({}))
    shop.imports(shop.orders(MOVED))
    assert [event for event, _ in told(world)] == ["receiver_changed"]
