"""What the shop lets the warehouse know: new orders, and changes of known ones, as import files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from warehouse.commands import Actor
from warehouse.demo.receivers import invent_street
from warehouse.orders.commands.holds import CancelOrder, RaiseHold, cancel_order, raise_hold
from warehouse.orders.importing import import_files
from warehouse.orders.models import LineState, Order, ShopState
from warehouse.simulation.day import Day, Work
from warehouse.simulation.shopside import ShopSide, write_file
from warehouse.simulation.tablet import Tablet

BATCHES = 12
NEWS_SHARE = 0.14
ORDERING_PART = 0.6  # of the time the work will take


def tell(day: Day, actor: Actor, orders: Sequence[ShopSide], name: str) -> None:
    """Write the orders to a file and import it, as customer service does with an export."""
    folder = day.out / "imports"
    folder.mkdir(exist_ok=True)
    path = write_file(folder / f"{name}.csv", orders)
    import_files(day.database, [path], day.config, actor=actor, clock=lambda: day.now)


def shop(day: Day, actor: Actor, orders: Sequence[ShopSide], span_s: float) -> Work:
    """Let the orders come in by batches while the work goes on, as a shop's exports do."""
    size = max(1, -(-len(orders) // BATCHES))
    for number, start in enumerate(range(0, len(orders), size)):
        batch = orders[start : start + size]
        tell(day, actor, batch, f"orders-{number:03d}")
        _note_ids(day, batch)
        yield ORDERING_PART * span_s / BATCHES
    day.is_all_ordered = True


def _note_ids(day: Day, batch: Sequence[ShopSide]) -> None:
    numbers = [order.order_no for order in batch]
    with day.database.reading() as session:
        found = dict(
            session.execute(
                sa.select(Order.order_no, Order.id).where(Order.order_no.in_(numbers))
            ).all()
        )
    for order in batch:
        order.order_id = found[order.order_no]
        day.judge.book[order.order_no] = order
    day.order_ids += [order.order_id for order in batch]


def buyers(day: Day, tablet: Tablet, orders: int, span_s: float) -> Work:
    """Let buyers change their minds at any moment: refunds, other addresses, cancellations."""
    for wait_s, pick, kind in _plan(day, orders, span_s):
        yield wait_s
        open_orders = [o for o in day.judge.book.values() if _is_open(day, o)]
        if open_orders:
            order = open_orders[int(pick * len(open_orders))]
            day.tally.news[kind] += 1
            NEWS[kind](day, tablet, order)
    day.is_news_over = True


def _plan(day: Day, orders: int, span_s: float) -> Iterator[tuple[float, float, str]]:
    """Yield (seconds to wait, which order as a share, what happens), drawn once for the day."""
    count = round(NEWS_SHARE * orders)
    times = sorted(day.chance.uniform(300, span_s) for _ in range(count))
    kinds = day.chance.choices(sorted(NEWS), [_SHARES[k] for k in sorted(NEWS)], k=count)
    before = 0.0
    for at, kind in zip(times, kinds, strict=True):
        yield at - before, day.chance.random(), kind
        before = at


def _is_open(day: Day, order: ShopSide) -> bool:
    is_gone = any(order.order_no == s.order_no for ride in day.judge.rides for s in ride.said)
    return order.state is ShopState.PAID and not order.stops and not is_gone


def _refund(day: Day, tablet: Tablet, order: ShopSide) -> None:
    lines = [line for line in order.lines if line.state is LineState.OPEN]
    asked = lines if day.happens(0.5) else lines[:1]
    for line in asked:
        line.state = LineState.REFUND_ASKED
    order.stops.add("refund")
    _retell(day, tablet, order)


def _closed(day: Day, tablet: Tablet, order: ShopSide) -> None:
    order.state = ShopState.CLOSED
    order.stops.add("closed")
    _retell(day, tablet, order)


def _address(day: Day, tablet: Tablet, order: ShopSide) -> None:
    if order.token:
        _hold(day, tablet, order)
        return
    order.receiver["detail"] = invent_street(day.chance)
    _retell(day, tablet, order)


def _cancel(_day: Day, tablet: Tablet, order: ShopSide) -> None:
    order.stops.add("cancelled")
    tablet.send(cancel_order, CancelOrder, order_id=order.order_id, note="买家电话取消")


def _hold(_day: Day, tablet: Tablet, order: ShopSide) -> None:
    order.stops.add("held")
    tablet.send(raise_hold, RaiseHold, order_id=order.order_id, note="买家要求晚点发货")


def _retell(day: Day, tablet: Tablet, order: ShopSide) -> None:
    tell(day, tablet.actor, [order], f"change-{day.next_id()}")


NEWS = {
    "refund": _refund,
    "closed": _closed,
    "address": _address,
    "cancel": _cancel,
    "hold": _hold,
}
_SHARES = {"refund": 5, "closed": 1, "address": 4, "cancel": 3, "hold": 2}
