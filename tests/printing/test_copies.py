"""A failed paper whose copy was asked for stays where it is: one parcel, one unmarked label."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing import queue
from printing.errors import StateConflict
from printing.models import JobState, PrintJob
from tests.printing.floor import Floor, by


def refused(floor: Floor) -> int:
    """A label its printer could not print: the roll was the wrong one."""
    job_id = floor.ask()
    values = {"state": JobState.FAILED, "reason": "does_not_fit", "closed_at": floor.now}
    floor.do(lambda session: session.execute(sa.update(PrintJob).values(values)))
    return job_id


def copy(floor: Floor, job_id: int) -> int:
    return floor.do(queue.reprint, job_id, reason="wrong roll", command_id="d", **by())


def go_again(session: Session, act: Any, job_id: int, printer_id: int) -> None:
    to = (printer_id,) if act is queue.reroute else ()
    act(session, job_id, *to, **by())


@pytest.mark.parametrize("act", [queue.release, queue.reroute])
def test_the_first_does_not_follow_its_copy(floor, act):
    job_id, other = refused(floor), floor.printer("label 2")
    copy_id = copy(floor, job_id)
    with pytest.raises(StateConflict, match="copy in its place"):
        floor.do(go_again, act, job_id, other)
    assert floor.state(job_id) is JobState.FAILED
    assert floor.work().job_id == copy_id
    assert floor.work() is None
    assert len(floor.names()) == 1


@pytest.mark.parametrize("act", [queue.release, queue.reroute])
def test_without_a_copy_it_goes_again(floor, act):
    job_id, other = refused(floor), floor.printer("label 2")
    floor.do(go_again, act, job_id, other)
    assert floor.state(job_id) is JobState.QUEUED


@pytest.mark.parametrize("act", [queue.release, queue.reroute])
def test_a_copy_can_go_again_itself(floor, act):
    job_id, other = refused(floor), floor.printer("label 2")
    copy_id = copy(floor, job_id)
    floor.do(queue.hold, copy_id, reason="later", **by())
    floor.do(go_again, act, copy_id, other)
    assert floor.state(copy_id) is JobState.QUEUED


@pytest.mark.parametrize("is_copy_first", [True, False])
def test_of_two_desks_at_once_one_wins(floor, is_copy_first):
    job_id = refused(floor)
    acts = [
        lambda s: queue.reprint(s, job_id, reason="wrong roll", command_id="d", **by()),
        lambda s: queue.release(s, job_id, **by()),
    ]
    first, second = acts if is_copy_first else reversed(acts)
    refusals: list[StateConflict] = []

    def come_second() -> None:
        try:
            floor.do(second)
        except StateConflict as error:
            refusals.append(error)

    with floor.database.transaction() as session:
        first(session)
        other = threading.Thread(target=come_second)
        other.start()
        other.join(0.05)
    other.join(90)
    assert len(refusals) == 1
    with floor.database.reading() as session:
        unmarked = session.scalars(sa.select(PrintJob.state).where(PrintJob.copy_no == 1)).all()
        copies = session.scalars(sa.select(PrintJob.id).where(PrintJob.copy_no > 1)).all()
    assert (unmarked, len(copies)) == (
        ([JobState.FAILED], 1) if is_copy_first else ([JobState.QUEUED], 0)
    )
