"""The desk's counts: opened, followed, decided line by line or in bulk, posted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing.models import PrintJob
from warehouse.catalog.models import Bin, Sku, Zone
from warehouse.commands import Tone, new_id
from warehouse.counting import desk as count_desk
from warehouse.counting.blind import is_blind_to
from warehouse.counting.commands.deciding import (
    ApproveLines,
    AskAgain,
    KeepBook,
    ResolveUnknown,
    approve_lines,
    ask_lines_again,
    keep_book,
    resolve_unknown,
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
from warehouse.counting.models import (
    ASKED_AGAIN,
    CountLine,
    CountScope,
    CountSession,
    DifferenceReason,
    LineState,
    SessionState,
)
from warehouse.counting.prices import unknown_price
from warehouse.counting.scoping import Scope
from warehouse.counting.sheets import sheet_list
from warehouse.counting.typed import correctable, is_typed
from warehouse.errors import InvalidInput, NotFound, WarehouseError
from warehouse.people.rights import Right
from warehouse.storing.hands import in_hands
from warehouse.text import say
from warehouse.web import tables
from warehouse.web.access import needs
from warehouse.web.context import (
    command_id,
    do,
    form_ids,
    form_str,
    may,
    now,
    person,
    reading,
    speak,
)
from warehouse.web.count_lists import LISTING, lines_as_seen
from warehouse.web.count_people import counters_of_file, named_counters
from warehouse.web.desk import act, back_or, names_of, noted, state_chips, told
from warehouse.web.pages import invalid
from warehouse.web.timeline import story
from warehouse.web.words import options

bp = Blueprint("counts", __name__, url_prefix="/counts")
MOST_POSTS = 50  # commands one press may send, of a thousand lines each
DIFFERENCES = (LineState.DIFFERENT, LineState.RECOUNT, LineState.LOOK, LineState.APPROVED)


@bp.get("")
@needs(Right.SEE_DESK)
def index() -> str | Response:
    """List the counts, the newest first."""
    state = tables.one_of("state", SessionState)
    query = count_desk.session_list()
    with reading() as session:
        counts = session.execute(
            sa.select(CountSession.state, sa.func.count()).group_by(CountSession.state)
        )
        chips = state_chips(SessionState, {row[0]: row[1] for row in counts}, state)
        if state is not None:
            query = query.where(CountSession.state == state)
        if q := tables.text("q"):
            query = query.where(
                sa.or_(tables.begins(CountSession.number, q.upper()),
                       tables.like(CountSession.name, q))
            )  # fmt: skip
        if tables.is_export():
            return tables.export(session, query, LISTING)
        page = tables.page_of(session, query, LISTING)
        return render_template("counts/index.html", page=page, chips=chips, q=q)


@bp.get("/new")
@needs(Right.STOCK)
def new() -> str:
    """Show what can be counted."""
    return _new_page({}, {})


def _new_page(values: dict[str, Any], errors: dict[str, str]) -> str:
    with reading() as session:
        zones = session.execute(sa.select(Zone.code, Zone.name).order_by(Zone.sequence)).all()
    return render_template(
        "counts/new.html", values=values, errors=errors, zones=[tuple(zone) for zone in zones],
        scope=values.get("scope") or request.args.get("scope", CountScope.ZONES),
        codes=values.get("codes") or tables.text("codes"),
    )  # fmt: skip


@bp.post("/new")
@needs(Right.STOCK)
def opened() -> Response | tuple[str, int]:
    """Open a count and show it."""
    try:
        outcome = do(
            open_count, OpenCount, scope=_scope(), name=form_str("name", "")[:200],
            is_blind=form_str("is_blind", "") == "1", starts=form_str("starts", "") == "1",
        )  # fmt: skip
    except WarehouseError as error:
        values = {**request.form.to_dict(), "zones": request.form.getlist("zones")}
        problems = {"codes": speak(error.text)}
        if isinstance(error, InvalidInput):
            problems = invalid(error)
        return _new_page(values, problems), 400
    return noted(outcome, _here(outcome.subject_id or 0))


def _scope() -> Scope:
    kind = form_str("scope", CountScope.ZONES)
    if kind not in (CountScope.ZONES, CountScope.BINS, CountScope.SKUS, CountScope.CLASS):
        raise InvalidInput(say("Say what is to be counted."), field="scope")
    zones = tuple(request.form.getlist("zones"))
    if kind == CountScope.ZONES:
        return Scope(kind=CountScope.ZONES, codes=zones)
    codes = form_str("codes", "") if kind != CountScope.CLASS else form_str("abc", "")
    parts = codes.replace(",", " ").replace("，", " ").replace(";", " ").split()
    if kind == CountScope.BINS:
        parts = [part.upper() for part in parts]
    return Scope(
        kind=CountScope(kind), codes=tuple(dict.fromkeys(parts)), zones=zones,
        is_by_value=form_str("by_value", "") == "1",
    )  # fmt: skip


@bp.get("/<int:session_id>")
@needs(Right.SEE_DESK)
def count(session_id: int) -> str | Response:
    """Show one count: how far it is, how exact the book was, what differs, who did what."""
    query = _filtered(session_id)
    with reading() as session:
        found = _count(session, session_id)
        is_blind = is_blind_to(session, found, person().id)
        listing = lines_as_seen(tells_value=may(Right.BUY), is_blind=is_blind)
        if tables.is_export():
            return tables.export(session, query, listing, name=found.number)
        subject = f"count:{session_id}"
        jobs = sa.select(PrintJob).where(PrintJob.subject == subject).order_by(PrintJob.id)
        counted, bins_in_all = count_desk.bins_done(session, found)
        page = tables.page_of(session, query, listing)
        return render_template(
            "counts/count.html",
            count=found,
            page=page,
            correctable=correctable(session, [line.count_bin_id for line in page.rows]),
            is_typed=is_typed(session, session_id),
            is_blind=is_blind,
            asked_again=ASKED_AGAIN,
            states=count_desk.states_of(session, session_id),
            restless=count_desk.restless(session, session_id),
            counted=counted,
            total=bins_in_all,
            accuracy=count_desk.accuracy_of(session, session_id),
            bins=count_desk.bins_of(session, session_id),
            counters=count_desk.counters_of(session, session_id),
            unknown=count_desk.unknown_of(session, session_id),
            files=count_desk.files_of(session, session_id),
            sheets=sheet_list(session, session_id),
            for_whom=[("", speak(say("nobody in particular"))), *named_counters(session)],
            who_counts=counters_of_file(session, found),
            people=names_of(session),
            hands=in_hands(session, bins=count_desk.bins_asked_again(session, session_id)),
            reasons=options(DifferenceReason, say("choose")),
            jobs=list(session.scalars(jobs)),
            events=story(session, [("count", [session_id])], job_subjects=[subject]),
            is_by_pieces=unknown_price(session) is None,
            only=tables.text("only"),
            seen_at=now().isoformat(),
            q=tables.text("q"),
        )


def _filtered(session_id: int) -> sa.Select[*tuple[Any, ...]]:
    query = count_desk.line_list(session_id)
    only = tables.text("only")
    if only == "differences":
        query = query.where(count_desk.OFF > 0)
    elif only == "open":
        query = query.where(CountLine.state.in_(DIFFERENCES))
    elif only == "again":
        query = query.where(CountLine.state.in_(ASKED_AGAIN))
    elif state := tables.one_of("only", LineState):
        query = query.where(CountLine.state == state)
    if q := tables.text("q"):
        query = query.where(
            sa.or_(tables.begins(Bin.code, q.upper()), tables.like(Sku.code, q),
                   tables.like(Sku.name, q))
        )  # fmt: skip
    return query


def _count(session: Session, session_id: int) -> CountSession:
    found = session.get(CountSession, session_id)
    if found is None:
        raise NotFound(say("count"), session_id)
    return found


def _here(session_id: int) -> str:
    return url_for("counts.count", session_id=session_id)


@bp.post("/<int:session_id>/start")
@needs(Right.STOCK)
def start(session_id: int) -> Response:
    """Put it on the counters' tablets."""
    return act(start_count, StartCount, back=_here(session_id), session_id=session_id)


