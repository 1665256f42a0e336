"""Opening stock: booked once for each bin and SKU, in whatever file and however often it comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
import sqlalchemy as sa

from tests.builders import World
from tests.tracked import by_lot
from warehouse.catalog.commands.places import BinFacts, ImportBins, import_bins
from warehouse.catalog.commands.skus import ImportSkus, SkuFacts, import_skus
from warehouse.catalog.importing import import_bin_list
from warehouse.catalog.models import Bin, Sku
from warehouse.commands import Actor, execute, fingerprint_of, new_id
from warehouse.db import Database
from warehouse.inventory.commands import BookOpening, ImportOpening, import_opening
from warehouse.inventory.listed import OpeningRow
from warehouse.inventory.models import Move, StockBalance
from warehouse.inventory.opening import import_opening_list
from warehouse.inventory.proof import differences
from warehouse.retiring.commands import RetireBin, RetireSku, retire_bin, retire_sku
from warehouse.shops import refusals
from warehouse.shops.refusals import FileRefused

NOW = datetime(2026, 11, 11, 1, tzinfo=UTC)
SYSTEM = Actor(person_id=1)
EAN = "2000001000014"


@pytest.fixture
def shelves(database: Database) -> Database:
    skus = (SkuFacts(code="TEE", name="T恤", eans=(EAN,)), SkuFacts(code="mug", name="杯"))
    bins = (BinFacts(code="A-01"), BinFacts(code="A-02"))
    execute(database, import_skus, ImportSkus(id=new_id(), actor=SYSTEM, at=NOW, rows=skus))
    execute(database, import_bins, ImportBins(id=new_id(), actor=SYSTEM, at=NOW, rows=bins))
    return database


def _file(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "stock.csv"
    path.write_text("\n".join(("货位,商家编码,数量", *rows)) + "\n", encoding="utf-8-sig")
    return path


def _stock(database: Database) -> dict[tuple[str, str], int]:
    with database.reading() as session:
        assert differences(session) == []
        rows = session.execute(
            sa.select(Bin.code, Sku.code, StockBalance.on_hand)
            .join(Bin, Bin.id == StockBalance.bin_id)
            .join(Sku, Sku.id == StockBalance.sku_id)
        )
        return {(bin_code, sku): on_hand for bin_code, sku, on_hand in rows}


def test_stock_is_booked_from_the_opening_bin(shelves: Database, tmp_path: Path) -> None:
    path = _file(tmp_path, f"a-01,{EAN},30", "A-01,mug,5", "A-02,TEE,0")

    report = import_opening_list(shelves, path, actor=SYSTEM, at=NOW)

    assert (report.new, report.unchanged, report.rejected) == (2, 0, ())
    assert _stock(shelves) == {
        ("A-01", "TEE"): 30, ("OPENING", "TEE"): -30, ("A-01", "mug"): 5, ("OPENING", "mug"): -5
    }  # fmt: skip


def test_the_same_and_a_longer_file_book_nothing_twice(shelves: Database, tmp_path: Path) -> None:
    import_opening_list(shelves, _file(tmp_path, "A-01,TEE,30"), actor=SYSTEM, at=NOW)
    longer = _file(tmp_path, "A-02,TEE,7", "A-01,TEE,30")

    report = import_opening_list(shelves, longer, actor=SYSTEM, at=NOW)

    assert (report.new, report.unchanged) == (1, 1)
    assert _stock(shelves)[("A-01", "TEE")] == 30
    with shelves.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Move)) == 2


def test_a_line_another_person_booked_is_known_and_a_different_one_refused(
    shelves: Database, tmp_path: Path
) -> None:
    world = World(shelves)
    serum = by_lot(world)
    lei = Actor(person_id=world.person("lei"))

    def lines(pieces: int, day: date) -> ImportOpening:
        rows = (
            OpeningRow(bin_code="A-01", sku_code="TEE", pieces=pieces),
            OpeningRow(bin_code="A-01", sku_code=serum.code, pieces=4, lot="L1", best_before=day),
        )
        return ImportOpening(id=new_id(), actor=lei, at=NOW, rows=rows)

    first = replace(lines(30, date(2027, 1, 2)), actor=SYSTEM)
    execute(shelves, import_opening, first)
    again = execute(shelves, import_opening, lines(30, date(2027, 1, 2)))
    assert again.facts == {"new": 0, "unchanged": 2, "refused": []}
    other = execute(shelves, import_opening, lines(31, date(2027, 1, 3)))
    assert (other.facts["unchanged"], len(other.facts["refused"])) == (0, 2)
    assert _stock(shelves)[("A-01", "TEE")] == 30


def test_rows_of_bins_and_goods_out_of_use_are_named(shelves: Database, tmp_path: Path) -> None:
    world = World(shelves)
    world.do(retire_bin, RetireBin, bin_id=world.one(Bin, code="A-02").id)
    world.do(retire_sku, RetireSku, sku_id=world.one(Sku, code="mug").id)
    path = _file(tmp_path, "A-01,TEE,3", "A-02,TEE,1", "A-01,mug,1")

    report = import_opening_list(shelves, path, actor=SYSTEM, at=NOW)

    assert (report.new, [(r.row, str(r.reason)) for r in report.rejected]) == (
        1, [(3, "This bin is out of use."), (4, "This SKU is out of use.")]
    )  # fmt: skip


def test_every_fault_of_a_row_is_told_at_once(shelves: Database, tmp_path: Path) -> None:
    path = tmp_path / "opening.csv"
    path.write_text("货位,商家编码,数量,批次,有效期\nZ-99,NO-SUCH,x,,2027-13-01\nA-01,TEE,-1,L1,\n"
                    "A-02,TEE,4,,\n", encoding="utf-8")  # fmt: skip

    report = import_opening_list(shelves, path, actor=SYSTEM, at=NOW)

    assert (report.new, report.rows_rejected) == (1, 2)
    assert [(r.row, r.column, r.value) for r in report.rejected] == [
        (2, "数量", "x"), (2, "有效期", "2027-13-01"), (2, "货位", "Z-99"),
        (2, "商家编码", "NO-SUCH"), (3, "数量", "-1"), (3, "批次", "L1"),
    ]  # fmt: skip


def test_rows_that_cannot_be_booked_are_named_and_the_others_go_in(
    shelves: Database, tmp_path: Path
) -> None:
    import_opening_list(shelves, _file(tmp_path, "A-01,TEE,30"), actor=SYSTEM, at=NOW)
    path = _file(
        tmp_path, "A-01,TEE,31", "Z-99,TEE,1", "A-02,NO-SUCH,1", "SUPPLIER,TEE,1", "A-02,TEE,-3",
        "A-02,TEE,4",
    )  # fmt: skip

    report = import_opening_list(shelves, path, actor=SYSTEM, at=NOW)

    assert (report.new, [(r.row, r.column, r.value) for r in report.rejected]) == (
        1,
        [
            (2, "数量", "31"),
            (3, "货位", "Z-99"),
            (4, "商家编码", "NO-SUCH"),
            (5, "货位", "SUPPLIER"),
            (6, "数量", "-3"),
        ],
    )
    assert _stock(shelves)[("A-02", "TEE")] == 4


def test_a_line_booked_by_an_older_version_is_known_for_ever():
    """What marks a line may never change, or its next import would be refused as another one."""
    line = BookOpening(id="1", actor=SYSTEM, at=NOW, bin_id=5, sku_id=7, pieces=30,
                       best_before=date(2027, 1, 2), lot="L1", serials=("S1", "S2"))  # fmt: skip
    assert fingerprint_of(line) == (
        "e9cc4fe984196233f418dd0628bc62a628bc1f1f036fff0c459349cc6054b41e"
    )


def test_bins_and_goods_are_found_however_their_codes_are_typed(
    shelves: Database, tmp_path: Path
) -> None:
    path = _file(tmp_path, " a-02 ,tee,1", "A-02,MUG,2", f"ａ-01,{EAN},3", "A-01, mug ,4")
    report = import_opening_list(shelves, path, actor=SYSTEM, at=NOW)
    assert (report.new, report.rejected) == (4, ())
    shelf = {key: pieces for key, pieces in _stock(shelves).items() if key[0] != "OPENING"}
    assert shelf == {
        ("A-02", "TEE"): 1, ("A-02", "mug"): 2, ("A-01", "TEE"): 3, ("A-01", "mug"): 4
    }  # fmt: skip


def test_a_longer_list_takes_no_more_statements(shelves: Database) -> None:
    skus = tuple(SkuFacts(code=f"S-{n:03d}", name="x") for n in range(120))
    execute(shelves, import_skus, ImportSkus(id=new_id(), actor=SYSTEM, at=NOW, rows=skus))
    sent: list[str] = []
    sa.event.listen(shelves.writer, "before_cursor_execute", lambda *a: sent.append(a[2]))

    def statements(first: int, last: int) -> int:
        rows = tuple(OpeningRow(bin_code="A-01", sku_code=f"S-{n:03d}", pieces=n + 1)
                     for n in range(first, last))  # fmt: skip
        sent.clear()
        command = ImportOpening(id=new_id(), actor=SYSTEM, at=NOW, rows=rows)
        assert execute(shelves, import_opening, command).facts["new"] == last - first
        return len(sent)

    statements(0, 6)  # the first one makes what comes of itself
    assert statements(6, 16) == statements(16, 120) < 20
    assert len(_stock(shelves)) == 240


def test_stock_is_booked_of_one_sheet_that_everybody_sees(
    shelves: Database, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    first, second = book.active, book.create_sheet("二层")
    for sheet, bin_code in ((first, "A-01"), (second, "A-02")):
        for row in (["货位", "商家编码", "数量"], [bin_code, "TEE", 3], [bin_code, "mug", 4]):
            sheet.append(row)
    path = tmp_path / "stock.xlsx"
    for title, state, reason in (
        ("一层", "visible", "Several sheets are filled: 一层, 二层. Send a file with one."),
        ("说明", "hidden", "Sheet 二层 is hidden. Show it and look at it first."),
    ):
        first.title, second.sheet_state = title, state
        book.save(path)
        with pytest.raises(FileRefused) as refused:
            import_opening_list(shelves, path, actor=SYSTEM, at=NOW)
        assert str(refused.value.reason) == reason
        first["A1"] = "还没有"  # no list any more: passed over
    second.sheet_state, second.row_dimensions[3].hidden = "visible", True
    book.save(path)
    report = import_opening_list(shelves, path, actor=SYSTEM, at=NOW)
    assert [(r.row, str(r.reason)) for r in report.rejected] == [(3, str(refusals.HIDDEN_ROW))]
    assert _stock(shelves)["A-02", "TEE"] == 3
    assert ("A-02", "mug") not in _stock(shelves)


def test_goods_and_bins_may_stand_in_several_sheets_but_in_none_that_is_hidden(
    shelves: Database, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["货位"])
    book.active.append(["B-01"])
    second = book.create_sheet("二层")
    for row in (["货位"], ["B-02"], ["B-03"]):
        second.append(row)
    path, given = tmp_path / "bins.xlsx", {"actor": SYSTEM, "at": NOW}
    second.sheet_state, second.row_dimensions[3].hidden = "hidden", True
    book.save(path)
    with pytest.raises(FileRefused):
        import_bin_list(shelves, path, **given)
    second.sheet_state = "visible"
    book.save(path)
    report = import_bin_list(shelves, path, **given)
    assert (report.new, [r.row for r in report.rejected]) == (2, [3])
