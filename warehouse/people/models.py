"""People, what they may do, where they are logged in, and the trail of what was done."""

from __future__ import annotations

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from warehouse.db import Base, Code, Id, Instant, Json, Name, Ref, Word, one_of, text_of


class Role(StrEnum):
    """What somebody is in the warehouse."""

    PACKER = "packer"
    PICKER = "picker"
    CHECKER = "checker"
    COUNTER = "counter"
    RECEIVER = "receiver"
    CUSTOMER_SERVICE = "customer_service"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"


class Key(StrEnum):
    """What lets somebody in."""

    BADGE = "badge"
    PIN = "pin"
    PASSWORD = "password"  # noqa: S105  (a word, no secret)


class Person(Base):
    """Somebody who works here. Secrets are kept as hashes only."""

    __tablename__ = "person"
    __table_args__ = (
        sa.UniqueConstraint("login"),
        sa.UniqueConstraint("badge_hash"),
        sa.CheckConstraint("locale IN ('zh', 'en')", name="locale_known"),
    )

    id: Mapped[Id]
    name: Mapped[Name]
    login: Mapped[Code | None]
    badge_hash: Mapped[Code | None]
    pin_hash: Mapped[Name | None]
    password_hash: Mapped[Name | None]
    locale: Mapped[str] = mapped_column(text_of(8), default="zh")
    is_active: Mapped[bool] = mapped_column(default=True)

    roles: Mapped[list[PersonRole]] = relationship(lazy="selectin", order_by="PersonRole.role")


class PersonRole(Base):
    """That a person has a role."""

    __tablename__ = "person_role"
    __table_args__ = (one_of("role", Role),)

    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(Word(Role), primary_key=True)


class Tablet(Base):
    """A browser that badges and PINs open; its cookie holds the token, the row its hash."""

    __tablename__ = "tablet"
    __table_args__ = (sa.UniqueConstraint("token_hash"),)

    id: Mapped[Id]
    name: Mapped[Name]
    token_hash: Mapped[Code]
    enrolled_by: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    enrolled_at: Mapped[Instant]
    seen_at: Mapped[Instant]
    revoked_at: Mapped[Instant | None]


class LoginSession(Base):
    """Somebody logged in on one device; the cookie holds the token, the row its hash.

    What it was opened by says how far it goes: a badge or PIN opens the work at stations only.
    """

    __tablename__ = "login_session"
    __table_args__ = (
        sa.Index("ix_login_session_person_id", "person_id"),
        one_of("opened_by", Key),
    )

    token_hash: Mapped[str] = mapped_column(text_of(64), primary_key=True)
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    opened_by: Mapped[Key] = mapped_column(Word(Key))
    tablet_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("tablet.id"))
    station_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("station.id"))
    started_at: Mapped[Instant]
    seen_at: Mapped[Instant]
    ends_at: Mapped[Instant]


class LoginTry(Base):
    """Tries at one login from one place that have not led in, whether there is such a login or not.

    The login is kept as a hash: people type passwords into the wrong field.
    """

    __tablename__ = "login_try"
    __table_args__ = (sa.Index("ix_login_try_last_at", "last_at"),)

    login_hash: Mapped[str] = mapped_column(text_of(64), primary_key=True)
    place: Mapped[str] = mapped_column(text_of(64), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[Instant]


class ApiToken(Base):
    """A machine's key to the API; the row keeps its hash and acts as a person."""

    __tablename__ = "api_token"
    __table_args__ = (sa.UniqueConstraint("token_hash"),)

    id: Mapped[Id]
    name: Mapped[Name]
    token_hash: Mapped[Code]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[Instant]
    revoked_at: Mapped[Instant | None]


class Trail(Base):
    """What happened to one thing: event, facts, who, when, where. Never changed."""

    __tablename__ = "trail"
    __table_args__ = (
        sa.Index("ix_trail_subject_kind_subject_id_id", "subject_kind", "subject_id", "id"),
        sa.Index("ix_trail_at", "at"),
    )

    id: Mapped[Id]
    command_id: Mapped[str | None] = mapped_column(text_of(64))
    at: Mapped[Instant]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    station_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("station.id"))
    subject_kind: Mapped[str] = mapped_column(text_of(24))
    subject_id: Mapped[Ref]
    event: Mapped[str] = mapped_column(text_of(48))
    facts: Mapped[Json] = mapped_column(default=dict)
