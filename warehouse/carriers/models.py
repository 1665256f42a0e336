"""Couriers and where their waybill numbers come from."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.db import Base, Code, Id, Instant, Name, Ref, Word, one_of, text_of


class PoolKind(StrEnum):
    RANGE = "range"
    LIST = "list"


class CheckRule(StrEnum):
    """How the last digit of a number in a range is made."""

    NONE = "none"
    MOD10 = "mod10"
    MOD7 = "mod7"
    MOD11 = "mod11"


class Carrier(Base):
    """A courier: its code, the bin that stands for it, and how its numbers look."""

    __tablename__ = "carrier"
    __table_args__ = (sa.UniqueConstraint("code"),)

    id: Mapped[Id]
    code: Mapped[Code]
    name: Mapped[Name]
    bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"))
    number_pattern: Mapped[str] = mapped_column(text_of(200), default="")  # a warning, no block
    media: Mapped[str] = mapped_column(text_of(24), default="waybill-76x130")
    is_active: Mapped[bool] = mapped_column(default=True)


class CarrierAlias(Base):
    """A name under which shops write a courier, e.g. 中通快递."""

    __tablename__ = "carrier_alias"

    alias: Mapped[str] = mapped_column(text_of(64), primary_key=True)
    carrier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("carrier.id"))


class WaybillPool(Base):
    """Numbers a courier gave us: a range with a check rule, or a pasted list."""

    __tablename__ = "waybill_pool"
    __table_args__ = (
        one_of("kind", PoolKind),
        one_of("check_rule", CheckRule),
        sa.CheckConstraint("first_no <= next_no AND next_no <= last_no + 1", name="within_range"),
        sa.Index("ix_waybill_pool_carrier_id", "carrier_id"),
    )

    id: Mapped[Id]
    carrier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("carrier.id"))
    kind: Mapped[PoolKind] = mapped_column(Word(PoolKind))
    prefix: Mapped[str] = mapped_column(text_of(16), default="")
    digits: Mapped[int] = mapped_column(default=0)  # width of the running part, zero-padded
    first_no: Mapped[Ref] = mapped_column(default=0)
    next_no: Mapped[Ref] = mapped_column(default=0)
    last_no: Mapped[Ref] = mapped_column(default=-1)
    check_rule: Mapped[CheckRule] = mapped_column(Word(CheckRule), default=CheckRule.NONE)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[Instant]


class PoolNumber(Base):
    """One number of a pasted list; taken once."""

    __tablename__ = "pool_number"
    __table_args__ = (
        sa.UniqueConstraint("carrier_id", "number"),
        sa.Index(
            "ix_pool_number_free",
            "pool_id",
            "id",
            sqlite_where=sa.text("taken_at IS NULL"),
            postgresql_where=sa.text("taken_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    pool_id: Mapped[Ref] = mapped_column(sa.ForeignKey("waybill_pool.id"))
    carrier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("carrier.id"))
    number: Mapped[Code]
    taken_at: Mapped[Instant | None]
