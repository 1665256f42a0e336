"""Suppliers, purchase orders, and receipts with what was counted of them."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.db import (
    Base,
    Code,
    Day,
    Fen,
    Id,
    Instant,
    Name,
    Note,
    Pieces,
    Ref,
    Word,
    one_of,
    text_of,
)


class PurchaseState(StrEnum):
    """How far a purchase order is."""

    DRAFT = "draft"
    ORDERED = "ordered"
    PARTLY_RECEIVED = "partly_received"
    RECEIVED = "received"
    CLOSED = "closed"


class ReceiptState(StrEnum):
    """How far a receipt is. Booked, it never changes again."""

    EXPECTED = "expected"
    COUNTING = "counting"
    COUNTED = "counted"
    BOOKED = "booked"
    CANCELLED = "cancelled"


class Fault(StrEnum):
    """What is wrong with a piece that goes to quarantine."""

    DAMAGED = "damaged"
    STAINED = "stained"
    OFF_COLOUR = "off_colour"
    WRONG_SIZE = "wrong_size"
    INCOMPLETE = "incomplete"
    NOT_ORDERED = "not_ordered"
    EXPIRED = "expired"
    OTHER = "other"


RECEIPT_OPEN = (ReceiptState.EXPECTED, ReceiptState.COUNTING, ReceiptState.COUNTED)
PURCHASE_OPEN = (PurchaseState.ORDERED, PurchaseState.PARTLY_RECEIVED)


class Supplier(Base):
    """Who goods are bought of. The code never changes."""

    __tablename__ = "supplier"
    __table_args__ = (
        sa.UniqueConstraint("code"),
        sa.CheckConstraint("lead_days >= 0", name="lead_days_not_negative"),
    )

    id: Mapped[Id]
    code: Mapped[Code]
    name: Mapped[Name]
    contact: Mapped[Name] = mapped_column(default="")
    lead_days: Mapped[int] = mapped_column(default=0)
    terms: Mapped[Note] = mapped_column(default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Instant]


class PurchaseOrder(Base):
    """Goods wanted of one supplier. `source_key` is the list it was made from, once for ever."""

    __tablename__ = "purchase_order"
    __table_args__ = (
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("source_key"),
        one_of("state", PurchaseState),
        sa.Index("ix_purchase_order_supplier_id", "supplier_id"),
        sa.Index("ix_purchase_order_state", "state"),
    )

    id: Mapped[Id]
    number: Mapped[Code]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    state: Mapped[PurchaseState] = mapped_column(Word(PurchaseState))
    expected_on: Mapped[Day | None]
    note: Mapped[Note] = mapped_column(default="")
    source_key: Mapped[str | None] = mapped_column(text_of(64))
    created_at: Mapped[Instant]
    created_by: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    ordered_at: Mapped[Instant | None]
    closed_at: Mapped[Instant | None]
    closed_reason: Mapped[str] = mapped_column(text_of(200), default="")


class PurchaseLine(Base):
    """Pieces of one SKU on a purchase order, and how many of them were booked in, faulty or not."""

    __tablename__ = "purchase_line"
    __table_args__ = (
        sa.UniqueConstraint("purchase_order_id", "sku_id"),
        sa.CheckConstraint("pieces > 0", name="pieces_positive"),
        sa.CheckConstraint("price_fen >= 0", name="price_not_negative"),
        sa.CheckConstraint("received >= 0", name="received_not_negative"),
        sa.Index("ix_purchase_line_sku_id", "sku_id"),
    )

    id: Mapped[Id]
    purchase_order_id: Mapped[Ref] = mapped_column(sa.ForeignKey("purchase_order.id"))
    line_no: Mapped[int]
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    pieces: Mapped[Pieces]
    price_fen: Mapped[Fen] = mapped_column(default=0)
    expected_on: Mapped[Day | None]  # None: with the whole order
    received: Mapped[Pieces] = mapped_column(default=0)


_COUNTING = sa.text("state = 'counting'")


class Receipt(Base):
    """One delivery, or, with `corrects_id`, what was booked wrongly of one.

    Of a purchase order at most one is counted at a time: whoever scans the order joins it.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("source_key"),
        one_of("state", ReceiptState),
        sa.Index("ix_receipt_supplier_id_booked_at", "supplier_id", "booked_at"),
        sa.Index("ix_receipt_state", "state"),
        sa.Index("ix_receipt_purchase_order_id", "purchase_order_id"),
        sa.Index("ix_receipt_corrects_id", "corrects_id"),
        sa.Index(
            "uq_receipt_counting",
            "purchase_order_id",
            unique=True,
            sqlite_where=_COUNTING,
            postgresql_where=_COUNTING,
        ),
    )

    id: Mapped[Id]
    number: Mapped[Code]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    purchase_order_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("purchase_order.id"))
    corrects_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("receipt.id"))
    state: Mapped[ReceiptState] = mapped_column(Word(ReceiptState))
    expected_on: Mapped[Day | None]
    supplier_paper_no: Mapped[Code] = mapped_column(default="")
    note: Mapped[Note] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(text_of(200), default="")  # of a correction, a cancelling
    source_key: Mapped[str | None] = mapped_column(text_of(64))
    created_at: Mapped[Instant]
    created_by: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    counted_at: Mapped[Instant | None]
    counted_by: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    booked_at: Mapped[Instant | None]
    booked_by: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))


