"""Reading orders and consignments for the other slices."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import CommandRow
from warehouse.db import table_of
from warehouse.errors import OrderStopped
from warehouse.orders.import_models import ImportRun
from warehouse.orders.models import (
    Consignment,
    ConsignmentLine,
    ConsignmentState,
    Hold,
    HoldKind,
    Order,
    Shop,
)
from warehouse.orders.rules import BY_HAND, MENDED_BY_GOODS
from warehouse.text import Text, say

_order = table_of(Order)
_hold = table_of(Hold)
_line = table_of(ConsignmentLine)

HOLD_WORDS: dict[HoldKind, Text] = {
    HoldKind.UNPAID: say("not paid"),
    HoldKind.UNKNOWN_STATUS: say("unknown status at the shop"),
    HoldKind.REFUND: say("refund asked"),
    HoldKind.CLOSED_LINE: say("a line was refunded or closed"),
    HoldKind.CANCELLED: say("cancelled"),
    HoldKind.MASKED_RECEIVER: say("masked receiver"),
    HoldKind.INCOMPLETE_ADDRESS: say("incomplete address"),
    HoldKind.ADDRESS_CHANGED: say("address changed"),
    HoldKind.UNKNOWN_SKU: say("unknown SKU"),
    HoldKind.NO_LINES: say("nothing to ship"),
    HoldKind.REMARK: say("remark to read"),
    HoldKind.STOCK_SHORT: say("stock short"),
    HoldKind.LOT_UNFIT: say("lot past its day or blocked"),
    HoldKind.MERGE_CANDIDATE: say("could be merged"),
    HoldKind.CHECK_MISMATCH: say("check found a mismatch"),
    HoldKind.MANUAL: say("held by hand"),
}

CONSIGNMENT_WORDS: dict[ConsignmentState, Text] = {
    ConsignmentState.READY: say("waits for a wave"),
    ConsignmentState.WAVED: say("in a wave"),
    ConsignmentState.PICKING: say("picking"),
    ConsignmentState.PICKED: say("picked"),
    ConsignmentState.CHECKING: say("checking"),
    ConsignmentState.CHECKED: say("checked"),
    ConsignmentState.PACKING: say("packing"),
    ConsignmentState.PACKED: say("packed"),
    ConsignmentState.DISPATCHED: say("dispatched"),
    ConsignmentState.SET_ASIDE: say("set aside"),
    ConsignmentState.DISSOLVED: say("taken apart"),
}


@dataclass(frozen=True, kw_only=True)
class Stop:
    """Why a consignment in work goes no further."""

    order_id: int
    order_no: str
    kind: HoldKind
    note: str


def stop_column(consignment_id: sa.ColumnElement[int]) -> sa.ScalarSelect[int]:
    """Return a column for a step's SELECT: the id of a hold that stops the consignment, or NULL."""
    return (
        sa.select(_hold.c.id)
        .join(_order, _order.c.id == _hold.c.order_id)
        .where(_order.c.consignment_id == consignment_id, _hold.c.released_at.is_(None))
        .order_by(_hold.c.id)
        .limit(1)
        .scalar_subquery()
    )


def wants_no_goods(consignment_id: Any) -> sa.ColumnElement[bool]:
    """Return the condition that a consignment is held for a reason that no goods mend.

    Whoever holds an order by hand says that it goes no further, whatever comes in.
    """
    mended = sa.and_(_hold.c.kind.in_(MENDED_BY_GOODS), _hold.c.about != BY_HAND)
    return sa.exists(
        sa.select(_hold.c.id)
        .join(_order, _order.c.id == _hold.c.order_id)
        .where(_order.c.consignment_id == consignment_id, _hold.c.released_at.is_(None), ~mended)
    )


def stop_of(session: Session, consignment_id: int) -> Stop | None:
    """Return what stops the consignment, None if it may go on."""
    row = session.execute(
        sa.select(_order.c.id, _order.c.order_no, _hold.c.kind, _hold.c.note)
        .join(_hold, _hold.c.order_id == _order.c.id)
        .where(_order.c.consignment_id == consignment_id, _hold.c.released_at.is_(None))
        .order_by(_hold.c.id)
        .limit(1)
    ).first()
    if row is None:
        return None
    return Stop(order_id=row.id, order_no=row.order_no, kind=HoldKind(row.kind), note=row.note)


def stopped(session: Session, consignment_id: int) -> OrderStopped:
    """Return the refusal that sends the worker to put the goods of the consignment down."""
    stop = stop_of(session, consignment_id)
    kind = HOLD_WORDS[stop.kind] if stop else say("held by hand")
    number = stop.order_no if stop else ""
    return OrderStopped(
        say("Order {number}: {kind}. Put the goods aside.", number=number, kind=kind),
        consignment_id=consignment_id,
        order_no=number,
        kind=stop.kind if stop else HoldKind.MANUAL,
    )


def require_not_stopped(session: Session, consignment_id: int) -> None:
    """Refuse if an open hold stops the consignment.

    Raises:
        OrderStopped: with the consignment whose goods have to be put aside.
    """
    if stop_of(session, consignment_id) is not None:
        raise stopped(session, consignment_id)


def dispatched_of(session: Session, order_line_ids: Iterable[int]) -> dict[int, int]:
    """Return order line id → pieces that have left the house in parcels; none are left out."""
    rows = session.execute(
        sa.select(_line.c.order_line_id, sa.func.sum(_line.c.dispatched))
        .where(_line.c.order_line_id.in_(list(order_line_ids)), _line.c.dispatched > 0)
        .group_by(_line.c.order_line_id)
    )
    return {line_id: int(pieces) for line_id, pieces in rows}


def orders_of(session: Session, consignment_id: int) -> list[Order]:
    """Return the orders in a consignment, by id."""
    return list(
        session.scalars(
            sa.select(Order).where(Order.consignment_id == consignment_id).order_by(Order.id)
        )
    )


def lock_orders(session: Session, consignment_id: int) -> None:
    """Let nobody hold or change the consignment's orders until this transaction ends.

    For the last station: a refund that comes in now waits, and finds the order gone.
    """
    session.execute(
        sa.select(_order.c.id)
        .where(_order.c.consignment_id == consignment_id)
        .order_by(_order.c.id)
        .with_for_update()
    )


def consignment_by_id(session: Session, consignment_id: int, *, lock: bool = False) -> Consignment:
    """Return the consignment, fresh from the database, locked if asked."""
    query = sa.select(Consignment).where(Consignment.id == consignment_id)
    if lock:
        query = query.with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def lock_consignments(session: Session, consignment_ids: Collection[int]) -> None:
    """Hold the consignments, in the order in which everybody does who needs more than one."""
    if consignment_ids:
        session.execute(
            sa.select(Consignment.id)
            .where(Consignment.id.in_(consignment_ids))
            .order_by(Consignment.id)
            .with_for_update()
        ).all()


def import_of(session: Session, order: Order) -> ImportRun | None:
    """Return the import that brought the order in, None where none did.

    The order keeps the instant of the chunk that inserted it; the log of commands keeps the chunk.
    """
    answer = session.scalar(
        sa.select(CommandRow.outcome)
        .where(CommandRow.at == order.received_at, CommandRow.name == "ImportChunk")
        .limit(1)
    )
    return session.get(ImportRun, answer["subject_id"]) if answer else None


def shop_choices(session: Session) -> list[tuple[str, str]]:
    """Return (code, name) of every shop, by name, for a list to choose from."""
    rows = session.execute(sa.select(Shop.code, Shop.name).order_by(Shop.name))
    return [(code, name) for code, name in rows]
