"""Counting at the dock: each scan a row, what is missing of it asked, the last one taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse import gs1
from warehouse.catalog.models import Sku
from warehouse.catalog.queries import item_by_barcode
from warehouse.catalog.rules import code_problem
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import (
    InvalidInput,
    RuleViolation,
    ScanRejected,
    StaleScreen,
    WrongItem,
    WrongScan,
)
from warehouse.inventory.refusals import describe, refuse_item, require_pieces
from warehouse.inventory.told import require_day, require_lot, require_serial
from warehouse.receiving.commands.receipts import receipt_by_id
from warehouse.receiving.commands.tallying import Hand, count_in, focus_of, take_off
from warehouse.receiving.models import (
    Fault,
    Receipt,
    ReceiptCount,
    ReceiptFocus,
    ReceiptState,
)
from warehouse.receiving.queries import paper_of
from warehouse.receiving.rules import read_day
from warehouse.receiving.screens import ReceiveScreen
from warehouse.text import Text, say


@dataclass(frozen=True, kw_only=True)
class CountGoods(Command):
    """One scan of goods; `pieces` is how often the barcode counts, a fault sends them aside.

    A GS1 symbol tells lot, best-before and serial number along with the goods.
    """

    receipt_id: int
    barcode: str
    pieces: int = 1
    fault: Fault | None = None
    lot: str = ""
    best_before: date | None = None
    serial: str = ""


@dataclass(frozen=True, kw_only=True)
class TellPieces(Command):
    """What was asked of the pieces in hand: their lot, best-before, or the next serial number.

    `goods`: what a symbol that tells of them says it stands on. `figures`: the best-before, year,
    month and day, scanned or keyed in (`is_keyed`) where no symbol says it. `is_sure`: the lot was
    doubted before and is told once more.
    """

    receipt_id: int
    lot: str = ""
    best_before: date | None = None
    serial: str = ""
    goods: str = ""
    figures: str = ""
    is_keyed: bool = False
    is_sure: bool = False


@dataclass(frozen=True, kw_only=True)
class OtherLot(Command):
    """The next pieces are of another lot than those before."""

    receipt_id: int


@dataclass(frozen=True, kw_only=True)
class UndoCount(Command):
    """Take the actor's last count back, or the question that is open."""

    receipt_id: int


def count_goods(session: Session, command: CountGoods) -> Outcome:
    """Count the pieces, or ask for what is missing of them: lot, best-before, serial number.

    A code that nothing carries is kept, to be given to a SKU, old or new.

    Raises:
        StaleScreen: the receipt is not counted any more, or something is asked of the actor.
        WrongItem, WrongScan: the code is no goods, or a symbol says no goods.
        InvalidInput: a number of pieces, lot, date or serial number that cannot be.
        RuleViolation: the lot is known with another date, the piece is in the house already.
    """
    require_pieces(command.pieces)
    receipt = counting(session, command.receipt_id)
    focus = focus_of(session, receipt.id, command.actor.person_id)
    if focus.asks:
        raise StaleScreen(say("First answer what is asked of the pieces in hand, or undo."))
    item = item_by_barcode(session, command.barcode)
    if item is None:
        return _ask_what(session, command, focus)
    hand = Hand(
        sku=session.get_one(Sku, item.sku_id),
        pieces=command.pieces * item.pieces,
        fault=command.fault,
        lot=command.lot,
        best_before=command.best_before,
        serial=command.serial,
    )
    return count_in(session, command, receipt, focus, hand)


