"""Making waves: stock promised, tasks in walking order, short ones left out."""

from __future__ import annotations

import pytest

from tests.builders import Stage, World
from warehouse.catalog.models import Bin, BinKind
from warehouse.errors import InvalidInput, NotFound, RuleViolation
from warehouse.inventory.models import Allocation
from warehouse.orders.models import Consignment, HoldKind, Order
from warehouse.picking.commands.wave import TakeWave, take_wave
from warehouse.waves.commands import CancelWave, MakeWave, cancel_wave, make_wave
from warehouse.waves.models import PickTask, Wave, WaveSlot


@pytest.fixture
def tee(world: World):
    world.site()
    tee = world.sku("TEE")
    world.stock(tee, "A-01", 10, walk_order=1)
    return tee


def ids(*works) -> tuple[int, ...]:
    return tuple(w.consignment_id for w in works)


def test_tasks_are_in_walking_order_over_all_orders(world: World, tee):
    mug = world.sku("MUG")
    world.stock(mug, "A-00", 10, walk_order=0)
    works = [world.released({tee: 1, mug: 2}), world.released({mug: 3})]
    wave_id = world.wave(*works)
    tasks = sorted(world.all(PickTask, wave_id=wave_id), key=lambda t: t.sequence)
    assert [(t.sku_id, t.wanted) for t in tasks] == [(mug.id, 2), (mug.id, 3), (tee.id, 1)]
    assert [(s.slot_no, s.consignment_id) for s in world.all(WaveSlot)] == [
        (1, works[0].consignment_id),
        (2, works[1].consignment_id),
    ]
    assert world.balance("A-00", mug) == (10, 5, 5)


def test_waves_are_numbered_by_day(world: World, tee):
    works = [world.released({tee: 1}) for _ in range(2)]
    numbers = [world.get(Wave, world.wave(work)).number for work in works]
    assert numbers == ["W0302-01", "W0302-02"]


def test_an_order_without_enough_stock_is_left_out_and_held(world: World, tee):
    enough, short, other = (world.released({tee: pieces}) for pieces in (4, 5, 1))
    world.do(make_wave, MakeWave, consignment_ids=ids(enough))
    _take_away(world, tee, 5)
    outcome = world.do(make_wave, MakeWave, consignment_ids=ids(short, other))
    assert outcome.facts == {"left_out": [short.consignment_id], "for_reserve": []}
    assert world.holds(short.order_id) == [HoldKind.STOCK_SHORT]
    assert world.state(Consignment, short.consignment_id) == "dissolved"
    assert world.state(Consignment, other.consignment_id) == "waved"


def _take_away(world: World, goods, pieces: int) -> None:
    """Take pieces off the shelf, as a count would."""
    from tests.stocking import PutStock, put_stock
    from warehouse.inventory import ledger
    from warehouse.inventory.models import MoveReason

    posting = ledger.Posting(
        sku_id=goods.id,
        from_bin_id=world.one(Bin, code="A-01").id,
        to_bin_id=world.one(Bin, code="COUNT-DIFFERENCE").id,
        pieces=pieces,
        reason=MoveReason.ADJUST,
    )
    world.do(put_stock, PutStock, postings=(posting,))


def test_no_wave_is_made_where_all_are_short(world: World, tee):
    work = world.released({tee: 10})
    _take_away(world, tee, 1)
    outcome = world.do(make_wave, MakeWave, consignment_ids=ids(work))
    assert (outcome.screen, outcome.subject_id) == ("waves", None)
    assert (world.all(Wave), world.all(Allocation)) == ([], [])
    assert world.state(Order, work.order_id) == "held"


def test_the_urgent_are_served_first(world: World, tee):
    plain, urgent = world.released({tee: 5}), world.released({tee: 5}, is_urgent=True)
    _take_away(world, tee, 4)
    outcome = world.do(make_wave, MakeWave, consignment_ids=ids(plain, urgent))
    assert outcome.facts == {"left_out": [plain.consignment_id], "for_reserve": []}


