"""Orders and consignments as the desk lists them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.carriers.models import Carrier
from warehouse.catalog.models import Sku
from warehouse.orders.models import (
    ENDED,
    Consignment,
    ConsignmentLine,
    ConsignmentState,
    Hold,
    HoldKind,
    LineState,
    Order,
    OrderLine,
    OrderState,
    Shop,
    SkuMapping,
)
from warehouse.orders.not_shipped import has_not_shipped
from warehouse.orders.rules import BEFORE_RELEASE

NEVER = datetime(9999, 1, 1, tzinfo=UTC)  # where an order without a promise stands: last,
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # and so too where the latest promise stands first


class Stage(StrEnum):
    """The heaps orders lie in, as the desk speaks of them."""

    TO_AUDIT = "to_audit"
    HELD = "held"
    CLEAN = "clean"
    READY = "ready"
    IN_WORK = "in_work"
    LATE = "late"
    DISPATCHED = "dispatched"
    NOT_SHIPPED = "not_shipped"  # dispatched, but for a line
    CANCELLED = "cancelled"
    ALL = "all"


_consignment_state = (
    sa.select(Consignment.state)
    .where(Consignment.id == Order.consignment_id)
    .correlate(Order)
    .scalar_subquery()
)
_is_ready = sa.and_(
    Order.state == OrderState.RELEASED, _consignment_state == ConsignmentState.READY
)
ENDED_ORDERS = (OrderState.DISPATCHED, OrderState.CANCELLED, OrderState.CLOSED)


# Said by what they are in: a few of them are found at once among millions that have ended.
IS_OPEN = Order.state.in_(tuple(state for state in OrderState if state not in ENDED_ORDERS))


def in_stage(stage: Stage, at: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that an order lies in this heap at this instant."""
    if stage is Stage.LATE:
        return sa.and_(Order.promise_at < at, IS_OPEN)
    return _LIES_IN[stage]


_LIES_IN: Mapping[Stage, sa.ColumnElement[bool]] = {
    Stage.TO_AUDIT: Order.state == OrderState.RECEIVED,
    Stage.HELD: Order.state == OrderState.HELD,
    Stage.CLEAN: Order.state == OrderState.CLEAN,
    Stage.READY: _is_ready,
    Stage.IN_WORK: sa.and_(
        Order.state == OrderState.RELEASED, _consignment_state != ConsignmentState.READY
    ),
    Stage.DISPATCHED: Order.state == OrderState.DISPATCHED,
    Stage.NOT_SHIPPED: has_not_shipped(),
    Stage.CANCELLED: Order.state.in_((OrderState.CANCELLED, OrderState.CLOSED)),
    Stage.ALL: sa.true(),
}


def order_list() -> sa.Select[*tuple[Any, ...]]:
    """Return the orders with shop, courier, pieces and what holds them, to be filtered."""
    pieces = (
        sa.select(sa.func.coalesce(sa.func.sum(OrderLine.pieces), 0))
        .where(OrderLine.order_id == Order.id, OrderLine.state == LineState.OPEN)
        .scalar_subquery()
    )
    return (
        sa.select(
            Order.id,
            Order.order_no,
            Order.state,
            Order.is_urgent,
            Order.buyer,
            Order.receiver_province,
            Order.receiver_city,
            Order.receiver_key,
            Order.carrier_wish,
            Order.payment_fen,
            Order.created_at,
            Order.paid_at,
            Order.promise_at,
            Order.consignment_id,
            Consignment.state.label("consignment_state"),
            Shop.name.label("shop"),
            Carrier.name.label("carrier"),
            pieces.label("pieces"),
        )
        .join(Shop, Shop.id == Order.shop_id)
        .outerjoin(Carrier, Carrier.id == Order.carrier_id)
        .outerjoin(Consignment, Consignment.id == Order.consignment_id)
    )


