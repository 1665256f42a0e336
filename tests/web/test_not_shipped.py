"""The desk sees what stayed here of an order that has gone."""

from __future__ import annotations

from tests.commands.test_not_shipped import let_pass
from tests.web.desk_site import Desk, words_of
from warehouse.orders.models import Order


def test_the_page_and_the_list_name_the_order_until_its_line_is_taken_out(desk: Desk):
    work, line_id = let_pass(desk.world)
    number = desk.world.get(Order, work.order_id).order_no
    page = f"/orders/{work.order_id}"
    assert "part not shipped" in words_of(desk.get(page))
    assert "not shipped refund asked" in words_of(desk.get(page))
    assert number in words_of(desk.get("/orders?stage=not_shipped"))
    answer = desk.post(f"{page}/lines/{line_id}/cancel", note="refund paid by hand")
    assert "The line is taken out." in desk.said(answer)
    assert "part not shipped" not in words_of(desk.get(page))
    assert number not in words_of(desk.get("/orders?stage=not_shipped"))


def test_an_order_that_went_whole_has_no_button_to_take_lines_out(desk: Desk):
    from tests.builders import Stage

    work = desk.world.bring(Stage.DISPATCHED)
    assert "Take out" not in words_of(desk.get(f"/orders/{work.order_id}"))
