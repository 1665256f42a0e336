"""Fewer are in a reserve bin than the book has: nobody is sent there before it is counted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.commands import Command, Outcome, Tone
from warehouse.counting.events import doubt
from warehouse.counting.models import CountEvent
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.inventory.unfound import keep_unfound
from warehouse.people import trail
from warehouse.replenishing.commands.carrying import hand_at_bin
from warehouse.replenishing.commands.planning import open_task, refresh
from warehouse.replenishing.models import Carried, TaskState
from warehouse.replenishing.picking_up import in_bin, others_hold
from warehouse.replenishing.screens import ReplenishScreen
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class ReportFewer(Command):
    """In the reserve bin I stand at are only `found` pieces, besides those in hands."""

    task_id: int
    found: int


def report_fewer(session: Session, command: ReportFewer) -> Outcome:
    """Have the bin counted; until that has ended nobody is sent there, and none of it is promised.

    Nothing is booked: the count says what is gone, and of which lot. What is there may be taken.

    Raises:
        InvalidInput: no number of pieces. RuleViolation: the book agrees, or knows fewer.
        StaleScreen: the task has ended, or nobody said which bin.
    """
    if not 0 <= command.found <= 10**6:
        raise InvalidInput(say("This must be a whole number."), field="pieces")
    task = open_task(session, command.task_id)
    hand = hand_at_bin(session, command, task)
    sku, place = session.get_one(Sku, task.sku_id), session.get_one(Bin, hand.from_bin_id)
    missing = _missing(session, hand, sku, command.found)
    doubt(session, command, place.id, CountEvent.SHORT_PICK, sku.id)
    keep_unfound(session, command, bin_id=place.id, sku_id=sku.id, pieces=missing, is_whole=True)
    if not hand.pieces and not command.found:
        session.delete(hand)
    session.flush()
    trail.record(session, command, "bin", place.id, "fewer_found", sku=sku.code, missing=missing)
    refresh(session, command, [task.id])
    return Outcome(
        screen=ReplenishScreen.NEXT if task.state is TaskState.OPEN else ReplenishScreen.TASKS,
        subject_id=task.id,
        message=say(
            "{missing} fewer in {bin} than the book has. It is counted before anybody is sent"
            " there again.", missing=missing, bin=place.code,
        ),
        tone=Tone.ATTENTION,
        facts={"bin_id": place.id, "sku_id": sku.id, "missing": missing},
    )  # fmt: skip


def _missing(session: Session, hand: Carried, sku: Sku, found: int) -> int:
    """Return how many of the pieces that nobody has in hand or was promised are not there."""
    held = hand.pieces + others_hold(session, hand, sku.id, any_lot=True)
    book = in_bin(session, hand.from_bin_id, sku.id, day=None) - held
    if book <= found:
        raise RuleViolation(
            say("The book has {book} pieces here. Have them counted.", book=max(0, book))
        )
    return book - found