def _promise(column: Any, unknown: datetime) -> sa.ColumnElement[datetime]:
    return sa.func.coalesce(column, sa.bindparam(None, unknown, column.type))


ORDER_SORTS: dict[str, Any] = {
    "age": sa.func.coalesce(Order.paid_at, Order.created_at),
    "promise": _promise(Order.promise_at, NEVER),
    "-promise": _promise(Order.promise_at, LONG_AGO),
    "came": Order.id,
    "no": Order.order_no,
    "buyer": Order.buyer,
    "amount": Order.payment_fen,
}


def has_open_hold(kind: HoldKind | None = None) -> sa.ColumnElement[bool]:
    """Return the condition that an order is held, for this reason if one is named."""
    query = sa.select(Hold.id).where(Hold.order_id == Order.id, Hold.released_at.is_(None))
    return (query.where(Hold.kind == kind) if kind else query).exists()


def stage_counts(
    session: Session, at: datetime, *where: sa.ColumnElement[bool]
) -> dict[Stage, int]:
    """Return how many orders lie in each heap, of those that meet the conditions."""
    if where:
        return _counted_in_one_pass(session, at, where)
    # Of all orders those that have ended, and they are most, are counted by an index alone.
    by_state = sa.select(Order.state, sa.func.count()).group_by(Order.state)
    states = {state: int(count) for state, count in session.execute(by_state)}
    found = {
        stage: session.scalar(
            sa.select(sa.func.count()).select_from(Order).where(in_stage(stage, at))
        )
        or 0
        for stage in (Stage.READY, Stage.IN_WORK, Stage.LATE, Stage.NOT_SHIPPED)
    }
    return {
        **found,
        Stage.TO_AUDIT: states.get(OrderState.RECEIVED, 0),
        Stage.HELD: states.get(OrderState.HELD, 0),
        Stage.CLEAN: states.get(OrderState.CLEAN, 0),
        Stage.DISPATCHED: states.get(OrderState.DISPATCHED, 0),
        Stage.CANCELLED: states.get(OrderState.CANCELLED, 0) + states.get(OrderState.CLOSED, 0),
        Stage.ALL: sum(states.values()),
    }


def _counted_in_one_pass(
    session: Session, at: datetime, where: Iterable[sa.ColumnElement[bool]]
) -> dict[Stage, int]:
    sums = [
        sa.func.coalesce(sa.func.sum(sa.case((in_stage(stage, at), 1), else_=0)), 0)
        for stage in Stage
    ]
    row = session.execute(sa.select(*sums).select_from(Order).where(*where)).one()
    return {stage: int(count) for stage, count in zip(Stage, row, strict=True)}


def open_holds(session: Session, order_ids: Iterable[int]) -> dict[int, list[Hold]]:
    """Return order id → its open holds, oldest first; orders without any are left out."""
    found: dict[int, list[Hold]] = {}
    for hold in session.scalars(
        sa.select(Hold)
        .where(Hold.order_id.in_(list(order_ids)), Hold.released_at.is_(None))
        .order_by(Hold.id)
    ):
        found.setdefault(hold.order_id, []).append(hold)
    return found


def merge_candidates(session: Session, order: Order) -> list[Order]:
    """Return the other orders of the same receiver that nobody has begun, oldest first."""
    if not order.receiver_key:
        return []
    return list(
        session.scalars(
            sa.select(Order)
            .where(
                Order.receiver_key == order.receiver_key,
                Order.id != order.id,
                sa.or_(Order.state.in_(BEFORE_RELEASE), _is_ready),
            )
            .order_by(Order.id)
        ).unique()
    )


