"""Orders as rows of a list."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.api.schemas import Schema, listed, record, text, whole, word
from warehouse.api.shapes.orders import HEAD, head_of
from warehouse.api.shapes.paging import keys_of, page
from warehouse.carriers.models import Carrier
from warehouse.orders.models import Consignment, Hold, HoldKind, Order, OrderLine, Shop
from warehouse.people.models import Trail

ORDER_ROW: Schema = record(
    {
        **HEAD,
        "destination": text("Province, city and district."),
        "open_holds": listed(word(HoldKind)),
        "lines": whole("How many."),
        "pieces": whole("Of all lines together."),
    },
    "An order in a list.",
)


def list_orders(
    session: Session,
    *,
    state: str | None = None,
    shop: str | None = None,
    hold: str | None = None,
    updated_after: datetime | None = None,
    after: str | None = None,
    limit: int,
) -> dict[str, Any]:
    """Return one page of orders, newest first."""
    consignment = sa.orm.aliased(Consignment)
    query = (
        sa.select(Order, Shop.code.label("shop_code"), Carrier.code.label("carrier_code"))
        .options(sa.orm.lazyload("*"))
        .join(Shop, Shop.id == Order.shop_id)
        .outerjoin(consignment, consignment.id == Order.consignment_id)
        .outerjoin(Carrier, Carrier.id == Order.carrier_id)
        .order_by(Order.id.desc())
        .limit(limit + 1)
        .add_columns(Order.id.label("id"))
    )
    keys = keys_of(after)
    if keys is not None:
        query = query.where(Order.id < keys[0])
    if state is not None:
        query = query.where(Order.state == state)
    if shop is not None:
        query = query.where(Shop.code == shop)
    if hold is not None:
        held = sa.select(Hold.order_id).where(Hold.kind == hold, Hold.released_at.is_(None))
        query = query.where(Order.id.in_(held))
    if updated_after is not None:
        touched = sa.select(Trail.subject_id).where(
            Trail.subject_kind == "order", Trail.at >= updated_after
        )
        query = query.where(sa.or_(Order.received_at >= updated_after, Order.id.in_(touched)))
    rows = session.execute(query).all()
    ids = [row.id for row in rows]
    holds, sizes = _open_holds(session, ids), _sizes(session, ids)
    return page("orders", rows, limit, lambda row: _row(row, holds, sizes), "id")


def _row(row: Any, holds: dict[int, list[str]], sizes: dict[int, tuple[int, int]]) -> Any:
    order: Order = row.Order
    lines, pieces = sizes.get(order.id, (0, 0))
    place = (order.receiver_province, order.receiver_city, order.receiver_district)
    return {
        **head_of(order, row.shop_code, row.carrier_code),
        "destination": " ".join(part for part in place if part),
        "open_holds": holds[order.id],
        "lines": lines,
        "pieces": pieces,
    }


def _open_holds(session: Session, ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for order_id, kind in session.execute(
        sa.select(Hold.order_id, Hold.kind)
        .where(Hold.order_id.in_(ids), Hold.released_at.is_(None))
        .order_by(Hold.id)
    ):
        found[order_id].append(kind.value)
    return found


def _sizes(session: Session, ids: list[int]) -> dict[int, tuple[int, int]]:
    rows = session.execute(
        sa.select(OrderLine.order_id, sa.func.count(), sa.func.sum(OrderLine.pieces))
        .where(OrderLine.order_id.in_(ids))
        .group_by(OrderLine.order_id)
    )
    return {order_id: (lines, int(pieces)) for order_id, lines, pieces in rows}
