"""Which known pieces are inside kits, as far as the book can tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.catalog.rules import scan_code
from warehouse.db import connection_of
from warehouse.errors import SerialElsewhere
from warehouse.gathering import Gathered
from warehouse.inventory.ledger.origins import pieces_known
from warehouse.inventory.models import Move, MoveReason, MoveSerial, Serial
from warehouse.inventory.whereabouts import require_may_come
from warehouse.kitting.made import BENCH, are_all_made_here, made_by, may_have_made
from warehouse.text import say

_later = aliased(MoveSerial)
_next_id = (
    sa.select(sa.func.min(_later.move_id))
    .where(_later.serial_id == MoveSerial.serial_id, _later.move_id > MoveSerial.move_id)
    .correlate(MoveSerial)
    .scalar_subquery()
)


@dataclass(frozen=True, kw_only=True)
class Kits:
    """Kits that are taken apart: of one lot, or with these numbers, where they have any."""

    kit: Sku
    lot_id: int | None
    serials: tuple[str, ...]


def require_pieces_inside(
    session: Session, kits: Kits, part: Sku, serials: Sequence[str], lot: str
) -> None:
    """Refuse pieces of a part that are in none of these kits, or of another lot than is said.

    Kits that came from outside, or were made before the numbers of the part were kept, or whose
    piece was found elsewhere, have others inside than the book knows: what nobody has seen yet, or
    was booked out. Kits it cannot tell from others made here have what went into those.

    Raises:
        SerialElsewhere: a piece is elsewhere, or went into none of these kits. RuleViolation: the
            book has it in another lot.
    """
    told, bench = Gathered(), bin_of_kind(session, BinKind.KITTING)
    may_come = partial(require_may_come, session, part, serials, bench, MoveReason.TAKE_APART)
    told.take("serials", partial(may_come, lot=scan_code(lot)))
    away = {refusal.facts.get("serial") for refusal in told.found}
    possible = _possible(session, kits, part, serials)
    for code in dict.fromkeys(serials):
        if code not in possible and code not in away:
            text = say(
                "No piece {serial} of {sku} went into these kits. If it is inside, have the desk"
                " book in by an adjustment the one that is not, and this one in and out again.",
                serial=code, sku=part.code,
            )  # fmt: skip
            told.keep(SerialElsewhere(text, serial=code), "serials")
    told.refuse()


def _possible(session: Session, kits: Kits, part: Sku, serials: Sequence[str]) -> set[str]:
    """Return those of the numbers that may come out of the kits, as far as these say."""
    of_kits = (kits.kit, kits.lot_id, kits.serials)
    put_in = _put_in(part, made_by(*of_kits))
    possible = _still_inside(session, put_in, serials)
    is_known = are_all_made_here(session, *of_kits) and not _is_any_loose(session, put_in)
    if not is_known:
        are_these = may_have_made(kits.kit.id, kits.lot_id, is_numbered=bool(kits.serials))
        others = _put_in(part, are_these)
        possible |= _still_inside(session, others, serials)
    if not is_known or _is_any_found(session, put_in):
        known = pieces_known(connection_of(session), part.id, serials)
        at_bench = {code for code, piece in known.items() if piece.kind is BinKind.KITTING}
        possible |= {*serials} - at_bench
    return possible


def _put_in(part: Sku, commands: sa.Select[str]) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions of the moves that put pieces of the part into kits."""
    return (
        Move.command_id.in_(commands),
        Move.sku_id == part.id,
        Move.reason == MoveReason.ASSEMBLE,
        Move.to_bin_id.in_(BENCH),
    )


def _is_any_loose(session: Session, put_in: Sequence[sa.ColumnElement[bool]]) -> bool:
    """Tell whether pieces went in whose numbers nobody kept."""
    numbered = sa.exists().where(MoveSerial.move_id == Move.id)
    return session.scalar(sa.select(Move.id).where(*put_in, ~numbered).limit(1)) is not None


def _still_inside(
    session: Session, put_in: Sequence[sa.ColumnElement[bool]], serials: Sequence[str]
) -> set[str]:
    """Return those of the numbers that went in by such moves and were not moved since."""
    codes = (
        sa.select(Serial.code)
        .join(MoveSerial, MoveSerial.serial_id == Serial.id)
        .join(Move, Move.id == MoveSerial.move_id)
        .where(*put_in, Serial.code.in_(serials), _next_id.is_(None))
    )
    return set(session.scalars(codes))


def _is_any_found(session: Session, put_in: Sequence[sa.ColumnElement[bool]]) -> bool:
    """Tell whether a piece that went in was found elsewhere next."""
    after = aliased(Move)
    found = (
        sa.select(Move.id)
        .join(MoveSerial, MoveSerial.move_id == Move.id)
        .join(after, after.id == _next_id)
        .where(*put_in, after.reason.in_((MoveReason.COUNT, MoveReason.ADJUST)))
    )
    return session.scalar(found.limit(1)) is not None
