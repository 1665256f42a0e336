"""Parcels and handovers as the desk lists them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.models import PrintJob
from printing.queue.allowed import Act, open_acts
from warehouse.carriers.models import Carrier
from warehouse.catalog.models import Sku
from warehouse.dispatch.commands.label import live_waybill, newest_label
from warehouse.dispatch.models import (
    Handover,
    HandoverParcel,
    Waybill,
    WaybillState,
)
from warehouse.orders.models import Consignment
from warehouse.orders.queries import stop_of
from warehouse.packing.models import Parcel, ParcelLine, ParcelState
from warehouse.people.models import Person

PARCEL_SORTS: dict[str, Any] = {
    "no": Parcel.id,
    "weight": sa.func.coalesce(Parcel.gross_g, 0),
    "age": Parcel.opened_at,
}
HANDOVER_SORTS: dict[str, Any] = {"no": Handover.id, "age": Handover.opened_at}


def parcel_list() -> sa.Select[*tuple[Any, ...]]:
    """Return the parcels with live waybill, courier and packer, to be filtered."""
    courier_id = sa.func.coalesce(Waybill.carrier_id, Consignment.carrier_id)
    return (
        sa.select(
            Parcel.id,
            Parcel.number,
            Parcel.state,
            Parcel.consignment_id,
            Parcel.expected_g,
            Parcel.gross_g,
            Parcel.opened_at,
            Parcel.dispatched_at,
            Waybill.number.label("waybill_no"),
            Carrier.name.label("carrier"),
            Person.name.label("packer"),
        )
        .join(Consignment, Consignment.id == Parcel.consignment_id)
        .join(Person, Person.id == Parcel.packer_id)
        .outerjoin(
            Waybill,
            sa.and_(Waybill.parcel_id == Parcel.id, Waybill.state == WaybillState.LIVE),
        )
        .outerjoin(Carrier, Carrier.id == courier_id)
    )


def parcel_counts(session: Session) -> dict[ParcelState, int]:
    """Return how many parcels are in each state; states without any are left out."""
    rows = session.execute(sa.select(Parcel.state, sa.func.count()).group_by(Parcel.state))
    return {state: int(count) for state, count in rows}


def content_of(session: Session, parcel_id: int) -> list[Any]:
    """Return what lies in the parcel, by SKU code."""
    return list(
        session.execute(
            sa.select(
                Sku.id.label("sku_id"),
                Sku.code,
                Sku.name,
                Sku.properties,
                Sku.weight_g,
                sa.func.sum(ParcelLine.pieces).label("pieces"),
            )
            .join(Sku, Sku.id == ParcelLine.sku_id)
            .where(ParcelLine.parcel_id == parcel_id, ParcelLine.pieces > 0)
            .group_by(Sku.id, Sku.code, Sku.name, Sku.properties, Sku.weight_g)
            .order_by(Sku.code)
        )
    )


def handover_list() -> sa.Select[*tuple[Any, ...]]:
    """Return the handovers with courier and parcels, to be filtered."""
    parcels = (
        sa.select(sa.func.count())
        .where(HandoverParcel.handover_id == Handover.id)
        .correlate(Handover)
        .scalar_subquery()
    )
    return (
        sa.select(
            Handover.id,
            Handover.number,
            Handover.state,
            Handover.opened_at,
            Handover.closed_at,
            Handover.refused,
            Carrier.name.label("carrier"),
            Person.name.label("opener"),
            parcels.label("parcels"),
        )
        .join(Carrier, Carrier.id == Handover.carrier_id)
        .join(Person, Person.id == Handover.opened_by)
    )


def parcels_of(session: Session, handover_id: int) -> list[Any]:
    """Return a handover's parcels in the order they were scanned, the last first."""
    return list(
        session.execute(
            sa.select(
                Parcel.id,
                Parcel.number,
                Parcel.gross_g,
                Parcel.consignment_id,
                Waybill.number.label("waybill_no"),
                HandoverParcel.at,
            )
            .join(HandoverParcel, HandoverParcel.parcel_id == Parcel.id)
            .outerjoin(
                Waybill,
                sa.and_(Waybill.parcel_id == Parcel.id, Waybill.state == WaybillState.LIVE),
            )
            .where(HandoverParcel.handover_id == handover_id)
            .order_by(HandoverParcel.id.desc())
        )
    )


def handover_of(session: Session, parcel_id: int) -> Any | None:
    """Return (id, number, at) of the handover the parcel left in, None if it is still here."""
    return session.execute(
        sa.select(Handover.id, Handover.number, HandoverParcel.at)
        .join(HandoverParcel, HandoverParcel.handover_id == Handover.id)
        .where(HandoverParcel.parcel_id == parcel_id)
    ).first()


def is_label_repeatable(session: Session, parcel_id: int) -> bool:
    """Tell whether one more copy of the parcel's label would be printed just now."""
    parcel = session.get(Parcel, parcel_id)
    if parcel is None or parcel.state not in (ParcelState.LABELLED, ParcelState.MATCHED):
        return False
    waybill = live_waybill(session, parcel_id)
    if waybill is None:
        return False
    job_id = newest_label(session, waybill)
    if job_id is None or stop_of(session, parcel.consignment_id):
        return False
    return Act.REPRINT in open_acts(session, session.get_one(PrintJob, job_id))
