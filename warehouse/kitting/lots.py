"""What the lots of the parts say of the kits: may they be made, and how long are they good."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.catalog.rules import scan_code
from warehouse.commands import Command
from warehouse.errors import LotBlocked, RuleViolation
from warehouse.inventory import ledger
from warehouse.inventory.fitness import SUSPECT_SKUS
from warehouse.inventory.models import Lot, Serial
from warehouse.storing.sources import found_lot
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class Inside:
    """The day the first of the parts ends, and whether each lot of some part has such a day."""

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
    skus = {posting.sku_id for posting in postings}
    doubt = sa.select(Sku.code).where(Sku.id.in_(skus), Sku.id.in_(SUSPECT_SKUS)).limit(1)
    if code := session.scalar(doubt):
        raise LotBlocked(say("{sku} may have pieces of a blocked lot inside.", sku=code), sku=code)
    lots = _held(session, postings)
    for lot in lots:
        if lot.blocked_at is not None:
            raise LotBlocked(say("Lot {lot} is blocked.", lot=lot.code), lot=lot.code)
        if lot.best_before is not None and lot.best_before < command.day:
            raise RuleViolation(
                say("Lot {lot} was good until {day} only.", lot=lot.code,
                    day=lot.best_before.isoformat())
            )  # fmt: skip
    dated = sa.select(Sku.code).where(Sku.id.in_(skus), Sku.is_expiry_tracked).order_by(Sku.code)
    days = [lot.best_before for lot in lots if lot.best_before is not None]
    return Inside(first=min(days, default=None), dated=session.scalar(dated.limit(1)) or "")


def lot_of_kits(
    session: Session, command: Command, kit: Sku, inside: Inside, code: str, day: date | None
) -> int | None:
    """Return the lot the kits go into, made now if it is new; None where kits have no lots.

    Without a day they are good as long as the first of their parts.

    Raises:
        RuleViolation: they would be good for longer than a part, or nobody could tell when they
            end. LotBlocked: the lot may not be sold. LotMissing, InvalidInput: as for other goods.
    """
    if not kit.is_lot_tracked:
        if inside.dated:
            raise RuleViolation(
                say("{part} has a best-before: keep {kit} by lot first, or nobody can tell when"
                    " the kits end.", part=inside.dated, kit=kit.code)
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
    return found_lot(session, command, kit, code, good)


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
