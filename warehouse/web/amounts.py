"""Days and money as people type them into forms of the desk."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from flask import request

from warehouse.errors import InvalidInput
from warehouse.receiving.rules import read_day
from warehouse.shops import cells
from warehouse.shops.refusals import BadCell
from warehouse.text import say
from warehouse.web.context import FIRST_DAY, LAST_DAY, config, form_str, now

MOST_TYPED = 9_999_999


def today() -> date:
    """Return the site's day."""
    return now().astimezone(config().time_zone).date()


def form_day_or_none(name: str) -> date | None:
    """Return a day of the form, None for an empty field. Raises InvalidInput: no such day."""
    text = form_str(name, "")
    found = read_day(text) if text else None
    if text and found is None:
        raise InvalidInput(say("This is no day. Write it as 2026-12-31."), field=name)
    return found


def form_day(name: str) -> date:
    """Return a day of the form. Raises InvalidInput: missing, or no day."""
    found = form_day_or_none(name)
    if found is None:
        raise InvalidInput(say("Write the day."), field=name)
    return found


def form_fen(name: str) -> int:
    """Return the yuan of a field as fen, 0 for an empty one.

    Raises:
        InvalidInput: this is no amount, or has parts of a fen.
    """
    try:
        return cells.fen(form_str(name, "")) or 0
    except BadCell as bad:
        raise InvalidInput(bad.reason, field=name) from bad


def form_pieces(name: str) -> int:
    """Return the number of pieces in a field, 0 for an empty one.

    Raises:
        InvalidInput: a fraction, a sign, letters, or more than anybody has.
    """
    text = form_str(name, "")
    if not text:
        return 0
    if not text.isascii() or not text.isdigit():
        raise InvalidInput(say("Pieces are whole: 1, 2, 3 …"), field=name)
    if len(text.lstrip("0")) > len(str(MOST_TYPED)):
        raise InvalidInput(say("Pieces are 0 to {most}.", most=MOST_TYPED), field=name)
    return int(text)


def form_pieces_said(name: str) -> int:
    """Return the number of pieces in a field, where nothing typed is no number.

    Raises:
        InvalidInput: an empty field; a fraction, a sign, letters.
    """
    if not form_str(name, ""):
        raise InvalidInput(say("Write how many there were, 0 for none."), field=name)
    return form_pieces(name)


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
