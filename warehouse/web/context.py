"""What a view knows of its request: database, person, time, and what the form says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, TypeVar

from flask import current_app, g, request
from sqlalchemy.orm import Session

from warehouse import commands
from warehouse.commands import Actor, Command, Handler, Outcome
from warehouse.config import Config
from warehouse.db import Database, utcnow
from warehouse.errors import Forbidden, InvalidInput, WarehouseError
from warehouse.gathering import together
from warehouse.people.auth import Visitor
from warehouse.people.rights import Right
from warehouse.text import DEFAULT_LOCALE, LOCALES, Text, say, translate

T = TypeVar("T")
LONGEST_ID = 64
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
LARGEST_INT = 2**53


def database() -> Database:
    """Return the application's database."""
    found: Database = current_app.extensions["fahuo_database"]
    return found


def config() -> Config:
    """Return the application's settings."""
    found: Config = current_app.extensions["fahuo_config"]
    return found


@contextmanager
def reading() -> Iterator[Session]:
    """Yield a Session for reading."""
    with database().reading() as session:
        yield session


def now() -> datetime:
    """Return the instant of this request; it stays the same throughout."""
    if "now" not in g:
        g.now = utcnow()
    instant: datetime = g.now
    return instant


def today() -> date:
    """Return the site's calendar day of this request."""
    return now().astimezone(config().time_zone).date()


def visitor() -> Visitor | None:
    """Return who is logged in, None if nobody is."""
    found: Visitor | None = g.get("visitor")
    return found


def person() -> Visitor:
    """Return who is logged in, on routes that need somebody."""
    found = visitor()
    if found is None:
        raise Forbidden(say("Log in first."))
    return found


def may(right: Right) -> bool:
    """Tell whether the person has the right."""
    found = visitor()
    return found is not None and right in found.rights


def require(right: Right) -> None:
    """Refuse unless the person has the right.

    Raises:
        Forbidden: he or she has not.
    """
    if not may(right):
        raise Forbidden(say("This is not your right. Ask the supervisor."))


def actor() -> Actor:
    """Return the person and station commands of this request are done by."""
    who = person()
    return Actor(person_id=who.id, station_id=who.station_id)


def locale() -> str:
    """Return 'zh' or 'en': the person's, else the device's, else the site's."""
    who = visitor()
    if who is not None:
        return who.locale
    wanted = request.cookies.get("fahuo_locale", DEFAULT_LOCALE)
    return wanted if wanted in LOCALES else DEFAULT_LOCALE


def speak(text: Text | str) -> str:
    """Return the sentence in the language of this request."""
    return translate(text, locale())


def do(handler: Handler[Any], kind: type[Command], /, **fields: Any) -> Outcome:
    """Run a command of this request's actor; its id is the form's, or a fresh one."""
    return commands.execute(database(), handler, _command(kind, fields))


class Typed:
    """The fields of a form as they are read, and the command they make."""

    def __init__(self) -> None:
        self.unread: list[WarehouseError] = []

    def read(self, kind: Callable[[str], T], name: str, instead: T, *, place: str = "") -> T:
        """Return what a field says, `instead` where nobody can read it.

        Best is a value that the command refuses at the same field, or at `place` if it calls the
        field so: it is told once.
        """
        try:
            return kind(name)
        except InvalidInput as error:
            for one in error.all:
                one.facts["field"] = place or name
            self.unread += error.all
            return instead

    def wholes(self, names: Iterable[str]) -> dict[str, int | None]:
        """Return the whole numbers of some fields, None of those left empty, by name."""
        found: dict[str, int | None] = {}
        for name in names:
            found[name] = self.read(form_int, name, 0) if form_str(name, "") else None
        return found

    def do(self, handler: Handler[Any], kind: type[Command], /, **fields: Any) -> Outcome:
        """Run the command if every field could be read.

        Raises:
            InvalidInput: one could not; it tells all of them, and what else is wrong.
        """
        if not self.unread:
            return do(handler, kind, **fields)
        told = {error.field for error in self.unread}
        besides = commands.refusals_of(database(), handler, _command(kind, fields))
        raise together([*self.unread, *(one for one in besides if one.field not in told)])


def _command(kind: type[Command], fields: dict[str, Any]) -> Command:
    name = fields.pop("id", None) or command_id()
    return kind(id=name, actor=actor(), at=now(), zone=config().time_zone, **fields)


def command_id() -> str:
    """Return the command id the sender made, or a fresh one for a plain form without.

    Raises:
        InvalidInput: it is no id.
    """
    given = request.form.get("command_id", "")
    if not given:
        return commands.new_id()
    if len(given) > LONGEST_ID or not given.isascii() or not given.replace("-", "").isalnum():
        raise InvalidInput(say("The command id cannot be used."), field="command_id")
    return given


def form_str(name: str, default: str | None = None) -> str:
    """Return a form field, blanks around it dropped.

    Raises:
        InvalidInput: it is missing and has no default.
    """
    value = request.form.get(name)
    if value is None:
        if default is None:
            raise InvalidInput(say("A field is missing."), field=name)
        return default
    return value.replace("\x00", "").strip()


def form_int(name: str, default: int | None = None) -> int:
    """Return a whole number of the form.

    Raises:
        InvalidInput: missing without a default, or no whole number.
    """
    text = form_str(name, None if default is None else str(default))
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > len(str(LARGEST_INT)):
        raise InvalidInput(say("This must be a whole number."), field=name)
    return int(text)


def form_int_or(name: str, default: int) -> int:
    """Return a whole number of the form, the default where the field was left empty.

    Raises:
        InvalidInput: no whole number.
    """
    return form_int(name) if form_str(name, "") else default


def form_choice(name: str) -> int | None:
    """Return the id of what was chosen, None where the choice was left at its first, empty one.

    Raises:
        InvalidInput: it is no id.
    """
    return form_int_or(name, 0) or None


def form_day(name: str) -> date | None:
    """Return a day of the form as the browser writes it, None for an empty field.

    Raises:
        InvalidInput: no day, or one no goods last until.
    """
    text = form_str(name, "")
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(say("This is not a day. Write 2027-12-31."), field=name) from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise InvalidInput(say("This is not a day. Write 2027-12-31."), field=name)
    return day


def form_ids(name: str) -> tuple[int, ...]:
    """Return the ids ticked in a table, in the order sent, without repeats.

    Raises:
        InvalidInput: something that is no id.
    """
    values = request.form.getlist(name)
    if any(not v.isascii() or not v.isdigit() or len(v) > len(str(LARGEST_INT)) for v in values):
        raise InvalidInput(say("This must be a whole number."), field=name)
    return tuple(dict.fromkeys(int(v) for v in values))
