"""Drawing for whoever looks at a page: in processes beside the web server, within a person's wait.

Nothing here draws by itself: what hangs, crashes or grows costs its own page and no other.
"""

from __future__ import annotations

import secrets
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from flask import Flask, abort, current_app, make_response, render_template
from werkzeug.wrappers import Response

from printing.errors import (
    DrawingBroken,
    DrawingDelayed,
    DrawingStopped,
    DrawingTooLarge,
    PrintingError,
)
from printing.queue.drawing_room import DrawingRoom
from printing.queue.pipe import Limits
from warehouse.config import Config
from warehouse.errors import RuleViolation
from warehouse.text import Text, say
from warehouse.web.context import locale, speak

EXTENSION, EDITION = "fahuo_drawing", "fahuo_drawing_edition"
# One process, another while it is slow; what nobody looks at needs none. A server has two rooms.
LIMITS = Limits(longest_s=10.0, at_once=1, slow_s=1.0, most=4, wait_s=15.0, idle_s=300.0)
CANNOT = say("This paper cannot be drawn.")
SAID: Mapping[type[PrintingError], Text] = {
    DrawingStopped: say(
        "Drawing this paper took longer than {seconds} s and was stopped. Look whether its template"
        " or its goods hold something odd.",
        seconds=f"{LIMITS.longest_s:g}",
    ),
    DrawingTooLarge: say(
        "Drawing this paper takes too much memory and was stopped. Look whether its template or its"
        " goods hold something odd."
    ),
    DrawingBroken: say(
        "Drawing this paper broke off. Look whether its template or its goods hold something odd."
    ),
    DrawingDelayed: say("The server is too busy to draw this paper. Try again in a moment."),
}
# A sentence in a picture is broken by us: letters of a line, wide ones in Chinese.
LINE_CHARS = {"zh": 14, "en": 30}

T = TypeVar("T")


class CannotDraw(RuleViolation):
    """A paper that could not be drawn for this page."""

    code = "cannot_draw"


class CannotDrawNow(CannotDraw):
    """The same page may show it a little later."""

    code = "cannot_draw_now"
    status = 503


def install(app: Flask, config: Config, room: DrawingRoom | None = None) -> None:
    """Give the application its room; no process is started before the first paper."""
    limits = replace(LIMITS, memory_mb=config.drawing_mb)
    app.extensions[EXTENSION] = room or DrawingRoom(limits)
    app.extensions[EDITION] = secrets.token_hex(4)


def close(app: Flask) -> None:
    """End the processes that draw; the web server does so when it ends."""
    room: DrawingRoom = app.extensions[EXTENSION]
    room.close()


def edition() -> str:
    """Return a word that changes with the program: another version may draw the same otherwise."""
    word: str = current_app.extensions[EDITION]
    return word


def drawn(act: Callable[[], T]) -> T:
    """Return what `act` draws: a function of `printing.queue.showing` with what it is given.

    Raises:
        PrintingError: as `DrawingRoom.do`.
    """
    room: DrawingRoom = current_app.extensions[EXTENSION]
    return room.do(act)


def shown(act: Callable[[], T]) -> T:
    """Return what `act` draws, as `drawn`, for a page that has nothing else to show.

    Raises:
        CannotDraw: it cannot be drawn, or not now; says why to whoever waits for it.
    """
    try:
        return drawn(act)
    except PrintingError as error:
        kind = CannotDrawNow if isinstance(error, DrawingDelayed) else CannotDraw
        raise kind(said_of(error, CANNOT)) from error


def said_of(error: PrintingError, otherwise: Text) -> Text:
    """Return why drawing came to nothing; `otherwise` where it is the paper's own fault."""
    return SAID.get(type(error), otherwise)


def picture(act: Callable[[], bytes | None]) -> Response:
    """Return the PNG that `act` draws, or a picture that says why it cannot be drawn.

    Where `act` finds nothing to draw the page is not found.
    """
    kind = "image/png"
    try:
        response = make_response(shown(act) or abort(404))
    except CannotDraw as error:
        kind = "image/svg+xml"
        lines = textwrap.wrap(speak(error.text), LINE_CHARS[locale()])
        page = render_template("printers/_no_picture.svg", lines=lines)
        response = make_response(page, error.status)
    response.headers["Content-Type"] = kind
    return response
