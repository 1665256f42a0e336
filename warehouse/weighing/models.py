"""What the scale said of each parcel."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.db import Base, Grams, Id, Instant, Ref, Word, one_of, text_of


class Verdict(StrEnum):
    WITHIN = "within"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"  # nothing to compare with
    OVERRIDDEN = "overridden"


class Reading(Base):
    """One reading and what was made of it; readings outside the tolerance stay too."""

    __tablename__ = "weight_reading"
    __table_args__ = (
        one_of("verdict", Verdict),
        sa.CheckConstraint("gross_g > 0", name="gross_positive"),
        sa.CheckConstraint("verdict <> 'overridden' OR reason <> ''", name="override_needs_reason"),
        sa.Index("ix_weight_reading_parcel_id", "parcel_id"),
    )

    id: Mapped[Id]
    parcel_id: Mapped[Ref] = mapped_column(sa.ForeignKey("parcel.id"))
    gross_g: Mapped[Grams]
    expected_g: Mapped[Grams | None]
    tolerance_g: Mapped[Grams]
    verdict: Mapped[Verdict] = mapped_column(Word(Verdict))
    reason: Mapped[str] = mapped_column(text_of(500), default="")
    command_id: Mapped[str] = mapped_column(text_of(64), sa.ForeignKey("command.id"))
    at: Mapped[Instant]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