def test_only_shelves_and_set_aside_places_are_picked_from(world: World, tee):
    world.bin("Q-1", kind=BinKind.QUARANTINE)
    cap = world.sku("CAP")
    world.stock(cap, "Q-1", 5)
    order_id = world.audited({cap: 1})
    assert world.holds(order_id) == [HoldKind.STOCK_SHORT]


def test_a_consignment_is_in_one_wave(world: World, tee):
    work = world.bring(Stage.WAVED, work=world.released({tee: 1}))
    world.refused(RuleViolation, make_wave, MakeWave, consignment_ids=ids(work))


def test_two_planners_at_once_make_one_wave(world: World, tee):
    work = world.released({tee: 1})
    acts = [
        (make_wave, world.command(MakeWave, by=by, consignment_ids=ids(work)))
        for by in ("clerk", "other")
    ]
    assert isinstance(world.overlap(*acts), RuleViolation)
    assert world.balance("A-01", tee) == (10, 1, 9)


def test_two_planners_wanting_the_same_stock_never_promise_it_twice(world: World, tee):
    works = [world.released({tee: 5}), world.released({tee: 5})]
    _take_away(world, tee, 2)
    acts = [(make_wave, world.command(MakeWave, consignment_ids=ids(work))) for work in works]
    world.overlap(*acts)
    assert world.balance("A-01", tee) == (8, 5, 3)


@pytest.mark.parametrize("count", [0, 61])
def test_a_wave_has_one_to_sixty_orders(world: World, tee, count: int):
    world.refused(InvalidInput, make_wave, MakeWave, consignment_ids=tuple(range(1, count + 1)))


def test_an_unknown_consignment_is_named(world: World, tee):
    world.refused(NotFound, make_wave, MakeWave, consignment_ids=(999_999,))


def test_a_wave_nobody_began_can_be_taken_back(world: World, tee):
    work = world.bring(Stage.WAVED, work=world.released({tee: 3}))
    world.do(cancel_wave, CancelWave, wave_id=work.wave_id)
    assert world.balance("A-01", tee) == (10, 0, 10)
    assert world.state(Consignment, work.consignment_id) == "ready"
    assert world.open_tasks(work.wave_id) == []
    world.wave(work)
    assert world.balance("A-01", tee) == (10, 3, 7)


def test_a_wave_begun_cannot_be_taken_back(world: World, tee):
    work = world.bring(Stage.TOTE_BOUND, work=world.released({tee: 3}))
    world.refused(RuleViolation, cancel_wave, CancelWave, wave_id=work.wave_id)
    world.refused(NotFound, cancel_wave, CancelWave, wave_id=999_999)


def test_taking_a_wave_beside_taking_it_back(world: World, tee):
    work = world.bring(Stage.WAVED, work=world.released({tee: 3}))
    acts = [
        (take_wave, world.command(TakeWave, by="picker", wave_id=work.wave_id)),
        (cancel_wave, world.command(CancelWave, wave_id=work.wave_id)),
    ]
    assert isinstance(world.overlap(*acts), RuleViolation)
    assert world.balance("A-01", tee) == (10, 3, 7)


@pytest.mark.parametrize(
    ("kind", "state", "left"),
    [(HoldKind.CANCELLED, "cancelled", []), (HoldKind.MANUAL, "held", [HoldKind.MANUAL])],
)
def test_orders_stopped_meanwhile_leave_a_wave_that_is_taken_back(world: World, kind, state, left):
    work = world.bring(Stage.WAVED)
    world.stop(work, kind)
    world.do(cancel_wave, CancelWave, wave_id=work.wave_id)
    assert world.state(Consignment, work.consignment_id) == "dissolved"
    assert (world.state(Order, work.order_id), world.holds(work.order_id)) == (state, left)
    assert world.balance("A-01", work.goods["TEE"]) == (10, 0, 10)
