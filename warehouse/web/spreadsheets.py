"""Lists as files: CSV that a spreadsheet opens as text, whatever stands in its cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
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
    body = "".join(_lines(fields, rows))
    stamp = f"{now():%Y%m%d-%H%M}"
    return Response(
        BOM + body,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}-{stamp}.csv"'},
    )


def _lines(fields: Sequence[Field], rows: Iterable[Row]) -> Iterator[str]:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([cell(speak(label)) for label, _ in fields])
    for row in rows:
        writer.writerow([cell(value(row)) for _, value in fields])
    yield out.getvalue()


def cell(value: object) -> object:
    """Return a value as it may stand in a cell: numbers as they are, text never as a formula."""
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
    text = speak(value) if isinstance(value, Text) else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
