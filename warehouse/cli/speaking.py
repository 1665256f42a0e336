"""How commands speak: one JSON object or a table, in the language of the shell, as one person."""

from __future__ import annotations

import functools
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.api.shapes.paging import MOST
from warehouse.cli import Site
from warehouse.commands import Actor, Command, Handler, Outcome, execute, new_id
from warehouse.db import utcnow
from warehouse.errors import NotFound, WarehouseError
from warehouse.people.auth import SYSTEM_PERSON_ID
from warehouse.people.models import Person
from warehouse.text import Text, say, translate

CALLED = TypeVar("CALLED", bound=Callable[..., Any])
USUAL = 50
WIDEST = 40


def language() -> str:
    """Return 'zh' or 'en', as the shell is set."""
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next((n for n in names if n), "").startswith("zh") else "en"


def spoken(text: Text | str) -> str:
    """Return the sentence in the shell's language."""
    return translate(text, language())


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


def note(text: Text | str) -> None:
    """Tell something that is no result: on standard error."""
    click.echo(spoken(text), err=True)


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


def put_table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Print rows as a table, columns as wide as their widest cell."""
    lines = [[_cell(row[name]) for name in columns] for row in rows]
    heads = [name.replace("_", " ") for name in columns]
    widths = [max(map(_width, column)) for column in zip(heads, *lines, strict=True)]
    for line in (heads, *lines):
        padded = (cell + " " * (width - _width(cell))
                  for cell, width in zip(line, widths, strict=True))  # fmt: skip
        click.echo("  ".join(padded).rstrip())


def _cell(value: Any) -> str:
    if value is None or value == []:
        return "–"
    if isinstance(value, bool):
        return spoken(say("yes")) if value else spoken(say("no"))
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    text = "".join(c if c.isprintable() else " " for c in str(value))
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


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


def put_list(
    site: Site,
    read: Callable[..., dict[str, Any]],
    name: str,
    columns: Sequence[str],
    *,
    as_json: bool,
    **asked: Any,
) -> None:
    """Print what `read` lists under `name`, as many pages as are wanted, as JSON or as a table."""
    put_listing(_collect(site, read, name, **asked), name, columns, as_json=as_json)


def _collect(
    site: Site,
    read: Callable[..., dict[str, Any]],
    name: str,
    *,
    limit: int,
    is_all: bool,
    after: str | None,
    **filters: Any,
) -> dict[str, Any]:
    found: list[Any] = []
    while True:
        wanted = MOST if is_all else min(MOST, limit - len(found))
        with site.database.reading() as session:
            page = read(session, after=after, limit=wanted, **filters)
        found += page[name]
        after = page["next"]
        if after is None or (not is_all and len(found) >= limit):
            return {name: found, "next": after}


def put_listing(facts: dict[str, Any], name: str, columns: Sequence[str], *, as_json: bool) -> None:
    """Print a listing as JSON or as a table."""
    if as_json:
        put_json(facts)
        return
    if not facts[name]:
        note(say("There is nothing."))
        return
    put_table(facts[name], columns)
    if facts["next"]:
        note(say("There is more: --after {key}, or --all.", key=facts["next"]))


def put_one(facts: dict[str, Any], *, as_json: bool, **tables: Sequence[str]) -> None:
    """Print one thing as JSON, or its plain fields and a table of each part it has.

    `tables` are the parts by name with their columns.
    """
    if as_json:
        put_json(facts)
        return
    put_facts(facts, without=tuple(tables))
    for name, columns in tables.items():
        if facts[name]:
            put_table(facts[name], columns)


def put_facts(facts: Mapping[str, Any], *, without: Sequence[str] = ()) -> None:
    """Print the plain fields of one thing, one a line."""
    shown = {k: v for k, v in facts.items() if k not in without}
    width = max(len(name) for name in shown)
    for name, value in shown.items():
        click.echo(f"{name.replace('_', ' '):<{width}}  {_cell(value)}")


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
