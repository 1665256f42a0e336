"""The database: column vocabulary, naming of constraints, engines and the writer's gate.

Both SQLite (the default) and PostgreSQL are first-class. Nothing here knows the trade.
"""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Dialect, Engine, make_url
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

from warehouse.gate import DatabaseBusy as DatabaseBusy  # noqa: PLC0414  handed on: printing knows only us
from warehouse.gate import Gate, open_gate

MIGRATION_WAIT_S = 600.0  # one who migrates holds the gate for as long as it takes
BUSY_TIMEOUT_MS = 5_000
MOST_NAMED = 500  # ids or codes in one question
IDLE_S = 2.0  # a connection that nobody used for so long is asked whether it still lives
POSTGRES_LIMITS = (
    "-c lock_timeout=4000 -c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000"
    " -c timezone=UTC"
)

IdOrCode = TypeVar("IdOrCode", int, str)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class InstantType(TypeDecorator[datetime]):
    """An aware UTC instant: timestamptz on PostgreSQL, sortable ISO text on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.TEXT())
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant must carry its time zone")
        utc = value.astimezone(UTC)
        return utc.isoformat(timespec="microseconds") if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        return value.astimezone(UTC)  # type: ignore[no-any-return]


class DayType(TypeDecorator[date]):
    """A calendar day: date on PostgreSQL, ISO text on SQLite."""

    impl = sa.Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(sa.TEXT() if dialect.name == "sqlite" else sa.Date())

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        return value.isoformat() if value and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        return date.fromisoformat(value) if isinstance(value, str) else value


class Flag(TypeDecorator[bool]):
    """A truth value: boolean on PostgreSQL, 0 or 1 on SQLite's STRICT tables."""

    impl = sa.Boolean
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(sa.INTEGER() if dialect.name == "sqlite" else sa.Boolean())

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> Any:
        return None if value is None else bool(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)


class Word(TypeDecorator[Any]):
    """A StrEnum kept as text; pair it with `one_of` so that the database knows the words too."""

    impl = sa.String
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__(24)
        self.words = words

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(sa.TEXT() if dialect.name == "sqlite" else sa.String(24))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self.words(value)


def text_of(length: int) -> TypeEngine[str]:
    """Return a text column type of at most `length` characters (TEXT on SQLite)."""
    return sa.String(length).with_variant(sa.TEXT(), "sqlite")


def begins_by(column: str) -> dict[str, str]:
    """Return what makes an index of a text column answer on PostgreSQL what a text begins with."""
    return {column: "varchar_pattern_ops"}


def one_of(column: str, words: type[StrEnum]) -> sa.CheckConstraint:
    """Return the CHECK that keeps `column` to the words of the enum."""
    allowed = ", ".join(f"'{word.value}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({allowed})", name=f"{column}_known")


_big = sa.BigInteger().with_variant(sa.INTEGER(), "sqlite")


class JsonType(TypeDecorator[Any]):
    """A JSON value: jsonb on PostgreSQL, text on SQLite."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.TEXT())
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return json.loads(value) if isinstance(value, str) and dialect.name == "sqlite" else value


Id = Annotated[int, mapped_column(_big, primary_key=True)]
Ref = Annotated[int, mapped_column(_big)]  # the id of a row elsewhere; add the ForeignKey
Pieces = Annotated[int, mapped_column(sa.Integer)]
Grams = Annotated[int, mapped_column(sa.Integer)]
Millimetres = Annotated[int, mapped_column(sa.Integer)]
Fen = Annotated[int, mapped_column(_big)]
Code = Annotated[str, mapped_column(text_of(64))]
Name = Annotated[str, mapped_column(text_of(200))]
Note = Annotated[str, mapped_column(text_of(4000))]
Instant = Annotated[datetime, mapped_column(InstantType())]
Day = Annotated[date, mapped_column(DayType())]
Json = Annotated[Any, mapped_column(JsonType())]


class Base(DeclarativeBase):
    """The root of every table. SQLite tables are STRICT."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012  (SQLAlchemy reads a plain dict)
        bool: Flag(),
        datetime: InstantType(),
        date: DayType(),
        int: sa.Integer(),
        str: text_of(200),
    }

    def __init_subclass__(cls, **kw: Any) -> None:
        super().__init_subclass__(**kw)
        if "__table__" in cls.__dict__:
            cast("sa.Table", cls.__table__).dialect_options["sqlite"]["strict"] = True


def table_of(model: type[Base]) -> sa.Table:
    """Return the Core table of a model, for statements built once on hot paths."""
    return cast("sa.Table", model.__table__)


def connection_of(session: Session) -> Connection:
    """Return the connection under a session, for Core statements on hot paths.

    They cost a third less than through the session. What the session has pending is flushed.
    """
    session.flush()
    bind = session.bind
    return bind if isinstance(bind, Connection) else session.connection()


