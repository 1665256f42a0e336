"""What happened on one day, counted from what was written while it happened.

Every question goes in by an index on the day: acts and trail by their instant, orders by when they
came, papers by when they were asked for, parcels by the visits of couriers that touch the day.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from printing.models import JobState, PrintJob
from warehouse.carriers.models import Carrier
from warehouse.commands import CommandRow
from warehouse.dispatch.models import Handover, HandoverParcel
from warehouse.inventory.models import Move, MoveReason
from warehouse.orders.models import ConsignmentLine, Hold, HoldKind, Order, OrderLine, Shop
from warehouse.packing.models import Parcel, ParcelLine
from warehouse.people.models import Trail
from warehouse.reporting.figures import Day

PRINTED = (JobState.SENT, JobState.CONFIRMED)


@dataclass(frozen=True, kw_only=True)
class Events:
    """What the trail says of a day, by (thing, event): how often, and of how many things."""

    times: Counter[tuple[str, str]] = field(default_factory=Counter)
    things: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(frozen=True, kw_only=True)
class Gone:
    """Parcels that left with one courier, or of one shop; `grams` of those that were weighed."""

    code: str
    name: str
    parcels: int
    pieces: int = 0
    grams: int = 0


def events_of(session: Session, day: Day) -> Events:
    """Return what was written into the trail that day."""
    rows = session.execute(
        sa.select(
            Trail.subject_kind,
            Trail.event,
            sa.func.count().label("times"),
            sa.func.count(Trail.subject_id.distinct()).label("things"),
        )
        .where(Trail.at >= day.begin, Trail.at < day.end)
        .group_by(Trail.subject_kind, Trail.event)
    ).all()
    found = Events()
    for kind, event, times, things in rows:
        found.times[kind, event] = times
        found.things[kind, event] = things
    return found


def pieces_moved(session: Session, day: Day) -> Counter[MoveReason]:
    """Return reason → pieces moved by that day's acts; what was taken back that day is not in it.

    A move taken back on a later day counts against that day.
    """
    undone = aliased(Move)
    reason = sa.func.coalesce(undone.reason, Move.reason)
    signed = sa.case((Move.reverses_id.is_not(None), -Move.pieces), else_=Move.pieces)
    rows = session.execute(
        sa.select(reason, sa.func.sum(signed))
        .select_from(CommandRow)
        .join(Move, Move.command_id == CommandRow.id)
        .outerjoin(undone, undone.id == Move.reverses_id)
        .where(CommandRow.at >= day.begin, CommandRow.at < day.end)
        .group_by(reason)
    )
    return Counter({MoveReason(name): int(pieces) for name, pieces in rows})


def orders_in(session: Session, day: Day) -> list[tuple[str, str, int]]:
    """Return (shop code, shop name, orders) of the orders that came first that day."""
    rows = session.execute(
        sa.select(Shop.code, Shop.name, sa.func.count(Order.id))
        .join(Order, Order.shop_id == Shop.id)
        .where(Order.received_at >= day.begin, Order.received_at < day.end)
        .group_by(Shop.code, Shop.name)
        .order_by(Shop.code)
    )
    return [(code, name, count) for code, name, count in rows]


def orders_gone(session: Session, day: Day) -> tuple[int, int]:
    """Return how many orders left that day and did not come back, and how many of them late."""
    is_late = sa.case((Order.dispatched_at > Order.promise_at, 1), else_=0)
    count, late = session.execute(
        sa.select(sa.func.count(), sa.func.sum(is_late)).where(
            Order.id.in_(_subjects("order", "dispatched", day)),
            Order.dispatched_at >= day.begin,
            Order.dispatched_at < day.end,
        )
    ).one()
    return count, int(late or 0)


def holds_raised(session: Session, day: Day) -> Counter[HoldKind]:
    """Return kind → holds raised that day."""
    rows = session.execute(
        sa.select(Hold.kind, sa.func.count())
        .where(
            Hold.order_id.in_(_subjects("order", "held", day)),
            Hold.raised_at >= day.begin,
            Hold.raised_at < day.end,
        )
        .group_by(Hold.kind)
    )
    return Counter({HoldKind(kind): count for kind, count in rows})


def gone_by_courier(session: Session, day: Day) -> list[Gone]:
    """Return what each courier took that day, by code."""
    rows = session.execute(
        sa.select(
            Carrier.code,
            Carrier.name,
            sa.func.count().label("parcels"),
            sa.func.coalesce(sa.func.sum(Parcel.gross_g), 0).label("grams"),
        )
        .select_from(HandoverParcel)
        .join(Handover, Handover.id == HandoverParcel.handover_id)
        .join(Carrier, Carrier.id == Handover.carrier_id)
        .join(Parcel, Parcel.id == HandoverParcel.parcel_id)
        .where(*_taken_on(session, day))
        .group_by(Carrier.code, Carrier.name)
        .order_by(Carrier.code)
    )
    return [Gone(code=c, name=n, parcels=p, grams=int(g or 0)) for c, n, p, g in rows]


def gone_by_shop(session: Session, day: Day) -> list[Gone]:
    """Return parcels and pieces of each shop that left that day, by code.

    A parcel with goods of two shops counts for both.
    """
    rows = session.execute(
        sa.select(
            Shop.code,
            Shop.name,
            sa.func.count(HandoverParcel.parcel_id.distinct()).label("parcels"),
            sa.func.sum(ParcelLine.pieces).label("pieces"),
        )
        .select_from(HandoverParcel)
        .join(ParcelLine, ParcelLine.parcel_id == HandoverParcel.parcel_id)
        .join(ConsignmentLine, ConsignmentLine.id == ParcelLine.consignment_line_id)
        .join(OrderLine, OrderLine.id == ConsignmentLine.order_line_id)
        .join(Order, Order.id == OrderLine.order_id)
        .join(Shop, Shop.id == Order.shop_id)
        .where(*_taken_on(session, day), ParcelLine.pieces > 0)
        .group_by(Shop.code, Shop.name)
        .order_by(Shop.code)
    )
    return [Gone(code=c, name=n, parcels=p, pieces=int(i or 0)) for c, n, p, i in rows]


def papers_printed(session: Session, day: Day) -> tuple[Counter[str], int]:
    """Return kind → papers asked for that day that came out, and how many of them were copies."""
    rows = session.execute(
        sa.select(
            PrintJob.document_kind,
            PrintJob.state,
            sa.func.count(),
            sa.func.sum(sa.case((PrintJob.copy_no > 1, 1), else_=0)),
        )
        .where(PrintJob.queued_at >= day.begin, PrintJob.queued_at < day.end)
        .group_by(PrintJob.document_kind, PrintJob.state)
        .order_by(PrintJob.document_kind)
    )
    kinds: Counter[str] = Counter()
    copies = 0
    for kind, state, papers, again in rows:
        if state in PRINTED:
            kinds[kind] += papers
            copies += int(again)
    return kinds, copies


def _subjects(kind: str, event: str, day: Day) -> sa.Select[int]:
    return sa.select(Trail.subject_id).where(
        Trail.at >= day.begin,
        Trail.at < day.end,
        # Not by the index of a thing's own trail, which is as long as all the years.
        sa.func.coalesce(Trail.subject_kind, "") == kind,
        Trail.event == event,
    )


def _taken_on(session: Session, day: Day) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions of a day's parcels: few visits touch it, and parcels know theirs."""
    visits = session.scalars(
        sa.select(Handover.id).where(
            Handover.opened_at < day.end,
            sa.or_(Handover.closed_at.is_(None), Handover.closed_at >= day.begin),
        )
    ).all()
    return (
        HandoverParcel.handover_id.in_(visits),
        HandoverParcel.at >= day.begin,
        HandoverParcel.at < day.end,
    )
