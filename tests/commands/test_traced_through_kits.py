"""A part is traced through kits to the parcel, and a parcel back to the parts inside its kits."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from tests.builders import Goods, Stage, Work, World
from tests.tracked import by_lot, by_piece, put, track
from warehouse.catalog.models import Bin, Sku
from warehouse.checking.commands.count import CheckItem, check_item
from warehouse.inventory.models import Lot, Serial
from warehouse.kitting.commands.assemble import AssembleKits, assemble_kits
from warehouse.kitting.commands.kit import Part, PartFrom, SaveKit, save_kit
from warehouse.kitting.commands.take_apart import TakeApart, take_apart
from warehouse.packing.commands.goods import PackRest, pack_rest
from warehouse.packing.models import Parcel
from warehouse.packing.queries import lots_in_parcel
from warehouse.picking.commands.confirm import ConfirmBin, ConfirmPick, confirm_bin, confirm_pick
from warehouse.tracing.inside import inside_lot, inside_parcel, inside_piece
from warehouse.tracing.recalling import kits_with_piece, who_got


def gift_of_phones(world: World, *numbers: str, **flags: bool) -> Goods:
    """Put phones with these numbers and milk of a lot on shelves; a gift is one of each."""
    world.site()
    phone, milk = by_piece(world, "PHONE"), by_lot(world, "MILK")
    put(world, phone, "A-01", serials=numbers)
    put(world, milk, "A-02", 9, lot="ML1")
    gift = world.sku("GIFT")
    if flags:
        track(world, gift, **flags)
    world.bin("K-01")
    parts = (Part(sku="PHONE", pieces=1), Part(sku="MILK", pieces=1))
    world.do(save_kit, SaveKit, kit="GIFT", parts=parts)
    return gift


def make(world: World, gift: Goods, *numbers: str) -> None:
    """Make a gift of each of these phones, all at once."""
    kept = world.get(Sku, gift.id)
    world.do(
        assemble_kits, AssembleKits, kit_id=gift.id, kits=len(numbers), to="K-01",
        taken=(PartFrom(sku="PHONE", bin="A-01", pieces=len(numbers), serials=numbers),),
        lot=f"L-{numbers[0]}" if kept.is_lot_tracked else "",
        serials=tuple(f"G-{n}" for n in numbers) if kept.is_serial_tracked else (),
    )  # fmt: skip


def packed(world: World, goods: Goods, *numbers: str) -> Work:
    """Bring one piece of the goods into a parcel, by its number where it has one."""
    if not numbers:
        return world.bring(Stage.DISPATCHED, lines={goods: 1}, on_hand=0)
    work = world.bring(Stage.TOTE_BOUND, lines={goods: 1}, on_hand=0)
    for task in world.open_tasks(work.wave_id):
        code = world.get(Bin, task.bin_id).code
        world.do(confirm_bin, ConfirmBin, by="picker", task_id=task.id, barcode=code)
        world.do(confirm_pick, ConfirmPick, by="picker", task_id=task.id, barcode=numbers[0])
    work.stage = Stage.PICKED
    world.bring(Stage.CHECKING, work=work)
    world.do(check_item, CheckItem, by="checker", check_id=work.check_id, barcode=numbers[0])
    work.stage = Stage.CHECKED
    world.bring(Stage.PARCEL_OPEN, work=work)
    world.do(pack_rest, PackRest, by="packer", parcel_id=work.parcel_id)
    return work


def inside(world: World, work: Work) -> list[tuple[str, str, tuple[str, ...], bool]]:
    """Return code, lot, numbers and certainty of what is inside the kits of a parcel."""
    with world.database.reading() as session:
        found = inside_parcel(session, session.get_one(Parcel, work.parcel_id).bin_id)
    return sorted(
        (part.code, part.lot, tuple(piece.code for piece in part.serials), part.is_sure)
        for parts in found.values()
        for part in parts
    )


def parcels_of(world: World, number: str) -> list[int]:
    with world.database.reading() as session:
        piece = session.scalars(sa.select(Serial).where(Serial.code == number)).one()
        kits = kits_with_piece(session, piece.id)
        return [row.parcel_id for row in who_got(session, piece.id, kits)]


NUMBERED = {"is_serial_tracked": True}
KINDS = [({}, ()), ({"is_lot_tracked": True}, ()), (NUMBERED, ("G-S-1",))]


@pytest.mark.parametrize(("flags", "numbers"), KINDS)
def test_a_piece_is_found_in_the_parcel_of_its_kit_and_there_by_its_number(
    world: World, flags, numbers
):
    gift = gift_of_phones(world, "S-1", **flags)
    make(world, gift, "S-1")
    work = packed(world, gift, *numbers)
    assert parcels_of(world, "S-1") == [work.parcel_id]
    assert inside(world, work) == [("MILK", "ML1", (), True), ("PHONE", "", ("S-1",), True)]


@pytest.mark.parametrize(("flags", "numbers"), KINDS)
def test_of_kits_made_together_nobody_can_tell_which_has_it(world: World, flags, numbers):
    gift = gift_of_phones(world, "S-1", "S-2", **flags)
    make(world, gift, "S-1", "S-2")
    work = packed(world, gift, *numbers)
    assert parcels_of(world, "S-1") == parcels_of(world, "S-2") == [work.parcel_id]
    # That each has milk of the lot is sure; which of the phones it has, nobody noted.
    assert inside(world, work) == [
        ("MILK", "ML1", (), True), ("PHONE", "", ("S-1", "S-2"), False)
    ]  # fmt: skip


@pytest.mark.parametrize(("flags", "numbers"), KINDS[1:])
def test_kits_made_one_by_one_are_told_apart_by_lot_or_number(world: World, flags, numbers):
    gift = gift_of_phones(world, "S-1", "S-2", **flags)
    make(world, gift, "S-1")
    work = packed(world, gift, *numbers)
    make(world, gift, "S-2")
    assert (parcels_of(world, "S-1"), parcels_of(world, "S-2")) == ([work.parcel_id], [])
    assert inside(world, work)[1] == ("PHONE", "", ("S-1",), True)


def test_a_piece_that_came_out_before_is_not_in_kits_that_left_later(world: World):
    gift = gift_of_phones(world, "S-1", "S-2")
    make(world, gift, "S-1")
    world.do(
        take_apart, TakeApart, kit_id=gift.id, kits=1, bin="K-01", to="A-01",
        parts=(PartFrom(sku="PHONE", serials=("S-1",)), PartFrom(sku="MILK", lot="ML1")),
    )  # fmt: skip
    make(world, gift, "S-2")
    work = packed(world, gift)
    assert (parcels_of(world, "S-1"), parcels_of(world, "S-2")) == ([], [work.parcel_id])
    assert ("PHONE", "", ("S-2",), False) in inside(world, work)
    assert not any("S-1" in numbers for _, _, numbers, _ in inside(world, work))


def test_pieces_are_traced_through_kits_made_of_kits(world: World):
    gift = gift_of_phones(world, "S-1", is_lot_tracked=True)
    make(world, gift, "S-1")
    crate = by_piece(world, "CRATE")
    world.do(save_kit, SaveKit, kit="CRATE", parts=(Part(sku="GIFT", pieces=1),))
    world.do(assemble_kits, AssembleKits, kit_id=crate.id, kits=1, to="K-01", serials=("C-1",))
    work = packed(world, crate, "C-1")
    assert parcels_of(world, "S-1") == [work.parcel_id]
    assert inside(world, work) == [
        ("GIFT", "L-S-1", (), True),
        ("MILK", "ML1", (), True),
        ("PHONE", "", ("S-1",), True),
    ]
    with world.database.reading() as session:
        crate_id = session.scalars(sa.select(Serial.id).where(Serial.code == "C-1")).one()
        lot_id = session.scalars(sa.select(Lot.id).where(Lot.code == "L-S-1")).one()
        assert {p.code for p in inside_piece(session, crate_id)} == {"GIFT", "MILK", "PHONE"}
        assert {p.code for p in inside_lot(session, lot_id)} == {"MILK", "PHONE"}


def test_goods_that_are_no_kits_cost_one_question_and_have_their_lots_told(world: World):
    world.site()
    goods = [by_lot(world, f"G{n}") for n in range(6)]
    for n, one in enumerate(goods):
        put(world, one, f"A-{n}", 2, lot=f"L{n}")
    work = world.bring(Stage.DISPATCHED, lines=dict.fromkeys(goods, 2), on_hand=0)
    with world.database.reading() as session:
        asked: list[str] = []
        event.listen(session.connection(), "before_cursor_execute",
                     lambda _c, _cur, sql, *_: asked.append(sql))  # fmt: skip
        bin_id = session.get_one(Parcel, work.parcel_id).bin_id
        asked.clear()
        assert inside_parcel(session, bin_id) == {}
        assert len(asked) <= 3, asked
        found = lots_in_parcel(session, work.parcel_id)
    assert {sku: [(x.code, x.pieces) for x in lots] for sku, lots in found.items()} == {
        one.id: [(f"L{n}", 2)] for n, one in enumerate(goods)
    }
