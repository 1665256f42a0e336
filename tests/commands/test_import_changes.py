"""What a shop changes of an order it has sent before, begun or not, and gone."""

from __future__ import annotations

import pytest

from tests.builders import Stage
from warehouse.errors import OrderStopped
from warehouse.orders.import_models import ImportRun
from warehouse.orders.models import Consignment, Hold, HoldKind, OrderState, ShopState
from warehouse.packing.commands.start import StartPacking, start_packing
from warehouse.people.models import Trail


def begun(world, shop, stage=Stage.HALF_PICKED):
    """Import the order and bring it to a stage; returns the work."""
    shop.imports(shop.orders({}), shop.items({}))
    return world.bring(stage, work=shop.release())


def test_a_changed_field_is_applied_and_reported_with_its_personal_part_hidden(stocked):
    stocked.imports(stocked.orders({}), stocked.items({}))
    changed = {
        "收货人姓名": "王大锤",
        "联系手机": "13911112222",
        "收货地址": "江苏省 南京市 鼓楼区 中山北路1号5幢302室(210009)",
        "订单备注": "改发顺丰 13711112222",
    }
    assert stocked.imports(stocked.orders(changed), stocked.items({})) == (0, 1, 0, 0, 0)
    order = stocked.order()
    assert (order.receiver_name, order.receiver_city, order.seller_memo, order.version) == (
        "王大锤", "南京市", "改发顺丰 13711112222", 2,
    )  # fmt: skip
    changes = {field: (old, new, applied) for field, old, new, applied in stocked.changes()}
    assert changes["receiver_city"] == ("杭州市", "南京市", True)
    assert changes["receiver_name"] == ("林**", "王**", True)
    shown = repr(changes)
    for secret in ("林小满", "王大锤", "13911112222", "13711112222", "302室"):
        assert secret not in shown
    [event] = [t for t in stocked.world.all(Trail) if t.event == "receiver_changed"]
    assert "receiver_city" in event.facts["fields"]
    assert stocked.holds() == {HoldKind.REMARK}


def test_paying_lets_the_order_go(stocked):
    stocked.imports(stocked.orders({"订单状态": "等待买家付款"}), stocked.items({}))
    assert stocked.holds() == {HoldKind.UNPAID}
    assert stocked.imports(stocked.orders({}), stocked.items({})) == (0, 1, 0, 0, 0)
    assert (stocked.holds(), stocked.order().state) == (set(), OrderState.CLEAN)


def test_a_column_the_file_lacks_changes_nothing(stocked):
    stocked.imports(stocked.orders({"订单备注": "礼盒"}), stocked.items({}))
    short = stocked.orders({"买家实付金额": "118.00"}, edition="qianniu_order_2026")
    assert stocked.imports(short, stocked.items({})) == (0, 0, 1, 0, 0)
    assert stocked.order().seller_memo == "礼盒"


def test_an_old_file_does_not_turn_the_clock_back(stocked):
    old = stocked.orders({"订单状态": "等待买家付款", "订单备注": "旧"}, name="old.csv")
    new = stocked.orders({"订单备注": "新"}, name="new.csv")
    stocked.imports(new, stocked.items({}))
    assert stocked.imports(old, stocked.items({})) == (0, 0, 1, 0, 0)
    assert (stocked.order().shop_state, stocked.order().seller_memo) == (ShopState.PAID, "新")


def test_a_receiver_the_platform_hides_later_is_no_change_of_address(stocked):
    stocked.imports(stocked.orders({}), stocked.items({}))
    hidden = {
        "收货人姓名": "林**",
        "联系手机": "*******1234",
        "收货地址": "浙江省 杭州市 西湖区 ****",
    }
    assert stocked.imports(stocked.orders(hidden), stocked.items({})) == (0, 0, 1, 0, 0)
    assert stocked.order().receiver_name == "林小满"
    moved = hidden | {"收货地址": "江苏省 南京市 鼓楼区 ****"}
    assert stocked.imports(stocked.orders(moved), stocked.items({})) == (0, 1, 0, 0, 0)
    assert (stocked.order().receiver_city, stocked.order().is_masked) == ("南京市", True)


def test_a_released_order_nobody_has_begun_comes_back_to_be_looked_at(world, stocked):
    stocked.imports(stocked.orders({}), stocked.items({}))
    work = stocked.release()
    assert stocked.imports(
        stocked.orders({"修改后的收货地址": "江苏省 南京市 鼓楼区 中山北路1号"}), stocked.items({})
    ) == (0, 1, 0, 0, 0)
    order = stocked.order()
    assert (order.state, order.consignment_id, order.receiver_city) == (
        OrderState.CLEAN, None, "南京市",
    )  # fmt: skip
    assert world.state(Consignment, work.consignment_id) == "dissolved"


