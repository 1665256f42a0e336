"""Counts from files and the calendar: whole or not at all, the book of the moment, never twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest

from tests.builders import Stage, World
from tests.counts import GRACE, move, opened, supervisor
from tests.tracked import by_lot, by_piece, put
from warehouse.commands import Actor, Outcome
from warehouse.counting.calendar import SaveRule, due_of, open_due, save_rule
from warehouse.counting.commands.deciding import ApproveLines, approve_lines
from warehouse.counting.commands.importing import TakeInCounts, taking_in
from warehouse.counting.commands.passes import NextBin, TakeBin, go_to_next_bin, take_bin
from warehouse.counting.commands.sessions import FinishCount, finish_count
from warehouse.counting.events import DoubtShortage, doubt_shortage
from warehouse.counting.importing import CountReport, import_count_file
from warehouse.counting.models import (
    CountBin,
    CountEvent,
    CountFile,
    CountRule,
    CountScope,
    CountSession,
    CountTake,
    DifferenceReason,
    LineState,
    RuleKind,
)
from warehouse.counting.papers import PrintCountSheets, print_count_sheets
from warehouse.counting.rows import CountRow
from warehouse.errors import Forbidden, InvalidInput, RuleViolation
from warehouse.people.models import PersonRole, Role
from warehouse.picking.commands.exceptions import ReportShort, report_short
from warehouse.retiring.commands import RetireSku, retire_sku
from warehouse.shops import refusals
from warehouse.shops.refusals import FileRefused
from warehouse.text import Text

HEAD = "货位,商家编码,实盘数量,批次,盘点时间\n"


def send(world: World, folder: Path, session_id: int, text: str) -> CountReport:
    file = folder / "counts.csv"
    file.write_text(text, encoding="utf-8")
    return taken(world, file, session_id)


def taken(world: World, file: Path, session_id: int, **more: int) -> CountReport:
    return import_count_file(
        world.database, file, session_id=session_id, actor=Actor(person_id=world.person("ann")),
        at=world.tick(), zone=world.zone, **more,
    )  # fmt: skip


@pytest.fixture
def shelf(world: World):
    tee = world.sku("TEE")
    world.stock(tee, "A-1", 10, walk_order=1)
    world.stock(tee, "A-2", 4, walk_order=2)
    return tee


def test_a_file_closes_its_bins_and_the_same_file_is_read_once(world: World, shelf, tmp_path: Path):
    count = opened(world, "A-1", "A-2")
    text = f"{HEAD}A-1,{shelf.pack},1,,\nA-1,TEE,4,,\nA-2,TEE,0,,\n"
    report = send(world, tmp_path, count.id, text)
    assert (report.bins, report.agreed, report.again) == (2, 1, 1)
    assert [(x.counted, x.book, x.state) for x in count.lines()] == [
        (10, 10, LineState.AGREED),
        (0, 4, LineState.RECOUNT),
    ]
    assert send(world, tmp_path, count.id, text).is_known
    assert len(world.all(CountFile)) == 1


def test_codes_of_a_file_are_found_however_they_are_typed(world: World, shelf, tmp_path: Path):
    cap = world.sku("cap-Blue")
    serum = by_lot(world)
    world.stock(cap, "A-1", 5)
    put(world, serum, "A-2", 3, lot="L1")
    count = opened(world, "A-1", "A-2")
    rows = ("a-1,pack-tee,1,,", "A-1,PACK-TEE,0,,", " ａ-1 ,TEE,4,,", "A-1,cap-Blue,5,,",
            f"a-2,{serum.barcode},3,l1,", "A-2,TEE,4,,")  # fmt: skip
    report = send(world, tmp_path, count.id, HEAD + "\n".join(rows))
    assert [(r.row, str(r.reason)) for r in report.rejected] == []
    assert (report.bins, report.agreed, report.different) == (2, 4, 0)


def test_goods_out_of_use_are_not_found_again_by_a_file(world: World, shelf, tmp_path: Path):
    old = world.sku("OLD")
    world.do(retire_sku, RetireSku, sku_id=old.id)
    count = opened(world, "A-1")
    report = send(world, tmp_path, count.id, HEAD + "A-1,OLD,2,,\n")
    assert [(r.row, str(r.reason)) for r in report.rejected] == [(2, "This SKU is out of use.")]


def test_nought_is_read_in_every_spelling(world: World, shelf, tmp_path: Path):
    bins = [f"A-{n}" for n in range(3, 8)]
    for code in bins:
        world.stock(shelf, code, 1)
    count = opened(world, *bins)
    spelled = zip(bins, ("０", "0件", "0.00 ", "00", "０个"), strict=True)
    rows = "".join(f"{code.lower()},TEE,{cell},,\n" for code, cell in spelled)
    assert send(world, tmp_path, count.id, HEAD + rows).bins == 5
    assert {line.counted for line in count.lines()} == {0}


def book_of_counts(path: Path, *sheets: str, hidden: str = "") -> openpyxl.Workbook:
    """Return a workbook with one row of counts in each sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in sheets:
        sheet = book.create_sheet(name)
        sheet.append(["货位", "商家编码", "实盘数量"])
        sheet.append(["A-1", "TEE", 1])
        sheet.sheet_state = "hidden" if name == hidden else "visible"
    book.save(path)
    return book


