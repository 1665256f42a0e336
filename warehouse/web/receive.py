"""The receiver's tablet at the dock: what each scan does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, url_for

from warehouse.catalog.queries import item_by_barcode
from warehouse.commands import Outcome, Tone
from warehouse.inventory.refusals import refuse_item, require_pieces
from warehouse.people.rights import Right
from warehouse.receiving.commands.booking import BookReceipt, book_receipt
from warehouse.receiving.commands.counting import (
    CountGoods,
    OtherLot,
    TellPieces,
    UndoCount,
    count_goods,
    other_lot,
    tell_pieces,
    undo_count,
)
from warehouse.receiving.commands.finishing import (
    CountAgain,
    FinishCount,
    count_again,
    finish_count,
)
from warehouse.receiving.commands.new_goods import (
    LabelGoods,
    MapCode,
    label_goods,
    map_code,
)
from warehouse.receiving.commands.receipts import (
    StartBlind,
    StartReceipt,
    start_blind,
    start_receipt,
)
from warehouse.receiving.commands.setting_down import SetDown, set_down
from warehouse.receiving.commands.striking import StrikePiece, strike_piece
from warehouse.receiving.models import Fault, Supplier
from warehouse.receiving.queries import (
    FAULT_WORDS,
)
from warehouse.receiving.screens import ReceiveScreen
from warehouse.scanning import Card, CardScan, CodeScan, Scan, WeightScan
from warehouse.text import Text, say
from warehouse.web import stations
from warehouse.web.access import needs
from warehouse.web.context import do, form_int, form_str, reading
from warehouse.web.receive_screens import (
    FAULT,
    FAULTY,
    FINISH,
    NEW,
    SAME,
    SUPPLIERS,
    fault_of,
    same_of,
    show,
)
from warehouse.web.stations import code_of, unknown_card

bp = Blueprint("receive", __name__, url_prefix="/receive")
MOST_DIGITS = 19


@bp.get("")
@needs(Right.RECEIVE)
def index() -> str:
    """Wait for a purchase order, a receipt, or a supplier who came without papers."""
    return _page(ReceiveScreen.START, None)


@bp.get("/<int:receipt_id>")
@needs(Right.RECEIVE)
def receipt(receipt_id: int) -> str:
    """Go on with a receipt."""
    return _page("", receipt_id)


@bp.post("/scans")
@needs(Right.RECEIVE)
def scans() -> Response:
    """Take one scan at the dock."""
    return stations.answer(_take, show, _goes_on)


def _goes_on(rights: frozenset[Right]) -> str:
    """Return where somebody else goes on: at this receipt, mostly to confirm it."""
    if Right.RECEIVE not in rights:
        return url_for("home.index")
    if not form_str("subject", ""):
        return url_for("receive.index")
    return url_for("receive.receipt", receipt_id=form_int("subject"))


def _page(screen: str, receipt_id: int | None) -> str:
    url = url_for("receive.scans")
    return stations.page(
        show, screen=screen, subject=receipt_id, scan_url=url, title=say("Receive")
    )


def _take(scan: Scan, screen: str, subject: int | None) -> Outcome:
    receipt_id = subject or 0
    if isinstance(scan, CardScan):
        return _card(scan.card, screen, receipt_id)
    item = code_of(scan)
    if screen == SUPPLIERS:
        return do(start_blind, StartBlind, supplier=item.code)
    if screen in (ReceiveScreen.START, ReceiveScreen.CONFIRM, ""):
        return _start(item.code)
    if screen == ReceiveScreen.UNKNOWN or same_of(screen):
        return _same_goods(item, receipt_id, form_int("pieces", 1))
    if screen in (ReceiveScreen.LOT, ReceiveScreen.BEST_BEFORE, ReceiveScreen.SERIAL):
        return _tell(item, screen, receipt_id, is_keyed=isinstance(scan, WeightScan))
    return _count(item, screen, receipt_id)


def _same_goods(item: CodeScan, receipt_id: int, pieces: int) -> Outcome:
    """Ask whether the unknown code stands on these goods: it may as well have been a stray scan."""
    require_pieces(pieces)
    with reading() as session:
        if item_by_barcode(session, item.code) is None:
            raise refuse_item(session, item.code, say("the code of a known SKU"))
    text = say("Do both codes stand on the same goods?")
    return _ask(f"{SAME}{pieces}-{item.code}", receipt_id, text, Tone.ATTENTION)


def _start(code: str) -> Outcome:
    with reading() as session:
        is_supplier = session.scalar(sa.select(Supplier.id).where(Supplier.code == code))
    if is_supplier:
        return do(start_blind, StartBlind, supplier=code)
    return do(start_receipt, StartReceipt, barcode=code)


def _tell(item: CodeScan, screen: str, receipt_id: int, *, is_keyed: bool) -> Outcome:
    told: dict[str, Any] = {}
    if screen == ReceiveScreen.LOT:
        lot = stations.lot_said(item)
        told = {"lot": lot, "best_before": item.best_before, "is_sure": stations.is_sure_of(lot)}
    elif screen == ReceiveScreen.SERIAL:
        serial = stations.serial_said(item)
        told = {"serial": serial, "lot": item.lot, "best_before": item.best_before,
                "is_sure": stations.is_sure_of(serial)}  # fmt: skip
    elif item.best_before is not None:
        told = {"best_before": item.best_before, "lot": item.lot}
    else:
        told = {"figures": item.code, "is_keyed": is_keyed}
    return do(tell_pieces, TellPieces, receipt_id=receipt_id, goods=item.goods, **told)


def _count(item: CodeScan, screen: str, receipt_id: int) -> Outcome:
    fault = fault_of(screen)
    outcome = do(
        count_goods,
        CountGoods,
        receipt_id=receipt_id,
        barcode=item.code,
        pieces=form_int("pieces", 1) * item.pieces,
        fault=fault,
        lot=item.lot,
        best_before=item.best_before,
        serial=item.serial,
    )
    # Faulty pieces come in numbers: the tablet stays with them until it is told otherwise.
    is_next = fault is not None and outcome.screen == ReceiveScreen.COUNT
    return replace(outcome, screen=screen) if is_next else outcome


def _card(card: Card, screen: str, receipt_id: int) -> Outcome:
    if not receipt_id:
        return _card_at_start(card, screen)
    if screen == ReceiveScreen.CONFIRM:
        return _card_at_confirm(card, receipt_id)
    if card is Card.UNDO:
        if screen in (FAULT, FINISH) or fault_of(screen):
            return _ask(ReceiveScreen.COUNT, receipt_id, say("Counting goes on."))
        return do(undo_count, UndoCount, receipt_id=receipt_id)
    if card is Card.MINUS:
        return _set_down(receipt_id) if screen == FINISH else _card_faulty(screen, receipt_id)
    if card is Card.SKIP:
        return do(other_lot, OtherLot, receipt_id=receipt_id)
    if card is Card.REPRINT:
        copies = form_int("pieces", 1)
        return do(label_goods, LabelGoods, receipt_id=receipt_id, copies=copies)
    if card is Card.OK:
        return _card_ok(screen, receipt_id)
    raise unknown_card()


def _set_down(receipt_id: int) -> Outcome:
    person_id = form_int("person", 0)
    outcome = do(set_down, SetDown, receipt_id=receipt_id, person_id=person_id)
    return replace(outcome, screen=FINISH)


def _card_faulty(screen: str, receipt_id: int) -> Outcome:
    if screen not in (ReceiveScreen.COUNT, FAULT) and fault_of(screen) is None:
        raise unknown_card()  # what is asked of the pieces in hand comes first
    fault = form_str("fault", "")
    if fault not in set(Fault):
        return _ask(FAULT, receipt_id, say("What is wrong with the piece?"))
    text = say("Scan the faulty pieces: {fault}.", fault=FAULT_WORDS[Fault(fault)])
    return _ask(FAULTY + fault, receipt_id, text)


def _card_ok(screen: str, receipt_id: int) -> Outcome:
    if same := same_of(screen):
        pieces, code = same
        return do(map_code, MapCode, receipt_id=receipt_id, barcode=code, pieces=pieces)
    if form_str("ask", "") == NEW or screen == ReceiveScreen.UNKNOWN:
        return _ask(NEW, receipt_id, say("What goods are these?"))
    if screen == FINISH:
        told = form_str("none", "").split(",")
        gone = tuple(int(n) for n in told if n.isascii() and n.isdigit() and len(n) < MOST_DIGITS)
        return do(finish_count, FinishCount, receipt_id=receipt_id, none_there=gone)
    if screen == ReceiveScreen.COUNT or fault_of(screen):
        return _ask(FINISH, receipt_id, say("Is everything counted?"))
    raise unknown_card()


def _card_at_start(card: Card, screen: str) -> Outcome:
    if card is Card.SKIP and screen != SUPPLIERS:
        return Outcome(screen=SUPPLIERS, message=say("Whose goods are these?"))
    if card is Card.UNDO and screen == SUPPLIERS:
        return Outcome(screen=ReceiveScreen.START, message=say("Scan a paper."))
    raise unknown_card()


def _card_at_confirm(card: Card, receipt_id: int) -> Outcome:
    if card is Card.OK:
        return do(book_receipt, BookReceipt, receipt_id=receipt_id)
    if card is Card.MINUS:
        return do(strike_piece, StrikePiece, receipt_id=receipt_id, count_id=form_int("count", 0))
    if card is Card.MISSING:
        return do(count_again, CountAgain, receipt_id=receipt_id)
    if card is Card.UNDO:
        return Outcome(screen=ReceiveScreen.START, message=say("Left for later."))
    raise unknown_card()


def _ask(screen: str, receipt_id: int, message: Text, tone: Tone = Tone.OK) -> Outcome:
    return Outcome(screen=screen, subject_id=receipt_id, message=message, tone=tone)
