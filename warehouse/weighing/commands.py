"""A reading of the scale against what the parcel should weigh."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, RuleViolation, StaleScreen
from warehouse.orders.commands.holds import hold_order
from warehouse.orders.models import HoldKind
from warehouse.orders.queries import orders_of, require_not_stopped
from warehouse.packing.models import Parcel, ParcelState
from warehouse.people import trail
from warehouse.settings import load_settings
from warehouse.text import say
from warehouse.weighing.models import Reading, Verdict
from warehouse.weighing.rules import tolerance_of, verdict_of
from warehouse.weighing.screens import WeighScreen

HEAVIEST_G = 100_000
WEIGHT_NOTE = say("The weight cannot be right.")


@dataclass(frozen=True, kw_only=True)
class RecordWeight(Command):
    """What the scale shows for a sealed parcel, in grams.

    With `override_reason`, somebody with the right lets a weight outside the tolerance pass;
    `seen_reading_id` is the reading they looked at, None where they looked at the scale itself.
    """

    parcel_id: int
    gross_g: int
    override_reason: str = ""
    seen_reading_id: int | None = None


def record_weight(session: Session, command: RecordWeight) -> Outcome:
    """Keep the reading; within the tolerance the parcel is weighed and may have its label.

    Raises:
        InvalidInput: no weight a parcel can have. StaleScreen: the parcel is further on, or was
            weighed again since the reading that is let pass.
        OrderStopped: the order goes no further.
    """
    if not 0 < command.gross_g <= HEAVIEST_G:
        raise InvalidInput(
            say("The weight must be 1 g to {most} kg.", most=HEAVIEST_G // 1000), field="gross_g"
        )
    parcel = lock_parcel(session, command.parcel_id)
    if parcel.state is not ParcelState.SEALED:
        raise StaleScreen
    if command.seen_reading_id not in (None, _last_reading(session, parcel.id)):
        raise StaleScreen
    reading = _reading(session, command, parcel)
    session.add(reading)
    trail.record(
        session, command, "parcel", parcel.id, "weighed",
        gross_g=command.gross_g, expected_g=parcel.expected_g, verdict=reading.verdict,
    )  # fmt: skip
    if reading.verdict is Verdict.OUTSIDE:
        session.flush()
        return _outside(reading)
    parcel.state = ParcelState.WEIGHED
    parcel.gross_g = command.gross_g
    parcel.weighed_at = command.at
    session.flush()
    return Outcome(
        screen=WeighScreen.LABEL,
        subject_id=parcel.id,
        message=say("{gross} g. The label is coming.", gross=command.gross_g),
        facts={"gross_g": command.gross_g},
    )


def _last_reading(session: Session, parcel_id: int) -> int | None:
    return session.scalar(sa.select(sa.func.max(Reading.id)).where(Reading.parcel_id == parcel_id))


def _reading(session: Session, command: RecordWeight, parcel: Parcel) -> Reading:
    settings = load_settings(session)
    tolerance_g = tolerance_of(
        parcel.expected_g or 0,
        absolute_g=settings.tolerance_g,
        percent=settings.tolerance_percent,
    )
    verdict = verdict_of(command.gross_g, parcel.expected_g, tolerance_g)
    if verdict is Verdict.OUTSIDE and command.override_reason.strip():
        verdict = Verdict.OVERRIDDEN
    return Reading(
        parcel_id=parcel.id,
        gross_g=command.gross_g,
        expected_g=parcel.expected_g,
        tolerance_g=tolerance_g,
        verdict=verdict,
        reason=command.override_reason[:500],
        command_id=command.id,
        at=command.at,
        person_id=command.actor.person_id,
    )


def _outside(reading: Reading) -> Outcome:
    return Outcome(
        screen=WeighScreen.OUTSIDE,
        subject_id=reading.parcel_id,
        message=say(
            "{gross} g, expected {expected} ± {tolerance} g. Weigh again or back to the check.",
            gross=reading.gross_g,
            expected=reading.expected_g,
            tolerance=reading.tolerance_g,
        ),
        tone=Tone.STOP,
        facts={"gross_g": reading.gross_g, "tolerance_g": reading.tolerance_g},
    )


@dataclass(frozen=True, kw_only=True)
class SendBack(Command):
    """The weight cannot be right: the parcel is looked into again, piece by piece."""

    parcel_id: int


def send_back(session: Session, command: SendBack) -> Outcome:
    """Stop the parcel's orders for the stock people; its goods are put aside and picked anew.

    Raises:
        RuleViolation: the scale never said that it is outside the tolerance.
        StaleScreen: the parcel is further on. OrderStopped: it is stopped already.
    """
    parcel = lock_parcel(session, command.parcel_id)
    if parcel.state is not ParcelState.SEALED:
        raise StaleScreen
    last = session.scalars(
        sa.select(Reading.verdict)
        .where(Reading.parcel_id == parcel.id)
        .order_by(Reading.id.desc())
        .limit(1)
    ).first()
    if last is not Verdict.OUTSIDE:
        raise RuleViolation(say("Weigh the parcel first."))
    for order in orders_of(session, parcel.consignment_id):
        hold_order(session, command, order.id, HoldKind.CHECK_MISMATCH, note=WEIGHT_NOTE.msgid)
    trail.record(session, command, "parcel", parcel.id, "sent_back")
    return Outcome(
        screen=WeighScreen.STOP,
        subject_id=parcel.consignment_id,
        message=say("The parcel is looked into again. Put it aside."),
        tone=Tone.STOP,
    )


def lock_parcel(session: Session, parcel_id: int) -> Parcel:
    """Return the parcel, fresh and locked, whose order goes on.

    Raises:
        StaleScreen: there is none. OrderStopped: the order goes no further.
        RuleViolation: the parcel was put aside.
    """
    parcel = session.get(Parcel, parcel_id, with_for_update=True, populate_existing=True)
    if parcel is None:
        raise StaleScreen
    require_not_stopped(session, parcel.consignment_id)
    if parcel.state is ParcelState.SET_ASIDE:
        raise RuleViolation(say("Parcel {number} was put aside.", number=parcel.number))
    return parcel