@bp.post("/<int:session_id>/cancel")
@needs(Right.STOCK)
def cancel(session_id: int) -> Response:
    """Give it up; nothing is posted."""
    return act(
        cancel_count, CancelCount, back=_here(session_id), session_id=session_id,
        note=form_str("reason", ""),
    )  # fmt: skip


@bp.post("/<int:session_id>/finish")
@needs(Right.STOCK)
def finish(session_id: int) -> Response:
    """End it as it stands."""
    return act(
        finish_count, FinishCount, back=_here(session_id), session_id=session_id,
        note=form_str("reason", ""),
    )  # fmt: skip


@bp.post("/<int:session_id>/approve")
@needs(Right.COUNT, at_desk=True)
def approve(session_id: int) -> Response:
    """Approve chosen differences, or all of them, for one reason."""
    back = back_or(_here(session_id))
    reason = form_str("reason", "")
    chosen = form_ids("chosen")
    if reason not in set(DifferenceReason):
        return told(InvalidInput(say("Choose why they differ."), field="reason"), back)
    if not chosen and form_str("all", "") != "1":
        return told(InvalidInput(say("Choose lines first."), field="chosen"), back)
    return act(
        approve_lines, ApproveLines, back=back, session_id=session_id, line_ids=chosen,
        reason=DifferenceReason(reason), note=form_str("note", ""), seen_at=seen_at(),
    )  # fmt: skip


