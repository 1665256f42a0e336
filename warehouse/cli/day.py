"""`fahuo day`: what was done, in figures."""

from __future__ import annotations

import click

from warehouse.api.shapes.days import show_day
from warehouse.cli import Site
from warehouse.cli.language import language
from warehouse.cli.speaking import machine_readable
from warehouse.cli.tables import put_one


@click.command("day")
@click.argument("day", required=False, metavar="[YYYY-MM-DD]")
@machine_readable
@click.pass_obj
def day_command(site: Site, day: str | None, as_json: bool) -> None:
    """Show a day in figures beside the day before; today without one named."""
    today = site.today()
    with site.database.reading() as session:
        found = show_day(
            session, day or today.isoformat(), today=today, zone=site.config.time_zone,
            language=language(),
        )  # fmt: skip
    put_one(found, as_json=as_json, figures=("name", "value", "before", "note"))
