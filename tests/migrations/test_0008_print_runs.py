"""Papers of before stand alone in their lane, and printers have no stand-in."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from printing.models import Printer, PrinterKind, PrintJob
from tests.builders import Stage, World
from warehouse import migrations
from warehouse.db import Database

BEFORE = "0007"


def test_papers_and_printers_of_before_are_as_they_were(whole: Database):
    world = World(whole)
    world.bring(Stage.LABELLED)
    printer_id = world.add(Printer(name="P", kind=PrinterKind.ZPL, address="10.0.0.9")).id
    with whole.transaction() as session:
        session.execute(sa.update(PrintJob).values(printer_id=printer_id, turn=-1, run_no=3))
        session.execute(sa.update(Printer).values(stand_in_id=printer_id))
    papers = [(job.id, job.number, job.facts) for job in world.all(PrintJob)]
    migrations.downgrade(whole, BEFORE)
    migrations.upgrade(whole)
    assert [(job.id, job.number, job.facts) for job in world.all(PrintJob)] == papers
    plain = {(j.turn, j.run_id, j.run_no, j.cleared_at) for j in world.all(PrintJob)}
    assert plain == {(0, None, 0, None)}
    assert world.one(Printer).stand_in_id is None
    assert {job.printer_id for job in world.all(PrintJob)} == {printer_id}
    assert world.differences() == []


def test_a_stand_in_is_a_printer(whole: Database):
    world = World(whole)
    world.add(Printer(name="P", kind=PrinterKind.ZPL, address="10.0.0.9"))
    with pytest.raises(IntegrityError), whole.transaction() as session:
        session.execute(sa.update(Printer).values(stand_in_id=4242))
