"""The desk's receipts: what came, who counted and confirmed it, its papers and corrections."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing.models import PrintJob
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.people.rights import Right
from warehouse.receiving import desk as dock_desk
from warehouse.receiving.booked import booked_of
from warehouse.receiving.commands.booking import BookReceipt, book_receipt
from warehouse.receiving.commands.correcting import (
    CorrectReceipt,
    RightNumber,
    correct_receipt,
)
from warehouse.receiving.commands.finishing import CountAgain, count_again
from warehouse.receiving.commands.printing import PrintCorrection, papers_of, print_correction
from warehouse.receiving.commands.receipts import CancelReceipt, cancel_receipt
from warehouse.receiving.commands.recounting import RecountGoods, recount_goods
from warehouse.receiving.commands.striking import StrikePiece, doubts_of, strike_piece
from warehouse.receiving.models import (
    RECEIPT_OPEN,
    PurchaseOrder,
    Receipt,
    ReceiptState,
    Supplier,
)
from warehouse.receiving.near_end import near_end
from warehouse.receiving.papers import faults_of, goods_receipt
from warehouse.receiving.queries import FAULT_WORDS, counters_of, involved_in, recounts_of, rows_of
from warehouse.text import say
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.amounts import form_pieces_said
from warehouse.web.context import (
    Typed,
    config,
    form_ids,
    form_int,
    form_str,
    may,
    person,
    reading,
    speak,
    today,
)
from warehouse.web.desk import act, names_of, noted, state_chips
from warehouse.web.drafts import draft, shown
from warehouse.web.pages import fieldless, invalid, of_rows
from warehouse.web.paper_rows import PaperRow
from warehouse.web.spreadsheets import Field
from warehouse.web.timeline import story

bp = Blueprint("receiving", __name__, url_prefix="/receiving")

FIELDS: tuple[Field, ...] = (
    (say("Receipt"), lambda r: r.number),
    (say("State"), lambda r: r.state),
    (say("Supplier"), lambda r: r.supplier),
    (say("Purchase order"), lambda r: r.purchase_no or ""),
    (say("Corrects"), lambda r: r.corrects or ""),
    (say("Announced"), lambda r: r.announced),
    (say("Sound"), lambda r: int(r.sound)),
    (say("Faulty"), lambda r: int(r.faulty)),
    (say("Expected on"), lambda r: r.expected_on),
    (say("Made"), lambda r: r.created_at),
    (say("Booked"), lambda r: r.booked_at),
)
LISTING = tables.Listing(
    name="receipts", key=Receipt.id, sorts=dock_desk.RECEIPT_SORTS, default="-no", fields=FIELDS
)


@bp.get("")
@needs(Right.SEE_DESK)
def index() -> str | Response:
    """List the receipts, the newest first."""
    state = tables.one_of("state", ReceiptState)
    query = dock_desk.receipt_list()
    if state is not None:
        query = query.where(Receipt.state == state)
    if supplier := tables.text("supplier"):
        query = query.where(Supplier.code == supplier)
    if q := tables.text("q"):
        query = query.where(
            sa.or_(
                tables.begins(Receipt.number, q.upper()),
                tables.begins(PurchaseOrder.number, q.upper()),
                tables.like(Supplier.name, q),
                tables.like(Receipt.supplier_paper_no, q),
            )
        )
    with reading() as session:
        if tables.is_export():
            return tables.export(session, query, LISTING)
        return render_template(
            "receiving/index.html",
            page=tables.page_of(session, query, LISTING),
            chips=state_chips(ReceiptState, dock_desk.receipt_counts(session), state),
            suppliers=supplier_choices(session),
            supplier=supplier,
            q=q,
        )


def supplier_choices(session: Session) -> list[tuple[str, str]]:
    """Return the suppliers of a filter, all of them first."""
    rows = session.execute(sa.select(Supplier.code, Supplier.name).order_by(Supplier.name))
    return [("", speak(say("all"))), *((code, f"{name} ({code})") for code, name in rows)]


@bp.get("/<int:receipt_id>")
@needs(Right.SEE_DESK)
def receipt(receipt_id: int) -> str:
    """Show one receipt: expected against counted, who did what, papers, corrections."""
    return receipt_page(receipt_id, {}, {})


def receipt_page(
    receipt_id: int, values: dict[str, Any], errors: dict[str, str], *, paper_id: int = 0
) -> str:
    """Return the page of a receipt, with what was typed for a new paper or paid for an old one."""
    with reading() as session:
        found = _receipt(session, receipt_id)
        subject = f"receipt:{receipt_id}"
        jobs = sa.select(PrintJob).where(PrintJob.subject == subject).order_by(PrintJob.id)
        corrections = sa.select(Receipt).where(Receipt.corrects_id == receipt_id)
        counters = counters_of(session, receipt_id)
        told = [("receipt", [receipt_id])]
        # What is asked and paid is told to those who buy.
        told += [("receipt_paper", [receipt_id])] if may(Right.BUY) else []
        return render_template(
            "receiving/receipt.html",
            receipt=found,
            supplier=session.get_one(Supplier, found.supplier_id),
            order=session.get(PurchaseOrder, found.purchase_order_id or 0),
            corrected=session.get(Receipt, found.corrects_id or 0),
            corrections=list(session.scalars(corrections.order_by(Receipt.id))),
            rows=rows_of(session, receipt_id),
            recounts=recounts_of(session, receipt_id),
            counters=counters,
            is_mine=person().id in involved_in(session, found),
            doubts=doubts_of(session, receipt_id) if found.state is ReceiptState.COUNTED else [],
            near_end=near_end(session, receipt_id, today()) if found.state in RECEIPT_OPEN else [],
            faults=[(speak(FAULT_WORDS[f]), n) for f, n in faults_of(session, receipt_id).items()],
            people=names_of(session),
            own_papers=_own_papers(session, found),
            papers=dock_desk.papers_of(session, receipt_id) if may(Right.BUY) else [],
            files=dock_desk.files_of(session, receipt_id) if may(Right.BUY) else [],
            jobs=list(session.scalars(jobs)),
            events=story(session, told, job_subjects=[subject]),
            values=values,
            errors=errors,
            told=fieldless(errors),
            paying=paper_id,
        )


@bp.post("/<int:receipt_id>/book")
@needs(Right.RECEIVE, at_desk=True)
def book(receipt_id: int) -> Response:
    """Confirm and book what somebody else has counted."""
    return act(book_receipt, BookReceipt, back=_here(receipt_id), receipt_id=receipt_id)


@bp.post("/<int:receipt_id>/again")
@needs(Right.RECEIVE, at_desk=True)
def again(receipt_id: int) -> Response:
    """Have it counted again."""
    return act(count_again, CountAgain, back=_here(receipt_id), receipt_id=receipt_id)


@bp.post("/<int:receipt_id>/recount")
@needs(Right.STOCK)
def recount(receipt_id: int) -> Response:
    """Have goods of it counted anew by somebody else: those ticked, or all."""
    return act(
        recount_goods, RecountGoods, back=_here(receipt_id), receipt_id=receipt_id,
        sku_ids=tuple(form_ids("sku")), reason=form_str("reason", ""),
    )  # fmt: skip


@bp.post("/<int:receipt_id>/strike")
@needs(Right.RECEIVE, at_desk=True)
def strike(receipt_id: int) -> Response:
    """Take a piece off that is in the house, or in another receipt."""
    return act(
        strike_piece, StrikePiece, back=_here(receipt_id), receipt_id=receipt_id,
        count_id=form_int("count", 0),
    )  # fmt: skip


@bp.post("/<int:receipt_id>/cancel")
@needs(Right.STOCK)
def cancel(receipt_id: int) -> Response:
    """Book nothing of it."""
    return act(
        cancel_receipt, CancelReceipt, back=_here(receipt_id), receipt_id=receipt_id,
        reason=form_str("reason", ""),
    )  # fmt: skip


@bp.get("/<int:receipt_id>/correction.pdf")
@needs(Right.SEE_DESK)
def correction_draft(receipt_id: int) -> Response:
    """Show the paper of a correction as it would be printed now, a mark across."""
    with reading() as session:
        found = _receipt(session, receipt_id)
        if found.corrects_id is None:
            raise NotFound(say("correction"), receipt_id)
        paper = draft(session, goods_receipt(session, found, config().time_zone))
    return shown(paper)


@bp.post("/<int:receipt_id>/print")
@needs(Right.STOCK)
def print_paper(receipt_id: int) -> Response:
    """Ask for both copies of a correction, once more with a reason."""
    return act(
        print_correction, PrintCorrection, back=_here(receipt_id), receipt_id=receipt_id,
        reason=form_str("reason", ""),
    )  # fmt: skip


@bp.get("/<int:receipt_id>/correct")
@needs(Right.STOCK)
def correct(receipt_id: int) -> str | Response:
    """Show what is booked, to say what is right."""
    return _correct_page(receipt_id, {}, {})


@bp.post("/<int:receipt_id>/correct")
@needs(Right.STOCK)
def corrected(receipt_id: int) -> str | Response | tuple[str | Response, int]:
    """Book the differences by a document of their own."""
    typed = Typed()
    lines = tuple(
        RightNumber(key=key, pieces=typed.read(form_pieces_said, name, -1, place=key))
        for name in request.form
        if (key := name.removeprefix("right-")) != name
    )
    try:
        outcome = typed.do(
            correct_receipt, CorrectReceipt, receipt_id=receipt_id,
            reason=form_str("reason", ""), lines=lines,
        )  # fmt: skip
    except (InvalidInput, RuleViolation) as error:
        errors = of_rows(invalid(error), "right-")
        return _correct_page(receipt_id, dict(request.form), errors), error.status
    return noted(outcome, _here(outcome.subject_id or receipt_id))


def _own_papers(session: Session, found: Receipt) -> list[PaperRow]:
    """Return the paper of a correction; that of a receipt comes out at the dock."""
    if found.corrects_id is None or found.state is ReceiptState.CANCELLED:
        return []
    return [
        PaperRow(
            word=say("receipt correction, two copies"),
            action=url_for("receiving.print_paper", receipt_id=found.id),
            preview=url_for("receiving.correction_draft", receipt_id=found.id),
            is_printed=bool(papers_of(session, found.id)),
            may=may(Right.STOCK),
        )
    ]


def _correct_page(
    receipt_id: int, values: dict[str, str], errors: dict[str, str]
) -> str | Response:
    with reading() as session:
        found = _receipt(session, receipt_id)
        if found.state is not ReceiptState.BOOKED or found.corrects_id is not None:
            return redirect(_here(receipt_id))
        return render_template(
            "receiving/correct.html",
            receipt=found,
            booked=booked_of(session, receipt_id),
            values=values,
            errors=errors,
            told=fieldless(errors),
        )


def _receipt(session: Session, receipt_id: int) -> Receipt:
    found = session.get(Receipt, receipt_id)
    if found is None:
        raise NotFound(say("receipt"), receipt_id)
    return found


def _here(receipt_id: int) -> str:
    return url_for("receiving.receipt", receipt_id=receipt_id)
