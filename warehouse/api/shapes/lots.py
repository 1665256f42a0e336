"""Lots and serial numbers as JSON: where they stand, until when they are good."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.api.schemas import Schema, component, flag, listed, maybe, record, text, whole
from warehouse.api.shapes.paging import keys_of, page
from warehouse.catalog.models import Bin, Sku
from warehouse.errors import NotFound
from warehouse.inventory.models import Lot, LotBalance, Serial
from warehouse.text import say
from warehouse.tracing.queries import is_standing, lot_list, serial_list
from warehouse.tracing.recalling import kits_with_piece, who_got

LOT: Schema = record(
    {
        "lot": text(),
        "sku": text(),
        "best_before": maybe(text("The last day it is good, as 2027-12-31.")),
        "is_blocked": flag("Promised to nobody until somebody lets it go."),
        "blocked_reason": text(),
        "on_hand": whole("Pieces in the house."),
        "reserved": whole("Pieces promised to consignments."),
        "stock": listed(component("LotPlace"), "Inside the house."),
    },
    "Pieces of a SKU that were made together.",
)
LOT_PLACE: Schema = record(
    {"bin": text(), "on_hand": whole(), "reserved": whole()}, "What of a lot stands in one bin."
)
SERIAL: Schema = record(
    {
        "serial": text(),
        "sku": text(),
        "lot": maybe(text()),
        "bin": text("Where it is; a courier's bin once it has left."),
        "parcels": listed(text(), "The parcels it was packed into, the last first."),
        "parcels_of_kits": listed(
            text(), "Parcels with kits that have it inside, or may have it: at most 50."
        ),
    },
    "One piece that is known by its own number.",
)


def list_lots(
    session: Session,
    *,
    sku: str | None = None,
    empty: bool = False,
    after: str | None = None,
    limit: int,
) -> dict[str, Any]:
    """Return one page of lots in the order they were first seen, by default those in the house."""
    query = lot_list().order_by(Lot.id).limit(limit + 1)
    if sku is not None:
        query = query.where(Sku.code == sku)
    if not empty:
        query = query.where(is_standing())
    keys = keys_of(after)
    if keys is not None:
        query = query.where(Lot.id > keys[0])
    rows = list(session.execute(query))
    places = _places(session, [row.id for row in rows])
    return page("lots", rows, limit, lambda row: _lot(row, places.get(row.id, [])), "id")


def show_serials(session: Session, code: str) -> dict[str, Any]:
    """Return the pieces with this serial number: one for each SKU that has it.

    Raises:
        NotFound: there is none.
    """
    rows = session.execute(serial_list().where(Serial.code == code.upper()).order_by(Serial.id))
    found = [
        {
            "serial": row.serial,
            "sku": row.code,
            "lot": row.lot,
            "bin": row.bin,
            **_parcels(session, row.id),
        }
        for row in rows
    ]
    if not found:
        raise NotFound(say("serial number"), code)
    return {"serials": found}


def _parcels(session: Session, serial_id: int) -> dict[str, list[str]]:
    own = [p.parcel for p in who_got(session, serial_id, ())]
    kits = kits_with_piece(session, serial_id)
    every = [p.parcel for p in who_got(session, serial_id, kits)] if kits else own
    of_kits = [parcel for parcel in dict.fromkeys(every) if parcel not in own]
    return {"parcels": own, "parcels_of_kits": of_kits}


def _lot(row: Any, places: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "lot": row.lot,
        "sku": row.code,
        "best_before": row.best_before.isoformat() if row.best_before else None,
        "is_blocked": row.blocked_at is not None,
        "blocked_reason": row.blocked_reason,
        "on_hand": int(row.on_hand),
        "reserved": int(row.reserved),
        "stock": places,
    }


def _places(session: Session, lot_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    rows = session.execute(
        sa.select(LotBalance.lot_id, Bin.code, LotBalance.on_hand, LotBalance.reserved)
        .join(Bin, Bin.id == LotBalance.bin_id)
        .where(LotBalance.lot_id.in_(lot_ids), LotBalance.on_hand != 0, ~LotBalance.is_virtual)
        .order_by(Bin.walk_order, Bin.id)
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for lot_id, code, on_hand, reserved in rows:
        place = {"bin": code, "on_hand": on_hand, "reserved": reserved}
        found.setdefault(lot_id, []).append(place)
    return found
