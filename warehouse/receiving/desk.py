"""Receiving as the desk lists it: receipts, orders, suppliers with what is owed, open exchanges."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import Bin, Sku
from warehouse.inventory.models import Lot
from warehouse.people.models import Person
from warehouse.receiving.accounts import (
    Exchange,
    ExchangeLine,
    ExchangeReturn,
    ExchangeState,
    Settlement,
    SupplierFile,
    SupplierPaper,
    SupplierPayment,
)
from warehouse.receiving.models import (
    PURCHASE_OPEN,
    PurchaseLine,
    PurchaseOrder,
    PurchaseState,
    Receipt,
    ReceiptLine,
    ReceiptState,
    Supplier,
)

Query = sa.Select[*tuple[Any, ...]]
_NEVER = date(9999, 12, 31)

_counted = (
    sa.select(
        ReceiptLine.receipt_id,
        sa.func.sum(ReceiptLine.announced).label("announced"),
        sa.func.sum(ReceiptLine.sound).label("sound"),
        sa.func.sum(ReceiptLine.faulty).label("faulty"),
    )
    .group_by(ReceiptLine.receipt_id)
    .subquery()
)
RECEIPT_SORTS: dict[str, Any] = {"no": Receipt.id, "age": Receipt.created_at}


def receipt_list() -> Query:
    """Return the receipts with supplier, order and pieces, to be filtered."""
    corrected = aliased(Receipt)
    return (
        sa.select(
            Receipt.id, Receipt.number, Receipt.state, Receipt.created_at, Receipt.booked_at,
            Receipt.expected_on, Receipt.purchase_order_id, Receipt.corrects_id,
            Supplier.code.label("supplier_code"), Supplier.name.label("supplier"),
            PurchaseOrder.number.label("purchase_no"), corrected.number.label("corrects"),
            _counted.c.announced,
            sa.func.coalesce(_counted.c.sound, 0).label("sound"),
            sa.func.coalesce(_counted.c.faulty, 0).label("faulty"),
        )
        .join(Supplier, Supplier.id == Receipt.supplier_id)
        .outerjoin(PurchaseOrder, PurchaseOrder.id == Receipt.purchase_order_id)
        .outerjoin(corrected, corrected.id == Receipt.corrects_id)
        .outerjoin(_counted, _counted.c.receipt_id == Receipt.id)
    )  # fmt: skip


def receipt_counts(session: Session) -> dict[ReceiptState, int]:
    """Return how many receipts are in each state."""
    rows = session.execute(sa.select(Receipt.state, sa.func.count()).group_by(Receipt.state))
    return {state: count for state, count in rows}  # noqa: C416  (rows are no pairs)


_wanted = (
    sa.select(
        PurchaseLine.purchase_order_id,
        sa.func.count().label("lines"),
        sa.func.sum(PurchaseLine.pieces).label("pieces"),
        sa.func.sum(PurchaseLine.received).label("received"),
        sa.func.sum(PurchaseLine.pieces * PurchaseLine.price_fen).label("value_fen"),
    )
    .group_by(PurchaseLine.purchase_order_id)
    .subquery()
)
EXPECTED_ON = sa.func.coalesce(PurchaseOrder.expected_on, _NEVER)
PURCHASE_SORTS: dict[str, Any] = {"no": PurchaseOrder.id, "age": PurchaseOrder.created_at}


def purchase_list() -> Query:
    """Return the purchase orders with their sums, to be filtered."""
    return (
        sa.select(
            PurchaseOrder.id, PurchaseOrder.number, PurchaseOrder.state, PurchaseOrder.expected_on,
            PurchaseOrder.created_at, PurchaseOrder.ordered_at,
            Supplier.id.label("supplier_id"), Supplier.code.label("supplier_code"),
            Supplier.name.label("supplier"),
            sa.func.coalesce(_wanted.c.lines, 0).label("lines"),
            sa.func.coalesce(_wanted.c.pieces, 0).label("pieces"),
            sa.func.coalesce(_wanted.c.received, 0).label("received"),
            sa.func.coalesce(_wanted.c.value_fen, 0).label("value_fen"),
        )
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .outerjoin(_wanted, _wanted.c.purchase_order_id == PurchaseOrder.id)
    )  # fmt: skip


def purchase_counts(session: Session) -> dict[PurchaseState, int]:
    """Return how many orders are in each state."""
    query = sa.select(PurchaseOrder.state, sa.func.count()).group_by(PurchaseOrder.state)
    return {state: count for state, count in session.execute(query)}  # noqa: C416  (rows are no pairs)


def is_late(today: date) -> sa.ColumnElement[bool]:
    """Return the condition that an order on its way should have come before today."""
    return sa.and_(
        PurchaseOrder.state.in_(PURCHASE_OPEN),
        PurchaseOrder.expected_on.is_not(None),
        PurchaseOrder.expected_on < today,
    )


def lines_of_purchase(session: Session, purchase_id: int) -> Sequence[Any]:
    """Return the lines of an order with their goods, in its order."""
    return session.execute(
        sa.select(
            PurchaseLine.line_no, PurchaseLine.sku_id, PurchaseLine.pieces,
            PurchaseLine.price_fen, PurchaseLine.expected_on, PurchaseLine.received,
            Sku.code, Sku.name, Sku.properties,
        )
        .join(Sku, Sku.id == PurchaseLine.sku_id)
        .where(PurchaseLine.purchase_order_id == purchase_id)
        .order_by(PurchaseLine.line_no)
    ).all()  # fmt: skip


SUPPLIER_SORTS: dict[str, Any] = {"code": Supplier.code, "name": Supplier.name}


def supplier_list(begin: datetime, end: datetime, first: date, last: date) -> Query:
    """Return the suppliers with their totals of a period, and what is owed to this day.

    Owed is what papers ask for, less what was paid and what the supplier credited for goods sent
    back; below zero the supplier owes us. Papers withdrawn or of cancelled receipts ask nothing.

    Pieces received are those booked from `begin` on and before `end`, corrections taken in, and
    worth what their orders say; papers and payments are those of the days `first` to `last`.
    """
    received = _received(begin, end).subquery()
    asked = _asked(SupplierPaper.paper_on.between(first, last)).subquery()
    paid = _paid(SupplierPayment.paid_on.between(first, last)).subquery()
    all_asked, all_paid = _asked(sa.true()).subquery(), _paid(sa.true()).subquery()
    credited = _credited(begin, end).subquery()
    all_credited = _credited(None, None).subquery()

    def or_none(column: Any) -> Any:
        return sa.func.coalesce(column, 0)

    return (
        sa.select(
            Supplier.id, Supplier.code, Supplier.name, Supplier.contact, Supplier.lead_days,
            Supplier.is_active,
            or_none(received.c.pieces).label("pieces"),
            or_none(received.c.faulty).label("faulty"),
            or_none(received.c.value_fen).label("value_fen"),
            or_none(asked.c.amount_fen).label("amount_fen"),
            or_none(asked.c.freight_fen).label("freight_fen"),
            or_none(paid.c.paid_fen).label("paid_fen"),
            or_none(credited.c.credited_fen).label("credited_fen"),
            (
                or_none(all_asked.c.amount_fen) + or_none(all_asked.c.freight_fen)
                - or_none(all_paid.c.paid_fen) - or_none(all_credited.c.credited_fen)
            ).label("owed_fen"),
        )
        .outerjoin(received, received.c.supplier_id == Supplier.id)
        .outerjoin(asked, asked.c.supplier_id == Supplier.id)
        .outerjoin(paid, paid.c.supplier_id == Supplier.id)
        .outerjoin(all_asked, all_asked.c.supplier_id == Supplier.id)
        .outerjoin(all_paid, all_paid.c.supplier_id == Supplier.id)
        .outerjoin(credited, credited.c.supplier_id == Supplier.id)
        .outerjoin(all_credited, all_credited.c.supplier_id == Supplier.id)
    )  # fmt: skip


def _received(begin: datetime, end: datetime) -> Query:
    pieces = ReceiptLine.sound + ReceiptLine.faulty
    return (
        sa.select(
            Receipt.supplier_id,
            sa.func.sum(pieces).label("pieces"),
            sa.func.sum(ReceiptLine.faulty).label("faulty"),
            sa.func.sum(pieces * sa.func.coalesce(PurchaseLine.price_fen, 0)).label("value_fen"),
        )
        .join(ReceiptLine, ReceiptLine.receipt_id == Receipt.id)
        .outerjoin(
            PurchaseLine,
            sa.and_(
                PurchaseLine.purchase_order_id == Receipt.purchase_order_id,
                PurchaseLine.sku_id == ReceiptLine.sku_id,
            ),
        )
        .where(
            Receipt.state == ReceiptState.BOOKED,
            Receipt.booked_at >= begin,
            Receipt.booked_at < end,
        )
        .group_by(Receipt.supplier_id)
    )


def _asked(condition: sa.ColumnElement[bool]) -> Query:
    return (
        sa.select(
            SupplierPaper.supplier_id,
            sa.func.sum(SupplierPaper.amount_fen).label("amount_fen"),
            sa.func.sum(SupplierPaper.freight_fen).label("freight_fen"),
        )
        .join(Receipt, Receipt.id == SupplierPaper.receipt_id)
        .where(
            condition,
            SupplierPaper.withdrawn_at.is_(None),
            Receipt.state != ReceiptState.CANCELLED,
        )
        .group_by(SupplierPaper.supplier_id)
    )


def _paid(condition: sa.ColumnElement[bool]) -> Query:
    return (
        sa.select(
            SupplierPaper.supplier_id,
            sa.func.sum(SupplierPayment.amount_fen).label("paid_fen"),
        )
        .join(SupplierPaper, SupplierPaper.id == SupplierPayment.paper_id)
        .where(condition)
        .group_by(SupplierPaper.supplier_id)
    )


def _credited(begin: datetime | None, end: datetime | None) -> Query:
    """Return what suppliers credited for goods sent back, in a period or in all."""
    query = (
        sa.select(
            Exchange.supplier_id,
            sa.func.sum(ExchangeReturn.amount_fen).label("credited_fen"),
        )
        .join(ExchangeLine, ExchangeLine.exchange_id == Exchange.id)
        .join(ExchangeReturn, ExchangeReturn.line_id == ExchangeLine.id)
        .where(ExchangeReturn.kind == Settlement.CREDITED)
        .group_by(Exchange.supplier_id)
    )
    if begin is None or end is None:
        return query
    return query.where(ExchangeReturn.at >= begin, ExchangeReturn.at < end)


def papers_of(session: Session, receipt_id: int) -> list[dict[str, Any]]:
    """Return the supplier's papers of a receipt, each with its payments and what is owed.

    Papers that were withdrawn, and all of a cancelled receipt, ask for nothing.
    """
    is_cancelled = session.get_one(Receipt, receipt_id).state is ReceiptState.CANCELLED
    papers = session.scalars(
        sa.select(SupplierPaper)
        .where(SupplierPaper.receipt_id == receipt_id)
        .order_by(SupplierPaper.paper_on, SupplierPaper.id)
    ).all()
    payments = session.scalars(
        sa.select(SupplierPayment)
        .where(SupplierPayment.paper_id.in_([p.id for p in papers]))
        .order_by(SupplierPayment.paid_on, SupplierPayment.id)
    ).all()
    found = []
    for paper in papers:
        mine = [p for p in payments if p.paper_id == paper.id]
        paid = sum(p.amount_fen for p in mine)
        asks = not is_cancelled and paper.withdrawn_at is None
        owed = (paper.amount_fen + paper.freight_fen if asks else 0) - paid
        found.append({"paper": paper, "payments": mine, "paid_fen": paid, "owed_fen": owed})
    return found


def files_of(session: Session, receipt_id: int) -> Sequence[Any]:
    """Return the files kept with a receipt, without their bytes."""
    return session.execute(
        sa.select(
            SupplierFile.id, SupplierFile.name, SupplierFile.kind, SupplierFile.size,
            SupplierFile.at,
        )
        .where(SupplierFile.receipt_id == receipt_id)
        .order_by(SupplierFile.id)
    ).all()  # fmt: skip


_sent = (
    sa.select(
        ExchangeLine.exchange_id,
        sa.func.sum(ExchangeLine.pieces).label("pieces"),
        sa.func.sum(ExchangeLine.settled).label("settled"),
    )
    .group_by(ExchangeLine.exchange_id)
    .subquery()
)
EXCHANGE_SORTS: dict[str, Any] = {"no": Exchange.id, "age": Exchange.created_at}


def exchange_list() -> Query:
    """Return the exchanges with pieces sent and settled, to be filtered."""
    return (
        sa.select(
            Exchange.id, Exchange.number, Exchange.state, Exchange.created_at, Exchange.sent_at,
            Exchange.due_on, Exchange.settled_at,
            Supplier.id.label("supplier_id"), Supplier.code.label("supplier_code"),
            Supplier.name.label("supplier"),
            sa.func.coalesce(_sent.c.pieces, 0).label("pieces"),
            sa.func.coalesce(_sent.c.settled, 0).label("settled"),
        )
        .join(Supplier, Supplier.id == Exchange.supplier_id)
        .outerjoin(_sent, _sent.c.exchange_id == Exchange.id)
    )  # fmt: skip


def exchange_counts(session: Session) -> dict[ExchangeState, int]:
    """Return how many exchanges are in each state."""
    rows = session.execute(sa.select(Exchange.state, sa.func.count()).group_by(Exchange.state))
    return {state: count for state, count in rows}  # noqa: C416  (rows are no pairs)


OPEN_SORTS: dict[str, Any] = {"sent": Exchange.sent_at, "code": Sku.code, "no": ExchangeLine.id}


def open_account() -> Query:
    """Return the lines suppliers have not settled yet, to be filtered: what has not come back."""
    return (
        sa.select(
            ExchangeLine.id, ExchangeLine.exchange_id, ExchangeLine.sku_id, ExchangeLine.fault,
            ExchangeLine.pieces, ExchangeLine.settled,
            (ExchangeLine.pieces - ExchangeLine.settled).label("open_pieces"),
            Exchange.number, Exchange.sent_at, Exchange.due_on,
            Supplier.id.label("supplier_id"), Supplier.name.label("supplier"),
            Supplier.code.label("supplier_code"), Sku.code, Sku.name, Sku.properties,
        )
        .join(Exchange, Exchange.id == ExchangeLine.exchange_id)
        .join(Supplier, Supplier.id == Exchange.supplier_id)
        .join(Sku, Sku.id == ExchangeLine.sku_id)
        .where(Exchange.state == ExchangeState.OUT, ExchangeLine.pieces > ExchangeLine.settled)
    )  # fmt: skip


def lines_of_exchange(session: Session, exchange_id: int) -> Sequence[Any]:
    """Return the lines of an exchange with goods, bin and lot."""
    return session.execute(
        sa.select(ExchangeLine, Sku, Bin.code.label("bin_code"), Lot.code.label("lot_code"))
        .join(Sku, Sku.id == ExchangeLine.sku_id)
        .join(Bin, Bin.id == ExchangeLine.bin_id)
        .outerjoin(Lot, Lot.id == ExchangeLine.lot_id)
        .where(ExchangeLine.exchange_id == exchange_id)
        .order_by(ExchangeLine.id)
    ).all()


def returns_of(session: Session, exchange_id: int) -> Sequence[Any]:
    """Return how pieces of an exchange were settled, oldest first; and what was taken back.

    `is_standing`: it settles, and nobody has taken it back.
    """
    counter = aliased(ExchangeReturn)
    taken_back = sa.exists().where(counter.takes_back_id == ExchangeReturn.id)
    is_standing = sa.and_(ExchangeReturn.takes_back_id.is_(None), ~taken_back)
    return session.execute(
        sa.select(
            ExchangeReturn,
            Sku.code,
            Sku.name,
            Person.name.label("who"),
            is_standing.label("is_standing"),
        )
        .join(ExchangeLine, ExchangeLine.id == ExchangeReturn.line_id)
        .join(Sku, Sku.id == ExchangeReturn.sku_id)
        .join(Person, Person.id == ExchangeReturn.person_id)
        .where(ExchangeLine.exchange_id == exchange_id)
        .order_by(ExchangeReturn.id)
    ).all()
