"""From the cells of one row to what is put down of its order and its line.

A plan is made once per table: which column feeds which fact, through which converter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from warehouse.shops import cells, refusals
from warehouse.shops.cells import Convert
from warehouse.shops.instants import instants
from warehouse.shops.layouts import LINE_FIELDS, ORDER_FIELDS, Match
from warehouse.shops.receivers import is_masked, split_address
from warehouse.shops.refusals import BadCell
from warehouse.shops.rows import (
    MAX_CODE,
    MAX_DETAIL,
    MAX_NAME,
    MAX_NOTE,
    MAX_SHORT,
    MAX_STATE,
    Level,
)
from warehouse.shops.words import flag_of, state_of
from warehouse.text import Text

_FACT_OF = {
    "second_memo": "seller_memo", "carrier": "carrier_wish", "shipping": "carrier_wish",
    "address": "receiver", "changed_address": "receiver", "detail": "receiver",
    "name": "receiver", "mobile": "receiver", "telephone": "receiver",
}  # fmt: skip
Place = tuple[str, int]  # file, row

RANKS = {Level.ORDERS: 0, Level.BOTH: 1}  # a report of orders outranks what lines say of theirs
UNNAMED_KIND = "oaid"  # the kind of a token in a report that names none
_GENERIC_SHIPPING = frozenset({"快递", "平邮", "卖家包邮", "包邮", "普通快递"})


class Plan:
    """How the rows of one table are taken apart for the facts of one kind.

    `take` gives the values of all facts, in the order of `fields`; BadCell if one is refused.
    """

    def __init__(
        self, match: Match, fields: Sequence[str], converters: Mapping[str, Convert]
    ) -> None:
        self.fields = fields
        self.match = match
        # A fact without a column reads a blank cell that stands behind the row's last one.
        blank_at = len(match.header)
        self._at = [match.at.get(fact, blank_at) for fact in fields]
        self._pick = itemgetter(*self._at)
        self._convert = [converters[f] if f in match.at else _absent(f) for f in fields]

    def take(self, row: Sequence[str]) -> list[Any]:
        """Return the values of a row that is as wide as the header and one blank cell more."""
        return [convert(cell) for convert, cell in zip(self._convert, self._pick(row), strict=True)]

    def culprit(self, row: Sequence[str]) -> tuple[str, str, Text] | None:
        """Return (fact, cell, reason) of the first cell of the row that is refused, if any is."""
        for fact, convert, index in zip(self.fields, self._convert, self._at, strict=True):
            try:
                convert(row[index])
            except BadCell as refused:
                return fact, row[index], refused.reason
        return None


def _absent(fact: str) -> Convert:
    nothing = None if fact.endswith(("_fen", "_at")) else ""
    return lambda _cell: nothing


def order_plan(match: Match, zone: ZoneInfo, serial_days: int, number: Convert) -> Plan:
    """Return the plan for the order facts of a table."""
    return Plan(match, ORDER_FIELDS, _converters(zone, serial_days, number))


def line_plan(match: Match, zone: ZoneInfo, serial_days: int, number: Convert) -> Plan:
    """Return the plan for the line facts of a table."""
    return Plan(match, LINE_FIELDS, _converters(zone, serial_days, number))


def _converters(zone: ZoneInfo, serial_days: int, number: Convert) -> dict[str, Convert]:
    name, detail = cells.text_of_at_most(MAX_NAME), cells.text_of_at_most(MAX_DETAIL)
    note, phone = cells.note_of_at_most(MAX_NOTE), cells.phone
    # Columns whose values recur share one memory per kind.
    short, state, code, word, text = (
        cells.remembering(cells.text_of_at_most(limit))
        for limit in (MAX_SHORT, MAX_STATE, MAX_CODE, MAX_NAME, MAX_DETAIL)
    )
    fen = cells.remembering(cells.fen)
    item_code = cells.remembering(cells.seller_code)
    when = instants(zone, serial_days=serial_days)
    return {
        "order_no": number, "line_id": number, "platform": cells.remembering(_platform),
        "shop_code": code, "shop_name": word, "state": state, "buyer": name,
        "buyer_message": note, "seller_memo": note, "second_memo": note, "seller_flag": code,
        "name": name, "mobile": phone, "telephone": phone, "phone_expires_at": when,
        "address": detail, "changed_address": detail, "province": word, "city": word,
        "district": word, "town": word, "detail": detail, "zip": short, "token": detail,
        "token_kind": short, "goods_fen": fen, "postage_fen": fen, "total_fen": fen,
        "paid_fen": fen, "refund_fen": fen, "created_at": when, "paid_at": when,
        "promised_at": when, "carrier": word, "shipping": word, "waybill_no": name,
        "title": text, "properties": text, "seller_code": item_code, "outer_code": item_code,
        "bundle": text, "pieces": cells.remembering(cells.pieces), "price_fen": fen,
        "line_state": state, "refund": state, "line_refund_fen": fen,
    }  # fmt: skip


def _platform(cell: str) -> str:
    text = cells.clean(cell).casefold()
    if text and not (text.isascii() and text.replace("_", "").isalnum() and len(text) <= 24):  # noqa: PLR2004
        raise BadCell(refusals.NO_TOKEN_PART)
    return text


class Missing(Exception):
    """A fact every row must have is not there."""

    def __init__(self, fact: str) -> None:
        super().__init__(fact)
        self.fact = fact


_state_word = cells.remembering(lambda text: state_of(text).value)


def told_of(match: Match) -> frozenset[str]:
    """Return which of an order's facts a table has columns for, by their names in OrderFacts."""
    return frozenset(_FACT_OF.get(column, column) for column in match.at if column in ORDER_FIELDS)


