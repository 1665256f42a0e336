"""Days and money as people type them into forms of the desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from flask import request

from warehouse.errors import InvalidInput
from warehouse.receiving.rules import read_day
from warehouse.shops import cells
from warehouse.shops.refusals import BadCell
from warehouse.text import say
from warehouse.web.context import FIRST_DAY, LAST_DAY, config, form_str, now, speak

T = TypeVar("T")


def today() -> date:
    """Return the site's day."""
    return now().astimezone(config().time_zone).date()


def day_of(text: str, field: str) -> date | None:
    """Return the day typed, None for an empty field.

    Raises:
        InvalidInput: there is no such day.
    """
    if not text.strip():
        return None
    found = read_day(text.strip())
    if found is None:
        raise InvalidInput(say("This is no day. Write it as 2026-12-31."), field=field)
    return found


def form_day(name: str) -> date:
    """Return a day of the form. Raises InvalidInput: missing, or no day."""
    found = day_of(form_str(name, ""), name)
    if found is None:
        raise InvalidInput(say("Write the day."), field=name)
    return found


def fen_of(text: str, field: str) -> int:
    """Return the yuan typed as fen, 0 for an empty field.

    Raises:
        InvalidInput: this is no amount, or has parts of a fen.
    """
    try:
        return cells.fen(text) or 0
    except BadCell as bad:
        raise InvalidInput(bad.reason, field=field) from bad


def form_fen(name: str) -> int:
    """Return an amount of the form in fen. Raises InvalidInput: it is none."""
    return fen_of(form_str(name, ""), name)


def pieces_of(text: str, field: str) -> int:
    """Return the number of pieces typed, 0 for an empty field.

    Raises:
        InvalidInput: a fraction, a sign, letters.
    """
    text = text.strip()
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 7:  # noqa: PLR2004
        raise InvalidInput(say("Pieces are whole: 1, 2, 3 …"), field=field)
    return int(text)


def said_pieces(text: str, field: str) -> int:
    """Return the number of pieces typed, where nothing typed is no number.

    Raises:
        InvalidInput: an empty field; a fraction, a sign, letters.
    """
    if not text.strip():
        raise InvalidInput(say("Write how many there were, 0 for none."), field=field)
    return pieces_of(text, field)


def read_or_told(errors: dict[str, str], kind: Callable[[str, str], T], name: str, instead: T) -> T:
    """Return what a field of the form says; where it says nothing sound, `errors` tell why."""
    try:
        return kind(form_str(name, ""), name)
    except InvalidInput as error:
        errors[name] = speak(error.text)
        return instead


def period() -> tuple[date, date]:
    """Return the first and last day of the period in the address, this month if there is none."""
    first, last = (read_day(request.args.get(name, "")) for name in ("first", "last"))
    begin = min(max(first or today().replace(day=1), FIRST_DAY), LAST_DAY)
    return begin, max(min(last or today(), LAST_DAY), begin)


def instants(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the instants at which the first day begins and the last one ends at the site."""
    zone = config().time_zone
    begin = datetime.combine(first, time(), zone).astimezone(UTC)
    return begin, datetime.combine(last + timedelta(days=1), time(), zone).astimezone(UTC)
