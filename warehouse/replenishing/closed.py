"""Tasks whose pick bin takes nothing more meanwhile: aimed at another one, or at their end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin
from warehouse.replenishing.models import ReplenishTask, TaskState
from warehouse.replenishing.queries import IS_FILLED, carried_of, pick_bin_for
from warehouse.replenishing.waiting import waiters_of


@dataclass(frozen=True, kw_only=True)
class WayOut:
    """What becomes of a task whose bin is closed.

    `to_bin_id`: its goods go there instead. `into_id`: the open task there, which those who wait
    are left to. Neither: nobody waits, or the house has no other bin, and it ends. A task for
    which somebody has goods in hand does not end before these are put down.
    """

    task: ReplenishTask
    to_bin_id: int | None = None
    into_id: int | None = None
    is_carried: bool = False


def ways_out(session: Session, tasks: Sequence[ReplenishTask]) -> list[WayOut]:
    """Return what becomes of those of the open tasks whose bin is closed, where anything does."""
    closed = set(
        session.scalars(
            sa.select(Bin.id).where(Bin.id.in_({t.to_bin_id for t in tasks}), sa.not_(IS_FILLED))
        )
    )
    mine = [task for task in tasks if task.to_bin_id in closed]
    if not mine:
        return []
    carried = carried_of(session, [task.id for task in mine])
    waiting = waiters_of(session, [task.id for task in mine])
    found = (
        _way_out(session, task, is_carried=task.id in carried, is_waited=task.id in waiting)
        for task in mine
    )
    return [way for way in found if way is not None]


def _way_out(
    session: Session, task: ReplenishTask, *, is_carried: bool, is_waited: bool
) -> WayOut | None:
    target = pick_bin_for(session, task.sku_id) if is_waited or is_carried else None
    if target is None:
        return None if is_carried else WayOut(task=task)
    other = session.scalar(
        sa.select(ReplenishTask.id).where(
            ReplenishTask.state == TaskState.OPEN,
            ReplenishTask.sku_id == task.sku_id,
            ReplenishTask.to_bin_id == target,
        )
    )
    if other is None:
        return WayOut(task=task, to_bin_id=target, is_carried=is_carried)
    if is_carried and not is_waited:
        return None
    return WayOut(task=task, into_id=other, is_carried=is_carried)
