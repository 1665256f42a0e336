"""A temporary database on disk where parsed rows wait until all files of an import are read.

So an order and its lines meet whatever file and row they stand in, and memory stays flat.
"""

from __future__ import annotations

import json
import marshal
from collections.abc import Iterator
from typing import Any, NamedTuple

from warehouse.piles import scratch
from warehouse.shops.rows import Rejected
from warehouse.text import Text

BATCH = 2000
BLOCK = 200
CACHE_KIB = 16_384


Row = tuple[Any, ...]


class OrderRow(NamedTuple):
    """What one row says of an order. Instants are seconds since 1970; a blank state is empty.

    `told` is the number under which the staging keeps what the row's table has columns for.
    """

    rank: int
    state: str
    file: str
    row: int
    platform: str
    order_no: str
    state_text: str
    shop_code: str
    shop_name: str
    buyer: str
    buyer_message: str
    seller_memo: str
    seller_flag: int
    name: str
    phone: str
    province: str
    city: str
    district: str
    town: str
    detail: str
    zip: str
    token: str
    token_kind: str
    is_masked: bool
    phone_expires_at: int | None
    is_address_changed: bool
    goods_fen: int | None
    postage_fen: int | None
    total_fen: int | None
    paid_fen: int | None
    refund_fen: int | None
    created_at: int | None
    paid_at: int | None
    promised_at: int | None
    carrier_wish: str
    waybill_no: str
    told: int


class LineRow(NamedTuple):
    """What one row says of a line; pieces 0 marks a line whose row was refused."""

    platform: str
    file: str
    row: int
    order_no: str
    line_id: str
    title: str
    properties_text: str
    seller_code: str
    outer_code: str
    bundle: str
    pieces: int
    price_fen: int | None
    state_text: str
    refund_text: str
    refund_fen: int | None


class Staging:
    """Rows put down in any order, taken up again order by order."""

    def __init__(self) -> None:
        self._db = scratch(CACHE_KIB)
        self._waiting: dict[str, list[tuple[str, bytes]]] = {"orders": [], "lines": []}
        for table in self._waiting:
            self._db.execute(f"CREATE TABLE {table} (key TEXT NOT NULL, content BLOB NOT NULL)")
        self._db.execute("CREATE TABLE heads (key TEXT NOT NULL)")
        self._db.execute("CREATE TABLE rejected (file, line, name, value, msgid, params)")
        self._db.execute("BEGIN")
        self.told: list[frozenset[str]] = []

    def close(self) -> None:
        """Forget everything."""
        self._db.close()

    def add_told(self, facts: frozenset[str]) -> int:
        """Remember what the order rows of a table may tell; return the number for its rows."""
        self.told.append(facts)
        return len(self.told) - 1

    def add_order(self, key: str, row: Row) -> None:
        """Put down what one row says of the order `key`: the fields of an OrderRow."""
        self._add("orders", key, row)

    def add_line(self, key: str, row: Row) -> None:
        """Put down one line of the order `key`: the fields of a LineRow."""
        self._add("lines", key, row)

    def add_rejected(self, row: Rejected) -> None:
        """Put down a refused row."""
        params = json.dumps(row.reason.to_json()["params"], ensure_ascii=False)
        self._db.execute(
            "INSERT INTO rejected VALUES (?, ?, ?, ?, ?, ?)",
            (row.file, row.row, row.column, row.value, row.reason.msgid, params),
        )

    def _add(self, table: str, key: str, row: Row) -> None:
        waiting = self._waiting[table]
        # Read back by this process alone, from a file nobody else can open.
        waiting.append((key, marshal.dumps(row, 2)))
        if len(waiting) >= BATCH:
            self._flush(table)

    def _flush(self, table: str) -> None:
        self._db.executemany(f"INSERT INTO {table} VALUES (?, ?)", self._waiting[table])
        self._waiting[table].clear()

    def settle(self) -> None:
        """Make everything ready to be taken up; nothing may be put down afterwards."""
        for table in self._waiting:
            self._flush(table)
            self._db.execute(f"CREATE INDEX {table}_key ON {table} (key)")
        self._db.execute(
            "INSERT INTO heads SELECT key FROM orders GROUP BY key ORDER BY min(rowid)"
        )
        self._db.execute(
            "INSERT INTO heads SELECT key FROM lines l"
            " WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.key = l.key)"
            " GROUP BY key ORDER BY min(rowid)"
        )

    def count(self, table: str) -> int:
        """Return the rows of `heads`, `orders`, `lines` or `rejected`."""
        return int(self._db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def joined(self) -> Iterator[tuple[list[Row], list[Row]]]:
        """Yield (order rows, line rows) of each order, in the order files first named them."""
        last = self.count("heads")
        for first in range(1, last + 1, BLOCK):
            count = min(BLOCK, last - first + 1)
            yield from zip(
                self._block("orders", first, count),
                self._block("lines", first, count),
                strict=True,
            )

    def _block(self, table: str, first: int, count: int) -> list[list[Row]]:
        """Return the rows of `count` orders from the `first` on."""
        found: list[list[Row]] = [[] for _ in range(count)]
        for head, content in self._db.execute(
            f"SELECT h.rowid, t.content FROM heads h CROSS JOIN {table} t ON t.key = h.key"
            " WHERE h.rowid BETWEEN ? AND ? ORDER BY h.rowid, t.rowid",
            (first, first + count - 1),
        ):
            found[head - first].append(marshal.loads(content))  # noqa: S302  (see _add)
        return found

    def rejected(self) -> Iterator[Rejected]:
        """Yield the refused rows in the order in which they were read."""
        rows = self._db.execute("SELECT * FROM rejected ORDER BY rowid")
        for file, line, column, value, msgid, params in rows:
            yield Rejected(
                file=file, row=line, column=column, value=value,
                reason=Text.from_json({"msgid": msgid, "params": json.loads(params)}),
            )  # fmt: skip
