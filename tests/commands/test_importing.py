"""Importing on both databases: what is new, what changed, what is on its way, what was refused."""

from __future__ import annotations

import csv
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
import sqlalchemy as sa

from tests.builders import Stage, World
from warehouse.catalog.models import Sku
from warehouse.commands import Actor, execute
from warehouse.config import Config
from warehouse.errors import InvalidInput, OrderStopped
from warehouse.orders.commands.importing.facts import ORDER_COLUMNS, order_values
from warehouse.orders.commands.importing.runs import StartImport, start_import, take_up
from warehouse.orders.commands.release import ReleaseOrders, release_orders
from warehouse.orders.importing import (
    changes_of,
    import_files,
    rejects_of,
    run_waiting_import,
)
from warehouse.orders.models import (
    Consignment,
    Hold,
    HoldKind,
    ImportRun,
    ImportState,
    LineState,
    Order,
    OrderLine,
    OrderState,
    Shop,
    ShopState,
    SkuMapping,
)
from warehouse.packing.commands.start import StartPacking, start_packing
from warehouse.people.models import Trail
from warehouse.shops.reading import read_files
from warehouse.shops.refusals import FileRefused
from warehouse.shops.taobao import ITEM_EDITIONS, ORDER_EDITIONS

NUMBER = "3100000000000000017"
ORDER = {
    "订单编号": NUMBER,
    "买家会员名": "tb_rain88",
    "买家应付货款": "118.00",
    "总金额": "118.00",
    "买家实际支付金额": "118.00",
    "订单状态": "买家已付款，等待卖家发货",
    "收货人姓名": "林小满",
    "收货地址": "浙江省 杭州市 西湖区 文三路90号3幢201室(310012)",
    "联系手机": "'13800001234",
    "订单创建时间": "2026-02-11 20:30:00",
    "订单付款时间": "2026-02-11 20:31:10",
    "店铺名称": "示例旗舰店",
}
LINE = {
    "主订单编号": NUMBER,
    "子订单编号": "3100000000000000018",
    "商品标题": "纯棉T恤",
    "标题": "纯棉T恤",
    "订单编号": NUMBER,
    "商品价格": "59.00",
    "价格": "59.00",
    "购买数量": "2",
    "商品属性": "颜色分类:黑色;尺码:M",
    "商家编码": "TEE",
    "订单状态": "买家已付款，等待卖家发货",
    "退款状态": "没有申请退款",
    "退款金额": "无退款申请",
}


