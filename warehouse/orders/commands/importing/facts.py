"""From a shop's words to our columns: pure, knows no session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from warehouse.orders.models import LineState, ShopState
from warehouse.orders.rules import digest, receiver_key
from warehouse.shops import rows
from warehouse.shops.rows import LineFacts, OrderFacts, Receiver, RefundState

_ENDED_LINES = {
    rows.ShopState.SHIPPED: LineState.SHIPPED,
    rows.ShopState.FINISHED: LineState.SHIPPED,
    rows.ShopState.CLOSED: LineState.CLOSED,
}
# A line in one of these states says that its order is not simply paid, whatever the order says.
_TELLING_LINES = (rows.ShopState.UNKNOWN, rows.ShopState.FORBIDDEN)

# Facts as readers name them → the columns made of them.
COLUMNS_OF: dict[str, tuple[str, ...]] = {
    "state": ("shop_state", "shop_state_text"),
    "buyer": ("buyer",),
    "buyer_message": ("buyer_message",),
    "seller_memo": ("seller_memo",),
    "seller_flag": ("seller_flag",),
    "receiver": (
        "receiver_name", "receiver_phone", "receiver_province", "receiver_city",
        "receiver_district", "receiver_town", "receiver_detail", "receiver_zip",
        "receiver_token", "receiver_token_kind", "is_masked", "receiver_key",
    ),
    "carrier_wish": ("carrier_wish",),
    "paid_fen": ("payment_fen",),
    "postage_fen": ("postage_fen",),
    "paid_at": ("paid_at",),
    "promised_at": ("promise_at",),
}  # fmt: skip
ORDER_COLUMNS = tuple(column for columns in COLUMNS_OF.values() for column in columns)


def order_values(facts: OrderFacts, lines: Sequence[LineFacts]) -> dict[str, Any]:
    """Return ORDER_COLUMNS → value of an order."""
    state, text = _state_of(facts, lines)
    paid = facts.paid_fen if facts.paid_fen is not None else facts.total_fen
    return {
        "shop_state": state.value,
        "shop_state_text": text,
        "buyer": facts.buyer,
        "buyer_message": facts.buyer_message,
        "seller_memo": facts.seller_memo,
        "seller_flag": facts.seller_flag,
        **_receiver_values(facts.receiver),
        "carrier_wish": facts.carrier_wish,
        "payment_fen": paid or 0,
        "postage_fen": facts.postage_fen or 0,
        "paid_at": facts.paid_at,
        "promise_at": facts.promised_at,
    }


def _state_of(facts: OrderFacts, lines: Sequence[LineFacts]) -> tuple[ShopState, str]:
    """Return the order's state and its words; an open order is no better known than its lines."""
    if facts.state in (rows.ShopState.PAID, rows.ShopState.PART_SHIPPED):
        for line in lines:
            if line.state in _TELLING_LINES:
                return ShopState(line.state.value), line.state_text
    return ShopState(facts.state.value), facts.state_text


def _receiver_values(receiver: Receiver) -> dict[str, Any]:
    (name, phone, province, city, district, town, detail, zip_code, token, kind, is_masked, _) = (
        receiver
    )
    return {
        "receiver_name": name,
        "receiver_phone": phone,
        "receiver_province": province,
        "receiver_city": city,
        "receiver_district": district,
        "receiver_town": town,
        "receiver_detail": detail,
        "receiver_zip": zip_code,
        "receiver_token": token,
        "receiver_token_kind": kind,
        "is_masked": is_masked,
        "receiver_key": receiver_key(
            name=name, phone=phone, province=province, city=city, district=district, town=town,
            detail=detail, token=token, is_masked=is_masked,
        ),
    }  # fmt: skip


def told_columns(facts: OrderFacts) -> list[str]:
    """Return the columns the file of these facts may change; of others it knows nothing."""
    told = facts.told | ({"paid_fen"} if "total_fen" in facts.told else frozenset())
    return [column for fact, columns in COLUMNS_OF.items() if fact in told for column in columns]


LINE_COLUMNS = (
    "title", "properties", "seller_code", "pieces", "price_fen", "state", "is_service",
)  # fmt: skip


def line_values(line: LineFacts) -> tuple[Any, ...]:
    """Return the values of LINE_COLUMNS of a line."""
    return (
        line.title, line.properties_text, line.seller_code, line.pieces, line.price_fen or 0,
        line_state_of(line).value, line.is_service,
    )  # fmt: skip


def line_state_of(line: LineFacts) -> LineState:
    """Return where a line stands. What is unclear counts as a refund to be looked at.

    A refund of less than the line's price is a rebate: the goods are still to be sent, unless
    the shop has closed the line.
    """
    if line.refund is RefundState.NONE and line.state is rows.ShopState.PAID:
        return LineState.OPEN
    ended = _ENDED_LINES.get(line.state) if line.state else None
    if line.refund is RefundState.REFUNDED and ended is not LineState.SHIPPED:
        return LineState.OPEN if ended is None and _is_rebate(line) else LineState.REFUNDED
    if ended:
        return ended
    if line.refund in (RefundState.REQUESTED, RefundState.UNKNOWN):
        return LineState.REFUND_ASKED
    return LineState.OPEN


def _is_rebate(line: LineFacts) -> bool:
    return bool(
        line.refund_fen and line.price_fen and line.refund_fen < line.price_fen * line.pieces
    )


def match_key(line: LineFacts) -> str:
    """Return what tells this item from others of its shop: its code, else title and properties."""
    if line.seller_code:
        return digest(("code", line.seller_code))
    return digest(("text", line.title, line.properties_text))
