"""The columns of the lists of SKUs and bins: their names, how cells are read, what they mean."""

from __future__ import annotations

import re

from warehouse.catalog.commands.skus import PackCode
from warehouse.catalog.lists import ListColumn, codes, grams, millimetres, whole, yes_or_no
from warehouse.catalog.models import BinKind
from warehouse.shops import cells
from warehouse.shops.refusals import BadCell
from warehouse.shops.rows import MAX_CODE, MAX_NAME
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


def _eans(cell: str) -> tuple[str, ...]:
    """Read one code as a whole first: a number cell that lost digits must be seen as such."""
    return () if not cells.seller_code(cell) else codes(cell)


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
        raise BadCell(say("Kinds are shelf, reserve, dock, tote, set_aside and quarantine."))
    return _KINDS[word]


_code = cells.seller_code
_name = cells.text_of_at_most(MAX_NAME)
_word = cells.text_of_at_most(MAX_CODE)

SKU_COLUMNS = (
    ListColumn(field="code", names=("商家编码", "SKU", "SKU编码", "编码", "Code"), read=_code,
               is_needed=True, meaning=say("The code your shops sell it under.")),
    ListColumn(field="name", names=("商品名称", "名称", "Name", "Item"), read=_name,
               is_needed=True, meaning=say("What pickers read.")),
    ListColumn(field="properties", names=("规格", "颜色尺码", "Properties"), read=_name,
               meaning=say("Colour, size and the like.")),
    ListColumn(field="eans", names=("条码", "国际条码", "EAN", "Barcode"), read=_eans,
               meaning=say("Barcodes on one piece, several separated by blanks.")),
    ListColumn(field="packs", names=("包装条码", "箱码", "Packs", "Pack barcodes"), read=_packs,
               meaning=say("Barcodes on packs, each with a star and its pieces: 6901234*10.")),
    ListColumn(field="weight_g", names=("重量", "重量(g)", "重量(克)", "Weight", "weight_g"),
               read=grams, meaning=say("Of one piece in grams, or with a unit: 0.25kg.")),
    ListColumn(field="length_mm", names=("长", "长(mm)", "Length", "length_mm"), read=millimetres,
               meaning=say("Of one piece in mm, or with a unit: 30cm.")),
    ListColumn(field="width_mm", names=("宽", "宽(mm)", "Width", "width_mm"), read=millimetres,
               meaning=say("Of one piece in mm, or with a unit: 30cm.")),
    ListColumn(field="height_mm", names=("高", "高(mm)", "Height", "height_mm"), read=millimetres,
               meaning=say("Of one piece in mm, or with a unit: 30cm.")),
    ListColumn(field="storage_class", names=("存储类别", "存储分类", "Storage class"), read=_word,
               meaning=say("Where it is put away: into bins and zones of this class.")),
    ListColumn(field="shelf_most", names=("拣货位上限", "上架上限", "Most on shelves"), read=whole,
               meaning=say("The most pieces of it in its pick bins.")),
    ListColumn(field="is_lot_tracked", names=("批次管理", "By lot", "is_lot_tracked"),
               read=yes_or_no, meaning=say("Yes or no: kept by lot.")),
    ListColumn(field="is_expiry_tracked", names=("效期管理", "By expiry", "is_expiry_tracked"),
               read=yes_or_no, meaning=say("Yes or no: its lots have a best-before.")),
    ListColumn(field="is_serial_tracked",
               names=("序列号管理", "By number", "is_serial_tracked"), read=yes_or_no,
               meaning=say("Yes or no: every piece has a serial number.")),
    ListColumn(field="days_before_expiry",
               names=("临期天数", "禁售天数", "Days left", "days_before_expiry"), read=whole,
               meaning=say("So many days before its best-before it is not sold any more.")),
)  # fmt: skip

BIN_COLUMNS = (
    ListColumn(field="code", names=("货位", "货位编码", "Bin", "Code"), read=_code, is_needed=True,
               meaning=say("What stands on the bin's label.")),
    ListColumn(field="zone", names=("库区", "区域", "Zone"), read=_word,
               meaning=say("The zone's code; a new one is made.")),
    ListColumn(field="zone_class", names=("库区类别", "库区ABC", "Zone class"), read=_word,
               meaning=say("The storage class of the whole zone.")),
    ListColumn(field="kind", names=("类型", "货位类型", "Kind"), read=_kind,
               meaning=say("shelf, reserve, dock, tote, set_aside or quarantine; empty means"
                           " shelf.")),
    ListColumn(field="x_mm", names=("X", "X坐标", "x_mm"), read=whole,
               meaning=say("Where it stands on the floor in mm, for the map.")),
    ListColumn(field="y_mm", names=("Y", "Y坐标", "y_mm"), read=whole,
               meaning=say("Where it stands on the floor in mm, for the map.")),
    ListColumn(field="walk_order", names=("拣货顺序", "动线", "Walk order", "walk_order"),
               read=whole, meaning=say("Its place on the pickers' walk; empty means after all"
                                       " others of the list.")),
    ListColumn(field="length_mm", names=("内长", "内长(mm)", "Inner length"), read=millimetres,
               meaning=say("Inside, in mm, or with a unit: 60cm.")),
    ListColumn(field="width_mm", names=("内宽", "内宽(mm)", "Inner width"), read=millimetres,
               meaning=say("Inside, in mm, or with a unit: 60cm.")),
    ListColumn(field="height_mm", names=("内高", "内高(mm)", "Inner height"), read=millimetres,
               meaning=say("Inside, in mm, or with a unit: 60cm.")),
    ListColumn(field="most_weight_g", names=("承重", "承重(g)", "Most weight", "most_weight_g"),
               read=grams, meaning=say("What it bears in grams, or with a unit: 50kg.")),
    ListColumn(field="most_pieces", names=("最多件数", "Most pieces", "most_pieces"), read=whole,
               meaning=say("The most pieces in it.")),
    ListColumn(field="is_one_sku", names=("单品专用", "One SKU only", "is_one_sku"), read=yes_or_no,
               meaning=say("Yes or no: no two SKUs in it.")),
    ListColumn(field="storage_class", names=("存储类别", "存储分类", "Storage class"), read=_word,
               meaning=say("Only goods of this class; empty means as its zone.")),
    ListColumn(field="is_put_closed", names=("禁止上架", "Closed to put-away", "is_put_closed"),
               read=yes_or_no, meaning=say("Yes or no: nothing is put there.")),
    ListColumn(field="is_pick_closed", names=("禁止拣货", "Closed to picking", "is_pick_closed"),
               read=yes_or_no, meaning=say("Yes or no: nothing is picked from it.")),
)  # fmt: skip
