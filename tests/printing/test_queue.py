"""The print queue on both databases: what is asked for once is printed in its turn, or again."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from printing import queue
from printing.errors import AlreadyQueued
from printing.media import STOCKS
from printing.models import JobState, PrinterKind, PrinterState, PrintFile, PrintJob, plain
from printing.queue.assigning import Assigned
from printing.queue.claiming import STALE_AFTER
from printing.renderers import raster
from printing.renderers.pdf import render
from printing.samples import manifest, sku_label, tote_label, waybill
from printing.transports import Reason
from tests.printing import reading
from tests.printing.floor import START, away, by


def test_a_paper_asked_for_is_printed_and_kept(floor):
    job_id = floor.ask(waybill())
    assert floor.state(job_id) is JobState.QUEUED
    assert floor.work() == queue.Printed(job_id=job_id, state=JobState.SENT)
    ((name, payload),) = floor.paper.sent
    assert name == "waybill-YT1234567890123"
    with floor.database.reading() as session:
        kept = session.get_one(PrintFile, job_id)
    assert kept.content == render(waybill(), STOCKS["76x130"])
    assert kept.sha256 == hashlib.sha256(kept.content).hexdigest()
    assert (reading.zpl(payload)[0] == raster.bitmaps(kept.content, dpi=203)[0].dots()).all()
    assert floor.job(job_id).sent_at == START
    assert floor.its_printer().state is PrinterState.READY
    assert floor.work() is None


def test_asking_takes_one_statement(floor):
    statements: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        statements.append(statement)

    with floor.database.transaction() as session:
        session.connection()
        sa.event.listen(floor.database.writer, "before_cursor_execute", note)
        queue.enqueue(session, waybill(), station_id=None, at=START, command_id="c", subject="s")
        sa.event.remove(floor.database.writer, "before_cursor_execute", note)
    assert len(statements) == 1


def test_the_same_paper_is_asked_for_once(floor):
    floor.ask(waybill())
    with pytest.raises(AlreadyQueued):
        floor.ask(waybill())
    other_part = floor.ask(waybill(), part=2)
    assert floor.job(other_part).part == 2


def test_two_who_ask_at_once_get_one_paper(floor):
    def one(_number: int) -> bool:
        try:
            floor.ask(waybill())
        except AlreadyQueued:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(16))) == 1


def test_a_refused_command_asks_for_nothing(floor):
    def refused(session: Session) -> None:
        queue.enqueue(session, waybill(), station_id=None, at=START, command_id="c")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        floor.do(refused)
    assert floor.work() is None


def test_papers_leave_in_the_order_they_were_asked_for(floor):
    for number in ("YT1", "YT2", "YT3"):
        floor.ask(waybill(waybill_no=number))
    while floor.work():
        pass
    assert floor.names() == ["waybill-YT1", "waybill-YT2", "waybill-YT3"]


def test_two_workers_never_take_the_same_paper(floor):
    jobs = [floor.ask() for _ in range(12)]

    def worker(_number: int) -> list[int]:
        printed = []
        while floor.lanes()[0].waiting:
            if done := floor.work():
                printed.append(done.job_id)
        return printed

    with ThreadPoolExecutor(4) as pool:
        printed = [job_id for found in pool.map(worker, range(4)) for job_id in found]
    assert sorted(printed) == jobs
    assert len(floor.names()) == len(set(floor.names())) == 12


def test_a_route_of_the_station_wins_over_the_one_for_all(floor):
    station_id = floor.station("PACK-1")
    near = floor.printer("label 2")
    floor.route(printer_id=near, station_id=station_id)
    assert floor.job(floor.ask(station_id=station_id)).printer_id == near
    assert floor.job(floor.ask()).printer_id == floor.printer_id
    assert floor.job(floor.ask(printer_id=near)).printer_id == near


def test_a_kind_has_one_route_for_a_station_and_one_for_all(floor):
    with pytest.raises(IntegrityError):
        floor.route()
    station_id = floor.station("PACK-1")
    floor.route(station_id=station_id)
    with pytest.raises(IntegrityError):
        floor.route(station_id=station_id)


def test_a_paper_without_a_printer_waits_where_it_is_seen_and_goes_when_there_is_one(floor):
    job_id = floor.ask(manifest())
    assert floor.job(job_id).printer_id is None
    lane = floor.lanes()[-1]
    assert (lane.printer, lane.waiting, lane.needs_person) == (None, 1, True)
    assert not floor.do(queue.can_assign)
    assert floor.do(queue.assign_waiting, at=floor.now) == Assigned()
    office = floor.printer("office", kind=PrinterKind.IPP, media="A4")
    floor.route("manifest", office)
    assert floor.do(queue.can_assign)
    assert floor.do(queue.assign_waiting, at=floor.now) == Assigned(going=1)
    assert floor.work(office).state is JobState.SENT


@pytest.mark.parametrize("kind", [PrinterKind.ZPL, PrinterKind.FOLDER])
def test_papers_of_long_ago_do_not_come_because_there_is_a_route_from_today_on(floor, kind):
    old, own = floor.ask(sku_label()), floor.station("PACK-1")
    floor.now += STALE_AFTER + timedelta(seconds=1)
    fresh = floor.ask(tote_label(), station_id=own)
    everywhere, here = (floor.printer(name, kind=kind, address="/x") for name in ("all", "own"))
    for name in ("sku_label", "tote_label"):
        floor.route(name, everywhere)
    floor.route("tote_label", here, station_id=own)
    is_held = kind is PrinterKind.ZPL  # a folder takes what is old too
    wanted = Assigned(going=1, held=1) if is_held else Assigned(going=2)
    assert floor.do(queue.assign_waiting, at=floor.now) == wanted
    assert (floor.job(old).printer_id, floor.job(fresh).printer_id) == (everywhere, here)
    assert floor.state(old) is (JobState.HELD if is_held else JobState.QUEUED)
    assert floor.job(fresh).waiting_since == floor.now


def test_papers_nobody_has_a_printer_for_cost_a_question_each_time_however_many_they_are(floor):
    for number in range(30):
        floor.ask(tote_label(content=f"TOTE-{number:04}"))
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        floor.do(queue.can_assign)
        floor.do(queue.assign_waiting, at=floor.now)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert len([each for each in asked if "print_job" in each]) == 2


@pytest.mark.parametrize("reason", [Reason.OFFLINE, Reason.PAPER_OUT, Reason.BUSY])
def test_what_never_left_is_tried_again_later_and_others_wait_behind_it(floor, reason):
    first, second = floor.ask(), floor.ask()
    floor.paper.faults.append(away(reason=reason))
    assert floor.work() == queue.Printed(job_id=first, state=JobState.READY, reason=reason)
    assert floor.work() is None
    assert floor.names() == []
    assert floor.its_printer().state_reason == reason
    floor.now += timedelta(seconds=60)
    assert floor.work().job_id == first
    assert floor.work().job_id == second
    # To wait one's turn is no try that failed.
    assert floor.job(first).attempts == (1 if reason is Reason.BUSY else 2)


def test_the_pause_between_tries_grows(floor):
    job_id = floor.ask()
    waits = []
    for _ in range(6):
        floor.paper.faults.append(away())
        floor.work()
        waits.append((floor.job(job_id).next_try_at - floor.now).seconds)
        floor.now += timedelta(seconds=waits[-1])
    assert waits == [2, 5, 15, 30, 60, 60]


def test_bytes_are_made_once_whatever_the_tries(floor):
    job_id = floor.ask()
    floor.paper.faults.append(away())
    floor.work()
    with floor.database.reading() as session:
        first = session.get_one(PrintFile, job_id).sha256
    floor.now += timedelta(seconds=60)
    floor.work()
    with floor.database.reading() as session:
        assert session.get_one(PrintFile, job_id).sha256 == first


def test_what_may_have_come_out_is_never_sent_again_by_itself(floor):
    first, second = floor.ask(), floor.ask()
    floor.paper.faults.append(away(before_first_byte=False, reason=Reason.NO_ANSWER))
    assert floor.work().state is JobState.UNKNOWN
    for _ in range(3):
        floor.now += timedelta(hours=1)
        assert floor.work() is None
    assert len(floor.paper.sent) == 1
    assert floor.state(second) is not JobState.SENT
    lane = floor.lanes()[0]
    assert (lane.head_id, lane.head_state, lane.needs_person) == (first, JobState.UNKNOWN, True)
    assert lane.head_reason == Reason.NO_ANSWER


def test_the_paper_can_be_fetched_as_pdf_before_and_after_it_is_printed(floor):
    job_id = floor.ask(waybill())
    with floor.database.reading() as session:
        before = queue.pdf_of(session, job_id)
    floor.work()
    with floor.database.reading() as session:
        assert queue.pdf_of(session, job_id) == before


def test_a_job_as_plain_values_holds_nothing_personal(floor):
    job_id = floor.ask(waybill())
    shown = plain(floor.job(job_id))
    assert "欧阳" not in repr(shown)
    assert shown["state"] == "queued"


def test_sessions_see_what_was_decided_in_them(floor):
    job_id = floor.ask()
    with floor.database.transaction() as session:
        seen: Session = session
        before = seen.get_one(PrintJob, job_id).state
        queue.cancel(seen, job_id, reason="x", **by())
        assert (before, seen.get_one(PrintJob, job_id).state) == (
            JobState.QUEUED,
            JobState.CANCELLED,
        )
