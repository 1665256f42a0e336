"""`fahuo db`: the schema."""

from __future__ import annotations

import json

import click

from warehouse import migrations
from warehouse.cli import Site
from warehouse.db import Database


@click.group("db", help="Make, migrate and look at the database.")
def db_cli() -> None:
    """Commands on the schema."""


@db_cli.command("upgrade")
@click.pass_obj
def upgrade(site: Site) -> None:
    """Make the schema, or bring it to this version."""
    database = Database(site.config.database_url)
    migrations.upgrade(database)
    click.echo(f"The database is at schema version {migrations.current_revision(database)}.")


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
    click.echo(f"Database: {current or 'empty'}. Program: {facts['wanted']}.")
