"""Stand-ins: which printer takes over from which, and taking over, by a click or by itself."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.models import Printer
from printing.queue.standing_in import HandedOver, hand_over, is_away, to_relieve
from warehouse.commands import Actor, Command, Outcome, Tone, execute, new_id
from warehouse.db import Database
from warehouse.errors import InvalidInput, NotFound, RuleViolation, WarehouseError
from warehouse.people import trail
from warehouse.printers.commands import printer_by_id
from warehouse.settings import load_settings
from warehouse.text import Text, say

log = logging.getLogger("fahuo.printers")


@dataclass(frozen=True, kw_only=True)
class SetStandIn(Command):
    """Which printer takes over from this one while it is away; None: no one."""

    printer_id: int
    stand_in_id: int | None


@dataclass(frozen=True, kw_only=True)
class HandOverLane(Command):
    """Send all that waits for a printer to its stand-in."""

    printer_id: int


def set_stand_in(session: Session, command: SetStandIn) -> Outcome:
    """Keep the stand-in; two printers may stand in for each other.

    Raises:
        InvalidInput: a printer cannot stand in for itself.
    """
    printer = printer_by_id(session, command.printer_id)
    if command.stand_in_id == printer.id:
        raise InvalidInput(say("A printer cannot stand in for itself."), field="stand_in")
    name = ""
    if command.stand_in_id is not None:
        other = session.get(Printer, command.stand_in_id)
        if other is None:
            raise NotFound(say("printer"), command.stand_in_id)
        name = other.name
    printer.stand_in_id = command.stand_in_id
    session.flush()
    trail.record(session, command, "printer", printer.id, "stand_in_set", name=name)
    message = (
        say("{stand_in} stands in for {name}.", stand_in=name, name=printer.name)
        if name
        else say("Nobody stands in for {name}.", name=printer.name)
    )
    return Outcome(screen="printers", subject_id=printer.id, message=message)


def hand_over_lane(session: Session, command: HandOverLane) -> Outcome:
    """Give what nobody has begun to the stand-in, in its order; what does not fit there stays.

    Raises:
        RuleViolation: the printer is there itself, has no stand-in, the stand-in is away too,
            nothing waits, or nothing that waits fits.
    """
    printer, stand_in = _pair(session, command.printer_id)
    if not is_away(printer):
        text = say("{name} is there itself. Pause it first.", name=printer.name)
        raise RuleViolation(text)
    if is_away(stand_in):
        raise RuleViolation(say("{name} does not print now either.", name=stand_in.name))
    done = hand_over(session, printer, stand_in, person_id=command.actor.person_id, at=command.at)
    staying = sum(done.refused.values())
    if not done.moved:
        nothing = say("Nothing waits for {name}.", name=printer.name)
        raise RuleViolation(_stays(stand_in, staying) if staying else nothing)
    trail.record(
        session, command, "printer", printer.id, "handed_over", to=stand_in.name, count=done.moved
    )
    return _handed(stand_in, done, staying)


def _handed(stand_in: Printer, done: HandedOver, staying: int) -> Outcome:
    message = say("{count} papers go to {name}.", count=done.moved, name=stand_in.name)
    if staying:
        message = say("{done} {left}", done=message, left=_stays(stand_in, staying))
    tone = Tone.ATTENTION if staying else Tone.OK
    return Outcome(screen="printers", subject_id=stand_in.id, message=message, tone=tone,
                   facts={"moved": done.moved, "refused": dict(done.refused)})  # fmt: skip


def _stays(stand_in: Printer, count: int) -> Text:
    if not stand_in.media:
        return say("{count} papers stay: {name} cannot print them.", count=count,
                   name=stand_in.name)  # fmt: skip
    return say("{count} papers stay: {name} holds {media}, not their stock.", count=count,
               name=stand_in.name, media=stand_in.media)  # fmt: skip


def _pair(session: Session, printer_id: int) -> tuple[Printer, Printer]:
    """Return the printer and its stand-in, locked in the order of their ids."""
    wanted = session.scalar(sa.select(Printer.stand_in_id).where(Printer.id == printer_id))
    ids = sorted({printer_id, wanted or printer_id})
    locked = {one: printer_by_id(session, one) for one in ids}
    printer = locked[printer_id]
    if wanted is None or printer.stand_in_id != wanted:
        raise RuleViolation(say("Nobody stands in for {name}.", name=printer.name))
    return printer, locked[wanted]


def relieve(database: Database, *, actor: Actor, at: datetime) -> int:
    """Let stand-ins take over from printers long offline; return from how many they did.

    How long is the site's setting. What cannot be taken over stays and is tried again next time.
    """
    with database.reading() as session:
        minutes = load_settings(session).stand_in_after_min
        away = to_relieve(session, after=timedelta(minutes=minutes), at=at) if minutes else ()
    relieved = 0
    for printer_id in away:
        command = HandOverLane(id=new_id(), actor=actor, at=at, printer_id=printer_id)
        try:
            outcome = execute(database, hand_over_lane, command)
        except WarehouseError as error:
            log.info("printer %d is not relieved: %s", printer_id, error)
            continue
        log.info("printer %d: %s", printer_id, outcome.message)
        relieved += 1
    return relieved
