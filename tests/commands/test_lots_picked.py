"""Goods kept by lot: what is promised, which lot the picker may take, what happens else."""

from __future__ import annotations

from datetime import date

import pytest

from tests.builders import Stage, Work, World
from tests.tracked import by_lot, lots_at, put
from warehouse.errors import LotWanted, OtherLot
from warehouse.inventory.models import Allocation, AllocationRelease, Lot
from warehouse.inventory.queries import available_of
from warehouse.orders.commands.audit import AuditOrders, audit_orders
from warehouse.orders.models import HoldKind
from warehouse.picking.commands.confirm import ConfirmBin, ConfirmPick, confirm_bin, confirm_pick
from warehouse.picking.commands.exceptions import ReportShort, UndoPick, report_short, undo_pick
from warehouse.waves.commands import MakeWave, make_wave
from warehouse.waves.models import PickTask, ShortReason

SOON, LATER, LAST = date(2026, 4, 1), date(2026, 6, 1), date(2026, 9, 1)


def promised(world: World) -> dict[str, int]:
    codes = {lot.id: lot.code for lot in world.all(Lot)}
    return {codes[a.lot_id]: a.open_pieces for a in world.all(Allocation) if a.open_pieces}


def block(world: World, code: str) -> None:
    with world.database.transaction() as session:
        lot = session.get_one(Lot, world.one(Lot, code=code).id)
        lot.blocked_at, lot.blocked_reason = world.now, "smells"


class Walk:
    """A picker before a shelf with goods of a lot promised."""

    def __init__(self, world: World, wanted: int = 2, **lots: tuple[int, date | None]) -> None:
        world.site()
        self.world, self.goods = world, by_lot(world)
        for code, (pieces, day) in lots.items():
            put(world, self.goods, "A-01", pieces, lot=code, day=day)
        self.work: Work = world.bring(Stage.TOTE_BOUND, lines={self.goods: wanted}, on_hand=0)

    def scan(self, pieces: int = 1, **said: str) -> None:
        self.world.do(confirm_pick, ConfirmPick, **self.given(pieces, **said))

    def given(self, pieces: int = 1, **said: str) -> dict[str, object]:
        (task, *_) = self.world.open_tasks(self.work.wave_id)
        self.world.do(confirm_bin, ConfirmBin, by="picker", task_id=task.id, barcode="A-01")
        goods = {"barcode": self.goods.barcode, "pieces": pieces, **said}
        return {"by": "picker", "task_id": task.id, **goods}

    def refused(self, error: type, pieces: int = 1, **said: str) -> str:
        given = self.given(pieces, **said)
        return str(self.world.refused(error, confirm_pick, ConfirmPick, **given))

    def in_tote(self) -> dict[str, tuple[int, int]]:
        return lots_at(self.world, self.work.tote)


# What is promised


def test_the_lot_that_ends_first_is_promised_wherever_it_stands(world: World):
    world.site()
    goods = by_lot(world)
    put(world, goods, "A-01", 9, lot="LATE", day=LATER, walk_order=1)
    put(world, goods, "B-01", 2, lot="SOON", day=SOON, walk_order=9)
    work = world.bring(Stage.WAVED, lines={goods: 3}, on_hand=0)
    assert promised(world) == {"SOON": 2, "LATE": 1}
    assert [t.wanted for t in world.open_tasks(work.wave_id)] == [1, 2]  # in walking order
    assert world.differences() == []


def test_blocked_expired_and_nearly_expired_lots_are_for_nobody(world: World):
    world.site()
    goods = by_lot(world, days_before_expiry=10)
    for code, day in (("GONE", date(2026, 3, 1)), ("NEAR", date(2026, 3, 11)), ("OPEN", LAST)):
        put(world, goods, f"A-{code}", 5, lot=code, day=day)
    put(world, goods, "A-BAD", 5, lot="BAD", day=LATER)
    block(world, "BAD")
    work = world.bring(Stage.READY, lines={goods: 5}, on_hand=0)
    with world.database.reading() as session:
        assert available_of(session, [goods.id], day=date(2026, 3, 2)) == {goods.id: 5}
        assert available_of(session, [goods.id], day=date(2026, 3, 1)) == {goods.id: 10}
        assert available_of(session, day=date(2026, 8, 23)) == {}
    world.bring(Stage.WAVED, work=work)
    assert promised(world) == {"OPEN": 5}
    late = world.order({goods: 1})
    world.do(audit_orders, AuditOrders, order_ids=(late,))
    assert world.holds(late) == [HoldKind.STOCK_SHORT]


