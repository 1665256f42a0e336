"""Goods go from the tote into the open parcel; the last piece seals it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome
from warehouse.errors import StaleScreen, TooMany
from warehouse.inventory import ledger
from warehouse.inventory.models import MoveReason
from warehouse.inventory.pieces import Named, line_of_piece, named_in
from warehouse.inventory.refusals import refuse_item, require_pieces
from warehouse.orders.models import ConsignmentLine
from warehouse.packing.commands.opened import items_screen, lock_open
from warehouse.packing.commands.seal import finish
from warehouse.packing.models import Parcel, ParcelLine
from warehouse.text import say
from warehouse.waves.queries import tote_of


@dataclass(frozen=True, kw_only=True)
class PackItem(Command):
    """Put scanned goods into the open parcel; `lot`, `serial`, `best_before` as the scan said."""

    parcel_id: int
    barcode: str
    pieces: int = 1
    lot: str = ""
    serial: str = ""
    best_before: date | None = None


@dataclass(frozen=True, kw_only=True)
class PackRest(Command):
    """Put everything that is left into the open parcel."""

    parcel_id: int


def pack_item(session: Session, command: PackItem) -> Outcome:
    """Move the scanned pieces from the tote into the parcel; the last piece seals it.

    Raises:
        WrongItem, UnknownBarcode: not goods of this order. TooMany: more than are left.
        SerialMissing, SerialElsewhere, OtherLot, OtherDay: see `inventory.pieces.named_in`.
    """
    require_pieces(command.pieces)
    parcel, lines = lock_open(session, command.parcel_id)
    tote_id = _tote_id(session, parcel)
    named = named_in(
        session, tote_id, command.barcode, lot=command.lot, serial=command.serial,
        best_before=command.best_before,
    )  # fmt: skip
    mine = [line for line in lines if named and line.sku_id == named.item.sku_id]
    if named is None or not mine:
        raise refuse_item(session, command.barcode, say("goods of this order"))
    item = named.item
    pieces = command.pieces * item.pieces
    if named.serial_id is not None:
        if pieces != 1:
            raise TooMany(say("One serial number is one piece."))
        own = line_of_piece(session, named.serial_id)
        mine.sort(key=lambda line: line.id != own)
    left = sum(line.picked - line.packed for line in mine)
    if pieces > left:
        raise TooMany(say("{pieces} scanned, only {left} left.", pieces=pieces, left=left))
    _pack(session, command, parcel, _spread(mine, pieces), named=named)
    if all(line.packed == line.picked for line in lines):
        return finish(session, command, parcel)
    done = sum(line.packed for line in lines)
    total = sum(line.picked for line in lines)
    return items_screen(
        parcel, say("{done} of {total}: {name}", done=done, total=total, name=item.words)
    )


def pack_rest(session: Session, command: PackRest) -> Outcome:
    """Move everything left in the tote into the parcel and seal it."""
    parcel, lines = lock_open(session, command.parcel_id)
    rest = [(line, line.picked - line.packed) for line in lines if line.picked > line.packed]
    if not rest:
        raise StaleScreen
    _pack(session, command, parcel, rest)
    return finish(session, command, parcel)


def _spread(lines: Sequence[ConsignmentLine], pieces: int) -> list[tuple[ConsignmentLine, int]]:
    parts = []
    for line in lines:
        part = min(pieces, line.picked - line.packed)
        if part:
            parts.append((line, part))
            pieces -= part
    return parts


def _pack(
    session: Session,
    command: Command,
    parcel: Parcel,
    parts: Sequence[tuple[ConsignmentLine, int]],
    *,
    named: Named | None = None,
) -> None:
    tote_id = _tote_id(session, parcel)
    postings = []
    for line, pieces in parts:
        line.packed += pieces
        content = session.get(ParcelLine, (parcel.id, line.id), populate_existing=True)
        if content is None:
            content = ParcelLine(
                parcel_id=parcel.id, consignment_line_id=line.id, sku_id=line.sku_id, pieces=0
            )
            session.add(content)
        content.pieces += pieces
        postings.append(
            ledger.Posting(
                sku_id=line.sku_id,
                from_bin_id=tote_id,
                to_bin_id=parcel.bin_id,
                pieces=pieces,
                reason=MoveReason.PACK,
                consignment_line_id=line.id,
                lot_id=named.lot_id if named else None,
                serials=named.serials if named else (),
            )
        )
    session.flush()
    ledger.post(session, command, postings)


def _tote_id(session: Session, parcel: Parcel) -> int:
    tote = tote_of(session, parcel.consignment_id)
    if tote is None:
        raise StaleScreen
    return tote.tote_id
