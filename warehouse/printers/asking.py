"""Asking for a paper there is one of: the first time as it is, again as a copy with a reason."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import Document
from printing.errors import PaperCleared, PaperVoid, StateConflict
from printing.models import PrintJob
from printing.queue import enqueue, reprint
from warehouse.commands import Command
from warehouse.errors import ReasonWanted, RuleViolation
from warehouse.printers.jobs import CLEARED
from warehouse.text import say


def ask_for(
    session: Session,
    command: Command,
    kind: str,
    draw: Callable[[], Document],
    *,
    subject: str,
    reason: str,
    part: int = 1,
) -> int:
    """Ask for the subject's paper of this kind, or for a copy of the last; return the job's id.

    Papers of one kind and subject that say something else each time are told apart by `part`.

    Raises:
        ReasonWanted: it was asked for before, and nobody says why once more.
        RuleViolation: the one before still waits in the queue, or nothing is left to copy.
    """
    last = session.scalar(
        sa.select(PrintJob.id)
        .where(PrintJob.document_kind == kind, PrintJob.subject == subject, PrintJob.part == part)
        .order_by(PrintJob.id.desc())
        .limit(1)
    )
    if last is not None:
        return ask_again(session, command, last, reason)
    return enqueue(
        session,
        draw(),
        station_id=command.actor.station_id,
        at=command.at,
        command_id=command.id,
        subject=subject,
        part=part,
    )


def ask_again(session: Session, command: Command, job_id: int, reason: str) -> int:
    """Ask for a copy of this paper, marked, where this person stands; return the copy's id.

    Raises:
        ReasonWanted: nobody says why once more.
        RuleViolation: the paper still waits in the queue, or nothing is left to copy.
    """
    if not reason.strip():
        raise ReasonWanted(say("Say why."), field="reason")
    try:
        return reprint(
            session, job_id, reason=reason[:200], person_id=command.actor.person_id,
            at=command.at, command_id=command.id, station_id=command.actor.station_id,
            zone=command.zone,
        )  # fmt: skip
    except StateConflict as error:
        raise RuleViolation(say("The paper still waits in the print queue.")) from error
    except PaperVoid as error:
        raise RuleViolation(say("The paper is void: nobody prints it again.")) from error
    except PaperCleared as error:
        raise RuleViolation(CLEARED) from error
