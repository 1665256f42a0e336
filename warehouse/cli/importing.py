"""Importing by command line: orders, and lists of SKUs, bins and opening stock."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from warehouse.api.shapes.imports import rejected_row
from warehouse.catalog.lists import ListReport, not_read
from warehouse.cli import Site
from warehouse.cli.language import language, note, spoken
from warehouse.cli.speaking import Progress, actor_of, as_person, machine_readable, put_json
from warehouse.cli.tables import put_counts
from warehouse.db import utcnow
from warehouse.orders.importing import ImportSummary, Step, import_files, rejects_of
from warehouse.shops.rows import Rejected
from warehouse.text import say

STRICT_EXIT = 3
SHOWN = 50
COUNTS = ("orders_new", "orders_changed", "orders_unchanged", "lines_new", "rows_rejected")

a_file = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
strict = click.option(
    "--strict", is_flag=True, help=f"Exit {STRICT_EXIT} if any row was refused, for cron."
)


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=a_file, metavar="FILE...")
@click.option("--shop", default="", help="The shop's code, if the files do not say it.")
@strict
@as_person
@machine_readable
@click.pass_obj
def import_command(
    site: Site,
    files: tuple[Path, ...],
    shop: str,
    strict: bool,
    login: str | None,
    as_json: bool,
) -> None:
    """Import order files, CSV or XLSX: Taobao/Tmall reports, or the own layout.

    The two reports of one export are paired by themselves. Rows that cannot be taken are listed
    with the reason; the others go in. Exit 1: a file could not be read, nothing was taken.
    """
    progress = Progress()
    done = import_files(
        site.database,
        files,
        site.config,
        actor=actor_of(site, login),
        shop_code=shop,
        on_step=lambda step: progress.show(_step(step)),
    )
    progress.end()
    rows = (rejected_row(row, language()) for row in rejects_of(site.database, done.run_id))
    if as_json:
        _put_json(done, rows)
    else:
        put_counts({count: getattr(done, count) for count in COUNTS})
        _put_rejected(rows, done.rows_rejected)
    for text in done.notes:
        note(text)
    if strict and done.rows_rejected:
        raise click.exceptions.Exit(STRICT_EXIT)


def _step(step: Step) -> str:
    if step.stage == "reading":
        percent = 100 * step.done // max(step.total, 1)
        return f"{step.file}: {percent} %"
    words = {"writing": say("writing orders"), "auditing": say("auditing orders")}
    return f"{spoken(words.get(step.stage, step.stage))}: {step.done} / {step.total}"


def _put_json(done: ImportSummary, rows: Iterable[dict[str, Any]]) -> None:
    """Print the one object row by row: a bad file may have refused rows by the hundred thousand."""
    head = json.dumps({count: getattr(done, count) for count in COUNTS})
    click.echo(f'{head[:-1]}, "rejected": [', nl=False)
    for number, row in enumerate(rows):
        click.echo((", " if number else "") + json.dumps(row, ensure_ascii=False), nl=False)
    click.echo("]}")


def _put_rejected(rows: Iterable[dict[str, Any]], count: int) -> None:
    for number, row in enumerate(rows):
        if number == SHOWN:
            note(say("… and {count} more; --json lists all.", count=count - SHOWN))
            return
        place = f"{row['file']}:{row['row']}" + (f" {row['column']}" if row["column"] else "")
        note(f"{place} [{row['value']}] {row['reason']}")


def list_import(read: Callable[..., ListReport], help_text: str) -> click.Command:
    """Return the command that imports a list with `read` and tells what it did."""

    @click.command("import", help=help_text)
    @click.argument("file", type=a_file)
    @strict
    @as_person
    @machine_readable
    @click.pass_obj
    def import_list(site: Site, file: Path, strict: bool, login: str | None, as_json: bool) -> None:
        report = _read_list(site, read, file, login)
        rows = [_rejected(row) for row in report.rejected]
        _put_report(report, rows, as_json=as_json)
        if strict and rows:
            raise click.exceptions.Exit(STRICT_EXIT)

    return import_list


def _read_list(
    site: Site, read: Callable[..., ListReport], file: Path, login: str | None
) -> ListReport:
    progress = Progress()
    report = read(
        site.database,
        file,
        actor=actor_of(site, login),
        at=utcnow(),
        on_rows=lambda rows: progress.show(f"{file.name}: {rows}"),
    )
    progress.end()
    return report


def _put_report(report: ListReport, rows: list[dict[str, Any]], *, as_json: bool) -> None:
    counts = {
        "new": report.new,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "rows_rejected": report.rows_rejected,
    }
    if as_json:
        put_json({**counts, "rejected": rows, "not_read": list(report.not_read)})
        return
    put_counts(counts)
    if unknown := not_read(report.not_read):
        note(unknown)
    _put_rejected(rows, len(rows))


def _rejected(row: Rejected) -> dict[str, Any]:
    return {
        "file": row.file,
        "row": row.row,
        "column": row.column,
        "value": row.value,
        "reason": spoken(row.reason),
    }
