"""`fahuo printers`: where paper comes out."""

from __future__ import annotations

from typing import Any

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from printing.documents import KINDS
from printing.errors import AddressRefused
from printing.media import DEFAULT_DPI, DOTS_PER_MM, STOCKS, media
from printing.models import Printer, PrinterKind, PrinterState, PrintRoute
from printing.queue import lanes, transport_for
from warehouse.api.shapes.paging import iso
from warehouse.cli import Site
from warehouse.cli.speaking import (
    actor_of,
    as_person,
    machine_readable,
    perform,
    put_json,
    put_outcome,
)
from warehouse.cli.tables import of, paper, put_listing
from warehouse.errors import InvalidInput, NotFound
from warehouse.printers.commands import (
    SavePrinter,
    SetRoute,
    TestPrint,
    save_printer,
    set_route,
    test_print,
)
from warehouse.text import say

WORDS = {"kind": of(PrinterKind), "state": of(PrinterState), "prints": paper}
LISTED = ("name", "kind", "address", "media", "dpi", "state", "is_paused", "waiting", "prints")


@click.group("printers")
def printers_cli() -> None:
    """Printers and test prints."""


@printers_cli.command("list")
@machine_readable
@click.pass_obj
def list_command(site: Site, as_json: bool) -> None:
    """List printers with what waits for them."""
    with site.database.reading() as session:
        found = _printers(session)
    put_listing({"printers": found, "next": None}, "printers", LISTED, WORDS, as_json=as_json)


def _printers(session: Session) -> list[dict[str, Any]]:
    routes: dict[int, list[str]] = {}
    for printer_id, kind in session.execute(
        sa.select(PrintRoute.printer_id, PrintRoute.document_kind).distinct().order_by(
            PrintRoute.document_kind)
    ):  # fmt: skip
        routes.setdefault(printer_id, []).append(kind)
    return [
        _printer(lane.printer, sum(lane.counts.values()), routes.get(lane.printer.id, []))
        for lane in lanes(session)
        if lane.printer is not None
    ]


def _printer(printer: Printer, waiting: int, prints: list[str]) -> dict[str, Any]:
    return {
        "id": printer.id,
        "name": printer.name,
        "kind": printer.kind.value,
        "address": printer.address,
        "media": printer.media or None,
        "dpi": printer.dpi,
        "width_dots": printer.width_dots,
        "state": printer.state.value,
        "state_reason": printer.state_reason,
        "state_detail": printer.state_detail,
        "is_paused": printer.is_paused,
        "last_seen_at": iso(printer.last_seen_at),
        "waiting": waiting,
        "prints": prints,
    }


@printers_cli.command("add")
@click.argument("name")
@click.option("--kind", required=True, type=click.Choice([k.value for k in PrinterKind]),
              help="What it understands.")  # fmt: skip
@click.option(
    "--address",
    default="",
    help="HOST, HOST:PORT, /dev/usb/lp0, ipp://HOST/PATH, HOST/QUEUE, ws://HOST/NAME or a folder.",
)
@click.option("--media", "stock", type=click.Choice(sorted(STOCKS)),
              help="What is loaded; any, if not given.")  # fmt: skip
@click.option("--dpi", type=click.Choice([str(d) for d in sorted(DOTS_PER_MM)]),
              default=str(DEFAULT_DPI), show_default=True, help="Dots of its head.")  # fmt: skip
@click.option("--width-dots", type=click.IntRange(1, 4000), default=832, show_default=True,
              help="Width of its head.")  # fmt: skip
@click.option("--mute", "is_mute", is_flag=True,
              help="It never answers: what it has taken counts as printed.")  # fmt: skip
@click.option("--route", "kinds", multiple=True, type=click.Choice(sorted(KINDS)),
              help="Print papers of this kind here, from every station.")  # fmt: skip
@as_person
@machine_readable
@click.pass_obj
def add_command(
    site: Site, /, name: str, kind: str, address: str, as_json: bool, **given: Any
) -> None:
    """Add a printer. Its address must lie in the networks or folders the settings allow."""
    _check_address(site, PrinterKind(kind), address)
    actor = actor_of(site, given["login"])
    outcome = perform(
        site,
        actor,
        save_printer,
        SavePrinter,
        name=name,
        kind=PrinterKind(kind),
        address=address,
        media=given["stock"] or "",
        dpi=int(given["dpi"]),
        width_dots=given["width_dots"],
        is_mute=given["is_mute"],
    )
    for document_kind in given["kinds"]:
        perform(
            site, actor, set_route, SetRoute,
            station_id=None, document_kind=document_kind, printer_id=outcome.subject_id,
        )  # fmt: skip
    if not as_json:
        put_outcome(outcome, as_json=False)
        return
    with site.database.reading() as session:
        put_json(next(p for p in _printers(session) if p["id"] == outcome.subject_id))


def _check_address(site: Site, kind: PrinterKind, address: str) -> None:
    printer = Printer(name="", kind=kind, address=address)
    try:
        transport_for(printer, media("A4"), site.config.allowed_printers)
    except AddressRefused as error:
        raise InvalidInput(
            say("This address cannot be used: {why}", why=str(error)), field="address"
        ) from error


@printers_cli.command("test")
@click.argument("name")
@as_person
@machine_readable
@click.pass_obj
def test_command(site: Site, name: str, login: str | None, as_json: bool) -> None:
    """Queue a test page; the worker prints it."""
    with site.database.reading() as session:
        printer_id = session.scalar(sa.select(Printer.id).where(Printer.name == name))
    if printer_id is None:
        raise NotFound(say("printer"), name)
    outcome = perform(site, actor_of(site, login), test_print, TestPrint, printer_id=printer_id)
    put_outcome(outcome, as_json=as_json, job=outcome.subject_id)