@bp.post("/<int:session_id>/keep")
@needs(Right.COUNT, at_desk=True)
def keep(session_id: int) -> Response:
    """Leave the book as it is in chosen lines."""
    back = back_or(_here(session_id))
    chosen = form_ids("chosen")
    if not chosen:
        return told(InvalidInput(say("Choose lines first."), field="chosen"), back)
    return act(
        keep_book, KeepBook, back=back, session_id=session_id, line_ids=chosen,
        note=form_str("note", ""), seen_at=seen_at(),
    )  # fmt: skip


def seen_at() -> datetime | None:
    """Return when the page that was sent had been shown; a page that does not say is not held."""
    try:
        found = datetime.fromisoformat(form_str("seen_at", ""))
    except ValueError:
        return None
    return found if found.tzinfo else None


@bp.post("/<int:session_id>/again")
@needs(Right.COUNT, at_desk=True)
def again(session_id: int) -> Response:
    """Have chosen lines counted again."""
    back = back_or(_here(session_id))
    chosen = form_ids("chosen")
    if not chosen:
        return told(InvalidInput(say("Choose lines first."), field="chosen"), back)
    return act(ask_lines_again, AskAgain, back=back, session_id=session_id, line_ids=chosen)


@bp.post("/unknown/<int:unknown_id>")
@needs(Right.STOCK)
def resolve(unknown_id: int) -> Response:
    """Say which SKU an unknown code is."""
    return act(
        resolve_unknown, ResolveUnknown, back=back_or(url_for("counts.index")),
        unknown_id=unknown_id, sku_code=form_str("sku"),
    )  # fmt: skip


@bp.post("/<int:session_id>/post")
@needs(Right.COUNT, at_desk=True)
def post(session_id: int) -> Response:
    """Post all that is approved; a large count by several commands, each line once."""
    first = command_id()
    posted = again = 0
    try:
        for number in range(MOST_POSTS):
            name = first if number == 0 else new_id()
            outcome = do(post_count, PostCount, id=name, session_id=session_id)
            posted += outcome.facts["posted"]
            again += outcome.facts["again"]
            if not outcome.facts["left"]:
                break
    except WarehouseError as error:
        return told(error, _here(session_id))
    if number:
        outcome = _summed(outcome, posted, again)
    return noted(outcome, _here(session_id))


def _summed(outcome: Any, posted: int, again: int) -> Any:
    message = say("{posted} differences posted.", posted=posted)
    return replace(outcome, message=message, tone=Tone.ATTENTION if again else outcome.tone)
