"""Importing lists of SKUs and bins: read, saved by the chunk, what was refused told by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from warehouse.catalog.columns import BIN_COLUMNS, SKU_COLUMNS
from warehouse.catalog.commands.places import BinFacts, ImportBins, import_bins
from warehouse.catalog.commands.skus import ImportSkus, SkuFacts, import_skus
from warehouse.catalog.lists import (
    CHUNK_ROWS,
    ListColumn,
    ListReport,
    ListRow,
    OnRows,
    chunks_of,
    heads_not_read,
    read_list,
)
from warehouse.catalog.rules import RowRefusal
from warehouse.commands import Actor, Command, Handler, execute, new_id
from warehouse.db import Database
from warehouse.shops.rows import Rejected, SourceFile

Ids = Callable[[], str]
# What stands for needed cells that nobody can read: such rows are looked at, never taken.
_UNREAD_SKU: Mapping[str, Any] = {"code": "", "name": ""}
_UNREAD_BIN: Mapping[str, Any] = {"code": ""}


def import_sku_list(
    database: Database,
    file: Path | SourceFile,
    *,
    actor: Actor,
    at: datetime,
    on_rows: OnRows | None = None,
    ids: Ids = new_id,
    handler: Handler[ImportSkus] = import_skus,
) -> ListReport:
    """Make or change the SKUs of a CSV or XLSX list; importing it again changes nothing.

    How SKUs are kept is set by `handler`, if it is one that knows what stands. `ids` gives each
    chunk's command its id: with the same ones in the same order nothing is done twice.

    Raises:
        FileRefused: it is no table with the columns of SKUs; nothing was taken.
    """

    def command(chunk: list[ListRow]) -> Command:
        rows = tuple(
            SkuFacts(**{**_UNREAD_SKU, **row.values}, row=row.row, unread=row.unread)
            for row in chunk
        )
        return ImportSkus(id=ids(), actor=actor, at=at, rows=rows)

    return import_rows(database, file, SKU_COLUMNS, command, handler, on_rows)


def import_bin_list(
    database: Database,
    file: Path | SourceFile,
    *,
    actor: Actor,
    at: datetime,
    on_rows: OnRows | None = None,
    ids: Ids = new_id,
) -> ListReport:
    """Make or change the bins of a CSV or XLSX list; importing it again changes nothing.

    Raises:
        FileRefused: it is no table with the columns of bins; nothing was taken.
    """

    def command(chunk: list[ListRow]) -> Command:
        rows = tuple(
            BinFacts(**{**_UNREAD_BIN, **row.values}, row=row.row, unread=row.unread)
            for row in chunk
        )
        return ImportBins(id=ids(), actor=actor, at=at, rows=rows)

    return import_rows(database, file, BIN_COLUMNS, command, import_bins, on_rows)


def import_rows(
    database: Database,
    file: Path | SourceFile,
    columns: Sequence[ListColumn],
    command: Callable[[list[ListRow]], Command],
    handler: Handler[Any],
    on_rows: OnRows | None,
    *,
    is_one_table: bool = False,
    chunk_rows: int = CHUNK_ROWS,
) -> ListReport:
    """Read a list and save it by the chunk, each with the command made of its rows.

    `is_one_table`: its rows add up, see `read_list`.

    Raises:
        FileRefused: it is no table with these columns; nothing was taken.
    """
    counts = {"new": 0, "changed": 0, "unchanged": 0}
    rejected: list[Rejected] = []
    not_read: dict[str, None] = {}
    done = 0
    rows = read_list(file, columns, is_one_table=is_one_table)
    for chunk in chunks_of(rows, rejected, chunk_rows):
        outcome = execute(database, handler, command(chunk))
        for word in counts:
            counts[word] += outcome.facts.get(word, 0)
        rejected += _refused_rows(columns, chunk, outcome.facts["refused"])
        not_read |= heads_not_read(chunk)
        done += len(chunk)
        if on_rows:
            on_rows(done)
    rejected.sort(key=lambda r: (r.row, r.file))
    return ListReport(**counts, rejected=tuple(rejected), not_read=tuple(not_read))


def heads_of(columns: Sequence[ListColumn], chunk: Sequence[ListRow]) -> dict[str, str]:
    """Return the columns' names by field: the file's own, else the one that would be read."""
    own = chunk[0].heads if chunk else {}
    return {column.field: own.get(column.field, column.names[0]) for column in columns}


def _refused_rows(
    columns: Sequence[ListColumn], chunk: Sequence[ListRow], refused: list[dict[str, Any]]
) -> list[Rejected]:
    """Return the refusals of an outcome's facts as the file has these rows."""
    heads = heads_of(columns, chunk)
    places = {row.row: row.place for row in chunk}
    return [
        Rejected(file=places[r.row], row=r.row, column=heads.get(r.field, r.field), value=r.value,
                 reason=r.reason)
        for r in map(RowRefusal.from_json, refused)
    ]  # fmt: skip
