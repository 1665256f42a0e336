"""The proof of the ledger: what is kept for fast reading agrees with what explains it.

The database itself lets no bin fall below zero and no promise stand that is not reserved; what it
cannot see is pieces reserved for nobody, and what was changed beside its rules. Where a promise
stood of which no piece was ever taken, nothing but itself tells; whom it is for, its task too.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import IN_WORK_KINDS, VIRTUAL_KINDS, Bin, Sku
from warehouse.db import table_of
from warehouse.inventory import explained, related
from warehouse.inventory.models import (
    Allocation,
    Lot,
    LotBalance,
    Move,
    MoveSerial,
    Serial,
    StockBalance,
)
from warehouse.text import say

_move = table_of(Move)
_balance = table_of(StockBalance)
_lot_balance = table_of(LotBalance)
_allocation = table_of(Allocation)
_taken_along = table_of(MoveSerial)
_lot = table_of(Lot)


_Asked = tuple["Proof", sa.Select[*tuple[Any, ...]]]


class Proof(StrEnum):
    """What was compared."""

    ON_HAND = "on_hand"  # a balance with its moves
    RESERVED = "reserved"  # a balance with its open allocations
    LOT_ON_HAND = "lot_on_hand"  # the same of a lot
    LOT_RESERVED = "lot_reserved"
    LOTS = "lots"  # the balance of goods kept by lot with the balances of the lots
    SERIALS = "serials"  # the balance of goods known piece by piece with the pieces there
    SERIAL_PLACE = "serial_place"  # where a piece is with where its last move took it
    SERIAL_LOTS = "serial_lots"  # what of a lot is in a bin with the pieces there that are of it
    PICKED = "picked"  # what was taken out of a promise with the moves that took it
    GIVEN_BACK = "given_back"  # what was given back of a promise with the records of that
    KIND_OF_BIN = "kind_of_bin"  # what a balance says of its bin with the bin
    OF_ONE_SKU = "of_one_sku"  # the SKU of a move or promise with that of its lot
    SERIAL_MOVES = "serial_moves"  # SKU and lot of a piece with the moves that took it along
    PROMISE_MOVES = "promise_moves"  # bin, goods and line of a promise with what was taken out
    MOVE_SERIALS = "move_serials"  # the pieces of a move with the numbers it took along
    SERIAL_WAY = "serial_way"  # from where a move took a piece with where the one before put it
    PROMISE_LINE = "promise_line"  # the goods of a promise, and its task, with the line it is for
    LINE_PROMISES = "line_promises"  # the open promises to a line with what it still wants


PROOF_WORDS = {
    Proof.ON_HAND: say("on hand and its moves"),
    Proof.RESERVED: say("reserved and its promises"),
    Proof.LOT_ON_HAND: say("lot on hand and its moves"),
    Proof.LOT_RESERVED: say("lot reserved and its promises"),
    Proof.LOTS: say("stock and its lots"),
    Proof.SERIALS: say("stock and its serial numbers"),
    Proof.SERIAL_PLACE: say("serial number and its last move"),
    Proof.SERIAL_LOTS: say("lot and its serial numbers"),
    Proof.PICKED: say("picked of a promise and its moves"),
    Proof.GIVEN_BACK: say("given back of a promise and its records"),
    Proof.KIND_OF_BIN: say("balance and the kind of its bin"),
    Proof.OF_ONE_SKU: say("lot and the goods it is of"),
    Proof.SERIAL_MOVES: say("serial number and the goods that moved"),
    Proof.PROMISE_MOVES: say("promise and what was taken out of it"),
    Proof.MOVE_SERIALS: say("move and its serial numbers"),
    Proof.SERIAL_WAY: say("serial number and the move before"),
    Proof.PROMISE_LINE: say("promise and the line it is for"),
    Proof.LINE_PROMISES: say("promises to a line and what it wants"),
}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Something kept that does not agree with what explains it, in pieces.

    `subject` is the lot or the serial number, where it is about one; "#12" is a promise.
    """

    kind: Proof
    bin: str
    sku: str
    kept: int
    computed: int
    subject: str = ""


def differences(session: Session) -> list[Difference]:
    """Return all that disagrees, by proof, bin and SKU. Reads the whole ledger; no hot path."""
    return [found for kind, query in _proofs() for found in _told(session, kind, query)]


