"""The worker asks idle printers how they are, by itself, and prints when they are well again."""

from __future__ import annotations

import threading
from ipaddress import IPv4Network
from pathlib import Path

import sqlalchemy as sa

from printing import queue
from printing.addresses import Allowed
from printing.models import JobState, Printer, PrinterKind, PrinterState, PrintJob
from printing.samples import waybill
from tests.printing import fakes
from tests.printing.test_lanes import Here
from tests.waiting import until
from warehouse import worker as loop
from warehouse.config import Config
from warehouse.db import Database, utcnow
from warehouse.worker import Worker


def test_paper_is_put_in_and_the_label_comes(
    sqlite_database: Database, tmp_path: Path, monkeypatch
):
    monkeypatch.setattr(loop, "DrawingRoom", Here)
    monkeypatch.setattr(loop, "LOOK_EVERY", 2)
    monkeypatch.setattr(loop, "LOOK_AGAIN_EVERY", 1)
    fake = fakes.LabelPrinter(language="zpl", trouble="paper_out")
    with fakes.RawPrinter(fake) as device:
        port = device.address[1]
        monkeypatch.setattr(Config, "allowed_printers", Allowed.of(["127.0.0.0/8"], [port]))
        config = Config(
            database_url=str(sqlite_database.url), data_dir=tmp_path, secret_key="x",
            printer_networks=(IPv4Network("127.0.0.0/8"),),
        )  # fmt: skip
        with sqlite_database.transaction() as session:
            printer = Printer(name="b", kind=PrinterKind.ZPL, address=f"127.0.0.1:{port}")
            session.add(printer)
            session.flush()
            printer_id = printer.id

        def state() -> PrinterState:
            with sqlite_database.reading() as session:
                return session.get_one(Printer, printer_id).state

        def job() -> JobState:
            with sqlite_database.reading() as session:
                return session.execute(sa.select(PrintJob.state)).scalar_one()

        worker = Worker(sqlite_database, config)
        running = threading.Thread(target=worker.run)
        running.start()
        try:
            assert until(lambda: state() is PrinterState.PAPER_OUT)
            with sqlite_database.transaction() as session:
                queue.enqueue(
                    session, waybill(), station_id=None, at=utcnow(), command_id="c",
                    printer_id=printer_id,
                )  # fmt: skip
            asked = fake.asked
            assert until(lambda: fake.asked > asked + 2)
            assert fake.labels == []
            fake.trouble = ""
            assert until(lambda: job() is JobState.SENT)
            assert (len(fake.labels), state()) == (1, PrinterState.READY)
        finally:
            worker.stop()
            running.join(90)
