"""The courier's visit: opened, parcels scanned out one by one, closed with a manifest."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.queue import enqueue
from warehouse.carriers.models import Carrier
from warehouse.commands import Command, Outcome, Tone
from warehouse.db import table_of
from warehouse.dispatch.models import (
    Handover,
    HandoverParcel,
    HandoverState,
    Waybill,
    WaybillState,
)
from warehouse.dispatch.papers import manifest
from warehouse.dispatch.queries import left_behind, void_waybill
from warehouse.dispatch.screens import ShipScreen
from warehouse.errors import NotFound, StaleScreen
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.inventory.refusals import refuse
from warehouse.numbers import next_number
from warehouse.orders.models import ConsignmentLine, ConsignmentState, OrderState
from warehouse.orders.queries import consignment_by_id, lock_orders, orders_of
from warehouse.packing.models import Parcel, ParcelLine, ParcelState
from warehouse.people import trail
from warehouse.text import say
from warehouse.waves.unfit import stop_unfit
from warehouse.weighing.commands import lock_parcel

_parcel = table_of(Parcel)


@dataclass(frozen=True, kw_only=True)
class OpenHandover(Command):
    """The courier is here; one open handover per courier."""

    carrier_id: int


@dataclass(frozen=True, kw_only=True)
class HandOverParcel(Command):
    """A parcel goes into the courier's hands; its waybill is scanned."""

    handover_id: int
    barcode: str


@dataclass(frozen=True, kw_only=True)
class CloseHandover(Command):
    """The courier leaves; what is not scanned stays behind."""

    handover_id: int


def open_handover(session: Session, command: OpenHandover) -> Outcome:
    """Open a handover for the courier, or go on with the one that is open."""
    carrier = session.get(Carrier, command.carrier_id)
    if carrier is None or not carrier.is_active:
        raise NotFound(say("courier"), command.carrier_id)
    handover = session.scalars(
        sa.select(Handover).where(
            Handover.carrier_id == carrier.id, Handover.state == HandoverState.OPEN
        )
    ).first()
    if handover is None:
        day = command.at.astimezone(command.zone).strftime("%Y%m%d")
        number = f"H{day}-{next_number(session, f'handover-{day}'):02d}"
        handover = Handover(
            number=number,
            carrier_id=carrier.id,
            opened_at=command.at,
            opened_by=command.actor.person_id,
        )
        session.add(handover)
        session.flush()
        trail.record(session, command, "handover", handover.id, "opened", carrier=carrier.code)
    return Outcome(
        screen=ShipScreen.PARCELS,
        subject_id=handover.id,
        message=say("{carrier}: scan every parcel.", carrier=carrier.name),
    )


def hand_over_parcel(session: Session, command: HandOverParcel) -> Outcome:
    """Book the parcel to the courier; its orders are dispatched with their last parcel.

    A parcel of another courier, or one not ready, is written down as refused; so is one with a lot
    that may not be sold any more, whose order stops.

    Raises:
        UnknownBarcode, WrongScan: no parcel's label. VoidWaybill: one that holds no more.
        OrderStopped: the order goes no further. StaleScreen: the handover is closed.
    """
    handover = lock_open(session, command.handover_id)
    parcel, carrier_id = _scanned(session, command, handover)
    if carrier_id != handover.carrier_id:
        return _refuse_foreign(session, command, handover, parcel, carrier_id)
    if parcel.state is ParcelState.DISPATCHED:
        return Outcome(
            screen=ShipScreen.PARCELS,
            subject_id=handover.id,
            message=say("Parcel {number} was scanned before.", number=parcel.number),
            tone=Tone.ATTENTION,
        )
    if parcel.state is not ParcelState.MATCHED:
        handover.refused += 1
        session.flush()
        return Outcome(
            screen=ShipScreen.PARCELS,
            subject_id=handover.id,
            message=say(
                "Parcel {number} is not ready: scan its label at the scale.", number=parcel.number
            ),
            tone=Tone.STOP,
        )
    if text := stop_unfit(session, command, parcel.consignment_id, [parcel.bin_id]):
        handover.refused += 1
        session.flush()
        return Outcome(
            screen=ShipScreen.STOP, subject_id=parcel.consignment_id, message=text, tone=Tone.STOP
        )
    _dispatch(session, command, handover, parcel)
    return Outcome(
        screen=ShipScreen.PARCELS,
        subject_id=handover.id,
        message=say("{number} is in.", number=command.barcode),
        facts={"parcel_no": parcel.number},
    )


def _scanned(session: Session, command: HandOverParcel, handover: Handover) -> tuple[Parcel, int]:
    """Return the parcel whose label was scanned, locked behind its orders, and its courier."""
    found = session.execute(
        sa.select(Parcel.id, Parcel.consignment_id, Waybill.carrier_id)
        .join(Waybill, Waybill.parcel_id == Parcel.id)
        .where(Waybill.number == command.barcode, Waybill.state == WaybillState.LIVE)
        .order_by((Waybill.carrier_id == handover.carrier_id).desc())
        .limit(1)
    ).first()
    if found is None:
        void = void_waybill(session, command.barcode)
        raise void or refuse(session, command.barcode, say("a waybill"))
    lock_orders(session, found.consignment_id)
    return lock_parcel(session, found.id), found.carrier_id


