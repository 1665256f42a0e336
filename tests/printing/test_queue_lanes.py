"""Lanes: paused, old, moved to another printer, counted."""

from __future__ import annotations

from datetime import timedelta

from printing import queue
from printing.models import JobState, PrinterKind
from tests.printing import reading
from tests.printing.floor import away, by


def test_a_paused_printer_rests_and_goes_on_when_resumed(floor):
    job_id = floor.ask()
    floor.do(queue.pause, floor.printer_id)
    assert floor.work() is None
    with floor.database.reading() as session:
        assert queue.due(session, floor.now) == []
    floor.now += timedelta(hours=2)
    floor.do(queue.resume, floor.printer_id, at=floor.now)
    assert floor.work().job_id == job_id


def test_papers_grown_old_while_the_printer_was_away_wait_for_a_word(floor):
    old = floor.ask()
    floor.now += timedelta(minutes=16)
    new = floor.ask()
    assert floor.work().job_id == new
    assert (floor.state(old), floor.job(old).reason) == (JobState.HELD, "stale")
    floor.do(queue.release, old, person_id=1, at=floor.now)
    assert floor.work().job_id == old


def test_a_long_lane_that_moves_is_not_old(floor):
    floor.ask()
    second = floor.ask()
    floor.now += timedelta(minutes=14)
    floor.work()
    floor.now += timedelta(minutes=14)
    assert floor.work().job_id == second


def test_a_folder_takes_old_papers_too(floor):
    folder = floor.printer("folder", kind=PrinterKind.FOLDER, address="/spool")
    job_id = floor.ask(printer_id=folder)
    floor.now += timedelta(days=3)
    assert floor.work(folder).job_id == job_id
    assert floor.paper.sent[0][1].startswith(b"%PDF")


def test_a_paper_can_be_given_to_another_printer_before_it_is_sent(floor):
    job_id = floor.ask()
    floor.paper.faults.append(away())
    floor.work()
    other = floor.printer("label 2", kind=PrinterKind.TSPL, dpi=300, width_dots=1248)
    floor.do(queue.reroute, job_id, other, **by())
    assert floor.work() is None
    assert floor.work(other).state is JobState.SENT
    assert reading.tspl(floor.paper.sent[0][1], 12)[0].shape == (1560, 912)


def test_the_worker_is_told_which_lanes_can_move(floor):
    other = floor.printer("label 2")
    floor.ask()
    floor.ask(printer_id=other)
    with floor.database.reading() as session:
        assert queue.due(session, floor.now) == [floor.printer_id, other]
    floor.paper.faults.append(away())
    floor.work()
    with floor.database.reading() as session:
        assert queue.due(session, floor.now) == [other]
        assert queue.due(session, floor.now + timedelta(seconds=3)) == [floor.printer_id, other]


def test_lanes_count_what_is_open(floor):
    floor.ask()
    floor.work()
    held = floor.ask()
    floor.do(queue.hold, held, reason="wait", **by())
    waiting = floor.ask()
    (lane,) = floor.lanes()
    assert lane.counts == {JobState.HELD: 1, JobState.QUEUED: 1}
    assert (lane.head_id, lane.waiting, lane.needs_person) == (waiting, 2, True)
