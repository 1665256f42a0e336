"""Statements of the hottest paths: compiled once for each database, sent straight to its driver.

SQLAlchemy's own way costs a tenth of a millisecond a statement, more than SQLite takes for the
work itself. The statements are still built of its tables and compiled by it; what is saved is the
building of a context and a result for each sending. Faults come as SQLAlchemy's, as everywhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.sql.compiler import SQLCompiler

from warehouse.db import PerDialect, on_dialect

FEW = 5  # statements that go to a server as one; more would make too many kinds of one
Values = Mapping[str, Any]
_Convert = Callable[[Any], Any]


@dataclass(frozen=True, kw_only=True)
class _Text:
    """A statement as its driver takes it. `order` is None where parameters go by name."""

    sql: str
    constants: dict[str, Any]
    converters: tuple[tuple[str, _Convert], ...]
    order: tuple[str, ...] | None

    def parameters(self, values: Values) -> Any:
        """Return the values as the driver takes them."""
        given = {**self.constants, **values}
        for name, convert in self.converters:
            given[name] = convert(given[name])
        return given if self.order is None else [given[name] for name in self.order]

    def many(self, rows: Sequence[Values]) -> list[Any]:
        """Return the values of many rows, all with the same names, as the driver takes them."""
        names = self.order or (*self.constants, *rows[0])
        columns = [self._column(name, rows) for name in names]
        if self.order is not None:
            return list(zip(*columns, strict=True))
        return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]

    def _column(self, name: str, rows: Sequence[Values]) -> list[Any]:
        """Return one value of each row; what several of them share is turned into text once."""
        if name in self.constants:
            return [self.constants[name]] * len(rows)
        values = [row[name] for row in rows]
        convert = dict(self.converters).get(name)
        if convert is None:
            return values
        told = {id(value): value for value in values}
        told = {key: convert(value) for key, value in told.items()}
        return [told[id(value)] for value in values]


Statement = sa.ClauseElement | PerDialect

# Where statements go to a server as one: whether the first of them touched a row.
IS_FIRST_DONE = sa.exists(
    sa.select(sa.literal(1, literal_execute=True)).select_from(sa.table("part0"))
)


class Prepared:
    """One statement with its parameters by `names`; every sending gives a value to each.

    A model's own defaults have no part in it: an INSERT names every column that needs a value.
    `hanging` is the same statement under the condition `IS_FIRST_DONE`, for `send_after`.
    """

    def __init__(
        self, statement: Statement, names: Sequence[str], *, hanging: Statement | None = None
    ) -> None:
        self._statement = statement
        self._names = tuple(names)
        self._texts: dict[str, _Text] = {}
        self._hanging = None if hanging is None else Prepared(hanging, names)

    def send(self, connection: Connection, values: Values) -> int:
        """Send it once; return how many rows it touched."""
        return send_all(connection, [(self, values)])[0]

    def send_many(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Send it once for each row, all together."""
        if not rows:
            return
        text = self._text(connection)
        parameters = text.many(rows)
        if _is_watched(connection):
            connection.exec_driver_sql(text.sql, [_as_watched(row) for row in parameters])
            return
        cursor = connection.connection.cursor()
        try:
            cursor.executemany(text.sql, parameters)
        except connection.dialect.loaded_dbapi.Error as fault:
            raise _told(connection, text.sql, fault) from fault
        finally:
            cursor.close()

    def rows(self, connection: Connection, values: Values) -> Sequence[Sequence[Any]]:
        """Send it and return the rows as the driver gives them; truth values may be 0 and 1."""
        text = self._text(connection)
        parameters = text.parameters(values)
        if _is_watched(connection):
            result = connection.exec_driver_sql(text.sql, _as_watched(parameters))
            return cast("Sequence[Sequence[Any]]", result.all())
        cursor = _cursor_of(connection, text.sql)
        try:
            cursor.execute(text.sql, parameters)
            return cast("Sequence[Sequence[Any]]", cursor.fetchall())
        except connection.dialect.loaded_dbapi.Error as fault:
            raise _told(connection, text.sql, fault) from fault

    def _text(self, connection: Connection) -> _Text:
        dialect = connection.dialect
        found = self._texts.get(dialect.name)
        if found is None:
            statement = self._statement
            if isinstance(statement, PerDialect):
                statement = on_dialect(connection, statement)
            found = self._texts[dialect.name] = _compiled(statement, self._names, dialect)
        return found


def _compiled(statement: sa.ClauseElement, names: tuple[str, ...], dialect: Dialect) -> _Text:
    compiled = cast("SQLCompiler", statement.compile(dialect=dialect, column_keys=list(names)))
    expanded = compiled.construct_expanded_state(dict.fromkeys(names), escape_names=False)
    found = {name: _converter(bind, dialect) for name, bind in compiled.binds.items()}
    found.update(expanded.processors)
    converters = {name: c for name, c in found.items() if callable(c)}
    constants = {
        name: converters[name](value) if name in converters else value
        for name, value in expanded.parameters.items()
        if name not in names
    }
    return _Text(
        sql=expanded.statement,
        constants=constants,
        converters=tuple((name, converters[name]) for name in names if name in converters),
        order=tuple(expanded.positiontup) if expanded.positiontup is not None else None,
    )


def _converter(bind: sa.BindParameter[Any], dialect: Dialect) -> _Convert | None:
    return bind.type.dialect_impl(dialect).bind_processor(dialect)


