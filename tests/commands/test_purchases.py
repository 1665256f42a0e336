"""Purchase orders and suppliers: drafted, changed, ordered, announced, closed, refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from tests.dock import Dock
from warehouse.errors import InvalidInput, RuleViolation, StaleScreen, UnknownName
from warehouse.receiving.commands.purchases import (
    ChangePurchase,
    ClosePurchase,
    MakePurchase,
    PlaceOrder,
    Wanted,
    change_purchase,
    close_purchase,
    make_purchase,
    place_order,
)
from warehouse.receiving.commands.receipts import (
    Announced,
    ExpectReceipt,
    StartReceipt,
    expect_receipt,
    start_receipt,
)
from warehouse.receiving.commands.suppliers import SaveSupplier, save_supplier
from warehouse.receiving.models import Receipt, ReceiptState

WRONG_LINES = {
    "no line": (),
    "none": (Wanted(sku_code="TEE", pieces=0),),
    "fewer than none": (Wanted(sku_code="TEE", pieces=-3),),
    "more than any": (Wanted(sku_code="TEE", pieces=100_001),),
    "below nothing": (Wanted(sku_code="TEE", pieces=1, price_fen=-1),),
    "in 2062": (Wanted(sku_code="TEE", pieces=1, expected_on=date(2062, 1, 1)),),
    "twice": (Wanted(sku_code="TEE", pieces=1), Wanted(sku_code="TEE", pieces=2)),
}


@pytest.mark.parametrize("lines", WRONG_LINES.values(), ids=WRONG_LINES)
def test_an_order_that_cannot_be_is_refused(dock: Dock, lines: tuple[Wanted, ...]):
    dock.world.sku("TEE")
    dock.world.refused(InvalidInput, make_purchase, MakePurchase, supplier="YZ", lines=lines)
    nothing = (Wanted(sku_code="NOPE", pieces=1),)
    dock.world.refused(UnknownName, make_purchase, MakePurchase, supplier="YZ", lines=nothing)


def test_an_order_is_drafted_changed_ordered_and_closed(dock: Dock):
    tee, mug = dock.world.sku("TEE"), dock.world.sku("MUG")
    order = dock.order({tee: 3}, is_ordered=False)
    refused = dock.world.refused
    refused(RuleViolation, start_receipt, StartReceipt, barcode=order.number)
    lines = (Wanted(sku_code=mug.barcode, pieces=7),)
    dock.world.do(change_purchase, ChangePurchase, purchase_id=order.id, lines=lines)
    dock.world.do(place_order, PlaceOrder, purchase_id=order.id)
    refused(StaleScreen, place_order, PlaceOrder, purchase_id=order.id)
    refused(RuleViolation, change_purchase, ChangePurchase, purchase_id=order.id, lines=lines)
    receipt_id = dock.start(order.number)
    given = {"purchase_id": order.id, "reason": "sold out"}
    refused(RuleViolation, close_purchase, ClosePurchase, **given)
    dock.count(receipt_id, mug, 2)
    dock.finish(receipt_id)
    dock.book(receipt_id)
    dock.world.do(close_purchase, ClosePurchase, **given)
    refused(StaleScreen, close_purchase, ClosePurchase, **given)
    assert dock.received(order) == ("closed", [2])
    refused(RuleViolation, start_receipt, StartReceipt, barcode=order.number)


def test_an_announced_delivery_is_counted_against_the_announcement(dock: Dock):
    tee = dock.world.sku("TEE")
    order = dock.order({tee: 10})
    given: dict[str, Any] = {"supplier": "YZ", "purchase_no": order.number, "source_key": "k"}
    boxes = (Announced(sku_code="TEE", pieces=2), Announced(sku_code=tee.barcode, pieces=4))
    expected = dock.world.do(expect_receipt, ExpectReceipt, lines=boxes, **given)
    assert dock.start(order.number) == expected.subject_id
    assert dock.lines(expected.subject_id or 0) == {tee.id: (6, 0, 0)}
    refused = dock.world.refused
    refused(RuleViolation, expect_receipt, ExpectReceipt, lines=boxes, **given)
    dock.supplier("ZZ")
    other = {**given, "supplier": "ZZ", "source_key": ""}
    refused(RuleViolation, expect_receipt, ExpectReceipt, lines=boxes, **other)
    wrong = (Announced(sku_code="NOPE", pieces=1),)
    error = refused(UnknownName, expect_receipt, ExpectReceipt, lines=wrong, supplier="YZ")
    assert error.facts["field"] == "lines-1"


WRONG_SUPPLIERS: dict[str, dict[str, Any]] = {
    "a code taken": {"code": "YZ", "name": "x"},
    "no code": {"code": " ", "name": "x"},
    "a code no scanner reads": {"code": "悦织", "name": "x"},
    "no name": {"code": "AB", "name": " "},
    "a lead time below nothing": {"code": "AB", "name": "x", "lead_days": -1},
}


@pytest.mark.parametrize("facts", WRONG_SUPPLIERS.values(), ids=WRONG_SUPPLIERS)
def test_a_supplier_that_cannot_be_is_refused(dock: Dock, facts: dict[str, Any]):
    dock.world.refused(InvalidInput, save_supplier, SaveSupplier, **facts)


def test_the_database_itself_lets_an_order_be_counted_once_at_a_time(dock: Dock):
    order = dock.order({dock.world.sku("TEE"): 3})
    receipt = dock.receipt(dock.start(order.number))
    row = {c.name: getattr(receipt, c.name) for c in sa.inspect(Receipt).columns}
    with pytest.raises(sa.exc.IntegrityError), dock.world.database.transaction() as session:
        session.execute(sa.insert(Receipt).values(row | {"id": 999, "number": "GR-X"}))
    assert dock.receipt(receipt.id).state is ReceiptState.COUNTING
