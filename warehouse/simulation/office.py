"""The desks of the day: the supervisor plans waves, customer service settles what is held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from warehouse.errors import RuleViolation, StaleScreen
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.commands.holds import (
    CancelOrder,
    ReleaseHold,
    cancel_order,
    release_hold,
)
from warehouse.orders.commands.merge import MergeOrders, merge_orders
from warehouse.orders.commands.release import ReleaseOrders, release_orders
from warehouse.orders.models import (
    Consignment,
    ConsignmentState,
    Hold,
    HoldKind,
    LineState,
    Order,
    OrderState,
    ShopState,
)
from warehouse.simulation.day import Day, Work
from warehouse.simulation.news import tell
from warehouse.simulation.shopside import ShopSide
from warehouse.simulation.tablet import Tablet
from warehouse.waves.commands import MakeWave, make_wave
from warehouse.waves.models import Wave, WaveState

SLOTS = 8
PLAN_EVERY_S = 420
SETTLE_EVERY_S = 300
QUIET_ROUNDS = 6  # nothing to do for so long, and the day is over
LET_GO = {
    HoldKind.REMARK: 0.97,
    HoldKind.MASKED_RECEIVER: 0.9,
    HoldKind.CHECK_MISMATCH: 0.8,
    HoldKind.MANUAL: 0.8,
}
MERGED_SHARE = 0.6
WITHDRAWN_SHARE = 0.4
LET_GO_IN_WORK_SHARE = 0.6
NOT_YET_CHECKED = (
    ConsignmentState.WAVED,
    ConsignmentState.PICKING,
    ConsignmentState.PICKED,
)
_WAITING = (OrderState.RECEIVED, OrderState.CLEAN, OrderState.RELEASED)


def supervisor(day: Day, tablet: Tablet, pickers: int) -> Work:
    """Audit, release and plan every few minutes; say when nothing is left to do."""
    quiet = 0
    while not day.is_over:
        _release(day, tablet)
        _plan(day, tablet, pickers)
        quiet = 0 if _is_busy(day) else quiet + 1
        day.is_over = quiet > QUIET_ROUNDS
        yield PLAN_EVERY_S


def _is_busy(day: Day) -> bool:
    if not day.is_all_ordered or not day.is_news_over:
        return True
    if day.receipts_due or day.counts_due or day.open_counts:
        return True
    with day.database.reading() as session:
        return bool(_ids_in(session, day, _WAITING))


def _release(day: Day, tablet: Tablet) -> None:
    with day.database.reading() as session:
        held = _ids_in(session, day, (OrderState.RECEIVED, OrderState.HELD))
        clean = _ids_in(session, day, (OrderState.CLEAN,))
    if held:
        tablet.send(audit_orders, AuditOrders, order_ids=tuple(held))
    if clean:
        tablet.send(release_orders, ReleaseOrders, order_ids=tuple(clean))


def _plan(day: Day, tablet: Tablet, pickers: int) -> None:
    """Make waves for the pickers who will soon be free, no more: the rest may still change."""
    with day.database.reading() as session:
        planned = len(
            session.scalars(
                sa.select(Wave.id).where(Wave.id.in_(day.waves), Wave.state == WaveState.PLANNED)
            ).all()
        )
        ready = session.scalars(
            sa.select(Consignment.id)
            .join(Order, Order.consignment_id == Consignment.id)
            .where(Consignment.state == ConsignmentState.READY, Order.id.in_(day.order_ids))
            .group_by(Consignment.id, Consignment.is_urgent)
            .order_by(Consignment.is_urgent.desc(), Consignment.id)
        ).all()
    for start in range(0, len(ready), SLOTS):
        if planned > pickers:
            return
        ids = tuple(ready[start : start + SLOTS])
        outcome = tablet.send(make_wave, MakeWave, consignment_ids=ids)
        if outcome.subject_id is not None:
            day.waves.add(outcome.subject_id)
            planned += 1


def service(day: Day, tablet: Tablet) -> Work:
    """Settle what is held and in nobody's hands any more; each hold is decided once."""
    decided: set[int] = set()
    in_work: set[int] = set()
    while True:
        yield SETTLE_EVERY_S
        with day.database.reading() as session:
            holds = session.execute(
                sa.select(Hold.id, Hold.kind, Order.id, Order.order_no, Order.receiver_key)
                .join(Order, Order.id == Hold.order_id)
                .where(
                    Order.id.in_(day.order_ids),
                    Order.state == OrderState.HELD,
                    Hold.released_at.is_(None),
                    Hold.raised_at < day.now - timedelta(minutes=3),
                )
                .order_by(Hold.id)
            ).all()
        _let_go_in_work(day, tablet, in_work)
        for hold in holds:
            if hold[0] in decided or not _is_still_held(day, hold[0]):
                continue
            decided.add(hold[0])
            try:
                _settle(day, tablet, hold)
            except (RuleViolation, StaleScreen):
                continue  # another reason holds it, or it has moved on
            yield 20


