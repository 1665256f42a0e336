"""Orders as the shops sent them, what holds them back, and the consignments made of them."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from warehouse.db import (
    Base,
    Code,
    Fen,
    Id,
    Instant,
    Name,
    Note,
    Pieces,
    Ref,
    Word,
    begins_by,
    one_of,
    text_of,
)


class OrderState(StrEnum):
    """Where an order stands for us; the work itself is the consignment's state."""

    RECEIVED = "received"  # imported, not yet audited
    HELD = "held"
    CLEAN = "clean"  # audited, nothing holds it, waits for release
    RELEASED = "released"
    DISPATCHED = "dispatched"
    CANCELLED = "cancelled"
    CLOSED = "closed"  # ended at the shop without us


class ShopState(StrEnum):
    """What the shop says of an order; UNKNOWN keeps its words in `shop_state_text`."""

    UNPAID = "unpaid"
    PAID = "paid"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    FINISHED = "finished"
    CLOSED = "closed"
    FORBIDDEN = "forbidden"
    UNKNOWN = "unknown"


class LineState(StrEnum):
    """What the shop says of one line."""

    OPEN = "open"
    REFUND_ASKED = "refund_asked"
    REFUNDED = "refunded"
    CLOSED = "closed"
    SHIPPED = "shipped"
    CANCELLED = "cancelled"  # taken out by us


class HoldKind(StrEnum):
    """Why an order does not go on."""

    UNPAID = "unpaid"
    UNKNOWN_STATUS = "unknown_status"
    REFUND = "refund"
    CLOSED_LINE = "closed_line"
    CANCELLED = "cancelled"
    MASKED_RECEIVER = "masked_receiver"
    INCOMPLETE_ADDRESS = "incomplete_address"
    ADDRESS_CHANGED = "address_changed"
    UNKNOWN_SKU = "unknown_sku"
    NO_LINES = "no_lines"
    REMARK = "remark"
    STOCK_SHORT = "stock_short"
    LOT_UNFIT = "lot_unfit"  # goods in a tote or parcel that may not be sold any more
    MERGE_CANDIDATE = "merge_candidate"
    CHECK_MISMATCH = "check_mismatch"
    MANUAL = "manual"


class HoldOwner(StrEnum):
    """Who has to settle a hold."""

    CUSTOMER_SERVICE = "customer_service"
    STOCK = "stock"
    FINANCE = "finance"


class ConsignmentState(StrEnum):
    """How far the work on one consignment is."""

    READY = "ready"
    WAVED = "waved"
    PICKING = "picking"
    PICKED = "picked"
    CHECKING = "checking"
    CHECKED = "checked"
    PACKING = "packing"
    PACKED = "packed"
    DISPATCHED = "dispatched"
    SET_ASIDE = "set_aside"  # stopped on its way, goods put down
    DISSOLVED = "dissolved"  # taken apart before work began


BEGUN = frozenset(
    {
        ConsignmentState.WAVED,
        ConsignmentState.PICKING,
        ConsignmentState.PICKED,
        ConsignmentState.CHECKING,
        ConsignmentState.CHECKED,
        ConsignmentState.PACKING,
        ConsignmentState.PACKED,
    }
)
ENDED = frozenset(
    {ConsignmentState.DISPATCHED, ConsignmentState.SET_ASIDE, ConsignmentState.DISSOLVED}
)


class Shop(Base):
    """One shop on one platform."""

    __tablename__ = "shop"
    __table_args__ = (sa.UniqueConstraint("code"),)

    id: Mapped[Id]
    code: Mapped[Code]
    name: Mapped[Name]
    platform: Mapped[Code]


