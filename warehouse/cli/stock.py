"""`fahuo stock`: what stands where, and the stock a site begins with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from warehouse.api.shapes.stock import list_stock
from warehouse.cli import Site
from warehouse.cli.importing import a_file, import_list, strict
from warehouse.cli.speaking import as_person, collect, listing, machine_readable, put_listing
from warehouse.inventory.opening import import_opening_list

LISTED = ("bin", "kind", "sku", "on_hand", "reserved", "available")


@click.group("stock")
def stock_cli() -> None:
    """Look at stock; book opening stock."""


@stock_cli.command("list")
@click.option("--sku", help="Only of this SKU.")
@click.option("--bin", help="Only in this bin.")
@click.option("--outside", is_flag=True, help="Bins that stand for the outside too.")
@listing
@click.pass_obj
def list_command(site: Site, /, as_json: bool, **asked: Any) -> None:
    """List what stands where, bin by bin."""
    put_listing(collect(site, list_stock, "stock", **asked), "stock", LISTED, as_json=as_json)


@stock_cli.command("import")
@click.argument("file", type=a_file)
@strict
@as_person
@machine_readable
@click.pass_obj
def import_command(site: Site, file: Path, strict: bool, login: str | None, as_json: bool) -> None:
    """Book the opening stock of a list: bin, SKU, pieces. A list sent twice is booked once."""
    import_list(site, import_opening_list, file, login=login, as_json=as_json, strict=strict)
