"""Kits: never inside themselves, made of what is free, lots and pieces accounted for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import Stage, World
from tests.stocking import PutStock, put_stock
from tests.tracked import put, track
from warehouse.catalog.models import Bin, Sku
from warehouse.commands import Outcome
from warehouse.errors import (
    InsufficientStock,
    InvalidInput,
    LotBlocked,
    LotMissing,
    NotFound,
    RuleViolation,
    SerialMissing,
    UnknownName,
    UnknownSku,
)
from warehouse.inventory import ledger
from warehouse.inventory.models import Lot, Move, MoveReason, Serial
from warehouse.inventory.tracking import GiveLot, give_lot
from warehouse.kitting.commands.assemble import AssembleKits, assemble_kits
from warehouse.kitting.commands.kit import Part, PartFrom, SaveKit, save_kit
from warehouse.kitting.commands.take_apart import TakeApart, take_apart
from warehouse.kitting.models import KitMade, KitPart
from warehouse.kitting.queries import can_make, kit_list, parts_of
from warehouse.kitting.rules import contains_itself, makeable
from warehouse.tracing.commands.blocking import BlockLot, block_lot
from warehouse.tracing.recalling import kits_with, recall

DAY = date(2026, 3, 2)


class Bench:
    """A gift of two tees and a mug; ten tees and three mugs on shelves."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tee, self.mug, self.gift = world.sku("TEE"), world.sku("MUG"), world.sku("GIFT")
        world.stock(self.tee, "A-01", 6, walk_order=1)
        world.stock(self.tee, "A-02", 4, walk_order=2)
        world.stock(self.mug, "A-03", 3, walk_order=3)
        world.bin("K-01", walk_order=9)
        self.made_of(TEE=2, MUG=1)

    def made_of(self, **parts: int) -> None:
        wanted = tuple(Part(sku=sku, pieces=pieces) for sku, pieces in parts.items())
        self.world.do(save_kit, SaveKit, kit="GIFT", parts=wanted)

    def make(self, kits: int, **more: Any) -> Outcome:
        return self.world.do(
            assemble_kits, AssembleKits, kit_id=self.gift.id, kits=kits, to="K-01", **more
        )

    def refused(self, error: type[Any], **more: Any) -> Any:
        given = {"kit_id": self.gift.id, "kits": 1, "to": "K-01", **more}
        return self.world.refused(error, assemble_kits, AssembleKits, **given)

    def tracked(self, code: str, **values: Any) -> None:
        with self.world.database.transaction() as session:
            session.execute(sa.update(Sku).where(Sku.code == code).values(**values))

    def bring(
        self, sku_id: int, pieces: int, lot: tuple[str, date | None] | None = None, **more: Any
    ):
        with self.world.database.transaction() as session:
            lot_id = ledger.lot_named(session, sku_id, *lot, self.world.tick()) if lot else None
        posting = ledger.Posting(
            sku_id=sku_id, from_bin_id=self.world.one(Bin, code="SUPPLIER").id,
            to_bin_id=self.world.one(Bin, code="A-03").id, pieces=pieces,
            reason=MoveReason.RECEIVE, lot_id=lot_id, **more,
        )  # fmt: skip
        self.world.do(put_stock, PutStock, postings=(posting,))

    def can(self) -> int:
        with self.world.database.reading() as session:
            listed = {row.code: row.makeable for row in session.execute(kit_list(DAY))}
            found = can_make(parts_of(session, self.gift.id, DAY))
        assert listed["GIFT"] == found
        return found

    def needs_lots(self) -> bool:
        with self.world.database.reading() as session:
            return bool(session.execute(kit_list(DAY)).one().needs_lots)


@pytest.fixture
def bench(world: World) -> Bench:
    return Bench(world)


