"""The print queue on both databases: no paper twice, none lost, people decide what nobody knows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from printing import queue
from printing.addresses import Allowed
from printing.documents import Document, TestPage
from printing.errors import (
    AddressRefused,
    AlreadyQueued,
    DoesNotFit,
    StateConflict,
    TransportError,
)
from printing.media import STOCKS
from printing.models import (
    JobState,
    Printer,
    PrinterKind,
    PrinterState,
    PrintEvent,
    PrintFile,
    PrintJob,
    PrintRoute,
    plain,
)
from printing.queue.delivery import transport_for
from printing.queue.making import Draw, made_of
from printing.renderers import raster
from printing.renderers.pdf import render
from printing.samples import manifest, packing_slip, waybill
from printing.transports import Reason
from printing.transports.download import DownloadTransport
from printing.transports.ipp import IppTransport
from printing.transports.languages import Language
from printing.transports.lines import Device, Endpoint
from printing.transports.memory import MemoryTransport
from printing.transports.raw import RawTransport
from printing.transports.spool import SpoolTransport
from tests.printing import fakes, reading
from warehouse.catalog.models import Station, StationKind
from warehouse.db import Database

START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


class Floor:
    """A site with one printer, a clock that stands still, and paper that is kept."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = START
        self.paper = MemoryTransport()
        self.printer_id = self.printer()
        self._numbers = count(1)

    def printer(self, name: str = "label 1", **facts: Any) -> int:
        with self.database.transaction() as session:
            row = Printer(
                **({"name": name, "kind": PrinterKind.ZPL, "address": "10.0.0.9"} | facts)
            )
            session.add(row)
            session.flush()
            return row.id

    def route(self, kind: str = "waybill", printer_id: int | None = None, **facts: Any) -> None:
        with self.database.transaction() as session:
            target = printer_id or self.printer_id
            session.add(PrintRoute(document_kind=kind, printer_id=target, **facts))

    def station(self, code: str) -> int:
        with self.database.transaction() as session:
            row = Station(code=code, name=code, kind=StationKind.PACK)
            session.add(row)
            session.flush()
            return row.id

    def ask(self, document: Document | None = None, **facts: Any) -> int:
        paper = document or waybill(waybill_no=f"YT{next(self._numbers):013}")
        given = {
            "station_id": None,
            "at": self.now,
            "command_id": "c",
            "subject": "parcel:1",
        } | facts
        with self.database.transaction() as session:
            return queue.enqueue(session, paper, **given)

    def work(
        self, printer_id: int | None = None, transport: Any = None, draw: Draw = made_of
    ) -> queue.Printed | None:
        return queue.print_one(
            self.database,
            printer_id or self.printer_id,
            clock=lambda: self.now,
            transports=lambda _printer, _media: transport or self.paper,
            draw=draw,
        )

    def do(self, act: Any, *given: Any, **named: Any) -> Any:
        with self.database.transaction() as session:
            return act(session, *given, **named)

    def job(self, job_id: int) -> PrintJob:
        with self.database.reading() as session:
            return session.get_one(PrintJob, job_id)

    def state(self, job_id: int) -> JobState:
        return self.job(job_id).state

    def its_printer(self) -> Printer:
        with self.database.reading() as session:
            return session.get_one(Printer, self.printer_id)

    def lanes(self) -> list[queue.Lane]:
        with self.database.reading() as session:
            return queue.lanes(session)

    def names(self) -> list[str]:
        return [name for name, _ in self.paper.sent]

    def events(self, job_id: int) -> list[tuple[str, str]]:
        with self.database.reading() as session:
            rows = session.scalars(
                sa.select(PrintEvent).where(PrintEvent.job_id == job_id).order_by(PrintEvent.id)
            )
            return [(row.state.value, row.note) for row in rows]


@pytest.fixture
def floor(database: Database) -> Iterator[Floor]:
    made = Floor(database)
    made.route()
    yield made
    with database.reading() as session:
        leased = session.scalars(sa.select(PrintJob.id).where(PrintJob.lease_token.is_not(None)))
        assert list(leased) == [], "a lease was left behind"


def by(person_id: int = 1) -> dict[str, Any]:
    return {"person_id": person_id, "at": START}


def away(before_first_byte: bool = True, reason: Reason = Reason.OFFLINE) -> TransportError:
    return TransportError("away", before_first_byte=before_first_byte, reason=reason)


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
    assert floor.do(queue.assign_waiting, at=floor.now) == 0
    office = floor.printer("office", kind=PrinterKind.IPP, media="A4")
    floor.route("manifest", office)
    assert floor.do(queue.assign_waiting, at=floor.now) == 1
    assert floor.work(office).state is JobState.SENT


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


