"""What the dock asks of the database: open receipts, how one stands, which SKU a code is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Barcode, Sku
from warehouse.catalog.rules import scan_code, spellings_of
from warehouse.people.models import Person
from warehouse.receiving.models import (
    PURCHASE_OPEN,
    RECEIPT_OPEN,
    Fault,
    PurchaseLine,
    PurchaseOrder,
    Receipt,
    ReceiptCount,
    ReceiptFocus,
    ReceiptLine,
    ReceiptRecount,
    ReceiptState,
    Supplier,
)
from warehouse.text import Text, say

MOST_TILES = 24

FAULT_WORDS: dict[Fault, Text] = {
    Fault.DAMAGED: say("damaged"),
    Fault.STAINED: say("stained"),
    Fault.OFF_COLOUR: say("wrong colour"),
    Fault.WRONG_SIZE: say("wrong size"),
    Fault.INCOMPLETE: say("parts missing"),
    Fault.NOT_ORDERED: say("not ordered"),
    Fault.EXPIRED: say("expired"),
    Fault.OTHER: say("other fault"),
}


@dataclass(frozen=True, kw_only=True)
class CountRow:
    """One SKU of a receipt: pieces announced (None: nobody said) against pieces counted."""

    sku_id: int
    code: str
    name: str
    properties: str
    announced: int | None
    sound: int
    faulty: int

    @property
    def counted(self) -> int:
        """Pieces counted, sound and faulty ones."""
        return self.sound + self.faulty

    @property
    def difference(self) -> int:
        """Pieces more than announced, below zero if fewer; 0 where nobody said."""
        return 0 if self.announced is None else self.counted - self.announced

    @property
    def is_extra(self) -> bool:
        """Whether it was counted though the papers do not name it, while they name others."""
        return self.announced is None


@dataclass(frozen=True, kw_only=True)
class ReceiptView:
    """A receipt as the tablet shows it to one receiver."""

    receipt_id: int
    number: str
    state: ReceiptState
    supplier: str
    purchase_no: str
    rows: tuple[CountRow, ...]
    counters: tuple[str, ...]
    focus: ReceiptFocus | None

    @property
    def announced(self) -> int:
        """Pieces announced in all."""
        return sum(row.announced or 0 for row in self.rows)

    @property
    def counted(self) -> int:
        """Pieces counted in all."""
        return sum(row.counted for row in self.rows)

    @property
    def faulty(self) -> int:
        """Faulty pieces among them."""
        return sum(row.faulty for row in self.rows)

    @property
    def short(self) -> int:
        """Announced pieces that have not been counted."""
        return sum(-row.difference for row in self.rows if row.difference < 0)

    @property
    def over(self) -> int:
        """Counted pieces nobody announced, where something was announced at all."""
        if not self.announced:
            return 0
        return sum(
            row.counted if row.announced is None else max(row.difference, 0) for row in self.rows
        )


def out_of_use(session: Session, sku_ids: Iterable[int]) -> set[int]:
    """Return those of the SKUs that were taken out of use: nothing is ordered or announced."""
    query = sa.select(Sku.id).where(Sku.id.in_(set(sku_ids)), ~Sku.is_active)
    return set(session.scalars(query))


def sku_ids(session: Session, codes: Iterable[str]) -> dict[str, int]:
    """Return code as given → SKU id, of SKU codes and of barcodes worth one piece."""
    given = {code for code in codes if code.strip()}
    scanned = {code: scan_code(code) for code in given}
    spelled = {code: spellings_of(scanned[code]) for code in given}
    wanted = {s for every in spelled.values() for s in every}
    barcodes = dict(
        session.execute(
            sa.select(Barcode.code, Barcode.sku_id).where(
                Barcode.code.in_(wanted), Barcode.pieces == 1
            )
        ).all()
    )
    own = {code.strip() for code in given}
    skus = dict(session.execute(sa.select(Sku.code, Sku.id).where(Sku.code.in_(own))).all())
    found: dict[str, int] = {}
    for code in given:
        every = [skus.get(code.strip()), *(barcodes.get(s) for s in spelled[code])]
        sku_id = next((one for one in every if one is not None), None)
        if sku_id is not None:
            found[code] = sku_id
    return found


def paper_of(session: Session, code: str) -> Text | None:
    """Return which receipt or purchase order has this number, None if it is of no paper."""
    if session.scalar(sa.select(Receipt.id).where(Receipt.number == code)) is not None:
        return say("receipt {number}", number=code)
    if session.scalar(sa.select(PurchaseOrder.id).where(PurchaseOrder.number == code)) is not None:
        return say("purchase order {number}", number=code)
    return None


def rows_of(session: Session, receipt_id: int) -> tuple[CountRow, ...]:
    """Return the SKUs of a receipt, those announced first, each group by code."""
    rows = session.execute(
        sa.select(
            ReceiptLine.sku_id, ReceiptLine.announced, ReceiptLine.sound, ReceiptLine.faulty,
            Sku.code, Sku.name, Sku.properties,
        )
        .join(Sku, Sku.id == ReceiptLine.sku_id)
        .where(ReceiptLine.receipt_id == receipt_id)
        .order_by(ReceiptLine.announced.is_(None), Sku.code)
    )  # fmt: skip
    return tuple(
        CountRow(
            sku_id=row.sku_id,
            code=row.code,
            name=row.name,
            properties=row.properties,
            announced=row.announced,
            sound=row.sound,
            faulty=row.faulty,
        )
        for row in rows
    )


def counters_of(session: Session, receipt_id: int) -> dict[int, str]:
    """Return person id → name of everybody whose count of the receipt stands."""
    rows = session.execute(
        sa.select(Person.id, Person.name)
        .join(ReceiptCount, ReceiptCount.person_id == Person.id)
        .where(ReceiptCount.receipt_id == receipt_id, ReceiptCount.undone_at.is_(None))
        .distinct()
        .order_by(Person.id)
    )
    return {row.id: row.name for row in rows}


def doubted_of(session: Session, receipt_id: int) -> set[tuple[int, int]]:
    """Return (person id, SKU id) of whose counts of a receipt were taken back to be made anew."""
    rows = session.execute(
        sa.select(ReceiptCount.person_id, ReceiptCount.sku_id)
        .join(
            ReceiptRecount,
            sa.and_(
                ReceiptRecount.receipt_id == ReceiptCount.receipt_id,
                ReceiptRecount.sku_id == ReceiptCount.sku_id,
                ReceiptRecount.at == ReceiptCount.undone_at,
            ),
        )
        .where(ReceiptRecount.receipt_id == receipt_id)
        .distinct()
    )
    return {(person_id, sku_id) for person_id, sku_id in rows}


def involved_in(session: Session, receipt: Receipt) -> set[int | None]:
    """Return the ids of those who do not confirm the receipt.

    They counted some of it, be it doubted since, or finished the count.
    """
    doubted = {person_id for person_id, _ in doubted_of(session, receipt.id)}
    return {receipt.counted_by, *counters_of(session, receipt.id), *doubted}


def due_again(session: Session, receipt_id: int) -> dict[int, str]:
    """Return SKU id → code of goods to be counted anew that nobody has counted since."""
    found = recounts_of(session, receipt_id).items()
    return {sku_id: row.code for sku_id, row in found if row.is_due}


def recounts_of(session: Session, receipt_id: int) -> dict[int, Any]:
    """Return SKU id → code, pieces counted before, who asked, when and why, of goods to count anew.

    The last asking of each. `is_due`: nobody has counted any of it since.
    """
    since = sa.exists().where(
        ReceiptCount.receipt_id == ReceiptRecount.receipt_id,
        ReceiptCount.sku_id == ReceiptRecount.sku_id,
        ReceiptCount.undone_at.is_(None),
    )
    rows = session.execute(
        sa.select(
            ReceiptRecount.sku_id, ReceiptRecount.sound, ReceiptRecount.faulty,
            ReceiptRecount.reason, ReceiptRecount.at, Sku.code, Sku.name,
            Person.name.label("who"),
            (~since).label("is_due"),
        )
        .join(Sku, Sku.id == ReceiptRecount.sku_id)
        .join(Person, Person.id == ReceiptRecount.asked_by)
        .where(ReceiptRecount.receipt_id == receipt_id)
        .order_by(ReceiptRecount.id)
    )  # fmt: skip
    return {row.sku_id: row for row in rows}


def receipt_view(session: Session, receipt_id: int, person_id: int) -> ReceiptView | None:
    """Return the receipt as this receiver sees it, None if there is none."""
    row = session.execute(
        sa.select(Receipt, Supplier.name, PurchaseOrder.number)
        .join(Supplier, Supplier.id == Receipt.supplier_id)
        .outerjoin(PurchaseOrder, PurchaseOrder.id == Receipt.purchase_order_id)
        .where(Receipt.id == receipt_id)
    ).first()
    if row is None:
        return None
    receipt, supplier, purchase_no = row
    return ReceiptView(
        receipt_id=receipt.id,
        number=receipt.number,
        state=receipt.state,
        supplier=supplier,
        purchase_no=purchase_no or "",
        rows=rows_of(session, receipt_id),
        counters=tuple(counters_of(session, receipt_id).values()),
        focus=session.get(ReceiptFocus, (receipt_id, person_id)),
    )


def open_receipts(session: Session) -> Sequence[Any]:
    """Return the receipts that want somebody at the dock, those to confirm first, at most 24."""
    urgency = sa.case(
        (Receipt.state == ReceiptState.COUNTED, 0),
        (Receipt.state == ReceiptState.COUNTING, 1),
        else_=2,
    )
    return session.execute(
        sa.select(Receipt.id, Receipt.number, Receipt.state, Supplier.name.label("supplier"),
                  Receipt.expected_on)
        .join(Supplier, Supplier.id == Receipt.supplier_id)
        .where(Receipt.state.in_(RECEIPT_OPEN), Receipt.corrects_id.is_(None))
        .order_by(urgency, Receipt.expected_on.is_(None), Receipt.expected_on, Receipt.id)
        .limit(MOST_TILES)
    ).all()  # fmt: skip


def due_purchases(session: Session) -> Sequence[Any]:
    """Return the orders on their way that nobody counts yet, the next expected first."""
    begun = sa.select(Receipt.purchase_order_id).where(
        Receipt.purchase_order_id.is_not(None),
        Receipt.state.in_(RECEIPT_OPEN),
        Receipt.corrects_id.is_(None),
    )
    return session.execute(
        sa.select(PurchaseOrder.number, Supplier.name.label("supplier"), PurchaseOrder.expected_on)
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .where(PurchaseOrder.state.in_(PURCHASE_OPEN), PurchaseOrder.id.not_in(begun))
        .order_by(PurchaseOrder.expected_on.is_(None), PurchaseOrder.expected_on, PurchaseOrder.id)
        .limit(MOST_TILES)
    ).all()


def suppliers_in_use(session: Session) -> Sequence[Supplier]:
    """Return the suppliers in use, by name."""
    query = sa.select(Supplier).where(Supplier.is_active).order_by(Supplier.name, Supplier.id)
    return session.scalars(query).all()


def waiting_at_dock(session: Session) -> int:
    """Return how many receipts want somebody at the dock."""
    query = sa.select(sa.func.count()).where(Receipt.state.in_(RECEIPT_OPEN))
    return session.scalar(query) or 0


def on_the_way(session: Session, sku_id: int) -> list[tuple[str, int, date | None]]:
    """Return (order number, pieces still to come, expected on) of a SKU, the next first."""
    expected = sa.func.coalesce(PurchaseLine.expected_on, PurchaseOrder.expected_on)
    rows = session.execute(
        sa.select(PurchaseOrder.number, PurchaseLine.pieces - PurchaseLine.received, expected)
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .where(
            PurchaseLine.sku_id == sku_id,
            PurchaseOrder.state.in_(PURCHASE_OPEN),
            PurchaseLine.pieces > PurchaseLine.received,
        )
        .order_by(expected.is_(None), expected, PurchaseOrder.id)
    )
    return [(number, pieces, day) for number, pieces, day in rows]
