"""What stands between us and a supplier: papers, payments, attachments, exchanges."""

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


class FileKind(StrEnum):
    """What an attachment is, by its first bytes."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"


class ExchangeState(StrEnum):
    """How far an exchange with a supplier is."""

    DRAFT = "draft"
    OUT = "out"
    SETTLED = "settled"
    CANCELLED = "cancelled"


class Settlement(StrEnum):
    """How a supplier settled pieces that were sent back."""

    REPLACED = "replaced"  # good ones came instead
    CREDITED = "credited"  # money, no pieces
    SENT_BACK = "sent_back"  # refused: the faulty pieces came back
    REFUSED = "refused"  # refused, and they stay where they are


_STANDS = sa.text("withdrawn_at IS NULL")


class SupplierPaper(Base):
    """A supplier's paper for a receipt: what it asks for the goods and for their freight.

    One that was withdrawn stays as a row, asks for nothing, and its number may come again.
    """

    __tablename__ = "supplier_paper"
    __table_args__ = (
        sa.Index(
            "uq_supplier_paper_standing",
            "supplier_id",
            "number",
            unique=True,
            sqlite_where=_STANDS,
            postgresql_where=_STANDS,
        ),
        sa.CheckConstraint("amount_fen >= 0 AND freight_fen >= 0", name="amounts_not_negative"),
        sa.Index("ix_supplier_paper_receipt_id", "receipt_id"),
        sa.Index("ix_supplier_paper_supplier_id_paper_on", "supplier_id", "paper_on"),
    )

    id: Mapped[Id]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    receipt_id: Mapped[Ref] = mapped_column(sa.ForeignKey("receipt.id"))
    paper_on: Mapped[Day]
    number: Mapped[Code]
    amount_fen: Mapped[Fen]
    freight_fen: Mapped[Fen] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(text_of(200), default="")
    at: Mapped[Instant]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    withdrawn_at: Mapped[Instant | None]


class SupplierPayment(Base):
    """Money paid for a supplier's paper; below zero, a payment that was taken back."""

    __tablename__ = "supplier_payment"
    __table_args__ = (
        sa.CheckConstraint("amount_fen <> 0", name="pays_something"),
        sa.Index("ix_supplier_payment_paper_id", "paper_id"),
    )

    id: Mapped[Id]
    paper_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier_paper.id"))
    paid_on: Mapped[Day]
    amount_fen: Mapped[Fen]
    note: Mapped[str] = mapped_column(text_of(200), default="")
    at: Mapped[Instant]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))


class SupplierFile(Base):
    """A scan or photo kept with a receipt, byte by byte as it came."""

    __tablename__ = "supplier_file"
    __table_args__ = (
        sa.UniqueConstraint("receipt_id", "sha256"),
        one_of("kind", FileKind),
    )

    id: Mapped[Id]
    receipt_id: Mapped[Ref] = mapped_column(sa.ForeignKey("receipt.id"))
    name: Mapped[Name]
    kind: Mapped[FileKind] = mapped_column(Word(FileKind))
    sha256: Mapped[Code]
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    at: Mapped[Instant]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))


class Exchange(Base):
    """Faulty goods on their way to one supplier, until all of them are settled."""

    __tablename__ = "exchange"
    __table_args__ = (
        sa.UniqueConstraint("number"),
        one_of("state", ExchangeState),
        sa.Index("ix_exchange_supplier_id", "supplier_id"),
        sa.Index("ix_exchange_state", "state"),
    )

    id: Mapped[Id]
    number: Mapped[Code]
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    state: Mapped[ExchangeState] = mapped_column(Word(ExchangeState))
    due_on: Mapped[Day | None]
    note: Mapped[Note] = mapped_column(default="")
    created_at: Mapped[Instant]
    created_by: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    sent_at: Mapped[Instant | None]
    sent_by: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    settled_at: Mapped[Instant | None]
    reason: Mapped[str] = mapped_column(text_of(200), default="")


class ExchangeLine(Base):
    """Pieces of one SKU out of one quarantine bin, and how many the supplier has settled."""

    __tablename__ = "exchange_line"
    __table_args__ = (
        sa.CheckConstraint("pieces > 0", name="pieces_positive"),
        sa.CheckConstraint("settled >= 0 AND settled <= pieces", name="settled_once"),
        sa.Index("ix_exchange_line_exchange_id", "exchange_id"),
        sa.Index("ix_exchange_line_sku_id", "sku_id"),
    )

    id: Mapped[Id]
    exchange_id: Mapped[Ref] = mapped_column(sa.ForeignKey("exchange.id"))
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"))
    lot_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("lot.id"))
    serials: Mapped[Note] = mapped_column(default="")  # separated by blanks
    pieces: Mapped[Pieces]
    fault: Mapped[str] = mapped_column(text_of(200), default="")
    settled: Mapped[Pieces] = mapped_column(default=0)


class ExchangeReturn(Base):
    """How the supplier settled some pieces of a line, in other goods if so agreed.

    What was settled wrongly is taken back by a row of its own, with pieces and amount below zero.
    `command_id`: the command whose moves brought it; None of those before it was written down.
    """

    __tablename__ = "exchange_return"
    __table_args__ = (
        sa.UniqueConstraint("takes_back_id"),
        sa.CheckConstraint(
            "(takes_back_id IS NULL AND pieces > 0 AND amount_fen >= 0)"
            " OR (takes_back_id IS NOT NULL AND pieces < 0 AND amount_fen <= 0)",
            name="settles_or_takes_back",
        ),
        one_of("kind", Settlement),
        sa.Index("ix_exchange_return_line_id", "line_id"),
    )

    id: Mapped[Id]
    line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("exchange_line.id"))
    kind: Mapped[Settlement] = mapped_column(Word(Settlement))
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    pieces: Mapped[Pieces]
    amount_fen: Mapped[Fen] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(text_of(200), default="")
    at: Mapped[Instant]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    takes_back_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("exchange_return.id"))
    command_id: Mapped[str | None] = mapped_column(text_of(64), sa.ForeignKey("command.id"))
