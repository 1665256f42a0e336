"""Names and addresses leave the queue on time; what is left is the row, its number and its hash."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args, get_type_hints

import pytest
import sqlalchemy as sa

from printing import queue
from printing.documents import KINDS, Party
from printing.documents.base import Facts
from printing.errors import PaperCleared
from printing.models import JobState, PrintFile, PrintFlag, PrintJob
from printing.queue.keeping import PERSONAL, clear
from printing.samples import packing_slip, waybill
from tests.printing.floor import START, Floor, away, by

LATER = START + timedelta(days=90, seconds=1)
CUT = START + timedelta(seconds=1)


def tidy(floor: Floor, **given: Any) -> int:
    return int(floor.do(clear, **({"before": CUT, "at": LATER} | given)))


def content(floor: Floor, job_id: int) -> tuple[Any, bytes, str]:
    with floor.database.reading() as session:
        kept = session.get_one(PrintFile, job_id)
        return session.get_one(PrintJob, job_id).facts, kept.content, kept.sha256


def test_a_paper_of_long_ago_keeps_its_row_number_and_hash(floor):
    job_id = floor.ask(waybill())
    floor.work()
    _, _, sha256 = content(floor, job_id)
    assert tidy(floor) == 1
    job = floor.job(job_id)
    assert content(floor, job_id) == ({}, b"", sha256)
    assert (job.number, job.state, job.sent_at) == (waybill().number, JobState.SENT, START)
    assert job.cleared_at == LATER
    assert floor.events(job_id) == [("sent", "names and addresses removed")]
    assert tidy(floor) == 0


def test_nobody_prints_or_sees_it_again(floor):
    job_id = floor.ask(waybill())
    floor.work()
    tidy(floor)
    with pytest.raises(PaperCleared):
        floor.do(queue.reprint, job_id, reason="torn", command_id="r", **by())
    with floor.database.reading() as session, pytest.raises(PaperCleared):
        queue.pdf_of(session, job_id)


def test_a_refused_paper_is_not_let_go_after_its_content_went(floor):
    job_id = floor.ask(waybill())
    with floor.database.transaction() as session:
        session.execute(sa.update(PrintJob).values(state=JobState.FAILED))
    tidy(floor)
    for act in (
        lambda: floor.do(queue.release, job_id, **by()),
        lambda: floor.do(queue.reroute, job_id, floor.printer_id, **by()),
    ):
        with pytest.raises(PaperCleared):
            act()
    assert floor.state(job_id) is JobState.FAILED


def test_younger_papers_and_those_that_name_nobody_stay(floor):
    old_test = floor.ask(queue_test_page(), printer_id=floor.printer_id)
    floor.now = START + timedelta(days=2)
    young = floor.ask(packing_slip())
    assert tidy(floor) == 0
    for job_id in (old_test, young):
        assert floor.job(job_id).facts != {}


def queue_test_page() -> Any:
    return KINDS["test_page"](test_no="T-1", printer="P")


@pytest.mark.parametrize("state", [JobState.QUEUED, JobState.READY, JobState.HELD])
def test_what_still_waits_after_so_long_is_cancelled(floor, state):
    job_id = floor.ask(waybill())
    with floor.database.transaction() as session:
        session.execute(sa.update(PrintJob).values(state=state))
    assert tidy(floor) == 1
    job = floor.job(job_id)
    assert (job.state, job.reason, job.closed_at) == (JobState.CANCELLED, "cleared", LATER)


def test_what_a_worker_has_in_hand_is_left_to_him(floor):
    job_id = floor.ask(waybill())
    with floor.database.transaction() as session:
        assert queue.claim(session, floor.printer_id, at=START)
    assert tidy(floor) == 0
    floor.now = LATER
    floor.work()  # the lease ran out: it is printed anew
    assert floor.job(job_id).facts["waybill_no"] == waybill().waybill_no


def test_an_open_question_can_still_be_answered_but_no_copy_is_made(floor):
    job_id = floor.ask(waybill())
    floor.paper.faults.append(away(before_first_byte=False))
    floor.work()
    tidy(floor)
    assert floor.state(job_id) is JobState.UNKNOWN
    new_id = floor.do(queue.answer_unknown, job_id, came_out=False, command_id="a", **by())
    assert new_id is None
    job = floor.job(job_id)
    assert (job.state, job.reason) == (JobState.CANCELLED, "cleared")


def test_its_rare_characters_go_too(floor):
    job_id = floor.ask(waybill())
    with floor.database.transaction() as session:
        session.add(PrintFlag(job_id=job_id, characters="𠅤"))
    tidy(floor)
    with floor.database.reading() as session:
        assert session.get(PrintFlag, job_id) is None


def test_it_goes_in_small_lots(floor):
    for _ in range(5):
        floor.ask()
    assert [tidy(floor, most=2) for _ in range(4)] == [2, 2, 1, 0]


def test_every_document_that_names_people_is_among_the_personal_ones():
    named = {kind for kind, cls in KINDS.items() if _names_somebody(cls)}
    assert named <= set(PERSONAL)
    assert {"waybill", "packing_slip"} <= named


def _names_somebody(hint: Any) -> bool:
    if hint is Party:
        return True
    if isinstance(hint, type) and issubclass(hint, Facts):
        return any(_names_somebody(inner) for inner in get_type_hints(hint).values())
    return any(_names_somebody(inner) for inner in get_args(hint))
