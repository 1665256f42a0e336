"""Papers at the desk: the queue as a list, one paper with its picture, deciding about it."""

from __future__ import annotations

import hashlib
import pickle
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing.errors import PaperCleared, PrintingError
from printing.models import JobState, Printer, PrintEvent, PrintFile, PrintFlag, PrintJob
from printing.queue import paper_of, showing
from printing.queue.allowed import Act, open_acts, printers_for
from printing.queue.showing import Kept, Paper
from warehouse.catalog.models import Station
from warehouse.dispatch.commands.label import (
    READY_KIND,
    WAYBILL_KIND,
    ReprintLabel,
    reprint_label,
)
from warehouse.dispatch.desk import is_label_repeatable
from warehouse.errors import Forbidden, InvalidInput, NotFound, RuleViolation
from warehouse.people.rights import Right
from warehouse.printers.bench import at_bench, is_at_bench
from warehouse.printers.chosen import ActOnJobs, JobAct, act_on_jobs
from warehouse.printers.jobs import (
    CLEARED,
    AnswerUnknown,
    CancelJob,
    FetchJob,
    HoldJob,
    LookAtJob,
    ReleaseJob,
    ReprintJob,
    RerouteJob,
    answer_unknown,
    cancel_job,
    fetch_job,
    hold_job,
    look_at_job,
    release_job,
    reprint_job,
    reroute_job,
)
from warehouse.printers.words import DOCUMENTS
from warehouse.text import say
from warehouse.web import drawing, tables
from warehouse.web.access import needs
from warehouse.web.context import (
    do,
    form_choice,
    form_ids,
    form_int,
    form_str,
    may,
    person,
    reading,
)
from warehouse.web.desk import act, back_or, names_of, told
from warehouse.web.fetched import is_in_hand, keep_fetched
from warehouse.web.paper_rights import may_see, require_may_see
from warehouse.web.spreadsheets import Field
from warehouse.web.words import options

bp = Blueprint("printers", __name__, url_prefix="/printers")

ANSWERS = {"yes": (True, False), "spoiled": (True, True), "no": (False, False)}
SCREEN_DPI = 203
SMALL_PX = 160
JOB_SORTS: dict[str, Any] = {"no": PrintJob.id, "age": PrintJob.queued_at}
JOB_FIELDS: tuple[Field, ...] = (
    (say("Paper"), lambda j: DOCUMENTS.get(j.document_kind, j.document_kind)),
    (say("Number"), lambda j: j.number),
    (say("Copy"), lambda j: j.copy_no),
    (say("State"), lambda j: j.state),
    (say("Printer"), lambda j: j.printer or ""),
    (say("Station"), lambda j: j.station or ""),
    (say("Queued"), lambda j: j.queued_at),
    (say("Printed"), lambda j: j.sent_at),
    (say("Why again"), lambda j: j.reprint_reason),
)
LISTING = tables.Listing(
    name="papers", key=PrintJob.id, sorts=JOB_SORTS, default="-no", fields=JOB_FIELDS
)


def require_at_bench(session: Session, job: PrintJob) -> None:
    """Refuse a paper of another station's printers.

    Raises:
        Forbidden: it is one.
    """
    if not is_at_bench(session, person().station_id, job):
        raise Forbidden(say("This paper belongs to another station. Ask there, or at the desk."))


def require_reach(session: Session, job_id: int) -> None:
    """Keep who came in by badge to the papers of the station, on whatever page they stand."""
    if person().is_limited:
        require_at_bench(session, _job(session, job_id))


@bp.get("/jobs")
@needs(Right.SEE_DESK, Right.REPRINT)
def jobs() -> str | Response:
    """List the papers, the newest first; who came in by badge sees those of the station."""
    query = (
        sa.select(
            PrintJob.id, PrintJob.document_kind, PrintJob.number, PrintJob.part, PrintJob.copy_no,
            PrintJob.state, PrintJob.reason, PrintJob.queued_at, PrintJob.sent_at,
            PrintJob.reprint_reason, Printer.name.label("printer"),
            Station.code.label("station"),
        )
        .outerjoin(Printer, Printer.id == PrintJob.printer_id)
        .outerjoin(Station, Station.id == PrintJob.station_id)
    )  # fmt: skip
    if state := tables.one_of("state", JobState):
        query = query.where(PrintJob.state == state)
    if (kind := tables.text("kind")) in DOCUMENTS:
        query = query.where(PrintJob.document_kind == kind)
    if printer := tables.whole("printer", 0):
        query = query.where(PrintJob.printer_id == printer)
    if q := tables.text("q"):
        query = query.where(tables.begins(PrintJob.number, q))
    with reading() as session:
        if person().is_limited:
            query = query.where(at_bench(session, person().station_id))
        if tables.is_export():
            return tables.export(session, query, LISTING)
        return render_template(
            "printers/jobs.html",
            page=tables.page_of(session, query, LISTING),
            kinds=[("", say("all")), *DOCUMENTS.items()],
            states=options(JobState, say("all")),
            printers=[
                (str(p.id), p.name)
                for p in session.execute(sa.select(Printer.id, Printer.name).order_by(Printer.name))
            ],
            q=q,
        )


