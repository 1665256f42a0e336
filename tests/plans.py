"""How the database goes about what is sent to it: what it walks through, and what it adds up.

Each database is asked for its plan. SQLite plans by its indexes alone; PostgreSQL by what it has
counted, so it is told that millions of rows are there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from warehouse.catalog.models import Bin
from warehouse.db import Database
from warehouse.inventory.models import Move

Sent = list[tuple[str, Any]]
# What grows for ever: history, and what is kept of every pick.
GROWING = (
    *("move", "move_serial", "move_note", "command", "trail"),
    *("allocation", "allocation_release"),
)
# Of one of these, or of a promise that is open, there is a handful of rows, however old the house.
FEW_OF_ONE = re.compile(
    r"\b(id|rowid|move_id|serial_id|command_id|reverses_id|allocation_id|consignment_line_id)"
    r"(\)::\w+)? ?=|ix_allocation_open"
)
ADDS_UP = re.compile(
    r"\b(sum|count|min|max|avg|total|group_concat)\s*[(\[]|\bgroup by\b|\bdistinct\b| over [(\[]",
    re.IGNORECASE,
)
ADDING_UP = ("Aggregate", "Group", "WindowAgg", "Unique", "SetOp")
INNERMOST = re.compile(r"\(([^()]*)\)")
MANY = 5_000_000
SINCE = "command.at > "
MOST_COST = 40_000  # of PostgreSQL's pages; a walk through so many rows costs more


@contextmanager
def sent_by(database: Database, *, by_commands: bool = False) -> Iterator[Sent]:
    """Collect the statements with their parameters: all, or what commands do."""
    sent: Sent = []
    acting: list[bool] = [not by_commands]
    transaction = database.transaction

    @contextmanager
    def act() -> Iterator[Any]:
        acting.append(True)
        try:
            with transaction() as session:
                yield session
        finally:
            acting.pop()

    def note(_connection, _cursor, statement: str, parameters: Any, *_rest) -> None:
        if acting[-1]:
            sent.append((statement, parameters))

    database.transaction = act  # type: ignore[method-assign]

    engines = {database.engine, database.writer}
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    yield sent
    del database.transaction
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", note)


def plan(database: Database, statement: str, parameters: Any, *, crowd: int = 0) -> list[str]:
    """Return the steps the database would take, in its own words; with `crowd` more moves."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            return _steps(connection, statement, parameters)
        if crowd:
            _crowd(connection, crowd)
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        rows = connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
        return [str(row[0]).strip() for row in rows]


def _steps(connection: sa.Connection, statement: str, parameters: Any) -> list[str]:
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
    return [str(row[3]) for row in rows]


def _crowd(connection: sa.Connection, count: int) -> None:
    """Put moves between other bins beside those that are there, until the connection ends."""
    table = sa.inspect(Move).local_table
    own = {"id", "line_no", "from_bin_id", "to_bin_id"}
    plain = [column for column in table.columns if column.name not in own]
    many = sa.func.generate_series(1, count).table_valued("n").render_derived()
    ends = [
        sa.select(Bin.id).where(Bin.code == code).scalar_subquery() for code in ("SCRAP", "KITTING")
    ]
    rows = (
        sa.select(1000 + many.c.n, *ends, *plain)
        .join_from(table, many, sa.true())
        .where(table.c.id == sa.select(sa.func.min(table.c.id)).scalar_subquery())
    )
    names = ["line_no", "from_bin_id", "to_bin_id", *(column.name for column in plain)]
    connection.execute(sa.insert(table).from_select(names, rows))
    connection.execute(sa.text("ANALYZE move"))


def faults(database: Database, sent: Sent) -> list[str]:
    """Return what must not be on a hot path, with its statement.

    An offset, a walk through what grows for ever, or a figure of it: a sum, a count, or whatever
    else reads more of its rows than belong to one piece of work.
    """
    found = []
    with database.engine.connect() as connection:
        faults_of = _faults_on_sqlite if database.is_sqlite else _faults_on_postgres
        told = faults_of(connection)
        for statement, given in dict(sent).items():
            words = statement.casefold()
            if not words.startswith(("select", "with", "update", "insert", "delete")):
                continue
            if not database.is_sqlite and "offset" in words:
                found.append(f"OFFSET: {statement}")
            # One of many rows is planned like the others.
            one = given[0] if isinstance(given, list) else given
            found += [f"{fault}: {statement}" for fault in told(statement, one)]
        connection.rollback()
    return found


