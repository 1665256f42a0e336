"""Goods in hand: taken up at a tablet, counted, told by lot and number; nothing is booked yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, Sku
from warehouse.catalog.queries import item_by_barcode
from warehouse.commands import Command, Outcome
from warehouse.errors import (
    InsufficientStock,
    LotMissing,
    RuleViolation,
    SerialElsewhere,
    StaleScreen,
    TooMany,
)
from warehouse.inventory import hands
from warehouse.inventory.models import Serial
from warehouse.inventory.refusals import refuse_item, require_pieces
from warehouse.placing.places import advice_for, goods_of
from warehouse.storing.models import Handling, HandlingKind, HandlingState
from warehouse.storing.screens import StockScreen
from warehouse.storing.sources import (
    INCOMING,
    TAKEN_FROM,
    LotIn,
    free_of,
    lot_of,
    lots_in,
)
from warehouse.storing.whole import content_of, kept, require_not_whole, require_whole
from warehouse.text import say


@dataclass(frozen=True, kw_only=True)
class TakeGoods(Command):
    """Take scanned goods up out of a bin; `pieces` is how often the scan counts."""

    bin_id: int
    barcode: str
    pieces: int = 1
    lot: str = ""
    serial: str = ""


@dataclass(frozen=True, kw_only=True)
class AddGoods(Command):
    """Take more of the same up, by scan of the goods or of one piece's number."""

    handling_id: int
    barcode: str
    pieces: int = 1
    lot: str = ""
    serial: str = ""


@dataclass(frozen=True, kw_only=True)
class SetPieces(Command):
    """Say how many pieces are in hand."""

    handling_id: int
    pieces: int


@dataclass(frozen=True, kw_only=True)
class ChooseLot(Command):
    """Say of which lot the goods in hand are."""

    handling_id: int
    lot_id: int


@dataclass(frozen=True, kw_only=True)
class TakeBin(Command):
    """Take everything that stands in a bin."""

    bin_id: int


def take_goods(session: Session, command: TakeGoods) -> Outcome:
    """Note what the person has in hand and where it had best be put.

    Raises:
        UnknownBarcode, WrongItem: no goods. InsufficientStock: none of them is free in the bin.
        LotMissing, SerialElsewhere: of the lot or piece scanned there is none.
        RuleViolation: the bin is none to take from, something else is in hand, or somebody has
        all of the bin.
    """
    source = _source(session, command, command.bin_id)
    sku = _scanned(session, command.barcode)
    if free_of(session, source.id, sku.id) <= 0:
        raise InsufficientStock(
            say("No free piece of {sku} stands in {bin}.", sku=sku.code, bin=source.code),
            bin=source.code,
            sku=sku.code,
        )
    handling = Handling(
        kind=HandlingKind.PUT_AWAY if source.kind in INCOMING else HandlingKind.MOVE,
        person_id=command.actor.person_id,
        from_bin_id=source.id,
        sku_id=sku.id,
        lot_id=_lot_of(session, source, sku, command.lot),
        serials=[],
        opened_at=command.at,
    )
    _count(session, handling, source, sku, command)
    session.add(handling)
    return _in_hand(session, handling, sku)


def add_goods(session: Session, command: AddGoods) -> Outcome:
    """Count more pieces of what is in hand; asked for their lot, the code of one here is it.

    Raises:
        StaleScreen: it was put down. WrongItem: other goods. TooMany: more than are free.
        SerialElsewhere: no piece of that number stands in the bin. LotMissing: nobody said of
        which lot those in hand are, and the scan says one.
    """
    handling, source, sku = open_handling(session, command, command.handling_id)
    if handling.lot_id is None and item_by_barcode(session, command.barcode) is None:
        told = [lot for lot in lots_in(session, source.id, sku.id) if lot.code == command.barcode]
        if told and not sku.is_serial_tracked:
            return _of_lot(session, command, handling, sku, told[0])
    lot_id = _lot_of(session, source, sku, command.lot) if command.lot else handling.lot_id
    if lot_id != handling.lot_id and handling.lot_id is not None:
        raise RuleViolation(say("This is another lot. Put away the one in hand first."))
    if lot_id != handling.lot_id and handling.pieces:
        raise LotMissing(say("Say first of which lot the goods in hand are."), sku=sku.code)
    handling.lot_id = lot_id
    _count(session, handling, source, sku, command)
    handling.changed_at = command.at
    return _in_hand(session, handling, sku)


