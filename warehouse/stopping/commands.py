"""Putting the goods of a stopped consignment down: the one way out of every red screen."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.queue import void
from warehouse.catalog.models import Bin, BinKind
from warehouse.catalog.queries import bin_by_code
from warehouse.checking.models import Check, CheckState
from warehouse.commands import Command, Outcome, Tone
from warehouse.dispatch.models import Waybill, WaybillState
from warehouse.errors import StaleScreen, WrongBin
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason, ReleaseReason, StockBalance
from warehouse.inventory.refusals import refuse
from warehouse.orders.commands.audit import audit
from warehouse.orders.commands.holds import end_order
from warehouse.orders.models import (
    BEGUN,
    Consignment,
    ConsignmentLine,
    ConsignmentState,
    Hold,
    HoldKind,
    Order,
    OrderLine,
    OrderState,
)
from warehouse.orders.queries import consignment_by_id, orders_of, stop_of
from warehouse.packing.models import Parcel, ParcelState
from warehouse.people import trail
from warehouse.text import say
from warehouse.waves.models import PickTask, TaskState, WaveSlot

SET_ASIDE_NOTE = say("set aside")  # as kept of what became of papers and orders
NOTHING_TO_PUT_DOWN = "CMD-OK"


@dataclass(frozen=True, kw_only=True)
class SetAside(Command):
    """The goods of a stopped consignment are put into a set-aside bin, whose code is scanned.

    Where nothing was picked yet, the OK card does.
    """

    consignment_id: int
    barcode: str


def set_aside(session: Session, command: SetAside) -> Outcome:
    """Move everything of the consignment to the bin and take it out of the flow.

    Promised stock is released, tasks, checks and waiting papers are cancelled, live waybills
    void. Held orders stay held until somebody settles them; the others are audited anew; an
    order held as cancelled ends here.

    Raises:
        WrongBin, UnknownBarcode: no set-aside bin. StaleScreen: not stopped, or done before.
    """
    consignment = consignment_by_id(session, command.consignment_id, lock=True)
    if consignment.state not in BEGUN or stop_of(session, consignment.id) is None:
        raise StaleScreen
    _wait_for_hands(session, consignment.id)
    postings = _goods(session, consignment.id)
    place = _place(session, command.barcode, has_goods=bool(postings))
    _close_work(session, command, consignment)
    if place is not None:
        ledger.post(
            session,
            command,
            [
                ledger.Posting(
                    sku_id=sku_id,
                    from_bin_id=bin_id,
                    to_bin_id=place.id,
                    pieces=pieces,
                    reason=MoveReason.SET_ASIDE,
                    reference=consignment.number,
                )
                for bin_id, sku_id, pieces in postings
            ],
        )
    _settle_orders(session, command, consignment)
    trail.record(
        session, command, "consignment", consignment.id, "set_aside",
        bin=place.code if place else "",
    )  # fmt: skip
    return Outcome(
        screen="done",
        subject_id=consignment.id,
        message=say("Put aside in {bin}.", bin=place.code)
        if place
        else say("Taken out of the wave."),
        tone=Tone.ATTENTION,
        is_step_done=True,
    )


def _wait_for_hands(session: Session, consignment_id: int) -> None:
    """Lock what a scan under way elsewhere would have locked, so that no piece arrives too late."""
    slots = sa.select(WaveSlot.id).where(WaveSlot.consignment_id == consignment_id)
    for rows in (
        sa.select(PickTask.id).where(PickTask.slot_id.in_(slots)).order_by(PickTask.id),
        sa.select(Check.id).where(Check.consignment_id == consignment_id).order_by(Check.id),
        sa.select(Parcel.id).where(Parcel.consignment_id == consignment_id).order_by(Parcel.id),
    ):
        session.execute(rows.with_for_update()).all()


def has_goods(session: Session, consignment_id: int) -> bool:
    """Tell whether anything of the consignment stands in a tote or parcel."""
    return bool(_goods(session, consignment_id))


def _goods(session: Session, consignment_id: int) -> list[tuple[int, int, int]]:
    """Return (bin, SKU, pieces) of everything of the consignment that is still in the house."""
    totes = sa.select(WaveSlot.tote_bin_id).where(
        WaveSlot.consignment_id == consignment_id,
        WaveSlot.freed_at.is_(None),
        WaveSlot.tote_bin_id.is_not(None),
    )
    parcels = sa.select(Parcel.bin_id).where(
        Parcel.consignment_id == consignment_id,
        Parcel.state.not_in((ParcelState.DISPATCHED, ParcelState.SET_ASIDE)),
    )
    rows = session.execute(
        sa.select(StockBalance.bin_id, StockBalance.sku_id, StockBalance.on_hand)
        .where(
            sa.or_(StockBalance.bin_id.in_(totes), StockBalance.bin_id.in_(parcels)),
            StockBalance.on_hand > 0,
        )
        .order_by(StockBalance.bin_id, StockBalance.sku_id)
    )
    return [(bin_id, sku_id, pieces) for bin_id, sku_id, pieces in rows]


def _place(session: Session, barcode: str, *, has_goods: bool) -> Bin | None:
    if not has_goods and barcode == NOTHING_TO_PUT_DOWN:
        return None
    place = bin_by_code(session, barcode)
    if place is None or place.kind is not BinKind.SET_ASIDE:
        codes = session.scalars(
            sa.select(Bin.code)
            .where(Bin.kind == BinKind.SET_ASIDE, Bin.is_active)
            .order_by(Bin.walk_order)
            .limit(3)
        ).all()
        wanted = say("the set-aside place {codes}", codes=", ".join(codes))
        if barcode == NOTHING_TO_PUT_DOWN:
            raise WrongBin(got=say("the OK card"), wanted=wanted)
        raise refuse(session, barcode, wanted, WrongBin)
    return place


def _close_work(session: Session, command: SetAside, consignment: Consignment) -> None:
    slots = session.scalars(
        sa.select(WaveSlot).where(
            WaveSlot.consignment_id == consignment.id, WaveSlot.freed_at.is_(None)
        )
    ).all()
    tasks = session.scalars(
        sa.select(PickTask)
        .where(PickTask.slot_id.in_([s.id for s in slots]), PickTask.state == TaskState.OPEN)
        .order_by(PickTask.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    ledger.release(session, command, [t.allocation_id for t in tasks], ReleaseReason.STOPPED)
    for task in tasks:
        task.state = TaskState.CANCELLED
    for slot in slots:
        slot.freed_at = command.at
    for check in session.scalars(
        sa.select(Check).where(
            Check.consignment_id == consignment.id, Check.state == CheckState.OPEN
        )
    ):
        check.state = CheckState.STOPPED
        check.finished_at = command.at
    _void_parcels(session, command, consignment)
    consignment.state = ConsignmentState.SET_ASIDE
    session.flush()


def _void_parcels(session: Session, command: SetAside, consignment: Consignment) -> None:
    parcels = session.scalars(
        sa.select(Parcel).where(
            Parcel.consignment_id == consignment.id,
            Parcel.state.not_in((ParcelState.DISPATCHED, ParcelState.SET_ASIDE)),
        )
    ).all()
    for parcel in parcels:
        parcel.state = ParcelState.SET_ASIDE
    ids = [p.id for p in parcels]
    for waybill in session.scalars(
        sa.select(Waybill).where(Waybill.parcel_id.in_(ids), Waybill.state == WaybillState.LIVE)
    ):
        waybill.state = WaybillState.VOID
        waybill.voided_at = command.at
        waybill.void_reason = SET_ASIDE_NOTE.msgid
    session.flush()
    void(
        session,
        [f"parcel:{i}" for i in ids],
        person_id=command.actor.person_id,
        at=command.at,
        reason=SET_ASIDE_NOTE.msgid,
    )


def _settle_orders(session: Session, command: SetAside, consignment: Consignment) -> None:
    orders = orders_of(session, consignment.id)
    gone = _gone(session, consignment.id)
    for order in orders:
        if order.id in gone:
            _dispatched(session, command, order.id, consignment.id)
            continue
        cancelled = session.scalar(
            sa.select(Hold.id).where(
                Hold.order_id == order.id,
                Hold.kind == HoldKind.CANCELLED,
                Hold.released_at.is_(None),
            )
        )
        if cancelled is not None:
            end_order(session, command, order.id, note=SET_ASIDE_NOTE.msgid)
            continue
        session.execute(
            sa.update(Order)
            .where(Order.id == order.id)
            .values(state=OrderState.RECEIVED, consignment_id=None, released_at=None)
            .execution_options(synchronize_session=False)
        )
        trail.record(session, command, "order", order.id, "set_aside")
    session.expire_all()
    audit(session, command, [o.id for o in orders])


def _gone(session: Session, consignment_id: int) -> set[int]:
    """Return the orders of the consignment whose every piece has left in a parcel."""
    rows = session.execute(
        sa.select(OrderLine.order_id)
        .join(ConsignmentLine, ConsignmentLine.order_line_id == OrderLine.id)
        .where(ConsignmentLine.consignment_id == consignment_id)
        .group_by(OrderLine.order_id)
        .having(sa.func.sum(ConsignmentLine.pieces) == sa.func.sum(ConsignmentLine.dispatched))
    )
    return set(rows.scalars())


def _dispatched(session: Session, command: SetAside, order_id: int, consignment_id: int) -> None:
    left_at = sa.select(sa.func.max(Parcel.dispatched_at)).where(
        Parcel.consignment_id == consignment_id
    )
    session.execute(
        sa.update(Order)
        .where(Order.id == order_id)
        .values(state=OrderState.DISPATCHED, dispatched_at=left_at.scalar_subquery())
        .execution_options(synchronize_session=False)
    )
    trail.record(session, command, "order", order_id, "dispatched")