Told = Callable[[str, Any], list[str]]


def _faults_on_sqlite(connection: sa.Connection) -> Told:
    def told(statement: str, given: Any) -> list[str]:
        if statement.startswith("INSERT") and " VALUES " in statement:
            return []  # what is told of rows that point at the new one is never done
        steps = _steps(connection, statement, given)
        scanned = {f"SCAN {name}" for name in _names(statement)}
        searched = {f"SEARCH {name}" for name in _added_up(statement)}
        return [
            step
            for step in steps
            for way in [" ".join(step.split()[:2])]
            if way in scanned or (way in searched and not FEW_OF_ONE.search(step))
        ]

    return told


def _names(statement: str) -> set[str]:
    """Return the names under which a statement knows what grows for ever."""
    tables = "|".join(GROWING)
    given = re.findall(rf'\b({tables})\b"?(?:\s+as\b)?(?:\s+"?(\w+))?', statement, re.IGNORECASE)
    return {name for pair in given for name in pair if name}


def _added_up(statement: str) -> set[str]:
    """Return the names of which a statement makes figures out of all that it finds."""
    found = 1
    while found:
        statement, found = INNERMOST.subn(_without_limited, statement)
    return _names(statement) if ADDS_UP.search(statement) else set()


def _without_limited(part: re.Match[str]) -> str:
    """Return what stands in brackets, in others; nothing of what ends after so many rows."""
    is_limited = "limit " in part[1].casefold() and not ADDS_UP.search(part[1])
    return "" if is_limited else f"[{part[1]}]"


def _faults_on_postgres(connection: sa.Connection) -> Told:
    full = _believed(connection)

    def told(statement: str, given: Any) -> list[str]:
        explained = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", given)
        root = explained.scalar_one()[0]["Plan"]
        found = [
            f"{above}{node['Node Type']} of {node['Relation Name']}"
            for node, above in _nodes(root)
            if node.get("Relation Name") in full
            and (node["Node Type"] == "Seq Scan" or (above and not _is_of_few(node)))
        ]
        # How much came since an instant it cannot tell, and takes it for a third of everything.
        if found or SINCE in statement:
            return found
        return [f"cost {root['Total Cost']}"] if root["Total Cost"] > MOST_COST else []

    return told


def _believed(connection: sa.Connection) -> set[str]:
    """Let the server believe that millions of rows are there; return the tables that have any.

    It has seen none of them, whether it found the time to look or not. Of an empty table it knows
    better.
    """
    connection.exec_driver_sql(
        "DELETE FROM pg_statistic WHERE starelid IN"
        " (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)"
    )
    connection.exec_driver_sql(
        "UPDATE pg_class SET reltuples = -1, relpages = 0"
        " WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace"
    )
    connection.exec_driver_sql(
        f"UPDATE pg_class SET reltuples = {MANY},"
        " relpages = greatest(1, pg_relation_size(oid) / 8192) WHERE relname = ANY(%s)",
        (list(GROWING),),
    )
    pages = "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND pg_relation_size(oid) > 0"
    return set(connection.exec_driver_sql(pages, (list(GROWING),)).scalars())


def _nodes(node: dict[str, Any], above: str = "") -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each step of a plan with what adds up its rows, "" where nothing does."""
    yield node, above
    kind = node["Node Type"]
    for below in node.get("Plans", ()):
        yield from _nodes(
            below, f"{kind} over " if kind in ADDING_UP else "" if kind == "Limit" else above
        )


def _is_of_few(node: dict[str, Any]) -> bool:
    """Tell whether a step finds its rows by what has a handful of them."""
    told = (
        f"{step.get('Index Name', '')} {step.get('Index Cond', '')}" for step, _ in _nodes(node)
    )
    return any(FEW_OF_ONE.search(words) for words in told)
