"""Where a test begins, kept: the same stage from an empty database is made once a run.

Bringing a consignment to a station takes a dozen commands. What comes of it on SQLite is one file,
on PostgreSQL the rows of some tables; the next test that asks for the same begins with a copy.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from warehouse import schema
from warehouse.db import Database


@dataclass(frozen=True)
class _Rows:
    """The content of a PostgreSQL database: table → COPY text, sequence → last value."""

    tables: dict[str, bytes]
    sequences: dict[str, int]


@dataclass(frozen=True)
class _Kept:
    content: bytes | _Rows
    memory: Any


MEMORY_DISK_BYTES = 500 * 1024 * 1024

_kept: dict[Hashable, _Kept] = {}
_empty_files: dict[Path, bytes] = {}
_empty_at: dict[str, int] = {}  # database → the transaction before which all is as the wipe left it

_NEXT_TRANSACTION = sa.text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")


def memory_disk() -> Path | None:
    """Where SQLite need not wait for a disk at every commit; None where there is no room."""
    disk = Path("/dev/shm")
    has_room = disk.is_dir() and shutil.disk_usage(disk).free > MEMORY_DISK_BYTES
    return disk if has_room else None


def empty(database: Database, template: Path) -> None:
    """Begin with a copy of the empty SQLite database, to be known again as untouched."""
    assert database.sqlite_path is not None
    _empty_files[database.sqlite_path] = template.read_bytes()
    _begin_with_file(database, template.read_bytes())


def wiped(database: Database) -> None:
    """Take note that the PostgreSQL database was emptied just now."""
    with database.engine.connect() as connection:
        _empty_at[str(database.url)] = connection.execute(_NEXT_TRANSACTION).scalar_one()


def is_untouched(database: Database) -> bool:
    """Tell whether nothing was written to the database since it was empty."""
    path = database.sqlite_path
    if path is None:
        with database.engine.connect() as connection:
            now = connection.execute(_NEXT_TRANSACTION).scalar_one()
        return _empty_at.get(str(database.url)) == now
    log = path.with_name(path.name + "-wal")
    is_quiet = not (log.exists() and log.stat().st_size)
    return is_quiet and path.read_bytes() == _empty_files.get(path)


def kept(key: Hashable, database: Database) -> Any:
    """Begin where `key` was kept and return what was remembered with it, None if it was not."""
    found = _kept.get((key, database.is_sqlite))
    if found is None:
        return None
    if isinstance(found.content, bytes):
        _begin_with_file(database, found.content)
    else:
        _begin_with_rows(database, found.content)
    return copy.deepcopy(found.memory)


def keep(key: Hashable, database: Database, memory: Any) -> None:
    """Keep the database as it is now under `key`, with what is to be remembered."""
    content = _file_of(database) if database.is_sqlite else _rows_of(database)
    _kept[key, database.is_sqlite] = _Kept(content, copy.deepcopy(memory))


def _file_of(database: Database) -> bytes:
    path = database.sqlite_path
    assert path is not None
    with database.engine.connect() as connection:
        _driver(connection).execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes()


def _begin_with_file(database: Database, content: bytes) -> None:
    path = database.sqlite_path
    assert path is not None
    database.engine.dispose()
    database.writer.pool = database.engine.pool  # as they were made: one pool
    for name in (path.name, path.name + "-wal", path.name + "-shm"):
        path.with_name(name).unlink(missing_ok=True)
    path.write_bytes(content)


def _rows_of(database: Database) -> _Rows:
    tables: dict[str, bytes] = {}
    with database.engine.connect() as connection:
        for table in schema.metadata.sorted_tables:
            with _driver(connection).cursor().copy(f'COPY "{table.name}" TO STDOUT') as rows:
                content = b"".join(bytes(part) for part in rows)
            if content:
                tables[table.name] = content
        found = connection.execute(
            sa.text("SELECT sequencename, last_value FROM pg_sequences WHERE last_value > 0")
        )
        return _Rows(tables, {name: value for name, value in found})  # noqa: C416  (rows are no pairs)


def _begin_with_rows(database: Database, rows: _Rows) -> None:
    with database.engine.connect() as connection:
        # As a replica's apply job does: no triggers, no order of tables.
        connection.execute(sa.text("SET session_replication_role = replica"))
        connection.execute(sa.text("DELETE FROM person; DELETE FROM bin"))
        for table, content in rows.tables.items():
            with _driver(connection).cursor().copy(f'COPY "{table}" FROM STDIN') as into:
                into.write(content)
        steps = ", ".join(f"setval('{name}', {value})" for name, value in rows.sequences.items())
        connection.execute(sa.text(f"SELECT {steps}"))
        connection.execute(sa.text("SET session_replication_role = DEFAULT"))
        connection.commit()


def _driver(connection: sa.Connection) -> Any:
    driver = connection.connection.dbapi_connection
    assert driver is not None
    return driver
