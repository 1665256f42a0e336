"""A lot that must not be sold: blocked, what was promised of it, and let go again."""

from __future__ import annotations

from datetime import date

import pytest

from tests.builders import Stage, World
from tests.commands.test_lots_expired import given, promised
from tests.tracked import by_lot, lots_at, put
from warehouse.commands import Actor
from warehouse.errors import InvalidInput, LotBlocked, RuleViolation
from warehouse.inventory import ledger
from warehouse.inventory.models import AllocationRelease, Lot
from warehouse.orders.models import Consignment, HoldKind
from warehouse.orders.restocking import audit_supplied
from warehouse.picking.commands.confirm import ConfirmPick, confirm_pick
from warehouse.picking.commands.exceptions import UndoPick, undo_pick
from warehouse.tracing.commands.blocking import (
    BlockLot,
    UnblockLot,
    block_lot,
    unblock_lot,
)
from warehouse.tracing.commands.mending import MendLot, mend_lot
from warehouse.waves.models import Wave

SOON, LATER = date(2026, 4, 1), date(2026, 6, 1)


def block(world: World, code: str) -> str:
    lot_id = world.one(Lot, code=code).id
    return str(world.do(block_lot, BlockLot, lot_id=lot_id, reason="smells").message)


def stocked(world: World, **lots: int):
    world.site()
    goods = by_lot(world)
    for n, (code, pieces) in enumerate(lots.items()):
        put(world, goods, f"A-{n}", pieces, lot=code, day=SOON if n == 0 else LATER, walk_order=n)
    return goods


def test_what_nobody_has_begun_leaves_its_wave_and_is_planned_anew(world: World):
    goods = stocked(world, L1=3, L2=3)
    work = world.bring(Stage.READY, lines={goods: 2}, on_hand=0)
    other = world.bring(Stage.READY, lines={world.sku("MUG"): 1}, on_hand=5)
    wave_id = world.wave(work, other)
    with world.database.transaction() as session:
        session.get_one(Wave, wave_id).state = "planned"
    block(world, "L1")
    assert world.state(Consignment, work.consignment_id) == "ready"
    assert world.state(Wave, wave_id) == "planned"
    assert world.holds(work.order_id) == []
    assert [r.reason for r in world.all(AllocationRelease)] == ["blocked"]
    world.bring(Stage.WAVED, work=work)
    assert lots_at(world, "A-1") == {"L2": (3, 2)}
    assert world.differences() == []


def test_with_nothing_else_it_is_held_and_comes_back_when_the_lot_is_let_go(world: World):
    goods = stocked(world, L1=3)
    work = world.bring(Stage.WAVED, lines={goods: 2}, on_hand=0)
    block(world, "L1")
    assert world.state(Wave, work.wave_id) == "cancelled"
    assert world.holds(work.order_id) == [HoldKind.STOCK_SHORT]
    lot_id = world.one(Lot).id
    world.refused(RuleViolation, block_lot, BlockLot, lot_id=lot_id, reason="again")
    world.refused(InvalidInput, unblock_lot, UnblockLot, lot_id=lot_id, reason=" ")
    world.do(unblock_lot, UnblockLot, lot_id=lot_id, reason="laboratory says fine")
    assert audit_supplied(world.database, actor=Actor(person_id=1), at=world.tick()) == 1
    assert world.holds(work.order_id) == []
    assert world.differences() == []


def test_in_a_wave_being_picked_other_pieces_are_looked_for(world: World):
    goods = stocked(world, L1=2, L2=2)
    work = world.bring(Stage.TOTE_BOUND, lines={goods: 2}, on_hand=0)
    short = world.bring(Stage.TOTE_BOUND, work=world.released([(goods, 2)]))
    block(world, "L2")
    assert world.holds(short.order_id) == [HoldKind.STOCK_SHORT]
    assert world.holds(work.order_id) == []
    block(world, "L1")
    assert world.holds(work.order_id) == [HoldKind.STOCK_SHORT]
    assert world.open_tasks(work.wave_id) == []
    assert world.differences() == []


def test_goods_in_a_tote_are_stopped_and_go_nowhere(world: World):
    goods = stocked(world, L1=2, L2=2)
    work = world.bring(Stage.PICKED, lines={goods: 1}, on_hand=0)
    sent = world.bring(Stage.PACKED, work=world.released([(goods, 1)]))
    assert "2 stopped" in block(world, "L1")
    assert world.holds(work.order_id) == [HoldKind.MANUAL] == world.holds(sent.order_id)


def test_a_blocked_lot_is_promised_to_nobody_whoever_asks(world: World):
    goods = stocked(world, L1=2)
    work = world.bring(Stage.READY, lines={goods: 1}, on_hand=0)
    block(world, "L1")
    line = world.all(Consignment, id=work.consignment_id)
    promise = ledger.Promise(
        consignment_line_id=1, bin_id=1, sku_id=goods.id, pieces=1, lot_id=world.one(Lot).id
    )
    assert line
    with pytest.raises(LotBlocked, match="L1"), world.database.transaction() as session:
        ledger.reserve(session, [promise])


def test_a_best_before_is_mended_with_a_word_why(world: World):
    stocked(world, L1=2)
    lot_id = world.one(Lot).id
    later = {"lot_id": lot_id, "best_before": LATER}
    world.refused(InvalidInput, mend_lot, MendLot, reason="", **later)
    far = {**later, "best_before": date(2062, 1, 1)}
    world.refused(InvalidInput, mend_lot, MendLot, reason="misread", **far)
    world.do(mend_lot, MendLot, reason="misread", **later)
    assert world.one(Lot).best_before == LATER


@pytest.mark.parametrize("is_dated", [True, False])
def test_a_best_before_is_taken_off_goods_only_that_need_none(world: World, is_dated: bool):
    put(world, by_lot(world, is_expiry_tracked=is_dated), "A-01", 2, lot="L1", day=LATER)
    cleared = {"lot_id": world.one(Lot).id, "best_before": None, "reason": "misread"}
    if is_dated:
        assert world.refused(InvalidInput, mend_lot, MendLot, **cleared).field == "best_before"
        return
    world.do(mend_lot, MendLot, **cleared)
    assert world.one(Lot).best_before is None


def test_a_pick_of_a_lot_blocked_since_is_not_undone(world: World):
    work = promised(world, Stage.TOTE_BOUND)
    world.do(confirm_pick, ConfirmPick, **given(world, work, lot="OLD"))
    block(world, "OLD")
    undo = {"by": "picker", "wave_id": work.wave_id}
    refusal = world.refused(LotBlocked, undo_pick, UndoPick, **undo)
    assert "put aside with the order" in str(refusal)
    assert lots_at(world, "A-01")["OLD"] == (4, 0)