def test_an_order_of_which_only_unfit_lots_stand_waits_for_stock(world: World):
    world.site()
    goods = by_lot(world)
    put(world, goods, "A-01", 5, lot="L1", day=SOON)
    work = world.bring(Stage.READY, lines={goods: 1}, on_hand=0)
    block(world, "L1")
    outcome = world.do(make_wave, MakeWave, consignment_ids=(work.consignment_id,))
    assert outcome.facts["left_out"] == [work.consignment_id]
    assert world.holds(work.order_id) == [HoldKind.STOCK_SHORT]


# What the picker may take


def test_the_item_alone_is_enough_where_one_lot_stands(world: World):
    walk = Walk(world, L1=(5, SOON))
    walk.scan(2)
    assert walk.in_tote() == {"L1": (2, 0)}


def test_the_promised_lot_on_the_code_is_taken(world: World):
    walk = Walk(world, L1=(5, SOON), L2=(5, LATER))
    walk.scan(1, lot="L1")
    assert walk.in_tote() == {"L1": (1, 0)}


def test_with_several_lots_in_the_bin_the_lot_is_asked(world: World):
    walk = Walk(world, L1=(5, SOON), L2=(5, LATER))
    assert "L1" in walk.refused(LotWanted)


@pytest.mark.parametrize(
    ("lot", "word"), [("L2", "keeps longer"), ("NONE", "not booked"), ("OLD", "too near")]
)
def test_a_worse_lot_is_refused_with_the_reason(world: World, lot: str, word: str):
    walk = Walk(world, L1=(5, SOON), L2=(5, LATER), OLD=(5, date(2026, 3, 1)))
    assert word in walk.refused(OtherLot, lot=lot, swap=lot)


def test_a_blocked_or_promised_lot_is_refused_with_the_reason(world: World):
    walk = Walk(world, L1=(2, SOON), L2=(2, SOON), L3=(2, SOON))
    block(world, "L2")
    assert "smells" in walk.refused(OtherLot, lot="L2", swap="L2")
    world.bring(Stage.WAVED, work=world.released([(walk.goods, 2)]))
    assert "other orders" in walk.refused(OtherLot, lot="L3", swap="L3")


@pytest.mark.parametrize("free", [1, 5])
def test_a_lot_as_good_is_taken_by_a_second_scan(world: World, free: int):
    walk = Walk(world, wanted=3, L1=(9, SOON), L2=(free, SOON))
    walk.scan(1, lot="L1")
    assert "Scan again" in walk.refused(OtherLot, lot="L2")
    assert "Scan again" in walk.refused(OtherLot, lot="L2", swap="L1")
    walk.scan(1, lot="L2", swap="L2")
    assert walk.in_tote() == {"L1": (1, 0), "L2": (1, 0)}
    assert promised(world) == ({"L1": 1} if free == 1 else {"L2": 1})
    assert [r.reason for r in world.all(AllocationRelease)] == ["swapped"]
    walk.scan(1, lot="L1" if free == 1 else "L2")
    assert world.open_tasks(walk.work.wave_id) == []
    assert world.steps(walk.work)[0][:2] == (3, 3)
    for _ in range(3):
        world.do(undo_pick, UndoPick, by="picker", wave_id=walk.work.wave_id)
        assert world.differences() == []
    assert walk.in_tote() == {}
    assert sum(t.wanted - t.picked for t in world.open_tasks(walk.work.wave_id)) == 3


def test_a_swapped_task_of_which_nothing_was_picked_is_gone(world: World):
    walk = Walk(world, wanted=1, L1=(9, SOON), L2=(1, SOON))
    walk.scan(1, lot="L2", swap="L2")
    assert [t.state for t in world.all(PickTask)] == ["cancelled", "picked"]
    assert world.differences() == []


def test_a_lot_that_is_not_there_is_looked_for_elsewhere(world: World):
    walk = Walk(world, L1=(5, SOON), L2=(5, LATER))
    put(world, walk.goods, "B-01", 5, lot="L3", day=LAST)
    given = walk.given()
    world.do(report_short, ReportShort, by="picker", task_id=given["task_id"],
             reason=ShortReason.EMPTY)  # fmt: skip
    assert lots_at(world, "A-01") == {"L1": (5, 0), "L2": (5, 0)}
    with world.database.reading() as session:  # only the lot that was wanted is out of reach
        assert available_of(session, [walk.goods.id], day=date(2026, 3, 2)) == {walk.goods.id: 8}
    assert promised(world) == {"L3": 2}
    assert world.differences() == []