def test_kits_take_parts_in_walking_order_and_give_them_back(bench: Bench):
    world = bench.world
    assert bench.can() == 3
    bench.make(3, note="for the fair")
    assert world.standing(bench.gift) == {"K-01": 3, "KITTING": -3}
    assert world.standing(bench.tee) == {"A-02": 4, "KITTING": 6, "OPENING": -10}
    assert {m.reason for m in world.all(Move)[-3:]} == {MoveReason.ASSEMBLE}
    assert bench.can() == 0
    world.do(take_apart, TakeApart, kit_id=bench.gift.id, kits=2, bin="K-01", to="A-03")
    assert world.standing(bench.mug) == {"A-03": 2, "KITTING": 1, "OPENING": -3}
    assert world.standing(bench.tee)["A-03"] == 4
    assert world.differences() == []


def test_no_more_kits_are_made_than_there_are_free_parts(bench: Bench):
    refusal = bench.refused(InsufficientStock, kits=4)
    assert str(refusal) == "3 pieces of MUG are free: enough for 3 kits."
    bench.made_of(MUG=1, TEE=6)
    refusal = bench.refused(InsufficientStock, kits=4)  # mugs suffice for three
    assert str(refusal) == "10 pieces of TEE are free: enough for 1 kit."


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"kits": 0}, InvalidInput),
        ({"kits": -1}, InvalidInput),
        ({"kit_id": 999}, NotFound),
        ({"to": "SCRAP"}, RuleViolation),
        ({"taken": (PartFrom(sku="TEE", bin="A-01", pieces=1),)}, InvalidInput),
        ({"taken": (PartFrom(sku="GIFT", bin="A-01", pieces=1),)}, InvalidInput),
        ({"taken": (PartFrom(sku="TEE", bin="A-03", pieces=2),)}, InsufficientStock),
    ],
)
def test_what_makes_no_kit_is_refused(bench: Bench, given: dict[str, Any], error):
    bench.refused(error, **given)


def test_all_that_is_wrong_with_the_parts_of_a_kit_is_told_at_once_each_with_its_line(bench: Bench):
    wrong = (("TEE", 1), ("NOPE", 0), ("TEE", 1_000), ("GIFT", 1))
    refusal = bench.world.refused(
        UnknownSku, save_kit, SaveKit, kit="OTHER",
        parts=tuple(Part(sku=sku, pieces=pieces) for sku, pieces in wrong),
    )  # fmt: skip
    assert [(one.field, one.text.params.get("line")) for one in refusal.all] == [
        ("kit", None), ("parts", 2), ("parts", 2), ("parts", 3), ("parts", 3),
    ]  # fmt: skip
    assert str(refusal.all[3].text) == "Line 3: This must be 1 to 999."


def test_all_that_is_wrong_with_making_kits_is_told_at_once(bench: Bench):
    lines = [("NOPE", "A-01", 1), ("GIFT", "A-01", 1), ("TEE", "Z-99", 1), ("TEE", "A-01", 9)]
    taken = tuple(PartFrom(sku=sku, bin=place, pieces=n) for sku, place, n in lines)
    refusal = bench.refused(RuleViolation, kits=4, to="SUPPLIER", taken=taken, serials=("\x07",))
    fields = [(one.field, one.text.params.get("line")) for one in refusal.all]
    assert fields == [
        ("to", None), ("serials", None), ("taken", 1), ("taken", 2), ("taken", None),
        ("taken", 3), ("taken", 4), ("kits", None),
    ]  # fmt: skip
    assert refusal.all[-1].facts["sku"] == "MUG"


def test_all_that_is_wrong_with_taking_kits_apart_is_told_at_once(bench: Bench):
    bench.make(1)
    parts = (PartFrom(sku="NOPE", pieces=1), PartFrom(sku="TEE", pieces=1))
    refusal = bench.world.refused(
        UnknownName, take_apart, TakeApart, kit_id=bench.gift.id, kits=2, bin="K-01", to="Z-99",
        parts=parts,
    )  # fmt: skip
    assert [one.field for one in refusal.all] == ["to", "parts", "kits", "parts"]


def test_parts_come_out_of_the_bins_that_were_named(bench: Bench):
    bench.make(1, taken=(PartFrom(sku="TEE", bin="A-02", pieces=2),))
    assert bench.world.standing(bench.tee) == {"A-01": 6, "A-02": 2, "KITTING": 2, "OPENING": -10}


