"""What a shop says once hands are on the order, or just before: it stops it every time."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from tests.builders import Stage, World
from tests.commands.shopkeeper import Shopkeeper
from tests.commands.test_stopping import put_down
from warehouse.commands import CommandRow, perform
from warehouse.orders.commands.holds import RaiseHold, ReleaseHold, raise_hold, release_hold
from warehouse.orders.commands.importing.chunk import ImportChunk, import_chunk
from warehouse.orders.commands.importing.known import Skus
from warehouse.orders.commands.importing.runs import StartImport, start_import
from warehouse.orders.commands.mapping import MapSku, map_sku
from warehouse.orders.commands.release import ReleaseOrders, release_orders
from warehouse.orders.models import Hold, HoldKind, SkuMapping
from warehouse.shops.reading import read_files
from warehouse.shops.rows import SourceFile
from warehouse.waves.commands import MakeWave, make_wave

ASKED = {"退款状态": "买家已经申请退款，等待卖家同意"}
ELSEWHERE = {"收货地址": "浙江省 杭州市 西湖区 龙井路12号(310012)"}


@pytest.fixture
def shop(world, tmp_path):
    """A shop whose one order was imported, and lies clean beside fifty pieces on a shelf."""
    world.site()
    world.stock(world.sku("TEE"), "A-01", 50)
    shop = Shopkeeper(world, tmp_path)
    shop.imports(shop.orders({}), shop.items({}))
    return shop


def test_a_refund_withdrawn_and_asked_for_again_stops_the_order(world: World, shop):
    shop.imports(shop.items(ASKED))
    shop.imports(shop.items({}))
    assert shop.holds() == set()
    world.bring(Stage.CHECKED, work=shop.release())
    shop.imports(shop.items(ASKED))
    assert shop.holds() == {HoldKind.REFUND}


def test_an_address_changed_to_and_fro_stops_the_order_each_time(world: World, shop):
    for address in (ELSEWHERE, {}, ELSEWHERE):
        work = world.bring(Stage.PICKED, work=shop.release())
        shop.imports(shop.orders(address))
        assert shop.holds() == {HoldKind.ADDRESS_CHANGED}
        put_down(world, work)
        shop.imports(shop.orders(address))
        assert shop.holds() == set()


def test_a_refund_let_pass_by_a_person_is_not_raised_again_for_the_same_line(world: World, shop):
    work = world.bring(Stage.PICKED, work=shop.release())
    shop.imports(shop.items(ASKED))
    world.unstop(work)
    shop.imports(shop.items({}))
    shop.imports(shop.items(ASKED))
    assert shop.holds() == set()


def test_a_refund_read_while_its_wave_is_made_stops_the_order(world: World, shop):
    if world.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    work = shop.release()
    command = world.command(MakeWave, consignment_ids=(work.consignment_id,))
    news = threading.Thread(target=shop.imports, args=(shop.items(ASKED),))
    with world.database.transaction() as session:
        perform(session, make_wave, command)
        news.start()
        news.join(0.5)
    news.join(90)
    assert shop.holds() == {HoldKind.REFUND}


def test_a_refund_let_pass_leaves_nothing_to_ship_and_no_empty_consignment(world: World, shop):
    shop.imports(shop.items(ASKED))
    (hold,) = [h for h in world.all(Hold) if h.released_at is None]
    world.do(release_hold, ReleaseHold, by="clerk", hold_id=hold.id, note="they agreed")
    assert shop.holds() == {HoldKind.NO_LINES}
    outcome = world.do(release_orders, ReleaseOrders, order_ids=(shop.order().id,))
    assert outcome.facts["released"] == 0
    shop.imports(shop.items({}))
    assert shop.holds() == set()


def test_a_person_taking_up_a_hold_of_the_shop_keeps_it_when_the_shop_lets_go(world: World, shop):
    shop.imports(shop.items(ASKED))
    order_id = shop.order().id
    world.do(
        raise_hold, RaiseHold, order_id=order_id, kind=HoldKind.REFUND, note="same buyer as before"
    )
    shop.imports(shop.items({}))
    (hold,) = [h for h in world.all(Hold, order_id=order_id) if h.released_at is None]
    assert (hold.kind, hold.note) == (HoldKind.REFUND, "same buyer as before")
    world.do(release_hold, ReleaseHold, by="clerk", hold_id=hold.id, note="looked at")
    assert shop.holds() == set()


@pytest.mark.parametrize(
    "said", [{"商家编码": "RED"}, {"商家编码": "NEVER-SEEN", "商品属性": "颜色分类:红色;尺码:M"}]
)
def test_other_goods_at_the_shop_stop_the_order_in_work(world: World, shop, said):
    world.sku("RED")
    work = world.bring(Stage.PICKED, work=shop.release())
    shop.imports(shop.items(said))
    assert shop.holds() == {HoldKind.MANUAL}
    world.unstop(work)
    shop.imports(shop.items(said))
    assert shop.holds() == set()


def test_a_report_without_codes_and_properties_is_no_other_goods(world: World, shop):
    world.bring(Stage.PICKED, work=shop.release())
    shop.imports(shop.items({"商家编码": "", "商品属性": ""}))
    assert shop.holds() == set()


def test_an_item_without_code_changed_before_work_is_another_sku(world: World, tmp_path):
    world.site()
    shop = Shopkeeper(world, tmp_path)
    nameless = {"商家编码": "", "商品属性": "颜色分类:黑色"}
    shop.imports(shop.orders({}), shop.items(nameless))
    goods = world.sku("TEE")
    world.stock(goods, "A-01", 9)
    asked = world.all(SkuMapping)[0]
    world.do(map_sku, MapSku, mapping_id=asked.id, sku="TEE")
    assert (shop.holds(), shop.lines()[0].sku_id) == (set(), goods.id)
    shop.imports(shop.items(nameless | {"商品属性": "颜色分类:白色"}))
    assert (shop.holds(), shop.lines()[0].sku_id) == ({HoldKind.UNKNOWN_SKU}, None)


def test_no_tablet_and_no_machine_can_use_up_the_id_of_a_chunk(world: World, shop):
    made = [c.id for c in world.all(CommandRow) if c.name in ("ImportChunk", "KeepRejects")]
    assert len(made) == 2
    assert all(":" in own_id for own_id in made)  # neither the forms nor the API take one of these


NAMELESS = {"商家编码": "OURS-TEE", "商品标题": "另一件", "标题": "另一件"}
SECOND = "3100000000000000099"


def of_second(columns: dict[str, str]) -> dict[str, str]:
    """Return the row for a second order of the same item."""
    return columns | {"订单编号": SECOND, "主订单编号": SECOND, "子订单编号": f"{SECOND[:-1]}8"}


@pytest.fixture
def unmapped(world: World, shop) -> int:
    """An order of something the shop calls by a name of its own; the id of the open question."""
    if world.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    shop.imports(shop.orders(of_second({})), shop.items(of_second(NAMELESS)))
    return world.one(SkuMapping, seller_code="OURS-TEE").id


def other_order(columns: dict[str, str]) -> dict[str, str]:
    third = "3100000000000000123"
    return columns | {"订单编号": third, "主订单编号": third, "子订单编号": "3100000000000000124"}


def test_a_sku_named_while_an_import_asks_for_it_reaches_its_lines(world: World, shop, unmapped):
    files = (shop.orders(other_order({})), shop.items(other_order(NAMELESS)))
    command = world.command(MapSku, mapping_id=unmapped, sku="TEE")
    reading = threading.Thread(target=shop.imports, args=files)
    with world.database.transaction() as session:
        perform(session, map_sku, command)
        reading.start()
        reading.join(0.7)
    reading.join(90)
    (line,) = shop.lines("3100000000000000123")
    assert line.sku_id is not None
    assert shop.holds("3100000000000000123") == set()


def test_a_sku_named_before_the_import_is_through_reaches_its_lines(world: World, shop, unmapped):
    run = {"files": ({"name": "a", "path": "a", "bytes": 1},), "is_running": True}
    run_id = world.do(start_import, StartImport, **run).subject_id
    sources = [SourceFile(path=p, name=p.name) for p in (
        shop.orders(other_order({})), shop.items(other_order(NAMELESS)),
    )]  # fmt: skip
    with read_files(sources, zone=shop.config.time_zone) as batch:
        orders = next(iter(batch.orders(500)))
    chunk = world.command(ImportChunk, run_id=run_id, number=0)
    taken_in = partial(import_chunk, orders=orders, skus=Skus())
    answer = world.overlap(
        (taken_in, chunk), (map_sku, world.command(MapSku, mapping_id=unmapped, sku="TEE"))
    )
    assert answer.facts == {"orders": 2}
    assert all(line.sku_id is not None for line in shop.lines("3100000000000000123"))
