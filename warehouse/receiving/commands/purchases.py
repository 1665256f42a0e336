"""Purchase orders: drafted, ordered, closed before all has come."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome
from warehouse.errors import InvalidInput, NotFound, RuleViolation, StaleScreen, UnknownName
from warehouse.gathering import Gathered
from warehouse.numbers import next_number
from warehouse.people import trail
from warehouse.receiving.commands.suppliers import LONGEST_NOTE, supplier_by_code
from warehouse.receiving.models import (
    PURCHASE_OPEN,
    PurchaseLine,
    PurchaseOrder,
    PurchaseState,
    Receipt,
    ReceiptState,
)
from warehouse.receiving.order_papers import void_drafts, void_papers
from warehouse.receiving.queries import out_of_use, sku_ids
from warehouse.receiving.rules import (
    document_no,
    expected_problem,
    fen_problem,
    length_problem,
    pieces_problem,
    state_after,
)
from warehouse.text import Text, say

MOST_LINES = 2_000


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Pieces wanted of a SKU, by its code or any barcode of one piece; the price of one in fen."""

    sku_code: str
    pieces: int
    price_fen: int = 0
    expected_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class MakePurchase(Command):
    """Draft a purchase order; `source_key` names the list it comes from, taken once."""

    supplier: str
    lines: tuple[Wanted, ...]
    expected_on: date | None = None
    note: str = ""
    source_key: str = ""
    is_ordered: bool = False


@dataclass(frozen=True, kw_only=True)
class ChangePurchase(Command):
    """The draft is to say this from now on."""

    purchase_id: int
    lines: tuple[Wanted, ...]
    expected_on: date | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class PlaceOrder(Command):
    """The draft has gone to the supplier: its goods are on the way."""

    purchase_id: int


@dataclass(frozen=True, kw_only=True)
class ClosePurchase(Command):
    """Nothing more is expected of the order."""

    purchase_id: int
    reason: str


def make_purchase(session: Session, command: MakePurchase) -> Outcome:
    """Draft the order, or, if `is_ordered`, put it on the way at once.

    Raises:
        InvalidInput: no such supplier, SKU, day, price or number of pieces; `field` names the line.
        RuleViolation: the list was taken before.
    """
    told = Gathered()
    supplier = told.take("supplier", lambda: supplier_by_code(session, command.supplier))
    told.take("", lambda: _require_new(session, command.source_key))
    ids = told.take("lines", lambda: checked_lines(session, command, command.lines))
    supplier, ids = told.sound(supplier), told.sound(ids)
    day = command.at.astimezone(command.zone).date()
    number = next_number(session, f"purchase-{day:%Y%m%d}")
    order = PurchaseOrder(
        number=document_no("PO", day, number),
        supplier_id=supplier.id,
        state=PurchaseState.ORDERED if command.is_ordered else PurchaseState.DRAFT,
        expected_on=command.expected_on,
        note=command.note.strip(),
        source_key=command.source_key or None,
        created_at=command.at,
        created_by=command.actor.person_id,
        ordered_at=command.at if command.is_ordered else None,
    )
    session.add(order)
    session.flush()
    _add_lines(session, order.id, command.lines, ids)
    trail.record(session, command, "purchase", order.id, "made", lines=len(command.lines))
    if command.is_ordered:
        trail.record(session, command, "purchase", order.id, "ordered")
    return _said(order, say("Purchase order {number} is made.", number=order.number))


def change_purchase(session: Session, command: ChangePurchase) -> Outcome:
    """Write the draft anew.

    Raises:
        RuleViolation: it is no draft any more. InvalidInput: as for a new one.
    """
    order = purchase_by_id(session, command.purchase_id)
    if order.state is not PurchaseState.DRAFT:
        raise RuleViolation(
            say("{number} has been ordered and is changed no more.", number=order.number)
        )
    ids = checked_lines(session, command, command.lines)
    session.execute(sa.delete(PurchaseLine).where(PurchaseLine.purchase_order_id == order.id))
    _add_lines(session, order.id, command.lines, ids)
    order.expected_on, order.note = command.expected_on, command.note.strip()
    session.flush()
    void_drafts(session, command, order)
    trail.record(session, command, "purchase", order.id, "changed", lines=len(command.lines))
    return _said(order, say("{number} is saved.", number=order.number))


def place_order(session: Session, command: PlaceOrder) -> Outcome:
    """Put the order on the way.

    Raises:
        StaleScreen: it is no draft. InvalidInput: a day it was expected on is long past.
    """
    order = purchase_by_id(session, command.purchase_id)
    if order.state is not PurchaseState.DRAFT:
        raise StaleScreen
    order.state, order.ordered_at = PurchaseState.ORDERED, command.at
    session.flush()
    void_drafts(session, command, order)
    trail.record(session, command, "purchase", order.id, "ordered")
    return _said(order, say("{number} is ordered.", number=order.number))


