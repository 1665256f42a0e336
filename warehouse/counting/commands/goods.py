"""Counting what stands in a bin: scans and keyed numbers, one taken off, the last one undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.catalog.queries import (
    Item,
    bin_by_code,
    item_by_barcode,
    item_of_sku,
    require_in_use,
)
from warehouse.commands import Command, Outcome, Tone
from warehouse.counting.models import CountBin, CountScan, CountStray, CountTake, CountWanted
from warehouse.counting.numbers import number_problem, numbers_seen
from warehouse.counting.queries import open_session, take_of
from warehouse.counting.screens import CountScreen
from warehouse.counting.strays import add_stray, last_stray, undo_stray, unknown_of
from warehouse.errors import (
    LotMissing,
    LotWanted,
    RuleViolation,
    SerialMissing,
    TooMany,
    WrongScan,
)
from warehouse.inventory import ledger
from warehouse.inventory.marks import best_before_problem, lot_problem
from warehouse.inventory.models import Lot, Serial
from warehouse.inventory.pieces import lots_in, number_wanted
from warehouse.inventory.refusals import describe, require_pieces
from warehouse.text import Text, say


@dataclass(frozen=True, kw_only=True)
class CountGoods(Command):
    """Pieces of some goods are in the bin: a scan of any code on them, or a number keyed before.

    `pieces` is how often the barcode counts; below zero it takes pieces off again. `lot`,
    `best_before` and `serial` are what the scan or a question said of them.
    """

    take_id: int
    barcode: str
    pieces: int = 1
    lot: str = ""
    best_before: date | None = None
    serial: str = ""


@dataclass(frozen=True, kw_only=True)
class UndoScan(Command):
    """The last scan in this bin was none, of goods or of a code nothing carries."""

    take_id: int


def count_goods(session: Session, command: CountGoods) -> Outcome:
    """Add the pieces to the pass. A code nothing carries is kept with the bin and the counter.

    Raises:
        StaleScreen: the bin is closed, or somebody else took it over. WrongScan: the code of a
        place. RuleViolation: the goods are not asked for. TooMany: fewer are counted than are
        taken off, or a piece was counted before. LotWanted, SerialMissing: which pieces these are
        was not said.
    """
    require_pieces(abs(command.pieces))
    take = take_of(session, command.take_id, command.actor.person_id)
    place = session.get_one(CountBin, take.count_bin_id)
    count = open_session(session, place.session_id)
    item = item_by_barcode(session, command.barcode)
    serial = command.serial
    if item is None:
        item = _by_serial(session, command.barcode)
        serial = command.barcode if item else serial
    if item is None:
        return _unknown_code(session, command, take, place)
    require_in_use(item)
    _require_asked(session, take, place, item, count.is_by_sku)
    is_piece = item.is_serial_tracked
    pieces = command.pieces * (1 if is_piece else item.pieces)
    lot_id = _lot_of(session, command, place, item)
    if is_piece:
        _require_piece(session, command, take, item, serial)
    so_far = _counted(session, take.id, item.sku_id, lot_id)
    if so_far + pieces < 0:
        raise TooMany(say("Only {pieces} were counted.", pieces=so_far), left=so_far)
    if so_far + pieces > MOST_COUNTED:
        raise TooMany(say("More than {most} pieces stand in no bin.", most=MOST_COUNTED), left=0)
    session.add(
        CountScan(
            take_id=take.id,
            sku_id=item.sku_id,
            lot_id=lot_id,
            serial=serial if is_piece else "",
            pieces=pieces,
            at=command.at,
        )
    )
    session.flush()
    return Outcome(
        screen=CountScreen.GOODS,
        subject_id=take.id,
        message=say("{pieces} × {name}", pieces=so_far + pieces, name=item.words),
    )


MOST_COUNTED = 1_000_000


def undo_scan(session: Session, command: UndoScan) -> Outcome:
    """Take the pass's last scan back; it stays as a row.

    Raises:
        RuleViolation: nothing was scanned. StaleScreen: the bin is closed or taken over.
    """
    take = take_of(session, command.take_id, command.actor.person_id)
    last = session.scalars(
        sa.select(CountScan)
        .where(CountScan.take_id == take.id, CountScan.undone_at.is_(None))
        .order_by(CountScan.id.desc())
        .limit(1)
    ).first()
    stray = last_stray(session, take)
    if stray is not None and (last is None or stray.at >= last.at):
        return _undo_stray(session, command, take, stray)
    if last is None:
        raise RuleViolation(say("There is nothing to undo."))
    last.undone_at = command.at
    session.flush()
    item = item_of_sku(session, last.sku_id)
    left = _counted(session, take.id, last.sku_id, last.lot_id)
    return Outcome(
        screen=CountScreen.GOODS,
        subject_id=take.id,
        message=say("Undone: {pieces} × {name}", pieces=left, name=item.words),
        tone=Tone.ATTENTION,
    )


def _undo_stray(session: Session, command: UndoScan, take: CountTake, stray: CountStray) -> Outcome:
    place = session.get_one(CountBin, take.count_bin_id)
    known = unknown_of(session, place, stray.code)
    if known is not None and known.resolved_at is not None:
        raise RuleViolation(
            say("The desk has said meanwhile what {barcode} is. Close the bin; it is asked"
                " again.", barcode=stray.code[:40])
        )  # fmt: skip
    left = undo_stray(session, take, place, stray, command.at)
    text = say("Undone: {pieces} × {name}", pieces=left, name=stray.code[:40])
    if not left:
        text = say("Undone: {barcode} is no longer kept.", barcode=stray.code[:40])
        if unknown_of(session, place, stray.code) is not None:
            text = say("Undone: what was found of {barcode} before stays kept.",
                       barcode=stray.code[:40])  # fmt: skip
    return Outcome(screen=CountScreen.GOODS, subject_id=take.id, message=text, tone=Tone.ATTENTION)


def _by_serial(session: Session, code: str) -> Item | None:
    """Return the goods of which this is the number of a known piece."""
    rows = session.execute(
        sa.select(Serial.sku_id)
        .join(Sku, Sku.id == Serial.sku_id)
        .where(Serial.code == code, Sku.is_serial_tracked)
        .limit(2)
    ).all()
    return item_of_sku(session, rows[0].sku_id) if len(rows) == 1 else None


def _unknown_code(
    session: Session, command: CountGoods, take: CountTake, place: CountBin
) -> Outcome:
    """Keep a code that nothing carries; refuse that of a place.

    Raises:
        WrongScan: the code of a bin, a tote, a carton or a station. TooMany: fewer were counted.
    """
    got, _ = describe(session, command.barcode)
    if got is not None:
        here = bin_by_code(session, command.barcode)
        if here is not None and here.id == place.bin_id:
            raise WrongScan(got=got, wanted=say("the goods in it, or the OK card"))
        raise WrongScan(got=got, wanted=say("goods, or the OK card when all are counted"))
    pieces = add_stray(session, take, place, command.barcode, command.pieces, command.at)
    if command.pieces < 0:
        text = say("{pieces} × {name}", pieces=pieces, name=command.barcode[:40])
        return Outcome(screen=CountScreen.GOODS, subject_id=take.id, message=text)
    return Outcome(
        screen=CountScreen.GOODS,
        subject_id=take.id,
        message=say("Nothing here carries {barcode}. It is kept; put the piece aside.",
                    barcode=command.barcode[:40]),
        tone=Tone.ATTENTION,
    )  # fmt: skip


def _require_asked(
    session: Session, take: CountTake, place: CountBin, item: Item, is_by_sku: bool
) -> None:
    is_asked = take.asked is None or item.sku_id in take.asked
    if is_asked and is_by_sku:
        key = (place.session_id, item.sku_id)
        is_asked = session.get(CountWanted, key) is not None
    if not is_asked:
        raise RuleViolation(say("{sku} is not asked for here. Leave it.", sku=item.sku_code))


def _lot_of(session: Session, command: CountGoods, place: CountBin, item: Item) -> int | None:
    """Return the lot these pieces are of, None for goods without lots and for known pieces.

    The only lot the book has in the bin needs not be named.
    """
    if not item.is_lot_tracked or item.is_serial_tracked:
        return None
    if command.lot:
        known = session.scalar(
            sa.select(Lot.id).where(Lot.sku_id == item.sku_id, Lot.code == command.lot)
        )
        sku = session.get_one(Sku, item.sku_id)
        if known is None and sku.is_expiry_tracked and command.best_before is None:
            raise LotMissing(
                say("Lot {lot} is not known yet. Scan the code with its best-before.",
                    lot=command.lot), sku=item.sku_code,
            )  # fmt: skip
        if known is not None:
            return known
        problem = lot_problem(command.lot) or _best_before_problem(command)
        if problem is not None:
            raise RuleViolation(problem)
        return ledger.lot_named(session, item.sku_id, command.lot, command.best_before, command.at)
    here = lots_in(session, place.bin_id, item.sku_id)
    if len(here) == 1:
        return here[0].lot_id
    raise LotWanted(say("Which lot of {sku} is it? Scan or choose it.", sku=item.sku_code))


def _best_before_problem(command: CountGoods) -> Text | None:
    if command.best_before is None:
        return None
    return best_before_problem(command.best_before, command.day, is_faulty=True)


def _require_piece(
    session: Session, command: CountGoods, take: CountTake, item: Item, serial: str
) -> None:
    """Refuse known pieces without number, counted before, never received or of an unknown lot."""
    if not serial:
        raise number_wanted(item.sku_code)
    if command.pieces != 1:
        raise SerialMissing(say("One serial number is one piece. Undo the last scan instead."))
    has_lot = numbers_seen(session, [serial]).get((item.sku_id, serial))
    problem = number_problem(
        item.sku_code, serial, is_lot_tracked=item.is_lot_tracked, has_lot=has_lot
    )
    if problem is not None:
        raise RuleViolation(problem)
    seen = sa.select(CountScan.id).where(
        CountScan.take_id == take.id,
        CountScan.sku_id == item.sku_id,
        CountScan.serial == serial,
        CountScan.undone_at.is_(None),
    )
    if session.execute(seen.limit(1)).first() is not None:
        raise TooMany(say("{serial} was counted already.", serial=serial), left=0)


def _counted(session: Session, take_id: int, sku_id: int, lot_id: int | None) -> int:
    query = sa.select(sa.func.coalesce(sa.func.sum(CountScan.pieces), 0)).where(
        CountScan.take_id == take_id,
        CountScan.sku_id == sku_id,
        CountScan.lot_id.is_(None) if lot_id is None else CountScan.lot_id == lot_id,
        CountScan.undone_at.is_(None),
    )
    return int(session.scalar(query) or 0)
