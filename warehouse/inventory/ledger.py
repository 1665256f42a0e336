"""The ledger: the only place that writes moves, balances and allocations.

Every key (bin, SKU) is touched once per call, in ascending order, after the rows that explain
it, so that two commands cannot wait for each other and a hot balance is held as briefly as can be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from warehouse.catalog.models import VIRTUAL_KINDS, Bin, BinKind, Sku
from warehouse.commands import Command
from warehouse.db import PerDialect, connection_of, on_dialect, table_of
from warehouse.errors import InsufficientStock, StaleScreen
from warehouse.inventory.models import (
    Allocation,
    AllocationRelease,
    Move,
    MoveReason,
    ReleaseReason,
    StockBalance,
)
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class Posting:
    """One move to be made. With an allocation, the pieces are taken out of that promise."""

    sku_id: int
    from_bin_id: int
    to_bin_id: int
    pieces: int
    reason: MoveReason
    consignment_line_id: int | None = None
    allocation_id: int | None = None
    reverses_id: int | None = None
    reference: str = ""


@dataclass(frozen=True, kw_only=True)
class Promise:
    """Pieces in a bin to be reserved for a consignment line."""

    consignment_line_id: int
    bin_id: int
    sku_id: int
    pieces: int


_move = table_of(Move)
_balance = table_of(StockBalance)
_allocation = table_of(Allocation)
_release = table_of(AllocationRelease)
_bin = table_of(Bin)

_insert_moves = sa.insert(_move)
_insert_release = sa.insert(_release)
_insert_allocations = sa.insert(_allocation).returning(
    _allocation.c.id, sort_by_parameter_order=True
)

_take = (
    sa.update(_balance)
    .where(
        _balance.c.bin_id == sa.bindparam("bin"),
        _balance.c.sku_id == sa.bindparam("sku"),
        sa.or_(
            _balance.c.is_virtual,
            _balance.c.on_hand + sa.bindparam("on_hand_change")
            >= _balance.c.reserved + sa.bindparam("reserved_change"),
        ),
    )
    .values(
        on_hand=_balance.c.on_hand + sa.bindparam("on_hand_change"),
        reserved=_balance.c.reserved + sa.bindparam("reserved_change"),
    )
)


def _put_on(insert: Any) -> Any:
    kinds = sa.case((_bin.c.kind.in_([k.value for k in sorted(VIRTUAL_KINDS)]), True), else_=False)
    source = sa.select(
        _bin.c.id,
        sa.bindparam("sku", type_=sa.Integer),
        sa.bindparam("on_hand_change", type_=sa.Integer),
        sa.literal(0),
        kinds,
    ).where(_bin.c.id == sa.bindparam("bin"))
    statement = insert(_balance).from_select(
        ["bin_id", "sku_id", "on_hand", "reserved", "is_virtual"], source
    )
    return statement.on_conflict_do_update(
        index_elements=["bin_id", "sku_id"],
        set_={"on_hand": _balance.c.on_hand + statement.excluded.on_hand},
    )


_put = PerDialect(_put_on)

_resolve = (
    sa.update(_allocation)
    .where(
        _allocation.c.id == sa.bindparam("allocation"),
        _allocation.c.pieces - _allocation.c.picked - _allocation.c.released
        >= sa.bindparam("picked_change") + sa.bindparam("released_change"),
        _allocation.c.picked + sa.bindparam("picked_change") >= 0,
    )
    .values(
        picked=_allocation.c.picked + sa.bindparam("picked_change"),
        released=_allocation.c.released + sa.bindparam("released_change"),
    )
)

Changes = dict[tuple[int, int], tuple[int, int]]  # (bin, SKU) → change of (on hand, reserved)


def post(
    session: Session, command: Command, postings: Sequence[Posting], *, first_line: int = 0
) -> None:
    """Make the moves and bring their balances up to date; all or nothing.

    `first_line` numbers the moves where one command posts more than once.

    Raises:
        InsufficientStock: a bin has fewer free pieces than one of the moves takes.
        StaleScreen: an allocation no longer covers the pieces taken out of it.
    """
    if not postings:
        return
    connection = connection_of(session)
    changes: Changes = defaultdict(lambda: (0, 0))
    for posting in postings:
        if posting.pieces <= 0:
            raise ValueError("a move takes at least one piece")
        promised = _resolve_allocation(connection, posting)
        _add(changes, (posting.from_bin_id, posting.sku_id), -posting.pieces, -promised)
        _add(changes, (posting.to_bin_id, posting.sku_id), posting.pieces, 0)
    rows = _rows(command, postings, first_line)
    # One row by itself goes a shorter way than a list of one.
    connection.execute(_insert_moves, rows[0] if len(rows) == 1 else rows)
    _apply(connection, changes)


def reserve(session: Session, promises: Sequence[Promise]) -> list[int]:
    """Reserve the pieces and return the allocations' ids in the order of `promises`.

    Raises:
        InsufficientStock: a bin has fewer free pieces than promised.
    """
    if not promises:
        return []
    connection = connection_of(session)
    rows = [
        {
            "consignment_line_id": p.consignment_line_id,
            "bin_id": p.bin_id,
            "sku_id": p.sku_id,
            "pieces": p.pieces,
            "picked": 0,
            "released": 0,
        }
        for p in promises
    ]
    ids = list(connection.execute(_insert_allocations, rows).scalars())
    changes: Changes = defaultdict(lambda: (0, 0))
    for p in promises:
        _add(changes, (p.bin_id, p.sku_id), 0, p.pieces)
    _apply(connection, changes)
    return ids


def release(
    session: Session, command: Command, allocation_ids: Iterable[int], reason: ReleaseReason
) -> int:
    """Give back whatever is still open of the allocations; return the pieces freed."""
    ids = sorted(allocation_ids)
    if not ids:
        return 0
    connection = connection_of(session)
    found = connection.execute(
        sa.select(_allocation).where(_allocation.c.id.in_(ids)).order_by(_allocation.c.id)
    ).all()
    changes: Changes = defaultdict(lambda: (0, 0))
    freed = 0
    for row in found:
        pieces = row.pieces - row.picked - row.released
        if pieces == 0:
            continue
        _resolve_by(connection, row.id, picked=0, released=pieces)
        connection.execute(
            _insert_release,
            {
                "allocation_id": row.id,
                "command_id": command.id,
                "at": command.at,
                "pieces": pieces,
                "reason": reason,
            },
        )
        _add(changes, (row.bin_id, row.sku_id), 0, -pieces)
        freed += pieces
    _apply(connection, changes)
    return freed


def reverse(session: Session, command: Command, move_id: int, *, first_line: int = 0) -> Posting:
    """Undo one move by its mirror image, giving a taken promise back; return the mirror.

    Raises:
        StaleScreen: the move was reversed before. InsufficientStock: the pieces have moved on.
    """
    connection = connection_of(session)
    move = connection.execute(sa.select(_move).where(_move.c.id == move_id)).one()
    done = connection.execute(sa.select(_move.c.id).where(_move.c.reverses_id == move_id)).first()
    if done is not None:
        raise StaleScreen
    mirror = Posting(
        sku_id=move.sku_id,
        from_bin_id=move.to_bin_id,
        to_bin_id=move.from_bin_id,
        pieces=move.pieces,
        reason=MoveReason.UNDO,
        consignment_line_id=move.consignment_line_id,
        reverses_id=move_id,
    )
    if move.allocation_id is not None:
        _resolve_by(connection, move.allocation_id, picked=-move.pieces, released=0)
    connection.execute(_insert_moves, _rows(command, [mirror], first_line))
    changes: Changes = defaultdict(lambda: (0, 0))
    promised = move.pieces if move.allocation_id is not None else 0
    _add(changes, (mirror.from_bin_id, mirror.sku_id), -mirror.pieces, 0)
    _add(changes, (mirror.to_bin_id, mirror.sku_id), mirror.pieces, promised)
    _apply(connection, changes)
    return mirror


def _rows(command: Command, postings: Sequence[Posting], first_line: int) -> list[dict[str, Any]]:
    return [
        {
            "command_id": command.id,
            "line_no": first_line + line_no,
            "at": command.at,
            "sku_id": p.sku_id,
            "from_bin_id": p.from_bin_id,
            "to_bin_id": p.to_bin_id,
            "pieces": p.pieces,
            "reason": p.reason,
            "consignment_line_id": p.consignment_line_id,
            "allocation_id": p.allocation_id,
            "reverses_id": p.reverses_id,
            "reference": p.reference,
        }
        for line_no, p in enumerate(postings)
    ]


def _resolve_allocation(connection: Connection, posting: Posting) -> int:
    if posting.allocation_id is None:
        return 0
    _resolve_by(connection, posting.allocation_id, picked=posting.pieces, released=0)
    return posting.pieces


def _resolve_by(connection: Connection, allocation_id: int, *, picked: int, released: int) -> None:
    done = connection.execute(
        _resolve,
        {"allocation": allocation_id, "picked_change": picked, "released_change": released},
    )
    if done.rowcount != 1:
        raise StaleScreen


def _add(changes: Changes, key: tuple[int, int], on_hand: int, reserved: int) -> None:
    before = changes[key]
    changes[key] = (before[0] + on_hand, before[1] + reserved)


def _apply(connection: Connection, changes: Changes) -> None:
    for (bin_id, sku_id), (on_hand, reserved) in sorted(changes.items()):
        values = {
            "bin": bin_id,
            "sku": sku_id,
            "on_hand_change": on_hand,
            "reserved_change": reserved,
        }
        if on_hand > 0 and reserved == 0:
            connection.execute(on_dialect(connection, _put), values)
            continue
        if on_hand == 0 and reserved == 0:
            continue
        if connection.execute(_take, values).rowcount == 0:
            _take_from_outside(connection, values)


def _take_from_outside(connection: Connection, values: dict[str, int]) -> None:
    """Take from a virtual bin that has no balance row yet; refuse for any real bin."""
    kind, bin_code, sku_code = connection.execute(
        sa.select(Bin.kind, Bin.code, Sku.code)
        .join(Sku, Sku.id == values["sku"])
        .where(Bin.id == values["bin"])
    ).one()
    if BinKind(kind) not in VIRTUAL_KINDS:
        raise InsufficientStock(
            say("{bin} has too few free pieces of {sku}.", bin=bin_code, sku=sku_code),
            bin=bin_code,
            sku=sku_code,
        )
    values = {k: v for k, v in values.items() if k != "reserved_change"}
    connection.execute(on_dialect(connection, _put), values)
