"""What the door asks of a browser: is it a tablet of the house, and is somebody who they say."""

from __future__ import annotations

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from warehouse.errors import Forbidden, WarehouseError
from warehouse.people import auth
from warehouse.people.models import Key, Person
from warehouse.people.tablets import tablet_by_token
from warehouse.people.tries import count_try, forget_tries
from warehouse.settings import load_settings
from warehouse.text import say
from warehouse.web.context import config, database, now, reading

TABLET_COOKIE = "fahuo_tablet"
# Browsers forget a cookie after 400 days, whatever they are told; each login makes it young again.
TABLET_S = 400 * 24 * 3600


class Unknown(WarehouseError):
    """Badge, PIN or password is wrong; which of them is not said."""

    status = 401

    def __init__(self) -> None:
        super().__init__(say("Not known. Try again."))


def own_tablet(session: Session, *, lock: bool = False) -> int | None:
    """Return which enrolled tablet this browser is, None if it is none; locked if asked for."""
    token = request.cookies.get(TABLET_COOKIE, "")
    found = tablet_by_token(session, token, lock=lock) if token else None
    return found.id if found else None


def takes_badges(session: Session) -> bool:
    """Tell whether badges and PINs open this browser: a tablet of the house, or the site let go."""
    return own_tablet(session) is not None or not load_settings(session).is_tablet_required


def require_badges(session: Session) -> None:
    """Refuse a badge or PIN in a browser that is no tablet of the house, whoever it belongs to.

    Raises:
        Forbidden: it is none.
    """
    if not takes_badges(session):
        raise Forbidden(say("Badges and PINs open enrolled tablets only. Log in with a password."))


def tablet_to_open(session: Session, by: Key) -> int | None:
    """Return the tablet a session is opened on, which stays enrolled until the transaction ends.

    A secret takes long to look at; a tablet revoked meanwhile is not opened.

    Raises:
        Forbidden: badge or PIN opens this browser no more.
    """
    tablet = own_tablet(session, lock=True)
    if by is not Key.PASSWORD and tablet is None:
        require_badges(session)
    return tablet


def person_of(login: str, secret: str, *, is_pin: bool) -> Person:
    """Return whose login and secret these are; a wrong try counts against login and place.

    The try is counted before the secret is looked at, and nobody waits for that slow look.

    Raises:
        Unknown: they are nobody's. Forbidden: too many wrong tries.
    """
    place = _place()
    with database().transaction() as session:
        count_try(session, login, place, now())
    with reading() as session:
        found = auth.person_by_secret(session, login, secret, is_pin=is_pin)
    if found is None:
        raise Unknown
    with database().transaction() as session:
        forget_tries(session, login, place)
    return found


def _place() -> str:
    with reading() as session:
        tablet = own_tablet(session)
    return f"tablet {tablet}" if tablet is not None else request.remote_addr or ""


def set_tablet_cookie(response: Response, token: str) -> None:
    """Give the browser the token that makes it a tablet of the house; script cannot read it."""
    response.set_cookie(
        TABLET_COOKIE,
        token,
        max_age=TABLET_S,
        httponly=True,
        samesite="Lax",
        secure=config().is_https,
    )
