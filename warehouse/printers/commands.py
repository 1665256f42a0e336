"""What people do with printers: set them up, try them, stop them, say who prints where."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing import queue
from printing.documents import KINDS, Locale, ReadyLabel, TestPage
from printing.media import DOTS_PER_MM, SUITABLE
from printing.models import Printer, PrinterKind, PrintJob, PrintRoute
from warehouse.catalog.models import Station
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.numbers import next_number
from warehouse.people import trail
from warehouse.settings import load_settings
from warehouse.text import say

LONGEST_NAME = 60
LONGEST_ADDRESS = 500
WIDEST_DOTS = 4_000
DARKEST = 30
FARTHEST_OFFSET = 400
# What decides which papers a printer takes.
FITTING = frozenset({"kind", "media", "dpi", "width_dots"})


@dataclass(frozen=True, kw_only=True)
class SavePrinter(Command):
    """Make a printer, or change one. The address was resolved and checked before."""

    printer_id: int | None = None
    name: str
    kind: PrinterKind
    address: str
    dpi: int = 203
    width_dots: int = 832
    media: str = ""
    darkness: int = 0
    offset_x: int = 0
    offset_y: int = 0
    is_mute: bool = False


@dataclass(frozen=True, kw_only=True)
class RemovePrinter(Command):
    """Take away a printer that never printed."""

    printer_id: int


@dataclass(frozen=True, kw_only=True)
class PausePrinter(Command):
    """Stop a printer's lane, or let it go on."""

    printer_id: int
    is_paused: bool


@dataclass(frozen=True, kw_only=True)
class TestPrint(Command):
    """Have a printer print its test page."""

    __test__ = False

    printer_id: int


@dataclass(frozen=True, kw_only=True)
class SetRoute(Command):
    """Which printer takes a kind of document from a station; None as printer: no route."""

    station_id: int | None
    document_kind: str
    printer_id: int | None


def save_printer(session: Session, command: SavePrinter) -> Outcome:
    """Keep the printer.

    Raises:
        InvalidInput: the name is taken or empty, or a figure no printer has.
    """
    _check(session, command)
    is_new = command.printer_id is None
    printer = (
        Printer() if command.printer_id is None else printer_by_id(session, command.printer_id)
    )
    fields = []
    for field in ("name", "kind", "address", "dpi", "width_dots", "media", "darkness", "offset_x",
                  "offset_y", "is_mute"):  # fmt: skip
        value = getattr(command, field)
        value = value.strip() if isinstance(value, str) and field != "kind" else value
        if getattr(printer, field, None) != value:
            setattr(printer, field, value)
            fields.append(field)
    session.add(printer)
    session.flush()
    event = "added" if is_new else "changed"
    trail.record(session, command, "printer", printer.id, event, fields=[] if is_new else fields)
    fit = 0
    if FITTING.intersection(fields) and not is_new:
        fit = queue.rejudge(
            session, printer.id, person_id=command.actor.person_id, at=command.at
        )  # fmt: skip
    message = say("Printer {name} is saved.", name=printer.name)
    if fit:
        message = say("Printer {name} is saved; {count} papers fit now and wait for it.",
                      name=printer.name, count=fit)  # fmt: skip
    return Outcome(screen="printer", subject_id=printer.id, message=message)


def _check(session: Session, command: SavePrinter) -> None:
    name = command.name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidInput(say("Give it a name of 1 to {most} letters.", most=LONGEST_NAME),
                           field="name")  # fmt: skip
    twin = session.scalar(sa.select(Printer.id).where(Printer.name == name))
    if twin is not None and twin != command.printer_id:
        raise InvalidInput(say("There is a printer of this name."), field="name")
    needs_address = command.kind is not PrinterKind.DOWNLOAD
    if not needs_address <= len(command.address.strip()) <= LONGEST_ADDRESS:
        raise InvalidInput(say("Give its address."), field="address")
    if command.dpi not in DOTS_PER_MM:
        raise InvalidInput(say("A head has 203 or 300 dpi."), field="dpi")
    if command.media and command.media not in SUITABLE["test_page"]:
        raise InvalidInput(say("There is no such media."), field="media")
    for field, least, most in (
        ("width_dots", 1, WIDEST_DOTS),
        ("darkness", 0, DARKEST),
        ("offset_x", -FARTHEST_OFFSET, FARTHEST_OFFSET),
        ("offset_y", -FARTHEST_OFFSET, FARTHEST_OFFSET),
    ):
        if not least <= getattr(command, field) <= most:
            text = say("This must be {least} to {most}.", least=least, most=most)
            raise InvalidInput(text, field=field)


