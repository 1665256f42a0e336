"""Stock as JSON: balances by bin and SKU, goods, places, and the ledger's proof."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.api.schemas import Schema, component, flag, listed, maybe, record, text, whole, word
from warehouse.api.shapes.paging import keys_of, page
from warehouse.catalog.models import Barcode, BarcodeKind, Bin, BinKind, Sku, Zone
from warehouse.catalog.queries import IS_SELLABLE, has_barcode
from warehouse.errors import NotFound
from warehouse.inventory.models import StockBalance
from warehouse.inventory.proof import Proof, differences
from warehouse.inventory.queries import available_of
from warehouse.inventory.standing import Held, Stand, stands_in
from warehouse.text import say

BALANCE: Schema = record(
    {
        "bin": text(),
        "kind": word(BinKind),
        "sku": text(),
        "on_hand": whole("Pieces; below zero only for bins that stand for the outside."),
        "reserved": whole("Pieces promised to consignments."),
        "available": whole("May be promised to orders; 0 in bins nobody sells from."),
        "held_back": listed(component("HeldBack")),
    },
    "What stands in one bin of one SKU: reserved, available and held back, together all of it.",
)
HELD_BACK: Schema = record(
    {"why": word(Held), "pieces": whole(), "lot": maybe(text())},
    "Pieces nobody was promised, and nobody may be.",
)
_SKU: dict[str, Schema] = {
    "code": text(),
    "name": text(),
    "properties": text("Colour, size."),
    "weight_g": maybe(whole("Null: never weighed.")),
    "length_mm": maybe(whole()),
    "width_mm": maybe(whole()),
    "height_mm": maybe(whole()),
    "is_active": flag(),
    "is_lot_tracked": flag("Kept by lot."),
    "is_expiry_tracked": flag("Each lot has a best-before."),
    "is_serial_tracked": flag("Each piece is known by its serial number."),
    "days_before_expiry": whole("Lots with fewer days left are promised to nobody."),
    "barcodes": listed(component("Barcode")),
    "available": whole("Sound pieces nobody was promised, on shelves and in reserve."),
}
SKU_ROW: Schema = record(_SKU, "A SKU in a list.")
SKU: Schema = record(
    {**_SKU, "stock": listed(component("Balance"), "Inside the house.")},
    "One sellable thing, with where it stands.",
)
BARCODE: Schema = record(
    {"code": text(), "pieces": whole("One scan is worth so many."), "kind": word(BarcodeKind)},
    "A code on goods.",
)
_LIMITS: dict[str, Schema] = {
    "length_mm": maybe(whole("Inside; null: not known.")),
    "width_mm": maybe(whole()),
    "height_mm": maybe(whole()),
    "most_weight_g": maybe(whole("Null: not known.")),
    "most_pieces": maybe(whole("Null: not known.")),
    "is_one_sku": flag("Nothing else stands beside its goods."),
    "storage_class": text("Empty: that of its zone."),
    "is_put_closed": flag("Nothing more is put in."),
    "is_pick_closed": flag("Nothing more of it is promised to orders."),
}
_BIN: dict[str, Schema] = {
    "code": text(),
    "kind": word(BinKind),
    "zone": maybe(text()),
    "walk_order": whole(),
    "x_mm": maybe(whole()),
    "y_mm": maybe(whole()),
    "is_active": flag(),
    **_LIMITS,
}
BIN_ROW: Schema = record(_BIN, "A bin in a list.")
BIN: Schema = record(
    {**_BIN, "stock": listed(component("Balance"), "Empty for bins that stand for the outside.")},
    "A place where stock stands, with what stands there.",
)
VERIFICATION: Schema = record(
    {
        "ok": flag("Every balance agrees with its moves and promises."),
        "differences": listed(component("Difference")),
    },
    "The proof of the ledger.",
)
DIFFERENCE: Schema = record(
    {
        "kind": word(Proof, "Which proof failed; on_hand: the moves disagree."),
        "bin": text(),
        "sku": text(),
        "subject": text("The lot or serial number it is about, empty if neither."),
        "kept": whole("What the balance says."),
        "computed": whole("What explains it says."),
    },
    "A balance that does not agree.",
)


def list_stock(
    session: Session,
    *,
    day: date,
    sku: str | None = None,
    bin: str | None = None,
    outside: bool = False,
    after: str | None = None,
    limit: int,
) -> dict[str, Any]:
    """Return one page of balances on the site's `day` that are not zero; `outside`: virtual too."""
    query = _balances(outside=outside).limit(limit + 1)
    keys = keys_of(after, 2)
    if keys is not None:
        place = sa.tuple_(StockBalance.bin_id, StockBalance.sku_id)
        query = query.where(place > sa.tuple_(*map(sa.literal, keys)))
    if sku is not None:
        query = query.where(Sku.code == sku)
    if bin is not None:
        query = query.where(Bin.code == bin)
    rows = session.execute(query).all()
    show = _shown(session, rows, day)
    return page("stock", rows, limit, show, "bin_id", "sku_id")


