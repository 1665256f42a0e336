"""What the packer's screen shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import CartonType
from warehouse.inventory.models import Lot, Move, MoveReason, MoveSerial, Serial
from warehouse.inventory.queries import NOT_UNDONE
from warehouse.orders.goods import GoodsRow, goods_of
from warehouse.orders.models import ConsignmentLine
from warehouse.orders.queries import orders_of, stop_of
from warehouse.packing.models import Parcel, ParcelState
from warehouse.waves.queries import tote_of


@dataclass(frozen=True, kw_only=True)
class PackView:
    """A consignment at the packing bench."""

    consignment_id: int
    parcel_id: int | None
    parcel_no: str
    parcel_count: int
    carton: str
    tote_code: str
    is_stopped: bool
    order_numbers: tuple[str, ...]
    remarks: tuple[str, ...]
    rows: tuple[GoodsRow, ...]

    @property
    def done(self) -> int:
        """Pieces packed."""
        return sum(row.done for row in self.rows)

    @property
    def total(self) -> int:
        """Pieces to pack."""
        return sum(row.wanted for row in self.rows)


def pack_view(session: Session, consignment_id: int) -> PackView:
    """Return the consignment as the packer sees it, with its open parcel if there is one."""
    parcels = session.execute(
        sa.select(Parcel.id, Parcel.number, Parcel.state, CartonType.code)
        .join(CartonType, CartonType.id == Parcel.carton_type_id)
        .where(Parcel.consignment_id == consignment_id)
        .order_by(Parcel.sequence)
    ).all()
    current = next((p for p in parcels if p.state is ParcelState.OPEN), None)
    orders = orders_of(session, consignment_id)
    tote = tote_of(session, consignment_id)
    return PackView(
        consignment_id=consignment_id,
        parcel_id=current.id if current else None,
        parcel_no=current.number if current else "",
        parcel_count=len(parcels),
        carton=current.code if current else "",
        tote_code=tote.tote_code if tote else "",
        is_stopped=stop_of(session, consignment_id) is not None,
        order_numbers=tuple(o.order_no for o in orders),
        remarks=tuple(text for o in orders for text in (o.buyer_message, o.seller_memo) if text),
        rows=goods_of(session, consignment_id, ConsignmentLine.packed),
    )


def cartons(session: Session) -> list[CartonType]:
    """Return the cartons in use, smallest first."""
    volume = CartonType.length_mm * CartonType.width_mm * CartonType.height_mm
    return list(session.scalars(sa.select(CartonType).where(CartonType.is_active).order_by(volume)))


def serials_in_parcel(session: Session, parcel_id: int) -> dict[int, list[str]]:
    """Return SKU id → numbers of the pieces that were packed into the parcel and stayed in it."""
    rows = session.execute(
        sa.select(Serial.sku_id, Serial.code)
        .join(MoveSerial, MoveSerial.serial_id == Serial.id)
        .join(Move, Move.id == MoveSerial.move_id)
        .join(Parcel, Parcel.bin_id == Move.to_bin_id)
        .where(Parcel.id == parcel_id, Move.reason == MoveReason.PACK, NOT_UNDONE)
        .order_by(Serial.code)
    )
    found: dict[int, list[str]] = {}
    for sku_id, code in rows:
        found.setdefault(sku_id, []).append(code)
    return found


def lots_in_parcel(session: Session, parcel_id: int) -> dict[int, list[Any]]:
    """Return SKU id → lots (`id`, `code`, `pieces`) packed into the parcel that stayed in it."""
    pieces = sa.func.sum(Move.pieces).label("pieces")
    rows = session.execute(
        sa.select(Lot.sku_id, Lot.id, Lot.code, pieces)
        .join(Move, Move.lot_id == Lot.id)
        .join(Parcel, Parcel.bin_id == Move.to_bin_id)
        .where(Parcel.id == parcel_id, Move.reason == MoveReason.PACK, NOT_UNDONE)
        .group_by(Lot.sku_id, Lot.id, Lot.code)
        .order_by(Lot.code)
    )
    found: dict[int, list[Any]] = {}
    for row in rows:
        found.setdefault(row.sku_id, []).append(row)
    return found
