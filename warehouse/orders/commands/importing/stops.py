"""Holds of what a shop says: on orders in work or back from the courier, and for lost rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command
from warehouse.db import table_of
from warehouse.orders.import_models import ImportChange, ImportRun
from warehouse.orders.models import Hold, HoldKind, LineState, Order, OrderLine, ShopState
from warehouse.orders.rules import OWNER_OF, digest
from warehouse.people import trail
from warehouse.text import say

_order, _line, _hold = table_of(Order), table_of(OrderLine), table_of(Hold)
_change, _run = table_of(ImportChange), table_of(ImportRun)

LOST_ROWS = "lost rows"
LOST_ROWS_NOTE = say("A row of this order was refused by the import: lines may be missing.")
NEW_ADDRESS_NOTE = say(
    "The shop has another receiver now. Put the goods aside, then import again to take it over."
)
MENDED_NOTE = say("Mended by an import.")
NEW_PIECES_NOTE = say("A line has another number of pieces at the shop.")
NEW_GOODS_NOTE = say("A line is for other goods at the shop.")
STOPPING_STATES = {
    ShopState.CLOSED: HoldKind.CANCELLED,
    ShopState.UNPAID: HoldKind.UNKNOWN_STATUS,
    ShopState.UNKNOWN: HoldKind.UNKNOWN_STATUS,
    ShopState.FORBIDDEN: HoldKind.UNKNOWN_STATUS,
}


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A reason to stop an order; `about` names the fact, so that one let pass is not raised."""

    order_id: int
    kind: HoldKind
    about: str
    note: str = ""


def stops_of(
    order_id: int,
    changed: Mapping[str, Any],
    states: Mapping[int, LineState],
    changed_lines: Sequence[tuple[int, Mapping[str, Any]]],
    other_goods: Sequence[int] = (),
) -> list[Stop]:
    """Return why an order in work must not go on: what its shop has changed.

    `states` is line id → state as the shop says it now, of all lines; `other_goods` are the ids
    of lines that mean another SKU now.
    """
    found = []
    kind = STOPPING_STATES.get(changed.get("shop_state", ShopState.PAID))
    if kind:
        about = digest((kind, str(changed["shop_state"])))
        found.append(Stop(order_id=order_id, kind=kind, about=about))
    if "receiver_key" in changed or "receiver_detail" in changed:
        receiver = sorted((k, str(v)) for k, v in changed.items() if k.startswith("receiver_"))
        found.append(
            Stop(
                order_id=order_id,
                kind=HoldKind.ADDRESS_CHANGED,
                about=digest(receiver),
                note=NEW_ADDRESS_NOTE.msgid,
            )
        )
    new_states = {line_id: line["state"] for line_id, line in changed_lines if "state" in line}
    # Named as the audit names them, so that what a person let pass here passes there too.
    for kind, ended in (
        (HoldKind.REFUND, (LineState.REFUND_ASKED,)),
        (HoldKind.CLOSED_LINE, (LineState.REFUNDED, LineState.CLOSED)),
    ):
        if any(state in ended for state in new_states.values()):
            ids = [line_id for line_id, state in states.items() if state in ended]
            found.append(Stop(order_id=order_id, kind=kind, about=digest(ids)))
    other = [(i, "pieces", line["pieces"]) for i, line in changed_lines if "pieces" in line]
    other += [
        (i, line.get("seller_code", ""), line.get("properties", ""))
        for i, line in changed_lines
        if i in other_goods
    ]
    if other:
        note = NEW_GOODS_NOTE.msgid if other_goods else NEW_PIECES_NOTE.msgid
        found.append(Stop(order_id=order_id, kind=HoldKind.MANUAL, about=digest(other), note=note))
    return found


