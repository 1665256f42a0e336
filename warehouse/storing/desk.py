"""Stock as stations and desks look at it: what waits in the dock, moves with their reasons."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import Bin, Sku, Station
from warehouse.commands import CommandRow
from warehouse.inventory import desk as inventory_desk
from warehouse.inventory.models import Lot, Move, StockBalance
from warehouse.placing.models import MoveNote
from warehouse.storing.models import Handling, HandlingState
from warehouse.storing.sources import INCOMING


def move_list() -> sa.Select[*tuple[Any, ...]]:
    """Return the moves with goods, lot, bins, who, where and why, to be filtered."""
    at_station = aliased(Station)
    return (
        inventory_desk.move_list()
        .add_columns(
            Lot.code.label("lot"),
            MoveNote.why,
            MoveNote.note,
            at_station.code.label("station"),
        )
        .outerjoin(Lot, Lot.id == Move.lot_id)
        .outerjoin(MoveNote, MoveNote.command_id == Move.command_id)
        .outerjoin(at_station, at_station.id == CommandRow.station_id)
    )


# The move that last brought some in: ids rise with time, so the lowest has waited longest.
_last_in = (
    sa.select(Move.id)
    .where(Move.sku_id == StockBalance.sku_id, Move.to_bin_id == StockBalance.bin_id)
    .order_by(Move.id.desc())
    .limit(1)
    .correlate(StockBalance)
    .scalar_subquery()
)
ARRIVED = sa.func.coalesce(_last_in, 0)
DOCK_SORTS: dict[str, Any] = {
    "arrived": ARRIVED,
    "code": Sku.code,
    "on_hand": StockBalance.on_hand,
}


def dock_list() -> sa.Select[*tuple[Any, ...]]:
    """Return what stands in docks and set-aside places and waits to be put away, to be ordered."""
    arrival = aliased(Move)
    return (
        sa.select(
            ARRIVED.label("arrived"),
            StockBalance.sku_id,
            StockBalance.bin_id,
            StockBalance.on_hand,
            StockBalance.available,
            Sku.code,
            Sku.name,
            Sku.properties,
            Bin.code.label("bin"),
            Bin.kind,
            arrival.at,
            arrival.reference,
        )
        .join(Sku, Sku.id == StockBalance.sku_id)
        .join(Bin, Bin.id == StockBalance.bin_id)
        .outerjoin(arrival, arrival.id == _last_in)
        .where(Bin.kind.in_(INCOMING), StockBalance.on_hand > 0)
    )


def dock_bin_of(session: Session, sku_id: int) -> int | None:
    """Return the dock, else the set-aside place, with free pieces of a SKU; None if none has."""
    return session.scalars(
        sa.select(Bin.id)
        .join(StockBalance, StockBalance.bin_id == Bin.id)
        .where(
            StockBalance.sku_id == sku_id,
            StockBalance.available > 0,
            Bin.kind.in_(INCOMING),
            Bin.is_active,
        )
        .order_by(Bin.kind, Bin.walk_order, Bin.id)
        .limit(1)
    ).first()


def in_dock(session: Session) -> int:
    """Return how many SKUs wait in docks to be put away."""
    return int(
        session.scalar(
            sa.select(sa.func.count())
            .select_from(StockBalance)
            .join(Bin, Bin.id == StockBalance.bin_id)
            .where(Bin.kind.in_(INCOMING), StockBalance.available > 0)
        )
        or 0
    )


def can_undo(session: Session, person_id: int) -> bool:
    """Tell whether the person has placed anything that could be taken out again."""
    return bool(
        session.scalar(
            sa.select(Handling.id)
            .where(Handling.person_id == person_id, Handling.state == HandlingState.PLACED)
            .limit(1)
        )
    )
