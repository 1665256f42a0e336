"""Invented orders, and the reports a shop would export of them: for the demo site and for tests.

The same seed gives the same orders, byte for byte.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import xlsxwriter

from warehouse.shops.taobao import ITEM_EDITIONS, ORDER_EDITIONS

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
_GIVEN = (
    "小满",
    "雨桐",
    "子涵",
    "建国",
    "晓燕",
    "浩然",
    "思远",
    "丽华",
    "志强",
    "静怡",
    "一诺",
    "凯",
)
_PLACES = (
    ("浙江省 杭州市 西湖区", "310012"), ("广东省 广州市 天河区", "510630"),
    ("广东省 深圳市 南山区", "518052"), ("上海 上海市 浦东新区", "200120"),
    ("北京 北京市 海淀区", "100080"), ("江苏省 南京市 鼓楼区", "210009"),
    ("四川省 成都市 武侯区", "610041"), ("湖北省 武汉市 洪山区", "430070"),
    ("山东省 青岛市 市南区", "266071"), ("福建省 厦门市 思明区", "361005"),
    ("新疆维吾尔自治区 乌鲁木齐市 天山区", "830002"), ("广东省 东莞市 南城街道", "523070"),
)  # fmt: skip
_ROADS = ("文三路", "人民路", "解放大道", "中山北路", "学院路", "滨江大道", "和平里")
_MEMOS = ("送同色包装袋", "代理008 顺丰 请尽快", "缺货联系买家", "VIP 客户，附手写卡")
_MESSAGES = ("请周末送货", "不要放快递柜，谢谢", "拍错颜色请联系我", "帮忙包装结实一点😊")
_STATE_WEIGHTS = {
    "买家已付款，等待卖家发货": 92,
    "等待买家付款": 3,
    "交易关闭": 3,
    "卖家已发货，等待买家确认": 1,
    "交易成功": 1,
}
PAID_STATE = "买家已付款，等待卖家发货"


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleItem:
    """Something on sale: its texts in the shop, the seller's code, the price."""

    title: str
    properties: str
    seller_code: str
    price_fen: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleLine:
    """One line of an invented order."""

    line_no: str
    item: SampleItem
    pieces: int
    state: str = PAID_STATE
    refund: str = "没有申请退款"


@dataclass(frozen=True, kw_only=True, slots=True)
class SampleOrder:
    """One invented order, as the shop's own desk would show it."""

    order_no: str
    state: str
    buyer: str
    message: str
    memo: str
    name: str
    address: str
    phone: str
    ordered_at: datetime
    paid_at: datetime | None
    lines: tuple[SampleLine, ...]

    @property
    def goods_fen(self) -> int:
        """What the goods cost together."""
        return sum(line.item.price_fen * line.pieces for line in self.lines)


def sample_orders(
    count: int,
    *,
    seed: int,
    items: Sequence[SampleItem],
    until: datetime,
    are_all_paid: bool = False,
) -> Iterator[SampleOrder]:
    """Yield `count` orders of the hours before `until`, oldest first: 1 to 5 lines, 2.5 on average.

    Unless `are_all_paid`, some are unpaid, closed, gone or under refund. `until` is local time
    without a zone, as reports write it.
    """
    random = Random(seed)  # noqa: S311  (invented data, not a secret)
    for number in range(count):
        at = until - timedelta(seconds=(count - number) * 30 + random.randrange(30))
        yield _order(random, number, at.replace(microsecond=0), items, are_all_paid)


def _order(
    random: Random, number: int, at: datetime, items: Sequence[SampleItem], are_all_paid: bool
) -> SampleOrder:
    states = list(_STATE_WEIGHTS)
    state = random.choices(states, list(_STATE_WEIGHTS.values()))[0]
    state = PAID_STATE if are_all_paid else state
    order_no = str(3_100_000_000_000_000_001 + number * 1_000_003 + random.randrange(1000) * 1009)
    chosen = random.sample(items, k=min(random.choice((1, 2, 2, 3, 3, 4)), len(items)))
    is_refunded = not are_all_paid and state == PAID_STATE and random.random() < 0.01  # noqa: PLR2004
    place, zip_code = random.choice(_PLACES)
    return SampleOrder(
        order_no=order_no,
        state=state,
        buyer=f"tb{random.randrange(10**8):08d}",
        message=random.choice(_MESSAGES) if random.random() < 0.06 else "",  # noqa: PLR2004
        memo=random.choice(_MEMOS) if random.random() < 0.05 else "",  # noqa: PLR2004
        name=random.choice(_SURNAMES) + random.choice(_GIVEN),
        address=f"{place} {random.choice(_ROADS)}{random.randrange(1, 999)}号"
        f"{random.randrange(1, 30)}幢{random.randrange(101, 2505)}室({zip_code})",
        phone=f"1{random.choice('3578')}{random.randrange(10**9):09d}",
        ordered_at=at,
        paid_at=None if state == "等待买家付款" else at + timedelta(seconds=random.randrange(900)),
        lines=tuple(
            SampleLine(
                line_no=order_no if len(chosen) == 1 else str(int(order_no) + place_in_order),
                item=item,
                pieces=random.choice((1, 1, 1, 1, 2, 3)),
                state=state,
                refund="退款成功" if is_refunded and place_in_order == 1 else "没有申请退款",
            )
            for place_in_order, item in enumerate(chosen, 1)
        ),
    )


