"""Reading the ledger: balances, and who moved what."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin
from warehouse.catalog.queries import IS_PICKABLE
from warehouse.commands import CommandRow
from warehouse.db import table_of
from warehouse.inventory.models import Move, MoveReason, StockBalance

_move = table_of(Move)
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


def available_of(session: Session, sku_ids: Iterable[int] | None = None) -> dict[int, int]:
    """Return SKU id → pieces free in pickable bins; SKUs without any are left out.

    All SKUs unless some are named.
    """
    free = (
        sa.select(_balance.c.sku_id, sa.func.sum(_balance.c.on_hand - _balance.c.reserved))
        .join(Bin, Bin.id == _balance.c.bin_id)
        .where(IS_PICKABLE)
        .group_by(_balance.c.sku_id)
    )
    if sku_ids is not None:
        free = free.where(_balance.c.sku_id.in_(set(sku_ids)))
    return {sku_id: int(pieces) for sku_id, pieces in session.execute(free)}


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
