"""How much stock a SKU is to have, who sells it to us, what is kept for shops, and daily flows."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from warehouse.db import Base, Code, Day, Fen, Id, Instant, Pieces, Ref, Word, one_of


class LevelSource(StrEnum):
    """Where the levels of a SKU come from."""

    TYPED = "typed"
    PROPOSED = "proposed"  # from its sales, taken over by a person
    IMPORTED = "imported"


class Flow(StrEnum):
    """Between the house and what outside pieces went."""

    SOLD = "sold"
    RETURNED = "returned"
    RECEIVED = "received"
    SENT_BACK = "sent_back"
    COUNTED = "counted"
    SCRAPPED = "scrapped"
    KITTED = "kitted"
    OPENED = "opened"


class StockLevel(Base):
    """When a SKU is bought again, and up to how many pieces. None: nobody said."""

    __tablename__ = "stock_level"
    __table_args__ = (
        sa.CheckConstraint("safety >= 0", name="safety_not_negative"),
        sa.CheckConstraint("reorder_at >= safety", name="reorder_covers_safety"),
        sa.CheckConstraint("order_up_to > 0 AND order_up_to >= reorder_at", name="fills_up"),
        one_of("source", LevelSource),
    )

    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"), primary_key=True)
    safety: Mapped[Pieces] = mapped_column(default=0)
    reorder_at: Mapped[Pieces | None]
    order_up_to: Mapped[Pieces | None]
    source: Mapped[LevelSource] = mapped_column(Word(LevelSource))
    changed_at: Mapped[Instant]
    changed_by: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))


_MAIN = sa.text("is_main")


class SupplierSku(Base):
    """What a supplier asks for a SKU, and in which packs; one supplier is the one it is bought of.

    `lead_days` None: as all goods of the supplier.
    """

    __tablename__ = "supplier_sku"
    __table_args__ = (
        sa.CheckConstraint("price_fen >= 0", name="price_not_negative"),
        sa.CheckConstraint("pack_pieces > 0", name="pack_positive"),
        sa.CheckConstraint("least_pieces >= 0", name="least_not_negative"),
        sa.CheckConstraint("lead_days >= 0", name="lead_days_not_negative"),
        sa.Index("ix_supplier_sku_sku_id", "sku_id"),
        sa.Index(
            "uq_supplier_sku_main",
            "sku_id",
            unique=True,
            sqlite_where=_MAIN,
            postgresql_where=_MAIN,
        ),
    )

    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"), primary_key=True)
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"), primary_key=True)
    item_no: Mapped[Code] = mapped_column(default="")  # as the supplier calls it
    price_fen: Mapped[Fen | None]
    pack_pieces: Mapped[Pieces] = mapped_column(default=1)
    least_pieces: Mapped[Pieces] = mapped_column(default=0)
    lead_days: Mapped[int | None]
    is_main: Mapped[bool] = mapped_column(default=False)


_ALL_GOODS = sa.text("sku_id IS NULL")


class ShopShare(Base):
    """What a shop may sell of a SKU, or of all: a part in percent, and pieces kept for it alone.

    `kept` is as many as were kept at `kept_at`; what its orders paid for us since then took is
    kept no more.
    """

    __tablename__ = "shop_share"
    __table_args__ = (
        sa.UniqueConstraint("shop_id", "sku_id"),
        sa.CheckConstraint("percent >= 0 AND percent <= 100", name="percent_of_all"),
        sa.CheckConstraint("kept >= 0", name="kept_not_negative"),
        sa.Index(
            "uq_shop_share_all",
            "shop_id",
            unique=True,
            sqlite_where=_ALL_GOODS,
            postgresql_where=_ALL_GOODS,
        ),
        sa.Index("ix_shop_share_sku_id", "sku_id"),
    )

    id: Mapped[Id]
    shop_id: Mapped[Ref] = mapped_column(sa.ForeignKey("shop.id"))
    sku_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("sku.id"))  # None: all goods
    percent: Mapped[int] = mapped_column(default=100)
    kept: Mapped[Pieces] = mapped_column(default=0)
    kept_at: Mapped[Instant]


class DayFlow(Base):
    """Pieces of a SKU that came into the house (below zero: left it) on one day of the site.

    Added up from the moves as far as `FlowMark` says, so that nobody sums the history.
    """

    __tablename__ = "day_flow"
    __table_args__ = (
        one_of("kind", Flow),
        sa.Index("ix_day_flow_day", "day"),
    )

    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"), primary_key=True)
    day: Mapped[Day] = mapped_column(primary_key=True)
    kind: Mapped[Flow] = mapped_column(Word(Flow), primary_key=True)
    pieces: Mapped[Pieces]


class FlowMark(Base):
    """How far the daily flows are added up: one row.

    Moves up to `done_to` are in them. All moves up to `seen_to` had their number when the database
    was about to give out transaction `seen_xid`; once none before it is open, they are settled.
    """

    __tablename__ = "flow_mark"

    id: Mapped[Id]
    done_to: Mapped[Ref] = mapped_column(default=0)
    seen_to: Mapped[Ref] = mapped_column(default=0)
    seen_xid: Mapped[Ref] = mapped_column(default=0)
