"""What is inside kits: their parts by lot and by number, through kits made of kits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import Sku
from warehouse.inventory.models import Lot, Move, MoveReason, MoveSerial, Serial
from warehouse.inventory.queries import NOT_UNDONE
from warehouse.kitting.made import BENCH, BOOKED_IN, MADE, may_have_made
from warehouse.kitting.models import KitMade, KitVersion

MOST_MAKES = 50  # of kits that nobody can tell apart, those made last are looked into
_MADE = (*MADE, NOT_UNDONE)
_PUT_IN = (Move.reason == MoveReason.ASSEMBLE, Move.to_bin_id.in_(BENCH), NOT_UNDONE)


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A known piece, by number."""

    id: int
    code: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """Pieces of a part that went into kits made at once: of which lot, which ones.

    `is_sure`: the kits that are asked about have them inside; else they may have.
    """

    move_id: int
    at: datetime
    sku_id: int
    code: str
    name: str
    pieces: int
    lot_id: int | None
    lot: str
    serials: tuple[Piece, ...]
    is_sure: bool


@dataclass(frozen=True, kw_only=True)
class _Kits:
    """Kits that are looked into: so many of a SKU, of a lot or of these numbers, before a move."""

    sku_id: int
    lot_id: int | None
    serial_ids: tuple[int, ...]
    pieces: int
    before: int | None
    is_sure: bool = True


def inside_lot(session: Session, lot_id: int) -> list[Part]:
    """Return what the kits of a lot were made of, the last made first; empty: no kits."""
    sku_id = session.get_one(Lot, lot_id).sku_id
    made = sa.select(sa.func.sum(Move.pieces)).where(Move.lot_id == lot_id, *_MADE)
    pieces = session.scalar(made) or 0
    kits = _Kits(sku_id=sku_id, lot_id=lot_id, serial_ids=(), pieces=pieces, before=None)
    return _parts(session, _are_kits(session, [kits]))


def inside_piece(session: Session, serial_id: int) -> list[Part]:
    """Return what a numbered kit was made of, the last made first; empty: no kit."""
    serial = session.get_one(Serial, serial_id)
    kits = _Kits(sku_id=serial.sku_id, lot_id=None, serial_ids=(serial_id,), pieces=1, before=None)
    return _parts(session, _are_kits(session, [kits]))


def inside_parcel(session: Session, bin_id: int) -> dict[int, list[Part]]:
    """Return SKU id → the parts with lots or numbers inside the kits packed into a parcel's bin.

    Of kits that nobody can tell apart these are all that may be in it.
    """
    packed = (Move.to_bin_id == bin_id, Move.reason == MoveReason.PACK, NOT_UNDONE)
    found: dict[int, list[Part]] = {}
    for kits in _are_kits(session, _moved(session, packed)):
        parts = _parts(session, [kits])
        marked = [part for part in parts if part.lot_id is not None or part.serials]
        if marked:
            found.setdefault(kits.sku_id, []).extend(marked)
    return found


def _parts(session: Session, kits: Iterable[_Kits]) -> list[Part]:
    """Return the parts of kits, those of kits among the parts after them; each once."""
    found: dict[int, Part] = {}
    fresh = list(kits)
    while fresh:
        deeper: list[_Kits] = []
        for one in fresh:
            parts = [part for part in _parts_of(session, one) if part.move_id not in found]
            found |= {part.move_id: part for part in parts}
            deeper += [_below(part) for part in parts]
        fresh = _are_kits(session, deeper)
    return list(found.values())


def _below(part: Part) -> _Kits:
    return _Kits(
        sku_id=part.sku_id,
        lot_id=part.lot_id,
        serial_ids=tuple(piece.id for piece in part.serials),
        pieces=part.pieces,
        before=part.move_id,
        is_sure=part.is_sure,
    )


def _are_kits(session: Session, goods: Sequence[_Kits]) -> list[_Kits]:
    """Return those of the goods that somebody ever said are made of parts."""
    skus = {one.sku_id for one in goods}
    known = set(session.scalars(sa.select(KitVersion.kit_id).where(KitVersion.kit_id.in_(skus))))
    return [one for one in goods if one.sku_id in known]


def _makes(session: Session, kits: _Kits) -> tuple[Sequence[Any], bool]:
    """Return command and kits of each time these may have been made, the last first.

    One more than `MOST_MAKES` says that there were others. Then whether some were booked in under
    a lot or number they were not made with, so that others are meant as well.
    """
    query = sa.select(Move.command_id, Move.pieces).where(*_MADE).order_by(Move.id.desc())
    if kits.before is not None:
        query = query.where(Move.id < kits.before)
    is_renamed = _is_any_renamed(session, kits)
    others = may_have_made(kits.sku_id, kits.lot_id, is_numbered=bool(kits.serial_ids))
    may_be = Move.command_id.in_(others) if is_renamed else sa.false()
    if kits.serial_ids:
        took = (
            sa.select(sa.func.max(MoveSerial.move_id))
            .join(Move)
            .where(MoveSerial.serial_id.in_(kits.serial_ids), *_MADE)
        )
        if kits.before is not None:
            took = took.where(Move.id < kits.before)
        query = query.where(sa.or_(Move.id.in_(took.group_by(MoveSerial.serial_id)), may_be))
    else:
        made = (
            sa.select(KitMade.command_id).join(KitVersion).where(KitVersion.kit_id == kits.sku_id)
        )
        if kits.lot_id is not None:
            made = made.where(KitMade.lot_id == kits.lot_id)
        query = query.where(sa.or_(Move.command_id.in_(made), may_be)).limit(MOST_MAKES + 1)
    return session.execute(query).all(), is_renamed