def test_a_quiet_change_leaves_a_released_order_released(world, stocked):
    stocked.imports(stocked.orders({}), stocked.items({}))
    stocked.release()
    assert stocked.imports(stocked.orders({"买家实际支付金额": "117.00"}), stocked.items({})) == (
        0,
        1,
        0,
        0,
        0,
    )
    assert (stocked.order().state, stocked.order().payment_fen) == (OrderState.RELEASED, 11700)


def test_changed_lines_are_applied_and_the_order_audited(stocked):
    stocked.imports(stocked.orders({}), stocked.items({}))
    asked = {"退款状态": "买家已经申请退款，等待卖家同意", "购买数量": "3"}
    assert stocked.imports(stocked.orders({}), stocked.items(asked)) == (0, 1, 0, 0, 0)
    assert stocked.changes() == [
        ("line 3100000000000000018: pieces", "2", "3", True),
        ("line 3100000000000000018: state", "open", "refund_asked", True),
    ]
    assert stocked.holds() == {HoldKind.REFUND}
    assert stocked.imports(stocked.orders({}), stocked.items({"购买数量": "3"})) == (0, 1, 0, 0, 0)
    assert stocked.holds() == set()


def test_a_refund_stops_the_order_at_its_next_scan(world, stocked):
    work = begun(world, stocked, Stage.PICKED)
    asked = {"退款状态": "买家已经申请退款，等待卖家同意"}
    assert stocked.imports(stocked.orders({}), stocked.items(asked)) == (0, 0, 1, 0, 0)
    assert stocked.holds() == {HoldKind.REFUND}
    assert stocked.order().state is OrderState.RELEASED
    world.refused(OrderStopped, start_packing, StartPacking, by="packer", barcode=work.tote)


def test_a_changed_address_stops_and_changes_nothing(world, stocked):
    begun(world, stocked)
    changed = {"收货地址": "江苏省 南京市 鼓楼区 中山北路1号(210009)", "订单备注": "快"}
    assert stocked.imports(stocked.orders(changed), stocked.items({})) == (0, 0, 1, 0, 0)
    order = stocked.order()
    assert (order.receiver_city, order.seller_memo, order.version) == ("杭州市", "", 1)
    assert stocked.holds() == {HoldKind.ADDRESS_CHANGED}
    assert {(field, applied) for field, _, _, applied in stocked.changes()} >= {
        ("receiver_city", False),
        ("seller_memo", False),
    }
    run = stocked.world.all(ImportRun)[-1]
    assert (run.orders_untouched, run.orders_unchanged) == (1, 0)


@pytest.mark.parametrize(
    ("text", "kind"), [("交易关闭", HoldKind.CANCELLED), ("冻结", HoldKind.UNKNOWN_STATUS)]
)
def test_an_order_the_shop_closes_is_stopped(world, stocked, text, kind):
    begun(world, stocked)
    stocked.imports(stocked.orders({"订单状态": text}), stocked.items({}))
    assert stocked.holds() == {kind}


def test_the_same_news_stops_an_order_once(world, stocked):
    begun(world, stocked)
    paths = stocked.orders({"收货地址": "江苏省 南京市 鼓楼区 中山北路1号"}), stocked.items({})
    stocked.imports(*paths)
    world.unstop(world.work_of(stocked.order().id))
    stocked.imports(*paths)
    assert stocked.holds() == set()
    assert len(world.all(Hold, kind=HoldKind.ADDRESS_CHANGED)) == 1


def test_the_shops_word_of_shipping_does_not_stop_what_we_ship(world, stocked):
    begun(world, stocked)
    sent = {"订单状态": "卖家已发货，等待买家确认", "物流单号": "ZTO1"}
    assert stocked.imports(stocked.orders(sent), stocked.items({})) == (0, 0, 1, 0, 0)
    assert stocked.holds() == set()


def test_a_dispatched_order_is_left_alone(world, stocked):
    begun(world, stocked, Stage.DISPATCHED)
    done = {"订单状态": "交易成功", "收货人姓名": "林**", "收货地址": "浙江省 杭州市 西湖区 **"}
    assert stocked.imports(stocked.orders(done), stocked.items({})) == (0, 0, 1, 0, 0)
    assert stocked.changes() == []
    refunded = {"退款状态": "退款成功", "退款金额": "118.00"}
    stocked.imports(stocked.orders(done), stocked.items(refunded))
    assert stocked.changes() == [("line 3100000000000000018: state", "open", "refunded", False)]
    assert (stocked.order().state, stocked.holds()) == (OrderState.DISPATCHED, set())
