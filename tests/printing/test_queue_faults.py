"""Faults of programs, printers and workers in the queue: no paper twice, none lost, no loop."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from printing import queue
from printing.errors import AddressRefused
from printing.models import JobState, PrintJob
from printing.transports import Reason
from tests.printing.floor import Floor, away, by


def test_facts_nobody_can_read_any_more_fail_with_the_reason(floor):
    job_id = floor.ask()
    with floor.database.transaction() as session:
        session.execute(
            sa.update(PrintJob).where(PrintJob.id == job_id).values(facts={"nonsense": 1})
        )
    assert floor.work().state is JobState.FAILED
    assert floor.job(job_id).reason == "document_invalid"


class Explodes:
    def send(self, payload: bytes, name: str, notice: Any = None) -> None:
        raise ZeroDivisionError("a fault \x00of ours")


def test_an_unexpected_fault_while_sending_is_unknown_and_never_loops(floor, caplog):
    job_id = floor.ask()
    assert floor.work(transport=Explodes()).state is JobState.UNKNOWN
    assert floor.job(job_id).detail == "ZeroDivisionError: a fault of ours"
    assert floor.work() is None
    assert "欧阳" not in caplog.text


def test_an_unexpected_fault_while_rendering_fails_the_job_and_never_loops(floor, monkeypatch):
    def explode(*_given: Any) -> bytes:
        raise ZeroDivisionError("a fault of ours")

    job_id, second = floor.ask(), floor.ask()
    with monkeypatch.context() as patched:
        patched.setattr("printing.queue.making.layout", explode)
        assert floor.work().state is JobState.FAILED
    assert floor.job(job_id).reason == "unexpected"
    assert floor.events(job_id) == [("failed", "ZeroDivisionError: a fault of ours")]
    assert floor.work().job_id == second


def test_an_address_the_site_does_not_allow_waits_with_the_printer_at_fault(floor):
    def refuse(_printer: Any, _media: Any) -> Any:
        raise AddressRefused("8.8.8.8 lies outside")

    job_id = floor.ask()
    clock = {"clock": lambda: floor.now}
    printed = queue.print_one(floor.database, floor.printer_id, transports=refuse, **clock)
    assert (printed.state, printed.reason) == (JobState.READY, Reason.CONFIGURATION)
    assert floor.its_printer().state_reason == Reason.CONFIGURATION
    floor.now += timedelta(minutes=1)
    assert floor.work().job_id == job_id


class Dies(BaseException):
    """Ends a worker as a kill would: no handler of ours runs."""


class KillsTheWorker:
    def send(self, payload: bytes, name: str, notice: Any = None) -> None:
        raise Dies


def test_a_worker_killed_while_sending_leaves_an_unknown(floor):
    job_id = floor.ask()
    with pytest.raises(Dies):
        floor.work(transport=KillsTheWorker())
    assert floor.state(job_id) is JobState.SENDING
    assert floor.work() is None
    floor.now += timedelta(minutes=6)
    assert floor.work() is None
    assert floor.state(job_id) is JobState.UNKNOWN
    assert floor.paper.sent == []


@pytest.mark.parametrize("has_bytes", [False, True])
def test_a_worker_killed_before_sending_loses_nothing(floor, has_bytes):
    job_id = floor.ask()
    if has_bytes:
        floor.paper.faults.append(away())
        floor.work()
        floor.now += timedelta(seconds=10)
    with floor.database.transaction() as session:
        claimed = queue.claim(session, floor.printer_id, at=floor.now)
    assert claimed.job_id == job_id
    wanted = JobState.LEASED if has_bytes else JobState.RENDERING
    assert floor.state(job_id) is wanted
    assert floor.work() is None
    floor.now += timedelta(minutes=6)
    assert floor.work() == queue.Printed(job_id=job_id, state=JobState.SENT)


def test_a_worker_that_comes_back_after_its_lease_sends_nothing(floor, monkeypatch):
    job_id = floor.ask()
    from printing.queue import work

    real = work.make

    def slow(*given: Any) -> Any:
        made = real(*given)
        monkeypatch.setattr(work, "make", real)
        floor.now += timedelta(minutes=6)
        assert floor.work().job_id == job_id
        return made

    monkeypatch.setattr(work, "make", slow)
    assert floor.work() is None
    assert len(floor.paper.sent) == 1
    assert floor.state(job_id) is JobState.SENT


class Killed(BaseException):
    """The worker is gone from one instruction to the next."""


def killed_while_sending(floor: Floor) -> int:
    class Kills:
        def send(self, payload: bytes, name: str, notice: Any = None) -> None:
            raise Killed

    job_id = floor.ask()
    with pytest.raises(Killed):
        floor.work(transport=Kills())
    assert floor.state(job_id) is JobState.SENDING
    return job_id


def test_a_paused_printer_is_asked_about_what_a_killed_worker_left(floor):
    job_id = killed_while_sending(floor)
    floor.do(queue.pause, floor.printer_id)
    floor.now += timedelta(minutes=6)
    assert floor.do(queue.due, floor.now) == [floor.printer_id]
    assert floor.work() is None
    assert floor.state(job_id) is JobState.UNKNOWN
    assert floor.do(queue.due, floor.now) == []


def test_a_clock_that_is_set_back_holds_no_lane(floor):
    job_id = killed_while_sending(floor)
    floor.now -= timedelta(days=1)
    assert floor.do(queue.due, floor.now) == [floor.printer_id]
    floor.work()
    assert floor.state(job_id) is JobState.UNKNOWN
    floor.do(queue.answer_unknown, job_id, came_out=True, command_id="a", **by())
    later = floor.ask()
    assert floor.work(transport=Away()).state is JobState.READY
    floor.now -= timedelta(days=1)
    assert floor.do(queue.due, floor.now) == [floor.printer_id]
    assert floor.work() == queue.Printed(job_id=later, state=JobState.SENT)


class Away:
    def send(self, payload: bytes, name: str, notice: Any = None) -> None:
        raise away()
