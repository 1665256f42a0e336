"""Each lane goes on by itself: printers that hang and drawings without end hold no other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from printing import queue
from printing.addresses import Allowed
from printing.models import JobState, Printer, PrinterKind, PrintJob
from printing.queue import claiming, outcomes
from printing.queue.drawing_room import DrawingRoom
from printing.queue.pipe import Limits
from printing.samples import waybill
from printing.transports import READY, Condition, Notice, Transport, unheard
from printing.transports.memory import MemoryTransport
from tests.printing import fakes
from tests.printing.test_drawing_room import Does
from tests.waiting import until
from warehouse import worker as loop
from warehouse.config import Config
from warehouse.db import Database, utcnow
from warehouse.worker import Worker

HANGING = 20  # more than any pool of threads there was


class Hangs:
    """Printers no paper comes back from, dead ones no look either, until the test is over."""

    def __init__(self, *, is_dead: bool = False) -> None:
        self.over, self.begun = threading.Event(), 0
        self.is_dead = is_dead

    def send(self, payload: bytes, name: str, notice: Notice = unheard) -> None:
        self.begun += 1
        self.over.wait(600)

    def look(self) -> Condition:
        self.over.wait(600 if self.is_dead else 0)
        return READY


class Room(DrawingRoom):
    """A room in which drawing paper YT-hangs does not return."""

    def do(self, act: Callable[..., Any], *given: Any, **named: Any) -> Any:
        if given[0].document.number == "YT-hangs":
            given = (replace(given[0], kept=Does(time.sleep, 600)),)
        return super().do(act, *given, **named)


class Here:
    """No room: papers are drawn where the worker is."""

    def __init__(self, *_: object) -> None: ...

    def do(self, act: Callable[..., Any], *given: Any) -> Any:
        return act(*given)

    def prepare(self) -> None: ...

    def close(self) -> None: ...


@contextmanager
def working(database: Database, folder: Path) -> Iterator[None]:
    config = Config(
        database_url=str(database.url), data_dir=folder, secret_key="x",
        printer_networks=(IPv4Network("127.0.0.0/8"),),
    )  # fmt: skip
    worker = Worker(database, config)
    running = threading.Thread(target=worker.run)
    running.start()
    try:
        yield
    finally:
        worker.stop()
        running.join(90)


def printers(database: Database, *names: str, address: str = "10.0.0.9") -> list[int]:
    with database.transaction() as session:
        rows = [Printer(name=name, kind=PrinterKind.ZPL, address=address) for name in names]
        session.add_all(rows)
        session.flush()
        return [row.id for row in rows]


def asked(database: Database, printer_id: int, number: str) -> int:
    with database.transaction() as session:
        return queue.enqueue(
            session, waybill(waybill_no=number), station_id=None, at=utcnow(),
            command_id="c", printer_id=printer_id,
        )  # fmt: skip


def job(database: Database, job_id: int) -> PrintJob:
    with database.reading() as session:
        return session.get_one(PrintJob, job_id)


def test_what_hangs_holds_its_own_lane_and_no_other(
    sqlite_database: Database, tmp_path: Path, monkeypatch
):
    hangs, dead, paper = Hangs(), Hangs(is_dead=True), MemoryTransport()
    with fakes.RawPrinter(fakes.never_reads) as device:
        port = device.address[1]
        network = queue.transports_within(Allowed.of(["127.0.0.0/8"], [port]))
        hanging = printers(sqlite_database, *(f"hangs {n}" for n in range(HANGING)))
        (mute,) = printers(sqlite_database, "never reads", address=f"127.0.0.1:{port}")
        draws, works = printers(sqlite_database, "draws", "works")
        # Looked at like all others, at once.
        deads = printers(sqlite_database, *(f"is dead {n}" for n in range(HANGING)))
        ways: dict[int, Transport] = {draws: paper, works: paper, **dict.fromkeys(deads, dead)}
        monkeypatch.setattr(loop, "transports_within", lambda _: lambda printer, stock: (
            network(printer, stock) if printer.id == mute else ways.get(printer.id, hangs)
        ))  # fmt: skip
        monkeypatch.setattr(loop, "DrawingRoom", lambda _: Room(Limits(longest_s=5.0)))
        stuck = asked(sqlite_database, draws, "YT-hangs")
        behind = asked(sqlite_database, draws, "YT-behind")
        unread = asked(sqlite_database, mute, "YT-unread")
        for number, printer_id in enumerate(hanging):
            asked(sqlite_database, printer_id, f"YT{number}")
        with working(sqlite_database, tmp_path):
            assert until(lambda: hangs.begun == HANGING)
            fine = asked(sqlite_database, works, "YT-fine")
            assert until(lambda: job(sqlite_database, fine).state is JobState.SENT)
            # Its printer has gone on to the next when the drawing was ended.
            assert until(lambda: job(sqlite_database, behind).state is JobState.SENT)
            failed = job(sqlite_database, stuck)
            assert (failed.state, failed.reason) == (JobState.FAILED, "drawing_stopped")
            assert job(sqlite_database, unread).state is JobState.SENDING
            hangs.over.set()
            dead.over.set()
            device.stopping.set()
    assert {name for name, _ in paper.sent} == {"waybill-YT-fine", "waybill-YT-behind"}


def test_a_lane_whose_thread_never_comes_back_goes_on_after_the_lease(
    sqlite_database: Database, tmp_path: Path, monkeypatch
):
    hangs, paper = Hangs(), MemoryTransport()
    ways: list[Transport] = [hangs, paper]
    (printer_id,) = printers(sqlite_database, "a folder that is gone")
    usual = claiming.LEASE

    def lease(time: timedelta) -> None:
        for module in (claiming, outcomes):
            monkeypatch.setattr(module, "LEASE", time)
        monkeypatch.setattr(loop, "HANGS_S", time.total_seconds())

    lease(timedelta(seconds=1))
    monkeypatch.setattr(loop, "DrawingRoom", Here)
    monkeypatch.setattr(loop, "transports_within", lambda _: lambda *_: ways[0])
    with working(sqlite_database, tmp_path):
        first = asked(sqlite_database, printer_id, "YT1")
        assert until(lambda: hangs.begun == 1)
        late = [thread for thread in threading.enumerate() if thread.name == f"lane {printer_id}"]
        ways.pop(0)
        assert until(lambda: job(sqlite_database, first).state is JobState.UNKNOWN)
        lease(usual)  # what does not hang has all the time it needs
        with sqlite_database.transaction() as session:
            copy = queue.answer_unknown(
                session, first, came_out=False, person_id=1, at=utcnow(), command_id="d"
            )
            session.execute(sa.update(PrintJob).where(PrintJob.id == copy).values(
                printer_id=printer_id))  # fmt: skip
        assert until(lambda: job(sqlite_database, copy).state is JobState.SENT)
        # What comes back late finds that its paper is decided, and takes up no other.
        hangs.over.set()
        for thread in late:
            thread.join(90)
        assert job(sqlite_database, first).state is JobState.CANCELLED
    assert [name for name, _ in paper.sent] == ["waybill-YT1-copy2"]
