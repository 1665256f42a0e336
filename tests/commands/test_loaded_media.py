"""Another roll is put in: papers refused because of the old one are judged again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from printing.errors import DoesNotFit
from printing.models import JobState, Printer, PrinterKind, PrintJob, PrintRoute
from printing.queue import print_one
from printing.transports.memory import MemoryTransport
from tests.builders import Stage, World
from warehouse.printers.commands import SavePrinter, save_printer
from warehouse.printers.jobs import ReprintJob, reprint_job

HELD_ROLL = "60x40"


def _printer(world: World) -> Printer:
    printer = Printer(name="P", kind=PrinterKind.ZPL, address="10.0.0.9", media=HELD_ROLL)
    world.add(printer)
    world.add(PrintRoute(document_kind="waybill", printer_id=printer.id))
    return printer


def _refused(world: World) -> PrintJob:
    printer = _printer(world)
    work = world.bring(Stage.LABELLED)
    print_one(
        world.database, printer.id, clock=lambda: world.now,
        transports=lambda _printer, _media: MemoryTransport(),
    )  # fmt: skip
    job = world.one(PrintJob, number=work.waybill_no)
    assert (job.state, job.reason) == (JobState.FAILED, DoesNotFit.code)
    return job


def _save(world: World, **changed: Any) -> str:
    printer = world.one(Printer)
    kept = {name: getattr(printer, name) for name in ("name", "kind", "address", "media")}
    outcome = world.do(save_printer, SavePrinter, printer_id=printer.id, **(kept | changed))
    return str(outcome.message)


def test_what_did_not_fit_waits_again_when_it_fits(database):
    world = World(database)
    job = _refused(world)
    assert "1 paper fits now" in _save(world, media="76x130")
    again = world.get(PrintJob, job.id)
    assert (again.state, again.reason, again.attempts) == (JobState.QUEUED, "", 0)


def test_what_still_does_not_fit_stays_refused(database):
    world = World(database)
    job = _refused(world)
    assert _save(world, media="40x30") == "Printer P is saved."
    assert world.get(PrintJob, job.id).state is JobState.FAILED


def test_a_new_name_judges_nothing(database):
    world = World(database)
    job = _refused(world)
    _save(world, name="Q")
    assert world.get(PrintJob, job.id).state is JobState.FAILED


def test_what_was_refused_a_while_ago_waits_for_a_word_first(database):
    world = World(database)
    job = _refused(world)
    world.now += timedelta(minutes=20)
    _save(world, media="76x130")
    again = world.get(PrintJob, job.id)
    assert (again.state, again.reason) == (JobState.HELD, "stale")


def test_what_was_refused_days_ago_is_nobodys_work_any_more(database):
    world = World(database)
    job = _refused(world)
    world.now += timedelta(days=2)
    assert _save(world, media="76x130") == "Printer P is saved."
    assert world.get(PrintJob, job.id).state is JobState.FAILED


def test_what_has_a_copy_or_is_void_is_left_alone(database):
    world = World(database)
    job = _refused(world)
    world.do(reprint_job, ReprintJob, job_id=job.id, reason="went to the office")
    copy = world.one(PrintJob, reprint_of=job.id)
    _save(world, media="76x130")
    assert world.get(PrintJob, job.id).state is JobState.FAILED
    with database.transaction() as session:
        values = {"state": JobState.FAILED, "reason": DoesNotFit.code, "void_reason": "set aside"}
        session.execute(sa.update(PrintJob).where(PrintJob.id == copy.id).values(**values))
    _save(world, media="100x180")
    assert world.get(PrintJob, copy.id).state is JobState.FAILED


def test_a_printer_for_the_browser_needs_no_address(database):
    world = World(database)
    given = {"name": "B", "kind": PrinterKind.DOWNLOAD, "address": ""}
    world.do(save_printer, SavePrinter, **given)
    assert world.one(Printer, name="B").address == ""
