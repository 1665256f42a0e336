"""Consignments as JSON, and the parcels made of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.api.schemas import (
    LARGEST_ID,
    Schema,
    component,
    flag,
    instant,
    listed,
    maybe,
    record,
    text,
    whole,
    word,
)
from warehouse.api.shapes.paging import iso, keys_of, page
from warehouse.carriers.models import Carrier
from warehouse.catalog.models import CartonType, Sku
from warehouse.dispatch.models import Handover, HandoverParcel, Waybill, WaybillSource, WaybillState
from warehouse.errors import NotFound
from warehouse.orders.models import (
    Consignment,
    ConsignmentLine,
    ConsignmentState,
    Hold,
    HoldKind,
    Order,
)
from warehouse.packing.models import Parcel, ParcelLine, ParcelState
from warehouse.text import say
from warehouse.waves.models import Wave, WaveSlot

_NUMBER = re.compile(r"[Cc]?([0-9]{1,16})")

CONSIGNMENT: Schema = record(
    {
        "number": text(),
        "state": word(ConsignmentState),
        "carrier": maybe(text("The courier's code.")),
        "is_urgent": flag(),
        "promise_at": maybe(instant()),
        "created_at": instant(),
        "orders": listed(text(), "The shops' order numbers."),
        "stopped_by": listed(word(HoldKind), "What stops it; empty: it may go on."),
        "wave": maybe(text("The wave it is, or was last, picked in.")),
        "pieces": whole(),
        "picked": whole(),
        "packed": whole(),
    },
    "What goes to one address.",
)
WAYBILL: Schema = record(
    {
        "number": text(),
        "carrier": text(),
        "state": word(WaybillState),
        "source": word(WaybillSource),
        "assigned_at": instant(),
        "voided_at": maybe(instant()),
    },
    "A courier's number on a parcel; a voided one never comes back.",
)
_PARCEL: dict[str, Schema] = {
    "number": text(),
    "state": word(ParcelState),
    "sequence": whole("First, second … of its consignment."),
    "carton": text("The carton type's code."),
    "expected_g": maybe(whole("Null: something in it was never weighed.")),
    "gross_g": maybe(whole("What the scale said.")),
    "sealed_at": maybe(instant()),
    "dispatched_at": maybe(instant()),
    "waybill": maybe(text("The live number.")),
    "handover": maybe(text("The handover it left with.")),
}
PARCEL_OF_ORDER: Schema = record(_PARCEL, "A parcel of an order.")
PARCEL_ROW: Schema = record(
    {**_PARCEL, "consignment": text(), "carrier": maybe(text())}, "A parcel in a list."
)
PARCEL: Schema = record(
    {
        **_PARCEL,
        "consignment": text(),
        "carrier": maybe(text()),
        "orders": listed(text()),
        "lines": listed(component("ParcelLine")),
        "waybills": listed(component("Waybill"), "All it ever had, oldest first."),
    },
    "A parcel with its content.",
)
PARCEL_LINE: Schema = record(
    {"sku": text(), "name": text(), "properties": text(), "pieces": whole()}, "Goods in a parcel."
)


def number_of(consignment_id: int | None) -> str | None:
    """Return the number people read, None for none."""
    return None if consignment_id is None else f"C{consignment_id:08d}"


def consignment_id_of(number: str) -> int:
    """Return the id a consignment's number stands for, whether it exists or not.

    Raises:
        NotFound: it is no such number.
    """
    match = _NUMBER.fullmatch(number)
    if match is None or not 0 < int(match[1]) <= LARGEST_ID:
        raise NotFound(say("consignment"), number)
    return int(match[1])


def list_consignments(
    session: Session,
    *,
    state: str | None = None,
    carrier: str | None = None,
    after: str | None = None,
    limit: int,
) -> dict[str, Any]:
    """Return one page of consignments, newest first."""
    query = _consignments().order_by(Consignment.id.desc()).limit(limit + 1)
    keys = keys_of(after)
    if keys is not None:
        query = query.where(Consignment.id < keys[0])
    if state is not None:
        query = query.where(Consignment.state == state)
    if carrier is not None:
        query = query.where(Carrier.code == carrier)
    rows = session.execute(query).all()
    ids = [row.id for row in rows]
    orders, stops = orders_in(session, ids), _stops(session, ids)
    return page(
        "consignments", rows, limit, lambda r: _consignment(r, orders[r.id], stops[r.id]), "id"
    )


def show_consignment(session: Session, number: str) -> dict[str, Any]:
    """Return one consignment.

    Raises:
        NotFound: there is none of this number.
    """
    consignment_id = consignment_id_of(number)
    row = session.execute(_consignments().where(Consignment.id == consignment_id)).first()
    if row is None:
        raise NotFound(say("consignment"), number)
    orders, stops = orders_in(session, [row.id]), _stops(session, [row.id])
    return _consignment(row, orders[row.id], stops[row.id])


def _consignments() -> sa.Select[*tuple[Any, ...]]:
    line = ConsignmentLine

    def total(column: sa.orm.InstrumentedAttribute[int]) -> sa.ColumnElement[int]:
        pieces = sa.select(sa.func.coalesce(sa.func.sum(column), 0))
        return pieces.where(line.consignment_id == Consignment.id).scalar_subquery()

    wave = (
        sa.select(Wave.number)
        .join(WaveSlot, WaveSlot.wave_id == Wave.id)
        .where(WaveSlot.consignment_id == Consignment.id)
        .order_by(WaveSlot.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return sa.select(
        Consignment.id,
        Consignment.state,
        Consignment.is_urgent,
        Consignment.promise_at,
        Consignment.created_at,
        Carrier.code.label("carrier"),
        wave.label("wave"),
        total(line.pieces).label("pieces"),
        total(line.picked).label("picked"),
        total(line.packed).label("packed"),
    ).outerjoin(Carrier, Carrier.id == Consignment.carrier_id)


def _consignment(row: Any, orders: list[str], stops: list[str]) -> dict[str, Any]:
    return {
        "number": number_of(row.id),
        "state": row.state.value,
        "carrier": row.carrier,
        "is_urgent": row.is_urgent,
        "promise_at": iso(row.promise_at),
        "created_at": iso(row.created_at),
        "orders": orders,
        "stopped_by": stops,
        "wave": row.wave,
        "pieces": int(row.pieces),
        "picked": int(row.picked),
        "packed": int(row.packed),
    }


def orders_in(session: Session, consignment_ids: Iterable[int]) -> dict[int, list[str]]:
    """Return consignment id → its orders' numbers, by order id; empty where there are none."""
    found: dict[int, list[str]] = defaultdict(list)
    for consignment_id, number in session.execute(
        sa.select(Order.consignment_id, Order.order_no)
        .where(Order.consignment_id.in_(list(consignment_ids)))
        .order_by(Order.id)
    ):
        found[consignment_id or 0].append(number)
    return found


