"""`fahuo jobs`: the print queue."""

from __future__ import annotations

from typing import Any

import click

from printing.models import JobState
from warehouse.api.shapes.jobs import list_jobs
from warehouse.cli import Site
from warehouse.cli.speaking import listing
from warehouse.cli.tables import of, paper, put_list

WORDS = {"kind": paper, "state": of(JobState)}
LISTED = ("id", "kind", "number", "copy", "state", "reason", "printer", "queued_at", "sent_at")


@click.group("jobs")
def jobs_cli() -> None:
    """The print queue."""


@jobs_cli.command("list")
@click.option("--state", type=click.Choice([s.value for s in JobState]), help="Only in this state.")
@click.option("--open", "is_open", is_flag=True, help="Only those that are not at their end.")
@click.option("--printer", help="Only of the printer with this name.")
@click.option("--kind", help="Only papers of this kind, as waybill.")
@listing
@click.pass_obj
def list_command(site: Site, /, **asked: Any) -> None:
    """List print jobs, newest first."""
    put_list(site, list_jobs, "print_jobs", LISTED, WORDS, **asked)
