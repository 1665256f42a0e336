"""Reading the ledger: balances, and who moved what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.catalog.queries import IS_PICKABLE
from warehouse.commands import CommandRow
from warehouse.db import table_of
from warehouse.inventory.fitness import SUSPECT_SKUS, is_fit
from warehouse.inventory.models import Lot, LotBalance, Move, MoveReason, StockBalance
from warehouse.inventory.unfound import FREE_OF_LOT, IN_REACH, IN_REACH_OF_LOT

_move = table_of(Move)
_mirror = table_of(Move).alias("mirror")
# That a move was not undone. Asked of each move by itself: all the undone ones are ever more.
NOT_UNDONE = ~sa.exists().where(_mirror.c.reverses_id == Move.id)
_balance = table_of(StockBalance)


def balance_of(session: Session, bin_id: int, sku_id: int) -> tuple[int, int, int]:
    """Return (on hand, reserved, available) in pieces; zeros where nothing ever stood."""
    row = session.execute(
        sa.select(_balance.c.on_hand, _balance.c.reserved).where(
            _balance.c.bin_id == bin_id, _balance.c.sku_id == sku_id
        )
    ).first()
    if row is None:
        return (0, 0, 0)
    return (row.on_hand, row.reserved, row.on_hand - row.reserved)


def free_by_sku(places: sa.ColumnElement[bool] = IS_PICKABLE) -> sa.Select[*tuple[Any, ...]]:
    """Return (sku_id, bin_id, walk_order, free, lot_id, best_before) of goods without lots.

    Pieces nobody was promised, by bin that is picked from or is one of the `places` named; the
    last two are null. Kits that may have pieces of a blocked lot inside are left out, and what was
    not found in its bin.
    """
    free = IN_REACH
    return (
        sa.select(
            StockBalance.sku_id,
            StockBalance.bin_id,
            Bin.walk_order.label("walk_order"),
            free.label("free"),
            sa.cast(sa.null(), Lot.id.type).label("lot_id"),
            sa.cast(sa.null(), Lot.best_before.type).label("best_before"),
        )
        .join(Bin, Bin.id == StockBalance.bin_id)
        .join(Sku, Sku.id == StockBalance.sku_id)
        .where(
            ~StockBalance.is_in_work,
            places,
            free > 0,
            ~Sku.is_lot_tracked,
            StockBalance.sku_id.not_in(SUSPECT_SKUS),
        )
    )


def free_by_lot(
    day: date, places: sa.ColumnElement[bool] = IS_PICKABLE, *, with_unfound: bool = False
) -> sa.Select[*tuple[Any, ...]]:
    """Return the same of goods kept by lot, one row for each bin and lot.

    Lots that are blocked, or too near their end on the site's `day`, are left out.
    """
    free = FREE_OF_LOT if with_unfound else IN_REACH_OF_LOT
    return (
        sa.select(
            Lot.sku_id,
            LotBalance.bin_id,
            Bin.walk_order.label("walk_order"),
            free.label("free"),
            Lot.id.label("lot_id"),
            Lot.best_before.label("best_before"),
        )
        .join(Bin, Bin.id == LotBalance.bin_id)
        .join(Lot, Lot.id == LotBalance.lot_id)
        .join(Sku, Sku.id == Lot.sku_id)
        .where(places, free > 0, Sku.is_lot_tracked, is_fit(day))
    )


def available_of(
    session: Session,
    sku_ids: Iterable[int] | None = None,
    *,
    day: date,
    places: sa.ColumnElement[bool] = IS_PICKABLE,
) -> dict[int, int]:
    """Return SKU id → pieces that may be promised on the site's `day`; those without are left out.

    All SKUs unless some are named, in bins that are picked from unless other places are named.
    """
    parts = [free_by_sku(places), free_by_lot(day, places)]
    if sku_ids is not None:
        wanted = set(sku_ids)
        parts = [part.where(part.selected_columns["sku_id"].in_(wanted)) for part in parts]
    free = sa.union_all(*parts).subquery()
    rows = session.execute(
        sa.select(free.c.sku_id, sa.func.sum(free.c.free)).group_by(free.c.sku_id)
    )
    return {sku_id: int(pieces) for sku_id, pieces in rows}


def movers_of(session: Session, line_ids: Iterable[int], reason: MoveReason) -> set[int]:
    """Return the ids of the people who moved pieces of these consignment lines for a reason.

    Moves that were undone count too: the goods were in those hands.
    """
    return set(
        session.scalars(
            sa.select(CommandRow.person_id)
            .join(_move, _move.c.command_id == CommandRow.id)
            .where(_move.c.consignment_line_id.in_(list(line_ids)), _move.c.reason == reason)
            .distinct()
        )
    )
