"""What a kit is made of, and was. Where kits and parts stand is the ledger's."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.db import Base, Id, Instant, Pieces, Ref, text_of


class KitPart(Base):
    """So many pieces of a SKU go into one piece of the kit."""

    __tablename__ = "kit_part"
    __table_args__ = (
        sa.CheckConstraint("pieces > 0", name="pieces_positive"),
        sa.CheckConstraint("kit_id <> sku_id", name="not_itself"),
        sa.Index("ix_kit_part_sku_id", "sku_id"),
    )

    kit_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"), primary_key=True)
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"), primary_key=True)
    pieces: Mapped[Pieces]


class KitVersion(Base):
    """One way a kit was said to be made of; the last one of a kit is what `KitPart` says too."""

    __tablename__ = "kit_version"
    __table_args__ = (sa.UniqueConstraint("kit_id", "number"),)

    id: Mapped[Id]
    kit_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    number: Mapped[int]
    saved_at: Mapped[Instant]


class KitVersionPart(Base):
    """So many pieces of a SKU went into one kit of the version. Never changed."""

    __tablename__ = "kit_version_part"
    __table_args__ = (sa.CheckConstraint("pieces > 0", name="pieces_positive"),)

    version_id: Mapped[Ref] = mapped_column(sa.ForeignKey("kit_version.id"), primary_key=True)
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"), primary_key=True)
    pieces: Mapped[Pieces]


class KitMade(Base):
    """Kits put together by one command, of which version; `left` were not taken apart since.

    Kits that were sold are among `left`: which of them went, nobody scans. It falls to 0 when not
    one of the kit stands in the house any more.
    """

    __tablename__ = "kit_made"
    __table_args__ = (
        sa.CheckConstraint("kits > 0", name="kits_positive"),
        sa.CheckConstraint('"left" >= 0 AND "left" <= kits', name="left_within"),
        sa.Index("ix_kit_made_version_id", "version_id"),
    )

    command_id: Mapped[str] = mapped_column(
        text_of(64), sa.ForeignKey("command.id"), primary_key=True
    )
    version_id: Mapped[Ref] = mapped_column(sa.ForeignKey("kit_version.id"))
    lot_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("lot.id"))
    kits: Mapped[Pieces]
    left: Mapped[Pieces]