def test_what_may_not_be_sold_goes_into_no_kit_even_if_it_is_named(bench: Bench):
    serum = bench.world.sku("SERUM")
    bench.tracked("SERUM", is_lot_tracked=True)
    bench.made_of(SERUM=1)
    for lot, day in (("PAST", date(2026, 3, 1)), ("BLOCKED", date(2027, 1, 1)), ("GOOD", DAY)):
        bench.bring(serum.id, 2, (lot, day))
    bad = bench.world.one(Lot, code="BLOCKED").id
    bench.world.do(block_lot, BlockLot, lot_id=bad, reason="recall")
    for lot, error in (("PAST", RuleViolation), ("BLOCKED", LotBlocked), ("", LotMissing)):
        bench.refused(error, taken=(PartFrom(sku="SERUM", bin="A-03", pieces=1, lot=lot),))
    bench.tracked("GIFT", is_lot_tracked=True)
    good = (PartFrom(sku="SERUM", bin="A-03", pieces=1, lot="GOOD"),)
    bench.make(1, lot="G1", taken=good)


def test_no_kit_is_inside_itself_however_deep(bench: Bench):
    world = bench.world
    box = world.sku("BOX")
    world.do(save_kit, SaveKit, kit="BOX", parts=(Part(sku="GIFT", pieces=1),))
    for kit, part in (("GIFT", "GIFT"), ("GIFT", "BOX")):
        parts = (Part(sku=part, pieces=1),)
        world.refused(RuleViolation, save_kit, SaveKit, kit=kit, parts=parts)
    twice = (Part(sku="TEE", pieces=1), Part(sku=bench.tee.barcode, pieces=1))
    world.refused(InvalidInput, save_kit, SaveKit, kit="BOX", parts=twice)
    world.refused(InvalidInput, save_kit, SaveKit, kit="BOX", parts=(Part(sku="TEE", pieces=0),))
    world.do(save_kit, SaveKit, kit="BOX", parts=())
    assert world.all(KitPart, kit_id=box.id) == []
    assert sorted(p.pieces for p in world.all(KitPart)) == [1, 2]


def test_parts_of_the_earliest_lot_are_used_and_the_kit_is_good_no_longer(bench: Bench):
    world = bench.world
    serum = world.sku("SERUM")
    bench.tracked("SERUM", is_lot_tracked=True, is_expiry_tracked=True)
    bench.tracked("GIFT", is_lot_tracked=True, is_expiry_tracked=True)
    for code, day, pieces in (("LATE", date(2027, 6, 1), 5), ("SOON", date(2026, 6, 1), 1),
                              ("GONE", date(2026, 1, 1), 9)):  # fmt: skip
        bench.bring(serum.id, pieces, (code, day))
    bench.made_of(SERUM=2)
    assert bench.can() == 3
    bench.refused(LotMissing)
    bench.refused(RuleViolation, lot="G1", best_before=date(2027, 1, 1))
    bench.make(1, lot="G1")
    assert world.one(Lot, code="G1").best_before == date(2026, 6, 1)
    lots = {lot.id: lot.code for lot in world.all(Lot)}
    used = [(lots[m.lot_id], m.pieces) for m in world.all(Move, reason=MoveReason.ASSEMBLE)]
    assert used == [("SOON", 1), ("LATE", 1), ("G1", 1)]
    given = {"kit_id": bench.gift.id, "kits": 1, "bin": "K-01", "to": "A-03"}
    world.refused(LotMissing, take_apart, TakeApart, **given)
    back = (
        PartFrom(sku="SERUM", pieces=1, lot="SOON"),
        PartFrom(sku="SERUM", pieces=1, lot="LATE"),
    )
    world.do(take_apart, TakeApart, **given, parts=back)
    assert world.standing(serum) == {"A-03": 15, "SUPPLIER": -15}
    assert world.differences() == []


