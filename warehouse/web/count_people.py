"""Who counted what is typed in or read from a file: the choice a page gives."""

from __future__ import annotations

from sqlalchemy.orm import Session

from warehouse.counting.counters import sheets_since
from warehouse.counting.models import CountSession
from warehouse.counting.queries import counters
from warehouse.text import Text, say
from warehouse.web.context import person, speak


def named_counters(session: Session) -> list[tuple[str, str]]:
    """Return everybody who counts as options."""
    return [(str(person_id), name) for person_id, name in counters(session)]


def counters_of_file(session: Session, count: CountSession) -> list[tuple[str, str]]:
    """Return who may have counted what no row of a file says the counter of, as options."""
    return counter_choices(session, count, say("as the file says, else I"), say("as the file says"))


def counter_choices(
    session: Session, count: CountSession, mine: Text, others: Text
) -> list[tuple[str, str]]:
    """Return those who count as options, with nobody chosen.

    The first one, empty, is called `mine` as long as no sheets were printed for other people.
    """
    found = dict(counters(session)) | {person().id: person().name}
    first = mine if sheets_since(session, count) is None else others
    named = sorted(found.items(), key=lambda pair: pair[1])
    return [("", speak(first)), *((str(person_id), name) for person_id, name in named)]
