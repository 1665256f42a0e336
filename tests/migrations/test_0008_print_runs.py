"""Papers of before stand alone in their lane, and printers have no stand-in."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from printing.models import Printer, PrinterKind, PrintJob
from tests.builders import Stage, World
from tests.migrations.test_schema import bare
from warehouse import migrations
from warehouse.db import Database

__all__ = ["bare"]
BEFORE = "0007"


def test_papers_and_printers_of_before_are_as_they_were(bare: Database):
    migrations.upgrade(bare)
    world = World(bare)
    world.bring(Stage.LABELLED)
    printer_id = world.add(Printer(name="P", kind=PrinterKind.ZPL, address="10.0.0.9")).id
    with bare.transaction() as session:
        session.execute(sa.update(PrintJob).values(printer_id=printer_id, turn=-1, run_no=3))
        session.execute(sa.update(Printer).values(stand_in_id=printer_id))
    papers = [(job.id, job.number, job.facts) for job in world.all(PrintJob)]
    migrations.downgrade(bare, BEFORE)
    migrations.upgrade(bare)
    assert [(job.id, job.number, job.facts) for job in world.all(PrintJob)] == papers
    plain = {(j.turn, j.run_id, j.run_no, j.cleared_at) for j in world.all(PrintJob)}
    assert plain == {(0, None, 0, None)}
    assert world.one(Printer).stand_in_id is None
    assert {job.printer_id for job in world.all(PrintJob)} == {printer_id}
    assert world.differences() == []


def test_a_stand_in_is_a_printer(bare: Database):
    migrations.upgrade(bare)
    world = World(bare)
    world.add(Printer(name="P", kind=PrinterKind.ZPL, address="10.0.0.9"))
    with pytest.raises(IntegrityError), bare.transaction() as session:
        session.execute(sa.update(Printer).values(stand_in_id=4242))
