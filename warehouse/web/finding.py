"""Orders, consignments and parcels by what stands on them: every part of a search asks an index."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.dispatch.models import Waybill
from warehouse.dispatch.queries import consignments_with
from warehouse.orders.desk import IS_OPEN
from warehouse.orders.models import Consignment, Order
from warehouse.packing.models import Parcel
from warehouse.web import tables
from warehouse.web.context import LARGEST_INT

LATELY = 20_000  # orders that came last; of those that have ended buyers are sought in these alone


def orders_like(session: Session, q: str, *within: sa.ColumnElement[bool]) -> tables.Found:
    """Return the orders of a number, parcel, waybill, consignment or buyer.

    Of buyers of open and of late orders any part is enough, of the others what they begin with.
    """
    is_its_buyer = tables.like(Order.buyer, q)
    newest = sa.select(sa.func.max(Order.id)).scalar_subquery()
    conditions = [
        Order.consignment_id.in_(consignments_with(q.upper())),
        tables.begins(Order.order_no, q),
        tables.begins(Order.buyer, q),
        sa.and_(IS_OPEN, is_its_buyer),
        sa.and_(Order.id > newest - LATELY, is_its_buyer),
    ]
    if q.upper().startswith("C") and (consignment_id := _consignment_id(q)):
        conditions.insert(0, Order.consignment_id == consignment_id)
    parts = [sa.select(Order.id).where(one) for one in conditions]
    return tables.found(session, Order.id, parts, *within)


def consignments_like(session: Session, q: str, *within: sa.ColumnElement[bool]) -> tables.Found:
    """Return the consignments of a number of their own or of an order, a parcel or a waybill."""
    of_order = sa.select(Order.consignment_id).where(
        tables.begins(Order.order_no, q), Order.consignment_id.is_not(None)
    )
    parts = [
        sa.select(Consignment.id).where(Consignment.id == _consignment_id(q)),
        consignments_with(q.upper()),
        of_order,
    ]
    return tables.found(session, Consignment.id, parts, *within)


def parcels_like(session: Session, q: str, *within: sa.ColumnElement[bool]) -> tables.Found:
    """Return the parcels whose number, or that of one of their waybills, begins so."""
    parts = [
        sa.select(Parcel.id).where(tables.begins(Parcel.number, q)),
        sa.select(Waybill.parcel_id).where(tables.begins(Waybill.number, q)),
    ]
    return tables.found(session, Parcel.id, parts, *within)


def _consignment_id(q: str) -> int:
    """Return the id in a consignment's number, with or without its letter; 0 if it is none."""
    digits = q.upper().removeprefix("C")
    is_number = digits.isascii() and digits.isdigit() and len(digits) < len(str(LARGEST_INT))
    return int(digits) if is_number else 0
