"""Finding goods, places and boxes by what a scanner read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import (
    PICKABLE_KINDS,
    Barcode,
    Bin,
    BinKind,
    CartonType,
    Sku,
    Station,
)
from warehouse.catalog.rules import scan_code, spellings_of
from warehouse.db import table_of
from warehouse.errors import OutOfUse, RuleViolation
from warehouse.text import Text, say

_sku = table_of(Sku)
_barcode = table_of(Barcode)
_bin = table_of(Bin)

# Without one of its kind something cannot go on; the sentence says what to make.
NO_PLACE: dict[BinKind, Text] = {
    BinKind.QUARANTINE: say("There is no quarantine bin in use. Have one made."),
    BinKind.COUNT_DIFFERENCE: say("There is no bin for count differences in use. Have one made."),
    BinKind.OPENING: say("There is no bin for opening stock in use. Have one made."),
    BinKind.DOCK: say("There is no dock in use. Have one made."),
    BinKind.SUPPLIER: say("There is no bin for suppliers in use. Have one made."),
    BinKind.SCRAP: say("There is no bin for scrap in use. Have one made."),
    BinKind.KITTING: say("There is no bin for kitting in use. Have one made."),
}


# Bins that orders may be promised pieces of; what was promised before a bin was closed stays so.
IS_PICKABLE = sa.and_(Bin.kind.in_(PICKABLE_KINDS), Bin.is_active, ~Bin.is_pick_closed)
IS_IN_RESERVE = sa.and_(Bin.kind == BinKind.RESERVE, Bin.is_active, ~Bin.is_pick_closed)
IS_SELLABLE = sa.or_(IS_PICKABLE, IS_IN_RESERVE)  # what fills the shelves can be sold as well


@dataclass(frozen=True, kw_only=True)
class Item:
    """Goods a barcode stands for."""

    sku_id: int
    sku_code: str
    name: str
    properties: str
    pieces: int
    is_lot_tracked: bool = False
    is_serial_tracked: bool = False
    is_active: bool = True

    @property
    def words(self) -> str:
        """Code, name and properties in one line."""
        return " ".join(part for part in (self.sku_code, self.name, self.properties) if part)


_facts = (
    _sku.c.id,
    _sku.c.code,
    _sku.c.name,
    _sku.c.properties,
    _sku.c.is_lot_tracked,
    _sku.c.is_serial_tracked,
    _sku.c.is_active,
)
_item = (
    sa.select(*_facts, _barcode.c.pieces)
    .join(_barcode, _barcode.c.sku_id == _sku.c.id)
    .where(_barcode.c.code == sa.bindparam("barcode"))
)
_item_spelled_otherwise = (
    sa.select(*_facts, _barcode.c.pieces)
    .join(_barcode, _barcode.c.sku_id == _sku.c.id)
    .where(_barcode.c.code.in_(sa.bindparam("barcodes", expanding=True)))
    .order_by(_barcode.c.code)
    .limit(1)
)


def item_by_barcode(session: Session, barcode: str) -> Item | None:
    """Return what the barcode stands for, None if no goods carry it.

    The code as it stands comes first; then the same GTIN with other leading zeros, or written
    with its identifier in brackets: that is how some lists have it.
    """
    row = session.execute(_item, {"barcode": barcode}).first()
    if row is None and (others := spellings_of(barcode)[1:]):
        others = (*others, f"(01){barcode:0>14}")
        row = session.execute(_item_spelled_otherwise, {"barcodes": others}).first()
    return None if row is None else _item_of(row, row.pieces)


def item_of_sku(session: Session, sku_id: int) -> Item:
    """Return one piece of a SKU, for goods that were named by something else than a barcode."""
    return _item_of(session.execute(sa.select(*_facts).where(_sku.c.id == sku_id)).one(), 1)


def _item_of(row: Any, pieces: int) -> Item:
    return Item(
        sku_id=row.id,
        sku_code=row.code,
        name=row.name,
        properties=row.properties,
        pieces=pieces,
        is_lot_tracked=row.is_lot_tracked,
        is_serial_tracked=row.is_serial_tracked,
        is_active=row.is_active,
    )


def require_in_use(item: Item) -> None:
    """Refuse goods that are out of use.

    Raises:
        OutOfUse: so they are.
    """
    if not item.is_active:
        raise sku_out_of_use(item.sku_code)


def sku_out_of_use(code: str) -> OutOfUse:
    """Return the refusal of a SKU that is out of use."""
    return OutOfUse(
        say("{sku} is out of use: nothing is booked of it. Have it used again at its page.",
            sku=code),
        sku=code,
    )  # fmt: skip


def sku_named(session: Session, code: str) -> Sku | None:
    """Return the SKU with this code or barcode as somebody typed it, None if there is none.

    SKU codes keep their letters' case, barcodes know upper case only.
    """
    found = session.scalars(sa.select(Sku).where(Sku.code == code.strip())).first()
    if found is None and (item := item_by_barcode(session, scan_code(code))) is not None:
        found = session.get(Sku, item.sku_id)
    return found


def has_barcode(code: str) -> sa.ColumnElement[bool]:
    """Return the condition that a SKU carries this barcode, however its GTIN is written."""
    return Sku.id.in_(sa.select(Barcode.sku_id).where(Barcode.code.in_(spellings_of(code))))


def bin_by_code(session: Session, code: str) -> Bin | None:
    """Return the bin with this code, None if there is none."""
    return session.scalars(sa.select(Bin).where(Bin.code == code)).first()


def bin_of_kind(session: Session, kind: BinKind) -> Bin:
    """Return the first active bin of a kind.

    Raises:
        RuleViolation: the site has none.
    """
    found = session.scalars(
        sa.select(Bin).where(Bin.kind == kind, Bin.is_active).order_by(Bin.walk_order, Bin.id)
    ).first()
    if found is None:
        raise RuleViolation(NO_PLACE.get(kind) or say("The site has no place for this."))
    return found


def carton_by_code(session: Session, code: str) -> CartonType | None:
    """Return the carton type with this code, None if there is none."""
    return session.scalars(
        sa.select(CartonType).where(CartonType.code == code, CartonType.is_active)
    ).first()


def station_by_code(session: Session, code: str) -> Station | None:
    """Return the station with this code, None if there is none."""
    return session.scalars(
        sa.select(Station).where(Station.code == code, Station.is_active)
    ).first()
