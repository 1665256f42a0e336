"""A lot that must not be sold is blocked: what was promised of it is given back at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.inventory.marks import best_before_problem
from warehouse.inventory.models import Lot
from warehouse.orders.commands.holds import hold_order
from warehouse.orders.models import HoldKind, HoldOwner
from warehouse.orders.queries import orders_of
from warehouse.orders.rules import BY_HAND
from warehouse.people import trail
from warehouse.text import say
from warehouse.tracing.commands.unpromising import give_promises_back, in_work


@dataclass(frozen=True, kw_only=True)
class BlockLot(Command):
    """Nobody gets anything of this lot any more, until it is let go."""

    lot_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class UnblockLot(Command):
    """The lot may be sold again."""

    lot_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class MendLot(Command):
    """The best-before of the lot is another one than was booked."""

    lot_id: int
    best_before: date | None
    reason: str


def block_lot(session: Session, command: BlockLot) -> Outcome:
    """Block the lot and give back every open promise of it.

    Consignments nobody has begun leave their wave and are planned anew, or held for stock. In
    waves being picked other pieces are looked for, as after a short pick. Orders whose goods of
    this lot are in a tote or parcel are stopped at their next scan.

    Raises:
        RuleViolation: it is blocked already.
    """
    lot = _lot(session, command.lot_id, command.reason)
    if lot.blocked_at is not None:
        raise RuleViolation(say("Lot {lot} is blocked.", lot=lot.code))
    lot.blocked_at, lot.blocked_reason = command.at, command.reason.strip()[:200]
    session.flush()
    back, short = give_promises_back(session, command, lot.id)
    held = _stop_picked(session, command, lot)
    trail.record(
        session, command, "lot", lot.id, "lot_blocked",
        reason=lot.blocked_reason, back=len(back), short=len(short), held=len(held),
    )  # fmt: skip
    return Outcome(
        screen="lot",
        subject_id=lot.id,
        message=say(
            "Lot {lot} is blocked: {back} orders out of their wave, {short} looked for elsewhere,"
            " {held} stopped with goods in hand.",
            lot=lot.code,
            back=len(back),
            short=len(short),
            held=len(held),
        ),
        tone=Tone.ATTENTION if back or short or held else Tone.OK,
    )


def unblock_lot(session: Session, command: UnblockLot) -> Outcome:
    """Let the lot go; orders that wait for these goods are looked at within a minute.

    Raises:
        RuleViolation: it is not blocked.
    """
    lot = _lot(session, command.lot_id, command.reason)
    if lot.blocked_at is None:
        raise RuleViolation(say("Lot {lot} is not blocked.", lot=lot.code))
    lot.blocked_at, lot.blocked_reason = None, ""
    session.flush()
    trail.record(
        session, command, "lot", lot.id, "lot_unblocked", reason=command.reason.strip()[:200]
    )
    return Outcome(
        screen="lot", subject_id=lot.id, message=say("Lot {lot} may be sold again.", lot=lot.code)
    )


def mend_lot(session: Session, command: MendLot) -> Outcome:
    """Give the lot another best-before, with a word why.

    Raises:
        InvalidInput: no reason, or a day no goods are good until.
    """
    lot = _lot(session, command.lot_id, command.reason)
    day = command.best_before
    if day and (problem := best_before_problem(day, command.day, is_faulty=True)):
        raise InvalidInput(problem, field="best_before")
    before, lot.best_before = lot.best_before, command.best_before
    session.flush()
    trail.record(
        session, command, "lot", lot.id, "lot_mended", reason=command.reason.strip()[:200],
        before=before.isoformat() if before else "",
        after=command.best_before.isoformat() if command.best_before else "",
    )  # fmt: skip
    return Outcome(
        screen="lot", subject_id=lot.id, message=say("Lot {lot} is saved.", lot=lot.code)
    )


def _lot(session: Session, lot_id: int, reason: str) -> Lot:
    if not reason.strip():
        raise InvalidInput(say("Say why."), field="reason")
    lot = session.get(Lot, lot_id, with_for_update=True, populate_existing=True)
    if lot is None:
        raise NotFound(say("lot"), lot_id)
    return lot


def _stop_picked(session: Session, command: BlockLot, lot: Lot) -> set[int]:
    """Stop the orders whose goods of the lot are in totes and parcels; return their ids."""
    held: set[int] = set()
    for consignment_id in sorted({c for c, _ in in_work(session, lot.id)}):
        for order in orders_of(session, consignment_id):
            note = f"{lot.code}: {lot.blocked_reason}"
            owner, by_hand = HoldOwner.STOCK, BY_HAND
            hold_order(session, command, order.id, HoldKind.MANUAL, note=note, owner=owner,
                       about=by_hand)  # fmt: skip
            held.add(order.id)
    return held
