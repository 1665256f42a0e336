"""What a kit is made of. Where kits and parts stand is the ledger's."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.db import Base, Pieces, Ref


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
