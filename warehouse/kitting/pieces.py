"""Which known pieces are inside kits, as far as the book can tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.catalog.rules import scan_code
from warehouse.errors import SerialElsewhere
from warehouse.gathering import Gathered
from warehouse.inventory.models import Move, MoveReason, MoveSerial, Serial
from warehouse.inventory.whereabouts import require_may_come
from warehouse.kitting.made import are_all_made_here, made_by
from warehouse.text import say


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

    Of kits that came from outside, or were made before the numbers of the part were kept, the
    book knows no pieces: out of them comes also what nobody has seen yet.

    Raises:
        SerialElsewhere: a piece is elsewhere, or went into none of these kits. RuleViolation: the
            book has it in another lot.
    """
    told, bench = Gathered(), bin_of_kind(session, BinKind.KITTING)
    inside, is_known = _pieces_inside(session, kits, part)
    seen = _seen(session, part, serials)
    may_come = partial(require_may_come, session, part, serials, bench, MoveReason.TAKE_APART)
    told.take("serials", partial(may_come, lot=scan_code(lot)))
    away = {refusal.facts.get("serial") for refusal in told.found}
    for code in dict.fromkeys(serials):
        if code not in inside and code not in away and (is_known or code in seen):
            text = say("No piece {serial} of {sku} went into these kits.", serial=code,
                       sku=part.code)  # fmt: skip
            told.keep(SerialElsewhere(text, serial=code), "serials")
    told.refuse()


def _pieces_inside(session: Session, kits: Kits, part: Sku) -> tuple[set[str], bool]:
    """Return the numbers that went into the kits, and whether the book knows all of them."""
    taken = (
        Move.command_id.in_(made_by(kits.kit, kits.lot_id, kits.serials)),
        Move.sku_id == part.id,
        Move.reason == MoveReason.ASSEMBLE,
        Move.to_bin_id.in_(sa.select(Bin.id).where(Bin.kind == BinKind.KITTING)),
    )
    numbered = sa.exists().where(MoveSerial.move_id == Move.id)
    is_any_loose = session.scalar(sa.select(Move.id).where(*taken, ~numbered).limit(1))
    codes = session.scalars(
        sa.select(Serial.code)
        .join(MoveSerial, MoveSerial.serial_id == Serial.id)
        .join(Move, Move.id == MoveSerial.move_id)
        .where(*taken)
    )
    all_made = are_all_made_here(session, kits.kit, kits.lot_id, kits.serials)
    return set(codes), all_made and is_any_loose is None


def _seen(session: Session, part: Sku, serials: Sequence[str]) -> set[str]:
    pieces = (Serial.sku_id == part.id, Serial.code.in_(serials))
    return set(session.scalars(sa.select(Serial.code).where(*pieces)))
