"""How pages are made: words, dates, versions of static files, security headers, error pages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_datetime
from flask import Flask, current_app, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import NoResultFound
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from warehouse.commands import new_id
from warehouse.errors import WarehouseError
from warehouse.gate import DatabaseBusy
from warehouse.people.rights import Right
from warehouse.text import LOCALES, Text, say, translate
from warehouse.web.context import config, locale, may, now, speak, visitor

STATIC = Path(__file__).parent / "static"
CSP = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
}
KG = 1000

# Desk pages in the order of the day: (endpoint, label, rights that open it).
Place = tuple[str, Text, tuple[Right, ...]]
NAV: tuple[Place, ...] = (
    ("orders.index", say("Orders"), (Right.SEE_DESK,)),
    ("consignments.index", say("Consignments"), (Right.SEE_DESK,)),
    ("waves.index", say("Waves"), (Right.SEE_DESK,)),
    ("parcels.index", say("Parcels"), (Right.SEE_DESK,)),
    ("handovers.index", say("Handovers"), (Right.SEE_DESK,)),
    ("stock.index", say("Stock"), (Right.SEE_DESK,)),
    ("counts.index", say("Counts"), (Right.SEE_DESK,)),
    ("receiving.index", say("Receiving"), (Right.SEE_DESK,)),
    ("printers.index", say("Printing"), (Right.SEE_DESK,)),
)
PART_OF = {"supply": "receiving", "lots": "stock"}  # sections reached by the tabs of another
# What is looked at once a day, or set up once, stands behind one word.
MORE: tuple[Place, ...] = (
    ("days.index", say("Daily report"), (Right.SEE_DESK,)),
    ("carriers.index", say("Couriers"), (Right.CARRIERS,)),
    ("tablets.index", say("Stations"), (Right.STATIONS,)),
    ("people.index", say("People"), (Right.PEOPLE,)),
    ("settings.index", say("Settings"), (Right.SETTINGS,)),
)


def install(app: Flask) -> None:
    """Give every template its words and every answer its headers."""
    # Globals, not context: the macros see them too. They ask for the language when called.
    app.jinja_env.globals.update(
        _=lambda msgid, **params: translate(Text(msgid, params), locale()),
        speak=speak,
        may=lambda right: may(Right(right)),
        static=_static,
        fresh_id=new_id,
        fmt_g=fmt_g,
        fmt_instant=lambda at, kind="short": fmt_instant(at, locale(), kind),
        fmt_ago=lambda at: speak(fmt_ago(at, now())),
    )
    app.context_processor(_words)
    app.after_request(_secure)
    app.register_error_handler(WarehouseError, _refused)
    app.register_error_handler(DatabaseBusy, _busy)
    app.register_error_handler(CSRFError, _stale_form)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(NoResultFound, _missing)
    app.register_error_handler(Exception, _crashed)


def _words() -> dict[str, Any]:
    """What every template knows of its reader."""
    return {
        "locale": locale(),
        "person": visitor(),
        "nav": _nav(),
        "search_value": request.args.get("q", ""),
        "login_url": url_for("login.door"),
    }


def _nav() -> list[dict[str, Any]]:
    if visitor() is None:
        return []
    section = (request.endpoint or "").partition(".")[0]
    section = PART_OF.get(section, section)
    return [
        {
            "href": url_for(endpoint),
            "label": speak(label),
            "current": endpoint.partition(".")[0] == section,
            "is_more": (endpoint, label, rights) in MORE,
        }
        for endpoint, label, rights in (*NAV, *MORE)
        if any(may(right) for right in rights) and endpoint in current_app.view_functions
    ]


@cache
def _version(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def _static(name: str) -> str:
    return url_for("static", filename=name, v=_version(name))


def fmt_instant(at: datetime | None, language: str, kind: str = "short") -> str:
    """Return an instant in the site's time zone: "HH:mm" today, with the day else."""
    if at is None:
        return ""
    local = at.astimezone(config().time_zone)
    today = now().astimezone(config().time_zone).date()
    pattern = "HH:mm" if kind == "short" and local.date() == today else "MM-dd HH:mm"
    if kind == "long" or local.year != today.year:
        pattern = "yyyy-MM-dd HH:mm:ss" if kind == "long" else "yyyy-MM-dd HH:mm"
    return format_datetime(local, pattern, locale=LOCALES[language])


