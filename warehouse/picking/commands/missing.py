"""What a bin should have had and has not: out of reach until it is counted, or in quarantine."""

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
from warehouse.inventory.unfound import keep_unfound, unfound_in
from warehouse.people import trail
from warehouse.waves.models import PickTask, ShortReason


def put_out_of_reach(
    session: Session,
    command: Command,
    task: PickTask,
    missing: int,
    *,
    reason: ShortReason,
    serials: tuple[str, ...] = (),
) -> None:
    """See to it that nobody is promised the missing pieces of the task's bin.

    Damaged pieces were found, and are booked to quarantine. Of others nothing is booked: the count
    of the bin says what is gone. From an empty bin all is missing; what others were promised of it
    stays theirs, and is promised to nobody else when they let it go.
    """
    lot_id = session.scalar(sa.select(Allocation.lot_id).where(Allocation.id == task.allocation_id))
    stands, free = _in_book(session, task, lot_id)
    if reason is ShortReason.DAMAGED:
        _to_quarantine(session, command, task, min(missing, free), lot_id, serials)
        return
    if reason is not ShortReason.EMPTY:
        stands = min(stands, missing + unfound_in(session, task.bin_id, task.sku_id, lot_id))
    if stands <= 0:
        return
    keep_unfound(
        session, command, bin_id=task.bin_id, sku_id=task.sku_id, lot_id=lot_id, pieces=stands
    )
    code = session.get_one(Sku, task.sku_id).code
    trail.record(session, command, "bin", task.bin_id, "fewer_found", sku=code, missing=stands)


def _to_quarantine(
    session: Session,
    command: Command,
    task: PickTask,
    pieces: int,
    lot_id: int | None,
    serials: tuple[str, ...],
) -> None:
    """Book damaged pieces out of the bin; of known ones that nobody named the newest."""
    if pieces <= 0:
        return
    if not serials and session.get_one(Sku, task.sku_id).is_serial_tracked:
        here = serials_in(session, task.bin_id, task.sku_id)
        of_lot = [row.code for row in here if lot_id in (None, row.lot_id)]
        serials = tuple(of_lot[-pieces:])
    posting = ledger.Posting(
        sku_id=task.sku_id,
        from_bin_id=task.bin_id,
        to_bin_id=bin_of_kind(session, BinKind.QUARANTINE).id,
        pieces=pieces,
        reason=MoveReason.MISSING,
        consignment_line_id=task.consignment_line_id,
        reference=ShortReason.DAMAGED,
        lot_id=lot_id,
        serials=serials,
    )
    ledger.post(session, command, [posting])


def _in_book(session: Session, task: PickTask, lot_id: int | None) -> tuple[int, int]:
    """Return how many pieces of the task's goods its bin has, and how many of them are free."""
    if lot_id is None:
        on_hand, _, free = balance_of(session, task.bin_id, task.sku_id)
        return on_hand, free
    row = session.execute(
        sa.select(LotBalance.on_hand, LotBalance.on_hand - LotBalance.reserved).where(
            LotBalance.bin_id == task.bin_id, LotBalance.lot_id == lot_id
        )
    ).first()
    return (0, 0) if row is None else (row[0], row[1])
