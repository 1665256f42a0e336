"""Millions of moves behind a floor, each in a command of its own: there and back, so that the
stock stays what it was and the ledger is true.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.db import Database

PORTION = 250_000
_SHELF = ":first_bin + ((i / 2) * 7919) % :bins"
_OTHER = ":first_bin + (((i / 2) * 7919) + 1 + (i / 2) % 31) % :bins"
_MOVED = (
    ":first_sku + ((i / 2) * 7919) % :skus,"
    f" CASE i % 2 WHEN 0 THEN {_SHELF} ELSE {_OTHER} END,"
    f" CASE i % 2 WHEN 0 THEN {_OTHER} ELSE {_SHELF} END, 1, 'transfer', ''"
)
_COMMAND = "INSERT INTO command (id, name, fingerprint, person_id, at, outcome)"
_MOVE = (
    "INSERT INTO move (command_id, line_no, at, sku_id, from_bin_id, to_bin_id, pieces, reason,"
    " reference)"
)


def add_history(database: Database, moves: int) -> None:
    """Write that many moves, spread over all goods and shelves; indexes are made again after."""
    sizes = _sizes(database)
    if database.is_sqlite:
        _on_sqlite(database, sizes, moves)
    else:
        _on_postgres(database, sizes, moves)
    database.dispose()


def _sizes(database: Database) -> dict[str, int]:
    with database.reading() as session:
        shelves = sa.select(sa.func.count(), sa.func.min(Bin.id)).where(Bin.kind == BinKind.SHELF)
        bins, first_bin = session.execute(shelves).one()
        skus, first_sku = session.execute(sa.select(sa.func.count(), sa.func.min(Sku.id))).one()
    return {"skus": skus, "bins": bins, "first_sku": first_sku, "first_bin": first_bin}


_NUMBERS = """
WITH RECURSIVE n(i) AS (SELECT :start UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :end)
"""
# Ids of tablets are random: so are these, in the order they come.
_ID = "printf('%08x-%07d', (i * 2654435761) % 4294967296, i)"
_AT = "strftime('%Y-%m-%dT%H:%M:%f', '2024-01-01', '+' || (i * 12) || ' seconds') || '000+00:00'"


def _on_sqlite(database: Database, sizes: Mapping[str, int], moves: int) -> None:
    with database.engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        # A copy made by VACUUM does not keep the way of its journal.
        for pragma in (
            "journal_mode=WAL",
            "synchronous=OFF",
            "foreign_keys=OFF",
            "cache_size=-400000",
        ):
            raw.execute(f"PRAGMA {pragma}")
        indexes = raw.execute(
            "SELECT name, sql FROM sqlite_master"
            " WHERE type = 'index' AND tbl_name = 'move' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            raw.execute(f"DROP INDEX {name}")
        for start in range(0, moves, PORTION):
            raw.execute("BEGIN IMMEDIATE")
            values = {**sizes, "start": start, "end": min(start + PORTION, moves)}
            raw.execute(
                f"{_COMMAND} {_NUMBERS}"
                f" SELECT {_ID}, 'MoveGoods', printf('%064x', i), 1, {_AT}, '{{}}' FROM n",
                values,
            )
            raw.execute(f"{_MOVE} {_NUMBERS} SELECT {_ID}, 0, {_AT}, {_MOVED} FROM n", values)
            raw.execute("COMMIT")
        for _, sql in indexes:
            raw.execute(sql)
        raw.execute("ANALYZE")


_SERIES = "FROM generate_series(CAST(:start AS bigint), CAST(:end AS bigint) - 1) AS n(i)"
_HEX_ID = "lpad(to_hex((i * 2654435761) % 4294967296), 8, '0') || '-' || lpad(i::text, 7, '0')"
_INSTANT = "timestamptz '2024-01-01Z' + i * interval '12 seconds'"
_PLAIN_INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = 'move'::regclass AND NOT indisunique
"""


def _on_postgres(database: Database, sizes: Mapping[str, int], moves: int) -> None:
    """Fill within the server; as its superuser, since keys to other tables are not looked at."""
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in (
            "statement_timeout = 0",
            "synchronous_commit = off",
            "session_replication_role = replica",
            "maintenance_work_mem = '512MB'",
        ):
            connection.exec_driver_sql(f"SET {setting}")
        indexes = connection.exec_driver_sql(_PLAIN_INDEXES).all()
        for name, _ in indexes:
            connection.exec_driver_sql(f"DROP INDEX {name}")
        for start in range(0, moves, PORTION):
            values = {**sizes, "start": start, "end": min(start + PORTION, moves)}
            connection.execute(_bound(
                f"{_COMMAND} SELECT {_HEX_ID}, 'MoveGoods', lpad(to_hex(i), 64, '0'), 1,"
                f" {_INSTANT}, '{{}}' {_SERIES}", values,
            ))  # fmt: skip
            connection.execute(
                _bound(f"{_MOVE} SELECT {_HEX_ID}, 0, {_INSTANT}, {_MOVED} {_SERIES}", values)
            )
        for _, sql in indexes:
            connection.exec_driver_sql(sql)
        # What the server does by itself when it is not busy; without it the first pages pay.
        connection.exec_driver_sql("VACUUM (ANALYZE)")
        connection.exec_driver_sql("CHECKPOINT")


def _bound(text: str, values: Mapping[str, int]) -> sa.TextClause:
    """Return the statement with the values it names; `::` is a cast and no name."""
    named = {name: value for name, value in values.items() if f":{name}" in text}
    return sa.text(text.replace("::", "\\:\\:")).bindparams(**named)
