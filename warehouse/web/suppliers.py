"""The desk's suppliers: who goods are bought of, what came and what is owed, their lists."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from flask import flash, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from warehouse.catalog.lists import not_read
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.people.rights import Right
from warehouse.receiving import desk as dock_desk
from warehouse.receiving.commands.suppliers import SaveSupplier, save_supplier
from warehouse.receiving.importing import Into, ListTaken, import_delivery_list
from warehouse.receiving.models import Supplier
from warehouse.shops.refusals import FileRefused
from warehouse.shops.rows import SourceFile
from warehouse.text import say
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.amounts import instants, period
from warehouse.web.context import (
    Typed,
    actor,
    config,
    database,
    form_int,
    form_str,
    now,
    reading,
    speak,
)
from warehouse.web.desk import fmt_yuan, noted
from warehouse.web.faults import SHOWN, whole_list
from warehouse.web.pages import invalid
from warehouse.web.receipts import bp
from warehouse.web.spreadsheets import Field
from warehouse.web.timeline import story

LARGEST_LIST = 20 * 1024 * 1024
ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm")

FIELDS: tuple[Field, ...] = (
    (say("Code"), lambda s: s.code),
    (say("Supplier"), lambda s: s.name),
    (say("Pieces received"), lambda s: int(s.pieces)),
    (say("of them faulty"), lambda s: int(s.faulty)),
    (say("Value by order"), lambda s: fmt_yuan(int(s.value_fen))),
    (say("Asked for goods"), lambda s: fmt_yuan(int(s.amount_fen))),
    (say("Freight"), lambda s: fmt_yuan(int(s.freight_fen))),
    (say("Paid"), lambda s: fmt_yuan(int(s.paid_fen))),
    (say("Credited"), lambda s: fmt_yuan(int(s.credited_fen))),
    (say("Owed today"), lambda s: fmt_yuan(int(s.owed_fen))),
    (say("Contact"), lambda s: s.contact),
    (say("Lead time in days"), lambda s: s.lead_days),
)
LISTING = tables.Listing(
    name="suppliers", key=Supplier.id, sorts=dock_desk.SUPPLIER_SORTS, default="code",
    fields=FIELDS,
)  # fmt: skip


@bp.get("/suppliers")
@needs(Right.BUY)
def suppliers() -> str | Response:
    """List the suppliers with their totals over a period."""
    first, last = period()
    query = dock_desk.supplier_list(*instants(first, last), first, last)
    if q := tables.text("q"):
        query = query.where(sa.or_(tables.like(Supplier.code, q), tables.like(Supplier.name, q)))
    with reading() as session:
        if tables.is_export():
            return tables.export(session, query, LISTING)
        return render_template(
            "receiving/suppliers.html",
            page=tables.page_of(session, query, LISTING),
            first=first,
            last=last,
            q=q,
        )


@bp.get("/suppliers/new")
@needs(Right.BUY)
def new_supplier() -> str:
    """Show the form of a new supplier."""
    return render_template("receiving/supplier_new.html", values={}, errors={})


@bp.post("/suppliers")
@needs(Right.BUY)
def add_supplier() -> Response | tuple[str, int]:
    """Make a supplier."""
    typed = Typed()
    try:
        outcome = typed.do(save_supplier, SaveSupplier, code=form_str("code", ""), **_fields(typed))
    except InvalidInput as error:
        page = render_template(
            "receiving/supplier_new.html", values=request.form, errors=invalid(error)
        )
        return page, 400
    return noted(outcome, _here(outcome.subject_id or 0))


@bp.get("/suppliers/<int:supplier_id>")
@needs(Right.BUY)
def supplier(supplier_id: int) -> str:
    """Show one supplier: what is owed, its orders and receipts, taking in a list."""
    return _page(supplier_id, {}, {})


@bp.post("/suppliers/<int:supplier_id>")
@needs(Right.BUY)
def change_supplier(supplier_id: int) -> Response | tuple[str, int]:
    """Change a supplier."""
    typed = Typed()
    try:
        outcome = typed.do(save_supplier, SaveSupplier, supplier_id=supplier_id, **_fields(typed))
    except InvalidInput as error:
        return _page(supplier_id, dict(request.form), invalid(error)), 400
    return noted(outcome, _here(supplier_id))


@bp.post("/suppliers/<int:supplier_id>/lists")
@needs(Right.BUY)
def take_list(supplier_id: int) -> Response | tuple[str, int]:
    """Make an order, or expect a delivery, of the supplier's list; all its errors at once."""
    with reading() as session:
        code = _supplier(session, supplier_id).code
    into = Into(form_str("into", "")) if form_str("into", "") in set(Into) else Into.RECEIPT
    try:
        taken = _taken(code, into)
    except (FileRefused, InvalidInput, RuleViolation) as error:
        return _page(supplier_id, {}, {"files": speak(error.text)}), 400
    if taken.outcome is None:
        return _page(supplier_id, {}, {}, taken), 400
    made = taken.outcome.subject_id or 0
    if unknown := not_read(taken.not_read):
        flash(speak(unknown), "attention")
    if into is Into.ORDER:
        return noted(taken.outcome, url_for("receiving.order", order_id=made))
    return noted(taken.outcome, url_for("receiving.receipt", receipt_id=made))