@bp.get("/jobs/<int:job_id>")
@needs(Right.SEE_DESK, Right.REPRINT)
def job(job_id: int) -> str:
    """Show one paper: its picture, where it is, what happened to it."""
    with reading() as session:
        require_reach(session, job_id)
        found = _job(session, job_id)
        acts = _acts(session, found)
        return render_template(
            "printers/job.html",
            job=found,
            printer=session.get(Printer, found.printer_id) if found.printer_id else None,
            station=session.get(Station, found.station_id) if found.station_id else None,
            file=session.get(PrintFile, job_id, options=[sa.orm.defer(PrintFile.content)]),
            history=list(
                session.scalars(
                    sa.select(PrintEvent)
                    .where(PrintEvent.job_id == job_id)
                    .order_by(PrintEvent.id.desc())
                )
            ),
            copies=_copies(session, found),
            printers=[(p.id, p.name) for p in printers_for(session, found)]
            if Act.REROUTE in acts
            else [],
            subject=_subject(found.subject),
            people=names_of(session),
            is_seen=may_see(found.document_kind, found.facts) and found.cleared_at is None,
            flag=session.get(PrintFlag, job_id),
            acts=acts,
        )


def _acts(session: Session, job: PrintJob) -> frozenset[Act]:
    """Return what can be done with the paper; a waybill's copy is its parcel's affair."""
    found = open_acts(session, job)
    if not may_see(job.document_kind, job.facts):
        return found - {Act.REPRINT}
    parcel_id = _parcel_of(job)
    if parcel_id is None or is_label_repeatable(session, parcel_id):
        return found
    return found - {Act.REPRINT}


def _parcel_of(job: PrintJob) -> int | None:
    kind, _, number = job.subject.partition(":")
    is_label = job.document_kind in (WAYBILL_KIND, READY_KIND)
    return int(number) if is_label and kind == "parcel" and number.isdigit() else None


def _job(session: Session, job_id: int) -> PrintJob:
    found = session.get(PrintJob, job_id)
    if found is None:
        raise NotFound(say("paper"), job_id)
    return found


def _copies(session: Session, job: PrintJob) -> list[PrintJob]:
    """Return the other papers of the same number, the first first."""
    return list(
        session.scalars(
            sa.select(PrintJob)
            .where(
                PrintJob.document_kind == job.document_kind,
                PrintJob.number == job.number,
                PrintJob.part == job.part,
                PrintJob.id != job.id,
            )
            .order_by(PrintJob.copy_no)
        )
    )


def _subject(subject: str) -> str:
    """Return the address of what a paper is about, "" if it has no page."""
    kind, _, number = subject.partition(":")
    if not number.isdigit():
        return ""
    if kind == "day" and may(Right.SEE_DESK):
        return url_for("days.day", day=f"{number[:4]}-{number[4:6]}-{number[6:]}")
    pages = {
        "parcel": ("parcels.parcel", "parcel_id"),
        "wave": ("waves.wave", "wave_id"),
        "handover": ("handovers.handover", "handover_id"),
        "order": ("orders.order", "order_id"),
    }
    if kind not in pages or not may(Right.SEE_DESK):
        return ""
    endpoint, name = pages[kind]
    where: dict[str, Any] = {name: int(number)}
    return url_for(endpoint, **where)


@bp.get("/jobs/<int:job_id>/paper.pdf")
@needs(Right.SEE_DESK, Right.REPRINT)
def pdf(job_id: int) -> Response:
    """Return the paper with a mark across; as it is only to the browser that has fetched it."""
    with reading() as session:
        is_original = is_in_hand(session, job_id)
    name, paper = _paper(job_id)
    seen = partial(showing.pdf, paper, is_marked=not is_original)
    # What was drawn before and needs no mark needs nobody to draw it.
    is_there = is_original and isinstance(paper, Kept)
    response = make_response(paper.content if is_there else drawing.shown(seen))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@bp.get("/jobs/<int:job_id>/paper.png")
@needs(Right.SEE_DESK, Right.REPRINT)
def picture(job_id: int) -> Response:
    """Return the first page of the paper, a mark across; `small=1`: as one of many on a page."""
    _name, paper = _paper(job_id)
    is_small = request.args.get("small") == "1"
    # A browser asks each time: somebody else may sit at it, and a paper may be drawn anew.
    etag = _etag(paper, is_small=is_small)
    if request.if_none_match.contains(etag):
        response = Response(status=304)
    elif is_small:
        # What is as small as that nobody can print: it needs no mark.
        response = drawing.picture(partial(showing.small_picture, paper, SMALL_PX))
    else:
        response = drawing.picture(partial(showing.picture, paper, is_marked=True, dpi=SCREEN_DPI))
    if response.status_code < 400:  # noqa: PLR2004
        response.set_etag(etag)
        response.headers["Cache-Control"] = "private, no-cache"
    return response


