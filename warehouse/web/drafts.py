"""A paper nobody has asked for yet, with its real facts: to be looked at before it is printed."""

from __future__ import annotations

from flask import make_response
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing.documents import Document
from printing.errors import PrintingError
from printing.queue import drawn, routed_printer
from warehouse.errors import RuleViolation
from warehouse.text import say
from warehouse.web.context import person
from warehouse.web.paper_rights import require_may_see


def draft(session: Session, document: Document) -> Response:
    """Return the document as PDF with a mark across, on the stock its printer holds.

    Raises:
        Forbidden: it shows people or prices, and this is somebody who may not see them.
        RuleViolation: its facts make no paper.
    """
    require_may_see(document.kind)
    from printing.renderers.shown import marked  # heavy: a start must not wait for it

    printer_id = routed_printer(session, document.kind, person().station_id)
    try:
        content = marked(drawn(session, document, printer_id))
    except PrintingError as error:
        raise RuleViolation(say("This paper cannot be drawn.")) from error
    response = make_response(content)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = (
        f'inline; filename="{document.file_stem.replace("%", "_")}-preview.pdf"'
    )
    return response
