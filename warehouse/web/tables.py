"""Lists at a desk: filters and order in the address, pages by key, and the same list as a file."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Response, current_app, g, request, url_for
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from warehouse.db import MOST_NAMED
from warehouse.web.context import LARGEST_INT
from warehouse.web.spreadsheets import Field, Row, file_answer

PAGE_ROWS = 50
EXPORT_ROWS = 50_000
PIECE_ROWS = 500  # of an export that is read as its pages are
EXPORT_CHUNK = 500
LATEST = 12
COUNTED = 10_000  # more than this is not counted on every page
LONGEST_FILTER = 120
KINDS = ("csv", "xlsx")
PAGING = ("after", "before", "from", "export")

W = TypeVar("W", bound=StrEnum)


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A list of the desk: its order, and its columns where it is had as a file called `name`.

    `sorts` are the columns it may be ordered by, none of them ever null; `default` is one of them,
    with "-" before it for the highest first. A column of its own under such a name orders the
    highest first: it lets rows of which nobody knows the value stand last either way. Rows of
    equal order stand by `key`.
    """

    name: str
    key: Any
    sorts: Mapping[str, Any]
    default: str
    fields: Sequence[Field] = ()


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a list: its rows, where it stands in the whole, and where to go from it.

    `total` is None where there are more rows than are counted.
    """

    rows: Sequence[Row]
    first: int
    last: int
    total: int | None
    previous_href: str | None
    next_href: str | None
    order: str

    def href_of(self, name: str) -> str:
        """Return the address of this list in the order of a column, turned round if it is so."""
        return href(sort=f"-{name}" if self.order == name else name)

    def order_of(self, name: str) -> str | None:
        """Return how the list is ordered by a column: ascending, descending, or None."""
        if self.order.lstrip("-") != name:
            return None
        return "descending" if self.order.startswith("-") else "ascending"


def page_of(
    session: Session,
    query: sa.Select[*tuple[Any, ...]],
    listing: Listing,
    *,
    arms: Sequence[sa.ColumnElement[bool]] = (),
) -> Page:
    """Return the page the address asks for.

    A list that grows for ever says by `arms` which rows of its key's table it is of: those of any
    of them, each in order by an index. Then only a page's rows of each are touched, and a count
    joins nothing; the query's own conditions must be on that table alone.
    """
    order = _order(listing)
    cursor, is_backward = _cursor(order)
    span = _Span(order=order, cursor=cursor, is_backward=is_backward, rows=PAGE_ROWS + 1)
    rows = _rows_of_span(session, query, listing, arms, span)
    is_more, rows = len(rows) > PAGE_ROWS, rows[:PAGE_ROWS]
    if is_backward:
        rows.reverse()
    before = max(whole("from", 0), 0) if cursor is not None else 0
    has_next = bool(rows) and (is_backward or is_more)
    has_previous = bool(rows) and (is_more if is_backward else cursor is not None)
    back_to = max(before - PAGE_ROWS, 0)
    return Page(
        rows=rows,
        first=before + 1 if rows else 0,
        last=before + len(rows),
        total=_total_of(session, _keys(query, listing, arms) if arms else [query]),
        previous_href=href(before=_mark(order, rows[0]), **{"from": back_to})
        if has_previous
        else None,
        next_href=href(after=_mark(order, rows[-1]), **{"from": before + len(rows)})
        if has_next
        else None,
        order=order,
    )


def latest(
    session: Session, query: sa.Select[*tuple[Any, ...]], by: Any, most: int = LATEST
) -> Sequence[Row]:
    """Return the last few rows of a list, the newest first."""
    return session.execute(query.order_by(None).order_by(by.desc()).limit(most)).all()


def is_export() -> bool:
    """Tell whether the list is wanted as a file."""
    return request.args.get("export") in KINDS


def export_kind() -> str:
    """Return what kind of file is wanted: "csv" or "xlsx"."""
    wanted = request.args.get("export", "")
    return wanted if wanted in KINDS else KINDS[0]


def export(
    session: Session,
    query: sa.Select[*tuple[Any, ...]],
    listing: Listing,
    *,
    name: str = "",
    arms: Sequence[sa.ColumnElement[bool]] = (),
) -> Response:
    """Return the list as it is filtered and ordered, all of its pages, as a file.

    With `arms`, as `page_of` takes them, it is read piece by piece in the way of its pages.
    """
    rows: Iterable[Row] = (
        _in_pieces(session, query, listing, arms) if arms else rows_of(session, query, listing)
    )
    return file_answer(name or listing.name, listing.fields, rows, as_=export_kind())


def rows_of(
    session: Session, query: sa.Select[*tuple[Any, ...]], listing: Listing
) -> sa.Result[Any]:
    """Return the rows of all pages of the list as it is filtered and ordered."""
    ordered = _ordered(query, listing, _order(listing), is_backward=False)
    return session.execute(ordered.limit(EXPORT_ROWS))


@dataclass(frozen=True, kw_only=True)
class _Span:
    """So many rows of a list in an order, beyond a place if one is named."""

    order: str
    cursor: tuple[Any, int] | None
    is_backward: bool
    rows: int


def _rows_of_span(
    session: Session,
    query: sa.Select[*tuple[Any, ...]],
    listing: Listing,
    arms: Sequence[sa.ColumnElement[bool]],
    span: _Span,
) -> list[Row]:
    """Return these rows; with `arms`, of each only so many are touched.

    Their keys are had first and named: as a part of the one question they would be looked up in
    all rows with everything joined to them, where a database joins many tables as they are written.
    """

    def in_order(some: sa.Select[*tuple[Any, ...]]) -> sa.Select[*tuple[Any, ...]]:
        ordered = _ordered(some, listing, span.order, is_backward=span.is_backward)
        if span.cursor is not None:
            beyond = _beyond(listing, span.order, span.cursor, is_backward=span.is_backward)
            ordered = ordered.where(beyond)
        return ordered.limit(span.rows)

    if not arms:
        return list(session.execute(in_order(query)))
    parts = [in_order(part).subquery() for part in _keys(query, listing, arms)]
    reached = sa.union_all(*(sa.select(part.c.order_key) for part in parts))
    keys = session.scalars(reached).all()
    shown = _ordered(query, listing, span.order, is_backward=span.is_backward)
    return list(session.execute(shown.where(listing.key.in_(keys)).limit(span.rows)))


def _in_pieces(
    session: Session,
    query: sa.Select[*tuple[Any, ...]],
    listing: Listing,
    arms: Sequence[sa.ColumnElement[bool]],
) -> Iterator[Row]:
    order, cursor, left = _order(listing), None, EXPORT_ROWS
    while left:
        span = _Span(order=order, cursor=cursor, is_backward=False, rows=min(PIECE_ROWS, left))
        rows = _rows_of_span(session, query, listing, arms, span)
        yield from rows
        left -= len(rows)
        if len(rows) < span.rows:
            return
        cursor = (rows[-1].order_value, rows[-1].order_key)


def stand_at(endpoint: str) -> None:
    """Have this answer's lists lead on at the page they are of, not where a form of it was sent."""
    g.lists_at = endpoint