def _stops(session: Session, ids: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for consignment_id, kind in session.execute(
        sa.select(Order.consignment_id, Hold.kind)
        .join(Order, Order.id == Hold.order_id)
        .where(Order.consignment_id.in_(ids), Hold.released_at.is_(None))
        .order_by(Hold.id)
    ):
        if kind.value not in found[consignment_id or 0]:
            found[consignment_id or 0].append(kind.value)
    return found


def parcels_of(session: Session, order: Order) -> list[dict[str, Any]]:
    """Return the parcels with anything of the order in them, those of its consignment included."""
    mine = (
        sa.select(ConsignmentLine.consignment_id)
        .where(ConsignmentLine.order_line_id.in_([line.id for line in order.lines]))
        .distinct()
    )
    query = _parcels().where(Parcel.consignment_id.in_(mine)).order_by(Parcel.id)
    return [_parcel(row) for row in session.execute(query)]


def list_parcels(
    session: Session, *, state: str | None = None, after: str | None = None, limit: int
) -> dict[str, Any]:
    """Return one page of parcels, newest first."""
    query = _parcels().order_by(Parcel.id.desc()).limit(limit + 1)
    keys = keys_of(after)
    if keys is not None:
        query = query.where(Parcel.id < keys[0])
    if state is not None:
        query = query.where(Parcel.state == state)
    return page("parcels", session.execute(query).all(), limit, _parcel_row, "id")


def show_parcel(session: Session, number: str) -> dict[str, Any]:
    """Return a parcel with its content, by its own number or a live waybill's.

    Raises:
        NotFound: there is none.
    """
    row = session.execute(_parcels().where(Parcel.number == number)).first()
    if row is None:
        row = session.execute(_parcels().where(Waybill.number == number).limit(1)).first()
    if row is None:
        raise NotFound(say("parcel"), number)
    lines = session.execute(
        sa.select(Sku.code, Sku.name, Sku.properties, sa.func.sum(ParcelLine.pieces))
        .join(Sku, Sku.id == ParcelLine.sku_id)
        .where(ParcelLine.parcel_id == row.id, ParcelLine.pieces > 0)
        .group_by(Sku.code, Sku.name, Sku.properties)
        .order_by(Sku.code)
    )
    return {
        **_parcel_row(row),
        "orders": orders_in(session, [row.consignment_id])[row.consignment_id],
        "lines": [
            {"sku": code, "name": name, "properties": properties, "pieces": int(pieces)}
            for code, name, properties, pieces in lines
        ],
        "waybills": _waybills(session, row.id),
    }


def _parcels() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Parcel.id,
            Parcel.number,
            Parcel.state,
            Parcel.sequence,
            Parcel.consignment_id,
            CartonType.code.label("carton"),
            Parcel.expected_g,
            Parcel.gross_g,
            Parcel.sealed_at,
            Parcel.dispatched_at,
            Waybill.number.label("waybill"),
            Handover.number.label("handover"),
            Carrier.code.label("carrier"),
        )
        .join(CartonType, CartonType.id == Parcel.carton_type_id)
        .join(Consignment, Consignment.id == Parcel.consignment_id)
        .outerjoin(
            Waybill,
            sa.and_(Waybill.parcel_id == Parcel.id, Waybill.state == WaybillState.LIVE),
        )
        .outerjoin(Carrier, Carrier.id == Consignment.carrier_id)
        .outerjoin(HandoverParcel, HandoverParcel.parcel_id == Parcel.id)
        .outerjoin(Handover, Handover.id == HandoverParcel.handover_id)
    )


def _parcel(row: Any) -> dict[str, Any]:
    return {
        "number": row.number,
        "state": row.state.value,
        "sequence": row.sequence,
        "carton": row.carton,
        "expected_g": row.expected_g,
        "gross_g": row.gross_g,
        "sealed_at": iso(row.sealed_at),
        "dispatched_at": iso(row.dispatched_at),
        "waybill": row.waybill,
        "handover": row.handover,
    }


def _parcel_row(row: Any) -> dict[str, Any]:
    return {**_parcel(row), "consignment": number_of(row.consignment_id), "carrier": row.carrier}


def _waybills(session: Session, parcel_id: int) -> list[dict[str, Any]]:
    rows = session.execute(
        sa.select(Waybill, Carrier.code.label("carrier"))
        .join(Carrier, Carrier.id == Waybill.carrier_id)
        .where(Waybill.parcel_id == parcel_id)
        .order_by(Waybill.id)
    )
    return [
        {
            "number": waybill.number,
            "carrier": carrier,
            "state": waybill.state.value,
            "source": waybill.source.value,
            "assigned_at": iso(waybill.assigned_at),
            "voided_at": iso(waybill.voided_at),
        }
        for waybill, carrier in rows
    ]
