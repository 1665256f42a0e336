"""Schema versions: bringing a database to this code's schema, and telling when it is newer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from warehouse.db import Database
from warehouse.text import Text, say

FOLDER = Path(__file__).parent
ADVISORY_LOCK = 0x6661_6875_6F  # "fahuo": one migrator at a time on PostgreSQL


class CannotMigrate(Exception):
    """The database is left as it is."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text


class NewerDatabase(CannotMigrate):
    """The database was made by a later version of the program than this one."""


class UnsoundData(CannotMigrate):
    """What stands in the database is not what a migration builds on."""


def alembic_config() -> Any:
    """Return Alembic's settings, made in code: there is no ini file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    return config


def current_revision(database: Database) -> str | None:
    """Return the schema version the database is at, None for an empty one."""
    with database.engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def revisions() -> list[str]:
    """Return the schema versions this code knows, oldest first: the numbers its files begin with.

    Alembic is not asked, as a start that has nothing to migrate must not wait for it to load.
    """
    return sorted(path.name.split("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def head_revision() -> str:
    """Return the schema version of this code."""
    return revisions()[-1]


def is_current(database: Database) -> bool:
    """Tell whether the database is at this code's schema.

    Raises:
        NewerDatabase: it is at a version this code does not know.
    """
    revision = current_revision(database)
    if revision is not None and revision not in revisions():
        raise NewerDatabase(
            say(
                "The database is at schema version {version}, which this version of the program"
                " does not know. Update the program, or use the database it was made for.",
                version=revision,
            )
        )
    return revision == head_revision()


def upgrade(database: Database) -> None:
    """Make or migrate the schema; safe to call by several processes at once.

    Raises:
        NewerDatabase: the database is at a version this code does not know.
        UnsoundData: a migration found what it cannot go on from; it changed nothing.
    """
    path = database.sqlite_path
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    with database.gate():
        if is_current(database):
            return
        _migrate(database, "upgrade", "head")


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to `revision` ("base" for nothing at all)."""
    with database.gate():
        _migrate(database, "downgrade", revision)


def _migrate(database: Database, direction: str, revision: str) -> None:
    with database.engine.connect() as connection:
        if database.is_sqlite:
            with _sqlite_ready(connection):
                _run(connection, direction, revision)
            return
        connection.execute(sa.text("SET lock_timeout = 0"))
        connection.execute(sa.text("SET statement_timeout = 0"))
        connection.execute(sa.text(f"SELECT pg_advisory_lock({ADVISORY_LOCK})"))
        connection.commit()
        _run(connection, direction, revision)
        connection.execute(sa.text(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})"))
        connection.execute(sa.text("RESET lock_timeout"))
        connection.execute(sa.text("RESET statement_timeout"))
        connection.commit()


@contextmanager
def _sqlite_ready(connection: sa.Connection) -> Iterator[None]:
    raw = connection.connection.dbapi_connection
    assert raw is not None  # noqa: S101
    # WAL is a lasting property of the file: set once here, not by each connection.
    raw.execute("PRAGMA journal_mode=WAL")
    # A table that is made anew must not take with it what refers to it.
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def _run(connection: sa.Connection, direction: str, revision: str) -> None:
    from alembic import command

    config = alembic_config()
    config.attributes["connection"] = connection
    getattr(command, direction)(config, revision)
    connection.commit()