def _endpoint() -> str:
    return str(g.get("lists_at") or request.endpoint or "")


def href(**changes: Any) -> str:
    """Return this page's address with other parameters, a None dropping one; paging starts anew."""
    kept = {k: v for k, v in request.args.items() if k not in PAGING}
    kept.update({k: str(v) for k, v in changes.items() if v is not None})
    for name in [k for k, v in changes.items() if v is None]:
        kept.pop(name, None)
    path = url_for(_endpoint(), **(request.view_args or {}))
    kept = {k: v for k, v in kept.items() if v}
    if not kept:
        return path
    return f"{path}?{urlencode(kept)}"


def text(name: str) -> str:
    """Return a filter of the address as text a database can look for; "" if it is not there."""
    return request.args.get(name, "").replace("\x00", "").strip()[:LONGEST_FILTER]


def whole(name: str, default: int) -> int:
    """Return a whole number of the address, the default for anything else."""
    value = request.args.get(name, "")
    is_number = value.isascii() and value.isdigit() and len(value) < len(str(LARGEST_INT))
    return int(value) if is_number else default


def one_of(name: str, words: type[W]) -> W | None:
    """Return a filter that is a word of an enum, None for anything else."""
    value = request.args.get(name, "")
    return words(value) if value in set(words) else None


def like(column: Any, wanted: str) -> sa.ColumnElement[bool]:
    """Return the condition that the column contains the text, whatever signs are in it."""
    return column.icontains(wanted, autoescape=True)  # type: ignore[no-any-return]


def begins(column: Any, wanted: str) -> sa.ColumnElement[bool]:
    """Return the condition that the column begins with the text, as typed or in one case.

    Asked so that an index of the column answers: LIKE with a parameter asks none on SQLite.
    """
    spellings = dict.fromkeys((wanted, wanted.upper(), wanted.lower()))
    return sa.or_(*(_Begins(column, text) for text in spellings))


class _Begins(sa.sql.functions.FunctionElement[Any]):
    """A column and what it begins with, as a pattern and as the two ends of a range.

    Said with it is that the column is not empty: an index of filled ones alone answers as well.
    """

    name = "begins"
    type = sa.types.NullType()  # a truth value SQLite would be asked to compare with 1
    inherit_cache = True

    def __init__(self, column: Any, text: str) -> None:
        pattern = re.sub(r"([%_\\])", r"\\\1", text) + "%"
        super().__init__(column, *map(sa.literal, (pattern, text, text + chr(sys.maxunicode))))


@compiles(_Begins)
def _begins_by_pattern(element: _Begins, compiler: SQLCompiler, **kw: Any) -> str:
    column, pattern, _, _ = (compiler.process(one, **kw) for one in element.clauses)
    return f"({column} LIKE {pattern} AND {column} <> '')"


