"""Why an order is held, decided from its facts alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.orders.models import HoldKind, LineState, ShopState
from warehouse.orders.rules import (
    FACTUAL,
    MENDED_ONLY,
    OWNER_OF,
    LineFacts,
    OrderFacts,
    demand_of,
    findings_of,
    receiver_key,
)

TEE, MUG = 1, 2
PLENTY = {TEE: 100, MUG: 100}


def line(line_id: int = 1, **facts) -> LineFacts:
    given = {"sku_id": TEE, "pieces": 1, "state": LineState.OPEN, **facts}
    return LineFacts(line_id=line_id, **given)


CLEAN = OrderFacts(
    shop_state=ShopState.PAID,
    lines=(line(),),
    address=("浙江省", "杭州市", "文三路 1 号"),
    name="王小明",
    phone="13800000001",
)


def kinds(facts: OrderFacts, available=PLENTY, **settings: bool) -> list[HoldKind]:
    return [finding.kind for finding in findings_of(facts, available, **settings)]


def test_a_paid_order_with_address_and_stock_has_nothing_against_it():
    assert findings_of(CLEAN, PLENTY) == []


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"shop_state": ShopState.UNPAID}, HoldKind.UNPAID),
        ({"shop_state": ShopState.UNKNOWN}, HoldKind.UNKNOWN_STATUS),
        ({"shop_state": ShopState.FORBIDDEN}, HoldKind.UNKNOWN_STATUS),
        ({"lines": (line(state=LineState.REFUND_ASKED),)}, HoldKind.REFUND),
        ({"lines": (line(sku_id=None),)}, HoldKind.UNKNOWN_SKU),
        ({"lines": (line(state=LineState.CANCELLED),)}, HoldKind.NO_LINES),
        ({"lines": ()}, HoldKind.NO_LINES),
        ({"lines": (line(is_service=True),)}, HoldKind.NO_LINES),
        ({"is_masked": True, "has_token": True}, HoldKind.MASKED_RECEIVER),
        ({"phone": " "}, HoldKind.INCOMPLETE_ADDRESS),
        ({"buyer_message": "gift wrap"}, HoldKind.REMARK),
        ({"seller_memo": "call first"}, HoldKind.REMARK),
        ({"lines": (line(pieces=101),)}, HoldKind.STOCK_SHORT),
        ({"twins": (3, 4)}, HoldKind.MERGE_CANDIDATE),
    ],
)
def test_each_fact_holds_the_order_for_its_own_reason(change, kind):
    assert kinds(replace(CLEAN, **change)) == [kind]


def test_a_refunded_line_holds_the_order_though_others_are_left():
    lines = (line(1), line(2, state=LineState.REFUNDED))
    assert kinds(replace(CLEAN, lines=lines)) == [HoldKind.CLOSED_LINE]


def test_an_order_whose_lines_are_all_closed_has_nothing_to_ship():
    lines = (line(1, state=LineState.CLOSED),)
    assert kinds(replace(CLEAN, lines=lines)) == [HoldKind.CLOSED_LINE, HoldKind.NO_LINES]


def test_an_incomplete_address_names_what_is_missing():
    (finding,) = findings_of(replace(CLEAN, address=("浙江省", "", " "), phone=""), PLENTY)
    assert finding.note == "city, detail, phone"


def test_a_masked_receiver_is_not_called_incomplete_as_well():
    masked = replace(CLEAN, is_masked=True, name="", phone="", address=("", "", ""))
    assert kinds(masked) == [HoldKind.MASKED_RECEIVER]


def test_sites_may_switch_remarks_and_merging_off():
    noted = replace(CLEAN, buyer_message="hi", twins=(3, 4))
    assert kinds(noted, hold_remarks=False, hold_merge_candidates=False) == []


def test_lines_of_one_sku_need_their_stock_together():
    lines = (line(1, pieces=60), line(2, pieces=41))
    assert kinds(replace(CLEAN, lines=lines)) == [HoldKind.STOCK_SHORT]
    assert kinds(replace(CLEAN, lines=lines), {TEE: 101}) == []


def test_stock_promised_beyond_what_is_there_counts_as_none():
    assert kinds(CLEAN, {TEE: -5}) == [HoldKind.STOCK_SHORT]


def test_every_kind_of_hold_has_an_owner():
    assert set(OWNER_OF) == set(HoldKind)
    assert MENDED_ONLY < FACTUAL


lines_of_any_sort = st.lists(
    st.builds(
        LineFacts,
        line_id=st.integers(1, 50),
        sku_id=st.sampled_from([None, TEE, MUG]),
        pieces=st.integers(1, 9),
        state=st.sampled_from(LineState),
        is_service=st.booleans(),
    ),
    max_size=6,
)


@given(lines=lines_of_any_sort, order=st.randoms())
def test_the_order_of_lines_changes_no_reason(lines, order):
    shuffled = list(lines)
    order.shuffle(shuffled)
    assert kinds(replace(CLEAN, lines=lines)) == kinds(replace(CLEAN, lines=shuffled))


@given(lines=lines_of_any_sort, more=st.integers(0, 50))
def test_more_stock_never_holds_an_order(lines, more):
    facts = replace(CLEAN, lines=lines)
    some = {TEE: 4, MUG: 4}
    better = {TEE: 4 + more, MUG: 4 + more}
    assert set(kinds(facts, better)) <= set(kinds(facts, some))


@given(lines=lines_of_any_sort)
def test_demand_counts_the_known_pieces_that_hands_must_move(lines):
    wanted = demand_of(lines)
    shipped = [x for x in lines if x.is_to_ship and x.sku_id is not None]
    assert sum(wanted.values()) == sum(x.pieces for x in shipped)
    assert all(pieces > 0 for pieces in wanted.values())


RECEIVER = {
    "name": "王小明",
    "phone": "138 0000 0001",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "town": "",
    "detail": "Wen San Road 1",
    "token": "",
    "is_masked": False,
}


def test_receivers_are_equal_however_their_blanks_and_capitals_stand():
    other = {**RECEIVER, "phone": "13800000001", "detail": "wen san  road 1 "}
    assert receiver_key(**RECEIVER) == receiver_key(**other) != ""


@pytest.mark.parametrize(
    "part", ["name", "phone", "province", "city", "district", "town", "detail"]
)
def test_every_part_tells_receivers_apart(part):
    assert receiver_key(**RECEIVER) != receiver_key(**{**RECEIVER, part: "other"})


@pytest.mark.parametrize("part", ["name", "phone", "detail"])
def test_an_incomplete_receiver_is_like_nobody(part):
    assert receiver_key(**{**RECEIVER, part: ""}) == ""


def test_masked_receivers_compare_by_token_alone():
    masked = {**RECEIVER, "name": "王**", "is_masked": True}
    assert receiver_key(**masked) == ""
    one = receiver_key(**{**masked, "token": "A"})
    assert one == receiver_key(**{**masked, "name": "李**", "token": "A"})
    assert one != receiver_key(**{**masked, "token": "B"})
