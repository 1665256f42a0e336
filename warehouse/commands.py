"""A command is one act of one person: one transaction, at most once."""

from __future__ import annotations

import hashlib
import json
import random
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date, datetime, tzinfo
from enum import Enum, StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from warehouse.db import (
    Base,
    Database,
    Instant,
    Json,
    Ref,
    connection_of,
    insert_or_skip,
    table_of,
    text_of,
)
from warehouse.errors import CommandReused, InvalidInput, RuleViolation, WarehouseError
from warehouse.gate import DatabaseBusy
from warehouse.prepared import Prepared
from warehouse.text import Text

ATTEMPTS = 4
USUAL_ZONE = ZoneInfo("Asia/Shanghai")
RETRY_PAUSE_S = 0.02
# 23505, 23503: somebody was first to add or to remove a row; the code's check looks again.
RETRIED_SQLSTATES = {"40001", "40P01", "55P03", "23505", "23503"}


class Tone(StrEnum):
    """What an answer sounds and looks like."""

    OK = "ok"
    ATTENTION = "attention"
    STOP = "stop"
    WAITING = "waiting"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, and at which station (None at a desk or on the command line)."""

    person_id: int
    station_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Command:
    """The root of all commands: id made by the sender, actor, and the instant it arrived.

    `zone` is the site's: days and times of day that stand on paper or in a number are its own.
    """

    id: str
    actor: Actor
    at: datetime
    zone: tzinfo = USUAL_ZONE

    @property
    def day(self) -> date:
        """The site's calendar day on which this is done."""
        return self.at.astimezone(self.zone).date()


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The answer to a command: the next screen and its subject, one message, one tone.

    `is_step_done` marks the end of a step (the order checked, the parcel sealed): a second tone.
    `is_replayed` is true on the answer to a repeated command; it takes no part in comparison.
    """

    screen: str
    subject_id: int | None = None
    message: Text
    tone: Tone = Tone.OK
    is_step_done: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)
    is_replayed: bool = field(default=False, compare=False)

    def to_json(self) -> dict[str, Any]:
        """Return the plain form that is stored with the command."""
        return {
            "screen": self.screen,
            "subject_id": self.subject_id,
            "message": self.message.to_json(),
            "tone": self.tone.value,
            "is_step_done": self.is_step_done,
            "facts": dict(self.facts),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Outcome:
        """Return the stored outcome, marked as replayed."""
        return cls(
            screen=value["screen"],
            subject_id=value["subject_id"],
            message=Text.from_json(value["message"]),
            tone=Tone(value["tone"]),
            is_step_done=value["is_step_done"],
            facts=value["facts"],
            is_replayed=True,
        )


class CommandRow(Base):
    """One act that took effect: who, when, where, what, and what was answered. Never changed."""

    __tablename__ = "command"
    __table_args__ = (sa.Index("ix_command_at", "at"),)

    id: Mapped[str] = mapped_column(text_of(64), primary_key=True)
    name: Mapped[str] = mapped_column(text_of(64))
    fingerprint: Mapped[str] = mapped_column(text_of(64))
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    station_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("station.id"))
    at: Mapped[Instant]
    outcome: Mapped[Json | None]


C = TypeVar("C", bound=Command)
_NOT_SAID = frozenset({"id", "actor", "at", "zone"})
_said: dict[type[Command], tuple[str, ...]] = {}  # what a command of each kind says
Handler = Callable[[Session, C], Outcome]

_table = table_of(CommandRow)
_CLAIMED = ("id", "name", "fingerprint", "person_id", "station_id", "at")
_claim = Prepared(insert_or_skip(_table, _CLAIMED), _CLAIMED)
_find = sa.select(_table.c.fingerprint, _table.c.outcome).where(
    _table.c.id == sa.bindparam("command_id")
)
_find_all = sa.select(_table.c.id, _table.c.fingerprint, _table.c.person_id).where(
    _table.c.id.in_(sa.bindparam("ids", expanding=True))
)
_insert = Prepared(sa.insert(_table).inline(), (*_CLAIMED, "outcome"))
_keep = Prepared(
    sa.update(_table)
    .where(_table.c.id == sa.bindparam("command_id"))
    .values(outcome=sa.bindparam("answer")),
    ("command_id", "answer"),
)


def new_id() -> str:
    """Return a fresh command id, for senders that are not tablets."""
    return str(uuid.uuid4())


def execute(database: Database, handler: Handler[C], command: C) -> Outcome:
    """Run `handler` once for this command id, in one transaction, and return its outcome.

    A second arrival of the same id gets the stored outcome. Deadlocks, serialization failures,
    lost races for a unique key and lost lines to the server are tried again, so handlers must
    touch nothing outside the session.

    Raises:
        CommandReused: the id came before with other content.
        WarehouseError: the handler refused; nothing was written.
        DatabaseBusy: the database stayed locked; nothing was written.
    """
    for attempt in range(ATTEMPTS):
        try:
            with database.transaction() as session:
                return perform(session, handler, command)
        except DBAPIError as error:
            if not _is_passing(error):
                raise
            if attempt == ATTEMPTS - 1:
                raise DatabaseBusy(str(error.orig)) from error
            time.sleep(RETRY_PAUSE_S * (attempt + 1) * (0.5 + random.random()))  # noqa: S311
    raise AssertionError("unreachable")


class _Sound(Exception):
    """The handler had nothing against the command."""


def refusals_of(database: Database, handler: Handler[C], command: C) -> tuple[WarehouseError, ...]:
    """Return all that the handler has against a command; nothing is written, whatever it says.

    For forms with a field that nobody can read: what else is wrong with them is told as well.
    """

    def tried(session: Session, asked: C) -> Outcome:
        handler(session, asked)
        raise _Sound

    try:
        execute(database, tried, command)
    except _Sound:
        pass
    except (InvalidInput, RuleViolation) as error:
        return error.all
    return ()


def perform(session: Session, handler: Handler[C], command: C) -> Outcome:
    """Claim the command id in the given transaction, run the handler, store its outcome."""
    fingerprint = fingerprint_of(command)
    if not _claim.send(connection_of(session), _row_of(command, fingerprint)):
        seen = session.execute(_find, {"command_id": command.id}).one()
        if seen.fingerprint != fingerprint:
            raise CommandReused
        return Outcome.from_json(seen.outcome)
    outcome = handler(session, command)
    answer = {"command_id": command.id, "answer": outcome.to_json()}
    _keep.send(connection_of(session), answer)
    return outcome


class Claim(StrEnum):
    """What became of one of many commands that were claimed together."""

    NEW = "new"
    KNOWN = "known"  # it was done before
    OTHER = "other"  # its id came before with other content


def claim_all(
    session: Session, commands: Sequence[C], answer: Callable[[C], Outcome]
) -> list[Claim]:
    """Claim many ids at once, each with its answer; tell what became of each, in their order.

    For long lists of like acts, whose work is then done in one go. Of two with one id the first
    counts. An id that another transaction takes meanwhile is a lost race, which `execute` repeats.
    """
    found = session.execute(_find_all, {"ids": [command.id for command in commands]})
    marks = {command_id: mark for command_id, mark, _ in found}
    claims: list[Claim] = []
    rows: list[dict[str, Any]] = []
    answers: dict[int, tuple[Outcome, dict[str, Any]]] = {}  # one answer to many is written once
    for command in commands:
        mark = fingerprint_of(command)
        if command.id in marks:
            claims.append(Claim.KNOWN if marks[command.id] == mark else Claim.OTHER)
            continue
        marks[command.id] = mark
        claims.append(Claim.NEW)
        outcome = answer(command)
        if id(outcome) not in answers:
            answers[id(outcome)] = (outcome, outcome.to_json())
        _, told = answers[id(outcome)]
        rows.append({**_row_of(command, mark), "outcome": told})
    if rows:
        _insert.send_many(connection_of(session), rows)
    return claims


def said_before(session: Session, commands: Sequence[Command]) -> set[str]:
    """Return the ids of those commands that came before with the same content, from whomever.

    For acts that are done once for ever, and equal whoever does them.
    """
    if not commands:
        return set()
    rows = session.execute(_find_all, {"ids": [command.id for command in commands]})
    known = {row.id: row for row in rows}

    def is_same(command: Command) -> bool:
        row = known.get(command.id)
        return row is not None and row.fingerprint == fingerprint_of(
            replace(command, actor=Actor(person_id=row.person_id))
        )

    return {command.id for command in commands if is_same(command)}


def _row_of(command: Command, fingerprint: str) -> dict[str, Any]:
    return {
        "id": command.id,
        "name": type(command).__name__,
        "fingerprint": fingerprint,
        "person_id": command.actor.person_id,
        "station_id": command.actor.station_id,
        "at": command.at,
    }


def fingerprint_of(command: Command) -> str:
    """Return a hash of who says what, save the command's id and when and where it arrived.

    A tablet that sends a scan again after its session was opened anew may stand elsewhere by then.
    """
    said = {name: getattr(command, name) for name in _said_by(type(command))}
    said["actor"] = command.actor.person_id
    plain = _encoder.encode([type(command).__name__, said])
    return hashlib.sha256(plain.encode()).hexdigest()


def _said_by(kind: type[Command]) -> tuple[str, ...]:
    if kind not in _said:
        _said[kind] = tuple(f.name for f in fields(kind) if f.name not in _NOT_SAID)
    return _said[kind]


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in fields(value)}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    raise TypeError(f"{type(value).__name__} has no plain form in a command")


_encoder = json.JSONEncoder(default=_plain, sort_keys=True)


def _is_passing(error: DBAPIError) -> bool:
    """Tell a fault of the moment (lock, deadlock, lost race, lost line) from one of the code."""
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in RETRIED_SQLSTATES
    text = str(error.orig)
    if isinstance(error, IntegrityError):
        return text.startswith("UNIQUE constraint failed")
    return "database is locked" in text or "database table is locked" in text
