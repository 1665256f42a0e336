"""The worker's side: take a printer's oldest job, make its bytes, send them, note what came of it.

Nothing is open while a page is rendered or a printer spoken to: each step ends in a short
transaction of its own, guarded by the job's lease and tried as long as that is good. What may have
reached paper is not tried again.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing import documents
from printing.documents import Document, ReadyLabel
from printing.documents.text import clean
from printing.errors import AddressRefused, PrintingError, TransportError
from printing.inspection import unprintable
from printing.media import Media
from printing.models import (
    WORKING,
    JobState,
    PrintEvent,
    PrintFile,
    PrintFlag,
    PrintJob,
)
from printing.queue.asking import note
from printing.queue.claiming import LEASE, Claimed, claim
from printing.queue.delivery import Transports, media_for, payload_for, ready_payload
from printing.queue.drawing import STANDARD, drawing_of
from printing.queue.health import DETAIL_CHARS, keep_condition
from printing.queue.patience import patiently
from printing.queue.ready import ready_bytes
from printing.renderers import ready
from printing.renderers.pdf import layout
from printing.renderers.pdf.paint import paint
from printing.renderers.pdf.sheet import Sheet
from printing.transports import Condition, Notice, Reason
from warehouse.db import Database, table_of

PAUSES_S = (2, 5, 15, 30, 60)
BUSY_PAUSE_S = 1
FLAG_CHARS = 200
Clock = Callable[[], datetime]

log = logging.getLogger(__name__)
_job = table_of(PrintJob)
_file = table_of(PrintFile)
_flag = table_of(PrintFlag)


@dataclass(frozen=True, kw_only=True)
class _Made:
    stock: Media
    stem: str
    pdf: bytes
    payload: bytes
    marked: str  # characters no face has


@dataclass(frozen=True, kw_only=True)
class Printed:
    """How a job came out of `print_one`."""

    job_id: int
    state: JobState
    reason: str = ""


def print_one(
    database: Database, printer_id: int, *, clock: Clock, transports: Transports
) -> Printed | None:
    """Bring the printer's oldest job as far as it goes now; None if there is nothing to do.

    Never raises for what is wrong with a document or a printer: that ends in the job's state.
    """
    with database.transaction() as session:
        claimed = claim(session, printer_id, at=clock())
    if claimed is None:
        return None
    try:
        made = _made(database, claimed)
    except PrintingError as error:
        return _close(database, claimed, clock, JobState.FAILED, error.code, str(error))
    except Exception as error:
        log.exception("job %d could not be rendered", claimed.job_id)
        return _close(database, claimed, clock, JobState.FAILED, "unexpected", _named(error))
    return _deliver(database, claimed, made, clock, transports)


def _deliver(
    database: Database, claimed: Claimed, made: _Made, clock: Clock, transports: Transports
) -> Printed | None:
    try:
        transport = transports(claimed.printer, made.stock)
    except AddressRefused as error:
        held = _keep(database, claimed, made, clock, is_sending=False)
        if held is None:
            return _not_begun(database, claimed, clock)
        fault = TransportError(str(error), before_first_byte=True, reason=Reason.CONFIGURATION)
        return _not_sent(database, held, clock, fault)
    held = _keep(database, claimed, made, clock, is_sending=True)
    if held is None:
        return _not_begun(database, claimed, clock)
    try:
        transport.send(made.payload, made.stem, _listening(database, held, clock))
    except TransportError as error:
        if error.is_final:
            return _close(database, held, clock, JobState.FAILED, error.reason, str(error))
        if error.before_first_byte:
            return _not_sent(database, held, clock, error)
        return _close(database, held, clock, JobState.UNKNOWN, error.reason, str(error))
    except Exception as error:
        log.exception("job %d was interrupted while sending", claimed.job_id)
        return _close(database, held, clock, JobState.UNKNOWN, "unexpected", _named(error))
    return _close(database, held, clock, JobState.SENT, "", "")


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


def _made(database: Database, claimed: Claimed) -> _Made:
    document = documents.read(claimed.kind, claimed.facts)
    stock = media_for(document, claimed.printer)
    # Bytes made for another stock are of no use: somebody changed the roll in between.
    pdf = claimed.pdf if claimed.media == _stock_name(stock) else None
    if isinstance(document, ReadyLabel):
        return _ready(database, claimed, document, stock, pdf)
    marked = ""
    if not pdf:
        sheets = _drawn(database, document, stock)
        pdf, marked = paint(sheets, document.file_stem), unprintable(sheets)
    payload = payload_for(pdf, claimed.printer)
    return _Made(stock=stock, stem=document.file_stem, pdf=pdf, payload=payload, marked=marked)


def _ready(
    database: Database, claimed: Claimed, label: ReadyLabel, stock: Media, kept: bytes | None
) -> _Made:
    """Return a carrier's own label as it is sent: nobody draws it, it only gets its place."""
    with database.reading() as session:
        content = ready_bytes(session, label)
    pdf = kept or ready.placed(label, content, stock)
    payload = ready_payload(label, content, pdf, stock, claimed.printer)
    return _Made(stock=stock, stem=label.file_stem, pdf=pdf, payload=payload, marked="")