def send_all(connection: Connection, sendings: Sequence[tuple[Prepared, Values]]) -> list[int]:
    """Send changes that need no answer of each other; return how many rows each touched.

    No two may touch the same row, and none returns rows. They take effect in this order. A few go
    to PostgreSQL as parts of one statement: each way to the server and back costs as much as the
    change itself. More go without waiting for each other.
    """
    texts = [(p._text(connection), values) for p, values in sendings]
    if _is_watched(connection):
        sent = [(t.sql, _as_watched(t.parameters(values))) for t, values in texts]
        return [_watched(connection, sql, parameters) for sql, parameters in sent]
    if connection.dialect.name == "postgresql" and 1 < len(texts) <= FEW:
        return _as_one(connection, texts)
    if len(texts) == 1:
        return [_alone(connection, *texts[0])]
    driver = connection.connection
    cursors = []
    sql = ""
    try:
        with _together(driver):
            for text, values in texts:
                cursor = driver.cursor()
                cursors.append(cursor)
                sql = text.sql
                cursor.execute(sql, text.parameters(values))
        return [cursor.rowcount for cursor in cursors]
    except connection.dialect.loaded_dbapi.Error as fault:
        raise _told(connection, sql, fault) from fault
    finally:
        for cursor in cursors:
            cursor.close()


def send_after(
    connection: Connection, first: tuple[Prepared, Values], rest: Sequence[tuple[Prepared, Values]]
) -> list[int]:
    """Send the first change, and the rest only if it touched a row; return the rows of each.

    All of the rest have a `hanging` form, and there are few of them. See also `send_all`.
    """
    if connection.dialect.name == "postgresql" and not _is_watched(connection):
        hanging = [(cast("Prepared", p._hanging), values) for p, values in rest]
        return _as_one(connection, [(p._text(connection), v) for p, v in (first, *hanging)])
    touched = send_all(connection, [first])
    return touched + (send_all(connection, rest) if touched[0] else [0] * len(rest))


def _alone(connection: Connection, text: _Text, values: Values) -> int:
    cursor = _cursor_of(connection, text.sql)
    try:
        cursor.execute(text.sql, text.parameters(values))
        return int(cursor.rowcount)
    except connection.dialect.loaded_dbapi.Error as fault:
        raise _told(connection, text.sql, fault) from fault


def _as_one(connection: Connection, texts: Sequence[tuple[_Text, Values]]) -> list[int]:
    sql = _joined(tuple(text.sql for text, _ in texts))
    given = {
        _in_part(at, name): value
        for at, (text, values) in enumerate(texts)
        for name, value in text.parameters(values).items()
    }
    cursor = _cursor_of(connection, sql)
    try:
        cursor.execute(sql, given)
        return list(cast("Sequence[int]", cursor.fetchone()))
    except connection.dialect.loaded_dbapi.Error as fault:
        raise _told(connection, sql, fault) from fault


_NAMED, _FOUND = re.compile(r"%\((\w+)\)s"), r"\1"


@cache
def _in_part(at: int, name: str) -> str:
    """Return the name that a parameter of one part has in the whole."""
    return f"p{at}_{name}"


@cache
def _joined(parts: tuple[str, ...]) -> str:
    """Return one statement that does what each part does and tells how many rows each touched.

    Each count is asked for in its turn, and the server changes a part's rows when it is asked.
    """
    whole, counts = [], []
    for at, sql in enumerate(parts):
        own = _NAMED.sub(f"%({_in_part(at, _FOUND)})s", sql)
        whole.append(f"part{at} AS ({own} RETURNING 1)")
        counts.append(f"(SELECT count(*) FROM part{at})")
    return f"WITH {', '.join(whole)} SELECT {', '.join(counts)}"


def _cursor_of(connection: Connection, sql: str) -> Any:
    """Return the cursor that sends this statement, and no other, on this line to the database.

    psycopg keeps with a cursor how the values of its last statement are turned; it finds that out
    anew for every other: a tenth of the time of a small one.
    """
    kept: dict[str, Any] = connection.connection.info.setdefault("cursors", {})
    cursor = kept.get(sql)
    if cursor is None:
        cursor = kept[sql] = connection.connection.cursor()
    return cursor


def _together(driver: Any) -> Any:
    """Return psycopg's pipeline; SQLite has no way to go."""
    pipeline = getattr(driver.dbapi_connection, "pipeline", None)
    return pipeline() if pipeline is not None else nullcontext()


def _is_watched(connection: Connection) -> bool:
    """Tell whether somebody listens to this engine's statements; then they go where he hears."""
    return connection._has_events or bool(connection.engine._has_events)


def _as_watched(parameters: Any) -> Any:
    return tuple(parameters) if isinstance(parameters, list) else parameters


def _watched(connection: Connection, sql: str, parameters: Any) -> int:
    options = {"preserve_rowcount": True}
    return connection.exec_driver_sql(sql, parameters, execution_options=options).rowcount


def _told(connection: Connection, sql: str, fault: Exception) -> BaseException:
    """Return a driver's fault as SQLAlchemy tells it; a line that is dead is given up."""
    dialect = connection.dialect
    base = dialect.loaded_dbapi.Error
    line = connection.connection.dbapi_connection
    is_dead = isinstance(fault, base) and dialect.is_disconnect(fault, line, None)
    if is_dead:
        connection.invalidate(fault)
    return sa.exc.DBAPIError.instance(
        sql, None, fault, base, dialect=dialect, connection_invalidated=is_dead
    )
