"""Lines that stayed here though their order is dispatched: somebody may still wait for them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.db import table_of
from warehouse.orders.models import (
    ConsignmentLine,
    Hold,
    HoldKind,
    LineState,
    Order,
    OrderLine,
    OrderState,
)

_order, _line, _hold = table_of(Order), table_of(OrderLine), table_of(Hold)
_consignment_line = table_of(ConsignmentLine)

_sent = (
    sa.select(sa.func.coalesce(sa.func.sum(_consignment_line.c.dispatched), 0))
    .where(_consignment_line.c.order_line_id == _line.c.id)
    .scalar_subquery()
)
# What the shop has closed or we took out is settled; a refund only asked for, or withdrawn, not.
_is_owed = sa.and_(
    _line.c.state.in_((LineState.OPEN, LineState.REFUND_ASKED)),
    _line.c.is_service == sa.false(),
    _line.c.pieces > _sent,
)
# Only a refund that was let pass leaves a line behind; so few holds are found at once.
_let_pass = sa.select(_hold.c.order_id).where(
    _hold.c.kind == HoldKind.REFUND, _hold.c.is_override == sa.true()
)


def not_shipped_of(session: Session, order_id: int) -> dict[int, int]:
    """Return order line id → pieces that stayed here when the order was dispatched.

    Lines without any are left out; so is all of an order that has not gone.
    """
    rows = session.execute(
        sa.select(_line.c.id, _line.c.pieces - _sent)
        .join(_order, _order.c.id == _line.c.order_id)
        .where(_order.c.id == order_id, _order.c.state == OrderState.DISPATCHED, _is_owed)
    )
    return {line_id: int(pieces) for line_id, pieces in rows}


def has_not_shipped() -> sa.ColumnElement[bool]:
    """Return the condition that part of a dispatched order stayed here."""
    owed = sa.select(_line.c.id).where(_line.c.order_id == Order.id, _is_owed)
    return sa.and_(Order.state == OrderState.DISPATCHED, Order.id.in_(_let_pass), owed.exists())
