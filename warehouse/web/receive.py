"""The receiver's tablet at the dock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from warehouse.catalog.models import Sku
from warehouse.commands import Outcome
from warehouse.errors import InvalidInput, NotFound, StaleScreen, WarehouseError
from warehouse.numbers import read_patterns
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
    MakeGoods,
    MapCode,
    label_goods,
    make_goods,
    map_code,
)
from warehouse.receiving.commands.receipts import (
    StartBlind,
    StartReceipt,
    start_blind,
    start_receipt,
)
from warehouse.receiving.commands.setting_down import OpenHand, SetDown, open_hands, set_down
from warehouse.receiving.commands.striking import StrikePiece, doubts_of, strike_piece
from warehouse.receiving.models import Fault, Receipt, ReceiptFocus, ReceiptState, Supplier
from warehouse.receiving.queries import (
    FAULT_WORDS,
    ReceiptView,
    due_again,
    due_purchases,
    involved_in,
    open_receipts,
    receipt_view,
    suppliers_in_use,
)
from warehouse.receiving.rules import read_day
from warehouse.receiving.screens import ReceiveScreen
from warehouse.scanning import Card, CardScan, CodeScan, Scan
from warehouse.settings import load_settings
from warehouse.text import Text, say
from warehouse.web import stations
from warehouse.web.access import needs
from warehouse.web.context import command_id, do, form_int, form_str, person, reading, speak
from warehouse.web.stations import Fragment, code_of, unknown_card

bp = Blueprint("receive", __name__, url_prefix="/receive")
# Questions on the tablet; nothing of them is in the database.
SUPPLIERS = "suppliers"
FAULT = "fault"
FAULTY = "faulty-"  # and the fault: what is scanned goes aside
FINISH = "finish"
NEW = "new"
MOST_ROWS = 60
MOST_DIGITS = 19
EXPECTS: dict[str, Text] = {
    ReceiveScreen.START: say("a purchase order or a receipt"),
    ReceiveScreen.COUNT: say("the goods"),
    ReceiveScreen.LOT: say("the lot"),
    ReceiveScreen.BEST_BEFORE: say("the best-before"),
    ReceiveScreen.SERIAL: say("the serial number"),
    ReceiveScreen.UNKNOWN: say("the code of a known SKU, or make a new one"),
    ReceiveScreen.CONFIRM: say("OK, or count again"),
    FAULT: say("what is wrong with the piece"),
    FINISH: say("OK, or go on counting"),
}


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
    return stations.answer(_take, _show)


@bp.get("/<int:receipt_id>/new")
@needs(Right.RECEIVE)
def new(receipt_id: int) -> str | AnyResponse:
    """Ask what the goods are that have no SKU yet."""
    return _new_page(receipt_id, {}, {})


@bp.post("/<int:receipt_id>/new")
@needs(Right.RECEIVE)
def make(receipt_id: int) -> str | AnyResponse | tuple[str, int]:
    """Make the SKU, ask for its labels, and go on counting."""
    try:
        do(
            make_goods,
            MakeGoods,
            receipt_id=receipt_id,
            name=form_str("name", ""),
            properties=form_str("properties", ""),
            pattern=form_str("pattern", ""),
            pieces=form_int("pieces", 1),
            labels=form_int("labels", 0),
        )
    except (NotFound, StaleScreen):
        return redirect(url_for("receive.receipt", receipt_id=receipt_id), 303)
    except WarehouseError as error:
        field = error.field if isinstance(error, InvalidInput) else ""
        page = _new_page(receipt_id, dict(request.form), {field: speak(error.text)})
        return page if isinstance(page, Response) else (str(page), error.status)
    return redirect(url_for("receive.receipt", receipt_id=receipt_id), 303)


def _page(screen: str, receipt_id: int | None) -> str:
    url = url_for("receive.scans")
    return stations.page(
        _show, screen=screen, subject=receipt_id, scan_url=url, title=say("Receive")
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
    if screen == ReceiveScreen.UNKNOWN:
        pieces = form_int("pieces", 1)
        return do(map_code, MapCode, receipt_id=receipt_id, barcode=item.code, pieces=pieces)
    if screen in (ReceiveScreen.LOT, ReceiveScreen.BEST_BEFORE, ReceiveScreen.SERIAL):
        return _tell(item, screen, receipt_id)
    return _count(item, screen, receipt_id)


def _start(code: str) -> Outcome:
    with reading() as session:
        is_supplier = session.scalar(sa.select(Supplier.id).where(Supplier.code == code))
    if is_supplier:
        return do(start_blind, StartBlind, supplier=code)
    return do(start_receipt, StartReceipt, barcode=code)


def _tell(item: CodeScan, screen: str, receipt_id: int) -> Outcome:
    told: dict[str, Any] = {}
    if screen == ReceiveScreen.LOT:
        lot = item.lot or item.code
        told = {"lot": lot, "best_before": item.best_before, "is_sure": stations.is_sure_of(lot)}
    elif screen == ReceiveScreen.SERIAL:
        told = {"serial": item.serial or item.code}
    else:
        told = {"best_before": item.best_before or read_day(item.code)}
        if told["best_before"] is None:
            raise InvalidInput(
                say("{code} is no day. Type it as year, month, day: 20270331.",
                    code=item.code[:20]),
                field="barcode",
            )  # fmt: skip
    is_symbol = (item.lot or item.serial) and item.code not in (item.lot, item.serial)
    goods = item.code if is_symbol else ""
    return do(tell_pieces, TellPieces, receipt_id=receipt_id, goods=goods, **told)


def _count(item: CodeScan, screen: str, receipt_id: int) -> Outcome:
    fault = _fault_of(screen)
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


def _fault_of(screen: str) -> Fault | None:
    name = screen.removeprefix(FAULTY)
    return Fault(name) if screen.startswith(FAULTY) and name in set(Fault) else None


def _card(card: Card, screen: str, receipt_id: int) -> Outcome:
    if not receipt_id:
        return _card_at_start(card, screen)
    if screen == ReceiveScreen.CONFIRM:
        return _card_at_confirm(card, receipt_id)
    if card is Card.UNDO:
        if screen in (FAULT, FINISH) or _fault_of(screen):
            return _ask(ReceiveScreen.COUNT, receipt_id, say("Counting goes on."))
        return do(undo_count, UndoCount, receipt_id=receipt_id)
    if card is Card.MINUS:
        return _set_down(receipt_id) if screen == FINISH else _card_faulty(receipt_id)
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


def _card_faulty(receipt_id: int) -> Outcome:
    fault = form_str("fault", "")
    if fault not in set(Fault):
        return _ask(FAULT, receipt_id, say("What is wrong with the piece?"))
    text = say("Scan the faulty pieces: {fault}.", fault=FAULT_WORDS[Fault(fault)])
    return _ask(FAULTY + fault, receipt_id, text)


def _card_ok(screen: str, receipt_id: int) -> Outcome:
    if form_str("ask", "") == NEW or screen == ReceiveScreen.UNKNOWN:
        return _ask(NEW, receipt_id, say("What goods are these?"))
    if screen == FINISH:
        told = form_str("none", "").split(",")
        gone = tuple(int(n) for n in told if n.isascii() and n.isdigit() and len(n) < MOST_DIGITS)
        return do(finish_count, FinishCount, receipt_id=receipt_id, none_there=gone)
    if screen == ReceiveScreen.COUNT or _fault_of(screen):
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


def _ask(screen: str, receipt_id: int, message: Text) -> Outcome:
    return Outcome(screen=screen, subject_id=receipt_id, message=message)


def _show(session: Session, screen: str, subject: int | None) -> Fragment:
    view = receipt_view(session, subject, person().id) if subject else None
    if view is None or view.state not in (ReceiptState.COUNTING, ReceiptState.COUNTED):
        return _start_fragment(session, screen)
    due = due_again(session, view.receipt_id)
    if view.state is ReceiptState.COUNTED:
        is_mine = person().id in involved_in(session, session.get_one(Receipt, view.receipt_id))
        seen = {"is_mine": is_mine, "doubts": doubts_of(session, view.receipt_id), "gone": due}
        return _fragment("_confirm", ReceiveScreen.CONFIRM, view, **seen)
    if screen == NEW:
        page = url_for("receive.new", receipt_id=view.receipt_id)
        return Fragment(template="station/_goto.html", screen=NEW, subject=subject, goto=page)
    sku = _sku_of(session, view.focus)
    asked = _asked(view.focus, sku)
    if asked is not None:
        return _fragment("_ask", asked, view, sku=sku, asked=asked)
    if screen == FAULT:
        return _fragment("_fault", FAULT, view, faults=FAULT_WORDS)
    if screen == FINISH:
        hands = open_hands(session, view.receipt_id)
        finish = _fragment("_finish", FINISH, view, hands=hands, due=due)
        return replace(finish, expects=_due_first(view, hands, due) or finish.expects)
    fault = _fault_of(screen)
    return _fragment(
        "_count",
        screen if fault else ReceiveScreen.COUNT,
        view,
        sku=sku,
        fault=FAULT_WORDS[fault] if fault else None,
        again=list(due.values()),
        rows=_ordered(view)[:MOST_ROWS],
        hidden=max(len(view.rows) - MOST_ROWS, 0),
    )


def _due_first(view: ReceiptView, hands: Sequence[OpenHand], due: Mapping[int, str]) -> Text | None:
    """Return what has to be done before the OK card ends the count, None if nothing."""
    if hands:
        return say("what {name} has in hand, as told above", name=hands[0].name)
    if due:
        return say("{skus}, to be counted again", skus=", ".join(due.values()))
    return None if view.counted else EXPECTS[ReceiveScreen.COUNT]


def _start_fragment(session: Session, screen: str) -> Fragment:
    if screen == SUPPLIERS:
        return Fragment(
            template="receive/_suppliers.html",
            screen=SUPPLIERS,
            expects=say("a supplier"),
            context={"suppliers": suppliers_in_use(session)},
        )
    return Fragment(
        template="receive/_start.html",
        screen=ReceiveScreen.START,
        expects=EXPECTS[ReceiveScreen.START],
        context={"receipts": open_receipts(session), "purchases": due_purchases(session)},
    )


def _fragment(name: str, screen: str, view: ReceiptView, **context: Any) -> Fragment:
    return Fragment(
        template=f"receive/{name}.html",
        screen=screen,
        subject=view.receipt_id,
        expects=EXPECTS.get(screen, say("the faulty pieces")),
        context={"view": view, **context},
    )


def _sku_of(session: Session, focus: ReceiptFocus | None) -> Sku | None:
    return session.get(Sku, focus.sku_id) if focus is not None and focus.sku_id else None


def _asked(focus: ReceiptFocus | None, sku: Sku | None) -> ReceiveScreen | None:
    """Return the question that is open to this receiver, as the database has it."""
    if focus is None:
        return None
    if focus.unknown_code:
        return ReceiveScreen.UNKNOWN
    if not focus.asks or sku is None:
        return None
    if sku.is_lot_tracked and not focus.lot_code:
        return ReceiveScreen.LOT
    if sku.is_expiry_tracked and focus.best_before is None:
        return ReceiveScreen.BEST_BEFORE
    return ReceiveScreen.SERIAL


def _ordered(view: ReceiptView) -> list[Any]:
    """Return the rows with the goods in hand first, then what is not complete."""
    current = view.focus.sku_id if view.focus else None

    def place(row: Any) -> tuple[bool, bool, str]:
        return row.sku_id != current, row.announced is not None and row.difference == 0, row.code

    return sorted(view.rows, key=place)


def _new_page(receipt_id: int, values: dict[str, str], errors: dict[str, str]) -> str | AnyResponse:
    with reading() as session:
        view = receipt_view(session, receipt_id, person().id)
        if view is None:
            raise NotFound(say("receipt"), receipt_id)
        if view.state is not ReceiptState.COUNTING:
            return redirect(url_for("receive.receipt", receipt_id=receipt_id))
        patterns = read_patterns(load_settings(session).sku_code_patterns)
    code = view.focus.unknown_code if view.focus else ""
    return render_template(
        "receive/new.html",
        view=view,
        code=code,
        patterns=[(p.name, f"{p.name} {p.code(1)}…") for p in patterns],
        values={"pieces": "1", "labels": "0" if code else "1", **values},
        errors=errors,
        command_id=values.get("command_id") or command_id(),
        device={},
    )
