"""Labels for goods that come back: where to, whose they are, how long they are taken."""

from __future__ import annotations

from collections.abc import Iterator
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
from warehouse.db import Database
from warehouse.dispatch.returning import PrintReturnLabel, print_return_label
from warehouse.errors import NotFound, ReasonWanted, RuleViolation
from warehouse.orders.models import Order, Shop
from warehouse.packing.models import Parcel

HOUSE = {"sender_name": "素然", "sender_phone": "0573-1", "sender_address": "嘉兴 1 号"}


@pytest.fixture
def world(sqlite_database: Database) -> Iterator[World]:
    """A world on SQLite; `each` is one on each engine, where they could differ."""
    world = World(sqlite_database)
    yield world
    assert world.differences() == []


@pytest.fixture
def each(database: Database) -> World:
    return World(database)


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


def test_goods_come_back_to_the_returns_desk_else_to_the_sender(world: World):
    work = gone(world, return_name="退货组", return_address="嘉兴 2 号")
    label = asked(world, work.order_id)
    shown = (label.receiver.name, label.receiver.phone, label.receiver.detail)
    assert shown == ("退货组", "0573-1", "嘉兴 2 号")
    assert label.receiver.is_business
    assert (label.sender.name, label.pieces, label.until) == ("王小明", 3, "")


def test_the_last_day_is_counted_from_the_handover_in_the_site_s_days(world: World):
    work = gone(world, return_days=7)
    left_at = world.get(Parcel, work.parcel_id).dispatched_at
    assert f"{left_at:%Y-%m-%d}" == "2026-03-02"
    assert asked(world, work.order_id).until == "2026-03-09"


def test_the_symbol_is_the_order_s_number_and_hides_the_buyer(world: World):
    work = gone(world)
    number = world.get(Order, work.order_id).order_no
    label = asked(world, work.order_id)
    for stock in SUITABLE["return_label"]:
        pdf = render(label, media(stock))
        read = zxingcpp.read_barcodes(Image.open(BytesIO(raster.png(pdf, dpi=203))))
        assert {found.text for found in read} == {number}, stock
        [text] = raster.texts(pdf)
        assert ("王小明" in text, "13800000001" in text) == (False, False)


def test_a_number_no_symbol_can_say_is_told_by_the_consignment_s(world: World):
    work = gone(world)
    renumbered(world, work.order_id, "订单-1")
    label = asked(world, work.order_id)
    assert (label.return_no, label.order_no) == (f"C{work.consignment_id:08d}", "订单-1")


def test_a_second_one_needs_a_reason_and_is_marked(world: World):
    work = gone(world)
    asked(world, work.order_id)
    command = {"order_id": work.order_id}
    world.refused(ReasonWanted, print_return_label, PrintReturnLabel, **command)
    world.refused(RuleViolation, print_return_label, PrintReturnLabel, **command, reason="lost")
    with world.database.transaction() as session:
        session.execute(sa.update(PrintJob).values(state=JobState.SENT))
    assert asked(world, work.order_id, "lost").copy_no == 2


def test_two_shops_may_have_the_same_number(each: World):
    work = gone(each)
    twin = each.add(Shop(code="JD", name="JD", platform="jd")).id
    goods = each.add_goods("CAP")
    other = each.order({goods: 1})
    with each.database.transaction() as session:
        session.execute(
            sa.update(Order)
            .where(Order.id == other)
            .values(
                shop_id=twin,
                consignment_id=work.consignment_id,
                order_no=each.get(Order, work.order_id).order_no,
            )
        )
    assert asked(each, work.order_id).return_no == asked(each, other).return_no
    assert len(each.all(PrintJob, document_kind="return_label")) == 2


def test_what_has_not_left_cannot_come_back(world: World):
    work = world.bring(Stage.MATCHED)
    world.settings(**HOUSE)
    world.refused(RuleViolation, print_return_label, PrintReturnLabel, order_id=work.order_id)
    with pytest.raises(NotFound):
        world.do(print_return_label, PrintReturnLabel, order_id=4242)


def test_without_an_address_there_is_no_label(world: World):
    work = gone(world, sender_address="")
    world.refused(RuleViolation, print_return_label, PrintReturnLabel, order_id=work.order_id)
