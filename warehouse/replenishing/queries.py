"""What reserve has, what pick bins want, who waits: read for the tasks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import IS_IN_RESERVE
from warehouse.db import DayType
from warehouse.inventory.fitness import SUSPECT_SKUS, is_fit
from warehouse.inventory.models import Lot, LotBalance, Move, StockBalance
from warehouse.inventory.queries import available_of, free_by_lot, free_by_sku
from warehouse.inventory.unfound import IN_REACH, IN_REACH_OF_LOT, at_least_0
from warehouse.people.models import Person
from warehouse.placing.places import room_in
from warehouse.replenishing.models import (
    Carried,
    FaceLevel,
    ReplenishTask,
    ReplenishWait,
    TaskState,
)
from warehouse.replenishing.rules import Face, Source
from warehouse.replenishing.waiting import Pair, brought_pieces, waiting_pieces

# Shelves that pieces are brought to: a bin closed to put-away or to picking is left as it is.
IS_FILLED = sa.and_(
    Bin.kind == BinKind.SHELF, Bin.is_active, ~Bin.is_put_closed, ~Bin.is_pick_closed
)

_LEFT_AT = (
    sa.select(Move.at)
    .where(Move.from_bin_id == FaceLevel.bin_id)
    .order_by(Move.id.desc())
    .limit(1)
    .correlate(FaceLevel)
    .scalar_subquery()
)
# Somebody found the pick bin full with goods in hand, and nothing left it since.
IS_FULL = sa.and_(
    FaceLevel.full_at.is_not(None), sa.func.coalesce(FaceLevel.full_at >= _LEFT_AT, sa.true())
)


def sources_of(session: Session, sku_ids: Collection[int], *, day: date) -> dict[int, list[Source]]:
    """Return SKU id → where its free fit pieces stand in reserve, less what hands hold of them."""
    parts = [
        part.where(part.selected_columns["sku_id"].in_(sku_ids))
        for part in (free_by_sku(IS_IN_RESERVE), free_by_lot(day, IS_IN_RESERVE))
    ]
    held = _in_hands(session, sku_ids)
    found: dict[int, list[Source]] = defaultdict(list)
    for row in session.execute(sa.union_all(*parts)):
        free = row.free - held.get((row.sku_id, row.bin_id, row.lot_id), 0)
        if free <= 0:
            continue
        best_before = row.best_before
        turn = (best_before.isoformat(), 0) if best_before else ("9999-12-31", row.lot_id or 0)
        found[row.sku_id].append(
            Source(bin_id=row.bin_id, walk_order=row.walk_order, free=free, turn=turn)
        )
    return found


def faces_of(session: Session, pairs: Collection[Pair], *, day: date) -> dict[Pair, Face]:
    """Return how each pair of SKU and pick bin stands: its level, its stock, who waits for it."""
    skus, bins = {sku for sku, _ in pairs}, {place for _, place in pairs}
    levels = {
        (row.sku_id, row.bin_id): row
        for row in session.scalars(
            sa.select(FaceLevel).where(FaceLevel.sku_id.in_(skus), FaceLevel.bin_id.in_(bins))
        )
    }
    free = _free_in(session, skus, bins, day)
    everywhere = available_of(session, skus, day=day)
    full = _full(session, skus, bins)
    ending = ending_in_reserve(session, skus, day=day)
    waiting = waiting_pieces(session, skus)
    brought = brought_pieces(session, skus) if waiting else {}
    room = room_in(session, pairs)
    found = {}
    for pair in pairs:
        level, here = levels.get(pair), free.get(pair, 0)
        found[pair] = Face(
            least=level.least if level else 0,
            most=level.most if level else 0,
            free=here,
            free_elsewhere=max(0, everywhere.get(pair[0], 0) - here),
            waiting=waiting[pair] + brought.get(pair[0], 0) if pair in waiting else 0,
            room=room.get(pair),
            is_full=pair in full,
            ending=ending.get(pair[0], 0),
        )
    return found


def ending_in_reserve(
    session: Session, sku_ids: Collection[int] | sa.Select[int], *, day: date
) -> dict[int, int]:
    """Return SKU id → pieces in reserve that end before all that orders are picked from.

    Pieces that may be promised on the site's `day`. SKUs of which none stand where orders are
    picked from, or none that end, are left out. Two plain questions: joined in one, the planner of
    a database that grew lately asks one of them again for each row of the other.
    """
    picked = free_by_lot(day).where(Lot.sku_id.in_(sku_ids)).subquery()
    reserve = free_by_lot(day, IS_IN_RESERVE).where(Lot.sku_id.in_(sku_ids)).subquery()
    there = sa.select(reserve.c.sku_id, reserve.c.best_before, sa.func.sum(reserve.c.free))
    rows = session.execute(
        there.where(reserve.c.best_before.is_not(None)).group_by(
            reserve.c.sku_id, reserve.c.best_before
        )
    ).all()
    if not rows:
        return {}
    last = sa.func.coalesce(picked.c.best_before, sa.literal(date.max, DayType()))
    first = sa.select(picked.c.sku_id, sa.func.min(last).label("ends")).group_by(picked.c.sku_id)
    ends = {row.sku_id: row.ends for row in session.execute(first)}
    found: dict[int, int] = defaultdict(int)
    for sku_id, best_before, pieces in rows:
        if sku_id in ends and best_before < ends[sku_id]:
            found[sku_id] += int(pieces)
    return found


def low_faces(session: Session, *, day: date) -> list[Pair]:
    """Return the pick bins in use that hold fewer free pieces than their level says.

    Those as well for whose goods reserve has some that end sooner than any orders are picked from.
    Only pieces that may be promised on the site's `day` count: a bin full of blocked or expired
    lots, or of goods that nobody found there, is empty to those who pick.
    """
    here = (StockBalance.bin_id == FaceLevel.bin_id, StockBalance.sku_id == FaceLevel.sku_id)
    free = sa.select(IN_REACH).where(*here, StockBalance.sku_id.not_in(SUSPECT_SKUS))
    fit = (
        sa.select(sa.func.sum(at_least_0(IN_REACH_OF_LOT)))
        .join(Lot, Lot.id == LotBalance.lot_id)
        .where(LotBalance.bin_id == FaceLevel.bin_id, Lot.sku_id == FaceLevel.sku_id, is_fit(day))
    )
    there = sa.case(
        (Sku.is_lot_tracked, fit.correlate(FaceLevel, Sku, Bin).scalar_subquery()),
        else_=free.correlate(FaceLevel, Sku, Bin).scalar_subquery(),
    )
    ending = ending_in_reserve(session, sa.select(FaceLevel.sku_id), day=day)
    is_low = sa.func.coalesce(there, 0) < FaceLevel.least
    return [
        (row.sku_id, row.bin_id)
        for row in session.execute(
            sa.select(FaceLevel.sku_id, FaceLevel.bin_id)
            .join(Bin, Bin.id == FaceLevel.bin_id)
            .join(Sku, Sku.id == FaceLevel.sku_id)
            .where(IS_FILLED, Sku.is_active, sa.or_(is_low, FaceLevel.sku_id.in_(ending)))
            .order_by(FaceLevel.sku_id, FaceLevel.bin_id)
        )
    ]


def is_filled(session: Session, bin_id: int) -> bool:
    """Tell whether pieces may be brought to the pick bin."""
    return session.scalar(sa.select(Bin.id).where(Bin.id == bin_id, IS_FILLED)) is not None


def pick_bin_for(session: Session, sku_id: int, *, taken: Collection[int] = ()) -> int | None:
    """Return the shelf to fill with a SKU, None if the house has no shelf in use for it.

    The bin with a level for it (one found full after the others), else the shelf it stands on or
    stood on last, else an empty one.
    What is kept for other goods is no such shelf, nor one for one SKU only where others stand or
    are brought; `taken` are those that others are about to be brought to. An empty one that nothing
    is brought to goes before all others.
    """
    others_stand = sa.exists().where(
        StockBalance.bin_id == Bin.id, StockBalance.on_hand > 0, StockBalance.sku_id != sku_id
    )
    others_come = sa.or_(
        Bin.id.in_(taken),
        sa.exists().where(
            ReplenishTask.state == TaskState.OPEN,
            ReplenishTask.to_bin_id == Bin.id,
            ReplenishTask.sku_id != sku_id,
        ),
    )
    for_others = sa.exists().where(FaceLevel.bin_id == Bin.id, FaceLevel.sku_id != sku_id)
    is_open = sa.and_(IS_FILLED, ~sa.and_(Bin.is_one_sku, sa.or_(others_stand, others_come)))
    with_level = (
        sa.select(Bin.id)
        .join(FaceLevel, FaceLevel.bin_id == Bin.id)
        .where(FaceLevel.sku_id == sku_id, is_open)
        .order_by(sa.case((IS_FULL, 1), else_=0), Bin.walk_order, Bin.id)
    )
    here = aliased(StockBalance)
    known = (
        sa.select(Bin.id)
        .join(here, here.bin_id == Bin.id)
        .where(
            here.sku_id == sku_id, ~here.is_in_work, is_open, sa.or_(here.on_hand > 0, ~for_others)
        )
        .order_by(here.on_hand.desc(), here.changes.desc(), Bin.walk_order)
    )
    full = sa.select(StockBalance.bin_id).where(
        StockBalance.bin_id == Bin.id, StockBalance.on_hand > 0
    )
    empty = (
        sa.select(Bin.id)
        .where(is_open, ~sa.exists(full), ~for_others)
        .order_by(others_come, Bin.walk_order, Bin.id)
    )
    for query in (with_level, known, empty):
        found = session.scalar(query.limit(1))
        if found is not None:
            return int(found)
    return None


@dataclass(frozen=True, kw_only=True)
class TaskRow:
    """One open task as the tablet lists it."""

    task_id: int
    sku_id: int
    sku_code: str
    name: str
    properties: str
    from_bin: str
    to_bin: str
    left: int
    is_urgent: bool
    carriers: tuple[str, ...]


def open_tasks(session: Session, *, limit: int = 60) -> list[TaskRow]:
    """Return the open tasks, those that orders wait for first, then the oldest."""
    rows = session.execute(
        task_list()
        .where(ReplenishTask.state == TaskState.OPEN)
        .order_by(ReplenishTask.is_urgent.desc(), ReplenishTask.id)
        .limit(limit)
    ).all()
    names: dict[int, list[str]] = defaultdict(list)
    for task_id, name in session.execute(
        sa.select(Carried.task_id, Person.name)
        .join(Person, Person.id == Carried.person_id)
        .where(Carried.task_id.in_([row.id for row in rows]))
        .order_by(Carried.at)
    ):
        names[task_id].append(name)
    return [
        TaskRow(
            task_id=row.id, sku_id=row.sku_id, sku_code=row.code, name=row.name,
            properties=row.properties, from_bin=row.source, to_bin=row.target,
            left=max(0, row.pieces - row.moved), is_urgent=row.is_urgent,
            carriers=tuple(names[row.id]),
        )
        for row in rows
    ]  # fmt: skip


def open_count(session: Session) -> int:
    """Return how many tasks are open."""
    query = sa.select(sa.func.count()).where(ReplenishTask.state == TaskState.OPEN)
    return session.scalar(query) or 0


def task_list() -> sa.Select[*tuple[Any, ...]]:
    """Return the tasks with their goods and bins, to be filtered."""
    source, target = aliased(Bin), aliased(Bin)
    waiters = (
        sa.select(sa.func.count())
        .select_from(ReplenishWait)
        .where(ReplenishWait.task_id == ReplenishTask.id)
        .correlate(ReplenishTask)
        .scalar_subquery()
    )
    return (
        sa.select(
            ReplenishTask.id, ReplenishTask.state, ReplenishTask.sku_id, ReplenishTask.pieces,
            ReplenishTask.moved, ReplenishTask.is_urgent, ReplenishTask.created_at,
            ReplenishTask.ended_at, ReplenishTask.from_bin_id, ReplenishTask.to_bin_id,
            Sku.code, Sku.name, Sku.properties,
            source.code.label("source"), target.code.label("target"),
            Person.name.label("who"), waiters.label("waiters"),
        )
        .join(Sku, Sku.id == ReplenishTask.sku_id)
        .join(source, source.id == ReplenishTask.from_bin_id)
        .join(target, target.id == ReplenishTask.to_bin_id)
        .outerjoin(Person, Person.id == ReplenishTask.ended_by)
    )  # fmt: skip


def task_counts(session: Session) -> dict[TaskState, int]:
    """Return how many tasks are in each state; states without any are left out."""
    rows = session.execute(
        sa.select(ReplenishTask.state, sa.func.count()).group_by(ReplenishTask.state)
    )
    return {state: int(count) for state, count in rows}


def carried_of(session: Session, task_ids: Collection[int]) -> dict[int, int]:
    """Return task id → pieces in hands for it; -1 pieces never, 0 while somebody stands there."""
    rows = session.execute(
        sa.select(Carried.task_id, sa.func.sum(Carried.pieces))
        .where(Carried.task_id.in_(task_ids))
        .group_by(Carried.task_id)
    )
    return {task_id: int(pieces) for task_id, pieces in rows}


def _full(session: Session, sku_ids: Collection[int], bin_ids: Collection[int]) -> set[Pair]:
    rows = session.execute(
        sa.select(FaceLevel.sku_id, FaceLevel.bin_id).where(
            FaceLevel.sku_id.in_(sku_ids), FaceLevel.bin_id.in_(bin_ids), IS_FULL
        )
    )
    return {(sku_id, bin_id) for sku_id, bin_id in rows}


def _free_in(
    session: Session, sku_ids: Collection[int], bin_ids: Collection[int], day: date
) -> dict[Pair, int]:
    parts = [
        part.where(
            part.selected_columns["sku_id"].in_(sku_ids),
            part.selected_columns["bin_id"].in_(bin_ids),
        )
        for part in (free_by_sku(), free_by_lot(day))
    ]
    found: dict[Pair, int] = defaultdict(int)
    for row in session.execute(sa.union_all(*parts)):
        found[row.sku_id, row.bin_id] += row.free
    return found


def _in_hands(session: Session, sku_ids: Collection[int]) -> dict[tuple[int, int, int | None], int]:
    rows = session.execute(
        sa.select(
            ReplenishTask.sku_id, Carried.from_bin_id, Carried.lot_id,
            sa.func.sum(Carried.pieces),
        )
        .join(ReplenishTask, ReplenishTask.id == Carried.task_id)
        .where(ReplenishTask.sku_id.in_(sku_ids))
        .group_by(ReplenishTask.sku_id, Carried.from_bin_id, Carried.lot_id)
    )  # fmt: skip
    return {(sku, place, lot): int(n) for sku, place, lot, n in rows}
