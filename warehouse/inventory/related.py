"""What rows of the ledger say of each other: lots, pieces and promises with the moves they made.

And of the lines and pick tasks that promises are for, whose tables are known by their names alone.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from warehouse.catalog.models import VIRTUAL_KINDS, Bin, BinKind, Sku
from warehouse.db import table_of
from warehouse.inventory.ledger.origins import COMES_FROM
from warehouse.inventory.models import Allocation, Lot, Move, MoveReason, MoveSerial, Serial

_move = table_of(Move)
_lot = table_of(Lot)
_promise = table_of(Allocation)
_taken_along = table_of(MoveSerial)
_line = sa.table("consignment_line", *map(sa.column, ("id", "sku_id", "pieces", "picked")))
_task = sa.table("pick_task", *map(sa.column, ("allocation_id", "consignment_line_id")))
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


def pieces_from_elsewhere() -> Found:
    """Return the question which pieces outside were taken last from where they cannot come from.

    Without a move they go from one place there to another only as `COMES_FROM` says, or where a
    count has seen them. Those taken out of bins they were not in are `pieces_that_leapt`.
    """
    frm, before = aliased(Bin), aliased(Bin)
    last = _last_two()
    lawful = [
        sa.and_(frm.kind == kind, before.kind.in_(kinds)) for kind, kinds in COMES_FROM.items()
    ]
    return (
        sa.select(before.code, Sku.code, sa.literal(1), sa.literal(0), Serial.code)
        .select_from(last)
        .join(Serial, Serial.id == last.c.serial_id)
        .join(Sku, Sku.id == Serial.sku_id)
        .join(frm, frm.id == last.c.from_bin_id)
        .join(before, before.id == last.c.was_in)
        .where(
            last.c.was_in != last.c.from_bin_id,
            last.c.reason != MoveReason.COUNT,
            before.kind.in_(VIRTUAL_KINDS),
            frm.kind.in_(VIRTUAL_KINDS),
            ~sa.or_(*lawful),
        )
        .order_by(Serial.id)
    )


def pieces_of_two_lots() -> Found:
    """Return the question which pieces were moved last as pieces of another lot than before.

    Only an adjustment that brings one back into the house may say so.
    """
    last = _last_two()
    adjusted = sa.and_(
        last.c.reason == MoveReason.ADJUST,
        last.c.from_bin_id.in_(sa.select(Bin.id).where(Bin.kind == BinKind.COUNT_DIFFERENCE)),
    )
    return (
        sa.select(Bin.code, Sku.code, sa.literal(1), sa.literal(0), Serial.code)
        .select_from(last)
        .join(Serial, Serial.id == last.c.serial_id)
        .join(Sku, Sku.id == Serial.sku_id)
        .join(Bin, Bin.id == Serial.bin_id)
        .where(last.c.lot_id != last.c.was_of, ~adjusted)
        .order_by(Serial.id)
    )


def _last_two() -> sa.Subquery:
    """Return the last move of each piece, with the bin and lot the one before left it in."""
    of_piece: dict[str, Any] = {
        "partition_by": _taken_along.c.serial_id,
        "order_by": _taken_along.c.move_id,
    }
    moves = (
        sa.select(
            _taken_along.c.serial_id, _taken_along.c.move_id, _move.c.from_bin_id, _move.c.lot_id,
            _move.c.reason,
            sa.func.lag(_move.c.to_bin_id).over(**of_piece).label("was_in"),
            sa.func.lag(_move.c.lot_id).over(**of_piece).label("was_of"),
            sa.func.lead(_move.c.id).over(**of_piece).label("next_id"),
        ).join(_move, _move.c.id == _taken_along.c.move_id)
    ).subquery()  # fmt: skip
    return sa.select(moves).where(moves.c.next_id.is_(None)).subquery()


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


def moves_of_other_pieces() -> Found:
    """Return the question which moves took along fewer or more known pieces than they say.

    Moves of goods that were not known piece by piece then took none. The subject is one of them.
    """
    along = (
        sa.select(
            _taken_along.c.move_id,
            sa.func.count().label("n"),
            sa.func.min(_taken_along.c.serial_id).label("serial_id"),
        )
        .group_by(_taken_along.c.move_id)
        .subquery()
    )
    return (
        sa.select(Bin.code, Sku.code, along.c.n, _move.c.pieces, Serial.code)
        .select_from(along)
        .join(_move, _move.c.id == along.c.move_id)
        .join(Bin, Bin.id == _move.c.to_bin_id)
        .join(Sku, Sku.id == _move.c.sku_id)
        .join(Serial, Serial.id == along.c.serial_id)
        .where(along.c.n != _move.c.pieces)
        .order_by(_move.c.id)
    )


def pieces_that_leapt() -> Found:
    """Return the question which pieces were taken from where the move before had not put them.

    The first brings a piece in; all that is outside the house is one place.
    """
    before = sa.func.lag(_move.c.to_bin_id).over(
        partition_by=_taken_along.c.serial_id, order_by=_taken_along.c.move_id
    )
    steps = (
        sa.select(
            _taken_along.c.serial_id,
            _taken_along.c.move_id,
            _move.c.from_bin_id.label("taken_from"),
            before.label("put_into"),
        )
        .join(_move, _move.c.id == _taken_along.c.move_id)
        .subquery()
    )
    put_into = aliased(Bin)
    is_outside = sa.or_(put_into.id.is_(None), put_into.kind.in_(VIRTUAL_KINDS))
    return (
        sa.select(Bin.code, Sku.code, sa.literal(1), sa.literal(0), Serial.code)
        .select_from(steps)
        .join(Serial, Serial.id == steps.c.serial_id)
        .join(Sku, Sku.id == Serial.sku_id)
        .join(Bin, Bin.id == steps.c.taken_from)
        .outerjoin(put_into, put_into.id == steps.c.put_into)
        .where(
            sa.func.coalesce(steps.c.put_into, 0) != steps.c.taken_from,
            ~sa.and_(is_outside, Bin.kind.in_(VIRTUAL_KINDS)),
        )
        .order_by(steps.c.serial_id, steps.c.move_id)
    )


def _number() -> sa.ColumnElement[str]:
    return sa.literal("#") + sa.cast(_promise.c.id, sa.String)


def promises_of_other_lines() -> list[Found]:
    """Return the questions which promises are for a line of other goods, or not for their task's.

    Kept and computed are the pieces promised, and none.
    """
    of_goods = sa.join(_promise, _line, _line.c.id == _promise.c.consignment_line_id)
    of_task = sa.join(_promise, _task, _task.c.allocation_id == _promise.c.id)
    is_other = {
        of_goods: _line.c.sku_id != _promise.c.sku_id,
        of_task: _task.c.consignment_line_id != _promise.c.consignment_line_id,
    }
    return [
        sa.select(Bin.code, Sku.code, _promise.c.pieces, sa.literal(0), _number())
        .select_from(source)
        .join(Bin, Bin.id == _promise.c.bin_id)
        .join(Sku, Sku.id == _promise.c.sku_id)
        .where(condition)
        .order_by(_promise.c.id)
        for source, condition in is_other.items()
    ]


def lines_promised_too_much() -> Found:
    """Return the question which lines are promised more pieces than they still want.

    Kept are the open pieces of all its promises, of which the subject is the last.
    """
    open_pieces = _promise.c.pieces - _promise.c.picked - _promise.c.released
    promised = (
        sa.select(
            _promise.c.consignment_line_id.label("line_id"),
            sa.func.sum(open_pieces).label("n"),
            sa.func.max(_promise.c.id).label("last_id"),
        )
        .where(_promise.c.pieces > _promise.c.picked + _promise.c.released)
        .group_by(_promise.c.consignment_line_id)
        .subquery()
    )
    wanted = _line.c.pieces - _line.c.picked
    return (
        sa.select(Bin.code, Sku.code, promised.c.n, wanted, _number())
        .select_from(promised)
        .join(_line, _line.c.id == promised.c.line_id)
        .join(_promise, _promise.c.id == promised.c.last_id)
        .join(Bin, Bin.id == _promise.c.bin_id)
        .join(Sku, Sku.id == _promise.c.sku_id)
        .where(promised.c.n > wanted)
        .order_by(_promise.c.id)
    )


def promises_of_other_moves() -> Found:
    """Return the question which promises name other goods or another line than what was taken."""
    return (
        sa.select(Bin.code, Sku.code, sa.func.count(), sa.literal(0), _number())
        .select_from(_promise)
        .join(Bin, Bin.id == _promise.c.bin_id)
        .join(Sku, Sku.id == _promise.c.sku_id)
        .join(_move, _move.c.allocation_id == _promise.c.id)
        .where(
            sa.or_(
                _move.c.sku_id != _promise.c.sku_id,
                _move.c.from_bin_id != _promise.c.bin_id,
                _move.c.lot_id.is_distinct_from(_promise.c.lot_id),
                _move.c.consignment_line_id != _promise.c.consignment_line_id,
            )
        )
        .group_by(_promise.c.id, Bin.code, Sku.code)
        .order_by(_promise.c.id)
    )
