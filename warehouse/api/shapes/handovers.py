"""Handovers as JSON: a row of the list, and one with its parcels."""

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
from warehouse.api.shapes.paging import iso, keys_of, page
from warehouse.carriers.models import Carrier
from warehouse.dispatch.models import (
    Handover,
    HandoverParcel,
    HandoverState,
    Waybill,
    WaybillState,
)
from warehouse.errors import NotFound
from warehouse.packing.models import Parcel
from warehouse.text import say

_HEAD: dict[str, Schema] = {
    "number": text(),
    "carrier": text("The courier's code."),
    "state": word(HandoverState),
    "opened_at": instant(),
    "closed_at": maybe(instant()),
    "refused": whole("Scans that were refused: parcels of other couriers, stopped ones."),
}
HANDOVER_ROW: Schema = record({**_HEAD, "parcels": whole("How many.")}, "A handover in a list.")
HANDOVER: Schema = record(
    {**_HEAD, "parcels": listed(component("HandedOver"))}, "One courier's visit."
)
HANDED_OVER: Schema = record(
    {"parcel": text(), "waybill": maybe(text()), "gross_g": maybe(whole()), "at": instant()},
    "A parcel in the courier's hands.",
)


def list_handovers(
    session: Session,
    *,
    state: str | None = None,
    carrier: str | None = None,
    after: str | None = None,
    limit: int,
) -> dict[str, Any]:
    """Return one page of handovers, newest first."""
    parcels = (
        sa.select(sa.func.count())
        .where(HandoverParcel.handover_id == Handover.id)
        .scalar_subquery()
    )
    query = (
        _handovers()
        .add_columns(parcels.label("parcels"))
        .order_by(Handover.id.desc())
        .limit(limit + 1)
    )
    keys = keys_of(after)
    if keys is not None:
        query = query.where(Handover.id < keys[0])
    if state is not None:
        query = query.where(Handover.state == state)
    if carrier is not None:
        query = query.where(Carrier.code == carrier)
    rows = session.execute(query).all()
    return page("handovers", rows, limit, lambda r: {**_head(r), "parcels": r.parcels}, "id")


def show_handover(session: Session, number: str) -> dict[str, Any]:
    """Return a handover with its parcels in the order they were scanned.

    Raises:
        NotFound: there is none of this number.
    """
    row = session.execute(_handovers().where(Handover.number == number)).first()
    if row is None:
        raise NotFound(say("handover"), number)
    parcels = session.execute(
        sa.select(
            Parcel.number.label("parcel"),
            Waybill.number.label("waybill"),
            Parcel.gross_g,
            HandoverParcel.at,
        )
        .join(Parcel, Parcel.id == HandoverParcel.parcel_id)
        .outerjoin(
            Waybill,
            sa.and_(Waybill.parcel_id == Parcel.id, Waybill.state == WaybillState.LIVE),
        )
        .where(HandoverParcel.handover_id == row.id)
        .order_by(HandoverParcel.id)
    )
    return {**_head(row), "parcels": [{**p._mapping, "at": iso(p.at)} for p in parcels]}


def _handovers() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        Handover.id,
        Handover.number,
        Carrier.code.label("carrier"),
        Handover.state,
        Handover.opened_at,
        Handover.closed_at,
        Handover.refused,
    ).join(Carrier, Carrier.id == Handover.carrier_id)


def _head(row: Any) -> dict[str, Any]:
    return {
        "number": row.number,
        "carrier": row.carrier,
        "state": row.state.value,
        "opened_at": iso(row.opened_at),
        "closed_at": iso(row.closed_at),
        "refused": row.refused,
    }