class Order(Base):
    """One order as the shop knows it, with what the shop last said of it."""

    __tablename__ = "shop_order"
    __table_args__ = (
        sa.UniqueConstraint("shop_id", "order_no"),
        one_of("state", OrderState),
        one_of("shop_state", ShopState),
        sa.Index("ix_shop_order_state_id", "state", "id"),
        sa.Index("ix_shop_order_order_no", "order_no", postgresql_ops=begins_by("order_no")),
        sa.Index("ix_shop_order_receiver_key", "receiver_key"),
        sa.Index("ix_shop_order_consignment_id", "consignment_id"),
        sa.Index("ix_shop_order_buyer", "buyer", postgresql_ops=begins_by("buyer")),
        sa.Index("ix_shop_order_received_at", "received_at"),
        sa.Index("ix_shop_order_dispatched_at", "dispatched_at"),
    )

    id: Mapped[Id]
    shop_id: Mapped[Ref] = mapped_column(sa.ForeignKey("shop.id"))
    order_no: Mapped[Code]
    state: Mapped[OrderState] = mapped_column(Word(OrderState), default=OrderState.RECEIVED)
    shop_state: Mapped[ShopState] = mapped_column(Word(ShopState))
    shop_state_text: Mapped[str] = mapped_column(text_of(100), default="")
    version: Mapped[int] = mapped_column(default=1)  # raised by every change from the shop
    is_urgent: Mapped[bool] = mapped_column(default=False)
    buyer: Mapped[Name] = mapped_column(default="")
    buyer_message: Mapped[Note] = mapped_column(default="")
    seller_memo: Mapped[Note] = mapped_column(default="")
    seller_flag: Mapped[int] = mapped_column(default=0)
    receiver_name: Mapped[Name] = mapped_column(default="")
    receiver_phone: Mapped[Name] = mapped_column(default="")
    receiver_province: Mapped[Name] = mapped_column(default="")
    receiver_city: Mapped[Name] = mapped_column(default="")
    receiver_district: Mapped[Name] = mapped_column(default="")
    receiver_town: Mapped[Name] = mapped_column(default="")
    receiver_detail: Mapped[str] = mapped_column(text_of(500), default="")
    receiver_zip: Mapped[str] = mapped_column(text_of(16), default="")
    receiver_token: Mapped[str] = mapped_column(text_of(500), default="")
    receiver_token_kind: Mapped[str] = mapped_column(text_of(16), default="")
    is_masked: Mapped[bool] = mapped_column(default=False)
    receiver_key: Mapped[str] = mapped_column(text_of(64), default="")  # equal: same receiver
    carrier_wish: Mapped[Name] = mapped_column(default="")
    carrier_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("carrier.id"))
    payment_fen: Mapped[Fen] = mapped_column(default=0)
    postage_fen: Mapped[Fen] = mapped_column(default=0)
    created_at: Mapped[Instant]
    paid_at: Mapped[Instant | None]
    promise_at: Mapped[Instant | None]  # ship before
    received_at: Mapped[Instant]  # first import: the instant of its chunk, by which it is found
    released_at: Mapped[Instant | None]
    dispatched_at: Mapped[Instant | None]
    consignment_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("consignment.id"))

    shop: Mapped[Shop] = relationship(lazy="joined", innerjoin=True)
    lines: Mapped[list[OrderLine]] = relationship(
        back_populates="order", order_by="OrderLine.id", lazy="selectin"
    )
    holds: Mapped[list[Hold]] = relationship(order_by="Hold.id", lazy="selectin")


class OrderLine(Base):
    """One line of an order; the state belongs to the line, not only to the order."""

    __tablename__ = "order_line"
    __table_args__ = (
        sa.UniqueConstraint("order_id", "line_key"),
        sa.CheckConstraint("pieces > 0", name="pieces_positive"),
        one_of("state", LineState),
        sa.Index("ix_order_line_sku_id_id", "sku_id", "id"),
    )

    id: Mapped[Id]
    order_id: Mapped[Ref] = mapped_column(sa.ForeignKey("shop_order.id"))
    line_key: Mapped[Code]  # the platform's line id, or one made of content and position
    title: Mapped[str] = mapped_column(text_of(500), default="")
    properties: Mapped[str] = mapped_column(text_of(500), default="")
    seller_code: Mapped[Code] = mapped_column(default="")
    sku_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("sku.id"))
    pieces: Mapped[Pieces]
    price_fen: Mapped[Fen] = mapped_column(default=0)
    state: Mapped[LineState] = mapped_column(Word(LineState), default=LineState.OPEN)
    is_service: Mapped[bool] = mapped_column(default=False)  # delivered by nobody's hands

    order: Mapped[Order] = relationship(back_populates="lines")