class ReceiptLine(Base):
    """One SKU of a receipt: pieces announced (None: nobody said), sound and faulty ones counted.

    The lines of a correction hold differences, which may be below zero.
    """

    __tablename__ = "receipt_line"
    __table_args__ = (
        sa.UniqueConstraint("receipt_id", "sku_id"),
        sa.CheckConstraint("announced > 0", name="announced_positive"),
        sa.CheckConstraint(
            "is_correction OR (sound >= 0 AND faulty >= 0)", name="counted_not_negative"
        ),
        sa.Index("ix_receipt_line_sku_id", "sku_id"),
    )

    id: Mapped[Id]
    receipt_id: Mapped[Ref] = mapped_column(sa.ForeignKey("receipt.id"))
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    announced: Mapped[Pieces | None]
    sound: Mapped[Pieces] = mapped_column(default=0)
    faulty: Mapped[Pieces] = mapped_column(default=0)
    is_correction: Mapped[bool] = mapped_column(default=False)


_KNOWN_PIECE = sa.text("serial <> '' AND undone_at IS NULL AND pieces > 0")


class ReceiptCount(Base):
    """One scan at the dock: who counted how many of what. Undone, it stays as a row."""

    __tablename__ = "receipt_count"
    __table_args__ = (
        sa.CheckConstraint("pieces <> 0", name="counts_something"),
        one_of("fault", Fault),
        sa.Index("ix_receipt_count_receipt_id_person_id", "receipt_id", "person_id"),
        sa.Index(
            "uq_receipt_count_serial",
            "receipt_id",
            "sku_id",
            "serial",
            unique=True,
            sqlite_where=_KNOWN_PIECE,
            postgresql_where=_KNOWN_PIECE,
        ),
    )

    id: Mapped[Id]
    receipt_id: Mapped[Ref] = mapped_column(sa.ForeignKey("receipt.id"))
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    pieces: Mapped[Pieces]
    fault: Mapped[Fault | None] = mapped_column(Word(Fault))  # None: sound
    lot_code: Mapped[Code] = mapped_column(default="")
    best_before: Mapped[Day | None]
    serial: Mapped[Code] = mapped_column(default="")
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[Instant]
    undone_at: Mapped[Instant | None]


class ReceiptFocus(Base):
    """What one receiver has in hand: the goods scanned last, their lot, pieces still to be named.

    `asks` pieces were scanned whose lot, best-before or serial number is not known yet.
    """

    __tablename__ = "receipt_focus"
    __table_args__ = (sa.CheckConstraint("asks >= 0", name="asks_not_negative"),
                      one_of("fault", Fault))  # fmt: skip

    receipt_id: Mapped[Ref] = mapped_column(sa.ForeignKey("receipt.id"), primary_key=True)
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    sku_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("sku.id"))
    lot_code: Mapped[Code] = mapped_column(default="")
    best_before: Mapped[Day | None]
    asks: Mapped[Pieces] = mapped_column(default=0)
    fault: Mapped[Fault | None] = mapped_column(Word(Fault))
    unknown_code: Mapped[Code] = mapped_column(default="")  # scanned, carried by nothing yet


class ReceiptRecount(Base):
    """Goods of a receipt that are counted anew by somebody else, and what was counted before.

    The counts taken back for it have its instant; whoever made one counts these goods no more.
    """

    __tablename__ = "receipt_recount"
    __table_args__ = (sa.Index("ix_receipt_recount_receipt_id", "receipt_id"),)

    id: Mapped[Id]
    receipt_id: Mapped[Ref] = mapped_column(sa.ForeignKey("receipt.id"))
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    sound: Mapped[Pieces]
    faulty: Mapped[Pieces]
    asked_by: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[Instant]
    reason: Mapped[str] = mapped_column(text_of(200))
