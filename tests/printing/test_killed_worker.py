"""A worker killed at every step, as a real process: no paper twice without a copy's row, none lost.

The printer is a folder that keeps every paper it was ever sent, so that a second one shows.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from printing import queue
from printing.models import JobState, Printer, PrinterKind, PrintJob, PrintRoute
from printing.queue import holders, release_the_dead
from printing.queue.claiming import LEASE, claim
from printing.samples import waybill
from printing.transports import READY, Condition, Notice, unheard
from tests.waiting import until
from warehouse.db import Database, utcnow

ROOT = Path(__file__).parents[2]
PAPERS = 3


class Tray:
    """Keeps each paper as a file of its own, and can be told where to stop the worker for good."""

    def __init__(self, folder: Path, halt: str = "") -> None:
        self.folder, self.halt = folder, halt

    def send(self, payload: bytes, name: str, notice: Notice = unheard) -> None:
        halt_at(self.halt, "before the first byte")
        handle = os.open(self.folder / f"{name}.{time.monotonic_ns()}", os.O_CREAT | os.O_WRONLY)
        os.write(handle, payload[: len(payload) // 2])
        halt_at(self.halt, "in the middle")
        os.write(handle, payload[len(payload) // 2 :])
        os.close(handle)
        halt_at(self.halt, "after the last byte")

    def look(self) -> Condition:
        return READY


def halt_at(wanted: str, here: str) -> None:
    """Tell the test that we are here, and wait to be killed."""
    if wanted == here:
        print("here", flush=True)  # noqa: T201  the test reads it
        time.sleep(600)


def main(url: str, folder: str, halt: str) -> None:
    """Print what waits, as a worker does, until told to halt."""
    from printing.queue import work

    database = Database(sa.make_url(url))
    steps = {"claimed": "make", "drawn": "_deliver", "noted": "close"}
    for place, name in steps.items():
        real = getattr(work, name)

        def step(*given: Any, _place: str = place, _real: Any = real, **named: Any) -> Any:
            halt_at(halt, _place)
            return _real(*given, **named)

        setattr(work, name, step)
    tray = Tray(Path(folder), halt)
    with database.reading() as session:
        (printer_id,) = session.scalars(sa.select(Printer.id))
    while queue.print_one(database, printer_id, clock=utcnow, transports=lambda *_: tray):
        pass


# Where it is killed → the state that leaves, and whether only a person knows what came out.
PLACES = {
    "claimed": (JobState.RENDERING, False),
    "drawn": (JobState.RENDERING, False),
    "before the first byte": (JobState.SENDING, True),
    "in the middle": (JobState.SENDING, True),
    "after the last byte": (JobState.SENDING, True),
    "noted": (JobState.SENDING, True),
}
KILLS = [
    ("claimed", False),
    ("drawn", False),
    ("before the first byte", False),
    ("in the middle", True),
    ("in the middle", False),
    ("after the last byte", True),
    ("noted", False),
]


@pytest.mark.parametrize(("place", "came_out"), KILLS)
def test_no_paper_twice_and_none_lost(
    sqlite_database: Database, tmp_path: Path, place: str, came_out: bool
):
    survives(sqlite_database, tmp_path / "tray", place, came_out=came_out)


@pytest.mark.parametrize(("place", "came_out"), [("drawn", False), ("in the middle", False)])
def test_postgres_keeps_the_same_promise(
    empty_postgres: Database, tmp_path: Path, place: str, came_out: bool
):
    survives(empty_postgres, tmp_path / "tray", place, came_out=came_out)


def survives(database: Database, folder: Path, place: str, *, came_out: bool) -> None:
    folder.mkdir()
    left, is_asked = PLACES[place]
    jobs = asked_for(database)
    killed(database, folder, place)
    assert states(database, jobs)[0] is left
    # Nobody waits out the lease of a process that is no more; who lives keeps his.
    assert release_the_dead(database, utcnow()) == 1
    printed(database, folder)
    if is_asked:
        # Nobody knows: nothing more is printed before somebody has said what happened.
        assert states(database, jobs) == [JobState.UNKNOWN, *[JobState.QUEUED] * (PAPERS - 1)]
        with database.transaction() as session:
            queue.answer_unknown(
                session, jobs[0], came_out=came_out, person_id=1, at=utcnow(), command_id="d"
            )
        printed(database, folder)
    papers = Counter(path.name.rsplit(".", 1)[0] for path in folder.glob("waybill-*"))
    originals = {f"waybill-YT{number}" for number in range(PAPERS)}
    assert max(papers.values()) == 1
    has_copy = is_asked and not came_out
    wanted = originals | ({"waybill-YT0-copy2"} if has_copy else set())
    # One killed before its first byte is the only one that may be missing, if somebody said it is.
    missing = {"waybill-YT0"} if place == "before the first byte" else set()
    assert wanted - missing <= set(papers) <= wanted
    with database.reading() as session:
        copies = session.scalars(sa.select(PrintJob).where(PrintJob.copy_no > 1)).all()
        ended = {job.state for job in session.scalars(sa.select(PrintJob))}
    assert [job.reprint_of for job in copies] == ([jobs[0]] if has_copy else [])
    assert ended <= {JobState.SENT, JobState.CONFIRMED, JobState.CANCELLED}


def test_workers_killed_one_after_the_other_lose_nothing(sqlite_database: Database, tmp_path: Path):
    database = sqlite_database
    jobs = asked_for(database)
    for place in ("claimed", "drawn"):
        killed(database, tmp_path, place)
        assert release_the_dead(database, utcnow()) == 1
    printed(database, tmp_path)
    assert states(database, jobs) == [JobState.SENT] * PAPERS
    assert len(list(tmp_path.glob("waybill-*"))) == PAPERS


def test_only_a_process_of_this_machine_that_is_no_more_is_dead(monkeypatch):
    mine = holders.new_token()
    assert (len(mine) <= 36, holders.is_dead(mine)) == (True, False)
    nonce, place, pid, began = mine.split(".")
    boot, space = place[:6], place[6:]
    others = {
        "its number was given again": (f"{nonce}.{place}.{pid}.{int(began, 16) - 1:x}", True, True),
        "nobody has its number": (f"{nonce}.{place}.{2**22 + 1:x}.{began}", True, True),
        "another container": (f"{nonce}.{boot}{'0' * 6}.{pid}.1", False, False),
        "another machine or boot": (f"{nonce}.{'0' * 6}{space}.{pid}.1", False, True),
        "a system that tells nothing": (f"{nonce}..{pid}.0", False, False),
        "a token of an older version": (f"{nonce}.{'0' * 10}.{pid}.1", False, False),
        "one of an even older": ("3c1f3a52-6c6b-4c39-9d59-1d6a3f6f0c3e", False, False),
    }
    for is_one_machine in (False, True):
        assert {
            why: holders.is_dead(token, is_one_machine=is_one_machine)
            for why, (token, *_) in others.items()
        } == {why: wanted[is_one_machine] for why, (_, *wanted) in others.items()}
    with subprocess.Popen(["/bin/sleep", "600"]) as another:
        monkeypatch.setattr(os, "getpid", lambda: another.pid)
        token = holders.new_token()
        monkeypatch.undo()
        assert not holders.is_dead(token)
        another.kill()
        # Dead, though nobody has asked yet how it ended.
        assert until(lambda: holders.is_dead(token))


def test_who_may_open_no_more_files_takes_nobody_for_dead():
    token, limits = holders.new_token(), resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        is_dead = holders.is_dead(token)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert not is_dead


def test_what_was_in_hand_when_the_machine_stopped_is_taken_up_when_it_runs_again(floor):
    """On a database file; at a server it may be another machine's, and waits for its lease."""
    job_id = floor.ask()
    floor.do(lambda session: claim(session, floor.printer_id, at=floor.now))
    before = floor.job(job_id).lease_token
    boot_before = before.replace(before[7:13], "0" * 6)
    floor.do(lambda s: s.execute(sa.update(PrintJob).values(lease_token=boot_before)))
    is_file = floor.database.is_sqlite
    assert release_the_dead(floor.database, floor.now) == is_file
    floor.now += timedelta(seconds=0 if is_file else LEASE.total_seconds())
    assert floor.work().state is JobState.SENT


