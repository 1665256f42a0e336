"""SKUs, bins, totes, cartons and stations as commands, and lists of them from files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from warehouse.catalog.commands.equipment import SaveCarton, SaveStation, save_carton, save_station
from warehouse.catalog.commands.places import (
    BinFacts,
    MakeTotes,
    SaveBin,
    make_totes,
    save_bin,
)
from warehouse.catalog.commands.skus import PackCode, SaveSku, SkuFacts, save_sku
from warehouse.catalog.importing import import_bin_list, import_sku_list
from warehouse.catalog.models import Barcode, Bin, BinKind, Sku, StationKind, Zone
from warehouse.catalog.queries import item_by_barcode
from warehouse.catalog.rules import ean_check_digit, ean_problem
from warehouse.commands import Actor, Outcome, execute, new_id
from warehouse.db import Database
from warehouse.errors import InvalidInput
from warehouse.shops.refusals import FileRefused

NOW = datetime(2026, 11, 11, 1, tzinfo=UTC)
SYSTEM = Actor(person_id=1)
EAN = "2000001000014"

Do = Callable[..., Outcome]


@pytest.fixture
def do(database: Database) -> Do:
    def act(handler: Any, command: Any, **content: Any) -> Outcome:
        made = command(id=new_id(), actor=SYSTEM, at=NOW, **content)
        return execute(database, handler, made)

    return act


def _tee(**changes: Any) -> SkuFacts:
    return SkuFacts(**{"code": "TEE-bk-M", "name": "T恤", "eans": (EAN,), **changes})


def test_a_sku_is_scanned_by_code_ean_and_pack(database: Database, do: Do) -> None:
    do(save_sku, SaveSku, facts=_tee(packs=(PackCode(code="PACK-1", pieces=10),)))

    with database.reading() as session:
        found = [item_by_barcode(session, code) for code in ("TEE-BK-M", EAN, "PACK-1")]
    assert [(item.sku_code, item.pieces) for item in found if item] == [
        ("TEE-bk-M", 1), ("TEE-bk-M", 1), ("TEE-bk-M", 10)
    ]  # fmt: skip


def test_saving_again_changes_what_is_given_and_keeps_the_rest(database: Database, do: Do) -> None:
    do(save_sku, SaveSku, facts=_tee(weight_g=180, length_mm=300))
    do(save_sku, SaveSku, facts=_tee(name="T恤 新款", weight_g=190))

    with database.reading() as session:
        sku = session.scalars(sa.select(Sku)).one()
    assert (sku.name, sku.weight_g, sku.length_mm) == ("T恤 新款", 190, 300)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": "CMD-OK"}, "code"),
        ({"name": " "}, "name"),
        ({"eans": ("2000001000015",)}, "eans"),
        ({"eans": ("12345",)}, "eans"),
        ({"packs": (PackCode(code="P 1", pieces=2),)}, "packs"),
        ({"packs": (PackCode(code="P1", pieces=0),)}, "packs"),
        ({"weight_g": 0}, "weight_g"),
        ({"height_mm": 5_001}, "height_mm"),
    ],
)
def test_a_sku_that_cannot_be_is_refused(
    database: Database, do: Do, facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        do(save_sku, SaveSku, facts=_tee(**facts))

    assert refused.value.field == field
    assert _count(database, Sku) == 0


def test_a_barcode_stands_for_one_sku(database: Database, do: Do) -> None:
    do(save_sku, SaveSku, facts=_tee())

    with pytest.raises(InvalidInput, match="already stands for SKU TEE-bk-M"):
        do(save_sku, SaveSku, facts=_tee(code="MUG"))
    with pytest.raises(InvalidInput, match="already stands for goods"):
        do(save_bin, SaveBin, facts=BinFacts(code="tee-bk-m"))
    assert (_count(database, Sku), _count(database, Barcode)) == (1, 2)


def test_bins_keep_their_kind_and_get_a_place_in_the_walk(database: Database, do: Do) -> None:
    do(save_bin, SaveBin, facts=BinFacts(code="a-01", zone="A", x_mm=100))
    do(save_bin, SaveBin, facts=BinFacts(code="A-02", zone="A"))
    do(save_bin, SaveBin, facts=BinFacts(code="A-01", y_mm=50))
    with pytest.raises(InvalidInput, match="keeps the kind"):
        do(save_bin, SaveBin, facts=BinFacts(code="A-01", kind=BinKind.TOTE))
    with pytest.raises(InvalidInput, match="make themselves"):
        do(save_bin, SaveBin, facts=BinFacts(code="SHOP", kind=BinKind.COURIER))

    with database.reading() as session:
        found = session.execute(
            sa.select(Bin.code, Bin.walk_order, Bin.x_mm, Bin.y_mm, Zone.code)
            .join(Zone, Zone.id == Bin.zone_id)
            .order_by(Bin.walk_order)
        ).all()
    assert [tuple(row) for row in found] == [
        ("A-01", 10, 100, 50, "A"),
        ("A-02", 20, None, None, "A"),
    ]


def test_totes_are_made_by_running_number_once(do: Do) -> None:
    assert do(make_totes, MakeTotes, count=2).facts["new"] == ["TOTE-001", "TOTE-002"]
    assert do(make_totes, MakeTotes, count=3).facts == {"new": ["TOTE-003"], "unchanged": 2}
    with pytest.raises(InvalidInput):
        do(make_totes, MakeTotes, count=0)


def test_cartons_and_stations(do: Do) -> None:
    box = {"code": "ctn-5", "name": "5号", "length_mm": 290, "width_mm": 170, "height_mm": 190}
    first = do(save_carton, SaveCarton, **box, tare_g=185)
    assert do(save_carton, SaveCarton, **box, tare_g=190).subject_id == first.subject_id
    with pytest.raises(InvalidInput):
        do(save_carton, SaveCarton, **{**box, "width_mm": 0}, tare_g=185)
    station = {"code": "ST-PACK-1", "name": "打包台", "kind": StationKind.PACK}
    first = do(save_station, SaveStation, **station)
    assert do(save_station, SaveStation, **station).subject_id == first.subject_id


SKU_LIST = """商家编码,商品名称,规格,条码,包装条码,重量,长
TEE-BK-M,纯棉T恤,黑色 / M,2000001000014,2900001000017*10,0.18kg,30cm
MUG-WH,马克杯,白色,2000002000013,,365,
MUG-XX,坏条码,,2000002000014,,365,
PEN,,,,,12,
CUP,杯子,,,,很重,
"""


def test_a_sku_list_takes_sound_rows_and_names_the_others(
    database: Database, tmp_path: Path
) -> None:
    path = tmp_path / "skus.csv"
    path.write_bytes(SKU_LIST.encode("gb18030"))

    report = import_sku_list(database, path, actor=SYSTEM, at=NOW)
    again = import_sku_list(database, path, actor=SYSTEM, at=NOW)

    assert (report.new, report.changed, report.unchanged) == (2, 0, 0)
    assert [(r.row, r.column, r.value) for r in report.rejected] == [
        (4, "条码", "2000002000014"),
        (5, "商品名称", ""),
        (6, "重量", "很重"),
    ]
    assert (again.new, again.changed, again.unchanged, len(again.rejected)) == (0, 0, 2, 3)
    with database.reading() as session:
        tee = session.scalars(sa.select(Sku).where(Sku.code == "TEE-BK-M")).one()
        pack = item_by_barcode(session, "2900001000017")
    assert (tee.weight_g, tee.length_mm, pack.pieces if pack else 0) == (180, 300, 10)


def test_every_fault_of_a_row_is_told_at_once_and_nothing_of_it_is_taken(
    database: Database, tmp_path: Path
) -> None:
    skus, bins = tmp_path / "skus.csv", tmp_path / "bins.xlsx"
    skus.write_text(f"{SKU_LIST}PEN 2\t,,,2000002000014,,很重,9km\n", encoding="utf-8")
    with xlsxwriter.Workbook(bins) as book:
        sheet = book.add_worksheet("货位")
        sheet.write_row(0, 0, ("货位", "库区", "类型", "X", "拣货顺序", "承重", "内长"))
        sheet.write_row(1, 0, ("冷 1", "NEW", "冰箱", "x", -5, "500000kg", "99m"))

    taken = import_sku_list(database, skus, actor=SYSTEM, at=NOW)
    refused = import_bin_list(database, bins, actor=SYSTEM, at=NOW)

    assert [r.column for r in taken.rejected if r.row == 7] == ["商品名称", "重量", "长", "条码"]
    assert (taken.new, taken.rows_rejected, refused.rows_rejected) == (2, 4, 1)
    assert {(r.file, r.row) for r in refused.rejected} == {("bins.xlsx [货位]", 2)}
    assert [r.column for r in refused.rejected] == [
        "类型", "X", "货位", "拣货顺序", "内长", "承重"
    ]  # fmt: skip
    with database.reading() as session:
        assert session.scalars(sa.select(Zone).where(Zone.code == "NEW")).all() == []


def test_a_bin_list_as_a_workbook(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "bins.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("货位")
        for number, row in enumerate(
            [("货位", "库区", "类型", "X", "Y", "拣货顺序"), ("A-01", "A", "货架", 0, 1000, 10),
             ("T-1", "", "周转箱", "", "", ""), ("B-01", "B", "冰箱", 1, 2, 3)]
        ):  # fmt: skip
            sheet.write_row(number, 0, row)

    report = import_bin_list(database, path, actor=SYSTEM, at=NOW)

    assert (report.new, [(r.row, r.value) for r in report.rejected]) == (2, [(4, "冰箱")])
    with database.reading() as session:
        shelf = session.scalars(sa.select(Bin).where(Bin.code == "A-01")).one()
        tote = session.scalars(sa.select(Bin).where(Bin.code == "T-1")).one()
    assert (shelf.y_mm, shelf.walk_order, tote.kind) == (1000, 10, BinKind.TOTE)


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"%PDF-1.4", "数量\n3\n".encode()])
def test_a_file_that_is_no_such_list_is_refused(
    sqlite_database: Database, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)

    with pytest.raises(FileRefused):
        import_sku_list(sqlite_database, path, actor=SYSTEM, at=NOW)
    assert _count(sqlite_database, Sku) == 0


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(1, 9), st.integers(0, 12))
def test_any_single_wrong_digit_of_an_ean_is_seen(body: str, by: int, place: int) -> None:
    ean = body + ean_check_digit(body)
    wrong = ean[:place] + str((int(ean[place]) + by) % 10) + ean[place + 1 :]

    assert ean_problem(ean) is None
    assert ean_problem(wrong) is not None


def _count(database: Database, model: Any) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