@cache
def _proofs() -> tuple[_Asked, ...]:
    """Return each proof with the question for what disagrees; they are drawn up once."""
    real = Bin.kind.not_in(VIRTUAL_KINDS)
    return (
        _of_skus(Proof.ON_HAND, _balance.c.on_hand, explained.moved(_move.c.sku_id)),
        _of_skus(Proof.RESERVED, _balance.c.reserved, explained.promised(_allocation.c.sku_id)),
        _of_lots(Proof.LOT_ON_HAND, _lot_balance.c.on_hand, explained.moved(_move.c.lot_id)),
        _of_lots(
            Proof.LOT_RESERVED,
            _lot_balance.c.reserved,
            explained.promised(_allocation.c.lot_id),
        ),
        # What is outside may have left before its goods were kept by lot.
        _of_skus(
            Proof.LOTS,
            _balance.c.on_hand,
            explained.by_lot(),
            sa.and_(Sku.is_lot_tracked, real),
        ),
        _of_skus(
            Proof.SERIALS,
            _balance.c.on_hand,
            explained.known_pieces(),
            sa.and_(Sku.is_serial_tracked, real),
        ),
        _left_over(real),
        _misplaced(),
        _of_lots(
            Proof.SERIAL_LOTS,
            _lot_balance.c.on_hand,
            explained.pieces_of_lots(),
            sa.and_(Sku.is_serial_tracked, Sku.is_lot_tracked, real),
        ),
        _of_promises(Proof.PICKED, _allocation.c.picked, explained.taken_out()),
        _of_promises(Proof.GIVEN_BACK, _allocation.c.released, explained.given_back()),
        *_of_kinds(),
        *((Proof.OF_ONE_SKU, query) for query in related.lots_of_other_goods()),
        *((Proof.SERIAL_MOVES, query) for query in related.pieces_of_other_moves()),
        (Proof.SERIAL_WAY, related.pieces_from_elsewhere()),
        (Proof.SERIAL_MOVES, related.pieces_of_two_lots()),
        (Proof.SERIALS, related.pieces_without_numbers(real)),
        (Proof.PROMISE_MOVES, related.promises_of_other_moves()),
        (Proof.MOVE_SERIALS, related.moves_of_other_pieces()),
        (Proof.SERIAL_WAY, related.pieces_that_leapt()),
        *((Proof.PROMISE_LINE, query) for query in related.promises_of_other_lines()),
        (Proof.LINE_PROMISES, related.lines_promised_too_much()),
    )


def _of_promises(kind: Proof, kept: sa.ColumnElement[int], sums: sa.Subquery) -> _Asked:
    computed = sa.func.coalesce(sums.c.n, 0)
    subject = sa.literal("#") + sa.cast(_allocation.c.id, sa.String)
    query = (
        sa.select(Bin.code, Sku.code, kept, computed, subject)
        .select_from(_allocation)
        .join(Bin, Bin.id == _allocation.c.bin_id)
        .join(Sku, Sku.id == _allocation.c.sku_id)
        .outerjoin(sums, sums.c.allocation_id == _allocation.c.id)
        .where(kept != computed)
        .order_by(_allocation.c.id)
    )
    return kind, query


def _of_kinds() -> list[_Asked]:
    """Return the questions which balances take their bin for outside, or for a tote, and it is not.

    Kept and computed are flags: 1 outside, 2 a tote or parcel.
    """
    of_bin = sa.case((Bin.kind.in_(VIRTUAL_KINDS), 1), else_=0)
    in_work = sa.case((Bin.kind.in_(IN_WORK_KINDS), 2), else_=0)
    found: list[_Asked] = []
    for table, lot, its_sku, kept, computed in (
        (
            _balance,
            sa.literal(""),
            _balance.c.sku_id,
            _flag(_balance.c.is_virtual, 1) + _flag(_balance.c.is_in_work, 2),
            of_bin + in_work,
        ),
        (_lot_balance, _lot.c.code, _lot.c.sku_id, _flag(_lot_balance.c.is_virtual, 1), of_bin),
    ):
        source = sa.join(table, Bin, Bin.id == table.c.bin_id)
        if table is _lot_balance:
            source = source.join(_lot, _lot.c.id == _lot_balance.c.lot_id)
        query = (
            sa.select(Bin.code, Sku.code, kept, computed, lot)
            .select_from(source.join(Sku, Sku.id == its_sku))
            .where(kept != computed)
            .order_by(Bin.code, Sku.code)
        )
        found.append((Proof.KIND_OF_BIN, query))
    return found


