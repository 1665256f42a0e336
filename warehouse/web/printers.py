"""The desk's printers: setting them up, trying them, stopping them."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from printing.errors import AddressRefused
from printing.media import STOCKS, media
from printing.models import Printer, PrinterKind
from printing.queue import transport_for
from warehouse.errors import InvalidInput, NotFound
from warehouse.people.rights import Right
from warehouse.printers.commands import (
    PausePrinter,
    RemovePrinter,
    SavePrinter,
    TestPrint,
    pause_printer,
    remove_printer,
    save_printer,
    test_print,
)
from warehouse.text import Text, say
from warehouse.web.access import needs
from warehouse.web.context import config, do, form_int, form_str, reading
from warehouse.web.desk import act, noted
from warehouse.web.notes import address_fault, media_word
from warehouse.web.pages import invalid
from warehouse.web.papers import bp
from warehouse.web.timeline import story
from warehouse.web.words import options


@bp.get("/new")
@needs(Right.PRINTERS)
def new() -> str:
    """Show the form of a new printer, filled in as far as a search found out."""
    given = {name: request.args.get(name, "")[:200] for name in ("name", "kind", "address")}
    return _form(None, {**_defaults(), **{k: v for k, v in given.items() if v}}, {})


@bp.post("")
@needs(Right.PRINTERS)
def add() -> Response | tuple[str, int]:
    """Make a printer."""
    return _save(None)


@bp.get("/<int:printer_id>")
@needs(Right.PRINTERS)
def printer(printer_id: int) -> str:
    """Show a printer's settings, to be changed."""
    with reading() as session:
        found = _printer(session, printer_id)
        values = {name: getattr(found, name) for name in _defaults()}
    return _form(printer_id, values, {})


@bp.post("/<int:printer_id>")
@needs(Right.PRINTERS)
def change(printer_id: int) -> Response | tuple[str, int]:
    """Change a printer."""
    with reading() as session:
        _printer(session, printer_id)
    return _save(printer_id)


def _defaults() -> dict[str, Any]:
    return {
        "name": "", "kind": PrinterKind.FOLDER, "address": f"{config().spool_dir}/", "dpi": 203,
        "width_dots": 832, "media": "", "darkness": 0, "offset_x": 0, "offset_y": 0,
        "is_mute": False,
    }  # fmt: skip


def _save(printer_id: int | None) -> Response | tuple[str, int]:
    try:
        values = _typed()
        check_address(values["kind"], values["address"])
        outcome = do(save_printer, SavePrinter, printer_id=printer_id, **values)
    except InvalidInput as error:
        typed = {**_defaults(), **{k: request.form.get(k, "") for k in _defaults()}}
        return _form(printer_id, typed, invalid(error)), 400
    return noted(outcome, url_for("printers.printer", printer_id=outcome.subject_id))


def _typed() -> dict[str, Any]:
    kind = form_str("kind", "")
    if kind not in set(PrinterKind):
        raise InvalidInput(say("Choose what it understands."), field="kind")
    numbers = ("dpi", "width_dots", "darkness", "offset_x", "offset_y")
    return {
        "name": form_str("name", ""),
        "kind": PrinterKind(kind),
        "address": form_str("address", ""),
        "media": form_str("media", ""),
        "is_mute": "is_mute" in request.form,
        **{name: form_int(name, int(_defaults()[name])) for name in numbers},
    }


def check_address(kind: PrinterKind, address: str) -> None:
    """Refuse an address outside what the site allows; names are looked up now.

    Raises:
        InvalidInput: malformed, unknown, or not allowed.
    """
    try:
        transport_for(
            Printer(name="", kind=kind, address=address), media("A4"), config().allowed_printers
        )
    except AddressRefused as error:
        raise InvalidInput(
            say("This address cannot be used: {why}", why=address_fault(error)), field="address"
        ) from error


def _form(printer_id: int | None, values: dict[str, Any], errors: dict[str, str]) -> str:
    with reading() as session:
        found = _printer(session, printer_id) if printer_id else None
        events = story(
            session, [("printer", [printer_id] if printer_id else [])],
            job_subjects=[f"printer:{printer_id}"] if printer_id else (),
        )  # fmt: skip
    return render_template(
        "printers/form.html",
        printer=found,
        values=values,
        errors=errors,
        kinds=options(PrinterKind),
        media=[("", say("any: each paper on the stock it is made for")),
               *((name, media_word(name)) for name in STOCKS)],
        ways=_ways(),
        events=events,
    )  # fmt: skip


def _ways() -> list[tuple[Text, list[str]]]:
    """Return how an address is written, by the way a printer is reached, and what is allowed."""
    return [
        (say("label or receipt printer, by network"), ["10.0.0.21", "10.0.0.21:9100"]),
        (say("by USB at the server"), ["/dev/usb/lp0"]),
        (
            say("by serial line at the server"),
            ["/dev/ttyUSB0@9600", "/dev/ttyUSB0@9600,rtscts", "/dev/ttyUSB0@9600,xonxoff"],
        ),
        (say("office printer"), ["10.0.0.30", "ipp://10.0.0.30/ipp/print"]),
        (say("queue of a print server"), ["10.0.0.5/queue"]),
        (
            say("print component of a platform"),
            ["10.0.0.40", "10.0.0.40/HPRT N31", "wss://bench1.example/HPRT N31"],
        ),
        (say("folder"), [f"{config().spool_dir}/a4"]),
        (say("browser"), []),
        (say("allowed networks"), [str(n) for n in config().allowed_printers.networks]),
        (say("allowed devices"), list(config().printer_devices)),
    ]


def _printer(session: Session, printer_id: int) -> Printer:
    found = session.get(Printer, printer_id)
    if found is None:
        raise NotFound(say("printer"), printer_id)
    return found


@bp.post("/<int:printer_id>/pause")
@needs(Right.PRINTERS)
def pause(printer_id: int) -> Response:
    """Stop the printer's lane, or let it go on."""
    wanted = form_int("paused", 1) == 1
    back = url_for("printers.index")
    return act(pause_printer, PausePrinter, back=back, printer_id=printer_id, is_paused=wanted)


@bp.post("/<int:printer_id>/test")
@needs(Right.PRINTERS)
def test(printer_id: int) -> Response:
    """Have the printer print its test page."""
    outcome = do(test_print, TestPrint, printer_id=printer_id)
    return noted(outcome, url_for("printers.job", job_id=outcome.subject_id))


@bp.post("/<int:printer_id>/remove")
@needs(Right.PRINTERS)
def remove(printer_id: int) -> Response:
    """Take away a printer that never printed."""
    return act(remove_printer, RemovePrinter, back=url_for("printers.index"),
               printer_id=printer_id)  # fmt: skip
