"""Stock counts as JSON: sessions, their lines, how exact the book was, files taken in."""

from __future__ import annotations

from functools import partial
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from warehouse.api.schemas import (
    Schema,
    component,
    flag,
    instant,
    listed,
    maybe,
    record,
    text,
    whole,
    word,
)
from warehouse.api.shapes.paging import iso, keys_of, page
from warehouse.counting import desk
from warehouse.counting.importing import CountReport
from warehouse.counting.models import (
    ASKED_AGAIN,
    BinState,
    CountLine,
    CountScope,
    CountSession,
    DifferenceReason,
    LineState,
    SessionState,
)
from warehouse.counting.queries import progress
from warehouse.errors import NotFound
from warehouse.shops.rows import Rejected
from warehouse.text import say, translate
from warehouse.web.spreadsheets import csv_text

WAITING = (LineState.DIFFERENT, LineState.RECOUNT, LineState.LOOK, LineState.APPROVED)
_COUNT: dict[str, Schema] = {
    "number": text(),
    "name": text(),
    "scope": word(CountScope),
    "state": word(SessionState),
    "opened_at": instant(),
    "opened_by": text("A name."),
    "bins": whole(),
    "bins_counted": whole(),
    "lines": whole("Goods in bins somebody looked at."),
    "differences": whole("Of them with another number than the book."),
}
COUNT_ROW: Schema = record(_COUNT, "A stock count in a list.")
_PERCENT: Schema = maybe({"type": "number", "description": "Percent; null: nothing counted."})
COUNT: Schema = record(
    {
        **_COUNT,
        "is_blind": flag("Counters do not see the book."),
        "started_at": maybe(instant()),
        "ended_at": maybe(instant()),
        "line_states": record({s.value: whole() for s in LineState}, "Lines in each state."),
        "accuracy": component("Accuracy"),
        "counters": listed(
            record({"name": text(), "bins": whole(), "lines": whole(), "pieces": whole()})
        ),
        "unknown_codes": listed(component("UnknownCode")),
    },
    "A stock count, how far it is and how exact the book was.",
)
ACCURACY: Schema = record(
    {
        "by_bin": _PERCENT,
        "by_line": _PERCENT,
        "by_piece": _PERCENT,
        "by_value": _PERCENT,
        "unproven": whole("Lines without a difference whose goods moved at every look."),
        "missing": whole("Pieces the book had and the shelf had not."),
        "found": whole("Pieces the shelf had and the book had not."),
        "net_fen": maybe(
            whole(
                "What all differences are worth, where prices are known; null, as `by_value`,"
                " without the right to buy."
            )
        ),
    },
    "How far the book was right, over what was counted so far.",
)
COUNT_LINE: Schema = record(
    {
        "id": whole(),
        "bin": text(),
        "sku": text(),
        "lot": maybe(text()),
        "state": word(LineState),
        "counted": whole("Pieces."),
        "book": whole("Pieces, at the moment of the count."),
        "difference": whole("Counted less book."),
        "missing": whole("Pieces of the book that were not there."),
        "found": whole("Pieces the book has not; with missing ones, known pieces were swapped."),
        "value_fen": maybe(
            whole("Of the difference; 0 where no price is known, null without the right to buy.")
        ),
        "missing_fen": maybe(whole("Of the missing pieces alone; as `value_fen`.")),
        "found_fen": maybe(whole("Of the pieces found alone; as `value_fen`.")),
        "looks": whole("How often it was looked at."),
        "counted_at": instant(),
        "counted_by": text("A name."),
        "reason": maybe(word(DifferenceReason)),
        "note": text(),
        "decided_by": maybe(text("A name.")),
    },
    "One SKU, or one lot of it, in one bin.",
)
UNKNOWN_CODE: Schema = record(
    {
        "code": text(),
        "bin": text("Where it was found."),
        "pieces": whole(),
        "found_by": text("A name."),
        "sku": maybe(text("What it turned out to be.")),
    },
    "A code that nothing carried when it was scanned.",
)
COUNT_FILE: Schema = record(
    {
        "is_taken": flag("False: rows were refused, and nothing of the file was taken."),
        "is_known": flag("The same file came before; nothing was done twice."),
        "message": text("One sentence for people."),
        "bins": whole(),
        "agreed": whole("Lines."),
        "different": whole("Lines."),
        "asked_again": whole("Lines."),
        "rejected": listed(component("Rejected"), "The first 1000; row 0 is of the whole file."),
        "rejected_total": whole("How many there are."),
        "not_read": text("Names the columns that nobody knows, if there are any."),
        "rejected_csv": text("All of them, as CSV with these names, where there are more."),
    },
    "What became of a file of counts.",
)
MOST_REJECTED = 1_000
_REJECTED = ("file", "row", "column", "value", "reason")


def list_counts(
    session: Session, *, state: str | None = None, after: str | None = None, limit: int
) -> dict[str, Any]:
    """Return one page of counts, newest first."""
    query = desk.session_list().order_by(CountSession.id.desc()).limit(limit + 1)
    keys = keys_of(after)
    if keys is not None:
        query = query.where(CountSession.id < keys[0])
    if state is not None:
        query = query.where(CountSession.state == state)
    return page("counts", session.execute(query).all(), limit, _row, "id")


