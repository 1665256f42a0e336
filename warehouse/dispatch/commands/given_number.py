"""Waybill numbers on parcels: taken from whoever gives them, put on, taken again."""

from __future__ import annotations

import re
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.carriers.models import Carrier
from warehouse.commands import Command
from warehouse.dispatch.models import Waybill, WaybillSource, WaybillState
from warehouse.errors import UnknownBarcode, WrongWaybill
from warehouse.inventory.refusals import describe, refuse
from warehouse.orders.models import Consignment, ConsignmentLine, Order, OrderLine
from warehouse.orders.queries import orders_of
from warehouse.packing.models import Parcel, ParcelState
from warehouse.text import say

_SOUND = re.compile(r"[A-Z0-9-]{6,32}")


def take_given_number(
    session: Session, command: Command, parcel: Parcel, consignment: Consignment, number: str
) -> Carrier:
    """Put a number that is not from our pools on a parcel; return the courier.

    Raises:
        UnknownBarcode, WrongScan, WrongWaybill: as `attach_waybill`.
    """
    wanted = say("the platform's waybill")
    if not _SOUND.fullmatch(number):
        raise UnknownBarcode(number, wanted=wanted)
    if describe(session, number)[0] is not None:
        raise refuse(session, number, wanted)
    carrier = session.get_one(Carrier, consignment.carrier_id)
    before = _waybill_of_order(session, number, carrier.id, orders_of(session, consignment.id))
    if before is None:
        put_on(session, command, parcel, carrier.id, number, WaybillSource.PLATFORM)
    else:
        _revive(session, command, parcel, before)
    return carrier


def put_on(
    session: Session,
    command: Command,
    parcel: Parcel,
    carrier_id: int,
    number: str,
    source: WaybillSource,
) -> None:
    """Put a waybill number on a parcel that had none."""
    session.add(
        Waybill(
            carrier_id=carrier_id,
            number=number,
            parcel_id=parcel.id,
            source=source,
            assigned_at=command.at,
        )
    )
    parcel.state = ParcelState.LABELLED
    session.flush()


def _revive(session: Session, command: Command, parcel: Parcel, waybill: Waybill) -> None:
    """Let the number hold again, on the parcel its order's goods are in now."""
    waybill.parcel_id = parcel.id
    waybill.state = WaybillState.LIVE
    waybill.assigned_at = command.at
    waybill.voided_at = None
    waybill.void_reason = ""
    parcel.state = ParcelState.LABELLED
    session.flush()


def _waybill_of_order(
    session: Session, number: str, carrier_id: int, orders: Sequence[Order]
) -> Waybill | None:
    """Return the orders' own void waybill of this number, None for a number never seen.

    Raises:
        WrongWaybill: it is on a parcel, or was on another order's.
    """
    waybill = session.scalars(
        sa.select(Waybill)
        .where(Waybill.number == number, Waybill.carrier_id == carrier_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if waybill is None:
        return None
    is_free = (waybill.state, waybill.source) == (WaybillState.VOID, WaybillSource.PLATFORM)
    if not is_free or not _was_for(session, waybill.parcel_id, orders):
        other = session.get_one(Parcel, waybill.parcel_id).number
        raise WrongWaybill(
            got=say("the waybill of parcel {number}", number=other), wanted=say("a fresh one")
        )
    return waybill


def _was_for(session: Session, parcel_id: int, orders: Sequence[Order]) -> bool:
    """Tell whether the parcel's consignment was for one of these orders."""
    was_for = session.scalars(
        sa.select(OrderLine.order_id)
        .join(ConsignmentLine, ConsignmentLine.order_line_id == OrderLine.id)
        .join(Parcel, Parcel.consignment_id == ConsignmentLine.consignment_id)
        .where(Parcel.id == parcel_id)
        .distinct()
    )
    return not {o.id for o in orders}.isdisjoint(was_for)
