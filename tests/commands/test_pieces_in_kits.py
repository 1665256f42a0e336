"""Known pieces the book has inside kits: what comes out all the same, and where they were found."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.builders import Goods, World
from tests.commands.test_pieces_come_in import Gifts, found, lot_of, ship, to_supplier
from tests.dock import Dock
from tests.stocking import PutStock, put_stock
from tests.tracked import by_lot, by_piece, places, put, track
from warehouse.catalog.models import Bin
from warehouse.errors import RuleViolation, SerialElsewhere
from warehouse.inventory import ledger
from warehouse.inventory.commands import ImportOpening, OpeningRow, import_opening
from warehouse.inventory.models import MoveReason, Serial
from warehouse.inventory.tracking import GiveLot, give_lot
from warehouse.kitting.commands.assemble import AssembleKits, assemble_kits
from warehouse.kitting.commands.kit import Part, PartFrom, SaveKit, save_kit
from warehouse.kitting.commands.take_apart import TakeApart, take_apart
from warehouse.kitting.models import KitMade
from warehouse.placing.models import Why
from warehouse.receiving.commands.counting import CountGoods, count_goods
from warehouse.storing.commands.moves import AdjustStock, Taken, adjust_stock
from warehouse.tracing.inside import inside_piece
from warehouse.tracing.recalling import kits_with_piece


@pytest.fixture
def gifts(world: World) -> Gifts:
    return Gifts(world)


def adjusted(world: World, why: Why, *, is_more: bool, **taken: Any) -> None:
    world.do(
        adjust_stock, AdjustStock, taken=Taken(pieces=1, **taken), is_more=is_more, why=why,
        note="as it stands there",
    )  # fmt: skip


def booked_anew(world: World, why: Why, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Book a gift of K-01 out, as it was called before, and in as it is called now."""
    adjusted(world, why, is_more=False, bin="K-01", sku="GIFT", **before)
    adjusted(world, why, is_more=True, bin="K-01", sku="GIFT", **after)


def counted(world: World, goods: Goods, serial: str, start: str, to: str) -> None:
    posting = ledger.Posting(
        sku_id=goods.id, pieces=1, reason=MoveReason.COUNT, serials=(serial,),
        from_bin_id=world.one(Bin, code=start).id, to_bin_id=world.one(Bin, code=to).id,
    )  # fmt: skip
    world.do(put_stock, PutStock, postings=(posting,))


# Kits whose lot or number is another one since


def of_lot(gifts: Gifts, serial: str, lot: str) -> dict[str, Any]:
    return {**gifts.making(serial), "lot": lot}


def test_kits_whose_lot_was_mended_give_back_their_pieces(gifts: Gifts):
    world = gifts.world
    track(world, gifts.gift, is_lot_tracked=True)
    world.do(assemble_kits, AssembleKits, **of_lot(gifts, "S1", "LA"))
    booked_anew(world, Why.WRONG_LOT, {"lot": "LA"}, {"lot": "LB"})
    world.do(take_apart, TakeApart, **gifts.apart("S1"), lot="LB")
    assert places(world) == {"S1": "A-01", "S2": "A-01"}
    assert world.differences() == []


def test_a_numbered_kit_whose_lot_was_mended_gives_back_its_piece_and_no_other(gifts: Gifts):
    world = gifts.world
    track(world, gifts.gift, is_lot_tracked=True, is_serial_tracked=True)
    world.do(assemble_kits, AssembleKits, **{**of_lot(gifts, "S1", "LA"), "serials": ("K1",)})
    world.do(assemble_kits, AssembleKits, **{**of_lot(gifts, "S2", "LA"), "serials": ("K2",)})
    for more, lot in ((False, "LA"), (True, "LB")):
        adjusted(world, Why.WRONG_LOT, is_more=more, bin="K-01", sku="GIFT", lot=lot,
                 serials=("K1",))  # fmt: skip
    given = {**gifts.apart("S2", "K1"), "lot": "LB"}
    assert "went into these kits" in str(
        world.refused(SerialElsewhere, take_apart, TakeApart, **given)
    )
    world.do(take_apart, TakeApart, **gifts.apart("S1", "K1"), lot="LB")
    assert places(world)["S1"] == "A-01"


def test_kits_given_a_lot_since_they_were_made_give_back_their_pieces(gifts: Gifts):
    gifts.make("S1")
    gifts.world.do(give_lot, GiveLot, sku_id=gifts.gift.id, lot="L1")
    gifts.world.do(take_apart, TakeApart, **gifts.apart("S1"), lot="L1")
    assert places(gifts.world) == {"S1": "A-01", "S2": "A-01"}


