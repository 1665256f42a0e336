"""The day on one sheet: its figures as they stand when the paper is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from babel.dates import format_date
from sqlalchemy.orm import Session

from printing.documents import DailyReport, Locale, Section
from printing.documents import Figure as FigureFacts
from printing.documents.reports import MAX_FIGURES, MAX_SECTIONS
from printing.queue import enqueue
from warehouse.commands import Command, Outcome
from warehouse.errors import InvalidInput
from warehouse.numbers import next_number
from warehouse.reporting.daily import parts_of
from warehouse.reporting.figures import Figure, day_of
from warehouse.settings import load_settings
from warehouse.text import LOCALES, say, translate

STAMP = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, kw_only=True)
class PrintDailyReport(Command):
    """The figures of a day on paper, as they stand now."""

    of_day: date


def print_daily_report(session: Session, command: PrintDailyReport) -> Outcome:
    """Ask for the report; one asked for later the same day says more, so none is a copy.

    Raises:
        InvalidInput: the day has not come yet.
    """
    if command.of_day > command.day:
        raise InvalidInput(say("This day has not come yet."), field="day")
    report = daily_report(session, command.of_day, command.zone, command.at)
    enqueue(
        session,
        report,
        station_id=command.actor.station_id,
        at=command.at,
        command_id=command.id,
        subject=f"day:{command.of_day:%Y%m%d}",
        part=next_number(session, f"daily_report-{report.report_no}"),
    )
    return Outcome(screen="day", message=say("The daily report is on its way."))


def daily_report(session: Session, when: date, zone: tzinfo, at: datetime) -> DailyReport:
    """Return the report of a day of the site, made at an instant."""
    site = load_settings(session)
    locale = Locale(site.paper_locale)
    return DailyReport(
        locale=locale,
        report_no=day_of(when, zone).number,
        day=format_date(when, "full", locale=LOCALES[locale]),
        site=site.site_name,
        sections=tuple(
            Section(
                title=translate(part.title, locale),
                figures=tuple(
                    FigureFacts(
                        name=translate(figure.name, locale),
                        value=f"{figure.value:,}",
                        before=f"{figure.before:,}",
                        note=translate(figure.note, locale) if figure.note else "",
                    )
                    for figure in figures
                ),
            )
            for part in parts_of(session, when, zone)
            for figures in _sections(part.figures)
        )[:MAX_SECTIONS],
        printed_at=at.astimezone(zone).strftime(STAMP),
    )


def _sections(figures: tuple[Figure, ...]) -> list[tuple[Figure, ...]]:
    """Return figures as many at a time as stand in one section: a house may have many shops."""
    return [figures[at : at + MAX_FIGURES] for at in range(0, len(figures), MAX_FIGURES)]
