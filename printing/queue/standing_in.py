"""A printer's stand-in takes over what the other has not begun, as long as that one is away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import ReadyLabel
from printing.errors import DoesNotFit
from printing.models import (
    IN_LANE,
    TROUBLED,
    WAITING,
    JobState,
    Printer,
    PrinterState,
    PrintEvent,
    PrintFile,
    PrintJob,
    in_states,
)
from printing.queue.delivery import stock_for, stock_of
from warehouse.db import table_of

AT_A_TIME = 500
OF_THE_PRINTER = "test_page"  # tells about its own printer, so nobody else prints it

_job = table_of(PrintJob)
_printer = table_of(Printer)


@dataclass(frozen=True, kw_only=True)
class HandedOver:
    """How many papers went to the stand-in, and how many of which kind it cannot print."""

    moved: int
    refused: Mapping[str, int] = field(default_factory=dict)


def is_away(printer: Printer) -> bool:
    """Tell whether a printer prints nothing until somebody does something."""
    return printer.is_paused or printer.state in TROUBLED


def hand_over(
    session: Session, printer: Printer, stand_in: Printer, *, person_id: int, at: datetime
) -> HandedOver:
    """Give what waits for one printer to another that holds the same stock; papers are drawn anew.

    What a worker has in hand, what may have come out and what is held stay where they are.
    """
    counts = _waiting(session, printer.id)
    fitting = [
        kind
        for kind in counts
        if kind != ReadyLabel.kind and _is_same_stock(kind, printer, stand_in)
    ]
    ready = _ready_fitting(session, printer, stand_in) if ReadyLabel.kind in counts else ()
    ids = _take(session, printer.id, stand_in.id, fitting, ready, at)
    for some in _lots(ids):
        session.execute(sa.delete(PrintFile).where(PrintFile.job_id.in_(some)))
        session.execute(
            sa.insert(PrintEvent),
            [
                {"job_id": job_id, "state": JobState.QUEUED, "at": at, "person_id": person_id,
                 "note": f"to {stand_in.name}"}
                for job_id in some
            ],
        )  # fmt: skip
    session.expire_all()
    refused = {kind: count for kind, count in counts.items() if kind not in fitting}
    if ReadyLabel.kind in refused:
        refused[ReadyLabel.kind] -= len(ready)
    return HandedOver(moved=len(ids), refused={k: n for k, n in refused.items() if n > 0})


def to_relieve(session: Session, *, after: timedelta, at: datetime) -> Sequence[int]:
    """Return the ids of printers with a stand-in that are offline so long and are waited for."""
    waited_for = (
        sa.select(sa.func.min(_job.c.waiting_since))
        .where(
            _job.c.printer_id == _printer.c.id, in_states(IN_LANE), in_states(WAITING),
            _job.c.document_kind != OF_THE_PRINTER,
        )
        .correlate(_printer)
        .scalar_subquery()
    )  # fmt: skip
    return session.scalars(
        sa.select(_printer.c.id)
        .where(
            _printer.c.stand_in_id.is_not(None),
            _printer.c.state == PrinterState.OFFLINE,
            sa.not_(_printer.c.is_paused),
            waited_for.is_not(None),
            sa.func.coalesce(_printer.c.last_seen_at, waited_for) <= at - after,
        )
        .order_by(_printer.c.id)
    ).all()


def _waiting(session: Session, printer_id: int) -> dict[str, int]:
    rows = session.execute(
        sa.select(_job.c.document_kind, sa.func.count())
        .where(_job.c.printer_id == printer_id, in_states(IN_LANE), in_states(WAITING))
        .where(_job.c.document_kind != OF_THE_PRINTER)
        .group_by(_job.c.document_kind)
        .order_by(_job.c.document_kind)
    )
    return dict(rows.all())


def _is_same_stock(kind: str, printer: Printer, stand_in: Printer) -> bool:
    try:
        there = stock_for(kind, stand_in)
    except DoesNotFit:
        return False
    try:
        return there.name == stock_for(kind, printer).name
    except DoesNotFit:
        return True  # the printer itself could not have printed these


def _ready_fitting(session: Session, printer: Printer, stand_in: Printer) -> Sequence[int]:
    """Return the carriers' own labels that fit: each names its stock and its language."""
    rows = session.execute(
        sa.select(_job.c.id, _job.c.facts).where(
            _job.c.printer_id == printer.id, in_states(IN_LANE), in_states(WAITING),
            _job.c.document_kind == ReadyLabel.kind,
        )
    )  # fmt: skip
    return [job_id for job_id, facts in rows if _takes(stand_in, facts)]


def _takes(stand_in: Printer, facts: Mapping[str, Any]) -> bool:
    try:
        stock_of(ReadyLabel.kind, facts, stand_in)
    except DoesNotFit:
        return False
    return True


def _take(
    session: Session,
    printer_id: int,
    stand_in_id: int,
    kinds: Sequence[str],
    ready: Sequence[int],
    at: datetime,
) -> list[int]:
    # One statement decides: a worker's claim comes wholly before it or after it.
    rows = session.execute(
        sa.update(_job)
        .where(
            _job.c.printer_id == printer_id,
            _job.c.state.in_(WAITING),
            sa.or_(_job.c.document_kind.in_(kinds), _job.c.id.in_(ready)),
        )
        .values(
            printer_id=stand_in_id, state=JobState.QUEUED, reason="", detail="", attempts=0,
            next_try_at=None, waiting_since=at,
        )
        .returning(_job.c.id)
    )  # fmt: skip
    return sorted(rows.scalars())


def _lots(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + AT_A_TIME] for start in range(0, len(ids), AT_A_TIME))
