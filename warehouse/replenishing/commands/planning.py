"""Tasks for pick bins that want pieces: made, kept true to the stock, ended when it moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.commands import Command, Outcome
from warehouse.errors import RuleViolation, StaleScreen
from warehouse.replenishing.closed import ways_out
from warehouse.replenishing.commands.ending import end, leave_closed
from warehouse.replenishing.models import Carried, ReplenishTask, ReplenishWait, TaskState
from warehouse.replenishing.picking_up import carriers_of
from warehouse.replenishing.queries import (
    carried_of,
    faces_of,
    low_faces,
    pick_bin_for,
    sources_of,
)
from warehouse.replenishing.rules import (
    Face,
    Reserve,
    Source,
    ends_as,
    first_source,
    is_urgent,
    pieces_wanted,
)
from warehouse.replenishing.waiting import Pair
from warehouse.text import say

LEFT_ALONE = timedelta(hours=12)  # a task somebody took back is not made again before
WENT_AWAY = timedelta(minutes=30)  # who took nothing in this time went away from the bin


@dataclass(frozen=True, kw_only=True)
class PlanTasks(Command):
    """Look at all pick bins with a level and at all open tasks."""


@dataclass(frozen=True, kw_only=True)
class CancelTask(Command):
    """The task is not to be done; orders that wait for it are left to the next wave."""

    task_id: int


@dataclass(frozen=True, kw_only=True)
class Lack:
    """A consignment wants so many pieces more of a SKU than the shelves have, and reserve has."""

    consignment_id: int
    sku_id: int
    pieces: int


@dataclass(frozen=True, kw_only=True)
class Outlook:
    """How a task stands, or would stand now."""

    state: TaskState
    pieces: int
    is_urgent: bool
    from_bin_id: int

    @classmethod
    def of(cls, task: ReplenishTask) -> Outlook:
        """Return how the task stands."""
        return cls(
            state=task.state,
            pieces=task.pieces,
            is_urgent=task.is_urgent,
            from_bin_id=task.from_bin_id,
        )


def plan_tasks(session: Session, command: PlanTasks) -> Outcome:
    """Make tasks for bins below their level and bring the open ones up to date."""
    open_skus = sa.select(ReplenishTask.sku_id).where(ReplenishTask.state == TaskState.OPEN)
    low = {sku_id for sku_id, _ in low_faces(session, day=command.day)}
    held = low | set(session.scalars(open_skus))
    lock_tasks(session, held)
    session.execute(sa.delete(Carried).where(_went_away(command.at)))
    ended = refresh(session, command)
    pairs = [pair for pair in low_faces(session, day=command.day) if pair[0] in held]
    made = make_tasks(session, command, pairs)
    return Outcome(
        screen="tasks",
        message=say("{made} tasks made, {ended} ended.", made=made, ended=ended),
        facts={"made": made, "ended": ended},
    )


def cancel_task(session: Session, command: CancelTask) -> Outcome:
    """Take the task back.

    Raises:
        StaleScreen: it has ended. RuleViolation: somebody is at it.
    """
    task = open_task(session, command.task_id)
    if carried_of(session, [task.id]):
        who = ", ".join(carriers_of(session, task.id))
        raise RuleViolation(
            say("{name} is at this task. What is in hand is put down first, or ended under Stock,"
                " Dock.", name=who)
        )  # fmt: skip
    end(session, command, task, TaskState.CANCELLED)
    return Outcome(screen="tasks", message=say("The task is taken back."))


def wait_for(session: Session, command: Command, lacks: Iterable[Lack]) -> set[int]:
    """Have the pieces brought that consignments lack on the shelves; return those that wait.

    A consignment that lacks several SKUs waits for several tasks. One is left out if for a SKU
    there is no shelf in the house. The tasks of these SKUs have to be held (`lock_tasks`).
    """
    by_sku: dict[int, list[Lack]] = defaultdict(list)
    for lack in lacks:
        by_sku[lack.sku_id].append(lack)
    faces: dict[int, int | None] = {}
    for sku_id in sorted(by_sku):
        chosen = [face for face in faces.values() if face is not None]
        faces[sku_id] = pick_bin_for(session, sku_id, taken=chosen)
    homeless = {
        lack.consignment_id for sku_id, face in faces.items() if face is None
        for lack in by_sku[sku_id]
    }  # fmt: skip
    pairs = {(sku_id, face) for sku_id, face in faces.items() if face is not None}
    day = command.day
    sources = sources_of(session, by_sku, day=day)
    tasks = _open_of(session, pairs)
    for sku_id, face in sorted(pairs):
        task = tasks.get((sku_id, face))
        wanted = sum(lack.pieces for lack in by_sku[sku_id])
        source = first_source(sources.get(sku_id, ()), wanted)
        if task is None and source is not None:
            tasks[sku_id, face] = _new(session, command, (sku_id, face), source, wanted)
    session.flush()
    waiting = set()
    for sku_id, face in sorted(pairs):
        if (sku_id, face) in tasks:
            _write_waits(session, tasks[sku_id, face], by_sku[sku_id])
            waiting |= {lack.consignment_id for lack in by_sku[sku_id]}
    refresh(session, command, [task.id for task in tasks.values()])
    return waiting - homeless


def wait_no_more(session: Session, consignment_ids: Collection[int]) -> None:
    """Let consignments that got what they want wait for no open task any longer."""
    still = sa.select(ReplenishTask.id).where(ReplenishTask.state == TaskState.OPEN)
    session.execute(
        sa.delete(ReplenishWait)
        .where(ReplenishWait.consignment_id.in_(consignment_ids), ReplenishWait.task_id.in_(still))
        .execution_options(synchronize_session="fetch")
    )


def make_tasks(session: Session, command: Command, pairs: Collection[Pair]) -> int:
    """Make a task for each pair of SKU and pick bin that has none; return how many were made."""
    made = list(_fills(session, pairs, command.at, command.day))
    for pair, source, pieces in made:
        _new(session, command, pair, source, pieces)
    session.flush()
    return len(made)


def _fills(
    session: Session, pairs: Collection[Pair], at: datetime, day: date
) -> Iterator[tuple[Pair, Source, int]]:
    """Yield which of the pairs a task is to be made for, from where, and of how many pieces.

    Those that have one are left out, and what open tasks bring is brought by no other one.
    """
    skus = {sku_id for sku_id, _ in pairs}
    tasks = session.scalars(_open_tasks(None).where(ReplenishTask.sku_id.in_(skus))).all()
    known = {(task.sku_id, task.to_bin_id) for task in tasks} | _left_alone(session, at)
    new = [pair for pair in pairs if pair not in known]
    if not new:
        return
    faces = faces_of(session, new, day=day)
    sources = sources_of(session, {sku_id for sku_id, _ in new}, day=day)
    left = _reserves(faces, sources)
    carried = carried_of(session, [task.id for task in tasks])
    for task in tasks:
        if task.sku_id in left:
            to_bring = task.pieces - task.moved
            left[task.sku_id].leave_out(to_bring, in_hand=carried.get(task.id, 0))
    for pair in new:
        reserve = left[pair[0]]
        pieces = min(pieces_wanted(replace(faces[pair], ending=reserve.ending)), reserve.free)
        source = first_source(reserve.sources, pieces)
        if pieces > 0 and source is not None:
            reserve.leave_out(pieces, in_hand=0)
            yield pair, source, pieces


def refresh(session: Session, command: Command, task_ids: Collection[int] | None = None) -> int:
    """Bring open tasks up to date with the stock; return how many ended.

    One whose bin is closed meanwhile is aimed at another bin, or ends. The tasks of their SKUs
    have to be held (`lock_tasks`).
    """
    tasks = _fresh(session, _open_tasks(task_ids))
    ways = ways_out(session, tasks)
    ended = sum(leave_closed(session, command, way) for way in ways)
    if into := {way.into_id for way in ways if way.into_id is not None}:
        others = into - {task.id for task in tasks}
        tasks = [*tasks, *_fresh(session, _open_tasks(others))]
    still = [task for task in tasks if task.state is TaskState.OPEN]
    for task, now in outlooks(session, still, command.day):
        task.pieces, task.is_urgent, task.from_bin_id = now.pieces, now.is_urgent, now.from_bin_id
        if now.state is not TaskState.OPEN:
            end(session, command, task, now.state)
            ended += 1
    session.flush()
    return ended


def is_due(session: Session, at: datetime, day: date) -> bool:
    """Tell whether planning would change anything now: no command is written for nothing."""
    if session.scalar(sa.select(Carried.person_id).where(_went_away(at)).limit(1)) is not None:
        return True
    tasks = session.scalars(_open_tasks(None)).all()
    if ways_out(session, tasks):
        return True
    for task, now in outlooks(session, tasks, day):
        if now != Outlook.of(task):
            return True
    return any(True for _ in _fills(session, low_faces(session, day=day), at, day))


def _went_away(at: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that somebody stood at a bin, took nothing and went away."""
    return sa.and_(Carried.pieces == 0, Carried.at < at - WENT_AWAY)


