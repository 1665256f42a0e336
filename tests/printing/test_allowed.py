"""What a page offers about a paper is what the queue does: tried for every state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from printing import queue
from printing.errors import PrintingError
from printing.models import JobState, PrintJob
from printing.queue.allowed import Act, open_acts, printers_for
from printing.transports import Reason
from tests.printing.floor import Floor, by

MARKS = ("", "copied", "void", "cleared", "download")
LEASED = (JobState.RENDERING, JobState.LEASED, JobState.SENDING)


def _standing(floor: Floor, state: JobState, mark: str) -> int:
    """Make a job that stands so, whatever brought it there."""
    job_id = floor.ask()
    values: dict[str, object] = {"state": state}
    if state in LEASED:
        values |= {"lease_token": "t", "lease_until": floor.now + timedelta(minutes=5)}
    if mark == "void":
        values["void_reason"] = "put aside"
    if mark == "cleared":
        values["cleared_at"] = floor.now
    if mark == "download":
        values["reason"] = Reason.DOWNLOAD
    with floor.database.transaction() as session:
        if mark == "copied":
            one = session.get_one(PrintJob, job_id)
            one.state = JobState.FAILED
            session.flush()
            queue.reprint(session, job_id, reason="torn", command_id="r", **by())
        session.execute(sa.update(PrintJob).where(PrintJob.id == job_id).values(**values))
    return job_id


def _tries(floor: Floor, job_id: int) -> dict[Act, Callable]:
    from printing.queue import deciding

    it, words = by(), {"reason": "why", "command_id": "x"}
    return {
        Act.ANSWER: lambda s: deciding.answer_unknown(
            s, job_id, came_out=True, command_id="x", **it
        ),
        Act.FETCH: lambda s: deciding.fetch(s, job_id, **it),
        Act.CANCEL: lambda s: deciding.cancel(s, job_id, reason="why", **it),
        Act.HOLD: lambda s: deciding.hold(s, job_id, reason="why", **it),
        Act.RELEASE: lambda s: deciding.release(s, job_id, **it),
        Act.REROUTE: lambda s: deciding.reroute(s, job_id, floor.printer_id, **it),
        Act.REPRINT: lambda s: queue.reprint(s, job_id, **words, **it),
    }


@pytest.mark.parametrize("mark", MARKS)
def test_an_act_is_offered_if_and_only_if_it_is_not_refused(floor, mark):
    for state in JobState:
        job_id = _standing(floor, state, mark)
        assert _offered(floor, job_id) == _done(floor, job_id), state
    with floor.database.transaction() as session:
        session.execute(
            sa.update(PrintJob).values(lease_token=None, lease_until=None, state=JobState.CANCELLED)
        )


def _offered(floor: Floor, job_id: int) -> set[Act]:
    with floor.database.reading() as session:
        return set(open_acts(session, session.get_one(PrintJob, job_id)))


def _done(floor: Floor, job_id: int) -> set[Act]:
    done = set()
    for act, act_on in _tries(floor, job_id).items():
        with floor.database.writer.connect() as connection:
            session = sa.orm.Session(connection)
            try:
                act_on(session)
                done.add(act)
            except PrintingError:
                continue
            finally:
                session.rollback()
    return done


def test_only_printers_that_hold_the_stock_are_offered(floor):
    job_id = floor.ask()
    floor.printer("letters", media="A4")
    fitting = floor.printer("other", media="100x180")
    with floor.database.reading() as session:
        found = printers_for(session, session.get_one(PrintJob, job_id))
    assert {p.id for p in found} == {floor.printer_id, fitting}
