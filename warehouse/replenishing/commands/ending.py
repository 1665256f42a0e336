"""Ending tasks and hands, and leaving a pick bin that was closed: nobody waits in vain."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin
from warehouse.commands import Command
from warehouse.inventory import hands
from warehouse.people import trail
from warehouse.replenishing.closed import WayOut
from warehouse.replenishing.models import Carried, ReplenishTask, ReplenishWait, TaskState


def end(session: Session, command: Command, task: ReplenishTask, state: TaskState) -> None:
    """End an open task: what waits for it is free for the next wave."""
    task.state, task.ended_at, task.ended_by = state, command.at, command.actor.person_id
    session.flush()
    trail.record(
        session, command, "sku", task.sku_id, "replenish_ended",
        task=task.id, state=state, pieces=task.moved,
    )  # fmt: skip


def close(session: Session, command: Command, hand: Carried, sku_id: int, *, is_back: bool) -> None:
    """Empty a hand, and keep from when to when it was; `is_back`: into the bin it came from."""
    if hand.pieces or not is_back:
        hands.let_go(
            session, command, person_id=hand.person_id, bin_id=hand.from_bin_id, sku_id=sku_id,
            since=hand.at, changed_at=hand.changed_at, is_back=is_back,
        )  # fmt: skip
    session.delete(hand)


def leave_closed(session: Session, command: Command, way: WayOut) -> bool:
    """Aim a task at another bin, or end it and leave who waits to the task there; tell if so."""
    task = way.task
    if way.to_bin_id is not None:
        trail.record(
            session, command, "sku", task.sku_id, "replenish_aimed",
            task=task.id, bin=session.get_one(Bin, way.to_bin_id).code,
            closed=session.get_one(Bin, task.to_bin_id).code,
        )  # fmt: skip
        task.to_bin_id = way.to_bin_id
        session.flush()
        return False
    if way.into_id is not None:
        _hand_over(session, task.id, way.into_id)
    if way.is_carried:
        return False
    end(session, command, task, TaskState.DONE if task.moved else TaskState.NEEDLESS)
    return True


def _hand_over(session: Session, from_id: int, to_id: int) -> None:
    """Let those who wait for a task wait for another one of the same goods.

    A consignment that waits for both was left out twice and wants the greater number once.
    """
    waits = session.scalars(sa.select(ReplenishWait).where(ReplenishWait.task_id == from_id)).all()
    for wait in waits:
        known = session.get(ReplenishWait, (to_id, wait.consignment_id))
        if known is None:
            session.add(
                ReplenishWait(task_id=to_id, consignment_id=wait.consignment_id, pieces=wait.pieces)
            )
        else:
            known.pieces = max(known.pieces, wait.pieces)
        session.delete(wait)
    session.flush()
