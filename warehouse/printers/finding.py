"""Looking around the network for printers: asked for at the desk, done by the worker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.addresses import Allowed
from printing.discovery import Found, printers_in
from printing.models import PrinterSearch
from printing.transports.mdns import Service, browse
from warehouse.commands import Command, Outcome
from warehouse.db import Database
from warehouse.text import say

SEARCH_S = 6.0
# A search that nobody has ended by then was begun by a worker that died.
GIVEN_UP_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, kw_only=True)
class FindPrinters(Command):
    """Ask the network which printers are there."""


def find_printers(session: Session, command: FindPrinters) -> Outcome:
    """Have the worker look around; while it does, asking again changes nothing."""
    running = latest_search(session)
    if running is None or is_over(running, command.at):
        search = PrinterSearch(person_id=command.actor.person_id, asked_at=command.at, found=[])
        session.add(search)
        session.flush()
        _forget_older(session, search.id)
    return Outcome(screen="find", message=say("Looking for printers."))


def latest_search(session: Session) -> PrinterSearch | None:
    """Return the newest search, None if there never was one."""
    return session.scalar(sa.select(PrinterSearch).order_by(PrinterSearch.id.desc()).limit(1))


def is_over(search: PrinterSearch, at: datetime) -> bool:
    """Tell whether nothing more comes of this search."""
    return search.ended_at is not None or at - search.asked_at > GIVEN_UP_AFTER


def search_waiting(
    database: Database,
    allowed: Allowed,
    *,
    clock: Callable[[], datetime],
    ask: Callable[[float], Sequence[Service]] = browse,
) -> bool:
    """Do the search that waits, if one does; False if none. Nothing is open while it listens."""
    with database.reading() as session:
        waiting = session.scalar(
            sa.select(PrinterSearch.id).where(PrinterSearch.began_at.is_(None)).limit(1)
        )
    if waiting is None or not _begin(database, waiting, clock()):
        return False
    found: list[Found] = []
    detail = ""
    try:
        found = printers_in(ask(SEARCH_S), allowed)
    except OSError as error:
        detail = str(error)[:500]
    with database.transaction() as session:
        session.execute(
            sa.update(PrinterSearch)
            .where(PrinterSearch.id == waiting)
            .values(ended_at=clock(), found=[entry.to_json() for entry in found], detail=detail)
        )
    return True


def _begin(database: Database, search_id: int, at: datetime) -> bool:
    with database.transaction() as session:
        begun = session.execute(
            sa.update(PrinterSearch)
            .where(PrinterSearch.id == search_id, PrinterSearch.began_at.is_(None))
            .values(began_at=at)
            .returning(PrinterSearch.id)
        )
        return begun.one_or_none() is not None


def _forget_older(session: Session, search_id: int) -> None:
    """Keep the newest only: what answered months ago is no news."""
    session.execute(sa.delete(PrinterSearch).where(PrinterSearch.id < search_id))
