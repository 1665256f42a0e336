"""`fahuo bins`: the places."""

from __future__ import annotations

from typing import Any

import click

from warehouse.api.shapes.stock import list_bins
from warehouse.catalog.importing import import_bin_list
from warehouse.catalog.models import BinKind
from warehouse.cli import Site
from warehouse.cli.importing import list_import
from warehouse.cli.speaking import listing
from warehouse.cli.tables import of, put_list

WORDS = {"kind": of(BinKind)}
LISTED = ("code", "kind", "zone", "walk_order", "x_mm", "y_mm", "is_active")


@click.group("bins")
def bins_cli() -> None:
    """Import and list bins."""


@bins_cli.command("list")
@click.option("--kind", type=click.Choice([k.value for k in BinKind]), help="Only of this kind.")
@listing
@click.pass_obj
def list_command(site: Site, /, **asked: Any) -> None:
    """List bins."""
    put_list(site, list_bins, "bins", LISTED, WORDS, **asked)


bins_cli.add_command(list_import(import_bin_list, "Make or change the bins of a CSV or XLSX list."))
