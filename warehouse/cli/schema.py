"""`fahuo db`: the schema."""

from __future__ import annotations

import json

import click

from warehouse import migrations
from warehouse.cli import Site
from warehouse.cli.language import tell
from warehouse.db import Database
from warehouse.text import say


@click.group("db", help="Make, migrate and look at the database.")
def db_cli() -> None:
    """Commands on the schema."""


@db_cli.command("upgrade")
@click.pass_obj
def upgrade(site: Site) -> None:
    """Make the schema, or bring it to this version."""
    database = Database(site.config.database_url)
    migrations.upgrade(database)
    version = migrations.current_revision(database)
    tell(say("The database is at schema version {version}.", version=version))


@db_cli.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_obj
def status(site: Site, as_json: bool) -> None:
    """Say which schema version the database has and which this program wants."""
    database = Database(site.config.database_url)
    path = database.sqlite_path
    exists = path is None or path.exists()
    current = migrations.current_revision(database) if exists else None
    facts = {"current": current, "wanted": migrations.head_revision()}
    if as_json:
        click.echo(json.dumps(facts))
        return
    tell(
        say("Database: {current}. Program: {wanted}.", current=current, wanted=facts["wanted"])
        if current
        else say("The database is empty. Program: {wanted}.", wanted=facts["wanted"])
    )