def _flag(column: sa.ColumnElement[bool], value: int) -> sa.ColumnElement[int]:
    return sa.case((column, value), else_=0)


def _of_skus(
    kind: Proof,
    kept: sa.ColumnElement[int],
    computed: sa.Subquery,
    only: sa.ColumnElement[bool] | None = None,
) -> _Asked:
    found = _disagreeing(_balance, _balance.c.sku_id, kept, computed)
    query = (
        sa.select(Bin.code, Sku.code, found.c.kept, found.c.computed, sa.literal(""))
        .join(Bin, Bin.id == found.c.bin_id)
        .join(Sku, Sku.id == found.c.what)
        .order_by(Bin.code, Sku.code)
    )
    return kind, query if only is None else query.where(only)


def _of_lots(
    kind: Proof,
    kept: sa.ColumnElement[int],
    computed: sa.Subquery,
    only: sa.ColumnElement[bool] | None = None,
) -> _Asked:
    found = _disagreeing(_lot_balance, _lot_balance.c.lot_id, kept, computed)
    query = (
        sa.select(Bin.code, Sku.code, found.c.kept, found.c.computed, Lot.code)
        .join(Bin, Bin.id == found.c.bin_id)
        .join(Lot, Lot.id == found.c.what)
        .join(Sku, Sku.id == Lot.sku_id)
        .order_by(Bin.code, Sku.code, Lot.code)
    )
    return kind, query if only is None else query.where(only)


def _disagreeing(
    table: sa.Table,
    what: sa.ColumnElement[int],
    kept: sa.ColumnElement[int],
    computed: sa.Subquery,
) -> sa.Subquery:
    """Return (bin_id, what, kept, computed) of every key where the two are not equal."""
    keys = sa.union(
        sa.select(table.c.bin_id, what.label("what")), sa.select(computed.c.bin_id, computed.c.what)
    ).subquery()
    left, right = sa.func.coalesce(kept, 0), sa.func.coalesce(computed.c.n, 0)
    return (
        sa.select(keys.c.bin_id, keys.c.what, left.label("kept"), right.label("computed"))
        .outerjoin(table, sa.and_(table.c.bin_id == keys.c.bin_id, what == keys.c.what))
        .outerjoin(
            computed,
            sa.and_(computed.c.bin_id == keys.c.bin_id, computed.c.what == keys.c.what),
        )
        .where(left != right)
        .subquery()
    )


def _left_over(real: sa.ColumnElement[bool]) -> _Asked:
    """Return the question what lots still have in a bin though their SKU is not kept by lot."""
    query = (
        sa.select(Bin.code, Sku.code, _lot_balance.c.on_hand, sa.literal(0), _lot.c.code)
        .select_from(_lot_balance)
        .join(_lot, _lot.c.id == _lot_balance.c.lot_id)
        .join(Sku, Sku.id == _lot.c.sku_id)
        .join(Bin, Bin.id == _lot_balance.c.bin_id)
        .where(~Sku.is_lot_tracked, _lot_balance.c.on_hand != 0, real)
        .order_by(Bin.code, Sku.code, _lot.c.code)
    )
    return Proof.LOTS, query


def _misplaced() -> _Asked:
    last = (
        sa.select(_taken_along.c.serial_id, sa.func.max(_taken_along.c.move_id).label("move_id"))
        .group_by(_taken_along.c.serial_id)
        .subquery()
    )
    query = (
        sa.select(Bin.code, Sku.code, sa.literal(1), sa.literal(0), Serial.code)
        .select_from(Serial)
        .join(Bin, Bin.id == Serial.bin_id)
        .join(Sku, Sku.id == Serial.sku_id)
        .outerjoin(last, last.c.serial_id == Serial.id)
        .outerjoin(Move, Move.id == last.c.move_id)
        .where(sa.or_(Move.id.is_(None), Move.to_bin_id != Serial.bin_id))
        .order_by(Serial.id)
    )
    return Proof.SERIAL_PLACE, query


def _told(session: Session, kind: Proof, query: sa.Select[*tuple[Any, ...]]) -> list[Difference]:
    return [
        Difference(kind=kind, bin=b, sku=s, kept=int(kept), computed=int(computed), subject=subject)
        for b, s, kept, computed, subject in session.execute(query)
    ]
