"""Databases of their own for migrations: with nothing in them, or with the whole schema."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests import stages
from warehouse import migrations
from warehouse.db import Database


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fahuo-", dir=stages.memory_disk()) as made:
        yield Path(made)


@pytest.fixture(params=["sqlite", "postgresql"])
def bare(request: pytest.FixtureRequest, folder: Path) -> Iterator[Database]:
    """A database with nothing in it at all."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{folder / 'bare.db'}")
        yield database
        database.dispose()
        return
    with _own(request.getfixturevalue("postgres_url"), "fahuo_bare") as database:
        yield database


@pytest.fixture(params=["sqlite", "postgresql"])
def whole(request: pytest.FixtureRequest, folder: Path) -> Iterator[Database]:
    """A database with the schema of this code and nothing but its first rows."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{folder / 'whole.db'}")
        stages.empty(database, request.getfixturevalue("sqlite_template"))
        yield database
        database.dispose()
        return
    template = request.getfixturevalue("postgres_template")
    url = request.getfixturevalue("postgres_url")
    with _own(url, "fahuo_whole", f"TEMPLATE {template}") as database:
        stages.wiped(database)
        yield database


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of a PostgreSQL database with the whole schema, to be copied and left alone."""
    name = "fahuo_template"
    with _own(postgres_url, name) as database:
        migrations.upgrade(database)
        database.dispose()
        yield name


@contextmanager
def _own(url: str, name: str, made: str = "") -> Iterator[Database]:
    # A line of its own each time: other tests end lines, and the template lives long.
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(sa.text(f"CREATE DATABASE {name} {made}"))
    database = Database(sa.make_url(url).set(database=name))
    yield database
    database.dispose()
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()
