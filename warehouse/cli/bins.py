"""`fahuo bins`: the places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from warehouse.api.shapes.stock import list_bins
from warehouse.catalog.importing import import_bin_list
from warehouse.catalog.models import BinKind
from warehouse.cli import Site
from warehouse.cli.importing import a_file, import_list, strict
from warehouse.cli.speaking import as_person, collect, listing, machine_readable, put_listing

LISTED = ("code", "kind", "zone", "walk_order", "x_mm", "y_mm", "is_active")


@click.group("bins")
def bins_cli() -> None:
    """Import and list bins."""


@bins_cli.command("list")
@click.option("--kind", type=click.Choice([k.value for k in BinKind]), help="Only of this kind.")
@listing
@click.pass_obj
def list_command(site: Site, /, as_json: bool, **asked: Any) -> None:
    """List bins."""
    put_listing(collect(site, list_bins, "bins", **asked), "bins", LISTED, as_json=as_json)


@bins_cli.command("import")
@click.argument("file", type=a_file)
@strict
@as_person
@machine_readable
@click.pass_obj
def import_command(site: Site, file: Path, strict: bool, login: str | None, as_json: bool) -> None:
    """Make or change the bins of a CSV or XLSX list."""
    import_list(site, import_bin_list, file, login=login, as_json=as_json, strict=strict)
