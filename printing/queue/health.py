"""How printers are: kept when they say so, and asked while they are idle, so that a page can tell.

A bench learns that the paper is out before the next label is wanted, not after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents.text import clean
from printing.errors import AddressRefused
from printing.media import Media, media
from printing.models import (
    TROUBLED,
    UNASKED,
    WAITING,
    WORKING,
    JobState,
    Printer,
    PrinterState,
    PrintJob,
)
from printing.queue.claiming import STALE_AFTER, hold_stale
from printing.transports import SILENT, Condition, Reason, Transport
from warehouse.db import Database, table_of

DETAIL_CHARS = 500
SEEN_EVERY = timedelta(minutes=1)
ANY_STOCK = "76x130"  # a question is about no paper
# Printers that answered with a fault were seen; those that did not answer were not.
UNSEEN = frozenset({Reason.OFFLINE, Reason.NO_ANSWER, Reason.CUT_OFF, Reason.CONFIGURATION})
STATES: Mapping[str, PrinterState] = {
    "": PrinterState.READY,
    Reason.PAPER_LOW: PrinterState.READY,
    Reason.DOWNLOAD: PrinterState.READY,
    Reason.BUSY: PrinterState.BUSY,
    Reason.PAPER_OUT: PrinterState.PAPER_OUT,
    Reason.COVER_OPEN: PrinterState.COVER_OPEN,
    Reason.OFFLINE: PrinterState.OFFLINE,
}

_job = table_of(PrintJob)
_printer = table_of(Printer)


def keep_condition(
    session: Session,
    printer_id: int,
    at: datetime,
    condition: Condition,
    *,
    has_moved: bool = False,
) -> None:
    """Keep what a printer said, that it was heard of, if it was, and that a paper went through."""
    values: dict[str, Any] = {
        "state": STATES.get(condition.reason, PrinterState.ATTENTION),
        "state_reason": "" if condition.reason == Reason.DOWNLOAD else condition.reason,
        "state_detail": clean(condition.detail, DETAIL_CHARS),
    }
    if condition.reason not in UNSEEN:
        values["last_seen_at"] = at
    if has_moved:
        values["moved_at"] = at
    session.execute(sa.update(_printer).where(_printer.c.id == printer_id).values(**values))


def idle_printers(session: Session) -> dict[int, bool]:
    """Return the printers nobody is printing on now: id → whether a hand is being waited for.

    Those that are away are not among them: a hand does not bring them back within seconds.
    """
    busy = sa.select(_job.c.printer_id).where(
        _job.c.state.in_((*WORKING, JobState.SENDING)), _job.c.printer_id.is_not(None)
    )
    rows = session.execute(
        sa.select(_printer.c.id, _printer.c.state).where(
            _printer.c.kind.not_in(UNASKED), _printer.c.id.not_in(busy)
        )
    )
    return {row.id: row.state in TROUBLED and row.state is not PrinterState.OFFLINE for row in rows}


def look_at(
    database: Database,
    printer_id: int,
    *,
    clock: Callable[[], datetime],
    transports: Callable[[Printer, Media], Transport],
) -> Condition | None:
    """Ask the printer how it is and keep the answer; None if it is gone or has no device.

    Nothing is open while it is asked, and nothing is written as long as nothing changes. One that
    is well again has its waiting papers tried at once.
    """
    with database.reading() as session:
        printer = session.get(Printer, printer_id)
        if printer is None or printer.kind in UNASKED:
            return None
        session.expunge(printer)
    try:
        condition = transports(printer, media(ANY_STOCK)).look()
    except AddressRefused as error:
        condition = Condition(reason=Reason.CONFIGURATION, detail=str(error))
    if _is_news(printer, condition, clock()):
        with database.transaction() as session:
            _take_in(session, printer, clock(), condition)
    return condition


def _is_news(printer: Printer, condition: Condition, at: datetime) -> bool:
    wanted = _state_after(printer, condition), condition.reason
    if (printer.state, printer.state_reason) != wanted:
        return True
    seen = printer.last_seen_at
    return condition.reason not in UNSEEN and (seen is None or at - seen >= SEEN_EVERY)


def _take_in(session: Session, printer: Printer, at: datetime, condition: Condition) -> None:
    # A claim takes the printer first, then its jobs; so does this.
    session.execute(
        sa.select(_printer.c.id).where(_printer.c.id == printer.id).with_for_update(key_share=True)
    )
    seen = printer.last_seen_at
    if condition.reason not in UNSEEN and (seen is None or seen < at - STALE_AFTER):
        # It was away: what grew old meanwhile waits for a word, before it counts as seen again.
        hold_stale(session, printer, at)
    keep_condition(session, printer.id, at, condition)
    state = _state_after(printer, condition)
    if condition == SILENT:
        session.execute(sa.update(_printer).where(_printer.c.id == printer.id).values(state=state))
    if state in (PrinterState.READY, PrinterState.UNKNOWN):
        session.execute(
            sa.update(_job)
            .where(_job.c.printer_id == printer.id, _job.c.state.in_(WAITING))
            .where(_job.c.next_try_at.is_not(None))
            .values(next_try_at=None)
        )


def _state_after(printer: Printer, condition: Condition) -> PrinterState:
    if condition == SILENT:
        # It is there and tells nothing: it is what it last showed by printing.
        return PrinterState.READY if printer.state is PrinterState.READY else PrinterState.UNKNOWN
    return STATES.get(condition.reason, PrinterState.ATTENTION)
