"""Who is at the tablet: badges, PINs, passwords, and the login sessions they open."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from warehouse.db import table_of
from warehouse.errors import Forbidden
from warehouse.people.models import ApiToken, LoginSession, Person, PersonRole, Role
from warehouse.people.rights import Right, rights_of
from warehouse.text import say

SESSION_HOURS = 12
MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
SEEN_EVERY = timedelta(seconds=30)
IDLE_AT_DESK = timedelta(hours=2)
SYSTEM_PERSON_ID = 1

_hasher = PasswordHasher()

_session = table_of(LoginSession)
_person = table_of(Person)
_role = table_of(PersonRole)
_find_session = (
    sa.select(
        _session.c.person_id,
        _session.c.station_id,
        _session.c.seen_at,
        _session.c.ends_at,
        _person.c.name,
        _person.c.locale,
        _role.c.role,
    )
    .join(_person, _person.c.id == _session.c.person_id)
    .outerjoin(_role, _role.c.person_id == _person.c.id)
    .where(_session.c.token_hash == sa.bindparam("hash"), _person.c.is_active)
)


@dataclass(frozen=True, kw_only=True)
class Visitor:
    """Somebody logged in, with what they may do."""

    id: int
    name: str
    locale: str
    roles: tuple[Role, ...]
    rights: frozenset[Right]
    station_id: int | None
    seen_at: datetime


def hash_token(token: str) -> str:
    """Return what is stored of a badge, session or API token: they are long and random."""
    return hashlib.sha256(token.encode()).hexdigest()


def hash_secret(secret: str) -> str:
    """Return what is stored of a PIN or password: slow to guess."""
    return _hasher.hash(secret)


def new_badge_token() -> str:
    """Return 80 random bits in letters and digits a scanner types safely.

    More would not fit a badge in bars that are wide enough to be read.
    """
    alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    return "".join(secrets.choice(alphabet) for _ in range(16))


def person_by_badge(session: Session, token: str) -> Person | None:
    """Return the active person who carries the badge, None if nobody does."""
    return session.scalars(
        sa.select(Person).where(Person.badge_hash == hash_token(token), Person.is_active)
    ).first()


def person_by_secret(
    session: Session, login: str, secret: str, at: datetime, *, is_pin: bool
) -> Person | None:
    """Return the person if login and PIN or password are right, None if not.

    Failures are counted on the person; after five the login is shut for a quarter of an hour.

    Raises:
        Forbidden: the login is shut.
    """
    person = session.scalars(
        sa.select(Person)
        .where(Person.login == login.strip().lower(), Person.is_active)
        # One try after the other, else a hundred at once count as one; scans need not wait.
        .with_for_update(key_share=True)
    ).first()
    stored = (person.pin_hash if is_pin else person.password_hash) if person else None
    if person is not None and person.locked_until is not None and at < person.locked_until:
        raise Forbidden(say("Too many wrong tries. Wait a quarter of an hour."))
    is_right = _verify(stored or _nobody(), secret) and stored is not None
    if person is None:
        return None
    if is_right:
        person.failed_logins = 0
        person.locked_until = None
        return person
    person.failed_logins += 1
    if person.failed_logins >= MOST_FAILURES:
        person.failed_logins = 0
        person.locked_until = at + LOCKED_FOR
    return None


def open_session(session: Session, person: Person, station_id: int | None, at: datetime) -> str:
    """Open a login session and return its token, which only the cookie keeps."""
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=hash_token(token),
            person_id=person.id,
            station_id=station_id,
            started_at=at,
            seen_at=at,
            ends_at=at + timedelta(hours=SESSION_HOURS),
        )
    )
    return token


def close_session(session: Session, token: str) -> None:
    """End the login session of this token."""
    session.execute(sa.delete(_session).where(_session.c.token_hash == hash_token(token)))


def end_sessions_of(session: Session, person_id: int) -> None:
    """End every login session of a person."""
    session.execute(sa.delete(_session).where(_session.c.person_id == person_id))


def visitor_of(
    session: Session, token: str, at: datetime, *, idle_after: timedelta
) -> Visitor | None:
    """Return who the session token stands for, None if it is over or idle too long.

    `idle_after` holds for tablets; a desk may think longer.
    """
    rows = session.execute(_find_session, {"hash": hash_token(token)}).all()
    if not rows or rows[0].ends_at <= at:
        return None
    row = rows[0]
    allowed = idle_after + SEEN_EVERY if row.station_id is not None else IDLE_AT_DESK
    if at - row.seen_at > allowed:
        return None
    roles = tuple(Role(r.role) for r in rows if r.role is not None)
    return Visitor(
        id=row.person_id,
        name=row.name,
        locale=row.locale,
        roles=roles,
        rights=rights_of(roles),
        station_id=row.station_id,
        seen_at=row.seen_at,
    )


def visitor_of_api_token(session: Session, token: str, at: datetime) -> Visitor | None:
    """Return who an API token acts as, None if it is unknown or revoked."""
    person = session.scalars(
        sa.select(Person)
        .join(ApiToken, ApiToken.person_id == Person.id)
        .where(
            ApiToken.token_hash == hash_token(token),
            ApiToken.revoked_at.is_(None),
            Person.is_active,
        )
    ).first()
    if person is None:
        return None
    roles = tuple(r.role for r in person.roles)
    return Visitor(
        id=person.id,
        name=person.name,
        locale=person.locale,
        roles=roles,
        rights=rights_of(roles),
        station_id=None,
        seen_at=at,
    )


def touch(session: Session, token: str, at: datetime) -> None:
    """Note that the session was used."""
    session.execute(
        sa.update(_session).where(_session.c.token_hash == hash_token(token)).values(seen_at=at)
    )


def move_to_station(session: Session, token: str, station_id: int | None) -> None:
    """Note at which station this device stands."""
    session.execute(
        sa.update(_session)
        .where(_session.c.token_hash == hash_token(token))
        .values(station_id=station_id)
    )


@cache
def _nobody() -> str:
    """Compared against when there is nobody, so that an answer takes as long as for somebody."""
    return _hasher.hash(secrets.token_hex(16))


def _verify(stored: str, secret: str) -> bool:
    try:
        return _hasher.verify(stored, secret)
    except (VerificationError, InvalidHashError):
        return False
