"""The desk's lists from files: SKUs, bins and the opening stock in, and the first two out again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Response, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from warehouse.catalog.lists import ListColumn, not_read
from warehouse.catalog.standing import Standing, bins_standing, skus_standing
from warehouse.errors import InvalidInput, NotFound
from warehouse.orders.commands.importing.runs import StartImport, start_import
from warehouse.orders.import_models import ImportKind, ImportRun
from warehouse.orders.lists import COLUMNS
from warehouse.orders.uploads import kept_uploads
from warehouse.people.models import Person
from warehouse.people.rights import Right
from warehouse.text import Text, say
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import command_id, config, database, do, locale, reading, speak
from warehouse.web.imports import chosen_files, progress_of, refused_file, refused_rows
from warehouse.web.spreadsheets import Field, file_answer
from warehouse.web.stock import bp

LISTING = tables.Listing(name="lists", key=ImportRun.id, sorts={"no": ImportRun.id}, default="-no")
_KINDS = "<any(skus, bins, opening):kind>"


@dataclass(frozen=True, kw_only=True)
class _List:
    """How a list is called, what it is for, and how it is read out as it stands."""

    title: Text
    about: Text
    next_page: str
    next_label: Text
    standing: Callable[[Session], Iterable[Standing]] | None = None


LISTS: Mapping[ImportKind, _List] = {
    ImportKind.SKUS: _List(
        title=say("SKUs"),
        about=say("Makes SKUs that are new and changes those that are known by their code. What a"
                  " list does not say stays as it is."),
        next_page="stock.index",
        next_label=say("To the SKUs"),
        standing=skus_standing,
    ),
    ImportKind.BINS: _List(
        title=say("Bins"),
        about=say("Makes bins and zones that are new and changes bins that are known by their"
                  " code. Their order in the list is the pickers' walk, if it says no other."),
        next_page="stock.bins",
        next_label=say("To the bins"),
        standing=bins_standing,
    ),
    ImportKind.OPENING: _List(
        title=say("Opening stock"),
        about=say("Books what stands in the house before the first order. A line is booked once,"
                  " however often it comes; what differs later is found by a stock count."),
        next_page="stock.index",
        next_label=say("To the stock"),
    ),
}  # fmt: skip


@bp.get(f"/lists/{_KINDS}")
@needs(Right.STOCK)
def lists(kind: str) -> str:
    """Show where a list is dropped, what its columns are, and the lists before."""
    return _page(ImportKind(kind), "")


@bp.post(f"/lists/{_KINDS}")
@needs(Right.STOCK)
def take_list(kind: str) -> AnyResponse | tuple[str, int]:
    """Keep the file and have the worker read it."""
    try:
        sent, name = chosen_files(most=1), command_id()
        with kept_uploads(database(), sent, config().upload_dir, command_id=name) as files:
            outcome = do(start_import, StartImport, id=name, files=files, kind=ImportKind(kind))
    except InvalidInput as error:
        return _page(ImportKind(kind), speak(error.text)), 400
    return redirect(url_for("stock.list_run", run_id=outcome.subject_id), 303)


def _page(kind: ImportKind, error: str) -> str:
    query = sa.select(
        ImportRun.id, ImportRun.state, ImportRun.files, ImportRun.created_at, ImportRun.rows_new,
        ImportRun.rows_changed, ImportRun.rows_rejected, Person.name.label("who"),
    ).join(Person, Person.id == ImportRun.person_id).where(ImportRun.kind == kind)  # fmt: skip
    with reading() as session:
        return render_template(
            "stock/lists.html",
            page=tables.page_of(session, query, LISTING),
            kind=kind.value,
            kinds=[(k.value, shown.title) for k, shown in LISTS.items()],
            list=LISTS[kind],
            columns=[_described(column) for column in COLUMNS[kind]],
            error=error,
        )


def _described(column: ListColumn) -> dict[str, Any]:
    first, other = column.heading(locale()), column.heading("en" if locale() == "zh" else "zh")
    return {
        "name": first,
        "other": other if other != first else "",
        "is_needed": column.is_needed,
        "meaning": column.meaning,
    }


@bp.get(f"/lists/{_KINDS}/empty")
@needs(Right.STOCK)
def empty_list(kind: str) -> Response:
    """Return a list with nothing but its header, to be filled."""
    return _file(ImportKind(kind), "empty", ())


@bp.get("/lists/<any(skus, bins):kind>/standing")
@needs(Right.STOCK)
def standing_list(kind: str) -> Response:
    """Return the list as it stands, to be changed and sent again."""
    read_out = LISTS[ImportKind(kind)].standing
    with reading() as session:
        return _file(ImportKind(kind), "standing", read_out(session) if read_out else ())


def _file(kind: ImportKind, name: str, rows: Iterable[Standing]) -> Response:
    fields = [_field(column) for column in COLUMNS[kind]]
    return file_answer(f"{kind.value}-{name}", fields, rows, as_=tables.export_kind())


def _field(column: ListColumn) -> Field:
    return say("{text}", text=column.heading(locale())), lambda row: _cell(row[column.field])


def _cell(value: object) -> object:
    """Return a value in the words its column reads."""
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    return value


@bp.get("/lists/runs/<int:run_id>")
@needs(Right.STOCK)
def list_run(run_id: int) -> str:
    """Show one list: how far it is, or what came of it."""
    with reading() as session:
        found = _run(session, run_id)
        return render_template(
            "stock/list_run.html",
            run=found,
            list=LISTS[found.kind],
            who=session.get_one(Person, found.person_id).name,
            rejects=refused_rows(session, run_id),
            **_progress(found),
        )


@bp.get("/lists/runs/<int:run_id>/progress")
@needs(Right.STOCK)
def list_progress(run_id: int) -> str:
    """Return how far the list is, for the page to keep fresh."""
    with reading() as session:
        found = _run(session, run_id)
    return render_template("imports/_progress.html", run=found, **_progress(found))


@bp.get("/lists/runs/<int:run_id>/rejected.csv")
@needs(Right.STOCK)
def list_rejected(run_id: int) -> Response:
    """Return the refused rows as a file."""
    with reading() as session:
        _run(session, run_id)
        return refused_file(session, run_id)


def _progress(run: ImportRun) -> dict[str, Any]:
    return progress_of(run) | {
        "not_read": not_read(run.not_read or ()),
        "whole": url_for("stock.list_run", run_id=run.id),
        "fresh": url_for("stock.list_progress", run_id=run.id),
        "tallies": (
            (say("New rows"), run.rows_new, "ok"),
            (say("Changed"), run.rows_changed, "attention"),
            (say("Unchanged"), run.rows_unchanged, None),
            (say("Refused rows"), run.rows_rejected, "stop"),
        ),
    }


def _run(session: Session, run_id: int) -> ImportRun:
    found = session.get(ImportRun, run_id)
    if found is None or found.kind not in LISTS:
        raise NotFound(say("import"), run_id)
    return found
