"""A sheet typed in wrongly is put right: held against what it was, the first figures kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import Goods, World
from tests.counts import GRACE, Count, move, opened, supervisor
from tests.tracked import by_lot, by_piece, put
from warehouse.catalog.models import Bin
from warehouse.commands import Outcome, Tone, execute
from warehouse.counting.commands.correcting import CorrectSheet, correcting
from warehouse.counting.commands.deciding import (
    ApproveLines,
    approve_lines,
)
from warehouse.counting.commands.importing import TakeInCounts, taking_in
from warehouse.counting.commands.passes import (
    LeaveBin,
    NextBin,
    TakeBin,
    go_to_next_bin,
    leave_bin,
    take_bin,
)
from warehouse.counting.commands.posting import PostCount, post_count
from warehouse.counting.commands.sessions import CancelCount, cancel_count
from warehouse.counting.models import (
    BinState,
    CountBin,
    CountEntry,
    CountTake,
    DifferenceReason,
    LineState,
    SessionState,
)
from warehouse.counting.papers import PrintCountSheets, print_count_sheets
from warehouse.counting.rows import CountRow
from warehouse.counting.settling import SettleCount, settle_count
from warehouse.counting.sheet_models import CountPaper, CountPaperBin
from warehouse.errors import CommandReused, RuleViolation
from warehouse.inventory.models import MoveReason, StockBalance
from warehouse.people.models import PersonRole, Role, Trail
from warehouse.text import Text

Said = Mapping[str, int]  # goods, with "/lot" where they have lots → pieces


@dataclass
class Paper:
    """One bin counted on paper by ann and typed in by the office."""

    count: Count
    bin_code: str = "A-1"

    @property
    def place(self) -> Any:
        world = self.count.world
        bin_id = world.one(Bin, code=self.bin_code).id
        return world.one(CountBin, bin_id=bin_id, session_id=self.count.id)

    @property
    def take(self) -> Any:
        takes = self.count.world.all(CountTake, count_bin_id=self.place.id, is_dropped=False)
        return takes[-1]

    def rows(self, said: Said, serials: Mapping[str, tuple[str, ...]], **more: Any) -> Any:
        rows = [CountRow(row=0, bin_code=self.bin_code, sku_code=code.partition("/")[0],
                         lot=code.partition("/")[2], pieces=pieces,
                         serials=serials.get(code, ()), **more)
                for code, pieces in said.items()]  # fmt: skip
        return rows or [CountRow(row=0, bin_code=self.bin_code, pieces=0, **more)]

    def typed(self, said: Said, who: str = "ann", *, sheet: str = "", counted_at: Any = None,
              **serials: tuple[str, ...]) -> None:  # fmt: skip
        rows = self.rows(said, serials, sheet=sheet, counted_at=counted_at)
        outcome = self.count.world.do(
            taking_in([rows], is_file=False), TakeInCounts, by="typist", session_id=self.count.id,
            name=self.bin_code, sha256="", lines=len(rows),
            counted_by=self.count.world.person(who),
        )  # fmt: skip
        assert outcome.facts["refused"] == []

    def act(self, said: Said, take_id: int = 0, *, by: str = "typist",
            **serials: tuple[str, ...]) -> tuple[Any, CorrectSheet]:  # fmt: skip
        rows = self.rows(said, serials)
        given = {"count_bin_id": self.place.id, "take_id": take_id or self.take.id}
        command = self.count.world.command(CorrectSheet, by=by, sha256=str(rows), **given)
        return correcting(rows), command

    def corrected(self, said: Said, take_id: int = 0, **more: Any) -> Outcome:
        return execute(self.count.world.database, *self.act(said, take_id, **more))

    def refused(self, said: Said, take_id: int = 0) -> str:
        before = self.count.world.rows()
        with pytest.raises(RuleViolation) as caught:
            self.corrected(said, take_id)
        assert self.count.world.rows() == before
        return str(caught.value.text)


@pytest.fixture
def tee(world: World) -> Goods:
    world.station()
    for name in ("ann", "bob", "eve", "typist"):
        world.add(PersonRole(person_id=world.person(name), role=Role.COUNTER))
    tee = world.sku("TEE")
    world.stock(tee, "A-1", 10, walk_order=1)
    world.stock(tee, "A-2", 4, walk_order=2)
    return tee


def test_the_wrong_figure_stays_in_the_trail_and_the_recount_it_asked_for_is_withdrawn(
    world: World, tee: Goods
):
    cap = world.sku("cap-Blue")
    world.stock(cap, "A-1", 3)
    paper = Paper(opened(world, "A-1"))
    world.do(print_count_sheets, PrintCountSheets, by="boss", session_id=paper.count.id)
    sheet = world.one(CountPaper).number
    paper.typed({"TEE": 100, "cap-Blue": 3}, sheet=sheet)
    wrong = paper.take
    before = paper.count.line("A-1", tee)
    assert before.state is LineState.RECOUNT
    world.do(go_to_next_bin, NextBin, by="bob", session_id=paper.count.id)  # on his way there
    move(world, tee, "A-1", "A-2", 4)  # after the sheet was typed in
    outcome = paper.corrected({"TEE": 10, "cap-Blue": 3}, by="eve")
    assert str(outcome.message) == (
        "A-1 is corrected: TEE 100 → 10. Nothing of it is asked again any more."
    )
    line = paper.count.line("A-1", tee)
    kept = ("book", "changes", "counted_at", "counted_by_id", "looks")
    assert [getattr(line, x) for x in kept] == [getattr(before, x) for x in kept]
    assert (line.counted, line.variance, line.state) == (10, 0, LineState.AGREED)
    assert (paper.place.state, paper.place.taken_by_id) == (BinState.COUNTED, None)
    assert paper.count.state == SessionState.REVIEW
    assert world.one(CountTake, id=wrong.id).is_dropped
    assert {x.pieces for x in world.all(CountEntry, take_id=wrong.id)} == {100, 3}
    assert {x.pieces for x in world.all(CountEntry, take_id=paper.take.id)} == {10, 3}
    assert world.one(CountPaperBin).take_id == paper.take.id
    told = world.all(Trail, event="sheet_corrected")[-1]
    assert (told.person_id, told.facts) == (
        world.person("eve"), {"bin": "A-1", "sheet": sheet, "lines": "TEE 100 → 10"},
    )  # fmt: skip
    late = world.refused(RuleViolation, take_bin, TakeBin, by="bob", session_id=paper.count.id,
                         barcode="A-1")  # fmt: skip
    assert "is counted already" in str(late.text)


def test_who_typed_the_figures_neither_recounts_nor_decides_and_the_next_look_agrees_with_the_right(
    world: World, tee: Goods
):
    paper = Paper(opened(world, "A-1"))
    paper.typed({"TEE": 10})
    assert paper.count.state == SessionState.REVIEW
    assert paper.corrected({"TEE": 7}, by="eve").tone is Tone.ATTENTION
    assert (paper.count.state, paper.place.state) == (SessionState.COUNTING, BinState.AGAIN)
    for who in ("ann", "typist", "eve"):
        world.refused(RuleViolation, take_bin, TakeBin, by=who, session_id=paper.count.id,
                      barcode="A-1")  # fmt: skip
    paper.count.count("A-1", {tee: 7}, by="bob")  # the first 10 is no look that counts
    assert paper.count.line("A-1", tee).state is LineState.DIFFERENT
    assert "tablet or from a file" in paper.refused({"TEE": 8})


@pytest.mark.parametrize("who", ["ann", "typist"])
def test_whoever_counted_or_typed_what_differs_takes_it_back_only_with_another_person(
    world: World, tee: Goods, who: str
):
    world.settings(count_recount_pieces=1)
    paper = Paper(opened(world, "A-1"))
    paper.typed({"TEE": 4})
    for said in (10, 9):  # as the book has it, and so little off that nobody would be asked
        outcome = paper.corrected({"TEE": said}, by=who)
        assert (outcome.tone, outcome.facts["again"]) == (Tone.ATTENTION, 1)
        assert "still counted again by another person" in str(outcome.message)
        line = paper.count.line("A-1", tee)
        assert (line.counted, line.state) == (said, LineState.RECOUNT)
        assert (paper.place.state, paper.count.state) == (BinState.AGAIN, SessionState.COUNTING)
    world.refused(RuleViolation, take_bin, TakeBin, by=who, session_id=paper.count.id,
                  barcode="A-1")  # fmt: skip
    paper.count.count("A-1", {tee: 10}, by="bob")
    assert paper.count.line("A-1", tee).state is LineState.AGREED


def test_what_two_people_found_is_not_taken_back_by_one_of_them(world: World, tee: Goods):
    paper = Paper(opened(world, "A-1"))
    paper.count.count("A-1", {tee: 4}, by="bob")
    paper.typed({"TEE": 4})
    assert paper.count.line("A-1", tee).state is LineState.DIFFERENT
    assert paper.corrected({"TEE": 10}, by="bob").facts["again"] == 1
    assert paper.count.line("A-1", tee).state is LineState.RECOUNT
    assert paper.corrected({"TEE": 4}, by="eve").facts["again"] == 0
    assert paper.count.line("A-1", tee).state is LineState.DIFFERENT


def test_a_sheet_is_corrected_once_however_often_it_is_sent_and_the_second_desk_looks_again(
    world: World, tee: Goods
):
    paper = Paper(opened(world, "A-1"))
    paper.typed({"TEE": 100})
    first, second = paper.act({"TEE": 10}), paper.act({"TEE": 9}, by="eve")
    other = world.overlap(first, second)
    assert isinstance(other, RuleViolation)
    assert "Look again" in str(other.text)
    assert execute(world.database, *first).is_replayed
    assert paper.count.line("A-1", tee).counted == 10
    assert len(world.all(Trail, event="sheet_corrected")) == 1
    with pytest.raises(CommandReused):
        execute(world.database, first[0], replace(first[1], sha256="x"))
    assert "nothing to correct" in paper.refused({"TEE": 10})
    assert paper.corrected({"TEE": 9}).facts["again"] == 1


def test_while_somebody_counts_again_the_sheet_is_left_alone(world: World, tee: Goods):
    paper = Paper(opened(world, "A-1", "A-2"))
    paper.typed({"TEE": 100})
    begins = (take_bin, world.command(TakeBin, by="bob", session_id=paper.count.id, barcode="A-1"))
    told = world.overlap(begins, paper.act({"TEE": 10}))
    assert isinstance(told, RuleViolation)
    assert str(told.text).startswith("bob is counting A-1 again. Wait")
    world.do(leave_bin, LeaveBin, by="bob", session_id=paper.count.id)
    late = (take_bin, world.command(TakeBin, by="eve", session_id=paper.count.id, barcode="A-1"))
    told = world.overlap(paper.act({"TEE": 10}, by="boss"), late)
    assert isinstance(told, RuleViolation)
    assert "is counted already" in str(told.text)


def test_what_is_decided_posted_or_over_is_not_corrected(world: World, tee: Goods):
    cap = world.sku("cap-Blue")
    world.stock(cap, "A-1", 3)
    paper = Paper(opened(world, "A-1"))
    paper.typed({"TEE": 9, "cap-Blue": 3})
    supervisor(world, "chief")
    stale = {"by": "chief", "session_id": paper.count.id, "reason": DifferenceReason.LOST,
             "line_ids": (paper.count.line("A-1", tee).id,)}  # fmt: skip
    shown = world.now
    paper.corrected({"TEE": 8, "cap-Blue": 3})
    world.refused(RuleViolation, approve_lines, ApproveLines, seen_at=shown, **stale)
    world.do(approve_lines, ApproveLines, seen_at=world.now, **stale)
    assert "is approved, posted or left" in paper.refused({"TEE": 9, "cap-Blue": 3})
    paper.corrected({"TEE": 8, "cap-Blue": 4})  # the other line may be
    assert paper.count.line("A-1", tee).state is LineState.APPROVED
    world.now += GRACE
    posts = world.command(PostCount, by="chief", session_id=paper.count.id)
    told = world.overlap((post_count, posts), paper.act({"TEE": 9, "cap-Blue": 4}))
    assert isinstance(told, RuleViolation)
    assert paper.count.line("A-1", tee).state is LineState.POSTED
    assert world.one(StockBalance, sku_id=tee.id, bin_id=paper.place.bin_id).on_hand == 8

    given_up = Paper(opened(world, "A-2"), "A-2")
    given_up.typed({"TEE": 40})
    world.do(cancel_count, CancelCount, by="boss", session_id=given_up.count.id, note="no")
    assert "is not being counted" in given_up.refused({"TEE": 4})


def test_a_figure_is_held_against_the_hour_of_its_sheet_and_the_book_set_right_since(
    world: World, tee: Goods
):
    paper = Paper(opened(world, "A-1"))
    world.now += GRACE * 2
    counted_at = world.now
    world.now += GRACE * 2
    move(world, tee, "A-1", "A-2", 3)
    world.now += GRACE * 2
    paper.typed({"TEE": 1}, counted_at=counted_at)
    assert (paper.count.line("A-1", tee).book, paper.take.opened_at) == (10, counted_at)
    move(world, tee, "A-2", "A-1", 2)
    world.now += timedelta(hours=1)
    paper.corrected({"TEE": 9})
    line = paper.count.line("A-1", tee)
    assert (line.book, line.variance, paper.take.opened_at) == (10, -1, counted_at)
    assert paper.count.state == SessionState.COUNTING
    move(world, tee, "A-1", "A-2", 1, MoveReason.ADJUST)  # somebody else sets it right
    paper.corrected({"TEE": 10})
    paper.corrected({"TEE": 9})
    paper.typed({"TEE": 9}, "bob", counted_at=counted_at)
    world.now += GRACE
    world.do(settle_count, SettleCount, by="boss", session_id=paper.count.id)
    assert paper.count.line("A-1", tee).state is LineState.LOOK


def test_goods_left_out_are_added_and_those_that_moved_are_looked_at(world: World, tee: Goods):
    mug, cap = world.sku("MUG"), world.sku("cap-Blue")
    serum = by_lot(world, "SERUM")
    put(world, serum, "A-1", 3, lot="L1")
    put(world, serum, "A-2", 3, lot="L2")
    paper = Paper(opened(world, "A-1"))
    world.now += GRACE
    paper.typed({"TEE": 10, "SERUM/L1": 2})
    world.now += GRACE * 2
    world.stock(cap, "A-1", 5)
    paper.corrected({"TEE": 10, "SERUM/L1": 1, "SERUM/L2": 2, "MUG": 1, "cap-Blue": 1})
    lines = {(x.sku_id, x.variance): x.state for x in paper.count.lines("A-1")}
    assert lines[mug.id, 1] is LineState.RECOUNT
    assert lines[serum.id, 2] is lines[serum.id, -2] is LineState.RECOUNT
    assert paper.count.line("A-1", cap).state is LineState.LOOK  # came after the sheet
    paper.corrected({})  # an empty bin
    assert {x.counted for x in paper.count.lines("A-1")} == {0}
    refused = paper.corrected({"NOBODY": 1}).facts["refused"]
    assert str(Text.from_json(refused[0]["reason"])) == "Nothing here carries this code."


def test_pieces_known_by_number_are_corrected_as_long_as_none_has_moved(world: World, tee: Goods):
    camera = by_piece(world, "CAM")
    put(world, camera, "A-1", serials=("S1", "S2"))
    paper = Paper(opened(world, "A-1"))
    world.now += GRACE
    paper.typed({"TEE": 10, "CAM": 2}, CAM=("S1", "S9"))
    paper.corrected({"TEE": 10, "CAM": 2}, by="eve", CAM=("S1", "S2"))
    line = paper.count.line("A-1", camera)
    assert (line.serials, line.state) == ({"gone": [], "found": []}, LineState.AGREED)
    assert (
        "CAM 2 (S1, S9) → 2 (S1, S2)"
        in world.all(Trail, event="sheet_corrected")[-1].facts["lines"]
    )
    paper.corrected({"TEE": 10})  # their numbers were another bin's
    assert paper.count.line("A-1", camera).state is LineState.LOOK
    put(world, camera, "A-1", serials=("S3",))
    paper.corrected({"TEE": 10, "CAM": 1}, CAM=("S1",))
    assert paper.count.line("A-1", camera).state is LineState.LOOK