def _drawn(database: Database, document: Document, stock: Media) -> list[Sheet]:
    drawing = STANDARD
    if document.templates:
        with database.reading() as session:
            drawing = drawing_of(session, document, stock)
    return layout(document, stock, drawing.template, drawing.pictures)


def _stock_name(stock: Media) -> str:
    return f"{stock.name}@{stock.dpi}"


def _keep(
    database: Database, claimed: Claimed, made: _Made, clock: Clock, *, is_sending: bool
) -> Claimed | None:
    """Store the bytes, note that they may leave from now on, and return the job under a new lease.

    None when the lease is lost, or somebody has voided the paper since it was claimed: who voids
    it later comes after the first byte.
    """

    def write(session: Session) -> Claimed | None:
        at = clock()
        changed = session.execute(
            sa.update(_job)
            .where(_job.c.id == claimed.job_id, _job.c.lease_token == claimed.token)
            # Sending already: by ourselves, where a commit came through that seemed to fail.
            .where(_job.c.state.in_((*WORKING, JobState.SENDING)), _job.c.void_reason == "")
            .values(
                state=JobState.SENDING if is_sending else JobState.LEASED,
                first_byte_at=at if is_sending else None,
                lease_until=at + LEASE,
            )
            .returning(_job.c.id)
        ).one_or_none()
        if changed is None:
            return None
        if made.pdf is not claimed.pdf:
            session.execute(sa.delete(_file).where(_file.c.job_id == claimed.job_id))
            session.execute(
                sa.insert(_file).values(
                    job_id=claimed.job_id,
                    media=_stock_name(made.stock),
                    sha256=hashlib.sha256(made.pdf).hexdigest(),
                    content=made.pdf,
                    rendered_at=at,
                )
            )
            _flag_for_a_look(session, claimed.job_id, made.marked)
        return replace(claimed, until=at + LEASE)

    return patiently(database, write, until=claimed.until, clock=clock)


def _flag_for_a_look(session: Session, job_id: int, marked: str) -> None:
    """Say of a paper which characters it shows as marks; what is drawn anew is looked at anew."""
    session.execute(sa.delete(_flag).where(_flag.c.job_id == job_id))
    if marked:
        values = {"job_id": job_id, "characters": marked[:FLAG_CHARS]}
        session.execute(sa.insert(_flag).values(values))


def _not_begun(database: Database, claimed: Claimed, clock: Clock) -> Printed | None:
    """Close a job that was voided while we drew it; None if another worker has it by now."""
    drop = partial(_dropped, claimed=claimed, at=clock())
    return patiently(database, drop, until=claimed.until, clock=clock)


