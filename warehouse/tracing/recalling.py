"""Who got pieces of a lot, or one known piece, by itself or in a kit; into which kits they went."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import Sku
from warehouse.inventory.models import Lot, Move, MoveReason, MoveSerial
from warehouse.inventory.queries import NOT_UNDONE
from warehouse.kitting.made import BENCH, BETWEEN_NAMES, BOOKED_IN, MADE
from warehouse.packing.models import Parcel, ParcelState
from warehouse.tracing.queries import packed

MOST_PARCELS = 50
_HAS_NUMBERS = sa.exists().where(MoveSerial.move_id == Move.id)


@dataclass(frozen=True, kw_only=True)
class KitsWith:
    """Kits put together at once with pieces of a lot: the move that brought them to a bin.

    `lot_id` is the kits' own lot. Which of kits without lot or numbers have the pieces, nobody
    can say: all that left after `move_id` may, and before `until`, the next move of a known piece:
    it came out again, or was found elsewhere. `is_renamed`: kits that were booked in under another
    lot or number than such kits were made with, and may be these.
    """

    move_id: int
    at: datetime
    sku_id: int
    code: str
    name: str
    has_numbers: bool
    kits: int
    lot_id: int | None
    lot: str
    until: int | None = None
    is_renamed: bool = False


def kits_with(session: Session, lot_id: int) -> list[KitsWith]:
    """Return the kits that pieces of the lot went into, kits made of such kits among them."""
    return _all_made_of(session, Move.lot_id == lot_id, None)


def kits_with_piece(session: Session, serial_id: int) -> list[KitsWith]:
    """Return the kits that have, had or may have the known piece inside, those of kits as well."""
    rows = session.execute(
        sa.select(Move.id, Move.reason)
        .join(MoveSerial, MoveSerial.move_id == Move.id)
        .where(MoveSerial.serial_id == serial_id)
        .order_by(Move.id)
    ).all()
    found: list[KitsWith] = []
    for at, (move_id, reason) in enumerate(rows):
        if reason is MoveReason.ASSEMBLE:
            after = next((later.id for later in rows[at + 1 :]), None)
            found += _all_made_of(session, Move.id == move_id, after)
    return found


def recall(session: Session, lot_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Return which order got how many pieces in which parcel, to be filtered.

    Pieces of the lot, and kits with pieces of it. Parcels still here are among them; what was
    taken out of a parcel again is not.
    """
    kits = kits_with(session, lot_id)
    return _got(Move.lot_id == lot_id, kits).where(Parcel.state != ParcelState.SET_ASIDE)


def who_got(session: Session, serial_id: int, kits: Sequence[KitsWith]) -> list[Any]:
    """Return the parcels a piece was packed into and stayed in, by itself or in these kits.

    The last first; at most 50.
    """
    mine = sa.select(MoveSerial.move_id).where(MoveSerial.serial_id == serial_id)
    rows = _got(Move.id.in_(mine), kits).order_by(Move.id.desc()).limit(MOST_PARCELS)
    return list(session.execute(rows))


