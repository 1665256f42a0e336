"""A supplier's delivery list from CSV or XLSX: read whole, every error at once, taken once."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any

from warehouse.catalog.lists import ListColumn, ListRow, heads_not_read, read_list
from warehouse.commands import Actor, Outcome, execute, new_id
from warehouse.db import Database
from warehouse.receiving.commands.purchases import MakePurchase, Wanted, make_purchase
from warehouse.receiving.commands.receipts import Announced, ExpectReceipt, expect_receipt
from warehouse.receiving.queries import out_of_use, sku_ids
from warehouse.receiving.rules import expected_problem, fen_problem, read_day
from warehouse.shops import cells, refusals
from warehouse.shops.refusals import BadCell, FileRefused
from warehouse.shops.rows import MAX_CODE, Rejected, SourceFile
from warehouse.text import say

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 0?0:00(?::00)?)?")


class Into(StrEnum):
    """What a list becomes: an order of ours, or a delivery that is expected."""

    ORDER = "order"
    RECEIPT = "receipt"


@dataclass(frozen=True, kw_only=True)
class ListTaken:
    """What came of a list: the outcome, or every fault of the rows that have to be mended first.

    `not_read` are the headings of columns that nobody knows.
    """

    outcome: Outcome | None
    rejected: tuple[Rejected, ...] = ()
    not_read: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows have to be mended."""
        return len({fault.row for fault in self.rejected})


def _day(cell: str) -> date | None:
    text = unicodedata.normalize("NFKC", cells.clean(cell))
    if not text:
        return None
    match = _DAY.fullmatch(text)
    digits = f"{match[1]}{match[2]:>02}{match[3]:>02}" if match else text
    found = read_day(digits)
    if found is None:
        raise BadCell(say("This is no day. Write it as 2026-12-31."))
    return found


def price(cell: str) -> int | None:
    """Return a price in fen, None for an empty cell. Raises BadCell: below zero, or no amount."""
    fen = cells.fen(cell)
    if fen is not None and fen_problem(fen) is not None:
        raise BadCell(refusals.BAD_AMOUNT)
    return fen


def _columns(today: date) -> tuple[ListColumn, ...]:
    def expected(cell: str) -> date | None:
        found = _day(cell)
        problem = expected_problem(found, today)
        if problem is not None:
            raise BadCell(problem)
        return found

    return (
        ListColumn(field="sku_code", names=("商家编码", "SKU", "SKU编码", "编码", "商品编码",
                   "货号", "条码", "SKU 或条码", "EAN", "Barcode", "SKU or barcode", "Code",
                   "Item code"), read=cells.seller_code, is_needed=True),
        ListColumn(field="pieces", names=("数量", "件数", "发货数量", "采购数量", "Pieces",
                   "Quantity", "Qty"), read=cells.pieces, is_needed=True),
        ListColumn(field="price_fen", names=("单价", "进价", "采购价", "单价（元）", "Price",
                   "Unit price", "Unit price in yuan"), read=price),
        ListColumn(field="expected_on", names=("预计到货", "预计到货日", "预计到货日期", "到货日",
                   "到货日（若不同）", "到货日期", "交期", "Expected on",
                   "Expected on, if another day", "Expected", "Day", "Due", "Due on"),
                   read=expected),
        ListColumn(field="paper_no", names=("送货单号", "送货单", "单号", "Delivery note",
                   "Delivery note number", "Paper"), read=cells.text_of_at_most(MAX_CODE)),
    )  # fmt: skip


def import_delivery_list(
    database: Database,
    file: Path | SourceFile,
    *,
    supplier: str,
    into: Into,
    actor: Actor,
    at: datetime,
    zone: tzinfo,
    purchase_no: str = "",
) -> ListTaken:
    """Make a purchase order, or expect a delivery, of a supplier's list.

    Nothing is made while any row is refused; all of them are told at once.

    Raises:
        FileRefused: it is no table with SKU and pieces, or has no rows.
        RuleViolation: the same list was taken before. InvalidInput: no such supplier or order.
    """
    source = file if isinstance(file, SourceFile) else SourceFile(path=file, name=file.name)
    rows: list[ListRow] = []
    rejected: list[Rejected] = []
    for row in read_list(source, _columns(at.astimezone(zone).date()), is_one_table=True):
        if isinstance(row, Rejected):
            rejected.append(row)
        else:
            rows.append(row)
    rejected += _unfit(database, source.name, rows, into)
    not_read = tuple(heads_not_read(rows))
    if rejected:
        rejected.sort(key=lambda r: r.row)
        return ListTaken(outcome=None, rejected=tuple(rejected), not_read=not_read)
    if not rows:
        raise FileRefused(source.name, say("The list has no rows."))
    common: dict[str, Any] = {
        "id": new_id(), "actor": actor, "at": at, "zone": zone, "supplier": supplier,
        "source_key": source_key(source.path, supplier, into),
        "expected_on": _first_day(rows),
    }  # fmt: skip
    if into is Into.ORDER:
        order = MakePurchase(lines=tuple(_wanted(row) for row in rows), **common)
        return ListTaken(outcome=execute(database, make_purchase, order), not_read=not_read)
    paper_no = next((r.values["paper_no"] for r in rows if r.values.get("paper_no")), "")
    receipt = ExpectReceipt(
        lines=tuple(
            Announced(sku_code=row.values["sku_code"], pieces=row.values["pieces"]) for row in rows
        ),
        purchase_no=purchase_no,
        supplier_paper_no=paper_no[:40],
        **common,
    )
    return ListTaken(outcome=execute(database, expect_receipt, receipt), not_read=not_read)


def source_key(path: Path, supplier: str, into: Into) -> str:
    """Return what names a list for ever: its content, whose it is and what it becomes."""
    content = hashlib.sha256(path.read_bytes()).hexdigest()
    return hashlib.sha256(f"{supplier}\x1f{into}\x1f{content}".encode()).hexdigest()


def _first_day(rows: list[ListRow]) -> date | None:
    days = [row.values["expected_on"] for row in rows if row.values.get("expected_on")]
    return min(days, default=None)


def _wanted(row: ListRow) -> Wanted:
    return Wanted(
        sku_code=row.values["sku_code"],
        pieces=row.values["pieces"],
        price_fen=row.values.get("price_fen") or 0,
        expected_on=row.values.get("expected_on"),
    )


def _unfit(database: Database, name: str, rows: list[ListRow], into: Into) -> Iterator[Rejected]:
    """Yield everything wrong with the rows; columns are named as in the file."""
    with database.reading() as session:
        known = sku_ids(session, [row.values.get("sku_code", "") for row in rows])
        gone = out_of_use(session, known.values())
    seen: set[int] = set()
    for row in rows:
        code = row.values.get("sku_code")
        sku_id = known.get(code or "")
        reason = None
        if code is not None and sku_id is None:
            reason = say("There is no SKU with this code.")
        elif sku_id in gone:
            reason = say("This SKU is out of use.")
        elif sku_id in seen and into is Into.ORDER:
            reason = say("This SKU stands on another line already.")
        if code is not None and reason is not None:
            yield Rejected(file=name, row=row.row, column=row.heads["sku_code"], value=code[:60],
                           reason=reason)  # fmt: skip
        yield from row.faults
        if sku_id is not None:
            seen.add(sku_id)
