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
from warehouse.errors import NotFound
from warehouse.orders.models import (
    Consignment,
    ConsignmentLine,
    ConsignmentState,
    Hold,
    HoldKind,
    Order,
)
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
