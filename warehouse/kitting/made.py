"""Kits that were put together here: by which commands, and whether others may be among them."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import VIRTUAL_KINDS, Bin, BinKind, Sku
from warehouse.inventory.models import Move, MoveReason, MoveSerial, Serial
from warehouse.inventory.queries import NOT_UNDONE

BENCH = sa.select(Bin.id).where(Bin.kind == BinKind.KITTING)
_OUTSIDE = sa.select(Bin.id).where(Bin.kind.in_(VIRTUAL_KINDS))
_BOOKED_OUT = sa.select(Bin.id).where(Bin.kind == BinKind.COUNT_DIFFERENCE)
# Where goods are between two names of theirs: out under one lot or number, in under another.
BETWEEN_NAMES = sa.select(Bin.id).where(Bin.kind.in_((BinKind.OPENING, BinKind.COUNT_DIFFERENCE)))
BOOKED_IN = (
    Move.reason.in_((MoveReason.ADJUST, MoveReason.COUNT)),
    Move.from_bin_id.in_(BETWEEN_NAMES),
)
MADE = (Move.reason == MoveReason.ASSEMBLE, Move.from_bin_id.in_(BENCH))
_APART = sa.and_(Move.reason == MoveReason.TAKE_APART, Move.to_bin_id.in_(BENCH))
_KNOWN = (MoveReason.ASSEMBLE, MoveReason.UNDO)  # kits made here, and booked back


def made_by(kit: Sku, lot_id: int | None, serials: Sequence[str] = ()) -> sa.Select[str]:
    """Return the ids of the commands that made the kits: of a lot, or these very ones.

    A numbered kit is the same in whatever lot it is since.
    """
    made = [*_of(kit, None if serials else lot_id), *MADE]
    if serials:
        made.append(Move.id.in_(_last_move(kit, serials, sa.and_(*MADE))))
    return sa.select(Move.command_id).where(*made)


def may_have_made(kit_id: int, lot_id: int | None, *, is_numbered: bool) -> sa.Select[str]:
    """Return the ids of the commands whose kits may be these, with another lot or number since.

    Kits keep the number they were made with, or the lot, as long as nobody booked that one out.
    """
    query = sa.select(Move.command_id).where(Move.sku_id == kit_id, NOT_UNDONE, *MADE)
    if is_numbered:
        numbers = sa.select(MoveSerial.serial_id).where(MoveSerial.move_id == Move.id)
        given_up = numbers.join(Serial, Serial.id == MoveSerial.serial_id).where(
            Serial.bin_id.in_(_BOOKED_OUT)
        )
        return query.where(sa.or_(~numbers.exists(), given_up.exists()))
    if lot_id is not None:
        out = aliased(Move)
        mended = sa.exists().where(out.lot_id == Move.lot_id, out.to_bin_id.in_(_BOOKED_OUT))
        return query.where(sa.or_(Move.lot_id.is_(None), mended))
    return query


def are_all_made_here(
    session: Session, kit: Sku, lot_id: int | None, serials: Sequence[str] = ()
) -> bool:
    """Tell whether none of the kits came from outside or out of other kits.

    Nor was one of these very ones taken apart since, and found whole all the same.
    """
    if serials:
        last = session.scalars(_last_move(kit, serials, sa.or_(sa.and_(*MADE), _APART))).all()
        apart = session.scalar(sa.select(Move.id).where(Move.id.in_(last), _APART).limit(1))
        return len(last) == len(set(serials)) and apart is None
    others = (*_of(kit, lot_id), Move.from_bin_id.in_(_OUTSIDE), Move.reason.not_in(_KNOWN))
    return session.scalar(sa.select(Move.id).where(*others).limit(1)) is None


def _of(kit: Sku, lot_id: int | None) -> list[sa.ColumnElement[bool]]:
    of_kits = [Move.sku_id == kit.id, NOT_UNDONE]
    return of_kits if lot_id is None else [*of_kits, Move.lot_id == lot_id]


def _last_move(kit: Sku, serials: Sequence[str], which: sa.ColumnElement[bool]) -> sa.Select[int]:
    """Return the last such move of each of the known kits."""
    return (
        sa.select(sa.func.max(Move.id))
        .join(MoveSerial, MoveSerial.move_id == Move.id)
        .join(Serial, Serial.id == MoveSerial.serial_id)
        .where(Serial.sku_id == kit.id, Serial.code.in_(serials), which)
        .group_by(Serial.id)
    )
