"""Consignments a wave cannot take: waiting for goods from reserve, or short of stock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.queries import IS_SELLABLE
from warehouse.commands import Command
from warehouse.inventory.models import Allocation
from warehouse.inventory.queries import available_of
from warehouse.orders.commands.holds import hold_order
from warehouse.orders.models import Consignment, ConsignmentLine, ConsignmentState, HoldKind
from warehouse.orders.queries import consignment_by_id, orders_of, wants_no_goods
from warehouse.people import trail
from warehouse.replenishing.commands.planning import Lack, lock_tasks, wait_for
from warehouse.replenishing.waiting import waiting_elsewhere
from warehouse.waves.returning import take_back
from warehouse.waves.rules import Turn, by_need


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """The ids of consignments that wait for reserve, and of those whose orders are held."""

    waiting: frozenset[int]
    held: frozenset[int]


class Left(StrEnum):
    """How a consignment left its wave: it waits for reserve, or the shelves have what it wants."""

    WAITS = "waits"
    READY = "ready"


def leave_out(session: Session, command: Command, short: Sequence[Consignment]) -> LeftOut:
    """Have goods brought for those that reserve can supply whole, hold the orders of the others.

    In the order given, each gets its pieces before the next is looked at. What consignments of
    earlier waves wait for is theirs. One that the shelves can supply by now is left as it is, for
    the next wave. To be called when the wave's own pieces are reserved.
    """
    if not short:
        return LeftOut(waiting=frozenset(), held=frozenset())
    wants = {c.id: _wants(c) for c in short}
    skus = {sku_id for want in wants.values() for sku_id in want}
    on_shelves = available_of(session, skus, day=command.day)
    there = available_of(session, skus, day=command.day, places=IS_SELLABLE)
    for sku_id, pieces in waiting_elsewhere(session, skus, set(wants)).items():
        there[sku_id] = there.get(sku_id, 0) - pieces
        on_shelves[sku_id] = on_shelves.get(sku_id, 0) - pieces
    lacks: list[Lack] = []
    fine: set[int] = set()
    for consignment_id, want in wants.items():
        if any(there.get(sku_id, 0) < pieces for sku_id, pieces in want.items()):
            continue
        fine.add(consignment_id)
        for sku_id, pieces in want.items():
            there[sku_id] -= pieces
            on_shelves[sku_id] = on_shelves.get(sku_id, 0) - pieces
            if on_shelves[sku_id] < 0:
                lacks.append(Lack(consignment_id=consignment_id, sku_id=sku_id, pieces=pieces))
    fine -= {lack.consignment_id for lack in lacks}
    waiting = wait_for(session, command, lacks)
    held = set(wants) - waiting - fine
    for consignment in short:
        if consignment.id in held:
            for order in orders_of(session, consignment.id):
                hold_order(session, command, order.id, HoldKind.STOCK_SHORT)
    trail.record_all(
        session, command, "consignment", [(i, {}) for i in sorted(waiting)], "waits_for_reserve"
    )
    return LeftOut(waiting=frozenset(waiting), held=frozenset(held))


def hold_supply(
    session: Session, consignment_ids: Collection[int], sku_ids: Collection[int] = ()
) -> None:
    """Hold the tasks that bring what the consignments want, and of the other SKUs named.

    For whoever may have to let the consignments step out; before a balance is touched.
    """
    wanted = sa.select(ConsignmentLine.sku_id).where(
        ConsignmentLine.consignment_id.in_(consignment_ids)
    )
    lock_tasks(session, {*session.scalars(wanted), *sku_ids})


def step_out(session: Session, command: Command, consignment_id: int) -> Left | None:
    """Let a consignment that went short wait for reserve, if that has what it wants.

    Nothing of it picked yet, it leaves its running wave and belongs to the next one. With goods in
    its tote it stays to be put aside; what it lacks is asked for all the same, so that it stands
    on the shelf when the order comes again, unless it is stopped. Returns None where it has
    not left its wave. What brings its goods has to be held (`hold_supply`).
    """
    consignment = consignment_by_id(session, consignment_id, lock=True)
    lines = session.scalars(
        sa.select(ConsignmentLine)
        .where(ConsignmentLine.consignment_id == consignment_id)
        .execution_options(populate_existing=True)
    ).all()
    promised = _promised(session, [line.id for line in lines])
    lacks: dict[int, int] = defaultdict(int)
    for line in lines:
        lacks[line.sku_id] += line.pieces - line.picked - promised.get(line.id, 0)
    lacks = {sku_id: pieces for sku_id, pieces in lacks.items() if pieces > 0}
    there = available_of(session, lacks, day=command.day, places=IS_SELLABLE)
    elsewhere = waiting_elsewhere(session, lacks, {consignment_id})
    if any(there.get(s, 0) - elsewhere.get(s, 0) < pieces for s, pieces in lacks.items()):
        return None
    if any(line.picked for line in lines):
        if not session.scalar(sa.select(wants_no_goods(consignment_id))):
            wait_for(
                session,
                command,
                [Lack(consignment_id=consignment_id, sku_id=s, pieces=n) for s, n in lacks.items()],
            )
        return None
    take_back(session, command, consignment_id)
    session.refresh(consignment)
    if consignment.state is not ConsignmentState.READY:
        return None
    left = leave_out(session, command, [consignment])
    if consignment_id in left.held:
        return None
    return Left.WAITS if consignment_id in left.waiting else Left.READY


def step_out_or_hold(session: Session, command: Command, consignment_ids: Collection[int]) -> None:
    """Let consignments that went short wait for reserve, the most needed first; hold the others.

    To be called when the book no longer has the pieces they went short of; what brings their goods
    has to be held (`hold_supply`).
    """
    found = session.scalars(
        sa.select(Consignment)
        .where(Consignment.id.in_(consignment_ids))
        .execution_options(populate_existing=True)
    ).all()
    for consignment in sorted(found, key=_need):
        if not step_out(session, command, consignment.id):
            for order in orders_of(session, consignment.id):
                hold_order(session, command, order.id, HoldKind.STOCK_SHORT)


def _need(consignment: Consignment) -> tuple[object, ...]:
    return by_need(
        is_urgent=consignment.is_urgent,
        turn=Turn.NEW,
        promise_at=consignment.promise_at,
        created_at=consignment.created_at,
        consignment_id=consignment.id,
    )


def _promised(session: Session, line_ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        sa.select(Allocation.consignment_line_id, sa.func.sum(Allocation.open_pieces))
        .where(Allocation.consignment_line_id.in_(line_ids))
        .group_by(Allocation.consignment_line_id)
    )
    return {line_id: int(pieces) for line_id, pieces in rows}


def _wants(consignment: Consignment) -> dict[int, int]:
    wants: dict[int, int] = defaultdict(int)
    for line in consignment.lines:
        wants[line.sku_id] += line.pieces
    return wants