def set_pieces(session: Session, command: SetPieces) -> Outcome:
    """Set how many pieces are in hand.

    Raises:
        StaleScreen: it was put down. TooMany: more than are free. RuleViolation: known piece by
            piece, so each is scanned.
    """
    require_pieces(command.pieces)
    handling, source, sku = open_handling(session, command, command.handling_id)
    if sku.is_serial_tracked:
        raise RuleViolation(say("Scan the serial number of each piece."))
    handling.pieces, handling.changed_at = command.pieces, command.at
    _require_there(session, handling, source, sku)
    return _in_hand(session, handling, sku)


def choose_lot(session: Session, command: ChooseLot) -> Outcome:
    """Set the lot of the goods in hand.

    Raises:
        StaleScreen: it was put down, or the lot has no free piece there any more.
    """
    handling, source, sku = open_handling(session, command, command.handling_id)
    for lot in lots_in(session, source.id, sku.id):
        if lot.lot_id == command.lot_id:
            return _of_lot(session, command, handling, sku, lot)
    raise StaleScreen


def _of_lot(
    session: Session, command: Command, handling: Handling, sku: Sku, lot: LotIn
) -> Outcome:
    handling.lot_id, handling.changed_at = lot.lot_id, command.at
    handling.pieces = min(handling.pieces, lot.free)
    return _in_hand(session, handling, sku)


def take_bin(session: Session, command: TakeBin) -> Outcome:
    """Note that the person moves all that stands in a bin.

    Raises:
        RuleViolation: the bin is none to take from, or empty, some of it was not found, or is in
        somebody's hand. InsufficientStock: some is promised.
    """
    source = _source(session, command, command.bin_id)
    content = content_of(session, source.id)
    if not content:
        raise RuleViolation(say("{bin} is empty.", bin=source.code))
    require_whole(session, source, content)
    handling = Handling(
        kind=HandlingKind.WHOLE_BIN,
        person_id=command.actor.person_id,
        from_bin_id=source.id,
        pieces=sum(row.pieces for row in content),
        serials=[],
        content=kept(content),
        opened_at=command.at,
    )
    session.add(handling)
    session.flush()
    return Outcome(
        screen=StockScreen.HAND,
        subject_id=handling.id,
        message=say("All of {bin}: scan where it goes.", bin=source.code),
    )


def open_handling(
    session: Session, command: Command, handling_id: int
) -> tuple[Handling, Bin, Sku]:
    """Return what the person has in hand, locked, with its bin, locked too, and its SKU.

    Raises:
        StaleScreen: it was put down, or is another person's, or is a whole bin.
    """
    handling = lock_handling(session, command, handling_id)
    if handling.sku_id is None:
        raise StaleScreen
    source = _locked(session, handling.from_bin_id)
    return handling, source, session.get_one(Sku, handling.sku_id)


def lock_handling(session: Session, command: Command, handling_id: int) -> Handling:
    """Return the person's open handling, locked.

    Raises:
        StaleScreen: it is not open any more, or another person's.
    """
    found = session.get(Handling, handling_id, with_for_update=True, populate_existing=True)
    if (
        found is None
        or found.state is not HandlingState.OPEN
        or found.person_id != command.actor.person_id
    ):
        raise StaleScreen
    return found


def open_of(session: Session, person_id: int) -> Handling | None:
    """Return what a person has in hand, None if nothing."""
    return session.scalars(
        sa.select(Handling).where(
            Handling.person_id == person_id, Handling.state == HandlingState.OPEN
        )
    ).first()


def close(session: Session, command: Command, handling: Handling, state: HandlingState) -> None:
    """End what a person has in hand, and keep from when to when it was."""
    handling.state = state
    hands.let_go(
        session, command, person_id=handling.person_id, bin_id=handling.from_bin_id,
        sku_id=handling.sku_id, since=handling.opened_at, changed_at=handling.changed_at,
        is_back=state is HandlingState.PUT_BACK,
    )  # fmt: skip


