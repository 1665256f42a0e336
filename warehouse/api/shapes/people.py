"""People and the keys of machines as JSON; no secret is among it, not even as a hash."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.api.shapes.paging import iso, keys_of, page
from warehouse.people.auth import SYSTEM_PERSON_ID
from warehouse.people.models import ApiToken, Person


def list_people(session: Session, *, after: str | None = None, limit: int) -> dict[str, Any]:
    """Return one page of people in the order they came."""
    query = sa.select(Person).where(Person.id != SYSTEM_PERSON_ID)
    keys = keys_of(after)
    if keys is not None:
        query = query.where(Person.id > keys[0])
    people = session.scalars(query.order_by(Person.id).limit(limit + 1)).all()
    return page("people", people, limit, person_of, "id")


def person_of(person: Person) -> dict[str, Any]:
    """Return one person, and which keys he or she has."""
    return {
        "id": person.id,
        "name": person.name,
        "login": person.login,
        "roles": [role.role.value for role in person.roles],
        "locale": person.locale,
        "is_active": person.is_active,
        "has_badge": person.badge_hash is not None,
        "has_pin": person.pin_hash is not None,
        "has_password": person.password_hash is not None,
    }


def list_tokens(session: Session, *, after: str | None = None, limit: int) -> dict[str, Any]:
    """Return one page of machines' keys in the order they were made, revoked ones too."""
    query = (
        sa.select(ApiToken, Person.login, Person.name.label("person"), ApiToken.id.label("id"))
        .join(Person, Person.id == ApiToken.person_id)
        .order_by(ApiToken.id)
        .limit(limit + 1)
    )
    keys = keys_of(after)
    if keys is not None:
        query = query.where(ApiToken.id > keys[0])
    return page("tokens", session.execute(query).all(), limit, _token, "id")


def _token(row: Any) -> dict[str, Any]:
    token: ApiToken = row.ApiToken
    return {
        "id": token.id,
        "name": token.name,
        "login": row.login,
        "person": row.person,
        "created_at": iso(token.created_at),
        "revoked_at": iso(token.revoked_at),
    }