def raise_stops(session: Session, command: Command, stops: Sequence[Stop]) -> int:
    """Raise a hold for each stop unless one of its kind is open or a person let its fact pass.

    Returns how many were raised. Two statements, however many stops, and the trail.
    """
    if not stops:
        return 0
    ids = {stop.order_id for stop in stops}
    rows = session.execute(
        sa.select(
            _hold.c.order_id, _hold.c.kind, _hold.c.about, _hold.c.released_at, _hold.c.is_override
        ).where(_hold.c.order_id.in_(ids))
    ).all()
    is_open = {(row.order_id, row.kind) for row in rows if row.released_at is None}
    # A hold that went with its fact says nothing about the day the fact comes back.
    let_pass = {(row.order_id, row.kind, row.about) for row in rows if row.is_override}
    wanted: dict[tuple[int, HoldKind], Stop] = {}
    for stop in stops:
        key = (stop.order_id, stop.kind)
        if key not in is_open and (*key, stop.about) not in let_pass:
            wanted.setdefault(key, stop)
    if wanted:
        session.execute(sa.insert(_hold), [_row(command, stop) for stop in wanted.values()])
        by_order: dict[int, list[str]] = {}
        for stop in wanted.values():
            by_order.setdefault(stop.order_id, []).append(stop.kind)
        trail.record_all(
            session,
            command,
            "order",
            [(order_id, {"kinds": kinds}) for order_id, kinds in by_order.items()],
            "held",
        )
    return len(wanted)


def _row(command: Command, stop: Stop) -> dict[str, Any]:
    return {
        "order_id": stop.order_id,
        "kind": stop.kind,
        "owner": OWNER_OF[stop.kind],
        "about": stop.about,
        "note": stop.note,
        "raised_at": command.at,
        "raised_by": command.actor.person_id,
        "release_note": "",
        "is_override": False,
    }


def stop_returned(
    session: Session, command: Command, left_at: Mapping[int, datetime | None]
) -> int:
    """Hold orders that came back from the courier for what their shop has said since they left.

    `left_at` is order id → when it left. Returns how many holds were raised. A fixed number of
    statements, however many orders.
    """
    shop_states = session.execute(
        sa.select(_order.c.id, _order.c.shop_state).where(_order.c.id.in_(left_at))
    )
    states: dict[int, dict[int, LineState]] = {order_id: {} for order_id in left_at}
    for line in session.execute(
        sa.select(_line.c.id, _line.c.order_id, _line.c.state)
        .where(_line.c.order_id.in_(left_at))
        .order_by(_line.c.id)
    ):
        states[line.order_id][line.id] = line.state
    stops = _new_receivers(session, left_at)
    for order_id, shop_state in shop_states:
        of_lines = states[order_id]
        said = [(line_id, {"state": state}) for line_id, state in of_lines.items()]
        stops += stops_of(order_id, {"shop_state": shop_state}, of_lines, said)
    return raise_stops(session, command, stops)


def _new_receivers(session: Session, left_at: Mapping[int, datetime | None]) -> list[Stop]:
    """Return a stop for each order whose shop named another receiver after it left."""
    rows = session.execute(
        sa.select(_change.c.order_id, _change.c.field, _change.c.new, _run.c.finished_at)
        .join(_run, _run.c.id == _change.c.run_id)
        .where(
            _change.c.order_id.in_(left_at),
            _change.c.is_applied == sa.false(),
            _change.c.field.like("receiver\\_%", escape="\\"),
        )
        .order_by(_change.c.id)
    )
    noted: dict[int, list[tuple[str, str]]] = {}
    for row in rows:
        left = left_at[row.order_id]
        if left is None or row.finished_at is None or row.finished_at >= left:
            noted.setdefault(row.order_id, []).append((row.field, row.new))
    return [
        Stop(
            order_id=order_id,
            kind=HoldKind.ADDRESS_CHANGED,
            about=digest(sorted(set(receiver))),
            note=NEW_ADDRESS_NOTE.msgid,
        )
        for order_id, receiver in noted.items()
    ]


def settle(
    session: Session, command: Command, order_ids: Sequence[int], kind: HoldKind, about: str = ""
) -> None:
    """Let go the open holds of a kind whose reason the import has mended."""
    if order_ids:
        condition = [
            _hold.c.order_id.in_(order_ids),
            _hold.c.kind == kind,
            _hold.c.released_at.is_(None),
        ]
        if about:
            condition.append(_hold.c.about == about)
        session.execute(
            sa.update(_hold)
            .where(*condition)
            .values(
                released_at=command.at,
                released_by=command.actor.person_id,
                release_note=MENDED_NOTE.msgid,
            )
        )
