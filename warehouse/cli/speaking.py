"""How commands speak and act: as JSON if asked for, page by page, as one person."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.api.shapes.paging import MOST
from warehouse.cli import Site
from warehouse.cli.language import note, spoken
from warehouse.commands import Actor, Command, Handler, Outcome, execute, new_id
from warehouse.db import utcnow
from warehouse.errors import NotFound, WarehouseError
from warehouse.people.auth import SYSTEM_PERSON_ID
from warehouse.people.models import Person
from warehouse.text import say

CALLED = TypeVar("CALLED", bound=Callable[..., Any])
USUAL = 50


def machine_readable(command: CALLED) -> CALLED:
    """Give a command `--json`; what it is refused is then one JSON object too, and exit 1."""

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object, nothing else.")
    @functools.wraps(command)
    def wrapped(*args: Any, as_json: bool, **given: Any) -> Any:
        try:
            return command(*args, as_json=as_json, **given)
        except WarehouseError as error:
            if not as_json:
                raise
            put_json({"error": {"code": error.code, "message": spoken(error.text)}})
            note(spoken(error.text))
            raise click.exceptions.Exit(1) from error

    return wrapped  # type: ignore[return-value]  # the same parameters, as click sees them


def put_json(value: Mapping[str, Any]) -> None:
    """Print one JSON object."""
    click.echo(json.dumps(value, ensure_ascii=False))


class Progress:
    """How far a long work has come: one line that changes, silent where nobody looks."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()
        self._last = ""

    def show(self, text: str) -> None:
        """Put the text in the place of the one before."""
        if self._is_shown and text != self._last:
            click.echo(f"\r{text}\x1b[K", nl=False, err=True)
            self._last = text

    def end(self) -> None:
        """Clear the line."""
        if self._last:
            click.echo("\r\x1b[K", nl=False, err=True)


def listing(command: CALLED) -> CALLED:
    """Give a listing command its options: `--limit`, `--all`, `--after`, `--json`."""
    for option in (
        click.option("--after", help="Go on behind this: `next` of the listing before."),
        click.option("--all", "is_all", is_flag=True, help="All of them."),
        click.option(
            "--limit", default=USUAL, show_default=True, type=click.IntRange(1), help="At most."
        ),
    ):
        command = option(command)
    return machine_readable(command)


def collect(
    site: Site,
    read: Callable[..., dict[str, Any]],
    name: str,
    *,
    limit: int,
    is_all: bool,
    after: str | None,
    **filters: Any,
) -> dict[str, Any]:
    """Return one object with the rows of as many pages as are wanted."""
    found: list[Any] = []
    while True:
        wanted = MOST if is_all else min(MOST, limit - len(found))
        with site.database.reading() as session:
            page = read(session, after=after, limit=wanted, **filters)
        found += page[name]
        after = page["next"]
        if after is None or (not is_all and len(found) >= limit):
            return {name: found, "next": after}


def as_person(command: CALLED) -> CALLED:
    """Give a command that changes something `--as LOGIN`."""
    return click.option(
        "--as", "login", help="Who does it, by login; the system itself if not given."
    )(command)


def actor_of(site: Site, login: str | None) -> Actor:
    """Return who acts.

    Raises:
        NotFound: nobody active has this login.
    """
    if login is None:
        return Actor(person_id=SYSTEM_PERSON_ID)
    with site.database.reading() as session:
        return Actor(person_id=person_of(session, login).id)


def person_of(session: Session, login: str) -> Person:
    """Return the active person with this login.

    Raises:
        NotFound: there is nobody.
    """
    query = sa.select(Person).where(Person.login == login.strip().lower(), Person.is_active)
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(say("person"), login)
    return found


def perform(
    site: Site, actor: Actor, handler: Handler[Any], command: type[Command], /, **fields: Any
) -> Outcome:
    """Run one command of the actor, now, under an id of its own."""
    zone = site.config.time_zone
    made = command(id=new_id(), actor=actor, at=utcnow(), zone=zone, **fields)
    return execute(site.database, handler, made)


def put_outcome(outcome: Outcome, *, as_json: bool, **more: Any) -> None:
    """Print what an act did."""
    message = spoken(outcome.message)
    if as_json:
        put_json({"message": message, "tone": outcome.tone.value, **more})
    else:
        click.echo(message)
