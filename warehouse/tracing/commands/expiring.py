"""Lots whose day came after they were promised: no pick waits for what may not be sold any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.commands import Actor, Command, Outcome, Tone, execute, new_id
from warehouse.db import Database
from warehouse.errors import NotFound
from warehouse.inventory.fitness import is_fit
from warehouse.inventory.models import Allocation, Lot, LotBalance
from warehouse.orders.models import Hold, Order
from warehouse.packing.models import Parcel, ParcelState
from warehouse.people import trail
from warehouse.text import say
from warehouse.tracing.commands.holding import hold_lot
from warehouse.tracing.commands.unpromising import give_promises_back, in_work
from warehouse.waves.models import PickTask, TaskState, WaveSlot
from warehouse.waves.unfit import stop_unfit


@dataclass(frozen=True, kw_only=True)
class ExpireLot(Command):
    """Nobody waits any longer for pieces of this lot: its day has come."""

    lot_id: int


def expire_lot(session: Session, command: ExpireLot) -> Outcome:
    """Give back every open promise of a lot that may not be sold on the site's day any more.

    Its orders go the way of those of a blocked lot; those with goods of it in a tote or parcel stop
    at their next scan. Where the lot is still good, or nobody waits for it, nothing happens.

    Raises:
        NotFound: there is no such lot.
    """
    lot = hold_lot(session, command.lot_id)
    if lot is None:
        raise NotFound(say("lot"), command.lot_id)
    back: list[int] = []
    short: set[int] = set()
    if not _is_good(session, command, lot.id):
        back, short = give_promises_back(session, command, [lot.id])
    held = set()
    for consignment_id, bin_id in in_work(session, lot.id):
        if stop_unfit(session, command, consignment_id, [bin_id]):
            held.add(consignment_id)
    if back or short or held:
        trail.record(
            session, command, "lot", lot.id, "lot_expired",
            back=len(back), short=len(short), held=len(held),
        )  # fmt: skip
    return Outcome(
        screen="lot",
        subject_id=lot.id,
        message=say(
            "Lot {lot} is past its day: {back} orders out of their wave, {short} looked for"
            " elsewhere.",
            lot=lot.code,
            back=len(back),
            short=len(short),
        ),
        tone=Tone.ATTENTION if back or short else Tone.OK,
    )


def expire_promised(database: Database, *, actor: Actor, at: datetime, zone: tzinfo) -> int:
    """Give back or stop what is meant to leave of lots whose day has come; return how many lots.

    Costs one statement where there is none.
    """
    with database.reading() as session:
        found = past_their_day(session, at.astimezone(zone).date())
    for lot_id in found:
        command = ExpireLot(id=new_id(), actor=actor, at=at, zone=zone, lot_id=lot_id)
        execute(database, expire_lot, command)
    return len(found)


def past_their_day(session: Session, day: date) -> list[int]:
    """Return the lots somebody waits for or has in work that may not be sold on that day.

    Those are promised to an open pick task, or past their last day in a tote or parcel whose order
    nobody has stopped yet. One statement.
    """
    promised = (
        sa.select(Lot.id)
        .select_from(PickTask)
        .join(Allocation, Allocation.id == PickTask.allocation_id)
        .join(Lot, Lot.id == Allocation.lot_id)
        .join(Sku, Sku.id == Lot.sku_id)
        .where(
            PickTask.state == TaskState.OPEN,
            Allocation.pieces > Allocation.picked + Allocation.released,
            sa.not_(is_fit(day)),
        )
    )
    stopped = sa.select(Hold.id).join(Order, Order.id == Hold.order_id)
    stopped = stopped.where(Hold.released_at.is_(None)).correlate(WaveSlot, Parcel)
    in_work = (
        sa.select(Lot.id)
        .join(LotBalance, LotBalance.lot_id == Lot.id)
        .where(Lot.best_before < day, LotBalance.on_hand > 0)
    )
    totes = in_work.join(WaveSlot, WaveSlot.tote_bin_id == LotBalance.bin_id).where(
        WaveSlot.freed_at.is_(None),
        ~stopped.where(Order.consignment_id == WaveSlot.consignment_id).exists(),
    )
    parcels = in_work.join(Parcel, Parcel.bin_id == LotBalance.bin_id).where(
        Parcel.state.not_in((ParcelState.DISPATCHED, ParcelState.SET_ASIDE)),
        ~stopped.where(Order.consignment_id == Parcel.consignment_id).exists(),
    )
    return sorted(session.scalars(sa.union(promised, totes, parcels)))


def _is_good(session: Session, command: Command, lot_id: int) -> bool:
    good = (
        sa.select(Lot.id)
        .join(Sku, Sku.id == Lot.sku_id)
        .where(Lot.id == lot_id, is_fit(command.day))
    )
    return session.scalar(good) is not None
