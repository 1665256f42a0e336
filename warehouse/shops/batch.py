"""What a set of files said, order by order, with its refused rows and its reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from types import TracebackType

from warehouse.shops.instants import instant
from warehouse.shops.parsing import RANKS
from warehouse.shops.rows import (
    Level,
    LineFacts,
    OrderFacts,
    Receiver,
    Rejected,
    ShopOrder,
    ShopState,
    TableReport,
)
from warehouse.shops.staging import LineRow, OrderRow, Row, Staging
from warehouse.shops.words import (
    REFUND_RANK,
    STATE_RANK,
    is_service,
    made_line_id,
    refund_of,
    split_properties,
    state_of,
)
from warehouse.text import Text, say

CHUNK = 500

_PIECES = LineRow._fields.index("pieces")
_PLATFORM = LineRow._fields.index("platform")
_ORDER_NO = LineRow._fields.index("order_no")
_STATES = {state.value: state for state in ShopState}
_properties = lru_cache(maxsize=8192)(split_properties)
_state = lru_cache(maxsize=256)(state_of)
_refund = lru_cache(maxsize=256)(refund_of)


class Batch:
    """The orders of one import. Use it in a `with` block; it holds a temporary file.

    `reports` has one entry per file, or per sheet of a workbook.
    """

    def __init__(self, staging: Staging, reports: tuple[TableReport, ...]) -> None:
        self._staging = staging
        self.reports = reports
        self.order_count = staging.count("heads")
        self.line_count = staging.count("lines")
        self.rejected_count = staging.count("rejected")

    def __enter__(self) -> Batch:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget the rows and free the temporary file."""
        self._staging.close()

    def orders(self, size: int = CHUNK) -> Iterator[list[ShopOrder]]:
        """Yield the orders in lists of `size`, in the order in which the files first named them."""
        stream = self._each()
        while chunk := list(islice(stream, size)):
            yield chunk

    def rejected(self) -> Iterator[Rejected]:
        """Yield the refused rows, in the order in which they were read."""
        return self._staging.rejected()

    def notes(self) -> tuple[Text, ...]:
        """Return what the sender should know of the set of files as a whole."""
        levels = {report.level for report in self.reports}
        if levels & {Level.BOTH} or {Level.ORDERS, Level.LINES} <= levels:
            return ()
        if Level.ORDERS in levels:
            return (
                say(
                    "Only an order report (订单报表) was read. Import the item report (宝贝报表) of"
                    " the same days too: without it, new orders have no lines and wait."
                ),
            )
        return (
            say(
                "Only an item report (宝贝报表) was read. Lines of orders that are not known yet"
                " need the order report (订单报表) of the same days."
            ),
        )

    def _each(self) -> Iterator[ShopOrder]:
        told = self._staging.told
        for order_rows, line_rows in self._staging.joined():
            facts = _order_facts(order_rows, told) if order_rows else None
            sound = [row for row in line_rows if row[_PIECES]]
            if facts is None and not sound:
                continue
            platform = facts.platform if facts else sound[0][_PLATFORM]
            order_no = facts.order_no if facts else sound[0][_ORDER_NO]
            is_incomplete = len(sound) < len(line_rows)
            yield ShopOrder(platform, order_no, facts, _lines(sound), is_incomplete)


def _order_facts(rows: Sequence[Row], told_by: Sequence[frozenset[str]]) -> OrderFacts:
    (
        _rank, state, file, number, platform, order_no, state_text, shop_code, shop_name, buyer,
        message, memo, flag, name, phone, province, city, district, town, detail, zip_code,
        token, token_kind, masked, expires, changed, goods, postage, total, paid, refund,
        created_at, paid_at, promised_at, carrier, waybill_no, told,
    ) = rows[0] if len(rows) == 1 else _merged([OrderRow._make(row) for row in rows])  # fmt: skip
    receiver = Receiver(
        name, phone, province, city, district, town, detail, zip_code, token, token_kind,
        masked, instant(expires),
    )  # fmt: skip
    return OrderFacts(
        # Where rows are lines, an order without a state is one to be sent.
        platform, order_no, _STATES[state] if state else ShopState.PAID, receiver, file, number,
        state_text, shop_code, shop_name, buyer, message, memo, flag, changed, goods, postage,
        total, paid, refund, instant(created_at), instant(paid_at), instant(promised_at),
        carrier, waybill_no, told_by[told],
    )  # fmt: skip


def _merged(rows: Sequence[OrderRow]) -> OrderRow:
    """Return one row of several that speak of the same order.

    The best source speaks alone: reports of orders before files of lines, then the state that
    has come furthest, then the row read last. Rows of lines complete each other.
    """
    rank = min(row.rank for row in rows)
    best = sorted(
        (row for row in reversed(rows) if row.rank == rank),
        key=lambda row: -STATE_RANK[_STATES[row.state]] if row.state else 1,
    )
    if rank == RANKS[Level.ORDERS]:
        return best[0]
    return OrderRow._make(
        next((value for value in values if value not in (None, "")), values[0])
        for values in zip(*best, strict=True)
    )


def _lines(rows: Sequence[Row]) -> tuple[LineFacts, ...]:
    """Return the lines of one order, each once, in the order in which they first came."""
    found: dict[str, LineFacts] = {}
    counts: dict[tuple[str, str, str], int] = {}
    for row in rows:
        line = _line_facts(row, counts)
        known = found.get(line.line_id)
        if known is None or _progress(line) >= _progress(known):
            found[line.line_id] = line
    if counts and any(not line.is_line_id_made for line in found.values()):
        return _without_doubles(found.values())
    return tuple(found.values())


def _without_doubles(lines: Iterable[LineFacts]) -> tuple[LineFacts, ...]:
    """Return the lines without those an older report names by content and a newer one by id."""
    named = Counter(
        (line.title, line.properties_text) for line in lines if not line.is_line_id_made
    )
    kept = []
    for line in lines:
        content = (line.title, line.properties_text)
        if line.is_line_id_made and named[content] > 0:
            named[content] -= 1
        else:
            kept.append(line)
    return tuple(kept)


def _line_facts(row: Row, counts: dict[tuple[str, str, str], int]) -> LineFacts:
    (
        _platform, file, number, order_no, line_id, title, properties, seller_code, outer_code,
        bundle, pieces, price, state_text, refund_text, refund,
    ) = row  # fmt: skip
    is_made = not line_id
    if is_made:
        # Equal lines of one file are counted, so that the same file again, or one that overlaps,
        # gives the same ids.
        content = (file, title, properties)
        counts[content] = nth = counts.get(content, 0) + 1
        line_id = made_line_id(title, properties, nth)
    return LineFacts(
        order_no, line_id, pieces, file, number, is_made, title, _properties(properties),
        properties, seller_code, outer_code, bundle, price,
        _state(state_text) if state_text else None, state_text, _refund(refund_text),
        refund_text, refund, is_service(title, price, seller_code),
    )  # fmt: skip


def _progress(line: LineFacts) -> tuple[int, int]:
    return (STATE_RANK[line.state] if line.state else -1, REFUND_RANK[line.refund])
