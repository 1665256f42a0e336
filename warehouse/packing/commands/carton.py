"""The carton a parcel begins with, and another one instead."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, CartonType
from warehouse.catalog.queries import carton_by_code
from warehouse.commands import Command, Outcome
from warehouse.errors import StaleScreen
from warehouse.inventory.refusals import refuse
from warehouse.numbers import next_number
from warehouse.orders.models import Consignment, ConsignmentState
from warehouse.orders.queries import consignment_by_id, require_not_stopped
from warehouse.packing.commands.opened import items_screen, lock_open, open_parcel_of
from warehouse.packing.models import Parcel
from warehouse.people import trail
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class OpenParcel(Command):
    """Take a carton for the consignment."""

    consignment_id: int
    barcode: str


@dataclass(frozen=True, kw_only=True)
class ChangeCarton(Command):
    """Another carton than the one scanned first; what is packed goes along."""

    parcel_id: int
    barcode: str


def open_parcel(session: Session, command: OpenParcel) -> Outcome:
    """Open a parcel in the scanned carton.

    Raises:
        WrongScan, UnknownBarcode: no carton. StaleScreen: a parcel is open, or packing is over.
    """
    consignment = _packing(session, command.consignment_id)
    if open_parcel_of(session, consignment.id) is not None:
        raise StaleScreen
    carton = _carton(session, command.barcode)
    number = f"P{next_number(session, 'parcel'):08d}"
    place = Bin(code=number, kind=BinKind.PARCEL)
    session.add(place)
    session.flush()
    count = session.scalar(
        sa.select(sa.func.count())
        .select_from(Parcel)
        .where(Parcel.consignment_id == consignment.id)
    )
    parcel = Parcel(
        number=number,
        consignment_id=consignment.id,
        sequence=(count or 0) + 1,
        bin_id=place.id,
        carton_type_id=carton.id,
        opened_at=command.at,
        packer_id=command.actor.person_id,
    )
    session.add(parcel)
    session.flush()
    trail.record(session, command, "parcel", parcel.id, "opened", carton=carton.code)
    return items_screen(parcel, say("Carton {code}. OK packs everything.", code=carton.code))


def change_carton(session: Session, command: ChangeCarton) -> Outcome:
    """Put the open parcel into the scanned carton instead.

    Raises:
        WrongScan, UnknownBarcode: no carton. StaleScreen: the parcel is sealed.
    """
    parcel, _ = lock_open(session, command.parcel_id)
    carton = _carton(session, command.barcode)
    parcel.carton_type_id = carton.id
    session.flush()
    trail.record(session, command, "parcel", parcel.id, "carton_changed", carton=carton.code)
    return items_screen(parcel, say("Carton {code}. OK packs everything.", code=carton.code))


def _packing(session: Session, consignment_id: int) -> Consignment:
    consignment = consignment_by_id(session, consignment_id, lock=True)
    require_not_stopped(session, consignment.id)
    if consignment.state is not ConsignmentState.PACKING:
        raise StaleScreen
    return consignment


def _carton(session: Session, barcode: str) -> CartonType:
    carton = carton_by_code(session, barcode)
    if carton is None:
        raise refuse(session, barcode, say("a carton"))
    return carton
