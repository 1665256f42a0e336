"""Inserting rows by the ten thousand, straight through the driver.

A statement object prepares each value of each row by itself, which costs three times what the
driver needs to write it; here only instants and truth values need it, and only on SQLite.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

from warehouse.db import Flag, InstantType

_PLACES = {"qmark": "?", "pyformat": "%s", "format": "%s"}
_instant = InstantType()


class BulkInsert:
    """An INSERT of the named columns; rows are tuples in that order.

    Values are what the driver takes: plain text (no enums, which cost it a search for an
    adapter), whole numbers, truth values, None, and instants.
    """

    def __init__(self, table: sa.Table, columns: Sequence[str]) -> None:
        self._table = table
        self.columns = tuple(columns)
        self._sql: dict[str, str] = {}
        types = [table.c[column].type for column in columns]
        self._flags = [place for place, kind in enumerate(types) if isinstance(kind, Flag)]
        self._instants = [p for p, kind in enumerate(types) if isinstance(kind, InstantType)]

    def __call__(self, session: Session, rows: Iterable[tuple[Any, ...]]) -> None:
        """Insert the rows."""
        dialect = session.get_bind().dialect
        ready = self._for_sqlite(rows, dialect) if dialect.name == "sqlite" else list(rows)
        if ready:
            session.connection().exec_driver_sql(self._statement(dialect), ready)

    def _for_sqlite(self, rows: Iterable[tuple[Any, ...]], dialect: Dialect) -> list[Any]:
        ready = []
        for row in rows:
            values = list(row)
            for place in self._flags:
                values[place] = 1 if values[place] else 0
            for place in self._instants:
                if values[place] is not None:
                    values[place] = _written(values[place], dialect)
            ready.append(tuple(values))
        return ready

    def _statement(self, dialect: Dialect) -> str:
        if dialect.name not in self._sql:
            quote = dialect.identifier_preparer.quote
            names = ", ".join(quote(column) for column in self.columns)
            places = ", ".join([_PLACES[dialect.paramstyle]] * len(self.columns))
            table = quote(self._table.name)
            self._sql[dialect.name] = f"INSERT INTO {table} ({names}) VALUES ({places})"
        return self._sql[dialect.name]


def _written(value: datetime, dialect: Dialect) -> Any:
    if value.tzinfo is UTC:
        return value.isoformat(timespec="microseconds")
    return _instant.process_bind_param(value, dialect)
