"""What people decide about papers in the queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing import queue
from printing.errors import (
    AlreadyQueued,
    DoesNotFit,
    NotSpoken,
    PaperCleared,
    PaperVoid,
    StateConflict,
)
from printing.models import JobState, PrintEvent, PrintJob
from printing.queue.deciding import CAME_OUT, CAME_OUT_SPOILED, DID_NOT_COME_OUT
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, NotFound, RuleViolation, StaleScreen
from warehouse.people.models import Person
from warehouse.printers.commands import printer_by_id
from warehouse.text import Text, say

# What somebody answered, by the word its history keeps.
ANSWERS: Mapping[str, Text] = {
    CAME_OUT: say("it came out."),
    CAME_OUT_SPOILED: say("it came out spoiled; a marked copy is queued."),
    DID_NOT_COME_OUT: say("it did not come out; a marked copy is queued."),
}
CLEARED = say("Its names and addresses were removed on time: there is nothing left to print.")


@dataclass(frozen=True, kw_only=True)
class AnswerUnknown(Command):
    """Somebody looked: the paper came out, whole or spoiled, or it did not."""

    job_id: int
    came_out: bool
    is_spoiled: bool = False


@dataclass(frozen=True, kw_only=True)
class CancelJob(Command):
    """The paper is not wanted any more."""

    job_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class HoldJob(Command):
    """Set the paper aside; the others go on."""

    job_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReleaseJob(Command):
    """Let a held or failed paper wait for its turn again."""

    job_id: int


@dataclass(frozen=True, kw_only=True)
class RerouteJob(Command):
    """Print it elsewhere."""

    job_id: int
    printer_id: int


@dataclass(frozen=True, kw_only=True)
class LookAtJob(Command):
    """Somebody looked at a paper that shows marks for characters."""

    job_id: int


@dataclass(frozen=True, kw_only=True)
class FetchJob(Command):
    """Somebody fetches the paper in a browser, to print it there."""

    job_id: int


@dataclass(frozen=True, kw_only=True)
class ReprintJob(Command):
    """Print it once more, marked as a copy."""

    job_id: int
    reason: str


def answer_unknown(session: Session, command: AnswerUnknown) -> Outcome:
    """Take the word; if no good one came out, a marked copy is queued, unless the paper is void.

    Raises:
        StaleScreen: somebody answered before; it says who, and what.
    """
    job = _job(session, command.job_id)
    try:
        new_id = queue.answer_unknown(
            session, command.job_id, came_out=command.came_out, is_spoiled=command.is_spoiled,
            person_id=command.actor.person_id, at=command.at, command_id=command.id,
            zone=command.zone,
        )  # fmt: skip
    except (StateConflict, AlreadyQueued) as error:
        raise StaleScreen(_answered(session, command.job_id)) from error
    if new_id is None and (command.is_spoiled or not command.came_out):
        why = CLEARED if job.cleared_at else say("The paper is void: no copy is printed.")
        return _said(command.job_id, why, Tone.ATTENTION)
    if new_id is None and job.void_reason:
        return _said(
            command.job_id,
            say("Noted: it came out. The paper is void: find it and destroy it."),
            Tone.ATTENTION,
        )
    if new_id is None:
        return _said(command.job_id, say("Noted: it came out. The printer goes on."))
    if command.came_out:
        return _said(new_id, say("A marked copy is queued. Destroy the spoiled paper."),
                     Tone.ATTENTION)  # fmt: skip
    return _said(new_id, say("A marked copy is queued. Destroy the first if it turns up."),
                 Tone.ATTENTION)  # fmt: skip


def _answered(session: Session, job_id: int) -> Text | None:
    """Return who answered the question about this paper and what, None if it was never asked."""
    job = session.get_one(PrintJob, job_id, populate_existing=True)
    last = session.execute(
        sa.select(PrintEvent.note, Person.name)
        .join(Person, Person.id == PrintEvent.person_id)
        .where(PrintEvent.job_id == job_id, PrintEvent.note.in_(ANSWERS))
        .order_by(PrintEvent.id.desc())
        .limit(1)
    ).one_or_none()
    if last is not None:
        return say("{name} was first: {answer}", name=last.name, answer=ANSWERS[last.note])
    if job.state is JobState.CONFIRMED:
        return say("The paper was scanned meanwhile: it came out.")
    return None


def cancel_job(session: Session, command: CancelJob) -> Outcome:
    """Take the paper back, of which no byte has left."""
    reason = _reason(command.reason)
    _job(session, command.job_id)
    _do(partial(queue.cancel, session, command.job_id, person_id=command.actor.person_id,
                at=command.at, reason=reason))  # fmt: skip
    return _said(command.job_id, say("The paper is taken back."))


def hold_job(session: Session, command: HoldJob) -> Outcome:
    """Set the paper aside."""
    reason = _reason(command.reason)
    _job(session, command.job_id)
    _do(partial(queue.hold, session, command.job_id, person_id=command.actor.person_id,
                at=command.at, reason=reason))  # fmt: skip
    return _said(command.job_id, say("The paper is set aside."), Tone.ATTENTION)


def release_job(session: Session, command: ReleaseJob) -> Outcome:
    """Let the paper wait for its turn again; it is drawn anew."""
    _job(session, command.job_id)
    _do(partial(queue.release, session, command.job_id, person_id=command.actor.person_id,
                at=command.at))  # fmt: skip
    return _said(command.job_id, say("The paper waits for its turn."))


def reroute_job(session: Session, command: RerouteJob) -> Outcome:
    """Give the paper to another printer.

    Raises:
        RuleViolation: that one holds another stock.
    """
    _job(session, command.job_id)
    printer = printer_by_id(session, command.printer_id)
    try:
        _do(partial(queue.reroute, session, command.job_id, printer.id,
                    person_id=command.actor.person_id, at=command.at))  # fmt: skip
    except NotSpoken as error:
        text = say("{name} does not take papers of this form.", name=printer.name)
        raise RuleViolation(text) from error
    except DoesNotFit as error:
        text = say("{name} does not hold the stock of this paper.", name=printer.name)
        raise RuleViolation(text) from error
    return _said(command.job_id, say("The paper goes to {name}.", name=printer.name))


def look_at_job(session: Session, command: LookAtJob) -> Outcome:
    """Note that a person looked at the paper: it needs nobody's attention any more."""
    _job(session, command.job_id)
    _do(partial(queue.acknowledge, session, command.job_id, person_id=command.actor.person_id,
                at=command.at))  # fmt: skip
    return _said(command.job_id, say("Noted: you looked at the paper."))


