"""Taking people on, giving them roles and keys, and taking the keys back.

Commands carry hashes only: what somebody knows or carries is made and shown at the edge.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome, Tone
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.people import trail
from warehouse.people.auth import SYSTEM_PERSON_ID, end_sessions_of
from warehouse.people.models import ApiToken, Key, Person, PersonRole, Role
from warehouse.people.rules import login_problem
from warehouse.people.tries import forget_tries
from warehouse.text import LOCALES, say

LONGEST_NAME = 40


@dataclass(frozen=True, kw_only=True)
class SavePerson(Command):
    """Take somebody on, or change name, login, language and roles."""

    person_id: int | None = None
    name: str
    login: str = ""
    locale: str = "zh"
    roles: tuple[Role, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SetKey(Command):
    """A new badge, PIN or password; the old one opens nothing any more."""

    person_id: int
    key: Key
    hash: str


@dataclass(frozen=True, kw_only=True)
class SetActive(Command):
    """Somebody leaves, and every session ends; or comes back."""

    person_id: int
    is_active: bool
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class MakeToken(Command):
    """A machine's key to the API, acting as a person."""

    person_id: int
    name: str
    token_hash: str


@dataclass(frozen=True, kw_only=True)
class RevokeToken(Command):
    """The key opens nothing any more."""

    token_id: int


def save_person(session: Session, command: SavePerson) -> Outcome:
    """Keep the person.

    Raises:
        InvalidInput: no name, or a login that is taken or none.
        RuleViolation: nobody would be left to run the system.
    """
    name, login = command.name.strip(), command.login.strip().lower()
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidInput(say("Give a name of 1 to {most} letters.", most=LONGEST_NAME),
                           field="name")  # fmt: skip
    _check_login(session, login, command.person_id)
    if command.locale not in LOCALES:
        raise InvalidInput(say("Choose a language."), field="locale")
    is_new = command.person_id is None
    person = Person() if command.person_id is None else person_by_id(session, command.person_id)
    roles = sorted(set(command.roles))
    admins = _admins(session)
    before = {"name": person.name, "login": person.login, "locale": person.locale,
              "roles": sorted(r.role for r in person.roles)}  # fmt: skip
    person.name, person.login, person.locale = name, login or None, command.locale
    session.add(person)
    session.flush()
    _set_roles(session, person, roles)
    _require_admin(session, admins)
    after = {"name": name, "login": login or None, "locale": command.locale, "roles": roles}
    fields = [field for field, value in after.items() if before[field] != value]
    facts = {"fields": fields, "roles": list(map(str, roles))}
    trail.record(session, command, "person", person.id, "added" if is_new else "changed", **facts)
    return Outcome(
        screen="person", subject_id=person.id, message=say("{name} is saved.", name=person.name)
    )


def _check_login(session: Session, login: str, person_id: int | None) -> None:
    if not login:
        return
    problem = login_problem(login)
    if problem is not None:
        raise InvalidInput(problem, field="login")
    other = session.scalar(sa.select(Person.id).where(Person.login == login))
    if other is not None and other != person_id:
        raise InvalidInput(say("Somebody else has this login."), field="login")


def _set_roles(session: Session, person: Person, roles: list[Role]) -> None:
    session.execute(sa.delete(PersonRole).where(PersonRole.person_id == person.id))
    if roles:
        session.execute(
            sa.insert(PersonRole), [{"person_id": person.id, "role": role} for role in roles]
        )
    session.expire(person, ["roles"])


def set_key(session: Session, command: SetKey) -> Outcome:
    """Keep the new key; whoever is logged in with the old one has to log in again."""
    person = person_by_id(session, command.person_id)
    setattr(person, f"{command.key}_hash", command.hash)
    forget_tries(session, person.login or "")
    session.flush()
    if command.actor.person_id != person.id:
        end_sessions_of(session, person.id)
    event = "badge_made" if command.key is Key.BADGE else f"{command.key}_set"
    trail.record(session, command, "person", person.id, event)
    words = {
        Key.BADGE: say("{name} has a new badge.", name=person.name),
        Key.PIN: say("{name} has a new PIN.", name=person.name),
        Key.PASSWORD: say("{name} has a new password.", name=person.name),
    }
    return Outcome(screen="person", subject_id=person.id, message=words[command.key])


def set_active(session: Session, command: SetActive) -> Outcome:
    """Keep whether the person works here; one who left is logged out everywhere.

    Raises:
        RuleViolation: oneself, or the last one to run the system.
    """
    person = person_by_id(session, command.person_id)
    admins = _admins(session)
    if not command.is_active:
        if person.id == command.actor.person_id:
            raise RuleViolation(say("You cannot take your own access away."))
        if not command.reason.strip():
            raise InvalidInput(say("Say why."), field="reason")
    person.is_active = command.is_active
    session.flush()
    if not command.is_active:
        end_sessions_of(session, person.id)
    _require_admin(session, admins)
    event = "returned" if command.is_active else "left"
    trail.record(session, command, "person", person.id, event, reason=command.reason[:200])
    message = (
        say("{name} can log in again.", name=person.name)
        if command.is_active
        else say("{name} is logged out everywhere and cannot log in.", name=person.name)
    )
    tone = Tone.OK if command.is_active else Tone.ATTENTION
    return Outcome(screen="person", subject_id=person.id, message=message, tone=tone)


def make_token(session: Session, command: MakeToken) -> Outcome:
    """Keep the hash of a machine's key."""
    person = person_by_id(session, command.person_id)
    name = command.name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidInput(say("Say which machine it is for."), field="token_name")
    session.add(
        ApiToken(
            name=name, token_hash=command.token_hash, person_id=person.id, created_at=command.at
        )
    )
    session.flush()
    trail.record(session, command, "person", person.id, "token_made", name=name)
    return Outcome(
        screen="person",
        subject_id=person.id,
        message=say("Token {name} is made. It is shown once.", name=name),
    )


def revoke_token(session: Session, command: RevokeToken) -> Outcome:
    """Shut the machine out; a token revoked before stays so."""
    token = session.get(ApiToken, command.token_id, with_for_update=True)
    if token is None:
        raise NotFound(say("token"), command.token_id)
    token.revoked_at = token.revoked_at or command.at
    session.flush()
    trail.record(session, command, "person", token.person_id, "token_revoked", name=token.name)
    return Outcome(
        screen="person",
        subject_id=token.person_id,
        message=say("Token {name} opens nothing any more.", name=token.name),
        tone=Tone.ATTENTION,
    )


def person_by_id(session: Session, person_id: int) -> Person:
    """Return the person; the system itself is nobody to be changed.

    Raises:
        NotFound: there is none.
    """
    person = session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None or person.id == SYSTEM_PERSON_ID:
        raise NotFound(say("person"), person_id)
    return person


def _admins(session: Session) -> int:
    found = session.scalar(
        sa.select(sa.func.count())
        .select_from(Person)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(Person.is_active, PersonRole.role == Role.ADMIN, Person.id != SYSTEM_PERSON_ID)
    )
    return found or 0


def _require_admin(session: Session, before: int) -> None:
    """Refuse if there were administrators and the last one would be gone."""
    if before and not _admins(session):
        raise RuleViolation(say("Somebody must be left who runs the system."))
