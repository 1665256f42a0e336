"""At the door: what was stopped meanwhile stays here, and says why."""

from __future__ import annotations

import pytest

from tests.builders import Stage, Work, World
from tests.commands.shopkeeper import Shopkeeper
from tests.commands.test_handover import hand, two_matched_parcels, visit
from tests.commands.test_stopping import put_down
from warehouse.carriers.models import Carrier
from warehouse.commands import Outcome, Tone
from warehouse.dispatch.commands.handover import HandOverParcel, hand_over_parcel
from warehouse.dispatch.commands.taking_back import UndoHandover, undo_handover
from warehouse.errors import OrderStopped, VoidWaybill
from warehouse.orders.models import HoldKind, LineState, Order, OrderState, ShopState
from warehouse.people.models import Trail

ASKED = {"退款状态": "买家已经申请退款，等待卖家同意"}
REFUNDED = {"退款状态": "退款成功", "退款金额": "118.00"}
CLOSED = {"订单状态": "交易关闭"}
SHIPPED = {"订单状态": "卖家已发货，等待买家确认"}
ELSEWHERE = {"收货地址": "浙江省 杭州市 西湖区 龙井路12号(310012)"}


@pytest.fixture
def shop(world: World, tmp_path) -> Shopkeeper:
    world.site()
    world.stock(world.sku("TEE"), "A-01", 50)
    made = Shopkeeper(world, tmp_path)
    made.imports(made.orders({}), made.items({}))
    return made


@pytest.fixture
def gone(world: World, shop: Shopkeeper) -> Work:
    """The shop's one order, in the hands of a courier whose visit is not over."""
    return world.bring(Stage.DISPATCHED, work=shop.release())


def take_back(world: World, work: Work) -> Outcome:
    return world.do(undo_handover, UndoHandover, by="shipper", handover_id=work.handover_id)


def news(shop: Shopkeeper, order: dict[str, str], item: dict[str, str]) -> None:
    shop.imports(shop.orders(order), shop.items(item))


SAID = [
    ({}, ASKED, {HoldKind.REFUND}),
    ({}, REFUNDED, {HoldKind.CLOSED_LINE}),
    (CLOSED, {}, {HoldKind.CANCELLED}),
    (CLOSED, CLOSED | REFUNDED, {HoldKind.CANCELLED, HoldKind.CLOSED_LINE}),
    (ELSEWHERE, {}, {HoldKind.ADDRESS_CHANGED}),
]


@pytest.mark.parametrize(("order", "item", "kinds"), SAID)
def test_a_parcel_taken_back_does_not_leave_again(world: World, shop, gone, order, item, kinds):
    news(shop, order, item)
    assert (shop.order().state, shop.holds()) == (OrderState.DISPATCHED, set())
    outcome = take_back(world, gone)
    assert outcome.tone is Tone.STOP
    assert "stays here" in str(outcome.message)
    assert (shop.order().state, shop.holds()) == (OrderState.RELEASED, kinds)
    given = {"handover_id": gone.handover_id, "barcode": gone.waybill_no}
    world.refused(OrderStopped, hand_over_parcel, HandOverParcel, by="shipper", **given)


@pytest.mark.parametrize(
    ("order", "item"), [({}, {}), (SHIPPED, SHIPPED), (SHIPPED, SHIPPED | {"商品价格": "60.00"})]
)
def test_what_goes_on_by_itself_holds_nothing(world: World, shop, gone, order, item):
    news(shop, order, item)
    assert shop.changes() == []
    assert take_back(world, gone).tone is Tone.ATTENTION
    assert shop.holds() == set()
    hand(world, gone.handover_id, gone.waybill_no)
    assert shop.order().state is OrderState.DISPATCHED


def test_a_refund_of_what_has_left_is_kept_and_told_once(world: World, shop, gone):
    news(shop, {}, ASKED)
    assert shop.changes() == [("line 3100000000000000018: state", "open", "refund_asked", False)]
    assert [line.state for line in shop.lines()] == [LineState.REFUND_ASKED]
    news(shop, {}, ASKED)
    assert shop.changes() == []
    assert shop.order().state is OrderState.DISPATCHED


def test_a_refund_withdrawn_before_the_undo_holds_nothing(world: World, shop, gone):
    news(shop, {}, ASKED)
    news(shop, SHIPPED, SHIPPED)
    assert [line.state for line in shop.lines()] == [LineState.OPEN]
    take_back(world, gone)
    assert shop.holds() == set()


def test_an_order_closed_and_opened_again_at_the_shop_holds_nothing(world: World, shop, gone):
    news(shop, {"订单状态": "交易神秘"}, {})
    assert shop.order().shop_state is ShopState.UNKNOWN
    news(shop, SHIPPED, {})
    take_back(world, gone)
    assert shop.holds() == set()


def test_what_a_person_let_pass_before_the_parcel_left_passes_again(world: World, shop):
    work = world.bring(Stage.MATCHED, work=shop.release())
    news(shop, {}, ASKED)
    world.unstop(work)
    work = world.bring(Stage.DISPATCHED, work=work)
    news(shop, {}, ASKED)
    take_back(world, work)
    assert shop.holds() == set()


def test_an_address_let_pass_before_the_parcel_left_passes_again(world: World, shop):
    work = world.bring(Stage.MATCHED, work=shop.release())
    news(shop, ELSEWHERE, {})
    world.unstop(work)
    take_back(world, world.bring(Stage.DISPATCHED, work=work))
    assert shop.holds() == set()


def test_the_trail_of_the_order_tells_that_it_came_back(world: World):
    work = world.bring(Stage.DISPATCHED)
    take_back(world, work)
    (row,) = world.all(Trail, subject_kind="order", subject_id=work.order_id, event="taken_back")
    assert row.facts == {"handover": "H20260302-01"}


def test_an_order_that_never_wholly_left_did_not_come_back(world: World):
    work, _, _, number, _ = two_matched_parcels(world)
    work.handover_id = visit(world, world.carrier_id(work))
    hand(world, work.handover_id, number)
    take_back(world, work)
    assert world.all(Trail, subject_kind="order", event="taken_back") == []


def test_a_void_label_says_what_it_is_and_what_to_do(world: World):
    work = world.bring(Stage.LABELLED)
    world.stop(work)
    put_down(world, work)
    given = {"handover_id": visit(world, world.one(Carrier).id), "barcode": work.waybill_no}
    refused = world.refused(VoidWaybill, hand_over_parcel, HandOverParcel, by="shipper", **given)
    number = world.get(Order, work.order_id).order_no
    assert str(refused) == (
        f"Waybill {work.waybill_no} is void: parcel P00000001 of order {number} was put aside."
        " It stays here; destroy the label."
    )
