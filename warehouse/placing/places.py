"""Bins and goods as the rules see them: read from the catalogue and the balances."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku, Zone
from warehouse.db import table_of
from warehouse.inventory.models import LotBalance, StockBalance, Unfound
from warehouse.inventory.unfound import at_least_0
from warehouse.placing.rules import (
    ADVISED_KINDS,
    HARD,
    Advice,
    Goods,
    Place,
    Size,
    advise,
    room,
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

    Looked at are the bins that have the SKU, the empty ones of its class nearest to these on the
    walk, and only where none of these takes a piece, bins with other goods.
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
    empty = _near(session, goods, walk, but, is_empty=True)
    found = advise(goods, _places(session, [*homes, *empty]))
    if found is not None:
        return found
    shared = _near(session, goods, walk, but, is_empty=False)
    return advise(goods, _places(session, [*homes, *shared]))


def _usable(but: int) -> list[Any]:
    return [Bin.kind.in_(ADVISED_KINDS), Bin.is_active, ~Bin.is_put_closed, Bin.id != but]


def _near(session: Session, goods: Goods, walk: int, but: int, *, is_empty: bool) -> list[int]:
    """Return the bins nearest on the walk, of each kind on both sides, empty or with goods."""
    found: list[int] = []
    for kind in ADVISED_KINDS:
        base = (
            sa.select(Bin.id)
            .outerjoin(Zone, Zone.id == Bin.zone_id)
            .where(*_usable(but), Bin.kind == kind, ~_stands_in if is_empty else _stands_in)
            .limit(LOOKED_AT)
        )
        if not is_empty:
            base = base.where(~Bin.is_one_sku)
        if goods.storage_class:
            base = base.where(_class == goods.storage_class)
        after = base.where(Bin.walk_order >= walk).order_by(Bin.walk_order, Bin.id)
        before = base.where(Bin.walk_order < walk).order_by(Bin.walk_order.desc(), Bin.id)
        found += [*session.scalars(after), *session.scalars(before)]
    return found


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
