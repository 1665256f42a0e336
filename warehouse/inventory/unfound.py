"""Goods that were looked for in a bin and not found: out of reach until somebody has counted it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.commands import Command
from warehouse.inventory.models import Lot, LotBalance, StockBalance, Unfound

_ALL = 1_000_000_000  # more pieces than any bin has
_HERE = (Unfound.bin_id == Bin.id, Unfound.sku_id == Sku.id)
_KEPT = sa.select(
    sa.func.coalesce(sa.func.max(sa.case((Unfound.is_whole, _ALL), else_=Unfound.pieces)), 0)
)
_OF_BIN = _KEPT.where(*_HERE, Unfound.lot_id.is_(None)).correlate(Bin, Sku).scalar_subquery()
_OF_LOT = (
    _KEPT.where(*_HERE, sa.or_(Unfound.lot_id.is_(None), Unfound.lot_id == Lot.id))
    .correlate(Bin, Sku, Lot)
    .scalar_subquery()
)

# Pieces nobody was promised, of queries with `Bin` and `Sku`, and with `Lot` where they stand by
# lot: in the book, and those of them within reach (below zero where goods have left meanwhile).
FREE: sa.ColumnElement[int] = StockBalance.on_hand - StockBalance.reserved
FREE_OF_LOT: sa.ColumnElement[int] = LotBalance.on_hand - LotBalance.reserved
IN_REACH: sa.ColumnElement[int] = FREE - _OF_BIN
IN_REACH_OF_LOT: sa.ColumnElement[int] = FREE_OF_LOT - _OF_LOT


def at_least_0(pieces: sa.ColumnElement[int]) -> sa.ColumnElement[int]:
    """Return the pieces, 0 where they are below."""
    return sa.case((pieces > 0, pieces), else_=0)


def keep_unfound(
    session: Session,
    command: Command,
    *,
    bin_id: int,
    sku_id: int,
    pieces: int,
    lot_id: int | None = None,
    is_whole: bool = False,
) -> None:
    """Keep how many pieces of a SKU, or of one lot, were not seen in a bin.

    Who looked last is right. They are out of reach; `is_whole`: so is all the bin has of the SKU,
    and what comes there.
    """
    row = _held(session, bin_id, sku_id, lot_id)
    row.pieces, row.is_whole = pieces, is_whole
    row.at, row.person_id = command.at, command.actor.person_id
    session.flush()


def more_unfound(
    session: Session,
    command: Command,
    *,
    bin_id: int,
    sku_id: int,
    pieces: int,
    lot_id: int | None = None,
) -> None:
    """Keep that so many more pieces than before are not seen in a bin; the rest stays as it is."""
    row = _held(session, bin_id, sku_id, lot_id)
    row.pieces += pieces
    row.at, row.person_id = command.at, command.actor.person_id
    session.flush()


def unfound_in(session: Session, bin_id: int, sku_id: int, lot_id: int | None = None) -> int:
    """Return how many pieces of a SKU, or of one lot, were not seen in a bin."""
    row = session.scalars(_rows(bin_id, sku_id, lot_id)).one_or_none()
    return row.pieces if row is not None else 0


def within_reach_again(session: Session, *conditions: sa.ColumnElement[bool]) -> None:
    """Forget what was not found, where this holds: it was counted, or nobody will count it."""
    session.execute(
        sa.delete(Unfound).where(*conditions).execution_options(synchronize_session="fetch")
    )


def _held(session: Session, bin_id: int, sku_id: int, lot_id: int | None) -> Unfound:
    """Return the row, held until the command ends; where there is none, one of no pieces."""
    row: Unfound | None = session.scalars(
        _rows(bin_id, sku_id, lot_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        row = Unfound(bin_id=bin_id, sku_id=sku_id, lot_id=lot_id, pieces=0, is_whole=False)
        session.add(row)
    return row


def _rows(bin_id: int, sku_id: int, lot_id: int | None) -> sa.Select[Any]:
    of_lot = Unfound.lot_id.is_(None) if lot_id is None else Unfound.lot_id == lot_id
    return sa.select(Unfound).where(Unfound.bin_id == bin_id, Unfound.sku_id == sku_id, of_lot)