def test_kits_numbered_since_they_were_made_give_back_their_pieces(gifts: Gifts):
    world = gifts.world
    gifts.make("S1")
    adjusted(world, Why.OTHER, is_more=False, bin="K-01", sku="GIFT")
    track(world, gifts.gift, is_serial_tracked=True)
    adjusted(world, Why.FOUND, is_more=True, bin="K-01", sku="GIFT", serials=("K1",))
    gifts.undo("S1", "K1")
    assert places(world) == {"S1": "A-01", "S2": "A-01", "K1": "KITTING"}
    assert world.differences() == []


def test_a_kit_under_another_number_gives_back_what_went_into_it(gifts: Gifts):
    track(gifts.world, gifts.gift, is_serial_tracked=True)
    gifts.make("S1", "K1")
    booked_anew(gifts.world, Why.MIXED_UP, {"serials": ("K1",)}, {"serials": ("K7",)})
    gifts.undo("S1", "K7")
    assert places(gifts.world)["S1"] == "A-01"


def with_a_mug(world: World) -> Goods:
    """Have gifts made of a phone and a mug from now on."""
    mug = world.sku("MUG")
    parts = (Part(sku="PHONE", pieces=1), Part(sku="MUG", pieces=1))
    world.do(save_kit, SaveKit, kit="GIFT", parts=parts)
    return mug


@pytest.mark.parametrize("is_given", [False, True], ids=["mended", "given"])
def test_kits_of_another_lot_since_give_back_what_they_were_made_of(gifts: Gifts, is_given: bool):
    world = gifts.world
    track(world, gifts.gift, is_lot_tracked=not is_given)
    world.do(assemble_kits, AssembleKits, **of_lot(gifts, "S1", "" if is_given else "LA"))
    mug = with_a_mug(world)
    if is_given:
        world.do(give_lot, GiveLot, sku_id=gifts.gift.id, lot="LB")
    else:
        booked_anew(world, Why.WRONG_LOT, {"lot": "LA"}, {"lot": "LB"})
    world.do(take_apart, TakeApart, **gifts.apart("S1"), lot="LB")
    assert (world.standing(mug), places(world)["S1"]) == ({}, "A-01")
    assert world.one(KitMade).left == 0


def test_a_kit_under_another_number_may_be_of_any_version_and_a_person_says_which(gifts: Gifts):
    world = gifts.world
    track(world, gifts.gift, is_serial_tracked=True)
    gifts.make("S1", "K1")
    mug = with_a_mug(world)
    booked_anew(world, Why.MIXED_UP, {"serials": ("K1",)}, {"serials": ("K7",)})
    given = gifts.apart("S1", "K7")
    refusal = world.refused(RuleViolation, take_apart, TakeApart, **given)
    assert (refusal.field, refusal.facts["versions"]) == ("version", [2, 1])
    world.do(take_apart, TakeApart, **given, version=1)
    assert (world.standing(mug), places(world)["S1"]) == ({}, "A-01")


def test_kits_of_two_lots_and_versions_are_told_apart_by_their_lots(gifts: Gifts):
    world = gifts.world
    track(world, gifts.gift, is_lot_tracked=True)
    world.do(assemble_kits, AssembleKits, **of_lot(gifts, "S1", "LA"))
    mug = with_a_mug(world)
    world.stock(mug, "A-01", 1)
    world.do(assemble_kits, AssembleKits, **of_lot(gifts, "S2", "LB"))
    world.do(take_apart, TakeApart, **gifts.apart("S1"), lot="LA")
    assert world.standing(mug)["KITTING"] == 1
    world.do(take_apart, TakeApart, **gifts.apart("S2"), lot="LB")
    assert world.standing(mug)["A-01"] == 1


def test_a_bought_kit_gives_back_nothing_that_is_surely_in_another_one(gifts: Gifts):
    world = gifts.world
    track(world, gifts.gift, is_serial_tracked=True)
    gifts.make("S1", "K1")
    ship(world, gifts.gift, "K-01", "K1")
    put(world, gifts.gift, "K-01", serials=("K9",))
    assert "went into these kits" in gifts.kept("S1", "K9")
    gifts.undo("S3", "K9")


