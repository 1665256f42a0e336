"""How full a pick bin is to be, tasks that fill it, who carries what, and who waits for it."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.db import Base, Id, Instant, Json, Pieces, Ref, Word, one_of


class TaskState(StrEnum):
    """How a task stands: open, or why it is not any more."""

    OPEN = "open"
    DONE = "done"
    NEEDLESS = "needless"  # the bin was filled, or nobody wants it any more
    EMPTY = "empty"  # no piece is left in reserve
    CANCELLED = "cancelled"


class FaceLevel(Base):
    """How many pieces of a SKU a pick bin is to hold: filled up to `most` when below `least`.

    `full_at`: whoever brought some found the bin full; it is left alone until something leaves it.
    """

    __tablename__ = "face_level"
    __table_args__ = (
        sa.CheckConstraint("least >= 0 AND most > 0 AND most >= least", name="in_order"),
        sa.Index("ix_face_level_bin_id", "bin_id"),
    )

    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"), primary_key=True)
    bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"), primary_key=True)
    least: Mapped[Pieces]
    most: Mapped[Pieces]
    full_at: Mapped[Instant | None]


_OPEN = sa.text("state = 'open'")


class ReplenishTask(Base):
    """Pieces of a SKU to be carried from reserve to a pick bin: one open task for each of these.

    `from_bin_id` is where to take them first; it follows the stock. `moved` never goes back.
    """

    __tablename__ = "replenish_task"
    __table_args__ = (
        one_of("state", TaskState),
        sa.CheckConstraint("pieces > 0", name="pieces_positive"),
        sa.CheckConstraint("moved >= 0", name="moved_not_negative"),
        sa.CheckConstraint("from_bin_id <> to_bin_id", name="goes_somewhere"),
        sa.Index(
            "uq_replenish_task_open",
            "sku_id",
            "to_bin_id",
            unique=True,
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        sa.Index("ix_replenish_task_state_id", "state", "id"),
    )

    id: Mapped[Id]
    state: Mapped[TaskState] = mapped_column(Word(TaskState), default=TaskState.OPEN)
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    from_bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"))
    to_bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"))
    pieces: Mapped[Pieces]
    moved: Mapped[Pieces] = mapped_column(default=0)
    is_urgent: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[Instant]
    created_by: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    ended_at: Mapped[Instant | None]
    ended_by: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))


class ReplenishWait(Base):
    """A consignment that was left out of a wave until a task has filled the pick face."""

    __tablename__ = "replenish_wait"
    __table_args__ = (
        sa.CheckConstraint("pieces > 0", name="pieces_positive"),
        sa.Index("ix_replenish_wait_consignment_id", "consignment_id"),
    )

    task_id: Mapped[Ref] = mapped_column(sa.ForeignKey("replenish_task.id"), primary_key=True)
    consignment_id: Mapped[Ref] = mapped_column(sa.ForeignKey("consignment.id"), primary_key=True)
    pieces: Mapped[Pieces]


class Carried(Base):
    """What one person has in hand for a task, booked in the reserve bin until it is put down.

    `pieces` 0: the person stands at the bin and has taken nothing yet. `other_bin_id` is a pick bin
    that was scanned and waits for a reason.
    """

    __tablename__ = "replenish_carried"
    __table_args__ = (
        sa.CheckConstraint("pieces >= 0", name="pieces_not_negative"),
        sa.Index("ix_replenish_carried_task_id", "task_id"),
    )

    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    task_id: Mapped[Ref] = mapped_column(sa.ForeignKey("replenish_task.id"))
    from_bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"))
    lot_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("lot.id"))
    pieces: Mapped[Pieces] = mapped_column(default=0)
    serials: Mapped[Json]  # codes of the pieces, where each has one
    at: Mapped[Instant]
    other_bin_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("bin.id"))
    changed_at: Mapped[Instant | None]  # when its pieces last changed, if they did