def test_nothing_of_a_workbook_is_taken_that_nobody_looked_at(world: World, shelf, tmp_path: Path):
    count = opened(world, "A-1")
    file = tmp_path / "counts.xlsx"
    book_of_counts(file, "一层", "二层")
    with pytest.raises(FileRefused) as several:
        taken(world, file, count.id)
    assert "Several sheets are filled: 一层, 二层." in str(several.value.reason)
    book = book_of_counts(file, "一层", "旧", hidden="旧")
    book["旧"].delete_rows(2)
    sheet = book["一层"]
    for pieces in (True, 2):
        sheet.append(["A-1", "TEE", pieces])
    sheet.row_dimensions[4].hidden = True
    book.save(file)
    rejected = taken(world, file, count.id).rejected
    assert [(r.row, str(r.reason).split(".")[0]) for r in rejected] == [
        (3, str(refusals.NOT_PIECES).split(".")[0]),
        (4, "This row is hidden in the sheet"),
    ]
    book = book_of_counts(file, "一层", "旧", hidden="一层")
    book["旧"].delete_rows(2)
    book.save(file)
    with pytest.raises(FileRefused) as unseen:
        taken(world, file, count.id)
    assert "Sheet 一层 is hidden." in str(unseen.value.reason)
    assert count.lines() == []


def test_a_file_takes_a_bin_that_somebody_is_only_on_the_way_to(
    world: World, shelf, tmp_path: Path
):
    count = opened(world, "A-1")
    world.do(go_to_next_bin, NextBin, by="bob", session_id=count.id)
    assert world.one(CountBin).taken_by_id == world.person("bob")
    assert send(world, tmp_path, count.id, f"{HEAD}A-1,TEE,9,,\n").bins == 1
    world.do(go_to_next_bin, NextBin, by="bob", session_id=count.id)
    recount = send(world, tmp_path, count.id, f"{HEAD}A-1,TEE,8,,\n")
    assert [str(r.reason) for r in recount.rejected] == [
        "You counted this bin. Its recount is for another person."
    ]


def test_a_file_and_a_counter_who_begins_the_bin_at_that_moment(world: World, shelf):
    count = opened(world, "A-1")
    rows = [CountRow(row=2, bin_code="A-1", sku_code="TEE", pieces=9)]
    taken_in = world.command(TakeInCounts, by="ann", session_id=count.id, name="counts.csv",
                             sha256="0" * 64, lines=1)  # fmt: skip
    begins = world.command(TakeBin, by="bob", session_id=count.id, barcode="A-1")
    told = world.overlap((take_bin, begins), (taking_in([rows]), taken_in))
    assert isinstance(told, Outcome)
    (refused,) = told.facts["refused"]
    assert str(Text.from_json(refused["reason"])).startswith("bob is counting this bin")
    assert count.lines() == []


