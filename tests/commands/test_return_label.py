"""Labels for goods that come back: where to, whose they are, how long they are taken."""

from __future__ import annotations

from io import BytesIO

import pytest
import sqlalchemy as sa
import zxingcpp
from PIL import Image

from printing.documents import ReturnLabel
from printing.media import SUITABLE, media
from printing.models import JobState, PrintJob
from printing.renderers import raster
from printing.renderers.pdf import render
from tests.builders import Stage, Work, World
from warehouse.dispatch.returning import PrintReturnLabel, print_return_label
from warehouse.errors import NotFound, ReasonWanted, RuleViolation
from warehouse.orders.models import Order, Shop
from warehouse.packing.models import Parcel

HOUSE = {"sender_name": "素然", "sender_phone": "0573-1", "sender_address": "嘉兴 1 号"}


def gone(world: World, **settings: object) -> Work:
    work = world.bring(Stage.DISPATCHED)
    world.settings(**{**HOUSE, **settings})
    return work


def asked(world: World, order_id: int, reason: str = "") -> ReturnLabel:
    world.do(print_return_label, PrintReturnLabel, order_id=order_id, reason=reason)
    return ReturnLabel.from_json(world.all(PrintJob, document_kind="return_label")[-1].facts)


def renumbered(world: World, order_id: int, number: str) -> None:
    with world.database.transaction() as session:
        session.execute(sa.update(Order).where(Order.id == order_id).values(order_no=number))


def test_goods_come_back_to_the_returns_desk_else_to_the_sender(lone: World):
    work = gone(lone, return_name="退货组", return_address="嘉兴 2 号")
    label = asked(lone, work.order_id)
    shown = (label.receiver.name, label.receiver.phone, label.receiver.detail)
    assert shown == ("退货组", "0573-1", "嘉兴 2 号")
    assert label.receiver.is_business
    assert (label.sender.name, label.pieces, label.until) == ("王小明", 3, "")


def test_the_last_day_is_counted_from_the_handover_in_the_site_s_days(lone: World):
    work = gone(lone, return_days=7)
    left_at = lone.get(Parcel, work.parcel_id).dispatched_at
    assert f"{left_at:%Y-%m-%d}" == "2026-03-02"
    assert asked(lone, work.order_id).until == "2026-03-09"


def test_the_symbol_is_the_order_s_number_and_hides_the_buyer(lone: World):
    work = gone(lone)
    number = lone.get(Order, work.order_id).order_no
    label = asked(lone, work.order_id)
    for stock in SUITABLE["return_label"]:
        pdf = render(label, media(stock))
        read = zxingcpp.read_barcodes(Image.open(BytesIO(raster.png(pdf, dpi=203))))
        assert {found.text for found in read} == {number}, stock
        [text] = raster.texts(pdf)
        assert ("王小明" in text, "13800000001" in text) == (False, False)


def test_a_number_no_symbol_can_say_is_told_by_the_consignment_s(lone: World):
    work = gone(lone)
    renumbered(lone, work.order_id, "订单-1")
    label = asked(lone, work.order_id)
    assert (label.return_no, label.order_no) == (f"C{work.consignment_id:08d}", "订单-1")


def test_a_second_one_needs_a_reason_and_is_marked(lone: World):
    work = gone(lone)
    asked(lone, work.order_id)
    command = {"order_id": work.order_id}
    lone.refused(ReasonWanted, print_return_label, PrintReturnLabel, **command)
    lone.refused(RuleViolation, print_return_label, PrintReturnLabel, **command, reason="lost")
    with lone.database.transaction() as session:
        session.execute(sa.update(PrintJob).values(state=JobState.SENT))
    assert asked(lone, work.order_id, "lost").copy_no == 2


def test_two_shops_may_have_the_same_number(world: World):
    work = gone(world)
    twin = world.add(Shop(code="JD", name="JD", platform="jd")).id
    goods = world.add_goods("CAP")
    other = world.order({goods: 1})
    with world.database.transaction() as session:
        session.execute(
            sa.update(Order)
            .where(Order.id == other)
            .values(
                shop_id=twin,
                consignment_id=work.consignment_id,
                order_no=world.get(Order, work.order_id).order_no,
            )
        )
    assert asked(world, work.order_id).return_no == asked(world, other).return_no
    assert len(world.all(PrintJob, document_kind="return_label")) == 2


def test_what_has_not_left_cannot_come_back(lone: World):
    work = lone.bring(Stage.MATCHED)
    lone.settings(**HOUSE)
    lone.refused(RuleViolation, print_return_label, PrintReturnLabel, order_id=work.order_id)
    with pytest.raises(NotFound):
        lone.do(print_return_label, PrintReturnLabel, order_id=4242)


def test_without_an_address_there_is_no_label(lone: World):
    work = gone(lone, sender_address="")
    lone.refused(RuleViolation, print_return_label, PrintReturnLabel, order_id=work.order_id)
