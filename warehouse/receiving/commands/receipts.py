"""Receipts: announced, begun at the dock against an order or blind, cancelled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import GoodsReceipt
from printing.queue import void
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, NotFound, RuleViolation, StaleScreen, UnknownName
from warehouse.gathering import Gathered
from warehouse.inventory.refusals import refuse
from warehouse.numbers import next_number
from warehouse.people import trail
from warehouse.receiving.commands.suppliers import LONGEST_NOTE, supplier_by_code
from warehouse.receiving.models import (
    PURCHASE_OPEN,
    RECEIPT_OPEN,
    PurchaseLine,
    PurchaseOrder,
    PurchaseState,
    Receipt,
    ReceiptLine,
    ReceiptState,
    Supplier,
)
from warehouse.receiving.queries import involved_in, out_of_use, sku_ids
from warehouse.receiving.rules import (
    document_no,
    expected_problem,
    length_problem,
    pieces_problem,
)
from warehouse.receiving.screens import ReceiveScreen
from warehouse.text import say

MOST_LINES = 2_000
LONGEST_PAPER_NO = 40


@dataclass(frozen=True, kw_only=True)
class StartReceipt(Command):
    """Somebody at the dock scans a purchase order or a receipt and begins, or joins in."""

    barcode: str


@dataclass(frozen=True, kw_only=True)
class StartBlind(Command):
    """Goods of this supplier stand at the dock, and nobody has a paper for them."""

    supplier: str


@dataclass(frozen=True, kw_only=True)
class Announced:
    """Pieces a supplier says are on their way, of a SKU by its code or a barcode of one piece."""

    sku_code: str
    pieces: int


@dataclass(frozen=True, kw_only=True)
class ExpectReceipt(Command):
    """A delivery is announced; `source_key` names the list it comes from, taken once."""

    supplier: str
    lines: tuple[Announced, ...]
    purchase_no: str = ""
    expected_on: date | None = None
    supplier_paper_no: str = ""
    note: str = ""
    source_key: str = ""


@dataclass(frozen=True, kw_only=True)
class CancelReceipt(Command):
    """The receipt is not to be booked."""

    receipt_id: int
    reason: str


def start_receipt(session: Session, command: StartReceipt) -> Outcome:
    """Begin or join the receipt that the code stands for; one that is counted is to be confirmed.

    Raises:
        UnknownBarcode, WrongScan: neither an order nor a receipt has this number.
        RuleViolation: the order is not ordered yet or is closed, the receipt booked or cancelled.
    """
    found = session.scalar(sa.select(Receipt.id).where(Receipt.number == command.barcode))
    if found is not None:
        return _go_on(session, command, receipt_by_id(session, found))
    order = session.scalars(
        sa.select(PurchaseOrder).where(PurchaseOrder.number == command.barcode).with_for_update()
    ).first()
    if order is None:
        raise refuse(session, command.barcode, say("a purchase order or a receipt"))
    open_ones = session.scalars(
        sa.select(Receipt)
        .where(
            Receipt.purchase_order_id == order.id,
            Receipt.state.in_(RECEIPT_OPEN),
            Receipt.corrects_id.is_(None),
        )
        .order_by(Receipt.state == ReceiptState.EXPECTED, Receipt.id)
    ).first()
    if open_ones is not None:
        return _go_on(session, command, receipt_by_id(session, open_ones.id))
    _require_on_the_way(order)
    receipt = new_receipt(session, command, order.supplier_id, purchase_order_id=order.id)
    left = session.scalars(
        sa.select(PurchaseLine).where(
            PurchaseLine.purchase_order_id == order.id, PurchaseLine.pieces > PurchaseLine.received
        )
    )
    _add_lines(session, receipt.id, {line.sku_id: line.pieces - line.received for line in left})
    return _begin(session, command, receipt)


def start_blind(session: Session, command: StartBlind) -> Outcome:
    """Begin a receipt without papers; one of the supplier that is still empty is joined.

    Raises:
        InvalidInput: there is no such supplier in use.
    """
    supplier = supplier_by_code(session, command.supplier)
    # Two tablets that begin at once meet here, and the second joins the first.
    session.get(Supplier, supplier.id, with_for_update=True, populate_existing=True)
    empty = session.scalar(
        sa.select(Receipt.id).where(
            Receipt.supplier_id == supplier.id,
            Receipt.purchase_order_id.is_(None),
            Receipt.state == ReceiptState.COUNTING,
            ~sa.exists().where(ReceiptLine.receipt_id == Receipt.id),
        )
    )
    if empty is not None:
        return _counting(receipt_by_id(session, empty))
    return _begin(session, command, new_receipt(session, command, supplier.id))


def expect_receipt(session: Session, command: ExpectReceipt) -> Outcome:
    """Keep what a supplier has announced, to be counted when it comes.

    Raises:
        InvalidInput: no such supplier, order, SKU or day; `field` names the line.
        RuleViolation: the order is of another supplier or not on its way, or the list came before.
    """
    told = Gathered()
    supplier = told.take("supplier", lambda: supplier_by_code(session, command.supplier))
    told.take("", lambda: _require_new(session, command.source_key))
    wanted = _announced(session, command, told)
    order_id = None
    if supplier is not None:
        order_id = told.take(
            "purchase_no", partial(_order_of, session, command.purchase_no, supplier.id)
        )
    supplier = told.sound(supplier)
    receipt = new_receipt(session, command, supplier.id, purchase_order_id=order_id)
    receipt.expected_on = command.expected_on
    receipt.supplier_paper_no = command.supplier_paper_no.strip()
    receipt.note = command.note.strip()
    receipt.source_key = command.source_key or None
    _add_lines(session, receipt.id, wanted)
    trail.record(session, command, "receipt", receipt.id, "expected", lines=len(wanted))
    return Outcome(
        screen="receipt",
        subject_id=receipt.id,
        message=say("Receipt {number} is expected.", number=receipt.number),
        facts={"number": receipt.number},
    )


def cancel_receipt(session: Session, command: CancelReceipt) -> Outcome:
    """Book nothing of the receipt; a list it came from may be taken again.

    Raises:
        InvalidInput: no reason. StaleScreen: it is booked or cancelled.
    """
    if not command.reason.strip():
        raise InvalidInput(say("Say why."), field="reason")
    receipt = receipt_by_id(session, command.receipt_id)
    if receipt.state not in RECEIPT_OPEN:
        raise StaleScreen
    receipt.state, receipt.reason = ReceiptState.CANCELLED, command.reason.strip()[:200]
    receipt.source_key = None
    void_papers(session, command, receipt, receipt.reason)
    session.flush()
    trail.record(session, command, "receipt", receipt.id, "cancelled", reason=receipt.reason)
    return Outcome(
        screen="receipt",
        subject_id=receipt.id,
        message=say("Receipt {number} is cancelled.", number=receipt.number),
        tone=Tone.ATTENTION,
    )


def receipt_by_id(session: Session, receipt_id: int) -> Receipt:
    """Return the receipt, locked. Raises NotFound: there is none."""
    found = session.get(Receipt, receipt_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound(say("receipt"), receipt_id)
    return found


def new_receipt(
    session: Session, command: Command, supplier_id: int, *, purchase_order_id: int | None = None
) -> Receipt:
    """Return a fresh receipt with the next number of the day."""
    receipt = Receipt(
        number=receipt_no(session, command.at, command.zone),
        supplier_id=supplier_id,
        purchase_order_id=purchase_order_id,
        state=ReceiptState.EXPECTED,
        created_at=command.at,
        created_by=command.actor.person_id,
    )
    session.add(receipt)
    session.flush()
    return receipt


def require_alone(session: Session, receipt: Receipt) -> None:
    """Refuse to count a delivery while another one of the same order is being counted.

    Raises:
        RuleViolation: there is one; its number is said.
    """
    if receipt.purchase_order_id is None:
        return
    other = session.scalar(
        sa.select(Receipt.number).where(
            Receipt.purchase_order_id == receipt.purchase_order_id,
            Receipt.state == ReceiptState.COUNTING,
            Receipt.id != receipt.id,
        )
    )
    if other is not None:
        raise RuleViolation(
            say("Receipt {number} of the same order is being counted. Finish it first.",
                number=other)
        )  # fmt: skip


def receipt_no(session: Session, at: datetime, zone: tzinfo) -> str:
    """Return the next number of the site's day: "GR20261121-003"."""
    day = at.astimezone(zone).date()
    return document_no("GR", day, next_number(session, f"receipt-{day:%Y%m%d}"))


