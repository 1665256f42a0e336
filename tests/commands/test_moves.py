"""Stock moved by word at a desk: with a reason, never what is promised, never where it may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.builders import Stage, World
from tests.commands.test_storing import Dock, dock
from warehouse.catalog.importing import import_bin_list
from warehouse.catalog.models import Bin, BinKind, Zone
from warehouse.commands import Actor, execute
from warehouse.errors import (
    InsufficientStock,
    InvalidInput,
    LotMissing,
    RuleViolation,
    SerialMissing,
    UnknownName,
)
from warehouse.inventory.models import Lot, Move, MoveReason
from warehouse.placing.models import MoveNote, Why
from warehouse.storing.commands.moves import (
    AdjustStock,
    FreeStock,
    MoveBin,
    MovePieces,
    QuarantineStock,
    ScrapStock,
    Taken,
    adjust_stock,
    free_stock,
    move_bin,
    move_pieces,
    quarantine_stock,
    scrap_stock,
)
from warehouse.waves.commands import MakeWave, make_wave

__all__ = ["dock"]


def of(bin_code: str = "A-01", pieces: int = 1, **more: Any) -> Taken:
    return Taken(bin=bin_code, sku=more.pop("sku", "TEE"), pieces=pieces, **more)


def test_pieces_go_from_bin_to_bin_and_off_the_dock_are_put_away(dock: Dock):
    world = dock.world
    world.do(move_pieces, MovePieces, taken=of(pieces=2), to="A-02", note="tidied")
    world.do(move_pieces, MovePieces, taken=of("DOCK", 4, sku=dock.goods.barcode), to="a-01")
    assert world.standing(dock.goods) == {"A-01": 4, "A-02": 2, "DOCK": 6, "OPENING": -12}
    assert [(m.reason, m.reference) for m in world.all(Move)[-2:]] == [
        (MoveReason.TRANSFER, "tidied"), (MoveReason.PUT_AWAY, ""),
    ]  # fmt: skip
    assert world.differences() == []


@pytest.mark.parametrize(
    ("taken", "to", "error"),
    [
        (of(pieces=0), "A-02", InvalidInput),
        (of(pieces=-1), "A-02", InvalidInput),
        (of(pieces=3), "A-02", InsufficientStock),
        (of("NOWHERE"), "A-02", UnknownName),
        (of(), "NOWHERE", UnknownName),
        (of(), "A-01", InvalidInput),
        (of(sku="NO-SKU"), "A-02", UnknownName),
        (of(), "QUARANTINE", RuleViolation),
        (of(), "SCRAP", RuleViolation),
        (of("OPENING"), "A-01", RuleViolation),
    ],
)
def test_what_cannot_be_moved_is_refused(dock: Dock, taken: Taken, to: str, error):
    dock.world.refused(error, move_pieces, MovePieces, taken=taken, to=to)


def test_promised_pieces_are_refused_and_the_order_is_named(world: World):
    world.bring(Stage.WAVED)
    world.bin("B-01")
    named = {
        str(world.refused(InsufficientStock, handler, kind, **given))
        for handler, kind, given in (
            (move_pieces, MovePieces, {"taken": of(pieces=9), "to": "B-01"}),
            (move_bin, MoveBin, {"bin": "A-01", "to": "B-01"}),
            (scrap_stock, ScrapStock, {"taken": of(pieces=9), "why": Why.DAMAGED}),
            (adjust_stock, AdjustStock,
             {"taken": of(pieces=9), "is_more": False, "why": Why.LOST}),
            (quarantine_stock, QuarantineStock, {"taken": of(pieces=9), "why": Why.IN_DOUBT}),
        )
    }  # fmt: skip
    assert named == {"A-01 has 8 free pieces of TEE; others are promised to W0302-01."}


def test_a_whole_bin_goes_only_where_all_of_it_may_stand(dock: Dock):
    world = dock.world
    mug = world.sku("MUG")
    world.stock(mug, "A-01", 3)
    dock.limit("A-02", is_one_sku=True)
    world.refused(RuleViolation, move_bin, MoveBin, bin="A-01", to="A-02")
    world.refused(RuleViolation, move_bin, MoveBin, bin="A-02", to="A-01")
    dock.limit("R-01", most_weight_g=999)
    world.refused(RuleViolation, move_bin, MoveBin, bin="A-01", to="R-01")
    dock.limit("R-01", most_weight_g=1_000)
    world.do(move_bin, MoveBin, bin="A-01", to="R-01")
    assert world.standing(mug) == {"R-01": 3, "OPENING": -3}


def test_an_adjustment_says_why_and_is_kept_with_its_moves(dock: Dock):
    world = dock.world
    world.do(adjust_stock, AdjustStock, taken=of(pieces=2), is_more=False, why=Why.LOST)
    world.do(
        adjust_stock, AdjustStock, taken=of(pieces=5), is_more=True, why=Why.OTHER, note="under it"
    )
    assert world.standing(dock.goods) == {
        "A-01": 5, "DOCK": 10, "OPENING": -12, "COUNT-DIFFERENCE": -3,
    }  # fmt: skip
    notes = {(n.why, n.note) for n in world.all(MoveNote)}
    assert notes == {(Why.LOST, ""), (Why.OTHER, "under it")}
    assert {m.reason for m in world.all(Move)[-2:]} == {MoveReason.ADJUST}


@pytest.mark.parametrize(
    ("is_more", "why", "note"),
    [(True, Why.LOST, ""), (False, Why.FOUND, ""), (False, Why.OTHER, " "),
     (False, Why.LOST, "x" * 201)],
)  # fmt: skip
def test_a_reason_that_is_none_is_refused(dock: Dock, is_more, why, note):
    dock.world.refused(
        InvalidInput, adjust_stock, AdjustStock, taken=of(), is_more=is_more, why=why, note=note
    )


def test_scrap_and_quarantine_in_and_out(dock: Dock):
    world = dock.world
    world.do(scrap_stock, ScrapStock, taken=of("DOCK", 2), why=Why.STAINED)
    world.do(quarantine_stock, QuarantineStock, taken=of("DOCK", 3), why=Why.IN_DOUBT)
    given = {"why": Why.IN_ORDER, "to": "A-02"}
    world.refused(RuleViolation, free_stock, FreeStock, taken=of("DOCK"), **given)
    world.do(free_stock, FreeStock, taken=of("QUARANTINE", 2), **given)
    assert world.standing(dock.goods) == {
        "A-01": 2, "A-02": 2, "DOCK": 5, "QUARANTINE": 1, "SCRAP": 2, "OPENING": -12,
    }  # fmt: skip
    world.refused(InvalidInput, scrap_stock, ScrapStock, taken=of("DOCK"), why=Why.LOST)
    assert world.differences() == []


def test_found_pieces_of_a_lot_need_its_name_and_day(dock: Dock):
    world = dock.world
    dock.goods = world.sku("SERUM")
    dock.tracked(is_lot_tracked=True, is_expiry_tracked=True)
    given = {"is_more": True, "why": Why.FOUND}
    world.refused(LotMissing, adjust_stock, AdjustStock, taken=of(sku="SERUM"), **given)
    world.refused(InvalidInput, adjust_stock, AdjustStock, taken=of(sku="SERUM", lot="L1"), **given)
    world.do(
        adjust_stock, AdjustStock, taken=of(sku="SERUM", lot="L1"), **given,
        best_before=world.now.date(),
    )  # fmt: skip
    assert [lot.code for lot in world.all(Lot)] == ["L1"]


def test_a_known_piece_is_named_to_be_scrapped(dock: Dock):
    world = dock.world
    dock.goods = world.known_piece("S1", place="DOCK")
    dock.bring(1, serials=("S2",))
    given = {"why": Why.DAMAGED}
    taken = of("DOCK", 1, sku="PHONE")
    world.refused(SerialMissing, scrap_stock, ScrapStock, taken=taken, **given)
    named = of("DOCK", 1, sku="PHONE", serials=("S2",))
    world.do(scrap_stock, ScrapStock, taken=named, **given)
    assert world.standing(dock.goods)["SCRAP"] == 1


def test_all_that_is_wrong_with_an_act_is_told_with_the_first_of_it(dock: Dock):
    world = dock.world
    dock.goods = world.known_piece("S1", place="DOCK")
    taken = of("DOCK", 3, sku="PHONE", serials=("S1", "S9"))
    told = world.refused(InvalidInput, scrap_stock, ScrapStock, taken=taken, why=Why.FOUND).all
    assert [one.field for one in told] == ["why", "pieces", "serials", "serials"]
    found = {
        "taken": of("A-01", 2, sku="PHONE", serials=("S1",)),
        "is_more": True,
        "why": Why.FOUND,
    }
    told = world.refused(SerialMissing, adjust_stock, AdjustStock, **found).all
    assert [one.code for one in told] == ["serial_missing", "serial_elsewhere"]
    told = world.refused(UnknownName, move_bin, MoveBin, bin="A-02", to="NOWHERE").all
    assert [(one.field, str(one)) for one in told[1:]] == [("bin", "A-02 is empty.")]


def test_of_two_who_scrap_the_last_piece_one_is_told(dock: Dock):
    world = dock.world
    both = [
        (scrap_stock, world.command(ScrapStock, taken=of(pieces=2), why=Why.DAMAGED))
        for _ in range(2)
    ]
    assert isinstance(world.overlap(*both), InsufficientStock)
    assert world.standing(dock.goods)["SCRAP"] == 2
    assert world.one(Bin, code="SCRAP").kind is BinKind.SCRAP


def test_a_bin_closed_to_picking_is_promised_to_nobody(world: World):
    work = world.bring(Stage.READY)
    with world.database.transaction() as session:
        session.execute(sa.update(Bin).where(Bin.code == "A-01").values(is_pick_closed=True))
    made = world.command(MakeWave, consignment_ids=(work.consignment_id,))
    outcome = execute(world.database, make_wave, made)
    assert outcome.facts["left_out"] == [work.consignment_id]
    assert world.balance("A-01", work.goods["TEE"]) == (10, 0, 10)


def test_a_list_of_bins_says_of_which_class_a_zone_is(world: World, tmp_path: Path):
    path = tmp_path / "bins.csv"
    actor = Actor(person_id=1)
    path.write_text(
        "货位,库区,库区类别\nL-01,F,A\nL-02,F,\nL-03,F,B\nL-04,,A\nL-05,G,C\n", encoding="utf-8"
    )
    for _ in range(2):  # a list taken twice changes nothing
        report = import_bin_list(world.database, path, actor=actor, at=world.tick())
        assert [r.row for r in report.rejected if r.column == "库区类别"] == [4, 5]
        assert {z.code: z.storage_class for z in world.all(Zone)} == {"F": "A", "G": "C"}
    path.write_text("货位,库区\nL-01,F\n", encoding="utf-8")
    import_bin_list(world.database, path, actor=actor, at=world.tick())
    assert world.one(Zone, code="F").storage_class == "A"


def test_a_list_says_what_bins_hold_and_leaves_what_it_does_not_name(world: World, tmp_path: Path):
    actor = Actor(person_id=1)
    for text in (
        "货位,承重,最多件数,单品专用,存储类别,禁止拣货\nL-01,20kg,40,是,cold,否\n"
        "L-02,0,,,,\nL-03,,,maybe,,\n",
        "货位,禁止上架\nL-01,是\n",
    ):
        path = tmp_path / "bins.csv"
        path.write_text(text, encoding="utf-8")
        report = import_bin_list(world.database, path, actor=actor, at=world.tick())
        rejected = [r.row for r in report.rejected]
        assert rejected == ([3, 4] if "承重" in text else [])
    place = world.one(Bin, code="L-01")
    assert (place.most_weight_g, place.most_pieces, place.is_one_sku) == (20_000, 40, True)
    assert (place.storage_class, place.is_pick_closed, place.is_put_closed) == ("cold", False, True)