def test_a_bought_kit_gives_back_nothing_of_kits_of_another_lot(gifts: Gifts):
    world = gifts.world
    track(world, gifts.gift, is_lot_tracked=True)
    world.do(assemble_kits, AssembleKits, **of_lot(gifts, "S1", "LA"))
    put(world, gifts.gift, "K-01", 1, lot="LX")
    given = {**gifts.apart("S1"), "lot": "LX"}
    assert "went into these kits" in str(
        world.refused(SerialElsewhere, take_apart, TakeApart, **given)
    )


# Kits whose piece was found elsewhere


@pytest.mark.parametrize("really", ["S1", "S2", "S9"])
def test_a_kit_whose_piece_a_count_found_gives_back_what_was_booked_out_or_never_seen(
    gifts: Gifts, really: str
):
    world = gifts.world
    track(world, gifts.gift, is_serial_tracked=True)
    gifts.make("S2", "K1")
    counted(world, gifts.phone, "S2", "COUNT-DIFFERENCE", "A-01")
    for away in {"S1", really} - {"S9"}:
        counted(world, gifts.phone, away, "A-01", "COUNT-DIFFERENCE")
    gifts.undo(really, "K1")
    assert (places(world)[really], places(world)["K1"]) == ("A-01", "KITTING")
    assert world.differences() == []


def test_a_kit_that_has_another_piece_inside_gives_it_back_as_the_refusal_says(gifts: Gifts):
    world = gifts.world
    track(world, gifts.gift, is_serial_tracked=True)
    gifts.make("S1", "K1")
    gifts.make("S2", "K2")
    assert "book in by an adjustment the one that is not, and this one" in gifts.kept("S2", "K1")
    adjusted(world, Why.MIXED_UP, is_more=True, bin="A-01", sku="PHONE", serials=("S1",))
    for more in (True, False):
        adjusted(world, Why.MIXED_UP, is_more=more, bin="A-01", sku="PHONE", serials=("S2",))
    gifts.undo("S2", "K1")
    assert places(world) == {"S1": "A-01", "S2": "A-01", "K1": "KITTING", "K2": "K-01"}
    assert world.differences() == []


def test_what_was_found_and_went_into_another_kit_comes_out_of_that_one_only(gifts: Gifts):
    world = gifts.world
    track(world, gifts.gift, is_serial_tracked=True)
    gifts.make("S1", "K1")
    counted(world, gifts.phone, "S1", "COUNT-DIFFERENCE", "A-01")
    gifts.make("S1", "K2")
    assert "went into these kits" in gifts.kept("S1", "K1")
    gifts.undo("S1", "K2")


def test_a_kit_a_count_found_whole_after_it_was_taken_apart_gives_back_its_piece(gifts: Gifts):
    world = gifts.world
    track(world, gifts.gift, is_serial_tracked=True)
    gifts.make("S1", "K1")
    gifts.undo("S1", "K1")
    counted(world, gifts.gift, "K1", "COUNT-DIFFERENCE", "K-01")
    assert "is in A-01" in gifts.kept("S1", "K1")
    counted(world, gifts.phone, "S1", "A-01", "COUNT-DIFFERENCE")
    gifts.undo("S1", "K1")
    assert places(world) == {"S1": "A-01", "S2": "A-01", "K1": "KITTING"}
    assert world.differences() == []


# Booked in where they are


@pytest.mark.parametrize("why", [Why.FOUND, Why.MIXED_UP])
def test_what_the_book_has_inside_a_kit_is_booked_in_where_it_is(gifts: Gifts, why: Why):
    gifts.make("S1")
    gifts.world.do(adjust_stock, AdjustStock, **{**found("S1"), "why": why})
    assert places(gifts.world) == {"S1": "A-01", "S2": "A-01"}
    assert gifts.world.differences() == []


def test_what_the_book_has_inside_a_kit_is_not_opened_and_the_way_is_named(gifts: Gifts):
    gifts.make("S1")
    row = OpeningRow(row=1, bin_code="K-01", sku_code="PHONE", pieces=1, serials=("S1",))
    facts = gifts.world.do(import_opening, ImportOpening, rows=(row,)).facts
    assert facts["new"] == 0
    assert "have the desk book it by an adjustment" in str(facts["refused"])


def test_a_number_that_was_booked_out_is_given_to_the_kit_that_is_made(gifts: Gifts):
    world = gifts.world
    track(world, gifts.gift, is_serial_tracked=True)
    for more, why in ((True, Why.FOUND), (False, Why.MISCOUNTED)):
        adjusted(world, why, is_more=more, bin="K-01", sku="GIFT", serials=("K1",))
    gifts.make("S1", "K1")
    assert places(world) == {"S1": "KITTING", "S2": "A-01", "K1": "K-01"}
    assert world.differences() == []


