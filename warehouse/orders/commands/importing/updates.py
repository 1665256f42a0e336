"""What an import does to orders we have already: applied, noted, or a reason to stop them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.db import table_of
from warehouse.orders.commands.importing.bulk import BulkInsert
from warehouse.orders.commands.importing.changes import (
    FieldChange,
    changed_columns,
    changed_line,
    is_new_receiver,
    pair_lines,
    reported,
)
from warehouse.orders.commands.importing.facts import (
    LINE_COLUMNS,
    ORDER_COLUMNS,
    line_values,
    order_values,
    told_columns,
)
from warehouse.orders.commands.importing.known import KnownOrder, Skus
from warehouse.orders.commands.importing.stops import STOPPING_STATES, Stop, stops_of
from warehouse.orders.models import LineState, Order, OrderLine, OrderState
from warehouse.shops.rows import LineFacts, ShopOrder

_order, _line = table_of(Order), table_of(OrderLine)
LINE_WRITTEN = ("line_key", "sku_id", *LINE_COLUMNS)
# On an order in work, what the shop says of states is written down; hands see it as a hold.
NOTED_COLUMNS = frozenset({"shop_state", "shop_state_text"})
# A consignment nobody has begun keeps its order through changes of these.
_QUIET_COLUMNS = frozenset(
    {"buyer", "payment_fen", "postage_fen", "paid_at", "promise_at", "seller_flag"}
)

insert_lines = BulkInsert(_line, ("order_id", "line_key", "sku_id", *LINE_COLUMNS))
_update_orders = (
    sa.update(_order)
    .where(_order.c.id == sa.bindparam("order_id"))
    .values(
        version=_order.c.version + 1,
        **{column: sa.bindparam(f"new_{column}") for column in ORDER_COLUMNS},
    )
)
_update_lines = (
    sa.update(_line)
    .where(_line.c.id == sa.bindparam("line_id"))
    .values(**{column: sa.bindparam(f"new_{column}") for column in LINE_WRITTEN})
)


@dataclass
class Updates:
    """All that is to be written of one chunk's known orders."""

    orders: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    new_lines: list[tuple[Any, ...]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    changed: dict[int, list[str]] = field(default_factory=dict)  # order id → fields
    untouched: set[int] = field(default_factory=set)  # in work or ended, with differences
    unchanged: int = 0
    withdrawn: list[int] = field(default_factory=list)
    new_receiver: list[int] = field(default_factory=list)
    to_audit: list[int] = field(default_factory=list)
    complete: list[int] = field(default_factory=list)
    incomplete: list[int] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)

    def write(self, session: Session) -> None:
        """Write the new values of orders and lines."""
        for statement, rows in (
            (_update_orders, self.orders),
            (_update_lines, self.lines),
        ):
            if rows:
                session.execute(statement, rows)
        insert_lines(session, self.new_lines)

    def note(self, order_id: int, found: Iterable[FieldChange], *, is_applied: bool) -> None:
        """Keep changes for the report."""
        self.changes += [
            {
                "order_id": order_id,
                "field": change.field,
                "old": change.old,
                "new": change.new,
                "is_applied": is_applied,
            }
            for change in found
        ]


@dataclass(frozen=True, kw_only=True)
class _Difference:
    """How a known order differs from what its shop says."""

    columns: Mapping[str, Any]
    lines: list[tuple[Mapping[str, Any], dict[str, Any], dict[str, Any]]]  # row, changed, quiet
    new_lines: list[LineFacts]

    @property
    def is_reported(self) -> bool:
        return bool(self.columns or self.new_lines or any(c for _, c, _ in self.lines))


def update_known(orders: Iterable[tuple[KnownOrder, ShopOrder]], skus: Skus) -> Updates:
    """Return what has to be written, noted and stopped for the known orders of a chunk."""
    updates = Updates()
    for known, said in orders:
        difference = _difference(known, said, skus)
        order_id = known.row["id"]
        if known.has_ended:
            _note_ended(updates, known, difference)
        elif known.is_in_work:
            _stop(updates, known, difference)
        else:
            _apply(updates, known, difference, skus)
            (updates.incomplete if said.is_incomplete else updates.complete).append(order_id)
        if order_id not in updates.changed and order_id not in updates.untouched:
            updates.unchanged += 1
    return updates


def _difference(known: KnownOrder, said: ShopOrder, skus: Skus) -> _Difference:
    columns: dict[str, Any] = {}
    if said.facts:
        values = order_values(said.facts, said.lines)
        columns = changed_columns(known.row, values, told_columns(said.facts))
    lines: list[tuple[Mapping[str, Any], dict[str, Any], dict[str, Any]]] = []
    new_lines: list[LineFacts] = []
    for line, key in pair_lines(known.lines, said.lines):
        if key is None:
            new_lines.append(line)
            continue
        row = known.lines[key]
        changed = changed_line(row, dict(zip(LINE_COLUMNS, line_values(line), strict=True)))
        quiet: dict[str, Any] = {}
        if key != line.line_id and not line.is_line_id_made:
            quiet["line_key"] = line.line_id
        if row["sku_id"] is None or "seller_code" in changed or changed.get("properties"):
            sku_id = skus.of(known.row["shop_id"], line)
            if sku_id != row["sku_id"]:
                quiet["sku_id"] = sku_id
        if changed or quiet:
            lines.append((row, changed, quiet))
    return _Difference(columns=columns, lines=lines, new_lines=new_lines)


