"""Imports of files: how far a run is, the rows it could not take, and what it changed."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.db import Base, Code, Id, Instant, Json, Name, Ref, Word, one_of, text_of


class ImportState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class ImportKind(StrEnum):
    """What an import takes in: orders, or one of the lists that stand before the first order."""

    ORDERS = "orders"
    SKUS = "skus"
    BINS = "bins"
    OPENING = "opening"  # the stock a site begins with


class ImportRun(Base):
    """One import of one or more files: progress while it runs, counts when it is done."""

    __tablename__ = "import_run"
    __table_args__ = (one_of("state", ImportState), one_of("kind", ImportKind))

    id: Mapped[Id]
    state: Mapped[ImportState] = mapped_column(Word(ImportState), default=ImportState.WAITING)
    files: Mapped[Json]  # [{"name", "path", "bytes"}]
    shop_code: Mapped[Code] = mapped_column(default="")
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[Instant]
    leased_until: Mapped[Instant | None]
    finished_at: Mapped[Instant | None]
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int] = mapped_column(default=0)
    orders_new: Mapped[int] = mapped_column(default=0)
    orders_changed: Mapped[int] = mapped_column(default=0)
    orders_unchanged: Mapped[int] = mapped_column(default=0)
    orders_untouched: Mapped[int] = mapped_column(default=0)  # on their way; differences noted
    lines_new: Mapped[int] = mapped_column(default=0)
    rows_rejected: Mapped[int] = mapped_column(default=0)
    problem: Mapped[Json | None]  # a sentence, when the whole run failed
    kind: Mapped[ImportKind] = mapped_column(Word(ImportKind), default=ImportKind.ORDERS)
    rows_new: Mapped[int] = mapped_column(default=0)  # of a list, as the next two
    rows_changed: Mapped[int] = mapped_column(default=0)
    rows_unchanged: Mapped[int] = mapped_column(default=0)
    not_read: Mapped[Json | None]  # headings of a list that no column is called, the first of them


class ImportReject(Base):
    """One row that could not be taken, with the place and the reason."""

    __tablename__ = "import_reject"
    __table_args__ = (sa.Index("ix_import_reject_run_id", "run_id"),)

    id: Mapped[Id]
    run_id: Mapped[Ref] = mapped_column(sa.ForeignKey("import_run.id"))
    file: Mapped[Name]
    row_no: Mapped[int]
    column: Mapped[Name]
    value: Mapped[Name]
    reason: Mapped[Json]  # a sentence


class ImportChange(Base):
    """One field the shop changed on an order we have; personal data is kept masked."""

    __tablename__ = "import_change"
    __table_args__ = (
        sa.Index("ix_import_change_run_id", "run_id"),
        sa.Index("ix_import_change_order_id", "order_id"),
    )

    id: Mapped[Id]
    run_id: Mapped[Ref] = mapped_column(sa.ForeignKey("import_run.id"))
    order_id: Mapped[Ref] = mapped_column(sa.ForeignKey("shop_order.id"))
    field: Mapped[Code]
    old: Mapped[str] = mapped_column(text_of(500))
    new: Mapped[str] = mapped_column(text_of(500))
    is_applied: Mapped[bool]
