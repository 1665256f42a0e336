"""Reading files of shops into one batch of orders with their lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from zoneinfo import ZoneInfo

from warehouse.shops import refusals
from warehouse.shops.batch import Batch
from warehouse.shops.layouts import Layout, Match
from warehouse.shops.limits import LIMITS, Limits
from warehouse.shops.own import OWN
from warehouse.shops.refusals import FileRefused
from warehouse.shops.rows import Progress, SourceFile, TableReport
from warehouse.shops.sources import open_tables
from warehouse.shops.staging import Staging
from warehouse.shops.tablereader import TableReader
from warehouse.shops.tables import Table
from warehouse.shops.taobao import ITEMS, ORDERS

LAYOUTS: tuple[Layout, ...] = (ORDERS, ITEMS, OWN)
ROWS_PER_TICK = 1000

OnProgress = Callable[[Progress], None]


def read_files(
    files: Sequence[Path | SourceFile],
    *,
    zone: ZoneInfo,
    limits: Limits = LIMITS,
    on_progress: OnProgress | None = None,
) -> Batch:
    """Read all files, in any order, and return the batch of their orders; close it when done.

    Times without an offset are in `zone`. Rows that cannot be read are kept as `rejected`.

    Raises:
        FileRefused: one of the files cannot be read at all; nothing was kept.
    """
    staging = Staging()
    try:
        reports: list[TableReport] = []
        for file in files:
            source = file if isinstance(file, SourceFile) else SourceFile(path=file, name=file.name)
            reports += _read_file(source, staging, zone, limits, on_progress or (lambda _: None))
        staging.settle()
    except BaseException:
        staging.close()
        raise
    return Batch(staging, tuple(reports))


def _read_file(
    source: SourceFile, staging: Staging, zone: ZoneInfo, limits: Limits, on_progress: OnProgress
) -> list[TableReport]:
    total = source.path.stat().st_size
    reports: list[TableReport] = []
    head = ""
    with ExitStack() as stack:
        for table in open_tables(source, LAYOUTS, limits, stack):
            head = head or table.head
            if table.match is not None and table.is_hidden and table.is_filled():
                raise FileRefused(source.name, refusals.hidden_sheet(table.sheet))
            if table.match is None:
                report = TableReport(file=source.name, sheet=table.sheet, layout="", level=None)
            else:
                report = _read_table(source.name, table, table.match, staging, zone, on_progress)
            reports.append(report)
    if all(report.level is None for report in reports):
        raise FileRefused(source.name, refusals.unknown_header(head))
    on_progress(Progress(file=source.name, done=total, total=total))
    return reports


def _read_table(
    file: str, table: Table, match: Match, staging: Staging, zone: ZoneInfo, on_progress: OnProgress
) -> TableReport:
    place = f"{file} [{table.sheet}]" if table.sheet else file
    reader = TableReader(place, table, match, staging, zone)
    total = max(table.total, 1)
    while reader.read(ROWS_PER_TICK):
        on_progress(Progress(file=file, done=min(table.done(), total), total=total))
    return TableReport(
        file=file,
        sheet=table.sheet,
        layout=match.edition,
        level=match.layout.level,
        encoding=table.encoding,
        rows=reader.rows,
        rejected=reader.rejected,
        unused_columns=match.unused,
    )
