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
from printing.models import JobState, Printer, PrintJob
from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.printers.commands import printer_by_id
from warehouse.text import Text, say

MOST_JOBS = 500


class JobAct(StrEnum):
    """What can be done with several papers at once."""

    HOLD = "hold"
    RELEASE = "release"
    CANCEL = "cancel"
    REROUTE = "reroute"
    FIRST = "first"


WITH_REASON = frozenset({JobAct.HOLD, JobAct.CANCEL})
Counted = Callable[[int, str], Text]  # how many, and the printer's name
DONE: Mapping[JobAct, Counted] = {
    JobAct.HOLD: lambda count, _: say("{count} papers are set aside.", count=count),
    JobAct.RELEASE: lambda count, _: say("{count} papers wait for their turn.", count=count),
    JobAct.CANCEL: lambda count, _: say("{count} papers are taken back.", count=count),
    JobAct.REROUTE: lambda count, name: say("{count} papers go to {name}.", count=count, name=name),
    JobAct.FIRST: lambda count, _: say("{count} papers come next.", count=count),
}


class Left(StrEnum):
    """Why something could not be done with a paper."""

    WAITS = "waits"
    HELD = "held"
    ASKED = "asked"
    WORKED_ON = "worked_on"
    PRINTED = "printed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNFIT = "unfit"
    GONE = "gone"


BY_STATE: Mapping[JobState, Left] = {
    JobState.QUEUED: Left.WAITS,
    JobState.READY: Left.WAITS,
    JobState.HELD: Left.HELD,
    JobState.RENDERING: Left.WORKED_ON,
    JobState.LEASED: Left.WORKED_ON,
    JobState.SENDING: Left.WORKED_ON,
    JobState.UNKNOWN: Left.ASKED,
    JobState.SENT: Left.PRINTED,
    JobState.CONFIRMED: Left.PRINTED,
    JobState.FAILED: Left.FAILED,
    JobState.CANCELLED: Left.CANCELLED,
}
LEFT: Mapping[Left, Counted] = {
    Left.WAITS: lambda count, _: say("{count} wait already", count=count),
    Left.HELD: lambda count, _: say("{count} are set aside", count=count),
    Left.ASKED: lambda count, _: say("{count} may have come out", count=count),
    Left.WORKED_ON: lambda count, _: say("{count} are being printed", count=count),
    Left.PRINTED: lambda count, _: say("{count} are printed", count=count),
    Left.FAILED: lambda count, _: say("{count} have failed", count=count),
    Left.CANCELLED: lambda count, _: say("{count} are cancelled", count=count),
    Left.UNFIT: lambda count, name: say(
        "{count} need another stock than {name} holds", count=count, name=name
    ),
    Left.GONE: lambda count, _: say("{count} have lost their names and addresses", count=count),
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
    tried = Counter(_tried(session, command, job_id, printer) for job_id in ids)
    done = tried.pop(None, 0)
    left = {why: count for why, count in sorted(tried.items(), key=_order) if why}
    name = printer.name if printer else ""
    why = _why(left, name)
    if not done:
        raise RuleViolation(say("Nothing was done: {why}.", why=why))
    message = DONE[command.act](done, name)
    if left:
        message = say("{done} Not done: {why}.", done=message, why=why)
    return Outcome(
        screen="jobs", message=message, tone=Tone.ATTENTION if left else Tone.OK,
        facts={"done": done, "left": left},
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


def _tried(
    session: Session, command: ActOnJobs, job_id: int, printer: Printer | None
) -> Left | None:
    """Do it with one paper; return why it was not done, None if it was."""
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
        return BY_STATE[JobState(error.state)]
    except DoesNotFit:
        return Left.UNFIT
    except PaperCleared:
        return Left.GONE
    return None


def _order(counted: tuple[Left | None, int]) -> tuple[int, str]:
    why, count = counted
    return -count, str(why)


def _why(left: Mapping[Left, int], name: str) -> Text:
    """Return the counts of what could not be done as one sentence, the most first."""
    parts = [LEFT[why](count, name) for why, count in left.items()]
    first, *rest = parts or [say("there is nothing to do")]
    for part in rest:
        first = say("{some}, {more}", some=first, more=part)
    return first
