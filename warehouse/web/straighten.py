"""The desk's page that lays a printer's picture straight by what is read off its test page."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import partial

from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing.documents import Locale, TestPage
from printing.media import Form, Media
from printing.models import Printer
from printing.queue import showing
from printing.queue.showing import Undrawn
from printing.straightening import TENTHS
from warehouse.errors import InvalidInput, NotFound
from warehouse.people.rights import Right
from warehouse.printers.straightening import (
    StraightenPrinter,
    measured_mm,
    stock_of,
    straighten_printer,
)
from warehouse.settings import load_settings
from warehouse.text import say
from warehouse.web import drawing
from warehouse.web.access import needs
from warehouse.web.context import do, form_str, reading
from warehouse.web.desk import noted
from warehouse.web.pages import invalid
from warehouse.web.papers import SCREEN_DPI, bp

EDGES = ("left", "right", "top", "bottom")
LONGEST_TYPED = 8


@bp.get("/<int:printer_id>/straighten")
@needs(Right.PRINTERS)
def straighten(printer_id: int) -> str:
    """Ask what is read at the arrows of the test page."""
    return _page(printer_id, {}, {})


@bp.post("/<int:printer_id>/straighten")
@needs(Right.PRINTERS)
def straightened(printer_id: int) -> Response | tuple[str, int]:
    """Move the picture by what was read."""
    try:
        read = {edge: _tenths(edge) for edge in (*EDGES, "measured")}
        outcome = do(straighten_printer, StraightenPrinter, printer_id=printer_id, **read)
    except InvalidInput as error:
        return _page(printer_id, dict(request.form), invalid(error)), 400
    return noted(outcome, url_for("printers.straighten", printer_id=printer_id))


@bp.get("/<int:printer_id>/trial.png")
@needs(Right.PRINTERS)
def trial(printer_id: int) -> Response:
    """Return the test page as it should come out."""
    with reading() as session:
        printer = _printer(session, printer_id)
        stock = stock_of(printer)
        locale = Locale(load_settings(session).paper_locale)
        page = TestPage(locale=locale, test_no="TEST", printer=printer.name, media=printer.media)
    paper = Undrawn(document=page, stock=stock)
    return drawing.picture(partial(showing.picture, paper, dpi=SCREEN_DPI))


def _page(printer_id: int, typed: dict[str, str], errors: dict[str, str]) -> str:
    with reading() as session:
        printer = _printer(session, printer_id)
        stock = stock_of(printer)
        return render_template(
            "printers/straighten.html",
            printer=printer,
            edges=_edges(stock, typed),
            measured=typed.get("measured", ""),
            measured_mm=measured_mm(stock),
            errors=errors,
        )


def _edges(stock: Media, typed: dict[str, str]) -> list[tuple[str, object, str]]:
    """Return field, label and value: before anything is typed, what a straight page shows."""
    ends = [
        ("left", say("{letter}, left", letter="A"), 0.0),
        ("right", say("{letter}, right", letter="B"), stock.width_mm),
        ("top", say("{letter}, top", letter="C"), 0.0),
        ("bottom", say("{letter}, bottom", letter="D"), stock.height_mm),
    ]
    shown = ends[:2] if stock.form is Form.ROLL else ends
    return [(name, label, typed.get(name, f"{value:g}")) for name, label, value in shown]


def _tenths(field: str) -> int:
    text = form_str(field, "").replace(",", ".") or "0"
    try:
        value = Decimal(text[:LONGEST_TYPED])
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) > 10_000:  # noqa: PLR2004  ten metres of paper
        raise InvalidInput(say("Type millimetres, as 99.5."), field=field)
    return round(value * TENTHS)


def _printer(session: Session, printer_id: int) -> Printer:
    found = session.get(Printer, printer_id)
    if found is None:
        raise NotFound(say("printer"), printer_id)
    return found
