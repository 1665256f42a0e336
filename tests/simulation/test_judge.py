"""The judge at the door: what a wrong dispatch is, and that he sees every kind."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from warehouse.orders.models import LineState
from warehouse.simulation.judge import Judge
from warehouse.simulation.shopside import ShopLine, ShopSide
from warehouse.simulation.world import Box, Label

AT = datetime(2026, 11, 11, tzinfo=UTC)
HOME = {
    "name": "林小满", "phone": "16400000001", "province": "浙江省", "city": "杭州市",
    "district": "西湖区", "town": "", "detail": "样例路1号",
}  # fmt: skip


def _order(number: str = "1", **changes: Any) -> ShopSide:
    line = ShopLine(
        line_id="1", sku="TEE", title="", properties="", seller_code="TEE", pieces=2, price_fen=1
    )
    return ShopSide(
        **{"order_no": number, "receiver": dict(HOME), "lines": [line], "created_at": AT, **changes}
    )


def _box(content: dict[str, int], numbers: tuple[str, ...] = ("1",), **changes: Any) -> Box:
    label = {"waybill_no": "Z1", "carrier_code": "ZTO", "order_numbers": numbers, "receiver": HOME}
    return Box(
        parcel_no="P1", parcel_id=1, tare_g=0, content=Counter(content),
        label=Label(**{**label, **changes}),
    )  # fmt: skip


def _verdict(*boxes: Box, order: ShopSide | None = None, van: str = "ZTO",
             dispatched: tuple[str, ...] = ("1",)) -> list[str]:  # fmt: skip
    judge = Judge(book={"1": order or _order(), "2": _order("2")})
    for box in boxes:
        judge.leaves(box, van, AT)
    return judge.wrong(dispatched)


def test_what_was_ordered_to_whom_it_goes_is_right() -> None:
    assert _verdict(_box({"TEE": 2})) == []
    assert _verdict(_box({"TEE": 1}), _box({"TEE": 1})) == []
    assert _verdict(_box({"TEE": 4}, ("1", "2")), dispatched=("1", "2")) == []


def test_a_first_box_of_two_is_right_as_long_as_the_order_waits_for_the_other() -> None:
    assert _verdict(_box({"TEE": 1}), dispatched=()) == []


@pytest.mark.parametrize("content", [{"TEE": 1}, {"TEE": 3}, {"MUG": 2}, {"TEE": 2, "MUG": 1}, {}])
def test_other_goods_are_wrong(content: dict[str, int]) -> None:
    assert len(_verdict(_box(content))) == 1


def test_a_stopped_order_is_wrong() -> None:
    assert _verdict(_box({"TEE": 2}), order=_order(stops={"refund"})) == ["1: left though refund"]


def test_a_line_paid_back_before_is_not_wanted_any_more() -> None:
    order = _order()
    order.lines[0].state = LineState.REFUNDED

    assert len(_verdict(_box({"TEE": 2}), order=order)) == 1


def test_a_refund_after_the_courier_left_is_nobodys_fault() -> None:
    order = _order()
    judge = Judge(book={"1": order})
    judge.leaves(_box({"TEE": 2}), "ZTO", AT)
    order.lines[0].state = LineState.REFUNDED
    order.stops.add("refund")

    assert judge.wrong(["1"]) == []


def test_another_van_another_receiver_and_no_label_are_wrong() -> None:
    assert _verdict(_box({"TEE": 2}), van="SF") == ["Z1: left with SF instead of ZTO"]
    moved = {**HOME, "detail": "虚构巷9号"}
    assert _verdict(_box({"TEE": 2}, receiver=moved)) == ["Z1: labelled for somebody else"]
    bare = Box(parcel_no="P9", parcel_id=9, tare_g=0)
    assert _verdict(_box({"TEE": 2}), bare) == ["P9: left without a label"]


def test_what_only_the_database_sent_is_wrong() -> None:
    assert _verdict(dispatched=("1",)) == ["1: dispatched on paper only"]


def test_a_box_given_back_has_not_left() -> None:
    judge = Judge(book={"1": _order()})
    box = _box({"TEE": 2})
    judge.leaves(box, "ZTO", AT)
    judge.comes_back(box)

    assert judge.wrong(["1"]) == ["1: dispatched on paper only"]
