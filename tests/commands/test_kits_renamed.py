"""Kits under another lot or number than they were made with: traced and held back all the same."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.builders import Stage, World
from tests.commands.test_kits_held_back import DAY, House, follow, house_of
from tests.commands.test_traced_through_kits import (
    gift_of_phones,
    make,
    packed,
    parcels_of,
)
from tests.commands.test_traced_through_kits import inside as inside_of
from tests.tracked import put, track
from warehouse.inventory.models import Lot, Serial
from warehouse.inventory.tracking import GiveLot, give_lot
from warehouse.kitting.commands.kit import PartFrom
from warehouse.kitting.commands.take_apart import TakeApart, take_apart
from warehouse.orders.models import HoldKind
from warehouse.placing.models import Why
from warehouse.storing.commands.moves import AdjustStock, Taken, adjust_stock
from warehouse.tracing.commands.mending import MendLot, mend_lot
from warehouse.tracing.inside import inside_lot, inside_piece
from warehouse.tracing.recalling import kits_with, recall


@pytest.fixture
def house(world: World) -> House:
    return house_of(world)


def renamed(world: World, before: dict[str, Any], after: dict[str, Any], pieces: int = 1) -> None:
    """Book gifts of K-01 out, as they were called before, and in as they are called now."""
    for is_more, called in ((False, before), (True, after)):
        taken = Taken(bin="K-01", sku="GIFT", pieces=pieces, **called)
        world.do(adjust_stock, AdjustStock, taken=taken, is_more=is_more, why=Why.WRONG_LOT)


def recalled(house: House, lot: str) -> list[tuple[str, int]]:
    with house.world.database.reading() as session:
        rows = session.execute(recall(session, house.lot(lot).id))
        return [(row.parcel, row.pieces) for row in rows]


def inside(house: House, model: type[Lot] | type[Serial], code: str) -> list[tuple[str, str, bool]]:
    """Return code, lot and certainty of what is inside the kits of a lot, or with a number."""
    look = inside_lot if model is Lot else inside_piece
    with house.world.database.reading() as session:
        found = session.scalars(sa.select(model.id).where(model.code == code)).one()
        return [(part.code, part.lot, part.is_sure) for part in look(session, found)]


def test_kits_whose_lot_was_mended_are_recalled_and_blocked(house: House):
    world = house.world
    track(world, house.gift, is_lot_tracked=True)
    house.make(house.gift, 3, serum="L1", lot="G1")
    house.make(house.gift, 1, serum="L2", lot="G2", to="S-L2")
    renamed(world, {"lot": "G1"}, {"lot": "G9"}, pieces=3)
    assert inside(house, Lot, "G9") == [("SERUM", "L1", False)]
    assert inside(house, Lot, "G2") == [("SERUM", "L2", True)]
    house.block("G2")
    work = world.bring(Stage.PACKED, lines={house.gift: 2}, on_hand=0)
    assert recalled(house, "L1") == [("P00000001", 2)]
    house.block("L1")
    assert house.blocked() == {"L1", "G1", "G9", "G2"}
    assert (house.free(house.gift), world.holds(work.order_id)) == (0, [HoldKind.MANUAL])
    house.unblock("L1")
    assert house.blocked() == {"G2"}


def test_kits_that_come_into_another_lot_while_theirs_is_blocked_are_followed_once(house: House):
    world = house.world
    track(world, house.gift, is_lot_tracked=True)
    house.make(house.gift, 3, serum="L1", lot="G1")
    house.block("L1")
    assert follow(world) == 0
    renamed(world, {"lot": "G1"}, {"lot": "G9"})
    assert (follow(world), house.blocked()) == (1, {"L1", "G1", "G9"})
    house.unblock("G9")  # by somebody who has sorted the kits
    assert (follow(world), house.blocked()) == (0, {"L1", "G1"})
    house.unblock("L1")
    house.block("L1")
    assert house.blocked() == {"L1", "G1", "G9"}


def test_kits_given_a_lot_since_they_were_made_are_held_back_with_it(house: House):
    house.make(house.gift, 3, serum="L1")
    house.world.do(give_lot, GiveLot, sku_id=house.gift.id, lot="G1")
    assert inside(house, Lot, "G1") == [("SERUM", "L1", False)]
    house.make(house.box, 1, lot="")
    house.block("L1")
    assert house.blocked() == {"L1", "G1"}
    assert house.free(house.gift) == house.free(house.box) == 0


def test_kits_that_got_a_lot_when_they_came_out_of_others_are_held_back_with_it(house: House):
    house.make(house.gift, 2, serum="L1")
    house.make(house.box, 2)
    house.world.do(give_lot, GiveLot, sku_id=house.gift.id, lot="G1")
    gifts = (PartFrom(sku="GIFT", pieces=1, lot="G1"),)
    house.world.do(take_apart, TakeApart, **house.apart(house.box, 1), parts=gifts)
    house.block("L1")
    assert house.blocked() == {"L1", "G1"}


def test_a_numbered_kit_of_another_lot_since_is_blocked_in_that_one(house: House):
    world = house.world
    track(world, house.gift, is_lot_tracked=True, is_serial_tracked=True)
    for number, lot in (("K1", "L1"), ("K2", "L2")):
        house.make(house.gift, 1, serum=lot, lot=f"G{number}", serials=(number,))
        renamed(world, {"lot": f"G{number}", "serials": (number,)},
                {"lot": f"R{number}", "serials": (number,)})  # fmt: skip
    house.block("L1")
    assert house.blocked() == {"L1", "GK1", "RK1"}
    assert house.free(house.gift) == 1


def test_a_kit_under_another_number_is_recalled_and_stops_in_hand(house: House):
    world = house.world
    track(world, house.gift, is_serial_tracked=True)
    for number, lot in (("K1", "L1"), ("K2", "L2")):
        house.make(house.gift, 1, serum=lot, serials=(number,))
    renamed(world, {"serials": ("K2",)}, {"serials": ("K2",)})  # out and in: it is itself
    renamed(world, {"serials": ("K1",)}, {"serials": ("K7",)})
    assert inside(house, Serial, "K7") == [("SERUM", "L1", False)]
    assert inside(house, Serial, "K2") == [("SERUM", "L2", True)]
    fine, work = packed(world, house.gift, "K2"), packed(world, house.gift, "K7")
    assert recalled(house, "L1") == [("P00000002", 1)]
    house.block("L1")
    assert (world.holds(fine.order_id), world.holds(work.order_id)) == ([], [HoldKind.MANUAL])
    (doubt,) = house.doubts().values()
    assert [(cause.lot, cause.made) for cause in doubt.causes] == [("L1", 1)]


def test_kits_that_were_bought_or_lost_and_found_are_not_taken_for_others(house: House):
    world = house.world
    track(world, house.gift, is_lot_tracked=True)
    house.make(house.gift, 2, serum="L1", lot="G1")
    put(world, house.gift, "K-01", 1, lot="BOUGHT")
    renamed(world, {"lot": "G1"}, {"lot": "G1"})
    assert inside(house, Lot, "BOUGHT") == []
    with world.database.reading() as session:
        assert [kits.is_renamed for kits in kits_with(session, house.lot("L1").id)] == [False]
    house.block("L1")
    assert house.blocked() == {"L1", "G1"}


def test_a_part_that_ends_sooner_ends_the_kits_under_their_other_lot_too(house: House):
    track(house.world, house.gift, is_lot_tracked=True)
    house.make(house.gift, 1, serum="L1", lot="G1")
    renamed(house.world, {"lot": "G1"}, {"lot": "G9"})
    lot_id = house.lot("L1").id
    house.world.do(mend_lot, MendLot, lot_id=lot_id, best_before=DAY, reason="typed wrongly")
    assert house.lot("G9").best_before == DAY


def test_a_piece_is_traced_to_the_parcel_with_the_kit_under_its_other_number(world: World):
    gift = gift_of_phones(world, "S-1", is_serial_tracked=True)
    make(world, gift, "S-1")
    renamed(world, {"serials": ("G-S-1",)}, {"serials": ("K7",)})
    work = packed(world, gift, "K7")
    assert parcels_of(world, "S-1") == [work.parcel_id]
    assert ("PHONE", "", ("S-1",), False) in inside_of(world, work)
