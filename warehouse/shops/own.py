"""Our own import layout, for shops whose reports have no reader: see docs/import-layout.md."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from warehouse.shops.layouts import Layout
from warehouse.shops.rows import Level
from warehouse.text import Text, say

PLATFORM = "own"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of the layout: the fact in it, its two names, what it means, an example."""

    fact: str
    zh: str
    en: str
    meaning: Text
    is_needed: bool = False
    examples: tuple[str, str] = ("", "")


COLUMNS = (
    Column(fact="order_no", zh="订单编号", en="Order number", is_needed=True,
           meaning=say("The shop's number of the order; the same on each of its rows."),
           examples=("SO-20261111-0001", "SO-20261111-0001")),
    Column(fact="line_id", zh="行号", en="Line number",
           meaning=say("Tells the lines of one order apart; empty if the shop has none."),
           examples=("1", "2")),
    Column(fact="platform", zh="平台", en="Platform",
           meaning=say("Where the order was placed, in small Latin letters; empty means own.")),
    Column(fact="shop_code", zh="店铺编码", en="Shop code",
           meaning=say("The code of the shop in this warehouse."), examples=("MAIN", "")),
    Column(fact="shop_name", zh="店铺名称", en="Shop name", meaning=say("The name of the shop.")),
    Column(fact="state", zh="订单状态", en="Order state",
           meaning=say(
               "unpaid 待付款, paid 待发货, part_shipped 部分发货, shipped 已发货, finished 已完成,"
               " closed 已关闭, forbidden 禁止发货; empty means paid."),
           examples=("待发货", "")),
    Column(fact="created_at", zh="下单时间", en="Ordered at", meaning=say("When it was ordered."),
           examples=("2026-11-11 20:30:00", "")),
    Column(fact="paid_at", zh="付款时间", en="Paid at", meaning=say("When it was paid."),
           examples=("2026-11-11 20:31:10", "")),
    Column(fact="promised_at", zh="承诺发货时间", en="Ship by",
           meaning=say("Until when it must leave the house."), examples=("2026/11/13 20:31", "")),
    Column(fact="buyer", zh="买家", en="Buyer", meaning=say("The buyer's name in the shop."),
           examples=("tb_rain88", "")),
    Column(fact="buyer_message", zh="买家留言", en="Buyer message",
           meaning=say("What the buyer wrote."), examples=("请周末送货", "")),
    Column(fact="seller_memo", zh="卖家备注", en="Seller memo",
           meaning=say("What customer service wrote.")),
    Column(fact="seller_flag", zh="旗帜", en="Flag",
           meaning=say("red 红, yellow 黄, green 绿, blue 蓝, purple 紫, or its number."),
           examples=("红", "")),
    Column(fact="name", zh="收货人", en="Receiver", is_needed=True,
           meaning=say("To whom it goes."), examples=("林小满", "")),
    Column(fact="mobile", zh="收货电话", en="Phone", meaning=say("The receiver's phone number."),
           examples=("13800001234", "")),
    Column(fact="address", zh="收货地址", en="Full address",
           meaning=say("The whole address as 省 市 区 详情(邮编), instead of the parts below."),
           examples=("", "")),
    Column(fact="province", zh="省", en="Province", meaning=say("The province."),
           examples=("浙江省", "")),
    Column(fact="city", zh="市", en="City", meaning=say("The city."), examples=("杭州市", "")),
    Column(fact="district", zh="区", en="District", meaning=say("The district or county."),
           examples=("西湖区", "")),
    Column(fact="town", zh="街道", en="Town", meaning=say("The town or street office.")),
    Column(fact="detail", zh="详细地址", en="Street",
           meaning=say("Street, house, flat. This or the whole address is needed."),
           examples=("文三路 90 号 3 幢 201 室", "")),
    Column(fact="zip", zh="邮编", en="Zip code", meaning=say("The postal code."),
           examples=("310012", "")),
    Column(fact="token", zh="地址密文", en="Address token",
           meaning=say("The platform's token for a hidden receiver.")),
    Column(fact="token_kind", zh="密文类型", en="Token kind",
           meaning=say("The kind of the token, such as oaid.")),
    Column(fact="seller_code", zh="商家编码", en="SKU",
           meaning=say("The code or barcode of the item in this warehouse. This or a title."),
           examples=("TS-01-BLK-M", "TS-01-WHT-L")),
    Column(fact="title", zh="商品名称", en="Item", meaning=say("The item's name in the shop."),
           examples=("纯棉短袖T恤", "纯棉短袖T恤")),
    Column(fact="properties", zh="规格", en="Properties",
           meaning=say("Colour, size and the like, as 颜色:黑色;尺码:M."),
           examples=("颜色:黑色;尺码:M", "颜色:白色;尺码:L")),
    Column(fact="pieces", zh="数量", en="Pieces", is_needed=True,
           meaning=say("How many pieces, a whole number above zero."), examples=("2", "1")),
    Column(fact="price_fen", zh="单价", en="Unit price",
           meaning=say("The price of one piece in yuan."), examples=("59.00", "59.00")),
    Column(fact="line_state", zh="行状态", en="Line state",
           meaning=say("As the order state, for this line only.")),
    Column(fact="refund", zh="退款状态", en="Refund",
           meaning=say("none 无, requested 退款中, refunded 退款成功, withdrawn 退款关闭.")),
    Column(fact="carrier", zh="快递公司", en="Carrier",
           meaning=say("The courier the buyer or the shop wants.")),
    Column(fact="postage_fen", zh="运费", en="Postage", meaning=say("The postage in yuan."),
           examples=("0.00", "")),
    Column(fact="paid_fen", zh="实付金额", en="Amount paid",
           meaning=say("What the buyer paid for the whole order, in yuan."),
           examples=("177.00", "")),
)  # fmt: skip

OWN = Layout(
    name="fahuo",
    platform=PLATFORM,
    level=Level.BOTH,
    columns={column.fact: (column.zh, column.en) for column in COLUMNS},
    needs=(
        ("order_no",),
        ("pieces",),
        ("name",),
        ("address", "detail"),
        ("seller_code", "title"),
    ),
)


def example_csv(*, is_english: bool = False) -> bytes:
    """Return the example file: one order of two lines, CSV in UTF-8 with a byte order mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([column.en if is_english else column.zh for column in COLUMNS])
    for row in range(2):
        writer.writerow([column.examples[row] for column in COLUMNS])
    return text.getvalue().encode("utf-8-sig")
