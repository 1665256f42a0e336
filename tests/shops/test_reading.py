"""Whole files to orders: every edition in every encoding, joined in any order."""

from __future__ import annotations

import itertools
import tracemalloc
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from warehouse.shops import cells, refusals, staging, textfiles
from warehouse.shops.reading import read_files
from warehouse.shops.refusals import FileRefused
from warehouse.shops.rows import Level, RefundState, ShopState, SourceFile
from warehouse.shops.samples import item_cells, order_cells, workbook_of, write_pair
from warehouse.shops.taobao import ITEM_EDITIONS, ORDER_EDITIONS

SHANGHAI = ZoneInfo("Asia/Shanghai")
ENCODINGS = ("gbk", "gb18030", "utf-8", "utf-8-sig", "utf-16")


def facts_of(orders):
    """All that must not depend on edition, encoding and order of the files."""
    return {
        order.order_no: (
            order.facts.state,
            order.facts.receiver,
            order.facts.buyer,
            order.facts.goods_fen,
            sorted(
                (line.title, line.properties_text, line.seller_code, line.pieces, line.price_fen)
                for line in order.lines
            ),
        )
        for order in orders
    }


def expected_of(orders):
    return {
        order.order_no: (
            order.goods_fen,
            sorted((line.item.title, line.item.seller_code, line.pieces) for line in order.lines),
        )
        for order in orders
    }


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("item_edition", ITEM_EDITIONS)
@pytest.mark.parametrize("order_edition", ORDER_EDITIONS)
def test_each_edition_in_each_encoding_gives_the_same_orders(
    samples, orders_of, tmp_path, order_edition, item_edition, encoding
):
    wanted = samples(30)
    if encoding == "gbk":
        wanted = [order for order in wanted if "😊" not in order.message]
    paths = write_pair(
        tmp_path, wanted, order_edition=order_edition, item_edition=item_edition, encoding=encoding
    )
    read = orders_of(*paths)
    found = {
        o.order_no: (
            o.facts.goods_fen,
            sorted((line.title, line.seller_code, line.pieces) for line in o.lines),
        )
        for o in read
    }
    assert found == expected_of(wanted)
    assert [o.order_no for o in read] == [o.order_no for o in wanted]


def test_files_may_come_in_any_order_and_number(samples, orders_of, tmp_path):
    first, second = samples(40)[:25], samples(40)[15:]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    paths = [*write_pair(tmp_path / "a", first), *write_pair(tmp_path / "b", second)]
    seen = [facts_of(orders_of(*order)) for order in itertools.permutations(paths)]
    assert len(seen[0]) == 40
    assert all(facts == seen[0] for facts in seen)


def test_an_order_is_read_with_all_its_facts(order_report, item_report, orders_of):
    memo = {
        "订单备注": "代理008 顺丰",
        "买家留言": "请周末送货",
        "退款金额": "0.00",
        "物流公司": "顺丰速运",
    }
    [order] = orders_of(order_report(memo), item_report({}))
    facts, [line] = order.facts, order.lines
    assert (facts.platform, facts.order_no, facts.shop_code, facts.shop_name) == (
        "taobao", "3100000000000000017", "77", "示例旗舰店",
    )  # fmt: skip
    assert (facts.state, facts.state_text) == (ShopState.PAID, "买家已付款，等待卖家发货")
    assert (facts.buyer, facts.buyer_message, facts.seller_memo) == (
        "tb_rain88", "请周末送货", "代理008 顺丰",
    )  # fmt: skip
    assert facts.receiver._asdict() == {
        "name": "林小满", "phone": "13800001234", "province": "浙江省", "city": "杭州市",
        "district": "西湖区", "town": "", "detail": "文三路90号3幢201室", "zip": "310012",
        "token": "", "token_kind": "", "is_masked": False, "phone_expires_at": None,
    }  # fmt: skip
    assert (facts.goods_fen, facts.postage_fen, facts.paid_fen, facts.refund_fen) == (
        11800, 0, 11800, 0,
    )  # fmt: skip
    assert facts.created_at.isoformat() == "2026-11-11T12:30:00+00:00"
    assert facts.paid_at.isoformat() == "2026-11-11T12:31:10+00:00"
    assert (facts.promised_at, facts.carrier_wish) == (None, "顺丰速运")
    assert (facts.file, facts.row) == ("orders.csv", 2)
    assert (line.line_id, line.is_line_id_made, line.pieces) == ("3100000000000000018", False, 2)
    assert line.properties == (("颜色分类", "黑色"), ("尺码", "M"))
    assert (line.seller_code, line.price_fen, line.state) == ("TS-001", 5900, ShopState.PAID)
    assert (line.refund, line.refund_fen, line.is_service) == (RefundState.NONE, None, False)
    assert (line.file, line.row) == ("items.csv", 2)


