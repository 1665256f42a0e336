"""Reading the ledger: balances, histories, and the proof that they agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import PICKABLE_KINDS, Bin, Sku
from warehouse.commands import CommandRow
from warehouse.db import table_of
from warehouse.inventory.models import Allocation, Move, MoveReason, StockBalance

_move = table_of(Move)
_balance = table_of(StockBalance)
_allocation = table_of(Allocation)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A balance that does not agree with what explains it; `kept` is what the balance says."""

    kind: str  # "on_hand": moves disagree · "reserved": open allocations disagree
    bin: str
    sku: str
    kept: int
    computed: int


def balance_of(session: Session, bin_id: int, sku_id: int) -> tuple[int, int, int]:
    """Return (on hand, reserved, available) in pieces; zeros where nothing ever stood."""
    row = session.execute(
        sa.select(_balance.c.on_hand, _balance.c.reserved).where(
            _balance.c.bin_id == bin_id, _balance.c.sku_id == sku_id
        )
    ).first()
    if row is None:
        return (0, 0, 0)
    return (row.on_hand, row.reserved, row.on_hand - row.reserved)


def available_of(session: Session, sku_ids: Iterable[int] | None = None) -> dict[int, int]:
    """Return SKU id → pieces free in pickable bins; SKUs without any are left out.

    All SKUs unless some are named.
    """
    free = (
        sa.select(_balance.c.sku_id, sa.func.sum(_balance.c.on_hand - _balance.c.reserved))
        .join(Bin, Bin.id == _balance.c.bin_id)
        .where(Bin.kind.in_(PICKABLE_KINDS), Bin.is_active)
        .group_by(_balance.c.sku_id)
    )
    if sku_ids is not None:
        free = free.where(_balance.c.sku_id.in_(set(sku_ids)))
    return {sku_id: int(pieces) for sku_id, pieces in session.execute(free)}


def movers_of(session: Session, line_ids: Iterable[int], reason: MoveReason) -> set[int]:
    """Return the ids of the people who moved pieces of these consignment lines for a reason.

    Moves that were undone count too: the goods were in those hands.
    """
    return set(
        session.scalars(
            sa.select(CommandRow.person_id)
            .join(_move, _move.c.command_id == CommandRow.id)
            .where(_move.c.consignment_line_id.in_(list(line_ids)), _move.c.reason == reason)
            .distinct()
        )
    )


def differences(session: Session) -> list[Difference]:
    """Return every balance that its moves or its open allocations contradict, by bin and SKU.

    Reads the whole ledger; not for a hot path.
    """
    return [*_on_hand_differences(session), *_reserved_differences(session)]


def _on_hand_differences(session: Session) -> list[Difference]:
    parts = sa.union_all(
        sa.select(_move.c.to_bin_id.label("bin_id"), _move.c.sku_id, _move.c.pieces.label("n")),
        sa.select(_move.c.from_bin_id, _move.c.sku_id, -_move.c.pieces),
    ).subquery()
    computed = (
        sa.select(parts.c.bin_id, parts.c.sku_id, sa.func.sum(parts.c.n).label("n"))
        .group_by(parts.c.bin_id, parts.c.sku_id)
        .subquery()
    )
    return _compare(session, "on_hand", _balance.c.on_hand, computed)


def _reserved_differences(session: Session) -> list[Difference]:
    open_pieces = _allocation.c.pieces - _allocation.c.picked - _allocation.c.released
    computed = (
        sa.select(_allocation.c.bin_id, _allocation.c.sku_id, sa.func.sum(open_pieces).label("n"))
        .group_by(_allocation.c.bin_id, _allocation.c.sku_id)
        .subquery()
    )
    return _compare(session, "reserved", _balance.c.reserved, computed)


def _compare(
    session: Session, kind: str, kept: sa.ColumnElement[int], computed: sa.Subquery
) -> list[Difference]:
    keys = sa.union(
        sa.select(_balance.c.bin_id, _balance.c.sku_id),
        sa.select(computed.c.bin_id, computed.c.sku_id),
    ).subquery()
    left = sa.func.coalesce(kept, 0)
    right = sa.func.coalesce(computed.c.n, 0)
    rows = session.execute(
        sa.select(Bin.code, Sku.code, left, right)
        .select_from(keys)
        .join(Bin, Bin.id == keys.c.bin_id)
        .join(Sku, Sku.id == keys.c.sku_id)
        .outerjoin(
            _balance,
            sa.and_(_balance.c.bin_id == keys.c.bin_id, _balance.c.sku_id == keys.c.sku_id),
        )
        .outerjoin(
            computed,
            sa.and_(computed.c.bin_id == keys.c.bin_id, computed.c.sku_id == keys.c.sku_id),
        )
        .where(left != right)
        .order_by(Bin.code, Sku.code)
    )
    return [
        Difference(kind=kind, bin=bin_code, sku=sku_code, kept=int(a), computed=int(b))
        for bin_code, sku_code, a, b in rows
    ]
