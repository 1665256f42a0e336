"""A stand-in takes over what nobody has begun, on the same stock, by a click or by itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from printing import queue
from printing.documents import ReadyFormat, TestPage
from printing.models import (
    JobState,
    Printer,
    PrinterKind,
    PrinterState,
    PrintEvent,
    PrintFile,
    PrintJob,
)
from printing.queue import print_one
from printing.samples import packing_slip, waybill
from printing.transports.memory import MemoryTransport
from tests.builders import SYSTEM, World
from warehouse.commands import Actor
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.people.models import Trail
from warehouse.printers.commands import RemovePrinter, remove_printer
from warehouse.printers.standing_in import (
    HandOverLane,
    SetStandIn,
    hand_over_lane,
    relieve,
    set_stand_in,
)


class Bench:
    """Two label printers, the second standing in for the first, which is paused."""

    def __init__(self, world: World, **second: Any) -> None:
        self.world = world
        self.first = self.printer("first", media="76x130", is_paused=True)
        self.second = self.printer("second", **{"media": "76x130", **second})
        world.do(set_stand_in, SetStandIn, printer_id=self.first, stand_in_id=self.second)

    def printer(self, name: str, **facts: Any) -> int:
        given = {"kind": PrinterKind.ZPL, "address": "10.0.0.9", "name": name} | facts
        return int(self.world.add(Printer(**given)).id)

    def ask(self, *numbers: str, at: int | None = None) -> list[int]:
        with self.world.database.transaction() as session:
            return [
                queue.enqueue(
                    session, waybill(waybill_no=number), station_id=None, at=self.world.tick(),
                    command_id="c", printer_id=at or self.first,
                )
                for number in numbers
            ]  # fmt: skip

    def set(self, model: Any, row_id: int, **values: Any) -> None:
        with self.world.database.transaction() as session:
            session.execute(sa.update(model).where(model.id == row_id).values(**values))

    def over(self) -> str:
        outcome = self.world.do(hand_over_lane, HandOverLane, printer_id=self.first)
        return str(outcome.message)

    def refused(self) -> str:
        error = self.world.refused(
            RuleViolation, hand_over_lane, HandOverLane, printer_id=self.first
        )
        return str(error.text)

    def where(self, job_id: int) -> int:
        return int(self.world.get(PrintJob, job_id).printer_id)

    def relieve(self, minutes: int) -> int:
        at = self.world.now + timedelta(minutes=minutes)
        return relieve(self.world.database, actor=Actor(person_id=SYSTEM), at=at)


def test_what_waits_goes_to_the_stand_in_in_its_order_and_is_printed_there(world: World):
    bench = Bench(world)
    jobs = bench.ask("YT1", "YT2", "YT3")
    assert bench.over() == "3 papers go to second."
    paper = MemoryTransport()
    while print_one(world.database, bench.second, clock=lambda: world.now,
                    transports=lambda _printer, _media: paper):  # fmt: skip
        pass
    assert [name for name, _ in paper.sent] == ["waybill-YT1", "waybill-YT2", "waybill-YT3"]
    assert [e.note for e in world.all(PrintEvent, job_id=jobs[0])] == ["to second"]
    kept = world.one(Trail, event="handed_over")
    assert (kept.subject_id, kept.facts) == (bench.first, {"to": "second", "count": 3})


@pytest.mark.parametrize(
    "state", [JobState.SENT, JobState.UNKNOWN, JobState.HELD, JobState.FAILED, JobState.CANCELLED]
)
def test_only_what_nobody_has_begun_goes(world: World, state: JobState):
    bench = Bench(world)
    begun, waiting = bench.ask("YT1", "YT2")
    bench.set(PrintJob, begun, state=state)
    bench.over()
    assert (bench.where(begun), bench.where(waiting)) == (bench.first, bench.second)


def test_a_paper_in_a_workers_hand_stays_with_him(world: World):
    bench = Bench(world)
    begun, waiting = bench.ask("YT1", "YT2")
    bench.set(Printer, bench.first, is_paused=False)
    with world.database.transaction() as session:
        assert queue.claim(session, bench.first, at=world.now).job_id == begun
    bench.set(Printer, bench.first, is_paused=True)
    bench.over()
    assert (bench.where(begun), bench.where(waiting)) == (bench.first, bench.second)


def test_bytes_made_for_the_first_printer_are_made_anew(world: World):
    bench = Bench(world, dpi=300, width_dots=1248)
    (job_id,) = bench.ask("YT1")
    bench.set(PrintJob, job_id, state=JobState.READY, attempts=3)
    world.add(
        PrintFile(job_id=job_id, media="76x130@203", sha256="x", content=b"x",
                  rendered_at=world.now)
    )  # fmt: skip
    bench.over()
    job = world.get(PrintJob, job_id)
    assert (job.state, job.attempts, world.all(PrintFile)) == (JobState.QUEUED, 0, [])


def test_another_stock_is_refused_and_named(world: World):
    bench = Bench(world, media="100x180", width_dots=832)
    (job_id,) = bench.ask("YT1")
    assert bench.refused() == "1 paper stays: second holds 100x180, not its stock."
    assert bench.where(job_id) == bench.first


def test_a_head_too_narrow_for_the_stock_is_refused(world: World):
    bench = Bench(world, media="", width_dots=576)
    bench.ask("YT1")
    assert bench.refused() == "1 paper stays: second cannot print it."


def test_of_two_kinds_the_one_that_fits_goes(world: World):
    bench = Bench(world)
    bench.set(Printer, bench.first, media="", kind=PrinterKind.IPP)
    (label,) = bench.ask("YT1")
    with world.database.transaction() as session:
        slip = queue.enqueue(
            session, packing_slip(), station_id=None, at=world.now, command_id="c",
            printer_id=bench.first,
        )  # fmt: skip
    said = bench.over()
    assert said == "1 paper goes to second. 1 paper stays: second holds 76x130, not its stock."
    assert (bench.where(label), bench.where(slip)) == (bench.second, bench.first)


def test_a_test_page_stays_with_the_printer_it_is_about(world: World):
    bench = Bench(world)
    with world.database.transaction() as session:
        queue.enqueue(
            session, TestPage(test_no="T-1", printer="first"), station_id=None, at=world.now,
            command_id="c", printer_id=bench.first,
        )  # fmt: skip
    assert bench.refused() == "Nothing waits for first."


def test_a_printer_that_prints_keeps_its_papers(world: World):
    bench = Bench(world)
    bench.ask("YT1")
    bench.set(Printer, bench.first, is_paused=False, state=PrinterState.READY)
    assert bench.refused() == "first is there itself. Pause it first."


@pytest.mark.parametrize("away", [{"is_paused": True}, {"state": PrinterState.OFFLINE}])
def test_a_stand_in_that_is_away_too_takes_nothing(world: World, away: dict[str, Any]):
    bench = Bench(world)
    bench.ask("YT1")
    bench.set(Printer, bench.second, **away)
    assert bench.refused() == "second does not print now either."


def test_without_a_stand_in_nothing_is_handed_over(world: World):
    bench = Bench(world)
    world.do(set_stand_in, SetStandIn, printer_id=bench.first, stand_in_id=None)
    assert bench.refused() == "Nobody stands in for first."


def test_nobody_stands_in_for_himself_nor_somebody_who_is_not_there(world: World):
    bench = Bench(world)
    given = {"printer_id": bench.first}
    world.refused(InvalidInput, set_stand_in, SetStandIn, **given, stand_in_id=bench.first)
    world.refused(NotFound, set_stand_in, SetStandIn, **given, stand_in_id=4242)
    world.do(set_stand_in, SetStandIn, printer_id=bench.second, stand_in_id=bench.first)


def test_a_printer_that_goes_leaves_no_stand_in_behind(world: World):
    bench = Bench(world)
    world.do(remove_printer, RemovePrinter, printer_id=bench.second)
    assert world.get(Printer, bench.first).stand_in_id is None


@pytest.mark.parametrize(("set_to", "after", "relieved"), [(0, 60, 0), (5, 4, 0), (5, 6, 1)])
def test_a_printer_long_offline_is_relieved_by_itself(
    world: World, set_to: int, after: int, relieved: int
):
    bench = Bench(world)
    world.settings(stand_in_after_min=set_to)
    (job_id,) = bench.ask("YT1")
    bench.set(
        Printer, bench.first, is_paused=False, state=PrinterState.OFFLINE, last_seen_at=world.now
    )
    assert bench.relieve(after) == relieved
    assert bench.where(job_id) == (bench.second if relieved else bench.first)


def test_one_never_seen_counts_from_its_oldest_paper(world: World):
    bench = Bench(world)
    world.settings(stand_in_after_min=5)
    bench.ask("YT1")
    bench.set(Printer, bench.first, is_paused=False, state=PrinterState.OFFLINE)
    assert bench.relieve(4) == 0
    assert bench.relieve(6) == 1


def test_a_printer_somebody_paused_is_left_to_him(world: World):
    bench = Bench(world)
    world.settings(stand_in_after_min=5)
    bench.ask("YT1")
    bench.set(Printer, bench.first, state=PrinterState.OFFLINE)
    assert bench.relieve(60) == 0


def test_what_cannot_be_relieved_is_tried_again(world: World):
    bench = Bench(world, media="100x180")
    world.settings(stand_in_after_min=5)
    (job_id,) = bench.ask("YT1")
    bench.set(Printer, bench.first, is_paused=False, state=PrinterState.OFFLINE)
    assert bench.relieve(6) == 0
    bench.set(Printer, bench.second, media="76x130")
    assert bench.relieve(7) == 1
    assert bench.where(job_id) == bench.second


@pytest.mark.parametrize(
    ("second", "fits"),
    [({}, True), ({"kind": PrinterKind.TSPL}, False), ({"media": "100x150"}, False)],
)
def test_a_carriers_own_label_goes_where_its_stock_and_language_are(
    world: World, second: dict[str, Any], fits: bool
):
    bench = Bench(world, **second)
    with world.database.transaction() as session:
        label = queue.keep_ready(
            session, b"^XA\n^FO50,50^ADN,36,20^FDhello^FS\n^XZ\n", ReadyFormat.ZPL,
            waybill_no="SF1", carrier="SF", stock="76x130", at=world.now,
        )  # fmt: skip
        job_id = queue.enqueue(
            session, label, station_id=None, at=world.now, command_id="c", printer_id=bench.first
        )
    if fits:
        assert bench.over() == "1 paper goes to second."
    else:
        assert "1 paper stays" in bench.refused()
    assert bench.where(job_id) == (bench.second if fits else bench.first)