def _apply(updates: Updates, known: KnownOrder, difference: _Difference, skus: Skus) -> None:
    """The order is in nobody's hands: it becomes what its shop says."""
    order_id, shop_id = known.row["id"], known.row["shop_id"]
    if difference.columns:
        updates.orders.append(_order_update(known, difference.columns))
    for row, changed, quiet in difference.lines:
        updates.lines.append(_line_update(row, {**changed, **quiet}))
    updates.new_lines += [
        (order_id, line.line_id, skus.of(shop_id, line), *line_values(line))
        for line in difference.new_lines
    ]
    found = _reported(known, difference)
    if difference.is_reported:
        updates.changed[order_id] = [change.field for change in found]
        updates.note(order_id, found, is_applied=True)
    if is_new_receiver(difference.columns):
        updates.new_receiver.append(order_id)
    is_loud = bool(
        difference.lines or difference.new_lines or set(difference.columns) - _QUIET_COLUMNS
    )
    if is_loud:
        updates.to_audit.append(order_id)
        if known.row["state"] is OrderState.RELEASED:
            updates.withdrawn.append(order_id)


def _stop(updates: Updates, known: KnownOrder, difference: _Difference) -> None:
    """Hands are on the order: nothing of their work changes, its next scan is refused."""
    order_id = known.row["id"]
    noted = {c: v for c, v in difference.columns.items() if c in NOTED_COLUMNS}
    if noted:
        updates.orders.append(_order_update(known, noted))
    changed_lines = [(row["id"], changed) for row, changed, _ in difference.lines if changed]
    states = {row["id"]: row["state"] for row in known.lines.values()}
    for row, changed, quiet in difference.lines:
        kept = {k: v for k, v in {**changed, **quiet}.items() if k in ("state", "line_key")}
        if kept:
            updates.lines.append(_line_update(row, kept))
            states[row["id"]] = kept.get("state", row["state"])
    other_goods = [row["id"] for row, *said in difference.lines if _is_other(row, *said)]
    updates.stops += stops_of(order_id, difference.columns, states, changed_lines, other_goods)
    _note_untouched(updates, known, difference)


def _is_other(row: Mapping[str, Any], changed: Mapping[str, Any], quiet: Mapping[str, Any]) -> bool:
    """Whether the shop means another SKU now; a file that only says less does not."""
    is_said = bool(changed.get("seller_code") or changed.get("properties"))
    return is_said and row["sku_id"] is not None and "sku_id" in quiet


def _note_ended(updates: Updates, known: KnownOrder, difference: _Difference) -> None:
    """The order has left or ended: what the shop takes back is kept, all else goes on by itself.

    Kept, as a parcel may be taken back from the courier: then its order is stopped by these.
    """
    columns = {c: v for c, v in difference.columns.items() if c in NOTED_COLUMNS}
    if not {known.row["shop_state"], columns.get("shop_state")} & STOPPING_STATES.keys():
        columns = {}
    if columns:
        updates.orders.append(_order_update(known, columns))
    lines: list[tuple[Mapping[str, Any], dict[str, Any], dict[str, Any]]] = []
    for row, changed, _ in difference.lines:
        state = _kept_of_ended(row["state"], changed.get("state"))
        if state is not None:
            updates.lines.append(_line_update(row, {"state": state}))
            lines.append((row, {"state": state}, {}))
    if known.row["state"] is OrderState.DISPATCHED:
        columns |= {c: v for c, v in difference.columns.items() if c.startswith("receiver_")}
    _note_untouched(updates, known, _Difference(columns=columns, lines=lines, new_lines=[]))


def _kept_of_ended(ours: LineState, said: Any) -> LineState | None:
    """Return the state to keep of an ended order's line, None if the shop says nothing new.

    That it was shipped is no news, but it is the end of a refund asked for.
    """
    if said is None:
        return None
    state = LineState.OPEN if said == LineState.SHIPPED else LineState(said)
    return state if state is not ours else None


def _note_untouched(updates: Updates, known: KnownOrder, difference: _Difference) -> None:
    if difference.is_reported:
        updates.untouched.add(known.row["id"])
        updates.note(known.row["id"], _reported(known, difference), is_applied=False)


def _reported(known: KnownOrder, difference: _Difference) -> list[FieldChange]:
    found = reported(known.row, difference.columns)
    for row, changed, _ in difference.lines:
        found += reported(row, changed, prefix=f"line {row['line_key']}: ")
    for line in difference.new_lines:
        text = f"{line.title} {line.properties_text} × {line.pieces}".strip()
        found.append(FieldChange(field=f"line {line.line_id}"[:64], old="", new=text[:500]))
    return found


def _order_update(known: KnownOrder, changed: Mapping[str, Any]) -> dict[str, Any]:
    values = {column: changed.get(column, known.row[column]) for column in ORDER_COLUMNS}
    return {
        "order_id": known.row["id"],
        **{f"new_{column}": value for column, value in values.items()},
    }


def _line_update(row: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    values = {column: changed.get(column, row[column]) for column in LINE_WRITTEN}
    return {"line_id": row["id"], **{f"new_{column}": value for column, value in values.items()}}