def void_papers(session: Session, command: Command, receipt: Receipt, reason: str) -> None:
    """Let no paper of the receipt leave that says what holds no more."""
    void(
        session,
        [f"receipt:{receipt.id}"],
        kind=GoodsReceipt.kind,
        person_id=command.actor.person_id,
        at=command.at,
        reason=reason,
    )


def _go_on(session: Session, command: StartReceipt, receipt: Receipt) -> Outcome:
    if receipt.corrects_id is not None and receipt.state is ReceiptState.COUNTED:
        raise RuleViolation(say("{number} is a correction. It is confirmed at the desk.",
                                number=receipt.number))  # fmt: skip
    if receipt.state is ReceiptState.COUNTED:
        is_own = command.actor.person_id in involved_in(session, receipt)
        return Outcome(
            screen=ReceiveScreen.CONFIRM,
            subject_id=receipt.id,
            message=say("You counted it. Somebody else has to compare and confirm.")
            if is_own
            else say("Compare goods, paper and screen, then confirm."),
            tone=Tone.ATTENTION if is_own else Tone.OK,
        )
    if receipt.state is ReceiptState.BOOKED:
        raise RuleViolation(say("Receipt {number} is booked already.", number=receipt.number))
    if receipt.state is ReceiptState.CANCELLED:
        raise RuleViolation(say("Receipt {number} was cancelled.", number=receipt.number))
    if receipt.state is ReceiptState.EXPECTED:
        return _begin(session, command, receipt)
    return _counting(receipt)