def test_a_fact_without_a_column_is_not_told(order_report, orders_of):
    [full] = orders_of(order_report({}))
    [short] = orders_of(order_report({}, edition="qianniu_order_2026"))
    assert {"seller_memo", "buyer_message", "receiver", "carrier_wish"} <= full.facts.told
    assert {"receiver", "state", "paid_at"} <= short.facts.told
    assert short.facts.told.isdisjoint({"seller_memo", "buyer_message", "buyer"})


def test_a_report_of_one_level_alone_is_read_and_says_what_is_missing(
    order_report, item_report, read
):
    only_order = read(order_report({}))
    [[order]] = only_order.orders()
    assert (order.facts.order_no, order.lines) == ("3100000000000000017", ())
    assert str(only_order.notes()[0]).startswith("Only an order report (订单报表) was read.")
    only_items = read(item_report({}))
    [[order]] = only_items.orders()
    assert (order.order_no, order.facts, len(order.lines)) == ("3100000000000000017", None, 1)
    assert str(only_items.notes()[0]).startswith("Only an item report (宝贝报表) was read.")
    assert read(order_report({}), item_report({})).notes() == ()


def test_lines_of_an_order_come_together_wherever_they_stand(order_report, item_report, orders_of):
    other = {"主订单编号": "3100000000000000099"}
    lines = [
        {"子订单编号": "1", "购买数量": "1"},
        other | {"子订单编号": "2"},
        {"子订单编号": "3", "购买数量": "5"},
    ]
    orders = orders_of(item_report(*lines), order_report({"订单编号": "3100000000000000099"}, {}))
    pieces = {o.order_no[-2:]: [line.pieces for line in o.lines] for o in orders}
    assert pieces == {"17": [1, 5], "99": [2]}


def test_of_two_rows_of_one_order_the_state_that_came_further_counts(order_report, orders_of):
    paid, sent = {}, {"订单状态": "卖家已发货，等待买家确认", "物流单号": "YT1"}
    one, two = order_report(paid, name="1.csv"), order_report(sent, name="2.csv")
    for paths in ((one, two), (two, one)):
        [order] = orders_of(*paths)
        assert (order.facts.state, order.facts.waybill_no) == (ShopState.SHIPPED, "YT1")


def test_of_two_rows_in_the_same_state_the_later_counts(order_report, orders_of):
    one = order_report({"订单备注": "旧"}, name="1.csv")
    two = order_report({"订单备注": ""}, name="2.csv")
    [order] = orders_of(one, two)
    assert order.facts.seller_memo == ""
    [order] = orders_of(two, one)
    assert order.facts.seller_memo == "旧"


def test_a_line_in_two_files_is_one_line_in_its_furthest_state(item_report, orders_of):
    refunded = {"退款状态": "退款成功", "退款金额": "59.00"}
    one, two = item_report({}, name="1.csv"), item_report(refunded, name="2.csv")
    for paths in ((one, two), (two, one), (one, one, two, two)):
        [order] = orders_of(*paths)
        [line] = order.lines
        assert (line.refund, line.refund_fen) == (RefundState.REFUNDED, 5900)


