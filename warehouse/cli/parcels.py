"""`fahuo parcels`: what was packed."""

from __future__ import annotations

from typing import Any

import click

from warehouse.api.shapes.parcels import list_parcels, show_parcel
from warehouse.cli import Site
from warehouse.cli.speaking import listing, machine_readable
from warehouse.cli.tables import of, put_list, put_one
from warehouse.dispatch.models import WaybillState
from warehouse.packing.models import ParcelState

WORDS = {"state": of(ParcelState), "waybills.state": of(WaybillState)}
LISTED = ("number", "state", "consignment", "carton", "gross_g", "waybill", "handover")


@click.group("parcels")
def parcels_cli() -> None:
    """Look at parcels."""


@parcels_cli.command("list")
@click.option("--state", type=click.Choice([s.value for s in ParcelState]),
              help="Only in this state.")  # fmt: skip
@listing
@click.pass_obj
def list_command(site: Site, /, **asked: Any) -> None:
    """List parcels, newest first."""
    put_list(site, list_parcels, "parcels", LISTED, WORDS, **asked)


@parcels_cli.command("show")
@click.argument("number")
@machine_readable
@click.pass_obj
def show_command(site: Site, number: str, as_json: bool) -> None:
    """Show one parcel, by its number, its SSCC or its live waybill's."""
    with site.database.reading() as session:
        parcel = show_parcel(session, number)
    put_one(
        parcel,
        WORDS,
        as_json=as_json,
        lines=("sku", "name", "properties", "pieces"),
        waybills=("number", "carrier", "state", "assigned_at", "voided_at"),
    )
