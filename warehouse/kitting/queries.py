"""Kits as the desk shows them: their parts, where these are free, how many can be made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.inventory.fitness import SUSPECT_SKUS
from warehouse.inventory.models import Lot, LotBalance, StockBalance, SuspectKits
from warehouse.inventory.unfound import IN_REACH, IN_REACH_OF_LOT, at_least_0
from warehouse.kitting.models import KitPart
from warehouse.kitting.rules import makeable

MADE_FROM = (BinKind.SHELF, BinKind.RESERVE)
_MADE_IN = (Bin.kind.in_(MADE_FROM), Bin.is_active)


@dataclass(frozen=True, kw_only=True)
class FreePart:
    """Free pieces of a part in one bin, of one lot where it has lots."""

    bin_id: int
    bin_code: str
    pieces: int
    lot_id: int | None = None
    lot_code: str = ""
    best_before: date | None = None


def kit_list(today: date) -> sa.Select[*tuple[Any, ...]]:
    """Return the kits with how many parts they have and how many can be made, to be filtered.

    `needs_lots`: none can, as the pieces of a part have a best-before and the kit has no lots.
    """
    kit = aliased(Sku)
    loose, by_lot = _loose(), _by_lot(today)
    without_day = sa.func.coalesce(loose.c.free, by_lot.c.without_day, 0)
    with_day = sa.func.coalesce(by_lot.c.with_day, 0)
    free = without_day + sa.case((kit.is_lot_tracked, with_day), else_=0)
    is_dated = sa.and_(
        ~kit.is_lot_tracked, without_day < KitPart.pieces, without_day + with_day >= KitPart.pieces
    )
    return (
        sa.select(
            kit.id,
            kit.code,
            kit.name,
            kit.properties,
            sa.func.count().label("parts"),
            sa.func.sum(KitPart.pieces).label("pieces"),
            sa.func.min(free // KitPart.pieces).label("makeable"),
            sa.func.max(sa.case((is_dated, 1), else_=0)).label("needs_lots"),
        )
        .join(KitPart, KitPart.kit_id == kit.id)
        .outerjoin(loose, loose.c.sku_id == KitPart.sku_id)
        .outerjoin(by_lot, by_lot.c.sku_id == KitPart.sku_id)
        .group_by(kit.id, kit.code, kit.name, kit.properties)
    )


def parts_of(session: Session, kit_id: int, today: date) -> list[dict[str, Any]]:
    """Return the parts of a kit by SKU code: `sku`, `pieces`, and `where` free ones stand.

    `free` of these can go into kits. Pieces with a best-before cannot, where the kit has no lots:
    they are `dated`.
    """
    kit = session.get_one(Sku, kit_id)
    rows = session.execute(
        sa.select(Sku, KitPart.pieces)
        .join(KitPart, KitPart.sku_id == Sku.id)
        .where(KitPart.kit_id == kit_id)
        .order_by(Sku.code)
    )
    return [_part(kit, sku, pieces, free_parts(session, sku, today)) for sku, pieces in rows]


def can_make(parts: list[dict[str, Any]]) -> int:
    """Return how many kits the parts that `parts_of` found suffice for."""
    return makeable(
        {p["sku"].id: p["pieces"] for p in parts}, {p["sku"].id: p["free"] for p in parts}
    )


def free_parts(session: Session, sku: Sku, today: date) -> list[FreePart]:
    """Return where free pieces of a part stand: earliest best-before first, shelves on the walk.

    Blocked lots and those past their day are left out, kits that may have such inside, and what
    was not found in its bin.
    """
    if not sku.is_lot_tracked:
        if session.scalar(SUSPECT_SKUS.where(SuspectKits.sku_id == sku.id).limit(1)):
            return []
        rows = session.execute(
            sa.select(Bin.id, Bin.code, IN_REACH.label("free"))
            .join(StockBalance, StockBalance.bin_id == Bin.id)
            .join(Sku, Sku.id == StockBalance.sku_id)
            .where(
                StockBalance.sku_id == sku.id,
                IN_REACH > 0,
                *_MADE_IN,
            )
            .order_by(Bin.walk_order, Bin.id)
        )
        return [FreePart(bin_id=r.id, bin_code=r.code, pieces=r.free) for r in rows]
    free = IN_REACH_OF_LOT
    rows = session.execute(
        sa.select(
            Bin.id, Bin.code, free.label("free"), Lot.id.label("lot_id"),
            Lot.code.label("lot_code"), Lot.best_before,
        )
        .join(LotBalance, LotBalance.bin_id == Bin.id)
        .join(Lot, Lot.id == LotBalance.lot_id)
        .join(Sku, Sku.id == Lot.sku_id)
        .where(
            Lot.sku_id == sku.id,
            free > 0,
            *_goes_into_kits(today),
            *_MADE_IN,
        )
        .order_by(Lot.best_before.is_(None), Lot.best_before, Bin.walk_order, Bin.id)
    )  # fmt: skip
    return [
        FreePart(
            bin_id=r.id, bin_code=r.code, pieces=r.free, lot_id=r.lot_id, lot_code=r.lot_code,
            best_before=r.best_before,
        )
        for r in rows
    ]  # fmt: skip


def kits_with(session: Session, sku_id: int) -> list[Any]:
    """Return id, code and pieces of the kits a SKU is a part of, by code."""
    return list(
        session.execute(
            sa.select(Sku.id, Sku.code, KitPart.pieces)
            .join(KitPart, KitPart.kit_id == Sku.id)
            .where(KitPart.sku_id == sku_id)
            .order_by(Sku.code)
        )
    )


def _part(kit: Sku, sku: Sku, pieces: int, where: list[FreePart]) -> dict[str, Any]:
    free = sum(one.pieces for one in where)
    dated = sum(one.pieces for one in where if one.best_before and not kit.is_lot_tracked)
    return {"sku": sku, "pieces": pieces, "free": free - dated, "dated": dated, "where": where}


def _loose() -> sa.Subquery:
    """Return the free pieces of SKUs without lots, those of kits in doubt left out."""
    return (
        sa.select(
            StockBalance.sku_id,
            sa.func.sum(at_least_0(IN_REACH)).label("free"),
        )
        .join(Bin, Bin.id == StockBalance.bin_id)
        .join(Sku, Sku.id == StockBalance.sku_id)
        .where(*_MADE_IN, ~Sku.is_lot_tracked, Sku.id.not_in(SUSPECT_SKUS))
        .group_by(StockBalance.sku_id)
        .subquery()
    )


def _by_lot(today: date) -> sa.Subquery:
    """Return the free pieces of SKUs with lots: of lots with a best-before, and of the others."""
    free = at_least_0(IN_REACH_OF_LOT)
    has_day = Lot.best_before.is_not(None)
    return (
        sa.select(
            Lot.sku_id,
            sa.func.sum(sa.case((has_day, free), else_=0)).label("with_day"),
            sa.func.sum(sa.case((has_day, 0), else_=free)).label("without_day"),
        )
        .join(LotBalance, LotBalance.lot_id == Lot.id)
        .join(Bin, Bin.id == LotBalance.bin_id)
        .join(Sku, Sku.id == Lot.sku_id)
        .where(*_MADE_IN, Sku.is_lot_tracked, *_goes_into_kits(today))
        .group_by(Lot.sku_id)
        .subquery()
    )


def _goes_into_kits(today: date) -> tuple[sa.ColumnElement[bool], ...]:
    return Lot.blocked_at.is_(None), sa.or_(Lot.best_before.is_(None), Lot.best_before >= today)
