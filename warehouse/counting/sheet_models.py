"""The printed sheets of counts: which bins stand on each, and what was typed in from it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.db import Base, Code, Id, Instant, Ref


class CountPaper(Base):
    """A printed sheet of a count, by the number that stands on it. `person_id`: who has it."""

    __tablename__ = "count_paper"
    __table_args__ = (
        sa.UniqueConstraint("number"),
        sa.Index("ix_count_paper_session_id", "session_id"),
    )

    id: Mapped[Id]
    session_id: Mapped[Ref] = mapped_column(sa.ForeignKey("count_session.id"))
    number: Mapped[Code]
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    printed_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    printed_at: Mapped[Instant]


class CountPaperBin(Base):
    """A bin on a sheet, printed or written onto it; `take_id` is what was typed in of it, once."""

    __tablename__ = "count_paper_bin"
    __table_args__ = (
        sa.UniqueConstraint("take_id"),
        sa.Index("ix_count_paper_bin_count_bin_id", "count_bin_id"),
    )

    paper_id: Mapped[Ref] = mapped_column(sa.ForeignKey("count_paper.id"), primary_key=True)
    count_bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("count_bin.id"), primary_key=True)
    take_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("count_take.id"))
