"""Writing the trail: one row per thing an act touched."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command
from warehouse.db import table_of
from warehouse.people.models import Trail

_insert = sa.insert(table_of(Trail))


def record(
    session: Session, command: Command, subject_kind: str, subject_id: int, event: str, **facts: Any
) -> None:
    """Write that `event` happened to the subject by this command; facts hold no personal data."""
    record_all(session, command, subject_kind, [(subject_id, facts)], event)


def record_all(
    session: Session,
    command: Command,
    subject_kind: str,
    subjects: list[tuple[int, dict[str, Any]]],
    event: str,
) -> None:
    """Write one trail row for each (subject id, facts) pair; nothing if there are none."""
    if not subjects:
        return
    session.execute(
        _insert,
        [
            {
                "command_id": command.id,
                "at": command.at,
                "person_id": command.actor.person_id,
                "station_id": command.actor.station_id,
                "subject_kind": subject_kind,
                "subject_id": subject_id,
                "event": event,
                "facts": facts,
            }
            for subject_id, facts in subjects
        ],
    )
