"""Filters of the lists of moves: why, and between which days of the site."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from warehouse.inventory.models import Move, MoveReason
from warehouse.web import tables
from warehouse.web.context import config, now

Query = sa.Select[*tuple[Any, ...]]


def filtered(query: Query) -> Query:
    """Return the moves that meet the filters of the address: `reason`, `since` and `until`."""
    reason = tables.one_of("reason", MoveReason)
    if reason is not None:
        query = query.where(Move.reason == reason)
    since, until = day("since"), day("until")
    if since is not None:
        query = query.where(Move.at >= _midnight(since))
    if until is not None and until < date.max:
        query = query.where(Move.at < _midnight(until + timedelta(days=1)))
    return query


def day(name: str) -> date | None:
    """Return a day of the address, None for anything else."""
    try:
        return date.fromisoformat(tables.text(name))
    except ValueError:
        return None


def today() -> date:
    """Return the day it is at the site."""
    return now().astimezone(config().time_zone).date()


def _midnight(of: date) -> datetime:
    # Years that no clock of a database counts back from are as good as the first.
    safe = max(of, date(1970, 1, 2))
    return datetime.combine(safe, time(), tzinfo=config().time_zone)
