"""The tablets of the house: enrolling one for badges and PINs, naming it, taking it out again."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.commands import Command, Outcome, Tone
from warehouse.db import table_of
from warehouse.errors import InvalidInput, NotFound
from warehouse.people import trail
from warehouse.people.auth import hash_token
from warehouse.people.models import LoginSession, Tablet
from warehouse.text import say

LONGEST_NAME = 40
_session = table_of(LoginSession)


@dataclass(frozen=True, kw_only=True)
class EnrolTablet(Command):
    """Badges and PINs are to open this browser from now on. The edge makes its token."""

    name: str
    token_hash: str


@dataclass(frozen=True, kw_only=True)
class RenameTablet(Command):
    """Call a tablet something else."""

    tablet_id: int
    name: str


@dataclass(frozen=True, kw_only=True)
class RevokeTablet(Command):
    """A tablet is lost or given away: badges and PINs open it no more."""

    tablet_id: int


def enrol_tablet(session: Session, command: EnrolTablet) -> Outcome:
    """Keep the tablet and the hash of its token.

    Raises:
        InvalidInput: no name, or too long a one.
    """
    tablet = Tablet(
        name=_name(command.name),
        token_hash=command.token_hash,
        enrolled_by=command.actor.person_id,
        enrolled_at=command.at,
        seen_at=command.at,
    )
    session.add(tablet)
    session.flush()
    trail.record(session, command, "tablet", tablet.id, "tablet_enrolled", name=tablet.name)
    return Outcome(
        screen="tablets",
        subject_id=tablet.id,
        message=say("{name} is enrolled: badges and PINs open it.", name=tablet.name),
    )


def rename_tablet(session: Session, command: RenameTablet) -> Outcome:
    """Keep the new name.

    Raises:
        InvalidInput: no name, or too long a one. NotFound: there is no such tablet.
    """
    tablet = _tablet(session, command.tablet_id)
    before, tablet.name = tablet.name, _name(command.name)
    session.flush()
    trail.record(
        session, command, "tablet", tablet.id, "tablet_renamed", old=before, name=tablet.name
    )
    return Outcome(
        screen="tablets", subject_id=tablet.id, message=say("{name} is saved.", name=tablet.name)
    )


def revoke_tablet(session: Session, command: RevokeTablet) -> Outcome:
    """Shut the tablet and end whatever session runs on it; one revoked before stays so.

    Raises:
        NotFound: there is no such tablet.
    """
    tablet = _tablet(session, command.tablet_id)
    tablet.revoked_at = tablet.revoked_at or command.at
    session.flush()
    session.execute(sa.delete(_session).where(_session.c.tablet_id == tablet.id))
    trail.record(session, command, "tablet", tablet.id, "tablet_revoked", name=tablet.name)
    return Outcome(
        screen="tablets",
        subject_id=tablet.id,
        message=say("{name} is shut: badges and PINs open it no more.", name=tablet.name),
        tone=Tone.ATTENTION,
    )


def tablet_by_token(session: Session, token: str, *, lock: bool = False) -> Tablet | None:
    """Return the tablet whose cookie this is, None for any other browser and a revoked one.

    With `lock` nobody revokes it before the transaction ends.
    """
    found = sa.select(Tablet).where(
        Tablet.token_hash == hash_token(token), Tablet.revoked_at.is_(None)
    )
    return session.scalars(found.with_for_update(read=True) if lock else found).first()


def _tablet(session: Session, tablet_id: int) -> Tablet:
    tablet = session.get(Tablet, tablet_id, with_for_update=True, populate_existing=True)
    if tablet is None:
        raise NotFound(say("tablet"), tablet_id)
    return tablet


def _name(text: str) -> str:
    name = text.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise InvalidInput(
            say("Give a name of 1 to {most} letters.", most=LONGEST_NAME), field="name"
        )
    return name
