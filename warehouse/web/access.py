"""The door: who a request comes from, and whether the route is open to them.

Every view declares the right it needs; one that declares nothing is closed to all.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from warehouse.counting.blind import is_book_hidden
from warehouse.errors import Forbidden
from warehouse.people import auth
from warehouse.people.auth import Visitor
from warehouse.people.rights import Right, rights_of
from warehouse.text import say
from warehouse.web.context import config, database, now, visitor

COOKIE = "fahuo_session"
ANYBODY = "anybody"  # nobody need be logged in
LOGGED_IN = "logged in"
MACHINE = "machine"  # the API, which asks for its own token

View = TypeVar("View", bound=Callable[..., Any])


def needs(
    *rights: Right | str, at_desk: bool = False, shows_book: bool = False
) -> Callable[[View], View]:
    """Declare that any of the rights opens the view (or ANYBODY, or LOGGED_IN).

    `at_desk`: to those who came by password only, though a badge has the right at its station.
    `shows_book`: it tells how many pieces the book has where, so it is shut to whoever may be sent
    to count them blind.
    """

    def declare(view: View) -> View:
        view.needs = rights  # type: ignore[attr-defined]
        view.at_desk = at_desk  # type: ignore[attr-defined]
        view.shows_book = shows_book  # type: ignore[attr-defined]
        return view

    return declare


def needs_of(endpoint: str) -> tuple[Right | str, ...]:
    """Return what a route declared; empty: closed."""
    view = current_app.view_functions[endpoint]
    return tuple(getattr(view, "needs", ()))


def is_at_desk(endpoint: str) -> bool:
    """Tell whether a route is shut to badges."""
    return bool(getattr(current_app.view_functions[endpoint], "at_desk", False))


def shows_book(endpoint: str) -> bool:
    """Tell whether a route shows what the book has."""
    return bool(getattr(current_app.view_functions[endpoint], "shows_book", False))


def install(app: Flask) -> None:
    """Ask every request who it is and whether it may."""
    app.before_request(_know_visitor)
    app.before_request(_check_right)
    app.after_request(_touch)


def _know_visitor() -> None:
    token = request.cookies.get(COOKIE, "")
    g.visitor = None
    if not token or request.endpoint == "static":
        return
    idle = timedelta(seconds=config().lock_after_s)
    with database().reading() as session:
        g.visitor = auth.visitor_of(session, token, now(), idle_after=idle)


def _check_right() -> Response | tuple[str, int] | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    needed = needs_of(request.endpoint)
    if ANYBODY in needed or MACHINE in needed:
        return None
    who = visitor()
    if who is None:
        if request.method != "GET":
            return "", 401
        return redirect(url_for("login.door", next=request.full_path.rstrip("?")))
    is_shut = who.is_limited and is_at_desk(request.endpoint)
    if not is_shut and (LOGGED_IN in needed or any(right in who.rights for right in needed)):
        _check_book(who)
        return None
    if who.is_limited and request.method == "GET" and rights_of(who.roles) & set(needed):
        return redirect(url_for("login.door", desk=1, next=request.full_path.rstrip("?")))
    raise Forbidden(say("This is not your right. Ask the supervisor."))


def _check_book(who: Visitor) -> None:
    """Refuse what the book has to whoever may be sent to count it blind."""
    if request.endpoint is None or not shows_book(request.endpoint):
        return
    with database().reading() as session:
        if is_book_hidden(session, who.id):
            raise Forbidden(
                say(
                    "A blind count still asks for bins, and you may be sent to count them. "
                    "What the book has is shown to you again when they are counted."
                )
            )


def _touch(response: Response) -> Response:
    """Note that somebody works; reading pages writes nothing."""
    who = visitor()
    is_scan = request.method == "POST" and response.status_code < 500  # noqa: PLR2004
    if who is None or not is_scan or now() - who.seen_at < auth.SEEN_EVERY:
        return response
    with database().transaction() as session:
        auth.touch(session, request.cookies.get(COOKIE, ""), now())
    return response


def set_session_cookie(response: Response, token: str) -> None:
    """Give the browser its session; script cannot read it."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=auth.SESSION_HOURS * 3600,
        httponly=True,
        samesite="Lax",
        secure=config().is_https,
    )
