"""The plan of a walk: a wave, its slots on the cart, its tasks in walking order."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.db import Base, Code, Id, Instant, Pieces, Ref, Word, one_of


class WaveState(StrEnum):
    PLANNED = "planned"
    PICKING = "picking"
    PICKED = "picked"
    CANCELLED = "cancelled"


class TaskState(StrEnum):
    OPEN = "open"
    PICKED = "picked"
    SHORT = "short"
    CANCELLED = "cancelled"


class ShortReason(StrEnum):
    """Why fewer pieces were found than promised."""

    EMPTY = "empty"
    DAMAGED = "damaged"
    WRONG_GOODS = "wrong_goods"


class Wave(Base):
    """Consignments picked in one walk."""

    __tablename__ = "wave"
    __table_args__ = (
        sa.UniqueConstraint("number"),
        one_of("state", WaveState),
        sa.Index("ix_wave_state_id", "state", "id"),
    )

    id: Mapped[Id]
    number: Mapped[Code]
    state: Mapped[WaveState] = mapped_column(Word(WaveState), default=WaveState.PLANNED)
    created_at: Mapped[Instant]
    picker_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    started_at: Mapped[Instant | None]
    picked_at: Mapped[Instant | None]


class WaveSlot(Base):
    """One consignment's place in a wave, and the tote it is picked into."""

    __tablename__ = "wave_slot"
    __table_args__ = (
        sa.UniqueConstraint("wave_id", "slot_no"),
        sa.UniqueConstraint("wave_id", "consignment_id"),
        sa.Index(
            "uq_wave_slot_tote_in_use",
            "tote_bin_id",
            unique=True,
            sqlite_where=sa.text("tote_bin_id IS NOT NULL AND freed_at IS NULL"),
            postgresql_where=sa.text("tote_bin_id IS NOT NULL AND freed_at IS NULL"),
        ),
        sa.Index("ix_wave_slot_consignment_id", "consignment_id"),
    )

    id: Mapped[Id]
    wave_id: Mapped[Ref] = mapped_column(sa.ForeignKey("wave.id"))
    consignment_id: Mapped[Ref] = mapped_column(sa.ForeignKey("consignment.id"))
    slot_no: Mapped[int]
    tote_bin_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("bin.id"))
    bound_at: Mapped[Instant | None]
    freed_at: Mapped[Instant | None]


class PickTask(Base):
    """Take so many pieces of one SKU from one bin into one slot."""

    __tablename__ = "pick_task"
    __table_args__ = (
        sa.CheckConstraint("wanted > 0", name="wanted_positive"),
        sa.CheckConstraint("picked >= 0 AND picked <= wanted", name="picked_wanted"),
        one_of("state", TaskState),
        sa.Index(
            "ix_pick_task_open",
            "wave_id",
            "skips",
            "sequence",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index("ix_pick_task_wave_id_sequence", "wave_id", "sequence"),
        sa.Index("ix_pick_task_slot_id", "slot_id"),
    )

    id: Mapped[Id]
    wave_id: Mapped[Ref] = mapped_column(sa.ForeignKey("wave.id"))
    slot_id: Mapped[Ref] = mapped_column(sa.ForeignKey("wave_slot.id"))
    consignment_line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("consignment_line.id"))
    allocation_id: Mapped[Ref] = mapped_column(sa.ForeignKey("allocation.id"))
    bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"))
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    wanted: Mapped[Pieces]
    picked: Mapped[Pieces] = mapped_column(default=0)
    sequence: Mapped[int]
    skips: Mapped[int] = mapped_column(default=0)
    state: Mapped[TaskState] = mapped_column(Word(TaskState), default=TaskState.OPEN)
    bin_confirmed_at: Mapped[Instant | None]
