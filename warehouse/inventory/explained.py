"""What explains the balances: sums over moves, promises, lots and known pieces."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from warehouse.db import table_of
from warehouse.inventory.models import (
    Allocation,
    AllocationRelease,
    Lot,
    LotBalance,
    Move,
    Serial,
)

_move = table_of(Move)
_mirror = _move.alias("mirror")
_lot_balance = table_of(LotBalance)
_allocation = table_of(Allocation)
_release = table_of(AllocationRelease)
_serial = table_of(Serial)
_lot = table_of(Lot)


def moved(what: sa.ColumnElement[Any]) -> sa.Subquery:
    """Return (bin_id, what, n): the sum of the moves in and out, by SKU or by lot."""
    parts = sa.union_all(
        sa.select(_move.c.to_bin_id.label("bin_id"), what.label("what"), _move.c.pieces.label("n")),
        sa.select(_move.c.from_bin_id, what, -_move.c.pieces),
    ).subquery()
    return (
        sa.select(parts.c.bin_id, parts.c.what, sa.func.sum(parts.c.n).label("n"))
        .where(parts.c.what.is_not(None))
        .group_by(parts.c.bin_id, parts.c.what)
        .subquery()
    )


def promised(what: sa.ColumnElement[Any]) -> sa.Subquery:
    """Return (bin_id, what, n): the open pieces of the allocations, by SKU or by lot."""
    open_pieces = _allocation.c.pieces - _allocation.c.picked - _allocation.c.released
    return (
        sa.select(_allocation.c.bin_id, what.label("what"), sa.func.sum(open_pieces).label("n"))
        .where(what.is_not(None))
        .group_by(_allocation.c.bin_id, what)
        .subquery()
    )


def by_lot() -> sa.Subquery:
    """Return (bin_id, what, n): what the lots of a SKU have in a bin, together."""
    return (
        sa.select(
            _lot_balance.c.bin_id,
            _lot.c.sku_id.label("what"),
            sa.func.sum(_lot_balance.c.on_hand).label("n"),
        )
        .join(_lot, _lot.c.id == _lot_balance.c.lot_id)
        .group_by(_lot_balance.c.bin_id, _lot.c.sku_id)
        .subquery()
    )


def known_pieces() -> sa.Subquery:
    """Return (bin_id, what, n): how many known pieces of a SKU are in a bin."""
    return (
        sa.select(_serial.c.bin_id, _serial.c.sku_id.label("what"), sa.func.count().label("n"))
        .group_by(_serial.c.bin_id, _serial.c.sku_id)
        .subquery()
    )


def pieces_of_lots() -> sa.Subquery:
    """Return (bin_id, what, n): how many known pieces of a lot are in a bin."""
    return (
        sa.select(_serial.c.bin_id, _serial.c.lot_id.label("what"), sa.func.count().label("n"))
        .where(_serial.c.lot_id.is_not(None))
        .group_by(_serial.c.bin_id, _serial.c.lot_id)
        .subquery()
    )


def taken_out() -> sa.Subquery:
    """Return (allocation_id, n): the pieces of the moves out of a promise that were not undone."""
    return (
        sa.select(_move.c.allocation_id, sa.func.sum(_move.c.pieces).label("n"))
        .outerjoin(_mirror, _mirror.c.reverses_id == _move.c.id)
        .where(_move.c.allocation_id.is_not(None), _mirror.c.id.is_(None))
        .group_by(_move.c.allocation_id)
        .subquery()
    )


def given_back() -> sa.Subquery:
    """Return (allocation_id, n): the pieces of a promise that records say were given back."""
    return (
        sa.select(_release.c.allocation_id, sa.func.sum(_release.c.pieces).label("n"))
        .group_by(_release.c.allocation_id)
        .subquery()
    )
