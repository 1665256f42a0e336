"""The second look at one consignment: who looked, what was counted, what was wrong."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.db import Base, Code, Id, Instant, Pieces, Ref, Word, one_of, text_of


class CheckState(StrEnum):
    OPEN = "open"
    PASSED = "passed"
    STOPPED = "stopped"


class MismatchKind(StrEnum):
    WRONG_ITEM = "wrong_item"
    TOO_MANY = "too_many"
    MISSING = "missing"
    DAMAGED = "damaged"


class Check(Base):
    """One check. The checker is not the picker where four eyes are asked for."""

    __tablename__ = "check_session"
    __table_args__ = (
        one_of("state", CheckState),
        sa.CheckConstraint(
            "NOT is_four_eyes OR picker_id IS NULL OR checker_id <> picker_id", name="four_eyes"
        ),
        sa.Index("ix_check_session_consignment_id", "consignment_id"),
        sa.Index(
            "uq_check_session_open",
            "consignment_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
    )

    id: Mapped[Id]
    consignment_id: Mapped[Ref] = mapped_column(sa.ForeignKey("consignment.id"))
    checker_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    picker_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    is_four_eyes: Mapped[bool]
    state: Mapped[CheckState] = mapped_column(Word(CheckState), default=CheckState.OPEN)
    started_at: Mapped[Instant]
    finished_at: Mapped[Instant | None]


class CheckScan(Base):
    """Pieces one scan counted, of a lot and which very piece where the scan said so.

    Undone scans stay, marked.
    """

    __tablename__ = "check_scan"
    __table_args__ = (sa.Index("ix_check_scan_check_id", "check_id"),)

    id: Mapped[Id]
    check_id: Mapped[Ref] = mapped_column(sa.ForeignKey("check_session.id"))
    consignment_line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("consignment_line.id"))
    pieces: Mapped[Pieces]
    command_id: Mapped[str] = mapped_column(text_of(64), sa.ForeignKey("command.id"))
    at: Mapped[Instant]
    undone_at: Mapped[Instant | None]
    lot_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("lot.id"))
    serial_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("serial.id"))


class Mismatch(Base):
    """Something in the tote that should not be there, or the other way about."""

    __tablename__ = "check_mismatch"
    __table_args__ = (
        one_of("kind", MismatchKind),
        sa.Index("ix_check_mismatch_check_id", "check_id"),
    )

    id: Mapped[Id]
    check_id: Mapped[Ref] = mapped_column(sa.ForeignKey("check_session.id"))
    kind: Mapped[MismatchKind] = mapped_column(Word(MismatchKind))
    sku_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("sku.id"))
    barcode: Mapped[Code] = mapped_column(default="")
    pieces: Mapped[Pieces]
    command_id: Mapped[str] = mapped_column(text_of(64), sa.ForeignKey("command.id"))
    at: Mapped[Instant]