def tell_pieces(session: Session, command: TellPieces) -> Outcome:
    """Take the answer; with the last one missing, the pieces in hand are counted.

    Raises:
        StaleScreen: nothing is asked of the actor. StillAsked: the goods in hand were scanned
        again. WrongItem, WrongScan: other goods, another lot, or a place, were. ScanRejected: on
        the piece stands another lot or day than on those in hand. LotDoubted, SerialDoubted: what
        is told may be the code of something else. Others as for `count_goods`.
    """
    receipt = counting(session, command.receipt_id)
    focus = focus_of(session, receipt.id, command.actor.person_id)
    if not focus.asks or focus.sku_id is None:
        raise StaleScreen(say("Nothing is asked of you here. Scan the goods."))
    sku = session.get_one(Sku, focus.sku_id)
    if sku.is_lot_tracked:
        _require_alike(command, focus)
    told = _day_told(session, command, focus)
    if sku.is_lot_tracked:
        _require_lot(session, command, focus)
    if command.serial:
        _require_serial(session, command, focus.sku_id)
    is_other_lot = focus.lot_code and command.lot not in ("", focus.lot_code)
    hand = Hand(
        sku=sku,
        pieces=focus.asks,
        fault=focus.fault,
        lot=command.lot or focus.lot_code,
        best_before=told or (None if is_other_lot else focus.best_before),
        serial=command.serial,
    )
    return count_in(session, command, receipt, focus, hand)


def other_lot(session: Session, command: OtherLot) -> Outcome:
    """Forget the lot of the pieces before; the next scan asks for it anew."""
    receipt = counting(session, command.receipt_id)
    focus = focus_of(session, receipt.id, command.actor.person_id)
    focus.lot_code, focus.best_before, focus.asks = "", None, 0
    session.flush()
    return Outcome(
        screen=ReceiveScreen.COUNT,
        subject_id=receipt.id,
        message=say("Scan the goods; their lot is asked for."),
    )


def undo_count(session: Session, command: UndoCount) -> Outcome:
    """Take the actor's last count back; where something is asked, only the question.

    Raises:
        StaleScreen: the receipt is not counted any more.
        RuleViolation: nothing the actor counted is left to take back.
    """
    receipt = counting(session, command.receipt_id)
    focus = focus_of(session, receipt.id, command.actor.person_id)
    if focus.asks or focus.unknown_code:
        focus.asks, focus.unknown_code = 0, ""
        _forget_lot(session, focus)
        text = say("Not counted. Scan the goods.")
        return Outcome(screen=ReceiveScreen.COUNT, subject_id=receipt.id, message=text)
    last = session.scalars(
        sa.select(ReceiptCount)
        .where(
            ReceiptCount.receipt_id == receipt.id,
            ReceiptCount.person_id == command.actor.person_id,
            ReceiptCount.undone_at.is_(None),
        )
        .order_by(ReceiptCount.id.desc())
        .limit(1)
    ).first()
    if last is None:
        raise RuleViolation(say("You have counted nothing here that could be taken back."))
    last.undone_at = command.at
    take_off(session, last)
    if focus.sku_id == last.sku_id:
        _forget_lot(session, focus)
    sku = session.get_one(Sku, last.sku_id)
    return Outcome(
        screen=ReceiveScreen.COUNT,
        subject_id=receipt.id,
        message=say("Taken back: {pieces} × {name}", pieces=last.pieces, name=sku.name),
        tone=Tone.ATTENTION,
    )


def counting(session: Session, receipt_id: int) -> Receipt:
    """Return the receipt, locked, while it is being counted.

    Raises:
        StaleScreen: it is counted, booked or cancelled.
    """
    receipt = receipt_by_id(session, receipt_id)
    if receipt.state is ReceiptState.COUNTED:
        raise StaleScreen(
            say("Receipt {number} is counted and waits to be confirmed.", number=receipt.number)
        )
    if receipt.state is not ReceiptState.COUNTING:
        raise StaleScreen
    return receipt


def _require_alike(command: TellPieces, focus: ReceiptFocus) -> None:
    """Refuse a symbol of another lot, or with another best-before, than the pieces in hand have."""
    said: tuple[Text | str, Text | str] | None = None
    if command.serial and focus.lot_code and command.lot not in ("", focus.lot_code):
        said = say("lot {lot}", lot=command.lot), say("lot {lot}", lot=focus.lot_code)
    elif command.best_before and focus.best_before not in (None, command.best_before):
        said = str(command.best_before), str(focus.best_before)
    if said is not None:
        raise ScanRejected(
            say("On this piece stands {said}, on those in hand {known}. Scan it by itself after"
                " them, or undo what is left of them.", said=said[0], known=said[1])
        )  # fmt: skip