def order_row(
    values: Sequence[Any], platform: str, level: Level, at: Place, told: int
) -> tuple[Any, ...]:
    """Return the fields of an OrderRow from the values of a row; `at` is (file, row).

    Raises:
        Missing: the state is empty in a report of orders. (Where rows are lines, it stands once.)
    """
    (
        order_no, _platform_named, shop_code, shop_name, state_text, buyer, message, memo, memo_2,
        flag, name, mobile, telephone, expires, address, changed, province, city, district, town,
        detail, zip_code, token, token_kind, goods, postage, total, paid, refund, created_at,
        paid_at, promised_at, carrier, shipping, waybill_no,
    ) = values  # fmt: skip
    if not state_text and level is Level.ORDERS:
        raise Missing("state")
    state = _state_word(state_text) if state_text else ""
    if changed or address:
        split = split_address(changed or address)
        if not province or changed:
            province, city, district, split_town, split_detail, split_zip = split
            town, detail = split_town or town, split_detail or detail
            zip_code = split_zip or zip_code
    if memo_2 and memo_2 != memo:
        memo = f"{memo}\n{memo_2}".strip()[:MAX_NOTE]
    phone = mobile or telephone
    if not carrier and shipping not in _GENERIC_SHIPPING:
        carrier = shipping
    return (
        RANKS[level], state, *at, platform, order_no, state_text, shop_code, shop_name, buyer,
        message, memo, flag_of(flag) if flag else 0, name, phone, province, city, district, town,
        detail, zip_code, token, token_kind or (UNNAMED_KIND if token else ""),
        is_masked(name, phone, detail), expires, bool(changed), goods, postage, total, paid,
        refund, created_at, paid_at, promised_at, carrier, waybill_no, told,
    )  # fmt: skip


def line_row(values: Sequence[Any], platform: str, at: Place) -> tuple[Any, ...]:
    """Return the fields of a LineRow from the values of a row; `at` is (file, row).

    Raises:
        Missing: neither a title nor a code says what the line is.
    """
    (
        order_no, line_id, title, properties, seller_code, outer_code, bundle, pieces, price,
        state_text, refund_text, refund,
    ) = values  # fmt: skip
    if not (title or seller_code or outer_code):
        raise Missing("title")
    return (
        platform, *at, order_no, line_id, title, properties, seller_code or outer_code,
        outer_code, bundle, pieces, price, state_text, refund_text, refund,
    )  # fmt: skip


def broken_line(platform: str, order_no: str, at: Place) -> tuple[Any, ...]:
    """Return the mark that a line of this order was refused."""
    return (platform, *at, order_no, "", "", "", "", "", "", 0, None, "", "", None)
