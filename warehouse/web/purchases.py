"""The desk's purchase orders: drafted, ordered, on paper or as a file, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing.models import PrintJob
from warehouse.errors import Conflict, InvalidInput, NotFound, RuleViolation, WarehouseError
from warehouse.money import yuan
from warehouse.people.rights import Right
from warehouse.receiving import desk as dock_desk
from warehouse.receiving.commands.purchases import (
    ChangePurchase,
    ClosePurchase,
    MakePurchase,
    PlaceOrder,
    Wanted,
    change_purchase,
    close_purchase,
    line_problems,
    make_purchase,
    place_order,
)
from warehouse.receiving.models import PurchaseOrder, PurchaseState, Receipt, Supplier
from warehouse.receiving.order_papers import PrintPurchase, print_purchase, purchase_paper
from warehouse.receiving.queries import suppliers_in_use
from warehouse.text import say
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.amounts import form_day_or_none, form_fen, form_pieces, today
from warehouse.web.context import Typed, config, form_str, may, now, reading, speak
from warehouse.web.desk import act, fmt_yuan, names_of, noted, state_chips, told
from warehouse.web.drafts import draft, shown
from warehouse.web.pages import fieldless, invalid
from warehouse.web.receipts import bp, supplier_choices
from warehouse.web.spreadsheets import Field, file_answer
from warehouse.web.timeline import story

EMPTY_ROWS = 6
MOST_ROWS = 500
_COLUMNS = ("sku", "pieces", "price", "day")

SEEN_FIELDS: tuple[Field, ...] = (
    (say("Purchase order"), lambda o: o.number),
    (say("State"), lambda o: o.state),
    (say("Supplier"), lambda o: o.supplier),
    (say("Line count"), lambda o: int(o.lines)),
    (say("Pieces"), lambda o: int(o.pieces)),
    (say("Received"), lambda o: int(o.received)),
    (say("Expected on"), lambda o: o.expected_on),
    (say("Made"), lambda o: o.created_at),
    (say("Ordered"), lambda o: o.ordered_at),
)
FIELDS: tuple[Field, ...] = (*SEEN_FIELDS, (say("Worth"), lambda o: fmt_yuan(o.value_fen)))
LINE_FIELDS: tuple[Field, ...] = (
    (say("SKU"), lambda x: x.code),
    (say("Goods"), lambda x: x.name),
    (say("Properties"), lambda x: x.properties),
    (say("Pieces"), lambda x: x.pieces),
    (say("Unit price"), lambda x: yuan(x.price_fen)),
    (say("Expected on"), lambda x: x.expected_on),
    (say("Received"), lambda x: x.received),
)


def _listing() -> tables.Listing:
    return tables.Listing(
        name="purchase-orders",
        key=PurchaseOrder.id,
        sorts=dock_desk.PURCHASE_SORTS,
        default="-no",
        fields=FIELDS if may(Right.BUY) else SEEN_FIELDS,
    )


@bp.get("/orders")
@needs(Right.SEE_DESK)
def orders() -> str | Response:
    """List the purchase orders, the newest first."""
    state = tables.one_of("state", PurchaseState)
    query = dock_desk.purchase_list()
    if state is not None:
        query = query.where(PurchaseOrder.state == state)
    only = tables.text("only")
    if only == "late":
        query = query.where(dock_desk.is_late(today()))
    if supplier := tables.text("supplier"):
        query = query.where(Supplier.code == supplier)
    if q := tables.text("q"):
        query = query.where(
            sa.or_(tables.begins(PurchaseOrder.number, q.upper()), tables.like(Supplier.name, q))
        )
    with reading() as session:
        if tables.is_export():
            return tables.export(session, query, _listing())
        return render_template(
            "receiving/orders.html",
            page=tables.page_of(session, query, _listing()),
            chips=state_chips(PurchaseState, dock_desk.purchase_counts(session), state),
            suppliers=supplier_choices(session),
            supplier=supplier,
            only=only,
            q=q,
            today=today(),
        )


@bp.get("/orders/new")
@needs(Right.BUY)
def new_order() -> str:
    """Show the form of a new order."""
    return _form({}, {}, None)


@bp.post("/orders")
@needs(Right.BUY)
def add_order() -> Response | tuple[str, int]:
    """Draft an order."""
    typed = Typed()
    fields = _fields(typed)
    try:
        outcome = typed.do(
            make_purchase, MakePurchase, supplier=form_str("supplier", ""), **fields,
            is_ordered=form_str("is_ordered", "") == "1",
        )  # fmt: skip
    except (InvalidInput, RuleViolation) as error:
        return _form(request.form, _errors(error, fields["lines"]), None), 400
    return noted(outcome, _here(outcome.subject_id or 0))


@bp.get("/orders/<int:order_id>")
@needs(Right.SEE_DESK)
def order(order_id: int) -> str | Response:
    """Show one order: its lines with what came of each, its receipts; as a file or on paper."""
    with reading() as session:
        found = _order(session, order_id)
        lines = dock_desk.lines_of_purchase(session, order_id)
        if tables.is_export():
            fields = LINE_FIELDS if may(Right.BUY) else _without_price()
            return file_answer(found.number, fields, lines, as_=tables.export_kind())
        receipts = sa.select(Receipt).where(Receipt.purchase_order_id == order_id)
        return render_template(
            "receiving/order.html",
            order=found,
            supplier=session.get_one(Supplier, found.supplier_id),
            lines=lines,
            total_fen=sum(line.pieces * line.price_fen for line in lines),
            receipts=list(session.scalars(receipts.order_by(Receipt.id))),
            people=names_of(session),
            jobs=_papers(session, order_id) if may(Right.BUY) else [],
            events=story(session, [("purchase", [order_id])]),
        )


def _papers(session: Session, order_id: int) -> list[PrintJob]:
    subjects = (f"purchase:{order_id}", f"purchase:{order_id}:draft")
    jobs = sa.select(PrintJob).where(PrintJob.subject.in_(subjects)).order_by(PrintJob.id)
    return list(session.scalars(jobs))


@bp.get("/orders/<int:order_id>/paper.pdf")
@needs(Right.BUY)
def order_draft(order_id: int) -> Response:
    """Show the order as it would be printed now, a mark across."""
    with reading() as session:
        found = _order(session, order_id)
        paper = draft(session, purchase_paper(session, found, now(), config().time_zone))
    return shown(paper)


@bp.post("/orders/<int:order_id>/print")
@needs(Right.BUY)
def print_order(order_id: int) -> Response:
    """Ask for the order on paper: what the supplier gets."""
    return act(print_purchase, PrintPurchase, back=_here(order_id), purchase_id=order_id)


@bp.get("/orders/<int:order_id>/change")
@needs(Right.BUY)
def edit_order(order_id: int) -> str:
    """Show a draft to be changed."""
    with reading() as session:
        found = _order(session, order_id)
        lines = dock_desk.lines_of_purchase(session, order_id)
    values: dict[str, str] = {"expected_on": str(found.expected_on or ""), "note": found.note}
    for at, line in enumerate(lines):
        values[f"sku-{at}"], values[f"pieces-{at}"] = line.code, str(line.pieces)
        values[f"price-{at}"] = yuan(line.price_fen)
        values[f"day-{at}"] = str(line.expected_on or "")
    return _form(values, {}, found)


@bp.post("/orders/<int:order_id>/change")
@needs(Right.BUY)
def change_order(order_id: int) -> Response | tuple[str, int]:
    """Write a draft anew."""
    with reading() as session:
        found = _order(session, order_id)
    typed = Typed()
    fields = _fields(typed)
    try:
        outcome = typed.do(change_purchase, ChangePurchase, purchase_id=order_id, **fields)
    except (InvalidInput, RuleViolation) as error:
        return _form(request.form, _errors(error, fields["lines"]), found), 400
    except Conflict as error:
        return told(error, _here(order_id))
    return noted(outcome, _here(order_id))


@bp.post("/orders/<int:order_id>/place")
@needs(Right.BUY)
def place(order_id: int) -> Response:
    """Put the draft on its way."""
    return act(place_order, PlaceOrder, back=_here(order_id), purchase_id=order_id)


@bp.post("/orders/<int:order_id>/close")
@needs(Right.BUY)
def close_order(order_id: int) -> Response:
    """Expect nothing more of it."""
    return act(
        close_purchase, ClosePurchase, back=_here(order_id), purchase_id=order_id,
        reason=form_str("reason", ""),
    )  # fmt: skip


def _fields(typed: Typed) -> dict[str, Any]:
    lines = tuple(
        Wanted(
            sku_code=form_str(f"sku-{at}", ""),
            pieces=typed.read(form_pieces, f"pieces-{at}", 1),
            price_fen=typed.read(form_fen, f"price-{at}", 0),
            expected_on=typed.read(form_day_or_none, f"day-{at}", None),
        )
        for at in _filled(request.form)
    )
    day = typed.read(form_day_or_none, "expected_on", None)
    return {"lines": lines, "expected_on": day, "note": form_str("note", "")}


def _errors(error: WarehouseError, lines: Sequence[Wanted]) -> dict[str, str]:
    """Return what is wrong by field: of lines each in its cell, not as the command says it."""
    errors = {name: said for name, said in invalid(error).items() if not name.startswith("lines-")}
    rows = _filled(request.form)
    with reading() as session:
        for line, column, why in line_problems(session, lines, today()):
            errors.setdefault(f"{column}-{rows[line - 1]}", speak(why))
    return errors


def _filled(values: Mapping[str, str]) -> list[int]:
    """Return the numbers of the rows in which anything stands."""
    return [at for at in _rows_of(values)
            if any(values.get(f"{name}-{at}", "").strip() for name in _COLUMNS)]  # fmt: skip


def _rows_of(values: Mapping[str, str]) -> range:
    """Return the numbers of the rows that the form has, or would need."""
    digits = (name.removeprefix("sku-") for name in values if name.startswith("sku-"))
    numbers = [int(d) for d in digits if d.isascii() and d.isdigit() and len(d) < len("99999")]
    return range(min(max(numbers, default=-1) + 1, MOST_ROWS))


def _form(values: Mapping[str, str], errors: dict[str, str], order: PurchaseOrder | None) -> str:
    used = _filled(values)
    following = used[-1] + 1 if used else 0
    with reading() as session:
        suppliers = [(s.code, f"{s.name} ({s.code})") for s in suppliers_in_use(session)]
    return render_template(
        "receiving/order_form.html",
        values=values,
        errors=errors,
        told=fieldless(errors),
        order=order,
        suppliers=suppliers,
        rows=[*used, *range(following, following + EMPTY_ROWS)],
    )


def _without_price() -> tuple[Field, ...]:
    return tuple(field for field in LINE_FIELDS if field[0].msgid != "Unit price")


def _order(session: Session, order_id: int) -> PurchaseOrder:
    found = session.get(PurchaseOrder, order_id)
    if found is None:
        raise NotFound(say("purchase order"), order_id)
    return found


def _here(order_id: int) -> str:
    return url_for("receiving.order", order_id=order_id)
