"""`/api/v1/counts`: stock counts opened, read, fed from files, decided and posted."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Response, g, request

from warehouse.api.acting import act, run, told
from warehouse.api.answers import answer, language
from warehouse.api.bodies import read_query
from warehouse.api.door import body, bp, query
from warehouse.api.operations import operation, operation_of
from warehouse.api.schemas import LARGEST, component, flag, listed, text, whole, word, yes
from warehouse.api.shapes.counts import (
    count_id_of,
    file_report,
    list_counts,
    list_lines,
    show_count,
)
from warehouse.api.shapes.paging import PAGING, USUAL, paged
from warehouse.commands import Command, Handler
from warehouse.counting.commands.deciding import (
    MOST_LINES,
    ApproveLines,
    AskAgain,
    KeepBook,
    approve_lines,
    ask_lines_again,
    keep_book,
)
from warehouse.counting.commands.posting import PostCount, post_count
from warehouse.counting.commands.sessions import (
    CancelCount,
    FinishCount,
    OpenCount,
    StartCount,
    cancel_count,
    finish_count,
    open_count,
    start_count,
)
from warehouse.counting.counters import counter_named
from warehouse.counting.importing import import_count_file
from warehouse.counting.models import CountScope, DifferenceReason, SessionState
from warehouse.counting.scoping import Scope
from warehouse.db import MOST_NAMED
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.people.rights import Right
from warehouse.shops.rows import SourceFile
from warehouse.text import say
from warehouse.web.context import actor, config, database, may, now, reading

TAG = "Counts"
CODE = text("Its code.", least=1, most=64)
NOTE = text("Why.", most=200)
LINES = listed(whole("The id of a line.", least=1, most=LARGEST), least=1, most=MOST_LINES)
SCOPES = {
    "zones": CountScope.ZONES,
    "bins": CountScope.BINS,
    "skus": CountScope.SKUS,
    "classes": CountScope.CLASS,
}


@bp.get("/counts")
@operation(
    summary="List stock counts, newest first",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    query={"state": word(SessionState), **PAGING},
    answer=paged("counts", component("CountRow")),
)
def counts_index() -> Response:
    with reading() as session:
        return answer(list_counts(session, **{"limit": USUAL, **query()}))


@bp.get("/counts/<number>")
@operation(
    summary="Show one stock count: how far it is, and how exact the book was",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    answer=component("Count"),
)
def counts_show(number: str) -> Response:
    with reading() as session:
        return answer(show_count(session, number, is_buyer=may(Right.BUY)))


@bp.get("/counts/<number>/lines")
@operation(
    summary="List the lines of a stock count, or only its differences",
    tag=TAG,
    rights=(Right.SEE_DESK,),
    query={
        "only": {"type": "string", "enum": ["differences", "waiting", "asked_again"],
                 "description": "waiting: not decided or not posted yet."},
        **PAGING,
    },
    answer=paged("lines", component("CountLine")),
)  # fmt: skip
def counts_lines(number: str) -> Response:
    with reading() as session:
        asked = {"limit": USUAL, **query()}
        return answer(list_lines(session, number, is_buyer=may(Right.BUY), **asked))


@bp.post("/counts")
@operation(
    summary="Open a stock count of zones, bins, SKUs or ABC classes",
    tag=TAG,
    rights=(Right.STOCK,),
    body={
        "zones": listed(CODE, "None: the whole warehouse.", most=MOST_NAMED),
        "bins": listed(CODE, least=1, most=MOST_NAMED),
        "skus": listed(CODE, least=1, most=MOST_NAMED),
        "classes": listed({"type": "string", "enum": ["A", "B", "C"]}, least=1, most=3),
        "in_zones": listed(CODE, "SKUs and classes: only in these zones.", most=MOST_NAMED),
        "is_by_value": flag("Classes by what was paid for the pieces, not by their number."),
        "name": text("As counters shall see it.", most=100),
        "is_blind": flag("Counters do not see the book; true if not given."),
        "is_started": flag("Put it on the counters' tablets at once."),
    },
    optional=("in_zones", "is_by_value", "name", "is_blind", "is_started"),
    either=tuple(SCOPES),
    answer=component("Act"),
)
def counts_open() -> Response:
    sent = body()
    what = next(name for name in SCOPES if name in sent)
    scope = Scope(
        kind=SCOPES[what], codes=tuple(sent[what]), zones=tuple(sent.get("in_zones", ())),
        is_by_value=sent.get("is_by_value", False),
    )  # fmt: skip
    return act(
        open_count, OpenCount, scope=scope, name=sent.get("name", ""),
        is_blind=sent.get("is_blind", True), starts=sent.get("is_started", False),
    )  # fmt: skip


@bp.post("/counts/<number>/start")
@operation(
    summary="Put a stock count on the counters' tablets",
    tag=TAG,
    rights=(Right.STOCK,),
    answer=component("Act"),
)
def counts_start(number: str) -> Response:
    return _act(number, start_count, StartCount)


@bp.post("/counts/<number>/cancel")
@operation(
    summary="Give a stock count up; nothing of it is posted",
    tag=TAG,
    rights=(Right.STOCK,),
    body={"note": text("Why.", least=1, most=200)},
    answer=component("Act"),
)
def counts_cancel(number: str) -> Response:
    return _act(number, cancel_count, CancelCount, note=body()["note"])


@bp.post("/counts/<number>/finish")
@operation(
    summary="End a stock count as it stands; what nobody decided leaves the book as it is",
    tag=TAG,
    rights=(Right.STOCK,),
    body={"note": NOTE},
    optional=("note",),
    answer=component("Act"),
)
def counts_finish(number: str) -> Response:
    return _act(number, finish_count, FinishCount, note=body().get("note", ""))


@bp.post("/counts/<number>/approve")
@operation(
    summary="Approve differences of lines, or all that wait, for one reason",
    tag=TAG,
    rights=(Right.COUNT,),
    body={
        "lines": LINES,
        "all": yes("Every difference that waits for a decision."),
        "reason": word(DifferenceReason),
        "note": NOTE,
    },
    optional=("note",),
    either=("lines", "all"),
    answer=component("Act"),
)
def counts_approve(number: str) -> Response:
    sent = body()
    return _act(
        number, approve_lines, ApproveLines, line_ids=tuple(sent.get("lines", ())),
        reason=DifferenceReason(sent["reason"]), note=sent.get("note", ""),
    )  # fmt: skip


@bp.post("/counts/<number>/keep")
@operation(
    summary="Leave the book of lines as it is: their difference is not believed",
    tag=TAG,
    rights=(Right.COUNT,),
    body={"lines": LINES, "note": text("Why.", least=1, most=200)},
    answer=component("Act"),
)
def counts_keep(number: str) -> Response:
    sent = body()
    lines = tuple(sent["lines"])
    return _act(number, keep_book, KeepBook, line_ids=lines, note=sent["note"])


@bp.post("/counts/<number>/ask-again")
@operation(
    summary="Have lines counted once more, by another person",
    tag=TAG,
    rights=(Right.COUNT,),
    body={"lines": LINES},
    answer=component("Act"),
)
def counts_ask_again(number: str) -> Response:
    return _act(number, ask_lines_again, AskAgain, line_ids=tuple(body()["lines"]))


@bp.post("/counts/<number>/post")
@operation(
    summary="Post what is approved, a thousand lines at a time: again while `left` is not 0",
    tag=TAG,
    rights=(Right.COUNT,),
    answer=component("Act"),
)
def counts_post(number: str) -> Response:
    return _act(number, post_count, PostCount)


@bp.post("/counts/<number>/file")
@operation(
    summary="Take in a CSV or XLSX file of counts: all of it, or nothing and every row at fault",
    tag=TAG,
    rights=(Right.COUNT,),
    files="files",
    fields={
        "counted_by": text("The login of who counted, where the file does not say it.", most=100)
    },
    answer=component("CountFile"),
)
def counts_file(number: str) -> Response:
    with reading() as session:
        session_id = count_id_of(session, number)
    op = operation_of(request.endpoint or "")
    fields = read_query(request.form, op.fields if op else {})
    sent = [file for file in request.files.getlist("files") if file.filename]
    if set(request.files) - {"files"} or not sent:
        raise InvalidInput(say("Send one file as `files`."), field="files")
    if len(sent) > 1:
        raise RuleViolation(say("Counts are taken in one file at a time."))
    with reading() as session:
        counter = counter_named(session, fields.get("counted_by", ""), actor().person_id)
    name = Path(sent[0].filename or "counts").name[:120]
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"counts{Path(name).suffix[:8]}"
        sent[0].save(path)
        report = import_count_file(
            database(), SourceFile(path=path, name=name), session_id=session_id, actor=actor(),
            at=now(), zone=config().time_zone, counted_by=counter, command_id=g.command_id,
        )  # fmt: skip
    return answer(file_report(report, language()))


def _act(number: str, handler: Handler[Any], command: type[Command], **fields: Any) -> Response:
    with reading() as session:
        session_id = count_id_of(session, number)
    return told(run(handler, command, session_id=session_id, **fields))
