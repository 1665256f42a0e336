"""Parcels as JSON: a row of the list, and one with its content and its waybills."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.api.schemas import (
    Schema,
    component,
    instant,
    listed,
    maybe,
    record,
    text,
    whole,
    word,
)
from warehouse.api.shapes.consignments import number_of, orders_in
from warehouse.api.shapes.paging import iso, keys_of, page
from warehouse.carriers.models import Carrier
from warehouse.catalog.models import CartonType, Sku
from warehouse.dispatch.models import Handover, HandoverParcel, Waybill, WaybillSource, WaybillState
from warehouse.dispatch.queries import unit_of
from warehouse.errors import NotFound
from warehouse.orders.models import Consignment, ConsignmentLine, Order
from warehouse.packing.models import Parcel, ParcelLine, ParcelState
from warehouse.text import say

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
    "sscc": maybe(text("Its number as a logistic unit, given with its first carton label.")),
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


def parcel_id_of(session: Session, number: str) -> int:
    """Return the id of the parcel with this number of its own, or with this SSCC.

    Raises:
        NotFound: there is none.
    """
    unit = unit_of(number)
    its_own = Parcel.sscc == unit if unit else Parcel.number == number
    parcel_id = session.scalar(sa.select(Parcel.id).where(its_own))
    if parcel_id is None:
        raise NotFound(say("parcel"), number)
    return parcel_id


def show_parcel(session: Session, number: str) -> dict[str, Any]:
    """Return a parcel with its content, by its own number, its SSCC or a live waybill's.

    Raises:
        NotFound: there is none.
    """
    unit = unit_of(number)
    its_own = Parcel.sscc == unit if unit else Parcel.number == number
    row = session.execute(_parcels().where(its_own)).first()
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
            Parcel.sscc,
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
        "sscc": row.sscc,
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
