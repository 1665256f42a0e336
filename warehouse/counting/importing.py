"""Reading a file of counts, CSV or XLSX, into a session."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from warehouse.catalog.lists import ListColumn, codes, not_read, read_list
from warehouse.catalog.rules import RowRefusal, scan_code
from warehouse.commands import Actor, execute, new_id
from warehouse.counting.checked import Portions, checked, said_by
from warehouse.counting.commands.importing import (
    PORTION,
    TakeInCounts,
    of_counter,
    require_counting,
    taking_in,
    who_counted,
)
from warehouse.counting.counters import sheets_since
from warehouse.counting.models import CountSession
from warehouse.counting.rows import CountRow
from warehouse.db import Database
from warehouse.piles import Piles
from warehouse.shops import cells
from warehouse.shops.instants import instant, instants
from warehouse.shops.refusals import BadCell, FileRefused
from warehouse.shops.rows import MAX_CODE, Rejected, SourceFile
from warehouse.text import Text, say

BLOCK = 1 << 20
LONGEST_NAME = 200
_UNREAD: Mapping[str, Any] = {
    "bin_code": "",
    "pieces": 0,
}  # what stands for cells that nobody can read


@dataclass(frozen=True, kw_only=True)
class CountReport:
    """What came of a file: how its lines stand, or every row that could not be taken."""

    message: Text
    bins: int = 0
    agreed: int = 0
    different: int = 0
    again: int = 0
    unsaid: int = 0  # of these known piece by piece, their serial numbers not said
    is_known: bool = False  # the same file came before
    is_sheet_missing: bool = False  # no row names its sheet, and some must
    counter_problem: Text | None = None  # why nobody can tell who counted
    rejected: tuple[Rejected, ...] = ()
    not_read: Text | None = None  # names the headings that no column is called


@dataclass(frozen=True, kw_only=True)
class _Table:
    """What a file's table says beside its rows: the columns' names by field, and what is wrong."""

    heads: Mapping[str, str]
    not_read: Text | None
    rejected: list[Rejected]


def import_count_file(
    database: Database,
    file: Path | SourceFile,
    *,
    session_id: int,
    actor: Actor,
    at: datetime,
    zone: ZoneInfo,
    counted_by: int | None = None,
    command_id: str = "",
) -> CountReport:
    """Take the counts of a file into a session: all of them, or none and what is wrong with each.

    `counted_by`: who counted what no row of the file says the counter of.

    Raises:
        FileRefused: it is no table of counts, or has pieces and no column of SKUs.
        RuleViolation: the count is not being counted.
    """
    source = file if isinstance(file, SourceFile) else SourceFile(path=file, name=file.name)
    with Piles[str, CountRow](PORTION) as rows:
        table = _read(source, _columns(at, zone), rows)
        if table.rejected:
            refused = _unfit(database, session_id, rows, actor, counted_by, zone)
            return _nothing_taken(source.name, table, refused, rows)
        command = TakeInCounts(
            id=command_id or new_id(), actor=actor, at=at, zone=zone, session_id=session_id,
            name=source.name, sha256=_sha256(source.path), lines=len(rows),
            counted_by=counted_by,
        )  # fmt: skip
        outcome = execute(database, taking_in(rows), command)
        facts: dict[str, Any] = dict(outcome.facts)
        refused = [RowRefusal.from_json(value) for value in facts.pop("refused")]
        if refused:
            return _nothing_taken(source.name, table, refused, rows)
    return CountReport(message=outcome.message, not_read=table.not_read, **facts)


def _unfit(
    database: Database,
    session_id: int,
    rows: Portions,
    actor: Actor,
    counted_by: int | None,
    zone: ZoneInfo,
) -> list[RowRefusal]:
    """Return what is wrong with the rows besides, so that all of it is told at once."""
    with database.reading() as session:
        count = session.get(CountSession, session_id)
        if count is None:
            return []
        require_counting(count)
        printed = sheets_since(session, count)
        counter, unsaid = who_counted(session, said_by(rows), printed, counted_by, actor)
        found = checked(session, count, rows, counter,
                        sender_id=actor.person_id, zone=zone)  # fmt: skip
        return [*of_counter(unsaid), *(refusal for _, refused in found for refusal in refused)]


def _rejected(file: str, refused: Sequence[RowRefusal], heads: Mapping[str, str]) -> list[Rejected]:
    return [
        Rejected(file=file, row=r.row, column=heads[r.field], value=r.value, reason=r.reason)
        for r in refused
    ]


def _read(source: SourceFile, columns: Sequence[ListColumn], rows: Piles[str, CountRow]) -> _Table:
    """Put the rows down by their bins; return what the table says beside them.

    Raises:
        FileRefused: as `import_count_file`.
    """
    rejected: list[Rejected] = []
    heads: Mapping[str, str] = {}
    unknown: Text | None = None
    for row in read_list(source, columns, is_one_table=True):
        if isinstance(row, Rejected):
            rejected.append(row)
            continue
        if row.heads is not heads:
            heads, unknown = row.heads, not_read(row.not_read)
        rejected += row.faults
        said = CountRow(row=row.row, unread=row.unread, **{**_UNREAD, **row.values})
        if said.pieces and "sku_code" not in heads:
            raise FileRefused(source.name, _no_sku_column(columns, unknown))
        rows.put(scan_code(said.bin_code), said)
    names = {c.field: heads.get(c.field, c.names[0]) for c in columns}
    return _Table(heads=names, not_read=unknown, rejected=rejected)


def _no_sku_column(columns: Sequence[ListColumn], unknown: Text | None) -> Text:
    names = next(column.names for column in columns if column.field == "sku_code")
    return say("No column says the SKU. Call it one of {names}. {unknown}",
               names=" / ".join(names), unknown=unknown or "")  # fmt: skip


def _columns(now: datetime, zone: ZoneInfo) -> tuple[ListColumn, ...]:
    moment = instants(zone)

    def counted_at(cell: str) -> datetime | None:
        at = instant(moment(cell))
        if at is not None and at > now:
            raise BadCell(say("This time is still to come."))
        return at.astimezone(zone) if at else None

    return (
        ListColumn(field="bin_code", names=("货位", "货位编码", "Bin"), read=cells.seller_code,
                   is_needed=True),
        ListColumn(field="sku_code", names=("商家编码", "SKU", "SKU编码", "商品编码", "货号",
                   "条码", "EAN", "Barcode"), read=cells.seller_code),
        ListColumn(field="pieces", names=("实盘数量", "盘点数量", "数量", "件数", "实盘",
                   "Pieces", "Counted", "Counted pieces", "Quantity"),
                   read=cells.pieces_or_none, is_needed=True),
        ListColumn(field="lot", names=("批次", "批次号", "Lot"),
                   read=cells.text_of_at_most(MAX_CODE)),
        ListColumn(field="serials", names=("序列号", "Serial numbers", "Serial number", "Serial",
                   "SN"), read=codes),
        ListColumn(field="counted_at", names=("盘点时间", "Counted at"), read=counted_at),
        ListColumn(field="counted_by", names=("盘点人", "盘点员", "Counted by", "Counter"),
                   read=cells.text_of_at_most(LONGEST_NAME)),
        ListColumn(field="sheet", names=("盘点表号", "盘点表", "Sheet", "Count sheet"),
                   read=cells.text_of_at_most(MAX_CODE)),
    )  # fmt: skip


def _nothing_taken(
    file: str, table: _Table, refused: Sequence[RowRefusal], rows: Portions
) -> CountReport:
    """Return the report with every fault, row by row in the order of the columns."""
    heads = table.heads
    rejected = [*table.rejected, *_rejected(file, refused, heads)]
    places = {head: at for at, head in enumerate(heads.values())}
    message = say("{rows} rows cannot be taken; nothing was. Mend them and send the file again.",
                  rows=len({r.row for r in rejected} - {0}))  # fmt: skip
    unsaid = [r.reason for r in rejected if r.row == 0 and r.column == heads["counted_by"]]
    is_asked = any(r.column == heads["sheet"] and not r.value for r in rejected)
    return CountReport(
        message=message,
        counter_problem=unsaid[0] if unsaid else None,
        not_read=table.not_read,
        is_sheet_missing=is_asked and not any(row.sheet for some in rows for row in some),
        rejected=tuple(sorted(rejected, key=lambda r: (r.row, places.get(r.column, -1)))),
    )


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
