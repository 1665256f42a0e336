"""Bins as the desk lists them with what stands in them, and the moves behind it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import VIRTUAL_KINDS, Bin, Sku, Zone
from warehouse.commands import CommandRow
from warehouse.inventory.models import Lot, LotBalance, Move, StockBalance
from warehouse.people.models import Person

_stood = (
    sa.select(
        StockBalance.bin_id,
        sa.func.sum(StockBalance.on_hand).label("on_hand"),
        sa.func.sum(StockBalance.reserved).label("reserved"),
        sa.func.sum(sa.case((StockBalance.on_hand != 0, 1), else_=0)).label("skus"),
    )
    .group_by(StockBalance.bin_id)
    .subquery()
)
BIN_SORTS: dict[str, Any] = {
    "walk": Bin.walk_order,
    "code": Bin.code,
    "on_hand": sa.func.coalesce(_stood.c.on_hand, 0),
}


def bin_list() -> sa.Select[*tuple[Any, ...]]:
    """Return the bins with zone and content, to be filtered."""
    return (
        sa.select(
            Bin.id,
            Bin.code,
            Bin.kind,
            Bin.walk_order,
            Bin.is_active,
            Bin.length_mm,
            Bin.width_mm,
            Bin.height_mm,
            Bin.most_weight_g,
            Bin.most_pieces,
            Bin.is_one_sku,
            Bin.storage_class,
            Bin.is_put_closed,
            Bin.is_pick_closed,
            Zone.code.label("zone"),
            sa.func.coalesce(_stood.c.on_hand, 0).label("on_hand"),
            sa.func.coalesce(_stood.c.reserved, 0).label("reserved"),
            sa.func.coalesce(_stood.c.skus, 0).label("skus"),
        )
        .outerjoin(Zone, Zone.id == Bin.zone_id)
        .outerjoin(_stood, _stood.c.bin_id == Bin.id)
    )


def move_list() -> sa.Select[*tuple[Any, ...]]:
    """Return the moves with goods, bins and who made them, to be filtered."""
    source, target = aliased(Bin), aliased(Bin)
    return (
        sa.select(
            Move.id,
            Move.at,
            Move.reason,
            Move.pieces,
            Move.reference,
            Move.sku_id,
            Move.from_bin_id,
            Move.to_bin_id,
            Sku.code,
            source.code.label("source"),
            target.code.label("target"),
            Person.name.label("who"),
        )
        .join(Sku, Sku.id == Move.sku_id)
        .join(source, source.id == Move.from_bin_id)
        .join(target, target.id == Move.to_bin_id)
        .join(CommandRow, CommandRow.id == Move.command_id)
        .join(Person, Person.id == CommandRow.person_id)
    )


MOVE_SORTS: dict[str, Any] = {"no": Move.id}


def bins_of_sku(session: Session, sku_id: int) -> list[Any]:
    """Return where the SKU stands: real bins in walking order, then the outside."""
    return list(
        session.execute(
            sa.select(
                Bin.id,
                Bin.code,
                Bin.kind,
                StockBalance.on_hand,
                StockBalance.reserved,
                StockBalance.is_virtual,
            )
            .join(Bin, Bin.id == StockBalance.bin_id)
            .where(StockBalance.sku_id == sku_id, StockBalance.on_hand != 0)
            .order_by(StockBalance.is_virtual, Bin.walk_order, Bin.code)
        )
    )


def lots_standing(session: Session, *where: sa.ColumnElement[bool]) -> list[Any]:
    """Return the lots that stand in real bins, earliest best-before first.

    Each with bin_id, sku_id, code, best_before, is_blocked and on_hand; `where` filters lots and
    their balances.
    """
    return list(
        session.execute(
            sa.select(
                LotBalance.bin_id, Lot.sku_id, Lot.code, Lot.best_before,
                Lot.blocked_at.is_not(None).label("is_blocked"), LotBalance.on_hand,
            )
            .join(Lot, Lot.id == LotBalance.lot_id)
            .join(Bin, Bin.id == LotBalance.bin_id)
            .where(LotBalance.on_hand > 0, Bin.kind.not_in(VIRTUAL_KINDS), *where)
            .order_by(Lot.best_before.is_(None), Lot.best_before, Lot.id)
        )
    )  # fmt: skip


def content_of_bin(session: Session, bin_id: int) -> list[Any]:
    """Return what stands in the bin, by SKU code."""
    return list(
        session.execute(
            sa.select(
                Sku.id.label("sku_id"),
                Sku.code,
                Sku.name,
                Sku.properties,
                StockBalance.on_hand,
                StockBalance.reserved,
            )
            .join(Sku, Sku.id == StockBalance.sku_id)
            .where(StockBalance.bin_id == bin_id, StockBalance.on_hand != 0)
            .order_by(Sku.code)
            .limit(500)
        )
    )
