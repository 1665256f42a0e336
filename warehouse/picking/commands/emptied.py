"""The zero check: a bin the book has just emptied, and what the picker sees in it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin
from warehouse.commands import Command, Outcome, Tone
from warehouse.counting.events import doubt
from warehouse.counting.models import CountEvent
from warehouse.errors import StaleScreen
from warehouse.people import trail
from warehouse.picking.commands.wave import require_picker
from warehouse.picking.screens import PickScreen
from warehouse.text import say
from warehouse.waves.models import PickTask, Wave


@dataclass(frozen=True, kw_only=True)
class SayEmpty(Command):
    """The bin of this task, emptied by the book, is empty or is not."""

    task_id: int
    is_empty: bool


def say_empty(session: Session, command: SayEmpty) -> Outcome:
    """Keep that the bin was seen empty, or have it counted.

    Raises:
        StaleScreen: there is no such task. TakenByAnother: another picks the wave.
    """
    task = session.get(PickTask, command.task_id)
    if task is None:
        raise StaleScreen
    wave = session.get_one(Wave, task.wave_id)
    require_picker(session, command, wave.picker_id, wave.number)
    place = session.get_one(Bin, task.bin_id)
    if command.is_empty:
        trail.record(session, command, "bin", place.id, "seen_empty")
        message, tone = say("{bin} is empty.", bin=place.code), Tone.OK
    else:
        doubt(session, command, place.id, CountEvent.NOT_EMPTY, task.sku_id)
        message = say("{bin} will be counted. Leave the pieces there.", bin=place.code)
        tone = Tone.ATTENTION
    return Outcome(screen=PickScreen.NEXT, subject_id=wave.id, message=message, tone=tone)
