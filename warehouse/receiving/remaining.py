"""How much of a receipt can still stand where it was booked: what came first has left first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from warehouse.catalog.models import VIRTUAL_KINDS, Bin, BinKind, Sku
from warehouse.catalog.queries import bin_of_kind
from warehouse.inventory.models import (
    Lot,
    LotBalance,
    Move,
    MoveReason,
    MoveSerial,
    Serial,
    StockBalance,
)
from warehouse.receiving.models import Receipt

Where = tuple[sa.ColumnElement[bool], ...]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Goods of a receipt at the dock or in quarantine, as they are kept today.

    `lot_id`: the lot they are of, be it given to them later. `is_told`: the book can tell which
    pieces they are; goods booked before they had lots or numbers may not be.
    """

    bin_id: int
    sku_id: int
    lot_id: int | None
    serial: str
    is_told: bool


@dataclass(frozen=True, kw_only=True)
class Remains:
    """Pieces of a receipt that can still be there, and what was counted off that place since.

    `counted_off` is below zero where more were found than the book had.
    """

    here: int
    counted_off: int


def place_now(
    session: Session, receipt: Receipt, bin_id: int, goods: tuple[int, str, str]
) -> Place:
    """Return where goods (SKU id, lot, serial number) of a receipt were booked, as kept today."""
    sku_id, lot_code, serial = goods
    sku = session.get_one(Sku, sku_id, populate_existing=True)
    lot_id = None
    if sku.is_lot_tracked:
        lot_id = (
            session.scalar(sa.select(Lot.id).where(Lot.sku_id == sku_id, Lot.code == lot_code))
            if lot_code
            else _lot_given(session, sku_id, _first_move(session, receipt, sku_id))
        )
    return Place(
        bin_id=bin_id,
        sku_id=sku_id,
        lot_id=lot_id,
        serial=serial if sku.is_serial_tracked else "",
        is_told=(lot_id is not None or not sku.is_lot_tracked)
        and bool(serial or not sku.is_serial_tracked),
    )


def remains_of(session: Session, receipt: Receipt, place: Place) -> Remains:
    """Return what of a receipt can still be there. Reads the moves of the SKU since it was booked.

    Pieces that came with later receipts are theirs. What went to other bins and was brought back
    is the receipt's again; what was brought from there beyond that is not.
    """
    if not place.is_told:
        return Remains(here=0, counted_off=0)
    first = _first_move(session, receipt, place.sku_id)
    since = (Move.sku_id == place.sku_id, Move.id >= first, *_of_goods(place))
    later, earlier = _of_receipts(session, receipt, place, since)
    brought, counted_off = _of_others(session, place, since)
    others = later + max(0, brought + min(0, earlier))
    standing, free = _standing(session, place)
    return Remains(here=max(0, min(standing - others, free)), counted_off=counted_off)


def _first_move(session: Session, receipt: Receipt, sku_id: int) -> int:
    """Return the id of the move that brought the first pieces of the SKU with the receipt."""
    first = sa.select(sa.func.min(Move.id)).where(
        Move.sku_id == sku_id, Move.reason == MoveReason.RECEIVE, Move.reference == receipt.number
    )
    return session.scalar(first) or 0


def _lot_given(session: Session, sku_id: int, first: int) -> int | None:
    """Return the lot all pieces of a SKU without lots were given since, None if they were not."""
    return session.scalar(
        sa.select(Move.lot_id)
        .where(
            Move.sku_id == sku_id,
            Move.id > first,
            Move.reason == MoveReason.ADJUST,
            Move.from_bin_id == bin_of_kind(session, BinKind.OPENING).id,
            Move.lot_id.is_not(None),
        )
        .order_by(Move.id)
        .limit(1)
    )


def _of_goods(place: Place) -> Where:
    """Return the condition for moves of the very goods; before they had a lot they had none."""
    if place.serial:
        taken_along = (
            sa.select(MoveSerial.move_id)
            .join(Serial, Serial.id == MoveSerial.serial_id)
            .where(Serial.sku_id == place.sku_id, Serial.code == place.serial)
        )
        return (Move.id.in_(taken_along),)
    if place.lot_id is not None:
        return (sa.or_(Move.lot_id == place.lot_id, Move.lot_id.is_(None)),)
    return ()


