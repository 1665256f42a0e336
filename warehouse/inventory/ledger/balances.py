"""Balances by (bin, SKU) and by (bin, lot), brought up to date by guarded updates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from warehouse.catalog.models import IN_WORK_KINDS, VIRTUAL_KINDS, Bin, BinKind, Sku
from warehouse.db import PerDialect, table_of
from warehouse.errors import InsufficientStock, OutOfUse
from warehouse.inventory.models import Lot, LotBalance, StockBalance
from warehouse.prepared import FEW, IS_FIRST_DONE, Prepared, Values, send_after, send_all
from warehouse.text import say

_balance = table_of(StockBalance)
_lot_balance = table_of(LotBalance)
_bin = table_of(Bin)
_sku = table_of(Sku)
_lot = table_of(Lot)


def _is_one_of(kinds: Iterable[BinKind]) -> sa.ColumnElement[bool]:
    """Return whether a bin is of these kinds, with the kinds written into the statement."""
    words: sa.BindParameter[list[BinKind]] = sa.bindparam(
        None, sorted(kinds), expanding=True, literal_execute=True
    )
    return _bin.c.kind.in_(words)


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

    def apply(
        self,
        connection: Connection,
        before: Sequence[tuple[Prepared, Values]] = (),
        *,
        is_from_outside: bool = False,
    ) -> None:
        """Write every change, SKUs before lots, each in ascending order, after what comes before.

        The first pieces that come from outside the house find no row there. Who expects that says
        so, and the row is made in its turn. Else it is made when the others are held already, and
        one who has it and waits for them stands in a ring with us.

        Raises:
            InsufficientStock: a real bin has fewer free pieces than are taken or promised.
            OutOfUse: pieces would come into a bin that is out of use.
        """
        is_asked = is_from_outside or len(self._skus) > FEW
        writings = self._writings(_outside(connection) if is_asked else frozenset())
        if not before and len(writings) > FEW and all(w.is_put for w in writings):
            _put_all(connection, writings)
            return
        sendings = [*before, *((w.statement, w.values) for w in writings)]
        touched = send_all(connection, sendings)[len(before) :] if sendings else []
        _see_to_missing(connection, writings, touched)

    def apply_after(
        self, connection: Connection, first: tuple[Prepared, Values], *, is_from_outside: bool
    ) -> bool:
        """Write what comes first and, if that was a row, every change; tell whether it was.

        For few changes, of goods without lots; else as `apply`, with its errors.
        """
        writings = self._writings(_outside(connection) if is_from_outside else frozenset())
        rest = [(w.statement, w.values) for w in writings]
        is_done, *touched = send_after(connection, first, rest)
        if is_done:
            _see_to_missing(connection, writings, touched)
        return bool(is_done)

    def _writings(self, outside: Container[int]) -> list[_Writing]:
        return [
            *_writings(self._skus, _sku_ways, outside),
            *_writings(self._lots, _lot_ways, outside),
        ]


def _put_all(connection: Connection, writings: Sequence[_Writing]) -> None:
    """Send changes for which nothing can lack: each finds its row or makes it.

    The moves were written before, so whoever takes one of the bins out of use waits for us.
    """
    wanted = {writing.values["bin"] for writing in writings}
    for bin_id, code in _bins_out_of_use.rows(connection, {}):
        if bin_id in wanted:
            raise out_of_use(code)
    for ways, run in groupby(writings, key=attrgetter("ways")):
        ways.put.send_many(connection, [writing.values for writing in run])


def _see_to_missing(
    connection: Connection, writings: Sequence[_Writing], touched: Sequence[int]
) -> None:
    """Make the rows of bins outside the house that have none yet; refuse where goods lack."""
    for writing, rows in zip(writings, touched, strict=True):
        if rows == 0:
            _require_outside(connection, writing.values, writing.ways)
            writing.ways.put.send(connection, writing.ways.putting(writing.values))


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


def _putting(
    insert: Any, table: sa.Table, key: str, *conditions: sa.ColumnElement[bool], is_counted: bool
) -> Any:
    names = ["bin_id", key, "on_hand", "reserved", "is_virtual"]
    source = sa.select(
        _bin.c.id,
        sa.bindparam("what", type_=sa.Integer),
        sa.bindparam("on_hand_change", type_=sa.Integer),
        sa.literal(0, literal_execute=True),
        _is_one_of(VIRTUAL_KINDS),
    ).where(_bin.c.id == sa.bindparam("bin"), *conditions)
    if is_counted:
        # The key lock its move takes anyway: who takes the bin out of use waits for it or has done.
        is_open = sa.or_(_bin.c.is_active, _is_one_of(VIRTUAL_KINDS))
        source = source.where(is_open).with_for_update(read=True, key_share=True)
        names = [*names, "changes", "is_in_work"]
        one = sa.literal(1, literal_execute=True)
        source = source.add_columns(one, _is_one_of(IN_WORK_KINDS))
    statement = insert(table).from_select(names, source)
    change: dict[str, Any] = {"on_hand": table.c.on_hand + statement.excluded.on_hand}
    if is_counted:
        change["changes"] = table.c.changes + one
    return statement.on_conflict_do_update(index_elements=["bin_id", key], set_=change)


@dataclass(frozen=True, kw_only=True)
class _Ways:
    """The two statements that change a balance: guarded, and the one that may make its row."""

    take: Prepared
    put: Prepared
    is_of_lot: bool

    def putting(self, values: Values) -> Values:
        """Return what `put` wants of the values of `take`."""
        return {name: values[name] for name in _PUT}


class _Writing(NamedTuple):
    values: Values
    ways: _Ways
    is_put: bool

    @property
    def statement(self) -> Prepared:
        """The statement that these values are for."""
        return self.ways.put if self.is_put else self.ways.take


_PUT = ("bin", "what", "on_hand_change")
_TAKEN = (*_PUT, "reserved_change")
_take_sku = _taking(_balance, _balance.c.sku_id, changes=_balance.c.changes + sa.bindparam("moved"))


def _put_sku(*conditions: sa.ColumnElement[bool]) -> PerDialect:
    return PerDialect(lambda i: _putting(i, _balance, "sku_id", *conditions, is_counted=True))


_sku_ways = _Ways(
    take=Prepared(_take_sku, (*_TAKEN, "moved"), hanging=_take_sku.where(IS_FIRST_DONE)),
    put=Prepared(_put_sku(), _PUT, hanging=_put_sku(IS_FIRST_DONE)),
    is_of_lot=False,
)
_lot_ways = _Ways(
    take=Prepared(_taking(_lot_balance, _lot_balance.c.lot_id), _TAKEN),
    put=Prepared(PerDialect(lambda i: _putting(i, _lot_balance, "lot_id", is_counted=False)), _PUT),
    is_of_lot=True,
)


_bins_out_of_use = Prepared(
    sa.select(_bin.c.id, _bin.c.code).where(~_bin.c.is_active, ~_is_one_of(VIRTUAL_KINDS)), ()
)
_outside_bins = Prepared(sa.select(_bin.c.id).where(_is_one_of(VIRTUAL_KINDS)), ())


def _outside(connection: Connection) -> frozenset[int]:
    """Return the ids of the bins outside the house, of which pieces never run out."""
    return frozenset(bin_id for (bin_id,) in _outside_bins.rows(connection, {}))


def _writings(changes: Change, ways: _Ways, outside: Container[int]) -> Iterator[_Writing]:
    """Yield what is to be written, in ascending order; `outside` are bins known to be virtual."""
    for (bin_id, what), (on_hand, reserved) in sorted(changes.items()):
        values = {"bin": bin_id, "what": what, "on_hand_change": on_hand}
        if on_hand and not reserved and (on_hand > 0 or bin_id in outside):
            yield _Writing(values=values, ways=ways, is_put=True)
        elif on_hand != 0 or reserved != 0:
            values["reserved_change"] = reserved
            if not ways.is_of_lot:
                values["moved"] = int(on_hand != 0)
            yield _Writing(values=values, ways=ways, is_put=False)


def _goods(sku_id: sa.ColumnElement[int]) -> Prepared:
    """Return the statement that tells the bin's kind, its code, whether it is used, and the SKU."""
    query = (
        sa.select(_bin.c.kind, _bin.c.code, _bin.c.is_active, _sku.c.code.label("sku"))
        .select_from(_bin.join(_sku, _sku.c.id == sku_id))
        .where(_bin.c.id == sa.bindparam("bin"))
    )
    return Prepared(query, ("bin", "what"))