def close_purchase(session: Session, command: ClosePurchase) -> Outcome:
    """Expect nothing more of the order; a list it came from may be taken again.

    Raises:
        InvalidInput: no reason. StaleScreen: it is closed or all has come.
        RuleViolation: a receipt of it is being counted.
    """
    if not command.reason.strip():
        raise InvalidInput(say("Say why."), field="reason")
    order = purchase_by_id(session, command.purchase_id)
    if order.state not in (PurchaseState.DRAFT, *PURCHASE_OPEN):
        raise StaleScreen
    counting = session.scalar(
        sa.select(Receipt.number).where(
            Receipt.purchase_order_id == order.id,
            Receipt.state.in_((ReceiptState.COUNTING, ReceiptState.COUNTED)),
        )
    )
    if counting is not None:
        raise RuleViolation(
            say("Receipt {number} of it is not booked yet. Book or cancel it first.",
                number=counting)
        )  # fmt: skip
    order.state, order.closed_at = PurchaseState.CLOSED, command.at
    order.closed_reason, order.source_key = command.reason.strip()[:200], None
    session.flush()
    void_papers(session, command, order)
    trail.record(session, command, "purchase", order.id, "closed", reason=order.closed_reason)
    return _said(order, say("{number} is closed.", number=order.number))


def book_received(session: Session, purchase_id: int, received: dict[int, int]) -> None:
    """Add pieces booked in (SKU id → pieces, below zero when corrected) to the order's lines."""
    order = purchase_by_id(session, purchase_id)
    lines = session.scalars(
        sa.select(PurchaseLine)
        .where(PurchaseLine.purchase_order_id == purchase_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for line in lines:
        line.received = max(0, line.received + received.get(line.sku_id, 0))
    if order.state is not PurchaseState.CLOSED:
        order.state = state_after((line.pieces, line.received) for line in lines)
    session.flush()


def purchase_by_id(session: Session, purchase_id: int) -> PurchaseOrder:
    """Return the order, locked. Raises NotFound: there is none."""
    order = session.get(PurchaseOrder, purchase_id, with_for_update=True, populate_existing=True)
    if order is None:
        raise NotFound(say("purchase order"), purchase_id)
    return order


def checked_lines(
    session: Session, command: MakePurchase | ChangePurchase, lines: Sequence[Wanted]
) -> list[int]:
    """Return the SKU id of each line.

    Raises:
        InvalidInput: all that is wrong; fields of lines are "lines-N" with N from 1.
    """
    told = Gathered()
    if not 0 < len(lines) <= MOST_LINES:
        told.tell(say("A list has 1 to {most} lines.", most=MOST_LINES), "lines")
    told.tell(length_problem(command.note, LONGEST_NOTE), "note")
    told.tell(expected_problem(command.expected_on, command.day), "expected_on")
    known = sku_ids(session, [line.sku_code for line in lines])
    for at, column, problem in line_problems(session, lines, command.day):
        code = lines[at - 1].sku_code
        refusal = UnknownName if column == "sku" and code not in known else InvalidInput
        text = say("Line {line}, {sku}: {problem}", line=at, sku=code[:40], problem=problem)
        told.keep(refusal(text), f"lines-{at}")
    told.refuse()
    return [known[line.sku_code] for line in lines]


def line_problems(
    session: Session, lines: Sequence[Wanted], today: date
) -> Iterator[tuple[int, str, Text]]:
    """Yield everything wrong with the lines: which of them from 1, its column, and why."""
    known = sku_ids(session, [line.sku_code for line in lines])
    gone, seen = out_of_use(session, known.values()), set[int]()
    for at, line in enumerate(lines, start=1):
        sku_id = known.get(line.sku_code)
        problems = {
            "sku": _sku_problem(sku_id, gone, seen),
            "pieces": pieces_problem(line.pieces),
            "price": fen_problem(line.price_fen),
            "day": expected_problem(line.expected_on, today),
        }
        yield from ((at, column, why) for column, why in problems.items() if why is not None)
        if sku_id is not None:
            seen.add(sku_id)


def _sku_problem(sku_id: int | None, gone: Collection[int], seen: set[int]) -> Text | None:
    if sku_id is None:
        return say("There is no SKU with this code.")
    if sku_id in gone:
        return say("This SKU is out of use.")
    return say("This SKU stands on another line already.") if sku_id in seen else None


def _require_new(session: Session, source_key: str) -> None:
    if not source_key:
        return
    number = session.scalar(
        sa.select(PurchaseOrder.number).where(PurchaseOrder.source_key == source_key)
    )
    if number is not None:
        raise RuleViolation(say("This list was taken before, as {number}.", number=number))


def _add_lines(
    session: Session, purchase_id: int, lines: Sequence[Wanted], ids: Sequence[int]
) -> None:
    session.add_all(
        PurchaseLine(
            purchase_order_id=purchase_id,
            line_no=at,
            sku_id=sku_id,
            pieces=line.pieces,
            price_fen=line.price_fen,
            expected_on=line.expected_on,
        )
        for at, (line, sku_id) in enumerate(zip(lines, ids, strict=True), start=1)
    )
    session.flush()


def _said(order: PurchaseOrder, message: Text) -> Outcome:
    return Outcome(
        screen="purchase", subject_id=order.id, message=message, facts={"number": order.number}
    )
