"""Goods kept by lot or known piece by piece, put on shelves and taken from station to station."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from tests.builders import Goods, World
from tests.stocking import PutStock, put_stock
from warehouse.catalog.models import Bin, Sku
from warehouse.inventory import ledger
from warehouse.inventory.models import Lot, LotBalance, MoveReason, Serial


def track(world: World, goods: Goods, **flags: bool | int) -> Goods:
    """Keep the goods, of which nothing ever stood anywhere, in this way from now on."""
    with world.database.transaction() as session:
        session.execute(sa.update(Sku).where(Sku.id == goods.id).values(**flags))
    return goods


def by_lot(world: World, code: str = "SERUM", **flags: bool | int) -> Goods:
    return track(world, world.sku(code), is_lot_tracked=True, **flags)


def by_piece(world: World, code: str = "CAMERA", **flags: bool | int) -> Goods:
    return track(world, world.sku(code), is_serial_tracked=True, **flags)


def put(
    world: World,
    goods: Goods,
    bin_code: str,
    pieces: int = 0,
    *,
    lot: str = "",
    day: date | None = None,
    serials: tuple[str, ...] = (),
    walk_order: int = 0,
) -> None:
    """Put pieces into a shelf, made on first mention: of a lot, or with these numbers."""
    found = world.all(Bin, code=bin_code)
    bin_id = found[0].id if found else world.bin(bin_code, walk_order=walk_order)
    lot_id = None
    if lot:
        with world.database.transaction() as session:
            lot_id = ledger.lot_named(session, goods.id, lot, day, world.now)
    posting = ledger.Posting(
        sku_id=goods.id,
        from_bin_id=world.one(Bin, code="OPENING").id,
        to_bin_id=bin_id,
        pieces=pieces or len(serials),
        reason=MoveReason.OPENING,
        lot_id=lot_id,
        serials=serials,
    )
    world.do(put_stock, PutStock, postings=(posting,))


def lots_at(world: World, bin_code: str) -> dict[str, tuple[int, int]]:
    """Return lot code → (on hand, reserved) in the bin, lots with nothing left out."""
    codes = {lot.id: lot.code for lot in world.all(Lot)}
    rows = world.all(LotBalance, bin_id=world.one(Bin, code=bin_code).id)
    return {codes[r.lot_id]: (r.on_hand, r.reserved) for r in rows if r.on_hand}


def places(world: World) -> dict[str, str]:
    """Return serial number → code of the bin it is in."""
    codes = {place.id: place.code for place in world.all(Bin)}
    return {s.code: codes[s.bin_id] for s in world.all(Serial)}