def test_kits_without_lots_are_made_of_pieces_without_a_day_as_far_as_they_go(bench: Bench):
    serum = bench.world.sku("SERUM")
    bench.tracked("SERUM", is_lot_tracked=True)
    bench.bring(serum.id, 3, ("SOON", date(2026, 6, 1)))
    bench.bring(serum.id, 2, ("ANY", None))
    bench.made_of(SERUM=1, MUG=1)
    assert (bench.can(), bench.needs_lots()) == (2, False)
    bench.refused(RuleViolation, kits=3)
    bench.make(2)
    assert (bench.can(), bench.needs_lots()) == (0, True)
    bench.world.do(give_lot, GiveLot, sku_id=bench.gift.id, lot="G0")
    assert (bench.can(), bench.needs_lots()) == (1, False)
    bench.make(1, lot="G1")
    assert (bench.can(), bench.needs_lots()) == (0, False)


def test_known_pieces_go_in_and_come_out_by_their_numbers(bench: Bench):
    world = bench.world
    phone = world.known_piece("S1", place="A-03")
    bench.bring(phone.id, 1, serials=("S2",))
    bench.made_of(PHONE=1)
    bench.refused(SerialMissing)
    named = (PartFrom(sku="PHONE", bin="A-03", pieces=1, serials=("S2",)),)
    bench.make(1, taken=named)
    where = {s.code: world.get(Bin, s.bin_id).code for s in world.all(Serial)}
    assert where == {"S1": "A-03", "S2": "KITTING"}
    given = {"kit_id": bench.gift.id, "kits": 1, "bin": "K-01", "to": "A-01"}
    world.refused(SerialMissing, take_apart, TakeApart, **given)
    world.do(take_apart, TakeApart, **given, parts=(PartFrom(sku="PHONE", serials=("S2",)),))
    assert world.standing(phone) == {"A-03": 1, "A-01": 1, "SUPPLIER": -2}
    assert world.differences() == []


def test_two_who_make_the_last_kits_do_not_make_them_twice(bench: Bench):
    world = bench.world
    given = {"kit_id": bench.gift.id, "kits": 3, "to": "K-01"}
    both = [(assemble_kits, world.command(AssembleKits, **given)) for _ in range(2)]
    assert isinstance(world.overlap(*both), InsufficientStock)
    assert world.standing(bench.gift) == {"K-01": 3, "KITTING": -3}


def apart(bench: Bench, kits: int = 1, **more: Any) -> dict[str, Any]:
    return {"kit_id": bench.gift.id, "kits": kits, "bin": "K-01", "to": "A-03", **more}


def test_a_kit_gives_back_what_it_was_made_of_whatever_kits_are_made_of_now(bench: Bench):
    world = bench.world
    bench.make(2)
    bench.made_of(MUG=1)
    world.do(take_apart, TakeApart, **apart(bench))
    assert world.standing(bench.tee)["A-03"] == 2
    bench.make(1)
    refusal = world.refused(RuleViolation, take_apart, TakeApart, **apart(bench))
    assert refusal.facts["versions"] == [2, 1]
    world.refused(InvalidInput, take_apart, TakeApart, **apart(bench, version=9))
    world.refused(RuleViolation, take_apart, TakeApart, **apart(bench, kits=2, version=1))
    world.do(take_apart, TakeApart, **apart(bench, version=2))
    assert world.standing(bench.tee)["A-03"] == 2
    world.do(save_kit, SaveKit, kit="GIFT", parts=())
    world.do(take_apart, TakeApart, **apart(bench))
    assert world.standing(bench.tee)["A-03"] == 4
    assert world.standing(bench.gift) == {}
    bench.made_of(TEE=1)
    assert [made.left for made in world.all(KitMade)] == [0, 0]
    assert world.differences() == []


def test_kits_that_were_bought_are_of_the_make_that_is_valid(bench: Bench):
    world = bench.world
    world.stock(bench.gift, "K-01", 1)
    world.do(take_apart, TakeApart, **apart(bench))
    assert world.standing(bench.mug)["A-03"] == 4
    bench.make(1)
    bench.made_of(MUG=1)
    world.stock(bench.gift, "K-01", 1)
    world.refused(RuleViolation, take_apart, TakeApart, **apart(bench))


