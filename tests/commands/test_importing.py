"""Orders come in by a shop's reports: what is new, in which state, and what is wrong in them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.commands.shopkeeper import NUMBER
from warehouse.catalog.models import Sku
from warehouse.orders.import_models import ImportRun, ImportState
from warehouse.orders.models import HoldKind, LineState, Order, OrderState, Shop, ShopState
from warehouse.shops.refusals import FileRefused


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


def test_the_shop_is_named_by_the_import_or_by_the_file(world, shop):
    shop.imports(shop.orders({}), shop_code="TB-MAIN")
    assert [(s.code, s.name) for s in world.all(Shop)] == [("TB-MAIN", "示例旗舰店")]
    other = shop.orders({"订单编号": "3100000000000000099"})
    shop.imports(other)
    assert [s.code for s in world.all(Shop)] == ["TB-MAIN", "示例旗舰店"]
    # A platform's number is known whatever shop it was put under.
    assert shop.imports(shop.orders({})) == (0, 0, 1, 0, 0)