def test_a_sheet_is_his_who_counted_and_who_typed_it_decides_nothing(world: World, shelf):
    count = opened(world, "A-1")
    for name in ("ann", "bob"):
        world.add(PersonRole(person_id=world.person(name), role=Role.COUNTER))

    def typed(by: str, counted_by: str) -> Outcome:
        rows = [CountRow(row=0, bin_code="A-1", sku_code="TEE", pieces=8)]
        return world.do(
            taking_in([rows], is_file=False), TakeInCounts, by=by, session_id=count.id, name="A-1",
            sha256="0" * 64, lines=1, counted_by=world.person(counted_by),
        )  # fmt: skip

    typed("boss", "ann")
    assert count.line("A-1", shelf).counted_by_id == world.person("ann")
    for who in ("ann", "boss"):  # he counted it, she has seen the number
        world.refused(RuleViolation, take_bin, TakeBin, by=who, session_id=count.id, barcode="A-1")
    (again,) = typed("boss", "ann").facts["refused"]
    assert str(Text.from_json(again["reason"])).startswith("The same person counted this bin.")
    typed("boss", "bob")
    line = count.line("A-1", shelf)
    assert (line.state, line.looks) == (LineState.DIFFERENT, 2)
    supervisor(world, "chief")
    world.refused(Forbidden, approve_lines, ApproveLines, by="boss", session_id=count.id,
                  reason=DifferenceReason.LOST)  # fmt: skip
    count.approve(by="chief")
    told = world.do(
        taking_in([[CountRow(row=0, bin_code="A-1", pieces=0)]], is_file=False),
        TakeInCounts, session_id=count.id, name="A-1", sha256="", lines=1, counted_by=10**6,
    )  # fmt: skip
    assert [r["field"] for r in told.facts["refused"]] == ["counted_by", "bin_code"]


def test_a_file_names_the_counter_of_each_bin(world: World, shelf, tmp_path: Path):
    for name in ("bob", "eve"):
        world.add(PersonRole(person_id=world.person(name), role=Role.COUNTER))
    count = opened(world, "A-1", "A-2")
    head = HEAD.replace("批次", "盘点人")
    rows = ("A-1,TEE,9,bob,", "A-1,,0,bob,", "A-2,TEE,4,Zoe,", "A-1,TEE,1,eve,")
    rejected = send(world, tmp_path, count.id, head + "\n".join(rows)).rejected
    assert [(r.row, r.column, str(r.reason).split(".")[0]) for r in rejected] == [
        (3, "货位", "This bin is said to be empty here, and to hold goods elsewhere"),
        (4, "盘点人", "Nobody who counts here has this name or login"),
        (5, "盘点人", "Another row says that somebody else counted this bin"),
    ]
    send(world, tmp_path, count.id, f"{head}A-1,TEE,9, BOB ,\nA-2,TEE,4,eve,\n")
    assert [x.counted_by_id for x in count.lines()] == [world.person("bob"), world.person("eve")]
    assert {t.entered_by_id for t in world.all(CountTake)} == {world.person("ann")}
    again = send(world, tmp_path, count.id, f"{head}A-1,TEE,9,bob,\n").rejected
    assert [str(r.reason) for r in again] == [
        "The same person counted this bin. Its recount is for another."
    ]


def test_who_sends_a_file_did_not_count_it_once_sheets_were_printed(
    world: World, shelf, tmp_path: Path
):
    count = opened(world, "A-1")
    world.station()
    world.do(print_count_sheets, PrintCountSheets, by="boss", session_id=count.id)
    text = f"{HEAD}A-1,TEE,9,,\n"
    who, sheet = send(world, tmp_path, count.id, text).rejected
    assert (who.row, sheet.row, "Say who counted" in str(who.reason)) == (0, 2, True)
    boss = world.person("boss")
    file = tmp_path / "counts.csv"
    (unsaid,) = taken(world, file, count.id, counted_by=boss).rejected
    assert str(unsaid.reason).startswith("This bin stands on printed sheet PD")
    file.write_text("货位,商家编码,实盘数量,盘点表号\nA-1,TEE,9,无\n", encoding="utf-8")
    taken(world, file, count.id, counted_by=boss)
    assert count.line("A-1", shelf).counted_by_id == boss


