"""What all stations share: a scan comes in, a command runs, the next screen goes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Response, make_response, render_template, request, url_for
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from warehouse.catalog.models import Bin, BinKind
from warehouse.commands import Outcome, Tone
from warehouse.errors import (
    Conflict,
    GoodsWanted,
    InvalidInput,
    LotDoubted,
    NotFound,
    OrderStopped,
    OtherLot,
    RuleViolation,
    SerialDoubted,
    StaleScreen,
    TakenByAnother,
    WarehouseError,
    WrongScan,
)
from warehouse.orders.models import BEGUN, Consignment
from warehouse.orders.queries import HOLD_WORDS, orders_of, stopped
from warehouse.people import auth
from warehouse.people.models import Key, PersonRole
from warehouse.people.rights import AT_STATION, Right, rights_of
from warehouse.scanning import BadgeScan, Card, CardScan, CodeScan, Scan, WeightScan, parse
from warehouse.stopping.commands import SetAside, has_goods, set_aside
from warehouse.text import Text, say
from warehouse.web.access import COOKIE, set_session_cookie
from warehouse.web.context import (
    config,
    database,
    do,
    form_int,
    form_str,
    now,
    person,
    reading,
    speak,
)
from warehouse.web.corner import corner_of
from warehouse.web.door import tablet_to_open
from warehouse.web.doubts import doubted

STOP = "stop"


@dataclass(frozen=True, kw_only=True)
class Fragment:
    """One screen of a station: its template, what it shows, what to scan next."""

    template: str
    screen: str
    subject: int | None = None
    expects: Text | None = None
    context: dict[str, Any] = field(default_factory=dict)
    is_full: bool = False
    goto: str = ""
    why: Text | None = None  # why there is nothing to do here any more: seen before `goto` opens


Take = Callable[[Scan, str, int | None], Outcome]
Show = Callable[[Session, str, int | None], Fragment]
GoesOn = Callable[[frozenset[Right]], str]


def page(show: Show, *, screen: str, subject: int | None, scan_url: str, title: Text) -> str:
    """Return a whole station page, showing a screen as it stands now."""
    with reading() as session:
        try:
            fragment = show(session, screen, subject)
            message = _left(fragment.why) if fragment.why else _waiting(fragment)
        except OrderStopped as stop:
            fragment = _stop_fragment(stop)
            message = _message_of_error(stop)
        corner = corner_of(session, person().station_id, now())
    return render_template(
        "station/page.html",
        fragment=fragment.template,
        scan_url=scan_url,
        page_title=speak(title),
        corner=corner,
        device={"lock_after": config().lock_after_s},
        message=message,
        **_context(fragment),
    )


SURE = "sure"  # the lot that was doubted; told again, it is one
NUMBER = "number"  # the serial number that a scan of the goods is to complete


def answer(take: Take, show: Show, goes_on: GoesOn | None = None) -> Response:
    """Run the scan that was posted and return the next screen, or the message of a refusal.

    `goes_on` says where somebody who scans a badge here goes on; else it is the start.
    """
    screen, subject = form_str("screen", ""), _subject()
    try:
        scan = parse(form_str("barcode"))
        if isinstance(scan, CardScan) and scan.card is Card.LOGOUT:
            return _log_out()
        if isinstance(scan, BadgeScan):
            return _change_person(scan, goes_on)
        outcome = _put_aside(scan, subject) if screen == STOP else take(scan, screen, subject)
    except OrderStopped as stop:
        return _render(_stop_fragment(stop), _message_of_error(stop), 409)
    except (TakenByAnother, OtherLot, LotDoubted, SerialDoubted, GoodsWanted) as error:
        return _message(error, send=_once_more(error))
    except (Conflict, RuleViolation) as error:
        return _as_it_stands(show, screen, subject, doubted(error))
    except NoResultFound:
        # The screen names something that is not there: an old page, or made up.
        return _as_it_stands(show, "", None, StaleScreen())
    except WarehouseError as error:
        return _message(doubted(error))
    return _next_screen(show, outcome)


def _once_more(
    error: TakenByAnother | OtherLot | LotDoubted | SerialDoubted | GoodsWanted,
) -> dict[str, str] | None:
    """Return what goes with the next scan if that is to take over, or to say the rest."""
    if isinstance(error, TakenByAnother):
        return {"confirm": "1"}
    if isinstance(error, GoodsWanted):
        return {NUMBER: error.offered}
    if isinstance(error, LotDoubted | SerialDoubted):
        return {SURE: error.offered, **_asked()}
    if not error.offered:
        return None
    return {"swap": error.offered, **_asked()}


def is_sure_of(told: str) -> bool:
    """Tell whether the lot or number of this scan is told again, after it was doubted."""
    return form_str(SURE, "") == told


def _asked() -> dict[str, str]:
    """Return what the question is about that this scan was to answer; a refusal leaves it open."""
    if "item" not in request.form:
        return {}
    return {name: form_str(name) for name in ("item", "pieces", "day") if name in request.form}


def _next_screen(show: Show, outcome: Outcome) -> Response:
    with reading() as session:
        try:
            fragment = show(session, outcome.screen, outcome.subject_id)
        except OrderStopped as stop:
            # The scan took effect; what comes next is stopped.
            return _render(_stop_fragment(stop), _message_of_error(stop), 200)
    message = _left(fragment.why) if fragment.why else _message_of(outcome, fragment)
    return _render(fragment, message, 200)


def _as_it_stands(show: Show, screen: str, subject: int | None, error: WarehouseError) -> Response:
    with reading() as session:
        fragment = _current(session, show, screen, subject)
    if fragment.goto:
        return _render(fragment, _left(fragment.why or error.text), error.status)
    return _render(fragment, _message_of_error(error), error.status)


def _current(session: Session, show: Show, screen: str, subject: int | None) -> Fragment:
    try:
        return show(session, "" if screen == STOP else screen, None if screen == STOP else subject)
    except OrderStopped as stop:
        return _stop_fragment(stop)
    except (NotFound, NoResultFound):
        return show(session, "", None)


def _subject() -> int | None:
    text = form_str("subject", "")
    return form_int("subject") if text else None


def code_of(scan: Scan) -> CodeScan:
    """Return the scan as the code of something.

    Raises:
        InvalidInput: it is a command card this screen has no use for.
    """
    if isinstance(scan, CodeScan):
        return scan
    if isinstance(scan, WeightScan):
        return CodeScan(scan.text)
    raise InvalidInput(say("That card does nothing here."), field="barcode")


def said_of(scan: CodeScan) -> dict[str, Any]:
    """Return what a scan said of goods, by the names that commands have for it.

    A number scanned before may have been that of several goods: this scan says of which.
    """
    serial = scan.serial or form_str(NUMBER, "")
    return {
        "barcode": scan.code, "lot": scan.lot, "serial": serial, "best_before": scan.best_before,
    }  # fmt: skip


def lot_said(scan: CodeScan) -> str:
    """Return what a scan says where a lot was asked for.

    Raises:
        WrongScan: a symbol that says a day, or the number of a piece, and no lot.
    """
    if not scan.lot and not scan.goods and (scan.serial or scan.best_before):
        got = say("a serial number") if scan.serial else say("a best-before")
        raise WrongScan(got=got, wanted=say("the lot"))
    return scan.lot or scan.code


def serial_said(scan: CodeScan) -> str:
    """Return what a scan says where the number of a piece was asked for.

    Raises:
        WrongScan: a symbol that says a lot or a day, and no number.
    """
    if not scan.serial and not scan.goods and (scan.lot or scan.best_before):
        got = say("lot {lot}", lot=scan.lot) if scan.lot else say("a best-before")
        raise WrongScan(got=got, wanted=say("the serial number of the piece in hand"))
    return scan.serial or scan.code


def unknown_card() -> InvalidInput:
    """Return the refusal of a card that does nothing on this screen."""
    return InvalidInput(say("That card does nothing here."), field="barcode")


def _put_aside(scan: Scan, consignment_id: int | None) -> Outcome:
    barcode = scan.card.value if isinstance(scan, CardScan) else code_of(scan).code
    outcome = do(set_aside, SetAside, consignment_id=consignment_id or 0, barcode=barcode)
    return Outcome(
        screen="",
        message=outcome.message,
        tone=outcome.tone,
        is_step_done=outcome.is_step_done,
    )


def _stop_fragment(stop: OrderStopped) -> Fragment:
    consignment_id = int(stop.facts["consignment_id"])
    with reading() as session:
        consignment = session.get_one(Consignment, consignment_id)
        goods = consignment.state in BEGUN and has_goods(session, consignment_id)
        place = session.scalar(
            sa.select(Bin.code)
            .where(Bin.kind == BinKind.SET_ASIDE, Bin.is_active)
            .order_by(Bin.walk_order, Bin.id)
            .limit(1)
        )
        numbers = [o.order_no for o in orders_of(session, consignment_id)]
    return Fragment(
        template="station/_stop.html",
        screen=STOP,
        subject=consignment_id,
        expects=say("{place}", place=place) if goods else say("the OK card"),
        context={
            "reason": speak(HOLD_WORDS[stop.facts["kind"]]),
            "place": place if goods else None,
            "numbers": numbers,
        },
        is_full=True,
    )


def stop_screen(session: Session, consignment_id: int) -> OrderStopped:
    """Return what `show` raises when the screen it was asked for is stopped."""
    return stopped(session, consignment_id)


def _context(fragment: Fragment) -> dict[str, Any]:
    return {
        "screen": fragment.screen,
        "subject": "" if fragment.subject is None else fragment.subject,
        "fill": fragment.is_full,
        "goto": fragment.goto,
        **fragment.context,
    }


def _render(fragment: Fragment, message: dict[str, Any], status: int) -> Response:
    context = {"scan_url": "", **_context(fragment)}
    html = render_template(fragment.template, message=message, **context)
    return make_response(html, status)


def _message(error: WarehouseError, send: dict[str, str] | None = None) -> Response:
    message = _message_of_error(error)
    if send:
        message["send"] = send
        message["tone"] = Tone.ATTENTION
    return make_response(render_template("_message.html", message=message), error.status)


def _waiting(fragment: Fragment) -> dict[str, Any]:
    text = speak(fragment.expects) if fragment.expects else ""
    return {"tone": "waiting", "sound": "none", "text": "", "expects": text, "send": {}}


def _message_of_error(error: WarehouseError) -> dict[str, Any]:
    return {
        "tone": "stop",
        "sound": "stop",
        "text": speak(error.text),
        "expects": "",
        "ack": False,
        "send": _asked(),
    }


def _left(why: Text) -> dict[str, Any]:
    """Return the message of a screen that is left for another page: that comes once it is seen."""
    return {
        "tone": "stop",
        "sound": "stop",
        "text": speak(why),
        "expects": "",
        "ack": True,
        "send": {},
    }


def _message_of(outcome: Outcome, fragment: Fragment) -> dict[str, Any]:
    is_stop = outcome.tone is Tone.STOP
    sound = "stop" if is_stop else "step" if outcome.is_step_done else "ok"
    return {
        "tone": outcome.tone.value,
        "sound": sound,
        "text": speak(outcome.message),
        "expects": speak(fragment.expects) if fragment.expects else "",
        "ack": is_stop,
        "send": outcome.facts.get("send", {}),
    }


def _log_out() -> Response:
    with database().transaction() as session:
        auth.close_session(session, request.cookies.get(COOKIE, ""))
    door = Fragment(template="station/_goto.html", screen="", goto=url_for("login.door"))
    message = {"tone": "ok", "sound": "ok", "text": "", "expects": "", "send": {}}
    response = _render(door, message, 200)
    response.delete_cookie(COOKIE)
    return response


def _change_person(scan: BadgeScan, goes_on: GoesOn | None) -> Response:
    """Another badge at a running tablet: its owner goes on from here."""
    old = person()
    with database().transaction() as session:
        tablet = tablet_to_open(session, Key.BADGE)
        found = auth.person_by_badge(session, scan.token)
        if found is None:
            unknown = InvalidInput(say("Nobody carries this badge."), field="barcode")
            return _message(unknown)
        auth.close_session(session, request.cookies.get(COOKIE, ""))
        token = auth.open_session(
            session, found, old.station_id, now(), by=Key.BADGE, tablet_id=tablet
        )
        of_person = sa.select(PersonRole.role).where(PersonRole.person_id == found.id)
        rights = rights_of(session.scalars(of_person)) & AT_STATION
    page = goes_on(rights) if goes_on else url_for("home.index")
    fragment = Fragment(template="station/_goto.html", screen="", goto=page)
    text = speak(say("Hello {name}.", name=found.name))
    message = {"tone": "ok", "sound": "step", "text": text, "expects": "", "send": {}}
    response = _render(fragment, message, 200)
    set_session_cookie(response, token)
    return response
