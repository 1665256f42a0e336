"""The words of the platforms."""

from __future__ import annotations

import pytest

from warehouse.shops.rows import RefundState, ShopState
from warehouse.shops.words import (
    flag_of,
    is_service,
    made_line_id,
    refund_of,
    split_properties,
    state_of,
)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("等待买家付款", ShopState.UNPAID),
        ("买家已付款，等待卖家发货", ShopState.PAID),
        ("买家已付款,等待卖家发货", ShopState.PAID),
        ("卖家部分发货", ShopState.PART_SHIPPED),
        ("卖家已发货，等待买家确认", ShopState.SHIPPED),
        ("交易成功", ShopState.FINISHED),
        ("交易关闭", ShopState.CLOSED),
        (" Part_Shipped ", ShopState.PART_SHIPPED),
        ("禁止发货", ShopState.FORBIDDEN),
        ("定金已付，等待尾款", ShopState.UNKNOWN),
    ],
)
def test_states_are_known_or_unknown_never_guessed(text, state):
    assert state_of(text) is state


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("", RefundState.NONE),
        ("没有申请退款", RefundState.NONE),
        ("无退款申请", RefundState.NONE),
        ("买家已经申请退款，等待卖家同意", RefundState.REQUESTED),
        ("退款成功", RefundState.REFUNDED),
        ("退款关闭", RefundState.WITHDRAWN),
        ("某种新的状态", RefundState.UNKNOWN),
    ],
)
def test_refunds_are_known_or_unknown_never_guessed(text, state):
    assert refund_of(text) is state


@pytest.mark.parametrize(
    ("text", "flag"),
    [("红", 1), ("绿旗", 3), ("Purple", 5), ("5", 5), ("", 0), ("灰色", 0), ("?", 0)],
)
def test_flags_are_numbers(text, flag):
    assert flag_of(text) == flag


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("颜色分类:黑色;尺码:M", (("颜色分类", "黑色"), ("尺码", "M"))),
        ("颜色分类:黑色[现货];尺码:M[80-100斤]", (("颜色分类", "黑色"), ("尺码", "M"))),
        ("颜色分类：黑色；尺码：M", (("颜色分类", "黑色"), ("尺码", "M"))),
        ("均码", (("", "均码"),)),
        ("时间:12:30", (("时间", "12:30"),)),
        ("[赠品]", (("", "[赠品]"),)),
        ("", ()),
        (";;", ()),
    ],
)
def test_properties_fall_into_pairs(text, pairs):
    assert split_properties(text) == pairs


@pytest.mark.parametrize(
    ("title", "price", "code", "service"),
    [
        ("送货入户并安装", 0, "", True),
        ("商家安装服务", None, "", True),
        ("书柜 送货入户", 89900, "", False),
        ("书柜 上门安装", 0, "BK-1", False),
        ("赠品 钥匙扣", 0, "", False),
    ],
)
def test_only_a_free_line_without_a_code_is_a_service(title, price, code, service):
    assert is_service(title, price, code) is service


def test_a_made_line_id_is_the_same_for_the_same_content_and_fits_its_column():
    first = made_line_id("纯棉T恤", "尺码:M", 1)
    assert first == made_line_id("纯棉T恤", "尺码:M", 1)
    assert (
        len({first, made_line_id("纯棉T恤", "尺码:M", 2), made_line_id("纯棉T恤", "尺码:L", 1)})
        == 3
    )
    assert len(first) <= 64
