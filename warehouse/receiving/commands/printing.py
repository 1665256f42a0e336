"""The paper of a correction at its page: asked for when it has none, else copied for a reason."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import GoodsReceipt
from printing.models import PrintJob
from warehouse.commands import Command, Outcome
from warehouse.errors import RuleViolation
from warehouse.printers.asking import ask_again
from warehouse.receiving.commands.receipts import receipt_by_id
from warehouse.receiving.models import ReceiptState
from warehouse.receiving.papers import print_receipt
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class PrintCorrection(Command):
    """Print both copies of a correction; `reason` why once more."""

    receipt_id: int
    reason: str = ""


def print_correction(session: Session, command: PrintCorrection) -> Outcome:
    """Ask for the two papers of a correction, or for a copy of each.

    Raises:
        RuleViolation: no correction, a cancelled one, or the papers still wait in the queue.
        ReasonWanted: they were printed before, and nobody says why once more.
    """
    receipt = receipt_by_id(session, command.receipt_id)
    if receipt.corrects_id is None or receipt.state is ReceiptState.CANCELLED:
        raise RuleViolation(say("Nothing of this is printed here."))
    papers = papers_of(session, receipt.id)
    for job_id in papers:
        ask_again(session, command, job_id, command.reason)
    if not papers:
        print_receipt(session, command, receipt)
    return Outcome(
        screen="receipt",
        subject_id=receipt.id,
        message=say("Both copies of {number} are in the print queue.", number=receipt.number),
    )


def papers_of(session: Session, receipt_id: int) -> list[int]:
    """Return the newest print job of each paper of a receipt that still holds."""
    newest = sa.func.max(PrintJob.id)
    return list(
        session.scalars(
            sa.select(newest)
            .where(
                PrintJob.subject == f"receipt:{receipt_id}",
                PrintJob.document_kind == GoodsReceipt.kind,
                PrintJob.void_reason == "",
            )
            .group_by(PrintJob.part)
            .order_by(newest)
        )
    )
