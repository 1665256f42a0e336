"""Ending hands that nobody puts down: nothing was booked by them, so that nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.commands import Command, Outcome
from warehouse.errors import StaleScreen
from warehouse.people import trail
from warehouse.people.models import Person
from warehouse.replenishing.commands.ending import close as empty
from warehouse.replenishing.commands.planning import lock_tasks, refresh
from warehouse.replenishing.models import Carried, ReplenishTask
from warehouse.storing.commands.hand import close
from warehouse.storing.hands import HandKind
from warehouse.storing.models import Handling, HandlingState
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class EndHand(Command):
    """What somebody has in hand stands where it was taken; `no` is the hand's own, by `kind`."""

    kind: HandKind
    person_id: int
    no: int


def end_hand(session: Session, command: EndHand) -> Outcome:
    """Forget what somebody has in hand, whoever it is: the book has it in its bin all the while.

    What was counted meanwhile is seen to by `counting.commands.hands_ended`.

    Raises:
        StaleScreen: it was put down meanwhile.
    """
    if command.kind is HandKind.STOCK:
        hand = session.get(Handling, command.no, with_for_update=True, populate_existing=True)
        if hand is None or hand.state is not HandlingState.OPEN:
            raise StaleScreen(say("It was put down meanwhile."))
        if hand.person_id != command.person_id:
            raise StaleScreen(say("It was put down meanwhile."))
        bin_id, sku_id, pieces = hand.from_bin_id, hand.sku_id, hand.pieces
        hand.other_bin_id = None
        close(session, command, hand, HandlingState.PUT_BACK)
    else:
        bin_id, sku_id, pieces = _empty_cart(session, command)
    place = session.get_one(Bin, bin_id)
    sku = session.get_one(Sku, sku_id).code if sku_id is not None else ""
    name = session.get_one(Person, command.person_id).name
    session.flush()
    trail.record(
        session, command, "bin", bin_id, "hand_ended",
        name=name, pieces=pieces, what=sku or place.code,
    )  # fmt: skip
    if command.kind is HandKind.RESERVE:
        refresh(session, command, [command.no])
    return Outcome(
        screen="hands",
        message=say("{name} has nothing of {bin} in hand any more.", name=name, bin=place.code),
        facts={"bin": place.code, "pieces": pieces},
    )


def _empty_cart(session: Session, command: EndHand) -> tuple[int, int, int]:
    task = session.get(ReplenishTask, command.no)
    if task is not None:
        lock_tasks(session, [task.sku_id])
    hand = session.get(Carried, command.person_id, with_for_update=True, populate_existing=True)
    if task is None or hand is None or hand.task_id != task.id or not hand.pieces:
        raise StaleScreen(say("It was put down meanwhile."))
    bin_id, pieces = hand.from_bin_id, hand.pieces
    empty(session, command, hand, task.sku_id, is_back=True)
    return bin_id, task.sku_id, pieces
