"""The worker asks idle printers how they are, by itself, and prints when they are well again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from ipaddress import IPv4Network
from pathlib import Path

import sqlalchemy as sa

from printing import queue
from printing.addresses import Allowed
from printing.models import JobState, Printer, PrinterKind, PrinterState, PrintJob
from printing.samples import waybill
from printing.transports import READY, Condition, Notice, unheard
from tests.printing import fakes
from warehouse import worker as loop
from warehouse.config import Config
from warehouse.db import Database, utcnow
from warehouse.worker import Worker


def until(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + 15
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    return condition()


def test_paper_is_put_in_and_the_label_comes(
    sqlite_database: Database, tmp_path: Path, monkeypatch
):
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
            time.sleep(0.5)
            assert fake.labels == []
            fake.trouble = ""
            assert until(lambda: job() is JobState.SENT)
            assert (len(fake.labels), state()) == (1, PrinterState.READY)
        finally:
            worker.stop()
            running.join(20)


def test_a_paper_waits_for_no_look_at_dead_printers(
    sqlite_database: Database, tmp_path: Path, monkeypatch
):
    dead = loop.LOOKS_AT_ONCE + 1
    with sqlite_database.transaction() as session:
        for name in range(dead + 1):
            session.add(Printer(name=str(name), kind=PrinterKind.ZPL, address="10.0.0.9"))
        session.flush()
        last = session.scalars(sa.select(sa.func.max(Printer.id))).one()
    answered, printed = threading.Event(), threading.Event()

    class Way:
        """All but the last printer never answer."""

        def __init__(self, printer: Printer) -> None:
            self.is_dead = printer.id != last

        def look(self) -> Condition:
            if self.is_dead:
                answered.wait(15)
            return READY

        def send(self, payload: bytes, name: str, notice: Notice = unheard) -> None:
            printed.set()

    config = Config(database_url=str(sqlite_database.url), data_dir=tmp_path, secret_key="x")
    monkeypatch.setattr(loop, "transports_within", lambda _: lambda printer, _: Way(printer))
    worker = Worker(sqlite_database, config)
    running = threading.Thread(target=worker.run)
    running.start()
    try:
        time.sleep(0.5)
        with sqlite_database.transaction() as session:
            queue.enqueue(session, waybill(), station_id=None, at=utcnow(), command_id="c",
                          printer_id=last)  # fmt: skip
        assert printed.wait(5)
    finally:
        answered.set()
        worker.stop()
        running.join(20)
