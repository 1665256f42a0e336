"""Who waits for goods from reserve, and for whom they were brought: read for tasks and waves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.orders.models import Consignment, ConsignmentState
from warehouse.orders.queries import wants_no_goods
from warehouse.replenishing.models import ReplenishTask, ReplenishWait, TaskState

Pair = tuple[int, int]  # (SKU id, pick bin id)
# Left out of a wave, or gone short in one with goods in their totes already, and not stopped since.
STILL_WAITS = sa.and_(
    Consignment.state.in_(
        (ConsignmentState.READY, ConsignmentState.WAVED, ConsignmentState.PICKING)
    ),
    ~wants_no_goods(Consignment.id),
)
IS_READY = Consignment.state == ConsignmentState.READY
# How a task ended that has brought what there was, or whose bin was filled otherwise.
CAME = (TaskState.DONE, TaskState.NEEDLESS)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """Pieces of a SKU that a consignment was left out of a wave for; `is_open`: not all came."""

    consignment_id: int
    sku_id: int
    pieces: int
    is_open: bool
    is_urgent: bool
    promise_at: datetime | None
    created_at: datetime


def waiting_pieces(session: Session, sku_ids: Collection[int] | None = None) -> dict[Pair, int]:
    """Return (SKU, pick bin) → pieces that consignments wait for, of open tasks."""
    query = (
        sa.select(ReplenishTask.sku_id, ReplenishTask.to_bin_id, sa.func.sum(ReplenishWait.pieces))
        .join(ReplenishWait, ReplenishWait.task_id == ReplenishTask.id)
        .join(Consignment, Consignment.id == ReplenishWait.consignment_id)
        .where(ReplenishTask.state == TaskState.OPEN, STILL_WAITS)
        .group_by(ReplenishTask.sku_id, ReplenishTask.to_bin_id)
    )
    if sku_ids is not None:
        query = query.where(ReplenishTask.sku_id.in_(sku_ids))
    return {(sku_id, bin_id): int(n) for sku_id, bin_id, n in session.execute(query)}


def waiting_elsewhere(
    session: Session, sku_ids: Collection[int], but: Collection[int]
) -> dict[int, int]:
    """Return SKU id → pieces that consignments wait or waited for, but for those named."""
    found: dict[int, int] = defaultdict(int)
    for (_, sku_id), row in _most(_waits(session, sku_ids, but, STILL_WAITS)).items():
        found[sku_id] += row.pieces
    return found


def claims_of(session: Session, sku_ids: Collection[int]) -> list[Claim]:
    """Return what consignments left out of waves wait or waited for, by consignment and SKU.

    The pieces brought for them are theirs until they are in a wave.
    """
    rows = _waits(session, sku_ids, (), IS_READY)
    still = _still(rows)
    return [
        Claim(
            consignment_id=row.consignment_id,
            sku_id=row.sku_id,
            pieces=row.pieces,
            is_open=key in still,
            is_urgent=row.is_urgent,
            promise_at=row.promise_at,
            created_at=row.created_at,
        )
        for key, row in sorted(_most(rows).items())
    ]


def waited_for(session: Session, consignment_id: int, sku_id: int) -> bool | None:
    """Tell whether what the consignment wants of a SKU is still to be brought; None: it never was.

    False where it was brought for it, or came otherwise.
    """
    states = session.scalars(
        sa.select(ReplenishTask.state)
        .join(ReplenishWait, ReplenishWait.task_id == ReplenishTask.id)
        .where(
            ReplenishWait.consignment_id == consignment_id,
            ReplenishTask.sku_id == sku_id,
            ReplenishTask.state.in_((TaskState.OPEN, *CAME)),
        )
    ).all()
    return TaskState.OPEN in states if states else None


def is_waiting(consignment_id: Any) -> sa.ColumnElement[bool]:
    """Return the condition that a consignment waits for an open task."""
    return sa.exists(
        sa.select(ReplenishWait.task_id)
        .join(ReplenishTask, ReplenishTask.id == ReplenishWait.task_id)
        .where(
            ReplenishWait.consignment_id == consignment_id,
            ReplenishTask.state == TaskState.OPEN,
        )
    )


def waiting_for(session: Session, consignment_ids: Collection[int]) -> set[int]:
    """Return those of the consignments that wait for an open task."""
    return set(
        session.scalars(
            sa.select(ReplenishWait.consignment_id)
            .join(ReplenishTask, ReplenishTask.id == ReplenishWait.task_id)
            .join(Consignment, Consignment.id == ReplenishWait.consignment_id)
            .where(
                ReplenishWait.consignment_id.in_(consignment_ids),
                ReplenishTask.state == TaskState.OPEN,
                Consignment.state == ConsignmentState.READY,
            )
        )
    )


def waiters_of(session: Session, task_ids: Collection[int]) -> dict[int, list[int]]:
    """Return task id → the consignments that wait for it."""
    rows = session.execute(
        sa.select(ReplenishWait.task_id, ReplenishWait.consignment_id)
        .join(Consignment, Consignment.id == ReplenishWait.consignment_id)
        .where(ReplenishWait.task_id.in_(task_ids), STILL_WAITS)
        .order_by(ReplenishWait.consignment_id)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for task_id, consignment_id in rows:
        found[task_id].append(consignment_id)
    return found


def brought_pieces(session: Session, sku_ids: Collection[int]) -> dict[int, int]:
    """Return SKU id → pieces brought for consignments that are in no wave yet: nobody else's."""
    rows = _waits(session, sku_ids, (), IS_READY)
    still = _still(rows)
    found: dict[int, int] = defaultdict(int)
    for key, row in _most(rows).items():
        if key not in still:
            found[row.sku_id] += row.pieces
    return found


def _waits(
    session: Session,
    sku_ids: Collection[int],
    but: Collection[int],
    who: sa.ColumnElement[bool],
) -> Sequence[Any]:
    """Return who waits for what: those `who` says for open tasks, and for what was brought.

    What was brought, or came otherwise, is waited for by those that are still ready for a wave.
    """
    wait = (
        sa.select(
            ReplenishWait.consignment_id,
            ReplenishTask.sku_id,
            ReplenishTask.state,
            ReplenishWait.pieces,
            Consignment.is_urgent,
            Consignment.promise_at,
            Consignment.created_at,
        )
        .join(ReplenishTask, ReplenishTask.id == ReplenishWait.task_id)
        .join(Consignment, Consignment.id == ReplenishWait.consignment_id)
        .where(ReplenishTask.sku_id.in_(sku_ids), Consignment.id.not_in(but))
    )
    is_open = (ReplenishTask.state == TaskState.OPEN, who)
    has_come = (ReplenishTask.state.in_(CAME), IS_READY)
    return session.execute(sa.union_all(wait.where(*is_open), wait.where(*has_come))).all()


def _still(rows: Iterable[Any]) -> set[Pair]:
    """Return (consignment, SKU) of those an open task is to bring something."""
    return {(row.consignment_id, row.sku_id) for row in rows if row.state is TaskState.OPEN}


def _most(rows: Iterable[Any]) -> dict[Pair, Any]:
    """Return (consignment, SKU) → the row that wants most: who was left out twice wants it once."""
    found: dict[Pair, Any] = {}
    for row in rows:
        key = (row.consignment_id, row.sku_id)
        if key not in found or found[key].pieces < row.pieces:
            found[key] = row
    return found
