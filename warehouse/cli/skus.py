"""`fahuo skus`: the goods."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from warehouse.api.shapes.stock import list_skus, show_sku
from warehouse.catalog.importing import import_sku_list
from warehouse.catalog.models import BarcodeKind
from warehouse.cli import Site
from warehouse.cli.importing import list_import
from warehouse.cli.speaking import listing, machine_readable
from warehouse.cli.tables import of, put_list, put_one
from warehouse.inventory.tracking import import_tracked_skus

LISTED = ("code", "name", "properties", "weight_g", "available")


@click.group("skus")
def skus_cli() -> None:
    """Import and list SKUs."""


@skus_cli.command("list")
@listing
@click.pass_obj
def list_command(site: Site, /, **asked: Any) -> None:
    """List SKUs with the pieces that may be promised to orders."""
    put_list(site, partial(list_skus, day=site.today()), "skus", LISTED, **asked)


@skus_cli.command("show")
@click.argument("code")
@machine_readable
@click.pass_obj
def show_command(site: Site, code: str, as_json: bool) -> None:
    """Show one SKU, by its code or a barcode, and where it stands."""
    with site.database.reading() as session:
        sku = show_sku(session, code, day=site.today())
    put_one(
        sku,
        {"barcodes.kind": of(BarcodeKind)},
        as_json=as_json,
        barcodes=("code", "kind", "pieces"),
        stock=("bin", "on_hand", "reserved", "available"),
    )


skus_cli.add_command(
    list_import(
        partial(import_sku_list, handler=import_tracked_skus),
        "Make or change the SKUs of a CSV or XLSX list.",
    )
)
