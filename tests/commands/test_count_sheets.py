"""Printed sheets of a count: each has a number and serves a bin once, whoever fills it in."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from printing.models import PrintJob
from tests.builders import Goods, World
from tests.commands.test_count_files import taken
from tests.counts import Count, opened
from tests.tracked import by_lot, by_piece, put
from warehouse.commands import Outcome
from warehouse.counting.commands.deciding import AskAgain, ask_lines_again
from warehouse.counting.commands.importing import TakeInCounts, taking_in
from warehouse.counting.models import CountBin, CountTake, LineState
from warehouse.counting.papers import PrintCountSheets, print_count_sheets
from warehouse.counting.rows import CountRow
from warehouse.counting.sheet_goods import goods_to_type
from warehouse.counting.sheet_models import CountPaper, CountPaperBin
from warehouse.counting.sheets import HandSheet, hand_sheet, sheet_list
from warehouse.errors import InvalidInput, RuleViolation
from warehouse.people.models import PersonRole, Role
from warehouse.text import Text


@pytest.fixture
def tee(world: World) -> Goods:
    world.station()
    for name in ("ann", "bob", "eve"):
        world.add(PersonRole(person_id=world.person(name), role=Role.COUNTER))
    tee = world.sku("TEE")
    world.stock(tee, "A-1", 10, walk_order=1)
    world.stock(tee, "A-2", 4, walk_order=2)
    return tee


def printed(world: World, count: Count, name: str = "") -> str:
    """Print the sheet of a count, for somebody if named; return its number."""
    person_id = world.person(name) if name else None
    world.do(print_count_sheets, PrintCountSheets, by="boss", session_id=count.id,
             person_id=person_id)  # fmt: skip
    number: str = world.all(CountPaper)[-1].number
    return number


def typed(count: Count, sheet: str, counted_by: str, pieces: int, *bins: str) -> list[str]:
    """Type in what a sheet says of TEE in bins; return why it is refused."""
    rows = [CountRow(row=at, bin_code=code, sku_code="TEE", pieces=pieces, sheet=sheet)
            for at, code in enumerate(bins or ("A-1",), start=1)]  # fmt: skip
    given: dict[str, Any] = {
        "by": "boss", "session_id": count.id, "name": "A-1", "sha256": "", "lines": len(rows),
        "counted_by": count.world.person(counted_by),
    }  # fmt: skip
    outcome: Outcome = count.world.do(taking_in([rows], is_file=False), TakeInCounts, **given)
    return [str(Text.from_json(r["reason"])) for r in outcome.facts["refused"]]


def test_a_sheet_is_typed_in_once_however_its_counter_is_called(world: World, tee: Goods):
    count = opened(world, "A-1", "A-2")
    sheet = printed(world, count)
    assert sheet == f"{world.all(PrintJob)[-1].facts['session_no']}-01"
    assert world.all(PrintJob)[-1].facts["sheet_no"] == sheet
    assert typed(count, sheet.lower(), "ann", 8) == []
    (again,) = typed(count, sheet, "bob", 8)
    assert again.startswith(f"boss has typed in sheet {sheet} for this bin, 2026-03-02 ")
    line = count.line("A-1", tee)
    assert (line.state, line.looks) == (LineState.RECOUNT, 1)
    assert typed(count, sheet, "ann", 4, "A-2") == []  # its other bin

    recount = printed(world, count)
    assert world.all(PrintJob)[-1].facts["lines"][0]["bin_code"] == "A-1"
    assert len(world.all(PrintJob)[-1].facts["lines"]) == 1
    assert typed(count, recount, "bob", 8) == []
    assert count.line("A-1", tee).state is LineState.DIFFERENT
    takes = {row.take_id for row in world.all(CountPaperBin)}
    assert takes == {take.id for take in world.all(CountTake)}


def test_a_sheet_says_which_count_it_is_of_and_a_bin_which_sheet(world: World, tee: Goods):
    other, count = opened(world, "A-2"), opened(world, "A-1")
    foreign, sheet = printed(world, other), printed(world, count)
    for said, reason in (
        (foreign, f"Sheet {foreign} is of count {foreign.removesuffix('-01')}."),
        ("PD1", "No count sheet has this number."),
        ("", f"This bin stands on printed sheet {sheet}. Write that under Sheet, or none if it was"
             " counted without a sheet."),
    ):  # fmt: skip
        assert typed(count, said, "ann", 8) == [reason]
    assert count.lines() == []
    rows = [CountRow(row=n, bin_code="A-1", sku_code="TEE", pieces=8, sheet=said)
            for n, said in enumerate((sheet, "", "none"))]  # fmt: skip
    outcome = world.do(taking_in([rows]), TakeInCounts, by="boss", session_id=count.id, name="x",
                       sha256="x", lines=3, counted_by=world.person("ann"))  # fmt: skip
    (refused,) = outcome.facts["refused"]
    assert "was on another sheet" in str(Text.from_json(refused["reason"]))
    assert typed(count, "none", "ann", 8) == []
    assert typed(count, sheet, "bob", 8) == []


def test_what_a_sheet_says_is_his_to_whom_it_was_handed(world: World, tee: Goods):
    count = opened(world, "A-1", "A-2")
    sheet = printed(world, count, "ann")
    assert world.all(PrintJob)[-1].facts["counter"] == "ann"
    (refused,) = typed(count, sheet, "bob", 8)
    assert refused.startswith(f"Sheet {sheet} was handed to ann.")
    given = {"by": "boss", "paper_id": world.one(CountPaper).id}
    world.refused(InvalidInput, hand_sheet, HandSheet, person_id=10**6, **given)
    world.do(hand_sheet, HandSheet, person_id=world.person("bob"), **given)
    assert typed(count, sheet, "bob", 8) == []
    world.refused(RuleViolation, hand_sheet, HandSheet, person_id=world.person("eve"), **given)
    with world.database.reading() as session:
        (kept,) = sheet_list(session, count.id)
    assert (kept.number, kept.who, kept.bins, kept.typed) == (sheet, "bob", 2, 1)


def test_a_bin_written_onto_a_sheet_is_kept_with_it_too(world: World, tee: Goods):
    count = opened(world, "A-1", "A-2")
    count.count("A-2", {tee: 4})
    sheet = printed(world, count)  # nothing of A-2 is asked for
    world.do(ask_lines_again, AskAgain, by="boss", session_id=count.id,
                   line_ids=(count.line("A-2", tee).id,))  # fmt: skip
    assert typed(count, sheet, "bob", 3, "A-1", "A-2") == []
    (again,) = typed(count, sheet, "eve", 3, "A-2")
    assert f"sheet {sheet}" in again
    assert len(world.all(CountPaperBin)) == 2


def test_a_file_names_the_sheet_of_each_bin(world: World, tee: Goods, tmp_path: Path):
    count = opened(world, "A-1", "A-2")
    sheet = printed(world, count)
    file = tmp_path / "counts.csv"
    head = "货位,商家编码,实盘数量,盘点人,盘点表号\n"
    file.write_text(f"{head}A-1,TEE,9,ann,{sheet}\nA-2,TEE,-1,ann,{sheet}\n", encoding="utf-8")
    assert [r.row for r in taken(world, file, count.id).rejected] == [3]
    file.write_text(f"{head}A-1,TEE,9,ann,{sheet}\nA-2,TEE,3,eve,\n", encoding="utf-8")
    (unsaid,) = taken(world, file, count.id).rejected
    assert (unsaid.row, unsaid.column) == (3, "盘点表号")
    bare = "货位,商家编码,实盘数量\nA-1,TEE,9\nA-1,TEE,1\nA-2,TEE,3\n"
    file.write_text(bare, encoding="utf-8")
    told = taken(world, file, count.id, counted_by=world.person("ann"))
    assert [r.row for r in told.rejected] == [2, 4]
    assert told.is_sheet_missing
    assert {str(r.reason).partition(". ")[0] for r in told.rejected} == {
        f"This bin stands on printed sheet {sheet}"
    }
    file.write_text(f"{head}A-1,TEE,9,ann,{sheet}\nA-2,TEE,3,eve,{sheet}\n", encoding="utf-8")
    assert taken(world, file, count.id).bins == 2
    file.write_text(f"{head}A-1,TEE,9,bob,{sheet}\n", encoding="utf-8")
    (again,) = taken(world, file, count.id).rejected
    assert "A recount has a sheet of its own: print it." in str(again.reason)


def test_that_nobody_says_who_counted_is_told_with_the_rows_that_are_wrong(
    world: World, tee: Goods, tmp_path: Path
):
    count = opened(world, "A-1", "A-2")
    sheet = printed(world, count, "ann")
    file = tmp_path / "counts.csv"
    head = "货位,商家编码,实盘数量,盘点表号\n"
    file.write_text(f"{head}A-1,TEE,9,{sheet}\nA-2,NOPE,3,{sheet}\n", encoding="utf-8")
    told = taken(world, file, count.id)
    assert [(r.row, r.column) for r in told.rejected] == [(0, "盘点人"), (3, "商家编码")]
    assert "Say who counted" in str(told.rejected[0].reason)
    assert str(told.message).startswith("1 row ")
    file.write_text(f"{head}A-1,TEE,x,{sheet}\nA-2,NOPE,3,{sheet}\n", encoding="utf-8")
    told = taken(world, file, count.id)
    assert [(r.row, r.column) for r in told.rejected] == [
        (0, "盘点人"), (2, "实盘数量"), (3, "商家编码"),
    ]  # fmt: skip
    file.write_text(f"{head}A-1,TEE,9,{sheet}\nA-2,TEE,3,{sheet}\n", encoding="utf-8")
    with pytest.raises(RuleViolation, match="Say who counted"):
        taken(world, file, count.id)
    assert taken(world, file, count.id, counted_by=world.person("ann")).bins == 2


def test_a_sheet_has_room_for_lots_and_numbers_and_never_tells_them(world: World, tee: Goods):
    put(world, by_lot(world, "SERUM", is_expiry_tracked=True), "A-1", 3, lot="L1",
        day=date(2027, 1, 1))  # fmt: skip
    put(world, by_piece(world, "CAM"), "A-1", serials=("S1", "S2"))
    printed(world, opened(world, "A-1"))
    lines = world.one(PrintJob).facts["lines"]
    flags = ("has_lots", "has_best_before", "has_serials")
    assert {x["sku_code"]: [x.get(flag, False) for flag in flags] for x in lines} == {
        "CAM": [False, False, True], "SERUM": [True, True, False], "TEE": [False, False, False],
    }  # fmt: skip
    assert "L1" not in str(lines)
    assert "S1" not in str(lines)


def test_a_sheet_is_typed_in_by_the_lots_the_book_has_or_somebody_counted(world: World, tee: Goods):
    serum, camera = by_lot(world, "SERUM"), by_piece(world, "CAM")
    for lot, bin_code in (("L2", "A-1"), ("L1", "A-1"), ("L9", "A-2")):
        put(world, serum, bin_code, 2, lot=lot)
    put(world, camera, "A-1", serials=("S1", "S2"))
    count = opened(world, "A-1")

    def to_type() -> list[tuple[str, str]]:
        with world.database.reading() as session:
            (place,) = session.scalars(sa.select(CountBin))
            return [(sku.code, lot) for sku, lot in goods_to_type(session, place)]

    lots = [("SERUM", "L1"), ("SERUM", "L2")]
    assert to_type() == [("CAM", ""), *lots, ("TEE", "")]
    found = [("TEE", "", 10, ()), ("CAM", "", 2, ("S1", "S2")), ("SERUM", "L9", 4, ())]
    rows = [CountRow(row=at, bin_code="A-1", sku_code=code, lot=lot, pieces=pieces, serials=said)
            for at, (code, lot, pieces, said) in enumerate(found)]  # fmt: skip
    world.do(taking_in([rows], is_file=False), TakeInCounts, by="ann", session_id=count.id,
             name="A-1", sha256="", lines=len(rows))  # fmt: skip
    assert to_type() == [*lots, ("SERUM", "L9")]  # asked again


@pytest.mark.parametrize("said", [{"pieces": 3}, {"lot": "L1"}, {"serials": ("S1",)}])
def test_pieces_a_lot_or_numbers_without_their_sku_are_refused(
    world: World, tee: Goods, said: dict[str, Any]
):
    count = opened(world, "A-1")
    rows = [CountRow(row=1, bin_code="A-1", sku_code="TEE", pieces=10),
            CountRow(**{"row": 2, "bin_code": "A-1", "pieces": 0, **said})]  # fmt: skip
    outcome = world.do(taking_in([rows], is_file=False), TakeInCounts, by="ann",
                       session_id=count.id, name="A-1", sha256="", lines=2)  # fmt: skip
    assert [(r["row"], r["field"]) for r in outcome.facts["refused"]] == [(2, "sku_code")]
    assert world.all(CountTake) == []