def _taken(code: str, into: Into) -> ListTaken:
    sent = request.files.get("files")
    if sent is None or not sent.filename:
        raise InvalidInput(say("Choose a file."), field="files")
    if not sent.filename.lower().endswith(ENDINGS):
        raise InvalidInput(say("CSV and XLSX files are read."), field="files")
    content = sent.stream.read(LARGEST_LIST + 1)
    if len(content) > LARGEST_LIST:
        raise InvalidInput(say("The file is too large."), field="files")
    with TemporaryDirectory() as folder:
        path = Path(folder) / ("list" + Path(sent.filename.lower()).suffix)
        path.write_bytes(content)
        return import_delivery_list(
            database(),
            SourceFile(path=path, name=sent.filename[:120]),
            supplier=code,
            into=into,
            actor=actor(),
            at=now(),
            zone=config().time_zone,
            purchase_no=form_str("purchase_no", "") if into is Into.RECEIPT else "",
        )


def _page(
    supplier_id: int,
    values: dict[str, Any],
    errors: dict[str, str],
    taken: ListTaken | None = None,
) -> str:
    first, last = period()
    with reading() as session:
        found = _supplier(session, supplier_id)
        totals = dock_desk.supplier_list(*instants(first, last), first, last)
        current = {name: getattr(found, name) for name in
                   ("name", "contact", "lead_days", "terms", "is_active")}  # fmt: skip
        orders = dock_desk.purchase_list().where(Supplier.id == supplier_id)
        receipts = dock_desk.receipt_list().where(Supplier.id == supplier_id)
        account = dock_desk.open_account().where(Supplier.id == supplier_id)
        return render_template(
            "receiving/supplier.html",
            supplier=found,
            totals=session.execute(totals.where(Supplier.id == supplier_id)).one(),
            first=first,
            last=last,
            orders=tables.latest(session, orders, dock_desk.PURCHASE_SORTS["no"]),
            receipts=tables.latest(session, receipts, dock_desk.RECEIPT_SORTS["no"]),
            account=tables.latest(session, account, dock_desk.OPEN_SORTS["no"]),
            values={**current, **values},
            errors=errors,
            rejected=taken.rejected if taken else (),
            shown=SHOWN,
            whole=whole_list(taken.rejected) if taken else "",
            rejected_count=taken.rows if taken else 0,
            not_read=not_read(taken.not_read) if taken else None,
            events=story(session, [("supplier", [supplier_id])]),
        )


def _fields(typed: Typed) -> dict[str, Any]:
    return {
        "name": form_str("name", ""),
        "contact": form_str("contact", ""),
        "lead_days": typed.read(lambda name: form_int(name, 0), "lead_days", -1),
        "terms": form_str("terms", ""),
        "is_active": form_str("is_active", "") == "1" or "is_active_asked" not in request.form,
    }


def _supplier(session: Session, supplier_id: int) -> Supplier:
    found = session.get(Supplier, supplier_id)
    if found is None:
        raise NotFound(say("supplier"), supplier_id)
    return found


def _here(supplier_id: int) -> str:
    return url_for("receiving.supplier", supplier_id=supplier_id)
