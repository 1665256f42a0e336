"""Taking bins and SKUs out of use: only what is nowhere, and nothing comes there afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.builders import Goods, Stage, World
from tests.counts import opened
from tests.stocking import PutStock, put_stock
from tests.tracked import by_lot, put
from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.counting.commands.goods import CountGoods, count_goods
from warehouse.errors import InvalidInput, OutOfUse, RuleViolation
from warehouse.inventory import ledger
from warehouse.inventory.models import Move, MoveReason, Unfound
from warehouse.kitting.commands.kit import Part, SaveKit, save_kit
from warehouse.people.models import Trail
from warehouse.receiving.commands.purchases import MakePurchase, Wanted, make_purchase
from warehouse.receiving.commands.suppliers import SaveSupplier, save_supplier
from warehouse.retiring.commands import (
    RetireBin,
    RetireSku,
    ReuseBin,
    ReuseSku,
    retire_bin,
    retire_sku,
    reuse_bin,
    reuse_sku,
)

Postings = tuple[ledger.Posting, ...]


def bin_id(world: World, code: str) -> int:
    return int(world.one(Bin, code=code).id)


def refused_bin(world: World, code: str) -> str:
    return str(world.refused(RuleViolation, retire_bin, RetireBin, bin_id=bin_id(world, code)))


def refused_sku(world: World, goods: Goods) -> str:
    return str(world.refused(RuleViolation, retire_sku, RetireSku, sku_id=goods.id))


def into(world: World, goods: Goods, *bins: str, source: str = "OPENING") -> Postings:
    return tuple(
        ledger.Posting(sku_id=goods.id, from_bin_id=bin_id(world, source),
                       to_bin_id=bin_id(world, code), pieces=2, reason=MoveReason.TRANSFER)
        for code in bins
    )  # fmt: skip


def test_an_empty_bin_goes_out_of_use_and_nothing_comes_there_until_it_is_used_again(world: World):
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 5)
    assert "5 pieces stand in A-01, 0 of them promised" in refused_bin(world, "A-01")
    world.bin("B-01")
    world.do(put_stock, PutStock, postings=into(world, tee, "B-01", "B-01", source="A-01")[:1])
    move = world.all(Move)[-1]
    back = ledger.Posting(sku_id=tee.id, from_bin_id=bin_id(world, "A-01"),
                          to_bin_id=bin_id(world, "B-01"), pieces=3,
                          reason=MoveReason.TRANSFER)  # fmt: skip
    world.do(put_stock, PutStock, postings=(back,))
    said = world.do(retire_bin, RetireBin, by="boss", bin_id=bin_id(world, "A-01"))
    assert str(said.message) == "A-01 is out of use. At its page it can be used again."
    assert refused_bin(world, "A-01") == "A-01 is out of use already."
    many = [f"C-{n}" for n in range(8)]
    for code in many:
        world.bin(code)
    for postings in (into(world, tee, "A-01"), into(world, tee, "A-01", *many)):
        error = world.refused(OutOfUse, put_stock, PutStock, postings=postings)
        assert str(error).startswith("A-01 is out of use: nothing is put there.")
    with world.database.transaction() as session, pytest.raises(OutOfUse):
        ledger.reverse(session, world.command(PutStock, postings=()), move.id)
    world.do(reuse_bin, ReuseBin, by="boss", bin_id=bin_id(world, "A-01"))
    world.refused(RuleViolation, reuse_bin, ReuseBin, bin_id=bin_id(world, "A-01"))
    world.do(put_stock, PutStock, postings=into(world, tee, "A-01"))
    assert [t.event for t in world.all(Trail, subject_kind="bin")] == ["out_of_use", "used_again"]
    assert world.differences() == []


def plain(world: World) -> tuple[Goods, Postings]:
    tee = world.sku("TEE")
    return tee, into(world, tee, "B-01")


def of_many(world: World) -> tuple[Goods, Postings]:
    tee = world.sku("TEE")
    many = [f"C-{n}" for n in range(8)]
    for code in many:
        world.bin(code)
    return tee, into(world, tee, "B-01", *many)


def of_a_lot(world: World) -> tuple[Goods, Postings]:
    milk = by_lot(world, "MILK")
    put(world, milk, "A-01", 5, lot="L1")
    return milk, into(world, milk, "B-01", source="A-01")


@pytest.mark.parametrize("goods_of", [plain, of_many, of_a_lot])
@pytest.mark.parametrize("is_first", [True, False])
def test_of_a_bin_that_goes_and_goods_that_come_one_is_refused(
    world: World, goods_of: Callable[[World], tuple[Goods, Postings]],
    is_first: bool,
):  # fmt: skip
    world.bin("B-01")
    goods, postings = goods_of(world)
    posting = (put_stock, world.command(PutStock, postings=postings))
    retiring = (retire_bin, world.command(RetireBin, bin_id=bin_id(world, "B-01")))
    order = (retiring, posting) if is_first else (posting, retiring)
    ended = world.overlap(*order, wait_s=0.1)
    assert type(ended) is (OutOfUse if is_first else RuleViolation), ended
    assert world.get(Bin, bin_id(world, "B-01")).is_active is not is_first
    assert world.standing(goods).get("B-01", 0) == (0 if is_first else 2)
    assert world.differences() == []


@pytest.mark.parametrize("goods_of", [plain, of_many])
@pytest.mark.parametrize("is_first", [True, False])
def test_of_a_sku_that_goes_and_its_goods_that_come_one_is_refused(
    world: World, goods_of: Callable[[World], tuple[Goods, Postings]],
    is_first: bool,
):  # fmt: skip
    world.bin("B-01")
    goods, postings = goods_of(world)
    posting = (put_stock, world.command(PutStock, postings=postings))
    retiring = (retire_sku, world.command(RetireSku, sku_id=goods.id))
    order = (retiring, posting) if is_first else (posting, retiring)
    ended = world.overlap(*order, wait_s=0.1)
    assert type(ended) is (OutOfUse if is_first else RuleViolation), ended
    assert world.get(Sku, goods.id).is_active is not is_first
    assert (not world.standing(goods)) is is_first


def test_what_is_needed_on_its_way_or_doubted_stays(world: World):
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 1)
    assert refused_bin(world, "DOCK") == ("DOCK is the only place of its kind. Make another first.")
    assert refused_bin(world, "SUPPLIER") == "SUPPLIER is no place of the house."
    world.bin("B-01")
    lost = {"bin_id": bin_id(world, "B-01"), "sku_id": tee.id, "at": world.now, "person_id": 1}
    world.add(Unfound(pieces=2, **lost))
    assert refused_bin(world, "B-01") == "TEE was not found in B-01. Have the bin counted first."


def test_a_tote_at_work_stays_and_one_out_of_use_is_not_taken(world: World):
    work = world.bring(Stage.TOTE_BOUND)
    (tote,) = (b for b in world.all(Bin, kind=BinKind.TOTE))
    number = f"C{work.consignment_id:08d}"
    assert refused_bin(world, tote.code) == (
        f"{tote.code} carries consignment {number}. See that through first."
    )
    assert "promised" in refused_bin(world, "A-01")
    tee = work.goods["TEE"]
    assert "are in the house" in refused_sku(world, tee)


def test_a_sku_that_something_waits_for_stays_and_one_that_is_gone_answers(world: World):
    world.site()
    tee, box, cup = world.sku("TEE"), world.sku("BOX"), world.sku("CUP")
    world.do(save_kit, SaveKit, kit="BOX", parts=(Part(sku="TEE", pieces=2),))
    assert refused_sku(world, tee) == (
        "Kit BOX is made of TEE. Change the kit, or take it out of use, first."
    )
    world.audited({box: 1})
    assert refused_sku(world, box).startswith("Order 21")
    world.do(save_supplier, SaveSupplier, code="MILL", name="Mill")
    lines = (Wanted(sku_code="CUP", pieces=4),)
    world.do(make_purchase, MakePurchase, supplier="MILL", lines=lines)
    assert "has CUP on it" in refused_sku(world, cup)
    old = world.sku("OLD")
    world.do(retire_sku, RetireSku, by="boss", sku_id=old.id)
    world.bin("A-01")
    count = opened(world, "A-01")
    take = count.take("A-01")
    scan = {"by": "ann", "take_id": take, "barcode": old.barcode}
    error = world.refused(OutOfUse, count_goods, CountGoods, **scan)
    assert str(error).startswith("OLD is out of use: nothing is booked of it.")
    with pytest.raises(InvalidInput, match="This SKU is out of use"):
        world.do(make_purchase, MakePurchase, supplier="MILL",
                 lines=(Wanted(sku_code="OLD", pieces=1),))  # fmt: skip
    world.do(reuse_sku, ReuseSku, by="boss", sku_id=old.id)
    count.scan(take, old, 1)
