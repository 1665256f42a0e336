"""What receipts have booked, and how much of it still stands where it was booked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.inventory.models import Lot, LotBalance, Serial, StockBalance
from warehouse.receiving.models import Receipt, ReceiptCount, ReceiptState

Goods = tuple[int, str, str]  # SKU id, lot, serial number: sound or faulty


@dataclass(frozen=True, kw_only=True)
class Booked:
    """Pieces booked in by a receipt and its corrections: of a SKU, sound or not, lot, number."""

    sku_id: int
    code: str
    name: str
    properties: str
    is_faulty: bool
    lot_code: str
    best_before: date | None
    serial: str
    pieces: int

    @property
    def key(self) -> str:
        """What names it in a form."""
        kind = "faulty" if self.is_faulty else "sound"
        return f"{self.sku_id}:{kind}:{self.lot_code}:{self.serial}"


def booked_of(session: Session, receipt_id: int) -> list[Booked]:
    """Return what the receipt booked, corrections counted in, and the other side of each.

    Where only sound pieces were booked, faulty ones stand with 0, and the other way round:
    a piece taken for the other can be told so.
    """
    ids = sa.select(Receipt.id).where(
        sa.or_(Receipt.id == receipt_id, Receipt.corrects_id == receipt_id),
        Receipt.state == ReceiptState.BOOKED,
    )
    is_faulty = ReceiptCount.fault.is_not(None)
    rows = session.execute(
        sa.select(
            ReceiptCount.sku_id, Sku.code, Sku.name, Sku.properties,
            is_faulty.label("is_faulty"),
            # A lot has one best-before; not every scan of its pieces says it.
            ReceiptCount.lot_code, sa.func.max(ReceiptCount.best_before).label("best_before"),
            ReceiptCount.serial, sa.func.sum(ReceiptCount.pieces).label("pieces"),
        )
        .join(Sku, Sku.id == ReceiptCount.sku_id)
        .where(ReceiptCount.receipt_id.in_(ids), ReceiptCount.undone_at.is_(None))
        .group_by(
            ReceiptCount.sku_id, Sku.code, Sku.name, Sku.properties, is_faulty,
            ReceiptCount.lot_code, ReceiptCount.serial,
        )
    )  # fmt: skip
    found = {b.key: b for b in (_booked(row) for row in rows)}
    for booked in list(found.values()):
        other = _other_side(booked)
        found.setdefault(other.key, other)
    order = sorted(found.values(), key=lambda b: (b.code, b.lot_code, b.serial, b.is_faulty))
    return [b for b in order if b.pieces or not b.serial or found[_other_side(b).key].pieces]


def what_is_there(
    session: Session, changes: Sequence[tuple[Booked, int]]
) -> list[tuple[Booked, int]]:
    """Return the changes as far as the pieces still stand where they were booked.

    A piece that has moved on cannot turn up on the other side either: it would be there twice.
    """
    found = []
    kept: dict[Goods, int] = defaultdict(int)
    for booked, change in changes:
        if change < 0:
            taken = min(-change, _still_there(session, booked))
            kept[_goods(booked)] += -change - taken
            found.append((booked, -taken))
    for booked, change in changes:
        if change > 0:
            twice = min(change, kept[_goods(booked)])
            kept[_goods(booked)] -= twice
            found.append((booked, change - twice))
    return [(booked, change) for booked, change in found if change]


def _booked(row: Any) -> Booked:
    return Booked(
        sku_id=row.sku_id,
        code=row.code,
        name=row.name,
        properties=row.properties,
        is_faulty=bool(row.is_faulty),
        lot_code=row.lot_code,
        best_before=row.best_before,
        serial=row.serial,
        pieces=int(row.pieces),
    )


def _other_side(booked: Booked) -> Booked:
    return replace(booked, is_faulty=not booked.is_faulty, pieces=0)


def _goods(booked: Booked) -> Goods:
    return booked.sku_id, booked.lot_code, booked.serial


def _still_there(session: Session, booked: Booked) -> int:
    bin_id = place_of(session, booked)
    if booked.serial:
        here = sa.select(sa.func.count()).where(
            Serial.sku_id == booked.sku_id, Serial.code == booked.serial, Serial.bin_id == bin_id
        )
        return session.scalar(here) or 0
    free = StockBalance.on_hand - StockBalance.reserved
    query = sa.select(free).where(
        StockBalance.bin_id == bin_id, StockBalance.sku_id == booked.sku_id
    )
    if booked.lot_code:
        query = (
            sa.select(LotBalance.on_hand - LotBalance.reserved)
            .join(Lot, Lot.id == LotBalance.lot_id)
            .where(
                LotBalance.bin_id == bin_id,
                Lot.sku_id == booked.sku_id,
                Lot.code == booked.lot_code,
            )
        )
    return max(session.scalar(query) or 0, 0)


def place_of(session: Session, booked: Booked) -> int:
    """Return the bin it was booked into: the dock, or quarantine."""
    return bin_of_kind(session, BinKind.QUARANTINE if booked.is_faulty else BinKind.DOCK).id
