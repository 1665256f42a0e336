"""The desk's runs: the papers asked for together, and going on after a roll ran out."""

from __future__ import annotations

from flask import render_template, url_for
from werkzeug.wrappers import Response

from printing.models import JobState, Printer, PrintJob
from printing.queue.runs import papers_of_run
from warehouse.dispatch.commands.resuming import ResumeRun, resume_run
from warehouse.errors import InvalidInput, NotFound
from warehouse.people.rights import Right
from warehouse.text import say
from warehouse.web.access import needs
from warehouse.web.context import form_int, form_str, reading
from warehouse.web.desk import act, told
from warehouse.web.paper_rights import may_see
from warehouse.web.papers import bp, require_reach


@bp.get("/jobs/<int:job_id>/run")
@needs(Right.SEE_DESK, Right.REPRINT)
def run(job_id: int) -> str:
    """Show every paper of a run as its newest copy stands."""
    with reading() as session:
        require_reach(session, job_id)
        job = session.get(PrintJob, job_id)
        if job is None or job.run_id is None:
            raise NotFound(say("paper"), job_id)
        papers = papers_of_run(session, job.run_id, job.document_kind)
        names = {
            printer_id: session.get_one(Printer, printer_id).name
            for printer_id in {p.printer_id for p in papers if p.printer_id}
        }
    sent = [p.run_no for p in papers if p.state is JobState.SENT]
    return render_template(
        "printers/run.html",
        job=job,
        papers=papers,
        printers=names,
        is_seen=may_see(job.document_kind),
        last_sent=max(sent, default=0),
        can_resume=any(p.state in (JobState.SENT, JobState.UNKNOWN) for p in papers),
    )


@bp.post("/jobs/<int:job_id>/run")
@needs(Right.REPRINT)
def resume_after(job_id: int) -> Response:
    """Print once more what came after the last good label."""
    back = url_for("printers.run", job_id=job_id)
    with reading() as session:
        require_reach(session, job_id)
    try:
        last_good = form_int("last_good")
    except InvalidInput as error:
        return told(error, back)
    return act(resume_run, ResumeRun, back=back, job_id=job_id, last_good=last_good,
               reason=form_str("reason", ""))  # fmt: skip
