"""The lists of SKUs and bins as they stand, in the columns their import reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.columns import BIN_COLUMNS, SKU_COLUMNS
from warehouse.catalog.commands.places import LARGEST_WALK
from warehouse.catalog.lists import ListColumn
from warehouse.catalog.models import (
    VIRTUAL_KINDS,
    Barcode,
    BarcodeKind,
    Bin,
    BinKind,
    Sku,
    Zone,
)

MADE_BY_THEMSELVES = VIRTUAL_KINDS | {BinKind.PARCEL}
Standing = dict[str, Any]  # a column's field → what stands there: text, number, truth or nothing


def skus_standing(session: Session) -> Iterator[Standing]:
    """Yield every SKU by code; importing them again changes nothing."""
    eans, packs = defaultdict(list), defaultdict(list)
    barcodes = sa.select(Barcode.sku_id, Barcode.kind, Barcode.code, Barcode.pieces)
    for sku_id, kind, code, pieces in session.execute(barcodes.order_by(Barcode.code)):
        if kind is BarcodeKind.EAN:
            eans[sku_id].append(code)
        elif kind is BarcodeKind.PACK:
            packs[sku_id].append(f"{code}*{pieces}")
    for sku in session.scalars(sa.select(Sku).order_by(Sku.code)):
        codes = {"eans": " ".join(eans[sku.id]), "packs": " ".join(packs[sku.id])}
        yield _of(sku, SKU_COLUMNS) | codes


def bins_standing(session: Session) -> Iterator[Standing]:
    """Yield every bin people make, in walking order; importing them again changes nothing."""
    rows = session.execute(
        sa.select(Bin, Zone)
        .outerjoin(Zone, Zone.id == Bin.zone_id)
        .where(Bin.kind.not_in(MADE_BY_THEMSELVES))
        .order_by(Bin.walk_order, Bin.code)
    )
    for place, zone in rows:
        of_zone = {"zone": zone.code, "zone_class": zone.storage_class} if zone else {}
        is_walked = place.walk_order <= LARGEST_WALK
        walk = {"walk_order": place.walk_order if is_walked else None}
        yield _of(place, BIN_COLUMNS) | {"kind": place.kind.value} | walk | of_zone


def _of(row: Any, columns: tuple[ListColumn, ...]) -> Standing:
    return {column.field: getattr(row, column.field, None) for column in columns}
