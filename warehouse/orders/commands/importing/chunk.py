"""One chunk of an import: some hundred orders, one transaction, a fixed number of statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome
from warehouse.db import table_of
from warehouse.orders.commands.audit import audit
from warehouse.orders.commands.importing.bulk import BulkInsert
from warehouse.orders.commands.importing.changes import RECEIVER
from warehouse.orders.commands.importing.facts import ORDER_COLUMNS, line_values, order_values
from warehouse.orders.commands.importing.known import (
    KnownOrder,
    Skus,
    ask_for_skus,
    known_orders,
    shops_of,
)
from warehouse.orders.commands.importing.stops import (
    LOST_ROWS,
    LOST_ROWS_NOTE,
    Stop,
    raise_stops,
    settle,
)
from warehouse.orders.commands.importing.updates import Updates, insert_lines, update_known
from warehouse.orders.commands.mapping import give_told
from warehouse.orders.commands.release import withdraw
from warehouse.orders.import_models import ImportChange, ImportReject, ImportRun
from warehouse.orders.models import HoldKind, Order, OrderState
from warehouse.people import trail
from warehouse.shops.refusals import shown
from warehouse.shops.rows import LineFacts, OrderFacts, ShopOrder
from warehouse.text import Text, say

LEASE = timedelta(minutes=5)

_order = table_of(Order)
_run, _reject, _change = table_of(ImportRun), table_of(ImportReject), table_of(ImportChange)
_insert_orders = BulkInsert(
    _order,
    (
        "shop_id", "order_no", "state", "version", "is_urgent", "created_at", "received_at",
        *ORDER_COLUMNS,
    ),
)  # fmt: skip
_new_ids = sa.select(_order.c.shop_id, _order.c.order_no, _order.c.id).where(
    _order.c.order_no.in_(sa.bindparam("numbers", expanding=True))
)

NO_ORDER = say(
    "This order is not known, and no readable row of these files tells its receiver. Import the"
    " order report (订单报表) of the same days too."
)
TWICE = say("Another order of this file has the same number in the same shop.")


@dataclass(frozen=True, kw_only=True)
class ImportChunk(Command):
    """Take in the `number`th chunk of an import run.

    The orders themselves are handed to the handler: the files of a run do not change, so its
    number says what is in a chunk.
    """

    run_id: int
    number: int


@dataclass
class _Counts:
    orders_new: int = 0
    orders_changed: int = 0
    orders_unchanged: int = 0
    orders_untouched: int = 0
    lines_new: int = 0
    rows_rejected: int = 0
    rows_done: int = 0


@dataclass
class _New:
    """Orders we did not have: by shop and number."""

    orders: dict[tuple[int, str], ShopOrder] = field(default_factory=dict)
    refused: list[tuple[ShopOrder, Text]] = field(default_factory=list)


def import_chunk(
    session: Session, command: ImportChunk, *, orders: Sequence[ShopOrder], skus: Skus
) -> Outcome:
    """Insert the new orders of the chunk, apply or note what changed on known ones, count.

    `skus` remembers what the chunks before found.
    """
    code = session.execute(
        sa.select(_run.c.shop_code).where(_run.c.id == command.run_id)
    ).scalar_one()
    shops = shops_of(session, orders, code)
    known = known_orders(session, orders, shops)
    new = _new(orders, shops, known)
    skus.look_up(session, _lines_to_match(new, orders, known))
    counts = _Counts(rows_done=sum(bool(o.facts) + len(o.lines) for o in orders))
    counts.orders_new = len(new.orders)
    counts.lines_new = _insert(session, command, new, skus)
    updates = update_known(((k, orders[place]) for place, k in known.items()), skus)
    _apply(session, command, updates, counts)
    ask_for_skus(session, skus.unknown, command.at)
    give_told(session, command, skus.unknown.keys())
    counts.rows_rejected = _refuse(session, command, new.refused)
    _count(session, command, counts)
    return Outcome(screen="import", subject_id=command.run_id, message=say("Taken in."))


def _new(
    orders: Sequence[ShopOrder], shops: Mapping[int, int], known: Mapping[int, KnownOrder]
) -> _New:
    new = _New()
    for place, order in enumerate(orders):
        if place in known:
            continue
        if order.facts is None:
            new.refused.append((order, NO_ORDER))
        elif (key := (shops[place], order.order_no)) in new.orders:
            new.refused.append((order, TWICE))
        else:
            new.orders[key] = order
    return new


def _lines_to_match(
    new: _New, orders: Sequence[ShopOrder], known: Mapping[int, KnownOrder]
) -> list[tuple[int, LineFacts]]:
    of_new = [(shop_id, x) for (shop_id, _), order in new.orders.items() for x in order.lines]
    of_known = [(k.row["shop_id"], x) for place, k in known.items() for x in orders[place].lines]
    return of_new + of_known


def _insert(session: Session, command: ImportChunk, new: _New, skus: Skus) -> int:
    """Insert orders and lines; return how many lines."""
    if not new.orders:
        return 0
    _insert_orders(
        session,
        (
            _order_row(command, shop_id, order, order.facts)
            for (shop_id, _), order in new.orders.items()
            if order.facts
        ),
    )
    rows = session.execute(_new_ids, {"numbers": [number for _, number in new.orders]})
    ids = {(shop_id, number): order_id for shop_id, number, order_id in rows}
    lines = [
        (ids[key], line.line_id, skus.of(key[0], line), *line_values(line))
        for key, order in new.orders.items()
        for line in order.lines
    ]
    insert_lines(session, lines)
    lost = [ids[key] for key, order in new.orders.items() if order.is_incomplete]
    raise_stops(session, command, [_lost_rows(order_id) for order_id in lost])
    return len(lines)


def _order_row(
    command: ImportChunk, shop_id: int, order: ShopOrder, facts: OrderFacts
) -> tuple[Any, ...]:
    return (
        shop_id,
        order.order_no,
        OrderState.RECEIVED.value,
        1,
        False,
        facts.created_at or facts.paid_at or command.at,
        command.at,
        *order_values(facts, order.lines).values(),
    )


def _lost_rows(order_id: int) -> Stop:
    return Stop(order_id=order_id, kind=HoldKind.MANUAL, about=LOST_ROWS, note=LOST_ROWS_NOTE.msgid)


def _apply(session: Session, command: ImportChunk, updates: Updates, counts: _Counts) -> None:
    withdraw(session, command, updates.withdrawn)
    updates.write(session)
    if updates.changes:
        session.execute(
            sa.insert(_change), [{"run_id": command.run_id, **row} for row in updates.changes]
        )
    counts.lines_new += len(updates.new_lines)
    counts.orders_changed = len(updates.changed)
    counts.orders_unchanged = updates.unchanged
    counts.orders_untouched = len(updates.untouched)
    settle(session, command, updates.complete, HoldKind.MANUAL, LOST_ROWS)
    settle(session, command, updates.new_receiver, HoldKind.ADDRESS_CHANGED)
    lost = [_lost_rows(order_id) for order_id in updates.incomplete]
    raise_stops(session, command, [*updates.stops, *lost])
    news, moved = _changed(updates, is_of_receiver=False), _changed(updates, is_of_receiver=True)
    trail.record_all(session, command, "order", news, "changed_by_shop")
    trail.record_all(session, command, "order", moved, "receiver_changed")
    if updates.to_audit:
        session.expire_all()
        audit(session, command, updates.to_audit)


def _changed(updates: Updates, *, is_of_receiver: bool) -> list[tuple[int, dict[str, Any]]]:
    """Return (order, what changed on it) for its receiver, or for all else."""
    found = {
        order_id: [f for f in fields if f.startswith(RECEIVER) is is_of_receiver]
        for order_id, fields in updates.changed.items()
    }
    return [(order_id, {"fields": fields}) for order_id, fields in found.items() if fields]


def _refuse(
    session: Session, command: ImportChunk, refused: Sequence[tuple[ShopOrder, Text]]
) -> int:
    rows = [
        {
            "run_id": command.run_id,
            "file": file,
            "row_no": number,
            "column": "",
            "value": shown(order.order_no),
            "reason": reason.to_json(),
        }
        for order, reason in refused
        for file, number in _places(order)
    ]
    if rows:
        session.execute(sa.insert(_reject), rows)
    return len(rows)


def _places(order: ShopOrder) -> list[tuple[str, int]]:
    of_order = [(order.facts.file, order.facts.row)] if order.facts else []
    return of_order + [(line.file, line.row) for line in order.lines]


def _count(session: Session, command: ImportChunk, counts: _Counts) -> None:
    session.execute(
        sa.update(_run)
        .where(_run.c.id == command.run_id)
        .values(
            leased_until=command.at + LEASE,
            **{name: _run.c[name] + number for name, number in vars(counts).items() if number},
        )
    )
