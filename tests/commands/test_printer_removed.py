"""A printer taken away while somebody asks for a paper: the one is refused or the other waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from printing import queue
from printing.models import JobState, Printer, PrinterKind, PrintJob, PrintRoute
from printing.samples import waybill
from tests.builders import Stage, World
from warehouse.commands import execute
from warehouse.db import Database
from warehouse.errors import RuleViolation
from warehouse.printers.commands import RemovePrinter, remove_printer
from warehouse.waves.maps import print_wave_sheet
from warehouse.waves.papers import PrintWaveSheet


def printer(world: World) -> int:
    made = world.add(Printer(name="new", kind=PrinterKind.ZPL, address="10.0.0.9"))
    world.add(PrintRoute(document_kind="wave_sheet", printer_id=made.id))
    return made.id


def meanwhile(act: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Begin this elsewhere and give it time to come as far as it can; what comes of it is kept."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(act())
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(0.3)
    return thread, found


def test_one_that_has_just_been_given_a_paper_stays(world: World):
    printer_id = printer(world)
    removal = world.command(RemovePrinter, printer_id=printer_id)
    with world.database.transaction() as session:
        queue.enqueue(
            session, waybill(), station_id=None, at=world.now, command_id="c",
            printer_id=printer_id,
        )  # fmt: skip
        thread, found = meanwhile(lambda: execute(world.database, remove_printer, removal))
    thread.join(90)
    assert [type(error) for error in found] == [RuleViolation]
    assert world.one(PrintJob, printer_id=printer_id).state is JobState.QUEUED


def test_a_paper_asked_for_while_its_printer_goes_waits_for_another(world: World):
    printer_id, wave_id = printer(world), world.bring(Stage.WAVED).wave_id
    asking = world.command(PrintWaveSheet, wave_id=wave_id)
    with world.database.transaction() as session:
        session.execute(sa.delete(PrintRoute).where(PrintRoute.printer_id == printer_id))
        session.execute(sa.delete(Printer).where(Printer.id == printer_id))
        thread, found = meanwhile(lambda: execute(world.database, print_wave_sheet, asking))
    thread.join(90)
    assert [error for error in found if isinstance(error, Exception)] == []
    assert world.one(PrintJob, document_kind="wave_sheet").printer_id is None


def test_one_that_has_a_paper_in_hand_stays(sqlite_database: Database):
    world = World(sqlite_database)
    printer_id = printer(world)
    with world.database.transaction() as session:
        queue.enqueue(
            session, waybill(), station_id=None, at=world.now, command_id="c",
            printer_id=printer_id,
        )  # fmt: skip
        sending = {"state": JobState.SENDING, "lease_token": "t"}
        session.execute(sa.update(PrintJob).values(**sending))
    world.refused(RuleViolation, remove_printer, RemovePrinter, printer_id=printer_id)
