"""The rows of a typed sheet as a form has them: shown, read, and what is wrong told in its cell."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import request
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.catalog.rules import RowRefusal
from warehouse.commands import Command, Handler, Outcome
from warehouse.counting.rows import CountRow
from warehouse.db import portions
from warehouse.errors import InvalidInput
from warehouse.gathering import together
from warehouse.text import say
from warehouse.web.context import Typed, form_int, form_str, reading

C = TypeVar("C", bound=Command)

FREE_ROWS = 4  # for goods that nobody expects there
NOT_READ = -1  # pieces: so many are refused where they stand
_BETWEEN = re.compile(r"[\s,;，；、|]+")  # serial numbers in one field
_CELLS = {"sku_code": "sku", "lot": "lot", "pieces": "pieces", "serials": "serials"}


def values_of(goods: Iterable[tuple[Sku, str, str, str]]) -> dict[str, str]:
    """Return the fields of known goods: each SKU with its lot, pieces and serial numbers."""
    values: dict[str, str] = {}
    known = 0
    for at, (sku, *said) in enumerate(goods):
        known = at + 1
        for cell, value in zip(_CELLS.values(), (sku.code, *said), strict=True):
            values[f"{cell}-{at}"] = value
    return {**values, "known": str(known)}


def shown_rows(
    session: Session, values: Mapping[str, str], *, more: bool = False
) -> list[tuple[int, Sku | None]]:
    """Return the number of each row to show, with its SKU where it is of known goods.

    Empty rows are left out, and some follow; with `more`, so many more than the form had.
    """
    known = _known(values)
    numbers = _numbers(values)
    used = [at for at in numbers if at < known or _is_said(values, at)]
    codes = {values[f"sku-{at}"] for at in used if at < known}
    skus = _skus(session, codes)
    free = FREE_ROWS + (len(numbers) - len(used) if more else 0)
    following = used[-1] + 1 if used else 0
    rows = [(at, skus.get(values[f"sku-{at}"]) if at < known else None) for at in used]
    return rows + [(at, None) for at in range(following, following + free)]


def rows_of_form(typed: Typed, bin_code: str, *, tells_none: bool, **more: Any) -> list[CountRow]:
    """Return the rows in which anything is said; a sheet that says nothing is of an empty bin.

    An empty field of known goods is no piece, and said if the form `tells_none`. But of goods
    known piece by piece it says nothing: a sheet has no room for numbers. Other goods have their
    pieces or numbers said. `more` is the same of all rows.
    """
    values = request.form
    known, numbers = _known(values), _numbers(values)
    with reading() as session:
        skus = _skus(session, {form_str(f"sku-{at}") for at in numbers if at < known})
    rows = []
    for at in numbers:
        sku = skus.get(form_str(f"sku-{at}")) if at < known else None
        is_told = tells_none and sku is not None and not sku.is_serial_tracked
        if is_told or _is_counted(at) or (sku is None and _is_said(values, at)):
            rows.append(_row(typed, bin_code, at, is_known=sku is not None)._replace(**more))
    sheet = str(more.get("sheet", ""))
    return rows or [CountRow(row=0, bin_code=bin_code, pieces=0, sheet=sheet)]


def told_by(rows: Sequence[CountRow]) -> str:
    """Return what tells these rows from others."""
    said = repr([(row.sku_code, row.lot, row.pieces, row.serials) for row in rows])
    return hashlib.sha256(said.encode()).hexdigest()


def refusing(handler: Handler[C]) -> Handler[C]:
    """Return the handler, raising what it has against the rows, each by its field of the form."""

    def refuse(session: Session, command: C) -> Outcome:
        outcome = handler(session, command)
        refused = [RowRefusal.from_json(row) for row in outcome.facts["refused"]]
        # What is of the whole sheet is said of each of its rows, and told once.
        told = {(_field(row), str(row.reason)): row for row in refused}
        if told:
            raise together([InvalidInput(r.reason, field=_field(r)) for r in told.values()])
        return outcome

    return refuse


def _field(refusal: RowRefusal) -> str:
    cell = _CELLS.get(refusal.field)
    return f"{cell}-{refusal.row - 1}" if cell and refusal.row else refusal.field


def _row(typed: Typed, bin_code: str, at: int, *, is_known: bool) -> CountRow:
    numbers = tuple(filter(None, _BETWEEN.split(form_str(f"serials-{at}", ""))))
    pieces = len(numbers)
    if form_str(f"pieces-{at}", ""):
        pieces = typed.read(form_int, f"pieces-{at}", NOT_READ)
    elif not numbers and not is_known:
        pieces = typed.read(_unsaid, f"pieces-{at}", NOT_READ)
    return CountRow(row=at + 1, bin_code=bin_code, sku_code=form_str(f"sku-{at}", ""),
                    lot=form_str(f"lot-{at}", ""), pieces=pieces, serials=numbers)  # fmt: skip


def _unsaid(field: str) -> int:
    raise InvalidInput(say("Say how many pieces there are."), field=field)


def _is_counted(at: int) -> bool:
    return any(form_str(f"{cell}-{at}", "") for cell in ("pieces", "serials"))


def _is_said(values: Mapping[str, str], at: int) -> bool:
    """Tell whether anything stands in a row; 0 of no goods is nothing."""
    said = [values.get(f"{cell}-{at}", "").strip() for cell in _CELLS.values()]
    return any(said) and said != ["", "", "0", ""]


def _known(values: Mapping[str, str]) -> int:
    """Return how many rows of the form, the first ones, are of known goods."""
    text = values.get("known", "")
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text) else 0


def _numbers(values: Mapping[str, str]) -> list[int]:
    """Return the numbers of the rows that the form has."""
    digits = (name.removeprefix("sku-") for name in values if name.startswith("sku-"))
    return sorted(int(d) for d in digits if re.fullmatch(r"0|[1-9][0-9]{0,3}", d))


def _skus(session: Session, codes: Iterable[str]) -> dict[str, Sku]:
    found: dict[str, Sku] = {}
    for some in portions(codes):
        found |= {
            sku.code: sku for sku in session.scalars(sa.select(Sku).where(Sku.code.in_(some)))
        }
    return found
