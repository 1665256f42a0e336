"""What stands where, by bin and lot: what of it is promised, free, or held back, and why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import IN_WORK_KINDS, VIRTUAL_KINDS, Bin, BinKind, Sku
from warehouse.inventory.fitness import SUSPECT_SKUS, is_fit_on
from warehouse.inventory.models import Lot, LotBalance, StockBalance
from warehouse.inventory.unfound import IN_REACH, IN_REACH_OF_LOT


class Held(StrEnum):
    """Why pieces nobody was promised may be promised to nobody. One reason for each piece."""

    BLOCKED = "blocked"
    EXPIRED = "expired"
    ENDING = "ending"  # fewer days are left than the SKU asks for
    IN_DOUBT = "in_doubt"  # kits that may have pieces of a blocked lot inside
    NOT_FOUND = "not_found"  # promised to nobody until the bin is counted
    DOCK = "dock"
    QUARANTINE = "quarantine"
    CLOSED = "closed"  # the bin is closed to picking
    NOT_IN_USE = "not_in_use"
    ON_ITS_WAY_OUT = "on_its_way_out"  # in a tote or parcel


@dataclass(frozen=True, kw_only=True)
class Stand:
    """Pieces of a SKU in one bin; of one lot, where the SKU is kept by lot.

    On hand are those reserved, those held back and those available. Of bins that stand for the
    outside none is either.
    """

    bin_id: int
    bin_code: str
    kind: BinKind
    sku_id: int
    sku_code: str
    name: str
    properties: str
    on_hand: int
    reserved: int
    available: int
    held: int = 0
    why: Held | None = None
    lot_id: int | None = None
    lot: str = ""
    best_before: date | None = None

    @property
    def is_virtual(self) -> bool:
        """Whether the bin stands for the outside."""
        return self.kind in VIRTUAL_KINDS


def stands_of(session: Session, sku_ids: Collection[int], *, day: date) -> dict[int, list[Stand]]:
    """Return SKU id → where it stands on the site's `day`: in walking order, then by best-before.

    Totes and parcels are left out, and what stands for the outside. The available pieces of a SKU
    are as many as `available_of` says of all bins that goods are sold from.
    """
    there = (~StockBalance.is_in_work, ~StockBalance.is_virtual)
    by_lot = (~LotBalance.is_virtual, Bin.kind.not_in(IN_WORK_KINDS))
    rows = _rows(session, Sku.id.in_(sku_ids), there, by_lot)
    found: dict[int, list[Stand]] = defaultdict(list)
    for row in sorted(rows, key=lambda r: (r.walk_order, r.code, *_by_end(r))):
        found[row.sku_id].append(_stand(row, day))
    return found


def stands_in(
    session: Session, bin_ids: Collection[int], *, day: date, sku_ids: Collection[int] | None = None
) -> list[Stand]:
    """Return what stands in the bins on the site's `day`, by SKU code and best-before."""
    here: sa.ColumnElement[bool] = Bin.id.in_(bin_ids)
    if sku_ids is not None:
        here = sa.and_(here, Sku.id.in_(sku_ids))
    rows = _rows(session, here, (), ())
    ordered = sorted(rows, key=lambda r: (r.sku_code, *_by_end(r)))
    return [_stand(row, day) for row in ordered]


def held_back(stands: Iterable[Stand]) -> dict[Held, int]:
    """Return why pieces of these stands are held back → how many; reasons without are left out."""
    found = Counter[Held]()
    for stand in stands:
        if stand.why is not None and stand.held:
            found[stand.why] += stand.held
    return dict(found)


def _by_end(row: Any) -> tuple[date, str]:
    """Return where a lot comes among others: what ends first, then by its code."""
    return row.best_before or date.max, row.lot or ""


def _rows(
    session: Session,
    which: sa.ColumnElement[bool],
    whole: tuple[sa.ColumnElement[bool], ...],
    by_lot: tuple[sa.ColumnElement[bool], ...],
) -> list[Any]:
    facts = (
        Sku.id.label("sku_id"), Sku.code.label("sku_code"), Sku.name, Sku.properties,
        Sku.days_before_expiry,
        Bin.id, Bin.code, Bin.kind, Bin.walk_order, Bin.is_active, Bin.is_pick_closed,
    )  # fmt: skip
    plain = (
        sa.select(
            *facts, StockBalance.on_hand, StockBalance.reserved, IN_REACH.label("in_reach"),
            Sku.id.in_(SUSPECT_SKUS).label("is_suspect"),
            sa.cast(sa.null(), Lot.id.type).label("lot_id"),
            sa.cast(sa.null(), Lot.code.type).label("lot"),
            sa.cast(sa.null(), Lot.best_before.type).label("best_before"),
            sa.false().label("is_blocked"),
        )
        .join(Bin, Bin.id == StockBalance.bin_id)
        .join(Sku, Sku.id == StockBalance.sku_id)
        .where(which, *whole, StockBalance.on_hand != 0, ~Sku.is_lot_tracked)
    )  # fmt: skip
    lots = (
        sa.select(
            *facts, LotBalance.on_hand, LotBalance.reserved, IN_REACH_OF_LOT.label("in_reach"),
            sa.false().label("is_suspect"),
            Lot.id.label("lot_id"), Lot.code.label("lot"), Lot.best_before,
            Lot.blocked_at.is_not(None).label("is_blocked"),
        )
        .join(Lot, Lot.id == LotBalance.lot_id)
        .join(Bin, Bin.id == LotBalance.bin_id)
        .join(Sku, Sku.id == Lot.sku_id)
        .where(which, *by_lot, LotBalance.on_hand != 0, Sku.is_lot_tracked)
    )  # fmt: skip
    return list(session.execute(sa.union_all(plain, lots)))


def _stand(row: Any, day: date) -> Stand:
    free = 0 if row.kind in VIRTUAL_KINDS else row.on_hand - row.reserved
    why = None if row.kind in VIRTUAL_KINDS else _why(row, day)
    held = 0 if why is None else free
    if why is None and (lost := free - max(0, row.in_reach)) > 0:
        why, held = Held.NOT_FOUND, lost
    return Stand(
        bin_id=row.id, bin_code=row.code, kind=row.kind,
        sku_id=row.sku_id, sku_code=row.sku_code, name=row.name, properties=row.properties,
        on_hand=row.on_hand, reserved=row.reserved, available=free - held,
        held=held, why=why if held else None,
        lot_id=row.lot_id, lot=row.lot or "", best_before=row.best_before,
    )  # fmt: skip


def _why(row: Any, day: date) -> Held | None:
    """Return why nothing of it may be promised; the place comes before the goods."""
    if row.kind in IN_WORK_KINDS:
        return Held.ON_ITS_WAY_OUT
    if row.kind is BinKind.QUARANTINE:
        return Held.QUARANTINE
    if row.kind is BinKind.DOCK:
        return Held.DOCK
    if not row.is_active:
        return Held.NOT_IN_USE
    if row.is_pick_closed:
        return Held.CLOSED
    lot = {"is_blocked": row.is_blocked, "best_before": row.best_before}
    if not is_fit_on(day, days_before=row.days_before_expiry, **lot):
        if row.is_blocked:
            return Held.BLOCKED
        return Held.EXPIRED if row.best_before < day else Held.ENDING
    return Held.IN_DOUBT if row.is_suspect else None
