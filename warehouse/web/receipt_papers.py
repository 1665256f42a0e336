"""Supplier papers at the desk: what is asked and paid for a receipt, and the scans kept of it."""

from __future__ import annotations

from datetime import date

from flask import Response as FileResponse
from flask import make_response, request, url_for
from sqlalchemy.orm import undefer
from werkzeug.wrappers import Response

from warehouse.errors import Conflict, InvalidInput, NotFound, RuleViolation
from warehouse.people.rights import Right
from warehouse.receiving.accounts import FileKind, SupplierFile, SupplierPaper
from warehouse.receiving.commands.money import (
    LARGEST_FILE,
    AddPaper,
    KeepFile,
    PayPaper,
    RemoveFile,
    WithdrawPaper,
    add_paper,
    keep_file,
    pay_paper,
    remove_file,
    withdraw_paper,
)
from warehouse.receiving.rules import HIGHEST_FEN
from warehouse.text import say
from warehouse.web.access import needs
from warehouse.web.amounts import form_day, form_fen
from warehouse.web.context import Typed, form_str, reading
from warehouse.web.desk import act, noted, told
from warehouse.web.pages import invalid
from warehouse.web.receipts import bp, receipt_page

MEDIA = {
    FileKind.PDF: "application/pdf",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
}


@bp.post("/<int:receipt_id>/papers")
@needs(Right.BUY)
def paper(receipt_id: int) -> Response | tuple[str, int]:
    """Keep a paper of the supplier."""
    typed = Typed()
    try:
        outcome = typed.do(
            add_paper, AddPaper, receipt_id=receipt_id, number=form_str("number", ""),
            paper_on=typed.read(form_day, "paper_on", date.min),
            amount_fen=typed.read(form_fen, "amount_fen", -1),
            freight_fen=typed.read(form_fen, "freight_fen", -1), note=form_str("note", ""),
        )  # fmt: skip
    except (InvalidInput, RuleViolation) as error:
        return receipt_page(receipt_id, dict(request.form), invalid(error)), error.status
    return noted(outcome, _here(receipt_id))


@bp.post("/papers/<int:paper_id>/payments")
@needs(Right.BUY)
def pay(paper_id: int) -> Response | tuple[str, int]:
    """Keep a payment, or take one back."""
    with reading() as session:
        found = session.get(SupplierPaper, paper_id)
        if found is None:
            raise NotFound(say("paper"), paper_id)
        receipt_id = found.receipt_id
    typed = Typed()
    amount = typed.read(_form_paid, "amount_fen", HIGHEST_FEN + 1)
    try:
        outcome = typed.do(
            pay_paper, PayPaper, paper_id=paper_id,
            paid_on=typed.read(form_day, "paid_on", date.min),
            amount_fen=-amount if form_str("back", "") == "1" else amount,
            note=form_str("note", ""),
        )  # fmt: skip
    except (InvalidInput, RuleViolation) as error:
        values, errors = dict(request.form), invalid(error)
        return receipt_page(receipt_id, values, errors, paper_id=paper_id), error.status
    except Conflict as error:
        return told(error, _here(receipt_id))
    return noted(outcome, _here(receipt_id))


@bp.post("/papers/<int:paper_id>/withdraw")
@needs(Right.BUY)
def withdraw(paper_id: int) -> Response:
    """Owe nothing for a paper kept by mistake."""
    with reading() as session:
        found = session.get(SupplierPaper, paper_id)
        if found is None:
            raise NotFound(say("paper"), paper_id)
        back = _here(found.receipt_id)
    return act(
        withdraw_paper, WithdrawPaper, back=back, paper_id=paper_id, reason=form_str("reason", "")
    )


@bp.post("/<int:receipt_id>/files")
@needs(Right.BUY)
def keep(receipt_id: int) -> Response:
    """Keep a scan or photo with the receipt."""
    sent = request.files.get("files")
    if sent is None or not sent.filename:
        return told(InvalidInput(say("Choose a file."), field="files"), _here(receipt_id))
    content = sent.stream.read(LARGEST_FILE + 1)
    return act(
        keep_file, KeepFile, back=_here(receipt_id), receipt_id=receipt_id, name=sent.filename,
        content=content,
    )  # fmt: skip


@bp.get("/files/<int:file_id>")
@needs(Right.BUY)
def file(file_id: int) -> FileResponse:
    """Return a kept file as what its first bytes say it is, to be looked at or saved."""
    with reading() as session:
        found = session.get(SupplierFile, file_id, options=[undefer(SupplierFile.content)])
    if found is None:
        raise NotFound(say("file"), file_id)
    answer = make_response(found.content)
    answer.headers["Content-Type"] = MEDIA[found.kind]
    answer.headers["Content-Disposition"] = f'attachment; filename="receipt-{file_id}.{found.kind}"'
    # Whatever stands in it is never run as a page of ours.
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@bp.post("/files/<int:file_id>/remove")
@needs(Right.BUY)
def remove(file_id: int) -> Response:
    """Throw away a file kept by mistake."""
    with reading() as session:
        found = session.get(SupplierFile, file_id)
        if found is None:
            raise NotFound(say("file"), file_id)
        back = _here(found.receipt_id)
    reason = form_str("reason", "")
    return act(remove_file, RemoveFile, back=back, file_id=file_id, reason=reason)


def _form_paid(name: str) -> int:
    """Return an amount in fen that was paid or taken back: the tick says which, never a sign.

    Raises:
        InvalidInput: this is no amount, or not above zero.
    """
    fen = form_fen(name)
    if fen <= 0:
        raise InvalidInput(
            say("Write the amount above zero; a tick says that it is taken back."), field=name
        )
    return fen


def _here(receipt_id: int) -> str:
    return url_for("receiving.receipt", receipt_id=receipt_id)
