"""A shop's reports, written and imported by tests."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.builders import World
from warehouse.commands import Actor
from warehouse.config import Config
from warehouse.orders.commands.release import ReleaseOrders, release_orders
from warehouse.orders.importing import changes_of, import_files, rejects_of
from warehouse.orders.models import Order, OrderLine
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
