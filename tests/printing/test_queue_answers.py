"""What people say of papers: it came out, it did not, again, held, taken back."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from printing import queue
from printing.errors import StateConflict
from printing.media import STOCKS
from printing.models import JobState, PrintFile, PrintJob
from printing.renderers.pdf import render
from printing.samples import waybill
from tests.printing.floor import START, away, by, unknown


def test_it_came_out_says_a_person(floor):
    job_id = unknown(floor)
    assert floor.do(queue.answer_unknown, job_id, came_out=True, command_id="d", **by()) is None
    assert floor.state(job_id) is JobState.CONFIRMED
    assert floor.events(job_id)[-1] == ("confirmed", "came out")
    assert floor.work() is None


def test_it_did_not_come_out_says_a_person_and_a_marked_copy_follows(floor):
    job_id = unknown(floor, waybill())
    copy_id = floor.do(queue.answer_unknown, job_id, came_out=False, command_id="d", **by(7))
    assert floor.state(job_id) is JobState.CANCELLED
    copy = floor.job(copy_id)
    assert (copy.copy_no, copy.reprint_of, copy.person_id) == (2, job_id, 7)
    floor.work()
    assert floor.names()[-1] == "waybill-YT1234567890123-copy2"
    with floor.database.reading() as session:
        kept = session.get_one(PrintFile, copy_id).content
    assert kept == render(waybill().copy(2, "2026-11-21 18:00"), STOCKS["76x130"])


def test_only_an_unknown_job_can_be_answered(floor):
    job_id = floor.ask()
    with pytest.raises(StateConflict):
        floor.do(queue.answer_unknown, job_id, came_out=True, command_id="d", **by())
    floor.work()
    with pytest.raises(StateConflict):
        floor.do(queue.answer_unknown, job_id, came_out=False, command_id="d", **by())


def test_a_paper_scanned_back_confirms_its_job_and_frees_the_lane(floor):
    job_id = unknown(floor, waybill())
    assert floor.do(queue.confirm, "waybill", "YT1234567890123", START) == job_id
    assert floor.state(job_id) is JobState.CONFIRMED
    assert floor.do(queue.confirm, "waybill", "YT1234567890123", START) is None
    assert floor.do(queue.confirm, "waybill", "YT0", START) is None


@pytest.mark.parametrize("fault", [None, away(before_first_byte=False)])
def test_quick_hands_scan_a_label_before_its_printer_has_answered(floor, fault):
    job_id = floor.ask(waybill())

    class Quick:
        def send(self, payload: bytes, name: str, notice: Any = None) -> None:
            assert floor.do(queue.confirm, "waybill", "YT1234567890123", START) == job_id
            if fault:
                raise fault

    assert floor.work(transport=Quick()).state is JobState.CONFIRMED
    assert floor.state(job_id) is JobState.CONFIRMED
    assert floor.events(job_id) == []


@pytest.mark.parametrize(("fault", "state"), [
    (away(), JobState.READY), (away(before_first_byte=False), JobState.UNKNOWN),
])  # fmt: skip
def test_a_torn_paper_that_is_scanned_is_not_its_copy(floor, fault, state):
    first = floor.ask(waybill())
    floor.work()
    copy = floor.do(queue.reprint, first, reason="torn", command_id="r", **by(4))

    class Scanned:
        def send(self, payload: bytes, name: str, notice: Any = None) -> None:
            assert floor.do(queue.confirm, "waybill", "YT1234567890123", START) == first
            raise fault

    assert floor.work(transport=Scanned()).state is state
    floor.do(queue.confirm, "waybill", "YT1234567890123", START)
    assert (floor.state(first), floor.state(copy)) == (JobState.CONFIRMED, state)


def test_a_paper_that_was_never_sent_is_not_confirmed(floor):
    floor.ask(waybill())
    assert floor.do(queue.confirm, "waybill", "YT1234567890123", START) is None


def test_a_reprint_has_a_reason_a_number_and_a_mark_on_the_paper(floor):
    first = floor.ask(waybill())
    floor.work()
    facts = {"reason": " torn ", "command_id": "r"} | by(4)
    second = floor.do(queue.reprint, first, **facts)
    floor.work()
    third = floor.do(queue.reprint, second, **facts)
    assert [floor.job(j).copy_no for j in (first, second, third)] == [1, 2, 3]
    assert floor.job(second).reprint_reason == "torn"
    assert floor.job(second).facts["copied_at"] == "2026-11-21 18:00"
    assert floor.job(first).facts["copy_no"] == 1
    assert floor.events(first) == [("sent", "copy 2: torn")]


def test_no_reprint_without_a_reason_or_before_the_first(floor):
    job_id = floor.ask()
    with pytest.raises(StateConflict):
        floor.do(queue.reprint, job_id, reason="torn", command_id="r", **by())
    floor.work()
    with pytest.raises(ValueError, match="reason"):
        floor.do(queue.reprint, job_id, reason="  ", command_id="r", **by())


def test_a_reprint_can_go_to_another_station(floor):
    station_id = floor.station("PACK-2")
    near = floor.printer("label 2")
    floor.route(printer_id=near, station_id=station_id)
    first = floor.ask()
    floor.work()
    second = floor.do(
        queue.reprint, first, reason="torn", command_id="r", station_id=station_id, **by()
    )
    assert floor.job(second).printer_id == near


def test_the_database_wants_a_reason_for_a_copy_too(floor):
    job_id = floor.ask()
    with pytest.raises(IntegrityError), floor.database.transaction() as session:
        session.execute(sa.update(PrintJob).where(PrintJob.id == job_id).values(copy_no=2))


@pytest.mark.parametrize("act", [queue.cancel, queue.hold])
def test_a_waiting_paper_can_be_taken_back_or_set_aside(floor, act):
    first, second = floor.ask(), floor.ask()
    floor.do(act, first, reason="wrong", **by())
    assert floor.work().job_id == second
    assert floor.events(first)[-1][1] == "wrong"


def test_a_held_paper_goes_when_it_is_let_go(floor):
    job_id = floor.ask()
    floor.do(queue.hold, job_id, reason="wait", **by())
    assert floor.work() is None
    floor.do(queue.release, job_id, **by())
    assert floor.work().job_id == job_id


@pytest.mark.parametrize("act", [queue.cancel, queue.hold])
def test_a_sent_paper_cannot_be_taken_back(floor, act):
    job_id = floor.ask()
    floor.work()
    with pytest.raises(StateConflict):
        floor.do(act, job_id, reason="late", **by())
    with pytest.raises(StateConflict):
        floor.do(queue.release, job_id, **by())
    with pytest.raises(StateConflict):
        floor.do(queue.reroute, job_id, floor.printer_id, **by())
    assert floor.events(job_id) == []