def _is_any_renamed(session: Session, kits: _Kits) -> bool:
    """Tell whether such kits were booked in under this lot, or a number no kit was made with."""
    came = sa.select(Move.id).where(Move.sku_id == kits.sku_id, *BOOKED_IN, NOT_UNDONE)
    if kits.before is not None:
        came = came.where(Move.id < kits.before)
    if kits.serial_ids:
        made = aliased(MoveSerial)
        moves = sa.select(Move.id).where(Move.sku_id == kits.sku_id, *_MADE).correlate(None)
        was_made = sa.exists().where(
            made.serial_id == MoveSerial.serial_id, made.move_id.in_(moves)
        )
        fresh = (MoveSerial.serial_id.in_(kits.serial_ids), ~was_made)
        came = came.join(MoveSerial, MoveSerial.move_id == Move.id).where(*fresh)
    elif kits.lot_id is not None:
        came = came.where(Move.lot_id == kits.lot_id)
    else:
        return False
    return session.scalar(came.limit(1)) is not None


def _parts_of(session: Session, kits: _Kits) -> list[Part]:
    """Return what went into these kits, but numbered pieces that were moved since.

    They came out again, or were found elsewhere.
    """
    makes, is_renamed = _makes(session, kits)
    rows = session.execute(
        sa.select(
            Move.id, Move.at, Move.sku_id, Move.pieces, Move.lot_id, Lot.code.label("lot"),
            Sku.code, Sku.name, Sku.is_serial_tracked,
        )
        .join(Sku, Sku.id == Move.sku_id)
        .outerjoin(Lot, Lot.id == Move.lot_id)
        .where(Move.command_id.in_([make.command_id for make in makes[:MOST_MAKES]]), *_PUT_IN)
        .order_by(Move.id.desc())
    ).all()  # fmt: skip
    serials = _serials(session, [row.id for row in rows], kits.before)
    is_all = kits.is_sure and not is_renamed and len(makes) <= MOST_MAKES
    is_exact = is_all and sum(make.pieces for make in makes) == kits.pieces
    lots: dict[int, set[int | None]] = {}
    for row in rows:
        lots.setdefault(row.sku_id, set()).add(row.lot_id)
    return [
        Part(
            move_id=row.id,
            at=row.at,
            sku_id=row.sku_id,
            code=row.code,
            name=row.name,
            pieces=row.pieces,
            lot_id=row.lot_id,
            lot=row.lot or "",
            serials=tuple(serials.get(row.id, ())),
            is_sure=is_exact
            or (is_all and not row.is_serial_tracked and len(lots[row.sku_id]) == 1),
        )
        for row in rows
        if not row.is_serial_tracked or row.id in serials
    ]


def _serials(
    session: Session, move_ids: Sequence[int], before: int | None
) -> dict[int, list[Piece]]:
    """Return move id → the pieces it put into kits that were still inside at the move `before`."""
    later = aliased(MoveSerial)
    moved = sa.select(later.move_id).where(
        later.serial_id == MoveSerial.serial_id, later.move_id > MoveSerial.move_id
    )
    if before is not None:
        moved = moved.where(later.move_id < before)
    found: dict[int, list[Piece]] = {}
    rows: Sequence[Any] = session.execute(
        sa.select(MoveSerial.move_id, Serial.id, Serial.code)
        .join(Serial, Serial.id == MoveSerial.serial_id)
        .where(MoveSerial.move_id.in_(move_ids), ~moved.exists())
        .order_by(Serial.code)
    ).all()
    for move_id, serial_id, code in rows:
        found.setdefault(move_id, []).append(Piece(id=serial_id, code=code))
    return found


def _moved(session: Session, moved: Sequence[sa.ColumnElement[bool]]) -> list[_Kits]:
    """Return what these moves took, as if it all were kits."""
    rows = session.execute(
        sa.select(Move.id, Move.sku_id, Move.lot_id, Move.pieces).where(*moved).order_by(Move.id)
    ).all()
    taken: dict[int, list[int]] = {}
    for move_id, serial_id in session.execute(
        sa.select(MoveSerial.move_id, MoveSerial.serial_id).where(
            MoveSerial.move_id.in_([row.id for row in rows])
        )
    ):
        taken.setdefault(move_id, []).append(serial_id)
    return [
        _Kits(
            sku_id=row.sku_id,
            lot_id=row.lot_id,
            serial_ids=tuple(taken.get(row.id, ())),
            pieces=row.pieces,
            before=row.id,
        )
        for row in rows
    ]
