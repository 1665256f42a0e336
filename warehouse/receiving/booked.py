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
from warehouse.receiving.models import Receipt, ReceiptCount, ReceiptState
from warehouse.receiving.remaining import Place, place_now, remains_of

Goods = tuple[int, str, str]  # SKU id, lot, serial number: sound or faulty
_Kept = tuple[int, str, bool]  # SKU id, lot, faulty?


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


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """What a correction changes of one lot of a SKU, sound or faulty; `serials` with their sign."""

    sku_id: int
    code: str
    name: str
    properties: str
    is_faulty: bool
    lot_code: str
    best_before: date | None
    booked: int  # by the receipt and its corrections before this one
    change: int
    serials: tuple[str, ...]


def corrected_by(session: Session, correction: Receipt) -> list[Corrected]:
    """Return what a correction changes, by code and lot, sound pieces before faulty ones."""
    booked = _booked_before(session, correction)
    rows = session.execute(
        sa.select(ReceiptCount, Sku)
        .join(Sku, Sku.id == ReceiptCount.sku_id)
        .where(ReceiptCount.receipt_id == correction.id, ReceiptCount.undone_at.is_(None))
        .order_by(Sku.code, ReceiptCount.lot_code, ReceiptCount.id)
    )
    lines: dict[_Kept, list[tuple[ReceiptCount, Sku]]] = defaultdict(list)
    for count, sku in rows:
        lines[count.sku_id, count.lot_code, count.fault is not None].append((count, sku))
    found = [
        Corrected(
            sku_id=key[0], code=counts[0][1].code, name=counts[0][1].name,
            properties=counts[0][1].properties, is_faulty=key[2], lot_code=key[1],
            best_before=next((c.best_before for c, _ in counts if c.best_before), None),
            booked=booked.get(key, 0), change=sum(count.pieces for count, _ in counts),
            serials=tuple(f"{'+' if c.pieces > 0 else '−'}{c.serial}" for c, _ in counts
                          if c.serial),
        )
        for key, counts in lines.items()
    ]  # fmt: skip
    return sorted(found, key=lambda line: (line.code, line.lot_code, line.is_faulty))


def _booked_before(session: Session, correction: Receipt) -> dict[_Kept, int]:
    """Return what the receipt and its corrections before this one have booked."""
    ids = sa.select(Receipt.id).where(
        sa.or_(
            Receipt.id == correction.corrects_id,
            sa.and_(Receipt.corrects_id == correction.corrects_id, Receipt.id < correction.id),
        ),
        Receipt.state == ReceiptState.BOOKED,
    )
    is_faulty = ReceiptCount.fault.is_not(None).label("is_faulty")
    rows = session.execute(
        sa.select(
            ReceiptCount.sku_id, ReceiptCount.lot_code, is_faulty, sa.func.sum(ReceiptCount.pieces)
        )
        .where(ReceiptCount.receipt_id.in_(ids), ReceiptCount.undone_at.is_(None))
        .group_by(ReceiptCount.sku_id, ReceiptCount.lot_code, is_faulty)
    )
    return {(sku_id, lot, bool(faulty)): int(pieces) for sku_id, lot, faulty, pieces in rows}


@dataclass(frozen=True, kw_only=True)
class Possible:
    """A difference as far as it can be booked, of which `counted` was counted off or on before."""

    booked: Booked
    change: int
    counted: int
    place: Place


def what_is_there(
    session: Session, receipt: Receipt, changes: Sequence[tuple[Booked, int]]
) -> list[Possible]:
    """Return the changes as far as the pieces of the receipt can still be where they were booked.

    A piece that has moved on cannot turn up on the other side either: it would be there twice.
    What a count has taken off that place since, or found there, is not taken or found once more.
    """
    found = []
    kept: dict[Goods, int] = defaultdict(int)
    for booked, change in changes:
        if change < 0:
            place = place_now(session, receipt, place_of(session, booked), _goods(booked))
            remains = remains_of(session, receipt, place)
            counted = min(-change, max(0, remains.counted_off))
            taken = counted + min(-change - counted, remains.here)
            kept[_goods(booked)] += -change - taken
            found.append(Possible(booked=booked, change=-taken, counted=counted, place=place))
    for booked, change in changes:
        if change > 0:
            twice = min(change, kept[_goods(booked)])
            kept[_goods(booked)] -= twice
            place = place_now(session, receipt, place_of(session, booked), _goods(booked))
            counted = max(0, -remains_of(session, receipt, place).counted_off)
            more = change - twice
            found.append(
                Possible(booked=booked, change=more, counted=min(more, counted), place=place)
            )
    return [possible for possible in found if possible.change]


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


def place_of(session: Session, booked: Booked) -> int:
    """Return the bin it was booked into: the dock, or quarantine."""
    return bin_of_kind(session, BinKind.QUARANTINE if booked.is_faulty else BinKind.DOCK).id
