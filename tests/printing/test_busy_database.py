"""A database that is busy while a paper is in a worker's hands costs time and no paper."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from printing import queue
from printing.models import JobState, PrintJob
from printing.queue import patience, work
from tests.printing.floor import Floor, away, by
from warehouse.db import Database, DatabaseBusy

TRY_S = 0.1  # instead of the seconds one try really waits
BUSY_S = 0.8


@pytest.fixture
def floor(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Floor]:
    made = Floor(database)
    made.route()
    if database.is_sqlite:
        monkeypatch.setattr(database, "_gate", partial(database._gate, TRY_S))
    monkeypatch.setattr(patience, "FIRST_PAUSE_S", 0.05)
    with impatient(database):
        yield made
    with database.reading() as session:
        leased = session.scalars(sa.select(PrintJob.id).where(PrintJob.lease_token.is_not(None)))
        assert list(leased) == [], "a lease was left behind"


@contextmanager
def impatient(database: Database) -> Iterator[None]:
    """Let PostgreSQL give a lock up as soon as SQLite gives its gate up here."""

    def limit(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(TRY_S * 1000)}")

    if database.is_sqlite:
        yield
        return
    sa.event.listen(database.engine, "begin", limit)
    try:
        yield
    finally:
        sa.event.remove(database.engine, "begin", limit)  # the engine is that of all tests


@contextmanager
def locked(floor: Floor) -> Iterator[None]:
    """Hold what a worker's write needs: the gate, on PostgreSQL the rows."""
    other = Database(floor.database.url)
    try:
        if other.is_sqlite:
            with other.gate():
                yield
        else:
            with other.transaction() as session:
                session.execute(sa.select(PrintJob.id).with_for_update())
                yield
    finally:
        other.dispose()


class Busy:
    """Somebody who keeps the database busy for a while, from when he is told."""

    def __init__(self, floor: Floor, for_s: float = BUSY_S) -> None:
        self._floor, self._for_s = floor, for_s
        self._begun, self.over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        with locked(self._floor):
            self._begun.set()
            self.over.wait(self._for_s)

    def begin(self) -> None:
        self._thread.start()
        assert self._begun.wait(90)

    def end(self) -> None:
        self.over.set()
        self._thread.join(90)


def once_drawn(monkeypatch: pytest.MonkeyPatch, act: Callable[[], Any]) -> None:
    real = work.make

    def draw(*given: Any) -> Any:
        monkeypatch.setattr(work, "make", real)
        made = real(*given)
        act()
        return made

    monkeypatch.setattr(work, "make", draw)


class Blocked:
    """A printer that prints, or is away, while the database becomes busy."""

    def __init__(self, floor: Floor, busy: Busy, error: Exception | None = None) -> None:
        self.floor, self.busy, self.error = floor, busy, error

    def send(self, payload: bytes, name: str, notice: Any = None) -> None:
        self.busy.begin()
        if self.error:
            raise self.error
        self.floor.paper.send(payload, name)


def test_a_paper_drawn_meanwhile_is_sent_as_soon_as_it_can_be_noted(floor, monkeypatch):
    job_id, busy = floor.ask(), Busy(floor)
    once_drawn(monkeypatch, busy.begin)
    assert floor.work().state is JobState.SENT
    assert (floor.state(job_id), len(floor.names())) == (JobState.SENT, 1)


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (None, JobState.SENT),
        (away(), JobState.READY),
        (away(before_first_byte=False), JobState.UNKNOWN),
        (RuntimeError("cut"), JobState.UNKNOWN),
    ],
)
def test_what_came_of_a_paper_is_noted_when_the_database_is_free(floor, error, state):
    job_id, busy = floor.ask(), Busy(floor)
    assert floor.work(transport=Blocked(floor, busy, error)).state is state
    assert floor.state(job_id) is state


def test_a_void_paper_is_closed_when_the_database_is_free(floor, monkeypatch):
    job_id, busy = floor.ask(), Busy(floor)

    def void_then_busy() -> None:
        floor.do(queue.void, ["parcel:1"], reason="set aside", **by())
        busy.begin()

    once_drawn(monkeypatch, void_then_busy)
    assert floor.work().state is JobState.CANCELLED
    assert (floor.state(job_id), floor.names()) == (JobState.CANCELLED, [])


def test_a_paper_that_cannot_be_noted_until_its_lease_ends_waits_again(floor, monkeypatch):
    job_id, busy = floor.ask(), Busy(floor, for_s=30)

    def begin() -> None:
        busy.begin()
        floor.now += timedelta(minutes=4)

    def pass_a_minute(_pause: float) -> None:
        floor.now += timedelta(seconds=40)

    once_drawn(monkeypatch, begin)
    monkeypatch.setattr(patience.time, "sleep", pass_a_minute)
    with pytest.raises((DatabaseBusy, OperationalError)):
        floor.work()
    busy.end()
    assert floor.names() == []
    floor.now += timedelta(minutes=1)
    printed = floor.work()
    assert (printed.job_id, printed.state) == (job_id, JobState.SENT)
    assert len(floor.names()) == 1


def test_a_commit_that_came_through_though_it_seemed_to_fail_is_no_lost_lease(floor, monkeypatch):
    job_id = floor.ask()
    real, lost = floor.database.transaction, []

    @contextmanager
    def torn() -> Iterator[Session]:
        with real() as session:
            yield session
        if not lost:
            lost.append("the server's word")
            raise OperationalError("COMMIT", {}, Exception("connection lost"))

    once_drawn(monkeypatch, lambda: monkeypatch.setattr(floor.database, "transaction", torn))
    assert floor.work().state is JobState.SENT
    assert (floor.state(job_id), len(floor.names()), len(lost)) == (JobState.SENT, 1, 1)