def asked_for(database: Database) -> list[int]:
    with database.transaction() as session:
        printer = Printer(name="tray", kind=PrinterKind.ZPL, address="10.0.0.9")
        session.add(printer)
        session.flush()
        session.add(PrintRoute(document_kind="waybill", printer_id=printer.id))
        return [
            queue.enqueue(
                session, waybill(waybill_no=f"YT{number}"), station_id=None, at=utcnow(),
                command_id="c", printer_id=printer.id,
            )
            for number in range(PAPERS)
        ]  # fmt: skip


def killed(database: Database, folder: Path, place: str) -> None:
    """Run a worker until it is at this place, and kill it there."""
    url = database.url.render_as_string(hide_password=False)
    worker = subprocess.Popen(
        [sys.executable, "-m", "tests.printing.test_killed_worker", url, str(folder), place],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "here\n"
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.communicate(timeout=90)


def printed(database: Database, folder: Path) -> None:
    with database.reading() as session:
        (printer_id,) = session.scalars(sa.select(Printer.id))
    while queue.print_one(database, printer_id, clock=utcnow, transports=lambda *_: Tray(folder)):
        pass


def states(database: Database, jobs: list[int]) -> list[JobState]:
    with database.reading() as session:
        return [session.get_one(PrintJob, job_id).state for job_id in jobs]


if __name__ == "__main__":
    main(*sys.argv[1:])
