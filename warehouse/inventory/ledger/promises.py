"""Promises: pieces reserved for a consignment line, taken out of it or given back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.commands import Command
from warehouse.db import connection_of, table_of
from warehouse.errors import StaleScreen
from warehouse.inventory.ledger.balances import Changes
from warehouse.inventory.ledger.lots import require_named, require_unblocked
from warehouse.inventory.ledger.shapes import Promise
from warehouse.inventory.models import Allocation, AllocationRelease, ReleaseReason
from warehouse.prepared import Prepared

_allocation = table_of(Allocation)
_release = table_of(AllocationRelease)
_sku = table_of(Sku)

# The key locks that promises take for their SKUs anyway, taken before any balance is held.
_hold_skus = (
    sa.select(_sku.c.id)
    .where(_sku.c.id.in_(sa.bindparam("skus", expanding=True)))
    .order_by(_sku.c.id)
    .with_for_update(read=True, key_share=True)
)
_hold = (
    sa.select(_allocation.c.id)
    .where(_allocation.c.id == sa.bindparam("allocation"))
    .with_for_update()
)
_insert_allocations = sa.insert(_allocation).returning(
    _allocation.c.id, sort_by_parameter_order=True
)
# One statement says, with the promise resolved, whether its goods have lots or serial numbers.
_resolve = Prepared(
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
    .returning(
        _allocation.c.lot_id,
        sa.select(_sku.c.is_serial_tracked)
        .where(_sku.c.id == _allocation.c.sku_id)
        .scalar_subquery()
        .label("has_serials"),
    ),
    ("allocation", "picked_change", "released_change"),
)
_RELEASED = ("allocation_id", "command_id", "at", "pieces", "reason")
_insert_release = Prepared(sa.insert(_release).inline(), _RELEASED)


class Resolved(NamedTuple):
    """The lot of a promise, and whether its goods are known piece by piece."""

    lot_id: int | None
    has_serials: bool


def reserve(session: Session, promises: Sequence[Promise]) -> list[int]:
    """Reserve the pieces and return the allocations' ids in the order of `promises`.

    The balances come first: the database lets no promise stand that is not reserved.

    Raises:
        InsufficientStock: a bin has fewer free pieces than promised.
        LotMissing: a SKU with lots is promised without naming one. LotBlocked: that lot may not
        be sold, or kits of the SKU may have pieces of such a lot inside.
    """
    if not promises:
        return []
    connection = connection_of(session)
    require_unblocked(connection, {p.lot_id for p in promises if p.lot_id is not None})
    connection.execute(_hold_skus, {"skus": sorted({p.sku_id for p in promises})})
    changes = Changes()
    for p in promises:
        changes.add(p.bin_id, p.sku_id, p.lot_id, 0, p.pieces)
    changes.apply(connection)
    rows = [
        {
            "consignment_line_id": p.consignment_line_id,
            "bin_id": p.bin_id,
            "sku_id": p.sku_id,
            "lot_id": p.lot_id,
            "pieces": p.pieces,
            "picked": 0,
            "released": 0,
        }
        for p in promises
    ]
    ids = list(connection.execute(_insert_allocations, rows).scalars())
    require_named(connection, promises)
    return ids


def release(
    session: Session,
    command: Command,
    allocation_ids: Iterable[int],
    reason: ReleaseReason,
    *,
    most: int | None = None,
) -> int:
    """Give back what is still open of the allocations; return the pieces freed.

    All of it, or of each at most so many pieces.
    """
    ids = sorted(allocation_ids)
    if not ids:
        return 0
    connection = connection_of(session)
    found = connection.execute(
        sa.select(_allocation).where(_allocation.c.id.in_(ids)).order_by(_allocation.c.id)
    ).all()
    changes = Changes()
    freed = 0
    for row in found:
        still = row.pieces - row.picked - row.released
        pieces = still if most is None else min(still, most)
        if pieces == 0:
            continue
        resolve(connection, row.id, picked=0, released=pieces)
        _insert_release.send(
            connection,
            {
                "allocation_id": row.id,
                "command_id": command.id,
                "at": command.at,
                "pieces": pieces,
                "reason": reason,
            },
        )
        changes.add(row.bin_id, row.sku_id, row.lot_id, 0, -pieces)
        freed += pieces
    changes.apply(connection)
    return freed


def hold(connection: Connection, allocation_id: int) -> None:
    """Let nobody else resolve a promise until the transaction ends; before balances are held."""
    connection.execute(_hold, {"allocation": allocation_id})


def resolve(connection: Connection, allocation_id: int, *, picked: int, released: int) -> Resolved:
    """Take pieces out of a promise; return how its goods are kept.

    A negative `picked` gives a taken promise back.

    Raises:
        StaleScreen: the promise no longer covers them.
    """
    rows = _resolve.rows(
        connection,
        {"allocation": allocation_id, "picked_change": picked, "released_change": released},
    )
    if not rows:
        raise StaleScreen
    return Resolved(*rows[0])
