"""Kits with pieces of a blocked lot inside: held back with the lot, and let go again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import VIRTUAL_KINDS, Bin, BinKind, Sku
from warehouse.commands import Command
from warehouse.dispatch.models import Handover, HandoverParcel, HandoverState
from warehouse.inventory.models import (
    Lot,
    Move,
    MoveReason,
    MoveSerial,
    Serial,
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


@dataclass(frozen=True, kw_only=True)
class Suspect:
    """Kits of a SKU without lots that may be in the house, `made` of them with pieces of the lot.

    `serials` are the numbers of those kits that have such pieces, where kits have numbers. Else
    which of the kits in `bins` they are, and how many of them have left, nobody can say.
    """

    sku_id: int
    sku: str
    name: str
    lot_id: int
    lot: str
    made: int
    bins: tuple[Any, ...]
    serials: tuple[Any, ...]


def hold_back(session: Session, command: Command, lot: Lot) -> HeldBack:
    """Block the lots of kits with pieces of the lot, and hold back kits without lots.

    The lot has to be locked. Kits that are made or promised just now are waited for. Of kits
    without lots that have all left for good only the fact is kept.
    """
    held = HeldBack()
    known = set(
        session.scalars(sa.select(SuspectKits.move_id).where(SuspectKits.lot_id == lot.id, IS_OPEN))
    )
    while fresh := [kits for kits in kits_with(session, lot.id) if kits.move_id not in known]:
        known |= {kits.move_id for kits in fresh}
        for kits in sorted(fresh, key=lambda kits: (kits.lot_id or 0, kits.move_id)):
            _hold_back(session, command, lot, kits, held)
        session.flush()
        _wait_for_promises(session, held.sku_ids)
    return held


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
        kit_lot = session.get_one(Lot, row.kit_lot_id, with_for_update=True, populate_existing=True)
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


def suspects(
    session: Session, *, sku_id: int | None = None, lot_id: int | None = None
) -> list[Suspect]:
    """Return what is held back of kits without lots: of a SKU, or for a lot, by SKU code."""
    query = (
        sa.select(SuspectKits.sku_id, SuspectKits.lot_id, Sku.code, Sku.name, Lot.code.label("lot"))
        .join(Sku, Sku.id == SuspectKits.sku_id)
        .join(Lot, Lot.id == SuspectKits.lot_id)
        .where(IS_OPEN, SuspectKits.kit_lot_id.is_(None))
        .distinct()
        .order_by(Sku.code, Lot.code)
    )
    if sku_id is not None:
        query = query.where(SuspectKits.sku_id == sku_id)
    if lot_id is not None:
        query = query.where(SuspectKits.lot_id == lot_id)
    found = []
    for row in session.execute(query):
        made = [k for k in kits_with(session, row.lot_id) if k.sku_id == row.sku_id]
        found.append(
            Suspect(
                sku_id=row.sku_id,
                sku=row.code,
                name=row.name,
                lot_id=row.lot_id,
                lot=row.lot,
                made=sum(kits.kits for kits in made),
                bins=tuple(_bins(session, row.sku_id)),
                serials=tuple(_pieces(session, [kits.move_id for kits in made])),
            )
        )
    return found


def causes_of(session: Session, kit_lot_id: int) -> Sequence[Any]:
    """Return id and code of the blocked lots inside kits of this lot, for which it is blocked."""
    return session.execute(
        sa.select(Lot.id, Lot.code)
        .join(SuspectKits, SuspectKits.lot_id == Lot.id)
        .where(SuspectKits.kit_lot_id == kit_lot_id, IS_OPEN)
        .distinct()
        .order_by(Lot.code)
    ).all()


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
    skus = {sku_id} | _made_with(session, sku_id)
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


def _made_with(session: Session, sku_id: int) -> set[int]:
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


def _block(session: Session, command: Command, lot: Lot, kit_lot_id: int) -> bool:
    """Block the lot of kits; return False where it is blocked already."""
    kit_lot = session.get_one(Lot, kit_lot_id, with_for_update=True, populate_existing=True)
    if kit_lot.blocked_at is not None:
        return False
    kit_lot.blocked_at, kit_lot.blocked_reason = command.at, _why(lot)
    return True


def _why(lot: Lot) -> str:
    return f"{lot.code}: {lot.blocked_reason}"[:200]


def _wait_for_promises(session: Session, sku_ids: Collection[int]) -> None:
    """Hold the balances: whoever promises such kits is either done by now or will be refused."""
    session.execute(
        sa.select(StockBalance.bin_id)
        .where(StockBalance.sku_id.in_(sku_ids), ~StockBalance.is_in_work)
        .order_by(StockBalance.bin_id, StockBalance.sku_id)
        .with_for_update()
    ).all()


def _bins(session: Session, sku_id: int) -> Sequence[Any]:
    """Return the bins kits of a SKU stand in, those of quarantine left out."""
    return session.execute(
        sa.select(Bin.id, Bin.code, Bin.kind, StockBalance.on_hand)
        .join(StockBalance, StockBalance.bin_id == Bin.id)
        .where(
            StockBalance.sku_id == sku_id,
            StockBalance.on_hand > 0,
            ~StockBalance.is_virtual,
            Bin.kind.not_in((BinKind.QUARANTINE, BinKind.SCRAP)),
        )
        .order_by(Bin.walk_order, Bin.code)
    ).all()


def _pieces(session: Session, move_ids: Collection[int]) -> Sequence[Any]:
    place = aliased(Bin)
    return session.execute(
        sa.select(Serial.id, Serial.code, place.code.label("bin"))
        .join(MoveSerial, MoveSerial.serial_id == Serial.id)
        .join(place, place.id == Serial.bin_id)
        .where(MoveSerial.move_id.in_(move_ids))
        .order_by(Serial.code)
    ).all()
