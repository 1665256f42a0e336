"""The day in figures at the desk: what was done, beside the day before; as a file, on paper."""

from __future__ import annotations

from datetime import date, timedelta

from babel.dates import format_date
from flask import Blueprint, abort, render_template, request, url_for
from werkzeug.wrappers import Response

from warehouse.people.rights import Right
from warehouse.reporting.daily import parts_of
from warehouse.reporting.figures import Figure, Part
from warehouse.reporting.papers import PrintDailyReport, daily_report, print_daily_report
from warehouse.text import LOCALES, say
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import FIRST_DAY, config, locale, now, reading, today
from warehouse.web.desk import act
from warehouse.web.drafts import draft, shown
from warehouse.web.spreadsheets import Field, file_answer

bp = Blueprint("days", __name__, url_prefix="/days")

Row = tuple[Part, Figure]
FIELDS: tuple[Field, ...] = (
    (say("Part"), lambda row: row[0].title),
    (say("Figure"), lambda row: row[1].name),
    (say("This day"), lambda row: row[1].value),
    (say("Day before"), lambda row: row[1].before),
    (say("Note"), lambda row: row[1].note or ""),
    (say("Key"), lambda row: row[1].key),
)


@bp.get("")
@needs(Right.SEE_DESK)
def index() -> str | Response:
    """Show the figures of today, or of the day asked for."""
    return _shown(_date(request.args.get("day", "")) or today())


@bp.get("/<day>")
@needs(Right.SEE_DESK)
def day(day: str) -> str | Response:
    """Show the figures of a day."""
    return _shown(_known(day))


def _shown(when: date) -> str | Response:
    with reading() as session:
        parts = parts_of(session, when, config().time_zone)
    if tables.is_export():
        rows = [(part, figure) for part in parts for figure in part.figures]
        return file_answer(f"day-{when}", FIELDS, rows, as_=request.args["export"])
    return render_template(
        "days/day.html",
        day=when,
        shown=format_date(when, "full", locale=LOCALES[locale()]),
        parts=parts,
        is_today=when == today(),
        before=_link(when - timedelta(days=1)),
        after=_link(when + timedelta(days=1)),
        last=today(),
    )


@bp.get("/<day>/report.pdf")
@needs(Right.SEE_DESK)
def report_draft(day: str) -> Response:
    """Show the day's report as it would be printed now, a mark across."""
    when = _known(day)
    with reading() as session:
        paper = draft(session, daily_report(session, when, config().time_zone, now()))
    return shown(paper)


@bp.post("/<day>/report")
@needs(Right.SEE_DESK)
def report(day: str) -> Response:
    """Ask for the day's report on paper."""
    when = _known(day)
    back = url_for("days.day", day=when.isoformat())
    return act(print_daily_report, PrintDailyReport, back=back, of_day=when)


def _link(when: date) -> str:
    return url_for("days.day", day=when.isoformat()) if FIRST_DAY <= when <= today() else ""


def _known(text: str) -> date:
    """Return the day an address names, as far as it has come."""
    found = _date(text)
    if found is None:
        abort(404)
    return found


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_DAY <= found <= today() else None
