"""A paper nobody has asked for yet, with its real facts: to be looked at before it is printed."""

from __future__ import annotations

from functools import partial

from flask import make_response
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing.documents import Document
from printing.errors import PrintingError
from printing.queue import draft_of, routed_printer, showing
from printing.queue.showing import Undrawn
from warehouse.errors import RuleViolation
from warehouse.web import drawing
from warehouse.web.context import person
from warehouse.web.paper_rights import require_may_see


def draft(session: Session, document: Document) -> Undrawn:
    """Return what the document is drawn from, on the stock its printer holds: see `shown`.

    Raises:
        Forbidden: it shows people or prices, and this is somebody who may not see them.
        RuleViolation: what draws it is not there.
    """
    require_may_see(document.kind)
    printer_id = routed_printer(session, document.kind, person().station_id)
    try:
        return draft_of(session, document, printer_id)
    except PrintingError as error:
        raise RuleViolation(drawing.CANNOT) from error


def shown(paper: Undrawn) -> Response:
    """Return the draft as PDF with a mark across; the database is not needed for it.

    Raises:
        CannotDraw: its facts make no paper, or not now.
    """
    response = make_response(drawing.shown(partial(showing.pdf, paper, is_marked=True)))
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = (
        f'inline; filename="{paper.document.file_stem.replace("%", "_")}-preview.pdf"'
    )
    return response
