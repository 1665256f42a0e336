"""Files as shops write them, made on the spot."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from warehouse.shops.batch import Batch
from warehouse.shops.reading import read_files
from warehouse.shops.rows import ShopOrder
from warehouse.shops.samples import SampleItem, SampleOrder, sample_orders
from warehouse.shops.taobao import ITEM_EDITIONS, ORDER_EDITIONS

SHANGHAI = ZoneInfo("Asia/Shanghai")
Cells = Sequence[str]


@pytest.fixture
def read() -> Iterable[Callable[..., Batch]]:
    """Reads files with the site's time zone; closes what it opened."""
    opened: list[Batch] = []

    def read_all(*paths: Path, **options: object) -> Batch:
        opened.append(read_files(paths, zone=SHANGHAI, **options))
        return opened[-1]

    yield read_all
    for batch in opened:
        batch.close()


@pytest.fixture
def orders_of(read: Callable[..., Batch]) -> Callable[..., list[ShopOrder]]:
    """Reads files and returns their orders as one list."""

    def orders(*paths: Path) -> list[ShopOrder]:
        return [order for chunk in read(*paths).orders() for order in chunk]

    return orders


@pytest.fixture
def write_csv(tmp_path: Path) -> Callable[..., Path]:
    """Writes rows as a CSV file and returns its path."""

    def write(
        rows: Iterable[Cells], name: str = "file.csv", encoding: str = "gb18030", sep: str = ","
    ) -> Path:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=sep).writerows(rows)
        path = tmp_path / name
        path.write_bytes(text.getvalue().encode(encoding))
        return path

    return write


@pytest.fixture
def order_report(write_csv: Callable[..., Path]) -> Callable[..., Path]:
    """Writes an order report; each order is given as column name → cell over sound defaults."""

    def write(
        *orders: dict[str, str], edition: str = "taobao_order_2023", name: str = "orders.csv"
    ) -> Path:
        columns = ORDER_EDITIONS[edition]
        rows = [[(ORDER | order).get(column.strip(), "") for column in columns] for order in orders]
        return write_csv([columns, *rows], name)

    return write


@pytest.fixture
def item_report(write_csv: Callable[..., Path]) -> Callable[..., Path]:
    """Writes an item report; each line is given as column name → cell over sound defaults."""

    def write(
        *lines: dict[str, str], edition: str = "taobao_item_2024", name: str = "items.csv"
    ) -> Path:
        columns = ITEM_EDITIONS[edition]
        rows = [[(LINE | line).get(column, "") for column in columns] for line in lines]
        return write_csv([columns, *rows], name)

    return write


@pytest.fixture
def samples() -> Callable[[int], list[SampleOrder]]:
    """Returns invented orders, the same for the same count."""
    items = [
        SampleItem(
            title=f"纯棉T恤 {i // 6}款",
            properties=f"颜色分类:{'黑白红'[i % 3]}色;尺码:{'MLX'[i % 3]}",
            seller_code=f"TS-{i:03d}",
            price_fen=1990 + i,
        )
        for i in range(24)
    ]
    until = datetime(2026, 11, 11, 20)  # noqa: DTZ001  (as a report writes it)
    return lambda count: list(sample_orders(count, seed=5, items=items, until=until))


ORDER = {
    "订单编号": "3100000000000000017",
    "买家会员名": "tb_rain88",
    "买家应付货款": "118.00",
    "买家应付邮费": "0.00",
    "总金额": "118.00",
    "买家实际支付金额": "118.00",
    "订单状态": "买家已付款，等待卖家发货",
    "收货人姓名": "林小满",
    "收货地址": "浙江省 杭州市 西湖区 文三路90号3幢201室(310012)",
    "运送方式": "快递",
    "联系手机": "'13800001234",
    "订单创建时间": "2026-11-11 20:30:00",
    "订单付款时间": "2026-11-11 20:31:10",
    "店铺Id": "77",
    "店铺名称": "示例旗舰店",
}
LINE = {
    "订单编号": "3100000000000000017",
    "主订单编号": "3100000000000000017",
    "子订单编号": "3100000000000000018",
    "标题": "纯棉T恤",
    "商品标题": "纯棉T恤",
    "价格": "59.00",
    "商品价格": "59.00",
    "购买数量": "2",
    "商品属性": "颜色分类:黑色;尺码:M",
    "商家编码": "TS-001",
    "订单状态": "买家已付款，等待卖家发货",
    "退款状态": "没有申请退款",
    "退款金额": "无退款申请",
}