@compiles(_Begins, "sqlite")
def _begins_by_range(element: _Begins, compiler: SQLCompiler, **kw: Any) -> str:
    column, least, beyond = (
        compiler.process(one, **kw) for i, one in enumerate(element.clauses) if i != 1
    )
    return f"({column} >= {least} AND {column} < {beyond} AND {column} <> '')"


@dataclass(frozen=True, kw_only=True)
class Found:
    """The rows a search is about, as a condition on their key; `is_all` unless there are more."""

    condition: sa.ColumnElement[bool]
    is_all: bool = True


def found(
    session: Session, key: Any, parts: Sequence[sa.Select[Any]], *within: sa.ColumnElement[bool]
) -> Found:
    """Return the rows whose keys any of the parts selects, each by an index of its own.

    Asked as one "or" over tables all rows would be walked through. For a page so many are named,
    where there are more those that meet the list's other conditions; a file has them all.
    """
    if is_export():
        return Found(condition=key.in_(sa.union_all(*parts)))
    some = (part.limit(MOST_NAMED + 1).subquery() for part in parts)
    either = sa.union_all(*(sa.select(*part.c) for part in some))
    keys = list(dict.fromkeys(session.scalars(either)))
    if within and len(keys) > MOST_NAMED:
        among = sa.select(key).where(key.in_(sa.union_all(*parts)), *within)
        keys = list(session.scalars(among.limit(MOST_NAMED + 1)))
    return Found(condition=key.in_(keys[:MOST_NAMED]), is_all=len(keys) <= MOST_NAMED)


def _order(listing: Listing) -> str:
    wanted = request.args.get("sort", "")
    is_known = re.fullmatch(r"-?\w+", wanted) and wanted.removeprefix("-") in listing.sorts
    return wanted if is_known else listing.default


def _column(listing: Listing, order: str) -> Any:
    """Return what rows stand by in an order."""
    return listing.sorts[order if order in listing.sorts else order.removeprefix("-")]


def _ordered(
    query: sa.Select[*tuple[Any, ...]], listing: Listing, order: str, *, is_backward: bool
) -> sa.Select[*tuple[Any, ...]]:
    key, column = listing.key, _column(listing, order)
    is_descending = order.startswith("-") != is_backward
    by = (column.desc(), key.desc()) if is_descending else (column.asc(), key.asc())
    return (
        query.add_columns(column.label("order_value"), key.label("order_key"))
        .order_by(None)
        .order_by(*by)
    )


def _beyond(
    listing: Listing, order: str, cursor: tuple[Any, int], *, is_backward: bool
) -> sa.ColumnElement[bool]:
    key, column = listing.key, _column(listing, order)
    value, last_key = cursor
    if column is key:
        is_falling = order.startswith("-") != is_backward
        return sa.and_(key < last_key if is_falling else key > last_key)
    if order.startswith("-") != is_backward:
        return sa.or_(column < value, sa.and_(column == value, key < last_key))
    return sa.or_(column > value, sa.and_(column == value, key > last_key))


def _keys(
    query: sa.Select[*tuple[Any, ...]], listing: Listing, arms: Sequence[sa.ColumnElement[bool]]
) -> list[sa.Select[*tuple[Any, ...]]]:
    """Return a query of bare keys for each arm, under the query's own conditions."""
    conditions = [] if query.whereclause is None else [query.whereclause]
    return [sa.select(listing.key).where(arm, *conditions) for arm in arms]


def _total_of(session: Session, parts: Sequence[sa.Select[*tuple[Any, ...]]]) -> int | None:
    totals = [_total(session, part) for part in parts]
    counted = [total for total in totals if total is not None]
    return sum(counted) if len(counted) == len(totals) else None


def _total(session: Session, query: sa.Select[*tuple[Any, ...]]) -> int | None:
    some = query.order_by(None).with_only_columns(sa.literal(1)).limit(COUNTED + 1).subquery()
    count = session.scalar(sa.select(sa.func.count()).select_from(some)) or 0
    return count if count <= COUNTED else None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.config["SECRET_KEY"]), salt="page")


def _mark(order: str, row: Row) -> str:
    """Return where a page ends, signed: the value goes into SQL as the type it came out with."""
    value = row.order_value
    is_instant = isinstance(value, datetime)
    plain = value.isoformat() if is_instant else value
    return str(_signer().dumps([_endpoint(), order, is_instant, plain, row.order_key]))


def _cursor(order: str) -> tuple[tuple[Any, int] | None, bool]:
    is_backward = "before" in request.args
    signed = request.args.get("before" if is_backward else "after", "")
    try:
        endpoint, of_order, is_instant, value, key = _signer().loads(signed)
    except (BadData, ValueError, TypeError):
        return None, False
    if endpoint != _endpoint() or of_order != order:
        return None, False
    return (datetime.fromisoformat(value) if is_instant else value, key), is_backward