def test_one_sheet_is_typed_in_once_however_many_have_its_page_open(world: World, shelf):
    count = opened(world, "A-1")
    shown = world.now
    rows = [CountRow(row=0, bin_code="A-1", sku_code="TEE", pieces=9)]
    given = {"session_id": count.id, "name": "A-1", "sha256": "", "lines": 1, "seen_at": shown}
    world.do(taking_in([rows], is_file=False), TakeInCounts, by="ann", **given)
    world.refused(RuleViolation, taking_in([rows], is_file=False), TakeInCounts, by="bob", **given)


def test_every_wrong_row_is_named_and_nothing_is_taken(world: World, shelf, tmp_path: Path):
    count = opened(world, "A-1")
    rows = ("A-1,TEE,-2,,", "A-1,TEE,1.5,,", "A-1,TEE,2,,2062-01-01 10:00", "A-1,TEE,many,,",
            "A-2,TEE,1,,", "A-1,NOBODY,1,,", "A-1,,3,,", "A-1,TEE,99999999999,,")  # fmt: skip
    world.person("ann")
    with world.nothing_written():
        report = send(world, tmp_path, count.id, HEAD + "\n".join(rows[:4]))
        assert [r.row for r in report.rejected] == [2, 3, 4, 5]
    before = count.lines()
    report = send(world, tmp_path, count.id, HEAD + "\n".join(rows[4:7]))
    assert [(r.row, str(r.reason)) for r in report.rejected] == [
        (2, "This bin is not in this count."),
        (3, "Nothing here carries this code."),
        (4, "Pieces of what? The SKU is missing."),
    ]
    assert count.lines() == before == []


def test_a_lot_of_goods_without_lots_is_refused(world: World, shelf, tmp_path: Path):
    count = opened(world, "A-1")
    report = send(world, tmp_path, count.id, f"{HEAD}A-1,TEE,10,L1,\n")
    assert [(r.column, r.value, str(r.reason)) for r in report.rejected] == [
        ("批次", "L1", "TEE is not kept by lot.")
    ]


def test_a_file_without_a_column_of_skus_is_told_once(world: World, shelf, tmp_path: Path):
    count = opened(world, "A-1", "A-2")
    world.person("ann")
    with (
        world.nothing_written(),
        pytest.raises(FileRefused, match=r"No column says the SKU.* 商家编码 / .*read: 商品, 颜色"),
    ):
        send(world, tmp_path, count.id, "货位,商品,件数,颜色\nA-1,TEE,3,\nA-2,TEE,4,\n")
    empty = send(world, tmp_path, count.id, "货位,商品,件数\nA-1,,0\n")
    assert (empty.bins, str(empty.not_read)) == (1, "Columns not read: 商品.")


