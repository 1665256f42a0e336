"""Machines order goods, announce deliveries, and read what came of them."""

from __future__ import annotations

import pytest

from tests.api.conftest import make_app, new_machine
from tests.api.described import Description
from tests.builders import World
from tests.dock import Dock
from warehouse.people.models import Role
from warehouse.receiving.models import PurchaseOrder, Receipt


@pytest.fixture
def dock(database) -> Dock:
    dock = Dock(World(database))
    dock.supplier()
    dock.world.sku("TEE")
    return dock


def test_an_order_is_made_once_and_its_delivery_announced(dock: Dock, tmp_path):
    buyer = new_machine(dock.world, make_app(dock.world.database, tmp_path), Role.SUPERVISOR)
    sent = {"supplier": "YZ", "is_ordered": True, "expected_on": "2027-01-31",
            "lines": [{"sku": "TEE", "pieces": 5, "price_fen": 1250}]}  # fmt: skip
    first = buyer.post("/purchases", sent, key="order-1")
    again = buyer.post("/purchases", sent, key="order-1")
    assert (first.status_code, first.get_json()) == (200, again.get_json())
    number = dock.world.one(PurchaseOrder).number
    shown = buyer.get(f"/purchases/{number}").get_json()
    assert (shown["state"], shown["pieces"], shown["lines"][0]["price_fen"]) == ("ordered", 5, 1250)
    announced = {"supplier": "YZ", "purchase_order": number, "lines": [{"sku": "TEE", "pieces": 5}]}
    assert buyer.post("/receipts", announced).status_code == 200
    receipt = dock.world.one(Receipt).number
    lines = buyer.get(f"/receipts/{receipt}").get_json()["lines"]
    assert lines == [{"sku": "TEE", "announced": 5, "sound": 0, "faulty": 0}]


def test_what_cannot_be_is_refused_at_its_field(dock: Dock, tmp_path):
    app = make_app(dock.world.database, tmp_path)
    buyer = new_machine(dock.world, app, Role.SUPERVISOR)
    line = {"sku": "TEE", "pieces": 1}
    for lines, more, status, field in (
        ([line], {"expected_on": "2062-01-01"}, 400, "expected_on"),
        ([line], {"expected_on": "2026-02-31"}, 400, "expected_on"),
        ([{**line, "pieces": 0}], {}, 400, "lines[0].pieces"),
        ([line, {"sku": "NOPE", "pieces": 1}], {}, 404, "lines-2"),
        ([line], {"supplier": "ZZ"}, 404, "supplier"),
    ):
        sent = {"supplier": "YZ", "lines": lines, **more}
        answer = buyer.post("/purchases", sent)
        assert (answer.status_code, answer.get_json()["error"]["field"]) == (status, field)
    assert dock.world.all(PurchaseOrder) == []
    receiver = new_machine(dock.world, app, Role.RECEIVER)
    assert receiver.post("/receipts", {"supplier": "YZ", "lines": [line]}).status_code == 403
    assert receiver.get("/suppliers").status_code == 403


def test_all_that_is_wrong_is_told_in_one_answer(dock: Dock, tmp_path):
    buyer = new_machine(dock.world, make_app(dock.world.database, tmp_path), Role.SUPERVISOR)
    lines = [{"sku": "NOPE", "pieces": 1}, {"sku": "NADA", "pieces": 1}]
    sent = {"supplier": "ZZ", "expected_on": "2062-01-01", "lines": lines}
    described = Description(buyer)
    error = described.hold("/purchases", buyer.post("/purchases", sent), "post")["error"]
    assert [error["field"], *(one["field"] for one in error["others"])] == [
        "supplier", "expected_on", "lines-1", "lines-2",
    ]  # fmt: skip
    assert error["others"][1] == {
        "code": "not_found", "field": "lines-1",
        "message": "Line 1, NOPE: There is no SKU with this code.",
    }  # fmt: skip


def test_goods_are_counted_anew_by_a_word_of_the_desk(dock: Dock, tmp_path):
    world = dock.world
    boss = new_machine(world, make_app(world.database, tmp_path), Role.SUPERVISOR)
    receipt_id = dock.blind()
    dock.count(receipt_id, world.sku("CUP"), 3)
    number = world.get(Receipt, receipt_id).number
    path = f"/receipts/{number}/recount"
    for sent, status in (
        ({"skus": ["NOPE"], "note": "x"}, 404),
        ({"all": True}, 400),
        ({"skus": ["CUP"], "all": True, "note": "x"}, 400),
    ):
        assert boss.post(path, sent).status_code == status
    assert boss.post("/receipts/RK-0/recount", {"all": True, "note": "x"}).status_code == 404
    described = Description(boss)
    sent = {"skus": ["CUP"], "note": "the cartons hold four"}
    described.hold("/receipts/{number}/recount", boss.post(path, sent), "post")
    shown = described.hold("/receipts/{number}", boss.get(f"/receipts/{number}"))
    (asked,) = shown["recounts"]
    assert (asked["sku"], asked["sound"], asked["reason"]) == ("CUP", 3, "the cartons hold four")
    assert asked["is_due"]
    assert shown["sound"] == 0
    assert boss.post(path, {"all": True, "note": "x"}).status_code == 409
