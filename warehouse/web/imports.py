"""The desk's imports: files in, how far they are, what came of them, and the runs before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from warehouse.errors import InvalidInput, NotFound
from warehouse.orders.commands.importing.runs import StartImport, start_import
from warehouse.orders.import_models import (
    ImportChange,
    ImportKind,
    ImportReject,
    ImportRun,
    ImportState,
)
from warehouse.orders.models import Order
from warehouse.orders.queries import shop_choices
from warehouse.orders.uploads import MOST_FILES, kept_uploads, name_shown
from warehouse.people.models import Person
from warehouse.people.rights import Right
from warehouse.text import Text, say
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import command_id, config, database, do, form_str, reading, speak
from warehouse.web.spreadsheets import Field, csv_answer

bp = Blueprint("imports", __name__, url_prefix="/imports")
DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = {"zh": "orders-zh.csv", "en": "orders-en.csv"}
SHOWN = 200
ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm")
LISTING = tables.Listing(
    name="imports", key=ImportRun.id, sorts={"no": ImportRun.id}, default="-no"
)
REJECT_FIELDS: tuple[Field, ...] = (
    (say("File"), lambda r: r.file),
    (say("Row"), lambda r: r.row_no),
    (say("Column"), lambda r: r.column),
    (say("Value"), lambda r: r.value),
    (say("Reason"), lambda r: Text.from_json(r.reason)),
)
CHANGE_FIELDS: tuple[Field, ...] = (
    (say("Order"), lambda c: c.order_no),
    (say("Field"), lambda c: c.field),
    (say("Before"), lambda c: c.old),
    (say("After"), lambda c: c.new),
    (say("Taken over"), lambda c: c.is_applied),
)


@bp.get("")
@needs(Right.IMPORT)
def index() -> str:
    """Show where files are dropped, and the imports before."""
    return _index("")


def _index(error: str) -> str:
    query = sa.select(
        ImportRun.id, ImportRun.state, ImportRun.files, ImportRun.created_at,
        ImportRun.orders_new, ImportRun.orders_changed, ImportRun.rows_rejected,
        Person.name.label("who"),
    ).join(Person, Person.id == ImportRun.person_id).where(
        ImportRun.kind == ImportKind.ORDERS
    )  # fmt: skip
    with reading() as session:
        return render_template(
            "imports/index.html",
            page=tables.page_of(session, query, LISTING),
            shops=shop_choices(session),
            shop=request.form.get("shop", "")[:64],
            error=error,
        )


@bp.post("")
@needs(Right.IMPORT)
def start() -> AnyResponse | tuple[str, int]:
    """Keep the files and have the worker read them."""
    try:
        sent, name = chosen_files(), command_id()
        with kept_uploads(database(), sent, config().upload_dir, command_id=name) as files:
            outcome = do(
                start_import, StartImport, id=name, files=files, shop_code=form_str("shop", "")
            )
    except InvalidInput as error:
        return _index(speak(error.text)), 400
    return redirect(url_for("imports.run", run_id=outcome.subject_id), 303)


def chosen_files(most: int = MOST_FILES) -> list[FileStorage]:
    """Return the files of the form; what can be no report is told at once.

    Raises:
        InvalidInput: none, more than so many, or one that is no table.
    """
    chosen = [file for file in request.files.getlist("files") if file.filename]
    if not 0 < len(chosen) <= most:
        problem = say("Choose 1 to {most} files.", most=most) if most > 1 else say("Choose a file.")
        raise InvalidInput(problem, field="files")
    for file in chosen:
        name = name_shown(file.filename or "")
        if not name.lower().endswith(ENDINGS):
            raise InvalidInput(
                say("{name} is no report: CSV or XLSX files are read.", name=name), field="files"
            )
    return chosen


@bp.get("/<int:run_id>")
@needs(Right.IMPORT)
def run(run_id: int) -> str:
    """Show one import: how far it is, or what came of it."""
    with reading() as session:
        found = _run(session, run_id)
        return render_template(
            "imports/run.html",
            run=found,
            who=session.get_one(Person, found.person_id).name,
            rejects=refused_rows(session, run_id),
            changes=_changes(session, run_id, SHOWN),
            **progress_of(found),
        )


@bp.get("/<int:run_id>/progress")
@needs(Right.IMPORT)
def progress(run_id: int) -> str | Response:
    """Return how far the import is, for the page to keep fresh; the page anew at its end."""
    with reading() as session:
        found = _run(session, run_id)
    return render_template("imports/_progress.html", run=found, **progress_of(found))


def progress_of(run: ImportRun) -> dict[str, Any]:
    """Return what the pages of an import say of how far it is."""
    return {
        "is_running": run.state in (ImportState.WAITING, ImportState.RUNNING),
        "problem": speak(Text.from_json(run.problem)) if run.problem else "",
        "whole": url_for("imports.run", run_id=run.id),
        "fresh": url_for("imports.progress", run_id=run.id),
        "tallies": (
            (say("New orders"), run.orders_new, "ok"),
            (say("New lines"), run.lines_new, None),
            (say("Changed"), run.orders_changed, "attention"),
            (say("Unchanged"), run.orders_unchanged, None),
            (say("On their way, left alone"), run.orders_untouched, None),
            (say("Refused rows"), run.rows_rejected, "stop"),
        ),
    }


def _run(session: Session, run_id: int) -> ImportRun:
    found = session.get(ImportRun, run_id)
    if found is None or found.kind is not ImportKind.ORDERS:
        raise NotFound(say("import"), run_id)
    return found


def refused_rows(session: Session, run_id: int) -> list[dict[str, Any]]:
    """Return the first rows an import refused, as its page shows them."""
    rows = session.scalars(
        sa.select(ImportReject)
        .where(ImportReject.run_id == run_id)
        .order_by(ImportReject.id)
        .limit(SHOWN)
    )
    return [
        {"file": r.file, "row": r.row_no, "column": r.column, "value": r.value,
         "reason": speak(Text.from_json(r.reason))}
        for r in rows
    ]  # fmt: skip


def _changes(session: Session, run_id: int, most: int) -> list[Any]:
    return list(
        session.execute(
            sa.select(
                ImportChange.order_id, ImportChange.field, ImportChange.old, ImportChange.new,
                ImportChange.is_applied, Order.order_no,
            )
            .join(Order, Order.id == ImportChange.order_id)
            .where(ImportChange.run_id == run_id)
            .order_by(ImportChange.id)
            .limit(most)
        )
    )  # fmt: skip


@bp.get("/<int:run_id>/rejected.csv")
@needs(Right.IMPORT)
def rejected(run_id: int) -> Response:
    """Return the refused rows as a file."""
    with reading() as session:
        _run(session, run_id)
        return refused_file(session, run_id)


def refused_file(session: Session, run_id: int) -> Response:
    """Return all rows an import refused, as a file."""
    rows = session.scalars(
        sa.select(ImportReject).where(ImportReject.run_id == run_id).order_by(ImportReject.id)
    )
    return csv_answer(f"rejected-{run_id}", REJECT_FIELDS, rows)


@bp.get("/<int:run_id>/changes.csv")
@needs(Right.IMPORT)
def changed(run_id: int) -> Response:
    """Return the changed fields as a file."""
    with reading() as session:
        _run(session, run_id)
        rows = _changes(session, run_id, tables.EXPORT_ROWS)
        return csv_answer(f"changes-{run_id}", CHANGE_FIELDS, rows)


@bp.get("/layout")
@needs(Right.IMPORT)
def layout() -> Response:
    """Return the description of our own layout."""
    return _download(DOCS / "import-layout.md", "text/markdown")


@bp.get("/example/<any(zh, en):language>.csv")
@needs(Right.IMPORT)
def example(language: str) -> Response:
    """Return a file in our own layout to begin with."""
    return _download(DOCS / "examples" / EXAMPLES[language], "text/csv")


def _download(path: Path, kind: str) -> Response:
    response = make_response(path.read_bytes())
    response.headers["Content-Type"] = f"{kind}; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="{path.name}"'
    return response