def show_count(session: Session, number: str, *, is_buyer: bool) -> dict[str, Any]:
    """Return a count with its figures. Raises NotFound: there is none of this number."""
    count = session.get_one(CountSession, count_id_of(session, number))
    row = session.execute(desk.session_list().where(CountSession.id == count.id)).one()
    states = desk.states_of(session, count.id)
    done = progress(session, count.id)
    return {
        **_row(row),
        "bins": sum(done.values()),
        "bins_counted": done.get(BinState.COUNTED, 0),
        "is_blind": count.is_blind,
        "started_at": iso(count.started_at),
        "ended_at": iso(count.ended_at),
        "line_states": {state.value: states.get(state, 0) for state in LineState},
        "accuracy": _accuracy(desk.accuracy_of(session, count.id), is_buyer=is_buyer),
        "counters": [
            {"name": x.name, "bins": x.bins, "lines": x.lines, "pieces": int(x.pieces)}
            for x in desk.counters_of(session, count.id)
        ],
        "unknown_codes": [_unknown(x) for x in desk.unknown_of(session, count.id)],
    }


def list_lines(
    session: Session,
    number: str,
    *,
    is_buyer: bool,
    only: str | None = None,
    after: str | None = None,
    limit: int,
) -> dict[str, Any]:
    """Return one page of a count's lines in the order they were first closed.

    Raises:
        NotFound: there is no count of this number.
    """
    query = desk.line_list(count_id_of(session, number)).order_by(CountLine.id).limit(limit + 1)
    keys = keys_of(after)
    if keys is not None:
        query = query.where(CountLine.id > keys[0])
    if only == "differences":
        query = query.where(desk.OFF > 0)
    elif only == "waiting":
        query = query.where(CountLine.state.in_(WAITING))
    elif only == "asked_again":
        query = query.where(CountLine.state.in_(ASKED_AGAIN))
    return page("lines", session.execute(query).all(), limit, partial(_line, is_buyer), "id")


def count_id_of(session: Session, number: str) -> int:
    """Return the id of a count. Raises NotFound: there is none of this number."""
    found = session.scalar(sa.select(CountSession.id).where(CountSession.number == number))
    if found is None:
        raise NotFound(say("count"), number)
    return found


def file_report(report: CountReport, language: str) -> dict[str, Any]:
    """Return what became of a file of counts."""
    rejected = [_rejected(row, language) for row in report.rejected]
    is_cut = len(rejected) > MOST_REJECTED
    fields = [(name, itemgetter(name)) for name in _REJECTED]
    return {
        "is_taken": not report.rejected and not report.is_known,
        "is_known": report.is_known,
        "message": translate(report.message, language),
        "bins": report.bins,
        "agreed": report.agreed,
        "different": report.different,
        "asked_again": report.again,
        "rejected": rejected[:MOST_REJECTED],
        "rejected_total": len(rejected),
        "not_read": translate(report.not_read, language) if report.not_read else "",
        "rejected_csv": csv_text(fields, rejected) if is_cut else "",
    }


def _rejected(row: Rejected, language: str) -> dict[str, Any]:
    return {
        "file": row.file,
        "row": row.row,
        "column": row.column,
        "value": row.value,
        "reason": translate(row.reason, language),
    }


def _row(row: Any) -> dict[str, Any]:
    return {
        "number": row.number,
        "name": row.name,
        "scope": row.scope.value,
        "state": row.state.value,
        "opened_at": iso(row.opened_at),
        "opened_by": row.who,
        "bins": int(row.bins),
        "bins_counted": int(row.done),
        "lines": int(row.lines),
        "differences": int(row.different),
    }


def _accuracy(found: desk.Accuracy, *, is_buyer: bool) -> dict[str, Any]:
    return {
        "by_bin": found.by_bin,
        "by_line": found.by_line,
        "by_piece": found.by_piece,
        "by_value": found.by_value if is_buyer else None,
        "unproven": found.lines_unjudged,
        "missing": found.missing,
        "found": found.found,
        "net_fen": found.net_fen if is_buyer else None,
    }


def _line(is_buyer: bool, row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "bin": row.bin_code,
        "sku": row.sku_code,
        "lot": row.lot,
        "state": row.state.value,
        "counted": row.counted,
        "book": row.book,
        "difference": row.variance,
        "missing": row.gone,
        "found": row.found,
        "value_fen": row.value_fen if is_buyer else None,
        "missing_fen": row.missing_fen if is_buyer else None,
        "found_fen": row.found_fen if is_buyer else None,
        "looks": row.looks,
        "counted_at": iso(row.counted_at),
        "counted_by": row.counted_by,
        "reason": row.reason.value if row.reason else None,
        "note": row.note,
        "decided_by": row.decided_by,
    }


def _unknown(row: Any) -> dict[str, Any]:
    return {
        "code": row.code,
        "bin": row.bin_code,
        "pieces": row.pieces,
        "found_by": row.who,
        "sku": row.sku_code,
    }
