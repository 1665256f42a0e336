"""`fahuo skus`: the goods."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from warehouse.api.shapes.stock import list_skus, show_sku
from warehouse.catalog.importing import import_sku_list
from warehouse.cli import Site
from warehouse.cli.importing import a_file, import_list, strict
from warehouse.cli.speaking import (
    as_person,
    collect,
    listing,
    machine_readable,
    put_facts,
    put_json,
    put_listing,
    put_table,
)

LISTED = ("code", "name", "properties", "weight_g", "available")


@click.group("skus")
def skus_cli() -> None:
    """Import and list SKUs."""


@skus_cli.command("list")
@listing
@click.pass_obj
def list_command(site: Site, /, as_json: bool, **asked: Any) -> None:
    """List SKUs with the pieces that are free."""
    put_listing(collect(site, list_skus, "skus", **asked), "skus", LISTED, as_json=as_json)


@skus_cli.command("show")
@click.argument("code")
@machine_readable
@click.pass_obj
def show_command(site: Site, code: str, as_json: bool) -> None:
    """Show one SKU, by its code or a barcode, and where it stands."""
    with site.database.reading() as session:
        sku = show_sku(session, code)
    if as_json:
        put_json(sku)
        return
    put_facts(sku, without=("barcodes", "stock"))
    if sku["barcodes"]:
        put_table(sku["barcodes"], ("code", "kind", "pieces"))
    if sku["stock"]:
        put_table(sku["stock"], ("bin", "on_hand", "reserved", "available"))


@skus_cli.command("import")
@click.argument("file", type=a_file)
@strict
@as_person
@machine_readable
@click.pass_obj
def import_command(site: Site, file: Path, strict: bool, login: str | None, as_json: bool) -> None:
    """Make or change the SKUs of a CSV or XLSX list."""
    import_list(site, import_sku_list, file, login=login, as_json=as_json, strict=strict)