def advised(session: Session, handling: Handling, sku: Sku) -> None:
    """Set the bin that is advised for the goods in hand, and how many of them it takes."""
    goods = goods_of(session, sku, handling.pieces, handling.lot_id)
    found = advice_for(session, goods, but=handling.from_bin_id) if handling.pieces else None
    handling.advised_bin_id = found.place.bin_id if found else None
    handling.advised_pieces = found.pieces if found else 0
    handling.other_bin_id = None


def _source(session: Session, command: Command, bin_id: int) -> Bin:
    if open_of(session, command.actor.person_id) is not None:
        raise RuleViolation(say("Put down first what is in hand."))
    source = _locked(session, bin_id)
    if source.kind not in TAKEN_FROM:
        raise RuleViolation(say("Nothing is moved out of {bin} from here.", bin=source.code))
    return source


def _locked(session: Session, bin_id: int) -> Bin:
    """Return a bin that nobody else takes out of until the command ends: its hands are read."""
    found = session.get(Bin, bin_id, with_for_update={"key_share": True}, populate_existing=True)
    if found is None:
        raise StaleScreen
    return found


def _lot_of(session: Session, source: Bin, sku: Sku, code: str) -> int | None:
    """Return the lot of what is in hand; known pieces each tell theirs by their number."""
    return None if sku.is_serial_tracked else lot_of(session, source, sku, code)


def _scanned(session: Session, barcode: str) -> Sku:
    item = item_by_barcode(session, barcode)
    if item is None:
        raise refuse_item(session, barcode, say("goods"))
    return session.get_one(Sku, item.sku_id)


def _count(
    session: Session,
    handling: Handling,
    source: Bin,
    sku: Sku,
    command: TakeGoods | AddGoods,
) -> None:
    if sku.is_serial_tracked:
        _count_piece(session, handling, source, sku, command)
        return
    item = item_by_barcode(session, command.barcode)
    if item is None or item.sku_id != sku.id:
        raise refuse_item(session, command.barcode, say("{sku} or a bin", sku=sku.code))
    require_pieces(command.pieces * item.pieces)
    handling.pieces = (handling.pieces or 0) + command.pieces * item.pieces
    _require_there(session, handling, source, sku)


def _count_piece(
    session: Session, handling: Handling, source: Bin, sku: Sku, command: TakeGoods | AddGoods
) -> None:
    """Take note of the one piece scanned; the barcode of its SKU alone names none."""
    item = item_by_barcode(session, command.barcode)
    if item is not None and item.sku_id != sku.id:
        raise refuse_item(session, command.barcode, say("{sku} or a bin", sku=sku.code))
    code = command.serial or ("" if item is not None else command.barcode)
    if code:
        found = _piece(session, source, sku, code)
        require_not_whole(session, source, sku, 1, serials=[found])
        if found in handling.serials:
            raise RuleViolation(say("{serial} is in hand already.", serial=found))
        handling.serials = [*handling.serials, found]
    handling.pieces = len(handling.serials)


def _piece(session: Session, source: Bin, sku: Sku, code: str) -> str:
    row: Any = session.execute(
        sa.select(Serial.code, Serial.bin_id, Bin.code.label("place"))
        .join(Bin, Bin.id == Serial.bin_id)
        .where(Serial.sku_id == sku.id, Serial.code == code)
    ).first()
    if row is None:
        raise SerialElsewhere(say("Nobody has seen serial number {serial} yet.", serial=code))
    if row.bin_id != source.id:
        raise SerialElsewhere(
            say("Serial number {serial} is in {bin}.", serial=code, bin=row.place), serial=code
        )
    return str(row.code)


def _require_there(session: Session, handling: Handling, source: Bin, sku: Sku) -> None:
    free = free_of(session, source.id, sku.id, handling.lot_id)
    if handling.pieces > free:
        raise TooMany(
            say("{bin} has {free} free pieces of {sku}.", bin=source.code, free=free, sku=sku.code),
            bin=source.code, sku=sku.code, pieces=handling.pieces,
        )  # fmt: skip
    require_not_whole(session, source, sku, handling.pieces, lot_id=handling.lot_id)


def _in_hand(session: Session, handling: Handling, sku: Sku) -> Outcome:
    advised(session, handling, sku)
    session.flush()
    message = say("{pieces} × {sku} in hand.", pieces=handling.pieces, sku=sku.code)
    return Outcome(screen=StockScreen.HAND, subject_id=handling.id, message=message)