class Shopkeeper:
    """Exports reports and imports them into the world's database."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder
        self.config = Config(
            database_url=str(world.database.url), data_dir=folder, secret_key="test"
        )
        self.made = 0

    def write(self, columns, rows, name):
        path = self.folder / name
        with path.open("w", encoding="gb18030", newline="") as stream:
            csv.writer(stream).writerows(
                [columns, *([row.get(c.strip(), "") for c in columns] for row in rows)]
            )
        return path

    def orders(self, *orders, edition="taobao_order_2023", name="orders.csv"):
        return self.write(ORDER_EDITIONS[edition], [ORDER | order for order in orders], name)

    def items(self, *lines, edition="taobao_item_2024", name="items.csv"):
        return self.write(ITEM_EDITIONS[edition], [LINE | line for line in lines], name)

    def imports(self, *paths, **options):
        """Import the files; the counts as (new, changed, unchanged, lines new, rejected)."""
        self.summary = import_files(
            self.world.database,
            paths,
            self.config,
            actor=Actor(person_id=1),
            clock=self.world.tick,
            **options,
        )
        s = self.summary
        return (
            s.orders_new, s.orders_changed, s.orders_unchanged, s.lines_new, s.rows_rejected,
        )  # fmt: skip

    def changes(self):
        """The fields noted by the last import, as (field, old, new, applied)."""
        found = changes_of(self.world.database, self.summary.run_id)
        return [(c.field, c.old, c.new, c.is_applied) for c in found]

    def rejects(self):
        found = rejects_of(self.world.database, self.summary.run_id)
        return [(r.file, r.row_no, r.column, r.value, r.reason["msgid"][:30]) for r in found]

    def order(self, number=NUMBER):
        return self.world.one(Order, order_no=number)

    def release(self):
        """Release the order; returns the work it makes."""
        order_id = self.order().id
        self.world.do(release_orders, ReleaseOrders, order_ids=(order_id,))
        return self.world.work_of(order_id)

    def lines(self, number=NUMBER):
        return self.world.all(OrderLine, order_id=self.order(number).id)

    def holds(self, number=NUMBER):
        return set(self.world.holds(self.order(number).id))


@pytest.fixture
def shop(world, tmp_path):
    world.settings(hold_merge_candidates=False)
    return Shopkeeper(world, tmp_path)


@pytest.fixture
def stocked(world, shop):
    """A shop whose one item lies on a shelf."""
    world.carrier()
    world.carton()
    world.settings(default_carrier_code="ZTO")
    world.stock(world.sku("TEE"), "A-01", 50)
    return shop


def begun(world, shop, stage=Stage.HALF_PICKED):
    """Import the order and bring it to a stage; returns the work."""
    shop.imports(shop.orders({}), shop.items({}))
    return world.bring(stage, work=shop.release())


# What is new


def test_a_pair_of_reports_becomes_an_order_with_its_lines(world, stocked):
    goods = world.one(Sku, code="TEE").id
    assert stocked.imports(stocked.orders({}), stocked.items({})) == (1, 0, 0, 1, 0)
    order = stocked.order()
    assert (order.state, order.shop_state, order.shop.name) == (
        OrderState.CLEAN, ShopState.PAID, "示例旗舰店",
    )  # fmt: skip
    assert (order.receiver_name, order.receiver_phone, order.receiver_detail) == (
        "林小满", "13800001234", "文三路90号3幢201室",
    )  # fmt: skip
    assert order.created_at == datetime(2026, 2, 11, 12, 30, tzinfo=UTC)
    assert (order.payment_fen, order.version, order.is_masked) == (11800, 1, False)
    [line] = stocked.lines()
    assert (line.line_key, line.sku_id, line.pieces, line.price_fen, line.state) == (
        "3100000000000000018", goods, 2, 5900, LineState.OPEN,
    )  # fmt: skip
    assert world.one(Shop).platform == "taobao"


def test_the_same_files_again_add_and_change_nothing(stocked):
    paths = stocked.orders({}), stocked.items({}, {"子订单编号": "9"})
    assert stocked.imports(*paths) == (1, 0, 0, 2, 0)
    before = stocked.world.rows()
    assert stocked.imports(*paths) == (0, 0, 1, 0, 0)
    after = stocked.world.rows()
    for table in ("shop_order", "order_line", "order_hold", "sku_mapping", "shop"):
        assert after[table] == before[table]


def test_an_overlapping_file_adds_only_what_is_new(stocked):
    other = {"订单编号": "3100000000000000099"}
    line = {"主订单编号": "3100000000000000099", "子订单编号": "98"}
    stocked.imports(stocked.orders({}), stocked.items({}))
    assert stocked.imports(stocked.orders({}, other), stocked.items({}, line)) == (1, 0, 1, 1, 0)


def test_an_old_report_and_a_new_one_name_the_same_lines(stocked):
    legacy = stocked.items({}, edition="taobao_item_legacy", name="old.csv")
    assert stocked.imports(stocked.orders({}), legacy) == (1, 0, 0, 1, 0)
    assert stocked.imports(stocked.orders({}), stocked.items({})) == (0, 0, 1, 0, 0)
    assert [line.line_key for line in stocked.lines()] == ["3100000000000000018"]
    assert stocked.imports(stocked.orders({}), legacy) == (0, 0, 1, 0, 0)
    assert [line.line_key for line in stocked.lines()] == ["3100000000000000018"]


def test_an_order_report_alone_waits_for_its_lines(stocked):
    assert stocked.imports(stocked.orders({})) == (1, 0, 0, 0, 0)
    assert stocked.holds() == {HoldKind.NO_LINES}
    assert stocked.imports(stocked.items({})) == (0, 1, 0, 1, 0)
    assert (stocked.holds(), stocked.order().state) == (set(), OrderState.CLEAN)


def test_an_item_report_alone_is_refused_row_by_row_for_unknown_orders(stocked):
    assert stocked.imports(stocked.items({}, {"子订单编号": "9"})) == (0, 0, 0, 0, 2)
    assert stocked.rejects() == [
        ("items.csv", 2, "", NUMBER, "This order is not known, and n"),
        ("items.csv", 3, "", NUMBER, "This order is not known, and n"),
    ]


def test_bad_rows_are_kept_with_their_place_and_good_ones_go_in(stocked):
    bad = [{"订单编号": "5.1E+18"}, {"订单编号": "31", "总金额": "many"}]
    assert stocked.imports(stocked.orders(*bad, {}), stocked.items({})) == (1, 0, 0, 1, 2)
    assert stocked.rejects() == [
        ("orders.csv", 2, "订单编号", "5.1E+18", "A spreadsheet program has cut "),
        ("orders.csv", 3, "总金额", "many", "This is not an amount of money"),
    ]
    run = stocked.world.one(ImportRun)
    assert (run.state, run.rows_done, run.rows_total, run.rows_rejected) == (
        ImportState.DONE, 4, 4, 2,
    )  # fmt: skip


def test_an_order_that_lost_a_line_is_held_until_the_line_comes(stocked):
    lines = [{}, {"子订单编号": "9", "购买数量": "two"}]
    assert stocked.imports(stocked.orders({}), stocked.items(*lines)) == (1, 0, 0, 1, 1)
    assert stocked.holds() == {HoldKind.MANUAL}
    lines[1]["购买数量"] = "2"
    assert stocked.imports(stocked.orders({}), stocked.items(*lines)) == (0, 1, 0, 1, 0)
    assert (stocked.holds(), stocked.order().state) == (set(), OrderState.CLEAN)


def test_a_refused_file_writes_nothing_but_the_run_that_says_so(stocked):
    bad = stocked.folder / "bad.csv"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(FileRefused):
        stocked.imports(stocked.orders({}), bad)
    assert stocked.world.all(Order) == []
    run = stocked.world.one(ImportRun)
    assert (run.state, run.problem["params"]["file"]) == (ImportState.FAILED, "bad.csv")


def test_hostile_texts_are_stored_as_they_are(stocked):
    memo = "'; DROP TABLE shop_order; -- <script>alert(1)</script> 👩‍👩‍👧 مرحبا {0.x} %s"
    stocked.imports(stocked.orders({"买家留言": memo, "订单备注": "备" * 4000}), stocked.items({}))
    assert (stocked.order().buyer_message, len(stocked.order().seller_memo)) == (memo, 4000)
    assert stocked.holds() == {HoldKind.REMARK}


# States


@pytest.mark.parametrize(
    ("text", "state", "ours", "holds"),
    [
        ("等待买家付款", ShopState.UNPAID, OrderState.HELD, {HoldKind.UNPAID}),
        ("定金已付", ShopState.UNKNOWN, OrderState.HELD, {HoldKind.UNKNOWN_STATUS}),
        ("交易关闭", ShopState.CLOSED, OrderState.CANCELLED, set()),
        ("交易成功", ShopState.FINISHED, OrderState.CLOSED, set()),
    ],
)
def test_the_shops_state_decides_what_becomes_of_a_new_order(stocked, text, state, ours, holds):
    stocked.imports(stocked.orders({"订单状态": text}), stocked.items({}))
    order = stocked.order()
    assert (order.shop_state, order.shop_state_text, order.state) == (state, text, ours)
    assert stocked.holds() == holds


@pytest.mark.parametrize(
    ("cells", "state", "holds"),
    [
        ({"退款状态": "买家已经申请退款，等待卖家同意"}, LineState.REFUND_ASKED, {HoldKind.REFUND}),
        ({"退款状态": "没有见过的"}, LineState.REFUND_ASKED, {HoldKind.REFUND}),
        ({"退款状态": "退款关闭"}, LineState.OPEN, set()),
        ({"退款状态": "退款成功", "退款金额": "5.00"}, LineState.OPEN, set()),
        (
            {"退款状态": "退款成功", "退款金额": "118.00"},
            LineState.REFUNDED,
            {HoldKind.CLOSED_LINE, HoldKind.NO_LINES},
        ),
        (
            {"退款状态": "退款成功", "退款金额": "5.00", "订单状态": "交易关闭"},
            LineState.REFUNDED,
            {HoldKind.CLOSED_LINE, HoldKind.NO_LINES},
        ),
        ({"订单状态": "交易关闭"}, LineState.CLOSED, {HoldKind.CLOSED_LINE, HoldKind.NO_LINES}),
        ({"订单状态": "没有见过的"}, LineState.OPEN, {HoldKind.UNKNOWN_STATUS}),
    ],
)
def test_the_state_of_a_line_is_its_own(stocked, cells, state, holds):
    stocked.imports(stocked.orders({}), stocked.items(cells))
    assert [line.state for line in stocked.lines()] == [state]
    assert stocked.holds() == holds


def test_a_masked_receiver_is_taken_in_and_held(stocked):
    cells = {"收货人姓名": "林**", "联系手机": "*******1234"}
    stocked.imports(stocked.orders(cells), stocked.items({}))
    assert (stocked.order().is_masked, stocked.holds()) == (True, {HoldKind.MASKED_RECEIVER})


# SKUs


def test_an_unknown_sku_goes_to_the_mapping_page_once(world, shop):
    lines = [{"子订单编号": str(n), "商家编码": "WHAT-1"} for n in range(3)]
    shop.imports(shop.orders({}), shop.items(*lines))
    [mapping] = world.all(SkuMapping)
    assert (mapping.seller_code, mapping.title, mapping.properties, mapping.sku_id) == (
        "WHAT-1", "纯棉T恤", "颜色分类:黑色;尺码:M", None,
    )  # fmt: skip
    assert HoldKind.UNKNOWN_SKU in shop.holds()
    shop.imports(shop.orders({}), shop.items(*lines))
    assert len(world.all(SkuMapping)) == 1


def test_a_line_without_a_code_is_known_by_title_and_properties(world, shop):
    lines = [
        {"子订单编号": "1", "商家编码": ""},
        {"子订单编号": "2", "商家编码": "", "商品属性": "颜色分类:白色;尺码:M"},
    ]
    shop.imports(shop.orders({}), shop.items(*lines))
    assert [m.properties for m in world.all(SkuMapping)] == [
        "颜色分类:黑色;尺码:M",
        "颜色分类:白色;尺码:M",
    ]


def test_what_was_mapped_is_found_by_the_next_import(world, shop):
    paths = shop.orders({}), shop.items({"商家编码": "WHAT-1"})
    shop.imports(*paths)
    goods = world.sku("TEE")
    with world.database.transaction() as session:
        session.execute(sa.update(SkuMapping).values(sku_id=goods.id))
    assert shop.imports(*paths) == (0, 0, 1, 0, 0)
    assert [line.sku_id for line in shop.lines()] == [goods.id]
    assert HoldKind.UNKNOWN_SKU not in shop.holds()


def test_a_barcode_of_one_piece_names_a_sku_and_a_pack_does_not(world, shop):
    goods = world.sku("TEE")
    lines = [
        {"子订单编号": "1", "商家编码": goods.barcode},
        {"子订单编号": "2", "商家编码": goods.pack},
        {"子订单编号": "3", "商家编码": "", "外部系统编号": "TEE"},
    ]
    shop.imports(shop.orders({}), shop.items(*lines))
    assert [line.sku_id for line in shop.lines()] == [goods.id, None, goods.id]


def test_a_service_line_needs_no_sku(world, stocked):
    service = {
        "子订单编号": "9", "商品标题": "送货入户并安装", "商家编码": "", "商品价格": "0.00",
    }  # fmt: skip
    stocked.imports(stocked.orders({}), stocked.items({}, service))
    assert [line.is_service for line in stocked.lines()] == [False, True]
    assert (world.all(SkuMapping), stocked.order().state) == ([], OrderState.CLEAN)


# What changed, and nobody has begun


def test_a_changed_field_is_applied_and_reported_with_its_personal_part_hidden(stocked):
    stocked.imports(stocked.orders({}), stocked.items({}))
    changed = {
        "收货人姓名": "王大锤",
        "联系手机": "13911112222",
        "收货地址": "江苏省 南京市 鼓楼区 中山北路1号5幢302室(210009)",
        "订单备注": "改发顺丰 13711112222",
    }
    assert stocked.imports(stocked.orders(changed), stocked.items({})) == (0, 1, 0, 0, 0)
    order = stocked.order()
    assert (order.receiver_name, order.receiver_city, order.seller_memo, order.version) == (
        "王大锤", "南京市", "改发顺丰 13711112222", 2,
    )  # fmt: skip
    changes = {field: (old, new, applied) for field, old, new, applied in stocked.changes()}
    assert changes["receiver_city"] == ("杭州市", "南京市", True)
    assert changes["receiver_name"] == ("林**", "王**", True)
    shown = repr(changes)
    for secret in ("林小满", "王大锤", "13911112222", "13711112222", "302室"):
        assert secret not in shown
    [event] = [t for t in stocked.world.all(Trail) if t.event == "receiver_changed"]
    assert "receiver_city" in event.facts["fields"]
    assert stocked.holds() == {HoldKind.REMARK}


def test_paying_lets_the_order_go(stocked):
    stocked.imports(stocked.orders({"订单状态": "等待买家付款"}), stocked.items({}))
    assert stocked.holds() == {HoldKind.UNPAID}
    assert stocked.imports(stocked.orders({}), stocked.items({})) == (0, 1, 0, 0, 0)
    assert (stocked.holds(), stocked.order().state) == (set(), OrderState.CLEAN)


def test_a_column_the_file_lacks_changes_nothing(stocked):
    stocked.imports(stocked.orders({"订单备注": "礼盒"}), stocked.items({}))
    short = stocked.orders({"买家实付金额": "118.00"}, edition="qianniu_order_2026")
    assert stocked.imports(short, stocked.items({})) == (0, 0, 1, 0, 0)
    assert stocked.order().seller_memo == "礼盒"


def test_an_old_file_does_not_turn_the_clock_back(stocked):
    old = stocked.orders({"订单状态": "等待买家付款", "订单备注": "旧"}, name="old.csv")
    new = stocked.orders({"订单备注": "新"}, name="new.csv")
    stocked.imports(new, stocked.items({}))
    assert stocked.imports(old, stocked.items({})) == (0, 0, 1, 0, 0)
    assert (stocked.order().shop_state, stocked.order().seller_memo) == (ShopState.PAID, "新")


def test_a_receiver_the_platform_hides_later_is_no_change_of_address(stocked):
    stocked.imports(stocked.orders({}), stocked.items({}))
    hidden = {
        "收货人姓名": "林**",
        "联系手机": "*******1234",
        "收货地址": "浙江省 杭州市 西湖区 ****",
    }
    assert stocked.imports(stocked.orders(hidden), stocked.items({})) == (0, 0, 1, 0, 0)
    assert stocked.order().receiver_name == "林小满"
    moved = hidden | {"收货地址": "江苏省 南京市 鼓楼区 ****"}
    assert stocked.imports(stocked.orders(moved), stocked.items({})) == (0, 1, 0, 0, 0)
    assert (stocked.order().receiver_city, stocked.order().is_masked) == ("南京市", True)


def test_a_released_order_nobody_has_begun_comes_back_to_be_looked_at(world, stocked):
    stocked.imports(stocked.orders({}), stocked.items({}))
    work = stocked.release()
    assert stocked.imports(
        stocked.orders({"修改后的收货地址": "江苏省 南京市 鼓楼区 中山北路1号"}), stocked.items({})
    ) == (0, 1, 0, 0, 0)
    order = stocked.order()
    assert (order.state, order.consignment_id, order.receiver_city) == (
        OrderState.CLEAN, None, "南京市",
    )  # fmt: skip
    assert world.state(Consignment, work.consignment_id) == "dissolved"


def test_a_quiet_change_leaves_a_released_order_released(world, stocked):
    stocked.imports(stocked.orders({}), stocked.items({}))
    stocked.release()
    assert stocked.imports(stocked.orders({"买家实际支付金额": "117.00"}), stocked.items({})) == (
        0,
        1,
        0,
        0,
        0,
    )
    assert (stocked.order().state, stocked.order().payment_fen) == (OrderState.RELEASED, 11700)


def test_changed_lines_are_applied_and_the_order_audited(stocked):
    stocked.imports(stocked.orders({}), stocked.items({}))
    asked = {"退款状态": "买家已经申请退款，等待卖家同意", "购买数量": "3"}
    assert stocked.imports(stocked.orders({}), stocked.items(asked)) == (0, 1, 0, 0, 0)
    assert stocked.changes() == [
        ("line 3100000000000000018: pieces", "2", "3", True),
        ("line 3100000000000000018: state", "open", "refund_asked", True),
    ]
    assert stocked.holds() == {HoldKind.REFUND}
    assert stocked.imports(stocked.orders({}), stocked.items({"购买数量": "3"})) == (0, 1, 0, 0, 0)
    assert stocked.holds() == set()


# On its way


def test_a_refund_stops_the_order_at_its_next_scan(world, stocked):
    work = begun(world, stocked, Stage.PICKED)
    asked = {"退款状态": "买家已经申请退款，等待卖家同意"}
    assert stocked.imports(stocked.orders({}), stocked.items(asked)) == (0, 0, 1, 0, 0)
    assert stocked.holds() == {HoldKind.REFUND}
    assert stocked.order().state is OrderState.RELEASED
    world.refused(OrderStopped, start_packing, StartPacking, by="packer", barcode=work.tote)


def test_a_changed_address_stops_and_changes_nothing(world, stocked):
    begun(world, stocked)
    changed = {"收货地址": "江苏省 南京市 鼓楼区 中山北路1号(210009)", "订单备注": "快"}
    assert stocked.imports(stocked.orders(changed), stocked.items({})) == (0, 0, 1, 0, 0)
    order = stocked.order()
    assert (order.receiver_city, order.seller_memo, order.version) == ("杭州市", "", 1)
    assert stocked.holds() == {HoldKind.ADDRESS_CHANGED}
    assert {(field, applied) for field, _, _, applied in stocked.changes()} >= {
        ("receiver_city", False),
        ("seller_memo", False),
    }
    run = stocked.world.all(ImportRun)[-1]
    assert (run.orders_untouched, run.orders_unchanged) == (1, 0)


@pytest.mark.parametrize(
    ("text", "kind"), [("交易关闭", HoldKind.CANCELLED), ("冻结", HoldKind.UNKNOWN_STATUS)]
)
def test_an_order_the_shop_closes_is_stopped(world, stocked, text, kind):
    begun(world, stocked)
    stocked.imports(stocked.orders({"订单状态": text}), stocked.items({}))
    assert stocked.holds() == {kind}


def test_the_same_news_stops_an_order_once(world, stocked):
    begun(world, stocked)
    paths = stocked.orders({"收货地址": "江苏省 南京市 鼓楼区 中山北路1号"}), stocked.items({})
    stocked.imports(*paths)
    world.unstop(world.work_of(stocked.order().id))
    stocked.imports(*paths)
    assert stocked.holds() == set()
    assert len(world.all(Hold, kind=HoldKind.ADDRESS_CHANGED)) == 1


def test_the_shops_word_of_shipping_does_not_stop_what_we_ship(world, stocked):
    begun(world, stocked)
    sent = {"订单状态": "卖家已发货，等待买家确认", "物流单号": "ZTO1"}
    assert stocked.imports(stocked.orders(sent), stocked.items({})) == (0, 0, 1, 0, 0)
    assert stocked.holds() == set()


def test_a_dispatched_order_is_left_alone(world, stocked):
    begun(world, stocked, Stage.DISPATCHED)
    done = {"订单状态": "交易成功", "收货人姓名": "林**", "收货地址": "浙江省 杭州市 西湖区 **"}
    assert stocked.imports(stocked.orders(done), stocked.items({})) == (0, 0, 1, 0, 0)
    assert stocked.changes() == []
    refunded = {"退款状态": "退款成功", "退款金额": "118.00"}
    stocked.imports(stocked.orders(done), stocked.items(refunded))
    assert stocked.changes() == [("line 3100000000000000018: state", "open", "refunded", False)]
    assert (stocked.order().state, stocked.holds()) == (OrderState.DISPATCHED, set())


# Shops


def test_the_shop_is_named_by_the_import_or_by_the_file(world, shop):
    shop.imports(shop.orders({}), shop_code="TB-MAIN")
    assert [(s.code, s.name) for s in world.all(Shop)] == [("TB-MAIN", "示例旗舰店")]
    other = shop.orders({"订单编号": "3100000000000000099"})
    shop.imports(other)
    assert [s.code for s in world.all(Shop)] == ["TB-MAIN", "示例旗舰店"]
    # A platform's number is known whatever shop it was put under.
    assert shop.imports(shop.orders({})) == (0, 0, 1, 0, 0)


# Runs


def test_a_waiting_import_is_taken_up_by_the_worker_and_its_files_forgotten(world, shop):
    shop.config.upload_dir.mkdir()
    paths = [shop.config.upload_dir / "a.csv", shop.config.upload_dir / "b.csv"]
    shop.orders({}).rename(paths[0])
    shop.items({}).rename(paths[1])
    files = tuple({"name": f"{p.stem} 报表.csv", "path": str(p), "bytes": 1} for p in paths)
    outcome = world.do(start_import, StartImport, files=files)
    run_id = run_waiting_import(world.database, shop.config, clock=world.tick)
    assert run_id == outcome.subject_id
    run = world.get(ImportRun, run_id)
    assert (run.state, run.orders_new, run.lines_new) == (ImportState.DONE, 1, 1)
    assert not any(path.exists() for path in paths)
    assert run_waiting_import(world.database, shop.config, clock=world.tick) is None


def test_a_run_whose_worker_died_is_finished_by_the_next_without_doing_anything_twice(
    world, shop, monkeypatch
):
    monkeypatch.setattr("warehouse.orders.importing.CHUNK_ORDERS", 2)
    numbers = [{"订单编号": f"31000000000000001{n:02d}"} for n in range(7)]
    path = shop.orders(*numbers)
    files = ({"name": path.name, "path": str(path), "bytes": 1},)
    world.do(start_import, StartImport, files=files)
    chunks = iter([False] * 4 + [True] * 9)
    run_waiting_import(
        world.database, shop.config, clock=world.tick, should_stop=lambda: next(chunks)
    )
    run = world.one(ImportRun)
    assert (run.state, run.orders_new) == (ImportState.RUNNING, 4)
    world.now += timedelta(minutes=6)
    run_waiting_import(world.database, shop.config, clock=world.tick)
    run = world.one(ImportRun)
    assert (run.state, run.orders_new, run.orders_unchanged) == (ImportState.DONE, 7, 0)
    assert len(world.all(Order)) == 7


def test_two_imports_of_the_same_file_at_once_make_each_order_once(shop):
    numbers = [{"订单编号": f"31000000000000001{n:02d}"} for n in range(40)]
    lines = [{"主订单编号": o["订单编号"], "子订单编号": f"8{n}"} for n, o in enumerate(numbers)]
    paths = shop.orders(*numbers), shop.items(*lines)
    both = Barrier(2)

    def run(_: int) -> tuple[int, int]:
        both.wait()
        done = import_files(
            shop.world.database, paths, shop.config, actor=Actor(person_id=1), clock=shop.world.tick
        )
        return done.orders_new, done.orders_unchanged

    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(run, range(2)))
    assert sorted(counts) == [(0, 40), (40, 0)]
    assert len(shop.world.all(Order)) == len(shop.world.all(OrderLine)) == 40


def test_a_run_that_reads_a_long_file_is_nobody_elses(world, shop):
    rows = [{"订单编号": f"31{n:017}"} for n in range(4_000)]
    taken = []

    def slowly(step):
        if step.stage in ("reading", "auditing"):
            world.now += timedelta(minutes=3)
            taken.append(take_up(world.database, world.now))

    shop.imports(shop.orders(*rows), on_step=slowly)
    assert len(taken) >= 6
    assert set(taken) == {None}


def test_a_run_whose_file_is_gone_fails_with_the_reason(world, shop):
    files = ({"name": "a.csv", "path": str(shop.folder / "gone.csv"), "bytes": 1},)
    world.do(start_import, StartImport, files=files)
    run_waiting_import(world.database, shop.config, clock=world.tick)
    run = world.one(ImportRun)
    assert (run.state, run.problem["msgid"][:26]) == (
        ImportState.FAILED, "The file is no longer ther",
    )  # fmt: skip


def test_many_rejected_rows_are_all_kept_in_their_order(shop, monkeypatch):
    monkeypatch.setattr("warehouse.orders.importing.REJECTS_AT_ONCE", 3)
    rows = [{"订单编号": f"bad{n}"} for n in range(8)]
    assert shop.imports(shop.orders(*rows, {})) == (1, 0, 0, 0, 8)
    assert [(row, value) for _, row, _, value, _ in shop.rejects()] == [
        (n + 2, f"bad{n}") for n in range(8)
    ]


def test_an_import_of_many_orders_takes_few_statements(shop):
    orders = [{"订单编号": f"31000000000000{n:05d}"} for n in range(300)]
    lines = [{"主订单编号": o["订单编号"], "子订单编号": f"9{n}"} for n, o in enumerate(orders)]
    statements = []
    engine = shop.world.database.writer

    @sa.event.listens_for(engine, "before_cursor_execute")
    def count(*args: object) -> None:
        statements.append(args[2])

    try:
        assert shop.imports(shop.orders(*orders), shop.items(*lines)) == (300, 0, 0, 300, 0)
    finally:
        sa.event.remove(engine, "before_cursor_execute", count)
    assert len(statements) < 80


def _ordered(shop, *wanted, pieces):
    """Import one order per name in `wanted`, of so many pieces each; each name's holds."""
    orders = [
        {"订单编号": f"31000000000000{n:05d}", "收货人姓名": name} for n, name in enumerate(wanted)
    ]
    lines = [
        {"主订单编号": o["订单编号"], "子订单编号": f"9{n}", "购买数量": str(pieces)}
        for n, o in enumerate(orders)
    ]
    shop.imports(shop.orders(*orders), shop.items(*lines))
    return [shop.holds(order["订单编号"]) for order in orders]


