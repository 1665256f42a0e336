"""What happened to a thing, newest first: trail, stock moves and papers as one story."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from printing.models import JobState, PrintJob
from warehouse.catalog.models import Bin, Sku, Station
from warehouse.commands import CommandRow
from warehouse.inventory.models import Move
from warehouse.orders.models import ConsignmentLine
from warehouse.people.models import Person, Trail
from warehouse.text import say
from warehouse.web.context import speak
from warehouse.web.desk import called
from warehouse.web.notes import kept
from warehouse.web.trail_words import sentence_of
from warehouse.web.words import document_word, tone, word

MOST_EVENTS = 200

Event = dict[str, Any]


def story(
    session: Session,
    subjects: Iterable[tuple[str, Sequence[int]]],
    *,
    consignment_id: int | None = None,
    job_subjects: Sequence[str] = (),
) -> list[Event]:
    """Return what happened to the subjects, newest first, at most 200 events.

    Stock moves of the consignment and papers about `job_subjects` are told too.
    """
    events = [e for kind, ids in subjects for e in _trail(session, kind, ids)]
    if consignment_id is not None:
        events += _moves(session, consignment_id)
    if job_subjects:
        events += _papers(session, job_subjects)
    events.sort(key=lambda event: event["at"], reverse=True)
    return events[:MOST_EVENTS]


def _trail(session: Session, kind: str, ids: Sequence[int]) -> list[Event]:
    if not ids:
        return []
    rows = session.execute(
        sa.select(Trail.at, Trail.event, Trail.facts, Person.name, Station.code)
        .join(Person, Person.id == Trail.person_id)
        .outerjoin(Station, Station.id == Trail.station_id)
        .where(Trail.subject_kind == kind, Trail.subject_id.in_(list(ids)))
        .order_by(Trail.id.desc())
        .limit(MOST_EVENTS)
    )
    return [_event(at, kind, name, facts, who, where) for at, name, facts, who, where in rows]


def _event(
    at: datetime, kind: str, name: str, facts: Mapping[str, Any], who: str, where: str | None
) -> Event:
    text, mood = sentence_of(kind, name, facts or {})
    return {"at": at, "text": speak(text), "who": called(who), "where": where, "tone": mood}


def _moves(session: Session, consignment_id: int) -> list[Event]:
    source, target = aliased(Bin), aliased(Bin)
    rows = session.execute(
        sa.select(
            Move.at, Move.reason, Move.pieces, Sku.code.label("sku"), source.code.label("source"),
            target.code.label("target"), Person.name, Station.code.label("station"),
        )
        .join(ConsignmentLine, ConsignmentLine.id == Move.consignment_line_id)
        .join(Sku, Sku.id == Move.sku_id)
        .join(source, source.id == Move.from_bin_id)
        .join(target, target.id == Move.to_bin_id)
        .join(CommandRow, CommandRow.id == Move.command_id)
        .join(Person, Person.id == CommandRow.person_id)
        .outerjoin(Station, Station.id == CommandRow.station_id)
        .where(ConsignmentLine.consignment_id == consignment_id)
        .order_by(Move.id.desc())
        .limit(MOST_EVENTS)
    )  # fmt: skip
    return [
        {
            "at": row.at,
            "text": speak(
                say(
                    "{reason}: {pieces} × {sku}, {source} → {target}",
                    reason=word(row.reason), pieces=row.pieces, sku=row.sku,
                    source=row.source, target=row.target,
                )
            ),
            "who": called(row.name),
            "where": row.station,
            "tone": tone(row.reason),
        }
        for row in rows
    ]  # fmt: skip


def _papers(session: Session, subjects: Sequence[str]) -> list[Event]:
    rows = session.execute(
        sa.select(
            PrintJob.queued_at, PrintJob.document_kind, PrintJob.number, PrintJob.copy_no,
            PrintJob.state, PrintJob.reprint_reason, Person.name, Station.code.label("station"),
        )
        .outerjoin(CommandRow, CommandRow.id == PrintJob.command_id)
        .outerjoin(Person, Person.id == sa.func.coalesce(PrintJob.person_id, CommandRow.person_id))
        .outerjoin(Station, Station.id == PrintJob.station_id)
        .where(PrintJob.subject.in_(list(subjects)))
        .order_by(PrintJob.id.desc())
        .limit(MOST_EVENTS)
    )  # fmt: skip
    return [
        {
            "at": row.queued_at,
            "text": _paper_text(row),
            "who": called(row.name),
            "where": row.station,
            "tone": tone(JobState(row.state)),
        }
        for row in rows
    ]


def _paper_text(row: Any) -> str:
    what = say(
        "Paper: {kind} {number} ({state})",
        kind=document_word(row.document_kind), number=row.number, state=word(row.state),
    )  # fmt: skip
    if row.copy_no == 1:
        return speak(what)
    return speak(
        say("{paper}, copy {copy}: {reason}",
            paper=what, copy=row.copy_no, reason=kept(row.reprint_reason))
    )  # fmt: skip