def _balances(*, outside: bool) -> sa.Select[*tuple[Any, ...]]:
    query = (
        sa.select(
            StockBalance.bin_id,
            StockBalance.sku_id,
            Bin.code.label("bin"),
            Bin.kind,
            Sku.code.label("sku"),
            StockBalance.on_hand,
            StockBalance.reserved,
        )
        .join(Bin, Bin.id == StockBalance.bin_id)
        .join(Sku, Sku.id == StockBalance.sku_id)
        .where(StockBalance.on_hand != 0)
        .order_by(StockBalance.bin_id, StockBalance.sku_id)
    )
    return query if outside else query.where(sa.not_(StockBalance.is_virtual))


def _shown(session: Session, rows: Sequence[Any], day: date) -> Callable[[Any], dict[str, Any]]:
    """Return how a balance among these reads: what of it is available, and what is held back."""
    bins, skus = {row.bin_id for row in rows}, {row.sku_id for row in rows}
    parts: dict[tuple[int, int], list[Stand]] = defaultdict(list)
    for stand in stands_in(session, bins, day=day, sku_ids=skus):
        parts[stand.bin_id, stand.sku_id].append(stand)
    return lambda row: _balance(row, parts[row.bin_id, row.sku_id])


def _balance(row: Any, parts: list[Stand]) -> dict[str, Any]:
    return {
        "bin": row.bin,
        "kind": row.kind.value,
        "sku": row.sku,
        "on_hand": row.on_hand,
        "reserved": row.reserved,
        "available": sum(part.available for part in parts),
        "held_back": [
            {"why": part.why.value, "pieces": part.held, "lot": part.lot or None}
            for part in parts
            if part.why is not None
        ],
    }


def list_skus(
    session: Session, *, day: date, after: str | None = None, limit: int
) -> dict[str, Any]:
    """Return one page of SKUs in the order they were made; free is what may be sold on `day`."""
    query = sa.select(Sku).order_by(Sku.id).limit(limit + 1)
    keys = keys_of(after)
    if keys is not None:
        query = query.where(Sku.id > keys[0])
    skus = session.scalars(query).all()
    ids = [sku.id for sku in skus]
    codes, free = _barcodes(session, ids), _available(session, ids, day)
    return page("skus", skus, limit, lambda s: _sku(s, codes[s.id], free.get(s.id, 0)), "id")


def show_sku(session: Session, code: str, *, day: date) -> dict[str, Any]:
    """Return a SKU by its code or one of its barcodes.

    Raises:
        NotFound: there is none.
    """
    sku = session.scalars(sa.select(Sku).where(Sku.code == code)).first()
    if sku is None:
        sku = session.scalars(sa.select(Sku).where(has_barcode(code)).order_by(Sku.id)).first()
    if sku is None:
        raise NotFound(say("SKU"), code)
    rows = session.execute(_balances(outside=False).where(StockBalance.sku_id == sku.id)).all()
    free = _available(session, [sku.id], day)
    return {
        **_sku(sku, _barcodes(session, [sku.id])[sku.id], free.get(sku.id, 0)),
        "stock": [*map(_shown(session, rows, day), rows)],
    }


