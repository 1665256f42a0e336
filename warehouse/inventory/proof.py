"""The proof of the ledger: what is kept for fast reading agrees with what explains it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import VIRTUAL_KINDS, Bin, Sku
from warehouse.db import table_of
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
_serial = table_of(Serial)
_taken_along = table_of(MoveSerial)
_lot = table_of(Lot)


class Proof(StrEnum):
    """What was compared."""

    ON_HAND = "on_hand"  # a balance with its moves
    RESERVED = "reserved"  # a balance with its open allocations
    LOT_ON_HAND = "lot_on_hand"  # the same of a lot
    LOT_RESERVED = "lot_reserved"
    LOTS = "lots"  # the balance of goods kept by lot with the balances of the lots
    SERIALS = "serials"  # the balance of goods known piece by piece with the pieces there
    SERIAL_PLACE = "serial_place"  # where a piece is with where its last move took it


PROOF_WORDS = {
    Proof.ON_HAND: say("on hand and its moves"),
    Proof.RESERVED: say("reserved and its promises"),
    Proof.LOT_ON_HAND: say("lot on hand and its moves"),
    Proof.LOT_RESERVED: say("lot reserved and its promises"),
    Proof.LOTS: say("stock and its lots"),
    Proof.SERIALS: say("stock and its serial numbers"),
    Proof.SERIAL_PLACE: say("serial number and its last move"),
}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Something kept that does not agree with what explains it, in pieces.

    `subject` is the lot or the serial number, where it is about one.
    """

    kind: Proof
    bin: str
    sku: str
    kept: int
    computed: int
    subject: str = ""


def differences(session: Session) -> list[Difference]:
    """Return all that disagrees, by proof, bin and SKU. Reads the whole ledger; no hot path."""
    real = Bin.kind.not_in(VIRTUAL_KINDS)
    return [
        *_of_skus(session, Proof.ON_HAND, _balance.c.on_hand, _moved(_move.c.sku_id)),
        *_of_skus(session, Proof.RESERVED, _balance.c.reserved, _promised(_allocation.c.sku_id)),
        *_of_lots(session, Proof.LOT_ON_HAND, _lot_balance.c.on_hand, _moved(_move.c.lot_id)),
        *_of_lots(
            session, Proof.LOT_RESERVED, _lot_balance.c.reserved, _promised(_allocation.c.lot_id)
        ),
        # What is outside may have left before its goods were kept by lot.
        *_of_skus(
            session, Proof.LOTS, _balance.c.on_hand, _by_lot(), sa.and_(Sku.is_lot_tracked, real)
        ),
        *_of_skus(
            session,
            Proof.SERIALS,
            _balance.c.on_hand,
            _known_pieces(),
            sa.and_(Sku.is_serial_tracked, real),
        ),
        *_left_over(session, real),
        *_misplaced(session),
    ]


def _moved(what: sa.ColumnElement[Any]) -> sa.Subquery:
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


def _promised(what: sa.ColumnElement[Any]) -> sa.Subquery:
    """Return (bin_id, what, n): the open pieces of the allocations, by SKU or by lot."""
    open_pieces = _allocation.c.pieces - _allocation.c.picked - _allocation.c.released
    return (
        sa.select(_allocation.c.bin_id, what.label("what"), sa.func.sum(open_pieces).label("n"))
        .where(what.is_not(None))
        .group_by(_allocation.c.bin_id, what)
        .subquery()
    )


def _by_lot() -> sa.Subquery:
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


def _known_pieces() -> sa.Subquery:
    """Return (bin_id, what, n): how many known pieces of a SKU are in a bin."""
    return (
        sa.select(_serial.c.bin_id, _serial.c.sku_id.label("what"), sa.func.count().label("n"))
        .group_by(_serial.c.bin_id, _serial.c.sku_id)
        .subquery()
    )


def _of_skus(
    session: Session,
    kind: Proof,
    kept: sa.ColumnElement[int],
    computed: sa.Subquery,
    only: sa.ColumnElement[bool] | None = None,
) -> list[Difference]:
    found = _disagreeing(_balance, _balance.c.sku_id, kept, computed)
    query = (
        sa.select(Bin.code, Sku.code, found.c.kept, found.c.computed, sa.literal(""))
        .join(Bin, Bin.id == found.c.bin_id)
        .join(Sku, Sku.id == found.c.what)
        .order_by(Bin.code, Sku.code)
    )
    return _told(session, kind, query if only is None else query.where(only))


def _of_lots(
    session: Session, kind: Proof, kept: sa.ColumnElement[int], computed: sa.Subquery
) -> list[Difference]:
    found = _disagreeing(_lot_balance, _lot_balance.c.lot_id, kept, computed)
    query = (
        sa.select(Bin.code, Sku.code, found.c.kept, found.c.computed, Lot.code)
        .join(Bin, Bin.id == found.c.bin_id)
        .join(Lot, Lot.id == found.c.what)
        .join(Sku, Sku.id == Lot.sku_id)
        .order_by(Bin.code, Sku.code, Lot.code)
    )
    return _told(session, kind, query)


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


def _left_over(session: Session, real: sa.ColumnElement[bool]) -> list[Difference]:
    """Return what lots still have in a bin though their SKU is not kept by lot."""
    query = (
        sa.select(Bin.code, Sku.code, _lot_balance.c.on_hand, sa.literal(0), _lot.c.code)
        .select_from(_lot_balance)
        .join(_lot, _lot.c.id == _lot_balance.c.lot_id)
        .join(Sku, Sku.id == _lot.c.sku_id)
        .join(Bin, Bin.id == _lot_balance.c.bin_id)
        .where(~Sku.is_lot_tracked, _lot_balance.c.on_hand != 0, real)
        .order_by(Bin.code, Sku.code, _lot.c.code)
    )
    return _told(session, Proof.LOTS, query)


def _misplaced(session: Session) -> list[Difference]:
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
    return _told(session, Proof.SERIAL_PLACE, query)


def _told(session: Session, kind: Proof, query: sa.Select[*tuple[Any, ...]]) -> list[Difference]:
    return [
        Difference(kind=kind, bin=b, sku=s, kept=int(kept), computed=int(computed), subject=subject)
        for b, s, kept, computed, subject in session.execute(query)
    ]