def lots_inside(lot_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Return the ids of the lots whose pieces went into kits of this lot, to be filtered."""
    commands = sa.select(Move.command_id).where(
        Move.lot_id == lot_id,
        Move.reason == MoveReason.ASSEMBLE,
        Move.from_bin_id.in_(BENCH),
        NOT_UNDONE,
    )
    return sa.select(Move.lot_id).where(
        Move.command_id.in_(commands),
        Move.reason == MoveReason.ASSEMBLE,
        Move.to_bin_id.in_(BENCH),
        Move.lot_id.is_not(None),
    )


def _got(own: sa.ColumnElement[bool], kits: Sequence[KitsWith]) -> sa.Select[*tuple[Any, ...]]:
    return (
        packed()
        .add_columns(Move.pieces)
        .where(
            sa.or_(own, *(_is_taken(one) for one in kits)),
            Move.reason == MoveReason.PACK,
            NOT_UNDONE,
        )
    )


def _all_made_of(
    session: Session, taken: sa.ColumnElement[bool], until: int | None
) -> list[KitsWith]:
    """Return the kits made of what such moves took, and those made of these kits, by move."""
    found: dict[int, KitsWith] = {}
    fresh = list(_made_of(session, taken))
    while fresh:
        bounded = [replace(kits, until=until) for kits in fresh]
        found |= {kits.move_id: kits for kits in bounded}
        within = sa.or_(*(_is_taken(kits) for kits in bounded))
        fresh = [*_made_of(session, within), *_renamed(session, bounded, found)]
        fresh = [kits for kits in fresh if kits.move_id not in found]
    return [found[move_id] for move_id in sorted(found)]


def _made_of(session: Session, taken: sa.ColumnElement[bool]) -> Sequence[KitsWith]:
    """Return the kits of every command that took such pieces into kitting."""
    commands = sa.select(Move.command_id).where(
        taken, Move.reason == MoveReason.ASSEMBLE, Move.to_bin_id.in_(BENCH)
    )
    return _kits_of(session, Move.command_id.in_(commands), *MADE)


def _renamed(
    session: Session, kits: Sequence[KitsWith], found: Mapping[int, KitsWith]
) -> Sequence[KitsWith]:
    """Return kits booked in under other lots or numbers, where some of these kits were booked out.

    A numbered kit that was made here under its number is that one and no other. Kits without lot
    or number that went into others may come out with one.
    """
    plain = {one.sku_id for one in kits if one.lot_id is None and not one.has_numbers}
    is_away = sa.or_(
        Move.to_bin_id.in_(BETWEEN_NAMES),
        sa.and_(Move.sku_id.in_(plain), Move.to_bin_id.in_(BENCH)),
    )
    is_back = sa.or_(
        sa.and_(*BOOKED_IN),
        sa.and_(Move.sku_id.in_(plain), Move.reason == MoveReason.TAKE_APART),
    )
    out = sa.or_(*(sa.and_(_is_taken(one), Move.id > one.move_id) for one in kits))
    gone = sa.select(Move.sku_id).where(is_away, out, NOT_UNDONE)
    skus = set(session.scalars(gone.distinct()))
    if not skus:
        return []
    first = {sku: min(one.move_id for one in kits if one.sku_id == sku) for sku in skus}
    since = sa.or_(*(sa.and_(Move.sku_id == sku, Move.id > n) for sku, n in first.items()))
    lots = {one.lot_id for one in found.values()} - {None}
    by_lot = sa.and_(~_HAS_NUMBERS, Move.lot_id.is_not(None), Move.lot_id.not_in(lots))
    is_other = sa.or_(by_lot, _took_others(skus, kits))
    return [replace(one, is_renamed=True) for one in _kits_of(session, since, is_other, is_back)]


def _took_others(skus: Collection[int], kits: Sequence[KitsWith]) -> sa.ColumnElement[bool]:
    """Return the condition that a move took these numbered kits, or such as were not made here."""
    made = aliased(MoveSerial)
    makes = sa.select(Move.id).where(Move.sku_id.in_(skus), *MADE).correlate(None)
    was_made = sa.exists().where(made.serial_id == MoveSerial.serial_id, made.move_id.in_(makes))
    own = sa.select(made.serial_id).where(made.move_id.in_([one.move_id for one in kits]))
    is_one = sa.or_(~was_made, MoveSerial.serial_id.in_(own))
    return sa.exists().where(MoveSerial.move_id == Move.id, is_one)


def _kits_of(session: Session, *where: sa.ColumnElement[bool]) -> Sequence[KitsWith]:
    """Return the kits that such moves brought, as they stand for themselves."""
    rows = session.execute(
        sa.select(
            Move.id, Move.at, Move.sku_id, Move.pieces, Move.lot_id, Lot.code.label("lot"),
            Sku.code, Sku.name, _HAS_NUMBERS.label("has_numbers"),
        )
        .join(Sku, Sku.id == Move.sku_id)
        .outerjoin(Lot, Lot.id == Move.lot_id)
        .where(*where, NOT_UNDONE)
        .order_by(Move.id)
    )  # fmt: skip
    return [
        KitsWith(
            move_id=row.id,
            at=row.at,
            sku_id=row.sku_id,
            code=row.code,
            name=row.name,
            has_numbers=bool(row.has_numbers),
            kits=row.pieces,
            lot_id=row.lot_id,
            lot=row.lot or "",
        )
        for row in rows
    ]


def _is_taken(kits: KitsWith) -> sa.ColumnElement[bool]:
    """Return the condition that a move took kits that may be these."""
    in_time = [] if kits.until is None else [Move.id < kits.until]
    if kits.has_numbers:
        pieces = sa.select(MoveSerial.serial_id).where(MoveSerial.move_id == kits.move_id)
        moves = sa.select(MoveSerial.move_id).where(MoveSerial.serial_id.in_(pieces))
        return sa.and_(Move.id.in_(moves), Move.id > kits.move_id, *in_time)
    if kits.lot_id is not None:
        return sa.and_(Move.lot_id == kits.lot_id, *in_time)
    return sa.and_(Move.sku_id == kits.sku_id, Move.id > kits.move_id, *in_time)