def _require_lot(session: Session, command: TellPieces, focus: ReceiptFocus) -> None:
    if command.lot and command.lot != focus.lot_code:
        sku_id = focus.sku_id or 0
        is_sure = command.is_sure or _was_told(session, command.receipt_id, sku_id, command.lot)
        require_lot(session, sku_id, command.lot, goods=command.goods, is_sure=is_sure)


def _require_serial(session: Session, command: TellPieces, sku_id: int) -> None:
    paper = paper_of(session, command.serial)
    require_serial(session, sku_id, command.serial, goods=command.goods, paper=paper,
                   is_sure=command.is_sure)  # fmt: skip


def _day_told(session: Session, command: TellPieces, focus: ReceiptFocus) -> date | None:
    """Return the best-before that was told, None if none was; what says another one is refused."""
    told = command.figures or command.best_before
    if told is None or focus.sku_id is None or not focus.lot_code:
        return command.best_before
    if command.lot not in ("", focus.lot_code):
        raise WrongScan(
            got=say("lot {lot}", lot=command.lot),
            wanted=say("the best-before of lot {lot}", lot=focus.lot_code),
        )
    if command.goods or (command.figures and not command.is_keyed):
        require_day(session, focus.sku_id, goods=command.goods, code=command.figures)
    if not command.figures:
        return command.best_before
    # A scanner that marks no symbols sends their identifier along; no goods are of the year 1727.
    day = gs1.best_before(gs1.elements(command.figures)) or read_day(command.figures)
    if day is None:
        raise InvalidInput(
            say(
                "{code} is no day. Type it as year, month, day: 20270331.",
                code=command.figures[:20],
            ),
            field="barcode",
        )
    return day


def _was_told(session: Session, receipt_id: int, sku_id: int, lot: str) -> bool:
    """Tell whether pieces of this lot were counted in the receipt before."""
    counted = sa.select(ReceiptCount.id).where(
        ReceiptCount.receipt_id == receipt_id,
        ReceiptCount.sku_id == sku_id,
        ReceiptCount.lot_code == lot,
        ReceiptCount.undone_at.is_(None),
    )
    return session.execute(counted.limit(1)).first() is not None


def _forget_lot(session: Session, focus: ReceiptFocus) -> None:
    """Ask for the lot anew where nothing that is still counted is of the one told last."""
    session.flush()
    lot = focus.lot_code
    if lot and not _was_told(session, focus.receipt_id, focus.sku_id or 0, lot):
        focus.lot_code, focus.best_before = "", None
        session.flush()


def _said_alone(command: CountGoods) -> Text | None:
    """Return what a symbol says that does not name the goods it stands on, None if it names them.

    Its lot, day or number would be the code of all such goods, once somebody gave it to a SKU.
    """
    day = f"{command.best_before:%Y%m%d}" if command.best_before else ""
    if command.barcode == command.serial:
        return say("a serial number")
    if command.barcode == command.lot:
        return say("lot {lot}", lot=command.lot)
    return say("a best-before") if command.barcode == day else None


def _ask_what(session: Session, command: CountGoods, focus: ReceiptFocus) -> Outcome:
    known, _ = describe(session, command.barcode)
    if known is not None:
        raise refuse_item(session, command.barcode, say("goods"))
    if (paper := paper_of(session, command.barcode)) is not None:
        raise WrongItem(got=paper, wanted=say("goods"))
    if (said := _said_alone(command)) is not None:
        raise WrongScan(got=said, wanted=say("goods"))
    problem = code_problem(command.barcode)
    if problem is not None:
        raise InvalidInput(problem, field="barcode")
    focus.unknown_code, focus.fault = command.barcode, command.fault
    focus.asks = 0
    session.flush()
    return Outcome(
        screen=ReceiveScreen.UNKNOWN,
        subject_id=command.receipt_id,
        message=say("Nothing carries {code} yet.", code=command.barcode),
        tone=Tone.ATTENTION,
    )
