"""What dates and numbers may look like at the dock, and how old an account is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from warehouse.receiving.models import PurchaseState
from warehouse.text import Text, say

MOST_PIECES = 100_000  # of one SKU on one paper
HIGHEST_FEN = 10**11
LONGEST_REASON = 200  # why goods go back, or a receipt is corrected
FURTHEST_DAYS = 2 * 366  # nobody promises goods for later
OLDEST_PAPER_DAYS = 5 * 366
LONGEST_LEAD_DAYS = 400
_DAY = re.compile(r"(\d{2}|\d{4})(\d{2})(\d{2})")


def document_no(prefix: str, day: date, number: int) -> str:
    """Return the number of a paper: "GR20261121-003"."""
    return f"{prefix}{day:%Y%m%d}-{number:03d}"


def read_day(digits: str) -> date | None:
    """Return the day keyed as YYMMDD or YYYYMMDD, None if there is no such day.

    A day 00 is the last of its month, as in GS1 dates (General Specifications, 3.4.2).
    """
    match = _DAY.fullmatch(re.sub(r"[-/. ]", "", digits))
    if match is None:
        return None
    year = int(match[1]) + (2000 if len(match[1]) == 2 else 0)  # noqa: PLR2004
    month, day = int(match[2]), int(match[3])
    try:
        if day == 0:
            following = date(year + month // 12, month % 12 + 1, 1)
            return following - timedelta(days=1)
        return date(year, month, day)
    except ValueError:
        return None


def expected_problem(day: date | None, today: date) -> Text | None:
    """Return why goods are not expected on this day, None if they may be."""
    if day is None:
        return None
    if day > today + timedelta(days=FURTHEST_DAYS):
        return say("{day} is too far away for a delivery. Look at the year.", day=str(day))
    if day < today - timedelta(days=OLDEST_PAPER_DAYS):
        return say("{day} is too long ago. Look at the year.", day=str(day))
    return None


def paper_day_problem(day: date, today: date) -> Text | None:
    """Return why a paper or payment is not of this day, None if it may be."""
    if day > today + timedelta(days=1):
        return say("{day} has not come yet.", day=str(day))
    if day < today - timedelta(days=OLDEST_PAPER_DAYS):
        return say("{day} is too long ago. Look at the year.", day=str(day))
    return None


def length_problem(text: str, most: int) -> Text | None:
    """Return why a text is too long to be kept, None if it is not."""
    return None if len(text) <= most else say("This is longer than {most} characters.", most=most)


def pieces_problem(pieces: int) -> Text | None:
    """Return why this is no number of pieces of a line, None if it is."""
    if 0 < pieces <= MOST_PIECES:
        return None
    return say("This must be 1 to {most}.", most=MOST_PIECES)


def fen_problem(fen: int) -> Text | None:
    """Return why this is no amount of money, None if it is."""
    if 0 <= fen <= HIGHEST_FEN:
        return None
    return say("This is not an amount of money.")


def state_after(wanted_and_received: Iterable[tuple[int, int]]) -> PurchaseState:
    """Return the state of an order by (pieces, received) of its lines; more counts as all."""
    lines = list(wanted_and_received)
    if all(received >= pieces for pieces, received in lines):
        return PurchaseState.RECEIVED
    if any(received for _, received in lines):
        return PurchaseState.PARTLY_RECEIVED
    return PurchaseState.ORDERED


AGE_STEPS = (7, 30, 60, 90)  # days; the last bucket is all beyond


def age_bucket(days: int, steps: Sequence[int] = AGE_STEPS) -> int:
    """Return which bucket an account of so many days is in, from 0."""
    return next((at for at, step in enumerate(steps) if days <= step), len(steps))