def test_every_fault_of_a_row_is_told_at_once_as_the_file_has_it(
    world: World, shelf, tmp_path: Path
):
    camera = by_piece(world)
    put(world, camera, "A-1", serials=("N1",))
    count = opened(world, "A-1")
    rows = ("NOBIN,NOPE,-3,Zoe,2062-01-01 10:00,", "A-1,TEE,-1,ann,2001-01-01 9:00,",
            "A-1,TEE,1,,,", "NOBIN,CAMERA,2,,,N1;N1;N2")  # fmt: skip
    head = "货位编码,SKU,盘点数量,盘点人,盘点时间,SN\n"
    report = send(world, tmp_path, count.id, head + "\n".join(rows))
    found = [(r.row, r.column, r.value, str(r.reason).split(".")[0]) for r in report.rejected]
    assert found == [
        (2, "货位编码", "NOBIN", "This bin is not in this count"),
        (2, "SKU", "NOPE", "Nothing here carries this code"),
        (2, "盘点数量", "-3", "This is not a whole number of pieces, 0 or more"),
        (2, "盘点时间", "2062-01-01 10:00", "This time is still to come"),
        (2, "盘点人", "Zoe", "Nobody who counts here has this name or login"),
        (3, "盘点数量", "-1", "This is not a whole number of pieces, 0 or more"),
        (3, "盘点时间", "2001-01-01 09:00", "This was counted long before the count began"),
        (5, "货位编码", "NOBIN", "This bin is not in this count"),
        (
            5,
            "SN",
            "N1, N1, N2",
            "CAMERA is known piece by piece: 2 pieces need as many serial numbers, here are 3",
        ),
        (5, "SN", "N1", "N1 was counted already"),
    ]
    assert str(report.message).startswith("3 rows cannot be taken")
    assert count.lines() == []


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "\x00\x01\x02", HEAD])
def test_what_is_no_list_of_counts_is_refused(world: World, shelf, tmp_path: Path, text: str):
    count = opened(world, "A-1")
    with pytest.raises((FileRefused, InvalidInput)):
        send(world, tmp_path, count.id, text)
    assert count.lines() == []


def test_a_line_is_held_against_the_book_of_the_hour_it_was_counted(
    world: World, shelf, tmp_path: Path
):
    count = opened(world, "A-1")
    world.now += timedelta(hours=1)
    counted_at = world.now
    world.now += timedelta(hours=1)
    move(world, shelf, "A-1", "A-2", 3)
    world.now += timedelta(hours=1)
    local = counted_at.astimezone(world.zone).strftime("%Y-%m-%d %H:%M:%S")
    send(world, tmp_path, count.id, f"{HEAD}A-1,TEE,9,,{local}\n")
    line = count.line("A-1", shelf)
    assert (line.counted, line.book, line.variance) == (9, 10, -1)


def test_without_an_hour_all_that_moved_since_is_asked_again(world: World, shelf, tmp_path: Path):
    count = opened(world, "A-1", "A-2")
    mug = world.sku("MUG")
    world.stock(mug, "A-2", 2)
    send(world, tmp_path, count.id, f"{HEAD}A-1,TEE,10,,\nA-2,TEE,4,,\nA-2,MUG,2,,\n")
    assert count.line("A-1", shelf).state is LineState.AGREED
    assert count.line("A-2", mug).state is LineState.LOOK


def test_what_was_counted_a_moment_ago_says_when_it_can_be_posted(world: World, shelf):
    count = opened(world, "A-1", "A-2")
    count.count("A-1", {shelf: 9})
    count.count("A-1", {shelf: 9}, by="bob")
    count.approve()
    seen = count.line("A-1", shelf).counted_at.astimezone(world.zone)
    later = f"{seen + timedelta(seconds=61):%H:%M:%S}"
    assert f"from {later} on" in str(count.post(wait=False).message)
    finish = {"session_id": count.id, "note": "rest next week"}
    assert f"from {later} on" in str(world.refused(RuleViolation, finish_count, FinishCount,
                                                   by="boss", **finish))  # fmt: skip
    world.now = count.line("A-1", shelf).counted_at + timedelta(seconds=61)
    assert str(count.post(wait=False).message) == "1 difference posted."


def test_a_count_that_has_ended_takes_no_file(world: World, shelf, tmp_path: Path):
    count = opened(world, "A-1")
    count.count("A-1", {shelf: 10})
    count.post()
    with pytest.raises(RuleViolation):
        send(world, tmp_path, count.id, f"{HEAD}A-1,TEE,10,,\n")


def rule(kind: RuleKind, **given: object) -> CountRule:
    return CountRule(id=7, kind=kind, abc=given.get("abc", ""), every_days=given.get("days", 30))


