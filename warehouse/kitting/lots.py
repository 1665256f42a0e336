"""What the lots of the parts say of the kits: may they be made, and how long are they good."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.rules import scan_code
from warehouse.commands import Command
from warehouse.errors import LotBlocked, RuleViolation
from warehouse.gathering import Gathered
from warehouse.inventory import ledger
from warehouse.inventory.fitness import SUSPECT_SKUS
from warehouse.inventory.models import Lot, Move, MoveReason, Serial
from warehouse.kitting.made import are_all_made_here, made_by
from warehouse.storing.sources import lot_told
from warehouse.text import say

_BENCH = sa.select(Bin.id).where(Bin.kind == BinKind.KITTING)
_taken = aliased(Move)


@dataclass(frozen=True, kw_only=True)
class Inside:
    """The day the first of the parts ends, and a part whose pieces have such a day."""

    first: date | None
    dated: str = ""  # the code of such a part, empty if there is none


def parts_inside(session: Session, command: Command, postings: Sequence[ledger.Posting]) -> Inside:
    """Return how long the parts are good that these postings take.

    Their lots are held: none can be blocked before the kits are made, and who blocks one then
    finds the kits.

    Raises:
        LotBlocked: a part may not be sold, or may have what may not be sold inside.
        RuleViolation: a part is past its day.
    """
    skus, told = {posting.sku_id for posting in postings}, Gathered()
    doubt = sa.select(Sku.code).where(Sku.id.in_(skus), Sku.id.in_(SUSPECT_SKUS)).order_by(Sku.code)
    for code in session.scalars(doubt):
        text = say("{sku} may have pieces of a blocked lot inside.", sku=code)
        told.keep(LotBlocked(text, sku=code), "")
    lots = _held(session, postings)
    for lot in lots:
        if lot.blocked_at is not None:
            text = say("Lot {lot} is blocked.", lot=lot.code)
            told.keep(LotBlocked(text, lot=lot.code), "")
        if lot.best_before is not None and lot.best_before < command.day:
            text = say("Lot {lot} was good until {day} only.", lot=lot.code,
                       day=lot.best_before.isoformat())  # fmt: skip
            told.keep(RuleViolation(text), "")
    told.refuse()
    days = [(lot.best_before, lot.sku_id) for lot in lots if lot.best_before is not None]
    if not days:
        return Inside(first=None)
    first, sku_id = min(days)
    return Inside(first=first, dated=session.get_one(Sku, sku_id).code)


def lot_of_kits(
    session: Session, command: Command, kit: Sku, inside: Inside, code: str, day: date | None
) -> tuple[str, date | None] | None:
    """Return the lot the kits go into and until when it is good; None where kits have no lots.

    Nothing is made. Without a day they are good as long as the first of their parts.

    Raises:
        RuleViolation: they would be good for longer than a part, or nobody could tell when they
            end. LotBlocked: the lot may not be sold. LotMissing, InvalidInput: as for other goods.
    """
    if not kit.is_lot_tracked:
        if inside.dated:
            raise RuleViolation(
                say("{part} has a best-before: keep {kit} by lot first, or nobody can tell when"
                    " the kits end.", part=inside.dated, kit=kit.code),
                field="kits",
            )  # fmt: skip
        return None
    known = session.scalars(
        sa.select(Lot)
        .where(Lot.sku_id == kit.id, Lot.code == scan_code(code))
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).first()
    if known is not None and known.blocked_at is not None:
        raise LotBlocked(say("Lot {lot} is blocked.", lot=known.code), lot=known.code)
    good = day or (known.best_before if known else None) or inside.first
    if inside.first is not None and good is not None and good > inside.first:
        first = inside.first.isoformat()
        if day is None and known is not None:
            raise RuleViolation(
                say("One of the parts is good until {day} only, lot {lot} until {until}. Give these"
                    " kits a lot of their own.", day=first, lot=known.code, until=good.isoformat())
            )  # fmt: skip
        raise RuleViolation(say("One of the parts is good until {day} only.", day=first))
    name = lot_told(session, command, kit, code, good)
    return None if name is None else (name, good)


def require_lot_inside(
    session: Session, kit: Sku, kit_lot_id: int | None, part: Sku, code: str
) -> None:
    """Refuse a lot of a part that is in none of these kits, where the book can know.

    It cannot where kits came from outside or out of other kits, or where nobody said of which lot
    the parts were. A known piece is of its own lot, whatever that is by now.

    Raises:
        RuleViolation: the kits were made of other lots.
    """
    if not part.is_lot_tracked or part.is_serial_tracked or not scan_code(code):
        return
    if not are_all_made_here(session, kit, kit_lot_id):
        return
    inside = session.execute(
        sa.select(Lot.code)
        .select_from(_taken)
        .outerjoin(Lot, Lot.id == _taken.lot_id)
        .where(
            _taken.command_id.in_(made_by(kit, kit_lot_id)),
            _taken.sku_id == part.id,
            _taken.reason == MoveReason.ASSEMBLE,
            _taken.to_bin_id.in_(_BENCH),
        )
        .distinct()
    )
    lots = {row.code for row in inside}
    if lots and None not in lots and scan_code(code) not in lots:
        raise RuleViolation(
            say("No pieces of {sku} lot {lot} went into these kits, only of {lots}.",
                sku=part.code, lot=scan_code(code), lots=", ".join(sorted(lots)))
        )  # fmt: skip


def _held(session: Session, postings: Sequence[ledger.Posting]) -> Collection[Lot]:
    ids = {posting.lot_id for posting in postings if posting.lot_id is not None}
    for posting in postings:
        if posting.serials:
            pieces = (Serial.sku_id == posting.sku_id, Serial.code.in_(posting.serials))
            ids |= {lot for lot in session.scalars(sa.select(Serial.lot_id).where(*pieces)) if lot}
    return session.scalars(
        sa.select(Lot)
        .where(Lot.id.in_(ids))
        .order_by(Lot.id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    ).all()
