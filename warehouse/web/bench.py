"""A station's own printers beside the work: how they are, and the questions only hands can answer.

The corner of the bar and the list behind it are read again and again and write nothing. Answers are
commands, the very ones of the desk; here they are open for the station's own papers alone.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, render_template

from printing.models import JobState, PrintJob
from printing.transports import Reason
from warehouse.commands import Outcome
from warehouse.errors import Forbidden, NotFound, StaleScreen, WarehouseError
from warehouse.people.rights import Right
from warehouse.printers.bench import bench_of
from warehouse.printers.jobs import (
    AnswerUnknown,
    CancelJob,
    FetchJob,
    answer_unknown,
    cancel_job,
    fetch_job,
)
from warehouse.text import say
from warehouse.web.access import LOGGED_IN, needs
from warehouse.web.context import do, form_str, now, person, reading, speak
from warehouse.web.corner import advice_at, corner_of, state_shown, worst_first
from warehouse.web.fetched import keep_fetched
from warehouse.web.paper_rights import may_see, require_may_see
from warehouse.web.papers import answer_of, require_at_bench

bp = Blueprint("bench", __name__, url_prefix="/corner")

NOT_WANTED = "not wanted at the bench"


@bp.get("")
@needs(LOGGED_IN)
def corner() -> str:
    """Return the printer corner alone, for the bar to keep fresh."""
    with reading() as session:
        found = corner_of(session, person().station_id, now())
    return render_template("station/_corner.html", corner=found)


@bp.get("/papers")
@needs(LOGGED_IN)
def papers() -> str:
    """Return the station's printers with what waits and what is asked."""
    return _panel(None)


@bp.post("/papers/<int:job_id>/answer")
@needs(Right.REPRINT, Right.PRINTERS)
def answer(job_id: int) -> tuple[str, int]:
    """Say what became of a paper nobody knows of."""
    _require_own(job_id)
    came_out, is_spoiled = answer_of(form_str("answer", ""))
    return _act(
        lambda: do(
            answer_unknown, AnswerUnknown, job_id=job_id, came_out=came_out, is_spoiled=is_spoiled
        )
    )


@bp.post("/papers/<int:job_id>/fetch")
@needs(Right.REPRINT, Right.PRINTERS)
def fetch(job_id: int) -> tuple[str, int]:
    """Hand a paper out to be printed from this tablet; from now on it is a question."""
    job = _require_own(job_id)
    require_may_see(job.document_kind, job.facts)
    return _act(partial(_fetch, job_id))


def _fetch(job_id: int) -> Outcome:
    outcome = do(fetch_job, FetchJob, job_id=job_id)
    keep_fetched(job_id)
    return outcome


@bp.post("/papers/<int:job_id>/cancel")
@needs(Right.REPRINT, Right.PRINTERS)
def cancel(job_id: int) -> tuple[str, int]:
    """Take back a paper that waits to be fetched and that nobody has fetched."""
    job = _require_own(job_id)
    if job.state is not JobState.HELD or job.reason != Reason.DOWNLOAD:
        return _panel_of(StaleScreen())
    return _act(lambda: do(cancel_job, CancelJob, job_id=job_id, reason=NOT_WANTED))


def _require_own(job_id: int) -> PrintJob:
    """Return the paper if it is one of this station.

    Raises:
        Forbidden: it belongs to other printers; the desk decides about those.
    """
    with reading() as session:
        job = session.get(PrintJob, job_id)
        if job is None:
            raise NotFound(say("paper"), job_id)
        require_at_bench(session, job)
        return job


def _act(act: Any) -> tuple[str, int]:
    try:
        outcome: Outcome = act()
    except Forbidden:
        raise
    except WarehouseError as error:
        return _panel_of(error)
    return _panel({"tone": outcome.tone.value, "text": speak(outcome.message)}), 200


def _panel_of(error: WarehouseError) -> tuple[str, int]:
    return _panel({"tone": "stop", "text": speak(error.text)}), error.status


def _panel(message: dict[str, str] | None) -> str:
    with reading() as session:
        bench = bench_of(session, person().station_id, now())
    return render_template(
        "station/_bench.html",
        bench=bench,
        printers=worst_first(bench),
        message=message,
        state_shown=state_shown,
        advice_at=advice_at,
        may_see=may_see,
    )