def remove_printer(session: Session, command: RemovePrinter) -> Outcome:
    """Take the printer and its routes away.

    Raises:
        RuleViolation: papers went to it; their history keeps it. It can be paused.
    """
    printer = printer_by_id(session, command.printer_id)
    used = session.scalar(sa.select(PrintJob.id).where(PrintJob.printer_id == printer.id).limit(1))
    if used is not None:
        raise RuleViolation(
            say("{name} has printed: its papers keep it. Pause it instead.", name=printer.name)
        )
    session.execute(sa.delete(PrintRoute).where(PrintRoute.printer_id == printer.id))
    stood_in_for = sa.update(Printer).where(Printer.stand_in_id == printer.id)
    session.execute(stood_in_for.values(stand_in_id=None))
    session.delete(printer)
    session.flush()
    trail.record(session, command, "printer", command.printer_id, "removed", name=printer.name)
    return Outcome(screen="printers", message=say("Printer {name} is gone.", name=printer.name))


def pause_printer(session: Session, command: PausePrinter) -> Outcome:
    """Stop the lane behind the job being sent, or let it go on."""
    printer = printer_by_id(session, command.printer_id)
    if command.is_paused:
        queue.pause(session, printer.id)
    else:
        queue.resume(session, printer.id, at=command.at)
    session.flush()
    event = "paused" if command.is_paused else "resumed"
    trail.record(session, command, "printer", printer.id, event)
    message = (
        say("{name} is paused; its papers wait.", name=printer.name)
        if command.is_paused
        else say("{name} goes on.", name=printer.name)
    )
    tone = Tone.ATTENTION if command.is_paused else Tone.OK
    return Outcome(screen="printers", subject_id=printer.id, message=message, tone=tone)


def test_print(session: Session, command: TestPrint) -> Outcome:
    """Queue the printer's test page, of the media that is loaded.

    Raises:
        RuleViolation: it is a print component, which draws no page of ours.
    """
    printer = printer_by_id(session, command.printer_id)
    if printer.kind is PrinterKind.COMPONENT:
        raise RuleViolation(say("A print component draws its platform's own labels and nothing of"
                                " ours: print a test at the component itself."))  # fmt: skip
    page = TestPage(
        locale=Locale(load_settings(session).paper_locale),
        test_no=f"TEST-{next_number(session, 'test-page')}",
        printer=printer.name,
        address=printer.address[:80],
        media=printer.media,
    )
    job_id = queue.enqueue(
        session, page, station_id=command.actor.station_id, at=command.at,
        command_id=command.id, subject=f"printer:{printer.id}", printer_id=printer.id,
    )  # fmt: skip
    return Outcome(
        screen="job",
        subject_id=job_id,
        message=say("A test page is on its way to {name}.", name=printer.name),
    )


test_print.__test__ = False  # type: ignore[attr-defined]  # a command, whatever its name begins with


def set_route(session: Session, command: SetRoute) -> Outcome:
    """Keep the route and give papers that wait for one their printer.

    Raises:
        InvalidInput: no such kind of document, or the printer never takes it.
    """
    if command.document_kind not in KINDS:
        raise InvalidInput(say("There is no such kind of document."), field="document_kind")
    if command.station_id is not None and session.get(Station, command.station_id) is None:
        raise NotFound(say("station"), command.station_id)
    if command.printer_id is not None:
        printer = printer_by_id(session, command.printer_id)
        if printer.kind is PrinterKind.COMPONENT and command.document_kind != ReadyLabel.kind:
            why = say("{name} is a print component: it takes labels of the carrier only.",
                      name=printer.name)  # fmt: skip
            raise InvalidInput(why, field="printer_id")
    session.execute(
        sa.delete(PrintRoute).where(
            PrintRoute.document_kind == command.document_kind,
            PrintRoute.station_id == command.station_id
            if command.station_id is not None
            else PrintRoute.station_id.is_(None),
        )
    )
    if command.printer_id is not None:
        session.add(
            PrintRoute(
                station_id=command.station_id,
                document_kind=command.document_kind,
                printer_id=command.printer_id,
            )
        )
        session.flush()
        trail.record(
            session, command, "printer", command.printer_id, "routed",
            kind=command.document_kind, station=command.station_id,
        )  # fmt: skip
    given = queue.assign_waiting(session, at=command.at)
    message = say("The route is kept.")
    if given.going:
        message = say("The route is kept; {count} papers that waited go on.", count=given.going)
    if given.held:
        message = say(
            "{done} {count} papers waited too long and are set aside.",
            done=message, count=given.held,
        )  # fmt: skip
    tone = Tone.ATTENTION if given.held else Tone.OK
    return Outcome(screen="routes", message=message, tone=tone)


def printer_by_id(session: Session, printer_id: int) -> Printer:
    """Return the printer.

    Raises:
        NotFound: there is none.
    """
    printer = session.get(Printer, printer_id, with_for_update=True, populate_existing=True)
    if printer is None:
        raise NotFound(say("printer"), printer_id)
    return printer