def _of_receipts(session: Session, receipt: Receipt, place: Place, since: Where) -> tuple[int, int]:
    """Return the pieces that came there with later receipts, and with corrections of earlier ones.

    What a supplier sends to the dock for faulty pieces came later, like a receipt; what was settled
    so and taken back did not come.
    """
    document, root = aliased(Receipt), aliased(Receipt)
    is_in = Move.to_bin_id == place.bin_id
    dock_id = bin_of_kind(session, BinKind.DOCK).id
    undone = aliased(Move)
    reason = sa.func.coalesce(undone.reason, Move.reason, type_=Move.reason.type)
    at_dock = sa.or_(Move.to_bin_id == dock_id, Move.from_bin_id == dock_id)
    replaced = sa.and_(reason == MoveReason.EXCHANGE_IN, at_dock)
    is_later = sa.or_(replaced, root.booked_at >= receipt.booked_at)
    signed = sa.case((is_in, Move.pieces), else_=-Move.pieces)
    later, all_told = session.execute(
        sa.select(sa.func.sum(sa.case((is_later, signed), else_=0)), sa.func.sum(signed))
        .outerjoin(undone, undone.id == Move.reverses_id)
        .outerjoin(document, document.number == Move.reference)
        .outerjoin(root, root.id == sa.func.coalesce(document.corrects_id, document.id))
        .where(
            *since,
            sa.or_(is_in, Move.from_bin_id == place.bin_id),
            _other_end(is_in) == bin_of_kind(session, BinKind.SUPPLIER).id,
            sa.or_(root.id != receipt.id, replaced),
        )
    ).one()
    return max(0, int(later or 0)), int(all_told or 0) - int(later or 0)


def _of_others(session: Session, place: Place, since: Where) -> tuple[int, int]:
    """Return the pieces brought there from other bins less those carried off; and counted off.

    What was booked in as opening stock counts as brought from another bin.
    """
    is_in = Move.to_bin_id == place.bin_id
    rows = session.execute(
        sa.select(Bin.kind, sa.func.sum(sa.case((is_in, Move.pieces), else_=-Move.pieces)))
        .join(Bin, Bin.id == _other_end(is_in))
        .where(*since, sa.or_(is_in, Move.from_bin_id == place.bin_id))
        .group_by(Bin.kind)
    )
    came: dict[BinKind, int] = {kind: int(pieces) for kind, pieces in rows}
    inside = {kind for kind in came if kind not in VIRTUAL_KINDS} | {BinKind.OPENING}
    return sum(came.get(kind, 0) for kind in inside), -came.get(BinKind.COUNT_DIFFERENCE, 0)


def _other_end(is_in: sa.ColumnElement[bool]) -> sa.ColumnElement[Any]:
    return sa.case((is_in, Move.from_bin_id), else_=Move.to_bin_id)


def _standing(session: Session, place: Place) -> tuple[int, int]:
    """Return how many of the very goods stand there, and how many of these nobody was promised."""
    query = sa.select(StockBalance.on_hand, StockBalance.on_hand - StockBalance.reserved).where(
        StockBalance.bin_id == place.bin_id, StockBalance.sku_id == place.sku_id
    )
    if place.lot_id is not None:
        query = sa.select(LotBalance.on_hand, LotBalance.on_hand - LotBalance.reserved).where(
            LotBalance.bin_id == place.bin_id, LotBalance.lot_id == place.lot_id
        )
    if place.serial:
        one = sa.func.count(Serial.id)
        query = sa.select(one, one).where(
            Serial.sku_id == place.sku_id,
            Serial.code == place.serial,
            Serial.bin_id == place.bin_id,
        )
    row = session.execute(query).first()
    return (0, 0) if row is None else (row[0], row[1])
