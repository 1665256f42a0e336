"""One act on several chosen papers: what can be done is done, the rest is counted and told why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing import queue
from printing.errors import DoesNotFit, PaperCleared, StateConflict
from printing.models import BLOCKING, JobState, Printer, PrintJob
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.printers.commands import printer_by_id
from warehouse.text import Text, say

MOST_JOBS = 500
UNFIT, GONE = "unfit", "gone"


class JobAct(StrEnum):
    """What can be done with several papers at once."""

    HOLD = "hold"
    RELEASE = "release"
    CANCEL = "cancel"
    REROUTE = "reroute"
    FIRST = "first"


WITH_REASON = frozenset({JobAct.HOLD, JobAct.CANCEL})
DONE: Mapping[JobAct, Text] = {
    JobAct.HOLD: say("{count} papers are set aside."),
    JobAct.RELEASE: say("{count} papers wait for their turn."),
    JobAct.CANCEL: say("{count} papers are taken back."),
    JobAct.REROUTE: say("{count} papers go to {name}."),
    JobAct.FIRST: say("{count} papers come next."),
}
_BEING_PRINTED = say("{count} are being printed")
_PRINTED = say("{count} are printed")
LEFT: Mapping[str, Text] = {
    JobState.QUEUED: say("{count} wait already"),
    JobState.READY: say("{count} wait already"),
    JobState.HELD: say("{count} are set aside"),
    JobState.UNKNOWN: say("{count} may have come out"),
    **dict.fromkeys((s for s in BLOCKING if s is not JobState.UNKNOWN), _BEING_PRINTED),
    JobState.SENT: _PRINTED,
    JobState.CONFIRMED: _PRINTED,
    JobState.FAILED: say("{count} have failed"),
    JobState.CANCELLED: say("{count} are cancelled"),
    UNFIT: say("{count} need another stock than {name} holds"),
    GONE: say("{count} have lost their names and addresses"),
}


@dataclass(frozen=True, kw_only=True)
class ActOnJobs(Command):
    """Do this with each of the papers; `printer_id` says where to, `reason` why."""

    job_ids: tuple[int, ...]
    act: JobAct
    reason: str = ""
    printer_id: int | None = None


def act_on_jobs(session: Session, command: ActOnJobs) -> Outcome:
    """Do it with every paper that allows it, in the order of their lane.

    Raises:
        InvalidInput: none or too many papers, no reason, no printer. NotFound: no such printer.
        RuleViolation: not one of them allows it; the message says why.
    """
    if not 0 < len(command.job_ids) <= MOST_JOBS:
        text = say("Choose 1 to {most} papers.", most=MOST_JOBS)
        raise InvalidInput(text, field="chosen")
    if command.act in WITH_REASON and not command.reason.strip():
        raise InvalidInput(say("Say why."), field="reason")
    printer = _printer(session, command)
    ids = _in_turn(session, command.job_ids)
    if command.act is JobAct.FIRST:
        ids.reverse()  # the last one put before all others is the first
    left = Counter(_tried(session, command, job_id, printer) for job_id in ids)
    done = left.pop("", 0)
    name = printer.name if printer else ""
    why = _why(left, name)
    if not done:
        raise RuleViolation(say("Nothing was done: {why}.", why=why))
    message = Text(DONE[command.act].msgid, {"count": done, "name": name})
    if left:
        message = say("{done} Not done: {why}.", done=message, why=why)
    return Outcome(
        screen="jobs", message=message, tone=Tone.ATTENTION if left else Tone.OK,
        facts={"done": done, "left": dict(left)},
    )  # fmt: skip


def _printer(session: Session, command: ActOnJobs) -> Printer | None:
    if command.act is not JobAct.REROUTE:
        return None
    if command.printer_id is None:
        raise InvalidInput(say("Choose a printer."), field="printer_id")
    return printer_by_id(session, command.printer_id)


def _in_turn(session: Session, wanted: Iterable[int]) -> list[int]:
    ids = list(
        session.scalars(
            sa.select(PrintJob.id)
            .where(PrintJob.id.in_(set(wanted)))
            .order_by(PrintJob.turn, PrintJob.id)
        )
    )
    if missing := set(wanted) - set(ids):
        raise NotFound(say("paper"), min(missing))
    return ids


def _tried(session: Session, command: ActOnJobs, job_id: int, printer: Printer | None) -> str:
    """Do it with one paper; return "" if it was done, else a word for why not."""
    by: dict[str, Any] = {"person_id": command.actor.person_id, "at": command.at}
    reason = command.reason.strip()
    acts: Mapping[JobAct, Callable[[], None]] = {
        JobAct.HOLD: partial(queue.hold, session, job_id, reason=reason, **by),
        JobAct.RELEASE: partial(queue.release, session, job_id, **by),
        JobAct.CANCEL: partial(queue.cancel, session, job_id, reason=reason, **by),
        JobAct.REROUTE: partial(queue.reroute, session, job_id, printer.id if printer else 0, **by),
        JobAct.FIRST: partial(queue.put_first, session, job_id, **by),
    }
    try:
        acts[command.act]()
    except StateConflict as error:
        return str(error.state)
    except DoesNotFit:
        return UNFIT
    except PaperCleared:
        return GONE
    return ""


def _why(left: Mapping[str, int], name: str) -> Text:
    """Return the counts of what could not be done as one sentence."""
    counts: Counter[str] = Counter()
    for word, count in left.items():
        counts[LEFT[word].msgid] += count
    parts = [Text(msgid, {"count": count, "name": name}) for msgid, count in counts.items()]
    first, *rest = parts or [say("there is nothing to do")]
    for part in rest:
        first = say("{some}, {more}", some=first, more=part)
    return first
