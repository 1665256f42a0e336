"""The tablet at the scale: weight, label, label scanned back."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from sqlalchemy.orm import Session

from warehouse.commands import Outcome, Tone
from warehouse.dispatch.commands.label import (
    AssignWaybill,
    AttachWaybill,
    MatchLabel,
    ReprintLabel,
    assign_waybill,
    attach_waybill,
    live_waybill,
    match_label,
    reprint_label,
)
from warehouse.dispatch.commands.weighing_anew import UndoWeight, undo_weight
from warehouse.dispatch.queries import parcel_by_code, void_waybill
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.inventory.refusals import refuse
from warehouse.packing.models import ParcelState
from warehouse.people.rights import Right
from warehouse.scanning import Card, CardScan, CodeScan, Scan, WeightScan, grams
from warehouse.text import say
from warehouse.web import stations
from warehouse.web.access import needs
from warehouse.web.context import command_id, do, form_str, reading, require
from warehouse.web.stations import Fragment, code_of, stop_screen, unknown_card
from warehouse.weighing.commands import RecordWeight, SendBack, record_weight, send_back
from warehouse.weighing.queries import WeighView, parcels_in, weigh_view
from warehouse.weighing.screens import WeighScreen

bp = Blueprint("weigh", __name__, url_prefix="/weigh")
REPRINT = "reprint"  # asks for the reason
OVERRIDE = "override"  # asks who lets the weight pass, on a page of its own
PARCEL_DIGITS = 6


@bp.get("")
@needs(Right.WEIGH)
def index() -> str:
    """Wait for a parcel."""
    return stations.page(
        _show,
        screen=WeighScreen.PARCEL,
        subject=None,
        scan_url=url_for("weigh.scans"),
        title=say("Weigh"),
    )


@bp.get("/<int:parcel_id>")
@needs(Right.WEIGH)
def parcel(parcel_id: int) -> str:
    """Show what the parcel waits for at the scale."""
    return stations.page(
        _show,
        screen=WeighScreen.OUTSIDE,
        subject=parcel_id,
        scan_url=url_for("weigh.scans"),
        title=say("Weigh"),
    )


@bp.post("/scans")
@needs(Right.WEIGH)
def scans() -> Response:
    """Take one scan at the scale."""
    return stations.answer(_take, _show)


def _take(scan: Scan, screen: str, subject: int | None) -> Outcome:
    parcel_id = subject or 0
    if isinstance(scan, CardScan):
        return _card(scan.card, screen, parcel_id)
    if screen in (WeighScreen.WEIGHT, WeighScreen.OUTSIDE):
        return _weight(scan, parcel_id)
    code = code_of(scan).code
    if screen in (WeighScreen.LABEL, REPRINT):
        return do(match_label, MatchLabel, parcel_id=parcel_id, barcode=code)
    if screen == WeighScreen.PLATFORM:
        return do(attach_waybill, AttachWaybill, parcel_id=parcel_id, barcode=code)
    return _parcel(code)


def _parcel(code: str) -> Outcome:
    """Look the scanned parcel up and go on where it stands."""
    with reading() as session:
        parcel = parcel_by_code(session, code)
        if parcel is None:
            raise void_waybill(session, code) or refuse(session, code, say("a sealed parcel"))
        view = weigh_view(session, parcel.id)
    if view.is_stopped:
        return Outcome(screen=WeighScreen.WEIGHT, subject_id=parcel.id, message=say("Stop."))
    number = view.parcel_no
    if view.state is ParcelState.OPEN:
        raise RuleViolation(say("Parcel {number} is not sealed yet.", number=number))
    if view.state is ParcelState.SET_ASIDE:
        raise RuleViolation(say("Parcel {number} was put aside.", number=number))
    if view.state in (ParcelState.MATCHED, ParcelState.DISPATCHED):
        return Outcome(
            screen=WeighScreen.PARCEL,
            message=say("Parcel {number} is finished here.", number=number),
            tone=Tone.ATTENTION,
        )
    if view.state is ParcelState.LABELLED:
        return Outcome(
            screen=WeighScreen.LABEL, subject_id=parcel.id, message=say("Scan its label.")
        )
    if view.state is ParcelState.WEIGHED or not view.is_weigh_required:
        return do(assign_waybill, AssignWaybill, parcel_id=parcel.id)
    return Outcome(
        screen=WeighScreen.WEIGHT,
        subject_id=parcel.id,
        message=say("Parcel {number}: put it on the scale.", number=number),
    )


def _weight(scan: Scan, parcel_id: int) -> Outcome:
    text = scan.text if isinstance(scan, WeightScan) else code_of(scan).code
    weight_g = grams(text)
    if weight_g is None or (isinstance(scan, CodeScan) and len(text) > PARCEL_DIGITS + 3):
        if isinstance(scan, CodeScan):
            return _parcel(scan.code)  # another parcel was put on the scale
        raise InvalidInput(say("This is no weight."), field="barcode")
    own_id = command_id()
    outcome = do(
        record_weight,
        RecordWeight,
        id=own_id,
        parcel_id=parcel_id,
        gross_g=weight_g,
    )
    return go_on(outcome, own_id)


def go_on(outcome: Outcome, own_id: str) -> Outcome:
    """Go on to the label, a command of its own: if it fails, the weight stands all the same."""
    if outcome.screen != WeighScreen.LABEL:
        return outcome
    return do(
        assign_waybill, AssignWaybill, id=f"{own_id}-label"[:64], parcel_id=outcome.subject_id
    )


def _card(card: Card, screen: str, parcel_id: int) -> Outcome:
    if card is Card.REPRINT and screen in (WeighScreen.LABEL, REPRINT):
        require(Right.REPRINT)
        reason = form_str("reason", "")
        if not reason:
            return Outcome(screen=REPRINT, subject_id=parcel_id, message=say("Why once more?"))
        return do(reprint_label, ReprintLabel, parcel_id=parcel_id, reason=reason)
    if card is Card.UNDO and screen == REPRINT:
        return Outcome(
            screen=WeighScreen.LABEL, subject_id=parcel_id, message=say("Scan its label.")
        )
    if card is Card.UNDO and screen in (WeighScreen.WEIGHT, WeighScreen.OUTSIDE):
        return Outcome(screen=WeighScreen.PARCEL, message=say("Left for later."))
    if card is Card.UNDO and parcel_id:
        return do(undo_weight, UndoWeight, parcel_id=parcel_id)
    if card is Card.MISSING and screen == WeighScreen.OUTSIDE:
        return do(send_back, SendBack, parcel_id=parcel_id)
    if card is Card.OK and screen == WeighScreen.OUTSIDE:
        return Outcome(screen=OVERRIDE, subject_id=parcel_id, message=say("Who lets it pass?"))
    raise unknown_card()


def _show(session: Session, screen: str, subject: int | None) -> Fragment:
    if screen == WeighScreen.STOP:
        raise stop_screen(session, subject or 0)
    if not subject:
        return _waiting(session)
    if screen == WeighScreen.PARCEL:
        return _waiting(session, last=weigh_view(session, subject))
    if screen == OVERRIDE:
        page = url_for("weigh.override", parcel_id=subject)
        return Fragment(template="station/_goto.html", screen=OVERRIDE, subject=subject, goto=page)
    view = weigh_view(session, subject)
    if view.is_stopped:
        raise stop_screen(session, view.consignment_id)
    if view.state is ParcelState.SEALED and view.is_weigh_required:
        return _scale(view, screen)
    if view.state in (ParcelState.WEIGHED, ParcelState.SEALED) and view.is_masked:
        return Fragment(
            template="weigh/_platform.html",
            screen=WeighScreen.PLATFORM,
            subject=view.parcel_id,
            expects=say("the platform's waybill"),
            context={"view": view},
        )
    if view.state is ParcelState.LABELLED:
        waybill = live_waybill(session, view.parcel_id)
        return Fragment(
            template="weigh/_label.html",
            screen=REPRINT if screen == REPRINT else WeighScreen.LABEL,
            subject=view.parcel_id,
            expects=say("its label"),
            context={
                "view": view,
                "waybill_no": waybill.number if waybill else "",
                "asking": screen == REPRINT,
            },
        )
    return _waiting(session, last=view)


def _waiting(session: Session, last: WeighView | None = None) -> Fragment:
    """Wait for the next parcel; the weight of `last` may be taken back."""
    if last is not None and not last.is_weighed:
        last = None
    return Fragment(
        template="weigh/_parcel.html",
        screen=WeighScreen.PARCEL,
        subject=last.parcel_id if last else None,
        expects=say("a parcel"),
        context={
            "last": last,
            "sealed": parcels_in(session, ParcelState.SEALED),
            "labelled": parcels_in(session, ParcelState.LABELLED),
            "ready": parcels_in(session, ParcelState.MATCHED),
        },
    )


def _scale(view: WeighView, screen: str) -> Fragment:
    is_outside = screen == WeighScreen.OUTSIDE and view.reading_g is not None
    return Fragment(
        template="weigh/_scale.html",
        screen=WeighScreen.OUTSIDE if is_outside else WeighScreen.WEIGHT,
        subject=view.parcel_id,
        expects=say("the weight"),
        context={"view": view, "is_outside": is_outside},
    )
