"""Our own layout: the example, the document that describes it, and lines that repeat orders."""

from __future__ import annotations

from pathlib import Path

import pytest

from warehouse.shops import refusals
from warehouse.shops.own import COLUMNS, example_csv
from warehouse.shops.rows import RefundState, ShopState

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs/import-layout.md").read_text("utf-8")


@pytest.mark.parametrize("is_english", [False, True])
def test_the_example_file_is_one_order_of_two_lines(tmp_path, orders_of, is_english):
    path = tmp_path / "example.csv"
    path.write_bytes(example_csv(is_english=is_english))
    [order] = orders_of(path)
    facts = order.facts
    assert (facts.platform, facts.shop_code, order.order_no) == ("own", "MAIN", "SO-20261111-0001")
    assert (facts.state, facts.seller_flag, facts.paid_fen) == (ShopState.PAID, 1, 17700)
    assert (facts.receiver.name, facts.receiver.district, facts.receiver.detail) == (
        "林小满", "西湖区", "文三路 90 号 3 幢 201 室",
    )  # fmt: skip
    assert facts.promised_at.isoformat() == "2026-11-13T12:31:00+00:00"
    assert [(line.line_id, line.seller_code, line.pieces) for line in order.lines] == [
        ("1", "TS-01-BLK-M", 2),
        ("2", "TS-01-WHT-L", 1),
    ]


@pytest.mark.parametrize(
    ("name", "is_english"), [("orders-zh.csv", False), ("orders-en.csv", True)]
)
def test_the_example_beside_the_document_is_the_one_the_program_makes(name, is_english):
    assert (ROOT / "docs/examples" / name).read_bytes() == example_csv(is_english=is_english)


def test_the_document_lists_every_column_as_the_program_knows_it():
    rows = [line.split(" | ") for line in DOCUMENT.splitlines() if line.startswith("| ")]
    listed = [(row[0].strip("| "), row[1].strip(), row[3].strip(" |")) for row in rows[1:]]
    assert listed == [(c.zh, c.en, str(c.meaning)) for c in COLUMNS]
    needed = {row[0].strip("| ") for row in rows if row[2].strip() == "yes"}
    assert needed == {column.zh for column in COLUMNS if column.is_needed}


HEADER = [
    "订单编号",
    "店铺编码",
    "订单状态",
    "收货人",
    "收货地址",
    "卖家备注",
    "商家编码",
    "数量",
    "退款状态",
]
FULL = ["A1", "S1", "待发货", "林", "浙江省 杭州市 西湖区 一号", "快", "X", "1", ""]


def test_order_columns_may_stand_on_the_first_row_or_on_all(write_csv, orders_of):
    blank = ["A1", "", "", "", "", "", "Y", "2", "退款成功"]
    once = write_csv([HEADER, FULL, blank], "once.csv")
    repeated = write_csv([HEADER, FULL, [*FULL[:6], *blank[6:]]], "all.csv")
    for path in (once, repeated):
        [order] = orders_of(path)
        assert (order.facts.shop_code, order.facts.seller_memo) == ("S1", "快")
        assert [(line.seller_code, line.pieces, line.refund) for line in order.lines] == [
            ("X", 1, RefundState.NONE),
            ("Y", 2, RefundState.REFUNDED),
        ]


def test_a_memo_on_a_later_row_completes_the_order(write_csv, orders_of):
    first = [*FULL[:5], "", *FULL[6:]]
    later = ["A1", "", "", "", "", "礼盒", "Y", "1", ""]
    [order] = orders_of(write_csv([HEADER, first, later]))
    assert (order.facts.seller_memo, order.facts.state) == ("礼盒", ShopState.PAID)
    assert order.facts.receiver.name == "林"


def test_the_same_number_in_two_shops_is_two_orders(write_csv, orders_of):
    other = ["A1", "S2", "", "王", "江苏省 南京市 鼓楼区 二号", "", "Y", "2", ""]
    orders = orders_of(write_csv([HEADER, FULL, other]))
    assert [(o.facts.shop_code, o.facts.receiver.name, len(o.lines)) for o in orders] == [
        ("S1", "林", 1),
        ("S2", "王", 1),
    ]


def test_an_unknown_state_is_not_taken_for_paid(write_csv, orders_of):
    row = [*FULL]
    row[2] = "备货中"
    [order] = orders_of(write_csv([HEADER, row]))
    assert (order.facts.state, order.facts.state_text) == (ShopState.UNKNOWN, "备货中")


def test_a_bad_line_leaves_the_order_incomplete(write_csv, read):
    bad = ["A1", "", "", "", "", "", "Y", "两件", ""]
    batch = read(write_csv([HEADER, FULL, bad]))
    [rejected] = batch.rejected()
    assert (rejected.row, rejected.column, rejected.value, rejected.reason) == (
        3, "数量", "两件", refusals.BAD_PIECES,
    )  # fmt: skip
    [[order]] = batch.orders()
    assert (len(order.lines), order.is_incomplete) == (1, True)


def test_lines_without_a_line_number_keep_their_ids_from_file_to_file(write_csv, orders_of):
    path = write_csv([HEADER, FULL, ["A1", "", "", "", "", "", "Y", "2", ""]])
    ids = [[line.line_id for line in order.lines] for order in orders_of(path) + orders_of(path)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 2
