"""`fahuo handovers`: what the couriers took."""

from __future__ import annotations

from typing import Any

import click

from warehouse.api.shapes.handovers import list_handovers, show_handover
from warehouse.cli import Site
from warehouse.cli.speaking import listing, machine_readable
from warehouse.cli.tables import of, put_list, put_one
from warehouse.dispatch.models import HandoverState

WORDS = {"state": of(HandoverState)}
LISTED = ("number", "carrier", "state", "parcels", "refused", "opened_at", "closed_at")


@click.group("handovers")
def handovers_cli() -> None:
    """Look at handovers."""


@handovers_cli.command("list")
@click.option("--state", type=click.Choice([s.value for s in HandoverState]),
              help="Only in this state.")  # fmt: skip
@click.option("--carrier", help="Only of the courier with this code.")
@listing
@click.pass_obj
def list_command(site: Site, /, **asked: Any) -> None:
    """List handovers, newest first."""
    put_list(site, list_handovers, "handovers", LISTED, WORDS, **asked)


@handovers_cli.command("show")
@click.argument("number")
@machine_readable
@click.pass_obj
def show_command(site: Site, number: str, as_json: bool) -> None:
    """Show one handover with its parcels."""
    with site.database.reading() as session:
        handover = show_handover(session, number)
    put_one(handover, WORDS, as_json=as_json, parcels=("parcel", "waybill", "gross_g", "at"))
