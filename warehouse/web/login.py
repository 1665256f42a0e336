"""The door: badge or PIN at a station, password at a desk; language; lock and log out."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from warehouse.catalog.queries import station_by_code
from warehouse.errors import Forbidden, WarehouseError
from warehouse.people import auth
from warehouse.people.models import Key, Person
from warehouse.scanning import BADGE_PREFIX, BadgeScan, clean, parse
from warehouse.text import LOCALES, Text, say
from warehouse.web.access import ANYBODY, COOKIE, LOGGED_IN, needs, set_session_cookie
from warehouse.web.context import config, database, form_str, now, reading, speak, visitor
from warehouse.web.door import (
    TABLET_COOKIE,
    Unknown,
    person_of,
    require_badges,
    set_tablet_cookie,
    tablet_to_open,
    takes_badges,
)

bp = Blueprint("login", __name__)

STATION_COOKIE = "fahuo_station"
YEAR_S = 31_536_000


@bp.get("/login")
@needs(ANYBODY)
def door() -> str:
    """Show the door: badge and PIN on a tablet of the house, name and password elsewhere."""
    return _door(None)


@bp.post("/login")
@needs(ANYBODY)
def enter() -> Response | tuple[str, int]:
    """Open a session by badge, number and PIN, or name and password."""
    try:
        token, target = _open()
    except WarehouseError as error:
        return _door(error.text), 403 if isinstance(error, Forbidden) else 401
    response = redirect(target)
    set_session_cookie(response, token)
    if TABLET_COOKIE in request.cookies:
        set_tablet_cookie(response, request.cookies[TABLET_COOKIE])
    return response


def _open() -> tuple[str, str]:
    found, by = _who()
    with database().transaction() as session:
        tablet = tablet_to_open(session, by)
        auth.close_session(session, request.cookies.get(COOKIE, ""))
        station_id = None if by is Key.PASSWORD else _station_id(session)
        token = auth.open_session(session, found, station_id, now(), by=by, tablet_id=tablet)
    return token, _target(request.form.get("next", ""))


def _who() -> tuple[Person, Key]:
    if "password" in request.form:
        login, password = form_str("login", ""), request.form["password"]
        return person_of(login, password, is_pin=False), Key.PASSWORD
    name, pin = form_str("badge", ""), form_str("pin", "")
    with reading() as session:
        require_badges(session)
        if clean(name).startswith(BADGE_PREFIX):
            return _by_badge(session, name), Key.BADGE
    if not pin:
        raise Unknown
    return person_of(name, pin, is_pin=True), Key.PIN


def _by_badge(session: Session, text: str) -> Person:
    scan = parse(text)
    found = auth.person_by_badge(session, scan.token) if isinstance(scan, BadgeScan) else None
    if found is None:
        raise Unknown
    return found


def _station_id(session: Session) -> int | None:
    code = request.cookies.get(STATION_COOKIE, "")
    station = station_by_code(session, code[:64]) if code else None
    return station.id if station else None


def _door(error: Text | None) -> str:
    with reading() as session:
        is_tablet = takes_badges(session)
    wants_desk = "password" in request.form or request.args.get("desk") is not None
    is_desk = wants_desk or not is_tablet
    return render_template(
        "login/desk.html" if is_desk else "login/station.html",
        error=speak(error) if error else None,
        next_url=_target(request.values.get("next", "")),
        name=request.form.get("login" if is_desk else "badge", "")[:40]
        if not request.form.get("badge", "").upper().startswith(BADGE_PREFIX)
        else "",
        is_tablet=is_tablet,
        station_code=request.cookies.get(STATION_COOKIE, ""),
        device={},
    )


def _target(wanted: str) -> str:
    """Return where to go after the login: a path of ours, nowhere else."""
    parts = urlsplit(wanted)
    if parts.scheme or parts.netloc or not wanted.startswith("/") or wanted.startswith("//"):
        return "/"
    return "/" if "\\" in wanted else wanted


@bp.post("/lock")
@needs(ANYBODY)
def lock() -> Response:
    """Shut the tablet: the session ends, the page it was on is remembered by the browser."""
    return _leave(form_str("next", "/"))


@bp.post("/logout")
@needs(LOGGED_IN)
def logout() -> Response:
    """End the session."""
    return _leave("/")


def _leave(target: str) -> Response:
    token = request.cookies.get(COOKIE, "")
    if token:
        with database().transaction() as session:
            auth.close_session(session, token)
    response = redirect(url_for("login.door", next=_target(target)))
    response.delete_cookie(COOKIE)
    return response


@bp.post("/language")
@needs(ANYBODY)
def language() -> Response:
    """Switch between Chinese and English, for the person if somebody is logged in."""
    wanted = form_str("locale", "zh")
    wanted = wanted if wanted in LOCALES else "zh"
    who = visitor()
    if who is not None:
        with database().transaction() as session:
            session.get_one(Person, who.id).locale = wanted
    referrer = urlsplit(request.referrer or "/")
    back = referrer.path + (f"?{referrer.query}" if referrer.query else "")
    response = redirect(_target(back))
    response.set_cookie("fahuo_locale", wanted, max_age=YEAR_S, samesite="Lax", httponly=True)
    return response


@bp.post("/station")
@needs(LOGGED_IN)
def station() -> Response:
    """Say at which station this tablet stands, by scanning or choosing its code."""
    code = clean(form_str("code", ""))
    with reading() as session:
        found = station_by_code(session, code) if code else None
    if code and found is None:
        flash(speak(say("There is no station {code}.", code=code)), "stop")
        return redirect(url_for("home.me"))
    with database().transaction() as session:
        auth.move_to_station(session, request.cookies.get(COOKIE, ""), found.id if found else None)
    response = redirect(url_for("home.index"))
    response.set_cookie(
        STATION_COOKIE,
        found.code if found else "",
        max_age=YEAR_S,
        samesite="Lax",
        httponly=True,
        secure=config().is_https,
    )
    return response
