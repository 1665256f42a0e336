"""Who got pieces of a lot, by themselves or inside a kit; and into which kits they went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.inventory.models import Lot, Move, MoveReason, MoveSerial
from warehouse.inventory.queries import NOT_UNDONE
from warehouse.packing.models import Parcel, ParcelState
from warehouse.tracing.queries import packed

_kitting = sa.select(Bin.id).where(Bin.kind == BinKind.KITTING)


@dataclass(frozen=True, kw_only=True)
class KitsWith:
    """Kits put together at once with pieces of the lot: the move that brought them to a bin.

    `lot_id` is the kits' own lot. Which of kits without lot or numbers have the pieces, nobody
    can say: all that left after `move_id` may.
    """

    move_id: int
    at: datetime
    sku_id: int
    code: str
    name: str
    is_serial_tracked: bool
    kits: int
    lot_id: int | None
    lot: str


def kits_with(session: Session, lot_id: int) -> list[KitsWith]:
    """Return the kits that pieces of the lot went into, kits made of such kits among them."""
    found: dict[int, KitsWith] = {}
    fresh = _made_of(session, Move.lot_id == lot_id)
    while fresh:
        found |= {kits.move_id: kits for kits in fresh}
        taken = sa.or_(*(_is_taken(kits) for kits in fresh))
        fresh = [k for k in _made_of(session, taken) if k.move_id not in found]
    return [found[move_id] for move_id in sorted(found)]


def recall(session: Session, lot_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Return which order got how many pieces in which parcel, to be filtered.

    Pieces of the lot, and kits with pieces of it. Parcels still here are among them; what was
    taken out of a parcel again is not.
    """
    kits = kits_with(session, lot_id)
    return (
        packed()
        .add_columns(Move.pieces)
        .where(
            sa.or_(Move.lot_id == lot_id, *(_is_taken(one) for one in kits)),
            Move.reason == MoveReason.PACK,
            NOT_UNDONE,
            Parcel.state != ParcelState.SET_ASIDE,
        )
    )


def lots_inside(lot_id: int) -> sa.Select[*tuple[Any, ...]]:
    """Return the ids of the lots whose pieces went into kits of this lot, to be filtered."""
    commands = sa.select(Move.command_id).where(
        Move.lot_id == lot_id,
        Move.reason == MoveReason.ASSEMBLE,
        Move.from_bin_id.in_(_kitting),
        NOT_UNDONE,
    )
    return sa.select(Move.lot_id).where(
        Move.command_id.in_(commands),
        Move.reason == MoveReason.ASSEMBLE,
        Move.to_bin_id.in_(_kitting),
        Move.lot_id.is_not(None),
    )


def _made_of(session: Session, taken: sa.ColumnElement[bool]) -> Sequence[KitsWith]:
    """Return the kits of every command that took such pieces into kitting."""
    commands = sa.select(Move.command_id).where(
        taken, Move.reason == MoveReason.ASSEMBLE, Move.to_bin_id.in_(_kitting)
    )
    rows = session.execute(
        sa.select(
            Move.id, Move.at, Move.sku_id, Move.pieces, Move.lot_id, Lot.code.label("lot"),
            Sku.code, Sku.name, Sku.is_serial_tracked,
        )
        .join(Sku, Sku.id == Move.sku_id)
        .outerjoin(Lot, Lot.id == Move.lot_id)
        .where(
            Move.command_id.in_(commands),
            Move.reason == MoveReason.ASSEMBLE,
            Move.from_bin_id.in_(_kitting),
            NOT_UNDONE,
        )
        .order_by(Move.id)
    )  # fmt: skip
    return [
        KitsWith(
            move_id=row.id,
            at=row.at,
            sku_id=row.sku_id,
            code=row.code,
            name=row.name,
            is_serial_tracked=row.is_serial_tracked,
            kits=row.pieces,
            lot_id=row.lot_id,
            lot=row.lot or "",
        )
        for row in rows
    ]


def _is_taken(kits: KitsWith) -> sa.ColumnElement[bool]:
    """Return the condition that a move took kits that may be these."""
    if kits.is_serial_tracked:
        pieces = sa.select(MoveSerial.serial_id).where(MoveSerial.move_id == kits.move_id)
        moves = sa.select(MoveSerial.move_id).where(MoveSerial.serial_id.in_(pieces))
        return sa.and_(Move.id.in_(moves), Move.id > kits.move_id)
    if kits.lot_id is not None:
        return Move.lot_id == kits.lot_id
    return sa.and_(Move.sku_id == kits.sku_id, Move.id > kits.move_id)
