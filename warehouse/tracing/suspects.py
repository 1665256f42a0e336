"""Kits with pieces of a blocked lot inside: held back with the lot, and let go again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import VIRTUAL_KINDS, Bin, BinKind
from warehouse.commands import Command
from warehouse.dispatch.models import Handover, HandoverParcel, HandoverState
from warehouse.inventory.models import (
    Lot,
    Move,
    MoveReason,
    StockBalance,
    SuspectKits,
)
from warehouse.tracing.recalling import KitsWith, kits_with

IS_OPEN = SuspectKits.ended_at.is_(None)
LATELY = timedelta(hours=48)  # what left since then may be booked back: scrapped or counted wrongly


@dataclass(frozen=True, kw_only=True)
class HeldBack:
    """What nobody gets any more: lots of kits, and SKUs of kits without lots."""

    lot_ids: set[int] = field(default_factory=set)
    sku_ids: set[int] = field(default_factory=set)


def hold_back(session: Session, command: Command, lot: Lot) -> HeldBack:
    """Block the lots of kits with pieces of the lot, and hold back kits without lots.

    The lot has to be locked. Kits that are made or promised just now are waited for. Of kits
    without lots that have all left for good only the fact is kept. Those let go since it was
    blocked are left alone.
    """
    held = HeldBack()
    known = noted(session, lot)
    while fresh := [kits for kits in kits_with(session, lot.id) if kits.move_id not in known]:
        known |= {kits.move_id for kits in fresh}
        for kits in sorted(fresh, key=lambda kits: (kits.lot_id or 0, kits.move_id)):
            _hold_back(session, command, lot, kits, held)
        session.flush()
        wait_for_promises(session, held.sku_ids)
    return held


def noted(session: Session, lot: Lot) -> set[int]:
    """Return the moves of kits that are held back for a lot, or were since it was blocked."""
    is_known = sa.or_(IS_OPEN, SuspectKits.began_at >= lot.blocked_at)
    return set(
        session.scalars(
            sa.select(SuspectKits.move_id).where(SuspectKits.lot_id == lot.id, is_known)
        )
    )


def let_go(
    session: Session, command: Command, rows: Sequence[SuspectKits], reason: str
) -> list[int]:
    """End these suspicions; return the lots of kits that may be sold again.

    A lot of kits that has pieces of another blocked lot inside stays blocked, for that one.
    """
    freed = []
    for row in rows:
        row.ended_at, row.ended_by = command.at, command.actor.person_id
        row.ended_reason = reason.strip()[:200]
    session.flush()
    for row in rows:
        if not row.is_blocking or row.kit_lot_id is None:
            continue
        row.is_blocking = False
        kit_lot = session.get_one(Lot, row.kit_lot_id, with_for_update={"key_share": True},
                                  populate_existing=True)  # fmt: skip
        others = sa.select(SuspectKits).where(SuspectKits.kit_lot_id == kit_lot.id, IS_OPEN)
        other = session.scalars(others.order_by(SuspectKits.id).limit(1)).first()
        if other is None:
            kit_lot.blocked_at, kit_lot.blocked_reason = None, ""
            freed.append(kit_lot.id)
        else:
            other.is_blocking = True
            kit_lot.blocked_reason = _why(session.get_one(Lot, other.lot_id))
    session.flush()
    return freed


def suspicions(session: Session, *where: sa.ColumnElement[bool]) -> Sequence[SuspectKits]:
    """Return the open suspicions of which this is true, locked, the oldest first."""
    return session.scalars(
        sa.select(SuspectKits)
        .where(IS_OPEN, *where)
        .order_by(SuspectKits.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def made_with(session: Session, sku_id: int) -> set[int]:
    """Return the SKUs of kits that pieces of this SKU ever went into, however deep."""
    bench = sa.select(Bin.id).where(Bin.kind == BinKind.KITTING)
    found, fresh = set[int](), {sku_id}
    while fresh:
        commands = sa.select(Move.command_id).where(
            Move.sku_id.in_(fresh), Move.reason == MoveReason.ASSEMBLE, Move.to_bin_id.in_(bench)
        )
        made = sa.select(Move.sku_id).where(
            Move.command_id.in_(commands),
            Move.reason == MoveReason.ASSEMBLE,
            Move.from_bin_id.in_(bench),
        )
        fresh = set(session.scalars(made.distinct())) - found
        found |= fresh
    return found


def _hold_back(
    session: Session, command: Command, lot: Lot, kits: KitsWith, held: HeldBack
) -> None:
    is_blocking, is_gone = False, False
    if kits.lot_id is not None:
        is_blocking = _block(session, command, lot, kits.lot_id)
        held.lot_ids.add(kits.lot_id)
    elif _may_be_here(session, command, kits.sku_id):
        held.sku_ids.add(kits.sku_id)
    else:
        is_gone = True  # who got one is on the recall list
    session.add(
        SuspectKits(
            lot_id=lot.id,
            move_id=kits.move_id,
            sku_id=kits.sku_id,
            kit_lot_id=kits.lot_id,
            is_blocking=is_blocking,
            began_at=command.at,
            ended_at=command.at if is_gone else None,
            ended_by=command.actor.person_id if is_gone else None,
        )
    )
    session.flush()


def _may_be_here(session: Session, command: Command, sku_id: int) -> bool:
    """Return whether kits of a SKU stand anywhere, inside other kits too, or may come back.

    They stand in quarantine as well, and come back from a courier whose visit is not over.
    """
    skus = {sku_id} | made_with(session, sku_id)
    stands = sa.select(StockBalance.bin_id).where(
        StockBalance.sku_id.in_(skus), StockBalance.on_hand > 0, ~StockBalance.is_virtual
    )
    if session.scalar(stands.limit(1)) is not None:
        return True
    outside = sa.select(Bin.id).where(Bin.kind.in_(VIRTUAL_KINDS))
    on_a_visit = (
        sa.select(HandoverParcel.command_id)
        .join(Handover, Handover.id == HandoverParcel.handover_id)
        .where(Handover.state == HandoverState.OPEN)
    )
    left = sa.select(Move.id).where(
        Move.sku_id.in_(skus),
        Move.to_bin_id.in_(outside),
        sa.or_(Move.at >= command.at - LATELY, Move.command_id.in_(on_a_visit)),
    )
    return session.scalar(left.limit(1)) is not None


def _block(session: Session, command: Command, lot: Lot, kit_lot_id: int) -> bool:
    """Block the lot of kits; return False where it is blocked already."""
    kit_lot = session.get_one(Lot, kit_lot_id, with_for_update={"key_share": True},
                              populate_existing=True)  # fmt: skip
    if kit_lot.blocked_at is not None:
        return False
    kit_lot.blocked_at, kit_lot.blocked_reason = command.at, _why(lot)
    return True


def _why(lot: Lot) -> str:
    return f"{lot.code}: {lot.blocked_reason}"[:200]


def wait_for_promises(session: Session, sku_ids: Collection[int]) -> None:
    """Hold the balances: whoever promises such kits is either done by now or will be refused."""
    session.execute(
        sa.select(StockBalance.bin_id)
        .where(StockBalance.sku_id.in_(sku_ids), ~StockBalance.is_in_work)
        .order_by(StockBalance.bin_id, StockBalance.sku_id)
        .with_for_update()
    ).all()
