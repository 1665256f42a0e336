"""The checker's tablet."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from sqlalchemy.orm import Session

from warehouse.checking.commands.count import CheckItem, UndoCheck, check_item, undo_check
from warehouse.checking.commands.exceptions import (
    ReportDamaged,
    ReportMissing,
    report_damaged,
    report_missing,
)
from warehouse.checking.commands.start import StartCheck, start_check
from warehouse.checking.queries import check_view, waiting
from warehouse.checking.screens import CheckScreen
from warehouse.commands import Outcome
from warehouse.orders.models import ConsignmentState
from warehouse.people.rights import Right
from warehouse.scanning import Card, CardScan, Scan
from warehouse.text import say
from warehouse.web import stations
from warehouse.web.access import needs
from warehouse.web.context import do, form_int
from warehouse.web.stations import Fragment, code_of, said_of, stop_screen, unknown_card

bp = Blueprint("check", __name__, url_prefix="/check")
DAMAGED = "damaged"  # the next scan names the damaged piece
MISSING = "missing"  # asks once more before pieces are taken for missing


@bp.get("")
@needs(Right.CHECK)
def index() -> str:
    """Wait for a tote."""
    return stations.page(
        _show,
        screen=CheckScreen.TOTE,
        subject=None,
        scan_url=url_for("check.scans"),
        title=say("Check"),
    )


@bp.post("/scans")
@needs(Right.CHECK)
def scans() -> Response:
    """Take one scan of the check."""
    return stations.answer(_take, _show)


def _take(scan: Scan, screen: str, subject: int | None) -> Outcome:
    check_id = subject or 0
    if isinstance(scan, CardScan):
        return _card(scan.card, screen, check_id)
    item = code_of(scan)
    if screen in (CheckScreen.ITEMS, MISSING):
        pieces = form_int("pieces", 1) * item.pieces
        return do(check_item, CheckItem, check_id=check_id, pieces=pieces, **said_of(item))
    if screen == DAMAGED:
        said = said_of(item)
        del said["best_before"]  # it goes out whatever stands on it
        if said["serial"]:
            said["lot"] = ""
        return do(report_damaged, ReportDamaged, check_id=check_id, **said)
    return do(start_check, StartCheck, barcode=item.code)


def _card(card: Card, screen: str, check_id: int) -> Outcome:
    if card is Card.UNDO and screen in (DAMAGED, MISSING):
        return Outcome(
            screen=CheckScreen.ITEMS, subject_id=check_id, message=say("Back to the check.")
        )
    if card is Card.UNDO:
        return do(undo_check, UndoCheck, check_id=check_id)
    if card in (Card.MISSING, Card.SHORT) and screen == MISSING:
        return do(report_missing, ReportMissing, check_id=check_id)
    if card in (Card.MISSING, Card.SHORT):
        return Outcome(
            screen=MISSING,
            subject_id=check_id,
            message=say("Is the tote empty? Scan MISSING once more."),
        )
    if card is Card.MINUS:
        return Outcome(screen=DAMAGED, subject_id=check_id, message=say("Scan the damaged piece."))
    raise unknown_card()


def _show(session: Session, screen: str, subject: int | None) -> Fragment:
    if screen == CheckScreen.STOP:
        raise stop_screen(session, subject or 0)
    view = check_view(session, subject) if subject else None
    if view is None:
        return Fragment(
            template="check/_tote.html",
            screen=CheckScreen.TOTE,
            expects=say("a tote with picked goods"),
            context={
                "picked": waiting(session, ConsignmentState.PICKED),
                "checking": waiting(session, ConsignmentState.CHECKING),
            },
        )
    if view.is_stopped:
        raise stop_screen(session, view.consignment_id)
    is_asking = screen in (DAMAGED, MISSING)
    expects = {DAMAGED: say("the damaged piece"), MISSING: say("MISSING or UNDO")}
    return Fragment(
        template="check/_items.html",
        screen=screen if is_asking else CheckScreen.ITEMS,
        subject=view.check_id,
        expects=expects.get(screen, say("every piece")),
        context={"view": view, "asking": screen if is_asking else ""},
    )
