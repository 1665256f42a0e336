"""What somebody has in hand between two bins."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.db import Base, Id, Instant, Json, Pieces, Ref, Word, one_of, text_of


class HandlingKind(StrEnum):
    """What is being done with goods in hand."""

    PUT_AWAY = "put_away"  # out of the dock or the set-aside place, where advice is given
    MOVE = "move"
    WHOLE_BIN = "whole_bin"


class HandlingState(StrEnum):
    """How far it is. Placed goods may be taken back once; then it is open again."""

    OPEN = "open"
    PLACED = "placed"
    PUT_BACK = "put_back"  # never left the bin they were taken from


class Handling(Base):
    """Goods one person took up at a tablet and has not put down yet: one at a time for each.

    Nothing is booked before the target is scanned, so the pieces still stand where they were.
    `sku_id` is None where the whole bin is moved; `content` is then what stood there when it was
    taken up: SKU, lot, pieces, serial numbers.
    """

    __tablename__ = "handling"
    __table_args__ = (
        one_of("kind", HandlingKind),
        one_of("state", HandlingState),
        sa.CheckConstraint("pieces >= 0", name="pieces_not_negative"),
        sa.Index(
            "uq_handling_person_id_open",
            "person_id",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index("ix_handling_person_id_id", "person_id", "id"),
    )

    id: Mapped[Id]
    kind: Mapped[HandlingKind] = mapped_column(Word(HandlingKind))
    state: Mapped[HandlingState] = mapped_column(Word(HandlingState), default=HandlingState.OPEN)
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    from_bin_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bin.id"))
    sku_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("sku.id"))
    lot_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("lot.id"))
    pieces: Mapped[Pieces] = mapped_column(default=0)
    serials: Mapped[Json] = mapped_column(default=list)  # the codes scanned, in their order
    advised_bin_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("bin.id"))
    advised_pieces: Mapped[Pieces] = mapped_column(default=0)  # fewer than in hand: it is in parts
    other_bin_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("bin.id"))  # waits for a reason
    opened_at: Mapped[Instant]
    placed_by: Mapped[str | None] = mapped_column(text_of(64), sa.ForeignKey("command.id"))
    changed_at: Mapped[Instant | None]  # when its pieces last changed, if they did
    content: Mapped[Json | None]
