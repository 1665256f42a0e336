"""Bins and goods as the rules see them: read from the catalogue and the balances."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku, Zone
from warehouse.db import table_of
from warehouse.inventory.models import LotBalance, StockBalance, Unfound
from warehouse.inventory.unfound import at_least_0
from warehouse.placing.rules import (
    ADVISED_KINDS,
    FILLED_PERCENT,
    HARD,
    Advice,
    Goods,
    Place,
    Size,
    advise,
    room,
    takes_all,
    wanted_in,
)


class _Look(NamedTuple):
    """Which bins are looked at; `is_more`: also where some of the pieces have a place already."""

    is_empty: bool
    is_for_all: bool = False
    is_any_class: bool = False
    is_more: bool = False

    @property
    def is_again(self) -> bool:
        """Tell whether for one piece the look before has seen the same bins."""
        return self.is_more and not self.is_for_all


_LOOKS = (
    _Look(is_empty=True, is_for_all=True, is_more=True),
    _Look(is_empty=True, is_more=True),
    _Look(is_empty=False),
    _Look(is_empty=True, is_any_class=True),
    _Look(is_empty=False, is_any_class=True),
)
LOOKED_AT = 40  # bins of each sort that are weighed against each other for one piece of advice
MOST_ROOM = 1_000_000  # pieces: as much as nobody brings

_bin = table_of(Bin)
_zone = table_of(Zone)
_balance = table_of(StockBalance)
_class = sa.func.coalesce(
    sa.func.nullif(_bin.c.storage_class, ""), sa.func.nullif(_zone.c.storage_class, ""), ""
)
_stands_in = sa.exists().where(_balance.c.bin_id == _bin.c.id, _balance.c.on_hand > 0)


def goods_of(session: Session, sku: Sku, pieces: int, lot_id: int | None = None) -> Goods:
    """Return pieces of a SKU with what is known of it, and how many stand on shelves."""
    on_shelves = session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(StockBalance.on_hand), 0))
        .join(Bin, Bin.id == StockBalance.bin_id)
        .where(StockBalance.sku_id == sku.id, Bin.kind == BinKind.SHELF)
    )
    return Goods(
        sku_id=sku.id,
        pieces=pieces,
        lot_id=lot_id,
        weight_g=sku.weight_g,
        size_mm=_size(sku),
        storage_class=sku.storage_class,
        shelf_most=sku.shelf_most,
        on_shelves=int(on_shelves or 0),
    )


def place_of(session: Session, bin_id: int) -> Place:
    """Return one bin with what stands in it."""
    return _places(session, [bin_id])[0]


def room_in(session: Session, pairs: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Return (SKU id, bin id) → pieces more that the bin may hold of the SKU.

    Only load limits and rules of the site count; pairs whose bin has none are left out.
    """
    limited = set(
        session.scalars(
            sa.select(Bin.id).where(
                Bin.id.in_({bin_id for _, bin_id in pairs}),
                sa.or_(Bin.most_weight_g.is_not(None), Bin.most_pieces.is_not(None),
                       Bin.is_one_sku, Bin.is_put_closed),
            )
        )
    )  # fmt: skip
    if not limited:
        return {}
    places = {place.bin_id: place for place in _places(session, sorted(limited))}
    wanted = {sku_id for sku_id, bin_id in pairs if bin_id in limited}
    skus = {sku.id: sku for sku in session.scalars(sa.select(Sku).where(Sku.id.in_(wanted)))}
    return {
        (sku_id, bin_id): room(
            places[bin_id],
            Goods(sku_id=sku_id, pieces=MOST_ROOM, weight_g=skus[sku_id].weight_g),
            HARD,
        )
        for sku_id, bin_id in pairs
        if bin_id in limited
    }


