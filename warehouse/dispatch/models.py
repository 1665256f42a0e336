"""Waybills on parcels, and handing parcels to the courier."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.db import Base, Code, Id, Instant, Ref, Word, begins_by, one_of, text_of


class WaybillState(StrEnum):
    LIVE = "live"
    VOID = "void"


class WaybillSource(StrEnum):
    POOL = "pool"
    PLATFORM = "platform"  # printed by the shop platform's own service, scanned in


class HandoverState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Waybill(Base):
    """A courier's number on a parcel: one live one at a time, each number used once for ever."""

    __tablename__ = "waybill"
    __table_args__ = (
        sa.UniqueConstraint("carrier_id", "number"),
        one_of("state", WaybillState),
        one_of("source", WaybillSource),
        sa.Index(
            "uq_waybill_live",
            "parcel_id",
            unique=True,
            sqlite_where=sa.text("state = 'live'"),
            postgresql_where=sa.text("state = 'live'"),
        ),
        sa.Index("ix_waybill_number", "number", postgresql_ops=begins_by("number")),
        sa.Index("ix_waybill_parcel_id", "parcel_id"),
    )

    id: Mapped[Id]
    carrier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("carrier.id"))
    number: Mapped[Code]
    parcel_id: Mapped[Ref] = mapped_column(sa.ForeignKey("parcel.id"))
    state: Mapped[WaybillState] = mapped_column(Word(WaybillState), default=WaybillState.LIVE)
    source: Mapped[WaybillSource] = mapped_column(Word(WaybillSource))
    assigned_at: Mapped[Instant]
    voided_at: Mapped[Instant | None]
    void_reason: Mapped[str] = mapped_column(text_of(200), default="")


class Handover(Base):
    """One courier's visit: parcels scanned out one by one, closed with a manifest."""

    __tablename__ = "handover"
    __table_args__ = (
        sa.UniqueConstraint("number"),
        one_of("state", HandoverState),
        sa.Index(
            "uq_handover_open",
            "carrier_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
    )

    id: Mapped[Id]
    number: Mapped[Code]
    carrier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("carrier.id"))
    state: Mapped[HandoverState] = mapped_column(Word(HandoverState), default=HandoverState.OPEN)
    opened_at: Mapped[Instant]
    opened_by: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    closed_at: Mapped[Instant | None]
    closed_by: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    refused: Mapped[int] = mapped_column(default=0)


class HandoverParcel(Base):
    """A parcel in the courier's hands; a parcel leaves once."""

    __tablename__ = "handover_parcel"
    __table_args__ = (
        sa.UniqueConstraint("parcel_id"),
        sa.Index("ix_handover_parcel_handover_id", "handover_id"),
    )

    id: Mapped[Id]
    handover_id: Mapped[Ref] = mapped_column(sa.ForeignKey("handover.id"))
    parcel_id: Mapped[Ref] = mapped_column(sa.ForeignKey("parcel.id"))
    command_id: Mapped[str] = mapped_column(text_of(64), sa.ForeignKey("command.id"))
    at: Mapped[Instant]
