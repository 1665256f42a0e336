"""A paper nobody could draw just now goes back into its lane; it is tried again, never failed."""

from __future__ import annotations

from datetime import timedelta

from printing import queue
from printing.errors import DrawingDelayed
from printing.models import JobState
from printing.queue.making import Given, Made
from printing.transports import Reason
from tests.printing.floor import away, by

WHY = "no process to draw could be started: [Errno 11] Resource temporarily unavailable"


def nobody(_: Given) -> Made:
    raise DrawingDelayed(WHY)


def test_it_waits_in_its_place_with_the_reason_and_comes_out_once(floor):
    first, second = floor.ask(), floor.ask()
    before = floor.its_printer()
    printed = floor.work(draw=nobody)
    assert (printed.job_id, printed.state) == (first, JobState.QUEUED)
    job = floor.job(first)
    assert (job.reason, job.detail, job.lease_token) == ("drawing_delayed", WHY, None)
    assert job.next_try_at == floor.now + timedelta(seconds=2)
    # It is no fault of the printer's, and nobody overtakes: a wave's papers come in order.
    assert floor.its_printer().state_reason == before.state_reason
    assert floor.work() is None
    (lane,) = floor.lanes()
    assert (lane.head_id, lane.head_reason) == (first, "drawing_delayed")
    floor.now += timedelta(seconds=2)
    assert floor.work(draw=nobody).state is JobState.QUEUED
    # Longer each time, as the server must have a rest to recover.
    assert floor.job(first).next_try_at == floor.now + timedelta(seconds=5)
    floor.now += timedelta(seconds=5)
    assert [floor.work().job_id, floor.work().job_id, floor.work()] == [first, second, None]
    assert [floor.state(each) for each in (first, second)] == [JobState.SENT] * 2
    assert (len(floor.names()), floor.job(first).reason) == (2, "")


def test_bytes_of_an_earlier_try_are_kept_for_it(floor):
    job_id = floor.ask()
    floor.paper.faults.append(away())
    assert floor.work().reason == Reason.OFFLINE
    kept = floor.job(job_id)
    floor.now += timedelta(minutes=1)
    assert floor.work(draw=nobody).state is JobState.READY
    floor.now += timedelta(minutes=1)
    with floor.database.reading() as session:
        before = queue.pdf_of(session, job_id)
    assert floor.work().state is JobState.SENT
    with floor.database.reading() as session:
        assert queue.pdf_of(session, job_id) == before
    assert kept.state is JobState.READY


def test_what_was_voided_meanwhile_is_not_drawn_again(floor):
    job_id = floor.ask()

    def voided(given: Given) -> Made:
        floor.do(queue.void, ["parcel:1"], kind="waybill", reason="put aside", **by())
        return nobody(given)

    assert floor.work(draw=voided).state is JobState.CANCELLED
    assert (floor.job(job_id).reason, floor.work()) == ("void", None)
