"""What the scale's screen shows."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.orders.models import Consignment
from warehouse.orders.queries import orders_of, stop_of
from warehouse.packing.models import Parcel, ParcelState
from warehouse.settings import load_settings
from warehouse.weighing.models import Reading
from warehouse.weighing.rules import tolerance_of

WITH_WEIGHT = (ParcelState.WEIGHED, ParcelState.LABELLED, ParcelState.MATCHED)


@dataclass(frozen=True, kw_only=True)
class WeighView:
    """A parcel on the scale."""

    parcel_id: int
    parcel_no: str
    state: ParcelState
    consignment_id: int
    is_stopped: bool
    is_weigh_required: bool
    is_masked: bool  # the platform hides the receiver and prints the label itself
    expected_g: int | None
    tolerance_g: int
    reading_id: int | None
    reading_g: int | None
    is_weighed: bool  # a weight was accepted, and the parcel is still here
    order_numbers: tuple[str, ...]


def weigh_view(session: Session, parcel_id: int) -> WeighView:
    """Return the parcel with what it should weigh and what the scale said last."""
    parcel = session.get_one(Parcel, parcel_id)
    consignment = session.get_one(Consignment, parcel.consignment_id)
    settings = load_settings(session)
    orders = orders_of(session, parcel.consignment_id)
    last = session.execute(
        sa.select(Reading.id, Reading.gross_g)
        .where(Reading.parcel_id == parcel.id)
        .order_by(Reading.id.desc())
        .limit(1)
    ).first()
    return WeighView(
        parcel_id=parcel.id,
        parcel_no=parcel.number,
        state=parcel.state,
        consignment_id=parcel.consignment_id,
        is_stopped=stop_of(session, parcel.consignment_id) is not None,
        is_weigh_required=consignment.is_weigh_required,
        expected_g=parcel.expected_g,
        tolerance_g=tolerance_of(
            parcel.expected_g or 0,
            absolute_g=settings.tolerance_g,
            percent=settings.tolerance_percent,
        ),
        reading_id=last.id if last else None,
        reading_g=last.gross_g if last else None,
        is_weighed=parcel.gross_g is not None and parcel.state in WITH_WEIGHT,
        is_masked=any(o.is_masked for o in orders),
        order_numbers=tuple(o.order_no for o in orders),
    )


def parcels_in(session: Session, *states: ParcelState) -> int:
    """Return how many parcels are in one of the states."""
    return (
        session.scalar(
            sa.select(sa.func.count()).select_from(Parcel).where(Parcel.state.in_(states))
        )
        or 0
    )
