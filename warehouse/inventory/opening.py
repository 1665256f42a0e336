"""Importing the opening stock from a list of bins, SKUs and pieces."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from warehouse.catalog.importing import Ids, import_rows
from warehouse.catalog.lists import ListColumn, ListReport, ListRow, OnRows, codes, day
from warehouse.commands import Actor, Command, new_id
from warehouse.db import Database
from warehouse.inventory.commands import ImportOpening, import_opening
from warehouse.inventory.listed import OpeningRow
from warehouse.shops import cells
from warehouse.shops.rows import SourceFile
from warehouse.text import say

CHUNK_ROWS = 1_000  # booked at once: a tenth of a second, in which nobody else writes to SQLite


COLUMNS = (
    ListColumn(field="bin_code", names=("货位", "货位编码", "Bin"), read=cells.seller_code,
               is_needed=True, meaning=say("A bin that is in the list of bins.")),
    ListColumn(field="sku_code", names=("商家编码", "SKU", "SKU编码", "商品编码", "货号",
               "条码", "EAN", "Barcode"), read=cells.seller_code, is_needed=True,
               meaning=say("The code of a SKU, or a barcode of it.")),
    ListColumn(field="pieces", names=("数量", "件数", "库存", "库存数量", "Pieces", "Quantity"),
               read=cells.pieces_or_none, is_needed=True,
               meaning=say("How many stand there. 0 books nothing.")),
    ListColumn(field="lot", names=("批次", "批号", "Lot", "Batch"), read=cells.seller_code,
               meaning=say("For SKUs kept by lot; a row for each lot.")),
    ListColumn(field="best_before", names=("有效期", "有效期至", "到期日", "Best before", "Expiry"),
               read=day, meaning=say("The lot's last day: 2027-12-31.")),
    ListColumn(field="serials", names=("序列号", "Serial", "Serial number", "Serial numbers"),
               read=codes,
               meaning=say("For SKUs with serial numbers, separated by blanks.")),
)  # fmt: skip


_UNREAD: Mapping[str, Any] = {"bin_code": "", "sku_code": "", "pieces": 0}


def import_opening_list(
    database: Database,
    file: Path | SourceFile,
    *,
    actor: Actor,
    at: datetime,
    on_rows: OnRows | None = None,
    ids: Ids = new_id,
) -> ListReport:
    """Book the opening stock of a CSV or XLSX list; importing it again books nothing twice.

    Raises:
        FileRefused: it is no table with the columns of stock; nothing was booked.
    """

    def command(chunk: list[ListRow]) -> Command:
        rows = tuple(
            OpeningRow(**{**_UNREAD, **row.values}, row=row.row, unread=row.unread)
            for row in chunk
            if row.values.get("pieces") != 0
        )
        return ImportOpening(id=ids(), actor=actor, at=at, rows=rows)

    return import_rows(database, file, COLUMNS, command, import_opening, on_rows,
                       is_one_table=True, chunk_rows=CHUNK_ROWS)  # fmt: skip
