"""The command line: one click group per subject, loaded when it is asked for."""

from __future__ import annotations

import importlib
import logging
import sys
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import click
from sqlalchemy.exc import OperationalError

from warehouse.cli.language import Refusal
from warehouse.config import Config, ConfigError, from_environment
from warehouse.db import Database, utcnow
from warehouse.errors import WarehouseError
from warehouse.gate import DatabaseBusy
from warehouse.loading import loading
from warehouse.migrations import CannotMigrate, is_current
from warehouse.text import say

UPGRADE = "./fahuo db upgrade"

# name → (module, attribute, one line of help): help is shown without loading the module
COMMANDS = {
    "run": ("warehouse.cli.run", "run_command", "Start the web server and the worker."),
    "worker": ("warehouse.cli.run", "worker_command", "Start only the worker."),
    "db": ("warehouse.cli.schema", "db_cli", "Make, migrate and look at the database."),
    "orders": ("warehouse.cli.orders", "orders_cli", "Import, list, audit and release orders."),
    "waves": ("warehouse.cli.waves", "waves_cli", "Make and look at waves."),
    "parcels": ("warehouse.cli.parcels", "parcels_cli", "Look at parcels."),
    "handovers": ("warehouse.cli.handovers", "handovers_cli", "Look at handovers."),
    "day": ("warehouse.cli.day", "day_command", "A day in figures."),
    "stock": ("warehouse.cli.stock", "stock_cli", "Look at stock; book opening stock."),
    "ledger": ("warehouse.cli.ledger", "ledger_cli", "Prove the stock ledger."),
    "skus": ("warehouse.cli.skus", "skus_cli", "Import and list SKUs."),
    "bins": ("warehouse.cli.bins", "bins_cli", "Import and list bins."),
    "people": ("warehouse.cli.people", "people_cli", "People, badges and passwords."),
    "printers": ("warehouse.cli.printers", "printers_cli", "Printers and test prints."),
    "papers": ("warehouse.cli.papers", "papers_command", "Draw every document, and look it over."),
    "jobs": ("warehouse.cli.jobs", "jobs_cli", "The print queue."),
    "tokens": ("warehouse.cli.tokens", "tokens_cli", "Keys to the JSON API."),
    "simulate": ("warehouse.cli.simulate", "simulate_command", "Run a simulated day."),
    "bench": ("warehouse.cli.bench", "bench_command", "Run the benchmarks."),
}


class Lazy(click.Group):
    """A group whose commands are imported only when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[name]
        with loading():
            command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, text) for name, (_, _, text) in COMMANDS.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (ConfigError, CannotMigrate) as error:
            raise Refusal(error.text) from error
        except WarehouseError as error:
            raise Refusal(error.text) from error
        except DatabaseBusy as error:
            raise Refusal(say("The database is busy. Try again in a moment.")) from error
        except OperationalError as error:
            raise Refusal(say("The database cannot be used: {why}", why=error.orig)) from error


@dataclass
class Site:
    """What every command works on: settings and database, opened when first asked for."""

    @cached_property
    def config(self) -> Config:
        """The settings of the environment."""
        return from_environment()

    @cached_property
    def database(self) -> Database:
        """The database, at this code's schema.

        Raises:
            Refusal: it has not been made or migrated yet.
        """
        database = Database(self.config.database_url)
        path = database.sqlite_path
        is_missing = path is not None and not path.exists()
        if is_missing or not is_current(database):
            raise Refusal(say("The database is not ready. Run: {command}", command=UPGRADE))
        return database

    def today(self) -> date:
        """Return the site's calendar day."""
        return utcnow().astimezone(self.config.time_zone).date()


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(ctx: click.Context) -> None:
    """Fahuo (发货): warehouse, fulfilment and labels for online shops."""
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s"
    )
    logging.getLogger("fahuo").setLevel(logging.INFO)
    ctx.obj = Site()


def run_main() -> None:
    """Run the command line; the entry of `python -m warehouse.cli`."""
    main(prog_name="fahuo", args=sys.argv[1:])