class SkuMapping(Base):
    """What a shop calls a SKU of ours: its code, or title and properties; None: still unknown."""

    __tablename__ = "sku_mapping"
    __table_args__ = (sa.UniqueConstraint("shop_id", "match_key"),)

    id: Mapped[Id]
    shop_id: Mapped[Ref] = mapped_column(sa.ForeignKey("shop.id"))
    match_key: Mapped[str] = mapped_column(text_of(64))  # hash of what the shop writes
    seller_code: Mapped[Code] = mapped_column(default="")
    title: Mapped[str] = mapped_column(text_of(500), default="")
    properties: Mapped[str] = mapped_column(text_of(500), default="")
    sku_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("sku.id"))
    first_seen_at: Mapped[Instant]
    mapped_at: Mapped[Instant | None]
    mapped_by: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))


class Hold(Base):
    """One reason that stops an order, from raising to release."""

    __tablename__ = "order_hold"
    __table_args__ = (
        one_of("kind", HoldKind),
        one_of("owner", HoldOwner),
        sa.Index(
            "uq_order_hold_open",
            "order_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("released_at IS NULL"),
            postgresql_where=sa.text("released_at IS NULL"),
        ),
        sa.Index("ix_order_hold_order_id", "order_id"),
    )

    id: Mapped[Id]
    order_id: Mapped[Ref] = mapped_column(sa.ForeignKey("shop_order.id"))
    kind: Mapped[HoldKind] = mapped_column(Word(HoldKind))
    owner: Mapped[HoldOwner] = mapped_column(Word(HoldOwner))
    about: Mapped[str] = mapped_column(text_of(64), default="")  # hash of the fact it is about
    note: Mapped[str] = mapped_column(text_of(500), default="")
    raised_at: Mapped[Instant]
    raised_by: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    released_at: Mapped[Instant | None]
    released_by: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    release_note: Mapped[str] = mapped_column(text_of(500), default="")
    is_override: Mapped[bool] = mapped_column(default=False)  # a person let it pass, fact or not


class Consignment(Base):
    """What goes to one address: lines of one order, or of several that were merged."""

    __tablename__ = "consignment"
    __table_args__ = (
        one_of("state", ConsignmentState),
        sa.Index("ix_consignment_state_id", "state", "id"),
    )

    id: Mapped[Id]
    state: Mapped[ConsignmentState] = mapped_column(
        Word(ConsignmentState), default=ConsignmentState.READY
    )
    carrier_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("carrier.id"))
    is_urgent: Mapped[bool] = mapped_column(default=False)
    promise_at: Mapped[Instant | None]
    created_at: Mapped[Instant]
    picked_by: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    checked_by: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    # The site's rules as they were when the wave was made.
    is_check_required: Mapped[bool] = mapped_column(default=True)
    is_weigh_required: Mapped[bool] = mapped_column(default=True)
    is_label_match_required: Mapped[bool] = mapped_column(default=True)
    is_four_eyes: Mapped[bool] = mapped_column(default=True)

    lines: Mapped[list[ConsignmentLine]] = relationship(
        order_by="ConsignmentLine.id", lazy="selectin"
    )

    @property
    def number(self) -> str:
        """The number people read: C and eight digits."""
        return f"C{self.id:08d}"


class ConsignmentLine(Base):
    """Pieces of one order line in a consignment, and how far each step has come."""

    __tablename__ = "consignment_line"
    __table_args__ = (
        sa.UniqueConstraint("consignment_id", "order_line_id"),
        sa.CheckConstraint("pieces > 0", name="pieces_positive"),
        sa.CheckConstraint("picked <= pieces", name="picked_wanted"),
        sa.CheckConstraint("checked <= picked", name="checked_picked"),
        sa.CheckConstraint("packed <= picked", name="packed_picked"),
        sa.CheckConstraint("dispatched <= packed", name="dispatched_packed"),
        sa.CheckConstraint(
            "picked >= 0 AND checked >= 0 AND packed >= 0 AND dispatched >= 0",
            name="steps_not_negative",
        ),
        sa.Index("ix_consignment_line_order_line_id", "order_line_id"),
    )

    id: Mapped[Id]
    consignment_id: Mapped[Ref] = mapped_column(sa.ForeignKey("consignment.id"))
    order_line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("order_line.id"))
    sku_id: Mapped[Ref] = mapped_column(sa.ForeignKey("sku.id"))
    pieces: Mapped[Pieces]
    picked: Mapped[Pieces] = mapped_column(default=0)
    checked: Mapped[Pieces] = mapped_column(default=0)
    packed: Mapped[Pieces] = mapped_column(default=0)
    dispatched: Mapped[Pieces] = mapped_column(default=0)