def fmt_ago(at: datetime | None, present: datetime) -> Text:
    """Return how long ago an instant was, or how long it still is, in its largest unit."""
    if at is None:
        return say("{text}", text="")
    span = present - at
    is_ahead = span < timedelta(0)
    minutes = int(abs(span).total_seconds()) // 60
    if minutes < 60:  # noqa: PLR2004
        text = say("{n} min", n=minutes)
    elif minutes < 48 * 60:
        text = say("{n} h", n=minutes // 60)
    else:
        text = say("{n} d", n=minutes // (24 * 60))
    return say("in {span}", span=text) if is_ahead else text


def fmt_g(grams: int | None) -> str:
    """Return grams as people read them: "850 g", "1.25 kg"."""
    if grams is None:
        return "–"
    return f"{grams} g" if grams < KG else f"{grams / KG:.2f} kg"


def _secure(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    elif "v" not in request.args:
        # A module imported by another carries no version: the browser asks if it is still fresh.
        response.headers["Cache-Control"] = "no-cache"
    return response


def _refused(error: WarehouseError) -> tuple[str, int]:
    return error_page(speak(error.text), error.status)


def _busy(_error: DatabaseBusy) -> tuple[str, int, dict[str, str]]:
    page = error_page(speak(say("The database is busy. Try again in a moment.")), 503)
    return *page, {"Retry-After": "1"}


def _stale_form(error: CSRFError) -> Response | tuple[str, int]:
    """A tablet whose form token is gone goes to the door and keeps its scans."""
    if request.path.endswith("/scans"):
        return "", 401
    return _http_error(error)


def _missing(_error: NoResultFound) -> tuple[str, int]:
    return error_page(speak(say("There is no such page.")), 404)


def _http_error(error: HTTPException) -> Response | tuple[str, int]:
    code = error.code or 500
    if code < 400 and error.response is not None:  # noqa: PLR2004
        return error.get_response()
    texts = {
        400: say("The request cannot be understood. Load the page anew."),
        404: say("There is no such page."),
        405: say("This cannot be opened like that."),
        413: say("The file is too large."),
    }
    return error_page(speak(texts.get(code, say("That did not work."))), code)


def _crashed(error: Exception) -> tuple[str, int]:
    current_app.logger.error("unexpected: %s", type(error).__name__, exc_info=error)
    if current_app.testing:
        raise error
    return error_page(
        speak(say("Something went wrong here. It is in the log; nothing was half done.")), 500
    )


def error_page(text: str, status: int) -> tuple[str, int]:
    """Return an error as a page, or as a message line where a station asked."""
    if request.method == "POST" and request.path.endswith("/scans"):
        message = {"tone": "stop", "sound": "stop", "text": text, "expects": ""}
        return render_template("_message.html", message=message), status
    return render_template("error.html", text=text, status=status), status


def of_rows(errors: Mapping[str, str], prefix: str) -> dict[str, str]:
    """Return the errors of a form whose rows have fields called by a prefix and the row's key."""
    named = {name: prefix + name for name in errors}
    return {named[n] if named[n] in request.form else n: said for n, said in errors.items()}


def fieldless(errors: Mapping[str, str]) -> list[str]:
    """Return the errors that no field of the form sent can tell: the page tells them above it."""
    return [said for name, said in errors.items() if name not in request.form]


def invalid(error: WarehouseError) -> dict[str, str]:
    """Return the errors of a form as field → sentence, "" where it is of no field.

    Several of one field are lines of its sentence.
    """
    found: dict[str, str] = {}
    for one in error.all:
        said = speak(one.text)
        found[one.field] = f"{found[one.field]}\n{said}" if one.field in found else said
    return found
