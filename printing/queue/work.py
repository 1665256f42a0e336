"""The worker's side: take a printer's oldest job, make its bytes, send them, note what came of it.

Nothing is open while a page is rendered or a printer spoken to. What may have reached paper is not
tried again.
"""

from __future__ import annotations

import logging

from printing.errors import AddressRefused, DrawingDelayed, PrintingError, TransportError
from printing.models import JobState
from printing.queue.claiming import Claimed, claim
from printing.queue.delivery import Transports
from printing.queue.health import keep_condition
from printing.queue.making import Draw, Made, made_of, make
from printing.queue.outcomes import Printed, close, keep, not_begun, not_drawn, not_sent
from printing.queue.patience import BUSY, Clock
from printing.transports import Condition, Notice, Reason
from warehouse.db import Database

log = logging.getLogger(__name__)


def print_one(
    database: Database,
    printer_id: int,
    *,
    clock: Clock,
    transports: Transports,
    draw: Draw = made_of,
) -> Printed | None:
    """Bring the printer's oldest job as far as it goes now; None if there is nothing to do.

    `draw` makes its bytes: here, or in a process of its own (`printing.queue.drawing_room`).
    Never raises for what is wrong with a document or a printer: that ends in the job's state.
    """
    with database.transaction() as session:
        claimed = claim(session, printer_id, at=clock())
    if claimed is None:
        return None
    try:
        made = make(database, claimed, draw, clock)
    except BUSY:
        raise  # not the paper's fault: it is tried again when its lease has ended
    except DrawingDelayed as error:
        log.warning("job %d is drawn later: %s", claimed.job_id, error)
        return not_drawn(database, claimed, clock, error)
    except PrintingError as error:
        return close(database, claimed, clock, JobState.FAILED, error.code, str(error))
    except Exception as error:
        log.exception("job %d could not be rendered", claimed.job_id)
        return close(database, claimed, clock, JobState.FAILED, "unexpected", _named(error))
    return _deliver(database, claimed, made, clock, transports)


def _deliver(
    database: Database, claimed: Claimed, made: Made, clock: Clock, transports: Transports
) -> Printed | None:
    try:
        transport = transports(claimed.printer, made.stock)
    except Exception as error:
        if not isinstance(error, AddressRefused):
            log.exception("job %d has no way to its printer", claimed.job_id)
        held = keep(database, claimed, made, clock, is_sending=False)
        if held is None:
            return not_begun(database, claimed, clock)
        fault = TransportError(str(error), before_first_byte=True, reason=Reason.CONFIGURATION)
        return not_sent(database, held, clock, fault)
    held = keep(database, claimed, made, clock, is_sending=True)
    if held is None:
        return not_begun(database, claimed, clock)
    try:
        transport.send(made.payload, made.stem, _listening(database, held, clock))
    except TransportError as error:
        if error.is_final:
            return close(database, held, clock, JobState.FAILED, error.reason, str(error))
        if error.before_first_byte:
            return not_sent(database, held, clock, error)
        return close(database, held, clock, JobState.UNKNOWN, error.reason, str(error))
    except Exception as error:
        log.exception("job %d was interrupted while sending", claimed.job_id)
        return close(database, held, clock, JobState.UNKNOWN, "unexpected", _named(error))
    return close(database, held, clock, JobState.SENT, "", "")


def _listening(database: Database, claimed: Claimed, clock: Clock) -> Notice:
    """Keep what the printer says while it has the paper, for the pages that show it."""

    def notice(condition: Condition) -> None:
        try:
            with database.transaction() as session:
                keep_condition(session, claimed.printer.id, clock(), condition)
        except Exception:
            # A page that lags behind must not cost a paper.
            log.warning("what printer %d says is not shown", claimed.printer.id, exc_info=True)

    return notice


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
