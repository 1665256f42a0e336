"""The desk's print routes: which printer takes which paper from which station."""

from __future__ import annotations

import sqlalchemy as sa
from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from printing.media import SUITABLE
from printing.models import Printer, PrinterKind, PrintRoute
from warehouse.catalog.models import Station
from warehouse.errors import InvalidInput, NotFound
from warehouse.people.rights import Right
from warehouse.printers.commands import SetRoute, set_route
from warehouse.printers.words import DOCUMENTS
from warehouse.text import say
from warehouse.web.access import needs
from warehouse.web.context import do, form_choice, form_int, reading
from warehouse.web.desk import noted, told
from warehouse.web.papers import bp

# A test names its printer, a separator lies with what it parts, and badges are keys: they are
# fetched once by whoever makes them, and no queue keeps them.
UNROUTED = ("test_page", "separator", "badge_sheet")
KINDS = tuple(kind for kind in DOCUMENTS if kind not in UNROUTED)


@bp.get("/routes")
@needs(Right.PRINTERS)
def routes() -> str:
    """Show the routes of all stations, and the station's own that win over them."""
    with reading() as session:
        found = {
            (r.station_id, r.document_kind): r.printer_id
            for r in session.scalars(sa.select(PrintRoute))
        }
        stations = list(
            session.scalars(sa.select(Station).where(Station.is_active).order_by(Station.code))
        )
        printers = list(
            session.execute(
                sa.select(
                    Printer.id, Printer.name, Printer.kind, Printer.media, Printer.stand_in_id
                ).order_by(Printer.name)
            )
        )
    return render_template(
        "printers/routes.html",
        routes=found,
        places=[(None, say("all other stations"), ""), *((s.id, s.code, s.name) for s in stations)],
        kinds=KINDS,
        suitable=SUITABLE,
        printers=[(p.id, f"{p.name} {p.media}".strip()) for p in printers],
        components={p.id for p in printers if p.kind is PrinterKind.COMPONENT},
        stand_ins={p.id: p.stand_in_id for p in printers},
    )


@bp.post("/routes")
@needs(Right.PRINTERS)
def save_routes() -> Response:
    """Keep the routes of one station, or of all others; only what changed is written."""
    back = url_for("printers.routes")
    station_id = form_choice("station")
    outcome = None
    try:
        for kind, printer_id in _changed(station_id).items():
            outcome = do(
                set_route, SetRoute, station_id=station_id, document_kind=kind,
                printer_id=printer_id,
            )  # fmt: skip
    except (InvalidInput, NotFound) as error:
        return told(error, back)
    return noted(outcome, back) if outcome else redirect(back, 303)


def _changed(station_id: int | None) -> dict[str, int | None]:
    """Return kind → printer of the routes the form wants otherwise than they are."""
    wanted = {
        kind: form_int(f"printer_{kind}") or None if request.form[f"printer_{kind}"] else None
        for kind in KINDS
        if f"printer_{kind}" in request.form
    }
    with reading() as session:
        rows = session.execute(
            sa.select(PrintRoute.document_kind, PrintRoute.printer_id).where(
                PrintRoute.station_id.is_(None)
                if station_id is None
                else PrintRoute.station_id == station_id
            )
        )
        now = dict(rows.all())
    return {kind: printer for kind, printer in wanted.items() if now.get(kind) != printer}
