"""The ledger's tables. Only `inventory/ledger.py` writes them."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.db import Base, Code, Day, Id, Instant, Pieces, Ref, Word, begins_by, one_of, text_of


class MoveReason(StrEnum):
    """Why stock moved."""

    OPENING = "opening"
    PICK = "pick"
    UNDO = "undo"
    PACK = "pack"
    UNPACK = "unpack"
    DISPATCH = "dispatch"
    SET_ASIDE = "set_aside"
    MISSING = "missing"
    TRANSFER = "transfer"
    ADJUST = "adjust"
    RECEIVE = "receive"
    PUT_AWAY = "put_away"
    REPLENISH = "replenish"
    QUARANTINE = "quarantine"
    EXCHANGE_OUT = "exchange_out"
    EXCHANGE_IN = "exchange_in"
    SUPPLIER_RETURN = "supplier_return"
    SCRAP = "scrap"
    COUNT = "count"
    ASSEMBLE = "assemble"
    TAKE_APART = "take_apart"
    CUSTOMER_RETURN = "customer_return"


class ReleaseReason(StrEnum):
    """Why promised pieces were given back."""

    SHORT = "short"
    STOPPED = "stopped"
    CANCELLED = "cancelled"
    COUNTED = "counted"  # a stock count found fewer than were promised
    BLOCKED = "blocked"  # the lot may not be sold any more: blocked, or past its day
    SWAPPED = "swapped"  # the picker took another lot that is as good


IS_DISPATCH = sa.text("move.reason = 'dispatch'")  # in the words of the index, so that it is used


class Move(Base):
    """Pieces of one SKU went from one bin to another. Never changed; mended by a reversal."""

    __tablename__ = "move"
    __table_args__ = (
        sa.UniqueConstraint("command_id", "line_no"),
        sa.UniqueConstraint("reverses_id"),
        sa.CheckConstraint("pieces > 0", name="pieces_positive"),
        sa.CheckConstraint("from_bin_id <> to_bin_id", name="goes_somewhere"),
        one_of("reason", MoveReason),
        sa.Index("ix_move_sku_id_id", "sku_id", "id"),
        sa.Index("ix_move_from_bin_id_id", "from_bin_id", "id"),
        sa.Index("ix_move_to_bin_id_id", "to_bin_id", "id"),
        sa.Index("ix_move_consignment_line_id", "consignment_line_id"),
        sa.Index(
            "ix_move_dispatched_at",
            "at",
            sqlite_where=sa.text("reason = 'dispatch'"),
            postgresql_where=sa.text("reason = 'dispatch'"),
        ),
        sa.Index(
            "ix_move_lot_id_id",
            "lot_id",
            "id",
            sqlite_where=sa.text("lot_id IS NOT NULL"),
            postgresql_where=sa.text("lot_id IS NOT NULL"),
        ),
        sa.Index(
            "ix_move_reference",
            "reference",
            postgresql_ops=begins_by("reference"),
            sqlite_where=sa.text("reference <> ''"),
            postgresql_where=sa.text("reference <> ''"),
        ),
    )

    id: Mapped[Id]
    command_id: Mapped[str] = mapped_column(text_of(64), sa.ForeignKey("command.id"))
    line_no: Mapped[int]
    at: Mapped[Instant]
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    from_bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"))
    to_bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"))
    pieces: Mapped[Pieces]
    reason: Mapped[MoveReason] = mapped_column(Word(MoveReason))
    consignment_line_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("consignment_line.id"))
    allocation_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("allocation.id"))
    reverses_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("move.id"))
    reference: Mapped[str] = mapped_column(text_of(64), default="")  # waybill, file, note
    lot_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("lot.id"))


class StockBalance(Base):
    """What stands in one bin of one SKU: the sum of its moves, kept for fast reading.

    `changes` counts the moves in and out; a stock count learns from it whether any came between.
    `is_in_work`: in a tote or parcel. Each parcel is a bin of its own, so these rows grow with the
    years; what asks how a SKU stands looks only at the others, which have their own index.
    """

    __tablename__ = "stock_balance"
    __table_args__ = (
        sa.CheckConstraint("is_virtual OR on_hand >= reserved", name="covered"),
        sa.CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        sa.CheckConstraint("NOT is_virtual OR reserved = 0", name="virtual_unreserved"),
        sa.Index("ix_stock_balance_sku_id", "sku_id"),
        sa.Index(
            "ix_stock_balance_standing",
            "sku_id",
            "bin_id",
            sqlite_where=sa.text("is_in_work = 0"),
            postgresql_where=sa.text("NOT is_in_work"),
        ),
    )

    bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"), primary_key=True)
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"), primary_key=True)
    on_hand: Mapped[Pieces] = mapped_column(default=0)
    reserved: Mapped[Pieces] = mapped_column(default=0)
    is_virtual: Mapped[bool] = mapped_column(default=False)
    changes: Mapped[int] = mapped_column(default=0)
    is_in_work: Mapped[bool] = mapped_column(default=False)

    @hybrid_property
    def available(self) -> int:
        """Pieces that nobody was promised: on hand minus reserved, never stored."""
        return self.on_hand - self.reserved


class Lot(Base):
    """Pieces of a SKU that were made together, under the code that stands on them."""

    __tablename__ = "lot"
    __table_args__ = (
        sa.UniqueConstraint("sku_id", "code"),
        sa.Index("ix_lot_code", "code"),
        sa.Index("ix_lot_best_before_id", "best_before", "id"),
    )

    id: Mapped[Id]
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    code: Mapped[Code]
    best_before: Mapped[Day | None]
    created_at: Mapped[Instant]
    blocked_at: Mapped[Instant | None]
    blocked_reason: Mapped[str] = mapped_column(text_of(200), default="")


_OPEN = sa.text("ended_at IS NULL")


class SuspectKits(Base):
    """Kits that one move brought off the bench with pieces of a blocked lot inside, or back into
    the book under another lot or number.

    Kits kept by lot are blocked with their lot; `is_blocking` is one row of those that do so, none
    where a person blocked it. Of others nobody knows which they are: until somebody has sorted
    them nothing that stands of the SKU is promised to anyone.
    """

    __tablename__ = "suspect_kits"
    __table_args__ = (
        sa.Index(
            "uq_suspect_kits_open",
            "lot_id",
            "move_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        sa.Index("ix_suspect_kits_sku_id", "sku_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        sa.CheckConstraint("NOT is_blocking OR kit_lot_id IS NOT NULL", name="blocks_a_lot"),
    )

    id: Mapped[Id]
    lot_id: Mapped[Ref] = mapped_column(sa.ForeignKey("lot.id"))
    move_id: Mapped[Ref] = mapped_column(sa.ForeignKey("move.id"))
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    kit_lot_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("lot.id"))
    is_blocking: Mapped[bool] = mapped_column(default=False)
    began_at: Mapped[Instant]
    ended_at: Mapped[Instant | None]
    ended_by: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    ended_reason: Mapped[str] = mapped_column(text_of(200), default="")


class Unfound(Base):
    """That fewer pieces of a SKU, or of one lot, were seen in a bin than the book has there.

    As long as the row stands, until the goods are counted there, `pieces` of those the book has are
    promised to nobody; some may have been before, and go to nobody else when they are let go. The
    book is as it was. `is_whole`: nothing of the SKU in the bin is promised or fetched.
    """

    __tablename__ = "unfound"
    __table_args__ = (
        sa.CheckConstraint("pieces > 0", name="pieces_positive"),
        sa.UniqueConstraint("bin_id", "sku_id", "lot_id"),
        sa.Index(
            "uq_unfound_of_no_lot",
            "bin_id",
            "sku_id",
            unique=True,
            sqlite_where=sa.text("lot_id IS NULL"),
            postgresql_where=sa.text("lot_id IS NULL"),
        ),
    )

    id: Mapped[Id]
    bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"))
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    lot_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("lot.id"))
    pieces: Mapped[Pieces]
    is_whole: Mapped[bool] = mapped_column(default=False)
    at: Mapped[Instant]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))


class LotBalance(Base):
    """What of a lot stands in one bin: a part of the balance of its SKU there."""

    __tablename__ = "lot_balance"
    __table_args__ = (
        sa.CheckConstraint("is_virtual OR on_hand >= reserved", name="covered"),
        sa.CheckConstraint("reserved >= 0", name="reserved_not_negative"),
        sa.CheckConstraint("NOT is_virtual OR reserved = 0", name="virtual_unreserved"),
        sa.Index("ix_lot_balance_lot_id", "lot_id"),
    )

    bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"), primary_key=True)
    lot_id: Mapped[Ref] = mapped_column(sa.ForeignKey("lot.id"), primary_key=True)
    on_hand: Mapped[Pieces] = mapped_column(default=0)
    reserved: Mapped[Pieces] = mapped_column(default=0)
    is_virtual: Mapped[bool] = mapped_column(default=False)


class Serial(Base):
    """One piece that is known by its own number, and the one bin it is in."""

    __tablename__ = "serial"
    __table_args__ = (
        sa.UniqueConstraint("sku_id", "code"),
        sa.Index("ix_serial_bin_id_sku_id", "bin_id", "sku_id"),
        sa.Index("ix_serial_code", "code"),
    )

    id: Mapped[Id]
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    code: Mapped[Code]
    lot_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("lot.id"))
    bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"))


class MoveSerial(Base):
    """That a move took this very piece along. Never changed."""

    __tablename__ = "move_serial"
    __table_args__ = (sa.Index("ix_move_serial_serial_id_move_id", "serial_id", "move_id"),)

    move_id: Mapped[Ref] = mapped_column(sa.ForeignKey("move.id"), primary_key=True)
    serial_id: Mapped[Ref] = mapped_column(sa.ForeignKey("serial.id"), primary_key=True)


_IS_OPEN = sa.text("pieces > picked + released")


class Allocation(Base):
    """Pieces in a bin promised to a consignment line. What is picked or released resolves it.

    Triggers refuse what would leave more open of a bin's SKU, or of a lot there, than is reserved.
    """

    __tablename__ = "allocation"
    __table_args__ = (
        sa.CheckConstraint("pieces > 0", name="pieces_positive"),
        sa.CheckConstraint("picked >= 0 AND released >= 0", name="parts_not_negative"),
        sa.CheckConstraint("picked + released <= pieces", name="resolved_once"),
        sa.Index("ix_allocation_consignment_line_id", "consignment_line_id"),
        sa.Index(
            "ix_allocation_open",
            "bin_id",
            "sku_id",
            "lot_id",
            "pieces",
            "picked",
            "released",
            sqlite_where=_IS_OPEN,
            postgresql_where=_IS_OPEN,
        ),
    )

    id: Mapped[Id]
    consignment_line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("consignment_line.id"))
    bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"))
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    pieces: Mapped[Pieces]
    picked: Mapped[Pieces] = mapped_column(default=0)
    released: Mapped[Pieces] = mapped_column(default=0)
    lot_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("lot.id"))

    @hybrid_property
    def open_pieces(self) -> int:
        """Pieces still promised."""
        return self.pieces - self.picked - self.released


class AllocationRelease(Base):
    """Promised pieces given back, and why. Never changed."""

    __tablename__ = "allocation_release"
    __table_args__ = (
        sa.CheckConstraint("pieces > 0", name="pieces_positive"),
        one_of("reason", ReleaseReason),
        sa.Index("ix_allocation_release_allocation_id", "allocation_id"),
    )

    id: Mapped[Id]
    allocation_id: Mapped[Ref] = mapped_column(sa.ForeignKey("allocation.id"))
    command_id: Mapped[str] = mapped_column(text_of(64), sa.ForeignKey("command.id"))
    at: Mapped[Instant]
    pieces: Mapped[Pieces]
    reason: Mapped[ReleaseReason] = mapped_column(Word(ReleaseReason))


class PastHand(Base):
    """Goods somebody had in hand out of a bin, where they were booked all the while.

    Written when it ended. `sku_id` is None where the whole bin was in hand; `is_back`: the goods
    went back where they were taken, by their carrier's word or because somebody ended it.
    """

    __tablename__ = "past_hand"
    __table_args__ = (sa.Index("ix_past_hand_until", "until"),)

    id: Mapped[Id]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"))
    sku_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("sku.id"))
    since: Mapped[Instant]
    changed_at: Mapped[Instant]  # when its pieces last changed
    until: Mapped[Instant]
    is_back: Mapped[bool]
