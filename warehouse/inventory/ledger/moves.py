"""Moves: made, and undone by their mirror image."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.catalog.queries import sku_out_of_use
from warehouse.commands import Command
from warehouse.db import connection_of, table_of
from warehouse.errors import LotMissing, SerialMissing, StaleScreen
from warehouse.inventory.ledger.balances import Changes, require_bin_in_use
from warehouse.inventory.ledger.lots import LotPicker
from warehouse.inventory.ledger.promises import hold, resolve
from warehouse.inventory.ledger.serials import (
    Piece,
    PiecePicker,
    pieces_of_move,
    take_along,
)
from warehouse.inventory.ledger.shapes import Posting
from warehouse.inventory.models import Move, MoveReason
from warehouse.prepared import Prepared, Values
from warehouse.text import say

_move = table_of(Move)
_sku = table_of(Sku)
_insert_known = sa.insert(_move).returning(_move.c.id, sort_by_parameter_order=True)

_MOVE = (
    *("command_id", "line_no", "at", "sku_id", "lot_id", "from_bin_id", "to_bin_id", "pieces"),
    *("reason", "consignment_line_id", "allocation_id", "reverses_id", "reference"),
)
_insert_moves = Prepared(sa.insert(_move).inline(), _MOVE)

# The key lock a move takes for its SKU anyway is taken before its flags are read: who switches how
# goods are kept waits for it or has done, so that none is booked under what no longer holds.
_AS_KEPT: dict[str, Any] = {"read": True, "key_share": True}
_insert_if_plain = Prepared(
    sa.insert(_move)
    .from_select(
        _MOVE,
        sa.select(*(sa.bindparam(name, type_=_move.c[name].type) for name in _MOVE))
        .where(
            _sku.c.id == sa.bindparam("sku_id"),
            _sku.c.is_active,
            ~_sku.c.is_lot_tracked,
            ~_sku.c.is_serial_tracked,
        )
        .with_for_update(**_AS_KEPT),
        include_defaults=False,
    )
    .inline(),
    _MOVE,
)

# Why pieces come into the house, or into the book.
_FROM_OUTSIDE = frozenset(
    {
        MoveReason.OPENING,
        MoveReason.RECEIVE,
        MoveReason.EXCHANGE_IN,
        MoveReason.CUSTOMER_RETURN,
        MoveReason.COUNT,
        MoveReason.ADJUST,
        MoveReason.ASSEMBLE,
        MoveReason.TAKE_APART,
    }
)

Taken = tuple[Posting, tuple[Piece, ...]]  # a move, and the known pieces it takes along


def post(
    session: Session, command: Command, postings: Sequence[Posting], *, first_line: int = 0
) -> int:
    """Make the moves and bring their balances up to date; all or nothing.

    A posting of goods with lots becomes one move for each lot it takes. `first_line` numbers the
    moves where one command posts more than once; returned is the number after the last.

    Raises:
        InsufficientStock: a bin has fewer free pieces than one of the moves takes.
        StaleScreen: an allocation no longer covers the pieces taken out of it.
        LotMissing, SerialMissing, SerialElsewhere: which pieces it takes cannot be told.
        OutOfUse: a bin that pieces come into, or their SKU, was taken out of use.
    """
    if not postings:
        return first_line
    connection = connection_of(session)
    if any(posting.pieces <= 0 for posting in postings):
        raise ValueError("a move takes at least one piece")
    if len(postings) == 1 and _post_if_plain(connection, command, postings[0], first_line):
        return first_line + 1
    taken = _taken(connection, postings)
    _changes_of(posting for posting, _ in taken).apply(
        connection,
        _write(connection, command, taken, first_line),
        is_from_outside=any(posting.reason in _FROM_OUTSIDE for posting in postings),
    )
    return first_line + len(taken)


def _post_if_plain(
    connection: Connection, command: Command, posting: Posting, first_line: int
) -> bool:
    """Make a move of goods nobody was promised, without lots and numbers; tell whether they are.

    Their flags are read by the statement that writes the move, which saves a way to the server.
    A lot was told when they were kept by lot: nobody would ever take them off it again.
    """
    if posting.allocation_id is not None:
        return False
    posting = posting._replace(lot_id=None)
    return _changes_of([posting]).apply_after(
        connection,
        (_insert_if_plain, _rows(command, [posting], first_line)[0]),
        is_from_outside=posting.reason in _FROM_OUTSIDE,
    )


def _changes_of(postings: Iterable[Posting]) -> Changes:
    changes = Changes()
    for posting in postings:
        promised = 0 if posting.allocation_id is None else posting.pieces
        changes.add(posting.from_bin_id, posting.sku_id, posting.lot_id, -posting.pieces, -promised)
        changes.add(posting.to_bin_id, posting.sku_id, posting.lot_id, posting.pieces, 0)
    return changes


def reverse(session: Session, command: Command, move_id: int, *, first_line: int = 0) -> Posting:
    """Undo one move by its mirror image, giving a taken promise back; return the mirror.

    Raises:
        StaleScreen: the move was reversed before. InsufficientStock: the pieces have moved on.
        SerialElsewhere: one of the very pieces has moved on.
        OutOfUse: the bin they came from is out of use, or the SKU.
        LotMissing, SerialMissing: the goods were not kept so when they moved, or a piece has
            another lot since.
    """
    connection = connection_of(session)
    move = connection.execute(sa.select(_move).where(_move.c.id == move_id)).one()
    done = connection.execute(sa.select(_move.c.id).where(_move.c.reverses_id == move_id)).first()
    if done is not None:
        raise StaleScreen
    require_bin_in_use(connection, move.from_bin_id)
    lot_id, pieces = _as_kept_now(connection, move)
    mirror = Posting(
        sku_id=move.sku_id,
        lot_id=lot_id,
        from_bin_id=move.to_bin_id,
        to_bin_id=move.from_bin_id,
        pieces=move.pieces,
        reason=MoveReason.UNDO,
        consignment_line_id=move.consignment_line_id,
        reverses_id=move_id,
    )
    if move.allocation_id is not None:
        hold(connection, move.allocation_id)
    changes = Changes()
    promised = move.pieces if move.allocation_id is not None else 0
    changes.add(mirror.from_bin_id, mirror.sku_id, mirror.lot_id, -mirror.pieces, 0)
    changes.add(mirror.to_bin_id, mirror.sku_id, mirror.lot_id, mirror.pieces, promised)
    changes.apply(connection, _write(connection, command, [(mirror, pieces)], first_line))
    if move.allocation_id is not None:
        resolve(connection, move.allocation_id, picked=-move.pieces, released=0)
    return mirror


def _as_kept_now(connection: Connection, move: Any) -> tuple[int | None, tuple[Piece, ...]]:
    """Return the lot and the known pieces of an old move, as its SKU is kept today."""
    row = _tracked(connection, {move.sku_id}).get(move.sku_id)
    if row is None:
        return None, ()
    if row.is_lot_tracked and move.lot_id is None:
        raise LotMissing(say("{sku} moved before it was kept by lot.", sku=row.code), sku=row.code)
    pieces = pieces_of_move(connection, move) if row.is_serial_tracked else ()
    if row.is_serial_tracked and len(pieces) != move.pieces:
        raise SerialMissing(
            say("{sku} moved before its pieces were known by number.", sku=row.code), sku=row.code
        )
    if row.is_lot_tracked and any(piece.lot_id != move.lot_id for piece in pieces):
        raise LotMissing(say("A piece of {sku} has another lot since it moved.", sku=row.code),
                         sku=row.code)  # fmt: skip
    return (move.lot_id if row.is_lot_tracked else None), pieces


def _taken(connection: Connection, postings: Sequence[Posting]) -> list[Taken]:
    """Return the postings split by lot, each with its known pieces; promises are resolved here."""
    loose = {p.sku_id for p in postings if p.allocation_id is None}
    tracked = _tracked(connection, loose) if loose else {}
    lots, pieces = LotPicker(connection), PiecePicker(connection, postings)
    taken: list[Taken] = []
    for posting in postings:
        if posting.allocation_id is not None:
            taken += _out_of_promise(connection, posting, pieces)
            continue
        row = tracked.get(posting.sku_id)
        if posting.lot_id is not None and (row is None or not row.is_lot_tracked):
            # Told when its goods were kept by lot: nobody would ever take it off that lot again.
            posting = posting._replace(lot_id=None)  # noqa: PLW2901
        if row is None:
            taken.append((posting, ()))
        elif row.is_serial_tracked:
            taken += _known_pieces(pieces, posting, row)
        else:
            taken += [(part, ()) for part in lots.split(posting, row.code)]
    return taken


def _out_of_promise(
    connection: Connection, posting: Posting, pieces: PiecePicker
) -> Iterable[Taken]:
    promise = resolve(connection, posting.allocation_id or 0, picked=posting.pieces, released=0)
    posting = posting._replace(lot_id=promise.lot_id)
    if not promise.has_serials:
        return [(posting, ())]
    row = _tracked(connection, {posting.sku_id})[posting.sku_id]
    parts = pieces.split(posting, row.code)
    if [part.lot_id for part, _ in parts] != [promise.lot_id]:
        raise LotMissing(say("{sku} of another lot was promised.", sku=row.code), sku=row.code)
    return parts


def _known_pieces(pieces: PiecePicker, posting: Posting, row: Any) -> list[Taken]:
    parts = pieces.split(posting, row.code)
    if not row.is_lot_tracked:
        return [
            (part._replace(lot_id=None), tuple(replace(piece, lot_id=None) for piece in known))
            for part, known in parts
        ]
    if any(part.lot_id is None for part, _ in parts):
        raise LotMissing(say("{sku} is kept by lot. Say which lot.", sku=row.code), sku=row.code)
    return parts


class _Tracked(NamedTuple):
    id: int
    code: str
    is_lot_tracked: bool
    is_serial_tracked: bool
    is_active: bool


_skus_as_kept = sa.select(
    _sku.c.id, _sku.c.code, _sku.c.is_lot_tracked, _sku.c.is_serial_tracked, _sku.c.is_active
).with_for_update(**_AS_KEPT)
_among = _skus_as_kept.where(_sku.c.id.in_(sa.bindparam("skus", expanding=True))).order_by(
    _sku.c.id
)
_one = Prepared(_skus_as_kept.where(_sku.c.id == sa.bindparam("sku")), ("sku",))


def _tracked(connection: Connection, sku_ids: Collection[int]) -> dict[int, _Tracked]:
    """Return SKU id → row of those goods that have lots or serial numbers.

    Raises:
        OutOfUse: goods among them are out of use.
    """
    if len(sku_ids) == 1:
        rows = _one.rows(connection, {"sku": next(iter(sku_ids))})
    else:
        rows = connection.execute(_among, {"skus": [*sku_ids]}).all()
    skus = [_Tracked(*row) for row in rows]
    if gone := next((sku for sku in skus if not sku.is_active), None):
        raise sku_out_of_use(gone.code)
    return {sku.id: sku for sku in skus if sku.is_lot_tracked or sku.is_serial_tracked}


def _write(
    connection: Connection, command: Command, taken: list[Taken], first_line: int
) -> list[tuple[Prepared, Values]]:
    """Write the moves; return what is left to be sent: one by itself goes with its balances."""
    rows = _rows(command, [posting for posting, _ in taken], first_line)
    known = [(i, part) for i, part in enumerate(taken) if part[1]]
    if known:
        ids = list(connection.execute(_insert_known, rows).scalars())
        take_along(connection, [ids[i] for i, _ in known], [part for _, part in known])
        return []
    if len(rows) == 1:
        return [(_insert_moves, rows[0])]
    _insert_moves.send_many(connection, rows)
    return []


def _rows(command: Command, postings: Sequence[Posting], first_line: int) -> list[dict[str, Any]]:
    return [
        {
            "command_id": command.id,
            "line_no": first_line + line_no,
            "at": command.at,
            "sku_id": p.sku_id,
            "lot_id": p.lot_id,
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
