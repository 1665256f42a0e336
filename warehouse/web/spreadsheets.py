"""Lists as files, CSV or XLSX, that a spreadsheet opens as text, whatever stands in its cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import Response

from warehouse.text import Text
from warehouse.web.context import config, now, speak
from warehouse.web.words import word

BOM = "\ufeff"
# A spreadsheet takes a cell that begins like this for a formula.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Row = Any
Field = tuple[Text, Callable[[Row], object]]


def csv_answer(name: str, fields: Sequence[Field], rows: Iterable[Row]) -> Response:
    """Return rows as a CSV file that a spreadsheet opens as text, in UTF-8 with its mark."""
    stamp = f"{now():%Y%m%d-%H%M}"
    return Response(
        BOM + csv_text(fields, rows),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}-{stamp}.csv"'},
    )


def xlsx_answer(name: str, fields: Sequence[Field], rows: Iterable[Row]) -> Response:
    """Return rows as a workbook of one sheet: numbers as numbers, all else as text."""
    import xlsxwriter  # a start that exports nothing must not wait for it to load

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        head = book.add_format({"bold": True})
        for column, (label, _) in enumerate(fields):
            sheet.write_string(0, column, speak(label), head)
            sheet.set_column(column, column, 18)
        for at, row in enumerate(rows, start=1):
            for column, (_, value) in enumerate(fields):
                found = plain(value(row))
                if isinstance(found, int):
                    sheet.write_number(at, column, found)
                else:
                    sheet.write_string(at, column, str(found))
    stamp = f"{now():%Y%m%d-%H%M}"
    return Response(
        out.getvalue(),
        content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"Content-Disposition": f'attachment; filename="{name}-{stamp}.xlsx"'},
    )


def file_answer(
    name: str, fields: Sequence[Field], rows: Iterable[Row], *, as_: str = "csv"
) -> Response:
    """Return rows as a file of the kind asked for."""
    answer = xlsx_answer if as_ == "xlsx" else csv_answer
    return answer(name, fields, rows)


def csv_text(
    fields: Sequence[tuple[Text | str, Callable[[Row], object]]], rows: Iterable[Row]
) -> str:
    """Return rows as CSV without the mark of its encoding."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([cell(speak(label)) for label, _ in fields])
    for row in rows:
        writer.writerow([cell(value(row)) for _, value in fields])
    return out.getvalue()


def cell(value: object) -> object:
    """Return a value as it may stand in a cell of CSV: numbers as they are, text no formula."""
    found = plain(value)
    if isinstance(found, str) and found.startswith(FORMULA_STARTS):
        return f"'{found}"
    return found


def plain(value: object) -> int | str:
    """Return a value as people read it: a number as it is, anything else as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return value
    if isinstance(value, datetime):
        return value.astimezone(config().time_zone).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, StrEnum):
        return speak(word(value))
    return speak(value) if isinstance(value, Text) else str(value)
