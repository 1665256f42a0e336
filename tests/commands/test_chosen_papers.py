"""One act on several papers: each that allows it, and the others counted with the reason."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from printing import queue
from printing.models import JobState, Printer, PrinterKind, PrintEvent, PrintFile, PrintJob
from printing.queue import print_one
from printing.queue.keeping import clear
from printing.samples import waybill
from printing.transports.memory import MemoryTransport
from tests.builders import World
from warehouse.commands import Tone
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.printers.chosen import BY_STATE, DONE, LEFT, ActOnJobs, JobAct, Left, act_on_jobs
from warehouse.printers.jobs import RerouteJob, reroute_job

ALL = tuple(JobState)


class Papers:
    """A printer with papers in given states."""

    def __init__(self, world: World, *states: JobState) -> None:
        self.world = world
        self.printer = self.add("one", media="76x130")
        self.ids = tuple(self.ask(f"YT{n}") for n, _ in enumerate(states))
        for job_id, state in zip(self.ids, states, strict=True):
            lease = "x" if state in ("rendering", "leased", "sending") else None
            self.set(job_id, state=state, lease_token=lease)

    def add(self, name: str, **facts: Any) -> int:
        given = {"name": name, "kind": PrinterKind.ZPL, "address": "10.0.0.9"} | facts
        return int(self.world.add(Printer(**given)).id)

    def ask(self, number: str) -> int:
        with self.world.database.transaction() as session:
            return queue.enqueue(
                session, waybill(waybill_no=number), station_id=None, at=self.world.tick(),
                command_id="c", printer_id=self.printer,
            )  # fmt: skip

    def set(self, job_id: int, **values: Any) -> None:
        with self.world.database.transaction() as session:
            session.execute(sa.update(PrintJob).where(PrintJob.id == job_id).values(**values))

    def do(self, act: JobAct, **given: Any) -> Any:
        given = {"job_ids": self.ids, **given}
        return self.world.do(act_on_jobs, ActOnJobs, by="boss", act=act, **given)

    def states(self) -> list[JobState]:
        return [self.world.get(PrintJob, job_id).state for job_id in self.ids]


def test_papers_are_set_aside_and_what_cannot_be_is_counted(world: World):
    papers = Papers(world, *ALL)
    outcome = papers.do(JobAct.HOLD, reason="wrong roll")
    assert outcome.facts["done"] == 2
    assert str(outcome.message) == (
        "2 papers are set aside. Not done: 3 are being printed, 2 are printed, 1 may have come out,"
        " 1 is cancelled, 1 has failed, 1 is set aside."
    )
    assert outcome.tone is Tone.ATTENTION
    notes = {e.note for e in world.all(PrintEvent) if e.person_id == world.people["boss"]}
    assert notes == {"wrong roll"}


@pytest.mark.parametrize(
    ("act", "given", "changed"),
    [
        (JobAct.HOLD, {"reason": "r"}, {JobState.QUEUED, JobState.READY}),
        (JobAct.RELEASE, {}, {JobState.HELD, JobState.FAILED}),
        (JobAct.CANCEL, {"reason": "r"},
         {JobState.QUEUED, JobState.READY, JobState.HELD, JobState.FAILED}),
        (JobAct.FIRST, {}, {JobState.QUEUED, JobState.READY}),
    ],
)  # fmt: skip
def test_an_act_touches_only_what_allows_it(world: World, act, given, changed):
    papers = Papers(world, *ALL)
    outcome = papers.do(act, **given)
    assert outcome.facts["done"] == len(changed)
    states = dict(zip(ALL, papers.states(), strict=True))
    untouched = set(ALL) - changed
    assert {s for s in untouched if states[s] is not s} == set()


def test_papers_move_to_a_printer_of_their_stock(world: World):
    papers = Papers(world, JobState.QUEUED, JobState.FAILED, JobState.SENT)
    other = papers.add("two", media="76x130")
    outcome = papers.do(JobAct.REROUTE, printer_id=other)
    assert str(outcome.message) == "2 papers go to two. Not done: 1 is printed."
    assert [world.get(PrintJob, i).printer_id for i in papers.ids] == [
        other, other, papers.printer,
    ]  # fmt: skip


def test_another_stock_takes_none_of_them(world: World):
    papers = Papers(world, JobState.QUEUED)
    other = papers.add("two", media="60x40")
    given = {"job_ids": papers.ids, "act": JobAct.REROUTE, "printer_id": other}
    error = world.refused(RuleViolation, act_on_jobs, ActOnJobs, **given)
    assert str(error.text) == "Nothing was done: 1 needs another stock than two holds."
    error = world.refused(
        RuleViolation, reroute_job, RerouteJob, job_id=papers.ids[0], printer_id=other
    )
    assert str(error.text) == "two does not hold the stock of this paper."


def test_a_paper_that_cannot_move_keeps_its_bytes(world: World):
    papers = Papers(world, JobState.SENT, JobState.QUEUED)
    world.add(
        PrintFile(job_id=papers.ids[0], media="76x130@203", sha256="x", content=b"x",
                  rendered_at=world.now)
    )  # fmt: skip
    papers.do(JobAct.REROUTE, printer_id=papers.add("two"))
    assert world.get(PrintFile, papers.ids[0]).content == b"x"


def test_papers_put_first_come_out_first_in_their_order(world: World):
    papers = Papers(world, *[JobState.QUEUED] * 4)
    papers.do(JobAct.FIRST, job_ids=papers.ids[2:])
    paper = MemoryTransport()
    while print_one(world.database, papers.printer, clock=lambda: world.now,
                    transports=lambda _printer, _media: paper):  # fmt: skip
        pass
    assert [name for name, _ in paper.sent] == [
        "waybill-YT2", "waybill-YT3", "waybill-YT0", "waybill-YT1",
    ]  # fmt: skip


def test_a_paper_put_first_does_not_pass_a_question(world: World):
    papers = Papers(world, JobState.UNKNOWN, JobState.QUEUED)
    papers.do(JobAct.FIRST)
    with world.database.transaction() as session:
        assert queue.claim(session, papers.printer, at=world.now) is None
        assert queue.due(session, world.now) == []


def test_a_paper_without_names_is_not_let_go(world: World):
    papers = Papers(world, JobState.FAILED)
    with world.database.transaction() as session:
        clear(session, before=world.tick(), at=world.now)
    given = {"job_ids": papers.ids, "act": JobAct.RELEASE}
    error = world.refused(RuleViolation, act_on_jobs, ActOnJobs, **given)
    assert str(error.text) == "Nothing was done: 1 has lost its name and address."


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"job_ids": ()}, InvalidInput),
        ({"job_ids": tuple(range(1, 502))}, InvalidInput),
        ({"act": JobAct.HOLD, "reason": " "}, InvalidInput),
        ({"act": JobAct.CANCEL}, InvalidInput),
        ({"act": JobAct.REROUTE}, InvalidInput),
        ({"act": JobAct.REROUTE, "printer_id": 4242}, NotFound),
        ({"job_ids": (4242,)}, NotFound),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(world: World, given, error):
    papers = Papers(world, JobState.QUEUED)
    wanted = {"job_ids": papers.ids, "act": JobAct.RELEASE} | given
    world.refused(error, act_on_jobs, ActOnJobs, **wanted)


def test_every_state_has_its_words():
    assert (set(BY_STATE), set(LEFT), set(DONE)) == (set(JobState), set(Left), set(JobAct))
