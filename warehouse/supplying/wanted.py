"""What orders want that no bin has promised them yet, and what suppliers still have to bring."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from warehouse.inventory.models import Allocation
from warehouse.orders.models import (
    BEGUN,
    Consignment,
    ConsignmentLine,
    ConsignmentState,
    Hold,
    HoldKind,
    LineState,
    Order,
    OrderLine,
    OrderState,
    ShopState,
)
from warehouse.receiving.accounts import Exchange, ExchangeLine, ExchangeState
from warehouse.receiving.models import (
    PURCHASE_OPEN,
    PurchaseLine,
    PurchaseOrder,
    PurchaseState,
)

PAID = (ShopState.PAID, ShopState.PART_SHIPPED)
BEFORE = (OrderState.RECEIVED, OrderState.HELD)

_gone = (
    sa.select(sa.func.coalesce(sa.func.sum(ConsignmentLine.dispatched), 0))
    .where(ConsignmentLine.order_line_id == OrderLine.id)
    .correlate(OrderLine)
    .scalar_subquery()
)
_in_bins = (
    sa.select(sa.func.coalesce(sa.func.sum(Allocation.open_pieces), 0))
    .where(Allocation.consignment_line_id == ConsignmentLine.id)
    .correlate(ConsignmentLine)
    .scalar_subquery()
)
# Cancelled while it is in work, an order stays as it is until its next scan.
_is_called_off = sa.exists().where(
    Hold.order_id == Order.id, Hold.kind == HoldKind.CANCELLED, Hold.released_at.is_(None)
)


def wanted_pieces() -> sa.Subquery:
    """Return (sku_id, promised, held) of every SKU that open orders want, in pieces.

    `promised`: released consignments in no wave yet, and clean orders. `held`: paid orders that
    are held or not looked at yet, and what orders in work lack: neither picked nor promised in a
    bin, since it was not found. What has left already is taken off.
    """
    released = (
        sa.select(
            ConsignmentLine.sku_id,
            ConsignmentLine.pieces.label("promised"),
            sa.literal(0).label("held"),
        )
        .join(Consignment, Consignment.id == ConsignmentLine.consignment_id)
        .where(Consignment.state == ConsignmentState.READY)
    )
    left = OrderLine.pieces - _gone
    clean = _open_lines(left, sa.literal(0)).where(Order.state == OrderState.CLEAN)
    held = _open_lines(sa.literal(0), left).where(
        Order.state.in_(BEFORE), Order.shop_state.in_(PAID), Order.consignment_id.is_(None)
    )
    every = sa.union_all(released, clean, held, _lacked()).subquery()
    return (
        sa.select(
            every.c.sku_id,
            sa.func.sum(every.c.promised).label("promised"),
            sa.func.sum(every.c.held).label("held"),
        )
        .group_by(every.c.sku_id)
        .subquery()
    )


def _lacked() -> sa.Select[*tuple[Any, ...]]:
    lacked = ConsignmentLine.pieces - ConsignmentLine.picked - _in_bins
    return (
        sa.select(ConsignmentLine.sku_id, sa.literal(0).label("promised"), lacked.label("held"))
        .join(Consignment, Consignment.id == ConsignmentLine.consignment_id)
        .join(OrderLine, OrderLine.id == ConsignmentLine.order_line_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            Consignment.state.in_(BEGUN),
            ConsignmentLine.picked < ConsignmentLine.pieces,
            OrderLine.state == LineState.OPEN,
            Order.state.in_((OrderState.RELEASED, OrderState.HELD)),
            ~_is_called_off,
        )
    )


def owed_pieces() -> sa.Subquery:
    """Return (sku_id, owed) of every SKU with pieces out at suppliers for exchange, not settled."""
    return (
        sa.select(
            ExchangeLine.sku_id,
            sa.func.sum(ExchangeLine.pieces - ExchangeLine.settled).label("owed"),
        )
        .join(Exchange, Exchange.id == ExchangeLine.exchange_id)
        .where(Exchange.state == ExchangeState.OUT)
        .group_by(ExchangeLine.sku_id)
        .subquery()
    )


def coming_pieces() -> sa.Subquery:
    """Return (sku_id, on_the_way, drafted, next_on) of every SKU that is bought but not here yet.

    `next_on` is the first day on which an order on its way is expected, null where nobody said.
    """
    left = PurchaseLine.pieces - PurchaseLine.received
    is_open = PurchaseOrder.state.in_(PURCHASE_OPEN)
    expected = sa.func.coalesce(
        PurchaseLine.expected_on, PurchaseOrder.expected_on, type_=PurchaseLine.expected_on.type
    )
    return (
        sa.select(
            PurchaseLine.sku_id,
            sa.func.sum(sa.case((is_open, left), else_=0)).label("on_the_way"),
            sa.func.sum(sa.case((is_open, 0), else_=left)).label("drafted"),
            sa.func.min(sa.case((is_open, expected)), type_=expected.type).label("next_on"),
        )
        .join(PurchaseOrder, PurchaseOrder.id == PurchaseLine.purchase_order_id)
        .where(PurchaseOrder.state.in_((PurchaseState.DRAFT, *PURCHASE_OPEN)), left > 0)
        .group_by(PurchaseLine.sku_id)
        .subquery()
    )


def _open_lines(promised: Any, held: Any) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(OrderLine.sku_id, promised.label("promised"), held.label("held"))
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            OrderLine.sku_id.is_not(None),
            OrderLine.state == LineState.OPEN,
            ~OrderLine.is_service,
        )
    )