def test_a_kit_known_by_its_number_says_itself_what_is_in_it(bench: Bench):
    bench.tracked("GIFT", is_serial_tracked=True)
    bench.make(1, serials=("G1",))
    bench.made_of(MUG=2)
    bench.make(1, serials=("G2",))
    both = {"serials": ("G1", "G2")}
    bench.world.refused(RuleViolation, take_apart, TakeApart, **apart(bench, kits=2, **both))
    bench.world.do(take_apart, TakeApart, **apart(bench, serials=("G1",)))
    assert bench.world.standing(bench.tee)["A-03"] == 2


def test_two_who_would_put_kits_inside_each_other_are_asked_one_after_the_other(bench: Bench):
    world = bench.world
    world.sku("BOX")
    world.sku("BAG")
    commands = [
        (save_kit, world.command(SaveKit, kit=kit, parts=(Part(sku=part, pieces=1),)))
        for kit, part in (("BOX", "BAG"), ("BAG", "BOX"))
    ]
    assert isinstance(world.overlap(*commands), RuleViolation)
    assert len(world.all(KitPart)) == 3


@given(st.dictionaries(st.integers(1, 6), st.frozensets(st.integers(1, 6), max_size=4)))
def test_a_kit_contains_itself_just_when_a_walk_leads_back(parts: dict[int, frozenset[int]]):
    def reached(start: int) -> set[int]:
        found: set[int] = set(parts.get(start, ()))
        for _ in range(6):
            found |= {p for part in found for p in parts.get(part, ())}
        return found

    for kit in range(1, 7):
        assert contains_itself(kit, parts) == (kit in reached(kit))


@given(
    st.dictionaries(st.integers(1, 4), st.integers(1, 5), min_size=1),
    st.dictionaries(st.integers(1, 4), st.integers(-3, 40)),
)
def test_makeable_kits_have_their_parts_and_one_more_has_not(parts, free):
    count = makeable(parts, free)
    assert all(pieces * count <= max(free.get(sku, 0), 0) for sku, pieces in parts.items())
    assert any(pieces * (count + 1) > free.get(sku, 0) for sku, pieces in parts.items())


@pytest.mark.parametrize("is_by_lot", [False, True], ids=["kits", "kits by lot"])
def test_who_got_a_kit_with_pieces_of_a_lot_is_on_its_recall_list(world: World, is_by_lot: bool):
    """A box holds a gift, and the gift a serum: the box is what left."""
    serum, gift, box = (world.sku(code) for code in ("SERUM", "GIFT", "BOX"))
    track(world, serum, is_lot_tracked=True)
    for lot in ("L1", "L2"):
        put(world, serum, f"S-{lot}", 2, lot=lot)
    world.stock(box, "A-01", 1)
    before = world.bring(Stage.DISPATCHED, lines={box: 1}, on_hand=0)
    if is_by_lot:
        track(world, box, is_lot_tracked=True)
    world.do(save_kit, SaveKit, kit="GIFT", parts=(Part(sku="SERUM", pieces=1),))
    world.do(save_kit, SaveKit, kit="BOX", parts=(Part(sku="GIFT", pieces=1),))
    serum_of = (PartFrom(sku="SERUM", bin="S-L1", pieces=1, lot="L1"),)
    world.bin("G-01")
    world.do(assemble_kits, AssembleKits, kit_id=gift.id, kits=1, to="G-01", taken=serum_of)
    lot = "K1" if is_by_lot else ""
    world.do(assemble_kits, AssembleKits, kit_id=box.id, kits=1, to="A-01", lot=lot)
    after = world.bring(Stage.DISPATCHED, lines={box: 1}, on_hand=0)
    ids = {code: world.one(Lot, code=code).id for code in ("L1", "L2")}
    with world.database.reading() as session:
        found = {
            code: [(row.order_id, row.sku) for row in session.execute(recall(session, lot_id))]
            for code, lot_id in ids.items()
        }
        kits = [(k.code, k.kits, k.lot) for k in kits_with(session, ids["L1"])]
    assert found == {"L1": [(after.order_id, "BOX")], "L2": []}
    assert before.order_id != after.order_id
    assert kits == [("GIFT", 1, ""), ("BOX", 1, lot)]
