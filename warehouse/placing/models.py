"""Why goods were moved where it was asked."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.db import Base, Word, one_of, text_of


class Why(StrEnum):
    """Why somebody did with stock what no plan asked for."""

    BIN_FULL = "bin_full"
    NOT_REACHABLE = "not_reachable"
    TOO_LARGE = "too_large"
    BETTER_PLACE = "better_place"
    FOUND = "found"
    LOST = "lost"
    MISCOUNTED = "miscounted"
    MIXED_UP = "mixed_up"
    SAMPLE = "sample"
    OWN_USE = "own_use"
    DAMAGED = "damaged"
    STAINED = "stained"
    EXPIRED = "expired"
    RECALLED = "recalled"
    UNSELLABLE = "unsellable"
    IN_DOUBT = "in_doubt"
    IN_ORDER = "in_order"
    MENDED = "mended"
    WRONG_LOT = "wrong_lot"  # of a known piece: it changes its lot
    OTHER = "other"


class MoveNote(Base):
    """Why the moves of one command were made, where a reason was asked. Never changed."""

    __tablename__ = "move_note"
    __table_args__ = (one_of("why", Why),)

    command_id: Mapped[str] = mapped_column(
        text_of(64), sa.ForeignKey("command.id"), primary_key=True
    )
    why: Mapped[Why] = mapped_column(Word(Why))
    note: Mapped[str] = mapped_column(text_of(200), default="")
