"""Parcels and what is in them."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.db import Base, Code, Grams, Id, Instant, Pieces, Ref, Word, one_of, text_of


class ParcelState(StrEnum):
    """How far a parcel is."""

    OPEN = "open"
    SEALED = "sealed"
    WEIGHED = "weighed"
    LABELLED = "labelled"  # number given, label on its way out of the printer
    MATCHED = "matched"  # the label was scanned back on this parcel
    DISPATCHED = "dispatched"
    SET_ASIDE = "set_aside"


class Parcel(Base):
    """One box of a consignment. Its content is the moves into its bin."""

    __tablename__ = "parcel"
    __table_args__ = (
        sa.UniqueConstraint("number"),
        sa.UniqueConstraint("bin_id"),
        sa.UniqueConstraint("consignment_id", "sequence"),
        sa.Index("uq_parcel_sscc", "sscc", unique=True),
        one_of("state", ParcelState),
        sa.CheckConstraint("gross_g > 0", name="gross_positive"),
        sa.Index("ix_parcel_state_id", "state", "id"),
        sa.Index(
            "uq_parcel_open",
            "consignment_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
    )

    id: Mapped[Id]
    number: Mapped[Code]
    consignment_id: Mapped[Ref] = mapped_column(sa.ForeignKey("consignment.id"))
    sequence: Mapped[int]
    bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"))
    carton_type_id: Mapped[Ref] = mapped_column(sa.ForeignKey("carton_type.id"))
    state: Mapped[ParcelState] = mapped_column(Word(ParcelState), default=ParcelState.OPEN)
    opened_at: Mapped[Instant]
    packer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    seals: Mapped[int] = mapped_column(default=0)  # how often it was closed
    sealed_at: Mapped[Instant | None]
    expected_g: Mapped[Grams | None]  # None: some SKU in it was never weighed
    gross_g: Mapped[Grams | None]
    weighed_at: Mapped[Instant | None]
    matched_at: Mapped[Instant | None]
    dispatched_at: Mapped[Instant | None]
    sscc: Mapped[str | None] = mapped_column(text_of(18))  # given once, with the first label


class ParcelLine(Base):
    """Pieces of a consignment line in a parcel."""

    __tablename__ = "parcel_line"
    __table_args__ = (sa.CheckConstraint("pieces >= 0", name="pieces_not_negative"),)

    parcel_id: Mapped[Ref] = mapped_column(sa.ForeignKey("parcel.id"), primary_key=True)
    consignment_line_id: Mapped[Ref] = mapped_column(
        sa.ForeignKey("consignment_line.id"), primary_key=True
    )
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    pieces: Mapped[Pieces]
