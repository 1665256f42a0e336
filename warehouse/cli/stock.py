"""`fahuo stock`: what stands where, and the stock a site begins with."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from warehouse.api.shapes.stock import list_stock
from warehouse.catalog.lists import ListReport
from warehouse.catalog.models import BinKind
from warehouse.cli import Site
from warehouse.cli.importing import list_import
from warehouse.cli.speaking import listing
from warehouse.cli.tables import of, put_list
from warehouse.db import Database
from warehouse.inventory.opening import import_opening_list
from warehouse.orders.restocking import audit_supplied

WORDS = {"kind": of(BinKind)}
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
def list_command(site: Site, /, **asked: Any) -> None:
    """List what stands where, bin by bin."""
    put_list(site, partial(list_stock, day=site.today()), "stock", LISTED, WORDS, **asked)


def _book(database: Database, file: Path, **given: Any) -> ListReport:
    report = import_opening_list(database, file, **given)
    audit_supplied(database, actor=given["actor"], at=given["at"])
    return report


stock_cli.add_command(
    list_import(
        _book,
        """Book the opening stock of a list: bin, SKU, pieces. A list sent twice is booked once.

        Orders that were held for want of these goods go on.
        """,
    )
)
