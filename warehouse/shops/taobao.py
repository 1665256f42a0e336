"""The two reports of Taobao and Tmall, 订单报表 and 宝贝报表, in every yearly edition."""

from __future__ import annotations

from warehouse.shops.layouts import Layout
from warehouse.shops.rows import Level

_ORDER_2016 = (
    "订单编号,买家会员名,买家支付宝账号,买家应付货款,买家应付邮费,买家支付积分,总金额,返点积分,"
    "买家实际支付金额,买家实际支付积分,订单状态,买家留言,收货人姓名,收货地址 ,运送方式,联系电话 ,"
    "联系手机,订单创建时间,订单付款时间 ,宝贝标题 ,宝贝种类 ,物流单号 ,物流公司,订单备注,"
    "宝贝总数量,店铺Id,店铺名称,订单关闭原因,卖家服务费,买家服务费,发票抬头,是否手机订单,分阶段订单信息,"
    "特权订金订单id,定金排名,修改后的sku,修改后的收货地址,异常信息,天猫卡券抵扣,集分宝抵扣,"
    "是否是O2O交易"
)


def _inserted(columns: str, after: str, added: str) -> str:
    head, column, tail = columns.partition(after)
    return f"{head}{column},{added}{tail}"


# Each year's report is the last one grown; trailing blanks in names are real up to 2019.
_ORDER_2018 = _inserted(
    _inserted(_ORDER_2016, "特权订金订单id", "是否上传合同照片,是否上传小票,是否代付"),
    "是否是O2O交易",
    "新零售交易类型,新零售导购门店名称,新零售导购门店id,新零售发货门店名称,新零售发货门店id,"
    "退款金额,预约门店,确认收货时间,打款商家金额,含应开票给个人的个人红包",
)
_ORDER_2019 = _inserted(
    _inserted(_ORDER_2018, "买家支付宝账号", "支付单号,支付详情"),
    "含应开票给个人的个人红包",
    "是否信用购,体验期结束时间,前N有礼,配送类型,主订单编号",
)
_ORDER_2021 = _inserted(
    _inserted(_ORDER_2019.replace(" ", ""), "是否是O2O交易", "满返红包金额"),
    "配送类型",
    "直播返现状态,返现金额,新零售成交门店昵称,新零售成交门店id,新零售成交经销商id",
)
_ORDER_2023 = _inserted(
    _inserted(
        _inserted(_ORDER_2021.replace("满返红包金额,", ""), "联系手机", "虚拟号过期时间"),
        "返现金额",
        "延迟发货自动赔付金额",
    ),
    "新零售成交经销商id",
    "预售订单,发货时间,商家备忘",
)

# The sheet of that name in the workbook the seller's desk of 2026 makes.
_QIANNIU_2026 = (
    "订单编号,订单状态,收货人姓名,联系手机,收货地址,物流公司,物流单号,买家应付货款,买家实付金额,"
    "打款商家金额,卖家服务费,退款金额,买家应付邮费,订单创建时间,订单付款时间,发货时间,确认收货时间,"
    "店铺名称"
)
_ITEM_LEGACY = "订单编号,标题,价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,商家编码"
_ITEM_2024 = (
    "子订单编号,主订单编号,商品标题,商品价格,购买数量,外部系统编号,商品属性,套餐信息,备注,订单状态,"
    "商家编码,支付单号,买家应付货款,买家实付金额,退款状态,退款金额,订单创建时间,订单付款时间,商品ID,"
    "商家备注,物流单号,物流公司"
)

ORDER_EDITIONS = {
    "taobao_order_2016": tuple(_ORDER_2016.split(",")),
    "taobao_order_2018": tuple(_ORDER_2018.split(",")),
    "taobao_order_2019": tuple(_ORDER_2019.split(",")),
    "taobao_order_2021": tuple(_ORDER_2021.split(",")),
    "taobao_order_2023": tuple(_ORDER_2023.split(",")),
    "qianniu_order_2026": tuple(_QIANNIU_2026.split(",")),
}
ITEM_EDITIONS = {
    "taobao_item_legacy": tuple(_ITEM_LEGACY.split(",")),
    "taobao_item_2024": tuple(_ITEM_2024.split(",")),
}

ORDERS = Layout(
    name="taobao_order",
    platform="taobao",
    level=Level.ORDERS,
    digits_only=True,
    columns={
        "order_no": ("订单编号",),
        "shop_code": ("店铺Id",),
        "shop_name": ("店铺名称",),
        "state": ("订单状态",),
        "buyer": ("买家会员名", "买家昵称"),
        "buyer_message": ("买家留言",),
        "seller_memo": ("订单备注", "商家备注", "卖家备注"),
        "second_memo": ("商家备忘",),
        "seller_flag": ("备注旗帜", "插旗颜色", "旗帜颜色"),
        "name": ("收货人姓名", "收货人"),
        "mobile": ("联系手机", "收货人手机"),
        "telephone": ("联系电话",),
        "phone_expires_at": ("虚拟号过期时间",),
        "address": ("收货地址", "收货人地址"),
        "changed_address": ("修改后的收货地址",),
        "token": ("oaid", "收件人ID"),
        "goods_fen": ("买家应付货款",),
        "postage_fen": ("买家应付邮费",),
        "total_fen": ("总金额",),
        "paid_fen": ("买家实际支付金额", "买家实付金额"),
        "refund_fen": ("退款金额",),
        "created_at": ("订单创建时间",),
        "paid_at": ("订单付款时间",),
        "promised_at": ("承诺发货时间", "应发货时间"),
        "carrier": ("物流公司",),
        "shipping": ("运送方式",),
        "waybill_no": ("物流单号",),
    },
    needs=(("order_no",), ("state",), ("name",), ("address",), ("created_at", "paid_at")),
    editions=ORDER_EDITIONS,
)
ITEMS = Layout(
    name="taobao_item",
    platform="taobao",
    level=Level.LINES,
    digits_only=True,
    columns={
        # Some exports call the line 订单编号 and the order 主订单编号.
        "order_no": ("主订单编号", "订单编号"),
        "line_id": ("子订单编号", "订单编号"),
        "title": ("标题", "商品标题", "宝贝标题"),
        "properties": ("商品属性",),
        "seller_code": ("商家编码",),
        "outer_code": ("外部系统编号",),
        "bundle": ("套餐信息",),
        "pieces": ("购买数量",),
        "price_fen": ("价格", "商品价格"),
        "line_state": ("订单状态",),
        "refund": ("退款状态",),
        "line_refund_fen": ("退款金额",),
    },
    needs=(("order_no",), ("title",), ("pieces",), ("properties", "seller_code", "outer_code")),
    editions=ITEM_EDITIONS,
)