def _refuse_foreign(
    session: Session,
    command: HandOverParcel,
    handover: Handover,
    parcel: Parcel,
    carrier_id: int,
) -> Outcome:
    handover.refused += 1
    session.flush()
    other = session.get_one(Carrier, carrier_id)
    trail.record(
        session, command, "parcel", parcel.id, "refused_at_handover", handover=handover.number
    )
    return Outcome(
        screen=ShipScreen.PARCELS,
        subject_id=handover.id,
        message=say("Not for this courier: this parcel goes with {carrier}.", carrier=other.name),
        tone=Tone.STOP,
    )


def _dispatch(session: Session, command: Command, handover: Handover, parcel: Parcel) -> None:
    carrier = session.get_one(Carrier, handover.carrier_id)
    contents = session.scalars(
        sa.select(ParcelLine)
        .where(ParcelLine.parcel_id == parcel.id, ParcelLine.pieces > 0)
        .order_by(ParcelLine.consignment_line_id)
    ).all()
    waybill_no = session.scalar(
        sa.select(Waybill.number).where(
            Waybill.parcel_id == parcel.id, Waybill.state == WaybillState.LIVE
        )
    )
    session.add(
        HandoverParcel(
            handover_id=handover.id, parcel_id=parcel.id, command_id=command.id, at=command.at
        )
    )
    parcel.state = ParcelState.DISPATCHED
    parcel.dispatched_at = command.at
    for content in contents:
        line = session.get_one(ConsignmentLine, content.consignment_line_id, populate_existing=True)
        line.dispatched += content.pieces
    session.flush()
    ledger.post(
        session,
        command,
        [
            ledger.Posting(
                sku_id=content.sku_id,
                from_bin_id=parcel.bin_id,
                to_bin_id=carrier.bin_id,
                pieces=content.pieces,
                reason=MoveReason.DISPATCH,
                consignment_line_id=content.consignment_line_id,
                reference=waybill_no or "",
            )
            for content in contents
        ],
    )
    trail.record(session, command, "parcel", parcel.id, "dispatched", handover=handover.number)
    _settle_orders(session, command, parcel.consignment_id)


def _settle_orders(session: Session, command: Command, consignment_id: int) -> None:
    """Mark the consignment and its orders dispatched once its last parcel has gone."""
    consignment = consignment_by_id(session, consignment_id, lock=True)
    waiting = session.scalar(
        sa.select(sa.func.count())
        .select_from(Parcel)
        .where(Parcel.consignment_id == consignment_id, Parcel.state != ParcelState.DISPATCHED)
    )
    if waiting or consignment.state is not ConsignmentState.PACKED:
        return
    consignment.state = ConsignmentState.DISPATCHED
    orders = orders_of(session, consignment_id)
    for order in orders:
        order.state = OrderState.DISPATCHED
        order.dispatched_at = command.at
    session.flush()
    trail.record_all(session, command, "order", [(o.id, {}) for o in orders], "dispatched")


def close_handover(session: Session, command: CloseHandover) -> Outcome:
    """Close the visit and print its manifest; the parcels left behind are named.

    An empty handover is closed without a manifest.
    """
    handover = lock_open(session, command.handover_id)
    handover.state = HandoverState.CLOSED
    handover.closed_at = command.at
    handover.closed_by = command.actor.person_id
    count = session.scalar(
        sa.select(sa.func.count())
        .select_from(HandoverParcel)
        .where(HandoverParcel.handover_id == handover.id)
    )
    session.flush()
    if count:
        local = command.at.astimezone(command.zone)
        enqueue(
            session,
            manifest(session, handover, local.strftime("%Y-%m-%d %H:%M")),
            station_id=command.actor.station_id,
            at=command.at,
            command_id=command.id,
            subject=f"handover:{handover.id}",
        )
    left = left_behind(session, handover.carrier_id)
    trail.record(session, command, "handover", handover.id, "closed", parcels=count, left=len(left))
    message = (
        say("{count} parcels handed over, {left} left behind.", count=count, left=len(left))
        if left
        else say("{count} parcels handed over.", count=count)
    )
    return Outcome(
        screen=ShipScreen.CLOSED,
        subject_id=handover.id,
        message=message,
        tone=Tone.ATTENTION if left else Tone.OK,
        is_step_done=True,
        facts={"parcels": count, "left_behind": [row.parcel_no for row in left][:200]},
    )


def lock_open(session: Session, handover_id: int) -> Handover:
    """Return the handover, locked.

    Raises:
        StaleScreen: it is closed.
    """
    handover = session.get(Handover, handover_id, with_for_update=True, populate_existing=True)
    if handover is None or handover.state is not HandoverState.OPEN:
        raise StaleScreen
    return handover
