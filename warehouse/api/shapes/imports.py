"""Imports as JSON: how far one is, what it did, which rows it refused and which fields changed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.api.schemas import (
    Schema,
    flag,
    instant,
    listed,
    maybe,
    record,
    text,
    whole,
    word,
)
from warehouse.api.shapes.paging import iso, keys_of, page
from warehouse.catalog.lists import not_read
from warehouse.errors import NotFound
from warehouse.orders.import_models import (
    ImportChange,
    ImportKind,
    ImportReject,
    ImportRun,
    ImportState,
)
from warehouse.orders.models import Order
from warehouse.text import Text, say, translate

COUNTS: dict[str, Schema] = {
    "orders_new": whole(),
    "orders_changed": whole("The shop changed them and nobody had begun them."),
    "orders_unchanged": whole("Nothing new, or on their way and left alone."),
    "lines_new": whole(),
    "rows_new": whole("Of a list of SKUs, bins or opening stock, as the next two."),
    "rows_changed": whole(),
    "rows_unchanged": whole(),
    "rows_rejected": whole(),
}
IMPORT: Schema = record(
    {
        "id": whole(),
        "kind": word(ImportKind),
        "state": word(ImportState),
        "files": listed(record({"name": text("As sent."), "bytes": whole()})),
        "shop": text("The shop's code; empty: as the files say."),
        "created_at": instant(),
        "finished_at": maybe(instant()),
        "rows_done": whole(),
        "rows_total": whole("0 until the files have been read."),
        **COUNTS,
        "problem": maybe(text("Why nothing of it was taken.")),
        "not_read": text("Names the columns of a list that nobody knows, if there are any."),
    },
    "One import of one or more files.",
)
REJECTED: Schema = record(
    {
        "file": text("Its name, and the sheet."),
        "row": whole("As a spreadsheet counts."),
        "column": text(),
        "value": text("Shortened."),
        "reason": text("What to do about it."),
    },
    "A row that was not taken.",
)
CHANGE: Schema = record(
    {
        "order": text(),
        "field": text(),
        "old": text("Personal data masked."),
        "new": text("Personal data masked."),
        "is_applied": flag("False: the order was on its way already."),
    },
    "A field a shop changed on an order we have.",
)


def show_import(session: Session, run_id: int, language: str) -> dict[str, Any]:
    """Return how far an import is and what it did so far.

    Raises:
        NotFound: there is none of this id.
    """
    run = _run(session, run_id)
    unknown = not_read(run.not_read or ())
    return {
        "id": run.id,
        "kind": run.kind.value,
        "state": run.state.value,
        "files": [{"name": file["name"], "bytes": file["bytes"]} for file in run.files],
        "shop": run.shop_code,
        "created_at": iso(run.created_at),
        "finished_at": iso(run.finished_at),
        "rows_done": run.rows_done,
        "rows_total": run.rows_total,
        "orders_new": run.orders_new,
        "orders_changed": run.orders_changed,
        "orders_unchanged": run.orders_unchanged + run.orders_untouched,
        "lines_new": run.lines_new,
        "rows_new": run.rows_new,
        "rows_changed": run.rows_changed,
        "rows_unchanged": run.rows_unchanged,
        "rows_rejected": run.rows_rejected,
        "problem": _said(run.problem, language) if run.problem else None,
        "not_read": translate(unknown, language) if unknown else "",
    }


def list_rejected(
    session: Session, run_id: int, language: str, *, after: str | None = None, limit: int
) -> dict[str, Any]:
    """Return one page of the rows an import refused, in the order they were met."""
    _run(session, run_id)
    query = sa.select(ImportReject).where(ImportReject.run_id == run_id)
    keys = keys_of(after)
    if keys is not None:
        query = query.where(ImportReject.id > keys[0])
    rows = session.scalars(query.order_by(ImportReject.id).limit(limit + 1)).all()
    return page("rejected", rows, limit, lambda row: rejected_row(row, language), "id")


def rejected_row(row: ImportReject, language: str) -> dict[str, Any]:
    """Return one refused row."""
    return {
        "file": row.file,
        "row": row.row_no,
        "column": row.column,
        "value": row.value,
        "reason": _said(row.reason, language),
    }


def list_changes(
    session: Session, run_id: int, *, after: str | None = None, limit: int
) -> dict[str, Any]:
    """Return one page of the fields shops changed, as an import found them."""
    _run(session, run_id)
    query = (
        sa.select(ImportChange, Order.order_no, ImportChange.id.label("id"))
        .join(Order, Order.id == ImportChange.order_id)
        .where(ImportChange.run_id == run_id)
    )
    keys = keys_of(after)
    if keys is not None:
        query = query.where(ImportChange.id > keys[0])
    rows = session.execute(query.order_by(ImportChange.id).limit(limit + 1)).all()
    return page("changes", rows, limit, _change, "id")


def _change(row: Any) -> dict[str, Any]:
    change: ImportChange = row.ImportChange
    return {
        "order": row.order_no,
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "is_applied": change.is_applied,
    }


def _run(session: Session, run_id: int) -> ImportRun:
    run = session.get(ImportRun, run_id)
    if run is None:
        raise NotFound(say("import"), run_id)
    return run


def _said(text_: Any, language: str) -> str:
    return translate(Text.from_json(text_), language)
