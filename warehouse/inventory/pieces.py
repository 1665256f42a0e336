"""Which lot and which very piece a scan names, out of what stands in a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.catalog.queries import Item, item_by_barcode, item_of_sku
from warehouse.db import table_of
from warehouse.errors import GoodsWanted, OtherDay, OtherLot, SerialElsewhere, SerialMissing
from warehouse.inventory.models import Lot, LotBalance, Move, MoveReason, MoveSerial, Serial
from warehouse.text import Text, say

_lot = table_of(Lot)
_balance = table_of(LotBalance)
_serial = table_of(Serial)
_taken_along = table_of(MoveSerial)
_move = table_of(Move)
MOST_ALIKE = 5  # SKUs that are named, of those whose pieces have one number


@dataclass(frozen=True, kw_only=True)
class Named:
    """Goods that a scan named, and what it said of them: their lot, the one piece."""

    item: Item
    lot_id: int | None = None
    serial_id: int | None = None
    serial: str = ""

    @property
    def serials(self) -> tuple[str, ...]:
        """The serial number for a posting, if there is one."""
        return (self.serial,) if self.serial else ()


@dataclass(frozen=True, kw_only=True)
class LotHere:
    """Pieces of one lot in one place."""

    lot_id: int
    code: str
    best_before: date | None
    blocked_reason: str
    is_blocked: bool
    on_hand: int
    free: int

    @property
    def turn(self) -> tuple[date, int]:
        """What has to leave first: the earliest best-before; without one, the oldest lot."""
        return (self.best_before or date.max, 0 if self.best_before else self.lot_id)


def named_in(
    session: Session,
    bin_id: int,
    barcode: str,
    *,
    lot: str = "",
    serial: str = "",
    best_before: date | None = None,
    done: sa.Select[Any] | None = None,
) -> Named | None:
    """Return the goods a scan names, as they stand in the bin; None if nothing carries the code.

    Goods may be named by the serial number of a piece alone, and of goods kept by lot that stand
    there by their lot. Of several SKUs' pieces with one number that is meant whose id is not among
    the `done`; where that are several, their goods are asked for. `best_before` is what the scan
    says stands on them.

    Raises:
        GoodsWanted: so it is.
        SerialMissing: goods known piece by piece, and no number. SerialElsewhere: the piece is
        not in this bin. OtherLot: the lot is not, or the book has the piece in another one.
        OtherDay: the book has another best-before.
    """
    named = _named(session, bin_id, barcode, lot, serial, done)
    if named is not None and named.serial_id is not None and named.item.is_lot_tracked:
        require_own_lot(session.scalar(sa.select(Lot.code).where(Lot.id == named.lot_id)), lot)
    if named is not None and best_before is not None and named.item.is_lot_tracked:
        here = lots_in(session, bin_id, named.item.sku_id)
        require_same_day([x for x in here if named.lot_id in (None, x.lot_id)], best_before)
    return named


def require_own_lot(known: str | None, said: str) -> None:
    """Refuse a known piece on which another lot stands than the book has for it.

    Raises:
        OtherLot: its lot was told wrongly when it came, or its number was.
    """
    if said and said != known:
        raise OtherLot(
            say("On this piece stands lot {said}, and the book has {known}. Put it aside and tell"
                " the desk: it mends the lot of the piece if the book is wrong.",
                said=said, known=known or "-")
        )  # fmt: skip


def require_same_day(lots: Sequence[LotHere], best_before: date | None) -> None:
    """Refuse goods on which another best-before stands than the book has for each of these lots.

    Raises:
        OtherDay: the day was typed wrongly when they came, or the goods are of another lot.
    """
    known = sorted(lot.best_before for lot in lots if lot.best_before is not None)
    if best_before is None or best_before in known or len(known) < len(lots) or not lots:
        return
    raise OtherDay(
        say("On these goods stands {said}, and the book has {known} for lot {lot}. Put them aside"
            " and tell the desk: it mends the day of the lot if the book is wrong.",
            said=str(best_before), known=str(known[0]), lot=lots[0].code)
    )  # fmt: skip


def _named(
    session: Session,
    bin_id: int,
    barcode: str,
    lot: str,
    serial: str,
    done: sa.Select[Any] | None,
) -> Named | None:
    item = item_by_barcode(session, barcode)
    if item is None:
        piece = _by_serial(session, bin_id, serial or barcode, done)
        return piece or _by_lot(session, bin_id, barcode)
    if item.is_serial_tracked:
        if not serial:
            raise number_wanted(item.sku_code)
        row = piece_in(session, bin_id, item.sku_id, serial)
        return Named(item=item, lot_id=row.lot_id, serial_id=row.id, serial=row.code)
    if not item.is_lot_tracked or not lot:
        return Named(item=item)
    here = {found.code: found for found in lots_in(session, bin_id, item.sku_id)}
    if lot not in here:
        raise OtherLot(say("Lot {lot} of {sku} is not booked here.", lot=lot, sku=item.sku_code))
    return Named(item=item, lot_id=here[lot].lot_id)


def number_wanted(sku_code: str) -> SerialMissing:
    """Return the refusal of goods known piece by piece that came without their number."""
    return SerialMissing(
        say("{sku} is known piece by piece. Scan the serial number of each.", sku=sku_code),
        sku=sku_code,
    )


def piece_in(session: Session, bin_id: int, sku_id: int, serial: str) -> Any:
    """Return the row of a piece that is in the bin.

    Raises:
        SerialElsewhere: it is somewhere else, has left, or nobody has seen it.
    """
    row = session.execute(
        sa.select(_serial).where(_serial.c.sku_id == sku_id, _serial.c.code == serial)
    ).first()
    if row is None:
        raise SerialElsewhere(say("Nobody has seen serial number {serial} yet.", serial=serial))
    if row.bin_id != bin_id:
        raise SerialElsewhere(where_is(session, row), serial=serial)
    return row


def where_is(session: Session, serial: Any) -> Text:
    """Return the sentence that says where a piece is: its bin, or the parcel it left with."""
    kind, code = session.execute(sa.select(Bin.kind, Bin.code).where(Bin.id == serial.bin_id)).one()
    if kind is BinKind.COURIER and (parcel := _left_with(session, serial.id)):
        return say("Serial number {serial} left with parcel {parcel}.",
                   serial=serial.code, parcel=parcel)  # fmt: skip
    return say("Serial number {serial} is in {bin}.", serial=serial.code, bin=code)


def lots_in(session: Session, bin_id: int, sku_id: int) -> list[LotHere]:
    """Return the lots of a SKU with pieces in a real bin, earliest best-before first."""
    rows = session.execute(
        sa.select(
            _lot.c.id.label("lot_id"),
            _lot.c.code,
            _lot.c.best_before,
            _lot.c.blocked_reason,
            _lot.c.blocked_at.is_not(None).label("is_blocked"),
            _balance.c.on_hand,
            (_balance.c.on_hand - _balance.c.reserved).label("free"),
        )
        .join(_balance, _balance.c.lot_id == _lot.c.id)
        .where(_balance.c.bin_id == bin_id, _lot.c.sku_id == sku_id, _balance.c.on_hand > 0)
        .order_by(_lot.c.best_before.is_(None), _lot.c.best_before, _lot.c.id)
    )
    return [LotHere(**{**row._mapping, "is_blocked": bool(row.is_blocked)}) for row in rows]


def line_of_piece(session: Session, serial_id: int) -> int | None:
    """Return the consignment line for which a piece was last moved, None for none."""
    return session.execute(
        sa.select(_move.c.consignment_line_id)
        .join(_taken_along, _taken_along.c.move_id == _move.c.id)
        .where(_taken_along.c.serial_id == serial_id)
        .order_by(_move.c.id.desc())
        .limit(1)
    ).scalar()


def serials_in(session: Session, bin_id: int, sku_id: int) -> list[Any]:
    """Return id, code and lot_id of the pieces of a SKU that are in a bin."""
    return list(
        session.execute(
            sa.select(_serial.c.id, _serial.c.code, _serial.c.lot_id)
            .where(_serial.c.bin_id == bin_id, _serial.c.sku_id == sku_id)
            .order_by(_serial.c.id)
        )
    )


def _by_serial(
    session: Session, bin_id: int, code: str, done: sa.Select[Any] | None
) -> Named | None:
    is_done = (sa.literal(value=False) if done is None else _serial.c.id.in_(done)).label("is_done")
    rows = session.execute(
        sa.select(_serial, Sku.code.label("sku"), is_done)
        .join(Sku, Sku.id == _serial.c.sku_id)
        .where(_serial.c.code == code, Sku.is_serial_tracked)
        .order_by((_serial.c.bin_id == bin_id).desc(), is_done, _serial.c.id)
        .limit(MOST_ALIKE)
    ).all()
    if not rows:
        return None
    row = rows[0]
    if row.bin_id != bin_id:
        raise SerialElsewhere(where_is(session, row), serial=code)
    meant = [row.sku for row in rows if row.bin_id == bin_id and not row.is_done]
    if len(meant) > 1:
        raise GoodsWanted(code, ", ".join(meant))
    item = item_of_sku(session, row.sku_id)
    return Named(item=item, lot_id=row.lot_id, serial_id=row.id, serial=row.code)


def _by_lot(session: Session, bin_id: int, code: str) -> Named | None:
    rows = session.execute(
        sa.select(_lot.c.id, _lot.c.sku_id)
        .join(_balance, _balance.c.lot_id == _lot.c.id)
        .join(Sku, Sku.id == _lot.c.sku_id)
        .where(
            _lot.c.code == code,
            _balance.c.bin_id == bin_id,
            _balance.c.on_hand > 0,
            Sku.is_lot_tracked,
            ~Sku.is_serial_tracked,
        )
        .limit(2)
    ).all()
    if len(rows) != 1:
        return None
    return Named(item=item_of_sku(session, rows[0].sku_id), lot_id=rows[0].id)


def _left_with(session: Session, serial_id: int) -> str | None:
    return session.execute(
        sa.select(Bin.code)
        .join(_move, _move.c.from_bin_id == Bin.id)
        .join(_taken_along, _taken_along.c.move_id == _move.c.id)
        .where(_taken_along.c.serial_id == serial_id, _move.c.reason == MoveReason.DISPATCH)
        .order_by(_move.c.id.desc())
        .limit(1)
    ).scalar()
