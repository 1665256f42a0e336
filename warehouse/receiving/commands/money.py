"""Supplier papers of a receipt: what is asked, what is paid, and the scans kept of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.rules import scan_code
from warehouse.commands import Command, Outcome
from warehouse.errors import InvalidInput, NotFound, RuleViolation, StaleScreen
from warehouse.gathering import Gathered
from warehouse.people import trail
from warehouse.receiving.accounts import FileKind, SupplierFile, SupplierPaper, SupplierPayment
from warehouse.receiving.commands.receipts import LONGEST_PAPER_NO, receipt_by_id
from warehouse.receiving.models import Receipt, ReceiptState
from warehouse.receiving.rules import fen_problem, length_problem, paper_day_problem
from warehouse.text import Text, say

LARGEST_FILE = 10 * 1024 * 1024
MOST_FILES = 20
LONGEST_NOTE = 200
# The first bytes tell what a file is, whatever its name says.
_BEGINNINGS = (
    (b"%PDF-", FileKind.PDF),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"\xff\xd8\xff", FileKind.JPEG),
)


@dataclass(frozen=True, kw_only=True)
class AddPaper(Command):
    """A paper of the supplier for the receipt: an invoice, a delivery note with prices."""

    receipt_id: int
    number: str
    paper_on: date
    amount_fen: int
    freight_fen: int = 0
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class PayPaper(Command):
    """Money was paid for a paper, `amount_fen` above zero.

    Below zero, a payment is taken back and the note says why. The sign is for callers in code; the
    form of the desk has an amount without one, and a tick.
    """

    paper_id: int
    paid_on: date
    amount_fen: int
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class WithdrawPaper(Command):
    """The paper was kept by mistake, or the supplier took it back: nothing is owed for it."""

    paper_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class KeepFile(Command):
    """A scan or photo is kept with the receipt."""

    receipt_id: int
    name: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class RemoveFile(Command):
    """A file was kept by mistake."""

    file_id: int
    reason: str


def add_paper(session: Session, command: AddPaper) -> Outcome:
    """Keep the paper; goods and freight together are owed until they are paid.

    Raises:
        InvalidInput: no number, a day or amount that cannot be.
        RuleViolation: the receipt was cancelled, or the supplier's paper is kept already.
    """
    receipt = receipt_by_id(session, command.receipt_id)
    if receipt.state is ReceiptState.CANCELLED:
        raise RuleViolation(say("Receipt {number} was cancelled.", number=receipt.number))
    number, told = scan_code(command.number), Gathered()
    if not 0 < len(number) <= LONGEST_PAPER_NO:
        text = say("Write the number of the paper, {most} characters at most.",
                   most=LONGEST_PAPER_NO)  # fmt: skip
        told.tell(text, "number")
    told.take("number", lambda: _require_new(session, receipt.supplier_id, number))
    _check(command, command.paper_on, "paper_on", command.note, told)
    for field in ("amount_fen", "freight_fen"):
        told.tell(fen_problem(getattr(command, field)), field)
    if command.amount_fen == command.freight_fen == 0:
        told.tell(say("Write what the paper asks for."), "amount_fen")
    told.refuse()
    paper = SupplierPaper(
        supplier_id=receipt.supplier_id,
        receipt_id=receipt.id,
        paper_on=command.paper_on,
        number=number,
        amount_fen=command.amount_fen,
        freight_fen=command.freight_fen,
        note=command.note.strip(),
        at=command.at,
        person_id=command.actor.person_id,
    )
    session.add(paper)
    session.flush()
    trail.record(session, command, "receipt_paper", receipt.id, "paper_added", paper=number)
    return Outcome(screen="receipt", subject_id=receipt.id,
                   message=say("Paper {number} is kept.", number=number))  # fmt: skip


def _require_new(session: Session, supplier_id: int, number: str) -> None:
    """Refuse a paper that is kept, saying where: a cancelled receipt may have it."""
    twin = session.execute(
        sa.select(Receipt.number, Receipt.state)
        .join(SupplierPaper, SupplierPaper.receipt_id == Receipt.id)
        .where(
            SupplierPaper.supplier_id == supplier_id,
            SupplierPaper.number == number,
            SupplierPaper.withdrawn_at.is_(None),
        )
    ).first()
    if twin is None:
        return
    if twin.state is ReceiptState.CANCELLED:
        raise RuleViolation(
            say("Paper {number} is kept with receipt {receipt}, which was cancelled. Withdraw it"
                " there first.", number=number, receipt=twin.number)
        )  # fmt: skip
    raise RuleViolation(say("Paper {number} of this supplier is kept already.", number=number))


def withdraw_paper(session: Session, command: WithdrawPaper) -> Outcome:
    """Owe nothing for the paper any more; that it was there stays, and its number is free.

    Raises:
        InvalidInput: no reason. NotFound: no such paper. StaleScreen: it is withdrawn.
        RuleViolation: something was paid for it and not taken back.
    """
    if not command.reason.strip():
        raise InvalidInput(say("Say why."), field="reason")
    paper = _paper(session, command.paper_id)
    if paid_for(session, paper.id):
        raise RuleViolation(
            say("Something was paid for {number}. Take the payment back first.",
                number=paper.number)
        )  # fmt: skip
    paper.withdrawn_at = command.at
    session.flush()
    trail.record(session, command, "receipt_paper", paper.receipt_id, "paper_withdrawn",
                 paper=paper.number, reason=command.reason.strip()[:200])  # fmt: skip
    text = say("Paper {number} is withdrawn.", number=paper.number)
    return Outcome(screen="receipt", subject_id=paper.receipt_id, message=text)


def _paper(session: Session, paper_id: int) -> SupplierPaper:
    """Return the paper, locked. Raises NotFound: there is none. StaleScreen: it is withdrawn."""
    found = session.get(SupplierPaper, paper_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(say("paper"), paper_id)
    if found.withdrawn_at is not None:
        raise StaleScreen
    return found


def pay_paper(session: Session, command: PayPaper) -> Outcome:
    """Keep the payment.

    Raises:
        NotFound: no such paper. InvalidInput: a day or amount that cannot be, more than is owed,
            more taken back than was paid, or taken back without a reason. StaleScreen: it is
            withdrawn. RuleViolation: its receipt was cancelled.
    """
    paper = _paper(session, command.paper_id)
    receipt = session.get_one(Receipt, paper.receipt_id)
    if command.amount_fen > 0 and receipt.state is ReceiptState.CANCELLED:
        raise RuleViolation(say("Receipt {number} was cancelled.", number=receipt.number))
    told = Gathered()
    _check(command, command.paid_on, "paid_on", command.note, told)
    told.tell(_amount_problem(session, command.amount_fen, paper), "amount_fen")
    if command.amount_fen < 0 and not command.note.strip():
        told.tell(say("Say why the payment is taken back."), "note")
    told.refuse()
    session.add(
        SupplierPayment(
            paper_id=paper.id,
            paid_on=command.paid_on,
            amount_fen=command.amount_fen,
            note=command.note.strip(),
            at=command.at,
            person_id=command.actor.person_id,
        )
    )
    session.flush()
    event = "paid" if command.amount_fen > 0 else "payment_taken_back"
    trail.record(session, command, "receipt_paper", paper.receipt_id, event, paper=paper.number,
                 amount_fen=command.amount_fen)  # fmt: skip
    text = say("The payment for {number} is kept.", number=paper.number)
    return Outcome(screen="receipt", subject_id=paper.receipt_id, message=text)


def _amount_problem(session: Session, amount_fen: int, paper: SupplierPaper) -> Text | None:
    if amount_fen == 0 or fen_problem(abs(amount_fen)):
        return say("This is not an amount of money.")
    paid = paid_for(session, paper.id) + amount_fen
    if paid > paper.amount_fen + paper.freight_fen:
        return say("That is more than is owed for this paper.")
    return say("That is more than was paid for this paper.") if paid < 0 else None


def paid_for(session: Session, paper_id: int) -> int:
    """Return what was paid for a paper, in fen."""
    paid = sa.select(sa.func.coalesce(sa.func.sum(SupplierPayment.amount_fen), 0))
    return int(session.scalar(paid.where(SupplierPayment.paper_id == paper_id)) or 0)


def keep_file(session: Session, command: KeepFile) -> Outcome:
    """Keep the file byte by byte; the same one twice is kept once.

    Raises:
        InvalidInput: no PDF, PNG or JPEG by its content, too large, or too many files.
    """
    receipt = receipt_by_id(session, command.receipt_id)
    kind = kind_of(command.content)
    if kind is None:
        raise InvalidInput(say("Only PDF, PNG and JPEG files are kept."), field="files")
    if len(command.content) > LARGEST_FILE:
        raise InvalidInput(
            say("The file is larger than {most} MB.", most=LARGEST_FILE // 2**20), field="files"
        )
    kept = list(
        session.scalars(sa.select(SupplierFile.sha256).where(SupplierFile.receipt_id == receipt.id))
    )
    if len(kept) >= MOST_FILES:
        raise InvalidInput(say("A receipt keeps {most} files.", most=MOST_FILES), field="files")
    name = shown_name(command.name, kind)
    text = say("{name} is kept.", name=name)
    sha256 = hashlib.sha256(command.content).hexdigest()
    if sha256 in kept:
        return Outcome(screen="receipt", subject_id=receipt.id, message=text)
    session.add(
        SupplierFile(
            receipt_id=receipt.id,
            name=name,
            kind=kind,
            sha256=sha256,
            size=len(command.content),
            content=command.content,
            at=command.at,
            person_id=command.actor.person_id,
        )
    )
    session.flush()
    trail.record(session, command, "receipt_paper", receipt.id, "file_kept", name=name)
    return Outcome(screen="receipt", subject_id=receipt.id, message=text)


def remove_file(session: Session, command: RemoveFile) -> Outcome:
    """Throw the file away; that it was there stays in the trail.

    Raises:
        NotFound: no such file. InvalidInput: no reason.
    """
    if not command.reason.strip():
        raise InvalidInput(say("Say why."), field="reason")
    file = session.get(SupplierFile, command.file_id)
    if file is None:
        raise NotFound(say("file"), command.file_id)
    receipt_id, name = file.receipt_id, file.name
    session.delete(file)
    session.flush()
    trail.record(session, command, "receipt_paper", receipt_id, "file_removed", name=name,
                 reason=command.reason.strip()[:200])  # fmt: skip
    return Outcome(
        screen="receipt", subject_id=receipt_id, message=say("{name} is removed.", name=name)
    )


def kind_of(content: bytes) -> FileKind | None:
    """Return what a file is by its first bytes, None if it is nothing we keep."""
    return next((kind for start, kind in _BEGINNINGS if content.startswith(start)), None)


def shown_name(name: str, kind: FileKind) -> str:
    """Return a file's name without folders and signs no header can carry, with a fitting end."""
    base = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(c for c in base if c.isprintable() and c not in '"\\/;')
    stem = plain.rpartition(".")[0] or plain or "file"
    return f"{stem[:120].strip() or 'file'}.{'jpg' if kind is FileKind.JPEG else kind}"


def _check(command: AddPaper | PayPaper, day: date, field: str, note: str, told: Gathered) -> None:
    told.tell(paper_day_problem(day, command.day), field)
    told.tell(length_problem(note.strip(), LONGEST_NOTE), "note")
