"""Balances by (bin, SKU) and by (bin, lot), brought up to date by guarded updates."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from warehouse.catalog.models import IN_WORK_KINDS, VIRTUAL_KINDS, Bin, BinKind, Sku
from warehouse.db import PerDialect, on_dialect, table_of
from warehouse.errors import InsufficientStock
from warehouse.inventory.models import Lot, LotBalance, StockBalance
from warehouse.text import say

_balance = table_of(StockBalance)
_lot_balance = table_of(LotBalance)
_bin = table_of(Bin)
_is_virtual = sa.case(
    (_bin.c.kind.in_([k.value for k in sorted(VIRTUAL_KINDS)]), True), else_=False
)
_is_in_work = sa.case(
    (_bin.c.kind.in_([k.value for k in sorted(IN_WORK_KINDS)]), True), else_=False
)

Change = dict[tuple[int, int], tuple[int, int]]


class Changes:
    """What a command does to balances: key → change of (on hand, reserved), in pieces."""

    def __init__(self) -> None:
        self._skus: Change = defaultdict(lambda: (0, 0))
        self._lots: Change = defaultdict(lambda: (0, 0))

    def add(
        self, bin_id: int, sku_id: int, lot_id: int | None, on_hand: int, reserved: int
    ) -> None:
        """Add to the change of one bin's SKU, and of its lot if there is one."""
        _add(self._skus, (bin_id, sku_id), on_hand, reserved)
        if lot_id is not None:
            _add(self._lots, (bin_id, lot_id), on_hand, reserved)

    def apply(self, connection: Connection) -> None:
        """Write every change, SKUs before lots, each in ascending order.

        Raises:
            InsufficientStock: a real bin has fewer free pieces than are taken or promised.
        """
        _apply(connection, self._skus, _take, _put, "sku")
        _apply(connection, self._lots, _take_lot, _put_lot, "lot")


def _add(changes: Change, key: tuple[int, int], on_hand: int, reserved: int) -> None:
    before = changes[key]
    changes[key] = (before[0] + on_hand, before[1] + reserved)


def _taking(table: sa.Table, key: sa.ColumnElement[int], **more: Any) -> sa.Update:
    return (
        sa.update(table)
        .where(
            table.c.bin_id == sa.bindparam("bin"),
            key == sa.bindparam("what"),
            sa.or_(
                table.c.is_virtual,
                table.c.on_hand + sa.bindparam("on_hand_change")
                >= table.c.reserved + sa.bindparam("reserved_change"),
            ),
        )
        .values(
            on_hand=table.c.on_hand + sa.bindparam("on_hand_change"),
            reserved=table.c.reserved + sa.bindparam("reserved_change"),
            **more,
        )
    )


def _putting(insert: Any, table: sa.Table, key: str, is_counted: bool) -> Any:
    names = ["bin_id", key, "on_hand", "reserved", "is_virtual"]
    source = sa.select(
        _bin.c.id,
        sa.bindparam("what", type_=sa.Integer),
        sa.bindparam("on_hand_change", type_=sa.Integer),
        sa.literal(0),
        _is_virtual,
    ).where(_bin.c.id == sa.bindparam("bin"))
    if is_counted:
        names = [*names, "changes", "is_in_work"]
        source = source.add_columns(sa.literal(1), _is_in_work)
    statement = insert(table).from_select(names, source)
    change: dict[str, Any] = {"on_hand": table.c.on_hand + statement.excluded.on_hand}
    if is_counted:
        change["changes"] = table.c.changes + 1
    return statement.on_conflict_do_update(index_elements=["bin_id", key], set_=change)


_take = _taking(
    _balance,
    _balance.c.sku_id,
    changes=_balance.c.changes + sa.bindparam("moved"),
)
_take_lot = _taking(_lot_balance, _lot_balance.c.lot_id)
_put = PerDialect(lambda insert: _putting(insert, _balance, "sku_id", is_counted=True))
_put_lot = PerDialect(lambda insert: _putting(insert, _lot_balance, "lot_id", is_counted=False))


def _apply(
    connection: Connection, changes: Change, take: sa.Update, put: PerDialect, kind: str
) -> None:
    for (bin_id, what), (on_hand, reserved) in sorted(changes.items()):
        values = {"bin": bin_id, "what": what, "on_hand_change": on_hand}
        if on_hand > 0 and reserved == 0:
            connection.execute(on_dialect(connection, put), values)
            continue
        if on_hand == 0 and reserved == 0:
            continue
        guarded = {**values, "reserved_change": reserved}
        if kind == "sku":
            guarded["moved"] = int(on_hand != 0)
        if connection.execute(take, guarded).rowcount == 0:
            _require_outside(connection, bin_id, what, kind)
            connection.execute(on_dialect(connection, put), values)


def _require_outside(connection: Connection, bin_id: int, what: int, kind: str) -> None:
    """Go on where a virtual bin has no balance row yet; refuse for any real bin."""
    sku_id = sa.select(Lot.sku_id).where(Lot.id == what).scalar_subquery()
    of_sku = Sku.id == (sku_id if kind == "lot" else what)
    goods = sa.select(Bin.kind, Bin.code, Sku.code).join(Sku, of_sku).where(Bin.id == bin_id)
    bin_kind, bin_code, sku_code = connection.execute(goods).one()
    if BinKind(bin_kind) in VIRTUAL_KINDS:
        return
    raise InsufficientStock(
        say("{bin} has too few free pieces of {sku}.", bin=bin_code, sku=sku_code),
        bin=bin_code,
        sku=sku_code,
    )
