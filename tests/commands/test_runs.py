"""Labels asked for together know which they are; after a jam the rest comes again, in order."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from printing.models import JobState, Printer, PrinterKind, PrintJob, PrintRoute
from printing.queue import print_one
from printing.renderers import raster
from printing.transports.memory import MemoryTransport
from tests.builders import Stage, World
from warehouse.catalog.commands.labels import (
    PrintBinLabels,
    PrintSkuLabels,
    print_bin_labels,
    print_sku_labels,
)
from warehouse.catalog.models import BinKind
from warehouse.dispatch.commands.resuming import ResumeRun, resume_run
from warehouse.errors import InvalidInput, NotFound, RuleViolation


class Roll:
    """A label printer with a roll of SKU labels, and a run of six of them."""

    def __init__(self, world: World, count: int = 6) -> None:
        self.world = world
        self.paper = MemoryTransport()
        self.printer = self.add("one")
        world.add(PrintRoute(document_kind="sku_label", printer_id=self.printer))
        world.do(print_sku_labels, PrintSkuLabels, sku_id=world.sku("TEE").id, copies=count)
        self.jobs = [job.id for job in world.all(PrintJob)]

    def add(self, name: str) -> int:
        given = {"kind": PrinterKind.ZPL, "address": "10.0.0.9", "media": "60x40"}
        return int(self.world.add(Printer(name=name, **given)).id)

    def work(self, most: int = 99, printer: int | None = None) -> list[str]:
        """Print so many papers; return what came out in this order, a star for each copy."""
        before = {job.id for job in self.world.all(PrintJob) if job.sent_at is None}
        for _ in range(most):
            if not print_one(self.world.database, printer or self.printer,
                             clock=self.world.tick,
                             transports=lambda _printer, _media: self.paper):  # fmt: skip
                break
        sent = [j for j in self.world.all(PrintJob) if j.id in before and j.sent_at]
        return [f"{job.run_no}" + "*" * (job.copy_no - 1)
                for job in sorted(sent, key=lambda job: job.sent_at)]  # fmt: skip

    def resume(self, last_good: int, **given: Any) -> Any:
        wanted = {"job_id": self.jobs[0], "last_good": last_good, "reason": "roll out", **given}
        return self.world.do(resume_run, ResumeRun, by="packer", **wanted)

    def set(self, run_no: int, **values: Any) -> None:
        with self.world.database.transaction() as session:
            session.execute(
                sa.update(PrintJob).where(PrintJob.id == self.jobs[run_no - 1]).values(**values)
            )


def test_labels_asked_for_together_are_numbered(world: World):
    roll = Roll(world, 3)
    facts = [(j.run_no, j.facts["run_no"], j.facts["run_count"]) for j in world.all(PrintJob)]
    assert facts == [(1, 1, 3), (2, 2, 3), (3, 3, 3)]
    assert len({job.run_id for job in world.all(PrintJob)}) == 1
    assert roll.work() == ["1", "2", "3"]


def test_one_label_alone_is_no_run(world: World):
    Roll(world, 1)
    job = world.one(PrintJob)
    assert (job.run_id, job.run_no, job.facts["run_count"]) == (None, 0, 1)


def test_bins_and_totes_are_counted_each_for_themselves(world: World):
    bins = [world.bin(code) for code in ("B-1", "B-2")]
    totes = [world.bin(code, kind=BinKind.TOTE) for code in ("T-1", "T-2", "T-3")]
    world.do(print_bin_labels, PrintBinLabels, bin_ids=(*bins, *totes))
    places = [(j.number, f"{j.facts['run_no']}/{j.facts['run_count']}")
              for j in world.all(PrintJob)]  # fmt: skip
    assert places == [
        ("B-1", "1/2"), ("B-2", "2/2"), ("T-1", "1/3"), ("T-2", "2/3"), ("T-3", "3/3"),
    ]  # fmt: skip


def test_what_was_sent_after_the_last_good_label_comes_again_before_the_rest(world: World):
    roll = Roll(world)
    assert roll.work(4) == ["1", "2", "3", "4"]
    outcome = roll.resume(2)
    assert str(outcome.message) == (
        "2 labels come again as marked copies, before all that waits."
        " The others: 2 were still to come and do."
    )
    assert roll.work() == ["3*", "4*", "5", "6"]
    copies = [job for job in world.all(PrintJob) if job.copy_no > 1]
    assert {(job.reprint_reason, job.person_id) for job in copies} == {
        ("roll out", world.people["packer"])
    }


def test_papers_of_others_that_wait_come_after_the_copies(world: World):
    roll = Roll(world)
    roll.work()
    world.do(print_sku_labels, PrintSkuLabels, sku_id=world.sku("CUP").id)
    roll.resume(4)
    assert roll.work() == ["5*", "6*", "0"]


def test_a_second_jam_among_the_copies_is_gone_on_from_too(world: World):
    roll = Roll(world)
    roll.work(5)
    roll.resume(1)
    assert roll.work(2) == ["2*", "3*"]
    outcome = roll.resume(2)
    assert outcome.facts == {"copied": 1, "left": {"to_come": 3}}
    assert roll.work() == ["3**", "4*", "5*", "6"]


def test_a_label_nobody_knows_of_comes_again_and_frees_the_lane(world: World):
    roll = Roll(world)
    roll.work(3)
    roll.set(3, state=JobState.UNKNOWN)
    assert roll.work() == []
    assert roll.resume(2).facts["copied"] == 1
    assert roll.work() == ["3*", "4", "5", "6"]
    assert world.get(PrintJob, roll.jobs[2]).state is JobState.CANCELLED


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"state": JobState.CONFIRMED}, "seen"),
        ({"state": JobState.FAILED}, "closed"),
        ({"state": JobState.CANCELLED}, "closed"),
        ({"void_reason": "set aside"}, "void"),
    ],
)
def test_what_needs_no_copy_gets_none(world: World, values: dict[str, Any], word: str):
    roll = Roll(world)
    roll.work()
    roll.set(5, **values)
    assert roll.resume(4).facts == {"copied": 1, "left": {word: 1}}
    assert roll.work() == ["6*"]


def test_copies_come_where_the_run_came(world: World):
    roll = Roll(world)
    other = roll.add("two")
    roll.work()
    with world.database.transaction() as session:
        session.execute(sa.update(PrintRoute).values(printer_id=other))
    roll.resume(5)
    assert roll.work(printer=other) == []
    assert roll.work() == ["6*"]


def test_the_place_and_the_mark_of_a_copy_stand_on_the_paper(world: World):
    roll = Roll(world)
    roll.work()
    roll.resume(5)
    roll.work()
    with world.database.reading() as session:
        from printing.queue import pdf_of

        last = max(job.id for job in world.all(PrintJob))
        text = raster.texts(pdf_of(session, last))[0]
    assert "6/6" in text
    assert "补打 2" in text


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"last_good": 6}, InvalidInput),
        ({"last_good": -1}, InvalidInput),
        ({"last_good": 2, "reason": " "}, InvalidInput),
        ({"last_good": 2, "job_id": 4242}, NotFound),
        ({"last_good": 2}, RuleViolation),  # nothing was sent yet
    ],
)
def test_what_makes_no_sense_is_refused(world: World, given: dict[str, Any], error: Any):
    roll = Roll(world)
    wanted = {"job_id": roll.jobs[0], "reason": "roll out", **given}
    world.refused(error, resume_run, ResumeRun, **wanted)


def test_a_paper_asked_for_alone_has_nothing_to_go_on_with(world: World):
    roll = Roll(world, 1)
    roll.work()
    world.refused(
        RuleViolation, resume_run, ResumeRun, job_id=roll.jobs[0], last_good=0, reason="r"
    )


def test_a_run_of_waybills_needs_a_parcel_that_is_here(world: World):
    work = world.bring(Stage.DISPATCHED)
    label = world.one(PrintJob, document_kind="waybill")
    with world.database.transaction() as session:
        session.execute(
            sa.update(PrintJob)
            .where(PrintJob.id == label.id)
            .values(state=JobState.SENT, run_id="r", run_no=1)
        )
    given = {"job_id": label.id, "last_good": 0, "reason": "roll out"}
    error = world.refused(RuleViolation, resume_run, ResumeRun, **given)
    assert "1 is of a parcel put aside or gone" in str(error.text)
    assert work.waybill_no == label.number
