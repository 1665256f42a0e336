"""What the receiver's tablet shows: each screen with what is to be scanned next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from warehouse.catalog.models import Sku
from warehouse.catalog.queries import item_by_barcode
from warehouse.receiving.commands.setting_down import OpenHand, open_hands
from warehouse.receiving.commands.striking import doubts_of
from warehouse.receiving.models import Fault, Receipt, ReceiptFocus, ReceiptState
from warehouse.receiving.near_end import near_end
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
from warehouse.receiving.screens import ReceiveScreen
from warehouse.text import Text, say
from warehouse.web.context import person, today
from warehouse.web.stations import Fragment

# Questions on the tablet; nothing of them is in the database.
SUPPLIERS = "suppliers"
FAULT = "fault"
FAULTY = "faulty-"  # and the fault: what is scanned goes aside
SAME = "same-"  # and pieces, and the code of goods: does the unknown code stand on these?
FINISH = "finish"
NEW = "new"
MOST_ROWS = 60
MOST_DIGITS = 6
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


def show(session: Session, screen: str, subject: int | None) -> Fragment:
    """Return the screen of a receipt as it stands, or the one to begin with."""
    view = receipt_view(session, subject, person().id) if subject else None
    if view is None or view.state not in (ReceiptState.COUNTING, ReceiptState.COUNTED):
        return _start_fragment(session, screen)
    due = due_again(session, view.receipt_id)
    if view.state is ReceiptState.COUNTED:
        is_mine = person().id in involved_in(session, session.get_one(Receipt, view.receipt_id))
        seen = {
            "is_mine": is_mine,
            "doubts": doubts_of(session, view.receipt_id),
            "gone": due,
            "near_end": near_end(session, view.receipt_id, today()),
        }
        confirm = _fragment("_confirm", ReceiveScreen.CONFIRM, view, **seen)
        return replace(confirm, expects=say("somebody else's badge")) if is_mine else confirm
    if screen == NEW:
        page = url_for("receive.new", receipt_id=view.receipt_id)
        return Fragment(template="station/_goto.html", screen=NEW, subject=subject, goto=page)
    sku = _sku_of(session, view.focus)
    asked = _asked(view.focus, sku)
    if asked is ReceiveScreen.UNKNOWN and (same := same_of(screen)):
        return _same_fragment(session, screen, view, *same)
    if asked is not None:
        return _fragment("_ask", asked, view, sku=sku, asked=asked)
    if screen == FAULT:
        return _fragment("_fault", FAULT, view, faults=FAULT_WORDS)
    if screen == FINISH:
        hands = open_hands(session, view.receipt_id)
        finish = _fragment("_finish", FINISH, view, hands=hands, due=due)
        return replace(finish, expects=_due_first(view, hands, due) or finish.expects)
    fault = fault_of(screen)
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


def _same_fragment(
    session: Session, screen: str, view: ReceiptView, pieces: int, code: str
) -> Fragment:
    item = item_by_barcode(session, code)
    if item is None:
        return _fragment("_ask", ReceiveScreen.UNKNOWN, view, sku=None, asked=ReceiveScreen.UNKNOWN)
    shown = _fragment("_same", screen, view, item=item, pieces=pieces)
    return replace(shown, expects=say("OK if they do"))


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


def fault_of(screen: str) -> Fault | None:
    """Return the fault of what is scanned on this screen, None where pieces are sound."""
    name = screen.removeprefix(FAULTY)
    return Fault(name) if screen.startswith(FAULTY) and name in set(Fault) else None


def same_of(screen: str) -> tuple[int, str] | None:
    """Return (pieces in the pack, code of goods) of the question on this screen, None if none is.

    What a tablet never showed is no question.
    """
    pieces, _, code = screen.removeprefix(SAME).partition("-")
    if not screen.startswith(SAME) or not pieces.isascii() or not pieces.isdigit():
        return None
    return int(pieces[:MOST_DIGITS]), code
