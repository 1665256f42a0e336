"""Goods that were looked for in a bin and not found: out of reach until somebody has counted it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.commands import Command
from warehouse.inventory.models import Lot, LotBalance, Move, StockBalance, Unfound

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

_IN_BOOK = sa.case(
    (
        Unfound.lot_id.is_(None),
        sa.select(StockBalance.on_hand)
        .where(StockBalance.bin_id == Unfound.bin_id, StockBalance.sku_id == Unfound.sku_id)
        .correlate(Unfound)
        .scalar_subquery(),
    ),
    else_=sa.select(LotBalance.on_hand)
    .where(LotBalance.bin_id == Unfound.bin_id, LotBalance.lot_id == Unfound.lot_id)
    .correlate(Unfound)
    .scalar_subquery(),
)
_STANDS = sa.func.coalesce(_IN_BOOK, 0)


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


def moved_out(session: Session, bin_id: int) -> None:
    """Keep no more as not seen in a bin than the book has there, now that pieces were carried off.

    Those were there after all; they hold back none that comes later.
    """
    doubted = sa.and_(Unfound.bin_id == bin_id, ~Unfound.is_whole)
    within_reach_again(session, doubted, _STANDS == 0)
    session.execute(
        sa.update(Unfound)
        .where(doubted, Unfound.pieces > _STANDS)
        .values(pieces=_STANDS)
        .execution_options(synchronize_session="fetch")
    )


def moved_back(session: Session, command: Command, move: Move) -> None:
    """See to the doubts about the bins of a move that is undone.

    What comes back where goods were not seen is promised to nobody either: who undoes a move may
    have scanned the wrong bin, so that they never left.
    """
    row = session.scalars(_rows(move.from_bin_id, move.sku_id, move.lot_id)).one_or_none()
    if row is not None and not row.is_whole:
        more_unfound(
            session, command, bin_id=row.bin_id, sku_id=row.sku_id, lot_id=row.lot_id,
            pieces=move.pieces,
        )  # fmt: skip
    moved_out(session, move.to_bin_id)


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
