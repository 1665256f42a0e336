"""The tablet at the door: parcels into the courier's hands."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from sqlalchemy.orm import Session

from warehouse.carriers.models import Carrier
from warehouse.carriers.queries import active_carriers
from warehouse.commands import Outcome
from warehouse.dispatch.commands.handover import (
    CloseHandover,
    HandOverParcel,
    OpenHandover,
    close_handover,
    hand_over_parcel,
    open_handover,
)
from warehouse.dispatch.commands.taking_back import UndoHandover, undo_handover
from warehouse.dispatch.models import Handover, HandoverState
from warehouse.dispatch.queries import handed_over, last_handed_over, left_behind
from warehouse.dispatch.screens import ShipScreen
from warehouse.errors import NotFound
from warehouse.inventory.refusals import refuse
from warehouse.people.rights import Right
from warehouse.scanning import Card, CardScan, Scan
from warehouse.text import say
from warehouse.web import stations
from warehouse.web.access import needs
from warehouse.web.context import do, reading
from warehouse.web.stations import Fragment, code_of, unknown_card

bp = Blueprint("ship", __name__, url_prefix="/ship")
CARRIER_PREFIX = "CARRIER-"
CLOSING = "closing"  # shows what stays behind before the courier leaves


@bp.get("")
@needs(Right.SHIP)
def index() -> str:
    """Choose the courier who is here."""
    return stations.page(
        _show_carriers,
        screen=ShipScreen.CARRIER,
        subject=None,
        scan_url=url_for("ship.scans"),
        title=say("Ship"),
    )


@bp.post("/scans")
@needs(Right.SHIP)
def scans() -> Response:
    """Open the handover of the courier that was tapped."""
    return stations.answer(_take_carrier, _show_carriers)


@bp.get("/<int:handover_id>")
@needs(Right.SHIP)
def handover(handover_id: int) -> str:
    """Show a handover."""
    return stations.page(
        _show_handover(handover_id),
        screen=ShipScreen.PARCELS,
        subject=handover_id,
        scan_url=url_for("ship.handover_scans", handover_id=handover_id),
        title=say("Ship"),
    )


@bp.post("/<int:handover_id>/scans")
@needs(Right.SHIP)
def handover_scans(handover_id: int) -> Response:
    """Take one scan at the door."""

    def take(scan: Scan, screen: str, _subject: int | None) -> Outcome:
        return _take(handover_id, scan, screen)

    return stations.answer(take, _show_handover(handover_id))


def _take_carrier(scan: Scan, _screen: str, _subject: int | None) -> Outcome:
    code = code_of(scan).code
    wanted = code.removeprefix(CARRIER_PREFIX)
    with reading() as session:
        found = [c for c in active_carriers(session) if c.code == wanted]
        if not found:
            raise refuse(session, code, say("a courier"))
    outcome = do(open_handover, OpenHandover, carrier_id=found[0].id)
    return Outcome(screen="opened", subject_id=outcome.subject_id, message=outcome.message)


def _take(handover_id: int, scan: Scan, screen: str) -> Outcome:
    if isinstance(scan, CardScan):
        if scan.card is Card.UNDO and screen == CLOSING:
            return Outcome(
                screen=ShipScreen.PARCELS, subject_id=handover_id, message=say("Go on scanning.")
            )
        if scan.card is Card.UNDO:
            return do(undo_handover, UndoHandover, handover_id=handover_id)
        if scan.card is Card.OK and screen == CLOSING:
            return do(close_handover, CloseHandover, handover_id=handover_id)
        if scan.card is Card.OK:
            return Outcome(
                screen=CLOSING, subject_id=handover_id, message=say("OK once more closes.")
            )
        raise unknown_card()
    return do(hand_over_parcel, HandOverParcel, handover_id=handover_id, barcode=code_of(scan).code)


def _show_carriers(session: Session, screen: str, subject: int | None) -> Fragment:
    if screen == "opened":
        return Fragment(
            template="station/_goto.html",
            screen="",
            goto=url_for("ship.handover", handover_id=subject or 0),
        )
    carriers = [
        {"carrier": c, "waiting": len(left_behind(session, c.id))} for c in active_carriers(session)
    ]
    carriers.sort(key=lambda row: -int(str(row["waiting"])))
    return Fragment(
        template="ship/_carriers.html",
        screen=ShipScreen.CARRIER,
        expects=say("the courier"),
        context={"carriers": carriers, "prefix": CARRIER_PREFIX},
    )


def _show_handover(handover_id: int) -> stations.Show:
    def show(session: Session, screen: str, subject: int | None) -> Fragment:
        if screen == ShipScreen.STOP and subject:
            raise stations.stop_screen(session, subject)
        handover = session.get(Handover, handover_id)
        if handover is None:
            raise NotFound(say("handover"), handover_id)
        carrier = session.get_one(Carrier, handover.carrier_id)
        left = left_behind(session, handover.carrier_id)
        context = {
            "handover": handover,
            "carrier": carrier,
            "count": handed_over(session, handover.id),
            "left": left,
            "last": last_handed_over(session, handover.id),
        }
        if handover.state is HandoverState.CLOSED:
            return Fragment(
                template="ship/_closed.html",
                screen=ShipScreen.CLOSED,
                subject=handover.id,
                context=context,
            )
        if screen == CLOSING:
            return Fragment(
                template="ship/_closing.html",
                screen=CLOSING,
                subject=handover.id,
                expects=say("OK or the missing parcels"),
                context=context,
            )
        return Fragment(
            template="ship/_parcels.html",
            screen=ShipScreen.PARCELS,
            subject=handover.id,
            expects=say("the next waybill"),
            context=context,
        )

    return show
