"""The desk's lanes: every printer with what waits for it, how long already, and who stands in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing.models import TROUBLED, WAITING, JobState, Printer, PrintRoute
from printing.queue import first_of_lanes, flagged
from printing.queue import lanes as all_lanes
from warehouse.errors import InvalidInput, NotFound
from warehouse.people.rights import Right
from warehouse.printers.standing_in import (
    HandOverLane,
    SetStandIn,
    hand_over_lane,
    set_stand_in,
)
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import do, form_int, now, reading
from warehouse.web.desk import act, noted, told
from warehouse.web.paper_rights import may_see
from warehouse.web.papers import bp

LANE_ROWS = 8
MOST_OPENED = 200  # a page drawn anew every few seconds; the list of all papers has the rest
MOST_FLAGGED = 20
# From so long a wait on, a paper is shown in this tone.
LATE = ((timedelta(minutes=10), "stop"), (timedelta(minutes=2), "attention"))


@bp.get("")
@needs(Right.SEE_DESK, Right.REPRINT)
def index() -> str:
    """Show every printer as a lane with what waits for it; `open` shows more of one."""
    with reading() as session:
        return render_template("printers/index.html", **_lanes(session))


@bp.get("/lanes")
@needs(Right.SEE_DESK, Right.REPRINT)
def lanes() -> str:
    """Return the lanes alone, for the page to keep fresh."""
    with reading() as session:
        return render_template("printers/_lanes.html", **_lanes(session))


def _lanes(session: Session) -> dict[str, Any]:
    opened = tables.whole("open", 0) if "open" in request.args else None
    jobs: dict[int | None, list[Any]] = {}
    for job in first_of_lanes(session, LANE_ROWS, opened=opened, most_opened=MOST_OPENED):
        jobs.setdefault(job.printer_id, []).append(job)
    found = all_lanes(session)
    return {
        "lanes": found,
        "jobs": jobs,
        "opened": opened,
        "may_see": may_see,
        "late": _late,
        "troubled": TROUBLED,
        "flagged": flagged(session, MOST_FLAGGED),
        "routed": _routed(session),
        "names": {lane.printer.id: lane.printer.name for lane in found if lane.printer},
    }


def _late(job: Any) -> str | None:
    """Return the tone of a paper in its lane, by what it waits for and how long it does."""
    if job.state in (JobState.UNKNOWN, JobState.HELD):
        return "attention" if job.state is JobState.UNKNOWN else "waiting"
    if job.state not in WAITING:
        return None
    age = now() - job.waiting_since
    return next((tone for least, tone in LATE if age >= least), None)


def _routed(session: Session) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = session.execute(
        sa.select(PrintRoute.printer_id, PrintRoute.document_kind)
        .distinct()
        .order_by(PrintRoute.document_kind)
    )
    for printer_id, kind in rows:
        found.setdefault(printer_id, []).append(kind)
    return found


@bp.post("/<int:printer_id>/hand-over")
@needs(Right.PRINTERS)
def hand_over(printer_id: int) -> Response:
    """Send what waits for the printer to its stand-in."""
    return act(hand_over_lane, HandOverLane, back=url_for("printers.index"), printer_id=printer_id)


@bp.post("/stand-ins")
@needs(Right.PRINTERS)
def stand_ins() -> Response:
    """Keep who stands in for whom; only what changed is written."""
    back = url_for("printers.routes")
    outcome = None
    with reading() as session:
        now_set = dict(session.execute(sa.select(Printer.id, Printer.stand_in_id)).all())
    try:
        for printer_id, before in now_set.items():
            wanted = form_int(f"stand_in_{printer_id}", before or 0) or None
            if wanted != before:
                outcome = do(set_stand_in, SetStandIn, printer_id=printer_id, stand_in_id=wanted)
    except (InvalidInput, NotFound) as error:
        return told(error, back)
    return noted(outcome, back) if outcome else redirect(back, 303)