def unknown(floor: Floor, document: Document | None = None) -> int:
    job_id = floor.ask(document)
    floor.paper.faults.append(away(before_first_byte=False))
    floor.work()
    return job_id


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


def test_a_paper_that_does_not_fit_fails_at_once_and_stops_nobody(floor):
    too_wide = floor.ask(waybill(waybill_no="A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6"))
    good = floor.ask()
    assert floor.work().state is JobState.FAILED
    assert floor.job(too_wide).reason == "does_not_fit"
    assert "dots" in floor.job(too_wide).detail
    assert floor.work().job_id == good
    assert floor.its_printer().state is PrinterState.READY


@pytest.mark.parametrize(
    "printer",
    [
        {"media": "60x40"},
        {"media": "100x180", "width_dots": 608},
        {"media": "receipt80", "kind": PrinterKind.ESCPOS},
    ],
)
def test_a_printer_holding_another_stock_refuses_and_nothing_is_scaled(floor, printer):
    other = floor.printer("other", **printer)
    job_id = floor.ask(printer_id=other)
    assert floor.work(other).state is JobState.FAILED
    assert floor.job(job_id).reason == "does_not_fit"
    assert floor.paper.sent == []


def test_a_failed_paper_goes_after_the_stock_was_changed(floor):
    other = floor.printer("other", media="60x40")
    job_id = floor.ask(printer_id=other)
    floor.work(other)
    with floor.database.transaction() as session:
        session.get_one(Printer, other).media = "100x180"
    floor.do(queue.release, job_id, **by())
    assert floor.work(other).state is JobState.SENT
    with floor.database.reading() as session:
        assert session.get_one(PrintFile, job_id).media == "100x180@203"


def test_a_roll_changed_between_two_tries_is_rendered_anew(floor):
    job_id = floor.ask()
    floor.paper.faults.append(away())
    floor.work()
    with floor.database.transaction() as session:
        session.get_one(Printer, floor.printer_id).media = "100x150"
    floor.now += timedelta(minutes=1)
    assert floor.work().state is JobState.SENT
    with floor.database.reading() as session:
        assert session.get_one(PrintFile, job_id).media == "100x150@203"
    assert reading.zpl(floor.paper.sent[0][1])[0].shape == (1200, 800)


def test_a_sheet_does_not_go_to_a_label_printer(floor):
    job_id = floor.ask(manifest(), printer_id=floor.printer_id)
    floor.work()
    assert floor.job(job_id).reason == "does_not_fit"


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


def test_receipts_go_through_a_real_socket_with_questions_and_fence(floor):
    with fakes.RawPrinter(fakes.Escpos()) as device:
        facts = {"kind": PrinterKind.ESCPOS, "media": "receipt80", "width_dots": 576}
        receipts = floor.printer("receipts", address=f"127.0.0.1:{device.address[1]}", **facts)
        job_id = floor.ask(packing_slip(), printer_id=receipts)
        allowed = Allowed.of(["127.0.0.0/8"], [device.address[1]])
        printed = queue.print_one(
            floor.database,
            receipts,
            clock=lambda: START,
            transports=queue.transports_within(allowed),
        )
        assert printed == queue.Printed(job_id=job_id, state=JobState.SENT)
        assert device.papers == 1


def test_offsets_move_the_picture(floor):
    moved = floor.printer("moved", offset_x=8, offset_y=16)
    page = TestPage(test_no="T-1", printer="P")
    floor.ask(page, printer_id=floor.printer_id)
    floor.ask(page, printer_id=moved, part=2)
    floor.work()
    floor.work(moved)
    straight, shifted = (reading.zpl(payload)[0] for _, payload in floor.paper.sent)
    assert (shifted[16:, 8:] == straight[:-16, :-8]).all()