def test_a_kit_that_was_taken_apart_is_not_found_whole(gifts: Gifts):
    track(gifts.world, gifts.gift, is_serial_tracked=True)
    gifts.make("S1", "K1")
    gifts.undo("S1", "K1")
    given = {"is_more": True, "why": Why.FOUND,
             "taken": Taken(bin="K-01", sku="GIFT", pieces=1, serials=("K1",))}  # fmt: skip
    refusal = gifts.world.refused(SerialElsewhere, adjust_stock, AdjustStock, **given)
    assert "taken apart" in str(refusal)


# Traced


@pytest.mark.parametrize("reason", [MoveReason.COUNT, MoveReason.ADJUST])
def test_a_piece_that_was_found_elsewhere_is_inside_the_kit_no_longer(
    gifts: Gifts, reason: MoveReason
):
    world = gifts.world
    track(world, gifts.gift, is_serial_tracked=True)
    gifts.make("S1", "K1")
    posting = ledger.Posting(
        sku_id=gifts.phone.id, pieces=1, reason=reason, serials=("S1",),
        from_bin_id=world.one(Bin, code="COUNT-DIFFERENCE").id,
        to_bin_id=world.one(Bin, code="A-01").id,
    )  # fmt: skip
    world.do(put_stock, PutStock, postings=(posting,))
    with world.database.reading() as session:
        ids = {code: session.scalars(sa.select(Serial.id).where(Serial.code == code)).one()
               for code in ("S1", "K1")}  # fmt: skip
        assert inside_piece(session, ids["K1"]) == []
        (kits,) = kits_with_piece(session, ids["S1"])
    assert kits.until is not None


# Another lot


@pytest.fixture
def camera(world: World) -> Goods:
    """Return a camera S1 of lot A on A-01."""
    goods = track(world, by_lot(world, "CAM"), is_serial_tracked=True)
    put(world, goods, "A-01", lot="A", serials=("S1",))
    return goods


def mend_lot(world: World) -> None:
    """Book the camera in with its lot mended, and out again, as the refusal says."""
    for more in (True, False):
        adjusted(world, Why.WRONG_LOT, is_more=more, bin="A-01", sku="CAM", lot="B",
                 serials=("S1",))  # fmt: skip


def test_a_piece_at_the_supplier_comes_in_another_lot_once_that_was_mended(
    world: World, camera: Goods
):
    to_supplier(world, camera, "S1")
    dock = Dock(world)
    dock.supplier()
    receipt_id = dock.blind()
    refusal = world.refused(
        RuleViolation, count_goods, CountGoods, by="lei", receipt_id=receipt_id,
        barcode=camera.barcode, lot="B", serial="S1",
    )  # fmt: skip
    assert "book it in, as its lot was booked wrongly; and out again" in str(refusal)
    mend_lot(world)
    dock.count(receipt_id, camera, lot="B", serial="S1")
    dock.finish(receipt_id)
    dock.book(receipt_id)
    assert (places(world)["S1"], lot_of(world, "S1")) == ("DOCK", "B")
    assert world.differences() == []


def test_a_piece_inside_a_kit_comes_out_in_another_lot_once_that_was_mended(
    world: World, camera: Goods
):
    gift = by_piece(world, "GIFT")
    world.bin("K-01")
    world.do(save_kit, SaveKit, kit="GIFT", parts=(Part(sku="CAM", pieces=1),))
    part = PartFrom(sku="CAM", bin="A-01", pieces=1, lot="A", serials=("S1",))
    world.do(assemble_kits, AssembleKits, kit_id=gift.id, kits=1, to="K-01", taken=(part,),
             serials=("K1",))  # fmt: skip
    given = {"kit_id": gift.id, "kits": 1, "bin": "K-01", "to": "A-01", "serials": ("K1",),
             "parts": (PartFrom(sku="CAM", lot="B", serials=("S1",)),)}  # fmt: skip
    refusal = world.refused(RuleViolation, take_apart, TakeApart, **given)
    assert "book it in, as its lot was booked wrongly; and out again" in str(refusal)
    mend_lot(world)
    world.do(take_apart, TakeApart, **given)
    assert lot_of(world, "S1") == "B"
    assert world.differences() == []
