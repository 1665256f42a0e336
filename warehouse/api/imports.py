"""`/api/v1/…/import` and `/imports`: files for the worker, and what became of them."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request, url_for

from warehouse.api.acting import replay_mark, run
from warehouse.api.answers import answer, language
from warehouse.api.bodies import read_query
from warehouse.api.door import bp, query
from warehouse.api.operations import operation, operation_of
from warehouse.api.schemas import code, component
from warehouse.api.shapes.imports import list_changes, list_rejected, show_import
from warehouse.api.shapes.paging import PAGING, USUAL, paged
from warehouse.errors import InvalidInput
from warehouse.orders.commands.importing.runs import StartImport, start_import
from warehouse.orders.import_models import ImportKind
from warehouse.orders.uploads import MOST_FILES, kept_uploads
from warehouse.people.rights import Right
from warehouse.text import say
from warehouse.web.context import config, database, reading

TAG = "Imports"


@bp.post("/orders/import")
@operation(
    summary="Import order files: the shops' reports or the own layout, CSV or XLSX",
    tag=TAG,
    rights=(Right.IMPORT,),
    files="files",
    fields={"shop": code("The shop's code, if the files do not say it.")},
    status=202,
    answer=component("Import"),
)
def orders_import() -> Response:
    op = operation_of(request.endpoint or "")
    fields = read_query(request.form, op.fields if op else {})
    return _begun(MOST_FILES, shop_code=fields.get("shop", ""))


@bp.post("/skus/import")
@operation(
    summary="Make or change the SKUs of a list, CSV or XLSX",
    tag=TAG,
    rights=(Right.STOCK,),
    files="files",
    most_files=1,
    status=202,
    answer=component("Import"),
)
def skus_import() -> Response:
    return _begun(1, kind=ImportKind.SKUS)


@bp.post("/bins/import")
@operation(
    summary="Make or change the bins of a list, CSV or XLSX",
    tag=TAG,
    rights=(Right.STOCK,),
    files="files",
    most_files=1,
    status=202,
    answer=component("Import"),
)
def bins_import() -> Response:
    return _begun(1, kind=ImportKind.BINS)


@bp.post("/stock/import")
@operation(
    summary="Book the opening stock of a list, CSV or XLSX; each line once for ever",
    tag=TAG,
    rights=(Right.STOCK,),
    files="files",
    most_files=1,
    status=202,
    answer=component("Import"),
)
def stock_import() -> Response:
    return _begun(1, kind=ImportKind.OPENING)


def _begun(most: int, **wanted: Any) -> Response:
    sent = [file for file in request.files.getlist("files") if file.filename]
    if set(request.files) - {"files"} or not 0 < len(sent) <= most:
        raise InvalidInput(say("Send 1 to {most} files as `files`.", most=most), field="files")
    with kept_uploads(database(), sent, config().upload_dir, command_id=g.command_id) as files:
        outcome = run(start_import, StartImport, files=files, **wanted)
    with reading() as session:
        shown = show_import(session, outcome.subject_id or 0, language())
    place = url_for("api.imports_show", import_id=outcome.subject_id)
    return answer(shown, 202, headers={"Location": place, **replay_mark(outcome)})


@bp.get("/imports/<int:import_id>")
@operation(
    summary="Show how far an import is and what it did",
    tag=TAG,
    rights=(Right.IMPORT, Right.SEE_DESK),
    answer=component("Import"),
)
def imports_show(import_id: int) -> Response:
    with reading() as session:
        return answer(show_import(session, import_id, language()))


@bp.get("/imports/<int:import_id>/rejected")
@operation(
    summary="List the rows an import refused, with the reasons",
    tag=TAG,
    rights=(Right.IMPORT, Right.STOCK),
    query=PAGING,
    answer=paged("rejected", component("Rejected")),
)
def imports_rejected(import_id: int) -> Response:
    with reading() as session:
        return answer(list_rejected(session, import_id, language(), **{"limit": USUAL, **query()}))


@bp.get("/imports/<int:import_id>/changes")
@operation(
    summary="List the fields shops changed, as an import found them",
    tag=TAG,
    rights=(Right.IMPORT, Right.SEE_DESK),
    query=PAGING,
    answer=paged("changes", component("Change")),
)
def imports_changes(import_id: int) -> Response:
    with reading() as session:
        return answer(list_changes(session, import_id, **{"limit": USUAL, **query()}))
