"""Pieces known by number: where the book has those that come in until then, and in which lot."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from warehouse.catalog.models import VIRTUAL_KINDS, Bin, BinKind
from warehouse.db import table_of
from warehouse.inventory.models import Lot, Move, MoveReason, MoveSerial, Serial
from warehouse.text import Text, say

_serial = table_of(Serial)
_taken_along = table_of(MoveSerial)
_bin = table_of(Bin)
_lot = table_of(Lot)
_move = table_of(Move)

# Nobody has what went back for good, was lost, thrown away or never opened: it may come again.
_GONE = frozenset({BinKind.SUPPLIER, BinKind.OPENING, BinKind.COUNT_DIFFERENCE, BinKind.SCRAP})
# The book was wrong about these, or does not know where they are.
_BOOKED_OUT = frozenset({BinKind.OPENING, BinKind.COUNT_DIFFERENCE})
# Where a piece may be that comes from each of these places. Of the others it must be in the very
# one: who sees a customer's parcel again has what went there before him.
COMES_FROM: Mapping[BinKind, frozenset[BinKind]] = {
    BinKind.SUPPLIER: _GONE,
    BinKind.OPENING: _BOOKED_OUT,
    BinKind.COUNT_DIFFERENCE: _GONE | {BinKind.COURIER, BinKind.KITTING},
    BinKind.KITTING: _BOOKED_OUT,
}

_came_by = (
    sa.select(_move.c.reason)
    .join(_taken_along, _taken_along.c.move_id == _move.c.id)
    .where(_taken_along.c.serial_id == _serial.c.id)
    .order_by(_taken_along.c.move_id.desc())
    .limit(1)
    .correlate(_serial)
    .scalar_subquery()
)
_known = (
    sa.select(
        _serial.c.code, _serial.c.id, _serial.c.lot_id, _serial.c.bin_id, _bin.c.kind,
        _bin.c.code.label("bin"), sa.func.coalesce(_lot.c.code, "").label("lot"),
        sa.case((_bin.c.kind == BinKind.KITTING, _came_by)).label("came_by"),
    )
    .join(_bin, _bin.c.id == _serial.c.bin_id)
    .outerjoin(_lot, _lot.c.id == _serial.c.lot_id)
    .where(
        _serial.c.sku_id == sa.bindparam("sku"),
        _serial.c.code.in_(sa.bindparam("codes", expanding=True)),
    )
)  # fmt: skip


class Source(NamedTuple):
    """The place pieces are taken from."""

    bin_id: int
    kind: BinKind

    @property
    def is_outside(self) -> bool:
        """Tell whether it stands for what is not in the house."""
        return self.kind in VIRTUAL_KINDS


class Known(NamedTuple):
    """A piece as the book has it: `bin` and `lot` by their codes, "" for a lot nobody knows.

    `came_by`: the reason of its last move, of pieces at the kitting bench only.
    """

    code: str
    id: int
    lot_id: int | None
    bin_id: int
    kind: BinKind
    bin: str
    lot: str
    came_by: MoveReason | None

    @property
    def is_inside(self) -> bool:
        """Tell whether it went into a kit; a kit that was taken apart is at the bench as well."""
        return self.came_by == MoveReason.ASSEMBLE


def pieces_known(connection: Connection, sku_id: int, codes: Collection[str]) -> dict[str, Known]:
    """Return serial number → piece, of those anybody has seen."""
    rows = connection.execute(_known, {"sku": sku_id, "codes": [*codes]})
    return {row.code: Known(*row) for row in rows}


def origin_problem(piece: Known, source: Source, reason: MoveReason) -> Text | None:
    """Return why a piece is not taken from a place, None if it may be.

    A count has seen the piece itself, wherever outside the book has it.
    """
    if _may_come(piece, source, reason):
        return None
    if piece.kind is BinKind.COURIER:
        return say(
            "The book has serial number {serial} at the customer: it left with {bin}. If it"
            " came back, have the desk book it by an adjustment.",
            serial=piece.code, bin=piece.bin,
        )  # fmt: skip
    if piece.kind is BinKind.KITTING and piece.is_inside:
        return say(
            "The book has serial number {serial} inside a kit. If it is not, have the desk book it"
            " by an adjustment.", serial=piece.code,
        )  # fmt: skip
    if piece.kind is BinKind.KITTING:
        return say("Serial number {serial} is of a kit that was taken apart.", serial=piece.code)
    return say("Serial number {serial} is in {bin}.", serial=piece.code, bin=piece.bin)


def lot_problem(piece: Known, lot: str) -> Text | None:
    """Return why a piece does not come in as one of a lot, None if it may: its own stays its own.

    `lot` is "" where nobody said; nor does it matter where the book knows none.
    """
    return of_other_lot(piece, lot) if lot and piece.lot not in ("", lot) else None


def of_other_lot(piece: Known, lot: str) -> Text:
    """Return the sentence for a piece that is said to be of another lot than the book has it in."""
    if piece.kind in VIRTUAL_KINDS:
        return say(
            "The book has serial number {serial} in lot {known}, not {given}. If the book is wrong,"
            " have the desk book it in, as its lot was booked wrongly; and out again where it is"
            " still to be received or taken out of a kit.",
            serial=piece.code, known=piece.lot, given=lot,
        )  # fmt: skip
    return say(
        "The book has serial number {serial} in lot {known}, not {given}. If the book is wrong,"
        " have the desk book it out and in again, as its lot was booked wrongly.",
        serial=piece.code, known=piece.lot, given=lot,
    )  # fmt: skip


def _may_come(piece: Known, source: Source, reason: MoveReason) -> bool:
    if source.is_outside and reason is MoveReason.COUNT:
        return piece.kind in VIRTUAL_KINDS
    if piece.kind is BinKind.KITTING and piece.is_inside == (reason is MoveReason.ASSEMBLE):
        return False
    return piece.bin_id == source.bin_id or piece.kind in COMES_FROM.get(source.kind, ())