def test_lines_without_ids_get_the_same_ids_from_every_file(item_report, orders_of):
    legacy = "taobao_item_legacy"
    twice = [{}, {"商品属性": "颜色分类:白色;尺码:M"}, {}]
    one = item_report(*twice, edition=legacy, name="1.csv")
    turned = item_report(*reversed(twice), edition=legacy, name="2.csv")
    [first], [second], [both] = orders_of(one), orders_of(turned), orders_of(one, turned)
    ids = {line.line_id for line in first.lines}
    assert len(first.lines) == 3
    assert all(line.is_line_id_made for line in first.lines)
    assert {line.line_id for line in second.lines} == ids
    assert {line.line_id for line in both.lines} == ids
    assert len(both.lines) == 3


def test_an_old_and_a_new_report_of_the_same_lines_do_not_double_them(item_report, orders_of):
    lines = [
        {"子订单编号": "1"},
        {"子订单编号": "2"},
        {"子订单编号": "3", "商品标题": "帽子", "标题": "帽子"},
    ]
    old = item_report(*lines, edition="taobao_item_legacy", name="old.csv")
    new = item_report(*lines, name="new.csv")
    for paths in ((old, new), (new, old)):
        [order] = orders_of(*paths)
        assert sorted(line.line_id for line in order.lines) == ["1", "2", "3"]


def test_each_row_is_taken_or_listed(samples, read, tmp_path):
    wanted = samples(200)
    order_path, item_path = write_pair(tmp_path, wanted)
    text = item_path.read_text("gb18030").splitlines(keepends=True)
    for broken in (5, 50, 300):
        text[broken] = (
            text[broken].replace(",1,", ",x,").replace(",2,", ",x,").replace(",3,", ",x,")
        )
    item_path.write_text("".join(text), "gb18030")
    batch = read(order_path, item_path)
    orders = [order for chunk in batch.orders() for order in chunk]
    lines = sum(len(order.lines) for order in orders)
    rejected = list(batch.rejected())
    assert [row.row for row in rejected] == [6, 51, 301]
    assert sum(report.rows for report in batch.reports) == len(orders) + lines + len(rejected)
    kept = {order.order_no: len(order.lines) for order in orders}
    incomplete = {order.order_no for order in orders if order.is_incomplete}
    assert len(incomplete) == 3
    assert incomplete == {o.order_no for o in wanted if len(o.lines) != kept[o.order_no]}


def test_chunks_have_the_size_asked_for(samples, read, tmp_path):
    batch = read(*write_pair(tmp_path, samples(25)))
    assert [len(chunk) for chunk in batch.orders(size=10)] == [10, 10, 5]
    assert (batch.order_count, batch.line_count) == (25, sum(len(o.lines) for o in samples(25)))


def test_progress_runs_up_to_the_size_of_each_file(samples, read, tmp_path):
    paths = write_pair(tmp_path, samples(1500))
    ticks = []
    read(*paths, on_progress=ticks.append)
    for path in paths:
        done = [tick.done for tick in ticks if tick.file == path.name]
        assert len(done) > 2
        assert done == sorted(done)
        assert done[-1] == path.stat().st_size


def test_reports_say_what_each_file_was_taken_for(samples, read, tmp_path):
    batch = read(*write_pair(tmp_path, samples(3), encoding="utf-8-sig"))
    orders, items = batch.reports
    assert (orders.file, orders.layout, orders.level) == (
        "ExportOrderList.csv", "taobao_order_2023", Level.ORDERS,
    )  # fmt: skip
    assert (orders.encoding, orders.rows, orders.rejected) == ("utf-8-sig", 3, 0)
    assert (items.layout, items.level) == ("taobao_item_2024", Level.LINES)
    assert "直播返现状态" in orders.unused_columns


def test_a_file_is_called_what_its_sender_calls_it(samples, tmp_path):
    path, _ = write_pair(tmp_path, samples(1))
    source = SourceFile(path=path, name="昨天的订单.csv")
    with read_files([source], zone=SHANGHAI) as batch:
        [[order]] = batch.orders()
        assert order.facts.file == "昨天的订单.csv"


