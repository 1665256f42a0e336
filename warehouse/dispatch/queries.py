"""Parcels at the door: what waits for a courier, what has gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.gs1 import SSCC_DIGITS, check_digit
from warehouse.dispatch.models import HandoverParcel, Waybill, WaybillState
from warehouse.errors import VoidWaybill
from warehouse.orders.models import Consignment, ConsignmentLine, Order, OrderLine
from warehouse.packing.models import Parcel, ParcelLine, ParcelState
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class WaitingParcel:
    """A parcel with a label that no courier has taken yet."""

    parcel_id: int
    parcel_no: str
    waybill_no: str
    state: ParcelState
    consignment_id: int


def left_behind(session: Session, carrier_id: int) -> list[WaitingParcel]:
    """Return the courier's labelled parcels that are still here, oldest first."""
    rows = session.execute(
        sa.select(
            Parcel.id.label("parcel_id"),
            Parcel.number.label("parcel_no"),
            Waybill.number.label("waybill_no"),
            Parcel.state,
            Parcel.consignment_id,
        )
        .join(Waybill, Waybill.parcel_id == Parcel.id)
        .where(
            Waybill.carrier_id == carrier_id,
            Waybill.state == WaybillState.LIVE,
            Parcel.state.in_((ParcelState.LABELLED, ParcelState.MATCHED)),
        )
        .order_by(Parcel.id)
    )
    return [WaitingParcel(**row._mapping) for row in rows]


def handed_over(session: Session, handover_id: int) -> int:
    """Return how many parcels a handover has."""
    return (
        session.scalar(
            sa.select(sa.func.count())
            .select_from(HandoverParcel)
            .where(HandoverParcel.handover_id == handover_id)
        )
        or 0
    )


def parcel_by_code(session: Session, code: str) -> Parcel | None:
    """Return the parcel with this number, SSCC or live waybill, None if there is none."""
    is_its_own = Parcel.number == code
    if unit := unit_of(code):
        is_its_own = Parcel.sscc == unit
    parcel = session.scalars(sa.select(Parcel).where(is_its_own)).first()
    if parcel is not None:
        return parcel
    return session.scalars(
        sa.select(Parcel)
        .join(Waybill, Waybill.parcel_id == Parcel.id)
        .where(Waybill.number == code, Waybill.state == WaybillState.LIVE)
        .limit(1)
    ).first()


def unit_of(code: str) -> str:
    """Return the SSCC a scan says, "" if it is none; scanners without marks send the (00) too."""
    digits = code.removeprefix("00") if len(code) == len("00") + SSCC_DIGITS else code
    sound = len(digits) == SSCC_DIGITS and digits.isascii() and digits.isdigit()
    return digits if sound and digits[-1] == check_digit(digits[:-1]) else ""


def void_waybill(session: Session, code: str) -> VoidWaybill | None:
    """Return the refusal of a label that holds no more, None if the code is none of these."""
    row = session.execute(
        sa.select(Parcel.id, Parcel.number, Parcel.state)
        .join(Waybill, Waybill.parcel_id == Parcel.id)
        .where(Waybill.number == code, Waybill.state == WaybillState.VOID)
        .order_by(Waybill.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    if row.state is not ParcelState.SET_ASIDE:
        return VoidWaybill(
            say(
                "Waybill {waybill} is void: the weight of parcel {parcel} was taken back. Destroy"
                " the label.",
                waybill=code[:40],
                parcel=row.number,
            ),
            parcel_no=row.number,
        )
    return VoidWaybill(
        say(
            "Waybill {waybill} is void: parcel {parcel} of order {orders} was put aside. It stays"
            " here; destroy the label.",
            waybill=code[:40],
            parcel=row.number,
            orders=", ".join(_orders_in(session, row.id)),
        ),
        parcel_no=row.number,
    )


def _orders_in(session: Session, parcel_id: int) -> Sequence[str]:
    """Return the numbers of the orders whose goods are in the parcel."""
    return session.scalars(
        sa.select(Order.order_no)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(ConsignmentLine, ConsignmentLine.order_line_id == OrderLine.id)
        .join(ParcelLine, ParcelLine.consignment_line_id == ConsignmentLine.id)
        .where(ParcelLine.parcel_id == parcel_id)
        .distinct()
        .order_by(Order.order_no)
    ).all()


def carrier_of(session: Session, parcel: Parcel) -> int | None:
    """Return the courier the parcel's consignment goes with."""
    return session.scalar(
        sa.select(Consignment.carrier_id).where(Consignment.id == parcel.consignment_id)
    )


def last_handed_over(session: Session, handover_id: int) -> str:
    """Return the waybill number of the parcel scanned last, "" if there is none yet."""
    number = session.scalar(
        sa.select(Waybill.number)
        .join(HandoverParcel, HandoverParcel.parcel_id == Waybill.parcel_id)
        .where(HandoverParcel.handover_id == handover_id, Waybill.state == WaybillState.LIVE)
        .order_by(HandoverParcel.id.desc())
        .limit(1)
    )
    return number or ""


def consignments_with(number: str) -> sa.Select[int]:
    """Return a SELECT of the consignments with this waybill or parcel number."""
    return sa.select(Parcel.consignment_id).where(Parcel.id.in_(parcels_named(number)))


def parcels_named(number: str) -> sa.CompoundSelect[int]:
    """Return a SELECT of the ids of parcels with this waybill or parcel number, each by its index.

    Asked as one "or" of two tables, all parcels ever sent would be walked through.
    """
    return sa.union_all(
        sa.select(Parcel.id).where(Parcel.number == number),
        sa.select(Waybill.parcel_id).where(Waybill.number == number),
    )