def fetch_job(session: Session, command: FetchJob) -> Outcome:
    """Hand the paper out; whether it comes out of a printer only this person can say."""
    _job(session, command.job_id)
    _do(partial(queue.fetch, session, command.job_id, person_id=command.actor.person_id,
                at=command.at))  # fmt: skip
    return _said(command.job_id, say("Print it, then say whether it came out."), Tone.ATTENTION)


def reprint_job(session: Session, command: ReprintJob) -> Outcome:
    """Queue a marked copy, where this person stands.

    Raises:
        RuleViolation: the paper is void, as its parcel was put aside, or its content was removed.
    """
    reason = _reason(command.reason)
    _job(session, command.job_id)
    new_id = _do(
        partial(
            queue.reprint, session, command.job_id, reason=reason, at=command.at,
            person_id=command.actor.person_id, command_id=command.id,
            station_id=command.actor.station_id, zone=command.zone,
        )
    )  # fmt: skip
    return _said(int(new_id or command.job_id), say("A copy is on its way."))


def _said(job_id: int, text: Text, tone: Tone = Tone.OK) -> Outcome:
    return Outcome(screen="job", subject_id=job_id, message=text, tone=tone)


def _reason(text: str) -> str:
    if not text.strip():
        raise InvalidInput(say("Say why."), field="reason")
    return text.strip()[:200]


def _job(session: Session, job_id: int) -> PrintJob:
    job = session.get(PrintJob, job_id)
    if job is None:
        raise NotFound(say("paper"), job_id)
    return job


def _do(decide: Callable[[], Any]) -> int | None:
    """Run a decision of the queue; one that comes too late is a stale screen."""
    try:
        found: int | None = decide()
    except PaperVoid as error:
        raise RuleViolation(say("The paper is void: nobody prints it again.")) from error
    except PaperCleared as error:
        raise RuleViolation(CLEARED) from error
    except (StateConflict, AlreadyQueued) as error:  # somebody else was first
        raise StaleScreen from error
    return found