def consignment_list() -> sa.Select[*tuple[Any, ...]]:
    """Return the consignments with courier, orders and pieces, to be filtered."""

    def summed(column: Any) -> sa.ScalarSelect[Any]:
        """Of one consignment: summed for all of them, a page would read every line ever sent."""
        of_it = ConsignmentLine.consignment_id == Consignment.id
        return sa.select(sa.func.sum(column)).where(of_it).scalar_subquery()

    held = (
        sa.select(Hold.id)
        .join(Order, Order.id == Hold.order_id)
        .where(Order.consignment_id == Consignment.id, Hold.released_at.is_(None))
        .exists()
    )
    return sa.select(
        Consignment.id,
        Consignment.state,
        Consignment.is_urgent,
        Consignment.promise_at,
        Consignment.created_at,
        Carrier.name.label("carrier"),
        summed(ConsignmentLine.pieces).label("pieces"),
        summed(ConsignmentLine.picked).label("picked"),
        summed(ConsignmentLine.packed).label("packed"),
        held.label("is_held"),
    ).outerjoin(Carrier, Carrier.id == Consignment.carrier_id)


CONSIGNMENT_SORTS: dict[str, Any] = {
    "no": Consignment.id,
    "promise": _promise(Consignment.promise_at, NEVER),
    "-promise": _promise(Consignment.promise_at, LONG_AGO),
    "age": Consignment.created_at,
}


def order_numbers(session: Session, consignment_ids: Iterable[int]) -> dict[int, list[Any]]:
    """Return consignment id → (id, order_no) of its orders, by id."""
    found: dict[int, list[Any]] = {}
    for row in session.execute(
        sa.select(Order.id, Order.order_no, Order.consignment_id)
        .where(Order.consignment_id.in_(list(consignment_ids)))
        .order_by(Order.id)
    ):
        found.setdefault(row.consignment_id, []).append(row)
    return found


@dataclass(frozen=True, kw_only=True)
class GoodsLine:
    """One line of a consignment with its goods and how far each step has come."""

    sku_id: int
    code: str
    name: str
    properties: str
    order_id: int
    order_no: str
    pieces: int
    picked: int
    checked: int
    packed: int
    dispatched: int


def goods_lines(session: Session, consignment_id: int) -> list[GoodsLine]:
    """Return a consignment's lines in the order they were made."""
    rows = session.execute(
        sa.select(
            Sku.id.label("sku_id"),
            Sku.code,
            Sku.name,
            Sku.properties,
            OrderLine.order_id,
            Order.order_no,
            ConsignmentLine.pieces,
            ConsignmentLine.picked,
            ConsignmentLine.checked,
            ConsignmentLine.packed,
            ConsignmentLine.dispatched,
        )
        .join(Sku, Sku.id == ConsignmentLine.sku_id)
        .join(OrderLine, OrderLine.id == ConsignmentLine.order_line_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(ConsignmentLine.consignment_id == consignment_id)
        .order_by(ConsignmentLine.id)
    )
    return [GoodsLine(**row._mapping) for row in rows]


def consignment_counts(session: Session) -> dict[ConsignmentState, int]:
    """Return how many consignments are in each state; states without any are left out."""
    rows = session.execute(
        sa.select(Consignment.state, sa.func.count()).group_by(Consignment.state)
    )
    return {state: int(count) for state, count in rows}


def is_over(state: ConsignmentState) -> bool:
    """Tell whether nothing more will be done to a consignment."""
    return state in ENDED


def waiting_lines() -> sa.ScalarSelect[int]:
    """Return a column for a SELECT of mappings: how many orders wait for this one."""
    return (
        sa.select(sa.func.count(sa.distinct(OrderLine.order_id)))
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            Order.shop_id == SkuMapping.shop_id,
            Order.state.in_(BEFORE_RELEASE),
            OrderLine.sku_id.is_(None),
            OrderLine.state == LineState.OPEN,
            OrderLine.seller_code == SkuMapping.seller_code,
            sa.or_(
                SkuMapping.seller_code != "",
                sa.and_(
                    OrderLine.title == SkuMapping.title,
                    OrderLine.properties == SkuMapping.properties,
                ),
            ),
        )
        .scalar_subquery()
    )
