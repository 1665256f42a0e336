"""The desk's page that looks for printers on the network: asked here, done by the worker."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing.models import Printer, PrinterKind
from warehouse.db import utcnow
from warehouse.people.rights import Right
from warehouse.printers.finding import (
    SEARCH_S,
    FindPrinters,
    find_printers,
    is_over,
    latest_search,
)
from warehouse.web.access import needs
from warehouse.web.context import config, reading
from warehouse.web.desk import act
from warehouse.web.papers import bp


@bp.get("/find")
@needs(Right.PRINTERS)
def find() -> str:
    """Show what answered the last time, and how far the search under way is."""
    with reading() as session:
        return render_template("printers/find.html", **_search(session))


@bp.get("/find/found")
@needs(Right.PRINTERS)
def found() -> str:
    """Return the answers alone, for the page to keep fresh."""
    with reading() as session:
        return render_template("printers/_found.html", **_search(session))


@bp.post("/find")
@needs(Right.PRINTERS)
def begin_search() -> Response:
    """Have the worker look around."""
    return act(find_printers, FindPrinters, back=url_for("printers.find"))


def _search(session: Session) -> dict[str, Any]:
    search = latest_search(session)
    now = utcnow()
    running = search is not None and not is_over(search, now)
    gone_s = (now - search.asked_at).total_seconds() if search else 0.0
    known = dict(session.execute(sa.select(Printer.address, Printer.name)).all())
    return {
        "search": search,
        "is_running": running,
        "is_given_up": search is not None and not running and search.ended_at is None,
        "percent": min(95, round(gone_s / SEARCH_S * 100)),
        "known": known,
        "kinds": {kind.value: kind for kind in PrinterKind},
        "networks": ", ".join(str(n) for n in config().printer_networks),
    }
