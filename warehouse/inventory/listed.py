"""What rows of an opening list name (bins, goods, lots, pieces), and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import VIRTUAL_KINDS, Barcode, Bin, BinKind, Sku
from warehouse.catalog.rules import Problem, RowRefusal, code_problem, scan_code
from warehouse.db import table_of
from warehouse.inventory.marks import best_before_problem, lot_problem, serial_problem
from warehouse.text import Text, say

MOST_PIECES = 1_000_000


class OpeningRow(NamedTuple):
    """So many pieces of a SKU stand in a bin; the SKU by its code or any barcode of one piece.

    Of goods kept by lot those of one lot, of known pieces with their numbers. Name the fields
    when making one. A row with fields that are `unread` is looked at and never booked.
    """

    bin_code: str
    sku_code: str
    pieces: int
    row: int = 0
    lot: str = ""
    best_before: date | None = None
    serials: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


class Place(NamedTuple):
    """A bin that a row may name."""

    id: int
    code: str
    kind: BinKind
    is_active: bool


class Goods(NamedTuple):
    """A SKU that a row may name, and how it is kept."""

    id: int
    is_lot_tracked: bool
    is_serial_tracked: bool
    is_active: bool


_bin, _sku, _barcode = table_of(Bin), table_of(Sku), table_of(Barcode)
_places = sa.select(_bin.c.id, _bin.c.code, _bin.c.kind, _bin.c.is_active).where(
    _bin.c.code.in_(sa.bindparam("codes", expanding=True))
)
_kept = (_sku.c.id, _sku.c.is_lot_tracked, _sku.c.is_serial_tracked, _sku.c.is_active)
_by_code = sa.select(_sku.c.code, *_kept).where(
    _sku.c.code.in_(sa.bindparam("codes", expanding=True))
)
_by_barcode = (
    sa.select(_barcode.c.code, *_kept)
    .join(_sku, _sku.c.id == _barcode.c.sku_id)
    .where(_barcode.c.code.in_(sa.bindparam("codes", expanding=True)), _barcode.c.pieces == 1)
)


def places_of(session: Session, rows: Sequence[OpeningRow]) -> dict[str, Place]:
    """Return the bins of the rows by their codes as written; unknown ones are left out."""
    scanned = {code: scan_code(code) for code in {row.bin_code for row in rows}}
    found = session.execute(_places, {"codes": [*scanned.values()]})
    places = {row.code: Place(*row) for row in found}
    return {code: places[scan] for code, scan in scanned.items() if scan in places}


def goods_of(session: Session, rows: Sequence[OpeningRow]) -> dict[str, Goods]:
    """Return the SKUs of the rows by their codes as written; unknown ones are left out.

    A SKU's own code counts before a barcode.
    """
    scanned = {code: scan_code(code) for code in {row.sku_code for row in rows}}
    codes = session.execute(_by_code, {"codes": [code.strip() for code in scanned]})
    goods = {code: Goods(*kept) for code, *kept in codes}
    other = {scan for code, scan in scanned.items() if code.strip() not in goods}
    if other:
        barcodes = session.execute(_by_barcode, {"codes": [*other]})
        goods = {code: Goods(*kept) for code, *kept in barcodes} | goods
    named = {code: goods.get(code.strip()) or goods.get(scan) for code, scan in scanned.items()}
    return {code: one for code, one in named.items() if one}


def problems_of(
    row: OpeningRow, place: Place | None, goods: Goods | None, today: date
) -> Iterator[Problem]:
    """Yield everything that speaks against booking a row."""
    if place is None:
        yield "bin_code", row.bin_code, say("There is no bin with this code.")
    elif place.kind in VIRTUAL_KINDS or place.kind is BinKind.PARCEL:
        yield "bin_code", row.bin_code, say("Stock is not booked into this bin.")
    elif not place.is_active:
        yield "bin_code", row.bin_code, say("This bin is out of use.")
    if not 0 < row.pieces <= MOST_PIECES:
        yield "pieces", str(row.pieces), say("This must be 1 to {most}.", most=MOST_PIECES)
    day = row.best_before
    if day and (problem := best_before_problem(day, today, is_faulty=True)):
        yield "best_before", day.isoformat(), problem
    if goods is None:
        yield "sku_code", row.sku_code, say("There is no SKU with this code.")
        return
    if not goods.is_active:
        yield "sku_code", row.sku_code, say("This SKU is out of use.")
    if problem := _lot_problem(row, goods):
        yield "lot", row.lot, problem
    if row.serials or goods.is_serial_tracked:
        yield from _serials_problems(row, goods)


def _lot_problem(row: OpeningRow, goods: Goods) -> Text | None:
    if goods.is_lot_tracked != bool(row.lot.strip()):
        return (
            say("These goods are kept by lot. Say which.")
            if goods.is_lot_tracked
            else say("These goods are not kept by lot. Switch that on at the SKU first.")
        )
    lot = scan_code(row.lot) if row.lot else ""
    return (code_problem(lot) or lot_problem(lot)) if lot else None


def _serials_problems(row: OpeningRow, goods: Goods) -> Iterator[Problem]:
    if not goods.is_serial_tracked:
        reason = say("These goods have no serial numbers. Switch that on at the SKU first.")
        yield "serials", row.serials[0], reason
        return
    is_whole = len(row.serials) == len(set(row.serials)) == row.pieces
    if not is_whole and "pieces" not in row.unread:
        reason = say("{pieces} pieces need as many serial numbers.", pieces=row.pieces)
        yield "serials", " ".join(row.serials), reason
    for code in row.serials:
        if problem := code_problem(scan_code(code)) or serial_problem(scan_code(code)):
            yield "serials", code, problem


def refusal(row: OpeningRow, field: str, value: str, reason: Text) -> RowRefusal:
    """Return why a row of the list was not taken."""
    return RowRefusal(row=row.row, field=field, value=value[:60], reason=reason)