def outlooks(
    session: Session, tasks: Sequence[ReplenishTask], day: date
) -> list[tuple[ReplenishTask, Outlook]]:
    """Return open tasks with how they would stand if they were made now.

    What reserve has of a SKU is shared out: first to the tasks orders wait for, then to the oldest.
    """
    if not tasks:
        return []
    skus = {task.sku_id for task in tasks}
    every = session.scalars(_open_tasks(None).where(ReplenishTask.sku_id.in_(skus))).all()
    faces = faces_of(session, {(t.sku_id, t.to_bin_id) for t in every}, day=day)
    sources = sources_of(session, skus, day=day)
    carried = carried_of(session, [t.id for t in every])
    left = _reserves(faces, sources)
    found: dict[int, Outlook] = {}
    for task in sorted(every, key=lambda t: (not is_urgent(faces[t.sku_id, t.to_bin_id]), t.id)):
        there, reserve = sources.get(task.sku_id, []), left[task.sku_id]
        begun = task.pieces - task.moved if task.moved or task.id in carried else 0
        face = replace(faces[task.sku_id, task.to_bin_id], begun=begun, ending=reserve.ending)
        now = found[task.id] = _outlook(task, face, there, reserve, carried.get(task.id))
        if now.state is TaskState.OPEN:
            reserve.leave_out(now.pieces - task.moved, in_hand=carried.get(task.id, 0))
    return [(task, found[task.id]) for task in tasks]