def test_the_monthly_count_is_asked_for_from_the_28th_on():
    monthly = rule(RuleKind.MONTHLY)
    assert due_of(monthly, "", date(2026, 2, 27)) is None
    keys = {due_of(monthly, "", date(2026, 3, day)).opened_for for day in (28, 29, 31)}
    assert keys == {"month:7:2026-03"}


def test_a_cycle_is_asked_for_once_in_its_days():
    weekly = rule(RuleKind.CYCLE, days=7, abc="A")
    keys = [due_of(weekly, "", date(2026, 3, 1) + timedelta(days=n)).opened_for for n in range(21)]
    assert max(keys.count(key) for key in keys) == 7
    assert len(set(keys)) in (3, 4)


def test_a_class_is_counted_in_a_cycle(world: World):
    world.refused(InvalidInput, save_rule, SaveRule, by="boss", kind=RuleKind.MONTHLY, abc="A")
    world.do(save_rule, SaveRule, by="boss", kind=RuleKind.CYCLE, abc="A")
    assert [rule.abc for rule in world.all(CountRule)] == ["A"]


def test_the_calendar_opens_a_count_once(world: World, shelf):
    world.do(save_rule, SaveRule, kind=RuleKind.MONTHLY)
    world.refused(RuleViolation, save_rule, SaveRule, kind=RuleKind.MONTHLY)
    at = datetime(2026, 3, 28, 2, tzinfo=UTC)
    actor = Actor(person_id=1)
    assert [open_due(world.database, actor=actor, at=at, zone=world.zone) for _ in range(2)] == [
        1,
        0,
    ]
    count, rule = world.one(CountSession), world.one(CountRule)
    assert (count.scope, count.state, count.opened_for) == (
        CountScope.MONTH, "counting", f"month:{rule.id}:2026-03",
    )  # fmt: skip


def test_a_short_pick_has_its_bin_counted_and_a_shortage_in_the_book_too(world: World):
    work = world.bring(Stage.TOTE_BOUND)
    task = world.open_tasks(work.wave_id)[0]
    world.do(report_short, ReportShort, by="picker", task_id=task.id)
    assert [(b.bin_id, b.event) for b in world.all(CountBin)] == [
        (task.bin_id, CountEvent.SHORT_PICK)
    ]
    world.stock(world.sku("HAT"), "C-01", 1)
    for bin_code, sku_code in (("C-01", "HAT"), ("C-01", "HAT"), ("A-02", "MUG")):
        # Of MUG pieces are promised: the book may be right, they are only not free.
        world.do(doubt_shortage, DoubtShortage, bin_code=bin_code, sku_code=sku_code)
    assert len(world.all(CountBin)) == 2
    assert world.one(CountSession).scope is CountScope.EVENT
    world.do(doubt_shortage, DoubtShortage, bin_code="A-02", sku_code="MUG", pieces=999)
    assert len(world.all(CountBin)) == 3  # so many do not stand there, promised or not


def test_goods_that_came_to_a_counted_bin_later_are_looked_for_when_doubted(world: World, shelf):
    count = opened(world, "A-1")
    count.count("A-1", {shelf: 10})
    mug = world.sku("MUG")
    world.stock(mug, "A-1", 3)
    world.do(doubt_shortage, DoubtShortage, bin_code="A-1", sku_code="MUG")
    assert count.line("A-1", mug).state is LineState.LOOK
    assert count.line("A-1", shelf).state is LineState.AGREED
    world.now += GRACE
    assert count.count("A-1", {mug: 1}, by="bob").screen == "done"
    assert (count.line("A-1", mug).variance, count.line("A-1", mug).state) == (
        -2, LineState.RECOUNT,
    )  # fmt: skip


def test_a_counted_bin_that_is_doubted_is_looked_at_again(world: World, shelf):
    count = opened(world, "A-1")
    count.count("A-1", {shelf: 10})
    world.now += GRACE
    world.do(doubt_shortage, DoubtShortage, bin_code="A-1", sku_code="TEE")
    assert count.line("A-1", shelf).state is LineState.LOOK
    assert count.state == "counting"
