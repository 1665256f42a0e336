"""Reading a file of counts, CSV or XLSX, into a session."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from warehouse.catalog.lists import ListColumn, ListRow, codes, read_list
from warehouse.catalog.rules import RowRefusal
from warehouse.commands import Actor, execute, new_id
from warehouse.counting.commands.importing import TakeInCounts, taking_in
from warehouse.counting.models import CountSession
from warehouse.counting.rows import CountRow, found_in
from warehouse.counting.sheets import sheets_of
from warehouse.db import Database
from warehouse.shops import cells
from warehouse.shops.instants import instant, instants
from warehouse.shops.rows import MAX_CODE, Rejected, SourceFile
from warehouse.text import Text, say

BLOCK = 1 << 20
LONGEST_NAME = 200
_NONE = re.compile(r"0+(?:\.0+)?(?:件|个|只|套|pcs)?", re.IGNORECASE)


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
    rejected: tuple[Rejected, ...] = ()


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
        FileRefused: it is no table of counts. RuleViolation: the count is not being counted.
    """
    source = file if isinstance(file, SourceFile) else SourceFile(path=file, name=file.name)
    rows, rejected = _read(source, at, zone)
    if rejected:
        rejected += _unknown(database, source.name, session_id, rows, actor, counted_by, zone)
        rejected.sort(key=lambda row: row.row)
        return CountReport(
            message=_nothing_taken(len(rejected)), rejected=tuple(rejected),
            is_sheet_missing=_lack_sheets(rows, rejected),
        )  # fmt: skip
    command = TakeInCounts(
        id=command_id or new_id(), actor=actor, at=at, zone=zone, session_id=session_id,
        name=source.name, sha256=_sha256(source.path), lines=len(rows),
        counted_by=counted_by,
    )  # fmt: skip
    outcome = execute(database, taking_in(rows), command)
    facts: dict[str, Any] = dict(outcome.facts)
    refused = [RowRefusal.from_json(value) for value in facts.pop("refused")]
    told = tuple(_rejected(source.name, refusal) for refusal in refused)
    return CountReport(
        message=outcome.message,
        rejected=told,
        is_sheet_missing=_lack_sheets(rows, told),
        **facts,
    )


def _unknown(
    database: Database,
    name: str,
    session_id: int,
    rows: list[CountRow],
    actor: Actor,
    counted_by: int | None,
    zone: ZoneInfo,
) -> list[Rejected]:
    """Return what is wrong with the rows that could be read, so that all of it is told at once."""
    with database.reading() as session:
        count = session.get(CountSession, session_id)
        if count is None or not rows:
            return []
        found, refused = found_in(session, count, rows, counted_by or actor.person_id,
                                  sender_id=actor.person_id, holds=False)  # fmt: skip
        refused += sheets_of(session, count, rows, found, zone)[1]
    return [_rejected(name, refusal) for refusal in refused]


def _lack_sheets(rows: Sequence[CountRow], rejected: Sequence[Rejected]) -> bool:
    """Tell whether no row names a sheet, and some are refused for it."""
    is_asked = any(row.column == "sheet" and not row.value for row in rejected)
    return is_asked and not any(row.sheet for row in rows)


def _rejected(name: str, refusal: RowRefusal) -> Rejected:
    return Rejected(file=name, row=refusal.row, column=refusal.field, value=refusal.value,
                    reason=refusal.reason)  # fmt: skip


def _read(
    source: SourceFile, at: datetime, zone: ZoneInfo
) -> tuple[list[CountRow], list[Rejected]]:
    rows: list[CountRow] = []
    rejected: list[Rejected] = []
    for row in read_list(source, _columns(zone), is_one_table=True):
        problem = _problem(row, at) if isinstance(row, ListRow) else None
        if isinstance(row, Rejected):
            rejected.append(row)
        elif problem is not None:
            at_fault = str(row.values["counted_at"])
            rejected.append(Rejected(file=source.name, row=row.row, column="counted_at",
                                     value=at_fault, reason=problem))  # fmt: skip
        else:
            rows.append(CountRow(row=row.row, **row.values))
    return rows, rejected


def _problem(row: ListRow, at: datetime) -> Text | None:
    counted_at = row.values.get("counted_at")
    if counted_at is not None and counted_at > at:
        return say("This time is still to come.")
    return None


def _columns(zone: ZoneInfo) -> tuple[ListColumn, ...]:
    moment = instants(zone)

    def counted_at(cell: str) -> datetime | None:
        return instant(moment(cell))

    return (
        ListColumn(field="bin_code", names=("货位", "货位编码", "Bin"), read=cells.seller_code,
                   is_needed=True),
        ListColumn(field="sku_code", names=("商家编码", "SKU", "SKU编码", "条码", "EAN", "Barcode"),
                   read=cells.seller_code),
        ListColumn(field="pieces", names=("实盘数量", "盘点数量", "数量", "Pieces", "Counted",
                   "Quantity"), read=_pieces, is_needed=True),
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


def _pieces(cell: str) -> int:
    """Read a number of pieces; 0 says that there are none."""
    text = unicodedata.normalize("NFKC", cells.clean(cell))
    return 0 if _NONE.fullmatch(text) else int(cells.pieces(cell))


def _nothing_taken(rows: int) -> Text:
    return say("{rows} rows cannot be taken; nothing was. Mend them and send the file again.",
               rows=rows)  # fmt: skip


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
