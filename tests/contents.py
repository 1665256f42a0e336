"""What stands in a database, all of it, read quickly enough to be held against itself often."""

from __future__ import annotations

from functools import cache
from typing import Any

import sqlalchemy as sa

from warehouse import schema
from warehouse.db import Database

Rows = dict[str, list[str]]  # table → its rows, sorted, as text


def rows_of(database: Database) -> Rows:
    """Return every row of every table, as the driver hands it over."""
    with database.engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        read = _of_sqlite if database.is_sqlite else _of_postgres
        return {name: sorted(rows) for name, rows in read(driver).items()}


def _of_sqlite(driver: Any) -> Rows:
    return {
        table.name: [repr(row) for row in driver.execute(_all_of(table))]
        for table in schema.metadata.sorted_tables
    }


def _of_postgres(driver: Any) -> Rows:
    found: Rows = {table.name: [] for table in schema.metadata.sorted_tables}
    for name, row in driver.execute(_all_at_once()):
        found[name].append(row)
    return found


@cache
def _all_at_once() -> str:
    """Return one question for all of PostgreSQL's tables; a hundred would take their time."""
    return " UNION ALL ".join(
        f"SELECT '{table.name}', ROW({_columns(table)})::text FROM \"{table.name}\""
        for table in schema.metadata.sorted_tables
    )


@cache
def _all_of(table: sa.Table) -> str:
    return f'SELECT {_columns(table)} FROM "{table.name}"'


def _columns(table: sa.Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)