def advice_for(session: Session, goods: Goods, *, but: int) -> Advice | None:
    """Return where to put the goods, any bin but the one they come from; None if nowhere fits.

    Looked at are the bins that have the SKU and the empty ones of its class nearest to these on
    the walk that take all pieces, else those that take one; only where none of these takes a
    piece, bins with other goods; and at last, for goods without a class, bins of any. The database
    looks for what the bins themselves may hold, so no number of smaller ones hides one that does.
    """
    homes = list(
        session.scalars(
            sa.select(Bin.id)
            .join(StockBalance, StockBalance.bin_id == Bin.id)
            .where(
                StockBalance.sku_id == goods.sku_id,
                StockBalance.on_hand > 0,
                *_usable(but),
            )
            .order_by(Bin.walk_order, Bin.id)
            .limit(LOOKED_AT)
        )
    )
    walk = session.scalar(sa.select(sa.func.min(Bin.walk_order)).where(Bin.id.in_(homes))) or 0
    seen = homes
    found = advise(goods, _places(session, homes))
    for look in _LOOKS if _is_held_anywhere(session, goods, but) else ():
        if found is not None and (takes_all(found, goods) or not look.is_more):
            return found
        if (look.is_any_class and goods.storage_class) or (look.is_again and goods.pieces == 1):
            continue
        seen = [*seen, *_near(session, goods, walk, but, look)]
        found = advise(goods, _places(session, seen))
    return found


def _usable(but: int) -> list[Any]:
    return [Bin.kind.in_(ADVISED_KINDS), Bin.is_active, ~Bin.is_put_closed, Bin.id != but]


def _is_held_anywhere(session: Session, goods: Goods, but: int) -> bool:
    """Tell whether any bin holds a piece: if none does, no walk along all of them is made."""
    any_bin = sa.select(Bin.id).where(*_usable(but), *_holds(goods, 1)).limit(1)
    return session.execute(any_bin).first() is not None


def _near(session: Session, goods: Goods, walk: int, but: int, look: _Look) -> list[int]:
    """Return the bins nearest on the walk, of each kind on both sides, that may hold the goods."""
    found: list[int] = []
    for kind in ADVISED_KINDS:
        pieces = wanted_in(kind, goods) if look.is_for_all else 1
        base = (
            sa.select(Bin.id)
            .where(*_usable(but), Bin.kind == kind, *_holds(goods, pieces))
            .where(~_stands_in if look.is_empty else sa.and_(_stands_in, ~Bin.is_one_sku))
            .limit(LOOKED_AT)
        )
        if not look.is_any_class:
            base = base.where(_is_of(goods.storage_class))
        after = base.where(Bin.walk_order >= walk).order_by(Bin.walk_order, Bin.id)
        before = base.where(Bin.walk_order < walk).order_by(Bin.walk_order.desc(), Bin.id)
        found += [*session.scalars(after), *session.scalars(before)]
    return found


def _is_of(storage_class: str) -> sa.ColumnElement[bool]:
    """Return the condition that a bin is of this class, by its own word or else its zone's.

    Said by columns, not by an expression: PostgreSQL guesses of that one that it holds of hardly
    any bin, and then reads and sorts them all instead of walking along them.
    """
    if not storage_class:
        classed = sa.select(Zone.id).where(Zone.storage_class != "")
        is_plain = sa.or_(Bin.zone_id.is_(None), Bin.zone_id.not_in(classed))
        return sa.and_(Bin.storage_class == "", is_plain)
    zones = sa.select(Zone.id).where(Zone.storage_class == storage_class)
    by_zone = sa.and_(Bin.storage_class == "", Bin.zone_id.in_(zones))
    return sa.or_(Bin.storage_class == storage_class, by_zone)


def _holds(goods: Goods, pieces: int) -> list[sa.ColumnElement[bool]]:
    """Return what a bin must be like to hold so many of the pieces while nothing stands in it."""
    limits = [_is_none_or(Bin.most_pieces, Bin.most_pieces >= pieces)]
    if goods.weight_g:
        limits.append(_is_none_or(Bin.most_weight_g, Bin.most_weight_g >= goods.weight_g * pieces))
    if goods.size_mm is None:
        return limits
    sides = (Bin.length_mm, Bin.width_mm, Bin.height_mm)
    least, middle, most = sorted(goods.size_mm)
    goes_in = sa.and_(
        *(side >= least for side in sides),
        sa.or_(*(sa.and_(one >= middle, two >= middle) for one, two in combinations(sides, 2))),
        sa.or_(*(side >= most for side in sides)),
    )
    if pieces > 1:
        inside = sa.cast(Bin.length_mm, sa.BigInteger) * Bin.width_mm * Bin.height_mm
        volume = least * middle * most * pieces
        goes_in = sa.and_(goes_in, inside * FILLED_PERCENT >= volume * 100)
    return [*limits, sa.or_(*(side.is_(None) for side in sides), goes_in)]


