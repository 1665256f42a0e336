"""Lists of our own, read row by row: each cell by itself, however often its text comes again."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from warehouse.catalog.lists import ListColumn, ListRow, read_list, whole
from warehouse.inventory.opening import COLUMNS
from warehouse.shops import cells

CODE = ListColumn(field="code", names=("编码",), read=cells.seller_code, is_needed=True)
LONG = "1234567890123456"


def _read(path: Path, *columns: ListColumn) -> list[tuple[int, str]]:
    """Return the number of each row with the word for what became of it, once for each fault."""
    return [
        (row.row, word)
        for row in read_list(path, columns)
        for word in (
            [fault.value for fault in row.faults] or ["taken"]
            if isinstance(row, ListRow)
            else [row.value]
        )
    ]


def test_a_cell_that_cannot_be_read_is_named_in_every_row_it_stands_in(tmp_path: Path):
    path = tmp_path / "stock.csv"
    path.write_text(
        "货位,商家编码,数量\nA-01,TEE,x\nA-01,TEE,0\n ,,\nA-01,TEE,x\n"
        ",TEE,y\nA-01,TEE,5,6\nA-01,T\nA-01,TEE,5\n",
        encoding="utf-8",
    )
    assert _read(path, *COLUMNS) == [
        (2, "x"), (3, "taken"), (5, "x"), (6, ""), (6, "y"), (7, "6"), (8, ""), (9, "taken")
    ]  # fmt: skip


def test_a_number_that_lost_digits_is_seen_beside_a_text_that_looks_the_same(tmp_path: Path):
    path = tmp_path / "codes.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_string(0, 0, "编码")
        sheet.write_string(1, 0, LONG)
        sheet.write_number(2, 0, int(LONG))
        sheet.write_string(3, 0, LONG)
    assert _read(path, CODE) == [(2, "taken"), (3, LONG), (4, "taken")]


def test_a_number_too_large_is_told_apart_from_what_is_none(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Least\n0999999999\n-9999999999\n1.5\n", encoding="utf-8")
    column = ListColumn(field="least", names=("Least",), read=whole, is_needed=True)
    rows = [row for row in read_list(file, (column,)) if isinstance(row, ListRow)]
    assert rows[0].values == {"least": 999_999_999}
    assert [str(row.faults[0].reason) for row in rows[1:]] == [
        "This number is too large.",
        "This is not a whole number.",
    ]
