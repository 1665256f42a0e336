"""What a bin should have had and has not: booked to where it is looked for, its task ended."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.commands import Command
from warehouse.inventory import ledger
from warehouse.inventory.models import Allocation, LotBalance, MoveReason
from warehouse.inventory.pieces import serials_in
from warehouse.inventory.queries import balance_of
from warehouse.waves.models import PickTask, ShortReason


def write_off(
    session: Session,
    command: Command,
    task: PickTask,
    missing: int,
    *,
    reason: ShortReason,
    serials: tuple[str, ...] = (),
) -> None:
    """Book the missing pieces out of the task's bin; from an empty bin all that nobody else has.

    Damaged pieces go to quarantine, others to the count difference. Of known pieces that nobody
    named the newest are booked: which of them are gone is found by the next count.
    """
    lot_id = session.scalar(sa.select(Allocation.lot_id).where(Allocation.id == task.allocation_id))
    free = _free(session, task, lot_id)
    pieces = free if reason is ShortReason.EMPTY else min(missing, free)
    if pieces <= 0:
        return
    if not serials and session.get_one(Sku, task.sku_id).is_serial_tracked:
        here = serials_in(session, task.bin_id, task.sku_id)
        of_lot = [row.code for row in here if lot_id in (None, row.lot_id)]
        serials = tuple(of_lot[-pieces:])
    kind = BinKind.QUARANTINE if reason is ShortReason.DAMAGED else BinKind.COUNT_DIFFERENCE
    posting = ledger.Posting(
        sku_id=task.sku_id,
        from_bin_id=task.bin_id,
        to_bin_id=bin_of_kind(session, kind).id,
        pieces=pieces,
        reason=MoveReason.MISSING,
        consignment_line_id=task.consignment_line_id,
        reference=reason,
        lot_id=lot_id,
        serials=serials,
    )
    ledger.post(session, command, [posting])


def _free(session: Session, task: PickTask, lot_id: int | None) -> int:
    if lot_id is None:
        return balance_of(session, task.bin_id, task.sku_id)[2]
    free = sa.select(LotBalance.on_hand - LotBalance.reserved).where(
        LotBalance.bin_id == task.bin_id, LotBalance.lot_id == lot_id
    )
    return session.scalar(free) or 0
