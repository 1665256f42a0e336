"""How many days lie between two days, asked of the database."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class days_between(FunctionElement[int]):  # noqa: N801  (reads as the function it is)
    """`days_between(last, first)`: whole days from the first day to the last one, null of null."""

    type = sa.Integer()
    inherit_cache = True


@compiles(days_between, "sqlite")
def _on_sqlite(element: days_between, compiler: SQLCompiler, **how: Any) -> str:
    last, first = (compiler.process(clause, **how) for clause in element.clauses)
    return f"CAST(julianday({last}) - julianday({first}) AS INTEGER)"


@compiles(days_between)
def _elsewhere(element: days_between, compiler: SQLCompiler, **how: Any) -> str:
    last, first = (compiler.process(clause, **how) for clause in element.clauses)
    return f"({last} - {first})"