_what = sa.bindparam("what", type_=_sku.c.id.type)
_goods_of_sku = _goods(_what)
_goods_of_lot = _goods(sa.select(_lot.c.sku_id).where(_lot.c.id == _what).scalar_subquery())


def _require_outside(connection: Connection, values: Values, ways: _Ways) -> None:
    """Go on where a virtual bin has no balance row yet; refuse for any real bin."""
    goods = _goods_of_lot if ways.is_of_lot else _goods_of_sku
    names = {name: values[name] for name in ("bin", "what")}
    ((bin_kind, bin_code, is_active, sku_code),) = goods.rows(connection, names)
    if BinKind(bin_kind) in VIRTUAL_KINDS:
        return
    if values["on_hand_change"] > 0 and not is_active:
        raise out_of_use(bin_code)
    raise InsufficientStock(
        say("{bin} has too few free pieces of {sku}.", bin=bin_code, sku=sku_code),
        bin=bin_code,
        sku=sku_code,
    )


def require_bin_in_use(connection: Connection, bin_id: int) -> None:
    """Refuse a bin that is out of use, and keep it in use until the command ends.

    Raises:
        OutOfUse: so it is.
    """
    query = sa.select(_bin.c.code, _bin.c.is_active, _bin.c.kind).where(_bin.c.id == bin_id)
    place = connection.execute(query.with_for_update(read=True, key_share=True)).one()
    if not place.is_active and place.kind not in VIRTUAL_KINDS:
        raise out_of_use(place.code)


def out_of_use(bin_code: str) -> OutOfUse:
    """Return the refusal of a bin that is out of use."""
    return OutOfUse(
        say("{bin} is out of use: nothing is put there. Take another place, or have it used again"
            " at its page.", bin=bin_code),
        bin=bin_code,
    )  # fmt: skip
