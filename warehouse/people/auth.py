"""Who somebody is: badges, PINs, passwords, and the login sessions they open."""

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
from warehouse.people.models import (
    ApiToken,
    Key,
    LoginSession,
    Person,
    PersonRole,
    Role,
    Tablet,
)
from warehouse.people.rights import AT_STATION, Right, rights_of

SESSION_HOURS = 12
SEEN_EVERY = timedelta(seconds=30)
IDLE_AT_DESK = timedelta(hours=2)
SYSTEM_PERSON_ID = 1
SYSTEM_NAME = "Fahuo"  # as the first migration named it

_hasher = PasswordHasher()

_session = table_of(LoginSession)
_person = table_of(Person)
_role = table_of(PersonRole)
_tablet = table_of(Tablet)
_find_session = (
    sa.select(
        _session.c.person_id,
        _session.c.station_id,
        _session.c.opened_by,
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
    """Somebody logged in, with what they may do here; a password would open all of their roles."""

    id: int
    name: str
    locale: str
    roles: tuple[Role, ...]
    rights: frozenset[Right]
    station_id: int | None
    is_limited: bool  # by badge or PIN: the rights are those at a station
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


def person_by_secret(session: Session, login: str, secret: str, *, is_pin: bool) -> Person | None:
    """Return the active person if login and PIN or password are right, None if not.

    It takes as long for nobody as for somebody. Tries are counted elsewhere, before this is asked.
    """
    person = session.scalars(
        sa.select(Person).where(Person.login == login.strip().lower(), Person.is_active)
    ).first()
    stored = (person.pin_hash if is_pin else person.password_hash) if person else None
    is_right = _verify(stored or _nobody(), secret)
    return person if is_right and stored else None


def open_session(
    session: Session,
    person: Person,
    station_id: int | None,
    at: datetime,
    *,
    by: Key,
    tablet_id: int | None = None,
) -> str:
    """Open a login session and return its token, which only the cookie keeps."""
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=hash_token(token),
            person_id=person.id,
            opened_by=by,
            tablet_id=tablet_id,
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


def end_sessions_without_tablet(session: Session) -> None:
    """End every session that a badge or PIN opened in a browser that is no tablet of the house."""
    session.execute(
        sa.delete(_session).where(
            _session.c.opened_by != Key.PASSWORD, _session.c.tablet_id.is_(None)
        )
    )


def visitor_of(
    session: Session, token: str, at: datetime, *, idle_after: timedelta
) -> Visitor | None:
    """Return who the session token stands for, None if it is over or idle too long.

    `idle_after` holds for tablets; a desk may think longer. A badge or PIN opens no more than the
    work at stations.
    """
    rows = session.execute(_find_session, {"hash": hash_token(token)}).all()
    if not rows or rows[0].ends_at <= at:
        return None
    row = rows[0]
    is_desk = row.opened_by is Key.PASSWORD
    is_tablet = not is_desk or row.station_id is not None
    if at - row.seen_at > (idle_after + SEEN_EVERY if is_tablet else IDLE_AT_DESK):
        return None
    roles = tuple(Role(r.role) for r in rows if r.role is not None)
    return Visitor(
        id=row.person_id,
        name=row.name,
        locale=row.locale,
        roles=roles,
        rights=rights_of(roles) if is_desk else rights_of(roles) & AT_STATION,
        station_id=row.station_id,
        is_limited=not is_desk,
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
        is_limited=False,
        seen_at=at,
    )


def touch(session: Session, token: str, at: datetime) -> None:
    """Note that the session was used, and the tablet it runs on."""
    of_token = _session.c.token_hash == hash_token(token)
    session.execute(sa.update(_session).where(of_token).values(seen_at=at))
    tablet_id = sa.select(_session.c.tablet_id).where(of_token).scalar_subquery()
    session.execute(sa.update(_tablet).where(_tablet.c.id == tablet_id).values(seen_at=at))


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