def _dropped(session: Session, claimed: Claimed, at: datetime) -> Printed | None:
    """Cancel a job in our hands whose paper is void by now; None if it is not, or not ours.

    Only for a job of which no byte has left.
    """
    reason = session.execute(
        sa.update(_job)
        .where(_job.c.id == claimed.job_id, _job.c.lease_token == claimed.token)
        .where(_job.c.void_reason != "")
        .values(
            state=JobState.CANCELLED, reason="void", closed_at=at, first_byte_at=None,
            lease_token=None, lease_until=None,
        )
        .returning(_job.c.void_reason)
    ).scalar_one_or_none()  # fmt: skip
    if reason is None:
        return None
    note(session, claimed.job_id, JobState.CANCELLED, at, None, reason)
    return Printed(job_id=claimed.job_id, state=JobState.CANCELLED, reason="void")


def _not_sent(database: Database, claimed: Claimed, clock: Clock, error: TransportError) -> Printed:
    """Put a job back whose bytes never left; the printer is at fault, so its lane waits."""
    is_busy, is_fetched = error.reason == Reason.BUSY, error.reason == Reason.DOWNLOAD
    pause = BUSY_PAUSE_S if is_busy else PAUSES_S[min(claimed.attempts, len(PAUSES_S)) - 1]
    at = clock()

    def write(session: Session) -> Printed:
        condition = Condition(reason=error.reason, detail=str(error))
        keep_condition(session, claimed.printer.id, at, condition, has_moved=is_fetched)
        # Whoever voids it just now comes wholly before us or finds it waiting.
        session.execute(sa.select(_job.c.id).where(_job.c.id == claimed.job_id).with_for_update())
        return _dropped(session, claimed, at) or _finish(
            session,
            claimed,
            # What a browser is to fetch waits aside, so that it stops nobody.
            JobState.HELD if is_fetched else JobState.READY,
            error.reason,
            str(error),
            next_try_at=None if is_fetched else at + timedelta(seconds=pause),
            first_byte_at=None,
            # To wait one's turn is no try that failed.
            attempts=claimed.attempts - (1 if is_busy or is_fetched else 0),
        )

    return patiently(database, write, until=claimed.until, clock=clock)


def _close(
    database: Database, claimed: Claimed, clock: Clock, state: JobState, reason: str, detail: str
) -> Printed:
    at = clock()
    times = {JobState.SENT: {"sent_at": at}, JobState.FAILED: {"closed_at": at}}.get(state, {})

    def write(session: Session) -> Printed:
        if state is not JobState.FAILED:
            condition = Condition(reason=reason, detail=detail)
            is_sent = state is JobState.SENT
            keep_condition(session, claimed.printer.id, at, condition, has_moved=is_sent)
        printed = _finish(session, claimed, state, reason, detail, next_try_at=None, **times)
        if printed.state is state and state is not JobState.SENT:
            text = clean(detail, DETAIL_CHARS)
            session.execute(
                sa.insert(PrintEvent).values(job_id=claimed.job_id, state=state, at=at, note=text)
            )
        return printed

    return patiently(database, write, until=claimed.until, clock=clock)


def _finish(
    session: Session,
    claimed: Claimed,
    state: JobState,
    reason: str,
    detail: str,
    **values: Any,
) -> Printed:
    """Write the outcome, unless the job left our hands meanwhile; return how it stands."""
    changed = session.execute(
        sa.update(_job)
        .where(_job.c.id == claimed.job_id, _job.c.lease_token == claimed.token)
        .values(
            lease_token=None, lease_until=None, state=state, reason=reason,
            detail=clean(detail, DETAIL_CHARS), **values,
        )
        .returning(_job.c.id)
    ).one_or_none()  # fmt: skip
    if changed is None:
        now = sa.select(_job.c.state, _job.c.reason).where(_job.c.id == claimed.job_id)
        state, reason = session.execute(now).one()
    return Printed(job_id=claimed.job_id, state=state, reason=reason)


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