@pytest.mark.parametrize(
    ("kind", "address", "made"),
    [
        (PrinterKind.ESCPOS, "10.0.0.1",
         RawTransport(way=Endpoint(address=("10.0.0.1", 9100)), language=Language.ESCPOS)),
        (PrinterKind.ZPL, "10.0.0.1:9100",
         RawTransport(way=Endpoint(address=("10.0.0.1", 9100)), language=Language.ZPL)),
        (PrinterKind.TSPL, "/dev/usb/lp0",
         RawTransport(way=Device(path="/dev/usb/lp0"), language=Language.TSPL)),
        (PrinterKind.ESCPOS, "/dev/ttyS9@9600,rtscts",
         RawTransport(way=Device(path="/dev/ttyS9", baud=9600, has_handshake=True),
                      language=Language.ESCPOS)),
        (PrinterKind.CUPS, "10.0.0.1/label",
         IppTransport(address=("10.0.0.1", 631), uri="ipp://10.0.0.1:631/printers/label",
                      path="/printers/label", media=STOCKS["76x130"])),
        (PrinterKind.CUPS, "ipp://10.0.0.1/printers/label",
         IppTransport(address=("10.0.0.1", 631), uri="ipp://10.0.0.1:631/printers/label",
                      path="/printers/label", media=STOCKS["76x130"])),
        (PrinterKind.FOLDER, "/srv/spool/a", SpoolTransport(folder=Path("/srv/spool/a"))),
        (PrinterKind.IPP, "10.0.0.1",
         IppTransport(address=("10.0.0.1", 631), uri="ipp://10.0.0.1:631/ipp/print",
                      path="/ipp/print", media=STOCKS["76x130"])),
        (PrinterKind.IPP, "ipp://10.0.0.1:631/printers/label",
         IppTransport(address=("10.0.0.1", 631), uri="ipp://10.0.0.1:631/printers/label",
                      path="/printers/label", media=STOCKS["76x130"])),
    ],
)  # fmt: skip
def test_each_kind_of_printer_is_reached_its_own_way(kind, address, made):
    devices = ["/dev/usb/lp*", "/dev/ttyS*"]
    allowed = Allowed.of(folders=[Path("/srv/spool")], devices=devices)
    printer = Printer(name="p", kind=kind, address=address)
    assert transport_for(printer, STOCKS["76x130"], allowed) == made


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        (PrinterKind.ZPL, "8.8.8.8"),
        (PrinterKind.ZPL, "10.0.0.1:22"),
        (PrinterKind.FOLDER, "/etc"),
        (PrinterKind.IPP, "http://10.0.0.1/x"),
        (PrinterKind.IPP, "ipp://user@10.0.0.1/x"),
        (PrinterKind.IPP, "ipp://10.0.0.1:x/y"),
        (PrinterKind.IPP, "ipp://10.0.0.1/a b"),
        (PrinterKind.IPP, "ipp://10.0.0.1/a?b"),
        (PrinterKind.IPP, "ipp://127.0.0.1/ipp/print"),
        (PrinterKind.IPP, "ipp:///ipp/print"),
        (PrinterKind.CUPS, "10.0.0.1"),
        (PrinterKind.CUPS, "10.0.0.1/a/b"),
        (PrinterKind.CUPS, "10.0.0.1/admin/label"),
        (PrinterKind.ZPL, "/dev/sda"),
        (PrinterKind.ZPL, "/dev/usb/lp0/../../sda"),
        (PrinterKind.ZPL, "/dev/usb/../usb/lp0"),
        (PrinterKind.ZPL, "/dev/usb/lp0\x00"),
        (PrinterKind.ZPL, "/dev/ttyS0"),
        (PrinterKind.ZPL, "/dev/ttyS0@9600"),
        (PrinterKind.ZPL, "/dev/usb/lp0@300"),
        (PrinterKind.ZPL, "/tmp/lp0"),
    ],
)
def test_no_kind_of_printer_leads_out_of_the_site(kind, address):
    printer = Printer(name="p", kind=kind, address=address)
    with pytest.raises(AddressRefused):
        transport_for(printer, STOCKS["76x130"], Allowed.of(folders=[Path("/srv/spool")]))


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({}, None),
        ({"media": "76x130"}, None),
        ({"media": "A4", "kind": PrinterKind.IPP}, None),
        ({"media": "A4"}, DoesNotFit),
        ({"media": "postcard"}, DoesNotFit),
        ({"media": "100x180", "width_dots": 576}, DoesNotFit),
        ({"address": "8.8.8.8"}, AddressRefused),
    ],
)
def test_a_printer_is_looked_at_before_it_is_kept(facts, error):
    given = {"kind": PrinterKind.ZPL, "address": "10.0.0.1", "dpi": 203, "width_dots": 832}
    printer = Printer(name="p", **(given | {"media": ""} | facts))
    if error is None:
        queue.check_printer(printer, Allowed())
        return
    with pytest.raises(error):
        queue.check_printer(printer, Allowed())


def test_a_paper_that_is_fetched_needs_no_address():
    printer = Printer(name="p", kind=PrinterKind.DOWNLOAD, address="")
    assert isinstance(transport_for(printer, STOCKS["76x130"], Allowed()), DownloadTransport)


def test_a_link_to_a_device_must_stay_among_devices(tmp_path):
    (tmp_path / "lp0").symlink_to("/etc/passwd")
    (tmp_path / "lp1").symlink_to("/dev/null")
    allowed = Allowed.of(devices=[f"{tmp_path}/lp*"])
    assert allowed.device(f"{tmp_path}/lp1") == "/dev/null"
    with pytest.raises(AddressRefused):
        allowed.device(f"{tmp_path}/lp0")


def test_an_unknown_printer_has_nothing_to_do(floor):
    assert floor.work(999) is None


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
