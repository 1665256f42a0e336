"""A day in figures as JSON: each number beside the day before."""

from __future__ import annotations

from datetime import date, tzinfo
from typing import Any

from sqlalchemy.orm import Session

from warehouse.api.schemas import Schema, component, listed, maybe, record, text, whole
from warehouse.errors import NotFound
from warehouse.reporting.daily import parts_of
from warehouse.text import Text, say, translate

FIRST = date(2000, 1, 1)
FIGURE: Schema = record(
    {
        "part": text("What it belongs to: orders, holds, floor, couriers, shops, stock, papers."),
        "key": text("Never changes; those of a courier or shop bear its code."),
        "name": text("For people."),
        "value": whole(),
        "before": whole("The same number of the day before."),
        "note": maybe(text()),
    },
    "One number of a day.",
)
DAY: Schema = record(
    {"day": text("As 2026-11-22, a day of the site."), "figures": listed(component("Figure"))},
    "What was done on one day.",
)


def show_day(
    session: Session, day: str, *, today: date, zone: tzinfo, language: str
) -> dict[str, Any]:
    """Return the figures of a day, as far as it has come.

    Raises:
        NotFound: it is no day, or has not come yet.
    """
    try:
        when = date.fromisoformat(day)
    except ValueError:
        when = None
    if when is None or not FIRST <= when <= today:
        raise NotFound(say("day"), day)

    def said(words: Text) -> str:
        return translate(words, language)

    return {
        "day": when.isoformat(),
        "figures": [
            {
                "part": part.key,
                "key": figure.key,
                "name": said(figure.name),
                "value": figure.value,
                "before": figure.before,
                "note": said(figure.note) if figure.note else None,
            }
            for part in parts_of(session, when, zone)
            for figure in part.figures
        ],
    }