def _begin(session: Session, command: Command, receipt: Receipt) -> Outcome:
    require_alone(session, receipt)
    receipt.state = ReceiptState.COUNTING
    session.flush()
    trail.record(session, command, "receipt", receipt.id, "begun")
    return _counting(receipt)


def _counting(receipt: Receipt) -> Outcome:
    text = say("Receipt {number}. Scan the goods.", number=receipt.number)
    return Outcome(screen=ReceiveScreen.COUNT, subject_id=receipt.id, message=text)


def _require_on_the_way(order: PurchaseOrder) -> None:
    if order.state is PurchaseState.DRAFT:
        raise RuleViolation(
            say("{number} has not been ordered yet. The desk orders it first.", number=order.number)
        )
    if order.state is PurchaseState.RECEIVED:
        raise RuleViolation(
            say("All of {number} has come. Count what is left over without papers.",
                number=order.number)
        )  # fmt: skip
    if order.state not in PURCHASE_OPEN:
        raise RuleViolation(say("{number} is closed.", number=order.number))


def _order_of(session: Session, number: str, supplier_id: int) -> int | None:
    if not number.strip():
        return None
    order = session.scalars(
        sa.select(PurchaseOrder).where(PurchaseOrder.number == number.strip().upper())
    ).first()
    if order is None:
        raise UnknownName(say("There is no purchase order with this number."), field="purchase_no")
    if order.supplier_id != supplier_id:
        raise RuleViolation(say("{number} is of another supplier.", number=order.number))
    _require_on_the_way(order)
    return order.id


def _announced(session: Session, command: ExpectReceipt, told: Gathered) -> dict[int, int]:
    """Return SKU id → pieces of the lines nothing is wrong with; what is wrong is told."""
    if not 0 < len(command.lines) <= MOST_LINES:
        told.tell(say("A list has 1 to {most} lines.", most=MOST_LINES), "lines")
    told.tell(length_problem(command.note, LONGEST_NOTE), "note")
    told.tell(length_problem(command.supplier_paper_no, LONGEST_PAPER_NO), "supplier_paper_no")
    told.tell(expected_problem(command.expected_on, command.day), "expected_on")
    known = sku_ids(session, [line.sku_code for line in command.lines])
    return _sums(command.lines, known, out_of_use(session, known.values()), told)


def _sums(
    lines: Sequence[Announced], known: Mapping[str, int], gone: Collection[int], told: Gathered
) -> dict[int, int]:
    """Return SKU id → pieces; a SKU on several lines, as in several boxes, is added up."""
    wanted: dict[int, int] = defaultdict(int)
    for at, line in enumerate(lines, start=1):
        sku_id = known.get(line.sku_code)
        problems = [pieces_problem(line.pieces)]
        if sku_id is None:
            problems.append(say("There is no SKU with this code."))
        elif sku_id in gone:
            problems.append(say("This SKU is out of use."))
        if sku_id is not None and problems == [None]:
            wanted[sku_id] += line.pieces
            problems.append(pieces_problem(wanted[sku_id]))
        refusal = UnknownName if sku_id is None else InvalidInput
        for problem in filter(None, problems):
            text = say("Line {line}, {sku}: {problem}", line=at, sku=line.sku_code[:40],
                       problem=problem)  # fmt: skip
            told.keep(refusal(text), f"lines-{at}")
    return wanted


def _require_new(session: Session, source_key: str) -> None:
    if not source_key:
        return
    number = session.scalar(sa.select(Receipt.number).where(Receipt.source_key == source_key))
    if number is not None:
        raise RuleViolation(say("This list was taken before, as {number}.", number=number))


def _add_lines(session: Session, receipt_id: int, wanted: Mapping[int, int]) -> None:
    session.add_all(
        ReceiptLine(receipt_id=receipt_id, sku_id=sku_id, announced=pieces)
        for sku_id, pieces in wanted.items()
    )
    session.flush()
