"""People and machines that come in between: two workers, full disks, papers moved while claimed."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from printing import queue
from printing.models import JobState, PrinterKind, PrintFile, PrintFlag, PrintJob, PrintRoute
from printing.queue import patience
from printing.queue.assigning import Assigned
from printing.queue.making import made_of
from printing.samples import goods_receipt, waybill
from printing.transports.spool import SpoolTransport
from tests.printing.floor import Floor, away, by
from warehouse.db import Database

NO_FACE = "\U0010fffd"  # a character no face has


def test_every_sheet_of_a_number_is_a_file_of_its_own(floor, tmp_path: Path):
    """A folder keeps one file of a name: the second sheet must not be laid over the first."""
    folder = floor.printer("folder", kind=PrinterKind.FOLDER, address=str(tmp_path))
    first = [
        floor.ask(goods_receipt().placed(part, 2), part=part, printer_id=folder) for part in (1, 2)
    ]
    while floor.work(folder, SpoolTransport(folder=tmp_path)):
        pass
    again = floor.do(queue.reprint, first[1], reason="torn", command_id="d", **by())
    floor.do(lambda s: s.execute(sa.update(PrintJob).where(PrintJob.id == again).values(
        printer_id=folder)))  # fmt: skip
    floor.work(folder, SpoolTransport(folder=tmp_path))
    stem = goods_receipt().file_stem
    assert sorted(path.name for path in tmp_path.glob("*.pdf")) == sorted(
        [f"{stem}.pdf", f"{stem}-sheet2.pdf", f"{stem}-sheet2-copy2.pdf"]
    )


def test_a_mark_somebody_has_looked_at_stays_looked_at_when_the_paper_is_tried_again(floor):
    job_id = floor.ask(waybill(remark=f"谢谢 {NO_FACE}"))
    floor.paper.faults.append(away())
    floor.work()
    floor.do(queue.acknowledge, job_id, **by(7))
    floor.now = floor.now.replace(minute=1)
    printed = queue.print_one(
        floor.database, floor.printer_id, clock=lambda: floor.now,
        transports=lambda *_: floor.paper,
        # As it comes back from a process that draws: the same bytes, another object.
        draw=lambda given: pickle.loads(pickle.dumps(made_of(given))),
    )  # fmt: skip
    assert printed.state is JobState.SENT
    with floor.database.reading() as session:
        flag = session.get_one(PrintFlag, job_id)
        assert (flag.person_id, session.get_one(PrintFile, job_id).rendered_at) == (
            7, floor.now.replace(minute=0)
        )  # fmt: skip


def in_between(floor: Floor, act: Any, *given: Any, **named: Any) -> queue.Printed | None:
    """Have a worker claim while somebody is about to commit this act; return what he did."""
    found: list[Any] = []
    worker = threading.Thread(target=lambda: found.append(floor.work()))
    with floor.database.transaction() as session:
        act(session, *given, **named)
        session.flush()
        worker.start()
        worker.join(0.5)
    worker.join(90)
    return found[0]


def test_a_paper_given_to_another_printer_while_it_is_claimed_is_printed_there_alone(floor):
    job_id, other = floor.ask(), floor.printer("other")
    assert in_between(floor, queue.reroute, job_id, other, **by()) is None
    assert floor.names() == []
    printed = floor.work(other)
    assert (printed.job_id, printed.state, len(floor.names())) == (job_id, JobState.SENT, 1)


@pytest.mark.parametrize("act", [queue.cancel, queue.hold])
def test_a_paper_taken_back_while_it_is_claimed_is_not_printed(floor, act):
    job_id = floor.ask()
    assert in_between(floor, act, job_id, reason="x", **by()) is None
    assert floor.names() == []


def test_a_paper_somebody_gives_to_a_printer_is_not_sent_elsewhere_by_its_route(floor):
    """The route is set and the paper given away at once; the person's word counts."""
    other = floor.printer("other")
    floor.do(lambda session: session.execute(sa.delete(PrintRoute)))
    job_id = floor.ask()
    floor.route()
    given: list[int] = []
    with floor.database.transaction() as session:
        queue.reroute(session, job_id, other, **by())
        session.flush()
        late = threading.Thread(
            target=lambda: given.append(floor.do(queue.assign_waiting, at=floor.now))
        )
        late.start()
        late.join(0.5)
    late.join(90)
    assert (given, floor.job(job_id).printer_id) == ([Assigned()], other)


def test_a_full_disk_costs_time_and_no_paper(sqlite_database: Database, monkeypatch):
    floor = Floor(sqlite_database)
    floor.route()
    job_id = floor.ask()
    monkeypatch.setattr(patience, "FIRST_PAUSE_S", 0.05)
    full = threading.Event()

    @sa.event.listens_for(sqlite_database.engine, "begin")
    def fill(connection: sa.Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        most = pages if full.is_set() else 1_000_000
        connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")

    full.set()
    emptied = threading.Timer(0.6, full.clear)
    emptied.start()
    assert floor.work().state is JobState.SENT
    emptied.join()
    assert (floor.state(job_id), len(floor.names())) == (JobState.SENT, 1)


def test_a_database_that_is_away_while_a_template_is_read_fails_no_paper(floor, monkeypatch):
    job_id = floor.ask(waybill(templates=("1@1",)))
    monkeypatch.setattr(patience, "FIRST_PAUSE_S", 0.05)
    real, torn = floor.database.reading, []

    @contextmanager
    def reading() -> Iterator[Session]:
        if len(torn) < 2:
            torn.append("away")
            raise OperationalError("SELECT", {}, Exception("server closed the connection"))
        with real() as session:
            yield session

    monkeypatch.setattr(floor.database, "reading", reading)
    printed = floor.work()
    monkeypatch.undo()
    # It was read in the end: there is no such template, which is the paper's own fault.
    assert (printed.reason, len(torn)) == ("does_not_fit", 2)
    assert "template '1@1' is not there" in floor.job(job_id).detail


def test_a_way_that_cannot_even_be_made_waits_like_wrong_settings(floor):
    job_id = floor.ask()

    def breaks(_printer: Any, _media: Any) -> Any:
        raise RuntimeError("symlink loop")

    queue.print_one(floor.database, floor.printer_id, clock=lambda: floor.now, transports=breaks)
    job = floor.job(job_id)
    assert (job.state, job.reason, job.first_byte_at) == (JobState.READY, "configuration", None)
