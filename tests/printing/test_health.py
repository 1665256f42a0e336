"""How printers are: asked while idle, told at once, and good news wakes what waited."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from printing import queue
from printing.addresses import Allowed
from printing.errors import AddressRefused
from printing.models import JobState, PrinterKind, PrinterState
from printing.queue.health import idle_printers, look_at
from printing.transports import READY, SILENT, Condition, Reason
from tests.printing import fakes
from tests.printing.floor import START, Floor, away
from warehouse.db import Database

PAPER_OUT = Condition(reason=Reason.PAPER_OUT, detail="paper out")
OFFLINE = Condition(reason=Reason.OFFLINE, detail="no route to host")


def look(floor: Floor, condition: Condition | None = None) -> Condition | None:
    floor.paper.condition = condition or floor.paper.condition
    return look_at(
        floor.database,
        floor.printer_id,
        clock=lambda: floor.now,
        transports=lambda _printer, _media: floor.paper,
    )


def written(floor: Floor) -> tuple[PrinterState, str, Any]:
    printer = floor.its_printer()
    return printer.state, printer.state_reason, printer.last_seen_at


@pytest.mark.parametrize(
    ("condition", "state", "seen"),
    [
        (READY, PrinterState.READY, START),
        (Condition(reason=Reason.PAPER_LOW), PrinterState.READY, START),
        (Condition(reason=Reason.BUSY), PrinterState.BUSY, START),
        (PAPER_OUT, PrinterState.PAPER_OUT, START),
        (Condition(reason=Reason.COVER_OPEN), PrinterState.COVER_OPEN, START),
        (Condition(reason=Reason.JAM), PrinterState.ATTENTION, START),
        (SILENT, PrinterState.UNKNOWN, START),
        (OFFLINE, PrinterState.OFFLINE, None),
    ],
)
def test_what_an_idle_printer_says_is_kept(floor, condition, state, seen):
    assert look(floor, condition) == condition
    assert written(floor) == (state, condition.reason, seen)


def test_a_printer_that_tells_nothing_is_what_it_last_showed_by_printing(floor):
    floor.ask()
    floor.work()
    look(floor, SILENT)
    assert floor.its_printer().state is PrinterState.READY
    look(floor, OFFLINE)
    look(floor, SILENT)
    assert floor.its_printer().state is PrinterState.UNKNOWN


def test_nothing_is_written_while_nothing_changes(floor, monkeypatch):
    look(floor, PAPER_OUT)
    with monkeypatch.context() as patched:
        patched.setattr(Database, "transaction", None)
        floor.now += timedelta(seconds=30)
        look(floor)
    assert floor.its_printer().last_seen_at == START
    floor.now += timedelta(seconds=30)
    look(floor)
    assert floor.its_printer().last_seen_at == floor.now


def test_a_printer_that_is_well_again_gets_its_papers_at_once(floor):
    job_id = floor.ask()
    floor.paper.faults.extend([away(reason=Reason.PAPER_OUT)] * 5)
    for _ in range(5):
        floor.work()
        floor.now = floor.job(job_id).next_try_at
    floor.now -= timedelta(seconds=20)
    assert floor.work() is None
    look(floor, PAPER_OUT)
    assert floor.work() is None
    look(floor, READY)
    assert floor.work() == queue.Printed(job_id=job_id, state=JobState.SENT)


def test_what_grew_old_while_a_printer_was_away_waits_for_a_word_though_it_is_back(floor):
    look(floor, READY)
    old = floor.ask()
    look(floor, OFFLINE)
    floor.now += timedelta(minutes=20)
    look(floor, READY)
    assert floor.work() is None
    assert (floor.state(old), floor.job(old).reason) == (JobState.HELD, "stale")


def test_only_printers_with_a_device_and_no_paper_in_hand_are_asked(floor):
    floor.printer("folder", kind=PrinterKind.FOLDER)
    floor.printer("browser", kind=PrinterKind.DOWNLOAD)
    empty = floor.printer("empty", state=PrinterState.PAPER_OUT)
    gone = floor.printer("gone", state=PrinterState.OFFLINE)
    job_id = floor.ask()
    with floor.database.reading() as session:
        assert idle_printers(session) == {floor.printer_id: False, empty: True, gone: False}
    with floor.database.transaction() as session:
        queue.claim(session, floor.printer_id, at=floor.now)
    with floor.database.reading() as session:
        assert idle_printers(session) == {empty: True, gone: False}
    floor.now += timedelta(minutes=6)
    assert floor.work().job_id == job_id


def test_a_printer_taken_away_or_without_a_device_is_not_asked(floor):
    floor.printer_id = 999
    assert look(floor, READY) is None
    floor.printer_id = floor.printer("folder", kind=PrinterKind.FOLDER)
    assert look(floor, READY) is None


def test_a_printer_outside_the_site_is_not_asked(floor):
    def refuse(_printer: Any, _media: Any) -> Any:
        raise AddressRefused("8.8.8.8 lies outside")

    look_at(floor.database, floor.printer_id, clock=lambda: START, transports=refuse)
    assert written(floor) == (PrinterState.ATTENTION, Reason.CONFIGURATION, None)


def test_paper_out_with_a_label_under_way_is_seen_while_it_is_waited_for(floor):
    seen: list[PrinterState] = []

    class Waits:
        def send(self, payload: bytes, name: str, notice: Any) -> None:
            notice(PAPER_OUT)
            seen.append(floor.its_printer().state)

    floor.ask()
    assert floor.work(transport=Waits()).state is JobState.SENT
    assert seen == [PrinterState.PAPER_OUT]
    assert floor.its_printer().state is PrinterState.READY


def test_a_page_that_lags_behind_costs_no_paper(floor, monkeypatch):
    class Waits:
        def send(self, payload: bytes, name: str, notice: Any) -> None:
            with monkeypatch.context() as patched:
                patched.setattr(Database, "transaction", None)
                notice(PAPER_OUT)

    floor.ask()
    assert floor.work(transport=Waits()).state is JobState.SENT


def test_a_label_printer_out_of_paper_is_found_before_anybody_waits(floor):
    fake = fakes.LabelPrinter(language="zpl", trouble="paper_out")
    with fakes.RawPrinter(fake) as device:
        port = device.address[1]
        printer_id = floor.printer("bench", address=f"127.0.0.1:{port}")
        within = queue.transports_within(Allowed.of(["127.0.0.0/8"], [port]))
        found = look_at(floor.database, printer_id, clock=lambda: START, transports=within)
        assert found.reason == Reason.PAPER_OUT
        assert fake.labels == []


def test_a_paper_to_be_fetched_waits_aside_and_stops_nobody(floor):
    browser = floor.printer("browser", kind=PrinterKind.DOWNLOAD, address="")
    transports = queue.transports_within(Allowed())
    jobs = [floor.ask(printer_id=browser) for _ in range(2)]
    for job_id in jobs:
        printed = queue.print_one(
            floor.database, browser, clock=lambda: floor.now, transports=transports
        )
        assert printed == queue.Printed(job_id=job_id, state=JobState.HELD, reason="download")
    assert floor.job(jobs[0]).attempts == 0
    assert floor.job(jobs[0]).first_byte_at is None


def test_a_printer_keeps_when_a_paper_last_went_through(floor):
    floor.ask()
    floor.paper.faults.append(away())
    floor.work()
    assert floor.its_printer().moved_at is None
    floor.now += timedelta(seconds=60)
    assert floor.work().state is JobState.SENT
    assert floor.its_printer().moved_at == floor.now
