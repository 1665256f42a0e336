"""What rows of the ledger say of each other: lots, pieces and promises with the moves they made."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from warehouse.catalog.models import Bin, Sku
from warehouse.db import table_of
from warehouse.inventory.models import Allocation, Lot, Move, MoveSerial, Serial

_move = table_of(Move)
_lot = table_of(Lot)
_promise = table_of(Allocation)
_taken_along = table_of(MoveSerial)
_NOWHERE = sa.literal("")

Found = sa.Select[*tuple[Any, ...]]  # bin, SKU, how many disagree, 0, subject


def lots_of_other_goods() -> list[Found]:
    """Return the questions which moves and promises are of a lot of another SKU."""
    return [
        sa.select(_NOWHERE, Sku.code, sa.func.count(), sa.literal(0), _lot.c.code)
        .select_from(table)
        .join(_lot, _lot.c.id == table.c.lot_id)
        .join(Sku, Sku.id == table.c.sku_id)
        .where(_lot.c.sku_id != table.c.sku_id)
        .group_by(Sku.code, _lot.c.code)
        .order_by(Sku.code, _lot.c.code)
        for table in (_move, _promise)
    ]


def pieces_of_other_moves() -> list[Found]:
    """Return the questions which pieces are of another SKU than their moves, or lot than the last.

    Of goods that are not kept by lot any more the lot is not asked.
    """
    last = (
        sa.select(sa.func.max(_taken_along.c.move_id))
        .where(_taken_along.c.serial_id == Serial.id)
        .correlate(Serial)
        .scalar_subquery()
    )
    of_lot = (
        sa.select(Bin.code, Sku.code, sa.literal(1), sa.literal(0), Serial.code)
        .select_from(Serial)
        .join(Bin, Bin.id == Serial.bin_id)
        .join(Sku, Sku.id == Serial.sku_id)
        .join(Move, Move.id == last)
        .where(Sku.is_lot_tracked, Serial.lot_id.is_distinct_from(Move.lot_id))
        .order_by(Serial.id)
    )
    of_sku = (
        sa.select(Bin.code, Sku.code, sa.func.count(), sa.literal(0), Serial.code)
        .select_from(Serial)
        .join(Bin, Bin.id == Serial.bin_id)
        .join(Sku, Sku.id == Serial.sku_id)
        .join(_taken_along, _taken_along.c.serial_id == Serial.id)
        .join(Move, Move.id == _taken_along.c.move_id)
        .where(Move.sku_id != Serial.sku_id)
        .group_by(Serial.id, Bin.code, Sku.code, Serial.code)
        .order_by(Serial.id)
    )
    return [of_sku, of_lot]


def pieces_without_numbers(real: sa.ColumnElement[bool]) -> Found:
    """Return the question what known pieces stand in the house of a SKU that has none any more."""
    return (
        sa.select(Bin.code, Sku.code, sa.literal(1), sa.literal(0), Serial.code)
        .select_from(Serial)
        .join(Bin, Bin.id == Serial.bin_id)
        .join(Sku, Sku.id == Serial.sku_id)
        .where(~Sku.is_serial_tracked, real)
        .order_by(Serial.id)
    )


def promises_of_other_moves() -> Found:
    """Return the question which promises name another bin, SKU or lot than what was taken out."""
    subject = sa.literal("#") + sa.cast(_promise.c.id, sa.String)
    return (
        sa.select(Bin.code, Sku.code, sa.func.count(), sa.literal(0), subject)
        .select_from(_promise)
        .join(Bin, Bin.id == _promise.c.bin_id)
        .join(Sku, Sku.id == _promise.c.sku_id)
        .join(_move, _move.c.allocation_id == _promise.c.id)
        .where(
            sa.or_(
                _move.c.sku_id != _promise.c.sku_id,
                _move.c.from_bin_id != _promise.c.bin_id,
                _move.c.lot_id.is_distinct_from(_promise.c.lot_id),
            )
        )
        .group_by(_promise.c.id, Bin.code, Sku.code)
        .order_by(_promise.c.id)
    )