def order_cells(order: SampleOrder, edition: str) -> list[str]:
    """Return the order's row in the 订单报表 of this edition."""
    paid = f"{order.goods_fen / 100:.2f}"
    known = {
        "订单编号": order.order_no,
        "买家会员名": order.buyer,
        "买家应付货款": paid,
        "买家应付邮费": "0.00",
        "总金额": paid,
        "买家实际支付金额": paid if order.paid_at else "0.00",
        "买家实付金额": paid if order.paid_at else "0.00",
        "订单状态": order.state,
        "买家留言": order.message,
        "收货人姓名": order.name,
        "收货地址": order.address,
        "运送方式": "快递",
        "联系手机": f"'{order.phone}",
        "订单创建时间": _written(order.ordered_at, edition),
        "订单付款时间": _written(order.paid_at, edition),
        "宝贝标题": order.lines[0].item.title,
        "宝贝种类": str(len(order.lines)),
        "订单备注": order.memo,
        "宝贝总数量": str(sum(line.pieces for line in order.lines)),
        "店铺Id": "0",
        "店铺名称": "示例旗舰店",
        "卖家服务费": "0元",
        "买家服务费": "0元",
        "退款金额": "0.00",
        "打款商家金额": "0.00元",
        "主订单编号": order.order_no,
    }
    return _in_order(known, ORDER_EDITIONS[edition])


def item_cells(order: SampleOrder, line: SampleLine, edition: str) -> list[str]:
    """Return the line's row in the 宝贝报表 of this edition."""
    price = f"{line.item.price_fen / 100:.2f}"
    known = {
        "订单编号": order.order_no,
        "主订单编号": order.order_no,
        "子订单编号": line.line_no,
        "标题": line.item.title,
        "商品标题": line.item.title,
        "价格": price,
        "商品价格": price,
        "购买数量": str(line.pieces),
        "外部系统编号": line.item.seller_code,
        "商品属性": line.item.properties,
        "备注": order.memo,
        "订单状态": line.state,
        "商家编码": line.item.seller_code,
        "退款状态": line.refund,
        "退款金额": "无退款申请" if line.refund == "没有申请退款" else price,
        "订单创建时间": _written(order.ordered_at, edition),
        "订单付款时间": _written(order.paid_at, edition),
    }
    return _in_order(known, ITEM_EDITIONS[edition])


def _in_order(known: Mapping[str, str], columns: Sequence[str]) -> list[str]:
    return [known.get(column.strip(), "") for column in columns]


def _written(at: datetime | None, edition: str) -> str:
    if at is None:
        return ""
    if edition.endswith("2016"):
        return f"{at.year}/{at.month}/{at.day} {at:%H:%M}"
    return f"{at:%Y-%m-%d %H:%M:%S}"


def write_pair(
    folder: Path,
    orders: Iterable[SampleOrder],
    *,
    order_edition: str = "taobao_order_2023",
    item_edition: str = "taobao_item_2024",
    encoding: str = "gb18030",
) -> tuple[Path, Path]:
    """Write the two reports as CSV into `folder` and return their paths, the order report first."""
    paths = folder / "ExportOrderList.csv", folder / "ExportOrderDetailList.csv"
    with (
        paths[0].open("w", encoding=encoding, newline="") as order_file,
        paths[1].open("w", encoding=encoding, newline="") as item_file,
    ):
        order_csv, item_csv = csv.writer(order_file), csv.writer(item_file)
        order_csv.writerow(ORDER_EDITIONS[order_edition])
        item_csv.writerow(ITEM_EDITIONS[item_edition])
        for order in orders:
            order_csv.writerow(_kept_as_text(order_cells(order, order_edition)))
            for line in order.lines:
                item_csv.writerow(_kept_as_text(item_cells(order, line, item_edition)))
    return paths


def _kept_as_text(row: list[str]) -> list[str]:
    """Return the row with its first number as the platform writes it, safe from spreadsheets."""
    return [f'="{row[0]}"', *row[1:]]


def workbook_of(sheets: Mapping[str, Iterable[Sequence[str]]]) -> bytes:
    """Return an XLSX workbook of text cells, one sheet per name."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if cell:
                        sheet.write_string(number, column, cell)
    return stream.getvalue()
