"""Goods known piece by piece: which serial numbers a move takes along, and where they are then."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from warehouse.catalog.models import Bin, BinKind
from warehouse.db import table_of
from warehouse.errors import RuleViolation, SerialElsewhere, SerialMissing
from warehouse.inventory.ledger.origins import (
    Known,
    Source,
    of_other_lot,
    origin_problem,
    pieces_known,
)
from warehouse.inventory.ledger.shapes import Posting
from warehouse.inventory.models import Lot, Move, MoveSerial, Serial
from warehouse.text import say

_serial = table_of(Serial)
_taken_along = table_of(MoveSerial)
_bin = table_of(Bin)
_move = table_of(Move)
_lot = table_of(Lot)
MOST_UNNAMED = 10_000  # pieces that are moved together without naming them

_code_of_lot = sa.select(_lot.c.code).where(_lot.c.id == sa.bindparam("lot"))
_shift = (
    sa.update(_serial)
    .where(_serial.c.id == sa.bindparam("serial"), _serial.c.bin_id == sa.bindparam("here"))
    .values(bin_id=sa.bindparam("there"), lot_id=sa.bindparam("lot"))
)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """One known piece: its row, its lot, and the bin it is in before the move."""

    serial_id: int
    lot_id: int | None
    bin_id: int


class PiecePicker:
    """Says which known pieces each move takes.

    Moves that name none may do so where together they take all that their bin has. Remembers
    what it gave out, so that two moves of one command do not get the same piece.
    """

    def __init__(self, connection: Connection, postings: Sequence[Posting]) -> None:
        self._connection = connection
        self._given: set[int] = set()
        self._unnamed: Counter[tuple[int, int]] = Counter()
        for posting in postings:
            if not posting.serials:
                self._unnamed[posting.from_bin_id, posting.sku_id] += posting.pieces

    def split(self, posting: Posting, sku_code: str) -> list[tuple[Posting, tuple[Piece, ...]]]:
        """Return the posting by lot, each part with the pieces it takes along.

        Raises:
            SerialMissing: not every piece is named, and the moves do not take all there are.
            SerialElsewhere: a named piece is not in the bin it is taken from.
        """
        found = _named(self._connection, posting) if posting.serials else self._rest(posting)
        ids = {piece.serial_id for piece in found}
        if len(ids) != posting.pieces or len(found) != posting.pieces or ids & self._given:
            raise _unknown_pieces(sku_code)
        self._given |= ids
        by_lot: dict[int | None, list[Piece]] = defaultdict(list)
        for piece in found:
            by_lot[piece.lot_id].append(piece)
        return [
            (posting._replace(lot_id=lot_id, pieces=len(pieces)), tuple(pieces))
            for lot_id, pieces in by_lot.items()
        ]

    def _rest(self, posting: Posting) -> list[Piece]:
        """Return the pieces of a move that names none, those of its own line first."""
        key = (posting.from_bin_id, posting.sku_id)
        here = [p for p in _all_in(self._connection, posting) if p.serial_id not in self._given]
        wanted = self._unnamed[key]
        if posting.lot_id is not None:
            here = [piece for piece in here if piece.lot_id == posting.lot_id]
            wanted = posting.pieces
        if len(here) != wanted:
            return []
        self._unnamed[key] -= posting.pieces
        if len(here) > posting.pieces:
            mine = _last_moved_for(self._connection, here, posting.consignment_line_id)
            here.sort(key=lambda piece: (piece.serial_id not in mine, piece.serial_id))
        return here[: posting.pieces]


def _unknown_pieces(sku_code: str) -> SerialMissing:
    return SerialMissing(
        say("{sku} is known piece by piece. Scan the serial number of each.", sku=sku_code),
        sku=sku_code,
    )


def _last_moved_for(
    connection: Connection, pieces: Sequence[Piece], line_id: int | None
) -> set[int]:
    """Return the serial ids of those pieces whose last move was made for the consignment line."""
    last = (
        sa.select(sa.func.max(_taken_along.c.move_id))
        .where(_taken_along.c.serial_id.in_([piece.serial_id for piece in pieces]))
        .group_by(_taken_along.c.serial_id)
    )
    rows = connection.execute(
        sa.select(_taken_along.c.serial_id)
        .join(_move, _move.c.id == _taken_along.c.move_id)
        .where(_move.c.id.in_(last), _move.c.consignment_line_id == line_id)
    )
    return set(rows.scalars())


def take_along(
    connection: Connection,
    move_ids: Sequence[int],
    taken: Sequence[tuple[Posting, Sequence[Piece]]],
) -> None:
    """Put the pieces of each move into the bin it goes to, and keep which they were.

    Raises:
        SerialElsewhere: a piece was taken by somebody else meanwhile.
    """
    for move_id, (posting, pieces) in zip(move_ids, taken, strict=True):
        for piece in sorted(pieces, key=lambda p: p.serial_id):
            keys = {
                "serial": piece.serial_id,
                "here": piece.bin_id,
                "there": posting.to_bin_id,
                "lot": piece.lot_id,
            }
            if connection.execute(_shift, keys).rowcount != 1:
                raise SerialElsewhere(say("Somebody else has just taken this piece."))
        connection.execute(
            sa.insert(_taken_along),
            [{"move_id": move_id, "serial_id": piece.serial_id} for piece in pieces],
        )


def pieces_of_move(connection: Connection, move: Any) -> tuple[Piece, ...]:
    """Return the pieces a move took along, as they are in the bin it went to."""
    rows = connection.execute(
        sa.select(_serial.c.id, _serial.c.lot_id)
        .join(_taken_along, _taken_along.c.serial_id == _serial.c.id)
        .where(_taken_along.c.move_id == move.id)
    )
    return tuple(Piece(serial_id=r.id, lot_id=r.lot_id, bin_id=move.to_bin_id) for r in rows)


def _all_in(connection: Connection, posting: Posting) -> list[Piece]:
    rows = connection.execute(
        sa.select(_serial.c.id, _serial.c.lot_id, _serial.c.bin_id)
        .where(_serial.c.bin_id == posting.from_bin_id, _serial.c.sku_id == posting.sku_id)
        .order_by(_serial.c.id)
        .limit(MOST_UNNAMED)
    )
    return [Piece(serial_id=r.id, lot_id=r.lot_id, bin_id=r.bin_id) for r in rows]


def _named(connection: Connection, posting: Posting) -> list[Piece]:
    known = pieces_known(connection, posting.sku_id, posting.serials)
    source = _source(connection, posting.from_bin_id)
    return [
        _piece(connection, known[code], posting, source)
        if code in known
        else _first_seen(connection, posting, code, source)
        for code in posting.serials
    ]


def _piece(connection: Connection, piece: Known, posting: Posting, source: Source) -> Piece:
    """Return a known piece, if it can be taken from there; from outside its lot may be told."""
    if problem := origin_problem(piece, source, posting.reason):
        raise SerialElsewhere(problem, serial=piece.code)
    lot_id = piece.lot_id
    if source.is_outside and posting.lot_id not in (None, lot_id):
        if lot_id is not None and not posting.is_lot_mended:
            given = connection.execute(_code_of_lot, {"lot": posting.lot_id}).scalar_one()
            raise RuleViolation(of_other_lot(piece, given), field="lot")
        lot_id = posting.lot_id
    return Piece(serial_id=piece.id, lot_id=lot_id, bin_id=piece.bin_id)


def _first_seen(connection: Connection, posting: Posting, code: str, source: Source) -> Piece:
    if not source.is_outside:
        raise SerialElsewhere(say("Nobody has seen serial number {serial} yet.", serial=code))
    row = {
        "sku_id": posting.sku_id,
        "code": code,
        "lot_id": posting.lot_id,
        "bin_id": posting.from_bin_id,
    }
    made = connection.execute(sa.insert(_serial).values(row).returning(_serial.c.id)).scalar_one()
    return Piece(serial_id=made, lot_id=posting.lot_id, bin_id=posting.from_bin_id)


def _source(connection: Connection, bin_id: int) -> Source:
    kind = connection.execute(sa.select(_bin.c.kind).where(_bin.c.id == bin_id)).scalar_one()
    return Source(bin_id=bin_id, kind=BinKind(kind))