def _let_go_in_work(day: Day, tablet: Tablet, decided: set[int]) -> None:
    """Let orders go on whose buyers want them after all, before their goods are put aside."""
    with day.database.reading() as session:
        holds = session.execute(
            sa.select(Hold.id, Order.order_no)
            .join(Order, Order.id == Hold.order_id)
            .join(Consignment, Consignment.id == Order.consignment_id)
            .where(
                Order.id.in_(day.order_ids),
                Hold.kind == HoldKind.MANUAL,
                Hold.released_at.is_(None),
                Consignment.state.in_(NOT_YET_CHECKED),
            )
            .order_by(Hold.id)
        ).all()
    for hold_id, order_no in holds:
        if hold_id not in decided and day.happens(LET_GO_IN_WORK_SHARE):
            _let_go(tablet, hold_id)
            day.judge.book[order_no].stops.discard("held")
        decided.add(hold_id)


def _is_still_held(day: Day, hold_id: int) -> bool:
    with day.database.reading() as session:
        return (
            session.scalar(
                sa.select(Order.id)
                .join(Hold, Hold.order_id == Order.id)
                .where(
                    Hold.id == hold_id,
                    Hold.released_at.is_(None),
                    Order.state == OrderState.HELD,
                )
            )
            is not None
        )


def _settle(day: Day, tablet: Tablet, hold: Any) -> None:
    hold_id, kind, order_id, order_no, receiver_key = hold
    order = day.judge.book[order_no]
    if kind is HoldKind.MERGE_CANDIDATE:
        _merge(day, tablet, hold_id, receiver_key)
    elif kind is HoldKind.REFUND:
        _refund(day, tablet, order)
    elif kind is HoldKind.CLOSED_LINE:
        _ship_the_rest(tablet, hold_id, order)
    elif kind is HoldKind.NO_LINES:
        order.stops.add("cancelled")
        tablet.send(cancel_order, CancelOrder, order_id=order_id, note="没有可发的商品")
    elif kind is HoldKind.ADDRESS_CHANGED:
        tell(day, tablet.actor, [order], f"address-{day.next_id()}")
    elif kind is HoldKind.UNPAID and day.happens(0.7):
        order.state, order.paid_at = ShopState.PAID, day.now
        tell(day, tablet.actor, [order], f"paid-{day.next_id()}")
    elif kind in LET_GO and day.happens(LET_GO[kind]):
        _let_go(tablet, hold_id)
        if kind is HoldKind.MANUAL:
            order.stops.discard("held")


def _merge(day: Day, tablet: Tablet, hold_id: int, receiver_key: str) -> None:
    with day.database.reading() as session:
        twins = session.scalars(
            sa.select(Order.id).where(
                Order.receiver_key == receiver_key,
                Order.id.in_(day.order_ids),
                Order.state == OrderState.HELD,
            )
        ).all()
    if len(twins) > 1 and day.happens(MERGED_SHARE):
        tablet.send(merge_orders, MergeOrders, order_ids=tuple(twins))
    else:
        _let_go(tablet, hold_id)


def _refund(day: Day, tablet: Tablet, order: ShopSide) -> None:
    """Let the shop decide: the buyer takes the request back, or gets the money."""
    is_withdrawn = day.happens(WITHDRAWN_SHARE)
    state = LineState.OPEN if is_withdrawn else LineState.REFUNDED
    for line in order.lines:
        if line.state is LineState.REFUND_ASKED:
            line.state = state
    tell(day, tablet.actor, [order], f"refund-{day.next_id()}")
    if is_withdrawn:
        order.stops.discard("refund")


def _ship_the_rest(tablet: Tablet, hold_id: int, order: ShopSide) -> None:
    """Let an order go without the lines that were paid back; without any, it is no order."""
    if order.wanted:
        _let_go(tablet, hold_id)
        order.stops.discard("refund")
    else:
        order.stops.add("cancelled")
        tablet.send(cancel_order, CancelOrder, order_id=order.order_id, note="全部退款")


def _let_go(tablet: Tablet, hold_id: int) -> None:
    tablet.send(release_hold, ReleaseHold, hold_id=hold_id, note="已核实")


def _ids_in(session: Any, day: Day, states: Sequence[OrderState]) -> list[int]:
    return list(
        session.scalars(
            sa.select(Order.id)
            .where(Order.id.in_(day.order_ids), Order.state.in_(states))
            .order_by(Order.id)
        )
    )
