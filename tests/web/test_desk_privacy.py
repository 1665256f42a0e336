"""Buyers and what they write: in full for who settles orders, hidden from who only looks."""

from __future__ import annotations

import pytest

from tests.web.desk_site import Desk
from warehouse.orders.models import Order
from warehouse.people.models import Role

BUYER = "rainywindow88"
PHONE = "13912345678"
LOOKS = (Role.COUNTER, Role.RECEIVER, Role.ADMIN)
SETTLES = (Role.CUSTOMER_SERVICE, Role.SUPERVISOR)


@pytest.fixture
def pages(desk: Desk) -> list[str]:
    """A desk with an order whose remark tells a phone number, and where it shows."""
    order_id = desk.world.audited(
        {desk.world.sku(): 1}, buyer=BUYER, buyer_message=f"ring {PHONE}", seller_memo=f"or {PHONE}"
    )
    order_no = desk.world.get(Order, order_id).order_no
    return ["/orders", "/orders?export=csv", f"/orders/{order_id}", f"/search?q={order_no[:6]}"]


@pytest.mark.parametrize("role", LOOKS)
def test_who_only_looks_sees_no_buyer_and_no_phone(desk: Desk, pages: list[str], role: Role):
    for page in pages:
        answer = desk.get(page, role)
        assert answer.status_code == 200
        said = answer.get_data(as_text=True)
        assert (BUYER in said, PHONE in said) == (False, False), page


@pytest.mark.parametrize("role", SETTLES)
def test_who_settles_orders_reads_them(desk: Desk, pages: list[str], role: Role):
    texts = [desk.get(page, role).get_data(as_text=True) for page in pages]
    assert all(BUYER in text for text in texts)
    assert PHONE in texts[0]
    assert PHONE in texts[2]
