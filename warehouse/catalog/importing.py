"""Importing lists of SKUs and bins: read, saved by the chunk, what was refused told by row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from warehouse.catalog.commands.places import BinFacts, ImportBins, import_bins
from warehouse.catalog.commands.skus import ImportSkus, PackCode, SkuFacts, import_skus
from warehouse.catalog.lists import (
    ListColumn,
    ListReport,
    ListRow,
    OnRows,
    chunks_of,
    grams,
    millimetres,
    read_list,
    whole,
    yes_or_no,
)
from warehouse.catalog.models import BinKind
from warehouse.catalog.rules import RowRefusal
from warehouse.commands import Actor, Command, Handler, execute, new_id
from warehouse.db import Database
from warehouse.shops import cells
from warehouse.shops.refusals import BadCell
from warehouse.shops.rows import MAX_CODE, MAX_NAME, Rejected, SourceFile
from warehouse.text import say

_SEPARATORS = re.compile(r"[\s,;，；、|]+")
_PACK = re.compile(r"(\S+?)[*×xX=:](\d{1,4})")
_KINDS = {
    "": BinKind.SHELF,
    "货架": BinKind.SHELF,
    "货位": BinKind.SHELF,
    "备货位": BinKind.RESERVE,
    "存储位": BinKind.RESERVE,
    "收货区": BinKind.DOCK,
    "周转箱": BinKind.TOTE,
    "暂存区": BinKind.SET_ASIDE,
    "退回区": BinKind.SET_ASIDE,
    "次品区": BinKind.QUARANTINE,
    **{kind.value: kind for kind in BinKind},
}


def _codes(cell: str) -> tuple[str, ...]:
    return tuple(filter(None, (cells.seller_code(c) for c in _SEPARATORS.split(str(cell)))))


def _eans(cell: str) -> tuple[str, ...]:
    """Read one code as a whole first: a number cell that lost digits must be seen as such."""
    return () if not cells.seller_code(cell) else _codes(cell)


def _packs(cell: str) -> tuple[PackCode, ...]:
    """Read `CODE*10`, several separated by blanks or commas."""
    packs = []
    for part in _SEPARATORS.split(cells.clean(cell)):
        match = _PACK.fullmatch(part)
        if part and match is None:
            raise BadCell(say("Write a pack as its barcode, a star and its pieces: 6901234*10."))
        if match:
            packs.append(PackCode(code=match[1], pieces=int(match[2])))
    return tuple(packs)


def _kind(cell: str) -> BinKind:
    word = cells.clean(cell).lower()
    if word not in _KINDS:
        raise BadCell(
            say("Kinds are shelf 货架, tote 周转箱, set_aside 暂存区, quarantine 次品区.")
        )
    return _KINDS[word]


_TRUE = frozenset({"是", "yes", "y", "true", "1", "√"})
_FALSE = frozenset({"否", "no", "n", "false", "0", "×"})


def _yes(cell: str) -> bool | None:
    word = cells.clean(cell).lower()
    if word and word not in _TRUE | _FALSE:
        raise BadCell(say("Write yes or no."))
    return word in _TRUE if word else None


_code = cells.seller_code
_name = cells.text_of_at_most(MAX_NAME)
_word = cells.text_of_at_most(MAX_CODE)

SKU_COLUMNS = (
    ListColumn(field="code", names=("商家编码", "SKU", "SKU编码", "编码", "Code"), read=_code,
               is_needed=True),
    ListColumn(field="name", names=("商品名称", "名称", "Name", "Item"), read=_name,
               is_needed=True),
    ListColumn(field="properties", names=("规格", "颜色尺码", "Properties"), read=_name),
    ListColumn(field="eans", names=("条码", "国际条码", "EAN", "Barcode"), read=_eans),
    ListColumn(field="packs", names=("包装条码", "箱码", "Packs", "Pack barcodes"), read=_packs),
    ListColumn(field="weight_g", names=("重量", "重量(g)", "重量(克)", "Weight", "weight_g"),
               read=grams),
    ListColumn(field="length_mm", names=("长", "长(mm)", "Length", "length_mm"), read=millimetres),
    ListColumn(field="width_mm", names=("宽", "宽(mm)", "Width", "width_mm"), read=millimetres),
    ListColumn(field="height_mm", names=("高", "高(mm)", "Height", "height_mm"), read=millimetres),
    ListColumn(field="storage_class", names=("存储类别", "存储分类", "Storage class"), read=_word),
    ListColumn(field="shelf_most", names=("拣货位上限", "上架上限", "Most on shelves"), read=whole),
    ListColumn(field="is_lot_tracked", names=("批次管理", "By lot", "is_lot_tracked"),
               read=yes_or_no),
    ListColumn(field="is_expiry_tracked", names=("效期管理", "By expiry", "is_expiry_tracked"),
               read=yes_or_no),
    ListColumn(field="is_serial_tracked",
               names=("序列号管理", "By number", "is_serial_tracked"), read=yes_or_no),
    ListColumn(field="days_before_expiry",
               names=("临期天数", "禁售天数", "Days left", "days_before_expiry"), read=whole),
)  # fmt: skip

BIN_COLUMNS = (
    ListColumn(field="code", names=("货位", "货位编码", "Bin", "Code"), read=_code, is_needed=True),
    ListColumn(field="zone", names=("库区", "区域", "Zone"), read=_word),
    ListColumn(field="zone_class", names=("库区类别", "库区ABC", "Zone class"), read=_word),
    ListColumn(field="kind", names=("类型", "货位类型", "Kind"), read=_kind),
    ListColumn(field="x_mm", names=("X", "X坐标", "x_mm"), read=whole),
    ListColumn(field="y_mm", names=("Y", "Y坐标", "y_mm"), read=whole),
    ListColumn(field="walk_order", names=("拣货顺序", "动线", "Walk order", "walk_order"),
               read=whole),
    ListColumn(field="length_mm", names=("内长", "内长(mm)", "Inner length"), read=millimetres),
    ListColumn(field="width_mm", names=("内宽", "内宽(mm)", "Inner width"), read=millimetres),
    ListColumn(field="height_mm", names=("内高", "内高(mm)", "Inner height"), read=millimetres),
    ListColumn(field="most_weight_g", names=("承重", "承重(g)", "Most weight", "most_weight_g"),
               read=grams),
    ListColumn(field="most_pieces", names=("最多件数", "Most pieces", "most_pieces"), read=whole),
    ListColumn(field="is_one_sku", names=("单品专用", "One SKU only", "is_one_sku"), read=_yes),
    ListColumn(field="storage_class", names=("存储类别", "存储分类", "Storage class"), read=_word),
    ListColumn(field="is_put_closed", names=("禁止上架", "Closed to put-away", "is_put_closed"),
               read=_yes),
    ListColumn(field="is_pick_closed", names=("禁止拣货", "Closed to picking", "is_pick_closed"),
               read=_yes),
)  # fmt: skip


def import_sku_list(
    database: Database,
    file: Path | SourceFile,
    *,
    actor: Actor,
    at: datetime,
    on_rows: OnRows | None = None,
    handler: Handler[ImportSkus] = import_skus,
) -> ListReport:
    """Make or change the SKUs of a CSV or XLSX list; importing it again changes nothing.

    How SKUs are kept is set by `handler`, if it is one that knows what stands.

    Raises:
        FileRefused: it is no table with the columns of SKUs; nothing was taken.
    """

    def command(chunk: list[ListRow]) -> Command:
        rows = tuple(SkuFacts(**row.values, row=row.row) for row in chunk)
        return ImportSkus(id=new_id(), actor=actor, at=at, rows=rows)

    return import_rows(database, file, SKU_COLUMNS, command, handler, on_rows)


def import_bin_list(
    database: Database,
    file: Path | SourceFile,
    *,
    actor: Actor,
    at: datetime,
    on_rows: OnRows | None = None,
) -> ListReport:
    """Make or change the bins of a CSV or XLSX list; importing it again changes nothing.

    Raises:
        FileRefused: it is no table with the columns of bins; nothing was taken.
    """

    def command(chunk: list[ListRow]) -> Command:
        rows = tuple(BinFacts(**row.values, row=row.row) for row in chunk)
        return ImportBins(id=new_id(), actor=actor, at=at, rows=rows)

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
) -> ListReport:
    """Read a list and save it by the chunk, each with the command made of its rows.

    `is_one_table`: its rows add up, see `read_list`.

    Raises:
        FileRefused: it is no table with these columns; nothing was taken.
    """
    counts = {"new": 0, "changed": 0, "unchanged": 0}
    rejected: list[Rejected] = []
    done = 0
    for chunk in chunks_of(read_list(file, columns, is_one_table=is_one_table), rejected):
        outcome = execute(database, handler, command(chunk))
        for word in counts:
            counts[word] += outcome.facts.get(word, 0)
        rejected += _refused_rows(file.name, outcome.facts["refused"])
        done += len(chunk)
        if on_rows:
            on_rows(done)
    rejected.sort(key=lambda r: r.row)
    return ListReport(**counts, rejected=tuple(rejected))


def _refused_rows(name: str, refused: list[dict[str, Any]]) -> list[Rejected]:
    """Return the refusals of an outcome's facts as rows of the file of that name."""
    found = [RowRefusal.from_json(value) for value in refused]
    return [
        Rejected(file=name, row=r.row, column=r.field, value=r.value, reason=r.reason)
        for r in found
    ]
