"""`fahuo simulate`: play a day of the warehouse with virtual workers and judge what came of it."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import click

from warehouse.cli.language import Misuse, Refusal
from warehouse.shops.refusals import FileRefused
from warehouse.simulation import Plan, simulate
from warehouse.simulation.day import Day
from warehouse.text import say

SECONDS_PER_LINE = 2


@click.command("simulate")
@click.option("--orders", default=100, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--pickers", default=4, show_default=True, type=click.IntRange(1, 200))
@click.option("--packers", default=3, show_default=True, type=click.IntRange(1, 200))
@click.option("--seed", default=1, show_default=True, help="The same seed plays the same day.")
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for summary, documents and the day's own database.",
)
@click.option(
    "--import",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Play the orders of these files instead of invented ones; may be given several times.",
)
@click.option(
    "--receipts",
    default=0,
    show_default=True,
    type=click.IntRange(0, 1_000),
    help="Deliveries that are counted, confirmed, booked and put away.",
)
@click.option(
    "--counts",
    default=0,
    show_default=True,
    type=click.IntRange(0, 50),
    help="Stock counts of all shelves, each of its part, while orders are picked.",
)
@click.option(
    "--planted",
    default=0,
    show_default=True,
    type=click.IntRange(0, 10_000),
    help="Bins that hold other pieces than the book says, for the counts to find.",
)
@click.option("--database-url", default="", help="Play on this database instead of one of its own.")
@click.argument("more_files", nargs=-1, type=click.Path(exists=True, path_type=Path))
def simulate_command(files: tuple[Path, ...], more_files: tuple[Path, ...], **options: Any) -> None:
    """Run virtual workers through the tablets' own commands, from import to handover.

    Exits with 0 only if the ledger verifies, every order has ended somewhere, and none was
    dispatched wrongly as told from boxes and labels; and, of counts, only if they found every
    planted difference and posted none where shelf and book agreed.
    """
    if more_files and not files:
        raise Misuse(say("Files to import come after --import."))
    if options["planted"] and not options["counts"]:
        raise Misuse(say("Planted differences are found by counts: say how many as well."))
    plan = Plan(**options, files=(*files, *more_files))
    try:
        summary = simulate(plan, _Progress())
    except FileRefused as refused:
        raise Refusal(refused.text) from refused
    click.echo(summary.as_text(), nl=False)
    if not summary.is_sound:
        raise click.exceptions.Exit(1)


class _Progress:
    """Shows how far the day is, on standard error."""

    def __init__(self) -> None:
        self._last = time.monotonic()
        self._is_terminal = sys.stderr.isatty()

    def __call__(self, day: Day) -> None:
        if time.monotonic() - self._last < SECONDS_PER_LINE:
            return
        self._last = time.monotonic()
        line = (
            f"{day.now:%H:%M} · {len(day.order_ids)} orders in · {len(day.judge.rides)} parcels"
            f" out · {day.tally.scans} scans · {day.tally.refused.total()} refused"
        )
        click.echo(line + ("\r" if self._is_terminal else ""), err=True, nl=not self._is_terminal)