def _etag(paper: Paper, *, is_small: bool) -> str:
    """Return what the picture is known by: by all it is drawn from, and by who draws it."""
    drawn_from = paper.content if isinstance(paper, Kept) else pickle.dumps(paper)
    return f"{hashlib.sha256(drawn_from).hexdigest()}-{drawing.edition()}-{is_small:d}"


def _paper(job_id: int) -> tuple[str, Paper]:
    with reading() as session:
        require_reach(session, job_id)
        found = _job(session, job_id)
        require_may_see(found.document_kind, found.facts)
        try:
            paper = paper_of(session, job_id)
        except PaperCleared as error:
            raise RuleViolation(CLEARED) from error
        except PrintingError as error:
            raise RuleViolation(drawing.CANNOT) from error
        number = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_"
                         for c in found.number)  # fmt: skip
        return f"{found.document_kind}-{number}", paper


def _here(job_id: int) -> str:
    return url_for("printers.job", job_id=job_id)


@bp.post("/jobs/<int:job_id>/answer")
@needs(Right.REPRINT, Right.PRINTERS)
def answer(job_id: int) -> Response:
    """Say whether the paper came out."""
    back = back_or(url_for("printers.index"))
    with reading() as session:
        require_reach(session, job_id)
    came_out, is_spoiled = answer_of(form_str("answer", ""))
    return act(answer_unknown, AnswerUnknown, back=back, job_id=job_id, came_out=came_out,
               is_spoiled=is_spoiled)  # fmt: skip


def answer_of(word: str) -> tuple[bool, bool]:
    """Return what a button says of a paper: did it come out, and is it spoiled?

    Raises:
        InvalidInput: it is none of the three.
    """
    if word not in ANSWERS:
        raise InvalidInput(say("Say whether it came out."), field="answer")
    return ANSWERS[word]


@bp.post("/jobs/<int:job_id>/fetch")
@needs(Right.REPRINT, Right.PRINTERS)
def fetch(job_id: int) -> Response:
    """Hand the paper out to be printed from this browser, once: the next time it is a question."""
    with reading() as session:
        found = _job(session, job_id)
        require_may_see(found.document_kind, found.facts)
        require_reach(session, job_id)
    do(fetch_job, FetchJob, job_id=job_id)
    keep_fetched(job_id)
    return redirect(url_for("printers.pdf", job_id=job_id), 303)


@bp.post("/jobs/<int:job_id>/cancel")
@needs(Right.PRINTERS)
def cancel(job_id: int) -> Response:
    """Take the paper back."""
    return act(cancel_job, CancelJob, back=_here(job_id), job_id=job_id,
               reason=form_str("reason", ""))  # fmt: skip


@bp.post("/jobs/<int:job_id>/hold")
@needs(Right.PRINTERS)
def hold(job_id: int) -> Response:
    """Set the paper aside."""
    return act(hold_job, HoldJob, back=_here(job_id), job_id=job_id,
               reason=form_str("reason", ""))  # fmt: skip


@bp.post("/jobs/<int:job_id>/release")
@needs(Right.PRINTERS)
def release(job_id: int) -> Response:
    """Let the paper wait for its turn again."""
    return act(release_job, ReleaseJob, back=back_or(_here(job_id)), job_id=job_id)


@bp.post("/jobs/chosen")
@needs(Right.PRINTERS)
def chosen() -> Response:
    """Do one thing with the papers ticked in the list."""
    back = back_or(url_for("printers.jobs"))
    wanted = form_str("action", "")
    if wanted not in set(JobAct):
        return redirect(back, 303)
    try:
        job_ids = form_ids("chosen")
        printer_id = form_choice("printer_id")
    except InvalidInput as error:
        return told(error, back)
    return act(act_on_jobs, ActOnJobs, back=back, job_ids=job_ids, act=JobAct(wanted),
               printer_id=printer_id, reason=form_str(f"reason_{wanted}", ""))  # fmt: skip


@bp.post("/jobs/<int:job_id>/looked")
@needs(Right.REPRINT, Right.PRINTERS)
def looked(job_id: int) -> Response:
    """Say that somebody looked at a paper with marks on it."""
    with reading() as session:
        require_reach(session, job_id)
    return act(look_at_job, LookAtJob, back=back_or(_here(job_id)), job_id=job_id)


@bp.post("/jobs/<int:job_id>/route")
@needs(Right.PRINTERS)
def route(job_id: int) -> Response:
    """Print the paper elsewhere."""
    return act(reroute_job, RerouteJob, back=_here(job_id), job_id=job_id,
               printer_id=form_int("printer_id"))  # fmt: skip


@bp.post("/jobs/<int:job_id>/reprint")
@needs(Right.REPRINT)
def reprint(job_id: int) -> Response:
    """Print the paper once more; a waybill through its parcel, which must be matched again."""
    with reading() as session:
        require_reach(session, job_id)
        found = _job(session, job_id)
        require_may_see(found.document_kind, found.facts)
    reason, back = form_str("reason", ""), back_or(_here(job_id))
    if parcel_id := _parcel_of(found):
        return act(reprint_label, ReprintLabel, back=back, parcel_id=parcel_id, reason=reason)
    return act(reprint_job, ReprintJob, back=back, job_id=job_id, reason=reason)
