"""What the book has in bins at one moment, and what of it is in somebody's hands.

Goods taken up at the stock tablet or for a pick face are booked where they stood until they are
put down. A counter does not see them, so they are no part of what the shelf must have.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.counting.hands import open_hands
from warehouse.db import portions
from warehouse.inventory.models import Lot as LotRow
from warehouse.inventory.models import LotBalance, Serial, StockBalance

Goods = tuple[int, int | None]  # SKU id, lot id where it has lots
Hands = Mapping[str, int]  # "SKU id", or "SKU id/lot id" → pieces; ALL: the whole bin
ALL = "*"


@dataclass(frozen=True, kw_only=True)
class Book:
    """What the book has in the bins at this moment, and what hands have of it."""

    pieces: Mapping[int, Mapping[Goods, int]]  # bin → goods → pieces
    changes: Mapping[tuple[int, int], int]  # (bin, SKU)
    serials: Mapping[tuple[int, int], frozenset[str]]
    by_serial: frozenset[int]  # SKUs known piece by piece
    hands: Mapping[int, Hands]
    held_serials: Mapping[tuple[int, int], frozenset[str]]

    def held(self, bin_id: int, sku_id: int, lot_id: int | None) -> int:
        """Return the pieces of the goods that hands have out of the bin."""
        return self.hands.get(bin_id, {}).get(_key(sku_id, lot_id), 0)

    def is_whole(self, bin_id: int) -> bool:
        """Tell whether somebody is carrying all that stands in the bin."""
        return ALL in self.hands.get(bin_id, {})

    def is_unsure(self, bin_id: int, sku_id: int, lot_id: int | None, before: Hands | None) -> bool:
        """Tell whether hands took or gave back some of the goods since `before`, or may have.

        So it is where goods kept by lot are in a hand that has not said which, and where a whole
        bin was taken up or put down. Nobody kept what they had (`None`): only that can be told.
        """
        now = self.hands.get(bin_id, {})
        names = {name for name in (*now, *(before or {})) if _is_of(name, sku_id)}
        if before is not None and any(now.get(x, 0) != before.get(x, 0) for x in names):
            return True
        return lot_id is not None and str(sku_id) in names


def book_of(session: Session, bins: Sequence[int], counted: Collection[int] = ()) -> Book:
    """Return the book of the bins, its rows locked in the order the ledger takes them.

    `counted` are SKU ids that somebody looked for there, whether the book has any or not.
    """
    pieces: dict[int, dict[Goods, int]] = defaultdict(dict)
    changes: dict[tuple[int, int], int] = {}
    rows = session.execute(
        sa.select(
            StockBalance.bin_id, StockBalance.sku_id, StockBalance.on_hand, StockBalance.changes
        )
        .where(StockBalance.bin_id.in_(bins))
        .order_by(StockBalance.bin_id, StockBalance.sku_id)
        .with_for_update()
    ).all()
    by_lot, by_serial = _tracked(session, {*counted, *(row.sku_id for row in rows)})
    for row in rows:
        changes[row.bin_id, row.sku_id] = row.changes
        if row.on_hand and row.sku_id not in by_lot:
            pieces[row.bin_id][row.sku_id, None] = row.on_hand
    if by_lot:
        lots = session.execute(
            sa.select(LotBalance.bin_id, LotRow.sku_id, LotBalance.lot_id, LotBalance.on_hand)
            .join(LotRow, LotRow.id == LotBalance.lot_id)
            .where(LotBalance.bin_id.in_(bins), LotBalance.on_hand > 0)
        )
        for lot in lots:
            pieces[lot.bin_id][lot.sku_id, lot.lot_id] = lot.on_hand
    serials: dict[tuple[int, int], set[str]] = defaultdict(set)
    if by_serial:
        known = session.execute(
            sa.select(Serial.bin_id, Serial.sku_id, Serial.code).where(Serial.bin_id.in_(bins))
        )
        for serial in known:
            serials[serial.bin_id, serial.sku_id].add(serial.code)
    hands, held_serials = hands_at(session, bins)
    return Book(
        pieces=pieces,
        changes=changes,
        serials={key: frozenset(codes) for key, codes in serials.items()},
        by_serial=by_serial,
        hands=hands,
        held_serials=held_serials,
    )


def _tracked(session: Session, skus: Collection[int]) -> tuple[frozenset[int], frozenset[int]]:
    """Return which of the SKUs are kept by lot, and which piece by piece, their lots with them."""
    by_lot: set[int] = set()
    by_serial: set[int] = set()
    for ids in portions(skus):
        rows = session.execute(
            sa.select(Sku.id, Sku.is_serial_tracked).where(
                sa.or_(Sku.is_lot_tracked, Sku.is_serial_tracked),
                Sku.id.in_(ids),
            )
        )
        for row in rows:
            (by_serial if row.is_serial_tracked else by_lot).add(row.id)
    return frozenset(by_lot), frozenset(by_serial)


def hands_at(
    session: Session, bins: Sequence[int]
) -> tuple[dict[int, dict[str, int]], dict[tuple[int, int], frozenset[str]]]:
    """Return bin → what hands have of it, and (bin, SKU) → the known pieces among them."""
    hands: dict[int, dict[str, int]] = defaultdict(dict)
    serials: dict[tuple[int, int], frozenset[str]] = defaultdict(frozenset)
    for hand in open_hands(session, bins):
        name = ALL if hand.sku_id is None else _key(hand.sku_id, hand.lot_id)
        hands[hand.bin_id][name] = hands[hand.bin_id].get(name, 0) + hand.pieces
        if hand.serials and hand.sku_id is not None:
            serials[hand.bin_id, hand.sku_id] |= frozenset(hand.serials)
    return hands, serials


def _is_of(name: str, sku_id: int) -> bool:
    return name == ALL or name.partition("/")[0] == str(sku_id)


def _key(sku_id: int, lot_id: int | None) -> str:
    return str(sku_id) if lot_id is None else f"{sku_id}/{lot_id}"
