"""A lot is good until another day than was booked; kits with pieces of it never longer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.commands import Command, Outcome
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.inventory.marks import best_before_problem
from warehouse.inventory.models import Lot
from warehouse.people import trail
from warehouse.text import say
from warehouse.tracing.commands.blocking import locked_lot
from warehouse.tracing.recalling import kits_with, lots_inside


@dataclass(frozen=True, kw_only=True)
class MendLot(Command):
    """The best-before of the lot is another one than was booked."""

    lot_id: int
    best_before: date | None
    reason: str


def mend_lot(session: Session, command: MendLot) -> Outcome:
    """Give the lot another best-before, with a word why.

    Lots of kits with pieces of it inside that were good for longer end with it. A later day is
    not handed on to them: another part may end before.

    Raises:
        InvalidInput: no reason, a day no goods are good until, or none for goods that have one
            each. RuleViolation: kits of this lot would be good for longer than what is in them.
    """
    lot = locked_lot(session, command.lot_id, command.reason)
    day = command.best_before
    sku = session.get_one(Sku, lot.sku_id)
    if day is None and sku.is_expiry_tracked:
        text = say("Each lot of {sku} has a best-before. Say that of {lot}.", sku=sku.code,
                   lot=lot.code)  # fmt: skip
        raise InvalidInput(text, field="best_before")
    if day and (problem := best_before_problem(day, command.day, is_faulty=True)):
        raise InvalidInput(problem, field="best_before")
    _require_as_good(session, lot, day)
    before, lot.best_before = lot.best_before, day
    shortened = _shorten(session, lot) if day is not None else []
    session.flush()
    facts = {"reason": command.reason.strip()[:200]}
    trail.record(session, command, "lot", lot.id, "lot_mended", before=_said(before),
                 after=_said(day), **facts)  # fmt: skip
    for kit_lot, was in shortened:
        trail.record(session, command, "lot", kit_lot.id, "lot_mended", before=_said(was),
                     after=_said(day), reason=f"{lot.code}: {facts['reason']}")  # fmt: skip
    message = say("Lot {lot} is saved.", lot=lot.code)
    if shortened:
        message = say("Lot {lot} is saved; {count} lots of kits with it end no later now.",
                      lot=lot.code, count=len(shortened))  # fmt: skip
    return Outcome(screen="lot", subject_id=lot.id, message=message)


def _require_as_good(session: Session, lot: Lot, day: date | None) -> None:
    first = session.scalar(
        sa.select(sa.func.min(Lot.best_before)).where(Lot.id.in_(lots_inside(lot.id)))
    )
    if first is not None and (day is None or day > first):
        raise RuleViolation(
            say("One of the parts is good until {day} only.", day=first.isoformat())
        )


def _shorten(session: Session, lot: Lot) -> list[tuple[Lot, date | None]]:
    ids = {kits.lot_id for kits in kits_with(session, lot.id) if kits.lot_id is not None}
    longer = session.scalars(
        sa.select(Lot)
        .where(
            Lot.id.in_(ids), sa.or_(Lot.best_before.is_(None), Lot.best_before > lot.best_before)
        )
        .order_by(Lot.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    found = [(kit_lot, kit_lot.best_before) for kit_lot in longer]
    for kit_lot in longer:
        kit_lot.best_before = lot.best_before
    return found


def _said(day: date | None) -> str:
    return day.isoformat() if day else ""
