"""Tries at the door, counted by login and place, whether there is such a login or not.

An answer that depended on the person would tell which logins exist.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.db import PerDialect, on_dialect, table_of
from warehouse.errors import Forbidden
from warehouse.people.models import LoginTry
from warehouse.text import say

MOST_TRIES = 5
SHUT_FOR = timedelta(minutes=15)

_try = table_of(LoginTry)


def _one_more(insert: Any) -> Any:
    """Count in one statement: tries made at the same moment wait for each other's row."""
    given: dict[str, Any] = {
        name: sa.bindparam(name) for name in ("login_hash", "place", "last_at")
    }
    statement = insert(_try).values(**given, count=1)
    return statement.on_conflict_do_update(
        index_elements=["login_hash", "place"],
        set_={"count": _try.c.count + 1, "last_at": statement.excluded.last_at},
    ).returning(_try.c.count)


_COUNT = PerDialect(_one_more)


def count_try(session: Session, login: str, place: str, at: datetime) -> None:
    """Count a try before its secret is looked at; old ones are forgotten.

    `place` is where it is made: a tablet, else a network address. A try that is right forgets the
    others by `forget_tries`.

    Raises:
        Forbidden: five were made from there within a quarter of an hour; this one is not counted.
    """
    session.execute(sa.delete(_try).where(_try.c.last_at <= at - SHUT_FOR))
    given = {"login_hash": _hash(login), "place": place[:64], "last_at": at}
    if session.execute(on_dialect(session, _COUNT), given).scalar_one() > MOST_TRIES:
        raise Forbidden(say("Too many wrong tries. Wait a quarter of an hour."))


def forget_tries(session: Session, login: str, place: str | None = None) -> None:
    """Forget the tries at a login, from everywhere unless a place is named."""
    of_login = sa.delete(_try).where(_try.c.login_hash == _hash(login))
    session.execute(of_login if place is None else of_login.where(_try.c.place == place[:64]))


def _hash(login: str) -> str:
    return hashlib.sha256(login.strip().lower().encode()).hexdigest()
