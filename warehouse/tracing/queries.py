"""Lots and known pieces: where they are, how they came, which orders and parcels got them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.db import DayType
from warehouse.inventory.fitness import DaysAfter
from warehouse.inventory.models import (
    Lot,
    LotBalance,
    Move,
    MoveSerial,
    Serial,
)
from warehouse.orders.models import ConsignmentLine, Order, OrderLine
from warehouse.packing.models import Parcel

_inside = (
    sa.select(
        LotBalance.lot_id,
        sa.func.sum(LotBalance.on_hand).label("on_hand"),
        sa.func.sum(LotBalance.reserved).label("reserved"),
        sa.func.sum(sa.case((LotBalance.on_hand != 0, 1), else_=0)).label("bins"),
        sa.func.sum(sa.case((Bin.kind == BinKind.RESERVE, LotBalance.on_hand), else_=0)).label(
            "reserve"
        ),
    )
    .join(Bin, Bin.id == LotBalance.bin_id)
    .where(~LotBalance.is_virtual)
    .group_by(LotBalance.lot_id)
    .subquery()
)
LOT_ON_HAND = sa.func.coalesce(_inside.c.on_hand, 0)
_IN_RESERVE = sa.func.coalesce(_inside.c.reserve, 0)
# Text, so that a lot without a best-before has its place too: behind all others.
_LAST_DAY = sa.func.coalesce(sa.cast(Lot.best_before, sa.String(10)), "9999-12-31")
LOT_SORTS: dict[str, Any] = {
    "best_before": _LAST_DAY,
    "lot": Lot.code,
    "sku": Sku.code,
    "on_hand": LOT_ON_HAND,
    "reserve": _IN_RESERVE,
}
SERIAL_SORTS: dict[str, Any] = {"serial": Serial.code, "sku": Sku.code, "bin": Bin.code}
RECALL_SORTS: dict[str, Any] = {"no": Move.id}


def lot_list() -> sa.Select[*tuple[Any, ...]]:
    """Return the lots with what stands of them in the house, to be filtered."""
    return (
        sa.select(
            Lot.id,
            Lot.code.label("lot"),
            Lot.best_before,
            Lot.blocked_at,
            Lot.blocked_reason,
            Lot.created_at,
            Sku.id.label("sku_id"),
            Sku.code,
            Sku.name,
            Sku.properties,
            Sku.days_before_expiry,
            LOT_ON_HAND.label("on_hand"),
            sa.func.coalesce(_inside.c.reserved, 0).label("reserved"),
            sa.func.coalesce(_inside.c.bins, 0).label("bins"),
            _IN_RESERVE.label("reserve"),
        )
        .join(Sku, Sku.id == Lot.sku_id)
        .outerjoin(_inside, _inside.c.lot_id == Lot.id)
    )


def is_standing() -> sa.ColumnElement[bool]:
    """Return the condition that something of a lot stands in the house."""
    return LOT_ON_HAND > 0


def is_expired(day: date) -> sa.ColumnElement[bool]:
    """Return the condition that a lot's last day is over on the site's `day`."""
    return Lot.best_before < day


def ends_within(day: date, days: int) -> sa.ColumnElement[bool]:
    """Return the condition that a lot is good today and may not be sold so many days from now.

    `Lot` has to be joined to its `Sku`, which may ask for days to be left.
    """
    last = DaysAfter(sa.literal(day + timedelta(days=days), DayType()), Sku.days_before_expiry)
    return sa.and_(Lot.best_before >= day, Lot.best_before <= last)


def lot_counts(session: Session, day: date, days: int) -> dict[str, int]:
    """Return how many lots in the house are expired, end within `days`, or are blocked."""
    counted = {
        "expired": is_expired(day),
        "soon": ends_within(day, days),
        "blocked": Lot.blocked_at.is_not(None),
    }
    row = session.execute(
        sa.select(*(sa.func.count().filter(which).label(name) for name, which in counted.items()))
        .select_from(Lot)
        .join(Sku, Sku.id == Lot.sku_id)
        .join(_inside, _inside.c.lot_id == Lot.id)
        .where(_inside.c.on_hand > 0)
    ).one()
    return {name: int(getattr(row, name)) for name in counted}


def bins_of_lot(session: Session, lot_id: int) -> list[Any]:
    """Return where the lot stands: real bins in walking order, then the outside."""
    return list(
        session.execute(
            sa.select(
                Bin.id,
                Bin.code,
                Bin.kind,
                LotBalance.on_hand,
                LotBalance.reserved,
                LotBalance.is_virtual,
            )
            .join(Bin, Bin.id == LotBalance.bin_id)
            .where(LotBalance.lot_id == lot_id, LotBalance.on_hand != 0)
            .order_by(LotBalance.is_virtual, Bin.walk_order, Bin.code)
        )
    )


def lots_of_sku(session: Session, sku_id: int) -> list[Any]:
    """Return the lots of a SKU that stand in the house, earliest best-before first."""
    query = lot_list().where(Lot.sku_id == sku_id, is_standing()).order_by(_LAST_DAY, Lot.id)
    return list(session.execute(query.limit(200)))


def took_along(serial_id: int) -> sa.ColumnElement[bool]:
    """Return the condition that a move took this piece along."""
    return Move.id.in_(sa.select(MoveSerial.move_id).where(MoveSerial.serial_id == serial_id))


def packed() -> sa.Select[*tuple[Any, ...]]:
    """Return the moves into parcels with goods, order and receiver, to be filtered."""
    return (
        sa.select(
            Move.id,
            Move.at,
            Sku.code.label("sku"),
            Parcel.id.label("parcel_id"),
            Parcel.number.label("parcel"),
            Parcel.state,
            Parcel.dispatched_at,
            Order.id.label("order_id"),
            Order.order_no,
            Order.receiver_name,
            Order.receiver_phone,
            Order.receiver_province,
            Order.receiver_city,
            Order.receiver_district,
            Order.receiver_town,
            Order.receiver_detail,
        )
        .select_from(Move)
        .join(Sku, Sku.id == Move.sku_id)
        .join(Parcel, Parcel.bin_id == Move.to_bin_id)
        .join(ConsignmentLine, ConsignmentLine.id == Move.consignment_line_id)
        .join(OrderLine, OrderLine.id == ConsignmentLine.order_line_id)
        .join(Order, Order.id == OrderLine.order_id)
    )


def serial_list() -> sa.Select[*tuple[Any, ...]]:
    """Return the known pieces with goods, lot and the bin each is in, to be filtered."""
    return (
        sa.select(
            Serial.id,
            Serial.code.label("serial"),
            Sku.id.label("sku_id"),
            Sku.code,
            Sku.name,
            Sku.properties,
            Lot.id.label("lot_id"),
            Lot.code.label("lot"),
            Bin.id.label("bin_id"),
            Bin.code.label("bin"),
            Bin.kind,
        )
        .join(Sku, Sku.id == Serial.sku_id)
        .join(Bin, Bin.id == Serial.bin_id)
        .outerjoin(Lot, Lot.id == Serial.lot_id)
    )
