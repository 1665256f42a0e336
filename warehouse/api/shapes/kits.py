"""Kits held back as JSON: for which blocked lots, and where they stand."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.api.schemas import Schema, component, listed, maybe, record, text, whole
from warehouse.api.shapes.paging import keys_of, page
from warehouse.catalog.models import Sku
from warehouse.inventory.models import Lot, SuspectKits
from warehouse.tracing.in_doubt import IS_IN_DOUBT, InDoubt, in_doubt

KITS_HELD_BACK: Schema = record(
    {
        "sku": text("Of the kits."),
        "causes": listed(component("BlockedInside"), "The lots for which they are held back."),
        "standing": whole("Kits in the house, those in quarantine and in other kits left out."),
        "in_quarantine": whole("Kits in quarantine."),
        "stock": listed(component("KitPlace"), "Where they stand, quarantine too."),
        "inside": listed(component("KitsAround"), "Other kits that may have such kits inside."),
        "serials": listed(
            text(), "Numbers of the kits that have the pieces inside; empty: nobody knows which."
        ),
    },
    "Kits promised to nobody until somebody has sorted them.",
)
BLOCKED_INSIDE: Schema = record(
    {"sku": text(), "lot": text(), "made": whole("Kits made with pieces of it.")},
    "A blocked lot inside kits.",
)
KIT_PLACE: Schema = record({"bin": text(), "on_hand": whole()}, "Kits in one bin.")
KITS_AROUND: Schema = record(
    {
        "sku": text(),
        "lot": maybe(text("Null: they have no lots.")),
        "on_hand": whole("In the house."),
    },
    "Kits with other kits inside.",
)


def list_in_doubt(
    session: Session, *, lot: str | None = None, after: str | None = None, limit: int
) -> dict[str, Any]:
    """Return one page of SKUs whose kits are held back, by the age of the SKU."""
    doubts = sa.select(SuspectKits.sku_id).where(IS_IN_DOUBT)
    if lot is not None:
        doubts = doubts.join(Lot, Lot.id == SuspectKits.lot_id).where(Lot.code == lot)
    query = sa.select(Sku.id).where(Sku.id.in_(doubts)).order_by(Sku.id).limit(limit + 1)
    if (keys := keys_of(after)) is not None:
        query = query.where(Sku.id > keys[0])
    found = in_doubt(session, Sku.id.in_(list(session.scalars(query))))
    rows = sorted(found, key=lambda kits: kits.sku_id)
    return page("kits", rows, limit, _kits, "sku_id")


def _kits(kits: InDoubt) -> dict[str, Any]:
    return {
        "sku": kits.sku,
        "causes": [{"sku": x.sku, "lot": x.lot, "made": x.made} for x in kits.causes],
        "standing": kits.standing,
        "in_quarantine": kits.in_quarantine,
        "stock": [{"bin": x.code, "on_hand": x.on_hand} for x in (*kits.bins, *kits.quarantine)],
        "inside": [{"sku": x.sku, "lot": x.lot or None, "on_hand": x.on_hand} for x in kits.inside],
        "serials": [x.code for x in kits.serials],
    }
