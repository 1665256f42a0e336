"""A paper whose words hold no more: no byte of it leaves from then on, and nobody copies it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing import queue
from printing.errors import AddressRefused, PaperVoid
from printing.models import JobState, PrintJob
from printing.queue import work
from printing.transports import Reason
from tests.printing.floor import Floor, away, by, unknown


def void(floor: Floor, subject: str = "parcel:1") -> int:
    return floor.do(queue.void, [subject], reason="set aside", **by(7))


def voided_while_drawn(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have somebody void the paper after it was claimed, before its first byte."""
    real = work.make

    def draw(*given: Any) -> Any:
        monkeypatch.setattr(work, "make", real)
        made = real(*given)
        assert void(floor) == 0
        return made

    monkeypatch.setattr(work, "make", draw)


def test_papers_that_wait_are_cancelled_and_those_of_others_stay(floor):
    mine, other = floor.ask(), floor.ask(subject="parcel:2")
    assert void(floor) == 1
    assert (floor.state(mine), floor.state(other)) == (JobState.CANCELLED, JobState.QUEUED)
    assert floor.job(mine).closed_at is not None
    assert floor.events(mine) == [("cancelled", "set aside")]
    assert floor.work().job_id == other


@pytest.mark.parametrize("has_bytes", [False, True])
def test_a_label_voided_while_it_is_drawn_never_reaches_the_printer(floor, monkeypatch, has_bytes):
    job_id = floor.ask()
    if has_bytes:
        floor.paper.faults.append(away())
        floor.work()
        floor.now += timedelta(seconds=60)
    voided_while_drawn(floor, monkeypatch)
    printed = floor.work()
    assert (printed.state, printed.reason) == (JobState.CANCELLED, "void")
    assert floor.names() == []
    assert floor.events(job_id)[-1] == ("cancelled", "set aside")
    assert floor.work() is None


def test_a_void_label_does_not_wait_for_an_address_that_is_refused(floor, monkeypatch):
    job_id = floor.ask()

    def refuse(_printer: Any, _media: Any) -> Any:
        raise AddressRefused("outside")

    voided_while_drawn(floor, monkeypatch)
    queue.print_one(floor.database, floor.printer_id, clock=lambda: floor.now, transports=refuse)
    assert floor.state(job_id) is JobState.CANCELLED


class VoidsWhileSending:
    """A printer that is away, found out just after somebody voided the paper."""

    def __init__(
        self, floor: Floor, *, before_first_byte: bool, reason: Reason = Reason.OFFLINE
    ) -> None:
        self.floor, self.error = floor, away(before_first_byte, reason)

    def send(self, payload: bytes, name: str, notice: Any = None) -> None:
        void(self.floor)
        raise self.error


def test_a_label_voided_on_its_way_is_not_tried_again(floor):
    job_id = floor.ask()
    printed = floor.work(transport=VoidsWhileSending(floor, before_first_byte=True))
    assert (printed.state, printed.reason) == (JobState.CANCELLED, "void")
    assert floor.events(job_id)[-1] == ("cancelled", "set aside")
    assert floor.job(job_id).first_byte_at is None
    floor.now += timedelta(seconds=60)
    assert floor.work() is None
    assert floor.names() == []


def test_a_label_voided_on_its_way_to_a_browser_is_not_fetched(floor):
    job_id = floor.ask()
    way = VoidsWhileSending(floor, before_first_byte=True, reason=Reason.DOWNLOAD)
    assert floor.work(transport=way).state is JobState.CANCELLED
    with pytest.raises(PaperVoid, match="set aside"):
        floor.do(queue.fetch, job_id, **by())


def test_a_void_label_that_waits_to_be_fetched_is_refused(floor):
    """Older workers left such jobs behind."""
    job_id = floor.ask()
    floor.paper.faults.append(away(reason=Reason.DOWNLOAD))
    floor.work()
    floor.do(lambda session: session.execute(sa.update(PrintJob).values(void_reason="set aside")))
    with pytest.raises(PaperVoid, match="set aside"):
        floor.do(queue.fetch, job_id, **by())
    assert floor.state(job_id) is JobState.HELD


def test_no_copy_follows_a_void_label_that_did_not_come_out(floor):
    job_id = floor.ask()
    floor.work(transport=VoidsWhileSending(floor, before_first_byte=False))
    assert floor.state(job_id) is JobState.UNKNOWN
    given = {"came_out": False, "command_id": "d", **by(7)}
    assert floor.do(queue.answer_unknown, job_id, **given) is None
    job = floor.job(job_id)
    assert (job.state, job.reason) == (JobState.CANCELLED, "void")
    assert floor.events(job_id)[-1] == ("cancelled", "did not come out")
    assert floor.work() is None


def test_a_void_label_that_came_out_is_confirmed(floor):
    job_id = unknown(floor)
    void(floor)
    given = {"came_out": True, "command_id": "d", **by(7)}
    assert floor.do(queue.answer_unknown, job_id, **given) is None
    assert floor.state(job_id) is JobState.CONFIRMED


@pytest.mark.parametrize("is_sent", [True, False])
def test_nobody_copies_a_void_paper(floor, is_sent):
    job_id = floor.ask()
    if is_sent:
        floor.work()
    void(floor)
    with pytest.raises(PaperVoid, match="set aside"):
        floor.do(queue.reprint, job_id, reason="torn", command_id="d", **by())
    assert len(floor.names()) == is_sent


def test_voiding_again_says_nothing_new_and_needs_a_reason(floor):
    floor.ask()
    assert (void(floor), void(floor)) == (1, 0)
    with pytest.raises(ValueError, match="reason"):
        floor.do(queue.void, ["parcel:1"], reason=" ", **by())


def came_second(floor: Floor, first: Callable[[Session], Any], second: Callable[[Session], Any]):
    """Have somebody act while another has acted and not committed; return what each got."""
    found: list[Any] = []
    other = threading.Thread(target=lambda: found.append(floor.do(second)))
    with floor.database.transaction() as session:
        mine = first(session)
        session.flush()
        other.start()
        other.join(0.2)
    other.join(90)
    return mine, *found


def voids(session: Session) -> int:
    return queue.void(session, ["parcel:1"], reason="set aside", **by(7))


def test_a_copy_asked_for_while_its_paper_is_voided_is_void_too(floor):
    job_id = floor.ask()
    floor.work()
    copy_id, cancelled = came_second(
        floor, lambda s: queue.reprint(s, job_id, reason="torn", command_id="d", **by()), voids
    )
    assert (floor.state(copy_id), cancelled) == (JobState.CANCELLED, 1)
    assert floor.work() is None


def test_a_paper_voided_while_somebody_says_it_did_not_come_out_gets_no_copy(floor):
    job_id = unknown(floor)
    given = {"came_out": False, "command_id": "d", **by()}
    told = came_second(floor, voids, lambda s: queue.answer_unknown(s, job_id, **given))
    assert (told, floor.state(job_id)) == ((0, None), JobState.CANCELLED)
    assert floor.job(job_id).reason == "void"
