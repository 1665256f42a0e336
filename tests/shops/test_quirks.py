"""What real files do to their cells: each damage taken care of or named with its place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from warehouse.shops import refusals
from warehouse.shops.rows import RefundState, ShopState

NUMBER = "3100000000000000017"


def refused(batch):
    return [(r.file, r.row, r.column, r.value, r.reason) for r in batch.rejected()]


@pytest.mark.parametrize(
    ("cells", "column", "value", "reason"),
    [
        ({"订单编号": "5.1E+18"}, "订单编号", "5.1E+18", refusals.DAMAGED_NUMBER),
        ({"订单编号": ""}, "订单编号", "", refusals.MISSING),
        ({"订单编号": "等待"}, "订单编号", "等待", refusals.NOT_A_NUMBER_CODE),
        ({"订单状态": ""}, "订单状态", "", refusals.MISSING),
        ({"总金额": "很多"}, "总金额", "很多", refusals.BAD_AMOUNT),
        ({"订单创建时间": "昨天"}, "订单创建时间", "昨天", refusals.BAD_INSTANT),
        ({"联系手机": "1.38E+10"}, "联系手机", "1.38E+10", refusals.DAMAGED_NUMBER),
    ],
)
def test_a_bad_order_row_is_listed_and_the_good_one_goes_in(
    order_report, read, cells, column, value, reason
):
    batch = read(order_report(cells, {"订单编号": NUMBER}))
    assert refused(batch) == [("orders.csv", 2, column, value, reason)]
    assert [o.order_no for chunk in batch.orders() for o in chunk] == [NUMBER]


@pytest.mark.parametrize(
    ("cells", "column", "value", "reason"),
    [
        ({"购买数量": "0"}, "购买数量", "0", refusals.BAD_PIECES),
        ({"购买数量": ""}, "购买数量", "", refusals.BAD_PIECES),
        ({"子订单编号": "5.1E+18"}, "子订单编号", "5.1E+18", refusals.DAMAGED_NUMBER),
        ({"商家编码": "6.90E+12"}, "商家编码", "6.90E+12", refusals.DAMAGED_NUMBER),
        ({"商品标题": "", "商家编码": ""}, "商品标题", "", refusals.MISSING),
    ],
)
def test_a_bad_line_row_is_listed_and_its_order_known_to_be_incomplete(
    order_report, item_report, read, cells, column, value, reason
):
    batch = read(order_report({}), item_report(cells, {"子订单编号": "8"}))
    assert refused(batch) == [("items.csv", 2, column, value, reason)]
    [[order]] = batch.orders()
    assert [line.line_id for line in order.lines] == ["8"]
    assert order.is_incomplete


def test_numbers_that_all_end_in_zeros_went_through_a_spreadsheet(order_report, read):
    damaged = [{"订单编号": f"3100000000000{n}0000"} for n in range(10, 15)]
    batch = read(order_report(*damaged))
    assert batch.order_count == 0
    assert [r[4] for r in refused(batch)] == [refusals.DAMAGED_NUMBER] * 5


def test_one_number_that_happens_to_end_in_zeros_is_taken(order_report, orders_of):
    numbers = ["310000000000001000", "310000000000001001", "310000000000001002"]
    orders = orders_of(order_report(*({"订单编号": number} for number in numbers)))
    assert [order.order_no for order in orders] == numbers


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2016/5/23 22:02", datetime(2016, 5, 23, 14, 2, tzinfo=UTC)),
        ("2016-05-23 22:02:00", datetime(2016, 5, 23, 14, 2, tzinfo=UTC)),
        ("2016年5月23日 22:02", datetime(2016, 5, 23, 14, 2, tzinfo=UTC)),
        ("42513.91805556", datetime(2016, 5, 23, 14, 2, tzinfo=UTC)),
    ],
)
def test_every_way_to_write_a_time_is_read(order_report, orders_of, written, instant):
    [order] = orders_of(order_report({"订单创建时间": written}))
    assert order.facts.created_at == instant


def test_an_unknown_state_is_kept_in_its_own_words(order_report, item_report, orders_of):
    text = "定金已付，等待尾款"
    [order] = orders_of(
        order_report({"订单状态": text}), item_report({"订单状态": text, "退款状态": "新状态"})
    )
    assert (order.facts.state, order.facts.state_text) == (ShopState.UNKNOWN, text)
    [line] = order.lines
    assert (line.state, line.state_text) == (ShopState.UNKNOWN, text)
    assert (line.refund, line.refund_text) == (RefundState.UNKNOWN, "新状态")


def test_a_changed_address_takes_the_place_of_the_first(order_report, orders_of):
    [order] = orders_of(
        order_report({"修改后的收货地址": "江苏省 南京市 鼓楼区 中山北路1号(210009)"})
    )
    receiver = order.facts.receiver
    assert (receiver.province, receiver.district, receiver.detail, receiver.zip) == (
        "江苏省", "鼓楼区", "中山北路1号", "210009",
    )  # fmt: skip
    assert order.facts.is_address_changed


def test_a_masked_receiver_is_taken_and_marked(order_report, orders_of):
    cells = {
        "收货人姓名": "林**",
        "联系手机": "*******1234",
        "收货地址": "浙江省 杭州市 西湖区 ****(310012)",
        "虚拟号过期时间": "2026-12-01 00:00:00",
    }
    [order] = orders_of(order_report(cells))
    receiver = order.facts.receiver
    assert receiver.is_masked
    assert (receiver.name, receiver.phone, receiver.detail) == ("林**", "*******1234", "****")
    assert receiver.phone_expires_at == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)


def test_a_landline_stands_in_for_a_missing_mobile(order_report, orders_of):
    [order] = orders_of(order_report({"联系手机": "'", "联系电话": "'0571-88886666"}))
    assert order.facts.receiver.phone == "0571-88886666"


def test_two_memos_are_both_kept(order_report, orders_of):
    [order] = orders_of(order_report({"订单备注": "送包装袋", "商家备忘": "顺丰"}))
    assert order.facts.seller_memo == "送包装袋\n顺丰"


HOSTILE = (
    "备" * 4000,
    "<script>alert(1)</script>",
    "'; DROP TABLE shop_order; --",
    "=cmd|' /C calc'!A0",
    "{0.__class__} %s ${x}",
    "مرحبا بالعالم",
    "👩‍👩‍👧 🇨🇳",
    "第一行\n第二行",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_remark_of_any_kind_comes_through_unchanged(order_report, item_report, orders_of, text):
    [order] = orders_of(order_report({"买家留言": text}), item_report({"商品标题": text[:500]}))
    assert order.facts.buyer_message == text
    assert order.lines[0].title == text[:500].replace("\n", " ")


def test_control_characters_are_dropped(order_report, orders_of):
    [order] = orders_of(
        order_report({"收货人姓名": "林\x00小\x07满\u202e", "买家留言": "a\x00\x1bb"})
    )
    assert (order.facts.receiver.name, order.facts.buyer_message) == ("林小满", "ab")


def test_a_hostile_value_is_shown_short_and_plain(order_report, read):
    batch = read(order_report({"总金额": "<b>\x00\n" + "甲" * 5000}))
    [(_, _, _, value, _)] = refused(batch)
    assert value == "<b>··" + "甲" * 54 + "…"


def test_a_service_line_is_told_from_goods(item_report, orders_of):
    lines = [
        {"子订单编号": "1", "商品标题": "送货入户并安装", "商家编码": "", "商品价格": "0.00"},
        {"子订单编号": "2"},
    ]
    [order] = orders_of(item_report(*lines))
    assert [line.is_service for line in order.lines] == [True, False]


def test_the_outer_code_stands_in_for_a_missing_seller_code(item_report, orders_of):
    [order] = orders_of(item_report({"商家编码": "", "外部系统编号": "EXT-1"}))
    assert (order.lines[0].seller_code, order.lines[0].outer_code) == ("EXT-1", "EXT-1")


def test_values_that_end_in_a_tab_are_trimmed(order_report, orders_of):
    [order] = orders_of(order_report({"订单编号": f"{NUMBER}\t", "收货人姓名": "林小满\t"}))
    assert (order.order_no, order.facts.receiver.name) == (NUMBER, "林小满")