def test_stock_is_given_out_once_over_all_portions_of_an_import(stocked, monkeypatch):
    monkeypatch.setattr("warehouse.orders.importing.CHUNK_ORDERS", 2)
    held = _ordered(stocked, "甲", "乙", "丙", "丁", "戊", pieces=15)
    assert held == [set(), set(), set(), {HoldKind.STOCK_SHORT}, {HoldKind.STOCK_SHORT}]


def test_what_an_order_had_is_free_again_when_a_later_portion_holds_it(world, stocked, monkeypatch):
    world.settings(hold_merge_candidates=True)
    monkeypatch.setattr("warehouse.orders.importing.CHUNK_ORDERS", 1)
    held = _ordered(stocked, "甲", "甲", "丙", pieces=30)
    assert held == [{HoldKind.MERGE_CANDIDATE}, {HoldKind.MERGE_CANDIDATE}, set()]


def test_what_is_clean_already_is_not_given_out_to_a_later_import(stocked):
    _ordered(stocked, "甲", pieces=30)
    assert _ordered(stocked, "甲", "乙", pieces=30) == [set(), {HoldKind.STOCK_SHORT}]


def test_the_values_of_an_order_stand_in_the_order_of_their_columns(shop):
    with read_files([shop.orders({})], zone=shop.config.time_zone) as batch:
        [[order]] = batch.orders()
    assert tuple(order_values(order.facts, order.lines)) == ORDER_COLUMNS


def test_an_import_without_files_is_refused(world):
    command = world.command(StartImport, files=())
    with pytest.raises(InvalidInput):
        execute(world.database, start_import, command)
