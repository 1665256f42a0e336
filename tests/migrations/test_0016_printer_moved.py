"""Printers of before learn when a paper goes through; nothing they have is lost, forth and back."""

from __future__ import annotations

import sqlalchemy as sa

from printing.models import Printer, PrinterKind, PrintJob, PrintRoute
from tests.builders import Stage, World
from warehouse import migrations
from warehouse.db import Database


def test_printers_of_before_keep_their_lanes(whole: Database):
    world = World(whole)
    world.bring(Stage.LABELLED)
    printer = world.add(Printer(name="P", kind=PrinterKind.ZPL, address="10.0.0.9"))
    printer_id = printer.id
    world.add(PrintRoute(document_kind="waybill", printer_id=printer_id))
    with whole.transaction() as session:
        session.execute(sa.update(PrintJob).values(printer_id=printer_id))
        session.get_one(Printer, printer_id).moved_at = world.now
    papers = [(job.id, job.state, job.printer_id) for job in world.all(PrintJob)]
    migrations.downgrade(whole, "0012")
    migrations.upgrade(whole)
    assert [(job.id, job.state, job.printer_id) for job in world.all(PrintJob)] == papers
    assert (world.one(Printer).name, world.one(Printer).moved_at) == ("P", None)
    assert world.one(PrintRoute).printer_id == printer_id