def _available(session: Session, sku_ids: list[int], day: date) -> dict[int, int]:
    return available_of(session, sku_ids, day=day, places=IS_SELLABLE)


def _sku(sku: Sku, barcodes: list[dict[str, Any]], available: int) -> dict[str, Any]:
    return {
        "code": sku.code,
        "name": sku.name,
        "properties": sku.properties,
        "weight_g": sku.weight_g,
        "length_mm": sku.length_mm,
        "width_mm": sku.width_mm,
        "height_mm": sku.height_mm,
        "is_active": sku.is_active,
        "is_lot_tracked": sku.is_lot_tracked,
        "is_expiry_tracked": sku.is_expiry_tracked,
        "is_serial_tracked": sku.is_serial_tracked,
        "days_before_expiry": sku.days_before_expiry,
        "barcodes": barcodes,
        "available": available,
    }


def _barcodes(session: Session, sku_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for barcode in session.scalars(
        sa.select(Barcode).where(Barcode.sku_id.in_(sku_ids)).order_by(Barcode.code)
    ):
        found[barcode.sku_id].append(
            {"code": barcode.code, "pieces": barcode.pieces, "kind": barcode.kind.value}
        )
    return found


def list_bins(
    session: Session, *, kind: str | None = None, after: str | None = None, limit: int
) -> dict[str, Any]:
    """Return one page of bins in the order they were made."""
    query = _bins().order_by(Bin.id).limit(limit + 1)
    keys = keys_of(after)
    if keys is not None:
        query = query.where(Bin.id > keys[0])
    if kind is not None:
        query = query.where(Bin.kind == kind)
    return page("bins", session.execute(query).all(), limit, _bin, "id")


def show_bin(session: Session, code: str, *, day: date) -> dict[str, Any]:
    """Return a bin with what stands in it on the site's `day`.

    Raises:
        NotFound: there is none of this code.
    """
    row = session.execute(_bins().where(Bin.code == code)).first()
    if row is None:
        raise NotFound(say("bin"), code)
    rows = session.execute(_balances(outside=False).where(StockBalance.bin_id == row.id)).all()
    return {**_bin(row), "stock": [*map(_shown(session, rows, day), rows)]}


def _bins() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(
        Bin.id,
        Bin.code,
        Bin.kind,
        Zone.code.label("zone"),
        Bin.walk_order,
        Bin.x_mm,
        Bin.y_mm,
        Bin.is_active,
        Bin.length_mm,
        Bin.width_mm,
        Bin.height_mm,
        Bin.most_weight_g,
        Bin.most_pieces,
        Bin.is_one_sku,
        Bin.storage_class,
        Bin.is_put_closed,
        Bin.is_pick_closed,
    ).outerjoin(Zone, Zone.id == Bin.zone_id)


def _bin(row: Any) -> dict[str, Any]:
    return {
        "code": row.code,
        "kind": row.kind.value,
        "zone": row.zone,
        "walk_order": row.walk_order,
        "x_mm": row.x_mm,
        "y_mm": row.y_mm,
        "is_active": row.is_active,
        **{name: getattr(row, name) for name in _LIMITS},
    }


def verify_ledger(session: Session) -> dict[str, Any]:
    """Return whether every balance agrees with its moves, and those that do not.

    Reads the whole ledger.
    """
    found = differences(session)
    return {
        "ok": not found,
        "differences": [
            {
                "kind": d.kind,
                "bin": d.bin,
                "sku": d.sku,
                "subject": d.subject,
                "kept": d.kept,
                "computed": d.computed,
            }
            for d in found
        ],
    }
