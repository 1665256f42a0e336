"""Promises of pieces that a count did not find: let go, their picks short as at the shelf."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command
from warehouse.counting.models import CountLine, LineState
from warehouse.db import Base
from warehouse.errors import RuleViolation
from warehouse.inventory import ledger
from warehouse.inventory.models import Allocation, LotBalance, ReleaseReason, StockBalance
from warehouse.orders.models import Consignment
from warehouse.orders.queries import consignment_by_id, lock_consignments
from warehouse.people import trail
from warehouse.text import say
from warehouse.waves.leaving_out import hold_supply
from warehouse.waves.models import PickTask, TaskState, WaveSlot
from warehouse.waves.replanning import allocate_elsewhere, end_task


def free_promises(
    session: Session, command: Command, line: CountLine, lacking: int
) -> tuple[int, set[int]]:
    """Let promises of the line's goods in its bin go; return the pieces freed.

    The newest go first, those of urgent orders last.

    Each is promised from another bin if one has it. The consignments no bin has them for come
    with the pieces: when the difference is posted they wait for reserve, or are held.

    Raises:
        RuleViolation: the promised pieces are in no open pick.
    """
    freed = 0
    short: set[int] = set()
    for task_id, consignment_id, open_pieces in _promised(session, line):
        if freed >= lacking:
            break
        consignment_by_id(session, consignment_id, lock=True)
        task = session.get_one(PickTask, task_id, with_for_update=True, populate_existing=True)
        missing = min(open_pieces, task.wanted - task.picked, lacking - freed)
        if task.state is not TaskState.OPEN or missing <= 0:
            continue
        freed += ledger.release(
            session, command, [task.allocation_id], ReleaseReason.COUNTED, most=missing
        )
        end_task(task, missing)
        session.flush()
        still = allocate_elsewhere(
            session, task, missing, day=command.day, avoid_bin_id=task.bin_id
        )
        trail.record(
            session, command, "consignment", consignment_id, "short",
            bin=task.bin_id, sku=task.sku_id, missing=missing, reason="counted",
        )  # fmt: skip
        if still:
            short.add(consignment_id)
    if freed < lacking:
        raise RuleViolation(
            say("{pieces} pieces in this bin are promised to a pick that is under way. Try again"
                " when it is done.", pieces=lacking - freed)
        )  # fmt: skip
    return freed, short


def hold_picks(session: Session, session_id: int) -> frozenset[int]:
    """Hold the picks of what approved lines lack, and what brings their goods; return them.

    Before the session itself and any balance: a picker who finds too few needs both.
    """
    free = sa.case(
        (CountLine.lot_id.is_(None), StockBalance.on_hand - StockBalance.reserved),
        else_=LotBalance.on_hand - LotBalance.reserved,
    )
    work = session.scalars(
        sa.select(WaveSlot.consignment_id)
        .select_from(CountLine)
        .join(StockBalance, _same(CountLine, StockBalance, "bin_id", "sku_id"))
        .outerjoin(LotBalance, _same(CountLine, LotBalance, "bin_id", "lot_id"))
        .join(Allocation, _same(CountLine, Allocation, "bin_id", "sku_id"))
        .join(PickTask, PickTask.allocation_id == Allocation.id)
        .join(WaveSlot, WaveSlot.id == PickTask.slot_id)
        .where(
            CountLine.session_id == session_id,
            CountLine.state == LineState.APPROVED,
            -CountLine.variance > free,
            PickTask.state == TaskState.OPEN,
            Allocation.pieces > Allocation.picked + Allocation.released,
        )
    )
    found = frozenset(work)
    lock_consignments(session, found)
    hold_supply(session, found)
    return found


def _same(one: type[Base], other: type[Base], *columns: str) -> sa.ColumnElement[bool]:
    return sa.and_(*(getattr(one, name) == getattr(other, name) for name in columns))


def picks_of(session: Session, line: CountLine) -> set[int]:
    """Return the consignments that open picks of the line's goods in its bin are for."""
    return {consignment_id for _, consignment_id, _ in _promised(session, line)}


def promised_to_picks(session: Session, line: CountLine) -> int:
    """Return the pieces of the line's goods in its bin that picks nobody has begun would take."""
    return sum(pieces for _, _, pieces in _promised(session, line))


def _of_lot(line: CountLine) -> sa.ColumnElement[bool]:
    if line.serials is not None:
        return sa.true()  # known pieces bring their lots with them
    return Allocation.lot_id.is_(None) if line.lot_id is None else Allocation.lot_id == line.lot_id


def _promised(session: Session, line: CountLine) -> list[tuple[int, int, int]]:
    """Return (task, consignment, open pieces) of the promises, the first to be let go first."""
    rows = session.execute(
        sa.select(PickTask.id, WaveSlot.consignment_id, Allocation.open_pieces)
        .join(Allocation, Allocation.id == PickTask.allocation_id)
        .join(WaveSlot, WaveSlot.id == PickTask.slot_id)
        .join(Consignment, Consignment.id == WaveSlot.consignment_id)
        .where(
            Allocation.bin_id == line.bin_id,
            Allocation.sku_id == line.sku_id,
            _of_lot(line),
            PickTask.state == TaskState.OPEN,
            Allocation.pieces > Allocation.picked + Allocation.released,
        )
        .order_by(Consignment.is_urgent, Allocation.id.desc())
    )  # fmt: skip
    return [(row[0], row[1], row[2]) for row in rows]