def _is_none_or(limit: Any, is_kept: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.or_(limit.is_(None), is_kept)


def _places(session: Session, bin_ids: Sequence[int]) -> list[Place]:
    ids = list(dict.fromkeys(bin_ids))
    rows = session.execute(
        sa.select(Bin, _class.label("storage"))
        .outerjoin(Zone, Zone.id == Bin.zone_id)
        .where(Bin.id.in_(ids))
        .order_by(Bin.id)
    ).all()
    standing = _standing(session, ids)
    lots = _lots(session, ids)
    return [
        _place(bin_, storage, standing.get(bin_.id, ()), lots.get(bin_.id, frozenset()))
        for bin_, storage in rows
    ]


def _place(bin_: Bin, storage: str, standing: Iterable[Any], lots: frozenset[int]) -> Place:
    rows = list(standing)
    return Place(
        bin_id=bin_.id,
        code=bin_.code,
        kind=bin_.kind,
        zone_id=bin_.zone_id,
        walk_order=bin_.walk_order,
        x_mm=bin_.x_mm,
        y_mm=bin_.y_mm,
        storage_class=storage,
        is_one_sku=bin_.is_one_sku,
        is_closed=bin_.is_put_closed or not bin_.is_active,
        size_mm=_size(bin_),
        most_weight_g=bin_.most_weight_g,
        most_pieces=bin_.most_pieces,
        sku_ids=frozenset(row.sku_id for row in rows),
        lot_ids=lots,
        pieces=sum(row.on_hand for row in rows),
        weight_g=sum(row.on_hand * (row.weight_g or 0) for row in rows),
        volume_mm3=sum(
            row.on_hand * (row.length_mm or 0) * (row.width_mm or 0) * (row.height_mm or 0)
            for row in rows
        ),
    )


def _standing(session: Session, bin_ids: Sequence[int]) -> dict[int, list[Any]]:
    """Return what stands in the bins; what was not found there takes no room."""
    found: dict[int, list[Any]] = {}
    gone = (
        sa.select(sa.func.coalesce(sa.func.sum(Unfound.pieces), 0))
        .where(Unfound.bin_id == StockBalance.bin_id, Unfound.sku_id == StockBalance.sku_id)
        .correlate(StockBalance)
        .scalar_subquery()
    )
    for row in session.execute(
        sa.select(
            StockBalance.bin_id, StockBalance.sku_id,
            at_least_0(StockBalance.on_hand - gone).label("on_hand"),
            Sku.weight_g, Sku.length_mm, Sku.width_mm, Sku.height_mm,
        )
        .join(Sku, Sku.id == StockBalance.sku_id)
        .where(StockBalance.bin_id.in_(bin_ids), StockBalance.on_hand > 0)
    ):  # fmt: skip
        found.setdefault(row.bin_id, []).append(row)
    return found


def _lots(session: Session, bin_ids: Sequence[int]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for bin_id, lot_id in session.execute(
        sa.select(LotBalance.bin_id, LotBalance.lot_id).where(
            LotBalance.bin_id.in_(bin_ids), LotBalance.on_hand > 0
        )
    ):
        found.setdefault(bin_id, set()).add(lot_id)
    return {bin_id: frozenset(lots) for bin_id, lots in found.items()}


def _size(thing: Sku | Bin) -> Size | None:
    if thing.length_mm is None or thing.width_mm is None or thing.height_mm is None:
        return None
    return (thing.length_mm, thing.width_mm, thing.height_mm)