class PerDialect:
    """One statement in the words of each database, built when it is first asked for.

    `build` gets the dialect's own `insert`. Only the dialect in use is ever loaded: the other
    one's module would be a twentieth of the time a start takes.
    """

    def __init__(self, build: Callable[[Any], Any]) -> None:
        self._build = build
        self._built: dict[str, Any] = {}

    def __getitem__(self, dialect: str) -> Any:
        if dialect not in self._built:
            module = importlib.import_module(f"sqlalchemy.dialects.{dialect}")
            self._built[dialect] = self._build(module.insert)
        return self._built[dialect]


def on_dialect(target: Session | Connection, statements: PerDialect) -> Any:
    """Return the statement made for the database that a session or connection speaks to."""
    if isinstance(target, Session):
        return statements[target.get_bind().dialect.name]
    return statements[target.dialect.name]


def insert_or_skip(table: sa.Table, names: Sequence[str]) -> PerDialect:
    """Return, by dialect, an INSERT of the named columns that leaves an existing row alone."""
    values: dict[str, Any] = {name: sa.bindparam(name) for name in names}
    return PerDialect(lambda insert: insert(table).values(values).on_conflict_do_nothing())


def portions(values: Iterable[IdOrCode]) -> Iterator[list[IdOrCode]]:
    """Yield the values, in order and once each, as many at a time as one question may name."""
    every = sorted(set(values))
    return (every[start : start + MOST_NAMED] for start in range(0, len(every), MOST_NAMED))


def utcnow() -> datetime:
    """Return the present instant. Called by the edges only; a command carries its own time."""
    return datetime.now(UTC)


class Database:
    """One database: `transaction()` to write, `reading()` to read, each a fresh Session."""

    def __init__(self, url: str | URL) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgres_engine(self.url)
        self.writer = _sqlite_writer(self.engine) if self.is_sqlite else self.engine
        path = self.sqlite_path
        self._lock = Gate(path.with_name(path.name + ".lock")) if path else None
        self._gate = self._lock or open_gate

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, or None on PostgreSQL."""
        if not self.is_sqlite or not self.url.database:
            return None
        return Path(self.url.database)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a Session whose work is committed on leaving and undone by any exception.

        Raises:
            DatabaseBusy: another writer held the gate longer than its time limit.
        """
        with (
            self._gate(),
            self.writer.connect() as connection,
            connection.begin(),
            Session(connection, expire_on_commit=False) as session,
        ):
            yield session
            session.flush()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a Session for reading; whatever it changed is forgotten."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def gate(self) -> Iterator[None]:
        """Hold the writer's gate without a transaction, for migrations and backups."""
        with self._gate(MIGRATION_WAIT_S):
            yield

    def dispose(self) -> None:
        """Close every pooled connection and the gate."""
        self.engine.dispose()
        if self._lock is not None:
            self._lock.close()


def _sqlite_engine(url: URL) -> Engine:
    import pysqlite3.dbapi2 as driver

    # The system's SQLite may be one that can corrupt a WAL database under two checkpointers.
    # The connection used last has the warmest cache.
    engine = sa.create_engine(url, module=driver, pool_size=16, max_overflow=16, pool_use_lifo=True)

    @sa.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin as `_begin_with` says
        for pragma in (
            "foreign_keys=ON",
            "synchronous=FULL",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "temp_store=MEMORY",
            "cache_size=-16000",
        ):
            connection.execute(f"PRAGMA {pragma}")

    _begin_with(engine, "BEGIN")
    return engine


def _sqlite_writer(engine: Engine) -> Engine:
    """Return an engine on the same connections whose transactions take the write lock at once."""
    writer = sa.create_engine(engine.url, module=engine.dialect.dbapi, pool=engine.pool)
    _begin_with(writer, "BEGIN IMMEDIATE")
    return writer


def _begin_with(engine: Engine, statement: str) -> None:
    """Begin transactions of this engine by `statement`.

    A listener for "begin" would do the same, but an engine that has any listener asks for all of
    them at every statement: a tenth of a scan.
    """

    def do_begin(dbapi_connection: Any) -> None:
        dbapi_connection.driver_connection.execute(statement)

    engine.dialect.do_begin = do_begin  # type: ignore[method-assign]


def _postgres_engine(url: URL) -> Engine:
    engine = sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=16,
        max_overflow=16,
        pool_use_lifo=True,
        connect_args={"options": POSTGRES_LIMITS},
    )
    _ask_the_idle(engine)
    return engine


def _ask_the_idle(engine: Engine) -> None:
    """Ask a connection whether it still lives before it is used, if it has lain idle.

    SQLAlchemy's own pre-ping asks each time, a tenth of a scan. One that dies between two scans
    fails the command, and `execute` repeats it on another.
    """

    @sa.event.listens_for(engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def ask(connection: Any, record: Any, _proxy: Any) -> None:
        since = record.info.get("idle_since")
        if since is None or time.monotonic() - since < IDLE_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as fault:
            raise sa.exc.DisconnectionError from fault
