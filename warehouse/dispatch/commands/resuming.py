"""Going on after a roll ran out: what came after the last good label comes again, in its order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.errors import AlreadyQueued, StateConflict
from printing.models import JobState, PrintJob
from printing.queue import answer_unknown, reprint
from printing.queue.runs import RunPaper, bring_forward, papers_of_run, slips_of_run
from warehouse.commands import Command, Outcome, Tone
from warehouse.dispatch.commands.label import WAYBILL_KIND, repeat_label
from warehouse.errors import InvalidInput, NotFound, OrderStopped, RuleViolation, StaleScreen
from warehouse.text import Text, say


@dataclass(frozen=True, kw_only=True)
class ResumeRun(Command):
    """`last_good` is the number of the last label that came out well; `job_id` any of the run."""

    job_id: int
    last_good: int
    reason: str


class Left(StrEnum):
    """Why a label after the last good one does not come again."""

    TO_COME = "to_come"
    SEEN = "seen"
    CLOSED = "closed"
    VOID = "void"
    GONE = "gone"
    REFUSED = "refused"


LEFT: Mapping[Left, Callable[[int], Text]] = {
    Left.TO_COME: lambda count: say("{count} were still to come and do", count=count),
    Left.SEEN: lambda count: say("{count} were seen on paper", count=count),
    Left.CLOSED: lambda count: say("{count} have failed or are cancelled", count=count),
    Left.VOID: lambda count: say("{count} are void", count=count),
    Left.GONE: lambda count: say("{count} have lost their names and addresses", count=count),
    Left.REFUSED: lambda count: say("{count} are of parcels put aside or gone", count=count),
}
_STAYS: Mapping[JobState, Left] = {
    JobState.CONFIRMED: Left.SEEN,
    JobState.FAILED: Left.CLOSED,
    JobState.CANCELLED: Left.CLOSED,
}
_CAME_OUT = (JobState.SENT, JobState.UNKNOWN)


def resume_run(session: Session, command: ResumeRun) -> Outcome:
    """Ask for marked copies of what was sent after the last good label, before all that waits.

    What has not been sent comes anyway, behind them; what somebody scanned is there. An order that
    comes again from its first label on has its slip before it again; to an order of which a good
    label is there the slip is there too, as it is to a copy of one label alone.

    Raises:
        InvalidInput: no reason, or a number the run does not have.
        RuleViolation: the paper is of no run, or nothing after that label was sent.
    """
    if not command.reason.strip():
        raise InvalidInput(say("Say why."), field="reason")
    run = _run(session, command)
    after = [paper for paper in run if paper.run_no > command.last_good]
    tried = [(paper, _copied(session, command, paper)) for paper in after]
    left = Counter(why for _, why in tried)
    count = left.pop(None, 0)
    why = _why(left)
    if not count:
        raise RuleViolation(say("No label comes again: {why}.", why=why))
    _bring_forward(session, command, [paper for paper, why in tried if why is None])
    message = say("{count} labels come again as marked copies, before all that waits.",
                  count=count)  # fmt: skip
    if left:
        message = say("{done} The others: {why}.", done=message, why=why)
    return Outcome(
        screen="run", subject_id=command.job_id, message=message, tone=Tone.ATTENTION,
        facts={"copied": count, "left": {why: n for why, n in left.items() if why}},
    )  # fmt: skip


def _run(session: Session, command: ResumeRun) -> Sequence[RunPaper]:
    job = session.get(PrintJob, command.job_id)
    if job is None:
        raise NotFound(say("paper"), command.job_id)
    if job.run_id is None:
        raise RuleViolation(say("This paper was asked for alone."))
    # Two who resume at once: the second sees the copies of the first.
    session.execute(
        sa.select(PrintJob.id)
        .where(PrintJob.run_id == job.run_id, PrintJob.document_kind == job.document_kind)
        .order_by(PrintJob.id)
        .with_for_update()
    )
    run = papers_of_run(session, job.run_id, job.document_kind)
    if not 0 <= command.last_good < run[-1].run_no:
        text = say("This must be {least} to {most}.", least=0, most=run[-1].run_no - 1)
        raise InvalidInput(text, field="last_good")
    return run


def _copied(session: Session, command: ResumeRun, paper: RunPaper) -> Left | None:
    """Ask for a copy of the paper; return why there is none, None if there is."""
    if paper.is_void or paper.is_cleared:
        return Left.VOID if paper.is_void else Left.GONE
    if paper.state not in _CAME_OUT:
        return _STAYS.get(paper.state, Left.TO_COME)
    try:
        _copy(session, command, paper)
    except (OrderStopped, RuleViolation, StaleScreen):
        return Left.REFUSED
    except (StateConflict, AlreadyQueued):
        return Left.TO_COME
    return None


def _copy(session: Session, command: ResumeRun, paper: RunPaper) -> None:
    reason, by = command.reason.strip()[:200], command.actor.person_id
    kind, _, number = paper.subject.partition(":")
    if paper.state is JobState.UNKNOWN:
        answer_unknown(
            session, paper.job_id, came_out=False, person_id=by, at=command.at,
            command_id=command.id, zone=command.zone, reason=reason,
        )  # fmt: skip
    elif paper.kind == WAYBILL_KIND and kind == "parcel":
        repeat_label(session, command, int(number), reason)
    else:
        reprint(
            session, paper.job_id, reason=reason, person_id=by, at=command.at,
            command_id=command.id, zone=command.zone,
        )  # fmt: skip


def _bring_forward(session: Session, command: ResumeRun, papers: Sequence[RunPaper]) -> None:
    """Have the copies printed where the papers came out, in the order of the run."""
    slips = _slips(session, command, papers)
    wanted = [one for paper in papers for one in (slips.get(paper.run_no), paper) if one]
    rows = session.execute(
        sa.select(PrintJob.reprint_of, PrintJob.id).where(
            PrintJob.command_id == command.id,
            PrintJob.reprint_of.in_([paper.job_id for paper in wanted]),
        )
    )
    copies = dict(rows.all())
    bring_forward(session, {copies[one.job_id]: one.printer_id for one in wanted})


def _slips(
    session: Session, command: ResumeRun, papers: Sequence[RunPaper]
) -> Mapping[int, RunPaper]:
    """Ask for copies of the slips before orders that come again from their first label on."""
    run_id = session.get_one(PrintJob, command.job_id).run_id
    found: dict[int, RunPaper] = {}
    if run_id is None:
        return found
    before = slips_of_run(session, run_id, papers[0].kind)
    for paper in papers:
        slip = before.get(paper.run_no)
        if slip and _copied(session, command, slip) is None:
            found[paper.run_no] = slip
    return found


def _why(left: Mapping[Left | None, int]) -> Text:
    parts = [LEFT[why](count) for why, count in left.items() if why]
    first, *rest = parts or [say("there is nothing to do")]
    for part in rest:
        first = say("{some}, {more}", some=first, more=part)
    return first