def _outlook(
    task: ReplenishTask, face: Face, there: list[Source], reserve: Reserve, in_hand: int | None
) -> Outlook:
    wanted = pieces_wanted(face)
    state = ends_as(
        wanted=wanted,
        in_reserve=reserve.free,
        carried=0 if in_hand is None else max(1, in_hand),
        moved=task.moved,
    )
    source = first_source(reserve.sources or there, max(wanted, 1))
    if state is not TaskState.OPEN or source is None:
        return replace(Outlook.of(task), state=state)
    keeps_bin = in_hand is not None and any(s.bin_id == task.from_bin_id for s in there)
    return Outlook(
        state=state,
        pieces=task.moved + max(1, min(wanted, reserve.free + (in_hand or 0))),
        is_urgent=is_urgent(face),
        from_bin_id=task.from_bin_id if keeps_bin else source.bin_id,
    )


def _fresh(session: Session, query: sa.Select[ReplenishTask]) -> Sequence[ReplenishTask]:
    return session.scalars(query.execution_options(populate_existing=True)).all()


def _open_tasks(task_ids: Collection[int] | None) -> sa.Select[ReplenishTask]:
    query = (
        sa.select(ReplenishTask)
        .where(ReplenishTask.state == TaskState.OPEN)
        .order_by(ReplenishTask.id)
    )
    return query if task_ids is None else query.where(ReplenishTask.id.in_(task_ids))


def _new(
    session: Session, command: Command, pair: Pair, source: Source, pieces: int
) -> ReplenishTask:
    task = ReplenishTask(
        state=TaskState.OPEN,
        sku_id=pair[0],
        from_bin_id=source.bin_id,
        to_bin_id=pair[1],
        pieces=max(1, pieces),
        moved=0,
        is_urgent=False,
        created_at=command.at,
        created_by=command.actor.person_id,
    )
    session.add(task)
    return task


def _write_waits(session: Session, task: ReplenishTask, lacks: Iterable[Lack]) -> None:
    by_consignment: dict[int, int] = defaultdict(int)
    for lack in lacks:
        by_consignment[lack.consignment_id] += lack.pieces
    for consignment_id, pieces in sorted(by_consignment.items()):
        wait = session.get(ReplenishWait, (task.id, consignment_id))
        if wait is None:
            session.add(
                ReplenishWait(task_id=task.id, consignment_id=consignment_id, pieces=pieces)
            )
        else:
            wait.pieces = pieces
    session.flush()


def _open_of(session: Session, pairs: Collection[Pair]) -> dict[Pair, ReplenishTask]:
    of_skus = ReplenishTask.sku_id.in_({sku_id for sku_id, _ in pairs})
    tasks = _fresh(session, _open_tasks(None).where(of_skus))
    found = {(task.sku_id, task.to_bin_id): task for task in tasks}
    return {pair: task for pair, task in found.items() if pair in pairs}


def _left_alone(session: Session, at: datetime) -> set[Pair]:
    rows = session.execute(
        sa.select(ReplenishTask.sku_id, ReplenishTask.to_bin_id).where(
            ReplenishTask.state == TaskState.CANCELLED,
            ReplenishTask.ended_at > at - LEFT_ALONE,
        )
    )
    return {(sku_id, bin_id) for sku_id, bin_id in rows}


def _reserves(
    faces: Mapping[Pair, Face], sources: Mapping[int, Sequence[Source]]
) -> dict[int, Reserve]:
    """Return SKU id → what reserve has of it, before anything is shared out to its pick bins."""
    return {
        sku_id: Reserve(sources=list(sources.get(sku_id, ())), ending=face.ending)
        for (sku_id, _), face in faces.items()
    }


def lock_tasks(session: Session, sku_ids: Collection[int]) -> None:
    """Hold the tasks of these SKUs, and make no others of them than our own; before balances.

    Whoever makes, changes or ends a task has its SKU. Moves and picks go on: they ask only that
    their SKU stays.
    """
    session.execute(
        sa.select(Sku.id)
        .where(Sku.id.in_(sku_ids))
        .order_by(Sku.id)
        .with_for_update(key_share=True)
    ).all()


def open_task(session: Session, task_id: int) -> ReplenishTask:
    """Return the open task, held with the others of its goods.

    Raises:
        StaleScreen: it has ended, or never was.
    """
    known = session.get(ReplenishTask, task_id)
    if known is None:
        raise StaleScreen
    lock_tasks(session, [known.sku_id])
    task = session.get(ReplenishTask, task_id, populate_existing=True)
    if task is None or task.state is not TaskState.OPEN:
        raise StaleScreen
    return task


def hand_of(session: Session, person_id: int) -> Carried | None:
    """Return what a person has in hand for a task, locked; None if nothing."""
    return session.get(Carried, person_id, with_for_update=True, populate_existing=True)
