"""Kits with pieces of a lot that may not be sold: held back with it, however deep they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from tests.builders import Goods, Stage, World
from tests.commands.test_traced_through_kits import packed
from tests.tracked import by_lot, put, track
from warehouse.catalog.models import Bin, BinKind, Sku
from warehouse.commands import Actor, Command, Outcome
from warehouse.dispatch.commands.handover import (
    CloseHandover,
    HandOverParcel,
    close_handover,
    hand_over_parcel,
)
from warehouse.dispatch.commands.taking_back import UndoHandover, undo_handover
from warehouse.errors import InvalidInput, LotBlocked, NotFound, RuleViolation
from warehouse.inventory import ledger
from warehouse.inventory.models import Lot, SuspectKits
from warehouse.inventory.queries import available_of
from warehouse.inventory.tracking import GiveLot, give_lot
from warehouse.kitting.commands.assemble import AssembleKits, assemble_kits
from warehouse.kitting.commands.kit import Part, PartFrom, SaveKit, save_kit
from warehouse.kitting.commands.take_apart import TakeApart, take_apart
from warehouse.kitting.queries import free_parts
from warehouse.orders.models import Consignment, ConsignmentLine, HoldKind
from warehouse.orders.restocking import audit_supplied
from warehouse.placing.models import Why
from warehouse.replenishing.commands.carrying import (
    GoToReserve,
    PutBackInReserve,
    TakeFromReserve,
    go_to_reserve,
    put_back_in_reserve,
    take_from_reserve,
)
from warehouse.replenishing.commands.on_face import PutOnFace, put_on_face
from warehouse.replenishing.models import ReplenishTask
from warehouse.settings import load_settings
from warehouse.storing.commands.moves import (
    FreeStock,
    QuarantineStock,
    Taken,
    free_stock,
    quarantine_stock,
)
from warehouse.supplying.stock import Asked, stocks_of
from warehouse.text import say
from warehouse.tracing.commands.blocking import (
    BlockLot,
    LetKitsGo,
    UnblockLot,
    block_lot,
    let_kits_go,
    unblock_lot,
)
from warehouse.tracing.commands.following import follow_blocked
from warehouse.tracing.commands.mending import MendLot, mend_lot
from warehouse.tracing.in_doubt import InDoubt, causes_of, in_doubt, in_doubt_for
from warehouse.tracing.suspects import LATELY
from warehouse.waves.commands import MakeWave, make_wave
from warehouse.waves.unfit import stop_unfit

SOON, LATER = date(2026, 4, 1), date(2026, 6, 1)
DAY = date(2026, 3, 2)


@dataclass
class House:
    """A gift holds a serum, a box a gift; the serum has lots, L1 and L2."""

    world: World
    serum: Goods
    gift: Goods
    box: Goods

    def make(self, kit: Goods, kits: int = 1, *, serum: str = "", lot: str = "", **more: Any):
        taken = (PartFrom(sku="SERUM", bin=f"S-{serum}", pieces=kits, lot=serum),) if serum else ()
        given = {"kit_id": kit.id, "kits": kits, "to": "K-01", "taken": taken, "lot": lot}
        return self.world.do(assemble_kits, AssembleKits, **{**given, **more})

    def block(self, lot: str) -> str:
        lot_id = self.lot(lot).id
        return str(self.world.do(block_lot, BlockLot, lot_id=lot_id, reason="smells").message)

    def unblock(self, lot: str) -> None:
        self.world.do(unblock_lot, UnblockLot, lot_id=self.lot(lot).id, reason="is fine")

    def apart(self, kit: Goods, kits: int = 3, **more: Any) -> dict[str, Any]:
        return {"kit_id": kit.id, "kits": kits, "bin": "K-01", "to": "K-01", **more}

    def lot(self, code: str) -> Lot:
        found: Lot = self.world.one(Lot, code=code)
        return found

    def blocked(self) -> set[str]:
        return {lot.code for lot in self.world.all(Lot) if lot.blocked_at is not None}

    def doubts(self) -> dict[str, InDoubt]:
        with self.world.database.reading() as session:
            return {kits.sku: kits for kits in in_doubt(session)}

    def free(self, goods: Goods) -> int:
        with self.world.database.reading() as session:
            return available_of(session, [goods.id], day=DAY).get(goods.id, 0)


def follow(world: World) -> int:
    actor = Actor(person_id=1)
    return follow_blocked(world.database, actor=actor, at=world.tick(), zone=world.zone)


def house_of(world: World) -> House:
    world.site()
    serum, gift, box = by_lot(world), world.sku("GIFT"), world.sku("BOX")
    for lot in ("L1", "L2"):
        put(world, serum, f"S-{lot}", 9, lot=lot)
    world.do(save_kit, SaveKit, kit="GIFT", parts=(Part(sku="SERUM", pieces=1),))
    world.do(save_kit, SaveKit, kit="BOX", parts=(Part(sku="GIFT", pieces=1),))
    world.bin("K-01", walk_order=9)
    return House(world=world, serum=serum, gift=gift, box=box)


@pytest.fixture
def house(world: World) -> House:
    return house_of(world)


def test_lots_of_kits_are_blocked_with_a_lot_inside_and_let_go_with_it(house: House):
    world = house.world
    for kit in (house.gift, house.box):
        track(world, kit, is_lot_tracked=True)
    house.make(house.gift, 3, serum="L1", lot="G1")
    house.make(house.gift, 2, serum="L2", lot="G2")
    house.make(house.box, 1, lot="B1")
    waved = world.bring(Stage.WAVED, lines={house.gift: 2}, on_hand=0)
    packed = world.bring(Stage.PACKED, lines={house.box: 1}, on_hand=0)
    said = house.block("L1")
    assert "2 lots of kits are blocked with it, kits of 0 SKUs" in said
    assert house.blocked() == {"L1", "G1", "B1"}
    assert (house.free(house.gift), house.free(house.box)) == (2, 0)
    assert world.state(Consignment, waved.consignment_id) == "ready"
    assert world.holds(packed.order_id) == [HoldKind.MANUAL]
    house.unblock("L1")
    assert house.blocked() == set()
    assert world.differences() == []


def test_a_lot_of_kits_stays_blocked_while_another_reason_stands(house: House):
    world = house.world
    track(world, house.gift, is_lot_tracked=True)
    for serum in ("L1", "L2"):
        house.make(house.gift, 1, serum=serum, lot="G1")
    house.block("L1")
    house.block("L2")
    house.unblock("L1")
    assert house.blocked() == {"L2", "G1"}
    assert house.lot("G1").blocked_reason == "L2: smells"
    with world.database.reading() as session:
        assert [cause.code for cause in causes_of(session, house.lot("G1").id)] == ["L2"]
    house.block("G1")
    house.unblock("L2")
    assert house.blocked() == {"G1"}
    house.unblock("G1")
    house.block("L1")
    house.unblock("G1")  # by somebody who has sorted the kits
    house.unblock("L1")
    assert house.blocked() == set()
    assert {row.ended_reason for row in world.all(SuspectKits)} == {"is fine"}


def test_kits_without_lots_are_held_back_until_somebody_has_sorted_them(house: House):
    world = house.world
    house.make(house.gift, 5, serum="L1")
    waved = world.bring(Stage.WAVED, lines={house.gift: 2}, on_hand=0)
    picked = world.bring(Stage.PICKED, work=world.released([(house.gift, 1)]))
    assert "kits of 1 SKU without lots held back" in house.block("L1")
    assert house.free(house.gift) == 0
    assert world.holds(waved.order_id) == [HoldKind.STOCK_SHORT]
    assert world.holds(picked.order_id) == [HoldKind.MANUAL]
    with world.database.reading() as session:
        (told,) = in_doubt(session, in_doubt_for(house.lot("L1").id))
        stock = stocks_of(session, Asked(day=DAY, settings=load_settings(session)), [house.gift.id])
    assert stock[house.gift.id].standing.unfit == 4
    assert (told.sku, told.causes[0].made, told.serials) == ("GIFT", 5, ())
    assert (told.standing, told.in_quarantine, told.inside) == (5, 0, ())
    given = {"sku_id": house.gift.id}
    world.refused(InvalidInput, let_kits_go, LetKitsGo, reason=" ", **given)
    world.refused(NotFound, let_kits_go, LetKitsGo, reason="x", sku_id=999)
    world.do(let_kits_go, LetKitsGo, reason="none has it inside", **given)
    world.refused(RuleViolation, let_kits_go, LetKitsGo, reason="again", **given)
    assert house.free(house.gift) == 4
    assert audit_supplied(world.database, actor=Actor(person_id=1), at=world.tick()) == 1
    assert house.blocked() == {"L1"}
    assert world.differences() == []


@pytest.mark.parametrize("has_numbers", [False, True], ids=["no numbers", "by number"])
def test_orders_without_such_kits_go_on(house: House, *, has_numbers: bool):
    world = house.world
    track(world, house.gift, is_serial_tracked=has_numbers)
    house.make(house.gift, 1, serum="L1", serials=("K1",) if has_numbers else ())
    others = [world.bring(stage, lines={world.sku(f"MUG-{stage}"): 1}, on_hand=1)
              for stage in (Stage.PICKED, Stage.PACKED)]  # fmt: skip
    work = (packed(world, house.gift, "K1") if has_numbers
            else world.bring(Stage.PACKED, lines={house.gift: 1}, on_hand=0))  # fmt: skip
    assert "1 stopped with goods in hand" in house.block("L1")
    assert [world.holds(one.order_id) for one in others] == [[], []]
    assert world.holds(work.order_id) == [HoldKind.MANUAL]


def test_kits_in_doubt_are_promised_to_nobody_put_into_no_kit_and_given_no_lot(house: House):
    world = house.world
    house.make(house.gift, 2, serum="L1")
    world.bring(Stage.READY, lines={house.gift: 1}, on_hand=0)
    house.block("L1")
    promise = ledger.Promise(
        consignment_line_id=world.one(ConsignmentLine).id,
        bin_id=world.one(Bin, code="K-01").id,
        sku_id=house.gift.id,
        pieces=1,
    )
    with pytest.raises(LotBlocked), world.database.transaction() as session:
        ledger.reserve(session, [promise])
    taken = (PartFrom(sku="GIFT", bin="K-01", pieces=1),)
    given = {"kit_id": house.box.id, "kits": 1, "to": "K-01", "taken": taken}
    world.refused(LotBlocked, assemble_kits, AssembleKits, **given)
    world.refused(RuleViolation, give_lot, GiveLot, sku_id=house.gift.id, lot="G1")
    with world.database.reading() as session:
        assert free_parts(session, session.get_one(Sku, house.gift.id), DAY) == []


def test_with_all_kits_gone_for_good_nothing_is_held_back(house: House):
    world = house.world
    house.make(house.gift, 1, serum="L1")
    work = world.bring(Stage.DISPATCHED, lines={house.gift: 1}, on_hand=0)
    world.now += LATELY
    world.do(close_handover, CloseHandover, by="shipper", handover_id=work.handover_id)
    house.block("L1")
    assert [row.ended_at is None for row in world.all(SuspectKits)] == [False]
    assert follow(world) == 0


@pytest.mark.parametrize("has_lots", [False, True], ids=["no lots", "boxes by lot"])
def test_kits_that_stand_inside_other_kits_only_are_held_back_too(house: House, *, has_lots: bool):
    world = house.world
    crate = world.sku("CRATE")
    world.do(save_kit, SaveKit, kit="CRATE", parts=(Part(sku="BOX", pieces=1),))
    lot = "B1" if has_lots else ""
    track(world, house.box, is_lot_tracked=has_lots)
    house.make(house.gift, 3, serum="L1")
    house.make(house.box, 3, lot=lot)
    house.make(crate, 3)
    world.now += LATELY
    house.block("L1")
    gifts = house.doubts()["GIFT"]
    # Boxes stand in crates only.
    assert [(kits.sku, kits.on_hand) for kits in gifts.inside] == [("CRATE", 3)]
    assert (gifts.standing, gifts.is_gone) == (0, False)
    boxes = (PartFrom(sku="BOX", pieces=3, lot=lot),)
    world.do(take_apart, TakeApart, **house.apart(crate), parts=boxes)
    assert [(kits.sku, kits.lot) for kits in house.doubts()["GIFT"].inside] == [("BOX", lot)]
    world.do(take_apart, TakeApart, **house.apart(house.box, lot=lot))
    assert world.balance("K-01", house.gift)[0] == 3
    assert house.free(house.gift) == 0
    assert world.holds(world.audited([(house.gift, 1)])) == [HoldKind.STOCK_SHORT]


def test_kits_are_let_go_after_those_around_them(house: House):
    world = house.world
    house.make(house.gift, 4, serum="L1")
    house.make(house.box, 2)
    house.block("L1")
    given = {"sku_id": house.gift.id, "reason": "none has it inside"}
    refused = world.refused(RuleViolation, let_kits_go, LetKitsGo, **given)
    assert str(refused).startswith("2 × BOX may have GIFT inside.")
    aside = Taken(bin="K-01", sku="BOX", pieces=1)
    world.do(quarantine_stock, QuarantineStock, taken=aside, why=Why.IN_DOUBT)
    world.refused(RuleViolation, let_kits_go, LetKitsGo, **given)
    world.do(take_apart, TakeApart, **house.apart(house.box, kits=1))
    world.do(let_kits_go, LetKitsGo, **given)
    assert (house.free(house.gift), house.free(house.box)) == (3, 0)


def test_kits_in_quarantine_are_held_back_too(house: House):
    world = house.world
    house.make(house.gift, 3, serum="L1")
    aside = Taken(bin="K-01", sku="GIFT", pieces=3)
    world.do(quarantine_stock, QuarantineStock, taken=aside, why=Why.IN_DOUBT)
    world.now += LATELY
    house.block("L1")
    told = house.doubts()["GIFT"]
    assert (told.standing, told.in_quarantine, told.is_gone) == (0, 3, False)
    back = Taken(bin="QUARANTINE", sku="GIFT", pieces=3)
    world.do(free_stock, FreeStock, taken=back, to="K-01", why=Why.IN_ORDER)
    assert world.balance("K-01", house.gift)[0] == 3
    assert house.free(house.gift) == 0


def test_kits_a_courier_gives_back_do_not_leave_again(house: House):
    """However long he has had them: his visit is not over."""
    world = house.world
    house.make(house.gift, 1, serum="L1")
    work = world.bring(Stage.DISPATCHED, lines={house.gift: 1}, on_hand=0)
    world.now += 2 * LATELY
    house.block("L1")
    visit: dict[str, Any] = {"by": "shipper", "handover_id": work.handover_id}
    world.do(undo_handover, UndoHandover, **visit)
    said = world.do(hand_over_parcel, HandOverParcel, barcode=work.waybill_no, **visit)
    assert str(said.message).startswith("GIFT may have pieces of blocked lot L1 inside.")
    assert world.holds(work.order_id) == [HoldKind.LOT_UNFIT]


def test_kits_that_left_lately_may_be_booked_back(house: House):
    world = house.world
    house.make(house.gift, 1, serum="L1")
    work = world.bring(Stage.DISPATCHED, lines={house.gift: 1}, on_hand=0)
    world.do(close_handover, CloseHandover, by="shipper", handover_id=work.handover_id)
    house.block("L1")
    assert [row.ended_at is None for row in world.all(SuspectKits)] == [True]


def test_kits_give_back_no_lot_that_went_into_none_of_them(house: House):
    world = house.world
    house.make(house.gift, 2, serum="L1")
    house.block("L1")
    given = house.apart(house.gift, 1)
    of_l2, of_l1 = ((PartFrom(sku="SERUM", pieces=1, lot=lot),) for lot in ("L2", "L1"))
    refusal = world.refused(RuleViolation, take_apart, TakeApart, **given, parts=of_l2)
    assert str(refusal) == "No pieces of SERUM lot L2 went into these kits, only of L1."
    world.do(take_apart, TakeApart, **given, parts=of_l1)
    assert house.free(house.serum) == 9
    put(world, house.gift, "K-01", 1)  # bought as it is: nobody knows what is in it
    world.do(take_apart, TakeApart, **given, parts=of_l2)
    assert house.free(house.serum) == 10


def test_who_blocks_a_lot_waits_for_kits_that_are_made_of_it_just_now(house: House):
    world = house.world
    track(world, house.gift, is_lot_tracked=True)
    taken = (PartFrom(sku="SERUM", bin="S-L1", pieces=1, lot="L1"),)
    make = world.command(
        AssembleKits, kit_id=house.gift.id, kits=1, to="K-01", taken=taken, lot="G1"
    )
    block = world.command(BlockLot, lot_id=house.lot("L1").id, reason="smells")
    assert not isinstance(world.overlap((assemble_kits, make), (block_lot, block)), Exception)
    assert house.blocked() == {"L1", "G1"}


@pytest.mark.parametrize("is_said", [True, False], ids=["each lot has a day", "these lots have"])
def test_kits_of_parts_with_a_best_before_are_good_no_longer_than_these(
    world: World, *, is_said: bool
):
    serum = by_lot(world)
    gift = world.sku("GIFT")
    put(world, serum, "S-L1", 9, lot="L1", day=LATER)
    put(world, serum, "S-L2", 9, lot="L2", day=SOON)
    track(world, serum, is_expiry_tracked=is_said)
    world.do(save_kit, SaveKit, kit="GIFT", parts=(Part(sku="SERUM", pieces=1),))
    world.bin("K-01")
    house = House(world=world, serum=serum, gift=gift, box=gift)
    given = {"kit_id": gift.id, "kits": 1, "to": "K-01"}
    assert "keep GIFT by lot" in str(world.refused(RuleViolation, assemble_kits, AssembleKits,
                                                   **given))  # fmt: skip
    track(world, gift, is_lot_tracked=True)
    house.make(gift, serum="L1", lot="G1")
    assert house.lot("G1").best_before == LATER
    of_l2 = (PartFrom(sku="SERUM", bin="S-L2", pieces=1, lot="L2"),)
    world.refused(RuleViolation, assemble_kits, AssembleKits, taken=of_l2, lot="G1", **given)
    later = {"taken": of_l2, "lot": "G2", "best_before": LATER}
    world.refused(RuleViolation, assemble_kits, AssembleKits, **later, **given)
    longer = {"lot_id": house.lot("G1").id, "reason": "hope"}
    for day in (date(2026, 7, 1), None):
        world.refused(RuleViolation, mend_lot, MendLot, best_before=day, **longer)
    said = world.do(mend_lot, MendLot, lot_id=house.lot("L1").id, best_before=SOON, reason="typo")
    assert "1 lot of kits" in str(said.message)
    assert house.lot("G1").best_before == SOON
    house.block("G1")
    world.refused(LotBlocked, assemble_kits, AssembleKits, taken=of_l2, lot="G1", **given)


@pytest.mark.parametrize("is_known", [False, True], ids=["any", "by number"])
def test_goods_in_hand_stop_where_they_may_have_it_inside(house: House, *, is_known: bool):
    """Of kits known by their number only those that do: K1 has it, K2 has not."""
    world = house.world
    world.bin("K-02")
    if is_known:
        track(world, house.gift, is_serial_tracked=True)
    for serum, number, place in (("L1", "K1", "K-01"), ("L2", "K2", "K-02")):
        more = {"serials": (number,)} if is_known else {}
        house.make(house.gift, 1, serum=serum, to=place, **more)
    house.block("L1")
    work = world.bring(Stage.READY, lines={world.sku("MUG"): 1}, on_hand=1)
    stopped = {}
    for place in ("K-02", "K-01"):

        def scan(session: Session, command: Command, code: str = place) -> Outcome:
            bins = [world.one(Bin, code=code).id]
            stopped[code] = stop_unfit(session, command, work.consignment_id, bins)
            return Outcome(screen="", message=say("looked"))

        world.do(scan, Command)
    assert str(stopped["K-01"]).startswith("GIFT may have pieces of blocked lot L1 inside.")
    assert (stopped["K-02"] is None) is is_known
    assert world.holds(work.order_id) == [HoldKind.LOT_UNFIT]
    told = house.doubts()["GIFT"]
    assert [(piece.code, piece.bin) for piece in told.serials] == [("K1", "K-01")] * is_known


@pytest.mark.parametrize("is_wave_first", [True, False], ids=["wave first", "block first"])
def test_no_promise_of_kits_in_doubt_slips_through_between_two_who_are_quick(
    house: House, *, is_wave_first: bool
):
    world = house.world
    house.make(house.gift, 2, serum="L1")
    work = world.bring(Stage.READY, lines={house.gift: 2}, on_hand=0)
    wave = (make_wave, world.command(MakeWave, consignment_ids=(work.consignment_id,)))
    block = (
        block_lot, world.command(BlockLot, lot_id=house.lot("L1").id, reason="smells")
    )  # fmt: skip
    first, second = (wave, block) if is_wave_first else (block, wave)
    ended = world.overlap(first, second)
    assert isinstance(ended, (Outcome, LotBlocked))
    assert world.balance("K-01", house.gift) == (2, 0, 2)
    assert world.differences() == []


def test_a_lot_blocked_before_anybody_looked_for_kits_is_followed_once(house: House):
    world = house.world
    track(world, house.box, is_lot_tracked=True)
    house.make(house.gift, 3, serum="L1")
    house.make(house.box, 1, lot="B1")
    work = world.bring(Stage.WAVED, lines={house.gift: 1}, on_hand=0)
    with world.database.transaction() as session:
        values = {"blocked_at": world.now, "blocked_reason": "smells"}
        session.execute(sa.update(Lot).where(Lot.code == "L1").values(**values))
    assert [follow(world), follow(world)] == [1, 0]
    assert house.blocked() == {"L1", "B1"}
    assert (house.free(house.gift), house.free(house.box)) == (0, 0)
    assert world.holds(work.order_id) == [HoldKind.STOCK_SHORT]
    house.unblock("L1")
    assert house.blocked() == set()
    assert follow(world) == 0


def test_kits_held_back_in_reserve_are_not_said_to_be_gone(house: House):
    world = house.world
    for code in ("R-01", "R-02"):
        world.bin(code, kind=BinKind.RESERVE)
    for code, serum in (("R-01", "L1"), ("R-02", "L2")):
        house.make(house.gift, 2, serum=serum, to=code)
    work = world.bring(Stage.READY, lines={house.gift: 3}, on_hand=0)
    world.do(make_wave, MakeWave, consignment_ids=(work.consignment_id,))
    to = {"by": "li", "task_id": world.one(ReplenishTask).id}
    world.do(go_to_reserve, GoToReserve, barcode="R-01", **to)
    house.block("L1")
    sent = world.do(take_from_reserve, TakeFromReserve, barcode=house.gift.barcode, **to)
    held = (
        "GIFT in R-01 is held back: pieces of a blocked lot may be inside. Leave it there until"
        " the desk has had it sorted."
    )
    assert str(sent.message) == f"{held} No other piece in reserve may be taken."
    assert (sent.screen, world.one(ReplenishTask).state) == ("tasks", "empty")


def test_kits_held_back_in_a_hand_do_not_get_to_the_shelf(house: House):
    world = house.world
    world.bin("R-01", kind=BinKind.RESERVE)
    house.make(house.gift, 2, serum="L1", to="R-01")
    work = world.bring(Stage.READY, lines={house.gift: 2}, on_hand=0)
    world.do(make_wave, MakeWave, consignment_ids=(work.consignment_id,))
    to = {"by": "li", "task_id": world.one(ReplenishTask).id}
    world.do(go_to_reserve, GoToReserve, barcode="R-01", **to)
    world.do(take_from_reserve, TakeFromReserve, barcode=house.gift.barcode, **to)
    house.block("L1")
    assert str(world.refused(RuleViolation, put_on_face, PutOnFace, barcode="K-01", **to)) == (
        "GIFT is held back: pieces of a blocked lot may be inside. Put the goods back into R-01."
    )


@pytest.mark.parametrize("taken", [0, 1])
def test_a_reserve_bin_whose_lots_are_blocked_sends_on_to_the_next_lot(house: House, taken: int):
    world = house.world
    for lot in ("L1", "L2"):
        place = f"R-{lot}"
        world.bin(place, kind=BinKind.RESERVE)
        put(world, house.serum, place, 5, lot=lot)
    work = world.bring(Stage.READY, lines={house.serum: 25}, on_hand=0)
    world.do(make_wave, MakeWave, consignment_ids=(work.consignment_id,))
    to = {"by": "li", "task_id": world.one(ReplenishTask).id}
    world.do(go_to_reserve, GoToReserve, barcode="R-L1", **to)
    take = {"barcode": house.serum.barcode, **to}
    if taken:
        world.do(take_from_reserve, TakeFromReserve, **take)
    house.block("L1")
    why = "No lot of SERUM in R-L1 may be sold: blocked, or past its day. Leave it there."
    if taken:
        assert str(world.refused(RuleViolation, take_from_reserve, TakeFromReserve, **take)) == why
        face = {"barcode": "S-L2", **to}
        assert str(world.refused(RuleViolation, put_on_face, PutOnFace, **face)) == (
            "Lot L1 may not be sold any more. Put the goods back into R-L1."
        )
        world.do(put_back_in_reserve, PutBackInReserve, **to)
        assert world.one(ReplenishTask).from_bin_id == world.one(Bin, code="R-L2").id
    else:
        sent = world.do(take_from_reserve, TakeFromReserve, **take)
        assert (sent.screen, str(sent.message)) == ("next", f"{why} Go to R-L2.")
