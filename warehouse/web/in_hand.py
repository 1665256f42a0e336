"""What somebody has in hand, as the stock tablet shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.inventory.desk import bins_of_sku
from warehouse.inventory.models import Lot
from warehouse.placing.limits import REASON_WORDS
from warehouse.placing.places import goods_of, place_of
from warehouse.placing.rules import reason_of
from warehouse.storing.models import Handling, HandlingKind
from warehouse.storing.sources import LotIn, free_of, lots_in
from warehouse.text import Text, say

SHOWN = 3  # bins where the goods stand already


@dataclass(frozen=True, kw_only=True)
class HandView:
    """Goods in hand, where they had best be put and why, and what still has to be told of them.

    `lots` are those to choose from, empty once it is known. `sku` is None for a whole bin.
    """

    source: str
    pieces: int
    free: int
    sku: Sku | None
    lot: str
    lots: Sequence[LotIn]
    needs_serials: bool
    serials: Sequence[str]
    advised: str | None
    advised_pieces: int
    reason: Text | None
    homes: Sequence[str]
    is_put_away: bool


def hand_view(session: Session, hand: Handling) -> HandView:
    """Return what the tablet shows of the goods in hand."""
    source = session.get_one(Bin, hand.from_bin_id)
    sku = session.get_one(Sku, hand.sku_id) if hand.sku_id is not None else None
    lots: Sequence[LotIn] = ()
    needs_serials = False
    if sku is not None:
        needs_serials = sku.is_serial_tracked
        if sku.is_lot_tracked and not needs_serials and hand.lot_id is None:
            lots = lots_in(session, source.id, sku.id)
    advised, reason = _advised(session, hand, sku)
    lot = session.get(Lot, hand.lot_id) if hand.lot_id is not None else None
    return HandView(
        source=source.code,
        pieces=hand.pieces,
        free=free_of(session, source.id, sku.id, hand.lot_id) if sku else hand.pieces,
        sku=sku,
        lot=lot.code if lot else "",
        lots=lots,
        needs_serials=needs_serials,
        serials=tuple(hand.serials),
        advised=advised.code if advised else None,
        advised_pieces=hand.advised_pieces,
        reason=reason,
        homes=_homes(session, sku, source.id),
        is_put_away=hand.kind is HandlingKind.PUT_AWAY,
    )


def _advised(session: Session, hand: Handling, sku: Sku | None) -> tuple[Bin | None, Text | None]:
    if sku is None or hand.advised_bin_id is None:
        return None, None
    place = place_of(session, hand.advised_bin_id)
    goods = goods_of(session, sku, hand.pieces, hand.lot_id)
    homes = [place_of(session, b.id) for b in bins_of_sku(session, sku.id) if _is_home(b.kind)]
    reason = REASON_WORDS[reason_of(place, goods, homes)]
    if place.kind is BinKind.RESERVE and goods.shelf_most is not None:
        reason = say("the shelves have enough; {reason}", reason=reason)
    return session.get_one(Bin, hand.advised_bin_id), reason


def _homes(session: Session, sku: Sku | None, but: int) -> Sequence[str]:
    if sku is None:
        return ()
    found = [b.code for b in bins_of_sku(session, sku.id) if b.id != but and _is_home(b.kind)]
    return tuple(found[:SHOWN])


def _is_home(kind: BinKind) -> bool:
    return kind in (BinKind.SHELF, BinKind.RESERVE)
