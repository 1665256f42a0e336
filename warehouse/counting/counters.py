"""Who counted what comes on paper or in a file: named, and not taken to be whoever sends it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.models import PrintJob
from warehouse.counting.models import CountSession
from warehouse.counting.queries import counters
from warehouse.errors import UnknownName
from warehouse.people.models import Person
from warehouse.text import Text, say

SHEET = "count_sheet"


def spelled(name: str) -> str:
    """Return a person's name or login as it is compared."""
    return " ".join(name.split()).casefold()


def people_named(
    session: Session, names: Collection[str], sender_id: int
) -> Mapping[str, tuple[int, ...]]:
    """Return name or login as it is compared → everybody who counts or sends, and is called so."""
    wanted = {spelled(name) for name in names if name}
    if not wanted:
        return {}
    ids = {sender_id, *(person_id for person_id, _ in counters(session))}
    rows = session.execute(
        sa.select(Person.id, Person.name, Person.login).where(Person.id.in_(ids))
    )
    found: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        for name in (row.name, row.login or ""):
            if spelled(name) in wanted:
                found[spelled(name)].add(row.id)
    return {name: tuple(sorted(people)) for name, people in found.items()}


def counter_named(session: Session, name: str, sender_id: int) -> int | None:
    """Return who counted by name or login, None if nobody is named.

    Raises:
        UnknownName: nobody who counts is called so, or several are.
    """
    people = people_named(session, {name}, sender_id)
    problem = name_problem(people, name)
    if problem is not None:
        raise UnknownName(problem, field="counted_by")
    return people[spelled(name)][0] if name else None


def name_problem(people: Mapping[str, tuple[int, ...]], name: str) -> Text | None:
    """Return why nobody can be told by this name, None if somebody can."""
    found = people.get(spelled(name), ()) if name else (0,)
    if not found:
        return say("Nobody who counts here has this name or login.")
    if len(found) > 1:
        return say("Several people have this name. Write the login.")
    return None


def sheets_since(session: Session, count: CountSession) -> datetime | None:
    """Return when the first sheets of the count were printed, None if none were."""
    return session.scalar(
        sa.select(sa.func.min(PrintJob.queued_at)).where(
            PrintJob.subject == f"count:{count.id}", PrintJob.document_kind == SHEET
        )
    )
