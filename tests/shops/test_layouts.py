"""Header rows: every edition of the reports, and what they are not."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.shops.layouts import header_name, recognise
from warehouse.shops.own import COLUMNS, OWN
from warehouse.shops.reading import LAYOUTS
from warehouse.shops.rows import Level
from warehouse.shops.taobao import ITEM_EDITIONS, ITEMS, ORDER_EDITIONS, ORDERS

# Taken from real header rows: number of columns, and the hash of the names joined by line breaks.
REAL = {
    "taobao_order_2016": (41, "8cc02359ecdd860a"),
    "taobao_order_2018": (54, "825a2bf481e7c729"),
    "taobao_order_2019": (61, "615af6b7ee1f2a4c"),
    "taobao_order_2021": (67, "726773d7c9eb56c8"),
    "taobao_order_2023": (71, "e2da6156af054533"),
    "qianniu_order_2026": (18, "48fa0e25facefc75"),
    "taobao_item_legacy": (10, "3ebe787bb2ff6fdf"),
    "taobao_item_2024": (22, "910a3d1ec0918e30"),
}
EDITIONS = ORDER_EDITIONS | ITEM_EDITIONS


@pytest.mark.parametrize("edition", REAL)
def test_the_columns_of_each_edition_are_the_real_ones(edition):
    columns = EDITIONS[edition]
    digest = hashlib.sha256("\n".join(columns).encode()).hexdigest()[:16]
    assert (len(columns), digest) == REAL[edition]


@pytest.mark.parametrize("edition", REAL)
def test_each_edition_is_recognised_by_its_header(edition):
    match = recognise(EDITIONS[edition], LAYOUTS)
    assert match.edition == edition
    assert match.layout is (ORDERS if "order" in edition else ITEMS)


@given(st.permutations(ORDER_EDITIONS["taobao_order_2018"]))
def test_the_place_of_a_column_does_not_matter(columns):
    match = recognise(columns, LAYOUTS)
    assert match.edition == "taobao_order_2018"
    assert columns[match.at["address"]] == "收货地址 "


def test_a_report_with_new_columns_is_still_known_and_they_are_named():
    match = recognise([*ORDER_EDITIONS["taobao_order_2023"], "明年的新列"], LAYOUTS)
    assert match.edition == "taobao_order"
    assert "明年的新列" in match.unused


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("收货地址 ", "收货地址"),
        ("\ufeff订单编号", "订单编号"),
        ('="订单编号"', "订单编号"),
        ("商家应收金额(元)（支付金额）", "商家应收金额(元)(支付金额)"),
        ("Order  Number\t", "ordernumber"),
    ],
)
def test_names_are_compared_without_blanks_width_and_quotes(written, name):
    assert header_name(written) == name


def test_an_item_report_may_call_the_line_order_number():
    columns = ["订单编号", "主订单编号", "商品标题", "购买数量", "商品属性"]
    match = recognise(columns, LAYOUTS)
    assert (match.at["order_no"], match.at["line_id"]) == (1, 0)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_own_layout_is_known_in_both_languages(language):
    match = recognise([getattr(column, language) for column in COLUMNS], LAYOUTS)
    assert match.layout is OWN
    assert match.layout.level is Level.BOTH
    assert len(match.at) == len(COLUMNS)


@pytest.mark.parametrize(
    "columns",
    [
        [],
        [""],
        ["订单编号"],
        ["订单编号", "物流公司", "物流单号"],
        ["Handle", "Title", "Location", "On hand"],
        ["订单编号", "标题", "价格"],
    ],
)
def test_other_header_rows_are_no_report(columns):
    assert recognise(columns, LAYOUTS) is None
