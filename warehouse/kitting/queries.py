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
from warehouse.kitting.models import KitPart
from warehouse.kitting.rules import makeable

MADE_FROM = (BinKind.SHELF, BinKind.RESERVE)


@dataclass(frozen=True, kw_only=True)
class FreePart:
    """Free pieces of a part in one bin, of one lot where it has lots."""

    bin_id: int
    bin_code: str
    pieces: int
    lot_id: int | None = None
    lot_code: str = ""
    best_before: date | None = None


_free = (
    sa.select(
        StockBalance.sku_id, sa.func.sum(StockBalance.on_hand - StockBalance.reserved).label("free")
    )
    .join(Bin, Bin.id == StockBalance.bin_id)
    .where(Bin.kind.in_(MADE_FROM), Bin.is_active)
    .group_by(StockBalance.sku_id)
    .subquery()
)


def kit_list() -> sa.Select[*tuple[Any, ...]]:
    """Return the kits with how many parts they have and how many can be made, to be filtered.

    Free pieces of blocked or expired lots are counted here; `parts_of` leaves them out.
    """
    kit = aliased(Sku)
    can = sa.func.min(sa.func.coalesce(_free.c.free, 0) // KitPart.pieces)
    return (
        sa.select(
            kit.id,
            kit.code,
            kit.name,
            kit.properties,
            sa.func.count().label("parts"),
            sa.func.sum(KitPart.pieces).label("pieces"),
            can.label("makeable"),
        )
        .join(KitPart, KitPart.kit_id == kit.id)
        .outerjoin(_free, _free.c.sku_id == KitPart.sku_id)
        .group_by(kit.id, kit.code, kit.name, kit.properties)
    )


def parts_of(session: Session, kit_id: int, today: date) -> list[dict[str, Any]]:
    """Return the parts of a kit by SKU code, each with its `sku`, `pieces` and `free` pieces."""
    rows = session.execute(
        sa.select(Sku, KitPart.pieces)
        .join(KitPart, KitPart.sku_id == Sku.id)
        .where(KitPart.kit_id == kit_id)
        .order_by(Sku.code)
    )
    return [
        {
            "sku": sku,
            "pieces": pieces,
            "free": sum(f.pieces for f in free_parts(session, sku, today)),
        }
        for sku, pieces in rows
    ]


def can_make(parts: list[dict[str, Any]]) -> int:
    """Return how many kits the parts that `parts_of` found suffice for."""
    return makeable(
        {p["sku"].id: p["pieces"] for p in parts}, {p["sku"].id: p["free"] for p in parts}
    )


def free_parts(session: Session, sku: Sku, today: date) -> list[FreePart]:
    """Return where free pieces of a part stand: earliest best-before first, shelves on the walk.

    Blocked lots and those past their day are left out, and kits that may have such inside.
    """
    if not sku.is_lot_tracked:
        if session.scalar(SUSPECT_SKUS.where(SuspectKits.sku_id == sku.id).limit(1)):
            return []
        rows = session.execute(
            sa.select(Bin.id, Bin.code, StockBalance.available.label("free"))
            .join(StockBalance, StockBalance.bin_id == Bin.id)
            .where(
                StockBalance.sku_id == sku.id,
                StockBalance.available > 0,
                Bin.kind.in_(MADE_FROM),
                Bin.is_active,
            )
            .order_by(Bin.walk_order, Bin.id)
        )
        return [FreePart(bin_id=r.id, bin_code=r.code, pieces=r.free) for r in rows]
    free = LotBalance.on_hand - LotBalance.reserved
    rows = session.execute(
        sa.select(
            Bin.id, Bin.code, free.label("free"), Lot.id.label("lot_id"),
            Lot.code.label("lot_code"), Lot.best_before,
        )
        .join(LotBalance, LotBalance.bin_id == Bin.id)
        .join(Lot, Lot.id == LotBalance.lot_id)
        .where(
            Lot.sku_id == sku.id,
            free > 0,
            Lot.blocked_at.is_(None),
            sa.or_(Lot.best_before.is_(None), Lot.best_before >= today),
            Bin.kind.in_(MADE_FROM),
            Bin.is_active,
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