@pytest.mark.parametrize("item_edition", ITEM_EDITIONS)
@pytest.mark.parametrize("order_edition", ORDER_EDITIONS)
def test_each_edition_as_workbook_gives_the_same_orders(
    samples, orders_of, tmp_path, order_edition, item_edition
):
    wanted = samples(30)
    orders = [ORDER_EDITIONS[order_edition], *(order_cells(o, order_edition) for o in wanted)]
    items = [ITEM_EDITIONS[item_edition]]
    items += [item_cells(o, line, item_edition) for o in wanted for line in o.lines]
    (tmp_path / "one").write_bytes(workbook_of({"Sheet1": orders}))
    (tmp_path / "two").write_bytes(workbook_of({"Sheet1": items}))
    (tmp_path / "both").write_bytes(
        workbook_of({"说明": [["本表由千牛导出"]], "订单报表": orders, "销售明细": items})
    )
    apart = orders_of(tmp_path / "one", tmp_path / "two")
    together = orders_of(tmp_path / "both")
    assert {o.order_no: o.goods_fen for o in wanted} == {
        o.order_no: o.facts.goods_fen for o in apart
    }
    assert facts_of(apart) == facts_of(together)
    assert together[0].facts.file == "both [订单报表]"


def test_a_sheet_that_is_no_report_is_passed_over_and_named(samples, read, tmp_path):
    edition = "taobao_order_2023"
    orders = [ORDER_EDITIONS[edition], *(order_cells(o, edition) for o in samples(2))]
    path = tmp_path / "千牛.xlsx"
    path.write_bytes(workbook_of({"发货报表": [["订单编号", "物流单号"]], "订单报表": orders}))
    batch = read(path)
    assert [(r.sheet, r.level, r.rows) for r in batch.reports] == [
        ("发货报表", None, 0),
        ("订单报表", Level.ORDERS, 2),
    ]


def test_nothing_is_read_of_a_workbook_that_nobody_sees(samples, read, tmp_path):
    edition, lines = "taobao_order_2023", "taobao_item_2024"
    three = samples(3)
    book = openpyxl.Workbook()
    orders, items = book.active, book.create_sheet("宝贝报表")
    orders.title = "订单报表"
    for row in (ORDER_EDITIONS[edition], *(order_cells(o, edition) for o in three)):
        orders.append(list(row))
    items.append(list(ITEM_EDITIONS[lines]))
    for order in three:
        for line in order.lines:
            items.append(list(item_cells(order, line, lines)))
    extra = book.create_sheet("旧")
    extra.append(["订单编号", "备注"])  # no report: hidden or not, it is passed over
    extra.append(["1", "x"])
    extra.sheet_state = "hidden"
    orders.row_dimensions[2].hidden = items.row_dimensions[2].hidden = True
    path = tmp_path / "both.xlsx"
    book.save(path)
    batch = read(path)
    assert [(r.row, str(r.reason)) for r in batch.rejected()] == [
        (2, str(refusals.HIDDEN_ROW)), (2, str(refusals.HIDDEN_ROW)),
    ]  # fmt: skip
    found = {order.order_no: order for some in batch.orders() for order in some}
    assert found[three[0].order_no].is_incomplete
    assert [found[o.order_no].is_incomplete for o in three[1:]] == [False, False]
    items.sheet_state = "hidden"
    book.save(path)
    with pytest.raises(FileRefused) as unseen:
        read(path)
    assert str(unseen.value.reason) == "Sheet 宝贝报表 is hidden. Show it and look at it first."


def test_memory_does_not_grow_with_the_file(samples, tmp_path, monkeypatch):
    # What may fill up is full in the small file already.
    monkeypatch.setattr(cells, "REMEMBERED", 128)
    monkeypatch.setattr(staging, "BATCH", 100)
    monkeypatch.setattr(textfiles, "SAMPLE", 32 * 1024)
    (tmp_path / "small").mkdir()
    (tmp_path / "large").mkdir()
    small = write_pair(tmp_path / "small", samples(500))
    large = write_pair(tmp_path / "large", samples(2000))
    peaks = []
    for paths in (small, large, large):  # what a process does once, it does not do again
        tracemalloc.start()
        with read_files(paths, zone=SHANGHAI) as batch:
            assert sum(len(chunk) for chunk in batch.orders(50)) in (500, 2000)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert min(peaks[1:]) < peaks[0] * 1.1, peaks
